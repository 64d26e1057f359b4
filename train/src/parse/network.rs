//! The network of the parser in training: forward, backward, Adam.

use super::Tree;
use super::matrix::{Matrix, multiply};
use crate::random::Random;
use anyhow::Result;
use dateline::model::Words;
use dateline::parse::{
    AROUND, CASES, CONTEXT, DIMS, HIDDEN, INPUT, LABELLED, Lexicon, NEAR, NONE, NUMBERS, Network, SLOTS, SUFFIXES,
    State, Transition, WORD, Weights, WordType, nodes, numbers,
};
use std::ops::Range;
use std::path::Path;

const BATCH: usize = 16;
const RATE: f32 = 2e-3;
const DROPOUT: f32 = 0.25;
/// Share of states after the first epochs in which the parser follows its own choice (Goldberg & Nivre 2012).
const EXPLORE: f32 = 0.9;
const EXPLORE_FROM: usize = 1;
/// Decay of the running average of the weights, which is what is used.
const AVERAGE: f32 = 0.999;
const WIDE: usize = SLOTS * HIDDEN;
const WINDOW: usize = (2 * AROUND + 1) * CONTEXT;
/// Rows of the input matrix before those of the tokens: no node, and the root.
const SPECIAL: usize = 2;

/// The weights, one flat array; each part at its range.
struct Layout {
    learnt: Range<usize>,
    suffix: Range<usize>,
    case: Range<usize>,
    tag: Range<usize>,
    special: Range<usize>,
    input: Range<usize>,
    context: Range<usize>,
    context_bias: Range<usize>,
    lift: Range<usize>,
    bias: Range<usize>,
    dependents: Range<usize>,
    numbers: Range<usize>,
    moves: Range<usize>,
    move_bias: Range<usize>,
    label: Range<usize>,
    label_bias: Range<usize>,
}

pub struct Trainer<'w> {
    words: &'w Words,
    labels: usize,
    at: Layout,
    weights: Vec<f32>,
    average: Vec<f32>,
    gradient: Vec<f32>,
    moments: [Vec<f32>; 2],
    steps: i32,
    random: Random,
    inputs: Vec<f32>,
    products: Vec<f32>,
    windows: Vec<f32>,
    contexts: Vec<f32>,
    context_back: Vec<f32>,
    back: Vec<f32>,
    input_back: Vec<f32>,
}

impl<'w> Trainer<'w> {
    pub fn new(words: &'w Words, learnt: usize, tags: usize, labels: usize) -> Self {
        let mut end = 0;
        let mut part = |length: usize| {
            end += length;
            end - length..end
        };
        let at = Layout {
            learnt: part(learnt * DIMS[0]),
            suffix: part(SUFFIXES * DIMS[1]),
            case: part(CASES * DIMS[2]),
            tag: part(tags * DIMS[3]),
            special: part(SPECIAL * INPUT),
            input: part(INPUT * WIDE),
            context: part(INPUT * WINDOW),
            context_bias: part(CONTEXT),
            lift: part(CONTEXT * NEAR * HIDDEN),
            bias: part(HIDDEN),
            dependents: part(LABELLED.len() * labels * HIDDEN),
            numbers: part(NUMBERS * HIDDEN),
            moves: part(HIDDEN * 4),
            move_bias: part(4),
            label: part(2 * HIDDEN * labels),
            label_bias: part(2 * labels),
        };
        let mut random = Random::new(1);
        let mut weights = vec![0.0; end];
        for (part, size) in [
            (&at.learnt, 0.1),
            (&at.suffix, 0.1),
            (&at.case, 0.1),
            (&at.tag, 0.3),
            (&at.special, 0.1),
            (&at.input, 0.06),
            (&at.context, 0.06),
            (&at.lift, 0.1),
            (&at.dependents, 0.05),
            (&at.numbers, 0.05),
            (&at.moves, 0.15),
            (&at.label, 0.15),
        ] {
            weights[part.clone()].iter_mut().for_each(|w| *w = (random.unit() * 2.0 - 1.0) * size);
        }
        Trainer {
            words,
            labels,
            at,
            average: weights.clone(),
            gradient: vec![0.0; end],
            moments: [vec![0.0; end], vec![0.0; end]],
            weights,
            steps: 0,
            random,
            inputs: vec![],
            products: vec![],
            windows: vec![],
            contexts: vec![],
            context_back: vec![],
            back: vec![],
            input_back: vec![],
        }
    }

    /// One pass over the trees; gives the mean loss a state.
    pub fn epoch(&mut self, trees: &[Tree], order: &[usize], epoch: usize, epochs: usize) -> f32 {
        let (mut loss, mut states) = (0.0f64, 0usize);
        let batches = order.len().div_ceil(BATCH);
        for (n, batch) in order.chunks(BATCH).enumerate() {
            let batch: Vec<&Tree> = batch.iter().map(|&i| &trees[i]).collect();
            let (l, s) = self.learn_batch(&batch, epoch >= EXPLORE_FROM);
            loss += l;
            states += s;
            let progress = (epoch * batches + n) as f32 / (epochs * batches) as f32;
            self.step(RATE * (1.0 - progress).max(0.02));
        }
        (loss / states as f64) as f32
    }

    /// The rows of learnt inputs of a word, with their first dimension.
    fn parts(&self, word: WordType, learnt: u32, tag: u8) -> [(usize, usize, usize); 4] {
        let at = &self.at;
        let mut first = Words::DIM;
        let mut part = |start: usize, dims: usize, row: u32| {
            first += dims;
            (start + row as usize * dims, dims, first - dims)
        };
        [
            part(at.learnt.start, DIMS[0], learnt),
            part(at.suffix.start, DIMS[1], word.suffix),
            part(at.case.start, DIMS[2], word.case),
            part(at.tag.start, DIMS[3], u32::from(tag)),
        ]
    }

    /// Computes what the nodes of some sentences add to the hidden layer; the rows of learnt inputs by token.
    fn fill_inputs(&mut self, trees: &[&Tree], drop: bool, average: bool) -> Vec<[(usize, usize, usize); 4]> {
        let rows = SPECIAL + trees.iter().map(|t| t.words.len()).sum::<usize>();
        self.inputs.clear();
        self.inputs.resize(rows * INPUT, 0.0);
        let mut parts = Vec::with_capacity(rows);
        for tree in trees {
            for i in 0..tree.words.len() {
                let word = tree.words[i];
                let rare = 0.3 / (0.3 + tree.counts[i] as f32);
                let learnt = if drop && self.random.unit() < rare { 0 } else { word.learnt };
                let tag = if drop && self.random.unit() < 0.02 { 0 } else { tree.tags[i] };
                parts.push(self.parts(word, learnt, tag));
            }
        }
        let weights = if average { &self.average } else { &self.weights };
        self.inputs[..SPECIAL * INPUT].copy_from_slice(&weights[self.at.special.clone()]);
        let tokens = trees.iter().flat_map(|t| &t.words).zip(&parts);
        for ((word, parts), row) in tokens.zip(self.inputs.chunks_exact_mut(INPUT).skip(SPECIAL)) {
            if let Some(id) = word.vector {
                for (x, &v) in row.iter_mut().zip(self.words.vector(id)) {
                    *x = f32::from(v) / 127.0;
                }
            }
            for &(start, dims, first) in parts {
                row[first..first + dims].copy_from_slice(&weights[start..start + dims]);
            }
        }
        debug_assert_eq!(WORD + DIMS[3], INPUT);
        let at = &self.at;
        let inputs = Matrix::dense(&self.inputs, rows, INPUT);
        self.products.clear();
        self.products.resize(rows * WIDE, 0.0);
        multiply(inputs, Matrix::dense(&weights[at.input.clone()], INPUT, WIDE), 0.0, &mut self.products, WIDE);
        self.windows.clear();
        self.windows.resize(rows * WINDOW, 0.0);
        multiply(inputs, Matrix::dense(&weights[at.context.clone()], INPUT, WINDOW), 0.0, &mut self.windows, WINDOW);
        self.contexts.clear();
        self.contexts.resize(rows * CONTEXT, 0.0);
        let mut first = SPECIAL;
        for tree in trees {
            for i in 0..tree.words.len() {
                let context = &mut self.contexts[(first + i) * CONTEXT..][..CONTEXT];
                context.copy_from_slice(&weights[at.context_bias.clone()]);
                for (place, row) in window(i, tree.words.len(), first) {
                    add(context, &self.windows[row * WINDOW + place * CONTEXT..][..CONTEXT]);
                }
                for c in context {
                    let kept = *c > 0.0 && !(drop && self.random.unit() < DROPOUT);
                    *c = if kept { *c / if drop { 1.0 - DROPOUT } else { 1.0 } } else { 0.0 };
                }
            }
            first += tree.words.len();
        }
        let lift = Matrix::dense(&weights[at.lift.clone()], CONTEXT, NEAR * HIDDEN);
        multiply(Matrix::dense(&self.contexts, rows, CONTEXT), lift, 1.0, &mut self.products, WIDE);
        parts
    }

    /// The hidden layer before its non-linearity, and the input rows that were switched on beside those of the nodes.
    fn hidden(
        &self,
        weights: &[f32],
        state: &State,
        first: usize,
        hidden: &mut [f32; HIDDEN],
    ) -> ([u32; SLOTS], [usize; SLOTS + 6]) {
        hidden.copy_from_slice(&weights[self.at.bias.clone()]);
        let places = nodes(state);
        let mut rows = [usize::MAX; SLOTS + 6];
        for (slot, &node) in places.iter().enumerate() {
            add(hidden, &self.products[input_row(node, first) * WIDE + slot * HIDDEN..][..HIDDEN]);
            if LABELLED.contains(&slot) && node != NONE && node != 0 {
                let label = state.labels[node as usize] as usize;
                rows[slot] = self.at.dependents.start + ((slot - LABELLED.start) * self.labels + label) * HIDDEN;
            }
        }
        for (i, number) in numbers(state).into_iter().enumerate() {
            rows[SLOTS + i] = self.at.numbers.start + number * HIDDEN;
        }
        for &row in rows.iter().filter(|&&row| row != usize::MAX) {
            add(hidden, &weights[row..row + HIDDEN]);
        }
        (places, rows)
    }

    /// Walks through some sentences, adding to the gradient; gives the loss and the number of states.
    fn learn_batch(&mut self, trees: &[&Tree], explore: bool) -> (f64, usize) {
        let parts = self.fill_inputs(trees, true, false);
        self.back.clear();
        self.back.resize((parts.len() + SPECIAL) * WIDE, 0.0);
        let (mut loss, mut states, mut first) = (0.0, 0, SPECIAL);
        for tree in trees {
            let (l, s) = self.learn(tree, first, explore);
            loss += l;
            states += s;
            first += tree.words.len();
        }
        self.push_back(trees, parts.len() + SPECIAL);
        add(&mut self.gradient[self.at.special.clone()], &self.input_back[..SPECIAL * INPUT]);
        for (i, parts) in parts.iter().enumerate() {
            let row = &self.input_back[(SPECIAL + i) * INPUT..][..INPUT];
            for &(start, dims, first) in parts {
                add(&mut self.gradient[start..start + dims], &row[first..first + dims]);
            }
        }
        (loss, states)
    }

    /// Walks through a sentence whose rows begin at `first`.
    fn learn(&mut self, tree: &Tree, first: usize, explore: bool) -> (f64, usize) {
        let n = tree.words.len();
        let (mut loss, mut states) = (0.0, 0);
        let mut state = State::default();
        state.reset(n);
        let (mut hidden, mut delta) = ([0.0; HIDDEN], [0.0; HIDDEN]);
        while !state.is_final() {
            states += 1;
            let (places, rows) = self.hidden(&self.weights, &state, first, &mut hidden);
            for h in &mut hidden {
                *h = if *h > 0.0 && self.random.unit() >= DROPOUT { *h / (1.0 - DROPOUT) } else { 0.0 };
            }
            delta.fill(0.0);
            let scores = self.moves(&self.weights, &hidden);
            let costs = state.costs(&tree.heads);
            let allowed = Transition::ALL.map(|t| state.allows(t));
            let least = (0..3).filter(|&t| allowed[t]).map(|t| costs[t]).min().expect("not final");
            let right: [bool; 3] = std::array::from_fn(|t| allowed[t] && costs[t] == least);
            let best = |among: &[bool; 3]| {
                (0..3)
                    .filter(|&t| among[t])
                    .reduce(|a, b| if scores[b] > scores[a] { b } else { a })
                    .expect("not empty")
            };
            let follow = if explore && self.random.unit() < EXPLORE { best(&allowed) } else { best(&right) };

            // Softmax over the allowed moves, against the share of the right ones.
            let top = scores[best(&allowed)];
            let p: [f32; 3] = std::array::from_fn(|t| if allowed[t] { (scores[t] - top).exp() } else { 0.0 });
            let (all, good) = (p.iter().sum::<f32>(), (0..3).filter(|&t| right[t]).map(|t| p[t]).sum::<f32>());
            loss -= f64::from((good / all).max(1e-9).ln());
            for t in 0..3 {
                let wanted = if right[t] { p[t] / good.max(1e-9) } else { 0.0 };
                self.push_back_move(t, p[t] / all - wanted, &hidden, &mut delta);
            }
            for (t, side) in [(1, 0), (2, 1)] {
                let head = if t == 1 { state.buffer(0) } else { state.stack(1) };
                let dependent = state.stack(0);
                if right[t] && head != 0 && tree.heads[dependent as usize] == head {
                    loss += self.learn_label(side, tree.labels[dependent as usize] as usize, &hidden, &mut delta);
                }
            }
            for (d, h) in delta.iter_mut().zip(&hidden) {
                *d = if *h > 0.0 { *d / (1.0 - DROPOUT) } else { 0.0 };
            }
            add(&mut self.gradient[self.at.bias.clone()], &delta);
            for (slot, &node) in places.iter().enumerate() {
                add(&mut self.back[input_row(node, first) * WIDE + slot * HIDDEN..][..HIDDEN], &delta);
            }
            for &row in rows.iter().filter(|&&row| row != usize::MAX) {
                add(&mut self.gradient[row..row + HIDDEN], &delta);
            }
            let label = match follow {
                0 => 0,
                t if tree.heads[state.stack(0) as usize] == if t == 1 { state.buffer(0) } else { state.stack(1) } => {
                    tree.labels[state.stack(0) as usize]
                }
                t => self.label(&self.weights, t - 1, &hidden),
            };
            state.take(Transition::ALL[follow], label);
        }
        (loss, states)
    }

    /// Takes what came back to the products on to weights and inputs.
    fn push_back(&mut self, trees: &[&Tree], rows: usize) {
        let (weights, gradient, at) = (&self.weights, &mut self.gradient, &self.at);
        let inputs = Matrix::dense(&self.inputs, rows, INPUT);
        let contexts = Matrix::dense(&self.contexts, rows, CONTEXT);
        let near = Matrix::new(&self.back, rows, NEAR * HIDDEN, WIDE);
        multiply(contexts.transposed(), near, 1.0, &mut gradient[at.lift.clone()], NEAR * HIDDEN);
        self.context_back.clear();
        self.context_back.resize(rows * CONTEXT, 0.0);
        let lift = Matrix::dense(&weights[at.lift.clone()], CONTEXT, NEAR * HIDDEN);
        multiply(near, lift.transposed(), 0.0, &mut self.context_back, CONTEXT);
        self.windows.fill(0.0);
        let mut first = SPECIAL;
        for tree in trees {
            for i in 0..tree.words.len() {
                let at_token = (first + i) * CONTEXT..(first + i + 1) * CONTEXT;
                let back = &mut self.context_back[at_token.clone()];
                for (b, c) in back.iter_mut().zip(&self.contexts[at_token]) {
                    *b = if *c > 0.0 { *b / (1.0 - DROPOUT) } else { 0.0 };
                }
                add(&mut gradient[at.context_bias.clone()], back);
                for (place, row) in window(i, tree.words.len(), first) {
                    add(&mut self.windows[row * WINDOW + place * CONTEXT..][..CONTEXT], back);
                }
            }
            first += tree.words.len();
        }
        self.input_back.clear();
        self.input_back.resize(rows * INPUT, 0.0);
        for (part, back, wide) in [(&at.input, &self.back, WIDE), (&at.context, &self.windows, WINDOW)] {
            let back = Matrix::dense(back, rows, wide);
            multiply(inputs.transposed(), back, 1.0, &mut gradient[part.clone()], wide);
            let weights = Matrix::dense(&weights[part.clone()], INPUT, wide);
            multiply(back, weights.transposed(), 1.0, &mut self.input_back, INPUT);
        }
    }

    fn moves(&self, weights: &[f32], hidden: &[f32; HIDDEN]) -> [f32; 4] {
        let mut scores: [f32; 4] = weights[self.at.move_bias.clone()].try_into().expect("four");
        for (row, &h) in weights[self.at.moves.clone()].chunks_exact(4).zip(hidden) {
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += h * weight;
            }
        }
        scores
    }

    fn push_back_move(&mut self, t: usize, by: f32, hidden: &[f32; HIDDEN], delta: &mut [f32; HIDDEN]) {
        let start = self.at.moves.start;
        for (i, (&h, d)) in hidden.iter().zip(delta).enumerate() {
            self.gradient[start + i * 4 + t] += h * by;
            *d += self.weights[start + i * 4 + t] * by;
        }
        self.gradient[self.at.move_bias.start + t] += by;
    }

    fn label_scores(&self, weights: &[f32], side: usize, hidden: &[f32; HIDDEN]) -> Vec<f32> {
        let n = self.labels;
        let mut scores = weights[self.at.label_bias.start + side * n..][..n].to_vec();
        let rows = &weights[self.at.label.start + side * HIDDEN * n..][..HIDDEN * n];
        for (row, &h) in rows.chunks_exact(n).zip(hidden).filter(|(_, h)| **h != 0.0) {
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += h * weight;
            }
        }
        scores
    }

    fn label(&self, weights: &[f32], side: usize, hidden: &[f32; HIDDEN]) -> u8 {
        let scores = self.label_scores(weights, side, hidden);
        (0..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a }).expect("labels") as u8
    }

    fn learn_label(&mut self, side: usize, gold: usize, hidden: &[f32; HIDDEN], delta: &mut [f32; HIDDEN]) -> f64 {
        let n = self.labels;
        let mut p = self.label_scores(&self.weights, side, hidden);
        let top = p.iter().copied().fold(f32::MIN, f32::max);
        p.iter_mut().for_each(|x| *x = (*x - top).exp());
        let sum: f32 = p.iter().sum();
        p.iter_mut().for_each(|x| *x /= sum);
        let loss = -f64::from(p[gold].max(1e-9).ln());
        p[gold] -= 1.0;
        let start = self.at.label.start + side * HIDDEN * n;
        for (i, &h) in hidden.iter().enumerate().filter(|(_, h)| **h != 0.0) {
            let row = start + i * n..start + (i + 1) * n;
            delta[i] += self.weights[row.clone()].iter().zip(&p).map(|(w, p)| w * p).sum::<f32>();
            for (g, p) in self.gradient[row].iter_mut().zip(&p) {
                *g += h * p;
            }
        }
        add(&mut self.gradient[self.at.label_bias.start + side * n..][..n], &p);
        loss
    }

    /// Adam (Kingma & Ba 2015), and the running average.
    fn step(&mut self, rate: f32) {
        self.steps += 1;
        let (b1, b2) = (0.9f32, 0.98f32);
        let (c1, c2) = (1.0 - b1.powi(self.steps), 1.0 - b2.powi(self.steps));
        let decay = AVERAGE.min(self.steps as f32 / (self.steps as f32 + 10.0));
        let [m, v] = &mut self.moments;
        for i in 0..self.weights.len() {
            let g = self.gradient[i] / BATCH as f32;
            m[i] = b1 * m[i] + (1.0 - b1) * g;
            v[i] = b2 * v[i] + (1.0 - b2) * g * g;
            self.weights[i] -= rate * (m[i] / c1) / ((v[i] / c2).sqrt() + 1e-6);
            self.average[i] = decay * self.average[i] + (1.0 - decay) * self.weights[i];
        }
        self.gradient.fill(0.0);
    }

    /// Parses with the averaged weights: heads and labels by node.
    pub fn parse(&mut self, tree: &Tree) -> (Vec<u32>, Vec<u8>) {
        self.fill_inputs(&[tree], false, true);
        let mut state = State::default();
        state.reset(tree.words.len());
        let mut hidden = [0.0; HIDDEN];
        while !state.is_final() {
            self.hidden(&self.average, &state, SPECIAL, &mut hidden);
            hidden.iter_mut().for_each(|h| *h = h.max(0.0));
            let scores = self.moves(&self.average, &hidden);
            let best = Transition::ALL
                .into_iter()
                .filter(|&t| state.allows(t))
                .reduce(|a, b| if scores[b as usize] > scores[a as usize] { b } else { a })
                .expect("not final");
            let label = match best {
                Transition::Shift => 0,
                _ => self.label(&self.average, best as usize - 1, &hidden),
            };
            state.take(best, label);
        }
        (state.heads, state.labels)
    }

    /// Writes the averaged weights.
    pub fn write(&self, lexicon: &Lexicon, tags: &[String], labels: &[String], path: &Path) -> Result<()> {
        let part = |range: &Range<usize>| &self.average[range.clone()];
        let at = &self.at;
        let weights = Weights {
            learnt: part(&at.learnt),
            suffix: part(&at.suffix),
            case: part(&at.case),
            tag: part(&at.tag),
            special: part(&at.special),
            input: part(&at.input),
            context: part(&at.context),
            context_bias: part(&at.context_bias),
            lift: part(&at.lift),
            bias: part(&at.bias),
            dependents: part(&at.dependents),
            numbers: part(&at.numbers),
            moves: part(&at.moves),
            move_bias: part(&at.move_bias),
            label: part(&at.label),
            label_bias: part(&at.label_bias),
        };
        Network::write(lexicon, tags, labels, &weights).write(path)?;
        Ok(())
    }
}

/// The places of the window around token `i` of a sentence of `n` whose rows begin at `first`, with the rows of the input matrix that stand there.
fn window(i: usize, n: usize, first: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..2 * AROUND + 1).map(move |place| {
        let inside = i + place >= AROUND && i + place < n + AROUND;
        (place, if inside { first + i + place - AROUND } else { 0 })
    })
}

/// The row of the input matrix that holds a node of the sentence whose rows begin at `first`.
fn input_row(node: u32, first: usize) -> usize {
    match node {
        NONE => 0,
        0 => 1,
        _ => first + node as usize - 1,
    }
}

fn add(to: &mut [f32], row: &[f32]) {
    for (a, b) in to.iter_mut().zip(row) {
        *a += b;
    }
}
