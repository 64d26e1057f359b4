//! Subcommands: flags and dateline.toml become options, and what comes of them an exit code.

mod compact;
mod config;
mod explain;
mod ingest;
mod lexicon;
mod log;
mod models;
mod progress;
mod run;
mod schema;
mod show;
mod sqlite;
mod status;
mod validate;
mod views;

use clap::{CommandFactory, Parser, Subcommand};
use dateline::error::ErrorKind;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "dateline", version, about, after_help = EXAMPLES, propagate_version = true)]
struct Args {
    #[command(flatten)]
    log: log::LogArgs,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  dateline run news/ --out tables                    every article below news/, tables as Parquet
  dateline run dump.jsonl.zst --out t --format csv   one compressed dump, tables as CSV
  zcat dump.gz | dateline run - --out t              from standard input
  dateline ingest 'news/*.jsonl' --out tables        what is new, every hour
  dateline status --out tables                       how the last run went
  dateline show article.txt                          one article, coloured, on the terminal
  dateline schema relations                          the columns of a table
  dateline explain r2xk... --in tables               why is this relation there?
  dateline lexicon check my.toml                     is my lexicon right, and do its tests pass?

Exit codes: 0 good; 1 done, but too many rejects or an unreadable input; 2 wrong usage or configuration;
4 another run is at work; 5 the output cannot be written or read; 130, 143 told to stop.";

#[derive(Subcommand)]
enum Command {
    /// Turn articles into tables
    Run(run::RunArgs),
    /// Take what is new into tables that grow
    Ingest(ingest::IngestArgs),
    /// Try again the records that were rejected
    ReplayRejects(ingest::ReplayArgs),
    /// Say what is there, and how the last run went
    Status(status::StatusArgs),
    /// Make one file of the many small ones that runs add to a date
    Compact(compact::CompactArgs),
    /// Check configuration, lexicons, models, inputs and state, and write nothing
    Validate(validate::ValidateArgs),
    /// Begin, print or describe a configuration
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Write the tables into a SQLite database, with foreign keys and full-text search
    Sqlite(sqlite::SqliteArgs),
    /// Print a script of views for DuckDB
    Views(views::ViewsArgs),
    /// Say why a relation was found
    Explain(explain::ExplainArgs),
    /// Check a lexicon of one's own
    #[command(subcommand)]
    Lexicon(lexicon::LexiconCommand),
    /// Print the tables and their columns
    Schema(schema::SchemaArgs),
    /// Show what is found in one article
    Show(show::ShowArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Parses the command line and runs it.
pub fn main() -> ExitCode {
    let args = Args::parse();
    args.log.init();
    let result = match args.command {
        Command::Run(command) => run::run(command, args.log.quiet),
        Command::Ingest(command) => ingest::run(command, args.log.quiet),
        Command::ReplayRejects(command) => ingest::replay(command, args.log.quiet),
        Command::Status(command) => status::run(&command),
        Command::Compact(command) => compact::run(&command),
        Command::Validate(command) => validate::run(command),
        Command::Config(command) => config::run(command),
        Command::Sqlite(command) => sqlite::run(&command),
        Command::Views(command) => views::run(&command),
        Command::Explain(command) => explain::run(&command),
        Command::Lexicon(command) => lexicon::run(&command),
        Command::Schema(command) => schema::run(&command),
        Command::Show(command) => show::run(&command),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "dateline", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    };
    result.unwrap_or_else(|error| {
        eprintln!("dateline: {error}");
        ExitCode::from(exit_code(error.kind()))
    })
}

/// The exit code for an error.
fn exit_code(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Input | ErrorKind::Record => 1,
        ErrorKind::Usage | ErrorKind::Model => 2,
        ErrorKind::Locked => 4,
        ErrorKind::Output | ErrorKind::State => 5,
    }
}
