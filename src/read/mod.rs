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

use crate::doc::Article;
use crate::error::{Error, ErrorKind, Result};
use crate::text::string_enum;
use limits::Counted;
use open::{BUFFER, Source};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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

/// Opens the inputs.
///
/// # Errors
/// As [`list`].
pub fn open(inputs: &[PathBuf], options: ReadOptions) -> Result<Reader> {
    let files = list(inputs)?;
    let total = files.iter().map(|(_, size)| size).sum();
    Ok(Reader { files: files.into(), options, current: None, finished: 0, done: Arc::default(), total })
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
    };
    let opened = open::records(Box::new(io::Cursor::new(bytes)), source, &options);
    let records: Records = opened.unwrap_or_else(|reject| Box::new(std::iter::once(Err(reject))));
    let current = Some(Open { name: name.to_string(), records, record: 0 });
    Reader { files: VecDeque::new(), options, current, finished: size, done: Arc::default(), total: size }
}

/// The records of all inputs, in the order of files and records.
pub struct Reader {
    files: VecDeque<(PathBuf, u64)>,
    options: ReadOptions,
    current: Option<Open>,
    finished: u64,
    done: Arc<AtomicU64>,
    total: u64,
}

struct Open {
    name: String,
    records: Records,
    record: u64,
}

type Records = Box<dyn Iterator<Item = Record> + Send>;

impl Reader {
    /// Bytes read so far (shared, as it grows) and bytes in all, as they lie on the disk; standard input counts for none.
    pub fn progress(&self) -> (Arc<AtomicU64>, u64) {
        (self.done.clone(), self.total)
    }

    fn open_file(&self, path: &Path, size: u64) -> std::result::Result<Records, Reject> {
        let unreadable = |e: io::Error| Reject::new("unreadable", e, b"");
        let stdin = path.as_os_str() == "-";
        let raw: Box<dyn Read + Send> =
            if stdin { Box::new(io::stdin()) } else { Box::new(File::open(path).map_err(unreadable)?) };
        let packed = Arc::default();
        let counts = [self.done.clone(), Arc::clone(&packed)];
        let raw = BufReader::with_capacity(BUFFER, Counted { inner: raw, counts });
        let source = Source {
            name: path.file_name().unwrap_or_default().to_string_lossy().to_lowercase(),
            path: (!stdin).then(|| path.to_path_buf()),
            packed,
            size,
            depth: 0,
            done: Some(self.done.clone()),
        };
        open::records(Box::new(raw), source, &self.options)
    }
}

impl Iterator for Reader {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(open) = &mut self.current {
                if let Some(record) = open.records.next() {
                    open.record += 1;
                    // Records of an archive have the names of their entries, and numbers in them.
                    let place = |entry: &str, number: u64| match entry {
                        "" => (open.name.clone(), open.record),
                        entry => (format!("{}/{entry}", open.name), number),
                    };
                    return Some(match record {
                        Ok(article) => {
                            let (input_file, input_record) = place(&article.input_file, article.input_record);
                            Ok(Article { input_file, input_record, ..article })
                        }
                        Err(reject) => {
                            let (input_file, input_record) = place(&reject.input_file, reject.input_record);
                            Err(Reject { input_file, input_record, ..reject })
                        }
                    });
                }
                self.current = None;
                self.done.fetch_max(self.finished, Ordering::Relaxed);
            }
            let (path, size) = self.files.pop_front()?;
            self.finished += size;
            let name = path.display().to_string();
            match self.open_file(&path, size) {
                Ok(records) => self.current = Some(Open { name, records, record: 0 }),
                Err(reject) => {
                    self.done.fetch_max(self.finished, Ordering::Relaxed);
                    return Some(Err(Reject { input_file: name, ..reject }));
                }
            }
        }
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
