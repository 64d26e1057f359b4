//! The records of the input that are not known yet, lot after lot.

use super::plan::{self, Look, Seen, Step};
use super::state::State;
use crate::doc::Article;
use crate::error::Result;
use crate::pipeline::Record;
use crate::read::{self, End, ReadOptions, Reader};
use crate::tables::ids;
use crate::tables::record::now;
use rustc_hash::FxHashSet;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// Records of a lot, and bytes of text after which it is full: what is analysed at once.
const LOT: (usize, usize) = (128, 1 << 20);

/// Records and files after which a lot ends though it is not full, so that a run over what is known can be told to stop.
const LOOKED_AT: usize = 20_000;

/// Which records are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Records that one commit takes.
    pub commit_records: usize,
    /// Bytes of text after which a commit is full.
    pub commit_bytes: usize,
    /// Publications from this moment on, in seconds since 1970.
    pub since: Option<i64>,
    /// Publications before this moment.
    pub until: Option<i64>,
    /// Records at most.
    pub limit: Option<u64>,
    /// Whether files are read that look as they did.
    pub again: bool,
}

/// What became of the files and records so far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Files that were read, or read on.
    pub files_read: u64,
    /// Files that hold what they held.
    pub files_unchanged: u64,
    /// Files that could not be read to their end: they are tried again.
    pub files_failed: u64,
    /// Records that were taken before.
    pub known: u64,
    /// Records outside of the dates that are wanted.
    pub left_out: u64,
    /// Names and sizes of the files that were read: the first [`NAMED`].
    pub names: Vec<String>,
}

/// Files that are named in the record of a run.
pub const NAMED: usize = 1000;

/// Records to be analysed, and what is to be remembered when they are committed.
#[derive(Debug, Default)]
pub struct Lot {
    /// The records.
    pub records: Vec<Record<Article>>,
    /// Identities of the records.
    pub identities: Vec<u128>,
    /// Files that came to their end.
    pub files: Vec<(String, Seen)>,
    /// Whether a commit is full with it.
    pub fills_commit: bool,
    /// Whether it is the last.
    pub last: bool,
}

struct Current {
    reader: Reader,
    path: String,
    look: Option<Look>,
    /// Whether it is a file that can be read again, not a stream.
    lasts: bool,
    /// Whether a broken last line is left for another day.
    leave_tail: bool,
    tail_left: bool,
    /// For which dates records were left out; 0 where none was.
    left_out_by: u64,
}

/// Reads the files one after the other.
pub struct Feed {
    files: VecDeque<PathBuf>,
    options: ReadOptions,
    wanted: Wanted,
    current: Option<Current>,
    /// Identities in lots that are not in the state yet.
    in_flight: FxHashSet<u128>,
    /// Records and bytes of the commit that is being filled.
    filled: (usize, usize),
    taken: u64,
    /// What became of files and records.
    pub counts: Counts,
}

impl Feed {
    /// Over these files, in this order.
    pub fn new(files: Vec<PathBuf>, options: ReadOptions, wanted: Wanted) -> Self {
        Feed {
            files: files.into(),
            options,
            wanted,
            current: None,
            in_flight: FxHashSet::default(),
            filled: (0, 0),
            taken: 0,
            counts: Counts::default(),
        }
    }

    /// The next records.
    ///
    /// # Errors
    /// Where the state is damaged.
    pub fn next(&mut self, state: &State) -> Result<Lot> {
        let (mut lot, mut bytes, mut looked_at) = (Lot::default(), 0, 0);
        while lot.records.len() < LOT.0 && bytes < LOT.1 && looked_at < LOOKED_AT {
            looked_at += 1;
            if self.wanted.limit.is_some_and(|limit| self.taken >= limit) {
                lot.last = true;
                return Ok(lot);
            }
            let Some(current) = &mut self.current else {
                let Some(path) = self.files.pop_front() else {
                    lot.last = true;
                    return Ok(lot);
                };
                self.open(&path, state, &mut lot)?;
                continue;
            };
            let Some(record) = current.reader.next() else {
                self.close(&mut lot);
                continue;
            };
            if current.leave_tail && current.reader.may_be_half(&record) {
                current.tail_left = true;
                continue;
            }
            if record.as_ref().is_ok_and(|article| !self.wanted.has(article)) {
                current.left_out_by = self.wanted.window();
                self.counts.left_out += 1;
                continue;
            }
            let identity = identity(&record);
            if self.in_flight.contains(&identity) || state.knows(identity)? {
                self.counts.known += 1;
                continue;
            }
            self.in_flight.insert(identity);
            let size = record.as_ref().map_or(0, |a| a.body.len());
            bytes += size;
            self.taken += 1;
            self.filled = (self.filled.0 + 1, self.filled.1 + size);
            lot.identities.push(identity);
            lot.records.push(record);
            if self.filled.0 >= self.wanted.commit_records || self.filled.1 >= self.wanted.commit_bytes {
                self.filled = (0, 0);
                lot.fills_commit = true;
                return Ok(lot);
            }
        }
        Ok(lot)
    }

    /// Forgets identities that are in the state now.
    pub fn landed(&mut self, identities: &[u128]) {
        identities.iter().for_each(|i| {
            self.in_flight.remove(i);
        });
    }

    fn open(&mut self, path: &Path, state: &State, lot: &mut Lot) -> Result<()> {
        let name = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()).display().to_string();
        let data = std::fs::metadata(path).ok().filter(|d| d.is_file());
        if data.as_ref().is_some_and(|d| d.len() == 0) {
            // Nothing was written to it yet.
            self.counts.files_unchanged += 1;
            return Ok(());
        }
        let look = data.as_ref().and_then(|d| Look::at(d, now()));
        // With other dates than those for which records were left out they may be wanted.
        let window = self.wanted.window();
        let fits = |seen: &Seen| !self.wanted.again && (seen.left_out_by == 0 || seen.left_out_by == window);
        let known = state.file(&name)?.filter(fits);
        // What cannot be looked at gives a reject when it is read; what is no file has no size.
        let step = data.as_ref().map_or(Ok(Step::Whole), |d| plan::step(path, d, look, known.as_ref()));
        let size = data.as_ref().map_or(u64::MAX, |d| d.len());
        let (from, grown) = match step.unwrap_or(Step::Whole) {
            Step::Unchanged => {
                self.counts.files_unchanged += 1;
                return Ok(());
            }
            Step::Touched(seen) => {
                self.counts.files_unchanged += 1;
                if Some(seen) != known {
                    lot.files.push((name, seen));
                }
                return Ok(());
            }
            Step::On(place, hasher) => (Some((place, *hasher)), known.is_none_or(|k| size > k.end.size)),
            Step::Whole => (None, true),
        };
        let reads_on = from.is_some();
        self.counts.files_read += 1;
        if self.counts.names.len() < NAMED {
            self.counts.names.push(format!("{} ({} bytes)", path.display(), data.as_ref().map_or(0, |d| d.len())));
        }
        self.current = Some(Current {
            reader: read::open_file(path, size, from, self.options.clone()),
            path: name,
            look,
            lasts: data.is_some(),
            leave_tail: grown && data.is_some(),
            tail_left: false,
            left_out_by: known.filter(|_| reads_on).map_or(0, |k| k.left_out_by),
        });
        Ok(())
    }

    fn close(&mut self, lot: &mut Lot) {
        let Some(current) = self.current.take() else { return };
        let end: Option<End> = current.reader.end();
        match end {
            Some(end) if current.lasts => {
                let Current { tail_left, left_out_by, look, .. } = current;
                if tail_left {
                    tracing::info!("the last line of {} has no end; it is left for the next run", current.path);
                }
                lot.files.push((current.path, Seen { end, tail_left, left_out_by, look }));
            }
            Some(_) => {}
            None => self.counts.files_failed += 1,
        }
    }
}

impl Wanted {
    /// Tells these dates from others; 0 where there are none.
    fn window(&self) -> u64 {
        match (self.since, self.until) {
            (None, None) => 0,
            dates => ids::number(&[format!("{dates:?}").as_bytes()]) as u64 | 1,
        }
    }

    /// Whether the dates want it; by the record's own date.
    fn has(&self, article: &Article) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let after = |p: i64| self.since.is_none_or(|since| p >= since);
        let before = |p: i64| self.until.is_none_or(|until| p < until);
        article.published.is_some_and(|p| after(p.seconds) && before(p.seconds))
    }
}

/// What makes a record the same, whatever file it comes in: all that was read of it. Of a broken one its bytes and what is wrong.
pub fn identity(record: &Record<Article>) -> u128 {
    match record {
        Ok(a) => {
            let text = |t: &Option<String>| t.as_deref().map_or(String::new(), |t| format!("+{t}"));
            let list = |l: &[String]| l.join("\u{1f}");
            // A recall may repeat what it recalls.
            let flags: Vec<&str> = a.flags.iter().map(|f| f.as_str()).collect();
            let published = a.published.map_or(String::new(), |p| format!("{} {}", p.seconds, p.precision));
            let parts = [
                text(&a.source_id),
                a.title.clone(),
                a.body.clone(),
                published,
                text(&a.publisher),
                list(&a.byline),
                text(&a.section),
                list(&a.tags),
                text(&a.language),
                text(&a.url),
                flags.join(","),
            ];
            let parts: Vec<&[u8]> =
                std::iter::once("record").chain(parts.iter().map(String::as_str)).map(str::as_bytes).collect();
            ids::number(&parts)
        }
        Err(r) => reject_identity(r.code, r.record_hash.as_deref(), &r.input_file, r.input_record, &r.message),
    }
}

/// The identity of a reject: its code and the hash of its bytes; where there is no hash, its place and message.
pub fn reject_identity(code: &str, hash: Option<&str>, file: &str, record: u64, message: &str) -> u128 {
    match hash {
        Some(hash) => ids::number(&[b"reject", code.as_bytes(), hash.as_bytes()]),
        None => {
            let (file, message) = (file.as_bytes(), message.as_bytes());
            ids::number(&[b"reject", code.as_bytes(), file, &record.to_le_bytes(), message])
        }
    }
}
