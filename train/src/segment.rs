//! `train segment`: how well sentences and tokens are found, from raw text; and how fast.

use crate::conllu;
use crate::files::{Shared, json_lines};
use anyhow::Result;
use dateline::doc::Doc;
use dateline::model::ModelSource;
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::text::Vocab;
use rustc_hash::FxHashSet;
use std::time::Instant;

struct Bench {
    segmenter: Segmenter,
    doc: Doc,
    vocab: Vocab,
    scratch: SegmentScratch,
    show: bool,
}

/// Prints the scores by the CoNLL 2018 measure on the treebanks' dev parts and on ntrex, and the speed on news.
pub fn run(shared: &Shared, show: bool) -> Result<()> {
    let segmenter = Segmenter::load(&ModelSource::Embedded)?;
    let mut bench =
        Bench { segmenter, doc: Doc::default(), vocab: Vocab::default(), scratch: SegmentScratch::default(), show };
    for (name, file) in [("EWT dev", "EWT/dev.conllu.gz"), ("GUM dev", "GUM-permissive/dev.conllu.gz")] {
        bench.treebank(name, &conllu::read(&shared.data("treebanks").join(file))?);
    }
    bench.ntrex(shared)?;
    bench.speed(shared)
}

impl Bench {
    fn segment(&mut self, text: &str) {
        self.doc.clear();
        self.doc.text.push_str(text);
        self.segmenter.segment(&mut self.doc, &mut self.vocab, &mut self.scratch);
    }

    /// Raw text of a treebank: paragraphs apart, sentences joined as they were.
    fn treebank(&mut self, name: &str, sentences: &[conllu::Sentence]) {
        let (mut text, mut gold_tokens, mut gold_sentences) =
            (String::new(), FxHashSet::default(), FxHashSet::default());
        for sentence in sentences {
            if sentence.new_paragraph && !text.is_empty() {
                text.truncate(text.trim_end().len());
                text.push_str("\n\n");
            }
            let start = text.len();
            for word in &sentence.words {
                gold_tokens.insert((text.len(), text.len() + word.form.len()));
                text.push_str(&word.form);
                if !word.glued {
                    text.push(' ');
                }
            }
            gold_sentences.insert((start, text.trim_end().len()));
        }
        self.segment(&text);
        let doc = &self.doc;
        let right = |spans: &mut dyn Iterator<Item = (usize, usize)>, gold: &FxHashSet<(usize, usize)>| {
            let (mut n, mut right) = (0, 0);
            for span in spans {
                n += 1;
                right += usize::from(gold.contains(&span));
            }
            f1(right, n, gold.len())
        };
        let tokens = right(&mut doc.tokens.iter().map(|t| (t.start as usize, t.end as usize)), &gold_tokens);
        let found =
            right(&mut doc.sentences.iter().map(|s| (s.span.start as usize, s.span.end as usize)), &gold_sentences);
        println!("{name}: tokens F1 {tokens:.2}, sentences F1 {found:.2}");
        if self.show {
            for t in doc.tokens.iter().filter(|t| !gold_tokens.contains(&(t.start as usize, t.end as usize))).take(60) {
                let context = t.start.saturating_sub(15) as usize..(t.end as usize + 15).min(text.len());
                println!("  {:?} in {:?}", t.of(&text), text.get(context).unwrap_or(""));
            }
        }
    }

    fn ntrex(&mut self, shared: &Shared) -> Result<()> {
        let (mut found, mut right, mut gold) = (0, 0, 0);
        for article in json_lines(&shared.data("text/ntrex-newstest2019-en.jsonl.gz"))? {
            let article = article?;
            let lines: Vec<&str> =
                article["body"].as_str().unwrap_or("").lines().filter(|l| !l.trim().is_empty()).collect();
            let text = lines.iter().map(|l| l.trim()).collect::<Vec<_>>().join(" ");
            self.segment(&text);
            let (mut at, mut spans) = (0, FxHashSet::default());
            for line in &lines {
                spans.insert((at, at + line.trim().len()));
                at += line.trim().len() + 1;
            }
            gold += spans.len();
            found += self.doc.sentences.len();
            for s in &self.doc.sentences {
                let hit = spans.contains(&(s.span.start as usize, s.span.end as usize));
                right += usize::from(hit);
                if !hit && self.show {
                    println!("  not a line: {}", s.span.of(&text));
                }
            }
        }
        println!("ntrex: sentences F1 {:.4}", f1(right, found, gold) / 100.0);
        Ok(())
    }

    fn speed(&mut self, shared: &Shared) -> Result<()> {
        let texts: Vec<String> = json_lines(&shared.data("text/allsides.jsonl.zst"))?
            .take(3000)
            .map(|a| Ok(a?["body"].as_str().unwrap_or("").to_string()))
            .collect::<Result<_>>()?;
        let words: usize = texts.iter().map(|t| t.split_whitespace().count()).sum();
        let start = Instant::now();
        for text in &texts {
            self.segment(text);
        }
        println!(
            "speed: {:.2} million words a second over {words} words",
            words as f64 / start.elapsed().as_secs_f64() / 1e6
        );
        Ok(())
    }
}

fn f1(right: usize, found: usize, gold: usize) -> f64 {
    200.0 * right as f64 / (found + gold) as f64
}
