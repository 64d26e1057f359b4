//! Whose word an act is: the classifier that chooses among the acts of saying around it.

use super::cues::Cue;
use super::scene::{Scene, Sight};
use crate::doc::Deprel;
use crate::model::crf::Feature;
use crate::text::Span;

/// Labels of the classifier: one score.
pub const LABELS: usize = 1;
/// Word vectors that it sees: the act and the saying.
pub const SLOTS: usize = 2;

/// Whose word an act may be.
#[derive(Clone, Copy, Debug)]
pub enum Candidate {
    /// The article's own.
    Article,
    /// That of the source of a saying in the same sentence, with what is said.
    Saying(Cue, Option<Span>),
    /// That of the speaker of the quotation that it stands in, from another sentence.
    Quotation,
}

/// What the classifier looks at for a candidate of the act at `act`.
pub fn see(scene: &Scene<'_>, act: Cue, candidate: Candidate, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(200 + template);
    let (i, t) = (act.token, act.rtype as u64);
    let quoted = u64::from(links.quoted[i]);
    let (deprel, xpos) = (doc.deprels[i] as u64, doc.xpos[i] as u64);
    let says = u64::from(act.rtype.is_speech());
    scene.show(0, i, sight);
    match candidate {
        Candidate::Article | Candidate::Quotation => {
            let g = f(0).number(u64::from(matches!(candidate, Candidate::Quotation)));
            sight.feature(g);
            sight.feature(g.number(1).number(t));
            sight.feature(g.number(2).number(quoted).number(says));
            sight.feature(g.number(3).number(deprel).number(xpos));
            sight.feature(g.number(4).number(quoted).number(t));
            sight.feature(g.number(5).number(scene.lemma_key(i)));
            sight.feature(g.number(6).number(doc.sentences[scene.sentence(i)].zone as u64).number(says));
            let own = doc.sentences[scene.sentence(i)].first as usize;
            sight.feature(g.number(7).number(u64::from(links.quoted[own])).number(quoted).number(says));
        }
        Candidate::Saying(cue, content) => {
            let k = cue.token;
            let inside = content.map_or(2, |c| u64::from(c.contains(doc.tokens[i])));
            let after = u64::from(k > i);
            let both = quoted << 1 | u64::from(links.quoted[k]);
            scene.show(1, k, sight);
            let path = scene.path(i, k, 5, f(1)).unwrap_or(f(2).number(after));
            sight.feature(path);
            sight.feature(path.number(1).number(t));
            sight.feature(path.number(2).number(inside));
            sight.feature(path.number(3).number(cue.rtype as u64));
            sight.feature(path.number(4).number(both).number(says));
            sight.feature(path.number(5).number(scene.lemma_key(k)));
            sight.feature(f(3).number(inside).number(both).number(after));
            sight.feature(f(4).number(inside).number(cue.rtype as u64).number(t));
            sight.feature(f(5).number(inside).number(scene.lemma_key(k)));
            sight.feature(f(6).number(inside).number(deprel).number(xpos).number(after));
            sight.feature(f(7).number(scene.lemma_key(k)).number(t));
            sight.feature(f(8).number(cue.rtype as u64).number(t).number(after));
            sight.feature(f(9).number(inside).number(says).number(doc.deprels[k] as u64).number(after));
            sight.feature(f(10).number(i.abs_diff(k).min(20) as u64 / 2).number(after).number(inside));
            let root = u64::from(doc.is_root(k)) << 1 | u64::from(scene.has(k, &[Deprel::Ccomp, Deprel::Parataxis]));
            sight.feature(f(11).number(root).number(inside).number(after));
            sight.feature(f(12).number(doc.upos[k] as u64).number(inside).number(says));
        }
    }
}
