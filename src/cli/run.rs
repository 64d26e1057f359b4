//! `dateline run`: articles to tables.

use super::{models, progress::Progress, schema};
use clap::Args;
use dateline::entity::kb::Row;
use dateline::error::{Error, ErrorKind, Result};
use dateline::pipeline::{self, Report};
use dateline::read::{self, Columns, ReadOptions};
use dateline::tables::schema::{SCHEMA_VERSION, TABLES, Table};
use dateline::tables::{Batch, Format, Sink, ids};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[derive(Args)]
pub struct RunArgs {
    /// Files, folders, or - for standard input
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Folder that the tables are written to
    #[arg(long, short)]
    out: PathBuf,
    /// TOML file with the options below; flags win
    #[arg(long)]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

/// What flags and the configuration file can both say.
#[derive(Args, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct Options {
    /// parquet, csv or jsonl [default: parquet]
    #[arg(long)]
    format: Option<Format>,
    /// Tables to write, with commas between [default: all but tokens]
    #[arg(long, value_delimiter = ',')]
    tables: Option<Vec<String>>,
    /// Threads [default: one a core]
    #[arg(long, short)]
    threads: Option<usize>,
    /// jsonl, csv, parquet, text, html, warc, feed, nitf, newsml-g2, newsml, factiva, reuters, wire, mail or lexisnexis [default: by content and name]
    #[arg(long)]
    input_format: Option<read::Format>,
    /// Column that holds the text, where it has none of the usual names
    #[arg(long)]
    text_column: Option<String>,
    /// Share of rejected records from which the run counts as failed [default: 0.01]
    #[arg(long)]
    max_reject_rate: Option<f64>,
    /// Put ' before CSV cells that a spreadsheet would run as a formula
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    excel_safe: Option<bool>,
    /// Own entries for the knowledge base: tab-separated name, aliases, type, country, sector, wikidata_id, geonames_id, lat, lon, ticker
    #[arg(long)]
    kb: Option<PathBuf>,
    /// Folder with models to use instead of those built in
    #[arg(long)]
    models: Option<PathBuf>,
    /// Lexicon of cues to add to the one built in, or to change its entries (repeatable; see dateline lexicon check --help)
    #[arg(long)]
    lexicon: Option<Vec<PathBuf>>,
    /// Leave out relations and quotes of a lower confidence, from 0 to 1 [default: 0]
    #[arg(long)]
    min_confidence: Option<f32>,
    /// Analyse also what is not English, withheld or canceled
    #[arg(long, num_args = 0..=1, default_missing_value = "true")]
    analyse_all: Option<bool>,
}

impl Options {
    fn or(self, other: Options) -> Options {
        Options {
            format: self.format.or(other.format),
            tables: self.tables.or(other.tables),
            threads: self.threads.or(other.threads),
            input_format: self.input_format.or(other.input_format),
            text_column: self.text_column.or(other.text_column),
            max_reject_rate: self.max_reject_rate.or(other.max_reject_rate),
            excel_safe: self.excel_safe.or(other.excel_safe),
            kb: self.kb.or(other.kb),
            models: self.models.or(other.models),
            lexicon: self.lexicon.or(other.lexicon),
            min_confidence: self.min_confidence.or(other.min_confidence),
            analyse_all: self.analyse_all.or(other.analyse_all),
        }
    }
}

fn configuration(path: Option<&Path>) -> Result<Options> {
    let Some(path) = path else { return Ok(Options::default()) };
    let fail = |e: String| Error::new(ErrorKind::Usage, e).in_file(path);
    let text = std::fs::read_to_string(path).map_err(|e| fail(format!("cannot read the configuration: {e}")))?;
    toml::from_str(&text).map_err(|e| fail(e.to_string()))
}

pub fn run(args: RunArgs, quiet: bool) -> Result<ExitCode> {
    let (start, clock) = (now(), Instant::now());
    let options = args.options.or(configuration(args.config.as_deref())?);
    let tables: Vec<&'static Table> = match &options.tables {
        Some(names) => names.iter().map(|n| schema::find(n)).collect::<Result<_>>()?,
        None => TABLES.iter().filter(|t| t.name != "tokens").collect(),
    };
    let max_reject_rate = options.max_reject_rate.unwrap_or(0.01);
    if !(0.0..=1.0).contains(&max_reject_rate) {
        return Err(Error::new(ErrorKind::Usage, "--max-reject-rate is a share, from 0 to 1"));
    }
    let min_confidence = options.min_confidence.unwrap_or(0.0);
    if !(0.0..=1.0).contains(&min_confidence) {
        return Err(Error::new(ErrorKind::Usage, "--min-confidence is a probability, from 0 to 1"));
    }
    let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    if threads == 0 {
        return Err(Error::new(ErrorKind::Usage, "--threads is 1 or more"));
    }
    let files = read::list(&args.inputs)?;
    let read_options = ReadOptions {
        format: options.input_format,
        columns: Columns { text: options.text_column.clone(), ..Columns::default() },
        ..ReadOptions::default()
    };
    let reader = read::open(&args.inputs, read_options)?;
    let format = options.format.unwrap_or(Format::Parquet);
    let lexicons = options.lexicon.as_deref().unwrap_or_default();
    let mut pipeline = models::load(options.models.as_deref(), lexicons, tables.iter().any(|t| t.name == "tokens"))?;
    pipeline.set_min_confidence(min_confidence);
    pipeline.set_analyse_all(options.analyse_all.unwrap_or(false));
    if let Some(path) = &options.kb {
        pipeline.add_to_kb(&own_entries(path)?)?;
    }
    let mut sink = Sink::create(&args.out, format, options.excel_safe.unwrap_or(false), &tables)?;

    let run_id = ids::id(
        'u',
        &[&start.to_le_bytes(), &std::process::id().to_le_bytes(), args.out.as_os_str().as_encoded_bytes()],
    );
    let (done, total) = reader.progress();
    let progress = Progress::new(done, total, quiet);
    let report = pipeline::run(&pipeline, reader, &mut sink, threads, &run_id, &mut |report| progress.show(report))?;
    progress.finish();
    let rejects: u64 = report.rejects.values().sum();
    let rate = rejects as f64 / (rejects + report.articles).max(1) as f64;
    let over = rate > max_reject_rate;
    let Options { text_column, input_format, tables, .. } = &options;
    let config = format!("{text_column:?} {input_format:?} {tables:?} {min_confidence} {:?}", options.analyse_all);
    let facts = Facts { run_id, start, over, config_hash: ids::hash(config.as_bytes()), models: pipeline.models() };
    sink.write(&runs(&facts, &report, &files, rejects))?;
    sink.finish()?;

    let seconds = clock.elapsed().as_secs_f64();
    tracing::info!(
        "{} articles, {} relations, {rejects} rejects in {seconds:.1} s ({:.0} words/s, {:.2} MB/s) -> {}",
        report.articles,
        report.relations,
        report.words as f64 / seconds,
        report.bytes as f64 / seconds / 1e6,
        args.out.display()
    );
    for (code, n) in &report.rejects {
        tracing::warn!("rejected {n}: {code} (table rejects says which and why)");
    }
    for (stage, seconds) in &report.seconds {
        tracing::debug!("{stage}: {seconds:.2} s");
    }
    if over {
        tracing::error!(
            "{:.1} % of the records were rejected, more than {:.1} %",
            rate * 100.0,
            max_reject_rate * 100.0
        );
    }
    Ok(ExitCode::from(u8::from(over)))
}

/// The rows of a user's own file; a broken row is refused with a warning that says where and why.
fn own_entries(path: &Path) -> Result<Vec<Row>> {
    let fail = |e: std::io::Error| Error::new(ErrorKind::Usage, format!("cannot read the entries: {e}")).in_file(path);
    let (rows, errors) = Row::parse_all(&std::fs::read_to_string(path).map_err(fail)?, path);
    for error in errors {
        tracing::warn!("entry refused: {error}");
    }
    Ok(rows)
}

struct Facts {
    run_id: String,
    start: i64,
    over: bool,
    config_hash: String,
    models: Vec<String>,
}

fn runs(facts: &Facts, report: &Report, files: &[(PathBuf, u64)], rejects: u64) -> Batch {
    let mut batch = Batch::new(dateline::tables::schema::table("runs").expect("in the schema"));
    batch.str(facts.run_id.as_str()).time(Some(facts.start)).time(Some(now()));
    batch.str(if facts.over { "rejects_over_limit" } else { "ok" }).str(env!("CARGO_PKG_VERSION")).str(SCHEMA_VERSION);
    batch.list(facts.models.clone()).str(facts.config_hash.as_str());
    batch.list(files.iter().map(|(path, size)| format!("{} ({size} bytes)", path.display())).collect());
    batch.int(report.articles as i64).int(report.relations as i64).int(rejects as i64);
    batch.list(report.rejects.iter().map(|(code, n)| format!("{code}: {n}")).collect());
    batch.list(report.seconds.iter().map(|(stage, s)| format!("{stage}: {s:.3}")).collect());
    batch.int(peak_memory());
    batch
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// Peak resident memory in bytes, where the system tells it.
fn peak_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<i64>().ok().map(|kb| kb * 1024)
}
