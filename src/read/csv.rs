//! CSV with a header line; the delimiter is the comma, the semicolon or the tab that the header has most of.

use super::records::{Layout, Records};
use super::{ReadOptions, Record, Reject, fields};
use csv::StringRecord;
use std::io::BufRead;

/// Reads rows; the columns have the usual names, or those of the options.
pub fn read(
    mut input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let options = options.clone();
    let head = input.fill_buf().map_err(|e| super::limits::broken_off(&e, b""))?;
    let delimiter = delimiter(head);
    let mut records = Records::new(input, Layout::Csv(delimiter), options.limits.record_bytes);
    let header = match records.next() {
        Some(header) => row(&header?, delimiter)?,
        None => return Err(Reject::new("empty", "the file is empty", b"")),
    };
    if !fields::has_text(header.iter(), &options.columns) {
        return Err(fields::no_text_column(header.iter()));
    }
    Ok(Box::new(records.map(move |record| {
        let record = record?;
        let row = row(&record, delimiter)?;
        let values = header.iter().zip(&row).map(|(name, value)| (name, vec![value.to_string()]));
        fields::article(values, &options).map_err(|reject| Reject::new(reject.code, reject.message, &record))
    })))
}

/// Whether a file that begins with `head` is a table with a column of text.
pub fn is_table(head: &[u8], options: &ReadOptions) -> bool {
    let line = head.split(|&b| b == b'\n').next().unwrap_or(head);
    row(line, delimiter(head)).is_ok_and(|names| names.len() > 1 && fields::has_text(names.iter(), &options.columns))
}

fn delimiter(head: &[u8]) -> u8 {
    let line = head.split(|&b| b == b'\n').next().unwrap_or(head);
    let count = |delimiter: u8| line.iter().filter(|&&b| b == delimiter).count();
    // Of equals the last is taken: the comma.
    b";\t,".iter().copied().max_by_key(|&d| count(d)).unwrap_or(b',')
}

fn row(record: &[u8], delimiter: u8) -> Result<StringRecord, Reject> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(record);
    let mut row = StringRecord::new();
    reader.read_record(&mut row).map_err(|e| Reject::new("invalid_utf8", e, record))?;
    Ok(row)
}
