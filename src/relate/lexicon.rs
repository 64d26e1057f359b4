//! The lexicon of cues: which words can tell of which acts.

use crate::doc::{RelationType, Upos};
use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Types by dictionary form, apart for verbs and nouns; bit `t` for type `t`.
#[derive(Debug, Default)]
pub struct Lexicon {
    verbs: FxHashMap<String, u32>,
    nouns: FxHashMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    verbs: Vec<String>,
    #[serde(default)]
    nouns: Vec<String>,
}

impl Lexicon {
    /// Reads `cues.toml`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the line or type that is wrong.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let fail = |e: String| Error::new(ErrorKind::Model, e).in_file("cues.toml");
        let entries: BTreeMap<String, Entry> =
            toml::from_str(&models.text("cues.toml")?).map_err(|e| fail(e.to_string()))?;
        let mut lexicon = Lexicon::default();
        for (name, entry) in entries {
            let rtype: RelationType = name.parse().map_err(fail)?;
            for (words, list) in [(&mut lexicon.verbs, entry.verbs), (&mut lexicon.nouns, entry.nouns)] {
                for word in list {
                    *words.entry(word).or_default() |= 1 << rtype as u32;
                }
            }
        }
        Ok(lexicon)
    }

    /// The types that a dictionary form can tell of.
    pub fn types(&self, lemma: &str, upos: Upos) -> u32 {
        let words = match upos {
            Upos::Noun | Upos::Propn => &self.nouns,
            Upos::Verb | Upos::Adj => &self.verbs,
            _ => return 0,
        };
        words.get(lemma).copied().unwrap_or(0)
    }
}
