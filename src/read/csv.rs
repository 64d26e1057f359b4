//! CSV with a header line; the delimiter is the comma, the semicolon or the tab that the header has most of.

use super::records::{Layout, Reached, Records};
use super::{ReadOptions, Record, Reject, fields};
use csv::StringRecord;
use std::io::BufRead;
use std::sync::Arc;
use std::sync::atomic::Ordering;

type Rows = Box<dyn Iterator<Item = Record> + Send>;

/// Reads rows; the columns have the usual names, or those of the options. `reached` is told how far it is.
pub fn read(input: Box<dyn BufRead + Send>, options: &ReadOptions, reached: Arc<Reached>) -> Result<Rows, Reject> {
    reached.lines.store(true, Ordering::Relaxed);
    reached.rows.store(true, Ordering::Relaxed);
    let (header, delimiter, records) = header(input, options, reached)?;
    Ok(rows(header, delimiter, records, options))
}

/// Reads the rows that stand behind those that were read before; `start` is the file from its header on.
pub fn read_on(
    input: Box<dyn BufRead + Send>,
    start: Box<dyn BufRead + Send>,
    options: &ReadOptions,
    reached: Arc<Reached>,
) -> Result<Rows, Reject> {
    reached.rows.store(true, Ordering::Relaxed);
    let (header, delimiter, _) = header(start, options, Arc::default())?;
    let records = Records::new(input, Layout::Csv(delimiter), options.limits.record_bytes).telling(reached);
    Ok(rows(header, delimiter, records, options))
}

/// The names of the columns, the delimiter, and what follows.
fn header(
    mut input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
    reached: Arc<Reached>,
) -> Result<(StringRecord, u8, Records), Reject> {
    let head = input.fill_buf().map_err(|e| super::limits::broken_off(&e, b""))?;
    let delimiter = delimiter(head);
    let mut records = Records::new(input, Layout::Csv(delimiter), options.limits.record_bytes).telling(reached);
    let header = match records.next() {
        Some(header) => row(&header?, delimiter)?,
        None => return Err(Reject::new("empty", "the file is empty", b"")),
    };
    if !fields::has_text(header.iter(), &options.columns) {
        return Err(fields::no_text_column(header.iter()));
    }
    Ok((header, delimiter, records))
}

fn rows(header: StringRecord, delimiter: u8, records: Records, options: &ReadOptions) -> Rows {
    let options = options.clone();
    Box::new(records.map(move |record| {
        let record = record?;
        let row = row(&record, delimiter)?;
        let values = header.iter().zip(&row).map(|(name, value)| (name, vec![value.to_string()]));
        fields::article(values, &options).map_err(|reject| Reject::new(reject.code, reject.message, &record))
    }))
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
