//! Parquet, a slice of rows at a time.

use super::{ReadOptions, Record, Reject, fields};
use polars::prelude::*;
use std::fs::File;
use std::path::Path;

/// Rows taken into memory at once.
const SLICE: usize = 2000;

/// Reads rows; the columns have the usual names, or those of the options. `progress` is told the share of each slice.
pub fn read(
    path: &Path,
    options: &ReadOptions,
    progress: impl Fn(f64) + Send + 'static,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let broken = |e: PolarsError| Reject::new("not_parquet", e, b"");
    let file = File::open(path).map_err(|e| Reject::new("unreadable", e, b""))?;
    let mut reader = ParquetReader::new(file);
    let rows = reader.num_rows().map_err(broken)?;
    let names: Vec<String> = reader.schema().map_err(broken)?.iter_names().map(|n| n.to_string()).collect();
    let options = options.clone();
    if !fields::has_text(names.iter().map(String::as_str), &options.columns) {
        return Err(fields::no_text_column(names.iter().map(String::as_str)));
    }
    let known: Vec<String> = names.into_iter().filter(|n| fields::is_read(n, &options.columns)).collect();
    let path = path.to_path_buf();
    Ok(Box::new((0..rows).step_by(SLICE).flat_map(move |from| {
        let records = match slice(&path, &known, from) {
            Ok(frame) => records(&frame, &options),
            // Each row is a record of its own, so that the numbers of those after it stay right.
            Err(e) => vec![Err(broken(e)); SLICE.min(rows - from)],
        };
        progress(SLICE.min(rows - from) as f64 / rows as f64);
        records
    })))
}

fn slice(path: &Path, columns: &[String], from: usize) -> PolarsResult<DataFrame> {
    ParquetReader::new(File::open(path)?).with_columns(Some(columns.to_vec())).with_slice(Some((from, SLICE))).finish()
}

fn records(frame: &DataFrame, options: &ReadOptions) -> Vec<Record> {
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
            let article = fields::article(values, options)?;
            options.limits.fit("text", article.body.len(), article.body.as_bytes())?;
            Ok(article)
        })
        .collect()
}
