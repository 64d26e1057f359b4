//! Part files: the rows that one commit adds to one date of a table.
//!
//! A table lies in folders `date=YYYY-MM-DD`, which readers show as a column of that name. A column of the table with that name
//! is not written a second time.

use super::batch::{Batch, Values};
use super::frame::frame;
use super::parquet::writer;
use super::schema::{Kind, Table};
use polars::prelude::*;
use std::fs::File;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};

/// Rows from which a group of rows is written.
const GROUP: usize = 20_000;

/// The column that the folders hold.
pub const PARTITION: &str = "date";

/// Writes rows to a file.
///
/// # Errors
/// Where it cannot be written; the file is then not whole.
pub fn write(path: &Path, batch: &Batch) -> Result<()> {
    let frame = frame(batch).map_err(Error::other)?.drop_many([PARTITION]);
    let mut writer = writer(File::create(path)?, frame.schema()).map_err(Error::other)?;
    writer.write_batch(&frame).and_then(|()| writer.finish()).map_err(Error::other)?;
    Ok(())
}

/// Writes the rows of several files, in their order, to one. Few of them are in memory at a time.
///
/// # Errors
/// Where one cannot be read or the new one cannot be written.
pub fn join(paths: &[PathBuf], path: &Path) -> Result<()> {
    let read = |from: &PathBuf| ParquetReader::new(File::open(from)?).finish().map_err(Error::other);
    let Some((first, rest)) = paths.split_first() else { return Ok(()) };
    let mut group = read(first)?;
    let mut out = writer(File::create(path)?, group.schema()).map_err(Error::other)?;
    for from in rest {
        let frame = read(from)?;
        if group.height() >= GROUP {
            out.write_batch(group.rechunk_mut()).map_err(Error::other)?;
            group = frame;
        } else {
            group.vstack_mut_owned(frame).map_err(Error::other)?;
        }
    }
    out.write_batch(group.rechunk_mut()).and_then(|()| out.finish()).map_err(Error::other)?;
    Ok(())
}

/// Number of rows in a file.
///
/// # Errors
/// Where it cannot be read.
pub fn count(path: &Path) -> Result<u64> {
    let rows = ParquetReader::new(File::open(path)?).num_rows().map_err(Error::other)?;
    Ok(rows as u64)
}

/// Reads the rows of a file; those columns that it does not hold are null. `date` is that of its folder.
///
/// # Errors
/// Where it cannot be read.
pub fn read(path: &Path, table: &'static Table, date: &str) -> Result<Batch> {
    let frame = ParquetReader::new(File::open(path)?).finish().map_err(Error::other)?;
    let mut batch = Batch::new(table);
    let n = frame.height();
    for (column, values) in table.columns.iter().zip(&mut batch.columns) {
        *values = match (frame.column(column.name), column.kind) {
            (Err(_), Kind::Str) => {
                let known = column.name == PARTITION && date != "unknown";
                Values::Str(vec![known.then(|| date.to_string()); n])
            }
            (Err(_), _) => absent(column.kind, n),
            (Ok(found), kind) => of_column(found, kind).map_err(Error::other)?,
        };
    }
    Ok(batch)
}

fn absent(kind: Kind, n: usize) -> Values {
    match kind {
        Kind::Str => Values::Str(vec![None; n]),
        Kind::List => Values::List(vec![Vec::new(); n]),
        Kind::Int => Values::Int(vec![None; n]),
        Kind::Float => Values::Float(vec![None; n]),
        Kind::Bool => Values::Bool(vec![None; n]),
        Kind::Time => Values::Time(vec![None; n]),
    }
}

fn of_column(column: &Column, kind: Kind) -> PolarsResult<Values> {
    Ok(match kind {
        Kind::Str => Values::Str(column.str()?.iter().map(|v| v.map(String::from)).collect()),
        Kind::Int => Values::Int(column.i64()?.iter().collect()),
        Kind::Float => Values::Float(column.f32()?.iter().collect()),
        Kind::Bool => Values::Bool(column.bool()?.iter().collect()),
        Kind::Time => {
            let micros = column.datetime()?.physical();
            Values::Time(micros.iter().map(|v| v.map(|t| t.div_euclid(1_000_000))).collect())
        }
        Kind::List => {
            let texts = |list: Option<Series>| -> PolarsResult<Vec<String>> {
                let Some(list) = list else { return Ok(Vec::new()) };
                Ok(list.str()?.iter().flatten().map(String::from).collect())
            };
            Values::List(column.list()?.series_iter().map(texts).collect::<PolarsResult<_>>()?)
        }
    })
}
