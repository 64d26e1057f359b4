//! `train names`: the recogniser of names (models/names.bin), from the project's annotations and open sets.

mod sets;

use crate::crf::{Example, Field};
use crate::files::Shared;
use crate::random::Random;
use anyhow::Result;
use dateline::doc::{Doc, EntityType};
use dateline::entity::context::{self, Context};
use dateline::entity::gazetteer::Gazetteer;
use dateline::entity::{Label, RecogniseScratch, Recogniser, features, labels_for, spans};
use dateline::model::crf::{Crf, LabelSet};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab};
use sets::{Known, Text};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

const EPOCHS: usize = 5;
/// Rounds before the first whose weights go into the mean that is kept.
const WARM: usize = 1;
const FOLD_EPOCHS: usize = 3;
const BITS: u32 = 19;
/// Rows of weights that are kept.
const ROWS: usize = 80_000;
const RATE: f32 = 0.1;
const DECAY: f32 = 2e-5;
/// Half of what is seen is left out each time: no feature may lean on another, as the names of new articles are new.
const DROPOUT: f32 = 0.5;
/// How often a sentence is learnt from without what the rest of its article says.
const ALONE: f32 = 0.3;

/// The mean of the weights after several rounds: single rounds differ by chance, their mean does so less.
#[derive(Default)]
struct Mean {
    features: Vec<f32>,
    transitions: Vec<f32>,
    count: f32,
}

impl Mean {
    fn add(&mut self, field: &Field) {
        self.count += 1.0;
        for (sum, weights) in [(&mut self.features, &field.features), (&mut self.transitions, &field.transitions)] {
            sum.resize(weights.len(), 0.0);
            sum.iter_mut().zip(weights).for_each(|(s, w)| *s += w);
        }
    }

    fn put_into(self, field: &mut Field) {
        for (sum, weights) in [(self.features, &mut field.features), (self.transitions, &mut field.transitions)] {
            weights.iter_mut().zip(sum).for_each(|(w, s)| *w = s / self.count);
        }
    }
}

/// Text to examples: segments, tags, and describes as the recogniser does.
struct Maker {
    segmenter: Segmenter,
    tagger: Tagger,
    words: Arc<Words>,
    gazetteer: Gazetteer,
    vocab: Vocab,
    scratch: (SegmentScratch, TagScratch, RecogniseScratch),
}

/// A text with an example a sentence.
struct Analysed {
    doc: Doc,
    /// Of each token: the case of its word where it may be part of a name.
    cases: Vec<Option<(u64, bool)>>,
    /// Indices of its examples among all.
    examples: Range<usize>,
}

/// Trains, prints scores on the dev sets, and writes `names.bin` into `models`.
pub fn run(shared: &Shared, models: &Path, annotations: &Path) -> Result<()> {
    let source = ModelSource::Folder(models.to_path_buf());
    let words = Arc::new(Words::load(&source)?);
    let mut maker = Maker {
        segmenter: Segmenter::load(&source)?,
        tagger: Tagger::load(&source, words.clone())?,
        words,
        gazetteer: Gazetteer::load(&source)?,
        vocab: Vocab::default(),
        scratch: Default::default(),
    };
    let labels = Label::all();
    let new = || {
        let mut field = Field::new(labels.len(), BITS, RATE, DECAY);
        field.dropout = DROPOUT;
        field
    };
    let mut field = new();
    // Texts of several sentences in two halves, single sentences between them: each half is labelled by a field that has
    // learnt from all but it, so that what the first pass says of an article is as doubtful as it will be on new ones.
    let mut thirds: [Vec<Text>; 3] = Default::default();
    for (name, texts) in sets::train(shared, annotations)? {
        eprintln!("{name}: {} texts, {} names", texts.len(), texts.iter().map(|t| t.names.len()).sum::<usize>());
        for (n, text) in texts.into_iter().enumerate() {
            let single = text.text.trim_end().len() < 400 && !text.text.trim_end().contains('\n');
            thirds[if single { 1 } else { 2 * (n % 2) }].push(text);
        }
    }
    let (mut examples, mut analysed, mut bounds) = (Vec::new(), Vec::new(), [0; 3]);
    for (third, bound) in thirds.iter().zip(&mut bounds) {
        for text in third {
            analysed.push(maker.analyse(text, &field, &mut examples));
        }
        *bound = examples.len();
    }
    let mut random = Random::new(5);
    let (mut first, mut second) = (new(), new());
    for _ in 0..FOLD_EPOCHS {
        first.epoch(&examples[bounds[0]..], &mut random);
        second.epoch(&examples[..bounds[1]], &mut random);
    }
    let alone: Vec<Vec<usize>> = examples.iter().map(|e: &Example| e.features.iter().map(Vec::len).collect()).collect();
    for text in &analysed {
        if text.examples.start >= bounds[0] && text.examples.end <= bounds[1] {
            continue;
        }
        let halves = if text.examples.end <= bounds[0] { &first } else { &second };
        add_context(text, &mut examples[text.examples.clone()], halves);
    }
    drop((first, second));
    let whole: Vec<Vec<Vec<u32>>> = examples
        .iter()
        .zip(&alone)
        .map(|(e, alone)| e.features.iter().zip(alone).map(|(f, &n)| f[n..].to_vec()).collect())
        .collect();

    let dev = sets::dev(shared)?;
    let mut mean = Mean::default();
    for epoch in 0..EPOCHS {
        for ((example, alone), whole) in examples.iter_mut().zip(&alone).zip(&whole) {
            let without = random.unit() < ALONE;
            for ((features, &n), more) in example.features.iter_mut().zip(alone).zip(whole) {
                features.truncate(n);
                if !without {
                    features.extend(more);
                }
            }
        }
        let loss = field.epoch(&examples, &mut random);
        eprint!("epoch {}: loss {loss:.4}", epoch + 1);
        if epoch >= WARM {
            mean.add(&field);
        }
        if epoch + 1 == EPOCHS {
            std::mem::take(&mut mean).put_into(&mut field);
        }
        if epoch + 2 < EPOCHS {
            eprintln!();
            continue;
        }
        for (name, texts) in &dev {
            let mut count: BTreeMap<EntityType, [usize; 3]> = BTreeMap::new();
            let mut first_pass = BTreeMap::new();
            for text in texts {
                let mut examples = Vec::new();
                let analysed = maker.analyse(text, &field, &mut examples);
                score(&analysed.doc, &examples, &field, &labels, text, &mut first_pass);
                add_context(&analysed, &mut examples, &field);
                score(&analysed.doc, &examples, &field, &labels, text, &mut count);
            }
            let all = |count: &BTreeMap<EntityType, [usize; 3]>| {
                f1(count.values().fold([0; 3], |a, b| [a[0] + b[0], a[1] + b[1], a[2] + b[2]]))
            };
            eprint!(", {name} {:.3} ({:.3} alone)", all(&count), all(&first_pass));
            if epoch + 1 == EPOCHS {
                count.iter().for_each(|(t, c)| eprint!(" {t} {:.3}", f1(*c)));
            }
        }
        eprintln!();
    }
    field.prune(ROWS, &examples);
    let mut writer = ModelWriter::new(Recogniser::KIND, Recogniser::VERSION);
    let names: Vec<String> = labels.iter().map(|l| l.name()).collect();
    Crf::write(&mut writer, &names, &field.scaled(), &field.transitions);
    writer.write(&models.join("names.bin"))?;
    Ok(())
}

/// Adds what a first pass of `field` over the text says of its words.
fn add_context(text: &Analysed, examples: &mut [Example], field: &Field) {
    let mut context = Context::default();
    for (sentence, example) in text.doc.sentences.iter().zip(examples.iter()) {
        for (i, label) in sentence.tokens().zip(field.decode(example)) {
            if text.cases[i].is_some_and(|(_, capital)| capital) {
                context.see(text.doc.lowers[i], i, label);
            }
        }
    }
    context.settle();
    for (sentence, example) in text.doc.sentences.iter().zip(examples) {
        let tokens = sentence.tokens();
        for (n, i) in tokens.clone().enumerate() {
            let Some((case, _)) = text.cases[i] else { continue };
            let at = |offset: i32| {
                let j = usize::try_from(i as i64 + i64::from(offset)).ok()?;
                tokens.contains(&j).then(|| context.of(j)).flatten()
            };
            context::features(at, case, |f| example.features[n].push(field.row(f)));
        }
    }
}

impl Maker {
    /// The document of a text, with an example a sentence, which go to the end of `examples`.
    fn analyse(&mut self, text: &Text, field: &Field, examples: &mut Vec<Example>) -> Analysed {
        let mut doc = Doc { text: text.text.clone(), title: Span::new(0, text.title), ..Doc::default() };
        let (segment, tag, recognise) = &mut self.scratch;
        self.segmenter.segment(&mut doc, &mut self.vocab, segment);
        self.tagger.tag(&mut doc, &mut self.vocab, tag);
        let view = recognise.prepare(&doc, &mut self.vocab, &self.words, &self.gazetteer);
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
        let start = examples.len();
        for (s, sentence) in doc.sentences.iter().enumerate() {
            let tokens = sentence.tokens();
            let places = &view.places[tokens.clone()];
            let mut example = Example {
                features: vec![Vec::new(); tokens.len()],
                allowed: places.iter().map(|p| if p.active { all } else { 1 }).collect(),
                right: right[tokens.clone()].to_vec(),
                weight: text.weight,
            };
            for (n, place) in places.iter().enumerate() {
                if !place.active {
                    example.right[n] = 1;
                    continue;
                }
                let rows = &mut example.features[n];
                for offset in features::OFFSETS {
                    let j = n as i64 + i64::from(offset);
                    if let Some(place) = usize::try_from(j).ok().and_then(|j| places.get(j)) {
                        let j = tokens.start + j as usize;
                        let (form, lower) = (self.vocab.word(view.words[j]), self.vocab.word(doc.lowers[j]));
                        features::of_word(form, lower, &place.word, offset, |f| rows.push(field.row(f)));
                    }
                }
                features::of_place(places, n, view.headlines[s], |f| rows.push(field.row(f)));
            }
            examples.push(example);
        }
        let cases = view.places.iter().map(|p| p.active.then(|| (p.word.case(), p.word.is_capitalised()))).collect();
        Analysed { doc, cases, examples: start..examples.len() }
    }
}

/// Counts right, found and gold names of a dev text: exact spans, as the gold's types have it.
fn score(
    doc: &Doc,
    examples: &[Example],
    field: &Field,
    labels: &[Label],
    text: &Text,
    count: &mut BTreeMap<EntityType, [usize; 3]>,
) {
    let mut found = Vec::new();
    for (sentence, example) in doc.sentences.iter().zip(examples) {
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
