//! Which models and lexicons a command works with.

use clap::Args;
use dateline::error::Result;
use dateline::model::ModelSource;
use dateline::pipeline::Pipeline;
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct ModelArgs {
    /// Folder with models to use instead of those built in
    #[arg(long)]
    models: Option<PathBuf>,
    /// Lexicon of cues to add to the one built in, or to change its entries (repeatable)
    #[arg(long)]
    lexicon: Vec<PathBuf>,
}

impl ModelArgs {
    pub fn load(&self) -> Result<Pipeline> {
        load(self.models.as_deref(), &self.lexicon, false)
    }
}

/// The pipeline with the models of a folder, or those built in, and the user's lexicons.
pub fn load(models: Option<&Path>, lexicons: &[PathBuf], tokens: bool) -> Result<Pipeline> {
    let source = models.map_or(ModelSource::Embedded, |folder| ModelSource::Folder(folder.to_path_buf()));
    let mut pipeline = Pipeline::load(&source, tokens)?;
    for lexicon in lexicons {
        pipeline.add_lexicon(lexicon)?;
    }
    Ok(pipeline)
}
