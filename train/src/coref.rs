//! `train coref`: whom pronouns and descriptions mean (models/coref.bin), from OntoGUM's genres with open licences and from the
//! articles annotated with relations, which give the full name of whoever does or suffers an act.

mod gold;
mod measure;

use crate::files::{Shared, open};
use crate::passages;
use crate::random::Random;
use anyhow::Result;
use dateline::doc::Doc;
use dateline::entity::coref::{BITS, Case, CorefScratch, Describer, LEAN, best};
use dateline::entity::nouns::{Nouns, hash};
use dateline::entity::{Coref, Entities, EntityScratch};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::parse::{ParseScratch, Parser};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab};
use gold::Gold;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

const EPOCHS: usize = 8;
/// AdaGrad's.
const RATE: f32 = 0.1;
/// Pull of weights towards 0.
const DECAY: f32 = 1e-4;
/// Share of features left out at each sight.
const DROPOUT: f32 = 0.2;

/// Text to documents with names resolved.
pub struct Maker {
    segmenter: Segmenter,
    tagger: Tagger,
    parser: Parser,
    entities: Entities,
    vocab: Vocab,
    scratch: (SegmentScratch, TagScratch, ParseScratch, EntityScratch),
}

/// A document with what its pronouns and descriptions mean, as far as the gold says.
pub struct Text {
    doc: Doc,
    gold: Gold,
    weight: f32,
}

impl Maker {
    fn document(&mut self, text: &str, title: usize) -> Doc {
        let mut doc = Doc { text: text.to_string(), title: Span::new(0, title), ..Doc::default() };
        let (segment, tag, parse, entity) = &mut self.scratch;
        self.segmenter.segment(&mut doc, &mut self.vocab, segment);
        self.tagger.tag(&mut doc, &mut self.vocab, tag);
        self.parser.parse(&mut doc, &self.vocab, parse);
        self.entities.find(&mut doc, &mut self.vocab, entity);
        doc
    }
}

/// Trains, prints scores on the dev sets, and writes `coref.bin` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let source = ModelSource::Folder(models.to_path_buf());
    let words = Arc::new(Words::load(&source)?);
    let mut maker = Maker {
        segmenter: Segmenter::load(&source)?,
        tagger: Tagger::load(&source, words.clone())?,
        parser: Parser::load(&source, words.clone())?,
        entities: Entities::of_names(&source, words.clone())?,
        vocab: Vocab::default(),
        scratch: Default::default(),
    };
    let given = given_names(shared)?;
    let describer = Describer::new(Nouns::load(&source, given.clone())?, words);
    let mut train = Vec::new();
    for (name, weight) in [("relations.train", 1.0), ("relations.focus.train", 1.0)] {
        train.extend(gold::articles(&mut maker, &shared.gold(&format!("{name}.jsonl")), weight)?);
    }
    let gold_articles = train.len();
    for passage in passages::read(shared, Path::new(passages::PATH))? {
        train.extend(gold::article(&mut maker, &passage, 1.0)?);
    }
    let passages = train.len() - gold_articles;
    train.extend(gold::ontogum(&mut maker, &shared.data("coref/ontogum.train.jsonl.gz"), 0.5)?);
    eprintln!("{gold_articles} articles, {passages} passages, {} of OntoGUM", train.len() - gold_articles - passages);
    let dev = gold::articles(&mut maker, &shared.gold("relations.dev.jsonl"), 1.0)?;
    let ontogum = gold::ontogum(&mut maker, &shared.data("coref/ontogum.dev.jsonl.gz"), 1.0)?;

    let mut weights = vec![0.0f32; 1 << BITS];
    let (mut squares, mut sum) = (weights.clone(), weights.clone());
    let (mut random, mut scratch) = (Random::new(17), CorefScratch::default());
    let mut order: Vec<usize> = (0..train.len()).collect();
    for epoch in 0..EPOCHS {
        random.shuffle(&mut order);
        let (mut loss, mut cases) = (0.0, 0);
        for &n in &order {
            let Text { doc, gold, weight } = &train[n];
            describer.walk(doc, &maker.vocab, &mut scratch, &mut |case| {
                let Some(right) = gold.right(case) else { return best(&weights, LEAN, case) };
                loss += learn(case, &right, *weight, &mut weights, &mut squares, &mut random);
                cases += 1;
                right.iter().find(|&&c| c > 0).map(|&c| (c - 1, 1.0))
            });
        }
        // The mean of the later rounds is calmer than the last one.
        if epoch >= EPOCHS / 2 {
            sum.iter_mut().zip(&weights).for_each(|(s, w)| *s += w);
        }
        if epoch + 1 == EPOCHS {
            eprintln!("round {}: {cases} cases, loss {:.4}", epoch + 1, loss / cases.max(1) as f32);
        }
    }
    let rounds = (EPOCHS - EPOCHS / 2) as f32;
    let weights: Vec<f32> = sum.iter().map(|s| s / rounds * (1.0 - DROPOUT)).collect();
    measure::relations(&describer, &maker.vocab, &dev, &weights);
    measure::conll(&describer, &maker.vocab, &ontogum, &weights);

    let mut writer = ModelWriter::new(Coref::KIND, Coref::VERSION);
    let (names, genders): (Vec<u64>, Vec<u8>) = given.into_iter().unzip();
    writer.section("weights", &weights).section("given", &names).section("genders", &genders);
    writer.write(&models.join("coref.bin"))?;
    Ok(())
}

/// One step on a case; gives its loss.
fn learn(
    case: &Case,
    right: &[usize],
    weight: f32,
    weights: &mut [f32],
    squares: &mut [f32],
    random: &mut Random,
) -> f32 {
    let kept: Vec<Vec<u32>> = (0..=case.candidates.len())
        .map(|choice| case.rows(choice).iter().copied().filter(|_| random.unit() >= DROPOUT).collect())
        .collect();
    let scores: Vec<f32> = kept.iter().map(|rows| rows.iter().map(|&r| weights[r as usize]).sum()).collect();
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let exp: Vec<f32> = scores.iter().map(|s| (s - top).exp()).collect();
    let (all, good): (f32, f32) = (exp.iter().sum(), right.iter().map(|&c| exp[c]).sum::<f32>().max(1e-30));
    for (choice, rows) in kept.iter().enumerate() {
        let wanted = if right.contains(&choice) { exp[choice] / good } else { 0.0 };
        let g = (exp[choice] / all - wanted) * weight;
        if g.abs() < 1e-5 {
            continue;
        }
        for &row in rows {
            let (w, s) = (&mut weights[row as usize], &mut squares[row as usize]);
            let g = g + DECAY * *w;
            *s += g * g;
            *w -= RATE * g / (s.sqrt() + 1e-2);
        }
    }
    (all / good).ln()
}

/// Given names that are one gender's at least nine times in ten, hashed.
fn given_names(shared: &Shared) -> Result<Vec<(u64, u8)>> {
    let mut shares: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for (n, file) in ["male", "female"].iter().enumerate() {
        for line in open(&shared.data(&format!("gazetteers/us_census1990_{file}.tsv.gz")))?.lines().skip(1) {
            let line = line?;
            let mut columns = line.split('\t');
            if let (Some(name), Some(share)) = (columns.next(), columns.next()) {
                shares.entry(name.to_lowercase()).or_default()[n] += share.parse::<f64>().unwrap_or(0.0);
            }
        }
    }
    let mut given: Vec<(u64, u8)> = shares
        .iter()
        .filter_map(|(name, [male, female])| {
            let share = female / (male + female);
            (!(0.1..0.9).contains(&share)).then(|| (hash(name), u8::from(share > 0.5)))
        })
        .collect();
    given.sort_unstable();
    Ok(given)
}
