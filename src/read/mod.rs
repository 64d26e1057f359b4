//! Articles from files: one file a format, a fixed order, and no bad record that ends a run.

#![allow(
    clippy::result_large_err,
    reason = "the article beside the reject is larger still, and few records are rejects"
)]

mod csv;
mod fields;
mod jsonl;
mod parquet;
mod plain;
mod records;
#[cfg(test)]
mod tests;

use crate::doc::Article;
use crate::error::{Error, ErrorKind, Result};
use crate::text::string_enum;
use records::{Layout, Reached};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

string_enum! {
    /// Formats of input.
    Format { Jsonl = "jsonl", Csv = "csv", Parquet = "parquet", Text = "text" }
}

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The format of every input; `None` tells it by name and content.
    pub format: Option<Format>,
    /// Columns or fields that have none of the usual names.
    pub columns: Columns,
    /// Longer records are rejected, unread.
    pub max_record_bytes: usize,
}

/// Names of columns or fields to read instead of those that dumps usually have.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The record's own id.
    pub id: Option<String>,
    /// Headline.
    pub title: Option<String>,
    /// Body.
    pub text: Option<String>,
    /// Publication date.
    pub date: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Publisher.
    pub source: Option<String>,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { format: None, columns: Columns::default(), max_record_bytes: 10 << 20 }
    }
}

/// A record or file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file.
    pub input_file: String,
    /// The record, from 1; 0 for the file as a whole.
    pub input_record: u64,
    /// The stage that refused it.
    pub stage: &'static str,
    /// The reason in one word.
    pub code: &'static str,
    /// The reason for a reader.
    pub message: String,
    /// The record's first bytes.
    pub excerpt: String,
    /// Hash of the record.
    pub record_hash: Option<String>,
}

impl Reject {
    /// Bytes that are enough for the excerpt.
    const EXCERPT: usize = 480;

    fn new(code: &'static str, message: impl ToString, record: &[u8]) -> Self {
        let start = &record[..record.len().min(Self::EXCERPT)];
        Reject {
            input_file: String::new(),
            input_record: 0,
            stage: "read",
            code,
            message: message.to_string(),
            excerpt: String::from_utf8_lossy(start).chars().take(120).collect(),
            record_hash: (!record.is_empty()).then(|| Self::hash(blake3::Hasher::new().update(record))),
        }
    }

    fn hash(hasher: &blake3::Hasher) -> String {
        hasher.finalize().to_hex()[..32].to_string()
    }

    /// A record that could be read but not analysed.
    pub fn of_article(article: &Article, code: &'static str, message: impl ToString) -> Self {
        Reject {
            input_file: article.input_file.clone(),
            input_record: article.input_record,
            stage: "analyse",
            ..Reject::new(code, message, article.body.as_bytes())
        }
    }
}

type Record = std::result::Result<Article, Reject>;

/// The files of the inputs in order, with their sizes: folders are walked, `-` is standard input.
///
/// # Errors
/// [`ErrorKind::Usage`] for an input that is not there.
pub fn list(inputs: &[PathBuf]) -> Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for input in inputs {
        if input.as_os_str() == "-" {
            files.push((input.clone(), 0));
            continue;
        }
        walk(input, &mut files)
            .map_err(|e| Error::new(ErrorKind::Usage, format!("no such input: {e}")).in_file(input))?;
    }
    Ok(files)
}

/// What lies in a folder, but for hidden files. An entry that cannot be looked at is listed: reading it gives the reject.
fn walk(path: &Path, files: &mut Vec<(PathBuf, u64)>) -> io::Result<()> {
    let data = std::fs::metadata(path)?;
    if !data.is_dir() {
        files.push((path.to_path_buf(), data.len()));
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.map(|e| Ok(e?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.retain(|e| !e.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.')));
    entries.sort();
    for entry in entries {
        // A link to a folder could lead round in a circle.
        if entry.is_dir() && entry.is_symlink() {
            continue;
        }
        if walk(&entry, files).is_err() {
            files.push((entry, 0));
        }
    }
    Ok(())
}

/// Where to begin in a file that was read before and has grown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Bytes that are not to be read again.
    pub bytes: u64,
    /// Records in them.
    pub records: u64,
}

/// What was read of a file, told when it has been read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Bytes that were read.
    pub size: u64,
    /// Their hash.
    pub hash: [u8; 16],
    /// Where to read on when it has grown: behind the last whole line. `None` where only the whole file can be read.
    pub place: Option<Place>,
}

/// Opens one file: its first `size` bytes, those before `from` aside. Where those are to be skipped, the hasher has seen them.
pub fn open_file(path: &Path, size: u64, from: Option<(Place, blake3::Hasher)>, options: ReadOptions) -> Reader {
    let files = VecDeque::from([(path.to_path_buf(), size)]);
    Reader { from, tracked: true, ..Reader::new(files, options) }
}

/// Opens the inputs.
///
/// # Errors
/// As [`list`].
pub fn open(inputs: &[PathBuf], options: ReadOptions) -> Result<Reader> {
    Ok(Reader::new(list(inputs)?.into(), options))
}

/// The records of all inputs, in the order of files and records.
pub struct Reader {
    files: VecDeque<(PathBuf, u64)>,
    options: ReadOptions,
    current: Option<Open>,
    finished: u64,
    done: Arc<AtomicU64>,
    total: u64,
    /// The rest is for [`open_file`] alone: whether to hash what is read, and to stop at its size.
    tracked: bool,
    from: Option<(Place, blake3::Hasher)>,
    end: Option<End>,
}

struct Open {
    name: String,
    records: Records,
    record: u64,
    /// Record up to which all ended before the file did.
    whole: u64,
    /// Whether one broke off: then the end of the file was not seen.
    broken: bool,
    track: Track,
}

/// What is known of a file while it is read.
#[derive(Default)]
struct Track {
    hashed: Option<Arc<Mutex<Hashed>>>,
    /// For files that can be read on.
    reached: Option<Arc<Reached>>,
}

/// The bytes of a file that were read, hashed.
#[derive(Default)]
struct Hashed {
    hasher: blake3::Hasher,
    size: u64,
    /// Bytes at the beginning that the hasher has seen already.
    skip: u64,
}

type Records = Box<dyn Iterator<Item = Record> + Send>;

impl Reader {
    fn new(files: VecDeque<(PathBuf, u64)>, options: ReadOptions) -> Self {
        let total = files.iter().map(|(_, size)| size).sum();
        Reader {
            files,
            options,
            current: None,
            finished: 0,
            done: Arc::default(),
            total,
            tracked: false,
            from: None,
            end: None,
        }
    }

    /// Whether the record that was given last ended with the file: if it is broken, more of it may come.
    pub fn is_unended(&self) -> bool {
        let reached = self.current.as_ref().and_then(|open| open.track.reached.as_ref());
        reached.is_some_and(|r| r.unended.load(Ordering::Relaxed))
    }

    /// What was read of the file, after its last record; `None` where it could not be read to its end.
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// Bytes read so far (shared, as it grows) and bytes in all, as they lie on the disk; standard input counts for none.
    pub fn progress(&self) -> (Arc<AtomicU64>, u64) {
        (self.done.clone(), self.total)
    }

    fn open_file(&self, path: &Path, size: u64) -> std::result::Result<(Records, Track), Reject> {
        let unreadable = |e: io::Error| Reject::new("unreadable", e, b"");
        let stdin = path.as_os_str() == "-";
        let place = self.from.as_ref().map(|(place, _)| *place);
        let mut hashed = Hashed::default();
        let raw: Box<dyn Read + Send> = if stdin {
            Box::new(io::stdin())
        } else {
            let mut file = File::open(path).map_err(unreadable)?;
            if let Some((place, hasher)) = &self.from {
                file.seek(SeekFrom::Start(place.bytes)).map_err(unreadable)?;
                let seen = hasher.count();
                hashed = Hashed { hasher: hasher.clone(), size: seen, skip: seen - place.bytes };
            }
            // What is written to a tracked file from now on is for another day.
            let end = if self.tracked { size.saturating_sub(place.unwrap_or_default().bytes) } else { u64::MAX };
            Box::new(file.take(end))
        };
        let hashed = self.tracked.then(|| Arc::new(Mutex::new(hashed)));
        let mut track = Track { hashed: hashed.clone(), reached: None };
        let counted = Counted { inner: raw, done: self.done.clone(), hashed };
        let mut raw = BufReader::with_capacity(BUFFER, counted);
        let magic = raw.fill_buf().map_err(unreadable)?;
        if let Some(place) = place {
            // Only JSON Lines are read on.
            let reached = Arc::new(Reached { bytes: place.bytes.into(), ..Reached::default() });
            track.reached = Some(reached.clone());
            return Ok((jsonl::read(Box::new(raw), Layout::Lines, &self.options, reached), track));
        }
        if magic.is_empty() {
            return Err(Reject::new("empty", "the file is empty", b""));
        }
        let (mut input, packed): (Box<dyn BufRead + Send>, &str) = if magic.starts_with(&[0x1f, 0x8b]) {
            (Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(raw))), ".gz")
        } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = zstd::Decoder::with_buffer(raw).map_err(unreadable)?;
            (Box::new(BufReader::with_capacity(BUFFER, decoder)), ".zst")
        } else {
            (Box::new(raw), "")
        };
        let mut head = input.fill_buf().map_err(|e| records::broken_off(&e, b""))?;
        let mut begin = 0;
        if head.starts_with(BOM) {
            input.consume(BOM.len());
            begin = BOM.len() as u64;
            head = input.fill_buf().map_err(|e| records::broken_off(&e, b""))?;
        }
        if head.is_empty() {
            return Err(Reject::new("empty", "the file is empty", b""));
        }
        let extension = extension(path, packed);
        let records = match format(head, &extension, &self.options) {
            Format::Jsonl => {
                let layout = jsonl::layout(head, &extension);
                let reached = Arc::new(Reached { bytes: begin.into(), ..Reached::default() });
                track.reached = (matches!(layout, Layout::Lines) && packed.is_empty()).then(|| reached.clone());
                jsonl::read(input, layout, &self.options, reached)
            }
            Format::Csv => csv::read(input, &self.options)?,
            Format::Parquet if stdin || !packed.is_empty() => {
                return Err(Reject::new(
                    "unreadable",
                    "Parquet is read from a file, not compressed as a whole and not piped",
                    b"",
                ));
            }
            Format::Parquet => {
                if self.tracked {
                    // Its parts are read out of order: for the hash it is read through.
                    io::copy(&mut input, &mut io::sink()).map_err(unreadable)?;
                }
                // What was read so far is read again.
                self.done.store(self.finished - size, Ordering::Relaxed);
                let done = self.done.clone();
                parquet::read(path, &self.options, move |share| {
                    done.fetch_add((size as f64 * share) as u64, Ordering::Relaxed);
                })?
            }
            Format::Text => plain::read(input, &self.options),
        };
        Ok((records, track))
    }
}

impl Open {
    fn next(&mut self) -> Option<Record> {
        let record = self.records.next()?;
        self.record += 1;
        let reached = self.track.reached.as_ref();
        if !reached.is_some_and(|r| r.unended.load(Ordering::Relaxed)) {
            self.whole = self.record;
        }
        let (input_file, input_record) = (self.name.clone(), self.record);
        Some(match record {
            Ok(article) => Ok(Article { input_file, input_record, ..article }),
            Err(reject) => {
                self.broken |= matches!(reject.code, "truncated" | "unreadable");
                Err(Reject { input_file, input_record, ..reject })
            }
        })
    }

    fn end(&self) -> Option<End> {
        let hashed = self.track.hashed.as_ref()?.lock().ok()?;
        let place = self.track.reached.as_ref().map(|r| r.bytes.load(Ordering::Relaxed));
        (!self.broken).then(|| End {
            size: hashed.size,
            hash: hashed.hasher.finalize().as_bytes()[..16].try_into().expect("16 bytes"),
            place: place.map(|bytes| Place { bytes, records: self.whole }),
        })
    }
}

const BUFFER: usize = 1 << 18;
const BOM: &[u8] = "\u{feff}".as_bytes();

/// The format by the options, else by the extension, else by the first bytes. Only Parquet cannot be taken for another.
fn format(head: &[u8], extension: &str, options: &ReadOptions) -> Format {
    if head.starts_with(b"PAR1") {
        return Format::Parquet;
    }
    let start = head.trim_ascii_start();
    let objects =
        start.starts_with(b"{") || start.strip_prefix(b"[").is_some_and(|s| s.trim_ascii_start().starts_with(b"{"));
    options.format.unwrap_or(match extension {
        "parquet" => Format::Parquet,
        "jsonl" | "ndjson" | "json" => Format::Jsonl,
        "csv" | "tsv" => Format::Csv,
        "txt" | "text" | "md" => Format::Text,
        _ if objects => Format::Jsonl,
        _ if csv::is_table(head, options) => Format::Csv,
        _ => Format::Text,
    })
}

/// The extension of a name, without that of its compression.
fn extension(path: &Path, packed: &str) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.strip_suffix(packed).unwrap_or(&name).rsplit_once('.').map_or(String::new(), |(_, e)| e.to_string())
}

impl Iterator for Reader {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(open) = &mut self.current {
                if let Some(record) = open.next() {
                    return Some(record);
                }
                self.end = open.end();
                self.current = None;
                self.done.fetch_max(self.finished, Ordering::Relaxed);
            }
            let (path, size) = self.files.pop_front()?;
            self.finished += size;
            let name = path.display().to_string();
            match self.open_file(&path, size) {
                Ok((records, track)) => {
                    let record = self.from.as_ref().map_or(0, |(place, _)| place.records);
                    self.current = Some(Open { name, records, record, whole: record, broken: false, track });
                }
                Err(reject) => {
                    self.done.fetch_max(self.finished, Ordering::Relaxed);
                    return Some(Err(Reject { input_file: name, ..reject }));
                }
            }
        }
    }
}

/// Counts and hashes the bytes that go through.
struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
    hashed: Option<Arc<Mutex<Hashed>>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        if let Some(Ok(mut hashed)) = self.hashed.as_ref().map(|h| h.lock()) {
            let seen = hashed.skip.min(n as u64);
            hashed.skip -= seen;
            hashed.hasher.update(&buffer[seen as usize..n]);
            hashed.size += n as u64 - seen;
        }
        Ok(n)
    }
}
