//! Training of a conditional random field: AdaGrad (Duchi et al. 2011) on the likelihood, with partly known labels.

use crate::random::Random;
use dateline::model::crf::{Chain, Feature, LabelSet, Lattice, WIDTH};

/// A sentence: what is seen at each position, and the labels that may be right there.
pub struct Example {
    /// Features by position.
    pub features: Vec<Vec<u32>>,
    /// Labels that the model may choose.
    pub allowed: Vec<LabelSet>,
    /// Labels that are right: one where it is known, several where the set does not say.
    pub right: Vec<LabelSet>,
    /// How much the example counts.
    pub weight: f32,
}

/// The field in training.
pub struct Field {
    labels: usize,
    bits: u32,
    /// Weights of the features, `WIDTH` a row.
    pub features: Vec<f32>,
    /// Weights of the transitions, `WIDTH` a row; the last row is the start.
    pub transitions: Vec<f32>,
    squares: [Vec<f32>; 2],
    rate: f32,
    decay: f32,
    /// Share of features left out at each sight of an example.
    pub dropout: f32,
}

impl Field {
    /// An untrained field; `rate` is AdaGrad's, `decay` pulls weights towards 0.
    pub fn new(labels: usize, bits: u32, rate: f32, decay: f32) -> Self {
        let (features, transitions) = (WIDTH << bits, WIDTH * (WIDTH + 1));
        Field {
            labels,
            bits,
            features: vec![0.0; features],
            transitions: vec![0.0; transitions],
            squares: [vec![0.0; features], vec![0.0; transitions]],
            rate,
            decay,
            dropout: 0.2,
        }
    }

    /// The row of a feature.
    pub fn row(&self, feature: Feature) -> u32 {
        feature.row(self.bits) as u32
    }

    /// One pass over the examples in an order of `random`; gives the mean loss a position.
    pub fn epoch(&mut self, examples: &[Example], random: &mut Random) -> f64 {
        let mut order: Vec<usize> = (0..examples.len()).collect();
        random.shuffle(&mut order);
        let (mut free, mut tied) = (Chain::default(), Chain::default());
        let (mut emissions, mut expected) = (Vec::new(), vec![0.0; self.transitions.len()]);
        let mut features: Vec<Vec<u32>> = Vec::new();
        let (mut loss, mut positions) = (0.0, 0);
        for i in order {
            let example = &examples[i];
            let n = example.features.len();
            if n == 0 {
                continue;
            }
            // Features left out at random: the rest must do without them (Wang & Manning 2013).
            features.resize_with(n.max(features.len()), Vec::new);
            for (kept, all) in features.iter_mut().zip(&example.features) {
                kept.clear();
                kept.extend(all.iter().filter(|_| random.unit() >= self.dropout));
            }
            self.score(&features[..n], &mut emissions);
            let exp: Vec<f32> = self.transitions.iter().map(|t| t.exp()).collect();
            let right: Vec<LabelSet> = example.right.iter().zip(&example.allowed).map(|(r, a)| r & a).collect();
            if right.contains(&0) {
                continue;
            }
            free.run(&emissions, &example.allowed, &exp, self.labels);
            tied.run(&emissions, &right, &exp, self.labels);
            loss += free.log_sum - tied.log_sum;
            positions += n;
            expected.fill(0.0);
            for (i, features) in features[..n].iter().enumerate() {
                free.transitions(i, &example.allowed, &exp, 1.0, &mut expected);
                tied.transitions(i, &right, &exp, -1.0, &mut expected);
                self.learn_position(features, free.marginal(i), tied.marginal(i), example.weight);
            }
            for (at, &g) in expected.iter().enumerate().filter(|(_, g)| g.abs() > 1e-6) {
                let g = g * example.weight;
                self.squares[1][at] += g * g;
                self.transitions[at] -= self.rate * g / (self.squares[1][at].sqrt() + 1e-3);
            }
        }
        loss / positions.max(1) as f64
    }

    fn learn_position(&mut self, rows: &[u32], free: &[f32], tied: &[f32], weight: f32) {
        let mut gradient = [0.0; WIDTH];
        let mut any = false;
        for l in 0..self.labels {
            let g = (free[l] - tied[l]) * weight;
            // Nearly certain positions teach nothing and cost most of the time.
            if g.abs() > 1e-4 {
                gradient[l] = g;
                any = true;
            }
        }
        if !any {
            return;
        }
        for &row in rows {
            let at = row as usize * WIDTH;
            let (weights, squares) = (&mut self.features[at..at + WIDTH], &mut self.squares[0][at..at + WIDTH]);
            for l in 0..self.labels {
                let g = gradient[l] + self.decay * weights[l];
                squares[l] += g * g;
                weights[l] -= self.rate * g / (squares[l].sqrt() + 1e-3);
            }
        }
    }

    fn score(&self, features: &[Vec<u32>], emissions: &mut Vec<f32>) {
        emissions.clear();
        emissions.resize(features.len() * WIDTH, 0.0);
        for (scores, rows) in emissions.chunks_exact_mut(WIDTH).zip(features) {
            for &row in rows {
                let weights = &self.features[row as usize * WIDTH..][..WIDTH];
                scores.iter_mut().zip(weights).for_each(|(s, w)| *s += w);
            }
        }
    }

    /// Leaves only the `most` rows that do most: the largest weight, times the root of how often the examples see it.
    pub fn prune(&mut self, most: usize, examples: &[Example]) {
        let mut counts = vec![0u32; self.features.len() / WIDTH];
        examples.iter().flat_map(|e| e.features.iter().flatten()).for_each(|&row| counts[row as usize] += 1);
        let largest = |row: &[f32]| row.iter().fold(0.0f32, |m, w| m.max(w.abs()));
        let rows = self.features.chunks_exact(WIDTH).zip(&counts);
        let worth: Vec<f32> = rows.map(|(row, &n)| largest(row) * (n as f32).sqrt()).collect();
        let mut order = worth.clone();
        order.sort_by(|a, b| b.total_cmp(a));
        let Some(&least) = order.get(most) else { return };
        self.features.chunks_exact_mut(WIDTH).zip(worth).filter(|(_, w)| *w <= least).for_each(|(r, _)| r.fill(0.0));
    }

    /// The weights of the features as they are to be used: with all features there, each counts for less.
    pub fn scaled(&self) -> Vec<f32> {
        self.features.iter().map(|w| w * (1.0 - self.dropout)).collect()
    }

    /// The best labels of an example.
    pub fn decode(&self, example: &Example) -> Vec<u8> {
        let mut lattice = Lattice::default();
        lattice.allowed.clone_from(&example.allowed);
        self.score(&example.features, &mut lattice.emissions);
        lattice.emissions.iter_mut().for_each(|s| *s *= 1.0 - self.dropout);
        dateline::model::crf::viterbi(&self.transitions, &mut lattice);
        lattice.path
    }
}
