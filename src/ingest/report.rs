//! What the last run did, for programs: `run.json`, and metrics for the node exporter.

use super::disk;
use super::journal::{Folder, Totals};
use crate::error::Result;
use crate::tables::record::peak_memory;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// The last run, as `run.json` has it. Moments are seconds since 1970 here, RFC 3339 there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LastRun {
    /// Its id.
    pub run_id: String,
    /// Version of dateline.
    pub tool_version: String,
    /// `ok`, `rejects_over_limit`, `interrupted` or `failed`.
    pub status: String,
    /// What it ended with.
    pub exit_code: u8,
    /// Why it failed.
    pub error: Option<String>,
    /// Its begin.
    #[serde(with = "moment")]
    pub started_at: Option<i64>,
    /// Its end.
    #[serde(with = "moment")]
    pub ended_at: Option<i64>,
    /// The end of the last run that was good.
    #[serde(with = "moment")]
    pub last_success_at: Option<i64>,
    /// The newest publication in the tables.
    #[serde(with = "moment")]
    pub newest_published_at: Option<i64>,
    /// Seconds from the newest publication to the end of the run.
    pub lag_seconds: Option<i64>,
    /// Seconds it took.
    pub seconds: f64,
    /// Articles written.
    pub articles: u64,
    /// Relations written.
    pub relations: u64,
    /// Records that were taken before.
    pub known: u64,
    /// Records outside of the dates that were wanted.
    pub left_out: u64,
    /// New rejects by code.
    pub rejects: BTreeMap<String, u64>,
    /// Files that were read.
    pub files_read: u64,
    /// Files that hold what they held.
    pub files_unchanged: u64,
    /// Files that could not be read to their end.
    pub files_failed: u64,
    /// Commits.
    pub commits: u64,
    /// Bytes of the state.
    pub state_bytes: u64,
    /// Bytes.
    pub peak_memory: Option<i64>,
}

mod moment {
    use crate::tables::rfc3339;
    use crate::text::date::parse_published;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(moment: &Option<i64>, s: S) -> Result<S::Ok, S::Error> {
        moment.map(rfc3339).serialize(s)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<i64>, D::Error> {
        Ok(Option::<String>::deserialize(d)?.and_then(|text| parse_published(&text)).map(|p| p.seconds))
    }
}

impl LastRun {
    /// The last run of a folder, if there was one.
    pub fn read(folder: &Folder) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.own("run.json")).ok()?).ok()
    }

    /// Writes `run.json` and the metrics: in the folder, and where they are wanted besides.
    ///
    /// # Errors
    /// [`ErrorKind::Output`](crate::error::ErrorKind::Output) where one cannot be written.
    pub fn write(mut self, folder: &Folder, totals: &Totals, metrics: Option<&Path>) -> Result<()> {
        self.tool_version = env!("CARGO_PKG_VERSION").into();
        self.peak_memory = peak_memory();
        self.newest_published_at = totals.newest;
        self.lag_seconds = self.ended_at.zip(totals.newest).map(|(now, newest)| now - newest);
        if matches!(self.status.as_str(), "ok") {
            self.last_success_at = self.ended_at;
        } else {
            self.last_success_at = LastRun::read(folder).and_then(|before| before.last_success_at);
        }
        let json = serde_json::to_string_pretty(&self).expect("plain data");
        disk::replace(&folder.own("run.json"), json.as_bytes())?;
        let text = self.metrics(totals);
        disk::replace(&folder.own("metrics.prom"), text.as_bytes())?;
        metrics.map_or(Ok(()), |path| disk::replace(path, text.as_bytes()))
    }

    /// In the text form of OpenMetrics, which the node exporter reads too.
    fn metrics(&self, totals: &Totals) -> String {
        let mut out = String::new();
        let mut gauge = |name: &str, help: &str, value: Option<f64>| {
            let Some(value) = value else { return };
            let _ =
                writeln!(out, "# HELP dateline_{name} {help}\n# TYPE dateline_{name} gauge\ndateline_{name} {value}");
        };
        let moment = |m: Option<i64>| m.map(|m| m as f64);
        gauge("last_run_timestamp_seconds", "End of the last run.", moment(self.ended_at));
        gauge("last_success_timestamp_seconds", "End of the last run that was good.", moment(self.last_success_at));
        gauge("last_run_exit_code", "What the last run ended with; 0 is good.", Some(self.exit_code.into()));
        gauge("last_run_duration_seconds", "Seconds that the last run took.", Some(self.seconds));
        gauge("last_run_articles", "Articles that the last run wrote.", Some(self.articles as f64));
        gauge("last_run_known_records", "Records that the last run had taken before.", Some(self.known as f64));
        gauge("last_run_failed_files", "Files that the last run could not read.", Some(self.files_failed as f64));
        gauge("lag_seconds", "From the newest publication to the end of the last run.", moment(self.lag_seconds));
        gauge("state_bytes", "Size of the state.", Some(self.state_bytes as f64));
        let _ = writeln!(out, "# HELP dateline_rows Rows written by all runs.\n# TYPE dateline_rows gauge");
        for (table, rows) in &totals.rows {
            let _ = writeln!(out, "dateline_rows{{table=\"{table}\"}} {rows}");
        }
        let _ = writeln!(out, "# HELP dateline_rejects Rejects of all runs.\n# TYPE dateline_rejects gauge");
        for (code, n) in &totals.rejects {
            let _ = writeln!(out, "dateline_rejects{{code=\"{code}\"}} {n}");
        }
        out + "# EOF\n"
    }
}
