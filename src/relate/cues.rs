//! Cues: which words tell of an act, and of what type.

use super::lexicon::{List, STRENGTHS, Strengths};
use super::scene::{Scene, Sight};
use crate::doc::{Deprel, Doc, RelationType, Upos, Xpos};
use crate::model::crf::Feature;
use std::ops::Range;

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
/// Word vectors that it sees: the token, its head, its neighbours, subject, object, oblique, clause, and all of what is said.
pub const SLOTS: usize = 9;

/// Whether a token can be a cue at all.
pub fn can_be_cue(doc: &Doc, i: usize) -> bool {
    matches!(doc.upos[i], Upos::Verb | Upos::Noun | Upos::Adj | Upos::Propn)
        || matches!(doc.token(i), "according" | "According" | ":" | "-" | "–" | "—")
        || doc.upos[i] == Upos::Adp && doc.token(i) == "against"
}

/// Whether it is worth asking: a verb that is no part of a name, or a word that the lexicon knows.
pub fn is_candidate(scene: &Scene<'_>, i: usize) -> bool {
    let named = scene.links.names[i].is_some();
    match scene.doc.upos[i] {
        Upos::Noun | Upos::Propn | Upos::Adj => scene.strengths(i).bits() != 0,
        Upos::Verb => !named || scene.strengths(i).bits() != 0,
        _ => !named && can_be_cue(scene.doc, i),
    }
}

/// Who the cue at `i` tells to stop something, and what, which is to forbid it: "told officials to stop using phones".
pub fn forbidden(scene: &Scene<'_>, i: usize) -> Option<(usize, Option<usize>)> {
    let doc = scene.doc;
    if !matches!(scene.lemma(i), "tell" | "order" | "instruct" | "direct" | "command") {
        return None;
    }
    let told = scene.links.child(doc, i, &[Deprel::Obj, Deprel::Iobj, Deprel::NsubjPass])?;
    let mut verb = scene.links.children(i).find(|&c| {
        matches!(scene.lemma(c), "stop" | "cease" | "halt" | "quit")
            && scene.links.children(c).any(|d| doc.xpos[d] == Xpos::To)
            && scene.has(c, &[Deprel::Xcomp, Deprel::Obj, Deprel::Advcl])
    })?;
    for _ in 0..3 {
        match scene.links.child(doc, verb, &[Deprel::Xcomp, Deprel::Advcl]) {
            Some(inner) if inner > verb => verb = inner,
            _ => break,
        }
    }
    // "… to stop using phones - newspaper": what stands behind a dash is no object.
    let object = scene.links.child(doc, verb, &[Deprel::Obj]);
    let dash = object.and_then(|o| (verb..o).find(|&k| matches!(doc.token(k), ":" | "-" | "–" | "—")));
    let before = dash.and_then(|d| (verb + 1..d).rev().find(|&k| matches!(doc.upos[k], Upos::Noun | Upos::Propn)));
    Some((told, before.or(object)))
}

/// What the classifier looks at for the token `i`.
pub fn see(scene: &Scene<'_>, i: usize, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(template);
    let own = scene.lemma_key(i);
    let fact = scene.fact(i);
    let (upos, xpos, deprel) = (doc.upos[i] as u64, doc.xpos[i] as u64, doc.deprels[i] as u64);
    let quoted = u64::from(links.quoted[i]);
    let head = doc.heads[i] as usize;
    let noun = matches!(doc.upos[i], Upos::Noun | Upos::Propn);

    sight.about("the word itself", i);
    sight.feature(f(1).number(own).number(upos));
    sight.feature(f(2).number(fact.fine).number(upos));
    sight.feature(f(3).number(fact.coarse).number(upos));
    sight.feature(f(4).number(own).number(xpos));
    sight.feature(f(5).number(upos).number(deprel));
    sight.feature(f(6).number(own).number(deprel));
    sight.feature(f(7).number(quoted).number(upos));
    sight.feature(f(8).number(own).number(quoted));
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
            sight.about("what hangs on it", word);
            scene.show(slot, word, sight);
        }
    }

    // What the lexicon says of it, of the phrase it makes with what hangs on it, and of what is around.
    sight.about("the lexicon", i);
    let word = scene.strengths(i);
    let mut phrased = Strengths::default();
    phrases(scene, i, |found, _| phrased = phrased.or(found));
    for (t, s) in phrased.types() {
        sight.feature(f(29).number(t as u64).number(s));
        sight.feature(f(57).number(t as u64).number(s).number(word.of(t)));
        sight.feature(f(58).number(t as u64).number(xpos).number(deprel));
    }
    let strengths = word.or(phrased);
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
        sight.about("its head", head);
        sight.feature(f(9).number(scene.lemma_key(head)).number(deprel));
        sight.feature(f(10).number(own).number(scene.lemma_key(head)));
        sight.feature(f(43).number(scene.fact(head).coarse).number(deprel).number(fact.coarse));
        sight.feature(f(44).number(own).number(deprel).number(doc.upos[head] as u64));
        sight.feature(f(28).number(u64::from(to)).number(scene.lemma_key(head)));
        scene.show(1, head, sight);
        if noun
            && matches!(doc.deprels[i], Deprel::Obl | Deprel::Nmod)
            && let Some(case) = links.case(doc, i)
        {
            sight.feature(f(45).number(scene.lower_key(case)).number(own));
            sight.feature(f(46).number(scene.lower_key(case)).number(fact.coarse).number(scene.fact(head).coarse));
        }
        for c in links.children(head).filter(|&c| c != i && matches!(doc.deprels[c], Deprel::Nsubj | Deprel::NsubjPass))
        {
            sight.feature(f(47).number(scene.kind(c)).number(deprel).number(fact.coarse));
        }
    }

    // Its children.
    sight.about("the word itself", i);
    sight.feature(f(21).number(own).number(shape));
    sight.feature(f(22).number(upos).number(shape));
    sight.feature(f(48).number(fact.fine).number(shape));
    for c in links.children(i) {
        let relation = doc.deprels[c];
        let r = relation as u64;
        if matches!(relation, Deprel::Punct) {
            continue;
        }
        sight.about("what hangs on it", c);
        if relation == Deprel::Det {
            sight.feature(f(49).number(scene.lower_key(c)).number(fact.coarse));
            sight.feature(f(50).number(scene.lower_key(c)).number(own));
            continue;
        }
        sight.feature(f(11).number(own).number(r));
        sight.feature(f(12).number(r).number(scene.lemma_key(c)).number(upos));
        sight.feature(f(13).number(own).number(scene.lemma_key(c)).number(r));
        sight.feature(f(14).number(r).number(scene.kind(c)).number(fact.coarse));
        sight.feature(f(51).number(r).number(scene.kind(c)).number(upos));
        sight.feature(f(52).number(own).number(r).number(scene.kind(c)));
        sight.feature(f(15).number(r).number(scene.fact(c).fine));
        if matches!(relation, Deprel::Obl | Deprel::Nmod | Deprel::OblAgent)
            && let Some(case) = links.case(doc, c)
        {
            sight.feature(f(16).number(own).number(scene.lower_key(case)));
            sight.feature(f(17).number(own).number(scene.lower_key(case)).number(scene.kind(c)));
            sight.feature(f(53).number(fact.fine).number(scene.lower_key(case)));
            sight.feature(f(54).number(fact.coarse).number(scene.lower_key(case)).number(scene.kind(c)));
        }
        if matches!(relation, Deprel::Ccomp | Deprel::Xcomp | Deprel::Parataxis) {
            sight.feature(f(18).number(own).number(doc.xpos[c] as u64));
            let marks = |d: &usize| matches!(doc.deprels[*d], Deprel::Aux | Deprel::Mark | Deprel::Advmod);
            for d in links.children(c).filter(marks) {
                sight.feature(f(19).number(r).number(scene.lemma_key(d)));
                sight.feature(f(20).number(own).number(scene.lemma_key(d)));
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
        let word = j.map_or(0, |j| scene.lower_key(j));
        match j {
            Some(j) => sight.about("what stands beside it", j),
            None => sight.about("where it stands", i),
        }
        sight.feature(f(23).number((offset + 8) as u64).number(word).number(upos));
        if offset.abs() == 1 {
            sight.feature(f(24).number((offset + 8) as u64).number(word).number(own));
            if let Some(j) = j {
                scene.show(if offset < 0 { 2 } else { 3 }, j, sight);
                sight.feature(f(55).number((offset + 8) as u64).number(doc.xpos[j] as u64).number(fact.coarse));
            }
        }
    }
    if let (Some(a), Some(b)) = (scene.near(i, 1), scene.near(i, 2)) {
        sight.about("what stands beside it", a);
        sight.feature(f(25).number(own).number(scene.lower_key(a)).number(scene.lower_key(b)));
    }
    if matches!(doc.upos[i], Upos::Punct | Upos::Sym) {
        see_mark(scene, i, sight);
    }
    sight.about("where it stands", i);
    sight.feature(f(26).number(zone).number(upos).number(deprel));
    sight.feature(f(27).number(zone).number(xpos).number(fact.coarse));
    if let Some(t) = links.names[i] {
        sight.feature(f(56).number(t as u64).number(upos));
    }
}

/// A colon or dash can attribute what stands on its one side to whom the other names: "Talks will go on: officials".
fn see_mark(scene: &Scene<'_>, i: usize, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(75 + template);
    let sentence = doc.sentences[scene.sentence(i)];
    let tokens = sentence.tokens();
    for (side, range) in [(0u64, tokens.start..i), (1, i + 1..tokens.end)] {
        let long = match range.len() {
            n @ 0..5 => n as u64,
            5..8 => 5,
            _ => 6,
        };
        let verb = u64::from(range.clone().any(|j| matches!(doc.upos[j], Upos::Verb | Upos::Aux)));
        let own = scene.lower_key(i);
        let g = f(side as u8).number(sentence.zone as u64).number(own);
        sight.feature(g.number(1).number(long).number(verb));
        let words = || range.clone().filter(|&j| doc.upos[j] != Upos::Punct);
        if let (Some(first), Some(last)) = (words().next(), words().next_back()) {
            sight.feature(g.number(2).number(long).number(scene.kind(first)).number(scene.kind(last)));
            sight.feature(g.number(3).number(scene.lemma_key(last)));
            sight.feature(g.number(4).number(verb).number(scene.kind(last)));
            let one = links.named[first].is_some() && links.named[first] == links.named[last];
            sight.feature(g.number(5).number(u64::from(one)).number(scene.kind(last)).number(verb));
            sight.feature(g.number(6).number(u64::from(links.quoted[first])).number(long));
        }
    }
}

fn list(doc: &Doc, i: usize) -> List {
    if matches!(doc.upos[i], Upos::Noun | Upos::Propn) { List::Nouns } else { List::Verbs }
}

/// What the lexicon says of the phrases that the token makes with what hangs on it, each with its other word.
fn phrases<'d>(scene: &Scene<'d>, i: usize, mut found: impl FnMut(Strengths, &'d str)) {
    let Scene { doc, links, .. } = *scene;
    let (list, mut phrase) = (list(doc, i), format!("{} ", scene.lemma(i)));
    let start = phrase.len();
    for c in links.children(i).filter(|&c| !matches!(doc.deprels[c], Deprel::Punct | Deprel::Det)) {
        let case = links.case(doc, c).map(|case| scene.lower(case));
        for other in std::iter::once(scene.lemma(c)).chain(case) {
            phrase.truncate(start);
            phrase.push_str(other);
            let strengths = scene.lexicon.strengths(list, &phrase);
            if strengths.bits() != 0 {
                found(strengths, other);
            }
        }
    }
}

/// What the lexicon says of a word inside of what is said, or of the phrase it makes with the next, which is given. `phrase`
/// is a buffer.
fn said<'d>(scene: &Scene<'d>, j: usize, phrase: &mut String) -> (Strengths, Option<&'d str>) {
    if let Some(next) = scene.near(j, 1).map(|next| scene.lemma(next)) {
        phrase.clear();
        phrase.push_str(scene.lemma(j));
        phrase.push(' ');
        phrase.push_str(next);
        let strengths = scene.lexicon.strengths(List::Said, phrase);
        if strengths.bits() != 0 {
            return (strengths, Some(next));
        }
    }
    (scene.fact(j).strengths[List::Said as usize], None)
}

/// What is said with the verb at `i`: its main verb, where it hangs on the verb or the verb on it, and its tokens.
fn content_of(scene: &Scene<'_>, i: usize, content: Option<usize>) -> Option<(Option<usize>, Range<usize>)> {
    let Scene { doc, links, .. } = *scene;
    let sentence = doc.sentences[scene.sentence(i)].tokens();
    let tag = doc.deprels[i] == Deprel::Parataxis && !doc.is_root(i);
    match content {
        Some(c) => Some((Some(c), links.subtree(c))),
        None if tag => Some((Some(doc.heads[i] as usize), sentence.start..i)),
        None if links.quoted[sentence.start] => Some((None, sentence.start..i)),
        None => None,
    }
}

/// The words of what is said that tell something.
fn telling(scene: &Scene<'_>, i: usize, range: Range<usize>) -> Vec<usize> {
    let tells = |j: &usize| {
        matches!(
            scene.doc.upos[*j],
            Upos::Verb | Upos::Aux | Upos::Adj | Upos::Noun | Upos::Adv | Upos::Part | Upos::Det
        )
    };
    range.filter(|&j| j != i).filter(tells).take(40).collect()
}

/// What is said decides what a neutral verb of saying does: the words of the clause, or of the sentence outside of the tag.
fn see_content(scene: &Scene<'_>, i: usize, content: Option<usize>, sight: &mut impl Sight) {
    let Scene { doc, links, .. } = *scene;
    let f = |template: u8| Feature::new(60 + template);
    let Some((head, range)) = content_of(scene, i, content) else { return };
    // The main verb of what is said: its modals, and whom it is about.
    if let Some(head) = head {
        sight.about("what is said", head);
        for c in links.children(head).filter(|&c| c != i) {
            match doc.deprels[c] {
                Deprel::Aux | Deprel::Advmod | Deprel::Cop => sight.feature(f(3).number(scene.lemma_key(c))),
                Deprel::Nsubj | Deprel::NsubjPass => sight.feature(f(4).number(scene.kind(c))),
                _ => {}
            }
        }
        sight.feature(f(5).number(scene.lemma_key(head)));
        sight.feature(f(6).number(scene.fact(head).fine).number(doc.xpos[head] as u64));
    }
    let (mut shown, mut phrase) = (0u32, String::new());
    let words = telling(scene, i, range);
    let weight = 1.0 / (words.len().max(1) as f32).sqrt();
    // How strongly the words speak for each type, at most.
    let mut most = [0u64; RelationType::ALL.len()];
    for &j in &words {
        sight.about("what is said", j);
        if doc.upos[j] != Upos::Det {
            sight.feature(f(0).number(scene.lemma_key(j)));
            sight.feature(f(1).number(scene.fact(j).fine));
        }
        for (t, s) in scene.strengths(j).types().filter(|(_, s)| *s > 1) {
            sight.feature(f(2).number(t as u64).number(s));
        }
        let (said, _) = said(scene, j, &mut phrase);
        for (t, s) in said.types() {
            most[t as usize] = most[t as usize].max(s);
        }
        if let Some(id) = scene.fact(j).id {
            sight.word(8, id, weight);
            shown += 1;
        }
    }
    sight.about("the lexicon, of what is said", i);
    for (t, &s) in most.iter().enumerate().filter(|(_, s)| **s > 0) {
        sight.feature(f(7).number(t as u64).number(s));
        sight.feature(f(8).number(t as u64).number(s).number(scene.lemma_key(i)));
    }
    sight.feature(f(9).number(u64::from(shown == 0)));
}

/// An entry of the lexicon that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its list.
    pub list: List,
    /// The entry as it stands there.
    pub phrase: String,
    /// What it can tell of.
    pub strengths: Strengths,
}

impl Entry {
    fn new(list: List, word: &str, other: Option<&str>, strengths: Strengths) -> Option<Self> {
        let phrase = other.map_or_else(|| word.to_string(), |other| format!("{word} {other}"));
        (strengths.bits() != 0).then_some(Entry { list, phrase, strengths })
    }

    /// Where the entry stands for a type: `BAN.verbs.always:ban`; `None` where it does not.
    pub fn place(&self, rtype: RelationType) -> Option<String> {
        let strength = self.strengths.of(rtype) as usize;
        let name = || format!("{rtype}.{}.{}:{}", List::NAMES[self.list as usize], STRENGTHS[strength], self.phrase);
        (strength > 0).then(name)
    }
}

/// The entries of the lexicon that match the cue at `i`, phrases first, then those that match what is said with it.
pub fn entries(scene: &Scene<'_>, i: usize) -> Vec<Entry> {
    let (list, own) = (list(scene.doc, i), scene.lemma(i));
    let mut entries = Vec::new();
    phrases(scene, i, |strengths, other| entries.extend(Entry::new(list, own, Some(other), strengths)));
    entries.extend(Entry::new(list, own, None, scene.strengths(i)));
    let says = entries.iter().any(|e| e.strengths.of(RelationType::State) > 0);
    let content = scene.links.child(scene.doc, i, &[Deprel::Ccomp, Deprel::Xcomp, Deprel::Parataxis]);
    if says
        && list == List::Verbs
        && let Some((_, range)) = content_of(scene, i, content)
    {
        let mut phrase = String::new();
        for j in telling(scene, i, range) {
            let (strengths, other) = said(scene, j, &mut phrase);
            entries.extend(Entry::new(List::Said, scene.lemma(j), other, strengths));
        }
    }
    entries
}

/// What fired for a cue: its dictionary form, and the entry of the lexicon that speaks most for its type, or the classifier alone.
pub fn rule(scene: &Scene<'_>, cue: Cue) -> String {
    let entries = entries(scene, cue.token);
    let best = entries.iter().rev().max_by_key(|e| e.strengths.of(cue.rtype)).and_then(|e| e.place(cue.rtype));
    let by = best.map_or_else(|| "classifier".to_string(), |place| format!("lexicon:{place}"));
    format!("cue:{} {by}", scene.lemma(cue.token))
}
