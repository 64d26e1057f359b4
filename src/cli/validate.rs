//! `dateline validate`: would a run begin?

use super::config::Settings;
use clap::Args;
use dateline::error::{Error, Result};
use dateline::ingest::{Folder, Journal, State};
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub struct ValidateArgs {
    #[command(flatten)]
    settings: Settings,
}

/// Checks one thing after the other and says what is wrong with each; the exit code is that of the first.
pub fn run(args: ValidateArgs) -> Result<ExitCode> {
    let config = args.settings.merged()?;
    let (options, schedule) = (&config.options, &config.schedule);
    let state = || {
        let folder = Folder::new(schedule.out()?);
        let journal = Journal::read(&folder)?;
        State::look(&folder, &journal)?.check()?;
        Ok(format!("{} commits, {} articles", journal.commit, journal.articles))
    };
    let checks: [(&str, Result<String>); 4] = [
        (
            "options",
            options.tables().and_then(|t| {
                options.max_reject_rate()?;
                options.threads()?;
                schedule.dates()?;
                Ok(format!("{} tables", t.len()))
            }),
        ),
        ("models", options.pipeline().map(|p| format!("{} models and lexicons", p.models().len()))),
        ("inputs", schedule.files().map(|f| format!("{} files", f.len()))),
        ("state", state()),
    ];
    let (mut page, mut code) = (String::new(), 0);
    for (what, result) in &checks {
        page.push_str(&match result {
            Ok(fine) => format!("{what:<8} good: {fine}\n"),
            Err(error) => format!("{what:<8} WRONG: {error}\n"),
        });
        let failed = result.as_ref().err().map(Error::kind).map_or(0, super::exit_code);
        code = if code == 0 { failed } else { code };
    }
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(page.as_bytes());
    Ok(ExitCode::from(code))
}
