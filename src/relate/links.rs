//! What features look up around a token: its children, the name it is part of, whether it stands in a quotation.

use crate::doc::{Deprel, Doc, EntityType, MentionKind};

/// Children of each token, and what of names and quotations it stands in.
#[derive(Debug, Default)]
pub struct Links {
    first: Vec<u32>,
    next: Vec<u32>,
    /// The name each token is part of: an index into `Doc::mentions`.
    pub named: Vec<Option<u32>>,
    /// The resolved pronoun or description each token is part of: an index into `Doc::mentions`.
    pub refers: Vec<Option<u32>>,
    /// Type of the name each token is part of.
    pub names: Vec<Option<EntityType>>,
    /// Whether the token stands between quotation marks.
    pub quoted: Vec<bool>,
    /// Sentence of each token.
    pub sentences: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Links {
    /// Reads the document.
    pub fn fill(&mut self, doc: &Doc) {
        let n = doc.tokens.len();
        self.first.clear();
        self.first.resize(n, NONE);
        self.next.clear();
        self.next.resize(n, NONE);
        for i in (0..n).rev() {
            let head = doc.heads[i] as usize;
            if head != i {
                self.next[i] = self.first[head];
                self.first[head] = i as u32;
            }
        }
        self.names.clear();
        self.names.resize(n, None);
        self.named.clear();
        self.named.resize(n, None);
        self.refers.clear();
        self.refers.resize(n, None);
        for (m, mention) in doc.mentions.iter().enumerate() {
            let tokens = mention.first as usize..mention.last as usize;
            match mention.kind {
                MentionKind::Name => {
                    self.names[tokens.clone()].fill(Some(mention.etype));
                    self.named[tokens].fill(Some(m as u32));
                }
                MentionKind::Nominal | MentionKind::Pronoun if mention.entity.is_some() => {
                    self.refers[tokens].fill(Some(m as u32));
                }
                _ => {}
            }
        }
        self.sentences.clear();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            self.sentences.extend(sentence.tokens().map(|_| s as u32));
        }
        self.fill_quoted(doc);
    }

    /// A quotation goes on over sentences until it is closed; a new paragraph that does not open it again ends it.
    fn fill_quoted(&mut self, doc: &Doc) {
        self.quoted.clear();
        let mut open = false;
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let paragraph =
                s > 0 && doc.text[doc.sentences[s - 1].span.end as usize..sentence.span.start as usize].contains('\n');
            if paragraph {
                open = false;
            }
            for i in sentence.tokens() {
                match doc.token(i) {
                    "\"" => open = !open,
                    "“" | "``" => open = true,
                    "”" | "''" => open = false,
                    _ => {}
                }
                self.quoted.push(open);
            }
        }
    }

    /// The children of a token, from left to right.
    pub fn children(&self, i: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = self.first[i];
        std::iter::from_fn(move || {
            (at != NONE).then(|| {
                let child = at as usize;
                at = self.next[child];
                child
            })
        })
    }

    /// The first child with one of these relations.
    pub fn child(&self, doc: &Doc, i: usize, relations: &[Deprel]) -> Option<usize> {
        self.children(i).find(|&c| relations.contains(&doc.deprels[c]))
    }

    /// The token that marks the case of `i`: its preposition.
    pub fn case(&self, doc: &Doc, i: usize) -> Option<usize> {
        self.child(doc, i, &[Deprel::Case])
    }

    /// The tokens from the first to the last that hang on `i`.
    pub fn subtree(&self, i: usize) -> std::ops::Range<usize> {
        let (mut from, mut to) = (i, i + 1);
        let mut open = vec![i];
        while let Some(at) = open.pop() {
            from = from.min(at);
            to = to.max(at + 1);
            open.extend(self.children(at));
        }
        from..to
    }
}
