//! Parquet, a slice of rows at a time.

use super::{ReadOptions, Record, Reject, fields};
use polars::prelude::*;
use std::fs::File;
use std::path::{Path, PathBuf};

/// Rows taken into memory at once.
const SLICE: usize = 2000;

/// Reads rows; the columns have the usual names, or that of the options.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let broken = |e: PolarsError| Reject::new("not_parquet", e, b"");
    let file = File::open(path).map_err(|e| Reject::new("unreadable", e, b""))?;
    let mut reader = ParquetReader::new(file);
    let rows = reader.num_rows().map_err(broken)?;
    let names: Vec<String> = reader.schema().map_err(broken)?.iter_names().map(|n| n.to_string()).collect();
    let text_column = options.text_column.clone();
    let known: Vec<String> =
        names.iter().filter(|n| fields::field(n, text_column.as_deref()).is_some()).cloned().collect();
    if !known.iter().any(|n| fields::field(n, text_column.as_deref()).is_some_and(|f| f.0 == fields::Field::Text)) {
        let message = format!("no column holds the text (columns: {}); name it with --text-column", names.join(", "));
        return Err(Reject::new("no_text_column", message, b""));
    }
    let path = path.to_path_buf();
    let slices = (0..rows).step_by(SLICE).flat_map(move |from| match slice(&path, &known, from) {
        Ok(frame) => records(&frame, text_column.as_deref()),
        Err(e) => vec![Err(Reject::new("not_parquet", e, b""))],
    });
    Ok(Box::new(slices))
}

fn slice(path: &PathBuf, columns: &[String], from: usize) -> PolarsResult<DataFrame> {
    ParquetReader::new(File::open(path)?).with_columns(Some(columns.to_vec())).with_slice(Some((from, SLICE))).finish()
}

fn records(frame: &DataFrame, text_column: Option<&str>) -> Vec<Record> {
    (0..frame.height())
        .map(|row| {
            let values = frame.columns().iter().map(|column| {
                let value = match column.get(row) {
                    Ok(AnyValue::Null) | Err(_) => vec![],
                    Ok(AnyValue::String(text)) => vec![text.to_string()],
                    Ok(AnyValue::List(items)) => items.iter().filter_map(|v| v.get_str().map(String::from)).collect(),
                    Ok(other) => vec![other.to_string()],
                };
                (column.name().as_str(), value)
            });
            fields::article(values, text_column)
        })
        .collect()
}
