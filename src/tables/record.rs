//! The record of a run: its row of `runs`.

use super::Batch;
use super::schema::{SCHEMA_VERSION, table};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// What is kept of a run.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its id.
    pub run_id: String,
    /// Its begin: seconds since 1970.
    pub started_at: i64,
    /// Its end.
    pub ended_at: i64,
    /// `ok`, `rejects_over_limit`, `interrupted` or `killed`.
    pub status: String,
    /// Name and hash of each model and lexicon.
    pub models: Vec<String>,
    /// Hash of the options that touch the rows.
    pub config_hash: String,
    /// The files that were read, with their sizes.
    pub inputs: Vec<String>,
    /// Articles written.
    pub articles: u64,
    /// Relations written.
    pub relations: u64,
    /// Rejects by code.
    pub rejects: BTreeMap<String, u64>,
    /// Seconds in each stage, over all threads.
    pub seconds: BTreeMap<&'static str, f64>,
}

impl Record {
    /// The row.
    pub fn row(&self) -> Batch {
        let mut batch = Batch::new(table("runs").expect("in the schema"));
        batch.str(self.run_id.as_str()).time(Some(self.started_at)).time(Some(self.ended_at));
        batch.str(self.status.as_str()).str(env!("CARGO_PKG_VERSION")).str(SCHEMA_VERSION);
        batch.list(self.models.clone()).str(self.config_hash.as_str()).list(self.inputs.clone());
        batch.int(self.articles as i64).int(self.relations as i64).int(self.rejects.values().sum::<u64>() as i64);
        batch.list(self.rejects.iter().map(|(code, n)| format!("{code}: {n}")).collect());
        batch.list(self.seconds.iter().map(|(stage, s)| format!("{stage}: {s:.3}")).collect());
        batch.int(peak_memory());
        batch
    }
}

/// Seconds since 1970.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs() as i64)
}

/// Peak resident memory in bytes, where the system tells it.
pub fn peak_memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<i64>().ok().map(|kb| kb * 1024)
}
