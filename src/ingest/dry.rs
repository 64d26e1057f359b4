//! What a run would do, and which files a replay of rejects would read.

use super::feed::{Counts, Feed, Wanted};
use super::journal::{Folder, Journal, parts};
use super::state::State;
use crate::error::Result;
use crate::read::ReadOptions;
use crate::tables::parts as part_files;
use crate::tables::schema::table;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What a run would take.
#[derive(Debug, Default)]
pub struct DryRun {
    /// New records and new rejects a file.
    pub files: BTreeMap<String, (u64, u64)>,
    /// What would become of files and records.
    pub counts: Counts,
}

/// Reads what a run would read, and writes nothing.
///
/// # Errors
/// Where the state is damaged.
pub fn dry_run(folder: &Folder, files: Vec<PathBuf>, read: ReadOptions, wanted: Wanted) -> Result<DryRun> {
    let state = State::look(folder, &Journal::read(folder)?)?;
    let mut feed = Feed::new(files, read, wanted);
    let mut plan = DryRun::default();
    loop {
        let lot = feed.next(&state)?;
        for record in lot.records {
            match record {
                Ok(article) => plan.files.entry(article.input_file).or_default().0 += 1,
                Err(reject) => plan.files.entry(reject.input_file).or_default().1 += 1,
            }
        }
        if lot.last {
            plan.counts = feed.counts;
            return Ok(plan);
        }
    }
}

/// The files that rejects came from: those that are there, and those that are gone.
///
/// # Errors
/// Where the table of rejects cannot be read.
pub fn rejected_files(folder: &Folder) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let rejects = table("rejects").expect("in the schema");
    let mut names = BTreeSet::new();
    for (date, partition) in folder.partitions("rejects") {
        for (.., path) in parts(&partition) {
            let rows = part_files::read(&path, rejects, &date).map_err(|e| super::disk::cannot_read(&path, e))?;
            names.extend(rows.texts("input_file").iter().flatten().cloned());
        }
    }
    let (there, gone): (Vec<_>, Vec<_>) =
        names.into_iter().filter(|n| n != "-").partition(|n| PathBuf::from(n).exists());
    Ok((there.into_iter().map(PathBuf::from).collect(), gone))
}
