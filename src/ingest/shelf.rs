//! Keys and values over many commits, in sorted files that are added to, never rewritten as a whole.
//!
//! A commit adds one segment. Four of a size are merged into one, so their number grows with the logarithm of the past, and what a
//! run writes with its own records. On a shelf that reaches back so many articles only, segments that are out of reach are dropped.

use super::disk;
use super::segment::{self, Segment};
use crate::error::Result;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Segments of a size that are merged.
const FAN: usize = 4;
/// Entries of the smallest size.
const SMALL: u64 = 4096;

/// A segment, as the journal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Part {
    /// The first commit that added to it.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// Articles that were known then: it holds nothing of later ones.
    pub articles: u64,
}

/// How far back a shelf reaches.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Articles.
    pub articles: u64,
    /// Entries from which a segment is not merged any more: it would go out of reach too late.
    pub entries: u64,
}

/// The segments of the last commit, and what has come since.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    name: &'static str,
    segments: Vec<(Part, Segment)>,
    /// Files that the next commit does without.
    retired: Vec<PathBuf>,
    fresh: BTreeMap<u128, Vec<u8>>,
}

impl Shelf {
    /// Before the first commit.
    pub fn new(folder: &Path, name: &'static str) -> Self {
        Shelf { folder: folder.into(), name, segments: Vec::new(), retired: Vec::new(), fresh: BTreeMap::new() }
    }

    /// With these segments.
    ///
    /// # Errors
    /// [`ErrorKind::State`](crate::error::ErrorKind::State) where one is damaged.
    pub fn open(folder: &Path, name: &'static str, parts: &[Part]) -> Result<Self> {
        let mut shelf = Self::new(folder, name);
        for part in parts {
            shelf.segments.push((*part, Segment::open(&shelf.path(part))?));
        }
        Ok(shelf)
    }

    fn path(&self, part: &Part) -> PathBuf {
        self.folder.join(format!("{}-{:08}-{:08}", self.name, part.first, part.last))
    }

    /// The files of its segments.
    pub fn paths(&self) -> impl Iterator<Item = PathBuf> + '_ {
        self.segments.iter().map(|(part, _)| self.path(part))
    }

    /// The value of a key.
    ///
    /// # Errors
    /// As [`Shelf::open`].
    pub fn get(&self, key: u128) -> Result<Option<Vec<u8>>> {
        if let Some(value) = self.fresh.get(&key) {
            return Ok(Some(value.clone()));
        }
        for (_, segment) in self.segments.iter().rev() {
            if let Some(value) = segment.get(key)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Gives a key its value.
    pub fn insert(&mut self, key: u128, value: Vec<u8>) {
        self.fresh.insert(key, value);
    }

    /// Entries that have come since the last commit.
    pub fn fresh(&self) -> usize {
        self.fresh.len()
    }

    /// Bytes on the disk.
    pub fn size(&self) -> u64 {
        self.paths().map(|path| path.metadata().map_or(0, |m| m.len())).sum()
    }

    /// Reads all of it, to find what is damaged.
    ///
    /// # Errors
    /// The first damage.
    pub fn check(&self) -> Result<()> {
        self.segments.iter().try_for_each(|(_, s)| s.iter().try_for_each(|entry| entry.map(|_| ())))
    }

    /// Puts what has come since the last commit on the disk, for the commit of this number, with which so many articles are known;
    /// gives the segments that it will have.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn seal(&mut self, commit: u64, articles: u64, reach: Option<Reach>) -> Result<Vec<Part>> {
        if !self.fresh.is_empty() {
            let fresh = std::mem::take(&mut self.fresh);
            self.add(Part { first: commit, last: commit, articles }, fresh.into_iter().map(Ok))?;
        }
        if let Some(reach) = reach {
            let gone =
                self.segments.partition_point(|(part, _)| part.articles.saturating_add(reach.articles) <= articles);
            let paths: Vec<PathBuf> = self.paths().take(gone).collect();
            self.segments.drain(..gone);
            self.retired.extend(paths);
        }
        let level = |s: &(Part, Segment)| (s.1.len() / SMALL).checked_ilog(FAN as u64).map_or(0, |l| l + 1);
        loop {
            let newest = self.segments.last().map_or(0, level);
            let alike = self.segments.iter().rev().take_while(|s| level(s) <= newest).count();
            let from = self.segments.len() - alike;
            let entries: u64 = self.segments[from..].iter().map(|(_, s)| s.len()).sum();
            if alike < FAN || reach.is_some_and(|reach| entries > reach.entries) {
                break;
            }
            let paths: Vec<PathBuf> = self.paths().skip(from).collect();
            let (parts, old): (Vec<Part>, Vec<Segment>) = self.segments.split_off(from).into_iter().unzip();
            self.add(Part { first: parts[0].first, ..parts[alike - 1] }, segment::merge(&old))?;
            self.retired.extend(paths);
        }
        Ok(self.segments.iter().map(|(part, _)| *part).collect())
    }

    fn add(&mut self, part: Part, entries: impl Iterator<Item = Result<segment::Entry>>) -> Result<()> {
        let path = self.path(&part);
        segment::write(&path, entries)?;
        self.segments.push((part, Segment::open(&path)?));
        Ok(())
    }

    /// Removes files that the committed journal does without.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn retire(&mut self) -> Result<()> {
        self.retired.drain(..).try_for_each(|path| disk::remove(&path))
    }
}
