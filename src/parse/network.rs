//! The classifier of the parser: one hidden layer over the words, tags and labels around stack and buffer.
//!
//! After Chen & Manning (2014), with their pre-computation taken further: what a word adds to the hidden layer in a slot
//! is computed once a word type and slot and kept by the worker; tags and labels are rows of ready tables. A state costs
//! a few dozen row additions and two small products.

use super::transition::{NONE, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelFile, ModelSource, Place, Rows, Words};
use crate::text::{Symbol, Vocab, chars};

/// Units of the hidden layer.
pub const HIDDEN: usize = 128;
/// Places around stack and buffer that are looked at; [`nodes`] lists them.
pub const SLOTS: usize = 13;
/// Slots whose node already has a label: the dependents.
pub const LABELLED: std::ops::Range<usize> = 6..SLOTS;
/// Dimensions of what is learnt for a frequent word, a suffix, a case class and a tag.
pub const DIMS: [usize; 4] = [32, 16, 8, 24];
/// Dimensions of a word's input, without its tag: the vector of [`Words`] and the first three of [`DIMS`].
pub const WORD: usize = Words::DIM + DIMS[0] + DIMS[1] + DIMS[2];
/// Dimensions of a node's input.
pub const INPUT: usize = WORD + DIMS[3];
/// Buckets for suffixes.
pub const SUFFIXES: usize = 2048;
/// Case classes.
pub const CASES: usize = 6;
/// Rows for the numbers of a state; [`numbers`] lists them.
pub const NUMBERS: usize = 8 + 8 + 4 + 4 + 4 + 4;

/// The nodes of the slots in a state.
pub fn nodes(state: &State) -> [u32; SLOTS] {
    let (s0, s1, b0) = (state.stack(0), state.stack(1), state.buffer(0));
    [
        s0,
        s1,
        state.stack(2),
        b0,
        state.buffer(1),
        state.buffer(2),
        state.left(s0, 0),
        state.right(s0, 0),
        state.left(s0, 1),
        state.right(s0, 1),
        state.left(s1, 0),
        state.right(s1, 0),
        state.left(b0, 0),
    ]
}

/// The rows of the number table that a state switches on: distances and valencies.
pub fn numbers(state: &State) -> [usize; 6] {
    let (s0, s1, b0) = (state.stack(0), state.stack(1), state.buffer(0));
    let distance = |a: u32, b: u32| {
        if a == NONE || b == NONE {
            7
        } else {
            [0, 0, 1, 2, 3, 4, 4, 5, 5, 5, 5][(b - a).min(10) as usize].max(usize::from(b - a > 10) * 6)
        }
    };
    let few = |n: u8| n.min(3) as usize;
    let ([s0l, s0r], [s1r, b0l]) = (state.valency(s0), [state.valency(s1)[1], state.valency(b0)[0]]);
    [distance(s0, b0), 8 + distance(s1, s0), 16 + few(s0l), 20 + few(s0r), 24 + few(s1r), 28 + few(b0l)]
}

/// What a word type is to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WordType {
    /// Index into [`Words`].
    pub vector: Option<u32>,
    /// Row of the learnt words, 0 for all others.
    pub learnt: u32,
    /// Suffix bucket.
    pub suffix: u32,
    /// Case class.
    pub case: u32,
}

/// Learnt words in byte order, to find their row; row 0 is for the others.
#[derive(Debug, Default)]
pub struct Lexicon {
    /// The words, lower case, sorted.
    pub words: Vec<String>,
}

impl Lexicon {
    /// Describes a word form.
    pub fn describe(&self, form: &str, words: &Words) -> WordType {
        let mut lower = String::with_capacity(form.len());
        chars::push_lower(form, &mut lower);
        let learnt = self.words.binary_search_by(|w| w.as_str().cmp(&lower)).map_or(0, |i| i as u32 + 1);
        let cut = lower.char_indices().rev().nth(2).map_or(0, |(i, _)| i);
        // FNV-1a: the model depends on it, so it is written out.
        let hash = lower[cut..].bytes().fold(0x811c_9dc5_u32, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193));
        let case = if form.bytes().any(|b| b.is_ascii_digit()) { 5 } else { chars::case(form) as u32 };
        WordType { vector: words.id(&lower), learnt, suffix: hash % SUFFIXES as u32, case }
    }
}

/// The trained network.
#[derive(Debug)]
pub struct Network {
    file: ModelFile,
    lexicon: Lexicon,
    /// What each tag adds in each slot, by tag and slot.
    tag_rows: Vec<f32>,
    /// What no node and the root add in each slot.
    special_rows: Vec<f32>,
    labels: usize,
    at: Places,
}

/// Where the weights are in the file.
#[derive(Debug)]
struct Places {
    learnt: Place<f32>,
    suffix: Place<f32>,
    case: Place<f32>,
    input: Place<f32>,
    bias: Place<f32>,
    dependents: Place<f32>,
    numbers: Place<f32>,
    moves: Place<f32>,
    move_bias: Place<f32>,
    label: Place<f32>,
    label_bias: Place<f32>,
}

/// A token as the network takes it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Its word.
    pub word: Symbol,
    /// Its tag, as the model numbers them.
    pub tag: u8,
}

impl Network {
    /// Kind of the model file.
    pub const KIND: &'static str = "parser";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `parser.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let file = models.open("parser.bin", Self::KIND, Self::VERSION)?;
        let lexicon = Lexicon { words: file.text("words")?.lines().map(String::from).collect() };
        let (tags, labels) =
            (file.section::<f32>("tag")?.len() / DIMS[3], file.section::<f32>("label-bias")?.len() / 2);
        let expected = [
            ("learnt", (lexicon.words.len() + 1) * DIMS[0]),
            ("suffix", SUFFIXES * DIMS[1]),
            ("case", CASES * DIMS[2]),
            ("special", 2 * INPUT),
            ("input", INPUT * SLOTS * HIDDEN),
            ("bias", HIDDEN),
            ("dependents", LABELLED.len() * labels * HIDDEN),
            ("numbers", NUMBERS * HIDDEN),
            ("move", HIDDEN * 4),
            ("move-bias", 4),
            ("label", HIDDEN * labels * 2),
        ];
        for (section, length) in expected {
            let found = file.section::<f32>(section)?.len();
            if found != length {
                let reason = format!("section {section:?} should hold {length} numbers, it holds {found}");
                return Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
            }
        }
        let at = Places {
            learnt: file.place("learnt")?,
            suffix: file.place("suffix")?,
            case: file.place("case")?,
            input: file.place("input")?,
            bias: file.place("bias")?,
            dependents: file.place("dependents")?,
            numbers: file.place("numbers")?,
            moves: file.place("move")?,
            move_bias: file.place("move-bias")?,
            label: file.place("label")?,
            label_bias: file.place("label-bias")?,
        };
        let mut network = Network { file, lexicon, tag_rows: Vec::new(), special_rows: Vec::new(), labels, at };
        network.tag_rows = network.rows("tag", DIMS[3], WORD, tags);
        network.special_rows = network.rows("special", INPUT, 0, 2);
        Ok(network)
    }

    fn all(&self, section: &str) -> &[f32] {
        self.file.section(section).expect("checked when loaded")
    }

    /// What each of `count` inputs of `dims` numbers, from dimension `first` on, adds in each slot.
    fn rows(&self, section: &str, dims: usize, first: usize, count: usize) -> Vec<f32> {
        let mut rows = vec![0.0; count * SLOTS * HIDDEN];
        for (row, numbers) in rows.chunks_exact_mut(SLOTS * HIDDEN).zip(self.all(section).chunks_exact(dims)) {
            for (weights, &x) in self.file.at(self.at.input).chunks_exact(SLOTS * HIDDEN).skip(first).zip(numbers) {
                add_scaled(row, weights, x);
            }
        }
        rows
    }

    /// Computes what `form` adds in `slot`.
    fn word_row(&self, form: &str, slot: usize, words: &Words, row: &mut [f32]) {
        let word = self.lexicon.describe(form, words);
        let input = self.file.at(self.at.input);
        let weights = |d: usize| &input[(d * SLOTS + slot) * HIDDEN..][..HIDDEN];
        if let Some(id) = word.vector {
            for (d, &x) in words.vector(id).iter().enumerate() {
                add_scaled(row, weights(d), f32::from(x) / 127.0);
            }
        }
        let mut first = Words::DIM;
        for (section, dims, index) in [
            (self.at.learnt, DIMS[0], word.learnt),
            (self.at.suffix, DIMS[1], word.suffix),
            (self.at.case, DIMS[2], word.case),
        ] {
            for (d, &x) in self.file.at(section)[index as usize * dims..][..dims].iter().enumerate() {
                add_scaled(row, weights(first + d), x);
            }
            first += dims;
        }
    }

    /// The hidden layer in a state; `sentence` holds the tokens of nodes 1, 2 …
    pub fn hidden(
        &self,
        state: &State,
        sentence: &[Node],
        (words, vocab): (&Words, &Vocab),
        cache: &mut Rows,
        hidden: &mut [f32; HIDDEN],
    ) {
        hidden.copy_from_slice(self.file.at(self.at.bias));
        let at = |row: usize| row * HIDDEN..(row + 1) * HIDDEN;
        for (slot, node) in nodes(state).into_iter().enumerate() {
            if node == NONE || node == 0 {
                let special = usize::from(node == 0);
                add(hidden, &self.special_rows[at(special * SLOTS + slot)]);
                continue;
            }
            let Node { word, tag } = sentence[node as usize - 1];
            add(hidden, &self.tag_rows[at(tag as usize * SLOTS + slot)]);
            let key = word as usize * SLOTS + slot;
            add(hidden, cache.get(key, |row| self.word_row(vocab.word(word), slot, words, row)));
            if LABELLED.contains(&slot) {
                let label = state.labels[node as usize] as usize;
                add(hidden, &self.file.at(self.at.dependents)[at((slot - LABELLED.start) * self.labels + label)]);
            }
        }
        let table = self.file.at(self.at.numbers);
        for number in numbers(state) {
            add(hidden, &table[at(number)]);
        }
        for h in hidden {
            *h = h.max(0.0);
        }
    }

    /// Scores of the three transitions, as [`Transition::ALL`](super::transition::Transition::ALL) orders them.
    pub fn moves(&self, hidden: &[f32; HIDDEN]) -> [f32; 3] {
        let mut scores: [f32; 4] = self.file.at(self.at.move_bias).try_into().expect("checked when loaded");
        for (weights, &h) in self.file.at(self.at.moves).chunks_exact(4).zip(hidden) {
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += h * weight;
            }
        }
        [scores[0], scores[1], scores[2]]
    }

    /// The best label of an arc to the left (`side` 0) or right (1).
    pub fn label(&self, hidden: &[f32; HIDDEN], side: usize, scores: &mut Vec<f32>) -> u8 {
        let n = self.labels;
        scores.clear();
        scores.extend(&self.file.at(self.at.label_bias)[side * n..][..n]);
        for (weights, &h) in self.file.at(self.at.label)[side * HIDDEN * n..].chunks_exact(n).zip(hidden) {
            if h != 0.0 {
                add_scaled(scores, weights, h);
            }
        }
        let best = (0..n).reduce(|a, b| if scores[b] > scores[a] { b } else { a });
        best.expect("a parser has labels") as u8
    }

    /// Names of labels, at their numbers.
    pub fn label_names(&self) -> Result<Vec<&str>> {
        Ok(self.file.text("labels")?.lines().collect())
    }

    /// Names of tags, at their numbers; number 0 is for any tag that is not listed.
    pub fn tag_names(&self) -> Result<Vec<&str>> {
        Ok(self.file.text("tags")?.lines().collect())
    }
}

fn add(to: &mut [f32], row: &[f32]) {
    for (a, b) in to.iter_mut().zip(row) {
        *a += b;
    }
}

fn add_scaled(to: &mut [f32], row: &[f32], by: f32) {
    for (a, b) in to.iter_mut().zip(row) {
        *a += b * by;
    }
}
