//! Bytes into records: where one ends, and none held that is longer than the limit.

use super::Reject;
use super::limits::broken_off;
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
    /// Elements of one of these names, prefix aside, with anything between them.
    Elements(&'static [&'static str]),
}

/// How far an input has been read: shared with whoever wants to read on from there another day.
#[derive(Debug, Default)]
pub struct Reached {
    /// Bytes up to the end of the last whole record.
    pub bytes: AtomicU64,
    /// Whether the record read last ended with the input, not with its own end: more of it may come.
    pub unended: AtomicBool,
    /// Whether it can be read on from there: it has a record a line, as it lies on the disk.
    pub lines: AtomicBool,
    /// Whether half a record can look like a whole one: a row of a table that breaks off in its last field does.
    pub rows: AtomicBool,
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

/// Looks for the end of a record over the buffers that it lies in.
struct End {
    layout: Layout,
    depth: usize,
    quotes: Quotes,
    /// The end tag that is being read, from its `<`.
    tag: Vec<u8>,
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
        End { layout, depth: 0, quotes: Quotes::Start, tag: Vec::new() }
    }

    /// How many bytes of the buffer are the record's, where it ends in it.
    fn find(&mut self, buffer: &[u8]) -> Option<usize> {
        let at = match self.layout {
            Layout::Lines => memchr::memchr(b'\n', buffer),
            Layout::Csv(delimiter) => buffer.iter().position(|&b| self.ends_row(b, delimiter)),
            Layout::Objects => buffer.iter().position(|&b| self.ends_object(b)),
            Layout::Elements(names) => self.find_end_tag(buffer, names),
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

    fn find_end_tag(&mut self, buffer: &[u8], names: &[&str]) -> Option<usize> {
        /// No name with its prefix is longer.
        const LONGEST: usize = 60;
        let mut at = 0;
        while at < buffer.len() {
            if self.tag.is_empty() {
                at += memchr::memchr(b'<', &buffer[at..])?;
            }
            let byte = buffer[at];
            match (self.tag.len(), byte) {
                (_, b'<') => {
                    self.tag.clear();
                    self.tag.push(byte);
                }
                (1, b'/') => self.tag.push(byte),
                (2.., b'>') => {
                    let name = self.tag[2..].trim_ascii();
                    let local = name.rsplit(|&b| b == b':').next().unwrap_or(name);
                    let found = names.iter().any(|n| n.as_bytes() == local);
                    self.tag.clear();
                    if found {
                        return Some(at);
                    }
                }
                (2..LONGEST, _) => self.tag.push(byte),
                _ => self.tag.clear(),
            }
            at += 1;
        }
        None
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
