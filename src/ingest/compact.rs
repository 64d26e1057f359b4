//! Many small part files of a date become one, without a moment in which a reader misses a row or sees one twice.

use super::disk::{self, cannot_read, cannot_write};
use super::journal::{Folder, parts};
use super::store::Store;
use crate::error::Result;
use crate::tables::schema::{TABLES, Table};
use crate::tables::{Batch, Values, parts as part_files};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What became of the files.
#[derive(Clone, Copy, Debug, Default)]
pub struct Compacted {
    /// Partitions that were rewritten.
    pub partitions: u64,
    /// Part files before.
    pub before: u64,
    /// Part files now.
    pub after: u64,
}

/// Rewrites every partition that has several files as one. Rows of `entities` and `events` that tell of the same are put together.
///
/// # Errors
/// Where a file cannot be read or written; partitions are whole, before or after.
pub fn compact(store: &mut Store) -> Result<Compacted> {
    let mut done = Compacted::default();
    for table in TABLES {
        for (date, partition) in store.folder.partitions(table.name) {
            let files = parts(&partition).len() as u64;
            done.before += files;
            done.after += files.min(1);
            if files > 1 {
                done.partitions += 1;
                rewrite(&store.folder, table, &date, &partition)?;
            }
        }
    }
    Ok(done)
}

fn rewrite(folder: &Folder, table: &'static Table, date: &str, partition: &Path) -> Result<()> {
    let files = parts(partition);
    let (first, last) = (files[0].0, files.iter().map(|f| f.1).max().unwrap_or(0));
    let beside = folder.staging().join(format!("{}-{date}", table.name));
    disk::remove(&beside)?;
    fs::create_dir_all(&beside).map_err(|e| cannot_write(&beside, e))?;
    let path = beside.join(format!("part-{first:08}-{last:08}.parquet"));
    if rules(table).is_empty() {
        let paths: Vec<_> = files.into_iter().map(|f| f.2).collect();
        part_files::join(&paths, &path).map_err(|e| cannot_write(&path, e))?;
    } else {
        let mut all = Batch::new(table);
        for (.., from) in files {
            all.append(&mut part_files::read(&from, table, date).map_err(|e| cannot_read(&from, e))?);
        }
        part_files::write(&path, &together(all)).map_err(|e| cannot_write(&path, e))?;
    }
    disk::sync(&path)?;
    disk::sync(&beside)?;
    exchange(&beside, partition)?;
    disk::sync(partition.parent().unwrap_or(partition))?;
    disk::remove(&beside)
}

/// Puts the new folder where the old one is, and the old one where the new one was: one step where the file system can do so.
fn exchange(new: &Path, old: &Path) -> Result<()> {
    if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_ok() {
        return Ok(());
    }
    // Elsewhere for a moment neither is there; the old one is hidden, not gone, until the new one has its name.
    let hidden = new.with_extension("old");
    let moved = fs::rename(old, &hidden).and_then(|()| fs::rename(new, old)).and_then(|()| fs::rename(&hidden, new));
    moved.map_err(|e| cannot_write(old, e))
}

/// How a column of rows of the same id becomes one value; where there is no rule, the first that is not null.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Rule {
    Sum,
    Least,
    Greatest,
    Union,
    /// The same in order of the alphabet, as a run writes names.
    Names,
    /// The length of another column, a union.
    LengthOf(&'static str),
}

/// The columns that are put together; none for tables whose rows stand alone.
pub(super) fn rules(table: &Table) -> &'static [(&'static str, Rule)] {
    match table.name {
        "entities" => &[
            ("aliases", Rule::Union),
            ("n_mentions", Rule::Sum),
            ("n_articles", Rule::Sum),
            ("first_seen", Rule::Least),
            ("last_seen", Rule::Greatest),
        ],
        "events" => &[
            ("n_relations", Rule::Sum),
            ("n_articles", Rule::Sum),
            ("publishers", Rule::Names),
            ("n_publishers", Rule::LengthOf("publishers")),
            ("first_seen", Rule::Least),
            ("last_seen", Rule::Greatest),
            ("relation_ids", Rule::Union),
            ("asserted_by", Rule::Names),
            ("confirmed_by", Rule::Names),
            ("denied_by", Rule::Names),
            ("not_confirmed_by", Rule::Names),
        ],
        _ => &[],
    }
}

/// One row an id, the first column, in order of ids.
pub(super) fn together(rows: Batch) -> Batch {
    let table = rows.table;
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, id) in rows.texts(table.columns[0].name).iter().enumerate() {
        groups.entry(id.clone().unwrap_or_default()).or_default().push(row);
    }
    let mut merged = Batch::new(table);
    for (at, column) in table.columns.iter().enumerate() {
        let rule = rules(table).iter().find(|(name, _)| *name == column.name).map(|(_, rule)| *rule);
        let groups = groups.values();
        let numbers = |v: &[Option<i64>]| -> Vec<Option<i64>> {
            let of = |group: &Vec<usize>| {
                let mut some = group.iter().filter_map(|&row| v[row]);
                match rule {
                    Some(Rule::Sum) => Some(some.sum()),
                    Some(Rule::Least) => some.min(),
                    Some(Rule::Greatest) => some.max(),
                    _ => some.next(),
                }
            };
            groups.clone().map(of).collect()
        };
        merged.columns[at] = match &rows.columns[at] {
            Values::Str(v) => Values::Str(groups.clone().map(|g| g.iter().find_map(|&row| v[row].clone())).collect()),
            Values::Float(v) => Values::Float(groups.clone().map(|g| g.iter().find_map(|&row| v[row])).collect()),
            Values::Bool(v) => Values::Bool(groups.clone().map(|g| g.iter().find_map(|&row| v[row])).collect()),
            Values::Int(v) => Values::Int(numbers(v)),
            Values::Time(v) => Values::Time(numbers(v)),
            Values::List(v) => {
                let mut lists: Vec<_> = groups.clone().map(|g| union(g.iter().map(|&row| &v[row]))).collect();
                if rule == Some(Rule::Names) {
                    lists.iter_mut().for_each(|list| list.sort_unstable());
                }
                Values::List(lists)
            }
        };
    }
    for (at, column) in table.columns.iter().enumerate() {
        let rule = rules(table).iter().find(|(name, _)| *name == column.name);
        let Some((_, Rule::LengthOf(of))) = rule else { continue };
        let from = place(table, of).expect("in the schema");
        if let Values::List(lists) = &merged.columns[from] {
            merged.columns[at] = Values::Int(lists.iter().map(|l| Some(l.len() as i64)).collect());
        }
    }
    if let (Some(name), Some(aliases)) = (place(table, "name"), place(table, "aliases")) {
        // One file's name is another's alias.
        let names = std::mem::replace(&mut merged.columns[name], Values::Str(Vec::new()));
        if let (Values::Str(names), Values::List(aliases)) = (&names, &mut merged.columns[aliases]) {
            let pairs = names.iter().zip(aliases);
            pairs.for_each(|(name, aliases)| aliases.retain(|alias| Some(alias) != name.as_ref()));
        }
        merged.columns[name] = names;
    }
    merged
}

fn place(table: &Table, name: &str) -> Option<usize> {
    table.columns.iter().position(|c| c.name == name)
}

/// Each item once, in the order in which they come.
fn union<'l>(lists: impl Iterator<Item = &'l Vec<String>>) -> Vec<String> {
    let mut union: Vec<String> = Vec::new();
    let mut seen = rustc_hash::FxHashSet::default();
    for item in lists.flatten() {
        if seen.insert(item.as_str()) {
            union.push(item.clone());
        }
    }
    union
}
