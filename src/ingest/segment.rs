//! A sorted file of keys and values that is written once: a part of the state.
//!
//! Blocks of some 1 KiB, then an index with the first key, the place and the hash of each block, then a footer. Only the index is in
//! memory. Every block is checked as it is read, so a damaged file is an error, never a wrong answer.

use crate::error::{Error, ErrorKind, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: u64 = u64::from_le_bytes(*b"dlstate2");
/// Bytes of a block from which the next one begins.
const BLOCK: usize = 1024;
const INDEX_ENTRY: usize = 32;
const FOOTER: usize = 40;
/// Values are short: a sketch is the longest.
const LENGTH: usize = u8::MAX as usize;
/// Bytes before a value: its key and its length.
const HEAD: usize = 17;
/// A block ends behind the entry that makes it full.
const LONGEST: usize = BLOCK + HEAD + LENGTH;

/// An entry: key and value.
pub type Entry = (u128, Vec<u8>);

/// A file of sorted entries, open for reading.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    file: File,
    blocks: Vec<Block>,
    /// Where the blocks end.
    end: u64,
    entries: u64,
}

#[derive(Debug)]
struct Block {
    first: u128,
    start: u64,
    hash: u64,
}

fn hash(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(blake3::hash(bytes).as_bytes()[..8].try_into().expect("8 bytes"))
}

fn number(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes[..8].try_into().expect("8 bytes"))
}

fn key(bytes: &[u8]) -> u128 {
    u128::from_le_bytes(bytes[..16].try_into().expect("16 bytes"))
}

/// The error for a part of the state that is not as it was written.
pub fn damaged(path: &Path, what: &str) -> Error {
    let reason = format!(
        "the state is damaged ({what}). Nothing was changed. Put the file back from a copy, or let \
         `dateline ingest --rebuild-state` make the state anew from the tables"
    );
    Error::new(ErrorKind::State, reason).in_file(path)
}

impl Segment {
    /// Opens a file and reads its index.
    ///
    /// # Errors
    /// [`ErrorKind::State`] where it is not there, not whole or damaged.
    pub fn open(path: &Path) -> Result<Self> {
        let broken = |e: io::Error| damaged(path, &e.to_string());
        let file = File::open(path).map_err(broken)?;
        let size = file.metadata().map_err(broken)?.len();
        let mut footer = [0; FOOTER];
        let Some(footer_at) = size.checked_sub(FOOTER as u64) else { return Err(damaged(path, "it is too short")) };
        file.read_exact_at(&mut footer, footer_at).map_err(broken)?;
        let [magic, entries, count, end, check] = [0, 8, 16, 24, 32].map(|at| number(&footer[at..]));
        let index_size = count.checked_mul(INDEX_ENTRY as u64);
        if magic != MAGIC || index_size.and_then(|n| n.checked_add(end)) != Some(footer_at) {
            return Err(damaged(path, "its end is not that of a part of the state"));
        }
        let mut index = vec![0; (footer_at - end) as usize];
        file.read_exact_at(&mut index, end).map_err(broken)?;
        if hash(&[&index[..], &footer[..32]].concat()) != check {
            return Err(damaged(path, "its index does not match its hash"));
        }
        let block = |b: &[u8]| Block { first: key(b), start: number(&b[16..]), hash: number(&b[24..]) };
        let blocks = index.chunks_exact(INDEX_ENTRY).map(block).collect();
        Ok(Segment { path: path.to_path_buf(), file, blocks, end, entries })
    }

    /// Number of entries.
    pub fn len(&self) -> u64 {
        self.entries
    }

    /// The value of a key.
    ///
    /// # Errors
    /// [`ErrorKind::State`] where the block is damaged.
    pub fn get(&self, wanted: u128) -> Result<Option<Vec<u8>>> {
        let after = self.blocks.partition_point(|b| b.first <= wanted);
        if after == 0 {
            return Ok(None);
        }
        let mut buffer = [0; LONGEST];
        let block = self.block(after - 1, &mut buffer)?;
        Ok(entries(block).find(|(key, _)| *key == wanted).map(|(_, value)| value.to_vec()))
    }

    /// Reads a block and compares it with its hash.
    fn block<'b>(&self, n: usize, buffer: &'b mut [u8; LONGEST]) -> Result<&'b [u8]> {
        let Block { start, hash: expected, .. } = self.blocks[n];
        let end = self.blocks.get(n + 1).map_or(self.end, |b| b.start);
        let bytes = end.checked_sub(start).and_then(|length| buffer.get_mut(..length as usize));
        let Some(bytes) = bytes else { return Err(damaged(&self.path, "its index is in disorder")) };
        self.file.read_exact_at(bytes, start).map_err(|e| damaged(&self.path, &e.to_string()))?;
        if hash(bytes) != expected {
            return Err(damaged(&self.path, &format!("the block at byte {start} does not match its hash")));
        }
        Ok(bytes)
    }

    /// All entries, in order of keys.
    pub fn iter(&self) -> impl Iterator<Item = Result<Entry>> + '_ {
        (0..self.blocks.len()).flat_map(|n| match self.block(n, &mut [0; LONGEST]) {
            Ok(block) => entries(block).map(|(key, value)| Ok((key, value.to_vec()))).collect(),
            Err(e) => vec![Err(e)],
        })
    }
}

fn entries(mut block: &[u8]) -> impl Iterator<Item = (u128, &[u8])> {
    std::iter::from_fn(move || {
        let (head, rest) = block.split_at_checked(HEAD)?;
        let (value, rest) = rest.split_at_checked(head[HEAD - 1].into())?;
        block = rest;
        Some((key(head), value))
    })
}

/// Writes entries, in ascending order of keys, and puts the file on the disk.
///
/// # Errors
/// [`ErrorKind::Output`] where it cannot be written, and what the entries give.
pub fn write(path: &Path, entries: impl Iterator<Item = Result<Entry>>) -> Result<()> {
    let fail = |e: io::Error| super::disk::cannot_write(path, e);
    let mut out = BufWriter::new(File::create(path).map_err(fail)?);
    let (mut block, mut index, mut at, mut count) = (Vec::<u8>::new(), Vec::<u8>::new(), 0_u64, 0_u64);
    let mut flush = |block: &mut Vec<u8>, index: &mut Vec<u8>| -> io::Result<()> {
        index.extend_from_slice(&block[..16]);
        index.extend_from_slice(&at.to_le_bytes());
        index.extend_from_slice(&hash(block).to_le_bytes());
        out.write_all(block)?;
        at += block.len() as u64;
        block.clear();
        Ok(())
    };
    for entry in entries {
        let (key, value) = entry?;
        assert!(value.len() <= LENGTH, "values are short");
        if block.len() >= BLOCK {
            flush(&mut block, &mut index).map_err(fail)?;
        }
        block.extend_from_slice(&key.to_le_bytes());
        block.push(value.len() as u8);
        block.extend_from_slice(&value);
        count += 1;
    }
    if !block.is_empty() {
        flush(&mut block, &mut index).map_err(fail)?;
    }
    let blocks = (index.len() / INDEX_ENTRY) as u64;
    let mut footer = [MAGIC, count, blocks, at].map(u64::to_le_bytes).concat();
    footer.extend_from_slice(&hash(&[&index[..], &footer[..]].concat()).to_le_bytes());
    out.write_all(&index).and_then(|()| out.write_all(&footer)).and_then(|()| out.flush()).map_err(fail)?;
    out.get_ref().sync_all().map_err(fail)
}

/// The entries of several segments in order of keys; of equal keys the entry of the last segment.
pub fn merge(segments: &[Segment]) -> impl Iterator<Item = Result<Entry>> + '_ {
    let mut inputs: Vec<_> = segments.iter().map(|s| s.iter().peekable()).collect();
    std::iter::from_fn(move || {
        let mut least: Option<u128> = None;
        for input in &mut inputs {
            match input.peek() {
                Some(Ok((key, _))) => least = Some(least.map_or(*key, |l| l.min(*key))),
                Some(Err(_)) => return input.next(),
                None => {}
            }
        }
        let least = least?;
        let is_least = |entry: &Result<Entry>| matches!(entry, Ok((key, _)) if *key == least);
        inputs.iter_mut().filter_map(|input| input.next_if(is_least)).last()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    fn file(path: &Path, keys: impl Iterator<Item = u128>, value: u8) -> Segment {
        write(path, keys.map(|k| Ok((k, vec![value; 40])))).unwrap();
        Segment::open(path).unwrap()
    }

    #[test]
    fn what_was_written_is_found_and_the_last_wins() {
        let folder = tempfile::tempdir().unwrap();
        let even = file(&folder.path().join("a"), (0..5000).map(|n| n * 2), 1);
        let three = file(&folder.path().join("b"), (0..2000).map(|n| n * 3), 2);
        for n in [0, 2, 998, 9998] {
            assert_eq!(even.get(n).unwrap(), Some(vec![1; 40]), "{n}");
            assert_eq!(even.get(n + 1).unwrap(), None);
        }
        assert_eq!(file(&folder.path().join("c"), 0..0, 0).get(7).unwrap(), None);
        let path = folder.path().join("d");
        write(&path, merge(&[even, three])).unwrap();
        let both = Segment::open(&path).unwrap();
        assert_eq!(both.len(), 5000 + 1000);
        assert!(both.iter().map(|e| e.unwrap().0).is_sorted_by(|a, b| a < b));
        assert_eq!([4, 6, 9, 7].map(|n| both.get(n).unwrap().map(|v| v[0])), [Some(1), Some(2), Some(2), None]);
    }

    #[test]
    fn a_changed_byte_is_an_error_wherever_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        drop(file(&path, 0..300, 1));
        let whole = std::fs::read(&path).unwrap();
        let read = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            Segment::open(&path).and_then(|s| (0..300).try_for_each(|n| s.get(n).map(|_| ())))
        };
        assert!(read(&whole).is_ok());
        for at in (0..whole.len()).step_by(97).chain(whole.len() - FOOTER..whole.len()) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            assert_eq!(read(&bytes).unwrap_err().kind(), ErrorKind::State, "byte {at}");
        }
        assert!(read(&whole[..whole.len() - 1]).is_err() && read(b"").is_err());
    }
}
