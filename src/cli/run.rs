//! `dateline run`: articles to tables.

use super::config::{self, Options};
use super::progress::Progress;
use clap::Args;
use dateline::error::Result;
use dateline::pipeline;
use dateline::read;
use dateline::tables::record::{Record, now};
use dateline::tables::{Format, Sink, ids};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

#[derive(Args)]
pub struct RunArgs {
    /// Files, folders, or - for standard input
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Folder that the tables are written to
    #[arg(long, short, env = "DATELINE_OUT")]
    out: PathBuf,
    /// TOML file with the options below; flags win
    #[arg(long, env = "DATELINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    options: Options,
}

pub fn run(args: RunArgs, quiet: bool) -> Result<ExitCode> {
    let (start, clock) = (now(), Instant::now());
    let options = args.options.or(config::read(args.config.as_deref())?.options);
    let tables = options.tables()?;
    let max_reject_rate = options.max_reject_rate()?;
    let threads = options.threads()?;
    let files = read::list(&args.inputs)?;
    let reader = read::open(&args.inputs, options.read_options())?;
    let format = options.format.unwrap_or(Format::Parquet);
    let pipeline = options.pipeline()?;
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
    let record = Record {
        run_id,
        started_at: start,
        ended_at: now(),
        status: if over { "rejects_over_limit" } else { "ok" }.into(),
        models: pipeline.models(),
        config_hash: options.hash(),
        inputs: files.iter().map(|(path, size)| format!("{} ({size} bytes)", path.display())).collect(),
        articles: report.articles,
        relations: report.relations,
        rejects: report.rejects.iter().map(|(code, n)| (code.to_string(), *n)).collect(),
        seconds: report.seconds.clone(),
    };
    sink.write(&record.row())?;
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
