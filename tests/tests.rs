//! The tests of the program as a whole; those of a part stand beside its code.

/// Our own sentences and the relations that they must give.
mod cases;
/// The command line: exit codes, errors, formats.
mod cli;
/// Every format of input: samples, the wild, damage, bombs.
mod formats;
/// Sentences with tags, heads and names beneath.
mod golden;
/// Scheduled runs: nothing lost, nothing twice.
mod ingest;
/// Which part may use which.
mod layering;
/// Who is who beyond the article: names in context, with their type, country and entry.
mod names;
/// The article of a page of HTML, measured.
mod pages;
/// Every offset gives its text; no thread changes a byte.
mod rows;
/// What is said: the words, and nothing around them.
mod said;
/// What an article must become: the sample articles, read as a user would.
mod sample;

use std::path::{Path, PathBuf};
use std::process::Command;

/// A file or folder of the repository.
fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The program, to be run.
fn dateline() -> Command {
    Command::new(env!("CARGO_BIN_EXE_dateline"))
}

/// Runs over `input` into `out`; gives exit code and standard error.
fn run(input: &Path, out: &Path, flags: &[&str]) -> (i32, String) {
    let output =
        dateline().arg("run").arg(input).arg("--out").arg(out).args(flags).output().expect("the program starts");
    (output.status.code().expect("no signal"), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The rows of a table in JSON Lines.
fn table(out: &Path, name: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(out.join(format!("{name}.jsonl"))).expect("the table is there");
    text.lines().map(|l| serde_json::from_str(l).expect("a row is JSON")).collect()
}
