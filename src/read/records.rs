//! Bytes into records: where one ends, and none held that is longer than the limit.

use super::Reject;
use std::io::{BufRead, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How records follow each other.
#[derive(Clone, Copy, Debug)]
pub enum Layout {
    /// One a line.
    Lines,
    /// JSON objects, in an array or one after the other, over any number of lines.
    Objects,
    /// One a line, but for line breaks in quotes (RFC 4180); with the delimiter of fields.
    Csv(u8),
}

/// How far an input has been read: shared with whoever wants to read on from there another day.
#[derive(Debug, Default)]
pub struct Reached {
    /// Bytes up to the end of the last whole record.
    pub bytes: AtomicU64,
    /// Whether the record read last ended with the input, not with its own end: more of it may come.
    pub unended: AtomicBool,
}

/// The records of an input as bytes. After a read error it ends.
pub struct Records {
    input: Box<dyn BufRead + Send>,
    layout: Layout,
    limit: usize,
    ended: bool,
    reached: Arc<Reached>,
}

impl Records {
    /// Records of at most `limit` bytes; longer ones are skipped as they are read.
    pub fn new(input: Box<dyn BufRead + Send>, layout: Layout, limit: usize) -> Self {
        Records { input, layout, limit, ended: false, reached: Arc::default() }
    }

    /// Tells `reached` how far it is, counted on from what stands there.
    pub fn telling(self, reached: Arc<Reached>) -> Self {
        Records { reached, ..self }
    }

    fn record(&mut self) -> Option<Result<Vec<u8>, Reject>> {
        let mut end = End::new(self.layout);
        let (mut record, mut long) = (Vec::new(), None::<blake3::Hasher>);
        let mut bytes = 0;
        loop {
            let buffer = match self.input.fill_buf() {
                Ok(buffer) => buffer,
                Err(e) if e.kind() == ErrorKind::Interrupted => continue,
                Err(e) => {
                    self.ended = true;
                    return Some(Err(broken_off(&e, &record)));
                }
            };
            if buffer.is_empty() {
                self.ended = true;
                self.reached.unended.store(true, Ordering::Relaxed);
                break;
            }
            let found = end.find(buffer);
            let part = &buffer[..found.unwrap_or(buffer.len())];
            if long.is_none() && record.len() + part.len() <= self.limit {
                record.extend_from_slice(part);
            } else {
                let hash = long.get_or_insert_with(|| {
                    let mut hash = blake3::Hasher::new();
                    hash.update(&record);
                    hash
                });
                hash.update(part);
                record.extend_from_slice(&part[..part.len().min(Reject::EXCERPT)]);
                record.truncate(Reject::EXCERPT);
            }
            let n = part.len();
            bytes += n as u64;
            self.input.consume(n);
            if found.is_some() {
                self.reached.bytes.fetch_add(bytes, Ordering::Relaxed);
                break;
            }
        }
        match long {
            Some(hash) => {
                let message = format!("the record is longer than {} bytes", self.limit);
                Some(Err(Reject {
                    record_hash: Some(Reject::hash(&hash)),
                    ..Reject::new("too_large", message, &record)
                }))
            }
            None if record.is_empty() => None,
            None => Some(Ok(record)),
        }
    }
}

impl Iterator for Records {
    type Item = Result<Vec<u8>, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            match self.record() {
                Some(Ok(record)) => {
                    let separator = |b: &u8| {
                        b.is_ascii_whitespace() || matches!(self.layout, Layout::Objects) && b"[],".contains(b)
                    };
                    let Some(first) = record.iter().position(|b| !separator(b)) else { continue };
                    let last = record.iter().rposition(|b| !separator(b)).unwrap_or(first);
                    return Some(Ok(match self.layout {
                        // White space can be a field's.
                        Layout::Csv(_) => record,
                        _ => record[first..=last].to_vec(),
                    }));
                }
                Some(Err(reject)) => return Some(Err(reject)),
                None => {}
            }
        }
        None
    }
}

/// The reject of a file that cannot be read to its end.
pub fn broken_off(error: &std::io::Error, record: &[u8]) -> Reject {
    match error.kind() {
        ErrorKind::UnexpectedEof => Reject::new("truncated", format!("the file breaks off: {error}"), record),
        _ => Reject::new("unreadable", error, record),
    }
}

/// Looks for the end of a record over the buffers that it lies in.
struct End {
    layout: Layout,
    depth: usize,
    quotes: Quotes,
}

#[derive(Clone, Copy, PartialEq)]
enum Quotes {
    /// At the start of a field, where a quotation mark opens.
    Start,
    Outside,
    Inside,
    /// Inside, behind a backslash.
    Escaped,
    /// Behind a mark that closes, unless another one follows.
    Closed,
}

impl End {
    fn new(layout: Layout) -> Self {
        End { layout, depth: 0, quotes: Quotes::Start }
    }

    /// How many bytes of the buffer are the record's, where it ends in it.
    fn find(&mut self, buffer: &[u8]) -> Option<usize> {
        let at = match self.layout {
            Layout::Lines => memchr::memchr(b'\n', buffer),
            Layout::Csv(delimiter) => buffer.iter().position(|&b| self.ends_row(b, delimiter)),
            Layout::Objects => buffer.iter().position(|&b| self.ends_object(b)),
        };
        at.map(|at| at + 1)
    }

    fn ends_row(&mut self, byte: u8, delimiter: u8) -> bool {
        self.quotes = match (self.quotes, byte) {
            (Quotes::Start | Quotes::Closed, b'"') => Quotes::Inside,
            (Quotes::Inside, b'"') => Quotes::Closed,
            (Quotes::Inside, _) => Quotes::Inside,
            (_, b'\n') => return true,
            (_, b) if b == delimiter => Quotes::Start,
            _ => Quotes::Outside,
        };
        false
    }

    /// The array's own brackets stand at depth 0. JSON has no line break in a string: there a broken object ends.
    fn ends_object(&mut self, byte: u8) -> bool {
        match (self.quotes, byte) {
            (Quotes::Inside | Quotes::Escaped, b'\n') => return true,
            (Quotes::Escaped, _) => self.quotes = Quotes::Inside,
            (Quotes::Inside, b'\\') => self.quotes = Quotes::Escaped,
            (Quotes::Inside, b'"') => self.quotes = Quotes::Outside,
            (Quotes::Inside, _) => {}
            (_, b'"') => self.quotes = Quotes::Inside,
            (_, b'{') => self.depth += 1,
            (_, b'[') if self.depth > 0 => self.depth += 1,
            (_, b'}' | b']') if self.depth > 0 => {
                self.depth -= 1;
                return self.depth == 0;
            }
            (_, b',') => return self.depth == 0,
            _ => {}
        }
        false
    }
}
