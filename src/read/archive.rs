//! Zip and tar: each entry is read as a file of its own. Nothing is written to the disk.

use super::open::{Source, records};
use super::{Limits, ReadOptions, Records, Reject, lexisnexis};
use std::io::{BufRead, Cursor, ErrorKind, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tar::{EntryType, Header};
use zip::ZipArchive;

/// What a zip is read from.
pub trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

/// An entry: its name, and its bytes or why they cannot be read.
type Entry = (String, Result<Vec<u8>, Reject>);

/// Reads the entries of a zip, of `size` bytes, in the order of its directory; a Word file is one document.
pub fn read_zip(input: Box<dyn Seekable>, size: u64, depth: usize, options: &ReadOptions) -> Result<Records, Reject> {
    let limits = options.limits;
    let mut zip = ZipArchive::new(input).map_err(|e| Reject::new("broken_archive", e, b""))?;
    if zip.len() > limits.entries {
        return Err(too_many(&limits));
    }
    if let Some(number) = zip.index_for_name("word/document.xml") {
        let bytes = unzip(&mut zip, number, size, &limits).1?;
        let text = super::decode::decode(&bytes, None)?;
        return Ok(Box::new(lexisnexis::read_docx(&text, &limits)?.into_iter()));
    }
    // All entries together may not be more than the archive can hold honestly, however they overlap.
    let mut budget = limits.free_bytes.max(size.saturating_mul(limits.expansion));
    let mut number = 0;
    let next = move || {
        if number >= zip.len() {
            return None;
        }
        number += 1;
        let (name, bytes) = unzip(&mut zip, number - 1, budget, &limits);
        budget = budget.saturating_sub(bytes.as_ref().map_or(0, |b| b.len() as u64));
        Some((name, bytes))
    };
    Ok(entries(next, depth, options))
}

/// An entry of at most `budget` bytes.
fn unzip(zip: &mut ZipArchive<Box<dyn Seekable>>, number: usize, budget: u64, limits: &Limits) -> Entry {
    let mut entry = match zip.by_index(number) {
        Ok(entry) => entry,
        Err(e) => return (format!("entry {}", number + 1), Err(Reject::new("broken_archive", e, b""))),
    };
    let name = entry.name().map_or_else(|_| format!("entry {}", number + 1), |n| n.into_owned());
    if entry.is_dir() || entry.is_symlink() {
        return (String::new(), Ok(Vec::new()));
    }
    let honest = limits
        .free_bytes
        .max(entry.compressed_size().saturating_mul(limits.expansion))
        .min(budget.max(limits.free_bytes));
    let most = (limits.file_bytes as u64).min(honest);
    let mut bytes = Vec::new();
    let result = entry.by_ref().take(most + 1).read_to_end(&mut bytes);
    let bytes = match result {
        Ok(_) if bytes.len() as u64 > most && most < limits.file_bytes as u64 => {
            let message = format!("the entry unpacks to more than {} times its size", limits.expansion);
            Err(Reject::new("expansion", message, b""))
        }
        Ok(_) if bytes.len() as u64 > most => {
            Err(Reject::new("too_large", format!("the entry is longer than {most} bytes"), b""))
        }
        Ok(_) => Ok(bytes),
        Err(e) => Err(Reject::new("broken_archive", e, &bytes)),
    };
    (name, bytes)
}

/// Reads the entries of a tar as they come.
pub fn read_tar(mut input: Box<dyn BufRead + Send>, depth: usize, options: &ReadOptions) -> Records {
    let limits = options.limits;
    let (mut number, mut ended, mut long_name) = (0, false, None::<String>);
    let next = move || {
        while !ended {
            match tar_entry(&mut input, &limits, &mut long_name) {
                Ok(None) => ended = true,
                Ok(Some(entry)) => {
                    number += 1;
                    if number > limits.entries {
                        ended = true;
                        return Some((String::new(), Err(too_many(&limits))));
                    }
                    return Some(entry);
                }
                Err(e) => {
                    ended = true;
                    return Some((String::new(), Err(super::limits::broken_off(&e, b""))));
                }
            }
        }
        None
    };
    entries(next, depth, options)
}

const BLOCK: usize = 512;

/// The next entry; folders, links and devices have no name here.
fn tar_entry(
    input: &mut dyn BufRead,
    limits: &Limits,
    long_name: &mut Option<String>,
) -> std::io::Result<Option<Entry>> {
    let mut block = [0u8; BLOCK];
    let mut damaged = false;
    loop {
        if let Err(e) = input.read_exact(&mut block) {
            // A tar that ends without its two empty blocks is whole none the less.
            let end = e.kind() == ErrorKind::UnexpectedEof;
            return if end && !damaged {
                Ok(None)
            } else if end {
                Ok(Some((String::new(), Err(broken_header()))))
            } else {
                Err(e)
            };
        }
        if block.iter().all(|&b| b == 0) {
            continue;
        }
        let header = Header::from_byte_slice(&block);
        let sum = |range: &[u8]| range.iter().map(|&b| u32::from(b)).sum::<u32>();
        let honest = sum(&block[..148]) + sum(&block[156..]) + 8 * u32::from(b' ');
        if !header.cksum().is_ok_and(|c| c == honest) {
            // The next block that is a header ends the damage.
            damaged = true;
            continue;
        }
        if damaged {
            let Ok(size) = header.entry_size() else { continue };
            skip(input, size)?;
            return Ok(Some((String::new(), Err(broken_header()))));
        }
        let size = header.entry_size()?;
        let kind = header.entry_type();
        let most = if kind == EntryType::Regular || kind == EntryType::Continuous { limits.file_bytes } else { 1 << 16 }
            as u64;
        let mut bytes = Vec::new();
        if size <= most {
            input.take(size).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < size {
                return Err(std::io::Error::new(ErrorKind::UnexpectedEof, "in the middle of an entry"));
            }
            skip_rest(input, size)?;
        } else {
            skip(input, size)?;
        }
        match kind {
            EntryType::GNULongName => {
                *long_name = Some(String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_string());
            }
            EntryType::XHeader => {
                let text = String::from_utf8_lossy(&bytes);
                let path = text.lines().find_map(|l| l.split_once(" path=").map(|(_, p)| p.to_string()));
                *long_name = path.or(long_name.take());
            }
            EntryType::Regular | EntryType::Continuous => {
                let name =
                    long_name.take().unwrap_or_else(|| String::from_utf8_lossy(&header.path_bytes()).into_owned());
                let reject = || Reject::new("too_large", format!("the entry is longer than {most} bytes"), b"");
                return Ok(Some((name, if size <= most { Ok(bytes) } else { Err(reject()) })));
            }
            _ => *long_name = None,
        }
    }
}

fn broken_header() -> Reject {
    Reject::new("broken_archive", "the header of an entry is damaged: the entry is lost", b"")
}

fn skip(input: &mut dyn BufRead, size: u64) -> std::io::Result<()> {
    std::io::copy(&mut input.take(size), &mut std::io::sink())?;
    skip_rest(input, size)
}

/// Entries fill whole blocks.
fn skip_rest(input: &mut dyn BufRead, size: u64) -> std::io::Result<()> {
    let rest = (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64;
    std::io::copy(&mut input.take(rest), &mut std::io::sink())?;
    Ok(())
}

fn too_many(limits: &Limits) -> Reject {
    Reject::new("too_many_entries", format!("the archive has more than {} entries", limits.entries), b"")
}

/// The records of all entries, each under its name in the archive.
fn entries(mut next: impl FnMut() -> Option<Entry> + Send + 'static, depth: usize, options: &ReadOptions) -> Records {
    let options = options.clone();
    let all = std::iter::from_fn(move || {
        let (name, bytes) = next()?;
        let opened = bytes.and_then(|bytes| open_entry(&name, bytes, depth, &options));
        let records: Records = match opened {
            Ok(records) => records,
            Err(reject) => Box::new(std::iter::once(Err(reject))),
        };
        Some(numbered(name, records))
    });
    let (mut records, mut any) = (all.flatten(), false);
    Box::new(std::iter::from_fn(move || {
        let record = records.next();
        if record.is_none() && !any {
            any = true;
            return Some(Err(Reject::new("no_record", "the archive has no file that could be read", b"")));
        }
        any = true;
        record
    }))
}

/// Records with the name of their entry and their number in it.
fn numbered(name: String, records: Records) -> Records {
    let mut number = 0;
    Box::new(records.map(move |record| {
        number += 1;
        let place = |inner: &str, inner_number: u64| match inner {
            "" => (name.clone(), number),
            // An entry of an archive in the archive.
            _ => (format!("{name}/{inner}"), inner_number),
        };
        match record {
            Ok(mut a) => {
                (a.input_file, a.input_record) = place(&a.input_file, a.input_record);
                Ok(a)
            }
            Err(mut r) => {
                (r.input_file, r.input_record) = place(&r.input_file, r.input_record);
                Err(r)
            }
        }
    }))
}

fn open_entry(name: &str, bytes: Vec<u8>, depth: usize, options: &ReadOptions) -> Result<Records, Reject> {
    let hidden = |part: &str| part.starts_with('.') && part != "." && part != ".." || part == "__MACOSX";
    let parts = || name.split(['/', '\\']);
    if name.starts_with(['/', '\\']) || parts().any(|p| p == "..") {
        return Err(Reject::new("bad_name", format!("the entry's name leads out of the archive: {name}"), b""));
    }
    // Folders and what systems put beside files.
    if bytes.is_empty() && (name.is_empty() || name.ends_with('/')) || parts().any(hidden) {
        return Ok(Box::new(std::iter::empty()));
    }
    let size = bytes.len() as u64;
    let source = Source {
        name: name.into(),
        path: None,
        packed: Arc::new(AtomicU64::new(size)),
        size,
        depth: depth + 1,
        done: None,
        reached: Arc::default(),
    };
    records(Box::new(Cursor::new(bytes)), source, options)
}
