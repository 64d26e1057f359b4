//! What a choice looks like: the features of each entity that a pronoun or description may mean, and of meaning none.

use super::antecedents::{Slot, State, slot, speaks};
use super::referring::Form;
use super::{BITS, CANDIDATES, Case, Describer};
use crate::doc::{Country, Deprel, Doc};
use crate::entity::alias::fold;
use crate::entity::nouns::{Gender, hash};
use crate::model::Words;
use crate::model::crf::Feature;
use crate::text::Vocab;

/// Where a case stands.
#[derive(Clone, Copy)]
pub(super) struct At<'d> {
    pub doc: &'d Doc,
    pub vocab: &'d Vocab,
    pub form: Form,
    pub first: usize,
    pub head: usize,
    pub sentence: usize,
    pub plural: bool,
    /// The country that a name right before the phrase tells.
    pub nation: Option<Country>,
    /// Who was last spoken of without a name.
    pub unnamed: Option<Unnamed>,
}

/// A person spoken of without a name, in the place of a subject.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unnamed {
    pub token: u32,
    pub sentence: u32,
    pub speaks: bool,
}

impl Describer {
    pub(super) fn describe(
        &self,
        at: &At<'_>,
        states: &[State],
        recent: &[u32],
        quoted: &[bool],
        refused: &[u64],
        case: &mut Case,
    ) {
        let At { doc, vocab, form, first, head, sentence, plural, nation, unnamed } = *at;
        case.candidates.clear();
        let called = self.nouns.of(vocab.word(doc.lowers[head])).filter(|_| !form.pronoun());
        let fits = |e: &&u32| {
            let state = &states[**e as usize];
            let Some(etype) = state.etype else { return false };
            let gender = match form {
                Form::He => state.gender != Some(Gender::Female),
                Form::She => state.gender != Some(Gender::Male),
                _ => true,
            };
            // "The newspaper" is no party, "the U.S. leader" none of another country.
            let kind = called.is_none_or(|noun| noun.allows(etype, state.sector));
            let home = nation.is_none_or(|n| state.country.is_none_or(|c| c == n));
            // Not what the phrase itself holds: "its capital" is not "it".
            gender && kind && home && form.allows(etype, plural) && state.last as usize <= first
        };
        case.candidates.extend(recent.iter().rev().filter(fits).take(CANDIDATES));
        case.features.clear();
        case.ends.clear();
        let Case { candidates, features, ends, .. } = case;
        let mut push = |feature: Feature| features.push(feature.row(BITS) as u32);
        let f = form as u64;
        let noun = hash(vocab.word(doc.lowers[head]));
        let governor = doc.heads[head] as usize;
        let cluster = |i: usize| {
            let id = self.words.id(vocab.word(doc.lowers[i]));
            id.map_or(9999, |id| u64::from(self.words.coarse(id)))
        };
        let verb = if governor == head { 9998 } else { cluster(governor) };
        let own_slot = slot(doc, head) as u64;
        let is_quoted = u64::from(quoted[head]);
        let before = (first > doc.sentences[sentence].first as usize).then(|| vocab.word(doc.lowers[first - 1]));
        let determiner = match before {
            _ if form.pronoun() => 0u64,
            Some("the") => 1,
            Some("this" | "that" | "these" | "those") => 2,
            Some("his" | "her" | "its" | "their" | "my" | "our" | "your" | "'s" | "’s" | "'") => 3,
            _ => 4,
        };
        let modifiers = (head - first).min(3) as u64;
        let complement = {
            let end = doc.sentences[sentence].last as usize;
            let next = (head + 1 < end).then(|| vocab.word(doc.lowers[head + 1]));
            match next {
                Some("of") => 1,
                Some("for" | "in" | "at" | "from" | "to" | "with" | "on" | "that") => 2,
                Some("who" | "which" | "whose") => 3,
                Some(",") => 4,
                _ => 0u64,
            }
        };
        let n = |template: u8, a: u64, b: u64, c: u64| Feature::new(template).number(f).number(a).number(b).number(c);
        // None of them.
        push(n(0, 0, 0, 0));
        push(n(1, noun, 0, 0));
        push(n(2, own_slot, verb, 0));
        push(n(3, is_quoted, own_slot, 0));
        push(n(4, candidates.len().min(4) as u64, 0, 0));
        push(n(5, determiner, complement, 0));
        push(n(6, determiner, modifiers, 0));
        push(n(7, sentence.min(4) as u64, 0, 0));
        push(n(8, determiner, noun, 0));
        push(n(9, u64::from(refused.contains(&noun)), determiner, 0));
        if form == Form::It || form == Form::They {
            let next = if head + 1 < doc.tokens.len() { hash(vocab.word(doc.lowers[head + 1])) } else { 0 };
            push(n(10, next, 0, 0));
            push(n(11, doc.upos[governor] as u64, own_slot, 0));
            let mut clause = 0;
            for c in head + 1..(head + 14).min(doc.tokens.len()) {
                if doc.heads[c] as usize == governor
                    && matches!(
                        doc.deprels[c],
                        Deprel::Ccomp | Deprel::Csubj | Deprel::Xcomp | Deprel::Advcl | Deprel::Acl
                    )
                {
                    clause = 1 + doc.deprels[c] as u64;
                    break;
                }
            }
            push(n(12, clause, doc.upos[governor] as u64, 0));
            push(n(13, cluster(governor), clause.min(1), own_slot));
        }
        // Somebody unnamed who came up since: "a spokeswoman said".
        let gap = unnamed.map_or(9, |u| u64::from((sentence as u32 - u.sentence).min(3)));
        if form.pronoun() {
            push(n(14, gap, unnamed.map_or(9, |u| u64::from(u.speaks)), own_slot));
        }
        ends.push(features.len() as u32);
        let most = candidates.iter().map(|&e| states[e as usize].count).max().unwrap_or(0);
        // Who spoke last, of those that come into question and of all.
        let spoke = candidates.iter().map(|&e| states[e as usize].spoke).max().unwrap_or(0);
        let voice = recent.iter().map(|&e| states[e as usize].spoke).max().unwrap_or(0);
        let says = speaks(doc, vocab, head);
        let opens = first == doc.sentences[sentence].first as usize;
        let head_id = self.words.id(vocab.word(doc.lowers[head]));
        for (rank, &e) in candidates.iter().enumerate() {
            let state = &states[e as usize];
            let mut push = |feature: Feature| features.push(feature.row(BITS) as u32);
            let etype = state.etype.map_or(99, |t| t as u64);
            let away = (sentence as u32 - state.sentence).min(12);
            let distance = match away {
                0..=3 => u64::from(away),
                4..=6 => 4,
                _ => 5,
            };
            let rank = rank.min(5) as u64;
            let their_slot = state.slot as u64;
            let gender = state.gender.map_or(0, |g| 1 + g as u64);
            push(n(20, etype, u64::from(plural), 0));
            push(n(21, gender, 0, 0));
            push(n(22, distance, 0, 0));
            push(n(23, rank, 0, 0));
            push(n(24, their_slot, distance.min(2), 0));
            push(n(25, u64::from(state.name), distance, 0));
            push(n(26, is_quoted, u64::from(quoted[state.head as usize]), distance.min(1)));
            push(n(27, own_slot, their_slot, distance.min(2)));
            push(n(28, u64::from(state.count.min(6)), 0, 0));
            push(n(29, u64::from(state.lead), u64::from(state.count == most), 0));
            push(n(30, rank, distance.min(2), their_slot));
            push(n(31, rank, u64::from(state.count == most), 0));
            let theirs = doc.heads[state.head as usize] as usize;
            if distance == 0 {
                // Two places of one verb are two people, unless one owns or the pronoun says "-self".
                let apart = theirs == governor && theirs != state.head as usize && slot(doc, head) != Slot::Possessor;
                push(n(32, u64::from(apart), own_slot, their_slot));
                push(n(33, u64::from(head as u32 - state.head).min(30) / 3, 0, 0));
                push(n(34, u64::from(theirs == head || governor == state.head as usize), own_slot, 0));
            }
            if form.pronoun() {
                push(n(35, verb, etype, own_slot));
                let speaker = if state.spoke == 0 {
                    0
                } else {
                    1 + u64::from(state.spoke == spoke) + u64::from(state.spoke == voice)
                };
                let since = (head as u32 + 1 - state.spoke).min(120) / 30;
                push(n(36, speaker, is_quoted * 2 + u64::from(says), u64::from(opens)));
                push(n(37, speaker, u64::from(since) * 2 + u64::from(says), distance.min(2)));
                push(n(47, u64::from(opens), their_slot, distance.min(3)));
                push(n(48, u64::from(says), speaker, u64::from(quoted[state.head as usize])));
                let since = unnamed.map_or(2, |u| u64::from(u.token > state.head));
                push(n(49, since, gap, unnamed.map_or(9, |u| u64::from(u.speaks))));
            } else {
                let role = if state.roles.iter().any(|r| r.0 == noun) {
                    4
                } else {
                    let near = |r: &(u64, Option<u32>)| Some(similarity(&self.words, r.1?, head_id?));
                    match state.roles.iter().filter_map(near).fold(-1.0, f32::max) {
                        s if s > 0.75 => 3,
                        s if s > 0.55 => 2,
                        _ if state.roles.is_empty() => 1,
                        _ => 0u64,
                    }
                };
                let named = u64::from(state.known.contains(&noun));
                let shared =
                    (first..head).filter(|&i| state.known.contains(&hash(&fold(doc.token(i))))).count().min(2) as u64;
                let other = modifiers.saturating_sub(shared).min(2);
                push(n(38, role, named, etype));
                push(n(39, role, distance, 0));
                push(n(40, noun, etype, 0));
                push(n(41, shared, other, role));
                push(n(42, determiner, distance, role.max(1)));
                push(n(43, complement, role, named));
                push(n(44, rank, role, named));
                let other_gender = called.and_then(|c| c.gender).is_some_and(|g| Some(g) != state.gender);
                let same = gender != 0 && other_gender;
                push(n(45, u64::from(same), 0, 0));
                push(n(46, named, shared, distance.min(2)));
            }
            ends.push(features.len() as u32);
        }
    }
}

fn similarity(words: &Words, a: u32, b: u32) -> f32 {
    let product: i32 = words.vector(a).iter().zip(words.vector(b)).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum();
    product as f32 / (127.0 * 127.0)
}
