//! A document as the classifiers of relations see it: facts about its words beside its links.

use super::lexicon::{Lexicon, List, Strengths};
use super::links::Links;
use crate::doc::{Deprel, Doc, EntityType, MentionKind, Upos};
use crate::model::Words;
use crate::model::crf::Feature;
use crate::text::Vocab;

/// What is known of a dictionary form, whatever stands around it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fact {
    known: bool,
    /// Index into [`Words`].
    pub id: Option<u32>,
    /// Fine cluster, or a number above all of them.
    pub fine: u64,
    /// Coarse cluster, likewise.
    pub coarse: u64,
    /// What the lexicon says of it, by list.
    pub strengths: [Strengths; List::COUNT],
}

/// Facts of dictionary forms, kept by a worker.
#[derive(Debug, Default)]
pub struct Facts {
    by_symbol: Vec<Fact>,
    of_token: Vec<Fact>,
    /// Of every symbol: a number for its word that is the same in every run, as symbols are not.
    keys: Vec<u64>,
}

impl Facts {
    /// Forgets all words: symbols mean something else from now on.
    pub fn forget_words(&mut self) {
        self.by_symbol.clear();
        self.keys.clear();
    }

    /// Looks up the lemmas of the document.
    pub fn fill(&mut self, doc: &Doc, vocab: &Vocab, words: &Words, lexicon: &Lexicon) {
        self.by_symbol.resize(vocab.len().max(self.by_symbol.len()), Fact::default());
        self.keys.extend((self.keys.len()..vocab.len()).map(|s| Feature::new(0).text(vocab.word(s as u32)).0));
        self.of_token.clear();
        for &lemma in &doc.lemmas {
            let fact = &mut self.by_symbol[lemma as usize];
            if !fact.known {
                let word = vocab.word(lemma);
                let id = words.id(word);
                let cluster =
                    |of: fn(&Words, u32) -> u16| id.map_or(u64::from(u16::MAX), |id| u64::from(of(words, id)));
                *fact = Fact {
                    known: true,
                    id,
                    fine: cluster(Words::fine),
                    coarse: cluster(Words::coarse),
                    strengths: List::ALL.map(|list| lexicon.strengths(list, word)),
                };
            }
            self.of_token.push(*fact);
        }
    }
}

/// A document with its links and facts.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'d> {
    /// The document, up to its mentions.
    pub doc: &'d Doc,
    /// Its words.
    pub vocab: &'d Vocab,
    /// What hangs on what.
    pub links: &'d Links,
    /// What is known of its words.
    pub facts: &'d Facts,
    /// The lexicon, for phrases.
    pub lexicon: &'d Lexicon,
}

/// Takes what a decision looks at: the trainer writes it down, the program adds it up.
pub trait Sight {
    /// What follows is about a token, as this part of what is looked at. Only explanations want to know.
    fn about(&mut self, _part: &'static str, _token: usize) {}
    /// A feature is there.
    fn feature(&mut self, feature: Feature);
    /// A word, by its index into [`Words`], stands in a slot, with a weight.
    fn word(&mut self, slot: usize, id: u32, weight: f32);
}

impl<'d> Scene<'d> {
    /// The dictionary form of a token.
    pub fn lemma(&self, i: usize) -> &'d str {
        self.vocab.word(self.doc.lemmas[i])
    }

    /// The token's word in lower case.
    pub fn lower(&self, i: usize) -> &'d str {
        self.vocab.word(self.doc.lowers[i])
    }

    /// The dictionary form of a token as a feature's value.
    pub fn lemma_key(&self, i: usize) -> u64 {
        self.facts.keys[self.doc.lemmas[i] as usize]
    }

    /// The token's word in lower case as a feature's value.
    pub fn lower_key(&self, i: usize) -> u64 {
        self.facts.keys[self.doc.lowers[i] as usize]
    }

    /// What is known of the token's lemma.
    pub fn fact(&self, i: usize) -> &'d Fact {
        &self.facts.of_token[i]
    }

    /// What the lexicon says of a token as what it is here; nothing for what can be no cue.
    pub fn strengths(&self, i: usize) -> Strengths {
        match self.doc.upos[i] {
            Upos::Noun | Upos::Propn => self.fact(i).strengths[List::Nouns as usize],
            Upos::Verb | Upos::Adj => self.fact(i).strengths[List::Verbs as usize],
            _ => Strengths::default(),
        }
    }

    /// What kind of thing a token is: a type of name, a pronoun by its word, or the coarse cluster of its lemma.
    pub fn kind(&self, i: usize) -> u64 {
        match self.links.names[i] {
            Some(t) => t as u64,
            None if self.doc.upos[i] == Upos::Pron => self.lower_key(i),
            None => 200 + self.fact(i).coarse,
        }
    }

    /// The sentence of a token.
    pub fn sentence(&self, i: usize) -> usize {
        self.links.sentences[i] as usize
    }

    /// The token `offset` places away, inside of the sentence.
    pub fn near(&self, i: usize, offset: i64) -> Option<usize> {
        let sentence = self.doc.sentences[self.sentence(i)];
        let j = i as i64 + offset;
        (j >= i64::from(sentence.first) && j < i64::from(sentence.last)).then_some(j as usize)
    }

    /// Whether one of the token's children has one of these relations.
    pub fn has(&self, i: usize, relations: &[Deprel]) -> bool {
        self.links.child(self.doc, i, relations).is_some()
    }

    /// Shows the token's word vector, if it has one, in a slot.
    pub fn show(&self, slot: usize, i: usize, sight: &mut impl Sight) {
        if let Some(id) = self.fact(i).id {
            sight.word(slot, id, 1.0);
        }
    }

    /// The way through the dependencies from `i` up to a common head and down to `j`, as a feature's value: relations with their
    /// direction, at most `limit` steps each way; `None` where it is longer.
    pub fn path(&self, i: usize, j: usize, limit: usize, feature: Feature) -> Option<Feature> {
        let mut up = feature;
        let mut at = i;
        for steps in 0..=limit {
            // Down from here?
            let (mut down, mut from) = ([Deprel::Dep; 8], j);
            for depth in 0..=limit.min(7) {
                if from == at {
                    let way = down[..depth].iter().rev().fold(up, |f, r| f.number(*r as u64).number(1000));
                    return Some(way.number(steps as u64));
                }
                if self.doc.is_root(from) {
                    break;
                }
                if depth < 8 {
                    down[depth.min(7)] = self.doc.deprels[from];
                }
                from = self.doc.heads[from] as usize;
            }
            if self.doc.is_root(at) {
                break;
            }
            up = up.number(self.doc.deprels[at] as u64);
            at = self.doc.heads[at] as usize;
        }
        None
    }

    /// The name that a head stands for: the one it is part of, or the one it is a title or description of.
    pub fn named(&self, head: usize) -> Option<usize> {
        let (doc, links) = (self.doc, self.links);
        let at = |i: usize| links.named.get(i).copied().flatten().map(|m| m as usize);
        let own = at(head);
        if own.is_some_and(|m| doc.mentions[m].etype == EntityType::Person) {
            return own;
        }
        let names = [Deprel::Appos, Deprel::Flat, Deprel::NmodDesc, Deprel::Compound, Deprel::NmodUnmarked];
        let described = links
            .children(head)
            .filter(|&c| names.contains(&doc.deprels[c]))
            .filter_map(|c| at(c).map(|m| (c, m)))
            .find(|&(c, m)| match doc.mentions[m].etype {
                EntityType::Person => true,
                EntityType::Org => own.is_none() && doc.deprels[c] == Deprel::Appos,
                _ => false,
            });
        // A title that the parser took for the head: the name follows it at once. "said Tim Hess, a developer" is none.
        let noun = matches!(doc.upos[head], Upos::Noun | Upos::Propn);
        let next = at(head + 1).filter(|&m| noun && own != Some(m) && doc.mentions[m].etype == EntityType::Person);
        let title = next.filter(|&m| doc.mentions[m].role.is_some());
        debug_assert!(own.is_none_or(|m| doc.mentions[m].kind == MentionKind::Name));
        described.map(|d| d.1).or(title).or(own)
    }

    /// An actor by kind: someone or some body that can act, speak or be spoken to.
    pub fn is_actor(&self, i: usize) -> bool {
        match self.links.names[i] {
            Some(t) => matches!(t, EntityType::Person | EntityType::Org | EntityType::Gpe | EntityType::Norp),
            None => matches!(
                self.lower(i),
                "he" | "she" | "they" | "him" | "her" | "them" | "us" | "we" | "me" | "i" | "you" | "who" | "whom"
            ),
        }
    }
}
