//! Names, values, and who is who in the article.

mod alias;
pub mod context;
pub mod coref;
pub mod features;
pub mod gazetteer;
pub mod kb;
mod link;
mod namesakes;
pub mod nouns;
mod recognise;
mod resolve;
mod roles;
mod values;

pub use coref::{Coref, CorefScratch};
pub use kb::Kb;
pub use recognise::{Label, NAME_TYPES, RecogniseScratch, Recogniser, View, is_headline, labels_for, spans};

use crate::doc::{Doc, EntityType};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelSource, Words};
use crate::text::Vocab;
use std::sync::Arc;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Entities {
    recogniser: Recogniser,
    known: Vec<(String, EntityType)>,
    coref: Option<Coref>,
    kb: Kb,
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct EntityScratch {
    recognise: RecogniseScratch,
    values: values::ValueScratch,
    coref: CorefScratch,
}

impl EntityScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.recognise.forget_words();
        self.values.forget_words();
    }
}

impl Entities {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        Ok(Entities { coref: Some(Coref::load(models, words.clone())?), ..Self::of_names(models, words)? })
    }

    /// Loads what finds names and links them: what coreference is trained upon.
    ///
    /// # Errors
    /// As [`Entities::load`].
    pub fn of_names(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let mut known = Vec::new();
        for (n, line) in models.text("known_names.tsv")?.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
            let fail = |e: String| Error::new(ErrorKind::Model, e).in_file("known_names.tsv").at_record(n as u64 + 1);
            let (name, etype) = line.split_once('\t').ok_or_else(|| fail("no tab between name and type".into()))?;
            known.push((name.to_string(), etype.parse().map_err(fail)?));
        }
        Ok(Entities { recogniser: Recogniser::load(models, words)?, known, coref: None, kb: Kb::load(models)? })
    }

    /// Puts a user's own rows before those of the knowledge base.
    ///
    /// # Errors
    /// As [`Kb::add`].
    pub fn add_rows(&mut self, rows: &[kb::Row]) -> Result<()> {
        self.kb.add(rows)
    }

    /// Fills `mentions` and `entities`; wants tokens, words, tags and dependencies.
    pub fn find(&self, doc: &mut Doc, vocab: &mut Vocab, scratch: &mut EntityScratch) {
        self.recogniser.recognise(doc, vocab, &mut scratch.recognise);
        resolve::harmonise(doc, &self.known);
        resolve::resolve(doc, &self.kb, self.coref.as_ref().map(Coref::nouns));
        roles::fill(doc, vocab);
        self.kb.link(doc);
        if let Some(coref) = &self.coref {
            coref.resolve(doc, vocab, &mut scratch.coref);
        }
        values::find(doc, vocab, &mut scratch.values);
    }
}
