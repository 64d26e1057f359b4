//! `train parse`: the dependency parser (models/parser.bin), from the UD treebanks.

mod matrix;
mod network;
mod score;

use crate::conll18;
use crate::conllu::{self, Sentence};
use crate::files::Shared;
use crate::random::Random;
use anyhow::{Result, ensure};
use dateline::doc::Deprel;
use dateline::model::{ModelSource, Words};
use dateline::parse::{Lexicon, Parser, WordType};
use dateline::segment::Segmenter;
use dateline::tag::Tagger;
use network::Trainer;
use rustc_hash::FxHashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const DEV: [(&str, &str); 2] =
    [("EWT dev", "treebanks/EWT/dev.conllu.gz"), ("GUM dev", "treebanks/GUM-permissive/dev.conllu.gz")];
const EPOCHS: usize = 7;
/// Words seen less often than this have no row of their own.
const MIN_COUNT: u32 = 3;

/// A sentence as the network takes it: nodes 1 to n.
struct Tree {
    words: Vec<WordType>,
    counts: Vec<u32>,
    tags: Vec<u8>,
    /// Head of each node; that of node 0 means nothing.
    heads: Vec<u32>,
    labels: Vec<u8>,
}

/// Names of tags (0 is for any other) and of labels.
struct Names {
    tags: Vec<String>,
    labels: Vec<String>,
}

/// Trains, prints scores a round, and writes `parser.bin` into `models`.
pub fn run(shared: &Shared, models: &Path, epochs: Option<usize>) -> Result<()> {
    let words = Words::load(&ModelSource::Folder(models.to_path_buf()))?;
    let mut train = conllu::read(&shared.data("treebanks/EWT/train.conllu.gz"))?;
    train.extend(conllu::read(&shared.data("treebanks/GUM-permissive/train.conllu.gz"))?);

    let mut counts: FxHashMap<String, u32> = FxHashMap::default();
    for word in train.iter().flat_map(|s| &s.words) {
        *counts.entry(word.form.to_lowercase()).or_default() += 1;
    }
    let mut lexicon =
        Lexicon { words: counts.iter().filter(|(_, c)| **c >= MIN_COUNT).map(|(w, _)| w.clone()).collect() };
    lexicon.words.sort();
    let names = names(&train);
    let tree = |(sentence, tags): (&Sentence, &Vec<String>)| tree(sentence, tags, &lexicon, &words, &names, &counts);
    // The parser learns on the tags that it will meet, mistakes and all.
    let start = Instant::now();
    let tags = crate::tag::jackknife(&train, &words);
    eprintln!("tags of the treebanks by taggers of their other parts: {:.0} s", start.elapsed().as_secs_f32());
    let trees: Vec<Tree> = train.iter().zip(&tags).map(tree).collect::<Result<_>>()?;
    let source = ModelSource::Folder(models.to_path_buf());
    let tagger = Tagger::load(&source, Arc::new(Words::load(&source)?))?;
    let dev: Vec<(&str, Vec<Tree>)> = DEV
        .into_iter()
        .map(|(name, file)| {
            let sentences = conllu::read(&shared.data(file))?;
            let tags = conll18::tags(&sentences, &tagger);
            Ok((name, sentences.iter().zip(&tags).map(tree).collect::<Result<_>>()?))
        })
        .collect::<Result<_>>()?;

    let mut trainer = Trainer::new(&words, lexicon.words.len() + 1, names.tags.len(), names.labels.len());
    let mut order: Vec<usize> = (0..trees.len()).collect();
    let mut random = Random::new(7);
    let epochs = epochs.unwrap_or(EPOCHS);
    for epoch in 0..epochs {
        let start = Instant::now();
        random.shuffle(&mut order);
        let loss = trainer.epoch(&trees, &order, epoch, epochs);
        eprint!("epoch {}: loss {loss:.4}, {:.0} s", epoch + 1, start.elapsed().as_secs_f32());
        for (name, dev) in &dev {
            let score = score::attachment(dev, &names.labels, |tree| trainer.parse(tree));
            eprint!(", {name} UAS {:.2} LAS {:.2} (with subtypes {:.2})", score.uas, score.las, score.las_subtypes);
        }
        eprintln!();
    }
    trainer.write(&lexicon, &names.tags, &names.labels, &models.join("parser.bin"))?;
    let segmenter = Segmenter::load(&source)?;
    let parser = Parser::load(&source, Arc::new(Words::load(&source)?))?;
    for (name, file) in DEV {
        let sentences = conllu::read(&shared.data(file))?;
        println!("{name}, gold tokens: {}", conll18::score(&sentences, None, &tagger, Some(&parser)));
        println!("{name}, raw text: {}", conll18::score(&sentences, Some(&segmenter), &tagger, Some(&parser)));
    }
    Ok(())
}

fn names(train: &[Sentence]) -> Names {
    let mut tags: Vec<String> = train.iter().flat_map(|s| &s.words).map(|w| format!("{} {}", w.upos, w.xpos)).collect();
    tags.sort();
    let mut kept = vec!["-".to_string()];
    kept.extend(tags.chunk_by(|a, b| a == b).filter(|same| same.len() >= 5).map(|same| same[0].clone()));
    Names { tags: kept, labels: Deprel::ALL.iter().map(|l| l.as_str().to_string()).collect() }
}

fn tree(
    sentence: &Sentence,
    tags: &[String],
    lexicon: &Lexicon,
    words: &Words,
    names: &Names,
    counts: &FxHashMap<String, u32>,
) -> Result<Tree> {
    let mut tree = Tree { words: vec![], counts: vec![], tags: vec![], heads: vec![0], labels: vec![0] };
    for (word, tag) in sentence.words.iter().zip(tags) {
        tree.words.push(lexicon.describe(&word.form, words));
        tree.counts.push(counts.get(&word.form.to_lowercase()).copied().unwrap_or(0));
        tree.tags.push(names.tags.iter().position(|t| t == tag).unwrap_or(0) as u8);
        tree.heads.push(word.head);
        let label: Deprel = word.deprel.parse().map_err(anyhow::Error::msg)?;
        tree.labels.push(label as u8);
    }
    ensure!(
        tree.heads.iter().all(|&h| h as usize <= tree.words.len()),
        "a head outside of its sentence: {}",
        sentence.text
    );
    Ok(tree)
}
