//! Coreference: whom pronouns and definite descriptions mean.
//!
//! A linear ranker over the entities named before, and over meaning none of them (after Denis & Baldridge 2008, who rank
//! candidates together instead of judging pairs). What it looks at: types, number, gender from given names and titles,
//! roles seen in apposition, syntactic place, distance, how often an entity is spoken of.

use super::alias::fold;
use super::nouns::{Gender, Nouns, hash};
use crate::doc::{Deprel, Doc, EntityType, Mention, MentionKind, Upos, Xpos, Zone};
use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::Feature;
use crate::model::{ModelSource, Words};
use crate::text::Vocab;
use smallvec::SmallVec;
use std::sync::Arc;

/// Rows of the table of weights, as a power of two.
pub const BITS: u32 = 16;
/// Candidates that are looked at, the latest first.
const CANDIDATES: usize = 14;
/// How much "none of them" is favoured, for pronouns and descriptions.
pub const LEAN: [f32; 2] = [-1.0, -2.0];
/// Least probability for a mention to be marked.
const SURE: f32 = 0.25;

/// The trained ranker.
#[derive(Debug)]
pub struct Coref {
    describer: Describer,
    weights: Vec<f32>,
}

/// Finds pronouns and descriptions and describes their candidates; the trainer shares it.
#[derive(Debug)]
pub struct Describer {
    nouns: Nouns,
    words: Arc<Words>,
}

/// A pronoun or description, the entities that it may mean, and the features of each choice.
#[derive(Debug, Default)]
pub struct Case {
    /// First token.
    pub first: usize,
    /// Head token, which is the last.
    pub head: usize,
    /// Whether it is a pronoun.
    pub pronoun: bool,
    /// Candidates, the latest first, with the number of their features.
    pub candidates: Vec<u32>,
    /// Rows of the features: those of "none of them" first, then those of each candidate.
    pub features: Vec<u32>,
    /// Where the features of each choice end.
    pub ends: Vec<u32>,
}

impl Case {
    /// The features of a choice: 0 for none of the candidates, then the candidates.
    pub fn rows(&self, choice: usize) -> &[u32] {
        let start = if choice == 0 { 0 } else { self.ends[choice - 1] as usize };
        &self.features[start..self.ends[choice] as usize]
    }
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct CorefScratch {
    case: Case,
    states: Vec<State>,
    /// Entities in order of their last mention.
    recent: Vec<u32>,
    quoted: Vec<bool>,
    names: Vec<u32>,
    refused: Vec<u64>,
}

/// What is known of an entity at a point of the text.
#[derive(Clone, Debug, Default)]
struct State {
    etype: Option<EntityType>,
    gender: Option<Gender>,
    first: u32,
    head: u32,
    last: u32,
    sentence: u32,
    slot: Slot,
    name: bool,
    lead: bool,
    count: u32,
    /// Where it was last the subject of a verb of saying: one past the token, 0 for nowhere.
    spoke: u32,
    /// Head nouns of its roles: hash and word.
    roles: SmallVec<[(u64, Option<u32>); 3]>,
    /// Hashes of the words of its roles and names.
    known: SmallVec<[u64; 8]>,
}

/// Syntactic place of a mention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Slot {
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

/// What a mention looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    He,
    She,
    It,
    They,
    Person,
    Body,
    Place,
    Thing,
}

impl Form {
    fn pronoun(self) -> bool {
        matches!(self, Form::He | Form::She | Form::It | Form::They)
    }

    fn allows(self, etype: EntityType, plural: bool) -> bool {
        use EntityType::{Event, Fac, Gpe, Law, Loc, Norp, Org, Person, Product, Work};
        match self {
            Form::He | Form::She | Form::Person => etype == Person,
            Form::It => matches!(etype, Org | Gpe | Product | Loc | Fac | Event | Law | Work),
            Form::They => matches!(etype, Org | Gpe | Norp | Person),
            Form::Body => etype == Org || etype == Gpe && !plural,
            Form::Place => matches!(etype, Gpe | Loc),
            Form::Thing => matches!(etype, Product | Org | Work),
        }
    }
}

impl Describer {
    /// Takes the lexicon of nouns and the given names.
    pub fn new(nouns: Nouns, words: Arc<Words>) -> Self {
        Describer { nouns, words }
    }

    /// Goes through the text and asks `decide` about each pronoun and description: a candidate's place in
    /// [`Case::candidates`] and how sure that is. What is decided becomes a mention; returns them in order of text.
    pub fn walk(
        &self,
        doc: &Doc,
        vocab: &Vocab,
        scratch: &mut CorefScratch,
        decide: &mut dyn FnMut(&Case) -> Option<(usize, f32)>,
    ) -> Vec<Mention> {
        let mut found = Vec::new();
        if doc.entities.is_empty() {
            return found;
        }
        scratch.states.clear();
        scratch.states.resize(doc.entities.len(), State::default());
        scratch.recent.clear();
        scratch.refused.clear();
        fill_quoted(doc, &mut scratch.quoted);
        scratch.names.clear();
        scratch.names.resize(doc.tokens.len(), u32::MAX);
        for (m, mention) in doc.mentions.iter().enumerate() {
            scratch.names[mention.first as usize..mention.last as usize].fill(m as u32);
        }
        for (s, sentence) in doc.sentences.iter().enumerate() {
            for i in sentence.tokens() {
                let m = scratch.names[i];
                if m != u32::MAX {
                    let mention = &doc.mentions[m as usize];
                    if mention.first as usize == i {
                        self.name(doc, vocab, mention, scratch);
                    }
                    continue;
                }
                if let Some(mut mention) = self.relative(doc, vocab, &scratch.names, i) {
                    mention.sentence = s as u32;
                    found.push(mention);
                    continue;
                }
                let Some((form, first, plural)) = self.form(doc, vocab, &scratch.names, i, sentence.first as usize)
                else {
                    continue;
                };
                let CorefScratch { case, states, recent, quoted, refused, .. } = scratch;
                (case.first, case.head, case.pronoun) = (first, i, form.pronoun());
                let at = At { doc, vocab, form, first, head: i, sentence: s, plural };
                self.describe(&at, states, recent, quoted, refused, case);
                if case.candidates.is_empty() {
                    continue;
                }
                let Some((choice, confidence)) = decide(case) else {
                    if !form.pronoun() {
                        refused.push(hash(vocab.word(doc.lowers[i])));
                    }
                    continue;
                };
                let entity = case.candidates[choice];
                let state = &mut states[entity as usize];
                (state.head, state.last, state.sentence, state.slot) = (i as u32, i as u32 + 1, s as u32, slot(doc, i));
                (state.first, state.name) = (first as u32, false);
                state.count += 1;
                if speaks(doc, vocab, i) {
                    state.spoke = i as u32 + 1;
                }
                if !form.pronoun() {
                    self.noun(vocab.word(doc.lowers[i]), state);
                }
                match form {
                    Form::He => state.gender = Some(Gender::Male),
                    Form::She => state.gender = Some(Gender::Female),
                    _ => {}
                }
                touch(recent, entity);
                found.push(Mention {
                    span: doc.span_of(first..i + 1),
                    first: first as u32,
                    last: i as u32 + 1,
                    sentence: s as u32,
                    etype: doc.entities[entity as usize].etype,
                    kind: if form.pronoun() { MentionKind::Pronoun } else { MentionKind::Nominal },
                    entity: Some(entity),
                    role: None,
                    confidence,
                });
            }
        }
        found
    }

    /// A name comes up: remembers where, in which place, and what role it is given.
    fn name(&self, doc: &Doc, vocab: &Vocab, mention: &Mention, scratch: &mut CorefScratch) {
        let Some(entity) = mention.entity else { return };
        let head = head_of(doc, mention.first as usize..mention.last as usize);
        let state = &mut scratch.states[entity as usize];
        if state.count == 0 {
            let known = &doc.entities[entity as usize];
            state.etype = Some(known.etype);
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
    fn noun(&self, lower: &str, state: &mut State) {
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
            if let Some((_, Some(gender))) = self.nouns.of(head) {
                state.gender = Some(gender);
            }
        }
        for word in lower.split([' ', '-']).map(hash) {
            if !state.known.contains(&word) {
                state.known.push(word);
            }
        }
    }

    /// "who", "which" and "that" behind a name that their clause hangs on.
    fn relative(&self, doc: &Doc, vocab: &Vocab, names: &[u32], i: usize) -> Option<Mention> {
        let lower = vocab.word(doc.lowers[i]);
        if !matches!(doc.xpos[i], Xpos::Wp | Xpos::Wdt | Xpos::WpS)
            || !matches!(lower, "who" | "whom" | "whose" | "which" | "that")
        {
            return None;
        }
        let mut at = i;
        for _ in 0..4 {
            if matches!(doc.deprels[at], Deprel::AclRelcl | Deprel::Acl) {
                break;
            }
            at = doc.heads[at] as usize;
        }
        let noun = doc.heads[at] as usize;
        if !matches!(doc.deprels[at], Deprel::AclRelcl | Deprel::Acl) || noun >= i || names[noun] == u32::MAX {
            return None;
        }
        let name = &doc.mentions[names[noun] as usize];
        let person = name.etype == EntityType::Person;
        // "who" is a person, "which" none; between the two only a comma or the rest of the phrase.
        let fits = name.entity.is_some()
            && name.kind == MentionKind::Name
            && i - noun <= 4
            && match lower {
                "who" | "whom" => person,
                "which" => !person,
                _ => true,
            };
        fits.then(|| Mention {
            span: doc.tokens[i],
            first: i as u32,
            last: i as u32 + 1,
            kind: MentionKind::Pronoun,
            role: None,
            confidence: 0.9,
            ..name.clone()
        })
    }

    /// What kind of reference the token heads, with its first token and whether it is plural.
    fn form(&self, doc: &Doc, vocab: &Vocab, names: &[u32], i: usize, start: usize) -> Option<(Form, usize, bool)> {
        let lower = vocab.word(doc.lowers[i]);
        match doc.upos[i] {
            Upos::Pron => {
                let form = match lower {
                    "he" | "him" | "his" | "himself" => Form::He,
                    "she" | "her" | "hers" | "herself" => Form::She,
                    "it" | "its" | "itself" => Form::It,
                    "they" | "them" | "their" | "theirs" | "themselves" => Form::They,
                    _ => return None,
                };
                Some((form, i, form == Form::They))
            }
            Upos::Noun | Upos::Propn => {
                // The head of its phrase: no noun of the same phrase, and no name, follows.
                if doc.deprels[i] == Deprel::Compound
                    || i + 1 < doc.tokens.len() && (names[i + 1] != u32::MAX || doc.token(i + 1) == "-")
                    || doc.xpos[i] == Xpos::Nns
                {
                    return None;
                }
                let form = match self.nouns.of(lower)?.0 {
                    EntityType::Person => Form::Person,
                    EntityType::Org => Form::Body,
                    EntityType::Gpe => Form::Place,
                    _ => Form::Thing,
                };
                let mut first = i;
                while first > start
                    && names[first - 1] == u32::MAX
                    && (matches!(doc.upos[first - 1], Upos::Adj | Upos::Noun | Upos::Num | Upos::Propn)
                        || doc.token(first - 1) == "-"
                        || doc.upos[first - 1] == Upos::Verb && matches!(doc.xpos[first - 1], Xpos::Vbn | Xpos::Vbg))
                {
                    first -= 1;
                }
                while first < i && doc.token(first) == "-" {
                    first += 1;
                }
                // "a minister" brings somebody new.
                let indefinite = first > start
                    && matches!(
                        vocab.word(doc.lowers[first - 1]),
                        "a" | "an" | "no" | "any" | "every" | "each" | "another" | "some"
                    );
                (!indefinite).then_some((form, first, false))
            }
            _ => None,
        }
    }

    fn describe(
        &self,
        at: &At<'_>,
        states: &[State],
        recent: &[u32],
        quoted: &[bool],
        refused: &[u64],
        case: &mut Case,
    ) {
        let At { doc, vocab, form, first, head, sentence, plural } = *at;
        case.candidates.clear();
        let fits = |e: &&u32| {
            let state = &states[**e as usize];
            let Some(etype) = state.etype else { return false };
            let gender = match form {
                Form::He => state.gender != Some(Gender::Female),
                Form::She => state.gender != Some(Gender::Male),
                _ => true,
            };
            // Not what the phrase itself holds: "its capital" is not "it".
            gender && form.allows(etype, plural) && state.last as usize <= first
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
                let same = gender != 0
                    && self
                        .nouns
                        .of(vocab.word(doc.lowers[head]))
                        .is_some_and(|(_, g)| g.is_some() && g != state.gender);
                push(n(45, u64::from(same), 0, 0));
                push(n(46, named, shared, distance.min(2)));
            }
            ends.push(features.len() as u32);
        }
    }
}

/// Where a case stands.
#[derive(Clone, Copy)]
struct At<'d> {
    doc: &'d Doc,
    vocab: &'d Vocab,
    form: Form,
    first: usize,
    head: usize,
    sentence: usize,
    plural: bool,
}

impl Coref {
    /// Kind of the model file.
    pub const KIND: &'static str = "coref";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `coref.bin` and `nouns.tsv`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one is missing, broken or of another layout.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let file = models.open("coref.bin", Self::KIND, Self::VERSION)?;
        let weights = file.section::<f32>("weights")?.to_vec();
        if weights.len() != 1 << BITS {
            let reason = format!("expected {} weights, found {}", 1 << BITS, weights.len());
            return Err(Error::new(ErrorKind::Model, reason).in_file(file.name()));
        }
        let nouns = Nouns::load(models, Nouns::given(&file)?)?;
        Ok(Coref { describer: Describer::new(nouns, words), weights })
    }

    /// Adds pronouns and descriptions that mean a named entity to the mentions, which stay in order and apart.
    pub fn resolve(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut CorefScratch) {
        let found = self.describer.walk(doc, vocab, scratch, &mut |case| best(&self.weights, LEAN, case));
        if found.is_empty() {
            return;
        }
        for mention in &found {
            if let Some(entity) = mention.entity {
                doc.entities[entity as usize].mentions += 1;
            }
        }
        doc.mentions.extend(found);
        doc.mentions.sort_by_key(|m| m.first);
    }
}

/// The best choice by these weights, if it is a candidate and likely enough. `lean` is how much more a candidate must be
/// liked to count as much as "none of them", for pronouns and descriptions; likelihood alone is too shy.
pub fn best(weights: &[f32], lean: [f32; 2], case: &Case) -> Option<(usize, f32)> {
    let lean = lean[usize::from(!case.pronoun)];
    let score = |choice: usize| {
        let sum = case.rows(choice).iter().map(|&r| weights[r as usize]).sum::<f32>();
        if choice == 0 { sum + lean } else { sum }
    };
    let scores: SmallVec<[f32; CANDIDATES]> = (0..=case.candidates.len()).map(score).collect();
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = scores.iter().map(|s| (s - top).exp()).sum();
    let at = (1..scores.len()).reduce(|a, b| if scores[b] > scores[a] { b } else { a })?;
    let probability = (scores[at] - top).exp() / sum;
    (scores[at] > scores[0] && probability >= SURE).then_some((at - 1, probability))
}

fn similarity(words: &Words, a: u32, b: u32) -> f32 {
    let product: i32 = words.vector(a).iter().zip(words.vector(b)).map(|(&x, &y)| i32::from(x) * i32::from(y)).sum();
    product as f32 / (127.0 * 127.0)
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
fn speaks(doc: &Doc, vocab: &Vocab, i: usize) -> bool {
    slot(doc, i) == Slot::Subject && is_said(vocab.word(doc.lemmas[doc.heads[i] as usize]))
}

/// Makes an entity the one that was mentioned last.
fn touch(recent: &mut Vec<u32>, entity: u32) {
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

fn slot(doc: &Doc, i: usize) -> Slot {
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
fn fill_quoted(doc: &Doc, quoted: &mut Vec<bool>) {
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
