//! Articles from files: one file a format, a fixed order, and no bad record that ends a run.

#![allow(
    clippy::result_large_err,
    reason = "the article beside the reject is larger still, and few records are rejects"
)]

mod archive;
mod csv;
mod decode;
mod detect;
mod elements;
mod factiva;
mod fields;
mod headline;
mod html;
mod jsonl;
mod lexisnexis;
mod limits;
mod mail;
mod newsml1;
mod newsml_g2;
mod ninjs;
mod nitf;
mod open;
mod parquet;
mod plain;
mod records;
mod reuters;
mod rss;
mod status;
#[cfg(test)]
mod tests;
mod warc;
mod wire;
mod xml;

pub use limits::Limits;

use crate::doc::{Article, Flag};
use crate::error::{Error, ErrorKind, Result};
use crate::text::string_enum;
use open::{BUFFER, Source};
use records::Reached;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

string_enum! {
    /// Formats of input. Files that are packed, and archives, are told by their content alone.
    Format {
        Jsonl = "jsonl", Csv = "csv", Parquet = "parquet", Text = "text", Html = "html", Warc = "warc", Feed = "feed",
        Nitf = "nitf", NewsmlG2 = "newsml-g2", Newsml = "newsml", Factiva = "factiva", Reuters = "reuters", Wire = "wire",
        Mail = "mail", LexisNexis = "lexisnexis", Zip = "zip", Tar = "tar",
    }
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The format of every input; `None` tells it by name and content.
    pub format: Option<Format>,
    /// Columns or fields that have none of the usual names.
    pub columns: Columns,
    /// What a file may cost.
    pub limits: Limits,
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

/// Reads bytes that are at hand as a file of that name would be.
pub fn open_bytes(name: &str, bytes: Vec<u8>, options: ReadOptions) -> Reader {
    let size = bytes.len() as u64;
    let source = Source {
        name: name.to_lowercase(),
        path: None,
        packed: Arc::new(AtomicU64::new(size)),
        size,
        depth: 0,
        done: None,
        reached: Arc::default(),
    };
    let opened = open::records(Box::new(io::Cursor::new(bytes)), source, &options);
    let records: Records = opened.unwrap_or_else(|reject| Box::new(std::iter::once(Err(reject))));
    let current = Some(Open::new(name.to_string(), records, 0, Track::default()));
    Reader { current, finished: size, total: size, ..Reader::new(VecDeque::new(), options) }
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
    /// The file and what its bytes gave, where they are hashed.
    hashed: Option<(Option<File>, Arc<Mutex<Hashed>>)>,
    reached: Arc<Reached>,
}

/// The bytes of a file that were read, hashed.
#[derive(Default)]
struct Hashed {
    hasher: blake3::Hasher,
    size: u64,
    /// Bytes at the beginning that the hasher has seen already.
    skip: u64,
    /// Bytes that are not read yet.
    left: u64,
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

    /// Whether more may come of the record that was given last: it ended with the file, and it is broken, or would not look so.
    pub fn may_be_half(&self, record: &Record) -> bool {
        let broken = record.as_ref().is_err_and(|r| matches!(r.code, "broken_json" | "invalid_utf8"));
        let open = self.current.as_ref();
        open.is_some_and(|open| open.track.is_unended() && (broken || open.track.reached.rows.load(Ordering::Relaxed)))
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
        let (mut hashed, mut again) = (Hashed { left: u64::MAX, ..Hashed::default() }, None);
        let raw: Box<dyn Read + Send> = if stdin {
            Box::new(io::stdin())
        } else {
            let mut file = File::open(path).map_err(unreadable)?;
            if let Some((place, hasher)) = &self.from {
                file.seek(SeekFrom::Start(place.bytes)).map_err(unreadable)?;
                let seen = hasher.count();
                hashed = Hashed { hasher: hasher.clone(), size: seen, skip: seen - place.bytes, left: 0 };
            }
            if self.tracked {
                // What is written to a tracked file from now on is for another day.
                hashed.left = size.saturating_sub(place.unwrap_or_default().bytes);
                again = Some(file.try_clone().map_err(unreadable)?);
            }
            Box::new(file.take(hashed.left))
        };
        let hashed = self.tracked.then(|| Arc::new(Mutex::new(hashed)));
        let track = Track { hashed: hashed.clone().map(|h| (again, h)), reached: Arc::default() };
        let packed: Arc<AtomicU64> = Arc::default();
        let counts = [self.done.clone(), packed.clone()];
        let raw = BufReader::with_capacity(BUFFER, Counted { inner: raw, counts, hashed });
        if let Some(place) = place {
            track.reached.bytes.store(place.bytes, Ordering::Relaxed);
            track.reached.lines.store(true, Ordering::Relaxed);
            return Ok((open::records_on(Box::new(raw), path, &self.options, track.reached.clone())?, track));
        }
        let source = Source {
            name: path.file_name().unwrap_or_default().to_string_lossy().to_lowercase(),
            path: (!stdin).then(|| path.to_path_buf()),
            packed,
            size,
            depth: 0,
            done: Some(self.done.clone()),
            reached: track.reached.clone(),
        };
        Ok((open::records(Box::new(raw), source, &self.options)?, track))
    }
}

impl Track {
    /// Whether the record that was given last ended with the file.
    fn is_unended(&self) -> bool {
        let Reached { unended, lines, .. } = &*self.reached;
        lines.load(Ordering::Relaxed) && unended.load(Ordering::Relaxed)
    }

    /// What was read of the file, of which this many whole records; `None` where it is not known.
    fn end(&self, records: u64) -> Option<End> {
        let (file, hashed) = self.hashed.as_ref()?;
        let mut hashed = hashed.lock().ok()?;
        if let Some(file) = file {
            // Not every format needs all of its file, or reads it in order; the hash does.
            let rest = file.take(hashed.left);
            io::copy(&mut BufReader::with_capacity(BUFFER, rest), &mut *hashed).ok()?;
        }
        let Reached { bytes, lines, .. } = &*self.reached;
        Some(End {
            size: hashed.size,
            hash: hashed.hasher.finalize().as_bytes()[..16].try_into().expect("16 bytes"),
            place: lines.load(Ordering::Relaxed).then(|| Place { bytes: bytes.load(Ordering::Relaxed), records }),
        })
    }
}

impl Open {
    fn new(name: String, records: Records, record: u64, track: Track) -> Self {
        Open { name, records, record, whole: record, broken: false, track }
    }

    fn next(&mut self) -> Option<Record> {
        let record = self.records.next()?;
        self.record += 1;
        if !self.track.is_unended() {
            self.whole = self.record;
        }
        // Records of an archive have the names of their entries, and numbers in them.
        let place = |entry: &str, number: u64| match entry {
            "" => (self.name.clone(), self.record),
            entry => (format!("{}/{entry}", self.name), number),
        };
        Some(match record {
            Ok(mut article) => {
                (article.input_file, article.input_record) = place(&article.input_file, article.input_record);
                if article.flags.contains(&Flag::Withdrawn) {
                    // What was withdrawn is not told again: its record is a tombstone.
                    article.body.clear();
                }
                Ok(article)
            }
            Err(mut reject) => {
                self.broken |= reject.input_file.is_empty() && matches!(reject.code, "truncated" | "unreadable");
                (reject.input_file, reject.input_record) = place(&reject.input_file, reject.input_record);
                Err(reject)
            }
        })
    }

    fn end(&self) -> Option<End> {
        if self.broken { None } else { self.track.end(self.whole) }
    }
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
                    self.current = Some(Open::new(name, records, record, track));
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
    counts: [Arc<AtomicU64>; 2],
    hashed: Option<Arc<Mutex<Hashed>>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        for count in &self.counts {
            count.fetch_add(n as u64, Ordering::Relaxed);
        }
        if let Some(Ok(mut hashed)) = self.hashed.as_ref().map(|h| h.lock()) {
            hashed.write_all(&buffer[..n])?;
        }
        Ok(n)
    }
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = bytes.len() as u64;
        let seen = self.skip.min(n);
        self.skip -= seen;
        self.hasher.update(&bytes[seen as usize..]);
        self.size += n - seen;
        self.left = self.left.saturating_sub(n);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The text under its dateline, where a format keeps the two apart; some wires put it into the text as well, and some put a time there.
fn with_dateline(dateline: Option<&str>, body: String) -> String {
    let dateline = dateline.map(|d| d.trim().trim_end_matches(['-', '–', '—', '_', ' ', '=']));
    let Some(dateline) = dateline.filter(|d| d.starts_with(char::is_alphabetic)) else { return body };
    let body = body.trim_start();
    let head = body[..body.floor_char_boundary(80)].to_lowercase();
    let place = dateline.split([',', ' ', '(']).next().unwrap_or(dateline).to_lowercase();
    let again = head.starts_with(&place) || [") - ", ") – ", ") — ", ") _ ", ") -- "].iter().any(|d| head.contains(d));
    if again { body.to_string() } else { format!("{dateline} - {body}") }
}

/// The people that a byline names.
fn people(byline: &str) -> Vec<String> {
    let line = byline.trim().trim_end_matches(['=', '<', ' ']);
    let line = ["By ", "by ", "BY ", "Von "].iter().find_map(|b| line.strip_prefix(b)).unwrap_or(line);
    let parts = line.split([',', ';', '/', '|']).flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" & "));
    let parts: Vec<String> = parts.map(|p| p.trim().to_string()).filter(|p| !p.is_empty()).collect();
    // Behind the names stands the house, or what they are.
    let names = parts.iter().filter(|p| p.contains(' ') && p.starts_with(char::is_uppercase)).cloned();
    let names: Vec<String> = names.collect();
    if names.is_empty() { parts } else { names }
}

/// ISO 639-1 code of a language as formats name it: `en-GB`, `EN`, `English`.
fn language(name: &str) -> String {
    let lower = name.trim().to_ascii_lowercase();
    let long = [
        ("english", "en"),
        ("german", "de"),
        ("french", "fr"),
        ("spanish", "es"),
        ("italian", "it"),
        ("portuguese", "pt"),
        ("dutch", "nl"),
        ("russian", "ru"),
        ("eng", "en"),
    ];
    if let Some((_, code)) = long.iter().find(|(n, _)| *n == lower) {
        return code.to_string();
    }
    lower.split(['-', '_', ';']).next().unwrap_or(&lower).to_string()
}
