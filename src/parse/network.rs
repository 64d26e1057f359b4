//! The classifier of the parser: one hidden layer over the words, tags and labels around stack and buffer.
//!
//! After Chen & Manning (2014), with their pre-computation taken further, and with a view of what stands around a token in
//! the text, as convolutions give it (Collobert et al. 2011). What a word type adds to the hidden layer in each slot is
//! computed once and kept by the worker; what a token adds, with its tag and those around it, once a sentence. A state
//! then costs about two dozen additions of a row and two small products, all in small integers.

use super::transition::{NONE, State};
use crate::error::{Error, ErrorKind, Result};
use crate::model::lanes::{INPUT_UNIT, Lanes, Pairs, TILE, UNIT, WEIGHT_UNIT, quantised, tiles};
use crate::model::{ModelFile, ModelSource, ModelWriter, Place, Rows, Words};
use crate::text::{Symbol, Vocab, chars};

/// Units of the hidden layer.
pub const HIDDEN: usize = 128;
/// Places around stack and buffer that are looked at; [`nodes`] lists them.
pub const SLOTS: usize = 13;
/// Slots whose node already has a label: the dependents.
pub const LABELLED: std::ops::Range<usize> = 6..SLOTS;
/// The first so many slots see what stands around their token in the text.
pub const NEAR: usize = 4;
/// Tokens on each side that are seen with a token.
pub const AROUND: usize = 3;
/// Units of the layer that sums up a token and those around it.
pub const CONTEXT: usize = 64;
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
        b0,
        state.buffer(1),
        state.stack(2),
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

/// Numbers of a token: what it adds to the contexts around it, then to the hidden layer by slot.
pub(super) const BLOCK: usize = WINDOW + SLOTS * HIDDEN;
/// The first of them: what a token adds to the contexts of the tokens around it, by place in their window.
const WINDOW: usize = (2 * AROUND + 1) * CONTEXT;
/// Outputs for the three transitions, filled up to a full lane.
const MOVES: usize = 8;
/// Bits that a product of an input, and of a context or hidden unit, has beyond a sum's.
const INPUT_BITS: u32 = 14;
const UNIT_BITS: u32 = 12;

/// The trained network.
#[derive(Debug)]
pub struct Network {
    file: ModelFile,
    lexicon: Lexicon,
    lanes: Lanes,
    /// The block of each tag, then those of no node and of the root.
    blocks: Vec<i16>,
    tags: usize,
    labels: usize,
    at: Places,
}

/// Where the weights are in the file.
#[derive(Debug)]
struct Places {
    learnt: Place<i16>,
    suffix: Place<i16>,
    case: Place<i16>,
    input: Place<i16>,
    context_bias: Place<i16>,
    lift: Place<i16>,
    bias: Place<i16>,
    dependents: Place<i16>,
    numbers: Place<i16>,
    moves: Place<i16>,
    move_bias: Place<i32>,
    label: Place<i16>,
    label_bias: Place<i32>,
}

/// The weights as they are trained: rows by input, columns by output.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// `words + 1` rows of `DIMS[0]`.
    pub learnt: &'a [f32],
    /// [`SUFFIXES`] rows of `DIMS[1]`.
    pub suffix: &'a [f32],
    /// [`CASES`] rows of `DIMS[2]`.
    pub case: &'a [f32],
    /// A row of `DIMS[3]` a tag.
    pub tag: &'a [f32],
    /// [`INPUT`] numbers of no node, and of the root.
    pub special: &'a [f32],
    /// From [`INPUT`] to each slot's hidden layer.
    pub input: &'a [f32],
    /// From [`INPUT`] to the contexts, by place in their window.
    pub context: &'a [f32],
    /// Of a context.
    pub context_bias: &'a [f32],
    /// From a context to the hidden layer of each of the first [`NEAR`] slots.
    pub lift: &'a [f32],
    /// Of the hidden layer.
    pub bias: &'a [f32],
    /// A row of [`HIDDEN`] a slot of [`LABELLED`] and label.
    pub dependents: &'a [f32],
    /// A row of [`HIDDEN`] a number.
    pub numbers: &'a [f32],
    /// From the hidden layer to the transitions, four columns of which three are used.
    pub moves: &'a [f32],
    /// Of the transitions, four.
    pub move_bias: &'a [f32],
    /// From the hidden layer to labels, for arcs to the left, then to the right.
    pub label: &'a [f32],
    /// Of the labels, for either side.
    pub label_bias: &'a [f32],
}

/// A token as the network takes it.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Its word.
    pub word: Symbol,
    /// Its tag, as the model numbers them.
    pub tag: u8,
}

/// What is computed for a sentence and for a state, and kept for words.
#[derive(Debug)]
pub struct Buffers {
    words: Rows<i16>,
    /// What each node adds to the hidden layer by slot: no node, the root, then the tokens.
    slots: Vec<i16>,
    contexts: Vec<i16>,
    products: Vec<i32>,
    pairs: Pairs,
    hidden: [i16; HIDDEN],
}

impl Default for Buffers {
    fn default() -> Self {
        Buffers {
            words: Rows::new(BLOCK, 8 << 10),
            slots: Vec::new(),
            contexts: Vec::new(),
            products: Vec::new(),
            pairs: Pairs::default(),
            hidden: [0; HIDDEN],
        }
    }
}

impl Buffers {
    /// To be called when the vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.words.clear();
    }
}

impl Network {
    /// Kind of the model file.
    pub const KIND: &'static str = "parser";
    /// Layout that this program reads.
    pub const VERSION: u32 = 2;

    /// The model file of trained weights; words of the lexicon, tags and labels are in order of their numbers.
    pub fn write(lexicon: &Lexicon, tags: &[String], labels: &[String], weights: &Weights<'_>) -> ModelWriter {
        let Weights { input, context, .. } = weights;
        let columns = context.chunks_exact(WINDOW).zip(input.chunks_exact(SLOTS * HIDDEN));
        let input: Vec<f32> = columns.flat_map(|(c, i)| c.iter().chain(i).copied()).collect();
        let moves: Vec<i32> = weights.move_bias.iter().map(|b| (b * UNIT * WEIGHT_UNIT) as i32).collect();
        let label_bias: Vec<i32> = weights.label_bias.iter().map(|b| (b * UNIT * WEIGHT_UNIT) as i32).collect();
        let [left, right] = [0, 1].map(|side| {
            let n = HIDDEN * labels.len();
            tiles(&weights.label[side * n..][..n], labels.len(), TILE)
        });
        let mut writer = ModelWriter::new(Self::KIND, Self::VERSION);
        writer
            .section("words", lexicon.words.join("\n").as_bytes())
            .section("tags", tags.join("\n").as_bytes())
            .section("labels", labels.join("\n").as_bytes())
            .section("learnt", &quantised(weights.learnt, INPUT_UNIT))
            .section("suffix", &quantised(weights.suffix, INPUT_UNIT))
            .section("case", &quantised(weights.case, INPUT_UNIT))
            .section("tag", &quantised(weights.tag, INPUT_UNIT))
            .section("special", &quantised(weights.special, INPUT_UNIT))
            .section("input", &tiles(&input, BLOCK, TILE))
            .section("context-bias", &quantised(weights.context_bias, UNIT))
            .section("lift", &tiles(weights.lift, NEAR * HIDDEN, TILE))
            .section("bias", &quantised(weights.bias, UNIT))
            .section("dependents", &quantised(weights.dependents, UNIT))
            .section("numbers", &quantised(weights.numbers, UNIT))
            .section("move", &tiles(weights.moves, 4, MOVES))
            .section("move-bias", &moves)
            .section("label", &[left, right].concat())
            .section("label-bias", &label_bias);
        writer
    }

    /// Loads `parser.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let file = models.open("parser.bin", Self::KIND, Self::VERSION)?;
        let lexicon = Lexicon { words: file.text("words")?.lines().map(String::from).collect() };
        let tags = file.section::<i16>("tag")?.len() / DIMS[3];
        let labels = file.section::<i32>("label-bias")?.len() / 2;
        let fail = |reason| Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
        let expected = [
            ("tag", tags.max(1) * DIMS[3]),
            ("learnt", (lexicon.words.len() + 1) * DIMS[0]),
            ("suffix", SUFFIXES * DIMS[1]),
            ("case", CASES * DIMS[2]),
            ("special", 2 * INPUT),
            ("input", INPUT * BLOCK),
            ("context-bias", CONTEXT),
            ("lift", CONTEXT * NEAR * HIDDEN),
            ("bias", HIDDEN),
            ("dependents", LABELLED.len() * labels * HIDDEN),
            ("numbers", NUMBERS * HIDDEN),
            ("move", HIDDEN * MOVES),
            ("label", HIDDEN * TILE * 2),
        ];
        for (section, length) in expected {
            let found = file.section::<i16>(section)?.len();
            if found != length {
                return fail(format!("section {section:?} should hold {length} numbers, it holds {found}"));
            }
        }
        if file.section::<i32>("move-bias")?.len() != 4 || labels == 0 || labels > TILE {
            return fail("its biases do not fit its other sections".into());
        }
        let at = Places {
            learnt: file.place("learnt")?,
            suffix: file.place("suffix")?,
            case: file.place("case")?,
            input: file.place("input")?,
            context_bias: file.place("context-bias")?,
            lift: file.place("lift")?,
            bias: file.place("bias")?,
            dependents: file.place("dependents")?,
            numbers: file.place("numbers")?,
            moves: file.place("move")?,
            move_bias: file.place("move-bias")?,
            label: file.place("label")?,
            label_bias: file.place("label-bias")?,
        };
        let mut network = Network { file, lexicon, lanes: Lanes::detect(), blocks: Vec::new(), tags, labels, at };
        network.fill_blocks()?;
        Ok(network)
    }

    fn fill_blocks(&mut self) -> Result<()> {
        let mut blocks = vec![0; (self.tags + 2) * BLOCK];
        let mut input = [0; INPUT];
        let (mut pairs, mut products) = (Pairs::default(), Vec::new());
        let tags = self.file.section::<i16>("tag")?.chunks_exact(DIMS[3]).map(|tag| (WORD, tag));
        let special = self.file.section::<i16>("special")?.chunks_exact(INPUT).map(|special| (0, special));
        for (block, (first, numbers)) in blocks.chunks_exact_mut(BLOCK).zip(tags.chain(special)) {
            input.fill(0);
            input[first..].copy_from_slice(numbers);
            self.block(&input, &mut pairs, &mut products, block);
        }
        self.blocks = blocks;
        Ok(())
    }

    fn block(&self, input: &[i16; INPUT], pairs: &mut Pairs, products: &mut Vec<i32>, block: &mut [i16]) {
        pairs.set(input);
        products.clear();
        products.resize(BLOCK, 0);
        self.lanes.product::<8>(pairs, self.file.at(self.at.input), products);
        self.lanes.add_rounded(products, INPUT_BITS, block);
    }

    /// The inputs of a word form, without those of its tag.
    fn input(&self, form: &str, words: &Words) -> [i16; INPUT] {
        let word = self.lexicon.describe(form, words);
        let mut input = [0; INPUT];
        if let Some(id) = word.vector {
            for (x, &v) in input.iter_mut().zip(words.vector(id)) {
                *x = i16::from(v) * (INPUT_UNIT / 127.0) as i16;
            }
        }
        let mut first = Words::DIM;
        for (place, dims, index) in [
            (self.at.learnt, DIMS[0], word.learnt),
            (self.at.suffix, DIMS[1], word.suffix),
            (self.at.case, DIMS[2], word.case),
        ] {
            input[first..first + dims].copy_from_slice(&self.file.at(place)[index as usize * dims..][..dims]);
            first += dims;
        }
        input
    }

    /// Computes what the tokens of a sentence add to the hidden layer, slot by slot.
    pub fn read(&self, sentence: &[Node], words: &Words, vocab: &Vocab, buffers: &mut Buffers) {
        let Buffers { words: known, slots, contexts, products, pairs, .. } = buffers;
        let (lanes, n) = (self.lanes, sentence.len());
        let special = &self.blocks[self.tags * BLOCK..];
        slots.clear();
        slots.extend_from_slice(&special[WINDOW..BLOCK]);
        slots.extend_from_slice(&special[BLOCK + WINDOW..]);
        // Room for the contexts of tokens that would stand before and after: nobody reads them, and no test is needed.
        contexts.clear();
        contexts.resize((n + 2 * AROUND) * CONTEXT, 0);
        for context in contexts.chunks_exact_mut(CONTEXT) {
            context.copy_from_slice(self.file.at(self.at.context_bias));
        }
        let mut see = |token: usize, window: &[i16]| {
            // Token `token` (counted from the room before) stands at place `p` in the window of the token `AROUND - p` after it.
            for (p, row) in window.chunks_exact(CONTEXT).enumerate() {
                if let Some(at) = (token + AROUND).checked_sub(p).filter(|&at| at < n + 2 * AROUND) {
                    lanes.add(row, &mut contexts[at * CONTEXT..][..CONTEXT]);
                }
            }
        };
        for outside in (0..AROUND).chain(n + AROUND..n + 2 * AROUND) {
            see(outside, &special[..WINDOW]);
        }
        for (i, node) in sentence.iter().enumerate() {
            let block = known.get(node.word as usize, |block| {
                self.block(&self.input(vocab.word(node.word), words), pairs, products, block);
            });
            let tag = &self.blocks[node.tag as usize * BLOCK..][..BLOCK];
            let start = slots.len();
            slots.extend_from_slice(&block[WINDOW..]);
            lanes.add(&tag[WINDOW..], &mut slots[start..]);
            see(i + AROUND, &block[..WINDOW]);
            see(i + AROUND, &tag[..WINDOW]);
        }
        let tokens = contexts[AROUND * CONTEXT..].chunks_exact_mut(CONTEXT);
        for (context, slots) in tokens.zip(slots[2 * SLOTS * HIDDEN..].chunks_exact_mut(SLOTS * HIDDEN)) {
            lanes.rectified_sum(&[], context);
            pairs.set(context);
            products.clear();
            products.resize(NEAR * HIDDEN, 0);
            lanes.product::<8>(pairs, self.file.at(self.at.lift), products);
            lanes.add_rounded(products, UNIT_BITS, &mut slots[..NEAR * HIDDEN]);
        }
    }

    /// Looks at a state of the sentence that was read last; gives the scores of the transitions, as
    /// [`Transition::ALL`](super::transition::Transition::ALL) orders them.
    pub fn moves(&self, state: &State, buffers: &mut Buffers) -> [i32; 3] {
        let Buffers { slots, hidden, pairs, .. } = buffers;
        let (dependents, table) = (self.file.at(self.at.dependents), self.file.at(self.at.numbers));
        let mut rows: [&[i16]; SLOTS + LABELLED.end - LABELLED.start + 6] = [&[]; _];
        let mut count = 0;
        let mut push = |row| {
            rows[count] = row;
            count += 1;
        };
        let at = |row: usize| row * HIDDEN..(row + 1) * HIDDEN;
        for (slot, node) in nodes(state).into_iter().enumerate() {
            let row = if node == NONE { 0 } else { node as usize + 1 };
            push(&slots[at(row * SLOTS + slot)]);
            if LABELLED.contains(&slot) && node != NONE && node != 0 {
                let label = state.labels[node as usize] as usize;
                push(&dependents[at((slot - LABELLED.start) * self.labels + label)]);
            }
        }
        for number in numbers(state) {
            push(&table[at(number)]);
        }
        hidden.copy_from_slice(self.file.at(self.at.bias));
        self.lanes.rectified_sum(&rows[..count], hidden);
        pairs.set(hidden);
        let mut scores = [0; MOVES];
        scores[..4].copy_from_slice(self.file.at(self.at.move_bias));
        self.lanes.product::<1>(pairs, self.file.at(self.at.moves), &mut scores);
        [scores[0], scores[1], scores[2]]
    }

    /// The best label of an arc to the left (`side` 0) or right (1) in the state that was looked at last.
    pub fn label(&self, side: usize, buffers: &Buffers) -> u8 {
        let mut scores = [0; TILE];
        scores[..self.labels].copy_from_slice(&self.file.at(self.at.label_bias)[side * self.labels..][..self.labels]);
        let weights = &self.file.at(self.at.label)[side * HIDDEN * TILE..][..HIDDEN * TILE];
        self.lanes.product::<8>(&buffers.pairs, weights, &mut scores);
        let best = (0..self.labels).reduce(|a, b| if scores[b] > scores[a] { b } else { a });
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
