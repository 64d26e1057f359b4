//! What has been committed, and how a commit becomes visible.
//!
//! A commit is one rename: that of the journal, which names the new part files (whole and on the disk, but still hidden) and the new
//! state. Only then do the files get their places, and the manifest, which readers go by, follows. A run that dies before the rename
//! has done nothing; one that dies behind it is finished by the next.

use super::disk::{self, cannot_write};
use super::segment::damaged;
use super::shelf::Part;
use crate::error::{Error, ErrorKind, Result};
use crate::tables::schema::{SCHEMA_VERSION, TABLES};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Version of journal, state and manifest.
const FORMAT: u32 = 2;

/// The folder of tables and of what belongs to them.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The layout below `root`; nothing is made.
    pub fn new(root: &Path) -> Self {
        Folder { root: root.to_path_buf() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Something of our own beside the tables.
    pub fn own(&self, name: &str) -> PathBuf {
        self.root.join("_dateline").join(name)
    }

    /// The place of the lock.
    pub fn lock(&self) -> PathBuf {
        self.own("lock")
    }

    /// Where files wait until they are committed.
    pub fn staging(&self) -> PathBuf {
        self.own("staging")
    }

    /// Where the state lies.
    pub fn state(&self) -> PathBuf {
        self.own("state")
    }

    fn journal(&self) -> PathBuf {
        self.own("journal.json")
    }

    fn manifest(&self) -> PathBuf {
        self.own("manifest.json")
    }

    /// Makes the folders that a run needs.
    ///
    /// # Errors
    /// [`ErrorKind::Output`] where they cannot be made.
    pub fn make(&self) -> Result<()> {
        for path in [self.staging(), self.state()] {
            fs::create_dir_all(&path).map_err(|e| cannot_write(&path, e))?;
        }
        Ok(())
    }

    /// The partitions of a table that are there: date and folder, in order of dates.
    pub fn partitions(&self, table: &str) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(self.root.join(table)).into_iter().flatten().flatten();
        let date = |path: &Path| Some(path.file_name()?.to_str()?.strip_prefix("date=")?.to_string());
        let mut found: Vec<_> = entries.filter_map(|e| Some((date(&e.path())?, e.path()))).collect();
        found.sort();
        found
    }
}

/// The part files of a partition with the first and the last commit whose rows they hold, in order of commits.
pub fn parts(partition: &Path) -> Vec<(u64, u64, PathBuf)> {
    let entries = fs::read_dir(partition).into_iter().flatten().flatten();
    let commits = |path: &Path| {
        let name = path.file_name()?.to_str()?.strip_prefix("part-")?.strip_suffix(".parquet")?;
        let (first, last) = name.split_once('-').unwrap_or((name, name));
        Some((first.parse().ok()?, last.parse().ok()?))
    };
    let mut found: Vec<_> = entries
        .filter_map(|e| {
            let (first, last) = commits(&e.path())?;
            Some((first, last, e.path()))
        })
        .collect();
    found.sort();
    found
}

/// The name of the part file of a commit.
pub fn part_name(commit: u64) -> String {
    format!("part-{commit:08}.parquet")
}

/// The segments of the state, by shelf.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segments {
    /// What was taken.
    pub known: Vec<Part>,
    /// How the last articles read.
    pub near: Vec<Part>,
}

/// What has been committed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Journal {
    /// Version of journal, state and manifest.
    pub format: u32,
    /// Version of the tables.
    pub schema_version: String,
    /// Number of the last commit; 0 before the first.
    pub commit: u64,
    /// The last commit's part files, in the order in which they get their places.
    pub pending: Vec<String>,
    /// The folder of ours into which the last commit moves all tables, where it begins anew.
    pub set_aside: Option<String>,
    /// The files of the state.
    pub segments: Segments,
    /// Articles in the state.
    pub articles: u64,
    /// What all runs have written.
    pub totals: Totals,
    /// The run that made the last commit.
    pub run: RunSoFar,
}

/// Counts over all runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Rows a table.
    pub rows: BTreeMap<String, u64>,
    /// Rejects by code.
    pub rejects: BTreeMap<String, u64>,
    /// The newest publication, in seconds since 1970.
    pub newest: Option<i64>,
}

/// A run as it stood at its last commit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunSoFar {
    /// Its id.
    pub run_id: String,
    /// Its begin, in seconds since 1970.
    pub started_at: i64,
    /// Whether that was its last commit.
    pub ended: bool,
    /// Articles written.
    pub articles: u64,
    /// Relations written.
    pub relations: u64,
    /// Rejects by code.
    pub rejects: BTreeMap<String, u64>,
}

/// What readers go by: part files whose last commit is at most `commit` are whole and belong together.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    schema_version: String,
    tool_version: String,
    commit: u64,
    tables: Vec<String>,
    rule: String,
}

/// The last commit that readers may see; none where there is no manifest yet.
///
/// # Errors
/// [`ErrorKind::State`] where it cannot be understood.
pub fn published(folder: &Folder) -> Result<Option<u64>> {
    let path = folder.manifest();
    match fs::read(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(disk::cannot_read(&path, e)),
        Ok(json) => {
            let manifest: Manifest = serde_json::from_slice(&json).map_err(|e| disk::cannot_read(&path, e))?;
            Ok(Some(manifest.commit))
        }
    }
}

/// A file with its hash behind it, so that damage is seen.
fn sealed(json: &str) -> String {
    format!("{json}\n{{\"blake3\":\"{}\"}}\n", blake3::hash(json.as_bytes()).to_hex())
}

/// What journal and manifest say of themselves.
#[derive(Deserialize)]
struct Versions {
    format: u32,
    schema_version: String,
}

/// Refuses what a newer dateline has written, or one with other tables. What cannot be understood at all is not told here.
fn is_ours(path: &Path, json: &str) -> Result<()> {
    let Ok(Versions { format, schema_version }) = serde_json::from_str(json) else { return Ok(()) };
    let (what, theirs, ours) = if format > FORMAT {
        ("format", format.to_string(), FORMAT.to_string())
    } else if schema_version != SCHEMA_VERSION {
        ("schema", schema_version, SCHEMA_VERSION.to_string())
    } else {
        return Ok(());
    };
    let reason = format!(
        "these tables were written by another dateline: {what} {theirs}, this one knows {ours}. Nothing was changed. Use that version, or \
         ingest into another folder"
    );
    Err(Error::new(ErrorKind::State, reason).in_file(path))
}

impl Journal {
    /// The journal of a folder; a new one where there are no tables yet.
    ///
    /// # Errors
    /// [`ErrorKind::State`] where it is damaged, of a newer version, or gone from tables that are there.
    pub fn read(folder: &Folder) -> Result<Self> {
        let path = folder.journal();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                if TABLES.iter().any(|t| !folder.partitions(t.name).is_empty()) {
                    return Err(damaged(&path, "there are tables, but it is gone"));
                }
                return Ok(Journal::new());
            }
            Err(e) => return Err(damaged(&path, &e.to_string())),
        };
        let json = text.lines().next().unwrap_or_default();
        // Of another version it is said that it is one before it is found to be unreadable.
        is_ours(&path, json)?;
        is_ours(&folder.manifest(), &fs::read_to_string(folder.manifest()).unwrap_or_default())?;
        if text != sealed(json) {
            return Err(damaged(&path, "it does not match its hash"));
        }
        let versions: Versions = serde_json::from_str(json).map_err(|e| damaged(&path, &e.to_string()))?;
        if versions.format < FORMAT {
            return Err(damaged(&path, &format!("it is of format {}, this dateline knows {FORMAT}", versions.format)));
        }
        serde_json::from_str(json).map_err(|e| damaged(&path, &e.to_string()))
    }

    /// Before the first commit.
    pub fn new() -> Self {
        Journal { format: FORMAT, schema_version: SCHEMA_VERSION.to_string(), ..Journal::default() }
    }

    /// Makes it the journal of the folder: the moment of the commit.
    ///
    /// # Errors
    /// [`ErrorKind::Output`] where it cannot be written; then nothing was committed.
    pub fn commit(&self, folder: &Folder) -> Result<()> {
        let json = serde_json::to_string(self).expect("plain data");
        disk::replace(&folder.journal(), sealed(&json).as_bytes())
    }

    /// Gives the files of the last commit their places, where they do not have them yet, and tells readers.
    ///
    /// # Errors
    /// [`ErrorKind::Output`] where a file cannot be moved: the next run tries again.
    pub fn publish(&self, folder: &Folder) -> Result<()> {
        let staging = folder.staging();
        let mut touched = BTreeSet::new();
        if let Some(name) = &self.set_aside {
            let aside = folder.own(name);
            fs::create_dir_all(&aside).map_err(|e| cannot_write(&aside, e))?;
            for table in TABLES.iter().filter(|t| folder.root.join(t.name).is_dir()) {
                let to = aside.join(table.name);
                fs::rename(folder.root.join(table.name), &to).map_err(|e| cannot_write(&to, e))?;
            }
            touched.insert(aside);
        }
        for name in &self.pending {
            let (from, to) = (staging.join(name), folder.root.join(name));
            let partition = to.parent().expect("a part lies in a partition");
            if touched.insert(partition.to_path_buf()) && !partition.is_dir() {
                fs::create_dir_all(partition).map_err(|e| cannot_write(partition, e))?;
                touched.extend(partition.parent().map(Path::to_path_buf));
            }
            match fs::rename(&from, &to) {
                Err(e) if e.kind() == io::ErrorKind::NotFound && to.is_file() => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    return Err(damaged(&from, "a file of the last commit is gone"));
                }
                moved => moved.map_err(|e| cannot_write(&to, e))?,
            }
        }
        if !touched.is_empty() {
            touched.insert(folder.root.clone());
        }
        disk::sync_all(&touched)?;
        let manifest = Manifest {
            format: FORMAT,
            schema_version: self.schema_version.clone(),
            tool_version: env!("CARGO_PKG_VERSION").into(),
            commit: self.commit,
            tables: TABLES.iter().map(|t| t.name.to_string()).filter(|t| folder.root.join(t).is_dir()).collect(),
            rule: "the rows are those of TABLE/date=*/part-N.parquet and part-M-N.parquet with N <= commit".into(),
        };
        let json = serde_json::to_string_pretty(&manifest).expect("plain data");
        disk::replace(&folder.manifest(), json.as_bytes())
    }

    /// Finishes what a run before has left half done, and clears away what it had not committed.
    ///
    /// # Errors
    /// As [`Journal::publish`].
    pub fn recover(&self, folder: &Folder) -> Result<()> {
        // A manifest that cannot be understood is written anew.
        if self.commit > 0 && published(folder).ok().flatten() != Some(self.commit) {
            self.publish(folder)?;
        }
        let staging = folder.staging();
        disk::remove(&staging)?;
        fs::create_dir_all(&staging).map_err(|e| cannot_write(&staging, e))
    }
}
