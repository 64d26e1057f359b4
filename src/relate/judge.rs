//! The trained classifiers of the stage, in one model file, and the sums that a worker keeps for them.

use super::attribution::{self, Candidate as Voice};
use super::cues::{self, Cue};
use super::lexicon::List;
use super::places::{self, Candidate};
use super::scene::{Scene, Sight};
use super::status;
use crate::doc::{Modality, RelationType, Upos};
use crate::error::Result;
use crate::model::crf::Feature;
use crate::model::net::{HIDDEN, Net, Sum, softmax};
use crate::model::{ModelFile, ModelSource, Rows, Words};
use std::sync::Arc;

/// Rows of word vectors that a worker keeps a classifier.
const KEPT: usize = 16_000;

/// What a user's own entry adds to the score of its type, by strength: "always" outdoes what the classifier thinks of a new word.
const OWN: [f32; 4] = [0.0, 0.5, 2.0, 6.0];

/// Types that are at least so likely as this share of the likeliest are weighed together with who fills their places.
const NEAR: f32 = 0.4;

/// Loads once, judges for all workers.
#[derive(Debug)]
pub struct Judge {
    file: ModelFile,
    words: Arc<Words>,
    nets: [Net; 4],
}

/// The classifiers in `relate.bin`, with their labels and word vectors.
pub const NETS: [(&str, usize, usize); 4] = [
    ("cue", cues::LABELS, cues::SLOTS),
    ("place", places::LABELS, places::SLOTS),
    ("status", status::LABELS, status::SLOTS),
    ("voice", attribution::LABELS, attribution::SLOTS),
];

/// Buffers, reused from decision to decision.
#[derive(Debug)]
pub struct JudgeScratch {
    caches: [Rows; 4],
    sum: Sum,
    scores: Vec<f32>,
    table: Vec<f32>,
}

impl Default for JudgeScratch {
    fn default() -> Self {
        let caches = std::array::from_fn(|_| Rows::new(HIDDEN, KEPT));
        JudgeScratch { caches, sum: Sum::default(), scores: Vec::new(), table: Vec::new() }
    }
}

/// Adds up what a decision looks at.
struct Adder<'a> {
    net: &'a Net,
    file: &'a ModelFile,
    words: &'a Words,
    cache: &'a mut Rows,
    sum: &'a mut Sum,
}

impl Sight for Adder<'_> {
    fn feature(&mut self, feature: Feature) {
        self.sum.add(feature);
    }

    fn word(&mut self, slot: usize, id: u32, weight: f32) {
        let row = self.net.word_row(self.file, slot, id, self.words, self.cache);
        self.sum.add_scaled(row, weight);
    }
}

/// The parts of what is looked at, each once.
#[derive(Default)]
struct Parts(Vec<(&'static str, usize)>);

impl Sight for Parts {
    fn about(&mut self, part: &'static str, token: usize) {
        if !self.0.contains(&(part, token)) {
            self.0.push((part, token));
        }
    }

    fn feature(&mut self, _feature: Feature) {}

    fn word(&mut self, _slot: usize, _id: u32, _weight: f32) {}
}

/// Looks at all but one part.
struct Without<'s, S> {
    sight: &'s mut S,
    without: Option<(&'static str, usize)>,
    here: Option<(&'static str, usize)>,
}

impl<S> Without<'_, S> {
    fn looks(&self) -> bool {
        self.without.is_none() || self.here != self.without
    }
}

impl<S: Sight> Sight for Without<'_, S> {
    fn about(&mut self, part: &'static str, token: usize) {
        self.here = Some((part, token));
    }

    fn feature(&mut self, feature: Feature) {
        if self.looks() {
            self.sight.feature(feature);
        }
    }

    fn word(&mut self, slot: usize, id: u32, weight: f32) {
        if self.looks() {
            self.sight.word(slot, id, weight);
        }
    }
}

impl Judge {
    /// Kind of the model file.
    pub const KIND: &'static str = "relate";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `relate.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let file = models.open("relate.bin", Self::KIND, Self::VERSION)?;
        let net = |i: usize| Net::load(&file, NETS[i].0, NETS[i].1, NETS[i].2);
        let nets = [net(0)?, net(1)?, net(2)?, net(3)?];
        Ok(Judge { file, words, nets })
    }

    /// The words that facts are looked up in.
    pub fn words(&self) -> &Words {
        &self.words
    }

    fn scores(&self, net: usize, scratch: &mut JudgeScratch, see: impl FnOnce(&mut Adder<'_>)) {
        let JudgeScratch { caches, sum, scores, .. } = scratch;
        let (cache, words) = (&mut caches[net], &self.words);
        let net = &self.nets[net];
        net.begin(sum);
        see(&mut Adder { net, file: &self.file, words, cache, sum });
        net.scores(&self.file, sum, scores);
    }

    /// The cues of the document, in order of text, each with its likeliest types, the best first; `lean` is added to the score of
    /// every type against none.
    pub fn cues(&self, scene: &Scene<'_>, lean: f32, scratch: &mut JudgeScratch, found: &mut Vec<Cue>) {
        found.clear();
        for i in (0..scene.doc.tokens.len()).filter(|&i| cues::is_candidate(scene, i)) {
            self.scores(0, scratch, |sight| cues::see(scene, i, sight));
            let scores = &mut scratch.scores;
            let list = if scene.doc.upos[i] == Upos::Verb { List::Verbs } else { List::Nouns };
            for (t, strength) in scene.lexicon.own(list, scene.lemma(i)).types() {
                scores[1 + t as usize] += OWN[strength as usize];
            }
            let best = (1..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a }).expect("types");
            let wins = scores[best] + lean > scores[0];
            if wins {
                softmax(scores);
                let confidence = scores[best];
                if cues::forbidden(scene, i).is_some() {
                    found.push(Cue { token: i, rtype: RelationType::Ban, confidence });
                    continue;
                }
                let first = found.len();
                let types = RelationType::ALL.iter().zip(&scores[1..]);
                let near = types.filter(|(_, p)| **p >= confidence * NEAR);
                found.extend(near.map(|(&rtype, &confidence)| Cue { token: i, rtype, confidence }));
                found[first..].sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
            }
        }
    }

    /// Probability of each candidate of the cue for each place: a row of [`places::LABELS`] a candidate.
    pub fn places<'s>(
        &self,
        scene: &Scene<'_>,
        cue: Cue,
        candidates: &[Candidate],
        scratch: &'s mut JudgeScratch,
    ) -> &'s [f32] {
        scratch.table.clear();
        for &candidate in candidates {
            self.scores(1, scratch, |sight| places::see(scene, cue.token, cue.rtype, candidate, sight));
            scratch.table.extend(&scratch.scores);
        }
        let mut column = Vec::with_capacity(candidates.len());
        for place in 0..places::LABELS {
            column.clear();
            column.extend(scratch.table.iter().skip(place).step_by(places::LABELS));
            softmax(&mut column);
            for (to, p) in scratch.table.iter_mut().skip(place).step_by(places::LABELS).zip(&column) {
                *to = *p;
            }
        }
        &scratch.table
    }

    /// Probability of no cue at the token, then of each type.
    pub fn types<'s>(&self, scene: &Scene<'_>, i: usize, scratch: &'s mut JudgeScratch) -> &'s [f32] {
        self.scores(0, scratch, |sight| cues::see(scene, i, sight));
        softmax(&mut scratch.scores);
        &scratch.scores
    }

    /// The parts of what is looked at for a cue, with what the log-odds of its type lose without each.
    pub fn parts(&self, scene: &Scene<'_>, cue: Cue, scratch: &mut JudgeScratch) -> Vec<(&'static str, usize, f32)> {
        let mut parts = Parts::default();
        cues::see(scene, cue.token, &mut parts);
        let mut odds = |without: Option<(&'static str, usize)>| {
            self.scores(0, scratch, |sight| cues::see(scene, cue.token, &mut Without { sight, without, here: None }));
            softmax(&mut scratch.scores);
            let p = scratch.scores[1 + cue.rtype as usize].clamp(1e-6, 1.0 - 1e-6);
            (p / (1.0 - p)).ln()
        };
        let all = odds(None);
        parts.0.into_iter().map(|(part, token)| (part, token, all - odds(Some((part, token))))).collect()
    }

    /// Probability of each modality of the cue, and that it is negated.
    pub fn status_table(&self, scene: &Scene<'_>, cue: Cue, scratch: &mut JudgeScratch) -> (Vec<f32>, f32) {
        self.scores(2, scratch, |sight| status::see(scene, cue.token, cue.rtype, sight));
        let (modality, negated) = scratch.scores.split_at_mut(Modality::ALL.len());
        softmax(modality);
        softmax(negated);
        (modality.to_vec(), negated[1])
    }

    /// Modality and negation of the cue.
    pub fn status(&self, scene: &Scene<'_>, cue: Cue, scratch: &mut JudgeScratch) -> (Modality, bool) {
        self.scores(2, scratch, |sight| status::see(scene, cue.token, cue.rtype, sight));
        let (modality, negated) = scratch.scores.split_at(Modality::ALL.len());
        let best = (0..modality.len()).reduce(|a, b| if modality[b] > modality[a] { b } else { a });
        let negated = negated[1] > negated[0] || status::plainly_negated(scene, cue.token);
        (Modality::ALL[best.expect("modalities")], negated)
    }

    /// The index of the candidate whose word the act is.
    pub fn voice(&self, scene: &Scene<'_>, act: Cue, candidates: &[Voice], scratch: &mut JudgeScratch) -> usize {
        let mut best = (f32::MIN, 0);
        for (n, &candidate) in candidates.iter().enumerate() {
            self.scores(3, scratch, |sight| attribution::see(scene, act, candidate, sight));
            if scratch.scores[0] > best.0 {
                best = (scratch.scores[0], n);
            }
        }
        best.1
    }
}
