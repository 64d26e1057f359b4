//! Articles from files: one file a format, a fixed order, and no bad record that ends a run.

mod csv;
mod fields;
mod jsonl;
mod parquet;
mod plain;

use crate::doc::Article;
use crate::error::{Error, ErrorKind, Result};
use crate::text::string_enum;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

string_enum! {
    /// Formats of input.
    Format { Jsonl = "jsonl", Csv = "csv", Parquet = "parquet", Text = "text" }
}

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadOptions {
    /// The format of every input; `None` tells it by name and content.
    pub format: Option<Format>,
    /// The column that holds the text, where it has none of the usual names.
    pub text_column: Option<String>,
    /// Longer records are rejected, unread.
    pub max_record_bytes: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        ReadOptions { format: None, text_column: None, max_record_bytes: 10 << 20 }
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
    fn new(code: &'static str, message: impl ToString, record: &[u8]) -> Self {
        let excerpt: String = String::from_utf8_lossy(&record[..record.len().min(300)]).chars().take(120).collect();
        Reject {
            input_file: String::new(),
            input_record: 0,
            stage: "read",
            code,
            message: message.to_string(),
            excerpt,
            record_hash: (!record.is_empty()).then(|| blake3::hash(record).to_hex()[..32].to_string()),
        }
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

fn walk(path: &Path, files: &mut Vec<(PathBuf, u64)>) -> io::Result<()> {
    let data = std::fs::metadata(path)?;
    if !data.is_dir() {
        files.push((path.to_path_buf(), data.len()));
        return Ok(());
    }
    let mut entries = std::fs::read_dir(path)?.map(|e| Ok(e?.path())).collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    for entry in entries {
        let hidden = entry.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        if !hidden {
            walk(&entry, files)?;
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
    Ok(Reader { files: files.into(), options, current: None, done: Arc::default(), total })
}

/// The records of all inputs, in the order of files and records.
pub struct Reader {
    files: VecDeque<(PathBuf, u64)>,
    options: ReadOptions,
    current: Option<Open>,
    done: Arc<AtomicU64>,
    total: u64,
}

struct Open {
    name: String,
    records: Box<dyn Iterator<Item = Record> + Send>,
    record: u64,
}

impl Reader {
    /// Bytes read so far (shared, as it grows) and bytes in all, as they lie on the disk.
    pub fn progress(&self) -> (Arc<AtomicU64>, u64) {
        (self.done.clone(), self.total)
    }

    fn open_file(&self, path: &Path) -> std::result::Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
        let unreadable = |e: io::Error| Reject::new("unreadable", e, b"");
        let raw: Box<dyn Read + Send> = if path.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(path).map_err(unreadable)?)
        };
        let mut raw = BufReader::with_capacity(1 << 18, Counted { inner: raw, done: self.done.clone() });
        let magic = raw.fill_buf().map_err(unreadable)?;
        if magic.starts_with(b"PAR1") || extension(path, "") == "parquet" {
            return parquet::read(path, &self.options);
        }
        let (mut input, packed): (Box<dyn BufRead + Send>, &str) = if magic.starts_with(&[0x1f, 0x8b]) {
            (Box::new(BufReader::with_capacity(1 << 18, flate2::bufread::MultiGzDecoder::new(raw))), ".gz")
        } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            let decoder = zstd::Decoder::with_buffer(raw).map_err(unreadable)?;
            (Box::new(BufReader::with_capacity(1 << 18, decoder)), ".zst")
        } else {
            (Box::new(raw), "")
        };
        let head = input.fill_buf().map_err(|e| Reject::new("truncated", e, b""))?;
        if head.is_empty() {
            return Err(Reject::new("empty", "the file is empty", b""));
        }
        let format = self.options.format.unwrap_or_else(|| match extension(path, packed).as_str() {
            "jsonl" | "ndjson" | "json" => Format::Jsonl,
            "csv" => Format::Csv,
            "txt" | "text" | "md" => Format::Text,
            _ if head.trim_ascii_start().starts_with(b"{") => Format::Jsonl,
            _ => Format::Text,
        });
        match format {
            Format::Jsonl => Ok(jsonl::read(input, &self.options)),
            Format::Csv => csv::read(input, &self.options),
            Format::Parquet => parquet::read(path, &self.options),
            Format::Text => Ok(plain::read(input, &self.options)),
        }
    }
}

/// The extension of a name, without that of its compression.
fn extension(path: &Path, packed: &str) -> String {
    let name = path.to_string_lossy().to_lowercase();
    name.strip_suffix(packed).unwrap_or(&name).rsplit_once('.').map_or(String::new(), |(_, e)| e.to_string())
}

impl Iterator for Reader {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            if let Some(open) = &mut self.current {
                if let Some(record) = open.records.next() {
                    open.record += 1;
                    return Some(match record {
                        Ok(article) => {
                            Ok(Article { input_file: open.name.clone(), input_record: open.record, ..article })
                        }
                        Err(reject) => {
                            Err(Reject { input_file: open.name.clone(), input_record: open.record, ..reject })
                        }
                    });
                }
                self.current = None;
            }
            let (path, _) = self.files.pop_front()?;
            let name = path.display().to_string();
            match self.open_file(&path) {
                Ok(records) => self.current = Some(Open { name, records, record: 0 }),
                Err(reject) => return Some(Err(Reject { input_file: name, ..reject })),
            }
        }
    }
}

/// Counts the bytes that go through.
struct Counted<R> {
    inner: R,
    done: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.done.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
