//! The tables as a SQLite database, for those who want to look around in them: keys, references, full-text search.

use super::compact::{rules, together};
use super::disk::{self, cannot_read, cannot_write};
use super::journal::{Folder, parts, published};
use crate::error::{Error, ErrorKind, Result};
use crate::tables::schema::{Kind, TABLES, Table};
use crate::tables::{Batch, Values, parts as part_files, rfc3339};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Columns that readers look for beside the ids.
const SOUGHT: [&str; 8] = [
    "relations.type",
    "relations.event_date",
    "articles.published_at",
    "articles.publisher",
    "entities.name",
    "entities.type",
    "events.type",
    "events.date",
];

/// Writes the committed rows of all tables to a new database; gives their number. `path` is replaced when all is written.
///
/// # Errors
/// [`ErrorKind::Usage`] where there are no tables, `State` where one cannot be read, `Output` where the database cannot be written.
pub fn export(folder: &Folder, path: &Path) -> Result<u64> {
    let Some(commit) = published(folder)? else {
        return Err(Error::new(ErrorKind::Usage, "there are no tables of dateline ingest here").in_file(folder.root()));
    };
    let mut beside = path.as_os_str().to_os_string();
    beside.push(".part");
    let beside = PathBuf::from(beside);
    disk::remove(&beside)?;
    let there: Vec<&Table> = TABLES.iter().filter(|t| !folder.partitions(t.name).is_empty()).collect();
    let written = Connection::open(&beside).map_err(|e| cannot_write(&beside, e)).and_then(|mut database| {
        let rows = fill(folder, commit, &there, &mut database, &beside)?;
        database.close().map_err(|(_, e)| cannot_write(&beside, e))?;
        Ok(rows)
    });
    if written.is_err() {
        disk::remove(&beside)?;
    }
    let rows = written?;
    disk::sync(&beside)?;
    std::fs::rename(&beside, path).map_err(|e| cannot_write(path, e))?;
    Ok(rows)
}

fn fill(folder: &Folder, commit: u64, there: &[&'static Table], database: &mut Connection, path: &Path) -> Result<u64> {
    let fail = |e: rusqlite::Error| cannot_write(path, e);
    // Nobody else sees the file until it is whole, so nothing has to be undone. Rows may come before what they refer to.
    database
        .execute_batch("pragma journal_mode = off; pragma synchronous = off; pragma foreign_keys = off")
        .map_err(fail)?;
    let transaction = database.transaction().map_err(fail)?;
    let mut count = 0;
    for &table in there {
        transaction.execute_batch(&definition(table, there)).map_err(fail)?;
        let marks = vec!["?"; table.columns.len()].join(", ");
        let mut insert =
            transaction.prepare(&format!("insert into \"{}\" values ({marks})", table.name)).map_err(fail)?;
        let mut all = Batch::new(table);
        for (date, partition) in folder.partitions(table.name) {
            for (.., file) in parts(&partition).into_iter().filter(|part| part.1 <= commit) {
                let mut batch = part_files::read(&file, table, &date).map_err(|e| cannot_read(&file, e))?;
                if rules(table).is_empty() {
                    count += put(&mut insert, &batch).map_err(fail)?;
                } else {
                    all.append(&mut batch);
                }
            }
        }
        count += put(&mut insert, &together(all)).map_err(fail)?;
    }
    for &table in there {
        for column in table.columns.iter().skip(1) {
            let sought = SOUGHT.contains(&format!("{}.{}", table.name, column.name).as_str());
            if sought || refers(table, column.name, there).is_some() {
                let (table, column) = (table.name, column.name);
                let index = format!("create index \"{table}_{column}\" on \"{table}\" (\"{column}\")");
                transaction.execute_batch(&index).map_err(fail)?;
            }
        }
    }
    if there.iter().any(|t| t.name == "articles") {
        let search = "create virtual table articles_text using fts5(title, text, content = 'articles');
            insert into articles_text (articles_text) values ('rebuild');";
        transaction.execute_batch(search).map_err(fail)?;
    }
    transaction.commit().map_err(fail)?;
    Ok(count)
}

/// Whether the table's first column is an id of its own.
fn has_key(table: &Table) -> bool {
    !matches!(table.name, "tokens" | "rejects")
}

/// The table whose key a column holds.
fn refers(table: &Table, column: &str, there: &[&Table]) -> Option<&'static str> {
    let to = match column {
        "article_id" | "supersedes" | "duplicate_of" => "articles",
        "quote_id" => "quotes",
        "sentence_id" => "sentences",
        // No row: that of the run is written when it ends.
        "run_id" => return None,
        _ if column.ends_with("mention_id") => "mentions",
        _ if column.ends_with("entity_id") => "entities",
        _ => return None,
    };
    let own = has_key(table) && table.columns[0].name == column;
    (!own && there.iter().any(|t| t.name == to)).then_some(to)
}

fn definition(table: &Table, there: &[&Table]) -> String {
    let mut sql = format!("create table \"{}\" (", table.name);
    for (n, column) in table.columns.iter().enumerate() {
        let kind = match column.kind {
            Kind::Str | Kind::List | Kind::Time => "text",
            Kind::Int | Kind::Bool => "integer",
            Kind::Float => "real",
        };
        let key = if n == 0 && has_key(table) { " primary key" } else { "" };
        let comma = if n == 0 { "" } else { ", " };
        let _ = write!(sql, "{comma}\"{}\" {kind}{key}", column.name);
        if let Some(to) = refers(table, column.name, there) {
            let _ = write!(sql, " references \"{to}\"");
        }
    }
    sql + ")"
}

fn put(insert: &mut rusqlite::Statement<'_>, batch: &Batch) -> rusqlite::Result<u64> {
    for row in 0..batch.len() {
        insert.execute(params_from_iter(batch.columns.iter().map(|values| value(values, row))))?;
    }
    Ok(batch.len() as u64)
}

fn value(values: &Values, row: usize) -> Value {
    match values {
        Values::Str(v) => v[row].clone().into(),
        Values::Int(v) => v[row].into(),
        Values::Float(v) => v[row].map(f64::from).into(),
        Values::Bool(v) => v[row].map(i64::from).into(),
        Values::Time(v) => v[row].map(rfc3339).into(),
        Values::List(v) => serde_json::to_string(&v[row]).expect("a list of texts").into(),
    }
}
