//! `dateline views`: a script for DuckDB.

use clap::Args;
use dateline::error::Result;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = NOTES)]
pub struct ViewsArgs {
    /// Folder with the tables of dateline ingest
    #[arg(long, short, env = "DATELINE_OUT")]
    out: PathBuf,
}

const NOTES: &str = "\
  dateline views --out tables > views.sql
  duckdb -init views.sql -c \"select type, count(*) from current_relations group by all\"

The views go by the manifest: they show whole commits. current_articles and current_relations leave out
what was superseded, withdrawn or withheld; entities and events have one row for each over all dates.";

const SCRIPT: &str = include_str!("views.sql");

pub fn run(args: &ViewsArgs) -> Result<ExitCode> {
    let folder = std::path::absolute(&args.out).unwrap_or_else(|_| args.out.clone());
    // In a text of SQL a quotation mark is written twice.
    let script = SCRIPT.replace("$OUT", &folder.display().to_string().replace('\'', "''"));
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(script.as_bytes());
    Ok(ExitCode::SUCCESS)
}
