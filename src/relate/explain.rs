//! Why a relation was found: what the classifiers gave to each choice, what spoke for it and what the lexicon said.

use super::cues::{self, Cue, Entry};
use super::judge::JudgeScratch;
use super::places::{self, Candidate, Place};
use super::scene::Scene;
use super::{LEAN, RelateScratch, Relater, arguments};
use crate::doc::{Doc, Modality, Relation, RelationType};
use crate::text::Vocab;

/// What was weighed for one relation; all lists begin with the most probable.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Token of the cue.
    pub token: usize,
    /// Probability of each type, and of no cue.
    pub types: Vec<(Option<RelationType>, f32)>,
    /// What spoke for the type (above 0) or against it: a part of what was looked at and the token it is about, with what the
    /// type's log-odds lose where this part is not looked at.
    pub parts: Vec<(&'static str, usize, f32)>,
    /// Entries of the lexicon that matched.
    pub entries: Vec<Entry>,
    /// Probability of each source; `None` for none.
    pub sources: Vec<(Option<String>, f32)>,
    /// Probability of each target, likewise.
    pub targets: Vec<(Option<String>, f32)>,
    /// Probability of each modality.
    pub modalities: Vec<(Modality, f32)>,
    /// Probability that it is negated.
    pub negated: f32,
}

impl Relater {
    /// Explains a relation of the document; `None` where its cue is not found again.
    pub fn explain(
        &self,
        doc: &Doc,
        vocab: &Vocab,
        scratch: &mut RelateScratch,
        relation: &Relation,
    ) -> Option<Explanation> {
        let RelateScratch { links, facts, judge, found, .. } = scratch;
        links.fill(doc);
        facts.fill(doc, vocab, self.judge.words(), &self.lexicon);
        let scene = Scene { doc, vocab, links, facts, lexicon: &self.lexicon };
        self.judge.cues(&scene, LEAN, judge, found);
        let same =
            |c: &&Cue| c.rtype == relation.rtype && arguments::cue_span(&scene, c.token, c.rtype) == relation.cue;
        let cue = *found.iter().find(same)?;
        let label = |n: usize| n.checked_sub(1).map(|t| RelationType::ALL[t]);
        let types =
            self.judge.types(&scene, cue.token, judge).iter().enumerate().map(|(n, &p)| (label(n), p)).collect();
        let (modalities, negated) = self.judge.status_table(&scene, cue, judge);
        let modalities = Modality::ALL.iter().copied().zip(modalities).collect();
        let mut parts = self.judge.parts(&scene, cue, judge);
        parts.sort_by(|a, b| b.2.abs().total_cmp(&a.2.abs()));
        let candidates = places::candidates(&scene, cue.token);
        Some(Explanation {
            token: cue.token,
            types: best_first(types),
            parts,
            entries: cues::entries(&scene, cue.token),
            sources: self.who(&scene, cue, &candidates, Place::Source, judge),
            targets: self.who(&scene, cue, &candidates, Place::Target, judge),
            modalities: best_first(modalities),
            negated,
        })
    }

    fn who(
        &self,
        scene: &Scene<'_>,
        cue: Cue,
        candidates: &[Candidate],
        place: Place,
        scratch: &mut JudgeScratch,
    ) -> Vec<(Option<String>, f32)> {
        let table = self.judge.places(scene, cue, candidates, scratch);
        let name = |candidate: &Candidate| match candidate {
            Candidate::Nobody => None,
            Candidate::Speaker => Some("the last speaker".to_string()),
            Candidate::Head(head) => Some(arguments::argument(scene, *head).name),
        };
        let column = table.iter().skip(place as usize).step_by(places::LABELS);
        best_first(candidates.iter().map(name).zip(column.copied()).collect())
    }
}

fn best_first<T>(mut choices: Vec<(T, f32)>) -> Vec<(T, f32)> {
    choices.sort_by(|a, b| b.1.total_cmp(&a.1));
    choices
}
