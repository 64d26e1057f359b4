//! Cues: which words tell of an act, and of what type.

use super::lexicon::Lexicon;
use crate::doc::{Deprel, Doc, EntityType, MentionKind, RelationType, Upos, Xpos};
use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::{Crf, Feature, Lattice};
use crate::model::{ModelSource, Words};
use crate::text::{Symbol, Vocab};
use std::sync::Arc;

/// Finds cues with a conditional random field over the tokens of a sentence: label 0 for none, else a type.
#[derive(Debug)]
pub struct Cues {
    crf: Crf,
    lexicon: Lexicon,
    words: Arc<Words>,
}

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

/// Buffers, reused from sentence to sentence.
#[derive(Debug, Default)]
pub struct CueScratch {
    lattice: Lattice,
    confidences: Vec<f32>,
    links: Links,
}

/// Children of each token, and what of names and quotes it stands in: what features look up.
#[derive(Debug, Default)]
pub struct Links {
    first: Vec<u32>,
    next: Vec<u32>,
    /// Type of the name each token is part of.
    pub names: Vec<Option<EntityType>>,
    /// Whether the token stands between quotation marks.
    pub quoted: Vec<bool>,
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
        for mention in doc.mentions.iter().filter(|m| m.kind == MentionKind::Name) {
            self.names[mention.first as usize..mention.last as usize].fill(Some(mention.etype));
        }
        self.quoted.clear();
        let mut open = false;
        let mut paragraph = usize::MAX;
        for (s, sentence) in doc.sentences.iter().enumerate() {
            // A paragraph that does not close its quotation goes on in the next only if that opens it again.
            let glued =
                s > 0 && !doc.text[doc.sentences[s - 1].span.end as usize..sentence.span.start as usize].contains('\n');
            if !glued {
                open = false;
                paragraph = s;
            }
            debug_assert!(paragraph <= s);
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
}

/// Names of the labels, at their numbers.
pub fn labels() -> Vec<String> {
    std::iter::once("O".to_string()).chain(RelationType::ALL.iter().map(|t| t.to_string())).collect()
}

/// Whether a token can be a cue at all.
pub fn can_be_cue(doc: &Doc, i: usize) -> bool {
    matches!(doc.upos[i], Upos::Verb | Upos::Noun | Upos::Adj | Upos::Propn)
        || matches!(doc.token(i), "according" | "According" | ":" | "-" | "–" | "—")
        || doc.upos[i] == Upos::Adp && doc.token(i) == "against"
}

/// The features of a token that may be a cue.
pub fn features(
    doc: &Doc,
    links: &Links,
    i: usize,
    (words, lexicon, vocab): (&Words, &Lexicon, &Vocab),
    mut emit: impl FnMut(Feature),
) {
    let f = |template: u8| Feature::new(200u8.wrapping_add(template));
    let lemma = |j: usize| vocab.word(doc.lemmas[j]);
    let cluster = |symbol: Symbol, fine: bool| {
        let id = words.id(vocab.word(symbol));
        id.map_or(u64::from(u16::MAX), |id| u64::from(if fine { words.fine(id) } else { words.coarse(id) }))
    };
    // What kind of actor a token is: a type of name, a pronoun, or the cluster of its noun.
    let actor = |j: usize| match links.names[j] {
        Some(t) => t as u64,
        None if doc.upos[j] == Upos::Pron => 100,
        None => 200 + cluster(doc.lemmas[j], false),
    };
    let own = lemma(i);
    let (verb, xpos) = (doc.upos[i] as u64, doc.xpos[i] as u64);
    emit(f(0));
    let types = lexicon.types(own, doc.upos[i]);
    emit(f(30).number(u64::from(types)));
    emit(f(31).number(u64::from(types.count_ones().min(4))).number(verb));
    for t in (0..32).filter(|t| types & 1 << t != 0) {
        emit(f(32).number(t));
        emit(f(33).number(t).number(doc.deprels[i] as u64));
        emit(f(34).number(t).number(xpos).number(u64::from(links.quoted[i])));
        for c in links.children(i) {
            emit(f(35).number(t).number(doc.deprels[c] as u64));
            emit(f(36).number(t).number(doc.deprels[c] as u64).number(actor(c)));
        }
    }
    emit(f(1).text(own).number(verb));
    emit(f(2).number(cluster(doc.lemmas[i], true)).number(verb));
    emit(f(3).number(cluster(doc.lemmas[i], false)).number(verb));
    emit(f(4).text(own).number(xpos));
    emit(f(5).number(verb).number(doc.deprels[i] as u64));
    emit(f(6).text(own).number(doc.deprels[i] as u64));
    emit(f(7).number(u64::from(links.quoted[i])).number(verb));
    emit(f(8).text(own).number(u64::from(links.quoted[i])));
    let head = doc.heads[i] as usize;
    emit(f(9).text(lemma(head)).number(doc.deprels[i] as u64));
    emit(f(10).text(own).text("<").text(lemma(head)));
    let (mut has_subject, mut has_content, mut passive) = (false, false, false);
    for c in links.children(i) {
        let relation = doc.deprels[c];
        match relation {
            Deprel::Punct | Deprel::Det => continue,
            Deprel::Nsubj | Deprel::NsubjPass => has_subject = true,
            Deprel::Ccomp | Deprel::Xcomp | Deprel::Parataxis => has_content = true,
            Deprel::AuxPass => passive = true,
            _ => {}
        }
        emit(f(11).text(own).number(relation as u64));
        emit(f(12).number(relation as u64).text(lemma(c)));
        emit(f(13).text(own).text(">").text(lemma(c)).number(relation as u64));
        emit(f(14).number(relation as u64).number(actor(c)).number(cluster(doc.lemmas[i], false)));
        emit(f(15).number(relation as u64).number(cluster(doc.lemmas[c], true)));
        if matches!(relation, Deprel::Obl | Deprel::Nmod | Deprel::OblAgent)
            && let Some(case) = links.child(doc, c, &[Deprel::Case])
        {
            emit(f(16).text(own).text("@").text(lemma(case)));
            emit(f(17).text(own).text("@").text(lemma(case)).number(actor(c)));
        }
        if matches!(relation, Deprel::Ccomp | Deprel::Xcomp | Deprel::Parataxis) {
            emit(f(18).text(own).number(doc.xpos[c] as u64));
            for d in
                links.children(c).filter(|&d| matches!(doc.deprels[d], Deprel::Aux | Deprel::Mark | Deprel::Advmod))
            {
                emit(f(19).number(relation as u64).text(lemma(d)));
                emit(f(20).text(own).text(lemma(d)));
            }
        }
    }
    emit(f(21).text(own).number(u64::from(has_subject) | u64::from(has_content) << 1 | u64::from(passive) << 2));
    emit(f(22).number(verb).number(u64::from(has_subject) | u64::from(has_content) << 1 | u64::from(passive) << 2));
    let sentence = doc.sentences[doc.sentence_of(i)];
    let inside = |offset: i64| {
        let j = i as i64 + offset;
        (j >= i64::from(sentence.first) && j < i64::from(sentence.last)).then_some(j as usize)
    };
    for offset in [-2, -1, 1, 2] {
        let word = inside(offset).map_or("", |j| vocab.word(doc.lowers[j]));
        emit(f(23).number((offset + 8) as u64).text(word).number(verb));
        if offset.abs() == 1 {
            emit(f(24).number((offset + 8) as u64).text(word).text("|").text(own));
        }
    }
    if let (Some(a), Some(b)) = (inside(1), inside(2)) {
        emit(f(25).text(own).text(vocab.word(doc.lowers[a])).text(" ").text(vocab.word(doc.lowers[b])));
    }
    emit(f(26).number(sentence.zone as u64).number(verb));
    emit(f(27).number(sentence.zone as u64).number(xpos));
    let to = inside(-1).is_some_and(|j| doc.xpos[j] == Xpos::To);
    emit(f(28).number(u64::from(to)).text(lemma(head)));
}

impl Cues {
    /// Kind of the model file.
    pub const KIND: &'static str = "cues";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `cues.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let crf = Crf::load(models.open("cues.bin", Self::KIND, Self::VERSION)?)?;
        if crf.labels != labels() {
            return Err(Error::new(ErrorKind::Model, "its labels are not those of this program").in_file("cues.bin"));
        }
        Ok(Cues { crf, lexicon: Lexicon::load(models)?, words })
    }

    /// The cues of the document, in order of text; fills the scratch's links.
    pub fn find(&self, doc: &Doc, vocab: &Vocab, scratch: &mut CueScratch, cues: &mut Vec<Cue>) {
        cues.clear();
        scratch.links.fill(doc);
        for sentence in &doc.sentences {
            let tokens = sentence.tokens();
            let lattice = &mut scratch.lattice;
            lattice.reset(tokens.len(), 1);
            for (n, i) in tokens.clone().enumerate().filter(|&(_, i)| can_be_cue(doc, i)) {
                lattice.allowed[n] = self.crf.all();
                let scores = lattice.row(n);
                features(doc, &scratch.links, i, (&self.words, &self.lexicon, vocab), |f| self.crf.add(f, scores));
            }
            self.crf.decode(lattice);
            if lattice.path.iter().all(|&l| l == 0) {
                continue;
            }
            self.crf.confidences(lattice, &mut scratch.confidences);
            for (n, i) in tokens.enumerate().filter(|&(n, _)| lattice.path[n] != 0) {
                let rtype = RelationType::ALL[lattice.path[n] as usize - 1];
                cues.push(Cue { token: i, rtype, confidence: scratch.confidences[n] });
            }
        }
    }
}

impl CueScratch {
    /// Children, names and quotation of the document that was last looked at.
    pub fn links(&self) -> &Links {
        &self.links
    }
}
