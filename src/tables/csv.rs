//! CSV by RFC 4180: lists as JSON arrays, times as RFC 3339.

use super::batch::{Batch, Values};
use super::frame::frame;
use super::{Writer, rfc3339};
use polars::prelude::*;
use std::fs::File;
use std::io::{BufWriter, Error, Result, Write};

/// Writes one table.
#[derive(Debug)]
pub struct Csv {
    file: BufWriter<File>,
    /// Guards cells that a spreadsheet would run as a formula.
    excel_safe: bool,
    header: bool,
}

impl Csv {
    /// Writes into `file`.
    pub fn new(file: File, excel_safe: bool) -> Self {
        Csv { file: BufWriter::with_capacity(1 << 18, file), excel_safe, header: false }
    }

    fn cell(&self, text: &str) -> String {
        if self.excel_safe && is_formula(text) { format!("'{text}") } else { text.to_string() }
    }
}

/// Whether a spreadsheet could run the cell (after OWASP's list for CSV injection).
fn is_formula(text: &str) -> bool {
    text.trim_start_matches([' ', '\u{a0}']).starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell without the mark that guards it.
pub fn bare(cell: &str) -> String {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell).to_string()
}

impl Writer for Csv {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let mut frame = frame(batch).map_err(Error::other)?;
        for (column, values) in batch.table.columns.iter().zip(&batch.columns) {
            let cells: Vec<Option<String>> = match values {
                Values::Str(v) if self.excel_safe => v.iter().map(|s| s.as_deref().map(|s| self.cell(s))).collect(),
                Values::List(v) => v.iter().map(|list| Some(serde_json::json!(list).to_string())).collect(),
                Values::Time(v) => v.iter().map(|t| t.map(rfc3339)).collect(),
                _ => continue,
            };
            frame
                .with_column(StringChunked::from_iter_options(column.name.into(), cells.into_iter()).into_column())
                .map_err(Error::other)?;
        }
        let first = !std::mem::replace(&mut self.header, true);
        CsvWriter::new(&mut self.file).include_header(first).finish(&mut frame).map_err(Error::other)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()
    }
}
