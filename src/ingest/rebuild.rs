//! The state anew, from the tables: for when it is lost or damaged.
//!
//! What the tables hold is known again. Which files and records were read is not: the next run reads all input once more, and finds
//! that it has its articles.

use super::disk::{self, cannot_read};
use super::feed::reject_identity;
use super::journal::{Folder, Journal, RunSoFar, parts};
use super::state::State;
use super::store::Store;
use crate::collect::{Kinship, remember};
use crate::doc::Flag;
use crate::error::Result;
use crate::pipeline::Pipeline;
use crate::tables::schema::{TABLES, table};
use crate::tables::{Batch, ids, parts as part_files};
use std::fs;
use std::path::{Path, PathBuf};

/// Part files of a table in order of commits, with the date of their folder.
fn files(folder: &Folder, table: &str) -> Vec<(u64, u64, String, PathBuf)> {
    let of = |(date, partition): (String, PathBuf)| {
        parts(&partition).into_iter().map(move |(first, last, path)| (last, first, date.clone(), path))
    };
    let mut files: Vec<_> = folder.partitions(table).into_iter().flat_map(of).collect();
    files.sort();
    files
}

fn read(table_name: &str, date: &str, path: &Path) -> Result<Batch> {
    part_files::read(path, table(table_name).expect("in the schema"), date).map_err(|e| cannot_read(path, e))
}

impl Store {
    /// Makes journal and state anew from the tables, in a folder that was opened without them.
    ///
    /// # Errors
    /// Where a table cannot be read or the state cannot be written; then the folder is as damaged as before.
    pub fn rebuild(&mut self, pipeline: &Pipeline) -> Result<()> {
        let folder = self.folder.clone();
        finish_last(&folder)?;
        disk::remove(&folder.state())?;
        folder.make()?;
        let mut journal = Journal::new();
        for table in TABLES {
            for (last, _, _, path) in files(&folder, table.name) {
                journal.commit = journal.commit.max(last);
                let rows = part_files::count(&path).map_err(|e| cannot_read(&path, e))?;
                *journal.totals.rows.entry(table.name.to_string()).or_default() += rows;
            }
        }
        let mut state = State::empty(&folder).with_near_window(self.state.near_window());
        let mut worker = pipeline.worker();
        let mut sealed = 0;
        for (.., date, path) in files(&folder, "articles") {
            if state.is_large() {
                sealed += 1;
                journal.segments = state.seal(sealed)?;
            }
            let rows = read("articles", &date, &path)?;
            let [ids, sources, hashes, titles, texts, copies] =
                ["article_id", "source_id", "content_hash", "title", "text", "duplicate_of"].map(|c| rows.texts(c));
            let [revisions, times, sentences] = ["revision", "published_at", "n_sentences"].map(|c| rows.numbers(c));
            let (flags, recalls) = (rows.lists("flags"), Flag::RECALLS.map(|f| f.as_str()));
            for row in 0..rows.len() {
                let text = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
                let kinship = Kinship {
                    revision: revisions[row].unwrap_or(0),
                    duplicate_of: copies[row].clone(),
                    ..Kinship::default()
                };
                // What was not analysed had none.
                let analysed = sentences[row].is_some_and(|n| n > 0);
                let sketch = if analysed { worker.sketch(&text(titles), &text(texts)) } else { None };
                let recalled = flags[row].iter().any(|f| recalls.contains(&f.as_str()));
                let content = if text(texts).is_empty() || recalled { text(ids) } else { text(hashes) };
                let of = |text: &str| ids::number(&[text.as_bytes()]);
                let article = [ids::pack(&text(ids)), of(&content), of(&text(sources))];
                remember(&mut state, article, &kinship, &sketch)?;
                journal.totals.newest = journal.totals.newest.max(times[row]);
            }
        }
        for (.., date, path) in files(&folder, "rejects") {
            let rows = read("rejects", &date, &path)?;
            let [codes, hashes, names, messages] =
                ["code", "record_hash", "input_file", "message"].map(|c| rows.texts(c));
            let numbers = rows.numbers("input_record");
            for row in 0..rows.len() {
                let text = |column: &[Option<String>]| column[row].clone().unwrap_or_default();
                let (code, record) = (text(codes), numbers[row].unwrap_or(0) as u64);
                state.learn(reject_identity(&code, hashes[row].as_deref(), &text(names), record, &text(messages)));
                *journal.totals.rejects.entry(code).or_default() += 1;
            }
        }
        // Later segments have later numbers.
        journal.commit = journal.commit.max(sealed) + 1;
        journal.segments = state.seal(journal.commit)?;
        journal.articles = state.articles();
        journal.run = RunSoFar { ended: true, ..RunSoFar::default() };
        journal.commit(&folder)?;
        state.retire()?;
        self.state = state;
        self.journal = journal;
        self.journal.publish(&folder)
    }
}

/// Gives the waiting files of a commit their places, if some of that commit have theirs: then it was one.
fn finish_last(folder: &Folder) -> Result<()> {
    let staging = folder.staging();
    let waiting = Folder::new(&staging);
    let placed = |commit: u64| TABLES.iter().any(|t| files(folder, t.name).iter().any(|f| f.0 == commit));
    for table in TABLES {
        for (commit, _, date, from) in files(&waiting, table.name) {
            if !placed(commit) {
                continue;
            }
            let partition = folder.root().join(table.name).join(format!("date={date}"));
            let to = partition.join(from.file_name().unwrap_or_default());
            let moved = fs::create_dir_all(&partition).and_then(|()| fs::rename(&from, &to));
            moved.map_err(|e| disk::cannot_write(&to, e))?;
            disk::sync(&partition)?;
        }
    }
    disk::remove(&staging)
}
