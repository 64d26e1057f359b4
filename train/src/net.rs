//! Training of [`dateline::model::net`]: AdaGrad (Duchi et al. 2011), an example at a time, with features left out at random.

use crate::random::Random;
use dateline::model::crf::Feature;
use dateline::model::net::{HIDDEN, Net, Weights};
use dateline::model::{ModelWriter, Words};
use rustc_hash::FxHashMap;

/// Share of features left out at each sight of an example (Wang & Manning 2013).
const DROPOUT: f32 = 0.35;
/// Share of hidden units left out.
const HIDDEN_DROPOUT: f32 = 0.3;

/// What one decision sees: features, and the words whose vectors stand in the slots.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    pub features: Vec<Feature>,
    pub words: Vec<(usize, u32, f32)>,
}

/// A decision with its features as rows of the trainer.
#[derive(Clone, Debug, Default)]
pub struct Input {
    rows: Vec<u32>,
    words: Vec<(u8, u32, f32)>,
}

/// A forward pass, kept for the way back.
#[derive(Debug, Default)]
pub struct Pass {
    rows: Vec<u32>,
    words: Vec<(u8, u32, f32)>,
    hidden: Vec<f32>,
    kept: Vec<bool>,
    /// Scores of the labels.
    pub scores: Vec<f32>,
}

/// Which features have a row: those seen often enough.
#[derive(Debug, Default)]
pub struct Index {
    counts: FxHashMap<u64, u32>,
    rows: FxHashMap<u64, u32>,
}

impl Index {
    /// Counts the features of an example.
    pub fn count(&mut self, seen: &Seen) {
        for feature in &seen.features {
            *self.counts.entry(feature.0).or_default() += 1;
        }
    }

    /// Gives a row to each feature counted `least` times or more.
    pub fn close(&mut self, least: u32) {
        let mut kept: Vec<u64> = self.counts.iter().filter(|(_, c)| **c >= least).map(|(f, _)| *f).collect();
        kept.sort_unstable();
        self.rows = kept.into_iter().zip(0..).collect();
        self.counts = FxHashMap::default();
    }

    /// The rows of what was seen.
    pub fn input(&self, seen: &Seen) -> Input {
        Input {
            rows: seen.features.iter().filter_map(|f| self.rows.get(&f.0).copied()).collect(),
            words: seen.words.iter().map(|&(s, w, by)| (s as u8, w, by)).collect(),
        }
    }
}

/// Weights with the sums of squares that AdaGrad divides by.
struct Part {
    weights: Vec<f32>,
    squares: Vec<f32>,
    /// The weights at the ends of rounds, added up.
    sums: Vec<f32>,
}

impl Part {
    fn new(n: usize, size: f32, random: &mut Random) -> Self {
        Part {
            weights: (0..n).map(|_| (random.unit() * 2.0 - 1.0) * size).collect(),
            squares: vec![0.1; n],
            sums: vec![0.0; n],
        }
    }

    fn learn(&mut self, at: usize, g: f32, rate: f32) {
        self.squares[at] += g * g;
        self.weights[at] -= rate * g / (self.squares[at].sqrt() + 1e-3);
    }
}

/// The net in training.
pub struct Trainer<'w> {
    words: &'w Words,
    labels: usize,
    width: usize,
    index: Index,
    rows: Part,
    input: Part,
    bias: Part,
    output: Part,
    /// AdaGrad's rate; the caller may lower it from epoch to epoch.
    pub rate: f32,
    decay: f32,
    pub random: Random,
    remembered: f32,
}

impl<'w> Trainer<'w> {
    /// An untrained net over the features of `index`; `decay` pulls the weights of features towards 0.
    pub fn new(words: &'w Words, index: Index, labels: usize, slots: usize, decay: f32, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let width = HIDDEN + labels;
        let mut rows = Part::new(index.rows.len() * width, 0.03, &mut random);
        rows.weights.chunks_exact_mut(width).for_each(|row| row[HIDDEN..].fill(0.0));
        Trainer {
            words,
            labels,
            width,
            rows,
            input: Part::new(slots * Words::DIM * HIDDEN, 0.15, &mut random),
            bias: Part::new(width, 0.0, &mut random),
            output: Part::new(HIDDEN * labels, 0.1, &mut random),
            index,
            rate: 0.05,
            decay,
            random,
            remembered: 0.0,
        }
    }

    fn parts(&mut self) -> [&mut Part; 4] {
        [&mut self.rows, &mut self.input, &mut self.bias, &mut self.output]
    }

    /// Adds the weights to those that the mean is taken of.
    pub fn remember(&mut self) {
        self.remembered += 1.0;
        for part in self.parts() {
            part.sums.iter_mut().zip(&part.weights).for_each(|(s, w)| *s += w);
        }
    }

    /// Ends training: the weights are the mean of those remembered, which is steadier than any of them.
    pub fn settle(&mut self) {
        let n = self.remembered;
        for part in self.parts() {
            part.weights.iter_mut().zip(&part.sums).for_each(|(w, s)| *w = s / n);
        }
    }

    /// Rows of the features of a decision.
    pub fn prepare(&self, seen: &Seen) -> Input {
        self.index.input(seen)
    }

    /// Scores with everything in place.
    pub fn scores(&self, input: &Input) -> Vec<f32> {
        let kept = [true; HIDDEN];
        let mut pass = Pass::default();
        self.run(&input.rows, &input.words, &kept, (1.0 - DROPOUT, 1.0 - HIDDEN_DROPOUT), &mut pass);
        pass.scores
    }

    /// Scores with some of the features and hidden units left out.
    pub fn forward(&mut self, input: &Input, pass: &mut Pass) {
        let rows: Vec<u32> = input.rows.iter().copied().filter(|_| self.random.unit() >= DROPOUT).collect();
        let words: Vec<(u8, u32, f32)> =
            input.words.iter().copied().filter(|_| self.random.unit() >= DROPOUT).collect();
        let kept: [bool; HIDDEN] = std::array::from_fn(|_| self.random.unit() >= HIDDEN_DROPOUT);
        self.run(&rows, &words, &kept, (1.0, 1.0), pass);
        (pass.rows, pass.words, pass.kept) = (rows, words, kept.to_vec());
    }

    fn run(&self, rows: &[u32], words: &[(u8, u32, f32)], kept: &[bool], (by, by_hidden): (f32, f32), pass: &mut Pass) {
        let mut sum = vec![0.0; self.width];
        for &row in rows {
            let row = &self.rows.weights[row as usize * self.width..][..self.width];
            sum.iter_mut().zip(row).for_each(|(s, w)| *s += w);
        }
        for &(slot, word, weight) in words {
            let input = &self.input.weights[slot as usize * Words::DIM * HIDDEN..][..Words::DIM * HIDDEN];
            for (row, &x) in input.chunks_exact(HIDDEN).zip(self.words.vector(word)) {
                let x = f32::from(x) / 127.0 * weight;
                sum.iter_mut().zip(row).for_each(|(s, w)| *s += w * x);
            }
        }
        sum.iter_mut().zip(&self.bias.weights).for_each(|(s, b)| *s = *s * by + b);
        pass.scores.clear();
        pass.scores.extend(&sum[HIDDEN..]);
        pass.hidden.clear();
        pass.hidden.extend(sum[..HIDDEN].iter().zip(kept).map(|(&s, &k)| if k { s.max(0.0) * by_hidden } else { 0.0 }));
        for (&h, row) in pass.hidden.iter().zip(self.output.weights.chunks_exact(self.labels)) {
            if h > 0.0 {
                pass.scores.iter_mut().zip(row).for_each(|(s, w)| *s += h * w);
            }
        }
    }

    /// Learns from the gradient of the loss by the scores of a pass.
    pub fn backward(&mut self, pass: &Pass, gradient: &[f32]) {
        // Nearly certain decisions teach nothing and cost most of the time.
        if gradient.iter().all(|g| g.abs() < 1e-3) {
            return;
        }
        let (labels, rate) = (self.labels, self.rate);
        let mut down = vec![0.0; self.width];
        down[HIDDEN..].copy_from_slice(gradient);
        for (i, &h) in pass.hidden.iter().enumerate().filter(|(i, h)| **h > 0.0 && pass.kept[*i]) {
            let row = i * labels..(i + 1) * labels;
            down[i] = self.output.weights[row.clone()].iter().zip(gradient).map(|(w, g)| w * g).sum();
            for (at, g) in row.zip(gradient) {
                self.output.learn(at, g * h, rate);
            }
        }
        for (at, &g) in down.iter().enumerate() {
            self.bias.learn(at, g, rate);
        }
        for &row in &pass.rows {
            let start = row as usize * self.width;
            let (weights, squares) =
                (&mut self.rows.weights[start..][..self.width], &mut self.rows.squares[start..][..self.width]);
            for ((w, s), d) in weights.iter_mut().zip(squares).zip(&down) {
                let g = d + self.decay * *w;
                *s += g * g;
                *w -= rate * g / (s.sqrt() + 1e-3);
            }
        }
        for &(slot, word, weight) in &pass.words {
            let start = slot as usize * Words::DIM * HIDDEN;
            for (d, &x) in self.words.vector(word).iter().enumerate() {
                let (x, at) = (f32::from(x) / 127.0 * weight, start + d * HIDDEN);
                for (h, down) in down[..HIDDEN].iter().enumerate().filter(|(_, d)| **d != 0.0) {
                    self.input.learn(at + h, down * x, rate);
                }
            }
        }
    }

    /// Writes the net's sections, with the `most` rows that weigh most; what dropout left out in training counts for less when
    /// all is there.
    pub fn write(&self, writer: &mut ModelWriter, name: &str, most: usize) {
        let scaled = |weights: &[f32], by: f32| -> Vec<f32> { weights.iter().map(|w| w * by).collect() };
        let rows = scaled(&self.rows.weights, 1.0 - DROPOUT);
        let row = |r: u32| &rows[r as usize * self.width..][..self.width];
        let weight = |r: u32| row(r).iter().fold(0.0f32, |most, w| most.max(w.abs()));
        let mut features: Vec<(u64, u32)> = self.index.rows.iter().map(|(f, r)| (*f, *r)).collect();
        features.sort_unstable_by(|a, b| weight(b.1).total_cmp(&weight(a.1)).then(a.0.cmp(&b.0)));
        features.truncate(most);
        features.sort_unstable();
        let rows = features.iter().map(|&(f, r)| (Feature(f), row(r))).collect();
        Net::write(
            writer,
            name,
            &Weights {
                labels: self.labels,
                rows,
                input: &scaled(&self.input.weights, 1.0 - DROPOUT),
                bias: &self.bias.weights,
                output: &scaled(&self.output.weights, 1.0 - HIDDEN_DROPOUT),
            },
        );
    }
}
