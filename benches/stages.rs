//! Each stage by itself, and the whole, over the sample articles: `cargo bench`.

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use dateline::clean::Cleaner;
use dateline::doc::{Article, Doc};
use dateline::entity::{Entities, EntityScratch};
use dateline::model::{ModelSource, Words};
use dateline::parse::{ParseScratch, Parser};
use dateline::pipeline::Pipeline;
use dateline::read::{self, ReadOptions};
use dateline::relate::{RelateScratch, Relater};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::Vocab;
use std::path::PathBuf;
use std::sync::Arc;

fn articles() -> Vec<Article> {
    let sample = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpora/sample");
    read::open(&[sample], ReadOptions::default()).expect("the sample").filter_map(|r| r.ok()).collect()
}

/// Measures a stage on documents that the stages before it have filled.
macro_rules! stage {
    ($group:expr, $name:literal, $docs:expr, $prepare:expr, $run:expr) => {
        $group.bench_function($name, |b| {
            b.iter_batched_ref(
                || $docs.iter().map($prepare).collect::<Vec<Doc>>(),
                |docs| docs.iter_mut().for_each(|doc| $run(doc)),
                BatchSize::LargeInput,
            )
        });
    };
}

/// A copy with the columns up to a stage.
fn copy(doc: &Doc, tags: bool, heads: bool, mentions: bool) -> Doc {
    let mut copy = Doc {
        article: doc.article.clone(),
        text: doc.text.clone(),
        title: doc.title,
        sentences: doc.sentences.clone(),
        tokens: doc.tokens.clone(),
        words: doc.words.clone(),
        lowers: doc.lowers.clone(),
        ..Doc::default()
    };
    if tags {
        (copy.upos, copy.xpos, copy.lemmas) = (doc.upos.clone(), doc.xpos.clone(), doc.lemmas.clone());
    }
    if heads {
        (copy.heads, copy.deprels) = (doc.heads.clone(), doc.deprels.clone());
    }
    if mentions {
        (copy.mentions, copy.entities) = (doc.mentions.clone(), doc.entities.clone());
    }
    copy
}

fn stages(c: &mut Criterion) {
    let models = ModelSource::Embedded;
    let words = Arc::new(Words::load(&models).expect("words"));
    let (cleaner, segmenter) = (Cleaner::load(&models).expect("cleaner"), Segmenter::load(&models).expect("segmenter"));
    let tagger = Tagger::load(&models, words.clone()).expect("tagger");
    let parser = Parser::load(&models, words.clone()).expect("parser");
    let entities = Entities::load(&models, words.clone()).expect("entities");
    let relater = Relater::load(&models, words).expect("relater");
    let (mut vocab, mut segment, mut tag) = (Vocab::default(), SegmentScratch::default(), TagScratch::default());
    let (mut parse, mut entity, mut relate) =
        (ParseScratch::default(), EntityScratch::default(), RelateScratch::default());
    let articles = articles();
    let docs: Vec<Doc> = articles
        .iter()
        .map(|article| {
            let mut doc = Doc::default();
            cleaner.clean(article.clone(), &mut doc);
            segmenter.segment(&mut doc, &mut vocab, &mut segment);
            tagger.tag(&mut doc, &mut vocab, &mut tag);
            parser.parse(&mut doc, &vocab, &mut parse);
            entities.find(&mut doc, &mut vocab, &mut entity);
            doc
        })
        .collect();
    let n_words: usize = docs.iter().map(|d| d.text.split_whitespace().count()).sum();
    let mut group = c.benchmark_group("stages");
    group.throughput(Throughput::Elements(n_words as u64)).sample_size(20);
    stage!(
        group,
        "segment",
        docs,
        |d| Doc { text: d.text.clone(), title: d.title, ..Doc::default() },
        |d: &mut Doc| segmenter.segment(d, &mut vocab, &mut segment)
    );
    stage!(group, "tag", docs, |d| copy(d, false, false, false), |d: &mut Doc| tagger.tag(d, &mut vocab, &mut tag));
    stage!(group, "parse", docs, |d| copy(d, true, false, false), |d: &mut Doc| parser.parse(d, &vocab, &mut parse));
    stage!(group, "entity", docs, |d| copy(d, true, true, false), |d: &mut Doc| entities.find(
        d,
        &mut vocab,
        &mut entity
    ));
    stage!(group, "relate", docs, |d| copy(d, true, true, true), |d: &mut Doc| relater.relate(d, &vocab, &mut relate));
    group.finish();

    let pipeline = Pipeline::load(&models, false).expect("models");
    let mut worker = pipeline.worker();
    let mut group = c.benchmark_group("whole");
    group.throughput(Throughput::Elements(n_words as u64)).sample_size(10);
    group.bench_function("analyse", |b| {
        b.iter(|| articles.iter().map(|a| worker.analyse(a.clone()).relations.len()).sum::<usize>())
    });
    group.bench_function("load", |b| b.iter(|| Pipeline::load(&models, false).expect("models")));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
