//! The lexicon of cues: which words and phrases can tell of which acts, and how surely.

use crate::doc::RelationType;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeMap;

/// How surely a word tells of each type: two bits a type, 0 for never, then rarely, often, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strengths(u64);

impl Strengths {
    /// The strength for a type, 0 to 3.
    pub fn of(self, rtype: RelationType) -> u64 {
        self.0 >> (2 * rtype as u64) & 3
    }

    /// The types it can tell of, with their strength, 1 to 3.
    pub fn types(self) -> impl Iterator<Item = (RelationType, u64)> {
        RelationType::ALL.iter().map(move |&t| (t, self.of(t))).filter(|(_, s)| *s > 0)
    }

    /// All strengths as one number.
    pub fn bits(self) -> u64 {
        self.0
    }

    fn raise(&mut self, rtype: RelationType, strength: u64) {
        if self.of(rtype) < strength {
            self.0 &= !(3 << (2 * rtype as u64));
            self.0 |= strength << (2 * rtype as u64);
        }
    }
}

/// Strengths by dictionary form, apart for verbs (with adjectives) and nouns.
#[derive(Debug, Default)]
pub struct Lexicon {
    words: [FxHashMap<String, Strengths>; 2],
}

/// Which list of the lexicon a word is looked up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Verbs, participles and adjectives.
    Verbs,
    /// Nouns.
    Nouns,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    always: Vec<String>,
    often: Vec<String>,
    rarely: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    verbs: Words,
    #[serde(default)]
    nouns: Words,
}

impl Lexicon {
    /// Reads `cues.toml`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the line or type that is wrong.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let mut lexicon = Lexicon::default();
        lexicon.add(&models.text("cues.toml")?).map_err(|e| Error::new(ErrorKind::Model, e).in_file("cues.toml"))?;
        Ok(lexicon)
    }

    /// Adds the entries of a lexicon in TOML: a table a type, `verbs` and `nouns` in it, each with the lists `always`, `often`
    /// and `rarely`. An entry is a dictionary form, or one with the word that hangs on it: "call on", "impose sanction".
    ///
    /// # Errors
    /// What is wrong, with its line.
    pub fn add(&mut self, toml: &str) -> std::result::Result<(), String> {
        let entries: BTreeMap<String, Entry> = toml::from_str(toml).map_err(|e| e.to_string())?;
        for (name, entry) in entries {
            let rtype: RelationType = name.parse()?;
            for (list, words) in [entry.verbs, entry.nouns].into_iter().enumerate() {
                for (strength, words) in [(3, words.always), (2, words.often), (1, words.rarely)] {
                    for word in words {
                        self.words[list].entry(word).or_default().raise(rtype, strength);
                    }
                }
            }
        }
        Ok(())
    }

    /// What a dictionary form, or a phrase of two, can tell of.
    pub fn strengths(&self, list: List, phrase: &str) -> Strengths {
        self.words[list as usize].get(phrase).copied().unwrap_or_default()
    }
}
