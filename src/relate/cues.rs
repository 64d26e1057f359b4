//! Cues: which words tell of an act, and of what type.

use super::lexicon::List;
use super::scene::{Scene, Sight};
use crate::doc::{Deprel, Doc, RelationType, Upos, Xpos};
use crate::model::crf::Feature;

/// A token that carries a cue.
#[derive(Clone, Copy, Debug)]
pub struct Cue {
    /// The token.
    pub token: usize,
    /// The type.
    pub rtype: RelationType,
    /// Its probability.
    pub confidence: f32,
}

/// Labels of the classifier: 0 for no cue, then the types.
pub const LABELS: usize = 1 + RelationType::ALL.len();
/// Word vectors that it sees: the token, its head, its neighbours, subject, object, oblique and clause.
pub const SLOTS: usize = 8;

/// Whether a token can be a cue at all.
pub fn can_be_cue(doc: &Doc, i: usize) -> bool {
    matches!(doc.upos[i], Upos::Verb | Upos::Noun | Upos::Adj | Upos::Propn)
        || matches!(doc.token(i), "according" | "According" | ":" | "-" | "–" | "—")
        || doc.upos[i] == Upos::Adp && doc.token(i) == "against"
}

/// Whether it is worth asking: the lexicon knows it, it is a verb, or a noun that is no part of a name.
pub fn is_candidate(scene: &Scene<'_>, i: usize) -> bool {
    can_be_cue(scene.doc, i) && (scene.links.names[i].is_none() || scene.strengths(i).bits() != 0)
}

/// What the classifier looks at for the token `i`.
pub fn see(scene: &Scene<'_>, i: usize, sight: &mut impl Sight) {
    let Scene { doc, links, vocab, .. } = *scene;
    let f = |template: u8| Feature::new(template);
    let own = scene.lemma(i);
    let fact = scene.fact(i);
    let (upos, xpos, deprel) = (doc.upos[i] as u64, doc.xpos[i] as u64, doc.deprels[i] as u64);
    let quoted = u64::from(links.quoted[i]);
    let head = doc.heads[i] as usize;
    let noun = matches!(doc.upos[i], Upos::Noun | Upos::Propn);
    let list = if noun { List::Nouns } else { List::Verbs };

    // The word itself.
    sight.feature(f(1).text(own).number(upos));
    sight.feature(f(2).number(fact.fine).number(upos));
    sight.feature(f(3).number(fact.coarse).number(upos));
    sight.feature(f(4).text(own).number(xpos));
    sight.feature(f(5).number(upos).number(deprel));
    sight.feature(f(6).text(own).number(deprel));
    sight.feature(f(7).number(quoted).number(upos));
    sight.feature(f(8).text(own).number(quoted));
    sight.feature(f(41).number(xpos).number(deprel).number(quoted));
    scene.show(0, i, sight);

    // What hangs on it.
    let (mut subject, mut content, mut passive, mut object) = (None, None, false, None);
    let mut oblique = None;
    for c in links.children(i) {
        match doc.deprels[c] {
            Deprel::Nsubj | Deprel::NsubjPass => subject = subject.or(Some(c)),
            Deprel::Obj | Deprel::Iobj => object = object.or(Some(c)),
            Deprel::Ccomp | Deprel::Xcomp | Deprel::Parataxis => content = content.or(Some(c)),
            Deprel::Obl | Deprel::Nmod | Deprel::OblAgent => oblique = oblique.or(Some(c)),
            Deprel::AuxPass => passive = true,
            _ => {}
        }
    }
    let shape = u64::from(subject.is_some())
        | u64::from(content.is_some()) << 1
        | u64::from(passive) << 2
        | u64::from(object.is_some()) << 3
        | u64::from(oblique.is_some()) << 4;
    for (slot, word) in [(4, subject), (5, object), (6, oblique), (7, content)] {
        if let Some(word) = word {
            scene.show(slot, word, sight);
        }
    }

    // What the lexicon says of it, of the phrase it makes with what hangs on it, and of what is around.
    let mut strengths = scene.strengths(i);
    let mut phrase = String::new();
    let mut look_up = |other: &str, strengths: &mut super::lexicon::Strengths| {
        phrase.clear();
        phrase.push_str(own);
        phrase.push(' ');
        phrase.push_str(other);
        let found = scene.lexicon.strengths(list, &phrase);
        if found.bits() != 0 {
            *strengths = found;
        }
    };
    for c in links.children(i).filter(|&c| !matches!(doc.deprels[c], Deprel::Punct | Deprel::Det)) {
        look_up(scene.lemma(c), &mut strengths);
        if let Some(case) = links.case(doc, c) {
            look_up(scene.lower(case), &mut strengths);
        }
    }
    sight.feature(f(30).number(strengths.bits()));
    for (t, s) in strengths.types() {
        let t = t as u64;
        sight.feature(f(32).number(t).number(s));
        sight.feature(f(33).number(t).number(deprel).number(s));
        sight.feature(f(34).number(t).number(xpos).number(quoted));
        sight.feature(f(31).number(t).number(shape).number(upos));
        for c in links.children(i) {
            sight.feature(f(35).number(t).number(doc.deprels[c] as u64).number(s));
            sight.feature(f(36).number(t).number(doc.deprels[c] as u64).number(scene.kind(c)));
        }
        for (u, s) in scene.strengths(head).types().filter(|(_, s)| *s > 1 && head != i) {
            sight.feature(f(42).number(t).number(u as u64).number(s).number(deprel));
        }
    }

    // Its head.
    let to = scene.near(i, -1).is_some_and(|j| doc.xpos[j] == Xpos::To);
    if head != i {
        sight.feature(f(9).text(scene.lemma(head)).number(deprel));
        sight.feature(f(10).text(own).text("<").text(scene.lemma(head)));
        sight.feature(f(43).number(scene.fact(head).coarse).number(deprel).number(fact.coarse));
        sight.feature(f(44).text(own).number(deprel).number(doc.upos[head] as u64));
        sight.feature(f(28).number(u64::from(to)).text(scene.lemma(head)));
        scene.show(1, head, sight);
        if noun && matches!(doc.deprels[i], Deprel::Obl | Deprel::Nmod)
            && let Some(case) = links.case(doc, i)
        {
            sight.feature(f(45).text(scene.lower(case)).text(own));
            sight.feature(f(46).text(scene.lower(case)).number(fact.coarse).number(scene.fact(head).coarse));
        }
        for c in links.children(head).filter(|&c| c != i && matches!(doc.deprels[c], Deprel::Nsubj | Deprel::NsubjPass)) {
            sight.feature(f(47).number(scene.kind(c)).number(deprel).number(fact.coarse));
        }
    }

    // Its children.
    sight.feature(f(21).text(own).number(shape));
    sight.feature(f(22).number(upos).number(shape));
    sight.feature(f(48).number(fact.fine).number(shape));
    for c in links.children(i) {
        let relation = doc.deprels[c];
        let r = relation as u64;
        if matches!(relation, Deprel::Punct) {
            continue;
        }
        if relation == Deprel::Det {
            sight.feature(f(49).text(scene.lower(c)).number(fact.coarse));
            sight.feature(f(50).text(scene.lower(c)).text(own));
            continue;
        }
        sight.feature(f(11).text(own).number(r));
        sight.feature(f(12).number(r).text(scene.lemma(c)).number(upos));
        sight.feature(f(13).text(own).text(">").text(scene.lemma(c)).number(r));
        sight.feature(f(14).number(r).number(scene.kind(c)).number(fact.coarse));
        sight.feature(f(51).number(r).number(scene.kind(c)).number(upos));
        sight.feature(f(52).text(own).number(r).number(scene.kind(c)));
        sight.feature(f(15).number(r).number(scene.fact(c).fine));
        if matches!(relation, Deprel::Obl | Deprel::Nmod | Deprel::OblAgent)
            && let Some(case) = links.case(doc, c)
        {
            sight.feature(f(16).text(own).text("@").text(scene.lower(case)));
            sight.feature(f(17).text(own).text("@").text(scene.lower(case)).number(scene.kind(c)));
            sight.feature(f(53).number(fact.fine).text("@").text(scene.lower(case)));
            sight.feature(f(54).number(fact.coarse).text(scene.lower(case)).number(scene.kind(c)));
        }
        if matches!(relation, Deprel::Ccomp | Deprel::Xcomp | Deprel::Parataxis) {
            sight.feature(f(18).text(own).number(doc.xpos[c] as u64));
            let marks = |d: &usize| matches!(doc.deprels[*d], Deprel::Aux | Deprel::Mark | Deprel::Advmod);
            for d in links.children(c).filter(marks) {
                sight.feature(f(19).number(r).text(scene.lemma(d)));
                sight.feature(f(20).text(own).text(scene.lemma(d)));
            }
        }
    }
    if strengths.of(RelationType::State) > 0 && !noun {
        see_content(scene, i, content, sight);
    }

    // Its neighbours.
    let zone = doc.sentences[scene.sentence(i)].zone as u64;
    for offset in [-3i64, -2, -1, 1, 2, 3] {
        let j = scene.near(i, offset);
        let word = j.map_or("", |j| scene.lower(j));
        sight.feature(f(23).number((offset + 8) as u64).text(word).number(upos));
        if offset.abs() == 1 {
            sight.feature(f(24).number((offset + 8) as u64).text(word).text("|").text(own));
            if let Some(j) = j {
                scene.show(if offset < 0 { 2 } else { 3 }, j, sight);
                sight.feature(f(55).number((offset + 8) as u64).number(doc.xpos[j] as u64).number(fact.coarse));
            }
        }
    }
    if let (Some(a), Some(b)) = (scene.near(i, 1), scene.near(i, 2)) {
        sight.feature(f(25).text(own).text(vocab.word(doc.lowers[a])).text(" ").text(vocab.word(doc.lowers[b])));
    }
    sight.feature(f(26).number(zone).number(upos).number(deprel));
    sight.feature(f(27).number(zone).number(xpos).number(fact.coarse));
    if let Some(t) = links.names[i] {
        sight.feature(f(56).number(t as u64).number(upos));
    }
}

/// What is said decides what a neutral verb of saying does: the words of the clause, or of the sentence outside of the tag.
fn see_content(scene: &Scene<'_>, i: usize, content: Option<usize>, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let sentence = doc.sentences[scene.sentence(i)].tokens();
    let range = match content {
        Some(c) => links.subtree(c),
        None if !doc.is_root(i) && doc.deprels[i] == Deprel::Parataxis || links.quoted[sentence.start] => {
            sentence.start..i
        }
        None => return,
    };
    for j in range.filter(|&j| j != i).take(40) {
        if matches!(doc.upos[j], Upos::Verb | Upos::Aux | Upos::Adj | Upos::Noun | Upos::Adv | Upos::Part) {
            sight.feature(Feature::new(60).text(scene.lemma(j)));
            sight.feature(Feature::new(61).number(scene.fact(j).fine));
            for (t, s) in scene.strengths(j).types().filter(|(_, s)| *s > 1) {
                sight.feature(Feature::new(62).number(t as u64).number(s));
            }
        }
    }
}
