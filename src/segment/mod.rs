//! Sentences and tokens.
//!
//! Tokens follow the UD English treebanks: hyphenated words and contractions are split, abbreviations keep their full stop.
//! A line break always ends a sentence; within a line a sentence ends where a mark of its end is not part of an abbreviation
//! and what follows can begin a new one.

mod pieces;
mod sentences;
mod tokens;

pub use pieces::Pieces;

use crate::doc::{Doc, Sentence, Zone};
use crate::error::Result;
use crate::model::ModelSource;
use crate::text::{Span, Vocab, chars};

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Segmenter {}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct SegmentScratch {
    lower: String,
    /// Lower-case form of each symbol, one more than its symbol; 0 where not known yet.
    lowers: Vec<u32>,
}

impl SegmentScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.lowers.clear();
    }
}

impl Segmenter {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(_models: &ModelSource) -> Result<Self> {
        Ok(Segmenter {})
    }

    /// Fills `sentences`, `tokens`, `words` and `lowers` from `text` and `title`.
    pub fn segment(&self, doc: &mut Doc, vocab: &mut Vocab, scratch: &mut SegmentScratch) {
        let title_end = doc.title.end as usize;
        let mut paragraph = 0;
        let mut start = 0;
        let length = doc.text.len();
        while start < length {
            let end = memchr::memchr2(b'\n', b'\r', &doc.text.as_bytes()[start..]).map_or(length, |n| start + n);
            let first = doc.tokens.len();
            tokens::split(&doc.text, Span::new(start, end), &mut doc.tokens);
            if doc.tokens.len() > first {
                let zone = if start < title_end {
                    Zone::Title
                } else {
                    paragraph += 1;
                    match paragraph {
                        _ if sentences::is_credit(&doc.text[start..end]) => Zone::Tail,
                        1 => Zone::Lead,
                        _ => Zone::Body,
                    }
                };
                push_sentences(doc, first, zone);
            }
            start = end + 1;
        }
        for &span in &doc.tokens {
            let word = span.of(&doc.text);
            let symbol = vocab.intern(word);
            let known = scratch.lowers.get(symbol as usize).copied().unwrap_or(0);
            let lower = if known != 0 {
                known - 1
            } else {
                scratch.lower.clear();
                chars::push_lower(word, &mut scratch.lower);
                let lower = vocab.intern(&scratch.lower);
                if scratch.lowers.len() < vocab.len() {
                    scratch.lowers.resize(vocab.len(), 0);
                }
                scratch.lowers[symbol as usize] = lower + 1;
                lower
            };
            doc.words.push(symbol);
            doc.lowers.push(lower);
        }
    }
}

/// Cuts the tokens of a line, from `first` on, into sentences.
fn push_sentences(doc: &mut Doc, first: usize, zone: Zone) {
    let mut begin = first;
    let mut at = first;
    while at < doc.tokens.len() {
        at = sentences::end(&doc.text, &doc.tokens, begin, at);
        let span = doc.tokens[begin].cover(doc.tokens[at - 1]);
        doc.sentences.push(Sentence { span, first: begin as u32, last: at as u32, zone });
        begin = at;
    }
}
