//! The command line of dateline.

use std::process::ExitCode;

mod cli;

fn main() -> ExitCode {
    cli::main()
}
