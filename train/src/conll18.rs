//! The measure of the CoNLL 2018 shared task (Zeman et al. 2018): from raw text, by the tokens that are found as the gold has them.

use crate::conllu::{Sentence, Word};
use dateline::doc::{self, Doc, Zone};
use dateline::parse::{ParseScratch, Parser};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab, chars};
use rustc_hash::FxHashMap;
use std::fmt;

/// F1 in percent.
pub struct Scores {
    tokens: f64,
    sentences: f64,
    upos: f64,
    /// UAS and LAS, where there is a parser.
    attachment: Option<(f64, f64)>,
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Scores { tokens, sentences, upos, attachment } = self;
        write!(f, "tokens {tokens:.2}, sentences {sentences:.2}, UPOS {upos:.2}")?;
        if let Some((uas, las)) = attachment {
            write!(f, ", UAS {uas:.2}, LAS {las:.2}")?;
        }
        Ok(())
    }
}

/// A treebank as text, with its tokens and sentences: paragraphs apart, sentences joined as they were.
pub fn text(sentences: &[Sentence]) -> Doc {
    let mut doc = Doc::default();
    for sentence in sentences {
        if sentence.new_paragraph && !doc.text.is_empty() {
            doc.text.truncate(doc.text.trim_end().len());
            doc.text.push_str("\n\n");
        }
        let first = doc.tokens.len();
        for word in &sentence.words {
            let start = doc.text.len();
            doc.text.push_str(&word.form);
            doc.tokens.push(Span::new(start, doc.text.len()));
            if !word.glued {
                doc.text.push(' ');
            }
        }
        let last = doc.tokens.len();
        let span = doc.tokens[first].cover(doc.tokens[last - 1]);
        doc.sentences.push(doc::Sentence { span, first: first as u32, last: last as u32, zone: Zone::Body });
    }
    doc
}

/// The tags of a treebank's sentences by `tagger`, each as UPOS, a space and XPOS.
pub fn tags(sentences: &[Sentence], tagger: &Tagger) -> Vec<Vec<String>> {
    let (mut doc, mut vocab) = (text(sentences), Vocab::default());
    fill_words(&mut doc, &mut vocab);
    tagger.tag(&mut doc, &mut vocab, &mut TagScratch::default());
    let tag = |i: usize| format!("{} {}", doc.upos[i], doc.xpos[i]);
    doc.sentences.iter().map(|s| s.tokens().map(tag).collect()).collect()
}

fn fill_words(doc: &mut Doc, vocab: &mut Vocab) {
    for span in &doc.tokens {
        let word = span.of(&doc.text);
        doc.words.push(vocab.intern(word));
        let mut lower = String::new();
        chars::push_lower(word, &mut lower);
        doc.lowers.push(vocab.intern(&lower));
    }
}

/// Scores the stages on a treebank from raw text, or from the treebank's tokens where there is no segmenter.
pub fn score(
    sentences: &[Sentence],
    segmenter: Option<&Segmenter>,
    tagger: &Tagger,
    parser: Option<&Parser>,
) -> Scores {
    let gold = text(sentences);
    let (mut doc, mut vocab) = (Doc::default(), Vocab::default());
    doc.text.clone_from(&gold.text);
    match segmenter {
        Some(segmenter) => segmenter.segment(&mut doc, &mut vocab, &mut SegmentScratch::default()),
        None => {
            (doc.tokens, doc.sentences) = (gold.tokens.clone(), gold.sentences.clone());
            fill_words(&mut doc, &mut vocab);
        }
    }
    tagger.tag(&mut doc, &mut vocab, &mut TagScratch::default());
    if let Some(parser) = parser {
        parser.parse(&mut doc, &vocab, &mut ParseScratch::default());
    }
    // For a token of ours, the gold token with the same bytes.
    let by_span: FxHashMap<Span, usize> = gold.tokens.iter().enumerate().map(|(i, s)| (*s, i)).collect();
    let aligned: Vec<Option<usize>> = doc.tokens.iter().map(|s| by_span.get(s).copied()).collect();
    let words: Vec<(usize, &Word)> = sentences
        .iter()
        .zip(&gold.sentences)
        .flat_map(|(s, at)| s.words.iter().map(|w| (at.first as usize, w)))
        .collect();
    let (mut upos, mut uas, mut las) = (0, 0, 0);
    for (i, gold) in aligned.iter().enumerate() {
        let Some(g) = *gold else { continue };
        let (first, word) = words[g];
        upos += usize::from(doc.upos[i].as_str() == word.upos);
        if parser.is_none() {
            continue;
        }
        let wanted = if word.head == 0 { g } else { first + word.head as usize - 1 };
        let found = doc.heads[i] as usize;
        // A root is its own head on either side.
        if aligned[found] == Some(wanted) && (found == i) == (wanted == g) {
            uas += 1;
            let universal = |label: &str| label.split(':').next().map(String::from);
            las += usize::from(universal(doc.deprels[i].as_str()) == universal(&word.deprel));
        }
    }
    let n = (doc.tokens.len(), gold.tokens.len());
    let same: rustc_hash::FxHashSet<Span> = gold.sentences.iter().map(|s| s.span).collect();
    let ends = doc.sentences.iter().filter(|s| same.contains(&s.span)).count();
    Scores {
        tokens: f1(aligned.iter().flatten().count(), n),
        sentences: f1(ends, (doc.sentences.len(), gold.sentences.len())),
        upos: f1(upos, n),
        attachment: parser.map(|_| (f1(uas, n), f1(las, n))),
    }
}

/// F1 in percent of `right` among those found and those in the gold.
pub fn f1(right: usize, (found, gold): (usize, usize)) -> f64 {
    200.0 * right as f64 / (found + gold).max(1) as f64
}
