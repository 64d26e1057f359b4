//! Quotes and relations: who did or said what to whom, in whose words, and how sure the text is.

pub mod cues;

use crate::doc::{Doc, RelationType};
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::Vocab;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Relater {}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct RelateScratch {}

impl Relater {
    /// Loads the stage's lexicons.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Relater {})
    }

    /// CAMEO code, PLOVER type and quad class of a type.
    pub fn codes(&self, _rtype: RelationType) -> [Option<&str>; 3] {
        [None; 3]
    }

    /// Fills `quotes` and `relations`; wants all other columns.
    pub fn relate(&self, _doc: &mut Doc, _vocab: &Vocab, _scratch: &mut RelateScratch) {}
}
