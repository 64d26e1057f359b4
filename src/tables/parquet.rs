//! Parquet with zstd, a row group or more a batch.

use super::Writer;
use super::batch::Batch;
use super::frame::frame;
use super::schema::{SCHEMA_VERSION, Table};
use polars::io::parquet::write::{BatchedWriter, KeyValueMetadata};
use polars::prelude::*;
use polars_parquet::write::schema_to_metadata_key;
use std::fs::File;
use std::io::{BufWriter, Error, Result};

/// Bytes that are written at once.
const BUFFER: usize = 1 << 16;

/// Writes one table.
pub struct Parquet {
    writer: BatchedWriter<BufWriter<File>>,
}

impl Parquet {
    /// Writes into `file`; the schema is there even if no row comes.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn new(file: File, table: &'static Table) -> Result<Self> {
        let schema = frame(&Batch::new(table)).map_err(Error::other)?.schema().clone();
        Ok(Parquet { writer: writer(file, &schema).map_err(Error::other)? })
    }
}

/// A writer of rows of this schema, one for all files of dateline.
///
/// The file says which Arrow types to read it as. Those that polars works with are too new for pandas, which reads no list of
/// them; so it says their predecessors. It also says who wrote it.
pub fn writer(file: File, schema: &Schema) -> PolarsResult<BatchedWriter<BufWriter<File>>> {
    let arrow = schema.iter_fields().map(|f| f.to_arrow(CompatLevel::oldest())).collect();
    let types = schema_to_metadata_key(&arrow);
    let facts = vec![
        (types.key, types.value.unwrap_or_default()),
        ("dateline.schema_version".into(), SCHEMA_VERSION.into()),
        ("dateline.version".into(), env!("CARGO_PKG_VERSION").into()),
    ];
    // Polars writes a few bytes at a time, and empties the buffer behind the last of them.
    ParquetWriter::new(BufWriter::with_capacity(BUFFER, file))
        .with_compression(ParquetCompression::Zstd(None))
        .set_parallel(false)
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(facts)))
        .batched(schema)
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
