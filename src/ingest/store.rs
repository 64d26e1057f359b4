//! An output folder, opened for writing.

use super::disk;
use super::journal::{Folder, Journal, RunSoFar};
use super::lock::Lock;
use super::state::State;
use super::unit::Unit;
use crate::error::Result;
use std::time::Duration;

/// An output folder that this process alone writes to.
#[derive(Debug)]
pub struct Store {
    /// Its layout.
    pub folder: Folder,
    /// What has been committed to it.
    pub journal: Journal,
    pub(super) state: State,
    /// The run that was killed before its end, where one was.
    pub(super) killed: Option<RunSoFar>,
    // Last: it is given back when all else is done.
    _lock: Lock,
}

impl Store {
    /// Takes the folder: waits for the lock as long as `patience`, finishes what a killed run has left, opens the state.
    ///
    /// # Errors
    /// [`ErrorKind`](crate::error::ErrorKind)`::Locked` where another run holds it, `State` where it is damaged or of a newer
    /// version, `Output` where it cannot be written. Nothing is changed then.
    pub fn open(folder: Folder, patience: Duration) -> Result<Self> {
        folder.make()?;
        let lock = Lock::take(&folder.lock(), patience)?;
        let journal = Journal::read(&folder)?;
        let state = State::open(&folder, &journal)?;
        if let Some(dead) = &lock.dead {
            tracing::warn!("the run before did not end ({dead}); going on from its last commit");
        }
        journal.recover(&folder)?;
        let killed = Some(journal.run.clone()).filter(|run| journal.commit > 0 && !run.ended);
        Ok(Store { folder, journal, state, killed, _lock: lock })
    }

    /// Commits a unit: see [`super::journal`].
    pub(super) fn commit(&mut self, unit: &Unit, run: RunSoFar) -> Result<()> {
        let commit = self.journal.commit + 1;
        let mut next = Journal { commit, run, set_aside: None, ..self.journal.clone() };
        for (table, rows) in unit.rows() {
            *next.totals.rows.entry(table.to_string()).or_default() += rows;
        }
        let made = unit.stage(&self.folder, commit).and_then(|pending| {
            next.pending = pending;
            next.segments = self.state.seal(commit)?;
            next.articles = self.state.articles();
            next.commit(&self.folder)
        });
        // Where the disk is full there must be room to say so. What cannot be removed now is removed by the next run. But a
        // journal that got its name, though the disk did not say that it has it, is a commit.
        if made.is_err() && Journal::read(&self.folder).is_ok_and(|journal| journal.commit < commit) {
            let _ = disk::remove(&self.folder.staging());
        }
        made?;
        self.journal = next;
        self.journal.publish(&self.folder)?;
        self.state.retire()
    }

    /// Takes the folder without its state, which is to be made anew.
    ///
    /// # Errors
    /// As [`Store::open`], but for damage.
    pub fn open_damaged(folder: Folder, patience: Duration) -> Result<Self> {
        folder.make()?;
        let lock = Lock::take(&folder.lock(), patience)?;
        let state = State::empty(&folder);
        Ok(Store { folder, journal: Journal::new(), state, killed: None, _lock: lock })
    }

    /// Sets the tables aside, into a folder of ours, and begins anew.
    ///
    /// # Errors
    /// `Output` where they cannot be moved: the next run goes on with it.
    pub fn set_aside(&mut self) -> Result<()> {
        let commit = self.journal.commit + 1;
        let journal = Journal { commit, set_aside: Some(format!("before-{commit:08}")), ..Journal::new() };
        journal.commit(&self.folder)?;
        journal.publish(&self.folder)?;
        self.journal = journal;
        self.state = State::open(&self.folder, &self.journal)?.with_near_window(self.state.near_window());
        Ok(())
    }

    /// Looks for near-duplicates among so many of the last articles.
    pub fn with_near_window(self, articles: u64) -> Self {
        Store { state: self.state.with_near_window(articles), ..self }
    }

    /// Bytes of the state on the disk.
    pub fn state_bytes(&self) -> u64 {
        self.state.size()
    }
}
