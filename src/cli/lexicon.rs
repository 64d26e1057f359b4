//! `dateline lexicon check`: is a lexicon right, and do its tests pass?

use super::models;
use clap::{Args, Subcommand};
use dateline::error::Result;
use dateline::relate::lexicon::Additions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum LexiconCommand {
    /// Find every mistake in lexicons and run their tests
    #[command(after_help = FORM)]
    Check(CheckArgs),
}

#[derive(Args)]
pub struct CheckArgs {
    /// Lexicons, in TOML
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder with models to use instead of those built in
    #[arg(long)]
    models: Option<PathBuf>,
}

const FORM: &str = "\
A lexicon says which words can tell of which acts; run, show and explain take it with --lexicon.
It adds to the one built in; an entry that is there already takes the new strength. The classifier
still decides in context, so test what you add:

  [BAN]                           # a type of act
  verbs.always = [\"mothball\",     # dictionary forms
                  \"pull plug\"]    # two words: a verb and what hangs on it
  nouns.often = [\"moratorium\"]    # always, often, rarely; never takes a type from a word
  [CRITICISE]
  said.often = [\"disgrace\"]       # inside of what is said: \"It is a disgrace,\" she said

  [[tests]]
  text = \"Norway mothballed the trade in vapes on Monday.\"
  expect = [{ type = \"BAN\", cue = \"mothballed\", source = \"Norway\" }]
  not = [\"LIFT\"]

A test may have a title and a date (published) besides. Of an expected relation you give what you
care for: cue, source, target, affected, content, attributed_to (words that must stand there; \"\"
for none), negated, modality.

Exit codes: 0 all good; 1 a test fails; 2 a file is wrong or cannot be read.";

pub fn run(command: &LexiconCommand) -> Result<ExitCode> {
    let LexiconCommand::Check(args) = command;
    let (mut out, mut code) = (String::new(), 0);
    for path in &args.files {
        let (page, status) = check(path, args.models.as_deref())?;
        out.push_str(&page);
        code = code.max(status);
    }
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(ExitCode::from(code))
}

/// What is to be said of a file, and the exit code for it.
fn check(path: &Path, folder: Option<&Path>) -> Result<(String, u8)> {
    let name = path.display();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(e) => return Ok((format!("{name}: cannot read the lexicon: {e}\n"), 2)),
    };
    let additions = match Additions::read(&text) {
        Ok(additions) => additions,
        Err(mistakes) => {
            let lines = mistakes.iter().map(|m| format!("{name}:{}: {}\n", m.line, m.reason));
            return Ok((lines.collect::<String>() + &format!("{name}: to be corrected: {}\n", mistakes.len()), 2));
        }
    };
    let (mut page, mut failed) = (String::new(), 0);
    if !additions.cases.is_empty() {
        let pipeline = models::load(folder, &[path.to_path_buf()], false)?;
        let mut worker = pipeline.worker();
        for case in &additions.cases {
            if let Some(failure) = case.failure(worker.analyse(case.article())) {
                page.push_str(&format!("{name}: {failure}\n"));
                failed += 1;
            }
        }
    }
    let tests = additions.cases.len();
    page.push_str(&format!("{name}: {} entries, {tests} tests, {failed} failed\n", additions.len()));
    Ok((page, u8::from(failed > 0)))
}
