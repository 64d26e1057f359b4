//! `dateline sqlite`: the tables as a database.

use clap::Args;
use dateline::error::Result;
use dateline::ingest::{Folder, export};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
#[command(after_help = NOTES)]
pub struct SqliteArgs {
    /// The database to write; one that is there is replaced when the new one is whole
    database: PathBuf,
    /// Folder with the tables of dateline ingest
    #[arg(long, short, env = "DATELINE_OUT")]
    out: PathBuf,
}

const NOTES: &str = "\
  dateline sqlite news.db --out tables
  sqlite3 news.db \"select title from articles_text('strike AND harbour')\"
  datasette news.db

Lists are JSON arrays, moments RFC 3339. Ids are keys, and what names them refers to them. Entities and
events have one row each. articles_text searches titles and texts.";

pub fn run(args: &SqliteArgs) -> Result<ExitCode> {
    let rows = export(&Folder::new(&args.out), &args.database)?;
    tracing::info!("{rows} rows -> {}", args.database.display());
    Ok(ExitCode::SUCCESS)
}
