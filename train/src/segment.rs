//! `train segment`: how well sentences and tokens are found, from raw text; and how fast.

use crate::conll18::{self, f1};
use crate::conllu;
use crate::files::{Shared, json_lines};
use anyhow::Result;
use dateline::doc::Doc;
use dateline::model::ModelSource;
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::text::{Span, Vocab};
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

    /// A treebank from raw text.
    fn treebank(&mut self, name: &str, sentences: &[conllu::Sentence]) {
        let gold = conll18::text(sentences);
        self.segment(&gold.text);
        let doc = &self.doc;
        let of = |spans: &mut dyn Iterator<Item = Span>| -> FxHashSet<Span> { spans.collect() };
        let tokens = [of(&mut doc.tokens.iter().copied()), of(&mut gold.tokens.iter().copied())];
        let ends = [of(&mut doc.sentences.iter().map(|s| s.span)), of(&mut gold.sentences.iter().map(|s| s.span))];
        for (what, [found, gold]) in [("tokens", &tokens), ("sentences", &ends)] {
            println!("{name}: {what} F1 {:.2}", f1(found.intersection(gold).count(), (found.len(), gold.len())));
        }
        if self.show {
            for [found, gold] in [tokens, ends] {
                let mut wrong: Vec<_> = found.difference(&gold).map(|s| (*s, "found")).collect();
                wrong.extend(gold.difference(&found).map(|s| (*s, "gold ")));
                wrong.sort_by_key(|(span, _)| (span.start, span.end));
                for (span, whose) in wrong {
                    let after = doc.text.get(span.end as usize..(span.end as usize + 30).min(doc.text.len()));
                    println!("  {whose} {:?} then {:?}", span.of(&doc.text), after.unwrap_or(""));
                }
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
        println!("ntrex: sentences F1 {:.4}", f1(right, (found, gold)) / 100.0);
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
