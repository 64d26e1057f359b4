//! Scheduled runs over the same growing input: what is new is taken, once, and committed in parts that are whole or not there.
//!
//! | file | what it answers |
//! | --- | --- |
//! | `lock` | does another run work here? |
//! | `store` | how is a folder opened, committed to and put back in order? |
//! | `journal` | what has been committed, and how does a commit become visible? |
//! | `state`, `shelf`, `segment` | was this record, article or file taken before? |
//! | `plan` | has this file changed? |
//! | `feed` | which records are new? |
//! | `unit` | which rows does a commit have? |
//! | `compact` | how do many small files become one? |
//! | `rebuild` | what if the state is lost? |
//! | `report` | what did the last run do? |
//! | `dry` | what would a run do? |
//! | `sqlite` | how do the tables go into a database? |
//!
//! Nothing here depends on the number of threads; and a run that was killed and started again commits the same rows in the same
//! files as one that was not, for commits have a fixed number of new records.

mod compact;
mod disk;
mod dry;
mod feed;
mod journal;
mod lock;
mod plan;
mod rebuild;
mod report;
mod segment;
mod shelf;
mod sqlite;
mod state;
mod store;
mod unit;

pub use compact::{Compacted, compact};
pub use dry::{DryRun, dry_run, rejected_files};
pub use feed::{Counts, Wanted};
pub use journal::{Folder, Journal, RunSoFar, Totals, parts};
pub use lock::holder;
pub use report::LastRun;
pub use sqlite::export;
pub use state::{NEAR_WINDOW, State};
pub use store::Store;

use crate::collect::kinship;
use crate::error::Result;
use crate::pipeline::{Analysed, Crew, Pipeline, Record, Report, put_reject};
use crate::read::ReadOptions;
use crate::tables::record::{Record as RunRecord, now};
use crate::tables::schema::{Table, table};
use crate::tables::{Batch, ids};
use feed::{Feed, Lot};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use unit::{Unit, day};

/// What a run is to do.
#[derive(Debug)]
pub struct Job {
    /// Its id.
    pub run_id: String,
    /// Files, in order; `-` for standard input.
    pub files: Vec<PathBuf>,
    /// How to read them.
    pub read: ReadOptions,
    /// Which records to take.
    pub wanted: Wanted,
    /// Tables to write.
    pub tables: Vec<&'static Table>,
    /// Threads.
    pub threads: usize,
    /// Hash of the options that touch the rows.
    pub config_hash: String,
    /// Share of rejects from which the run counts as failed.
    pub max_reject_rate: f64,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Its row of `runs`.
    pub record: RunRecord,
    /// What became of files and records.
    pub counts: Counts,
    /// Articles, words, bytes and rejects that are new.
    pub report: Report,
    /// Articles whose text and source were taken before, though their record was not.
    pub same: u64,
    /// Commits.
    pub commits: u64,
    /// Whether it was told to stop before the end of the input.
    pub interrupted: bool,
}

/// Takes what is new in the files of `job` into the tables of `store`, commit after commit, until the end or until `stop` is set.
///
/// `progress` is told the report so far after each lot.
///
/// # Errors
/// Where the output cannot be written or the state is damaged. What was committed until then stays, and the next run goes on from there.
pub fn ingest(
    pipeline: &Pipeline,
    store: &mut Store,
    job: Job,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&Report),
) -> Result<Outcome> {
    let started_at = now();
    let crew = Crew::new(pipeline, job.threads)?;
    let mut feed = Feed::new(job.files.clone(), job.read.clone(), job.wanted);
    let mut run = Run {
        store,
        job: &job,
        unit: Unit::default(),
        outcome: Outcome::default(),
        rejects_day: day(Some(started_at)),
    };
    run.outcome.record = RunRecord {
        run_id: job.run_id.clone(),
        started_at,
        models: pipeline.models(),
        config_hash: job.config_hash.clone(),
        ..RunRecord::default()
    };
    run.bury()?;
    let mut lot = feed.next(&run.store.state)?;
    loop {
        let Lot { records, identities, files, fills_commit, last } = lot;
        let stopped = stop.load(Ordering::Relaxed);
        // The next lot is read while this one is analysed.
        let (analysed, next) =
            crew.analyse(records, || (!last && !stopped).then(|| feed.next(&run.store.state)).transpose());
        let clock = Instant::now();
        run.take(analysed, &identities)?;
        feed.landed(&identities);
        files.iter().for_each(|(path, seen)| run.store.state.set_file(path, seen));
        // What is remembered of files and known records is no row, but it takes memory.
        if fills_commit || run.store.state.is_large() {
            run.commit(false)?;
        }
        *run.outcome.report.seconds.entry("write").or_default() += clock.elapsed().as_secs_f64();
        progress(&run.outcome.report);
        run.outcome.interrupted = !last && stop.load(Ordering::Relaxed);
        match next? {
            Some(next) if !run.outcome.interrupted => lot = next,
            _ => break,
        }
    }
    crew.add_seconds(&mut run.outcome.report.seconds);
    run.outcome.counts = feed.counts;
    run.commit(true)?;
    Ok(run.outcome)
}

struct Run<'r> {
    store: &'r mut Store,
    job: &'r Job,
    unit: Unit,
    outcome: Outcome,
    rejects_day: String,
}

impl Run<'_> {
    /// Writes the row of a run that was killed and could not write it itself.
    fn bury(&mut self) -> Result<()> {
        let Some(dead) = self.store.killed.take() else { return Ok(()) };
        let record = RunRecord {
            run_id: dead.run_id.clone(),
            started_at: dead.started_at,
            ended_at: self.outcome.record.started_at,
            status: "killed".into(),
            articles: dead.articles,
            relations: dead.relations,
            rejects: dead.rejects.clone(),
            ..RunRecord::default()
        };
        let mut unit = Unit::default();
        unit.add(&self.job.tables, &day(Some(dead.started_at)), record.row());
        self.store.commit(&unit, RunSoFar { ended: true, ..dead })
    }

    /// Puts what was analysed into the unit and the state.
    fn take(&mut self, analysed: Vec<Record<Analysed>>, identities: &[u128]) -> Result<()> {
        for (record, &identity) in analysed.into_iter().zip(identities) {
            match record {
                Ok(mut article) => {
                    self.store.state.learn(identity);
                    if self.store.state.has_article(ids::pack(article.summary.article_id()))? {
                        self.outcome.same += 1;
                        continue;
                    }
                    self.outcome.report.add(&article);
                    let summary = std::mem::take(&mut article.summary);
                    let kinship = kinship(&mut self.store.state, &summary)?;
                    article.relate(&kinship);
                    let newest = &mut self.store.journal.totals.newest;
                    *newest = (*newest).max(summary.published());
                    let date = day(summary.published());
                    self.unit.tell(&date, summary, kinship.duplicate_of.is_some());
                    for rows in article.rows.tables() {
                        self.unit.add(&self.job.tables, &date, rows);
                    }
                }
                Err(reject) => {
                    // A record that could be read but not analysed was not known to be a reject before.
                    let as_reject = feed::identity(&Err(reject.clone()));
                    if self.store.state.knows(as_reject)? {
                        continue;
                    }
                    self.store.state.learn(as_reject);
                    *self.outcome.report.rejects.entry(reject.code).or_default() += 1;
                    *self.store.journal.totals.rejects.entry(reject.code.to_string()).or_default() += 1;
                    let mut row = Batch::new(table("rejects").expect("in the schema"));
                    put_reject(&mut row, reject, &self.job.run_id);
                    self.unit.add(&self.job.tables, &self.rejects_day, row);
                }
            }
        }
        Ok(())
    }

    /// Commits the unit; at the end of the run with the row of the run, if it has done anything.
    fn commit(&mut self, ended: bool) -> Result<()> {
        let report = &self.outcome.report;
        let rejects: BTreeMap<String, u64> = report.rejects.iter().map(|(code, n)| (code.to_string(), *n)).collect();
        let mut unit = std::mem::take(&mut self.unit);
        unit.close(&self.job.tables);
        if ended {
            let n: u64 = rejects.values().sum();
            let over = n as f64 > self.job.max_reject_rate * (n + report.articles) as f64;
            let status = match (self.outcome.interrupted, over) {
                (true, _) => "interrupted",
                (_, true) => "rejects_over_limit",
                _ => "ok",
            };
            let record = &mut self.outcome.record;
            record.ended_at = now();
            record.status = status.into();
            (record.articles, record.relations) = (report.articles, report.relations);
            record.rejects = rejects.clone();
            record.inputs = self.outcome.counts.names.clone();
            record.seconds = report.seconds.clone();
            if report.articles + n > 0 {
                unit.add(&self.job.tables, &day(Some(record.started_at)), record.row());
            } else if self.store.state.is_clean() {
                return Ok(());
            }
        }
        let record = &self.outcome.record;
        let run = RunSoFar {
            run_id: record.run_id.clone(),
            started_at: record.started_at,
            ended,
            articles: report.articles,
            relations: report.relations,
            rejects,
        };
        self.outcome.commits += 1;
        self.store.commit(&unit, run)
    }
}
