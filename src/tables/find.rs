//! One row of a table that was written, by its id, in whichever format it lies.

use super::schema::{Kind, Table};
use super::{Format, csv, rfc3339};
use crate::error::{Error, ErrorKind, Result};
use polars::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A row: its values as texts, none for null, times as RFC 3339.
#[derive(Debug)]
pub struct Row {
    /// The file it stands in.
    pub file: PathBuf,
    values: BTreeMap<String, Vec<String>>,
}

impl Row {
    /// The text of a column; `None` for null.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.list(column).first().map(String::as_str)
    }

    /// The texts of a list.
    pub fn list(&self, column: &str) -> &[String] {
        self.values.get(column).map_or(&[], Vec::as_slice)
    }
}

/// Finds the row whose first column is `id`, or the first row where there is no id, in the table's files in `folder`, of `run` or of `ingest`.
///
/// # Errors
/// [`ErrorKind::Usage`] where no file of the table is there or none can be read; `None` where they do not hold the row.
pub fn find(folder: &Path, table: &Table, id: Option<&str>) -> Result<Option<Row>> {
    let files = Format::ALL.iter().map(|f| (*f, folder.join(format!("{}.{f}", table.name))));
    let mut files: Vec<_> = files.filter(|(_, path)| path.is_file()).collect();
    files.extend(parts(&folder.join(table.name)).into_iter().map(|path| (Format::Parquet, path)));
    if files.is_empty() {
        let reason = format!("there is no {}.parquet, .csv or .jsonl of a run here", table.name);
        return Err(Error::new(ErrorKind::Usage, reason).in_file(folder));
    }
    for (format, path) in files {
        let fail = |reason: String| Error::new(ErrorKind::Usage, format!("cannot be read: {reason}")).in_file(&path);
        let values = match format {
            Format::Parquet => of_parquet(&path, table, id).map_err(|e| fail(e.to_string()))?,
            Format::Csv => of_csv(&path, table, id).map_err(|e| fail(e.to_string()))?,
            Format::Jsonl => of_json_lines(&path, table, id).map_err(|e| fail(e.to_string()))?,
        };
        if let Some(values) = values {
            return Ok(Some(Row { file: path, values }));
        }
    }
    Ok(None)
}

/// The part files of a partitioned table.
fn parts(table: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path());
    let partitions = below(table).filter(|path| path.is_dir());
    let mut files: Vec<_> = partitions.flat_map(|p| below(&p).collect::<Vec<_>>()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "parquet"));
    files.sort();
    files
}

type Values = BTreeMap<String, Vec<String>>;

fn of_parquet(path: &Path, table: &Table, id: Option<&str>) -> PolarsResult<Option<Values>> {
    let key = table.columns[0].name;
    let at = match id {
        None => Some(0),
        Some(id) => {
            let ids = ParquetReader::new(File::open(path)?).with_columns(Some(vec![key.to_string()])).finish()?;
            ids.column(key)?.str()?.iter().position(|v| v == Some(id))
        }
    };
    let Some(at) = at else { return Ok(None) };
    let frame = ParquetReader::new(File::open(path)?).with_slice(Some((at, 1))).finish()?;
    if frame.height() == 0 {
        return Ok(None);
    }
    let mut values = Values::new();
    for column in frame.columns() {
        let texts = match column.get(0)? {
            AnyValue::Null => vec![],
            // A column of one row is a scalar, which owns its value.
            AnyValue::StringOwned(text) => vec![text.to_string()],
            AnyValue::String(text) => vec![text.to_string()],
            AnyValue::List(items) => items.iter().filter_map(|v| v.get_str().map(String::from)).collect(),
            AnyValue::Datetime(micros, ..) | AnyValue::DatetimeOwned(micros, ..) => {
                vec![rfc3339(micros.div_euclid(1_000_000))]
            }
            other => vec![other.to_string()],
        };
        values.insert(column.name().to_string(), texts);
    }
    Ok(Some(values))
}

fn of_csv(path: &Path, table: &Table, id: Option<&str>) -> std::result::Result<Option<Values>, ::csv::Error> {
    let mut reader = ::csv::Reader::from_path(path)?;
    let header = reader.headers()?.clone();
    for record in reader.records() {
        let record = record?;
        if id.is_some_and(|id| record.get(0) != Some(id)) {
            continue;
        }
        let cells = header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty());
        let value = |(name, cell): (&str, &str)| {
            let list = table.columns.iter().any(|c| c.name == name && c.kind == Kind::List);
            let texts = if list { serde_json::from_str(cell).unwrap_or_default() } else { vec![csv::bare(cell)] };
            (name.to_string(), texts)
        };
        return Ok(Some(cells.map(value).collect()));
    }
    Ok(None)
}

fn of_json_lines(path: &Path, table: &Table, id: Option<&str>) -> std::io::Result<Option<Values>> {
    use serde_json::Value;
    let key = table.columns[0].name;
    for line in BufReader::new(File::open(path)?).lines() {
        let line = line?;
        // Few lines hold the id: only those are parsed.
        if id.is_some_and(|id| !line.contains(id)) {
            continue;
        }
        let row: serde_json::Map<String, Value> = serde_json::from_str(&line)?;
        if id.is_some_and(|id| row.get(key).and_then(Value::as_str) != Some(id)) {
            continue;
        }
        let texts = |value: Value| match value {
            Value::Null => vec![],
            Value::String(text) => vec![text],
            Value::Array(items) => items.into_iter().filter_map(|v| v.as_str().map(String::from)).collect(),
            other => vec![other.to_string()],
        };
        return Ok(Some(row.into_iter().map(|(name, value)| (name, texts(value))).collect()));
    }
    Ok(None)
}
