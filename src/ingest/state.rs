//! What is known of the past: which records, articles and files were taken, and how the last articles read.

use super::disk;
use super::journal::{Folder, Journal, Segments};
use super::plan::Seen;
use super::segment::damaged;
use super::shelf::{Reach, Shelf};
use crate::collect::{BANDS, Memory, SIZE, Signature, Version};
use crate::error::{Error, Result};
use crate::tables::ids;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Entries in memory that are many.
const LARGE: usize = 500_000;
/// The last articles among which near-duplicates are looked for, unless it is told otherwise.
pub const NEAR_WINDOW: u64 = 1_000_000;
/// Entries that an article has at most among those that find near-duplicates: its sketch, and the bands of it.
const NEAR_ENTRIES: u64 = 1 + BANDS as u64;
/// Names of the shelves.
const KNOWN: &str = "known";
const NEAR: &str = "near";

/// The state as of the last commit, and what has come since.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    /// What is known for ever.
    known: Shelf,
    /// Sketches and their bands: of the last articles.
    near: Shelf,
    near_window: u64,
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
        let state = Self::look(folder, journal)?;
        let named: BTreeSet<PathBuf> = state.known.paths().chain(state.near.paths()).collect();
        for entry in std::fs::read_dir(&state.folder).into_iter().flatten().flatten() {
            if !named.contains(&entry.path()) {
                disk::remove(&entry.path())?;
            }
        }
        Ok(state)
    }

    /// Opens the state of the journal to look things up.
    ///
    /// # Errors
    /// As [`State::open`].
    pub fn look(folder: &Folder, journal: &Journal) -> Result<Self> {
        let Segments { known, near } = &journal.segments;
        let at = folder.state();
        Ok(State {
            known: Shelf::open(&at, KNOWN, known)?,
            near: Shelf::open(&at, NEAR, near)?,
            articles: journal.articles,
            ..State::empty(folder)
        })
    }

    /// The state before the first commit.
    pub fn empty(folder: &Folder) -> Self {
        let folder = folder.state();
        let [known, near] = [KNOWN, NEAR].map(|name| Shelf::new(&folder, name));
        State { folder, known, near, near_window: NEAR_WINDOW, articles: 0 }
    }

    /// Looks for near-duplicates among so many of the last articles, and forgets how those before them read.
    pub fn with_near_window(self, articles: u64) -> Self {
        State { near_window: articles, ..self }
    }

    /// Articles among which near-duplicates are looked for.
    pub fn near_window(&self) -> u64 {
        self.near_window
    }

    fn number(&self, kind: &str, what: &[u8]) -> Result<Option<u64>> {
        Ok(self.known.get(key(kind, what))?.and_then(of_number))
    }

    /// Whether a record or reject of this identity was taken.
    ///
    /// # Errors
    /// Where the state is damaged; so for all that look something up.
    pub fn knows(&self, identity: u128) -> Result<bool> {
        Ok(self.known.get(identity)?.is_some())
    }

    /// Remembers the identity of a record or reject.
    pub fn learn(&mut self, identity: u128) {
        self.known.insert(identity, Vec::new());
    }

    /// Whether an article of this id was taken.
    pub fn has_article(&self, id: u128) -> Result<bool> {
        Ok(self.number("article", &id.to_le_bytes())?.is_some())
    }

    /// What is known of an input file, by its path.
    pub fn file(&self, path: &str) -> Result<Option<Seen>> {
        Ok(self.known.get(key("file", path.as_bytes()))?.and_then(|v| Seen::read(&v)))
    }

    /// Remembers what was read of a file.
    pub fn set_file(&mut self, path: &str, seen: &Seen) {
        self.known.insert(key("file", path.as_bytes()), seen.bytes());
    }

    /// Number of articles.
    pub fn articles(&self) -> u64 {
        self.articles
    }

    /// Whether nothing has come since the last commit.
    pub fn is_clean(&self) -> bool {
        self.known.fresh() + self.near.fresh() == 0
    }

    /// Whether so much has come since the last commit that it is time for one.
    pub fn is_large(&self) -> bool {
        self.known.fresh() + self.near.fresh() > LARGE
    }

    /// Bytes on the disk.
    pub fn size(&self) -> u64 {
        self.known.size() + self.near.size()
    }

    /// Reads all of it, to find what is damaged.
    ///
    /// # Errors
    /// The first damage.
    pub fn check(&self) -> Result<()> {
        self.known.check().and_then(|()| self.near.check())
    }

    /// Puts what has come since the last commit on the disk, for the commit of this number; gives the segments that it will have.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn seal(&mut self, commit: u64) -> Result<Segments> {
        let articles = self.near_window;
        let reach = Reach { articles, entries: articles.saturating_mul(NEAR_ENTRIES) / 2 };
        let segments = Segments {
            known: self.known.seal(commit, self.articles, None)?,
            near: self.near.seal(commit, self.articles, Some(reach))?,
        };
        disk::sync(&self.folder)?;
        Ok(segments)
    }

    /// Removes files that the committed journal does without.
    ///
    /// # Errors
    /// Where one cannot be removed.
    pub fn retire(&mut self) -> Result<()> {
        self.known.retire().and_then(|()| self.near.retire())
    }
}

impl Memory for State {
    type Error = Error;

    fn article(&self, number: u64) -> Result<u128> {
        let id = self.known.get(key("number", &number.to_le_bytes()))?.and_then(|id| id.try_into().ok());
        id.map(u128::from_le_bytes).ok_or_else(|| damaged(&self.folder, &format!("article {number} is gone")))
    }

    fn sketch(&self, number: u64) -> Result<Signature> {
        let Some(sketch) = self.near.get(key("sketch", &number.to_le_bytes()))? else { return Ok(None) };
        let mut values = sketch.chunks_exact(2).map(|v| u16::from_le_bytes(v.try_into().expect("2 bytes")));
        Ok((sketch.len() == 2 * SIZE).then(|| Box::new(std::array::from_fn(|_| values.next().unwrap_or(0)))))
    }

    fn content(&self, hash: u128) -> Result<Option<u64>> {
        self.number("content", &hash.to_le_bytes())
    }

    fn version(&self, source: u128) -> Result<Option<Version>> {
        let Some(value) = self.known.get(key("source", &source.to_le_bytes()))? else { return Ok(None) };
        let (revision, article) = value.split_at_checked(4).unwrap_or_default();
        let revision = revision.try_into().map(u32::from_le_bytes);
        let article = of_number(article.to_vec());
        Ok(revision.ok().zip(article).map(|(revision, article)| Version { revision, article }))
    }

    fn band(&self, band: u32) -> Result<Option<u64>> {
        let article = self.near.get(key("band", &band.to_le_bytes()))?.and_then(of_number);
        // What is out of the window counts as gone, whether its file is or not: so the rows do not depend on commits.
        Ok(article.filter(|article| article.saturating_add(self.near_window) >= self.articles))
    }

    fn add(&mut self, id: u128, sketch: Signature) -> u64 {
        let number = self.articles;
        self.articles += 1;
        self.known.insert(key("number", &number.to_le_bytes()), id.to_le_bytes().to_vec());
        self.known.insert(key("article", &id.to_le_bytes()), number.to_le_bytes().to_vec());
        if let Some(sketch) = sketch {
            let values = sketch.iter().flat_map(|v| v.to_le_bytes()).collect();
            self.near.insert(key("sketch", &number.to_le_bytes()), values);
        }
        number
    }

    fn set_content(&mut self, hash: u128, article: u64) {
        self.known.insert(key("content", &hash.to_le_bytes()), article.to_le_bytes().to_vec());
    }

    fn set_version(&mut self, source: u128, version: Version) {
        let value = [&version.revision.to_le_bytes()[..], &version.article.to_le_bytes()].concat();
        self.known.insert(key("source", &source.to_le_bytes()), value);
    }

    fn set_band(&mut self, band: u32, article: u64) {
        self.near.insert(key("band", &band.to_le_bytes()), article.to_le_bytes().to_vec());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Of 20,000 articles the last 2,000 can be found, and what is kept of how they read is bounded.
    #[test]
    fn what_is_out_of_the_window_is_forgotten() {
        const WINDOW: u64 = 2000;
        let folder = tempfile::tempdir().unwrap();
        let layout = Folder::new(folder.path());
        layout.make().unwrap();
        let mut state = State::empty(&layout).with_near_window(WINDOW);
        let mut journal = Journal::new();
        let (mut most, mut known) = (0, 0);
        for commit in 1..=80 {
            for n in (commit - 1) * 250..commit * 250 {
                let number = state.add(n.into(), Some(Box::new([n as u16; SIZE])));
                assert_eq!(number, n);
                (0..NEAR_ENTRIES as u32 - 1).for_each(|band| state.set_band(n as u32 * 32 + band, n));
            }
            journal.segments = state.seal(commit).unwrap();
            journal.articles = state.articles();
            state.retire().unwrap();
            most = most.max(state.near.size());
            assert!(state.known.size() > known, "what was taken is known for ever");
            known = state.known.size();
            assert_eq!(state.article(0).unwrap(), 0);
        }
        // 128 and 8 bytes behind heads of 17, and the index.
        let article = (128 + 17) + (NEAR_ENTRIES - 1) * (8 + 17);
        assert!(most < WINDOW * article * 8 / 5, "{most} bytes");
        let state = State::open(&layout, &journal).unwrap().with_near_window(WINDOW);
        let band = |n: u32| state.band(n * 32 + 3).unwrap();
        assert_eq!([17_999, 18_000, 19_999].map(band), [None, Some(18_000), Some(19_999)]);
        assert_eq!(state.sketch(19_000).unwrap().map(|s| s[5]), Some(19_000));
        let files = |path: &Path| std::fs::read_dir(path).unwrap().count();
        assert!(files(&layout.state()) < 24, "{}", files(&layout.state()));
    }
}
