//! `train cues`: which words tell of an act (models/cues.bin), from the articles annotated with relations.

use crate::crf::{Example, Field};
use crate::files::{Shared, json_lines};
use crate::random::Random;
use anyhow::{Context, Result};
use dateline::doc::{Doc, RelationType};
use dateline::entity::{Entities, EntityScratch};
use dateline::model::crf::{Crf, LabelSet, WIDTH};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::parse::{ParseScratch, Parser};
use dateline::relate::Lexicon;
use dateline::relate::cues::{Cues, Links, can_be_cue, features, labels};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const EPOCHS: usize = 3;
const BITS: u32 = 17;
/// How far the field leans towards cues.
const BONUS: f32 = 1.75;

struct Maker {
    segmenter: Segmenter,
    tagger: Tagger,
    parser: Parser,
    entities: Entities,
    words: Arc<Words>,
    lexicon: Lexicon,
    vocab: Vocab,
    scratch: (SegmentScratch, TagScratch, ParseScratch, EntityScratch),
}

/// Trains, prints scores on the dev articles, and writes `cues.bin` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let source = ModelSource::Folder(models.to_path_buf());
    let words = Arc::new(Words::load(&source)?);
    let mut maker = Maker {
        segmenter: Segmenter::load(&source)?,
        tagger: Tagger::load(&source, words.clone())?,
        parser: Parser::load(&source, words.clone())?,
        entities: Entities::load(&source, words.clone())?,
        words,
        lexicon: Lexicon::load(&source)?,
        vocab: Vocab::default(),
        scratch: Default::default(),
    };
    let labels = labels();
    let mut field = Field::new(labels.len(), BITS, 0.05, 1e-3);
    let mut train = Vec::new();
    for set in ["relations.train", "relations.focus.train"] {
        for article in json_lines(&shared.gold(&format!("{set}.jsonl")))? {
            train.extend(maker.examples(&article?, &field)?);
        }
    }
    let mut dev = Vec::new();
    for article in json_lines(&shared.gold("relations.dev.jsonl"))? {
        dev.extend(maker.examples(&article?, &field)?);
    }
    let mut random = Random::new(13);
    for epoch in 0..EPOCHS {
        let loss = field.epoch(&train, &mut random);
        eprint!("epoch {}: loss {loss:.4}, dev cues F1 (with type)", epoch + 1);
        for bonus in [2.0, 2.5, 3.0, 3.5] {
            lean(&mut field, bonus);
            let (mut right, mut place, mut found, mut gold) = (0, 0, 0, 0);
            for example in &dev {
                for (&label, &set) in field.decode(example).iter().zip(&example.right) {
                    found += usize::from(label != 0);
                    gold += usize::from(set != 1);
                    place += usize::from(label != 0 && set != 1);
                    right += usize::from(label != 0 && set == 1 << label);
                }
            }
            let f1 = |right: usize| 200.0 * right as f64 / (found + gold) as f64;
            eprint!(", {bonus}: {:.1} ({:.1})", f1(place), f1(right));
            lean(&mut field, -bonus);
        }
        eprintln!();
    }
    lean(&mut field, BONUS);
    let mut writer = ModelWriter::new(Cues::KIND, Cues::VERSION);
    Crf::write(&mut writer, &labels, &field.scaled(), &field.transitions);
    writer.write(&models.join("cues.bin"))?;
    Ok(())
}

/// Makes the field lean towards cues: a likelihood wants calm, F1 wants every second guess.
fn lean(field: &mut Field, bonus: f32) {
    for row in field.transitions.chunks_exact_mut(WIDTH) {
        row[1..labels().len()].iter_mut().for_each(|w| *w += bonus);
    }
}

impl Maker {
    fn examples(&mut self, article: &Value, field: &Field) -> Result<Vec<Example>> {
        let text = article["text"].as_str().context("an article without text")?;
        let title = article["title"].as_str().unwrap_or("");
        let title = if text.starts_with(title) { title.len() } else { 0 };
        let mut doc = Doc { text: text.to_string(), title: Span::new(0, title), ..Doc::default() };
        let (segment, tag, parse, entity) = &mut self.scratch;
        self.segmenter.segment(&mut doc, &mut self.vocab, segment);
        self.tagger.tag(&mut doc, &mut self.vocab, tag);
        self.parser.parse(&mut doc, &self.vocab, parse);
        self.entities.find(&mut doc, &mut self.vocab, entity);
        let mut links = Links::default();
        links.fill(&doc);

        let bytes: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
        let mut right: Vec<LabelSet> = vec![1; doc.tokens.len()];
        for relation in article["relations"].as_array().context("no relations")? {
            let at = |i: usize| relation["cue"][i].as_u64().and_then(|n| bytes.get(n as usize)).copied();
            let (Some(start), Some(end)) = (at(0), at(1)) else { continue };
            let rtype: RelationType = relation["type"].as_str().unwrap_or("").parse().map_err(anyhow::Error::msg)?;
            let first = doc.tokens.partition_point(|t| t.end as usize <= start);
            let last = doc.tokens.partition_point(|t| (t.start as usize) < end);
            // The head of the cue: the token that can be one and hangs outside of it.
            let inside = |i: usize| (first..last).contains(&i);
            let head = (first..last)
                .filter(|&i| can_be_cue(&doc, i))
                .min_by_key(|&i| (inside(doc.heads[i] as usize) && doc.heads[i] as usize != i, i));
            if let Some(head) = head {
                right[head] = 1 << (1 + rtype as usize);
            }
        }
        let all = LabelSet::MAX >> (64 - labels().len());
        Ok(doc
            .sentences
            .iter()
            .map(|sentence| {
                let tokens = sentence.tokens();
                let mut example = Example {
                    features: vec![Vec::new(); tokens.len()],
                    allowed: vec![1; tokens.len()],
                    right: right[tokens.clone()].to_vec(),
                    weight: 1.0,
                };
                for (n, i) in tokens.enumerate().filter(|&(_, i)| can_be_cue(&doc, i)) {
                    example.allowed[n] = all;
                    let rows = &mut example.features[n];
                    features(&doc, &links, i, (&self.words, &self.lexicon, &self.vocab), |f| rows.push(field.row(f)));
                }
                example
            })
            .collect())
    }
}
