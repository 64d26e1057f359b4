//! What a run writes: the schema, rows from documents, and the writers.

mod batch;
mod csv;
pub mod find;
mod frame;
pub mod ids;
mod jsonl;
mod parquet;
pub mod parts;
pub mod record;
pub mod rows;
pub mod schema;

pub use batch::{Batch, Values};

use crate::error::{Error, ErrorKind, Result};
use crate::text::string_enum;
use schema::Table;
use std::fs::File;
use std::path::{Path, PathBuf};

string_enum! {
    /// File formats of tables.
    Format { Parquet = "parquet", Csv = "csv", Jsonl = "jsonl" }
}

/// Writes the batches of one table; there is one a format.
pub trait Writer: Send {
    /// Appends rows.
    ///
    /// # Errors
    /// Where the file cannot be written.
    fn write(&mut self, batch: &Batch) -> std::io::Result<()>;

    /// Ends the file; it is whole afterwards.
    ///
    /// # Errors
    /// Where the file cannot be written.
    fn finish(self: Box<Self>) -> std::io::Result<()>;
}

/// The tables of a run in a folder. Files are written beside and renamed when all are whole; an unfinished run leaves none.
pub struct Sink {
    folder: PathBuf,
    format: Format,
    tables: Vec<(&'static Table, Option<Box<dyn Writer>>)>,
}

impl Sink {
    /// Makes the folder and opens a file for each table.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] where the folder cannot be written.
    pub fn create(folder: &Path, format: Format, excel_safe: bool, tables: &[&'static Table]) -> Result<Self> {
        let fail = |path: &Path, e: std::io::Error| {
            Error::new(ErrorKind::Usage, format!("the output cannot be written: {e}")).in_file(path)
        };
        std::fs::create_dir_all(folder).map_err(|e| fail(folder, e))?;
        let mut sink = Sink { folder: folder.to_path_buf(), format, tables: Vec::new() };
        for &table in tables {
            let path = sink.path(table, true);
            let file = File::create(&path).map_err(|e| fail(&path, e))?;
            let writer: Box<dyn Writer> = match format {
                Format::Parquet => Box::new(parquet::Parquet::new(file, table).map_err(|e| fail(&path, e))?),
                Format::Csv => Box::new(csv::Csv::new(file, excel_safe)),
                Format::Jsonl => Box::new(jsonl::JsonLines::new(file)),
            };
            sink.tables.push((table, Some(writer)));
        }
        Ok(sink)
    }

    fn path(&self, table: &Table, beside: bool) -> PathBuf {
        let ending = if beside { ".part" } else { "" };
        self.folder.join(format!("{}.{}{ending}", table.name, self.format))
    }

    /// Appends rows to their table, if it is one of the run's.
    ///
    /// # Errors
    /// [`ErrorKind::Output`], naming the file.
    pub fn write(&mut self, batch: &Batch) -> Result<()> {
        let path = self.path(batch.table, true);
        match self.tables.iter_mut().find(|(table, _)| std::ptr::eq(*table, batch.table)) {
            Some((_, Some(writer))) => writer
                .write(batch)
                .map_err(|e| Error::new(ErrorKind::Output, format!("cannot be written: {e}")).in_file(path)),
            _ => Ok(()),
        }
    }

    /// Ends all files, then gives them their names.
    ///
    /// # Errors
    /// [`ErrorKind::Output`], naming the file.
    pub fn finish(mut self) -> Result<()> {
        let fail = |path: &Path, e: std::io::Error| {
            Error::new(ErrorKind::Output, format!("cannot be written: {e}")).in_file(path)
        };
        for i in 0..self.tables.len() {
            let path = self.path(self.tables[i].0, true);
            if let Some(writer) = self.tables[i].1.take() {
                writer.finish().map_err(|e| fail(&path, e))?;
            }
        }
        for (table, _) in &self.tables {
            let path = self.path(table, false);
            std::fs::rename(self.path(table, true), &path).map_err(|e| fail(&path, e))?;
        }
        self.tables.clear();
        Ok(())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // Nothing to do about files that cannot be removed: they are marked as parts.
        for (table, _) in &self.tables {
            let _ = std::fs::remove_file(self.path(table, true));
        }
    }
}

/// A moment as RFC 3339, in UTC.
pub fn rfc3339(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |t| t.to_string())
}
