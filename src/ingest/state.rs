//! What is known of the past: which records, articles and files were taken, in sorted files that are added to, never rewritten
//! as a whole.
//!
//! A commit adds one segment. Four of a size are merged into one, so their number grows with the logarithm of the past, and what a
//! run writes with its own records.

use super::disk;
use super::journal::{Folder, Journal};
use super::plan::Seen;
use super::segment::{self, Segment, damaged};
use crate::collect::{Memory, Remembered, SIZE, Signature, Version};
use crate::error::{Error, Result};
use crate::tables::ids;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Segments of a size that are merged.
const FAN: usize = 4;
/// Entries in memory that are many.
const LARGE: usize = 500_000;
/// Entries of the smallest size.
const SMALL: u64 = 4096;

/// The state as of the last commit, and what has come since.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    segments: Vec<(u64, u64, Segment)>,
    /// Segments that the next commit does without.
    merged: Vec<PathBuf>,
    fresh: BTreeMap<u128, Vec<u8>>,
    articles: u64,
}

fn key(kind: &str, what: &[u8]) -> u128 {
    ids::number(&[kind.as_bytes(), what])
}

fn of_number(value: Vec<u8>) -> Option<u64> {
    Some(u64::from_le_bytes(value.try_into().ok()?))
}

impl State {
    /// Opens the state of the journal, and clears away what was never committed.
    ///
    /// # Errors
    /// [`ErrorKind::State`](crate::error::ErrorKind::State) where it is damaged.
    pub fn open(folder: &Folder, journal: &Journal) -> Result<Self> {
        let mut state = Self::look(folder, journal)?;
        let named: BTreeSet<PathBuf> = state.segments.iter().map(|(a, b, _)| state.path(*a, *b)).collect();
        for entry in std::fs::read_dir(&state.folder).into_iter().flatten().flatten() {
            if !named.contains(&entry.path()) {
                state.merged.push(entry.path());
            }
        }
        state.retire()?;
        Ok(state)
    }

    /// Opens the state of the journal to look things up.
    ///
    /// # Errors
    /// As [`State::open`].
    pub fn look(folder: &Folder, journal: &Journal) -> Result<Self> {
        let mut state = State::empty(folder);
        state.articles = journal.articles;
        for &(first, last) in &journal.segments {
            state.segments.push((first, last, Segment::open(&state.path(first, last))?));
        }
        Ok(state)
    }

    /// The state before the first commit.
    pub fn empty(folder: &Folder) -> Self {
        State { folder: folder.state(), segments: Vec::new(), merged: Vec::new(), fresh: BTreeMap::new(), articles: 0 }
    }

    fn path(&self, first: u64, last: u64) -> PathBuf {
        self.folder.join(format!("{first:08}-{last:08}"))
    }

    fn get(&self, key: u128) -> Result<Option<Vec<u8>>> {
        if let Some(value) = self.fresh.get(&key) {
            return Ok(Some(value.clone()));
        }
        for (.., segment) in self.segments.iter().rev() {
            if let Some(value) = segment.get(key)? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    fn number(&self, kind: &str, what: &[u8]) -> Result<Option<u64>> {
        Ok(self.get(key(kind, what))?.and_then(of_number))
    }

    /// Whether a record or reject of this identity was taken.
    ///
    /// # Errors
    /// Where the state is damaged; so for all that look something up.
    pub fn knows(&self, identity: u128) -> Result<bool> {
        Ok(self.get(identity)?.is_some())
    }

    /// Remembers the identity of a record or reject.
    pub fn learn(&mut self, identity: u128) {
        self.fresh.insert(identity, Vec::new());
    }

    /// Whether an article of this id was taken.
    pub fn has_article(&self, id: u128) -> Result<bool> {
        Ok(self.number("article", &id.to_le_bytes())?.is_some())
    }

    /// What is known of an input file, by its path.
    pub fn file(&self, path: &str) -> Result<Option<Seen>> {
        Ok(self.get(key("file", path.as_bytes()))?.and_then(|v| Seen::read(&v)))
    }

    /// Remembers what was read of a file.
    pub fn set_file(&mut self, path: &str, seen: &Seen) {
        self.fresh.insert(key("file", path.as_bytes()), seen.bytes());
    }

    /// Number of articles.
    pub fn articles(&self) -> u64 {
        self.articles
    }

    /// Whether nothing has come since the last commit.
    pub fn is_clean(&self) -> bool {
        self.fresh.is_empty()
    }

    /// Whether so much has come since the last commit that it is time for one.
    pub fn is_large(&self) -> bool {
        self.fresh.len() > LARGE
    }

    /// Bytes on the disk.
    pub fn size(&self) -> u64 {
        let size = |(a, b, _): &(u64, u64, Segment)| self.path(*a, *b).metadata().map_or(0, |m| m.len());
        self.segments.iter().map(size).sum()
    }

    /// Reads all of it, to find what is damaged.
    ///
    /// # Errors
    /// The first damage.
    pub fn check(&self) -> Result<()> {
        self.segments.iter().try_for_each(|(.., s)| s.iter().try_for_each(|entry| entry.map(|_| ())))
    }

    /// Puts what has come since the last commit on the disk, for the commit of this number; gives the segments that it will have.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn seal(&mut self, commit: u64) -> Result<Vec<(u64, u64)>> {
        if !self.fresh.is_empty() {
            let fresh = std::mem::take(&mut self.fresh);
            self.add(commit, commit, fresh.into_iter().map(Ok))?;
        }
        let level = |s: &(u64, u64, Segment)| (s.2.len() / SMALL).checked_ilog(FAN as u64).map_or(0, |l| l + 1);
        loop {
            let newest = self.segments.last().map_or(0, level);
            let alike = self.segments.iter().rev().take_while(|s| level(s) <= newest).count();
            if alike < FAN {
                break;
            }
            let from = self.segments.len() - alike;
            let old = self.segments.split_off(from);
            let (first, last) = (old[0].0, old[alike - 1].1);
            let paths: Vec<PathBuf> = old.iter().map(|(a, b, _)| self.path(*a, *b)).collect();
            let old: Vec<Segment> = old.into_iter().map(|s| s.2).collect();
            self.add(first, last, segment::merge(&old))?;
            self.merged.extend(paths);
        }
        disk::sync(&self.folder)?;
        Ok(self.segments.iter().map(|(first, last, _)| (*first, *last)).collect())
    }

    fn add(&mut self, first: u64, last: u64, entries: impl Iterator<Item = Result<segment::Entry>>) -> Result<()> {
        let path = self.path(first, last);
        segment::write(&path, entries)?;
        self.segments.push((first, last, Segment::open(&path)?));
        Ok(())
    }

    /// Removes segments that the committed journal does without.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn retire(&mut self) -> Result<()> {
        self.merged.drain(..).try_for_each(|path| disk::remove(&path))
    }
}

impl Memory for State {
    type Error = Error;

    fn article(&self, number: u64) -> Result<Remembered> {
        let value = self.get(key("number", &number.to_le_bytes()))?;
        let gone = || damaged(&self.folder, &format!("article {number} is gone"));
        let value = value.ok_or_else(gone)?;
        let (id, sketch) = value.split_at_checked(16).ok_or_else(gone)?;
        let mut values = sketch.chunks_exact(2).map(|v| u16::from_le_bytes(v.try_into().expect("2 bytes")));
        let signature: Signature =
            (sketch.len() == 2 * SIZE).then(|| Box::new(std::array::from_fn(|_| values.next().unwrap_or(0))));
        Ok(Remembered { id: u128::from_le_bytes(id.try_into().expect("16 bytes")), signature })
    }

    fn content(&self, hash: u128) -> Result<Option<u64>> {
        self.number("content", &hash.to_le_bytes())
    }

    fn version(&self, source: u128) -> Result<Option<Version>> {
        let Some(value) = self.get(key("source", &source.to_le_bytes()))? else { return Ok(None) };
        let (revision, article) = value.split_at_checked(4).unwrap_or_default();
        let revision = revision.try_into().map(u32::from_le_bytes);
        let article = of_number(article.to_vec());
        Ok(revision.ok().zip(article).map(|(revision, article)| Version { revision, article }))
    }

    fn band(&self, band: u32) -> Result<Option<u64>> {
        self.number("band", &band.to_le_bytes())
    }

    fn add(&mut self, article: Remembered) -> u64 {
        let number = self.articles;
        self.articles += 1;
        let mut value = article.id.to_le_bytes().to_vec();
        value.extend(article.signature.iter().flat_map(|s| s.iter()).flat_map(|v| v.to_le_bytes()));
        self.fresh.insert(key("number", &number.to_le_bytes()), value);
        self.fresh.insert(key("article", &article.id.to_le_bytes()), number.to_le_bytes().to_vec());
        number
    }

    fn set_content(&mut self, hash: u128, article: u64) {
        self.fresh.insert(key("content", &hash.to_le_bytes()), article.to_le_bytes().to_vec());
    }

    fn set_version(&mut self, source: u128, version: Version) {
        let value = [&version.revision.to_le_bytes()[..], &version.article.to_le_bytes()].concat();
        self.fresh.insert(key("source", &source.to_le_bytes()), value);
    }

    fn set_band(&mut self, band: u32, article: u64) {
        self.fresh.insert(key("band", &band.to_le_bytes()), article.to_le_bytes().to_vec());
    }
}
