//! `dateline compact`: one file of many small ones.

use clap::Args;
use dateline::error::Result;
use dateline::ingest::{Folder, Store, compact};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

#[derive(Args)]
#[command(after_help = NOTES)]
pub struct CompactArgs {
    /// Folder with the tables
    #[arg(long, short, env = "DATELINE_OUT")]
    out: PathBuf,
    /// Seconds to wait where a run is at work
    #[arg(long, env = "DATELINE_WAIT", default_value_t = 0)]
    wait: u64,
}

const NOTES: &str = "\
No row is lost or changed, but those of entities and events that tell of the same on the same date become
one. Run it once a day; between runs, for it takes the same lock. Readers see a date's files before or
after, never both (on file systems that can exchange two folders, as those of Linux can).";

pub fn run(args: &CompactArgs) -> Result<ExitCode> {
    let mut store = Store::open(Folder::new(&args.out), Duration::from_secs(args.wait))?;
    let done = compact(&mut store)?;
    tracing::info!("{} partitions rewritten: {} files are {} now", done.partitions, done.before, done.after);
    Ok(ExitCode::SUCCESS)
}
