//! `train tag`: part of speech and lemma (models/tagger.bin), from the UD treebanks.

use crate::conll18;
use crate::conllu::{self, Sentence, Word};
use crate::crf::{Example, Field};
use crate::files::{Shared, json_lines};
use crate::random::Random;
use anyhow::{Result, ensure};
use dateline::doc::Xpos;
use dateline::model::crf::{Crf, LabelSet, WIDTH};
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::segment::Segmenter;
use dateline::tag::{LONGEST, Lemmas, Tagger, features};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const EPOCHS: usize = 6;
const BITS: u32 = 19;
/// Rows of weights that are kept at the end: the file is to stay small.
const MOST: usize = 64_000;
/// A label this rare is mapped to another of the same part of speech.
const RARE: usize = 20;
/// From this many occurrences on, a word has no labels but those it was seen with.
const KNOWN: u32 = 30;
/// Share of training sentences that come a second time in title case, and in capitals.
const HEADLINES: [f32; 2] = [0.12, 0.04];
/// What a sentence of the news counts against one of the treebanks.
const WEAK: f32 = 0.3;
/// Each so many-th of them comes a second time as a headline.
const HEADLINE: usize = 8;
/// Parts of the treebanks that are tagged by a tagger of the others, in turns of so many sentences, and its rounds.
const PARTS: usize = 4;
const BLOCK: usize = 50;
const PART_EPOCHS: usize = 4;

/// Trains, prints scores, and writes `tagger.bin` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let words = Words::load(&ModelSource::Folder(models.to_path_buf()))?;
    let mut train = conllu::read(&shared.data("treebanks/EWT/train.conllu.gz"))?;
    train.extend(conllu::read(&shared.data("treebanks/GUM-permissive/train.conllu.gz"))?);
    let labels = labels(&train);
    ensure!(labels.len() <= WIDTH, "{} labels, a row has room for {WIDTH}", labels.len());
    let (dictionary, seen_with) = dictionary(&train, &labels);
    let mut field = Field::new(labels.len(), BITS, 0.12, 1e-5);

    let mut random = Random::new(3);
    let mut headlines = Vec::new();
    for sentence in &train {
        for (share, change) in HEADLINES.into_iter().zip([title_case as fn(&str) -> String, |w: &str| w.to_uppercase()])
        {
            if random.unit() < share {
                let mut copy = sentence.clone();
                copy.words.iter_mut().for_each(|w| w.form = change(&w.form));
                headlines.push(copy);
            }
        }
    }
    let make =
        |field: &Field, s: &Sentence, headline| example(field, s, headline, &words, &labels, &dictionary, &seen_with);
    let mut examples: Vec<Example> = train.iter().map(|s| make(&field, s, false)).collect();
    examples.extend(headlines.iter().map(|s| make(&field, s, true)));
    let weak = weak(shared, &labels, |s, right, headline| {
        let mut example = make(&field, s, headline);
        for (right, (to, allowed)) in right.iter().zip(example.right.iter_mut().zip(&example.allowed)) {
            *to = if right & allowed == 0 { *allowed } else { *right };
        }
        example.weight = WEAK;
        example
    })?;
    eprintln!("{} sentences of the treebanks, {} of news", examples.len(), weak.len());
    examples.extend(weak);
    for epoch in 0..EPOCHS {
        let loss = field.epoch(&examples, &mut random);
        eprint!("epoch {}: loss {loss:.4}", epoch + 1);
        for (name, file) in [("EWT dev", "EWT/dev.conllu.gz"), ("GUM dev", "GUM-permissive/dev.conllu.gz")] {
            let dev = conllu::read(&shared.data("treebanks").join(file))?;
            let (mut n, mut upos, mut both) = (0, 0, 0);
            for sentence in &dev {
                let path = field.decode(&make(&field, sentence, false));
                for (word, label) in sentence.words.iter().zip(path) {
                    let found = &labels[label as usize];
                    n += 1;
                    upos += usize::from(found.split(' ').next() == Some(word.upos.as_str()));
                    both += usize::from(*found == format!("{} {}", word.upos, word.xpos));
                }
            }
            eprint!(
                ", {name} UPOS {:.2} with XPOS {:.2}",
                100.0 * upos as f64 / n as f64,
                100.0 * both as f64 / n as f64
            );
        }
        eprintln!();
    }

    let rules = lemma_rules(&train);
    for (name, file) in [("EWT dev", "EWT/dev.conllu.gz"), ("GUM dev", "GUM-permissive/dev.conllu.gz")] {
        let lemmas = Lemmas::parse(&rules).map_err(|n| anyhow::anyhow!("lemma rule {n}"))?;
        let dev = conllu::read(&shared.data("treebanks").join(file))?;
        let (mut n, mut right) = (0usize, 0usize);
        for word in dev.iter().flat_map(|s| &s.words) {
            if let Ok(xpos) = word.xpos.parse::<Xpos>() {
                let mut lemma = String::new();
                lemmas.push(xpos as u8, &word.form.to_lowercase(), &mut lemma);
                n += 1;
                right += usize::from(lemma == word.lemma.to_lowercase());
            }
        }
        eprintln!("{name}: lemmas from gold tags, case aside {:.2}", 100.0 * right as f64 / n as f64);
    }
    field.prune(MOST, &examples);
    let mut writer = ModelWriter::new(Tagger::KIND, Tagger::VERSION);
    Crf::write(&mut writer, &labels, &field.scaled(), &field.transitions);
    writer
        .section("lemmas", rules.as_bytes())
        .section("dictionary", dictionary.join("\n").as_bytes())
        .section("seen-with", &seen_with);
    writer.write(&models.join("tagger.bin"))?;
    let source = ModelSource::Folder(models.to_path_buf());
    let (segmenter, tagger) = (Segmenter::load(&source)?, Tagger::load(&source, Arc::new(words))?);
    for (name, file) in [("EWT dev", "EWT/dev.conllu.gz"), ("GUM dev", "GUM-permissive/dev.conllu.gz")] {
        let dev = conllu::read(&shared.data("treebanks").join(file))?;
        println!("{name}, gold tokens: {}", conll18::score(&dev, None, &tagger, None));
        println!("{name}, raw text: {}", conll18::score(&dev, Some(&segmenter), &tagger, None));
    }
    Ok(())
}

/// The tags that a tagger trained on the other parts of the treebanks gives each sentence: what the parser will meet.
pub fn jackknife(train: &[Sentence], words: &Words) -> Vec<Vec<String>> {
    let labels = labels(train);
    let mut tags = vec![Vec::new(); train.len()];
    for part in 0..PARTS {
        let is_out = |i: usize| i / BLOCK % PARTS == part;
        let rest: Vec<Sentence> = (0..train.len()).filter(|&i| !is_out(i)).map(|i| train[i].clone()).collect();
        let (dictionary, seen_with) = dictionary(&rest, &labels);
        let mut field = Field::new(labels.len(), BITS, 0.12, 1e-5);
        let make = |field: &Field, s: &Sentence| example(field, s, false, words, &labels, &dictionary, &seen_with);
        let examples: Vec<Example> = rest.iter().map(|s| make(&field, s)).collect();
        let mut random = Random::new(3);
        for _ in 0..PART_EPOCHS {
            field.epoch(&examples, &mut random);
        }
        for i in (0..train.len()).filter(|&i| is_out(i)) {
            let path = field.decode(&make(&field, &train[i]));
            tags[i] = path.into_iter().map(|l| labels[l as usize].clone()).collect();
        }
    }
    tags
}

/// Sentences of news with the tags that a machine gave them. They teach what the treebanks are too small for: which words of
/// the news are verbs, nouns or adjectives.
fn weak(
    shared: &Shared,
    labels: &[String],
    mut example: impl FnMut(&Sentence, &[LabelSet], bool) -> Example,
) -> Result<Vec<Example>> {
    // What the treebanks may call a word that has this tag there; nothing for what they would not take for one word.
    let right = |form: &str, tag: &str, next: &str| -> LabelSet {
        let tags: &[&str] = match tag {
            _ if form.contains('-') && form.len() > 1 => return 0,
            "``" => &["``", "''"],
            // It has one tag there for two.
            "TO" if next == "VB" => &["TO"],
            "TO" => &["IN"],
            "NNP" => &["NNP", "JJ"],
            "JJ" => &["JJ", "VBN"],
            "VBN" => &["VBN", "JJ"],
            "JJR" | "RBR" => &["JJR", "RBR"],
            "JJS" | "RBS" => &["JJS", "RBS"],
            _ => &[tag],
        };
        let fits = labels.iter().map(|l| l.split(' ').nth(1).is_some_and(|x| tags.contains(&x)));
        fits.enumerate().fold(0, |set, (n, fits)| set | LabelSet::from(fits) << n)
    };
    let mut examples = Vec::new();
    for (row_number, row) in json_lines(&shared.data("ner/train/gmb.train.jsonl.gz"))?.enumerate() {
        let row = row?;
        let column = |key: &str| -> Vec<String> {
            row[key].as_array().map_or(Vec::new(), |a| a.iter().filter_map(|x| x.as_str()).map(String::from).collect())
        };
        let (forms, tags) = (column("tokens"), column("pos"));
        let words = |form: &String| Word { form: form.clone(), ..Word::default() };
        let mut add = |forms: &[String], tags: &[String], headline: bool| {
            let next = tags.iter().skip(1).map(String::as_str).chain([""]);
            let right: Vec<LabelSet> = forms.iter().zip(tags).zip(next).map(|((f, t), n)| right(f, t, n)).collect();
            if right.contains(&0) {
                return;
            }
            let sentence = Sentence { words: forms.iter().map(words).collect(), ..Sentence::default() };
            examples.push(example(&sentence, &right, headline));
        };
        add(&forms, &tags, false);
        // A headline is a sentence without articles.
        if row_number.is_multiple_of(HEADLINE) {
            let article = |f: &str| matches!(f.to_lowercase().as_str(), "a" | "an" | "the" | ".");
            let (forms, tags): (Vec<_>, Vec<_>) = forms.into_iter().zip(tags).filter(|(f, _)| !article(f)).unzip();
            add(&forms, &tags, true);
        }
    }
    Ok(examples)
}

fn labels(train: &[Sentence]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for word in train.iter().flat_map(|s| &s.words).filter(|w| w.xpos.parse::<Xpos>().is_ok()) {
        *counts.entry(format!("{} {}", word.upos, word.xpos)).or_default() += 1;
    }
    let mut kept: Vec<(usize, String)> = counts.into_iter().map(|(l, n)| (n, l)).filter(|(n, _)| *n >= RARE).collect();
    kept.sort_by(|a, b| b.cmp(a));
    kept.truncate(WIDTH);
    kept.into_iter().map(|(_, label)| label).collect()
}

/// The label of a word, or the most frequent one with the same universal tag.
fn label(upos: &str, xpos: &str, labels: &[String]) -> usize {
    let pair = format!("{upos} {xpos}");
    labels
        .iter()
        .position(|l| *l == pair)
        .or_else(|| labels.iter().position(|l| l.split(' ').next() == Some(upos)))
        .unwrap_or(0)
}

fn dictionary(train: &[Sentence], labels: &[String]) -> (Vec<String>, Vec<LabelSet>) {
    let mut seen: BTreeMap<String, (u32, LabelSet)> = BTreeMap::new();
    for word in train.iter().flat_map(|s| &s.words) {
        let entry = seen.entry(word.form.to_lowercase()).or_default();
        entry.0 += 1;
        entry.1 |= 1 << label(&word.upos, &word.xpos, labels);
    }
    seen.into_iter().filter(|(_, (n, _))| *n >= KNOWN).map(|(word, (_, set))| (word, set)).unzip()
}

fn example(
    field: &Field,
    sentence: &Sentence,
    headline: bool,
    words: &Words,
    labels: &[String],
    dictionary: &[String],
    seen_with: &[LabelSet],
) -> Example {
    let all = LabelSet::MAX >> (64 - labels.len());
    let n = sentence.words.len();
    let lowers: Vec<String> = sentence.words.iter().map(|w| w.form.to_lowercase()).collect();
    let types: Vec<_> =
        sentence.words.iter().zip(&lowers).map(|(w, l)| features::describe(&w.form, l, words)).collect();
    let mut example = Example { features: vec![Vec::new(); n], allowed: vec![all; n], right: vec![0; n], weight: 1.0 };
    for i in 0..n {
        let at = |o: i32| usize::try_from(i as i64 + i64::from(o)).ok().filter(|&j| j < n);
        let rows = &mut example.features[i];
        for offset in features::OFFSETS {
            if let Some(j) = at(offset) {
                features::of_word(&sentence.words[j].form, &lowers[j], offset, words, |f| rows.push(field.row(f)));
            }
        }
        features::of_place(|o| at(o).map(|j| types[j]), headline, |f| rows.push(field.row(f)));
        let word = &sentence.words[i];
        example.right[i] = 1 << label(&word.upos, &word.xpos, labels);
        if let Ok(known) = dictionary.binary_search(&lowers[i]) {
            example.allowed[i] = seen_with[known];
        }
    }
    example
}

fn title_case(word: &str) -> String {
    const SMALL: [&str; 18] = [
        "a", "an", "the", "of", "in", "on", "to", "for", "and", "or", "at", "by", "as", "from", "with", "n't", "'s",
        "but",
    ];
    let mut chars = word.chars();
    match chars.next() {
        Some(first) if !SMALL.contains(&word) => first.to_uppercase().chain(chars).collect(),
        _ => word.to_string(),
    }
}

/// Rules from endings to lemmas: the shortest endings that get most words right, and the words they get wrong.
fn lemma_rules(train: &[Sentence]) -> String {
    // Edits of each tag and ending: characters cut and what is put on, with their counts.
    let mut edits: BTreeMap<(u8, String), BTreeMap<(u8, String), u32>> = BTreeMap::new();
    let mut whole: FxHashMap<(u8, String), BTreeMap<String, u32>> = FxHashMap::default();
    for word in train.iter().flat_map(|s| &s.words) {
        let Ok(xpos) = word.xpos.parse::<Xpos>() else { continue };
        let (lower, lemma) = (word.form.to_lowercase(), word.lemma.to_lowercase());
        let common = lower.chars().zip(lemma.chars()).take_while(|(a, b)| a == b).count();
        let edit = ((lower.chars().count() - common) as u8, lemma.chars().skip(common).collect::<String>());
        let starts: Vec<usize> = lower.char_indices().rev().map(|(i, _)| i).take(LONGEST).collect();
        for start in starts.into_iter().chain([lower.len()]) {
            *edits.entry((xpos as u8, lower[start..].to_string())).or_default().entry(edit.clone()).or_default() += 1;
        }
        *whole.entry((xpos as u8, lower)).or_default().entry(lemma).or_default() += 1;
    }
    let mut text = String::new();
    let mut kept: BTreeMap<(u8, String), (u8, String)> = BTreeMap::new();
    let mut keys: Vec<&(u8, String)> = edits.keys().collect();
    keys.sort_by_key(|(tag, ending)| (ending.chars().count(), *tag, ending.clone()));
    for key in keys {
        let (edit, n) = most_frequent(&edits[key]);
        // A longer ending earns its rule where it says something other than the next shorter one, more than once.
        let mut shorter = key.1.char_indices().skip(1).map(|(i, _)| key.1[i..].to_string()).chain([String::new()]);
        let inherited = shorter.find_map(|s| kept.get(&(key.0, s)));
        if key.1.is_empty() || (n >= 3 && inherited != Some(edit)) {
            kept.insert(key.clone(), edit.clone());
        }
    }
    for ((tag, ending), (cut, put)) in &kept {
        text.push_str(&format!("{tag}\t{ending}\t{cut}\t{put}\n"));
    }
    let lemmas = Lemmas::parse(&text).expect("written above");
    let mut exceptions: Vec<_> = whole.into_iter().collect();
    exceptions.sort();
    for ((tag, lower), counts) in exceptions {
        let (lemma, n) = counts.iter().fold((String::new(), 0), |b, (l, &n)| if n > b.1 { (l.clone(), n) } else { b });
        let mut found = String::new();
        lemmas.push(tag, &lower, &mut found);
        if found != lemma && (n >= 2 || lower.len() > 3) && !lower.contains(['\t', '\n']) {
            text.push_str(&format!("{tag}\t^{lower}\t{}\t{lemma}\n", lower.chars().count()));
        }
    }
    text
}

/// The most frequent edit (the first in order among equals) and its count.
fn most_frequent(counts: &BTreeMap<(u8, String), u32>) -> (&(u8, String), u32) {
    let (edit, n) = counts.iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).expect("counted");
    (edit, *n)
}
