//! `dateline status`: what is there, and how the last run went.

use clap::Args;
use dateline::error::Result;
use dateline::ingest::{Folder, Journal, LastRun, holder, parts};
use dateline::tables::record::now;
use dateline::tables::rfc3339;
use dateline::tables::schema::TABLES;
use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct StatusArgs {
    /// Folder with the tables
    #[arg(long, short, env = "DATELINE_OUT")]
    out: PathBuf,
}

pub fn run(args: &StatusArgs) -> Result<ExitCode> {
    let folder = Folder::new(&args.out);
    let journal = Journal::read(&folder)?;
    let mut page = String::new();
    let _ = writeln!(page, "{:<10} {:>12} {:>7} {:>9}  dates", "table", "rows", "files", "MB");
    for table in TABLES {
        let partitions = folder.partitions(table.name);
        let files: Vec<_> = partitions.iter().flat_map(|(_, path)| parts(path)).collect();
        if files.is_empty() {
            continue;
        }
        let bytes: u64 = files.iter().filter_map(|f| Some(f.2.metadata().ok()?.len())).sum();
        let known: Vec<&str> = partitions.iter().map(|p| p.0.as_str()).filter(|d| *d != "unknown").collect();
        let dates = match (known.first(), known.last()) {
            (Some(first), Some(last)) => format!("{} from {first} to {last}", known.len()),
            _ => "none".into(),
        };
        let rows = journal.totals.rows.get(table.name).copied().unwrap_or_default();
        let _ = writeln!(page, "{:<10} {rows:>12} {:>7} {:>9.1}  {dates}", table.name, files.len(), bytes as f64 / 1e6);
    }
    let when = |moment: Option<i64>| {
        moment.map_or("never".into(), |m| format!("{} ({} ago)", rfc3339(m), span(now().saturating_sub(m))))
    };
    let _ = writeln!(page, "\ncommits    {}", journal.commit);
    let _ = writeln!(page, "newest     {}", when(journal.totals.newest));
    let rejects: Vec<String> = journal.totals.rejects.iter().map(|(code, n)| format!("{code} {n}")).collect();
    let _ = writeln!(page, "rejects    {}", if rejects.is_empty() { "none".into() } else { rejects.join(", ") });
    match LastRun::read(&folder) {
        None => page.push_str("last run   none\n"),
        Some(last) => {
            let _ = writeln!(page, "last run   {}, exit code {}: {}", last.status, last.exit_code, when(last.ended_at));
            if let Some(error) = &last.error {
                let _ = writeln!(page, "           {error}");
            }
            let _ = writeln!(
                page,
                "           {} articles, {} known records, {} rejects, {} files failed, {:.1} s",
                last.articles,
                last.known,
                last.rejects.values().sum::<u64>(),
                last.files_failed,
                last.seconds
            );
            let _ = writeln!(page, "last good  {}", when(last.last_success_at));
            let _ = writeln!(page, "state      {:.1} MB", last.state_bytes as f64 / 1e6);
        }
    }
    match holder(&folder.lock()) {
        Some(holder) => {
            let _ = writeln!(page, "at work    {holder}");
        }
        None if journal.commit > 0 && !journal.run.ended => {
            page.push_str("at work    nobody; the run of the last commit was killed, the next goes on from there\n");
        }
        None => page.push_str("at work    nobody\n"),
    }
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(page.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Seconds for a reader.
fn span(seconds: i64) -> String {
    match seconds {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s if s < 172_800 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
    }
}
