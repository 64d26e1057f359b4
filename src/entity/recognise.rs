//! Names: which tokens are one, and of what type.

use super::features::{self, Place, Type};
use crate::doc::{Doc, EntityType, Mention, MentionKind, Zone};
use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::{Crf, LabelSet, Lattice, WIDTH};
use crate::model::{ModelSource, Rows, Words};
use crate::text::{Vocab, chars};
use std::sync::Arc;

const WINDOW: usize = 5;

/// Finds names with a conditional random field over `BILOU` labels (Ratinov & Roth 2009).
#[derive(Debug)]
pub struct Recogniser {
    crf: Crf,
    words: Arc<Words>,
    labels: Vec<Label>,
}

/// What a label says of its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// No part of a name.
    Outside,
    /// First of several.
    Begin(EntityType),
    /// Between the first and the last.
    Inside(EntityType),
    /// Last of several.
    Last(EntityType),
    /// A name of one token.
    Unit(EntityType),
}

/// The types that names have.
pub const NAME_TYPES: &[EntityType] = EntityType::ALL.split_at(11).0;

impl Label {
    /// All labels, at their numbers in the model.
    pub fn all() -> Vec<Label> {
        let mut labels = vec![Label::Outside];
        for &t in NAME_TYPES {
            labels.extend([Label::Begin(t), Label::Inside(t), Label::Last(t), Label::Unit(t)]);
        }
        labels
    }

    /// Its name in the model file.
    pub fn name(self) -> String {
        match self {
            Label::Outside => "O".to_string(),
            Label::Begin(t) => format!("B-{t}"),
            Label::Inside(t) => format!("I-{t}"),
            Label::Last(t) => format!("L-{t}"),
            Label::Unit(t) => format!("U-{t}"),
        }
    }
}

/// What a worker keeps from article to article.
#[derive(Debug)]
pub struct RecogniseScratch {
    lattice: Lattice,
    rows: Rows,
    types: Vec<Option<Type>>,
    places: Vec<Place>,
    confidences: Vec<f32>,
    /// By lower-cased word: in which article it was last seen in lower case, and with a capital inside a sentence.
    seen: Vec<[u32; 2]>,
    article: u32,
}

impl Default for RecogniseScratch {
    fn default() -> Self {
        RecogniseScratch {
            lattice: Lattice::default(),
            rows: Rows::new(WIDTH, 48 << 10),
            types: Vec::new(),
            places: Vec::new(),
            confidences: Vec::new(),
            seen: Vec::new(),
            article: 0,
        }
    }
}

impl RecogniseScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.rows.clear();
        self.types.clear();
        self.seen.clear();
        self.article = 0;
    }

    /// Describes every token of the article; the trainer calls it too.
    pub fn prepare(&mut self, doc: &Doc, vocab: &Vocab, words: &Words) -> &[Place] {
        self.article += 1;
        self.types.resize(vocab.len(), None);
        self.seen.resize(vocab.len(), [0; 2]);
        for sentence in doc.sentences.iter().filter(|s| s.zone != Zone::Title) {
            for i in sentence.tokens() {
                let seen = &mut self.seen[doc.lowers[i] as usize];
                if doc.words[i] == doc.lowers[i] {
                    seen[0] = self.article;
                } else if i > sentence.first as usize {
                    seen[1] = self.article;
                }
            }
        }
        self.places.clear();
        for i in 0..doc.tokens.len() {
            let (word, lower) = (doc.words[i], doc.lowers[i]);
            let described = self.types[word as usize]
                .get_or_insert_with(|| features::describe(vocab.word(word), vocab.word(lower), words));
            let seen = self.seen[lower as usize];
            self.places.push(Place {
                word: *described,
                upos: doc.upos[i],
                xpos: doc.xpos[i],
                lower_elsewhere: seen[0] == self.article,
                capital_elsewhere: seen[1] == self.article,
            });
        }
        &self.places
    }
}

impl Recogniser {
    /// Kind of the model file.
    pub const KIND: &'static str = "names";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `names.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let crf = Crf::load(models.open("names.bin", Self::KIND, Self::VERSION)?)?;
        let labels = Label::all();
        if crf.labels != labels.iter().map(|l| l.name()).collect::<Vec<_>>() {
            return Err(Error::new(ErrorKind::Model, "its labels are not those of this program").in_file("names.bin"));
        }
        Ok(Recogniser { crf, words, labels })
    }

    /// Appends a mention of kind `name` for every name, in order of text; wants tokens, words and tags.
    pub fn recognise(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut RecogniseScratch) {
        scratch.prepare(doc, vocab, &self.words);
        for s in 0..doc.sentences.len() {
            self.sentence(doc, s, vocab, scratch);
        }
    }

    fn sentence(&self, doc: &mut Doc, s: usize, vocab: &Vocab, scratch: &mut RecogniseScratch) {
        let sentence = doc.sentences[s];
        let tokens = sentence.tokens();
        let RecogniseScratch { lattice, rows, places, confidences, .. } = scratch;
        // A sentence without a capital or a figure has no name; most of the cost is saved here.
        if !places[tokens.clone()].iter().any(|p| p.word.is_capitalised()) {
            return;
        }
        lattice.reset(tokens.len(), self.crf.all());
        let headline = is_headline(doc, s);
        for (n, i) in tokens.clone().enumerate() {
            let scores = lattice.row(n);
            let inside = |offset: i32| {
                let j = i as i64 + i64::from(offset);
                (j >= tokens.start as i64 && j < tokens.end as i64).then_some(j as usize)
            };
            for offset in features::OFFSETS {
                let Some(j) = inside(offset) else { continue };
                let key = doc.words[j] as usize * WINDOW + (offset + 2) as usize;
                let row = rows.get(key, |row| {
                    let (form, lower) = (vocab.word(doc.words[j]), vocab.word(doc.lowers[j]));
                    features::of_word(form, lower, offset, &self.words, |f| self.crf.add(f, row));
                });
                for (score, x) in scores.iter_mut().zip(row) {
                    *score += x;
                }
            }
            features::of_place(|o| inside(o).map(|j| places[j]), headline, |f| self.crf.add(f, scores));
        }
        self.crf.decode(lattice);
        if lattice.path.iter().all(|&l| l == 0) {
            return;
        }
        self.crf.confidences(lattice, confidences);
        for (range, etype) in spans(lattice.path.iter().map(|&l| self.labels[l as usize])) {
            let confidence = confidences[range.clone()].iter().copied().fold(1.0, f32::min);
            let (first, last) = (tokens.start + range.start, tokens.start + range.end);
            doc.mentions.push(Mention {
                span: doc.span_of(first..last),
                first: first as u32,
                last: last as u32,
                sentence: s as u32,
                etype,
                kind: MentionKind::Name,
                entity: None,
                role: None,
                confidence,
            });
        }
    }
}

/// Whether most words of a sentence begin with a capital, so that capitals say little.
pub fn is_headline(doc: &Doc, sentence: usize) -> bool {
    let (mut words, mut capitals) = (0, 0);
    for i in doc.sentences[sentence].tokens() {
        match chars::case(doc.token(i)) {
            chars::Case::None => continue,
            chars::Case::Lower => {}
            _ => capitals += 1,
        }
        words += 1;
    }
    words >= 4 && capitals * 3 >= words * 2
}

/// Names in a path of labels; what does not fit together is mended, a type change ends a name.
pub fn spans(path: impl Iterator<Item = Label>) -> Vec<(std::ops::Range<usize>, EntityType)> {
    let mut found: Vec<(std::ops::Range<usize>, EntityType)> = Vec::new();
    let mut open = false;
    for (i, label) in path.enumerate() {
        let (etype, begins, ends) = match label {
            Label::Outside => {
                open = false;
                continue;
            }
            Label::Begin(t) => (t, true, false),
            Label::Inside(t) => (t, false, false),
            Label::Last(t) => (t, false, true),
            Label::Unit(t) => (t, true, true),
        };
        match found.last_mut() {
            Some((range, t)) if open && !begins && *t == etype => range.end = i + 1,
            _ => found.push((i..i + 1, etype)),
        }
        open = !ends;
    }
    found
}

/// The labels that a token of a name may have when only the types that come into question are known.
pub fn labels_for(types: &[EntityType], position: usize, length: usize) -> LabelSet {
    let place = match (position, length) {
        (_, 1) => 3,
        (0, _) => 0,
        (p, n) if p + 1 == n => 2,
        _ => 1,
    };
    types.iter().fold(0, |set, &t| set | 1 << (1 + 4 * t as usize + place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_spans() {
        use EntityType::{Gpe, Person};
        let path = [
            Label::Begin(Person),
            Label::Last(Person),
            Label::Outside,
            Label::Unit(Gpe),
            Label::Inside(Gpe),
            Label::Begin(Person),
            Label::Inside(Gpe),
        ];
        assert_eq!(spans(path.into_iter()), [(0..2, Person), (3..4, Gpe), (4..5, Gpe), (5..6, Person), (6..7, Gpe)]);
    }

    #[test]
    fn sets_hold_the_labels_of_their_place() {
        let all = Label::all();
        let names = |set| crate::model::crf::labels_of(set).map(|l| all[l].name()).collect::<Vec<_>>();
        assert_eq!(names(labels_for(&[EntityType::Gpe, EntityType::Loc], 0, 1)), ["U-GPE", "U-LOC"]);
        assert_eq!(names(labels_for(&[EntityType::Org], 2, 3)), ["L-ORG"]);
    }
}
