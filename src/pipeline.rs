//! The stages in order, for one article or for a whole run: the only file that knows them all.

use crate::clean::Cleaner;
use crate::collect::{Collector, Kinship, Signature, Summary, signature};
use crate::doc::{Article, Doc, Flag};
use crate::entity::{Entities, EntityScratch, kb};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelSource, Words};
use crate::parse::{ParseScratch, Parser};
use crate::read::{Reader, Reject};
use crate::relate::lexicon::Additions;
use crate::relate::{Explanation, RelateScratch, Relater};
use crate::segment::{Pieces, SegmentScratch, Segmenter};
use crate::tables::rows::{self, ArticleRows};
use crate::tables::{Batch, Sink, schema};
use crate::tag::{TagScratch, Tagger};
use crate::text::{Span, Vocab};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// The stages, in the order in which they see an article.
pub const STAGES: [&str; 8] = ["clean", "segment", "tag", "parse", "entity", "relate", "rows", "write"];

/// Articles of a batch, and bytes of text after which it is full. They do not depend on the number of threads: nor do the files.
const BATCH: (usize, usize) = (64, 1 << 19);
/// Distinct words after which a worker starts a new vocabulary.
const WORDS: usize = 120_000;

/// All models, loaded once and shared by all workers.
#[derive(Debug)]
pub struct Pipeline {
    cleaner: Cleaner,
    segmenter: Segmenter,
    tagger: Tagger,
    parser: Parser,
    entities: Entities,
    relater: Relater,
    /// Only where rows of tokens are wanted: it is slow, and nothing else needs it.
    pieces: Option<Pieces>,
    models: Vec<String>,
    min_confidence: f32,
    analyse_all: bool,
}

impl Pipeline {
    /// Loads all models; with `tokens`, for rows of tokens too.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] for the first that is missing, broken or of another version.
    pub fn load(models: &ModelSource, tokens: bool) -> Result<Self> {
        let words = Arc::new(Words::load(models)?);
        Ok(Pipeline {
            cleaner: Cleaner::load(models)?,
            segmenter: Segmenter::load(models)?,
            tagger: Tagger::load(models, words.clone())?,
            parser: Parser::load(models, words.clone())?,
            entities: Entities::load(models, words.clone())?,
            relater: Relater::load(models, words)?,
            pieces: tokens.then(|| Pieces::load(models)).transpose()?,
            models: models.hashes()?,
            min_confidence: 0.0,
            analyse_all: false,
        })
    }

    /// Leaves out relations and quotes of a lower confidence, from 0 to 1.
    pub fn set_min_confidence(&mut self, min_confidence: f32) {
        self.min_confidence = min_confidence;
    }

    /// Analyses also what is not English, withdrawn or withheld; without this such an article is a row of `articles` and no more.
    pub fn set_analyse_all(&mut self, analyse_all: bool) {
        self.analyse_all = analyse_all;
    }

    /// Adds a user's lexicon of cues to the shipped one: new entries, and other strengths for those that are there. Its name and hash
    /// join the record of models. To be called before the first worker is made.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] where the file cannot be read or has a mistake, naming the first and how many there are.
    pub fn add_lexicon(&mut self, path: &Path) -> Result<()> {
        let fail = |reason: String| Error::new(ErrorKind::Usage, reason).in_file(path);
        let text = std::fs::read_to_string(path).map_err(|e| fail(format!("cannot read the lexicon: {e}")))?;
        let additions = Additions::read(&text).map_err(|mistakes| match &mistakes[..] {
            [only] => fail(only.to_string()),
            [first, rest @ ..] => fail(format!("{first} (and {} more: see dateline lexicon check)", rest.len())),
            [] => fail("it cannot be used".into()),
        })?;
        self.relater.add(additions);
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        self.models.push(format!("{name} {}", ModelSource::hash(text.as_bytes())));
        Ok(())
    }

    /// Puts a user's own entries before those of the knowledge base.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where they cannot be laid out.
    pub fn add_to_kb(&mut self, rows: &[kb::Row]) -> Result<()> {
        self.entities.add_rows(rows)
    }

    /// Name and hash of each model, for the record.
    pub fn models(&self) -> Vec<String> {
        self.models.clone()
    }

    /// A worker: reuse it from article to article.
    pub fn worker(&self) -> Worker<'_> {
        Worker {
            pipeline: self,
            doc: Doc::default(),
            vocab: Vocab::default(),
            scratch: Scratch::default(),
            seconds: [0.0; STAGES.len()],
        }
    }
}

/// Takes articles through the stages, one after the other.
#[derive(Debug)]
pub struct Worker<'p> {
    pipeline: &'p Pipeline,
    doc: Doc,
    vocab: Vocab,
    scratch: Scratch,
    seconds: [f64; STAGES.len()],
}

#[derive(Debug, Default)]
struct Scratch {
    segment: SegmentScratch,
    tag: TagScratch,
    parse: ParseScratch,
    entity: EntityScratch,
    relate: RelateScratch,
}

impl Worker<'_> {
    /// Analyses an article; the document is the worker's until the next one.
    pub fn analyse(&mut self, article: Article) -> &Doc {
        let clock = Instant::now();
        self.doc.clear();
        self.pipeline.cleaner.clean(article, &mut self.doc);
        self.seconds[0] += clock.elapsed().as_secs_f64();
        let article = &self.doc.article;
        if !self.pipeline.analyse_all && (article.is_recalled() || article.flags.contains(&Flag::NotEnglish)) {
            return &self.doc;
        }
        self.analyse_cleaned()
    }

    /// Analyses a text as the table of articles has it, cleaned, with its title: nothing of it is changed.
    pub fn analyse_again(&mut self, article: Article, text: &str) -> &Doc {
        self.doc.clear();
        self.doc.text.push_str(text);
        self.doc.title = Span::new(0, if text.starts_with(&article.title) { article.title.len() } else { 0 });
        self.doc.article = article;
        self.analyse_cleaned()
    }

    /// The sketch of a text as the table of articles has it: what tells nearly equal articles.
    pub fn sketch(&mut self, title: &str, text: &str) -> Signature {
        self.doc.clear();
        self.doc.text.push_str(text);
        self.doc.title = Span::new(0, if text.starts_with(title) { title.len() } else { 0 });
        self.forget_words();
        self.pipeline.segmenter.segment(&mut self.doc, &mut self.vocab, &mut self.scratch.segment);
        signature(&self.doc)
    }

    /// Begins a new vocabulary where the old one has become large.
    fn forget_words(&mut self) {
        if self.vocab.len() > WORDS {
            self.vocab = Vocab::default();
            self.scratch.segment.forget_words();
            self.scratch.tag.forget_words();
            self.scratch.parse.forget_words();
            self.scratch.entity.forget_words();
            self.scratch.relate.forget_words();
        }
    }

    fn analyse_cleaned(&mut self) -> &Doc {
        self.forget_words();
        let Worker { pipeline, doc, vocab, scratch, seconds } = self;
        let mut clock = Instant::now();
        let mut lap = |stage: usize| {
            let now = Instant::now();
            seconds[stage] += (now - clock).as_secs_f64();
            clock = now;
        };
        pipeline.segmenter.segment(doc, vocab, &mut scratch.segment);
        lap(1);
        pipeline.tagger.tag(doc, vocab, &mut scratch.tag);
        lap(2);
        pipeline.parser.parse(doc, vocab, &mut scratch.parse);
        lap(3);
        pipeline.entities.find(doc, vocab, &mut scratch.entity);
        lap(4);
        pipeline.relater.relate(doc, vocab, &mut scratch.relate);
        doc.drop_unsure(pipeline.min_confidence);
        lap(5);
        &self.doc
    }

    /// The document that was analysed last.
    pub fn doc(&self) -> &Doc {
        &self.doc
    }

    /// Rows of the document, those of tokens where the pipeline was loaded for them.
    pub fn rows(&self) -> ArticleRows {
        let Worker { pipeline, doc, vocab, .. } = self;
        let pieces = pipeline.pieces.as_ref();
        let count = pieces.map(|p| move |word: &str| p.count(word));
        let count = count.as_ref().map(|c| c as &(dyn Fn(&str) -> u32 + Sync));
        rows::rows(doc, vocab, &|t| pipeline.relater.codes(t), count)
    }

    /// Why the document's relation of this number was found.
    pub fn explain(&mut self, relation: usize) -> Option<Explanation> {
        let Worker { pipeline, doc, vocab, scratch, .. } = self;
        pipeline.relater.explain(doc, vocab, &mut scratch.relate, doc.relations.get(relation)?)
    }

    /// The words of the document's symbols.
    pub fn vocab(&self) -> &Vocab {
        &self.vocab
    }
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Articles written.
    pub articles: u64,
    /// Relations written.
    pub relations: u64,
    /// Words, as white space parts them.
    pub words: u64,
    /// Bytes of cleaned text.
    pub bytes: u64,
    /// Rejects by code.
    pub rejects: BTreeMap<&'static str, u64>,
    /// Seconds in each stage, over all threads.
    pub seconds: BTreeMap<&'static str, f64>,
}

impl Report {
    /// Counts an article.
    pub fn add(&mut self, article: &Analysed) {
        self.articles += 1;
        self.words += article.words;
        self.bytes += article.bytes;
        self.relations += article.rows.relations.len() as u64;
    }
}

/// An article that went through the pipeline: its rows, and what is kept of it to relate it to others.
#[derive(Debug)]
pub struct Analysed {
    /// Its rows; what relates it to other articles is not set yet, see [`Analysed::relate`].
    pub rows: ArticleRows,
    /// What is kept of it.
    pub summary: Summary,
    /// Words, as white space parts them.
    pub words: u64,
    /// Bytes of cleaned text.
    pub bytes: u64,
}

impl Analysed {
    /// Sets what relates the article to those before it.
    pub fn relate(&mut self, kinship: &Kinship) {
        let article = &mut self.rows.article;
        article.set("revision", None, Some(kinship.revision));
        article.set("supersedes", kinship.supersedes.as_deref(), None);
        article.set("duplicate_of", kinship.duplicate_of.as_deref(), None);
        article.set("duplicate_kind", kinship.duplicate_kind, None);
    }
}

/// A record of the input, or why it could not be used.
pub type Record<T> = std::result::Result<T, Reject>;

/// Workers on their threads, for one batch of records after the other.
pub struct Crew<'p> {
    pipeline: &'p Pipeline,
    pool: rayon::ThreadPool,
    workers: Mutex<Vec<Worker<'p>>>,
}

impl<'p> Crew<'p> {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] where the system has no such number.
    pub fn new(pipeline: &'p Pipeline, threads: usize) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|e| Error::new(ErrorKind::Usage, format!("cannot start {threads} threads: {e}")))?;
        Ok(Crew { pipeline, pool, workers: Mutex::default() })
    }

    /// Analyses a batch, in its order, and does something else `meanwhile`: reads the next one.
    pub fn analyse<T: Send>(
        &self,
        batch: Vec<Record<Article>>,
        meanwhile: impl FnOnce() -> T + Send,
    ) -> (Vec<Record<Analysed>>, T) {
        self.pool.install(|| rayon::join(|| analyse(self.pipeline, batch, &self.workers), meanwhile))
    }

    /// Adds the seconds that the workers spent in each stage.
    pub fn add_seconds(self, seconds: &mut BTreeMap<&'static str, f64>) {
        for worker in self.workers.into_inner().unwrap_or_default() {
            for (stage, spent) in STAGES.iter().zip(worker.seconds) {
                *seconds.entry(stage).or_default() += spent;
            }
        }
    }
}

/// Runs all records of `reader` through the pipeline on `threads` threads and writes the rows to `sink`.
///
/// `progress` is told the report so far after each batch. The rows do not depend on the number of threads.
///
/// # Errors
/// [`ErrorKind::Output`] where a table cannot be written. Bad records are rows of `rejects`.
pub fn run(
    pipeline: &Pipeline,
    mut reader: Reader,
    sink: &mut Sink,
    threads: usize,
    run_id: &str,
    progress: &mut dyn FnMut(&Report),
) -> Result<Report> {
    let crew = Crew::new(pipeline, threads)?;
    let (mut report, mut collector) = (Report::default(), Collector::default());
    let mut reading = 0.0;
    let mut read = || {
        let clock = Instant::now();
        let batch = read_batch(&mut reader);
        reading += clock.elapsed().as_secs_f64();
        batch
    };
    let mut batch = read();
    while !batch.is_empty() {
        // The next batch is read while this one is analysed.
        let (analysed, next) = crew.analyse(batch, &mut read);
        let clock = Instant::now();
        write_batch(analysed, sink, &mut collector, &mut report, run_id)?;
        *report.seconds.entry("write").or_default() += clock.elapsed().as_secs_f64();
        progress(&report);
        batch = next;
    }
    collector.rows(&mut |batch| sink.write(&batch))?;
    crew.add_seconds(&mut report.seconds);
    report.seconds.insert("read", reading);
    Ok(report)
}

fn read_batch(reader: &mut Reader) -> Vec<Record<Article>> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < BATCH.0 && bytes < BATCH.1 {
        let Some(record) = reader.next() else { break };
        bytes += record.as_ref().map_or(0, |a| a.body.len());
        batch.push(record);
    }
    batch
}

/// A worker on loan: it goes back when a thread is done with its share of a batch.
struct Loan<'w, 'p> {
    worker: Option<Worker<'p>>,
    workers: &'w Mutex<Vec<Worker<'p>>>,
}

impl Drop for Loan<'_, '_> {
    fn drop(&mut self) {
        if let (Some(worker), Ok(mut workers)) = (self.worker.take(), self.workers.lock()) {
            workers.push(worker);
        }
    }
}

fn analyse<'p>(
    pipeline: &'p Pipeline,
    batch: Vec<Record<Article>>,
    workers: &Mutex<Vec<Worker<'p>>>,
) -> Vec<Record<Analysed>> {
    batch
        .into_par_iter()
        .map_init(
            || Loan { worker: workers.lock().ok().and_then(|mut w| w.pop()), workers },
            |loan, record| {
                let article = record?;
                let mut worker = loan.worker.take().unwrap_or_else(|| pipeline.worker());
                let reject =
                    Reject::of_article(&article, "panic", "the article stopped the analysis; please report it");
                // A worker that panicked is not used again: its buffers may be half filled.
                let analysed = catch_unwind(AssertUnwindSafe(|| {
                    worker.analyse(article);
                    let clock = Instant::now();
                    let rows = worker.rows();
                    let summary = Summary::new(&worker.doc, &rows);
                    worker.seconds[6] += clock.elapsed().as_secs_f64();
                    let (words, bytes) =
                        (worker.doc.text.split_whitespace().count() as u64, worker.doc.text.len() as u64);
                    (Analysed { rows, summary, words, bytes }, worker)
                }));
                let (analysed, worker) = analysed.map_err(|_| reject)?;
                loan.worker = Some(worker);
                Ok(analysed)
            },
        )
        .collect()
}

fn write_batch(
    analysed: Vec<Record<Analysed>>,
    sink: &mut Sink,
    collector: &mut Collector,
    report: &mut Report,
    run_id: &str,
) -> Result<()> {
    let new = |name| Batch::new(schema::table(name).expect("in the schema"));
    let mut all = ArticleRows::TABLES.map(new);
    let mut rejects = new("rejects");
    for record in analysed {
        match record {
            Ok(mut analysed) => {
                report.add(&analysed);
                // The summary goes to the collector, the rows to the tables.
                let kinship = collector.add(std::mem::take(&mut analysed.summary));
                analysed.relate(&kinship);
                for (to, mut from) in all.iter_mut().zip(analysed.rows.tables()) {
                    to.append(&mut from);
                }
            }
            Err(reject) => {
                *report.rejects.entry(reject.code).or_default() += 1;
                put_reject(&mut rejects, reject, run_id);
            }
        }
    }
    for batch in all.iter().chain([&rejects]) {
        sink.write(batch)?;
    }
    Ok(())
}

/// Puts the row of a reject into a batch of `rejects`.
pub fn put_reject(batch: &mut Batch, reject: Reject, run_id: &str) {
    batch.str(reject.input_file).int(reject.input_record as i64).str(reject.record_hash.as_deref());
    batch.str(reject.stage).str(reject.code).str(reject.message).str(reject.excerpt).str(run_id);
}
