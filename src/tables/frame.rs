//! Batches as polars data frames.

use super::batch::{Batch, Values};
use polars::prelude::*;

/// The frame of a batch, with lists and times as polars has them.
pub fn frame(batch: &Batch) -> PolarsResult<DataFrame> {
    let columns = batch.table.columns.iter().zip(&batch.columns).map(|(column, values)| {
        let name: PlSmallStr = column.name.into();
        Ok(match values {
            Values::Str(v) => StringChunked::from_iter_options(name, v.iter().map(|s| s.as_deref())).into_column(),
            Values::Int(v) => Int64Chunked::from_iter_options(name, v.iter().copied()).into_column(),
            Values::Float(v) => Float32Chunked::from_iter_options(name, v.iter().copied()).into_column(),
            Values::Bool(v) => BooleanChunked::from_iter_options(name, v.iter().copied()).into_column(),
            Values::Time(v) => Int64Chunked::from_iter_options(name, v.iter().map(|t| t.map(|t| t * 1_000_000)))
                .into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC))
                .into_column(),
            Values::List(v) => {
                let items = v.iter().map(Vec::len).sum();
                let mut list = ListStringChunkedBuilder::new(name, v.len(), items);
                v.iter().for_each(|row| list.append_values_iter(row.iter().map(String::as_str)));
                list.finish().into_column()
            }
        })
    });
    let columns = columns.collect::<PolarsResult<Vec<Column>>>()?;
    DataFrame::new(batch.len(), columns)
}
