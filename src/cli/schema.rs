//! `dateline schema`: the tables and their columns.

use clap::Args;
use dateline::error::{Error, ErrorKind, Result};
use dateline::tables::schema::{SCHEMA_VERSION, TABLES, Table, table};
use std::io::Write;
use std::process::ExitCode;

#[derive(Args)]
pub struct SchemaArgs {
    /// Only these tables
    tables: Vec<String>,
}

pub fn run(args: &SchemaArgs) -> Result<ExitCode> {
    let tables: Vec<&Table> = match &args.tables[..] {
        [] => TABLES.iter().collect(),
        names => names.iter().map(|n| find(n)).collect::<Result<_>>()?,
    };
    let mut out = String::new();
    if args.tables.is_empty() {
        out.push_str(&format!(
            "Schema version {SCHEMA_VERSION}. Offsets are code points of articles.text, half open.\n\n"
        ));
    }
    for table in tables {
        out.push_str(&format!("{}: {}\n", table.name, table.doc));
        for column in table.columns {
            out.push_str(&format!("  {:<24} {:<15} {}\n", column.name, column.kind.as_str(), column.doc));
        }
        out.push('\n');
    }
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// The table of a name.
pub fn find(name: &str) -> Result<&'static Table> {
    table(name).ok_or_else(|| {
        let known: Vec<_> = TABLES.iter().map(|t| t.name).collect();
        Error::new(ErrorKind::Usage, format!("there is no table {name:?} (there are: {})", known.join(", ")))
    })
}
