//! Part of speech and lemma.

pub mod features;
mod lemma;

pub use lemma::{LONGEST, Lemmas};

use crate::doc::{Doc, Upos, Xpos, Zone};
use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::{Crf, LabelSet, Ladder, WIDTH};
use crate::model::{ModelSource, Rows, Words};
use crate::text::{Symbol, Vocab};
use features::Type;
use std::sync::Arc;

/// Offsets of a window.
const WINDOW: usize = 5;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Tagger {
    crf: Crf,
    words: Arc<Words>,
    tags: Vec<(Upos, Xpos)>,
    lemmas: Lemmas,
    /// Frequent words of the treebanks, sorted, with the labels they were seen with.
    dictionary: Vec<String>,
}

/// What a worker keeps from article to article.
#[derive(Debug)]
pub struct TagScratch {
    ladder: Ladder,
    rows: Rows<i16>,
    types: Vec<Option<(Type, LabelSet)>>,
    /// By word and tag: one more than the lemma's symbol, 0 where not known yet.
    lemmas: Vec<u32>,
    lemma: String,
}

impl Default for TagScratch {
    fn default() -> Self {
        TagScratch {
            ladder: Ladder::default(),
            rows: Rows::new(WIDTH, 48 << 10),
            types: Vec::new(),
            lemmas: Vec::new(),
            lemma: String::new(),
        }
    }
}

impl TagScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.rows.clear();
        self.types.clear();
        self.lemmas.clear();
    }
}

impl Tagger {
    /// Kind of the model file.
    pub const KIND: &'static str = "tagger";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one is missing or broken.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let crf = Crf::load(models.open("tagger.bin", Self::KIND, Self::VERSION)?)?;
        let fail = |reason: String| Error::new(ErrorKind::Model, reason).in_file("tagger.bin");
        let tags = crf
            .labels
            .iter()
            .map(|label| {
                let (upos, xpos) = label.split_once(' ').ok_or(format!("label {label:?} is no pair of tags"))?;
                Ok((upos.parse()?, xpos.parse()?))
            })
            .collect::<std::result::Result<_, String>>()
            .map_err(fail)?;
        let lemmas =
            Lemmas::parse(crf.file().text("lemmas")?).map_err(|n| fail(format!("lemma rule {n} is broken")))?;
        let dictionary: Vec<String> = crf.file().text("dictionary")?.lines().map(String::from).collect();
        let sets = crf.file().section::<u64>("seen-with")?;
        if sets.len() != dictionary.len() || sets.iter().any(|set| set & crf.all() == 0) {
            return Err(fail("its dictionary does not fit its labels".into()));
        }
        Ok(Tagger { crf, words, tags, lemmas, dictionary })
    }

    /// Fills `upos`, `xpos` and `lemmas`; wants tokens and words.
    pub fn tag(&self, doc: &mut Doc, vocab: &mut Vocab, scratch: &mut TagScratch) {
        for s in 0..doc.sentences.len() {
            let sentence = doc.sentences[s];
            let tokens = sentence.tokens();
            self.score(doc, tokens.clone(), sentence.zone == Zone::Title, vocab, scratch);
            self.crf.decode_steps(&mut scratch.ladder);
            for &label in &scratch.ladder.path {
                let (upos, xpos) = self.tags[label as usize];
                doc.upos.push(upos);
                doc.xpos.push(xpos);
            }
        }
        for i in 0..doc.tokens.len() {
            let lemma = self.lemma(doc.lowers[i], doc.xpos[i], vocab, scratch);
            doc.lemmas.push(lemma);
        }
    }

    fn score(
        &self,
        doc: &Doc,
        tokens: std::ops::Range<usize>,
        headline: bool,
        vocab: &Vocab,
        scratch: &mut TagScratch,
    ) {
        let TagScratch { ladder, rows, types, .. } = scratch;
        ladder.reset(tokens.len(), self.crf.all());
        if types.len() < vocab.len() {
            types.resize(vocab.len(), None);
        }
        for i in tokens.clone() {
            let (word, lower) = (doc.words[i] as usize, doc.lowers[i]);
            if types[word].is_none() {
                let (form, lower) = (vocab.word(word as Symbol), vocab.word(lower));
                types[word] = Some((features::describe(form, lower, &self.words), self.seen_with(lower)));
            }
        }
        for (n, i) in tokens.clone().enumerate() {
            ladder.allowed[n] = types[doc.words[i] as usize].map_or(self.crf.all(), |(_, set)| set);
            let sums = &mut ladder.sums[n * WIDTH..][..WIDTH];
            for offset in features::OFFSETS {
                let j = i as i64 + i64::from(offset);
                if j < tokens.start as i64 || j >= tokens.end as i64 {
                    continue;
                }
                let j = j as usize;
                let key = doc.words[j] as usize * WINDOW + (offset + 2) as usize;
                let row = rows.get(key, |row| {
                    let (form, lower) = (vocab.word(doc.words[j]), vocab.word(doc.lowers[j]));
                    features::of_word(form, lower, offset, &self.words, |f| self.crf.add_steps(f, row));
                });
                for (sum, x) in sums.iter_mut().zip(row) {
                    *sum = sum.wrapping_add(*x);
                }
            }
            let at = |offset: i32| {
                let j = i as i64 + i64::from(offset);
                let inside = j >= tokens.start as i64 && j < tokens.end as i64;
                if inside { types[doc.words[j as usize] as usize].map(|(t, _)| t) } else { None }
            };
            features::of_place(at, headline, |f| self.crf.add_steps(f, sums));
        }
    }

    /// The labels that a frequent word can have; all for the others.
    fn seen_with(&self, lower: &str) -> LabelSet {
        match self.dictionary.binary_search_by(|w| w.as_str().cmp(lower)) {
            Ok(i) => self.crf.file().section::<u64>("seen-with").expect("checked when loaded")[i] & self.crf.all(),
            Err(_) => self.crf.all(),
        }
    }

    fn lemma(&self, lower: Symbol, xpos: Xpos, vocab: &mut Vocab, scratch: &mut TagScratch) -> Symbol {
        let key = lower as usize * Xpos::ALL.len() + xpos as usize;
        if key >= scratch.lemmas.len() {
            scratch.lemmas.resize((key + 1).next_multiple_of(1 << 12), 0);
        }
        if scratch.lemmas[key] == 0 {
            scratch.lemma.clear();
            self.lemmas.push(xpos as u8, vocab.word(lower), &mut scratch.lemma);
            scratch.lemmas[key] = vocab.intern(&scratch.lemma) + 1;
        }
        scratch.lemmas[key] - 1
    }
}
