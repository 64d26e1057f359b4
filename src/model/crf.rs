//! A linear-chain conditional random field (Lafferty et al. 2001) over hashed features.
//!
//! What a feature adds to each label is a row of small integers in one flat table; what all features of a word add at an
//! offset can be summed once and kept. Transitions are a dense matrix. The same code serves the tagger and the names.

use super::{ModelFile, ModelWriter, Place};
use crate::error::{Error, ErrorKind, Result};

/// A set of labels, bit `l` for label `l`.
pub type LabelSet = u64;

/// The trained field.
#[derive(Debug)]
pub struct Crf {
    /// Names of the labels, at their numbers.
    pub labels: Vec<String>,
    bits: u32,
    scale: f32,
    file: ModelFile,
    features: Place<i8>,
    sparse: Option<Sparse>,
    transitions: Place<f32>,
    /// exp of each transition.
    exp: Vec<f32>,
    /// Each transition in steps of the features' scale.
    steps: Vec<i32>,
}

/// Which rows of the table are there, where those of zeros are left out: bits, and how many are there before each 64.
#[derive(Debug)]
struct Sparse {
    kept: Place<u64>,
    ranks: Place<u32>,
}

/// Labels of a row: rows are padded, so that every row begins a cache line.
pub const WIDTH: usize = 64;

/// How far (in logarithms) a label may be behind the best of its position to be on the best path: transitions hardly make up for more.
const MARGIN: f32 = 12.0;

/// A feature: a hash of its name and value. The model depends on it, so it is written out (FNV-1a, 64 bits, then mixed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Feature(pub u64);

impl Feature {
    /// The feature of a template.
    pub const fn new(template: u8) -> Self {
        Feature(0xcbf2_9ce4_8422_2325 ^ (template as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// With a word or affix as its value.
    pub fn text(self, text: &str) -> Self {
        Feature(text.bytes().fold(self.0, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// With a number as its value.
    pub fn number(self, n: u64) -> Self {
        let h = (self.0 ^ n.wrapping_add(0x9E37_79B9)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        Feature(h ^ (h >> 32))
    }

    /// The row of a table of `1 << bits` rows.
    pub fn row(self, bits: u32) -> usize {
        let h = (self.0 ^ (self.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (h >> (64 - bits)) as usize
    }
}

/// Buffers for decoding, reused from sentence to sentence.
#[derive(Debug, Default)]
pub struct Lattice {
    /// Scores by position and label, `WIDTH` a position.
    pub emissions: Vec<f32>,
    /// Labels allowed at each position.
    pub allowed: Vec<LabelSet>,
    /// The best path, after [`Crf::decode`].
    pub path: Vec<u8>,
    back: Vec<u8>,
    forward: Vec<f32>,
    chain: Chain,
}

/// Buffers for [`Crf::decode_steps`]: whole numbers, so that a window's sums are two cache lines a word.
#[derive(Debug)]
pub struct Ladder {
    /// Sums by position and label, `WIDTH` a position.
    pub sums: Vec<i16>,
    /// Labels allowed at each position.
    pub allowed: Vec<LabelSet>,
    /// The best path, after decoding.
    pub path: Vec<u8>,
    back: Vec<u8>,
    before: [i32; WIDTH],
    now: [i32; WIDTH],
}

impl Default for Ladder {
    fn default() -> Self {
        let (before, now) = ([0; WIDTH], [0; WIDTH]);
        Ladder { sums: Vec::new(), allowed: Vec::new(), path: Vec::new(), back: Vec::new(), before, now }
    }
}

impl Ladder {
    /// Starts a sentence of `n` positions at which every label of `all` is allowed.
    pub fn reset(&mut self, n: usize, all: LabelSet) {
        self.sums.clear();
        self.sums.resize(n * WIDTH, 0);
        self.allowed.clear();
        self.allowed.resize(n, all);
    }
}

impl Lattice {
    /// Starts a sentence of `n` positions at which every label of `all` is allowed.
    pub fn reset(&mut self, n: usize, all: LabelSet) {
        self.emissions.clear();
        self.emissions.resize(n * WIDTH, 0.0);
        self.allowed.clear();
        self.allowed.resize(n, all);
    }

    /// The scores of position `i`.
    pub fn row(&mut self, i: usize) -> &mut [f32] {
        &mut self.emissions[i * WIDTH..(i + 1) * WIDTH]
    }
}

impl Crf {
    /// Takes the sections of an open model file.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where they do not fit together.
    pub fn load(file: ModelFile) -> Result<Self> {
        let labels: Vec<String> = file.text("labels")?.lines().map(String::from).collect();
        let (rows, scale) = (file.section::<i8>("features")?.len() / WIDTH, file.section::<f32>("scale")?);
        let transitions = file.section::<f32>("transitions")?.len();
        let sparse = match file.section::<u64>("kept") {
            Ok(kept) => Some((kept, file.section::<u32>("ranks")?)),
            Err(_) => None,
        };
        let (all, fits) = sparse.map_or((rows, true), |(kept, ranks)| {
            let mut before = 0;
            let right = kept.len() == ranks.len()
                && kept.iter().zip(ranks).all(|(bits, &rank)| {
                    let right = rank == before;
                    before += bits.count_ones();
                    right
                });
            (kept.len() * 64, right && before as usize == rows)
        });
        if labels.is_empty() || labels.len() > WIDTH || !all.is_power_of_two() || scale.len() != 1 || !fits {
            return Err(Error::new(ErrorKind::Model, "its sections do not fit together").in_file(file.name()));
        }
        if transitions != (WIDTH + 1) * WIDTH {
            let reason = format!("expected {} transitions, found {transitions}", (WIDTH + 1) * WIDTH);
            return Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
        }
        let sparse = match sparse {
            Some(_) => Some(Sparse { kept: file.place("kept")?, ranks: file.place("ranks")? }),
            None => None,
        };
        let (scale, bits) = (scale[0], all.trailing_zeros());
        let (features, transitions) = (file.place("features")?, file.place("transitions")?);
        let exp = file.at(transitions).iter().map(|t: &f32| t.exp()).collect();
        let steps = file.at(transitions).iter().map(|t: &f32| (t / scale).round() as i32).collect();
        Ok(Crf { bits, scale, labels, features, sparse, transitions, exp, steps, file })
    }

    /// Adds the sections of a field to a model file: float weights become bytes. Where a quarter of the rows or more would
    /// be zeros, these are left out, and `kept` and `ranks` tell where the others are.
    pub fn write(writer: &mut ModelWriter, labels: &[String], features: &[f32], transitions: &[f32]) {
        let largest = features.iter().fold(1e-6f32, |m, w| m.max(w.abs()));
        // Few weights are near the largest: cutting them off keeps the steps of the others small.
        let scale = largest.min(6.0) / 127.0;
        let bytes: Vec<i8> = features.iter().map(|w| (w / scale).round().clamp(-127.0, 127.0) as i8).collect();
        let rows = || bytes.chunks_exact(WIDTH);
        let says = |row: &[i8]| row.iter().any(|&w| w != 0);
        writer.section("labels", labels.join("\n").as_bytes());
        if rows().len() >= 64 && rows().filter(|r| says(r)).count() * 4 <= rows().len() * 3 {
            let flags: Vec<bool> = rows().map(says).collect();
            let kept: Vec<u64> = flags
                .chunks(64)
                .map(|flags| flags.iter().enumerate().fold(0, |bits, (n, &flag)| bits | u64::from(flag) << n))
                .collect();
            let mut before = 0;
            let mut ranks = Vec::with_capacity(kept.len());
            for bits in &kept {
                ranks.push(before);
                before += bits.count_ones();
            }
            let there: Vec<i8> = rows().filter(|r| says(r)).flatten().copied().collect();
            writer.section("kept", &kept).section("ranks", &ranks).section("features", &there);
        } else {
            writer.section("features", &bytes);
        }
        writer.section("scale", &[scale]).section("transitions", transitions);
    }

    /// The open file, for sections of the owner's own.
    pub fn file(&self) -> &ModelFile {
        &self.file
    }

    /// All labels.
    pub fn all(&self) -> LabelSet {
        LabelSet::MAX >> (64 - self.labels.len())
    }

    /// The row of a feature; `None` where it is one of zeros that the file leaves out.
    fn row(&self, feature: Feature) -> Option<&[i8]> {
        let mut at = feature.row(self.bits);
        if let Some(Sparse { kept, ranks }) = &self.sparse {
            let (bits, bit) = (self.file.at(*kept)[at / 64], at % 64);
            if bits >> bit & 1 == 0 {
                return None;
            }
            at = self.file.at(*ranks)[at / 64] as usize + (bits & ((1 << bit) - 1)).count_ones() as usize;
        }
        Some(&self.file.at(self.features)[at * WIDTH..][..WIDTH])
    }

    /// Adds a feature's row to the scores of a position.
    pub fn add(&self, feature: Feature, scores: &mut [f32]) {
        for (score, &weight) in scores.iter_mut().zip(self.row(feature).unwrap_or_default()) {
            *score += f32::from(weight) * self.scale;
        }
    }

    /// Adds a feature's row, in steps of the field's scale, to the sums of a position: what the best path alone needs.
    pub fn add_steps(&self, feature: Feature, sums: &mut [i16]) {
        for (sum, &weight) in sums.iter_mut().zip(self.row(feature).unwrap_or_default()) {
            *sum = sum.wrapping_add(i16::from(weight));
        }
    }

    /// Finds the best path into `ladder.path`, among labels that no other outdoes by more than [`MARGIN`] at their position.
    pub fn decode_steps(&self, ladder: &mut Ladder) {
        let margin = (MARGIN / self.scale) as i32;
        let Ladder { sums, allowed, path, back, before, now } = ladder;
        let n = allowed.len();
        path.clear();
        path.resize(n, 0);
        back.clear();
        back.resize(n * WIDTH, 0);
        let mut last: LabelSet = 0;
        for i in 0..n {
            let sums = &sums[i * WIDTH..][..WIDTH];
            let best = labels_of(allowed[i]).map(|l| sums[l]).max().unwrap_or_default();
            let mut kept: LabelSet = 0;
            for l in labels_of(allowed[i]) {
                kept |= LabelSet::from(i32::from(sums[l]) >= i32::from(best) - margin) << l;
            }
            for l in labels_of(kept) {
                let (score, from) = if i == 0 {
                    (self.steps[WIDTH * WIDTH + l], 0)
                } else {
                    labels_of(last)
                        .map(|p| (before[p] + self.steps[p * WIDTH + l], p))
                        .reduce(|a, b| if b.0 > a.0 { b } else { a })
                        .unwrap_or_default()
                };
                now[l] = score + i32::from(sums[l]);
                back[i * WIDTH + l] = from as u8;
            }
            std::mem::swap(before, now);
            last = kept;
        }
        let mut label = labels_of(last).reduce(|a, b| if before[b] > before[a] { b } else { a }).unwrap_or_default();
        for i in (0..n).rev() {
            path[i] = label as u8;
            label = back[i * WIDTH + label] as usize;
        }
    }

    fn transitions(&self) -> &[f32] {
        self.file.at(self.transitions)
    }

    /// Finds the best path into `lattice.path`.
    pub fn decode(&self, lattice: &mut Lattice) {
        viterbi(self.transitions(), lattice);
    }

    /// Probability of each position's label on the best path, given the sentence (forward-backward), into `out`.
    pub fn confidences(&self, lattice: &mut Lattice, out: &mut Vec<f32>) {
        let (n, count) = (lattice.allowed.len(), self.labels.len());
        lattice.chain.run(&lattice.emissions, &lattice.allowed, &self.exp, count);
        out.clear();
        out.extend((0..n).map(|i| lattice.chain.marginal(i)[lattice.path[i] as usize]));
    }
}

/// Finds the best path into `lattice.path` (Viterbi 1967); `transitions` has a row a label before, then one for the start.
pub fn viterbi(transitions: &[f32], lattice: &mut Lattice) {
    let Lattice { emissions, allowed, path, back, forward, .. } = lattice;
    let n = allowed.len();
    path.clear();
    path.resize(n, 0);
    if n == 0 {
        return;
    }
    back.clear();
    back.resize(n * WIDTH, 0);
    forward.clear();
    forward.resize(2 * WIDTH, f32::MIN);
    let (before, now) = forward.split_at_mut(WIDTH);
    // No label above the largest that is allowed anywhere needs a look.
    let width = (64 - allowed.iter().fold(0, |all, set| all | set).leading_zeros() as usize).next_multiple_of(4);
    let start = &transitions[WIDTH * WIDTH..];
    for l in labels_of(allowed[0]) {
        before[l] = emissions[l] + start[l];
    }
    for i in 1..n {
        let (best, from) = (&mut *now, &mut back[i * WIDTH..][..WIDTH]);
        best.fill(f32::MIN);
        for p in labels_of(allowed[i - 1]) {
            let (row, score) = (&transitions[p * WIDTH..][..width], before[p]);
            for ((&t, best), from) in row.iter().zip(best.iter_mut()).zip(from.iter_mut()) {
                let s = score + t;
                let better = s > *best;
                *best = if better { s } else { *best };
                *from = if better { p as u8 } else { *from };
            }
        }
        before.fill(f32::MIN);
        for l in labels_of(allowed[i]) {
            before[l] = best[l] + emissions[i * WIDTH + l];
        }
    }
    let mut label =
        labels_of(allowed[n - 1]).reduce(|a, b| if before[b] > before[a] { b } else { a }).unwrap_or_default();
    for i in (0..n).rev() {
        path[i] = label as u8;
        label = back[i * WIDTH + label] as usize;
    }
}

/// The labels of a set, in order.
pub fn labels_of(mut set: LabelSet) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        (set != 0).then(|| {
            let label = set.trailing_zeros() as usize;
            set &= set - 1;
            label
        })
    })
}

/// Forward-backward over a sentence, with scaling; the trainer needs it as the recogniser does.
#[derive(Debug, Default)]
pub struct Chain {
    /// exp(emission - largest) by position and label, 0 where not allowed.
    local: Vec<f32>,
    forward: Vec<f32>,
    backward: Vec<f32>,
    marginals: Vec<f32>,
    scales: Vec<f32>,
    /// Logarithm of the sum over all allowed paths.
    pub log_sum: f64,
}

impl Chain {
    /// Computes sums and marginals; `exp` holds exp(transition) by label before and label, row `WIDTH` for the start.
    pub fn run(&mut self, emissions: &[f32], allowed: &[LabelSet], exp: &[f32], count: usize) {
        let n = allowed.len();
        for buffer in [&mut self.local, &mut self.forward, &mut self.backward, &mut self.marginals] {
            buffer.clear();
            buffer.resize(n * WIDTH, 0.0);
        }
        self.scales.clear();
        self.log_sum = 0.0;
        for i in 0..n {
            let row = &emissions[i * WIDTH..][..WIDTH];
            let top = labels_of(allowed[i]).map(|l| row[l]).fold(f32::MIN, f32::max);
            for l in labels_of(allowed[i]) {
                self.local[i * WIDTH + l] = (row[l] - top).exp();
            }
            self.log_sum += f64::from(top);
        }
        for i in 0..n {
            let (done, rest) = self.forward.split_at_mut(i * WIDTH);
            let now = &mut rest[..WIDTH];
            if i == 0 {
                now[..count].copy_from_slice(&exp[WIDTH * WIDTH..][..count]);
            } else {
                let before = &done[(i - 1) * WIDTH..];
                for p in labels_of(allowed[i - 1]) {
                    add_scaled(&mut now[..count], &exp[p * WIDTH..][..count], before[p]);
                }
            }
            let mut sum = 0.0;
            for (x, local) in now[..count].iter_mut().zip(&self.local[i * WIDTH..]) {
                *x *= local;
                sum += *x;
            }
            let sum = sum.max(f32::MIN_POSITIVE);
            now[..count].iter_mut().for_each(|x| *x /= sum);
            self.scales.push(sum);
            self.log_sum += f64::from(sum.ln());
        }
        for i in (0..n).rev() {
            if i + 1 == n {
                self.backward[i * WIDTH..][..count].fill(1.0);
            } else {
                let mut next = [0.0; WIDTH];
                for l in labels_of(allowed[i + 1]) {
                    let at = (i + 1) * WIDTH + l;
                    next[l] = self.backward[at] * self.local[at] / self.scales[i + 1];
                }
                for l in labels_of(allowed[i]) {
                    self.backward[i * WIDTH + l] = dot(&exp[l * WIDTH..][..WIDTH], &next);
                }
            }
            for l in labels_of(allowed[i]) {
                let at = i * WIDTH + l;
                self.marginals[at] = self.forward[at] * self.backward[at];
            }
        }
    }

    /// Probability of each label at a position.
    pub fn marginal(&self, i: usize) -> &[f32] {
        &self.marginals[i * WIDTH..][..WIDTH]
    }

    /// Adds the expected number of each transition into position `i`, times `by`; rows as in `exp`.
    pub fn transitions(&self, i: usize, allowed: &[LabelSet], exp: &[f32], by: f32, out: &mut [f32]) {
        for l in labels_of(allowed[i]) {
            if i == 0 {
                out[WIDTH * WIDTH + l] += by * self.marginals[l];
                continue;
            }
            let at = i * WIDTH + l;
            let right = self.backward[at] * self.local[at] / self.scales[i] * by;
            if right != 0.0 {
                for p in labels_of(allowed[i - 1]) {
                    out[p * WIDTH + l] += self.forward[(i - 1) * WIDTH + p] * exp[p * WIDTH + l] * right;
                }
            }
        }
    }
}

fn add_scaled(to: &mut [f32], row: &[f32], by: f32) {
    for (a, b) in to.iter_mut().zip(row) {
        *a += b * by;
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; 8];
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for l in 0..8 {
            lanes[l] += x[l] * y[l];
        }
    }
    lanes.iter().sum()
}
