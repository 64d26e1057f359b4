//! CSV with a header line.

use super::{ReadOptions, Record, Reject, fields};
use std::io::BufRead;

/// Reads records; the columns have the usual names, or that of the options.
pub fn read(
    input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let (text_column, limit) = (options.text_column.clone(), options.max_record_bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
    let broken = |e: csv::Error| match e.kind() {
        csv::ErrorKind::Utf8 { .. } => Reject::new("invalid_utf8", e, b""),
        _ => Reject::new("broken_csv", e, b""),
    };
    let header: Vec<String> = reader.headers().map_err(broken)?.iter().map(String::from).collect();
    let has_text =
        header.iter().any(|n| fields::field(n, text_column.as_deref()).is_some_and(|f| f.0 == fields::Field::Text));
    if !has_text {
        let message = format!("no column holds the text (columns: {}); name it with --text-column", header.join(", "));
        return Err(Reject::new("no_text_column", message, b""));
    }
    Ok(Box::new(reader.into_records().map(move |record| {
        let record = record.map_err(broken)?;
        if record.as_slice().len() > limit {
            return Err(Reject::new(
                "too_large",
                format!("the record is longer than {limit} bytes"),
                &record.as_slice().as_bytes()[..300],
            ));
        }
        let values = header.iter().zip(&record).map(|(name, value)| (name.as_str(), vec![value.to_string()]));
        fields::article(values, text_column.as_deref())
            .map_err(|reject| Reject::new(reject.code, reject.message, record.as_slice().as_bytes()))
    })))
}
