//! JSON Lines: an object a row, every column in it, nulls written out.

use super::batch::{Batch, Values};
use super::{Writer, rfc3339};
use std::fs::File;
use std::io::{BufWriter, Result, Write};

/// Writes one table.
#[derive(Debug)]
pub struct JsonLines(BufWriter<File>);

impl JsonLines {
    /// Writes into `file`.
    pub fn new(file: File) -> Self {
        JsonLines(BufWriter::with_capacity(1 << 18, file))
    }
}

impl Writer for JsonLines {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        let out = &mut self.0;
        for row in 0..batch.len() {
            for (n, (column, values)) in batch.table.columns.iter().zip(&batch.columns).enumerate() {
                out.write_all(if n == 0 { b"{\"" } else { b",\"" })?;
                out.write_all(column.name.as_bytes())?;
                out.write_all(b"\":")?;
                match values {
                    Values::Str(v) => serde_json::to_writer(&mut *out, &v[row])?,
                    Values::List(v) => serde_json::to_writer(&mut *out, &v[row])?,
                    Values::Int(v) => serde_json::to_writer(&mut *out, &v[row])?,
                    Values::Float(v) => serde_json::to_writer(&mut *out, &v[row])?,
                    Values::Bool(v) => serde_json::to_writer(&mut *out, &v[row])?,
                    Values::Time(v) => serde_json::to_writer(&mut *out, &v[row].map(rfc3339))?,
                }
            }
            out.write_all(b"}\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.0.flush()?;
        self.0.get_ref().sync_all()
    }
}
