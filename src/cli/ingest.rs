//! `dateline ingest` and `dateline replay-rejects`: what is new, into the tables.

use super::config::{Config, Schedule, Settings};
use super::progress::Progress;
use clap::Args;
use clap::builder::BoolishValueParser;
use dateline::error::{Error, ErrorKind, Result};
use dateline::ingest::{self, Counts, Folder, Job, LastRun, NEAR_WINDOW, Outcome, Store, Wanted};
use dateline::pipeline::Pipeline;
use dateline::tables::Format;
use dateline::tables::ids;
use dateline::tables::record::now;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// New records a commit, unless it is told otherwise.
const COMMIT_RECORDS: usize = 2000;
/// Bytes of text after which a commit is full.
const COMMIT_BYTES: usize = 16 << 20;

#[derive(Args)]
#[command(after_help = NOTES)]
pub struct IngestArgs {
    #[command(flatten)]
    settings: Settings,
    /// Say which files would be read and how many records are new, and write nothing
    #[arg(long, env = "DATELINE_DRY_RUN", value_parser = BoolishValueParser::new())]
    dry_run: bool,
    /// Set the old tables aside, in OUT/_dateline, and take all of the input anew
    #[arg(long)]
    full_refresh: bool,
    /// Make a lost or damaged state anew from the tables
    #[arg(long, conflicts_with = "full_refresh")]
    rebuild_state: bool,
}

#[derive(Args)]
pub struct ReplayArgs {
    #[command(flatten)]
    settings: Settings,
}

const NOTES: &str = "\
Run it as often as you like: every record is taken once, whatever file it comes in. Tables are
OUT/<table>/date=YYYY-MM-DD/part-*.parquet; OUT/_dateline holds the state. A run that was killed is
finished by the next. docs/scheduling.md has examples for cron, systemd and Airflow.

Exit codes: 0 good; 1 done, but too many rejects or a file that could not be read; 2 wrong usage or
configuration; 4 another run is at work; 5 the output cannot be written, or the state is damaged or of
a newer version; 130, 143 told to stop (SIGINT, SIGTERM): committed, the next run goes on.";

pub fn run(args: IngestArgs, quiet: bool) -> Result<ExitCode> {
    let config = args.settings.merged()?;
    let files = config.schedule.files()?;
    if args.dry_run {
        return dry_run(&config, files);
    }
    let open = if args.rebuild_state { Store::open_damaged } else { Store::open };
    take(&config, files, false, quiet, open, |store, pipeline| match (args.full_refresh, args.rebuild_state) {
        (true, _) => store.set_aside(),
        (_, true) => store.rebuild(pipeline),
        _ => Ok(()),
    })
}

/// Takes what is new, and reports it.
fn take(
    config: &Config,
    files: Vec<PathBuf>,
    again: bool,
    quiet: bool,
    open: fn(Folder, Duration) -> Result<Store>,
    prepare: impl FnOnce(&mut Store, &Pipeline) -> Result<()>,
) -> Result<ExitCode> {
    let (clock, started_at) = (Instant::now(), now());
    let Config { options, schedule } = config;
    let wanted = wanted(schedule, again)?;
    if options.format.is_some_and(|f| f != Format::Parquet) {
        return Err(Error::new(ErrorKind::Usage, "ingest writes Parquet; dateline run writes CSV and JSON Lines"));
    }
    let out = schedule.out()?.to_path_buf();
    let run_id = ids::id(
        'u',
        &[&started_at.to_le_bytes(), &std::process::id().to_le_bytes(), out.as_os_str().as_encoded_bytes()],
    );
    let job = Job {
        run_id: run_id.clone(),
        files,
        read: options.read_options(),
        wanted,
        tables: options.tables()?,
        threads: options.threads()?,
        config_hash: options.hash(),
        max_reject_rate: options.max_reject_rate()?,
    };
    let pipeline = options.pipeline()?;
    let (stop, signal) = signals()?;
    let folder = Folder::new(&out);
    let store = open(folder.clone(), Duration::from_secs(schedule.wait.unwrap_or(0)))?;
    let mut store = store.with_near_window(schedule.near_window.unwrap_or(NEAR_WINDOW));
    let progress = Progress::new(Arc::new(AtomicU64::new(0)), 0, quiet);
    let outcome = prepare(&mut store, &pipeline)
        .and_then(|()| ingest::ingest(&pipeline, &mut store, job, &stop, &mut |report| progress.show(report)));
    progress.finish();
    let last =
        last_run(&outcome, &run_id, started_at, clock.elapsed().as_secs_f64(), &store, signal.load(Ordering::Relaxed));
    let code = last.exit_code;
    let reported = last.write(&folder, &store.journal.totals, schedule.metrics_file.as_deref());
    let outcome = outcome?;
    say(&outcome, &out, clock.elapsed().as_secs_f64());
    reported?;
    Ok(ExitCode::from(code))
}

fn wanted(schedule: &Schedule, again: bool) -> Result<Wanted> {
    let [since, until] = schedule.dates()?;
    let commit_records = schedule.commit_records.unwrap_or(COMMIT_RECORDS);
    if commit_records == 0 {
        return Err(Error::new(ErrorKind::Usage, "--commit-records is 1 or more"));
    }
    Ok(Wanted { commit_records, commit_bytes: COMMIT_BYTES, since, until, limit: schedule.limit, again })
}

/// Set when the process is told to stop, and the signal that did so. A second one ends it at once.
fn signals() -> Result<(Arc<AtomicBool>, Arc<AtomicUsize>)> {
    let (stop, signal) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    for number in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(number, 128 + number, stop.clone())
            .and_then(|_| flag::register_usize(number, signal.clone(), number as usize))
            .and_then(|_| flag::register(number, stop.clone()))
            .map_err(|e| Error::new(ErrorKind::Usage, format!("signals cannot be caught: {e}")))?;
    }
    Ok((stop, signal))
}

fn last_run(
    outcome: &Result<Outcome>,
    run_id: &str,
    started_at: i64,
    seconds: f64,
    store: &Store,
    signal: usize,
) -> LastRun {
    let mut last = LastRun {
        run_id: run_id.to_string(),
        started_at: Some(started_at),
        ended_at: Some(now()),
        seconds,
        state_bytes: store.state_bytes(),
        ..LastRun::default()
    };
    match outcome {
        Err(error) => {
            last.status = "failed".into();
            last.exit_code = super::exit_code(error.kind());
            last.error = Some(error.to_string());
        }
        Ok(outcome) => {
            let Outcome { record, counts, commits, same, .. } = outcome;
            last.status = record.status.clone();
            last.exit_code = match record.status.as_str() {
                "interrupted" => 128 + signal as u8,
                "ok" => u8::from(counts.files_failed > 0),
                _ => 1,
            };
            if last.exit_code == 1 && last.status == "ok" {
                last.status = "files_failed".into();
            }
            (last.articles, last.relations) = (record.articles, record.relations);
            last.rejects = record.rejects.clone();
            (last.known, last.left_out) = (counts.known + same, counts.left_out);
            (last.files_read, last.files_unchanged) = (counts.files_read, counts.files_unchanged);
            (last.files_failed, last.commits) = (counts.files_failed, *commits);
        }
    }
    last
}

fn say(outcome: &Outcome, out: &std::path::Path, seconds: f64) {
    let Outcome { record, counts, report, same, commits, .. } = outcome;
    let rejects: u64 = record.rejects.values().sum();
    tracing::info!(
        "{} new articles, {} relations, {rejects} rejects, {} known records; {} files read, {} unchanged; {commits} commits \
         in {seconds:.1} s ({:.0} words/s) -> {}",
        record.articles,
        record.relations,
        counts.known + same,
        counts.files_read,
        counts.files_unchanged,
        report.words as f64 / seconds,
        out.display()
    );
    for (code, n) in &record.rejects {
        tracing::warn!("rejected {n}: {code} (table rejects says which and why)");
    }
    if counts.files_failed > 0 {
        tracing::error!("{} files could not be read to their end; the next run tries again", counts.files_failed);
    }
    if counts.left_out > 0 {
        tracing::info!("{} records are outside of --since and --until", counts.left_out);
    }
    if record.status == "rejects_over_limit" {
        tracing::error!(
            "{rejects} of {} new records were rejected, more than --max-reject-rate allows",
            rejects + record.articles
        );
    }
    if outcome.interrupted {
        tracing::warn!("told to stop: what was taken is committed, the next run goes on");
    }
}

fn dry_run(config: &Config, files: Vec<PathBuf>) -> Result<ExitCode> {
    let folder = Folder::new(config.schedule.out()?);
    let plan = ingest::dry_run(&folder, files, config.options.read_options(), wanted(&config.schedule, false)?)?;
    let mut out = String::new();
    for (file, (new, rejects)) in &plan.files {
        out.push_str(&format!("{new:>8} new {rejects:>6} rejects  {file}\n"));
    }
    let Counts { files_read, files_unchanged, known, left_out, .. } = &plan.counts;
    let new: u64 = plan.files.values().map(|(new, rejects)| new + rejects).sum();
    out.push_str(&format!(
        "{files_read} files would be read, {files_unchanged} are unchanged; {new} records are new, {known} known, {left_out} outside of \
         the dates\ntables in {}: {}\n",
        folder.root().display(),
        config.options.tables()?.iter().map(|t| t.name).collect::<Vec<_>>().join(", ")
    ));
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(ExitCode::SUCCESS)
}

pub fn replay(args: ReplayArgs, quiet: bool) -> Result<ExitCode> {
    let config = args.settings.merged()?;
    let folder = Folder::new(config.schedule.out()?);
    let (files, gone) = ingest::rejected_files(&folder)?;
    for path in &gone {
        tracing::warn!("{path} has rejects, but is gone");
    }
    take(&config, files, true, quiet, Store::open, |_, _| Ok(()))
}
