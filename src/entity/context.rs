//! What the rest of an article says of a word: how it was labelled where else it stands.
//!
//! A surname alone learns from the full name, a name without a title from the one with it, a headline from the body
//! (after Krishnan & Manning 2006, who call it a two-stage approach to non-local dependencies).

use crate::model::crf::Feature;
use crate::text::Symbol;

/// Labels of a first pass over an article, by word.
#[derive(Debug, Default)]
pub struct Context {
    /// Word, token, label.
    seen: Vec<(Symbol, u32, u8)>,
    /// For each token in `seen`: what its word was elsewhere.
    found: Vec<(u32, Elsewhere)>,
}

/// How a word was labelled at its other places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// The most frequent label.
    label: u8,
    /// The most frequent label among parts of names of several words; 0 where there is none.
    part: u8,
    /// How sure that is: three steps of its share, three of its count.
    sure: u8,
}

const LABELS: usize = 64;

/// The type that a `BILOU` label has, 0 for none.
fn type_of(label: u8) -> u8 {
    if label == 0 { 0 } else { 1 + (label - 1) / 4 }
}

impl Context {
    /// Starts an article.
    pub fn clear(&mut self) {
        self.seen.clear();
        self.found.clear();
    }

    /// Notes the label of a token, tokens in order of text.
    pub fn see(&mut self, word: Symbol, token: usize, label: u8) {
        self.seen.push((word, token as u32, label));
    }

    /// Sums up; to be called before [`Context::of`].
    pub fn settle(&mut self) {
        self.seen.sort_unstable();
        for group in self.seen.chunk_by(|a, b| a.0 == b.0).filter(|g| g.len() > 1) {
            let mut counts = [0u32; LABELS];
            for &(_, _, label) in group {
                counts[label as usize] += 1;
            }
            for &(_, token, own) in group {
                counts[own as usize] -= 1;
                let best = |allowed: fn(u8) -> bool| {
                    (0..LABELS as u8)
                        .filter(|&l| allowed(l) && counts[l as usize] > 0)
                        .reduce(|a, b| if counts[b as usize] > counts[a as usize] { b } else { a })
                };
                let label = best(|_| true).unwrap_or(0);
                // Units are every fourth label.
                let part = best(|l| l != 0 && l % 4 != 0).unwrap_or(0);
                let others = group.len() as u32 - 1;
                let same: u32 =
                    (0..LABELS as u8).filter(|&l| type_of(l) == type_of(label)).map(|l| counts[l as usize]).sum();
                let share = if same == others { 2 } else { u8::from(same * 3 >= others * 2) };
                let count = (others.min(4) / 2) as u8;
                self.found.push((token, Elsewhere { label, part, sure: share * 3 + count }));
                counts[own as usize] += 1;
            }
        }
        self.found.sort_unstable_by_key(|f| f.0);
    }

    /// What the word of a token was elsewhere, if it stands anywhere else.
    pub fn of(&self, token: usize) -> Option<Elsewhere> {
        self.found.binary_search_by_key(&(token as u32), |f| f.0).ok().map(|at| self.found[at].1)
    }
}

/// The features of a token whose word, or a neighbour's, stands elsewhere; `at` is told offsets.
pub fn features(at: impl Fn(i32) -> Option<Elsewhere>, case: u64, mut emit: impl FnMut(Feature)) {
    let f = |template: u8, a: u64| Feature::new(220 + template).number(a);
    let [before, now, after] = [-1, 0, 1].map(at);
    let label = |e: Option<Elsewhere>| e.map_or(LABELS as u64, |e| u64::from(e.label));
    if let Some(e) = now {
        emit(f(1, u64::from(e.label)));
        emit(f(2, u64::from(e.label)).number(case));
        emit(f(3, u64::from(type_of(e.label))).number(u64::from(e.sure)));
        emit(f(4, u64::from(e.part)));
        emit(f(5, label(before)).number(u64::from(e.label)));
        emit(f(6, u64::from(e.label)).number(label(after)));
    } else {
        emit(f(7, label(before)));
        emit(f(8, label(after)));
    }
}
