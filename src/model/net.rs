//! A classifier over sparse features and word vectors: direct weights beside one hidden layer.
//!
//! The wide and deep recipe of Cheng et al. (2016): a feature's row adds to the hidden layer and, directly, to the scores of
//! the labels, so rare features act like those of a linear model and frequent ones meet in the hidden layer. Features that
//! training did not see have no row and add nothing: a row has an owner, chance meetings of hashes are excluded but for one in
//! four billion.

use super::crf::Feature;
use super::lanes::Lanes;
use super::{ModelFile, ModelWriter, Place, Rows, Words};
use crate::error::{Error, ErrorKind, Result};
use std::hint::black_box;

/// Units of the hidden layer.
pub const HIDDEN: usize = 32;

/// A trained classifier inside of a model file, whose sections begin with its name.
#[derive(Debug)]
pub struct Net {
    labels: usize,
    slots: usize,
    scales: [f32; 2],
    lanes: Lanes,
    filter: Filter,
    owners: Place<u32>,
    rows: Place<i8>,
    input: Place<f32>,
    bias: Place<f32>,
    output: Place<f32>,
}

/// What a net is written from; all arrays are dense and row by row.
#[derive(Debug)]
pub struct Weights<'a> {
    /// Number of labels.
    pub labels: usize,
    /// Features with their row: [`HIDDEN`] numbers for the hidden layer, then one a label.
    pub rows: Vec<(Feature, &'a [f32])>,
    /// What a dimension of the vector in a slot adds to the hidden layer: slots × [`Words::DIM`] × [`HIDDEN`].
    pub input: &'a [f32],
    /// Of the hidden layer, then of the labels.
    pub bias: &'a [f32],
    /// What a hidden unit adds to the labels: [`HIDDEN`] × labels.
    pub output: &'a [f32],
}

fn mix(feature: Feature) -> u64 {
    let h = (feature.0 ^ (feature.0 >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (h ^ (h >> 32)).wrapping_mul(0x94d0_49bb_1331_11eb)
}

/// The place of a feature among `n` slots.
fn place(feature: Feature, n: usize) -> usize {
    ((u128::from(mix(feature)) * n as u128) >> 64) as usize
}

/// The mark of a feature's owner, never 0.
fn mark(feature: Feature) -> u32 {
    let h = mix(feature);
    (h ^ (h >> 31)) as u32 | 1
}

impl Net {
    /// Takes the sections of the net `name` for `labels` labels and `slots` word vectors.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where a section is missing or of another size.
    pub fn load(file: &ModelFile, name: &str, labels: usize, slots: usize) -> Result<Self> {
        let section = |part: &str| format!("{name}.{part}");
        let scales = file.section::<f32>(&section("scales"))?;
        let owners = file.section::<u32>(&section("owners"))?.len();
        let expected = [
            (file.section::<i8>(&section("rows"))?.len(), owners * (HIDDEN + labels)),
            (file.section::<f32>(&section("input"))?.len(), slots * Words::DIM * HIDDEN),
            (file.section::<f32>(&section("bias"))?.len(), HIDDEN + labels),
            (file.section::<f32>(&section("output"))?.len(), HIDDEN * labels),
            (scales.len(), 2),
        ];
        if owners == 0 || expected.iter().any(|(found, wanted)| found != wanted) {
            let reason = format!("the sections of {name:?} do not fit {labels} labels and {slots} word vectors");
            return Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
        }
        Ok(Net {
            labels,
            slots,
            scales: [scales[0], scales[1]],
            lanes: Lanes::detect(),
            filter: Filter::new(file.section(&section("owners"))?),
            owners: file.place(&section("owners"))?,
            rows: file.place(&section("rows"))?,
            input: file.place(&section("input"))?,
            bias: file.place(&section("bias"))?,
            output: file.place(&section("output"))?,
        })
    }

    /// Adds a net's sections to a model file: rows become bytes.
    pub fn write(writer: &mut ModelWriter, name: &str, weights: &Weights<'_>) {
        let (labels, width) = (weights.labels, HIDDEN + weights.labels);
        let scale = |part: std::ops::Range<usize>| {
            let largest =
                weights.rows.iter().flat_map(|(_, row)| &row[part.clone()]).fold(1e-6f32, |m, w| m.max(w.abs()));
            // Few weights are near the largest: cutting them off keeps the steps of the others small.
            largest.min(4.0) / 127.0
        };
        let scales = [scale(0..HIDDEN), scale(HIDDEN..width)];
        let slots = (weights.rows.len() * 9 / 8).max(1);
        let (mut owners, mut rows) = (vec![0u32; slots], vec![0i8; slots * width]);
        for (feature, row) in &weights.rows {
            let (mut at, owner) = (place(*feature, slots), mark(*feature));
            while owners[at] != 0 {
                at = (at + 1) % slots;
            }
            owners[at] = owner;
            for (i, (to, w)) in rows[at * width..][..width].iter_mut().zip(*row).enumerate() {
                *to = (w / scales[usize::from(i >= HIDDEN)]).round().clamp(-127.0, 127.0) as i8;
            }
        }
        debug_assert_eq!(weights.output.len(), HIDDEN * labels);
        writer
            .section(&format!("{name}.scales"), &scales)
            .section(&format!("{name}.owners"), &owners)
            .section(&format!("{name}.rows"), &rows)
            .section(&format!("{name}.input"), weights.input)
            .section(&format!("{name}.bias"), weights.bias)
            .section(&format!("{name}.output"), weights.output);
    }

    /// Number of labels.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// An empty sum for one decision.
    pub fn begin(&self, sum: &mut Sum) {
        sum.seen.clear();
        sum.hidden.clear();
        sum.hidden.resize(HIDDEN, 0.0);
    }

    /// What the vector of word `id` adds to the hidden layer in `slot`; `cache` is the net's own.
    pub fn word_row<'c>(
        &self,
        file: &ModelFile,
        slot: usize,
        id: u32,
        words: &Words,
        cache: &'c mut Rows,
    ) -> &'c [f32] {
        cache.get(id as usize * self.slots + slot, |row| {
            let input = &file.at(self.input)[slot * Words::DIM * HIDDEN..][..Words::DIM * HIDDEN];
            for (weights, &x) in input.chunks_exact(HIDDEN).zip(words.vector(id)) {
                let x = f32::from(x) / 127.0;
                row.iter_mut().zip(weights).for_each(|(r, w)| *r += w * x);
            }
        })
    }

    /// The rows of the features of a decision: those that training saw.
    ///
    /// Most of the time would go into waiting for memory, one feature after the other. So it is done in three passes, each of
    /// which asks for the memory of all features at once: a small filter, the owners, and (in `scores`) the rows.
    fn find(&self, file: &ModelFile, sum: &mut Sum) {
        let owners = file.at(self.owners);
        let Sum { seen, rows, .. } = sum;
        let mut kept = 0;
        for n in 0..seen.len() {
            let feature = seen[n];
            seen[kept] = feature;
            kept += usize::from(self.filter.holds(mark(feature)));
        }
        rows.clear();
        for &feature in &seen[..kept] {
            let (mut at, owner) = (place(feature, owners.len()), mark(feature));
            while owners[at] != owner && owners[at] != 0 {
                at = if at + 1 == owners.len() { 0 } else { at + 1 };
            }
            if owners[at] == owner {
                rows.push(at as u32);
            }
        }
    }

    /// Scores of the labels, once everything was added.
    pub fn scores(&self, file: &ModelFile, sum: &mut Sum, scores: &mut Vec<f32>) {
        self.find(file, sum);
        let width = HIDDEN + self.labels;
        let Sum { rows, part, whole, hidden: vectors, .. } = sum;
        let table = file.at(self.rows);
        // A row lies in two lines of the cache.
        let ends = |at: u32| table[at as usize * width] ^ table[(at as usize + 1) * width - 1];
        black_box(rows.iter().fold(0, |touched, &at| touched ^ ends(at)));
        whole.clear();
        whole.resize(width, 0);
        // So many bytes add up in 16 bits.
        for some in rows.chunks(256) {
            part.clear();
            part.resize(width, 0);
            self.lanes.add_rows(table, some, part);
            whole.iter_mut().zip(part.iter()).for_each(|(to, &p)| *to += i32::from(p));
        }
        let bias = file.at(self.bias);
        let (hidden, direct) = whole.split_at(HIDDEN);
        scores.clear();
        scores.extend(direct.iter().zip(&bias[HIDDEN..]).map(|(&d, b)| d as f32 * self.scales[1] + b));
        let output = file.at(self.output).chunks_exact(self.labels);
        for (((&h, v), b), row) in hidden.iter().zip(vectors.iter()).zip(bias).zip(output) {
            let h = h as f32 * self.scales[0] + v + b;
            if h > 0.0 {
                scores.iter_mut().zip(row).for_each(|(s, w)| *s += h * w);
            }
        }
    }
}

/// What one decision looks at, and what it adds up to.
#[derive(Debug, Default)]
pub struct Sum {
    seen: Vec<Feature>,
    rows: Vec<u32>,
    part: Vec<i16>,
    whole: Vec<i32>,
    /// The vectors' share of the hidden layer.
    hidden: Vec<f32>,
}

impl Sum {
    /// Adds a feature; one that training did not see adds nothing.
    pub fn add(&mut self, feature: Feature) {
        self.seen.push(feature);
    }

    /// Adds a word's row to the hidden layer.
    pub fn add_scaled(&mut self, row: &[f32], weight: f32) {
        self.hidden.iter_mut().zip(row).for_each(|(s, r)| *s += r * weight);
    }
}

/// Tells of most features that have no row that they have none, in a table small enough for the cache.
#[derive(Debug)]
struct Filter(Vec<u64>);

impl Filter {
    /// Bits an owner.
    const BITS: usize = 16;

    fn new(owners: &[u32]) -> Self {
        let mut filter = Filter(vec![0; (owners.len() * Self::BITS).div_ceil(64).max(1)]);
        for &owner in owners.iter().filter(|&&o| o != 0) {
            let bit = filter.bit(owner);
            filter.0[bit / 64] |= 1 << (bit % 64);
        }
        filter
    }

    fn bit(&self, owner: u32) -> usize {
        ((u64::from(owner) * (self.0.len() as u64 * 64)) >> 32) as usize
    }

    fn holds(&self, owner: u32) -> bool {
        let bit = self.bit(owner);
        self.0[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// Turns scores into probabilities.
pub fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    scores.iter_mut().for_each(|s| *s = (*s - top).exp());
    let all: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|s| *s /= all);
}
