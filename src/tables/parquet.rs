//! Parquet with zstd, a row group or more a batch.

use super::Writer;
use super::batch::Batch;
use super::frame::frame;
use super::schema::Table;
use polars::io::parquet::write::BatchedWriter;
use polars::prelude::*;
use std::fs::File;
use std::io::{Error, Result};

/// Writes one table.
pub struct Parquet {
    writer: BatchedWriter<File>,
}

impl Parquet {
    /// Writes into `file`; the schema is there even if no row comes.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn new(file: File, table: &'static Table) -> Result<Self> {
        let schema = frame(&Batch::new(table)).map_err(Error::other)?.schema().clone();
        let writer = ParquetWriter::new(file).with_compression(ParquetCompression::Zstd(None)).set_parallel(false);
        Ok(Parquet { writer: writer.batched(&schema).map_err(Error::other)? })
    }
}

impl Writer for Parquet {
    fn write(&mut self, batch: &Batch) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let frame = frame(batch).map_err(Error::other)?;
        self.writer.write_batch(&frame).map_err(Error::other)
    }

    fn finish(self: Box<Self>) -> Result<()> {
        self.writer.finish().map(|_| ()).map_err(Error::other)
    }
}
