//! Part of speech and lemma.

use crate::doc::Doc;
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Vocab;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Tagger {}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct TagScratch {}

impl Tagger {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Tagger {})
    }

    /// Fills `upos`, `xpos` and `lemmas`.
    pub fn tag(&self, _doc: &mut Doc, _vocab: &mut Vocab, _scratch: &mut TagScratch) {}
}
