//! Logs on standard error.

use std::io::IsTerminal;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::filter::LevelFilter;

#[derive(Args)]
pub struct LogArgs {
    /// Say more (twice: most)
    #[arg(short, long, action = ArgAction::Count, global = true, env = "DATELINE_VERBOSE")]
    verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, env = "DATELINE_QUIET", value_parser = BoolishValueParser::new())]
    pub quiet: bool,
    /// How log lines look
    #[arg(long, value_enum, default_value = "text", global = true, env = "DATELINE_LOG_FORMAT")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

impl LogArgs {
    /// Sets up logging for the process.
    pub fn init(&self) {
        let level = match (self.quiet, self.verbose) {
            (true, _) => LevelFilter::ERROR,
            (false, 0) => LevelFilter::INFO,
            (false, 1) => LevelFilter::DEBUG,
            _ => LevelFilter::TRACE,
        };
        let logs = tracing_subscriber::fmt()
            .with_writer(std::io::stderr)
            .with_max_level(level)
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal());
        match self.log_format {
            LogFormat::Text => logs.without_time().init(),
            LogFormat::Json => logs.json().flatten_event(true).init(),
        }
    }
}
