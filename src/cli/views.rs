//! `dateline views`: a script for DuckDB.

use clap::Args;
use dateline::error::Result;
use dateline::tables::schema::TABLES;
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
/// Tables with a row for each commit that tells of a thing.
const COUNTED: [&str; 2] = ["entities", "events"];

pub fn run(args: &ViewsArgs) -> Result<ExitCode> {
    let folder = std::path::absolute(&args.out).unwrap_or_else(|_| args.out.clone());
    // DuckDB refuses a view of files that are not there.
    let there = |name: &str| folder.join(name).is_dir();
    // Those that are counted a commit have a view of their own in the script.
    let plain = TABLES.iter().map(|t| t.name).filter(|name| !COUNTED.contains(name) && there(name));
    let views: String = plain
        .map(|name| {
            format!("create or replace view {name} as select * exclude (filename) from part_files('{name}');\n")
        })
        .collect();
    let read =
        |block: &&str| COUNTED.iter().all(|name| there(name) || !block.contains(&format!("part_files('{name}')")));
    let script = SCRIPT.split_inclusive("\n\n").filter(read).collect::<String>().replace("$VIEWS\n", &views);
    // In a text of SQL a quotation mark is written twice.
    let script = script.replace("$OUT", &folder.display().to_string().replace('\'', "''"));
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(script.as_bytes());
    Ok(ExitCode::SUCCESS)
}
