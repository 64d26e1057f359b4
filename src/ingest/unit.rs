//! The rows of one commit, by table and date.

use super::disk::{self, cannot_write};
use super::journal::{Folder, part_name};
use crate::collect::{Register, Registry, Summary};
use crate::error::Result;
use crate::tables::schema::{TABLES, Table};
use crate::tables::{Batch, parts};
use crate::text::date::{Published, PublishedPrecision};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

/// The date of rows that have none.
const UNKNOWN: &str = "unknown";

/// Rows that are committed together.
#[derive(Debug, Default)]
pub struct Unit {
    batches: BTreeMap<(usize, String), Batch>,
    /// Entities as the articles of a date tell of them.
    entities: BTreeMap<String, Registry>,
    events: Register,
}

/// The day of a moment in UTC, as partitions have it.
pub fn day(seconds: Option<i64>) -> String {
    let date = seconds.map(|seconds| Published { seconds, precision: PublishedPrecision::Day }.date());
    date.filter(|d| d.year() > 0).map_or(UNKNOWN.into(), |d| d.to_string())
}

/// The partition of an event: its date, as far as it is known.
fn event_day(date: Option<&str>) -> String {
    // Nothing but a date becomes the name of a folder.
    let plain = |d: &&str| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    date.filter(plain).unwrap_or(UNKNOWN).to_string()
}

impl Unit {
    /// Adds rows of a table to a date, if the table is wanted.
    pub fn add(&mut self, tables: &[&'static Table], date: &str, mut rows: Batch) {
        let Some(number) = TABLES.iter().position(|t| std::ptr::eq(t, rows.table)) else { return };
        if rows.is_empty() || !tables.iter().any(|t| std::ptr::eq(*t, rows.table)) {
            return;
        }
        let key = (number, date.to_string());
        self.batches.entry(key).or_insert_with(|| Batch::new(rows.table)).append(&mut rows);
    }

    /// Adds what an article tells of entities and events; `copy` where it repeats another.
    pub fn tell(&mut self, date: &str, summary: Summary, copy: bool) {
        self.entities.entry(date.to_string()).or_default().add(&summary);
        self.events.add(summary, copy);
    }

    /// Ends the unit: what is told together becomes rows.
    pub fn close(&mut self, tables: &[&'static Table]) {
        for (date, registry) in std::mem::take(&mut self.entities) {
            let Ok(()) = registry.rows(&mut |batch| {
                self.add(tables, &date, batch);
                Ok::<(), Infallible>(())
            });
        }
        let events = std::mem::take(&mut self.events);
        let Ok(()) = events.rows(&mut |batch| {
            let days: Vec<String> = batch.texts(parts::PARTITION).iter().map(|d| event_day(d.as_deref())).collect();
            batch.split(&days).into_iter().for_each(|(day, batch)| self.add(tables, &day, batch));
            Ok::<(), Infallible>(())
        });
    }

    /// Number of rows a table.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.batches.values().map(|batch| (batch.table.name, batch.len() as u64))
    }

    /// Writes the rows to part files that nobody sees yet; gives their names. Articles come last: whoever sees an article sees all of it.
    pub fn stage(&self, folder: &Folder, commit: u64) -> Result<Vec<String>> {
        let staging = folder.staging();
        let (mut names, mut paths) = (Vec::new(), BTreeSet::new());
        for ((_, date), batch) in self.batches.iter().rev() {
            let name = format!("{}/date={date}/{}", batch.table.name, part_name(commit));
            let path = staging.join(&name);
            let partition = path.parent().expect("a part lies in a partition");
            fs::create_dir_all(partition).map_err(|e| cannot_write(partition, e))?;
            parts::write(&path, batch).map_err(|e| cannot_write(&path, e))?;
            names.push(name);
            paths.extend(path.ancestors().take_while(|p| p.starts_with(&staging)).map(PathBuf::from));
        }
        disk::sync_all(&paths)?;
        Ok(names)
    }
}
