//! What is known of the entities named so far: where each was last mentioned, in which place, what it was called.

use super::{CorefScratch, Describer};
use crate::doc::{Country, Deprel, Doc, EntityType, Mention, Sector, Upos, Zone};
use crate::entity::alias::fold;
use crate::entity::nouns::{Gender, hash};
use crate::text::Vocab;
use smallvec::SmallVec;

/// What is known of an entity at a point of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub etype: Option<EntityType>,
    /// Of a known entity.
    pub country: Option<Country>,
    /// Of a known entity, or as its name or role tells.
    pub sector: Option<Sector>,
    pub gender: Option<Gender>,
    pub first: u32,
    pub head: u32,
    pub last: u32,
    pub sentence: u32,
    pub slot: Slot,
    pub name: bool,
    pub lead: bool,
    pub count: u32,
    /// Where it was last the subject of a verb of saying: one past the token, 0 for nowhere.
    pub spoke: u32,
    /// Head nouns of its roles: hash and word.
    pub roles: SmallVec<[(u64, Option<u32>); 3]>,
    /// Hashes of the words of its roles and names.
    pub known: SmallVec<[u64; 8]>,
}

/// Syntactic place of a mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Slot {
    Subject,
    Passive,
    Object,
    Oblique,
    Modifier,
    Possessor,
    Apposition,
    #[default]
    Other,
}

impl Describer {
    /// A name comes up: remembers where, in which place, and what role it is given.
    pub(super) fn name(&self, doc: &Doc, vocab: &Vocab, mention: &Mention, scratch: &mut CorefScratch) {
        let Some(entity) = mention.entity else { return };
        let head = head_of(doc, mention.first as usize..mention.last as usize);
        let state = &mut scratch.states[entity as usize];
        if state.count == 0 {
            let known = &doc.entities[entity as usize];
            (state.etype, state.country, state.sector) = (Some(known.etype), known.country, known.sector);
            let folded = fold(&known.name);
            state.known.extend(folded.split([' ', '-']).map(hash));
            if known.etype == EntityType::Person {
                let given = known.name.split(' ').next().filter(|_| known.name.contains(' '));
                state.gender = given.and_then(|g| self.nouns.gender(g));
            }
        }
        state.count += 1;
        state.lead |= doc.sentences[mention.sentence as usize].zone != Zone::Body;
        (state.first, state.head, state.last) = (mention.first, head as u32, mention.last);
        (state.sentence, state.slot, state.name) = (mention.sentence, slot(doc, head), true);
        if speaks(doc, vocab, head) {
            state.spoke = head as u32 + 1;
        }
        if mention.etype == EntityType::Person {
            if let Some(title) = (mention.first > 0).then(|| vocab.word(doc.lowers[mention.first as usize - 1])) {
                match title {
                    "mr" | "mr." | "sir" | "lord" | "king" | "prince" | "brother" => state.gender = Some(Gender::Male),
                    "mrs" | "mrs." | "ms" | "ms." | "miss" | "dame" | "lady" | "queen" | "princess" | "sister" => {
                        state.gender = Some(Gender::Female);
                    }
                    _ => {}
                }
            }
            if let Some(role) = &mention.role {
                self.role(role, state);
            }
        }
        for noun in nouns_of(doc, mention, head).into_iter().flatten() {
            self.noun(vocab.word(doc.lowers[noun]), state);
        }
        touch(&mut scratch.recent, entity);
    }

    /// Remembers a noun that the entity was called by.
    pub(super) fn noun(&self, lower: &str, state: &mut State) {
        let entry = (hash(lower), self.words.id(lower));
        if !state.roles.contains(&entry) {
            state.roles.push(entry);
        }
    }

    /// Remembers the head noun and the words of a role.
    fn role(&self, role: &str, state: &mut State) {
        let lower = fold(role);
        let noun =
            lower.split([' ', '-']).take_while(|w| !matches!(*w, "of" | "for" | "at" | "in" | "to" | "who" | "from"));
        if let Some(head) = noun.last() {
            self.noun(head, state);
            if let Some(gender) = self.nouns.of(head).and_then(|n| n.gender) {
                state.gender = Some(gender);
            }
        }
        for word in lower.split([' ', '-']).map(hash) {
            if !state.known.contains(&word) {
                state.known.push(word);
            }
        }
    }
}

fn is_said(lemma: &str) -> bool {
    matches!(
        lemma,
        "say"
            | "state"
            | "stress"
            | "urge"
            | "call"
            | "announce"
            | "tweet"
            | "declare"
            | "tell"
            | "add"
            | "warn"
            | "claim"
            | "insist"
            | "explain"
            | "note"
            | "argue"
            | "write"
            | "ask"
    )
}

/// Nouns that the text calls a name by at this place: before it, in apposition, or as what it "is".
fn nouns_of(doc: &Doc, mention: &Mention, head: usize) -> [Option<usize>; 3] {
    let noun = |i: &usize| doc.upos[*i] == Upos::Noun;
    let sentence = doc.sentences[mention.sentence as usize];
    let (first, last) = (mention.first as usize, mention.last as usize);
    let before = first.checked_sub(1).filter(|&i| i >= sentence.first as usize).filter(noun);
    let over = Some(doc.heads[head] as usize).filter(noun);
    let over =
        over.filter(|&o| matches!(doc.deprels[head], Deprel::Appos | Deprel::Nsubj | Deprel::NmodDesc) && o != head);
    let behind = (last..(last + 10).min(sentence.last as usize))
        .find(|&i| doc.deprels[i] == Deprel::Appos && (first..last).contains(&(doc.heads[i] as usize)))
        .filter(noun);
    [before, over, behind]
}

/// Whether a token is the subject of a verb of saying.
pub(super) fn speaks(doc: &Doc, vocab: &Vocab, i: usize) -> bool {
    slot(doc, i) == Slot::Subject && is_said(vocab.word(doc.lemmas[doc.heads[i] as usize]))
}

/// Makes an entity the one that was mentioned last.
pub(super) fn touch(recent: &mut Vec<u32>, entity: u32) {
    if let Some(at) = recent.iter().rposition(|&e| e == entity) {
        recent.remove(at);
    }
    recent.push(entity);
}

/// The token of a range that hangs on something outside.
fn head_of(doc: &Doc, tokens: std::ops::Range<usize>) -> usize {
    let outside = |&i: &usize| !tokens.contains(&(doc.heads[i] as usize)) || doc.is_root(i);
    tokens.clone().find(outside).unwrap_or(tokens.end - 1)
}

pub(super) fn slot(doc: &Doc, i: usize) -> Slot {
    // The place of a name joined to another is that of the first; a name after its title has the title's.
    let mut at = i;
    for _ in 0..3 {
        match doc.deprels[at] {
            Deprel::Conj | Deprel::Flat | Deprel::Compound | Deprel::NmodDesc if !doc.is_root(at) => {
                at = doc.heads[at] as usize;
            }
            _ => break,
        }
    }
    match doc.deprels[at] {
        Deprel::Nsubj | Deprel::NsubjOuter => Slot::Subject,
        Deprel::NsubjPass => Slot::Passive,
        Deprel::Obj | Deprel::Iobj => Slot::Object,
        Deprel::Obl | Deprel::OblAgent | Deprel::OblUnmarked => Slot::Oblique,
        Deprel::Nmod | Deprel::NmodUnmarked | Deprel::Amod => Slot::Modifier,
        Deprel::NmodPoss => Slot::Possessor,
        Deprel::Appos => Slot::Apposition,
        _ => Slot::Other,
    }
}

/// Whether each token stands between quotation marks; a paragraph closes what it opened.
pub(super) fn fill_quoted(doc: &Doc, quoted: &mut Vec<bool>) {
    quoted.clear();
    let mut open = false;
    for (s, sentence) in doc.sentences.iter().enumerate() {
        if s > 0 && doc.text[doc.sentences[s - 1].span.end as usize..sentence.span.start as usize].contains('\n') {
            open = false;
        }
        for i in sentence.tokens() {
            match doc.token(i) {
                "\"" => open = !open,
                "“" | "``" => open = true,
                "”" | "''" => open = false,
                _ => {}
            }
            quoted.push(open);
        }
    }
}
