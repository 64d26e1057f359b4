//! `train words`: vectors and clusters of words from the news text (models/words.bin).

use crate::files::{Shared, json_lines};
use crate::random::Random;
use anyhow::Result;
use dateline::doc::Doc;
use dateline::model::{ModelSource, ModelWriter, Words};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::text::Vocab;
use rustc_hash::FxHashMap;
use std::path::Path;

const DIM: usize = Words::DIM;
const MIN_COUNT: u32 = 12;
const MAX_WORDS: usize = 60_000;
const WINDOW: usize = 3;
const NEGATIVES: usize = 5;
const EPOCHS: usize = 3;
const RATE: f32 = 0.04;
/// Words more frequent than this share are thinned out (Mikolov et al. 2013, section 2.3).
const SUBSAMPLE: f64 = 2e-4;

/// The news and speeches that words are learnt from.
const TEXTS: [&str; 7] = [
    "text/allsides.jsonl.zst",
    "text/fnc1.jsonl.gz",
    "text/giveme5w1h.jsonl.gz",
    "text/reuters21578.jsonl.gz",
    "text/ungdc.jsonl.zst",
    "text/whitehouse-2017.jsonl.gz",
    "text/state-union.jsonl.gz",
];

/// Trains and writes `words.bin` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let (words, counts, corpus) = read(shared)?;
    eprintln!("{} tokens, {} words kept", corpus.len(), words.len());
    let vectors = unit(&skip_gram(&counts, &corpus));
    drop(corpus);
    let fine = k_means(&vectors, Words::FINE);
    let coarse = k_means(&vectors, Words::COARSE);

    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by(|&a, &b| words[a].cmp(&words[b]));
    let (mut text, mut ends, mut bytes) = (String::new(), Vec::new(), Vec::new());
    for &i in &order {
        text.push_str(&words[i]);
        ends.push(text.len() as u32);
        bytes.extend(vectors[i].iter().map(|x| (x * 127.0).round().clamp(-127.0, 127.0) as i8));
    }
    let pick = |clusters: &[u16]| order.iter().map(|&i| clusters[i]).collect::<Vec<u16>>();
    ModelWriter::new(Words::KIND, Words::VERSION)
        .section("text", text.as_bytes())
        .section("ends", &ends)
        .section("vectors", &bytes)
        .section("fine", &pick(&fine))
        .section("coarse", &pick(&coarse))
        .write(&models.join("words.bin"))?;
    for probe in ["banned", "kremlin", "denied", "tuesday", "minister", "protesters", "nairobi", "putin"] {
        eprintln!("{probe}: {}", neighbours(probe, &words, &vectors).join(" "));
    }
    Ok(())
}

/// The words kept (most frequent first), their counts, and the corpus as their indices, with a break between articles.
fn read(shared: &Shared) -> Result<(Vec<String>, Vec<u32>, Vec<u32>)> {
    let segmenter = Segmenter::load(&ModelSource::Embedded)?;
    let (mut doc, mut vocab, mut scratch) = (Doc::default(), Vocab::default(), SegmentScratch::default());
    let mut counts: Vec<u32> = Vec::new();
    let mut corpus: Vec<u32> = Vec::new();
    const BREAK: u32 = u32::MAX;
    let mut push = |text: &str| {
        doc.clear();
        doc.text.push_str(text);
        segmenter.segment(&mut doc, &mut vocab, &mut scratch);
        counts.resize(vocab.len(), 0);
        for &lower in &doc.lowers {
            counts[lower as usize] += 1;
            corpus.push(lower);
        }
        corpus.push(BREAK);
    };
    for name in TEXTS {
        eprintln!("reading {name}");
        for article in json_lines(&shared.data(name))? {
            let article = article?;
            push(article["title"].as_str().unwrap_or(""));
            push(article["body"].as_str().unwrap_or(""));
        }
    }
    // GMB is news of Voice of America, one sentence a line: its text only.
    for sentence in json_lines(&shared.data("ner/train/gmb.train.jsonl.gz"))? {
        let sentence = sentence?;
        let tokens: Vec<&str> =
            sentence["tokens"].as_array().map_or(Vec::new(), |t| t.iter().filter_map(|x| x.as_str()).collect());
        push(&tokens.join(" "));
    }
    let mut order: Vec<u32> = (0..counts.len() as u32).filter(|&w| counts[w as usize] >= MIN_COUNT).collect();
    order.sort_by(|&a, &b| counts[b as usize].cmp(&counts[a as usize]).then(vocab.word(a).cmp(vocab.word(b))));
    order.truncate(MAX_WORDS);
    let index: FxHashMap<u32, u32> = order.iter().enumerate().map(|(i, &w)| (w, i as u32)).collect();
    let corpus = corpus.iter().filter_map(|w| if *w == BREAK { Some(BREAK) } else { index.get(w).copied() }).collect();
    let words = order.iter().map(|&w| vocab.word(w).to_string()).collect();
    Ok((words, order.iter().map(|&w| counts[w as usize]).collect(), corpus))
}

/// Skip-gram with negative sampling (Mikolov et al. 2013), one thread, so that it gives the same numbers each time.
fn skip_gram(counts: &[u32], corpus: &[u32]) -> Vec<[f32; DIM]> {
    let n = counts.len();
    let mut random = Random::new(11);
    let mut input: Vec<[f32; DIM]> =
        (0..n).map(|_| std::array::from_fn(|_| (random.unit() - 0.5) / DIM as f32)).collect();
    let mut output = vec![[0f32; DIM]; n];
    let total: f64 = counts.iter().map(|&c| f64::from(c)).sum();
    let keep: Vec<f32> = counts
        .iter()
        .map(|&c| {
            let share = f64::from(c) / total;
            ((SUBSAMPLE / share).sqrt() + SUBSAMPLE / share).min(1.0) as f32
        })
        .collect();
    let noise = noise_table(counts);
    let steps = (corpus.len() * EPOCHS) as f32;
    let mut line: Vec<u32> = Vec::new();
    let mut done = 0usize;
    for epoch in 0..EPOCHS {
        eprintln!("vectors: epoch {}", epoch + 1);
        for article in corpus.split(|&w| w == u32::MAX) {
            line.clear();
            line.extend(article.iter().filter(|&&w| random.unit() < keep[w as usize]));
            let rate = RATE * (1.0 - done as f32 / steps).max(1e-3);
            done += article.len() + 1;
            for (i, &center) in line.iter().enumerate() {
                let window = 1 + random.below(WINDOW);
                for j in i.saturating_sub(window)..(i + window + 1).min(line.len()) {
                    if i == j {
                        continue;
                    }
                    let v = &mut input[line[j] as usize];
                    let mut back = [0f32; DIM];
                    for k in 0..=NEGATIVES {
                        let (target, label) =
                            if k == 0 { (center, 1.0) } else { (noise[random.below(noise.len())], 0.0) };
                        if k > 0 && target == center {
                            continue;
                        }
                        let u = &mut output[target as usize];
                        let dot: f32 = dot(v, u);
                        let step = (label - 1.0 / (1.0 + (-dot).exp())) * rate;
                        for d in 0..DIM {
                            back[d] += step * u[d];
                            u[d] += step * v[d];
                        }
                    }
                    for d in 0..DIM {
                        v[d] += back[d];
                    }
                }
            }
        }
    }
    input
}

fn dot(a: &[f32; DIM], b: &[f32; DIM]) -> f32 {
    let mut lanes = [0f32; 8];
    for (x, y) in a.chunks_exact(8).zip(b.chunks_exact(8)) {
        for l in 0..8 {
            lanes[l] += x[l] * y[l];
        }
    }
    lanes.iter().sum()
}

/// A table to draw noise words from: counts to the power 3/4.
fn noise_table(counts: &[u32]) -> Vec<u32> {
    const SIZE: usize = 1 << 22;
    let total: f64 = counts.iter().map(|&c| f64::from(c).powf(0.75)).sum();
    let mut table = Vec::with_capacity(SIZE);
    let mut sum = 0.0;
    for (w, &c) in counts.iter().enumerate() {
        sum += f64::from(c).powf(0.75);
        table.resize(((sum / total * SIZE as f64) as usize).max(table.len() + 1), w as u32);
    }
    table
}

/// Centred on the common mean, at length 1.
fn unit(vectors: &[[f32; DIM]]) -> Vec<[f32; DIM]> {
    let mut mean = [0f32; DIM];
    for v in vectors {
        for d in 0..DIM {
            mean[d] += v[d] / vectors.len() as f32;
        }
    }
    vectors.iter().map(|v| normal(std::array::from_fn(|d| v[d] - mean[d]))).collect()
}

fn normal(v: [f32; DIM]) -> [f32; DIM] {
    let length = dot(&v, &v).sqrt().max(1e-6);
    v.map(|x| x / length)
}

/// Spherical k-means; the first centres are the most frequent words, which come first.
fn k_means(vectors: &[[f32; DIM]], k: usize) -> Vec<u16> {
    let mut centres: Vec<[f32; DIM]> = vectors[..k.min(vectors.len())].to_vec();
    let mut of = vec![0u16; vectors.len()];
    for round in 0..12 {
        for (v, of) in vectors.iter().zip(&mut of) {
            let mut best = f32::MIN;
            for (c, centre) in centres.iter().enumerate() {
                let score = dot(v, centre);
                if score > best {
                    (best, *of) = (score, c as u16);
                }
            }
        }
        eprintln!("{k} clusters: round {}", round + 1);
        let mut sums = vec![[0f32; DIM]; centres.len()];
        for (v, &c) in vectors.iter().zip(&of) {
            for d in 0..DIM {
                sums[c as usize][d] += v[d];
            }
        }
        for (centre, sum) in centres.iter_mut().zip(sums) {
            if sum.iter().any(|&x| x != 0.0) {
                *centre = normal(sum);
            }
        }
    }
    of
}

fn neighbours(probe: &str, words: &[String], vectors: &[[f32; DIM]]) -> Vec<String> {
    let Some(at) = words.iter().position(|w| w == probe) else { return Vec::new() };
    let mut order: Vec<usize> = (0..words.len()).filter(|&i| i != at).collect();
    order.sort_by(|&a, &b| dot(&vectors[b], &vectors[at]).total_cmp(&dot(&vectors[a], &vectors[at])));
    order.iter().take(8).map(|&i| words[i].clone()).collect()
}
