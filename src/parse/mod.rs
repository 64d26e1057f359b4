//! Dependencies.

use crate::doc::Doc;
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Vocab;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Parser {}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct ParseScratch {}

impl Parser {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Parser {})
    }

    /// Fills `heads` and `deprels`.
    pub fn parse(&self, _doc: &mut Doc, _vocab: &mut Vocab, _scratch: &mut ParseScratch) {}
}
