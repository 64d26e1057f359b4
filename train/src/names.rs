//! `train names`: the recogniser of names (models/names.bin), from the project's annotations and open sets.

mod sets;

use crate::crf::{Example, Field};
use crate::files::Shared;
use crate::random::Random;
use anyhow::Result;
use dateline::doc::{Doc, EntityType};
use dateline::entity::{Label, RecogniseScratch, Recogniser, features, is_headline, labels_for, spans};
use dateline::model::crf::{Crf, LabelSet};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab};
use sets::{Known, Text};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const EPOCHS: usize = 6;
const BITS: u32 = 16;

/// Text to examples: segments, tags, and describes as the recogniser does.
struct Maker {
    segmenter: Segmenter,
    tagger: Tagger,
    words: Arc<Words>,
    vocab: Vocab,
    scratch: (SegmentScratch, TagScratch, RecogniseScratch),
}

/// Trains, prints scores on the dev sets, and writes `names.bin` into `models`.
pub fn run(shared: &Shared, models: &Path, annotations: &Path) -> Result<()> {
    let source = ModelSource::Folder(models.to_path_buf());
    let words = Arc::new(Words::load(&source)?);
    let mut maker = Maker {
        segmenter: Segmenter::load(&source)?,
        tagger: Tagger::load(&source, words.clone())?,
        words,
        vocab: Vocab::default(),
        scratch: Default::default(),
    };
    let labels = Label::all();
    let mut field = Field::new(labels.len(), BITS, 0.1, 2e-5);
    let mut examples = Vec::new();
    for (name, texts) in sets::train(shared, annotations)? {
        let before = examples.len();
        for text in &texts {
            examples.extend(maker.examples(text, &field).1);
        }
        eprintln!("{name}: {} texts, {} sentences", texts.len(), examples.len() - before);
    }
    let dev = sets::dev(shared)?;
    let mut random = Random::new(5);
    for epoch in 0..EPOCHS {
        let loss = field.epoch(&examples, &mut random);
        eprint!("epoch {}: loss {loss:.4}", epoch + 1);
        for (name, texts) in &dev {
            let mut count: BTreeMap<EntityType, [usize; 3]> = BTreeMap::new();
            for text in texts {
                score(&mut maker, &field, &labels, text, &mut count);
            }
            let all = count.values().fold([0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]);
            eprint!(", {name} {:.3}", f1(all));
            if epoch + 1 == EPOCHS {
                count.iter().for_each(|(t, c)| eprint!(" {t} {:.3}", f1(*c)));
            }
        }
        eprintln!();
    }
    let mut writer = ModelWriter::new(Recogniser::KIND, Recogniser::VERSION);
    let names: Vec<String> = labels.iter().map(|l| l.name()).collect();
    Crf::write(&mut writer, &names, &field.scaled(), &field.transitions);
    writer.write(&models.join("names.bin"))?;
    Ok(())
}

impl Maker {
    /// The document of a text, and an example a sentence.
    fn examples(&mut self, text: &Text, field: &Field) -> (Doc, Vec<Example>) {
        let mut doc = Doc { text: text.text.clone(), title: Span::new(0, text.title), ..Doc::default() };
        let (segment, tag, recognise) = &mut self.scratch;
        self.segmenter.segment(&mut doc, &mut self.vocab, segment);
        self.tagger.tag(&mut doc, &mut self.vocab, tag);
        let places = recognise.prepare(&doc, &self.vocab, &self.words);
        let all = LabelSet::MAX >> (64 - Label::all().len());
        let outside = 1 | text.unmarked.iter().fold(0, |set, &t| set | 0b1111 << (1 + 4 * t as usize));
        let mut right = vec![outside; doc.tokens.len()];
        for Known { span, types } in &text.names {
            let first = doc.tokens.partition_point(|t| t.end <= span.start);
            let last = doc.tokens.partition_point(|t| t.start < span.end);
            for (i, right) in right.iter_mut().enumerate().take(last).skip(first) {
                *right = if types.is_empty() { all } else { labels_for(types, i - first, last - first) };
            }
        }
        let mut examples = Vec::new();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let tokens = sentence.tokens();
            let headline = is_headline(&doc, s);
            let mut example = Example {
                features: vec![Vec::new(); tokens.len()],
                allowed: vec![all; tokens.len()],
                right: right[tokens.clone()].to_vec(),
                weight: text.weight,
            };
            for (n, i) in tokens.clone().enumerate() {
                let rows = &mut example.features[n];
                let inside = |offset: i32| {
                    let j = i as i64 + i64::from(offset);
                    (j >= tokens.start as i64 && j < tokens.end as i64).then_some(j as usize)
                };
                for offset in features::OFFSETS {
                    if let Some(j) = inside(offset) {
                        let (form, lower) = (self.vocab.word(doc.words[j]), self.vocab.word(doc.lowers[j]));
                        features::of_word(form, lower, offset, &self.words, |f| rows.push(field.row(f)));
                    }
                }
                features::of_place(|o| inside(o).map(|j| places[j]), headline, |f| rows.push(field.row(f)));
            }
            examples.push(example);
        }
        (doc, examples)
    }
}

/// Counts right, found and gold names of a dev text: exact spans, as the gold's types have it.
fn score(
    maker: &mut Maker,
    field: &Field,
    labels: &[Label],
    text: &Text,
    count: &mut BTreeMap<EntityType, [usize; 3]>,
) {
    let (doc, examples) = maker.examples(text, field);
    let mut found = Vec::new();
    for (sentence, example) in doc.sentences.iter().zip(&examples) {
        let path = field.decode(example);
        for (range, etype) in spans(path.into_iter().map(|l| labels[l as usize])) {
            let first = sentence.first as usize;
            found.push((doc.span_of(first + range.start..first + range.end), etype));
        }
    }
    for (span, etype) in &found {
        let Some(&counted) = text.scored.get(etype) else { continue };
        let hit = text.names.iter().any(|k| k.span == *span && k.types.contains(etype));
        let entry = count.entry(counted).or_default();
        entry[0] += usize::from(hit);
        entry[1] += 1;
    }
    for known in text.names.iter().filter(|k| !k.types.is_empty()) {
        if let Some(&counted) = text.scored.get(&known.types[0]) {
            count.entry(counted).or_default()[2] += 1;
        }
    }
}

fn f1([right, found, gold]: [usize; 3]) -> f64 {
    2.0 * right as f64 / (found + gold).max(1) as f64
}
