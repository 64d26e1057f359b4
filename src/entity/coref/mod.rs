//! Coreference: whom pronouns and definite descriptions mean.
//!
//! A linear ranker over the entities named before, and over meaning none of them (after Denis & Baldridge 2008, who rank
//! candidates together instead of judging pairs). What it looks at: types, number, gender from given names and titles,
//! roles seen in apposition, sector and country of known entities, syntactic place, distance, how often an entity is spoken of.

mod antecedents;
mod choice;
mod referring;

use super::nouns::{Gender, Nouns, hash};
use crate::doc::{Doc, EntityType, Mention, MentionKind};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelSource, Words};
use crate::text::Vocab;
use antecedents::{State, fill_quoted, slot, speaks, touch};
use choice::{At, Unnamed};
use referring::Form;
use smallvec::SmallVec;
use std::sync::Arc;

/// Rows of the table of weights, as a power of two.
pub const BITS: u32 = 16;
/// Candidates that are looked at, the latest first.
const CANDIDATES: usize = 14;
/// How much "none of them" is favoured, for pronouns and descriptions.
pub const LEAN: [f32; 2] = [-1.0, -2.0];
/// Least probability for a mention to be marked.
const SURE: f32 = 0.25;

/// The trained ranker.
#[derive(Debug)]
pub struct Coref {
    describer: Describer,
    weights: Vec<f32>,
}

/// Finds pronouns and descriptions and describes their candidates; the trainer shares it.
#[derive(Debug)]
pub struct Describer {
    nouns: Nouns,
    words: Arc<Words>,
}

/// A pronoun or description, the entities that it may mean, and the features of each choice.
#[derive(Debug, Default)]
pub struct Case {
    /// First token.
    pub first: usize,
    /// Head token, which is the last.
    pub head: usize,
    /// Whether it is a pronoun.
    pub pronoun: bool,
    /// Candidates, the latest first, with the number of their features.
    pub candidates: Vec<u32>,
    /// Rows of the features: those of "none of them" first, then those of each candidate.
    pub features: Vec<u32>,
    /// Where the features of each choice end.
    pub ends: Vec<u32>,
}

impl Case {
    /// The features of a choice: 0 for none of the candidates, then the candidates.
    pub fn rows(&self, choice: usize) -> &[u32] {
        let start = if choice == 0 { 0 } else { self.ends[choice - 1] as usize };
        &self.features[start..self.ends[choice] as usize]
    }
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct CorefScratch {
    case: Case,
    states: Vec<State>,
    /// Entities in order of their last mention.
    recent: Vec<u32>,
    quoted: Vec<bool>,
    names: Vec<u32>,
    refused: Vec<u64>,
}

impl Describer {
    /// Takes the lexicon of nouns and the given names.
    pub fn new(nouns: Nouns, words: Arc<Words>) -> Self {
        Describer { nouns, words }
    }

    /// Goes through the text and asks `decide` about each pronoun and description: a candidate's place in
    /// [`Case::candidates`] and how sure that is. What is decided becomes a mention; returns them in order of text.
    pub fn walk(
        &self,
        doc: &Doc,
        vocab: &Vocab,
        scratch: &mut CorefScratch,
        decide: &mut dyn FnMut(&Case) -> Option<(usize, f32)>,
    ) -> Vec<Mention> {
        let mut found = Vec::new();
        if doc.entities.is_empty() {
            return found;
        }
        scratch.states.clear();
        scratch.states.resize(doc.entities.len(), State::default());
        scratch.recent.clear();
        scratch.refused.clear();
        fill_quoted(doc, &mut scratch.quoted);
        scratch.names.clear();
        scratch.names.resize(doc.tokens.len(), u32::MAX);
        for (m, mention) in doc.mentions.iter().enumerate() {
            scratch.names[mention.first as usize..mention.last as usize].fill(m as u32);
        }
        let mut unnamed: Option<Unnamed> = None;
        for (s, sentence) in doc.sentences.iter().enumerate() {
            for i in sentence.tokens() {
                let m = scratch.names[i];
                if m != u32::MAX {
                    let mention = &doc.mentions[m as usize];
                    if mention.first as usize == i {
                        self.name(doc, vocab, mention, scratch);
                    }
                    continue;
                }
                if let Some(mut mention) = self.relative(doc, vocab, &scratch.names, i) {
                    mention.sentence = s as u32;
                    found.push(mention);
                    continue;
                }
                let someone = self.is_someone(doc, vocab, i).then(|| Unnamed {
                    token: i as u32,
                    sentence: s as u32,
                    speaks: speaks(doc, vocab, i),
                });
                let Some((form, first, plural)) = self.form(doc, vocab, &scratch.names, i, sentence.first as usize)
                else {
                    unnamed = someone.or(unnamed);
                    continue;
                };
                let nation = (first > sentence.first as usize).then(|| scratch.names[first - 1]);
                let nation = nation.filter(|&m| m != u32::MAX).and_then(|m| {
                    let name = &doc.mentions[m as usize];
                    let place = matches!(name.etype, EntityType::Gpe | EntityType::Norp);
                    doc.entities[name.entity.filter(|_| place)? as usize].country
                });
                let CorefScratch { case, states, recent, quoted, refused, .. } = scratch;
                (case.first, case.head, case.pronoun) = (first, i, form.pronoun());
                let at = At { doc, vocab, form, first, head: i, sentence: s, plural, nation, unnamed };
                self.describe(&at, states, recent, quoted, refused, case);
                if case.candidates.is_empty() {
                    unnamed = someone.or(unnamed);
                    continue;
                }
                let Some((choice, confidence)) = decide(case) else {
                    unnamed = someone.or(unnamed);
                    if !form.pronoun() {
                        refused.push(hash(vocab.word(doc.lowers[i])));
                    }
                    continue;
                };
                let entity = case.candidates[choice];
                let state = &mut states[entity as usize];
                (state.head, state.last, state.sentence, state.slot) = (i as u32, i as u32 + 1, s as u32, slot(doc, i));
                (state.first, state.name) = (first as u32, false);
                state.count += 1;
                if speaks(doc, vocab, i) {
                    state.spoke = i as u32 + 1;
                }
                if !form.pronoun() {
                    self.noun(vocab.word(doc.lowers[i]), state);
                }
                match form {
                    Form::He => state.gender = Some(Gender::Male),
                    Form::She => state.gender = Some(Gender::Female),
                    _ => {}
                }
                touch(recent, entity);
                found.push(Mention {
                    span: doc.span_of(first..i + 1),
                    first: first as u32,
                    last: i as u32 + 1,
                    sentence: s as u32,
                    etype: doc.entities[entity as usize].etype,
                    kind: if form.pronoun() { MentionKind::Pronoun } else { MentionKind::Nominal },
                    entity: Some(entity),
                    role: None,
                    confidence,
                });
            }
        }
        found
    }
}

impl Coref {
    /// Kind of the model file.
    pub const KIND: &'static str = "coref";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `coref.bin` and `nouns.tsv`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one is missing, broken or of another layout.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let file = models.open("coref.bin", Self::KIND, Self::VERSION)?;
        let weights = file.section::<f32>("weights")?.to_vec();
        if weights.len() != 1 << BITS {
            let reason = format!("expected {} weights, found {}", 1 << BITS, weights.len());
            return Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
        }
        let nouns = Nouns::load(models, Nouns::given(&file)?)?;
        Ok(Coref { describer: Describer::new(nouns, words), weights })
    }

    /// What nouns and given names say.
    pub fn nouns(&self) -> &Nouns {
        &self.describer.nouns
    }

    /// Adds pronouns and descriptions that mean a named entity to the mentions, which stay in order and apart.
    pub fn resolve(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut CorefScratch) {
        let found = self.describer.walk(doc, vocab, scratch, &mut |case| best(&self.weights, LEAN, case));
        if found.is_empty() {
            return;
        }
        for mention in &found {
            if let Some(entity) = mention.entity {
                doc.entities[entity as usize].mentions += 1;
            }
        }
        doc.mentions.extend(found);
        doc.mentions.sort_by_key(|m| m.first);
    }
}

/// The best choice by these weights, if it is a candidate and likely enough. `lean` is how much more a candidate must be
/// liked to count as much as "none of them", for pronouns and descriptions; likelihood alone is too shy.
pub fn best(weights: &[f32], lean: [f32; 2], case: &Case) -> Option<(usize, f32)> {
    let lean = lean[usize::from(!case.pronoun)];
    let score = |choice: usize| {
        let sum = case.rows(choice).iter().map(|&r| weights[r as usize]).sum::<f32>();
        if choice == 0 { sum + lean } else { sum }
    };
    let scores: SmallVec<[f32; CANDIDATES]> = (0..=case.candidates.len()).map(score).collect();
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|s| (s - top).exp()).sum();
    let at = (1..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a })?;
    let probability = (scores[at] - top).exp() / sum;
    (scores[at] > scores[0] && probability >= SURE).then_some((at - 1, probability))
}
