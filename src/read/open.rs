//! From an input to its records: unpack, see what it is, hand it to the reader of its format.

use super::limits::{broken_off, peek};
use super::records::{Layout, Reached};
use super::{
    Format, Limits, ReadOptions, Records, Reject, archive, csv, detect, elements, html, jsonl, lexisnexis, mail,
    parquet, plain, warc, wire,
};
use super::{factiva, newsml_g2, newsml1, nitf, reuters, rss};
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where an input comes from.
pub struct Source {
    /// Its name, for its extension.
    pub name: String,
    /// The file, where the input is a file as it lies on the disk.
    pub path: Option<PathBuf>,
    /// Bytes read of it so far, packed as they are.
    pub packed: Arc<AtomicU64>,
    /// Its size in bytes.
    pub size: u64,
    /// How many archives and compressions it lies in.
    pub depth: usize,
    /// Where the progress of the run is counted, for readers that open the file themselves.
    pub done: Option<Arc<AtomicU64>>,
    /// Told how far the input itself has been read, where it is one that can be read on.
    pub reached: Arc<Reached>,
}

/// Size of the buffers that files are read through.
pub const BUFFER: usize = 1 << 18;
/// Bytes that a format is told by.
const PEEK: usize = 1 << 15;
/// The byte order mark of UTF-8.
pub const BOM: &[u8] = "\u{feff}".as_bytes();

/// The records of an input.
pub fn records(input: Box<dyn BufRead + Send>, source: Source, options: &ReadOptions) -> Result<Records, Reject> {
    let limits = options.limits;
    let (head, mut input) = peek(input, PEEK);
    if head.is_empty() {
        // What cannot be read even at its start gives its error now.
        input.fill_buf().map_err(|e| broken_off(&e, b""))?;
        return Err(Reject::new("empty", "the file is empty", b""));
    }
    if source.depth > limits.archives + 1 {
        let message = format!("more than {} archives in each other", limits.archives);
        return Err(Reject::new("too_deep", message, b""));
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        let mut start = vec![0; 64];
        let n = flate2::bufread::MultiGzDecoder::new(&head[..]).read(&mut start).unwrap_or(0);
        if warc::is_warc(&start[..n]) {
            return Ok(warc::read(input, true, options));
        }
        return unpacked(Box::new(flate2::bufread::MultiGzDecoder::new(input)), ".gz", source, options);
    }
    if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let decoder = zstd::Decoder::with_buffer(input).map_err(|e| Reject::new("unreadable", e, b""))?;
        return unpacked(Box::new(decoder), ".zst", source, options);
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        let wide = !matches!(options.format, Some(Format::Text)) && head.get(2).is_some_and(|_| head[2..].contains(&0));
        if wide {
            let text = limits.read_text(&mut input)?;
            return records(
                Box::new(Cursor::new(text.into_bytes())),
                Source { path: None, reached: Arc::default(), ..source },
                options,
            );
        }
    }
    let mut head = &head[..];
    if head.starts_with(BOM) {
        input.consume(BOM.len());
        head = &head[BOM.len()..];
        source.reached.bytes.store(BOM.len() as u64, Ordering::Relaxed);
        if head.is_empty() {
            return Err(Reject::new("empty", "the file is empty", b""));
        }
    }
    let extension = extension(&source.name);
    let elements = |input, names, make| Ok(elements::read(input, names, make, options));
    match detect::format(head, &extension, options)? {
        Format::Jsonl => {
            let layout = jsonl::layout(head, &extension);
            source.reached.lines.store(matches!(layout, Layout::Lines), Ordering::Relaxed);
            Ok(jsonl::read(input, layout, options, source.reached))
        }
        Format::Csv => csv::read(input, options, source.reached),
        Format::Parquet => table(source, options),
        Format::Text => Ok(plain::read(input, options)),
        Format::Html => Ok(html::read(input, options)),
        Format::Warc => Ok(warc::read(input, false, options)),
        Format::Feed => elements(input, rss::NAMES, rss::article),
        Format::Nitf => elements(input, nitf::NAMES, nitf::article),
        Format::NewsmlG2 => elements(input, newsml_g2::NAMES, newsml_g2::article),
        Format::Newsml => elements(input, newsml1::NAMES, newsml1::article),
        Format::Factiva => elements(input, factiva::NAMES, factiva::article),
        Format::Reuters => elements(input, reuters::NAMES, reuters::article),
        Format::Wire => wire::read(input, options),
        Format::Mail => mail::read(input, options),
        Format::LexisNexis => lexisnexis::read(input, options),
        Format::Zip => {
            let Source { path, size, depth, .. } = source;
            match path {
                Some(path) => {
                    let file = File::open(path).map_err(|e| Reject::new("unreadable", e, b""))?;
                    archive::read_zip(Box::new(BufReader::new(file)), size, depth, options)
                }
                None => {
                    let bytes = Limits::read_all(&mut input, limits.file_bytes)?;
                    let size = bytes.len() as u64;
                    archive::read_zip(Box::new(Cursor::new(bytes)), size, depth, options)
                }
            }
        }
        Format::Tar => Ok(archive::read_tar(input, source.depth, options)),
    }
}

/// The records behind those that were read before, of a file whose start is what it was. `reached` knows how far that was.
pub fn records_on(
    input: Box<dyn BufRead + Send>,
    path: &Path,
    options: &ReadOptions,
    reached: Arc<Reached>,
) -> Result<Records, Reject> {
    let file = File::open(path).map_err(|e| Reject::new("unreadable", e, b""))?;
    let (head, mut start) = peek(Box::new(BufReader::new(file)), PEEK);
    let head = match head.strip_prefix(BOM) {
        Some(head) => {
            start.consume(BOM.len());
            head
        }
        None => &head[..],
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    match detect::format(head, &extension(&name), options)? {
        Format::Csv => csv::read_on(input, start, options, reached),
        // What is read on is a record a line.
        _ => Ok(jsonl::read(input, Layout::Lines, options, reached)),
    }
}

fn extension(name: &str) -> String {
    name.rsplit('/').next().unwrap_or("").rsplit_once('.').map_or("", |(_, e)| e).to_lowercase()
}

/// The records of what is packed in the source.
fn unpacked(
    decoder: Box<dyn Read + Send>,
    extension: &str,
    source: Source,
    options: &ReadOptions,
) -> Result<Records, Reject> {
    let reader = options.limits.unpacking(decoder, source.packed.clone());
    let name =
        source.name.strip_suffix(extension).map(String::from).unwrap_or(match source.name.strip_suffix(".tgz") {
            Some(name) => format!("{name}.tar"),
            None => source.name.clone(),
        });
    let inner = Source { name, path: None, depth: source.depth + 1, reached: Arc::default(), ..source };
    records(Box::new(BufReader::with_capacity(BUFFER, reader)), inner, options)
}

fn table(source: Source, options: &ReadOptions) -> Result<Records, Reject> {
    let Source { path: Some(path), size, done: Some(done), packed, .. } = source else {
        let message = "Parquet is read from a file, not compressed as a whole, not piped and not from an archive";
        return Err(Reject::new("unreadable", message, b""));
    };
    // What was looked at to tell the format is read again.
    done.fetch_sub(packed.load(Ordering::Relaxed), Ordering::Relaxed);
    parquet::read(&path, options, move |share| {
        done.fetch_add((size as f64 * share) as u64, Ordering::Relaxed);
    })
}
