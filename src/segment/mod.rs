//! Sentences and tokens.

use crate::doc::Doc;
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Vocab;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Segmenter {}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct SegmentScratch {}

impl Segmenter {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Segmenter {})
    }

    /// Fills `sentences`, `tokens`, `words` and `lowers` from `text` and `title`.
    pub fn segment(&self, _doc: &mut Doc, _vocab: &mut Vocab, _scratch: &mut SegmentScratch) {}
}
