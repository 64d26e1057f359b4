//! How sure the text is of an act: the classifier of modality and negation.

use super::scene::{Scene, Sight};
use crate::doc::{Deprel, Modality, RelationType, Upos};
use crate::model::crf::Feature;

/// Labels of the classifier: a score a modality, then for not negated and negated.
pub const LABELS: usize = Modality::ALL.len() + 2;
/// Word vectors that it sees: cue and head.
pub const SLOTS: usize = 2;

/// Whether a "not" or "no" stands at the cue itself, at the light verb over a noun, or the act failed to be done.
pub fn plainly_negated(scene: &Scene<'_>, i: usize) -> bool {
    let Scene { doc, links, .. } = *scene;
    let no = |j: usize| {
        matches!(scene.lower(j), "not" | "n't" | "n’t" | "never" | "no" | "neither" | "without")
            && matches!(
                doc.deprels[j],
                Deprel::Advmod
                    | Deprel::Det
                    | Deprel::Aux
                    | Deprel::Cc
                    | Deprel::CcPreconj
                    | Deprel::Case
                    | Deprel::Mark
            )
    };
    let head = doc.heads[i] as usize;
    let light = doc.upos[i] == Upos::Noun && doc.deprels[i] == Deprel::Obj && links.children(head).any(no);
    let failed = doc.deprels[i] == Deprel::Xcomp && scene.lemma(head) == "fail";
    links.children(i).any(no) || light || failed
}

/// What the classifier looks at for the cue at `i`.
pub fn see(scene: &Scene<'_>, i: usize, rtype: RelationType, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(180 + template);
    let t = rtype as u64;
    let (upos, xpos, deprel) = (doc.upos[i] as u64, doc.xpos[i] as u64, doc.deprels[i] as u64);
    scene.show(0, i, sight);
    sight.feature(f(0).number(t));
    sight.feature(f(1).number(xpos).number(deprel));
    sight.feature(f(2).number(t).number(xpos).number(deprel));
    sight.feature(f(3).number(scene.lemma_key(i)));
    sight.feature(f(4).number(scene.lemma_key(i)).number(xpos));
    sight.feature(f(5).number(u64::from(links.quoted[i])).number(upos));
    let sentence = doc.sentences[scene.sentence(i)];
    sight.feature(f(6).number(sentence.zone as u64).number(xpos).number(deprel));
    for offset in [-4i64, -3, -2, -1, 1] {
        if let Some(j) = scene.near(i, offset) {
            sight.feature(f(7).number((offset + 8) as u64).number(scene.lower_key(j)));
            sight.feature(f(8).number(scene.lower_key(j)).number(u64::from(offset < 0)).number(upos));
        }
    }
    // Up through what governs the cue, with what marks each step.
    let (mut at, mut way) = (i, f(9));
    for step in 0..4u64 {
        for c in links.children(at) {
            let relation = doc.deprels[c];
            let marks = matches!(
                relation,
                Deprel::Aux | Deprel::Mark | Deprel::Advmod | Deprel::Cc | Deprel::Case | Deprel::Cop | Deprel::AuxPass
            ) || relation == Deprel::Det && step == 0;
            if marks && (c < i || step == 0) {
                sight.feature(f(10).number(step).number(relation as u64).number(scene.lower_key(c)));
                sight.feature(f(11).number(step).number(scene.lower_key(c)).number(xpos).number(deprel));
                sight.feature(way.number(1).number(scene.lower_key(c)));
            }
            if relation == Deprel::Advcl && links.children(c).any(|d| matches!(scene.lower(d), "if" | "unless")) {
                sight.feature(f(12).number(step));
            }
        }
        if doc.is_root(at) {
            sight.feature(f(13).number(step).number(xpos));
            break;
        }
        way = way.number(doc.deprels[at] as u64);
        let head = doc.heads[at] as usize;
        sight.feature(way.number(2).number(scene.lemma_key(head)));
        sight.feature(way.number(3).number(scene.fact(head).fine));
        sight.feature(f(14).number(step).number(scene.lemma_key(head)).number(doc.deprels[at] as u64));
        sight.feature(f(15).number(scene.lemma_key(head)).number(xpos));
        for (u, s) in scene.strengths(head).types().filter(|(_, s)| *s > 1) {
            sight.feature(way.number(4).number(u as u64).number(s));
            sight.feature(f(16).number(step).number(u as u64).number(xpos));
        }
        if step == 0 {
            scene.show(1, head, sight);
            sight.feature(way.number(5).number(u64::from(doc.upos[head] == Upos::Noun)).number(t));
        }
        at = head;
    }
}
