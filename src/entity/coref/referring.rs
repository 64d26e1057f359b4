//! Which words refer: pronouns, relative pronouns, definite descriptions.

use super::Describer;
use super::antecedents::{Slot, slot};
use crate::doc::{Deprel, Doc, EntityType, Mention, MentionKind, Upos, Xpos};
use crate::text::Vocab;

/// What a mention looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
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
    pub(super) fn pronoun(self) -> bool {
        matches!(self, Form::He | Form::She | Form::It | Form::They)
    }

    pub(super) fn allows(self, etype: EntityType, plural: bool) -> bool {
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
    /// "who", "which" and "that" behind a name that their clause hangs on.
    pub(super) fn relative(&self, doc: &Doc, vocab: &Vocab, names: &[u32], i: usize) -> Option<Mention> {
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

    /// Whether a token is a noun for one person, as a subject.
    pub(super) fn is_someone(&self, doc: &Doc, vocab: &Vocab, i: usize) -> bool {
        doc.upos[i] == Upos::Noun
            && doc.xpos[i] != Xpos::Nns
            && slot(doc, i) == Slot::Subject
            && self.nouns.of(vocab.word(doc.lowers[i])).is_some_and(|n| n.etype == EntityType::Person)
    }

    /// What kind of reference the token heads, with its first token and whether it is plural.
    pub(super) fn form(
        &self,
        doc: &Doc,
        vocab: &Vocab,
        names: &[u32],
        i: usize,
        start: usize,
    ) -> Option<(Form, usize, bool)> {
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
                let form = match self.nouns.of(lower)?.etype {
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
}
