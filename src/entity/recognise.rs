//! Names: which tokens are one, and of what type.

use super::context::{self, Context};
use super::features::{self, Place, Type};
use super::gazetteer::Gazetteer;
use crate::doc::{Doc, EntityType, Mention, MentionKind, Zone};
use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::{Crf, LabelSet, Lattice, WIDTH};
use crate::model::{ModelSource, Rows, Words};
use crate::text::{Symbol, Vocab, chars};
use std::ops::Range;
use std::sync::Arc;

const WINDOW: usize = 5;
/// A label that scores this far below the best of its token is out of question.
const FAR: f32 = 8.0;
/// Columns of a row of scores that labels have.
const COLUMNS: usize = 48;
const _: () = assert!(4 * NAME_TYPES.len() < COLUMNS && COLUMNS <= WIDTH);

/// Finds names with a conditional random field over `BILOU` labels (Ratinov & Roth 2009).
#[derive(Debug)]
pub struct Recogniser {
    crf: Crf,
    words: Arc<Words>,
    gazetteer: Gazetteer,
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
    view: View,
    confidences: Vec<f32>,
    /// Scores of the active tokens, `COLUMNS` each, in order of text.
    scores: Vec<f32>,
    labels: Vec<u8>,
    context: Context,
    /// By lower-cased word: in which article it was last seen in lower case, and with a capital inside a sentence.
    seen: Vec<[u32; 2]>,
    article: u32,
    form: String,
}

/// An article as the features see it: headlines as if they were written like the body.
#[derive(Debug, Default)]
pub struct View {
    /// Tokens.
    pub places: Vec<Place>,
    /// The word of each token, as it would be written within a sentence.
    pub words: Vec<Symbol>,
    /// Of each sentence: whether its capitals say little.
    pub headlines: Vec<bool>,
}

impl Default for RecogniseScratch {
    fn default() -> Self {
        RecogniseScratch {
            lattice: Lattice::default(),
            rows: Rows::new(COLUMNS, 48 << 10),
            types: Vec::new(),
            view: View::default(),
            confidences: Vec::new(),
            scores: Vec::new(),
            labels: Vec::new(),
            context: Context::default(),
            seen: Vec::new(),
            article: 0,
            form: String::new(),
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
    pub fn prepare(&mut self, doc: &Doc, vocab: &mut Vocab, words: &Words, gazetteer: &Gazetteer) -> &View {
        self.article += 1;
        self.seen.resize(vocab.len(), [0; 2]);
        let View { places, words: viewed, headlines } = &mut self.view;
        headlines.clear();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            headlines.push(is_headline(doc, s));
            if sentence.zone == Zone::Title || headlines[s] {
                continue;
            }
            for i in sentence.tokens() {
                let seen = &mut self.seen[doc.lowers[i] as usize];
                if doc.words[i] == doc.lowers[i] {
                    seen[0] = self.article;
                } else if i > sentence.first as usize {
                    seen[1] = self.article;
                }
            }
        }
        places.clear();
        viewed.clear();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let shouted = headlines[s] && is_shouted(doc, s);
            for i in sentence.tokens() {
                let (mut word, lower) = (doc.words[i], doc.lowers[i]);
                let seen = self.seen[lower as usize].map(|article| article == self.article);
                if headlines[s] && word != lower {
                    let types = known_type(&mut self.types, lower, lower, vocab, words, gazetteer);
                    // The body of the article knows better than the news at large.
                    let common = if seen[0] != seen[1] { seen[0] } else { types.is_common() };
                    if common {
                        word = lower;
                    } else if shouted && doc.token(i).len() > 3 {
                        title_case(vocab.word(word), &mut self.form);
                        word = vocab.intern(&self.form);
                    }
                }
                let described = known_type(&mut self.types, word, lower, vocab, words, gazetteer);
                viewed.push(word);
                places.push(Place {
                    word: *described,
                    upos: doc.upos[i],
                    xpos: doc.xpos[i],
                    lower_elsewhere: seen[0],
                    capital_elsewhere: seen[1],
                    joined: i > sentence.first as usize && doc.tokens[i - 1].end == doc.tokens[i].start,
                    active: false,
                    listed: 0,
                    listed_place: 0,
                    run: [0; 2],
                    chain: [0; 2],
                });
            }
            features::survey(&mut places[sentence.tokens()], gazetteer);
        }
        &self.view
    }
}

/// The description of a word, made on first sight.
fn known_type<'t>(
    types: &'t mut Vec<Option<Type>>,
    word: Symbol,
    lower: Symbol,
    vocab: &Vocab,
    words: &Words,
    gazetteer: &Gazetteer,
) -> &'t Type {
    if types.len() <= word as usize {
        types.resize(vocab.len().max(word as usize + 1), None);
    }
    types[word as usize]
        .get_or_insert_with(|| features::describe(vocab.word(word), vocab.word(lower), words, gazetteer))
}

/// Whether nearly all letters of a sentence are capitals.
fn is_shouted(doc: &Doc, sentence: usize) -> bool {
    let (mut upper, mut lower) = (0, 0);
    for c in doc.sentences[sentence].span.of(&doc.text).chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    upper > lower * 5
}

/// A word in capitals with the first of each of its parts only.
fn title_case(word: &str, out: &mut String) {
    out.clear();
    let mut first = true;
    for c in word.chars() {
        if first {
            out.push(c);
        } else {
            out.extend(c.to_lowercase());
        }
        first = !c.is_alphanumeric();
    }
}

impl Recogniser {
    /// Kind of the model file.
    pub const KIND: &'static str = "names";
    /// Layout that this program reads.
    pub const VERSION: u32 = 2;

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
        Ok(Recogniser { crf, words, gazetteer: Gazetteer::load(models)?, labels })
    }

    /// Appends a mention of kind `name` for every name, in order of text; wants tokens, words and tags.
    ///
    /// Two passes: the second knows what the first called the same words elsewhere in the article.
    pub fn recognise(&self, doc: &mut Doc, vocab: &mut Vocab, scratch: &mut RecogniseScratch) {
        scratch.prepare(doc, vocab, &self.words, &self.gazetteer);
        self.score(doc, vocab, scratch);
        scratch.labels.clear();
        scratch.labels.resize(doc.tokens.len(), 0);
        let mut windows = Vec::new();
        self.windows(doc, &scratch.view, &mut windows);
        for window in &windows {
            self.decode(window, scratch);
        }
        let RecogniseScratch { view, labels, context, scores, .. } = &mut *scratch;
        context.clear();
        for (i, _) in view.places.iter().enumerate().filter(|(_, p)| p.active && p.word.is_capitalised()) {
            context.see(doc.lowers[i], i, labels[i]);
        }
        context.settle();
        let mut row = 0;
        for window in &mut windows {
            for i in window.tokens.clone().filter(|&i| view.places[i].active) {
                let at = |offset: i32| {
                    let j = usize::try_from(i as i64 + i64::from(offset)).ok()?;
                    window.tokens.contains(&j).then(|| context.of(j)).flatten()
                };
                let scores = &mut scores[row * COLUMNS..][..COLUMNS];
                context::features(at, view.places[i].word.case(), |f| {
                    window.again = true;
                    self.crf.add(f, scores);
                });
                row += 1;
            }
        }
        for window in &windows {
            if window.again {
                self.decode(window, scratch);
            }
            self.mention(doc, window, scratch);
        }
    }

    /// The stretches of tokens that may hold names, each with one token that may not on either side.
    fn windows(&self, doc: &Doc, view: &View, windows: &mut Vec<Window>) {
        let mut row = 0;
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let tokens = sentence.tokens();
            let mut i = tokens.start;
            while i < tokens.end {
                if !view.places[i].active {
                    i += 1;
                    continue;
                }
                let start = if i > tokens.start { i - 1 } else { i };
                let first_row = row;
                while i < tokens.end && (view.places[i].active || (i + 1 < tokens.end && view.places[i + 1].active)) {
                    row += usize::from(view.places[i].active);
                    i += 1;
                }
                let end = (i + 1).min(tokens.end);
                windows.push(Window { sentence: s, tokens: start..end, row: first_row, again: false });
            }
        }
    }

    /// Scores of all active tokens, from all but the rest of the article.
    fn score(&self, doc: &Doc, vocab: &Vocab, scratch: &mut RecogniseScratch) {
        let RecogniseScratch { rows, types, view, scores, .. } = scratch;
        scores.clear();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let tokens = sentence.tokens();
            let places = &view.places[tokens.clone()];
            for (n, i) in tokens.clone().enumerate().filter(|(n, _)| places[*n].active) {
                let start = scores.len();
                scores.resize(start + COLUMNS, 0.0);
                let scores = &mut scores[start..];
                for offset in features::OFFSETS {
                    let j = i as i64 + i64::from(offset);
                    if j < tokens.start as i64 || j >= tokens.end as i64 {
                        continue;
                    }
                    let (word, lower) = (view.words[j as usize], doc.lowers[j as usize]);
                    let row = rows.get(word as usize * WINDOW + (offset + 2) as usize, |row| {
                        let described = known_type(types, word, lower, vocab, &self.words, &self.gazetteer);
                        let (form, lower) = (vocab.word(word), vocab.word(lower));
                        features::of_word(form, lower, described, offset, |f| self.crf.add(f, row));
                    });
                    for (score, x) in scores.iter_mut().zip(row) {
                        *score += x;
                    }
                }
                features::of_place(places, n, view.headlines[s], |f| self.crf.add(f, scores));
            }
        }
    }

    /// Finds the labels of a window's tokens.
    fn decode(&self, window: &Window, scratch: &mut RecogniseScratch) {
        let RecogniseScratch { lattice, view, scores, labels, .. } = scratch;
        self.fill(window, view, scores, lattice);
        self.crf.decode(lattice);
        labels[window.tokens.clone()].copy_from_slice(&lattice.path);
    }

    fn fill(&self, window: &Window, view: &View, scores: &[f32], lattice: &mut Lattice) {
        lattice.reset(window.tokens.len(), 1);
        let active = window.tokens.clone().enumerate().filter(|(_, i)| view.places[*i].active);
        for (row, (n, _)) in (window.row..).zip(active) {
            let from = &scores[row * COLUMNS..][..COLUMNS];
            lattice.row(n)[..COLUMNS].copy_from_slice(from);
            lattice.allowed[n] = self.likely(from);
        }
    }

    /// The labels that may still win at a token: none that scores far below the best, but always that it is no name.
    fn likely(&self, scores: &[f32]) -> LabelSet {
        let scores = &scores[..self.labels.len()];
        let best = scores.iter().copied().fold(f32::MIN, f32::max);
        scores.iter().enumerate().fold(1, |set, (l, &s)| set | LabelSet::from(s > best - FAR) << l)
    }

    /// Appends the names of a window.
    fn mention(&self, doc: &mut Doc, window: &Window, scratch: &mut RecogniseScratch) {
        let RecogniseScratch { lattice, view, scores, labels, confidences, .. } = scratch;
        let path = &labels[window.tokens.clone()];
        if path.iter().all(|&l| l == 0) {
            return;
        }
        self.fill(window, view, scores, lattice);
        lattice.path.clear();
        lattice.path.extend_from_slice(path);
        self.crf.confidences(lattice, confidences);
        for (range, etype) in spans(path.iter().map(|&l| self.labels[l as usize])) {
            let confidence = confidences[range.clone()].iter().copied().fold(1.0, f32::min);
            let (first, last) = (window.tokens.start + range.start, window.tokens.start + range.end);
            doc.mentions.push(Mention {
                span: doc.span_of(first..last),
                first: first as u32,
                last: last as u32,
                sentence: window.sentence as u32,
                etype,
                kind: MentionKind::Name,
                entity: None,
                role: None,
                confidence,
            });
        }
    }
}

/// A stretch of a sentence that is decoded by itself.
#[derive(Debug)]
struct Window {
    sentence: usize,
    tokens: Range<usize>,
    /// Index of its first active token among all.
    row: usize,
    /// Whether the rest of the article has something to say.
    again: bool,
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

    /// The names of an article, as `words/TYPE`.
    fn names(title: &str, body: &str) -> Vec<String> {
        let models = ModelSource::Embedded;
        let words = Arc::new(Words::load(&models).unwrap());
        let text = format!("{title}\n\n{body}");
        let mut doc = Doc { title: crate::text::Span::new(0, title.len()), text, ..Doc::default() };
        let mut vocab = Vocab::default();
        let segmenter = crate::segment::Segmenter::load(&models).unwrap();
        segmenter.segment(&mut doc, &mut vocab, &mut Default::default());
        let tagger = crate::tag::Tagger::load(&models, words.clone()).unwrap();
        tagger.tag(&mut doc, &mut vocab, &mut Default::default());
        let recogniser = Recogniser::load(&models, words).unwrap();
        recogniser.recognise(&mut doc, &mut vocab, &mut RecogniseScratch::default());
        doc.mentions.iter().map(|m| format!("{}/{}", m.span.of(&doc.text), m.etype)).collect()
    }

    #[test]
    fn headlines_of_any_case_hold_the_names_of_their_article() {
        let body = "BERLIN - Germany has halted coal imports, Angela Merkel said on Monday. Merkel spoke in Berlin after \
                    talks with officials from Poland.";
        let of_body = names("", body);
        for title in [
            "Germany halts coal imports, Merkel says after talks with Poland",
            "Germany Halts Coal Imports, Merkel Says After Talks With Poland",
            "GERMANY HALTS COAL IMPORTS, MERKEL SAYS AFTER TALKS WITH POLAND",
        ] {
            let found = names(title, body);
            let (in_title, in_body) = found.split_at(found.len() - of_body.len());
            let lower: Vec<String> = in_title.iter().map(|n| n.to_lowercase()).collect();
            assert_eq!(lower, ["germany/gpe", "merkel/person", "poland/gpe"], "{title}");
            assert_eq!(in_body, of_body, "{title}");
        }
    }

    #[test]
    fn sets_hold_the_labels_of_their_place() {
        let all = Label::all();
        let names = |set| crate::model::crf::labels_of(set).map(|l| all[l].name()).collect::<Vec<_>>();
        assert_eq!(names(labels_for(&[EntityType::Gpe, EntityType::Loc], 0, 1)), ["U-GPE", "U-LOC"]);
        assert_eq!(names(labels_for(&[EntityType::Org], 2, 3)), ["L-ORG"]);
    }
}
