//! Who does it to whom: the classifier that chooses source, target and those bound among the nominals of the sentence.

use super::scene::{Scene, Sight};
use crate::doc::{Deprel, RelationType, Upos, Xpos};
use crate::model::crf::Feature;

/// Places that are filled, in the order of the classifier's labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Who does it.
    Source,
    /// To whom or what.
    Target,
    /// BAN and LIFT: who is bound or freed.
    Affected,
}

/// Labels of the classifier: a score a place.
pub const LABELS: usize = 3;
/// Word vectors that it sees: candidate, cue, the candidate's head.
pub const SLOTS: usize = 3;
/// Candidates further away than this are left out.
const FURTHEST: usize = 60;

/// What may fill a place: nothing, the one who spoke last before, or a nominal by its head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// The text names no one.
    Nobody,
    /// The source of the speech that stands last before the cue, in another sentence.
    Speaker,
    /// A noun phrase.
    Head(usize),
}

/// Heads of noun phrases in the sentence of the cue at `i`, in order of text.
pub fn heads<'a>(scene: &'a Scene<'_>, i: usize) -> impl Iterator<Item = usize> + 'a {
    let sentence = scene.doc.sentences[scene.sentence(i)].tokens();
    sentence.filter(move |&j| j != i && j.abs_diff(i) <= FURTHEST && is_head(scene, j))
}

/// All that may fill the places of the cue at `i`.
pub fn candidates(scene: &Scene<'_>, i: usize) -> Vec<Candidate> {
    [Candidate::Nobody, Candidate::Speaker].into_iter().chain(heads(scene, i).map(Candidate::Head)).collect()
}

/// Whether a token heads a noun phrase, or is a name inside of one, so that it could be an argument.
fn is_head(scene: &Scene<'_>, j: usize) -> bool {
    let (doc, links) = (scene.doc, scene.links);
    let head = doc.heads[j] as usize;
    let relation = doc.deprels[j];
    // Of the tokens of a name the one that hangs outside of it stands for all.
    if let Some(name) = links.named[j] {
        // "Kremlin spokesman Dmitry Peskov": a description that goes with its name is one candidate, at the outer head.
        let outside = head == j || links.named[head] != Some(name);
        return outside && (head == j || scene.named(head) != Some(name as usize));
    }
    // "Dmitry Peskov, the Kremlin spokesman": the name goes before.
    if relation == Deprel::Appos {
        return false;
    }
    match doc.upos[j] {
        Upos::Propn | Upos::Noun => !matches!(
            relation,
            Deprel::Compound | Deprel::Flat | Deprel::Fixed | Deprel::Goeswith | Deprel::NmodUnmarked
        ),
        Upos::Pron => relation != Deprel::Expl,
        // "the accused", "the wounded"
        Upos::Adj => matches!(relation, Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj | Deprel::Obl | Deprel::Nmod),
        Upos::Num | Upos::Det => matches!(relation, Deprel::Nsubj | Deprel::NsubjPass | Deprel::Obj | Deprel::Iobj),
        _ => false,
    }
}

/// What the classifier looks at for a candidate of the cue at `i`.
pub fn see(scene: &Scene<'_>, i: usize, rtype: RelationType, candidate: Candidate, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(100 + template);
    let t = rtype as u64;
    let own = scene.lemma_key(i);
    let fact = scene.fact(i);
    let (xpos, deprel) = (doc.xpos[i] as u64, doc.deprels[i] as u64);
    let quoted = u64::from(links.quoted[i]);
    let passive = scene.has(i, &[Deprel::AuxPass, Deprel::NsubjPass]);
    let noun = matches!(doc.upos[i], Upos::Noun | Upos::Propn);
    // How the cue is used: what an argument's relation means depends on it.
    let voice = if noun { 4 } else { u64::from(passive) } | (xpos << 3);
    let has = |relations: &[Deprel]| u64::from(scene.has(i, relations));
    let shape = has(&[Deprel::Nsubj, Deprel::NsubjPass])
        | has(&[Deprel::Obj, Deprel::Iobj]) << 1
        | has(&[Deprel::Obl, Deprel::Nmod]) << 2
        | has(&[Deprel::NmodPoss, Deprel::Compound, Deprel::Amod]) << 3
        | u64::from(passive) << 4;
    scene.show(1, i, sight);
    let j = match candidate {
        Candidate::Head(j) => j,
        _ => {
            let who = u64::from(candidate == Candidate::Speaker);
            let g = f(0).number(who);
            sight.feature(g);
            sight.feature(g.number(1).number(t));
            sight.feature(g.number(2).number(own));
            sight.feature(g.number(3).number(own).number(shape));
            sight.feature(g.number(4).number(t).number(shape).number(voice));
            sight.feature(g.number(5).number(shape).number(voice));
            sight.feature(g.number(6).number(fact.fine));
            sight.feature(g.number(7).number(t).number(deprel).number(voice));
            sight.feature(g.number(8).number(t).number(quoted).number(shape));
            sight.feature(g.number(9).number(deprel).number(xpos).number(shape));
            for c in links.children(i).filter(|&c| doc.deprels[c] != Deprel::Punct) {
                sight.feature(g.number(10).number(t).number(doc.deprels[c] as u64).number(scene.kind(c)));
                if let Some(case) = links.case(doc, c) {
                    sight.feature(g.number(11).number(t).number(scene.lower_key(case)));
                }
            }
            return;
        }
    };
    let head = doc.heads[j] as usize;
    let (kind, class) = (scene.kind(j), class(scene, j));
    let case = links.case(doc, j).map_or(0, |c| scene.lower_key(c));
    let relation = doc.deprels[j] as u64;
    let apart = i.abs_diff(j);
    let far = [0u64, 1, 2, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7, 7, 8][apart.min(15)] << 1 | u64::from(j > i);
    scene.show(0, j, sight);
    if head != j {
        scene.show(2, head, sight);
    }

    // The way from the cue to the candidate.
    let path = scene.path(i, j, 5, f(1)).unwrap_or(f(2).number(u64::from(j > i)));
    sight.feature(path);
    sight.feature(path.number(1).number(t));
    sight.feature(path.number(2).number(voice));
    sight.feature(path.number(3).number(own));
    sight.feature(path.number(4).number(case));
    sight.feature(path.number(5).number(case).number(t).number(voice));
    sight.feature(path.number(6).number(case).number(own));
    sight.feature(path.number(7).number(kind));
    sight.feature(path.number(8).number(kind).number(t));
    sight.feature(path.number(9).number(t).number(voice));
    sight.feature(path.number(12).number(class));
    sight.feature(path.number(13).number(class).number(t).number(case));
    sight.feature(path.number(14).number(class).number(fact.fine));
    sight.feature(path.number(10).number(fact.fine));
    sight.feature(path.number(11).number(fact.coarse).number(case));
    sight.feature(path.number(15).number(shape));
    sight.feature(path.number(16).number(shape).number(t));
    sight.feature(path.number(17).number(shape).number(case));
    // "quoted the minister as saying", "met them to discuss"
    if let Some(mark) = links.child(doc, i, &[Deprel::Mark, Deprel::Case]) {
        sight.feature(path.number(18).number(scene.lower_key(mark)));
        sight.feature(path.number(19).number(scene.lower_key(mark)).number(t));
    }

    // The candidate itself.
    sight.feature(f(3).number(kind));
    sight.feature(f(4).number(kind).number(t));
    sight.feature(f(5).number(kind).number(t).number(relation));
    sight.feature(f(6).number(scene.lemma_key(j)));
    sight.feature(f(7).number(scene.lemma_key(j)).number(t));
    sight.feature(f(8).number(scene.fact(j).fine).number(t));
    sight.feature(f(30).number(class).number(relation).number(case).number(t).number(voice));
    sight.feature(f(31).number(class).number(u64::from(head == i)).number(relation).number(t));
    sight.feature(f(32).number(class).number(far));
    sight.feature(f(9).number(far));
    sight.feature(f(10).number(far).number(t));
    sight.feature(f(11).number(far).number(relation).number(voice));
    sight.feature(f(12).number(relation).number(case).number(u64::from(j > i)));
    sight.feature(f(13).number(relation).number(case).number(t).number(u64::from(j > i)));
    sight.feature(f(14).number(case).number(own).number(u64::from(j > i)));
    sight.feature(f(15).number(scene.lemma_key(j)).number(own));
    if head != j {
        sight.feature(f(16).number(scene.lemma_key(head)).number(relation).number(t));
        sight.feature(f(17).number(relation).number(doc.upos[head] as u64).number(u64::from(head == i)).number(t));
    }
    sight.feature(f(18).number(u64::from(links.quoted[j]) << 1 | quoted).number(t));
    sight.feature(f(19).number(u64::from(links.quoted[j]) << 1 | quoted).number(relation).number(far));
    if !links.children(j).any(|c| doc.deprels[c] == Deprel::Det) {
        sight.feature(f(20).number(t).number(kind));
    }

    if matches!(doc.upos[i], Upos::Punct | Upos::Sym) {
        let tokens = doc.sentences[scene.sentence(i)].tokens();
        let long = if j > i { tokens.end - i - 1 } else { i - tokens.start }.min(6) as u64;
        sight.feature(f(38).number(u64::from(j > i)).number(long).number(class));
        sight.feature(f(39).number(u64::from(j > i)).number(long).number(kind));
    }
    let known = salience(scene, j);
    sight.feature(f(33).number(known).number(t));
    sight.feature(f(34).number(known).number(class));
    sight.feature(f(35).number(known).number(relation).number(voice));

    // What stands between.
    let (from, to) = (i.min(j) + 1, i.max(j));
    let (mut commas, mut heads_between, mut verbs, mut mark) = (0u64, 0u64, 0u64, 0u64);
    for k in from..to {
        commas += u64::from(doc.token(k) == ",");
        heads_between += u64::from(is_head(scene, k));
        verbs += u64::from(doc.upos[k] == Upos::Verb);
        if matches!(doc.token(k), ":" | ";" | "-" | "–" | "—") {
            mark = scene.lower_key(k);
        }
    }
    let zone = doc.sentences[scene.sentence(i)].zone as u64;
    sight.feature(f(36).number(mark).number(zone).number(u64::from(j > i)));
    sight.feature(f(37).number(mark).number(zone).number(u64::from(j > i)).number(class));
    sight.feature(f(21).number(heads_between.min(4)).number(u64::from(j > i)).number(t));
    sight.feature(f(22).number(commas.min(3)).number(verbs.min(3)).number(u64::from(j > i)));
    sight.feature(f(23).number(commas.min(3)).number(verbs.min(3)).number(relation).number(voice));
    let first_subject = matches!(doc.deprels[j], Deprel::Nsubj | Deprel::NsubjPass) && doc.is_root(head);
    sight.feature(f(24).number(u64::from(first_subject)).number(deprel).number(voice));
    sight.feature(f(25).number(u64::from(first_subject)).number(t).number(xpos));
    if apart == 1 {
        sight.feature(f(26).number(u64::from(j > i)).number(kind).number(voice));
        sight.feature(f(27).number(u64::from(j > i)).number(own).number(kind));
    }
    if let Some(k) = scene.near(j, -1) {
        sight.feature(f(28).number(scene.lower_key(k)).number(t));
        sight.feature(f(29).number(scene.lower_key(k)).number(far));
    }
}

/// How often the article names whom a candidate means, to 4; 0 where it means no one that is named.
fn salience(scene: &Scene<'_>, j: usize) -> u64 {
    let Scene { doc, links, .. } = *scene;
    let mention = links.named[j].or(links.refers[j]);
    let entity = mention.and_then(|m| doc.mentions[m as usize].entity);
    entity.map_or(0, |e| u64::from(doc.entities[e as usize].mentions.min(4)))
}

/// What sort of thing a candidate is: a type of name, people or things among the pronouns, one or many among the nouns.
fn class(scene: &Scene<'_>, j: usize) -> u64 {
    match scene.links.names[j] {
        Some(t) => t as u64,
        None => match scene.lower(j) {
            "he" | "she" | "i" | "we" | "you" | "they" | "who" | "him" | "her" | "me" | "us" | "them" | "whom" => 30,
            "his" | "their" | "our" | "my" => 31,
            "it" | "its" | "this" | "that" | "which" | "these" | "those" => 32,
            _ if scene.doc.xpos[j] == Xpos::Nns => 33,
            _ => 34,
        },
    }
}
