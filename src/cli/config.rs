//! dateline.toml: what flags, environment and file can all say, in this order of weight.

use super::models;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};
use dateline::entity::kb::Row;
use dateline::error::{Error, ErrorKind, Result};
use dateline::pipeline::Pipeline;
use dateline::read::{self, Columns, ReadOptions};
use dateline::tables::schema::{TABLES, Table};
use dateline::tables::{Format, ids};
use dateline::text::date::parse_published;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Flags and file together.
#[derive(Args)]
pub struct Settings {
    /// TOML file with the options below; flags and environment win
    #[arg(long, env = "DATELINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    schedule: Schedule,
    #[command(flatten)]
    options: Options,
}

impl Settings {
    /// What file, environment and flags say together.
    pub fn merged(self) -> Result<Config> {
        let file = read(self.config.as_deref())?;
        Ok(Config { options: self.options.or(file.options), schedule: self.schedule.or(file.schedule) })
    }
}

/// What flags and the configuration file can both say.
#[derive(Args, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Options {
    /// parquet, csv or jsonl [default: parquet]
    #[arg(long, env = "DATELINE_FORMAT")]
    #[schemars(with = "Option<String>")]
    pub format: Option<Format>,
    /// Tables to write, with commas between [default: all but tokens]
    #[arg(long, value_delimiter = ',', env = "DATELINE_TABLES")]
    pub tables: Option<Vec<String>>,
    /// Threads [default: one a core]
    #[arg(long, short, env = "DATELINE_THREADS")]
    pub threads: Option<usize>,
    /// jsonl, csv, parquet, text, html, warc, feed, nitf, newsml-g2, newsml, factiva, reuters, wire, mail or lexisnexis [default: by content and name]
    #[arg(long, env = "DATELINE_INPUT_FORMAT")]
    #[schemars(with = "Option<String>")]
    pub input_format: Option<read::Format>,
    /// Column that holds the text, where it has none of the usual names
    #[arg(long, env = "DATELINE_TEXT_COLUMN")]
    pub text_column: Option<String>,
    /// Share of rejected records from which the run counts as failed [default: 0.01]
    #[arg(long, env = "DATELINE_MAX_REJECT_RATE")]
    pub max_reject_rate: Option<f64>,
    /// Put ' before CSV cells that a spreadsheet would run as a formula
    #[arg(long, num_args = 0..=1, default_missing_value = "true", env = "DATELINE_EXCEL_SAFE", value_parser = BoolishValueParser::new())]
    pub excel_safe: Option<bool>,
    /// Own entries for the knowledge base: tab-separated name, aliases, type, country, sector, wikidata_id, geonames_id, lat, lon, ticker
    #[arg(long, env = "DATELINE_KB")]
    pub kb: Option<PathBuf>,
    /// Folder with models to use instead of those built in
    #[arg(long, env = "DATELINE_MODELS")]
    pub models: Option<PathBuf>,
    /// Lexicon of cues to add to the one built in, or to change its entries (repeatable, or with commas between; see dateline lexicon check --help)
    #[arg(long, value_delimiter = ',', env = "DATELINE_LEXICON")]
    pub lexicon: Option<Vec<PathBuf>>,
    /// Leave out relations and quotes of a lower confidence, from 0 to 1 [default: 0]
    #[arg(long, env = "DATELINE_MIN_CONFIDENCE")]
    pub min_confidence: Option<f32>,
    /// Analyse also what is not English, withdrawn or withheld
    #[arg(long, num_args = 0..=1, default_missing_value = "true", env = "DATELINE_ANALYSE_ALL", value_parser = BoolishValueParser::new())]
    pub analyse_all: Option<bool>,
}

impl Options {
    /// These, and where they say nothing the others.
    pub fn or(self, other: Options) -> Options {
        Options {
            format: self.format.or(other.format),
            tables: self.tables.or(other.tables),
            threads: self.threads.or(other.threads),
            input_format: self.input_format.or(other.input_format),
            text_column: self.text_column.or(other.text_column),
            max_reject_rate: self.max_reject_rate.or(other.max_reject_rate),
            excel_safe: self.excel_safe.or(other.excel_safe),
            kb: self.kb.or(other.kb),
            models: self.models.or(other.models),
            lexicon: self.lexicon.or(other.lexicon),
            min_confidence: self.min_confidence.or(other.min_confidence),
            analyse_all: self.analyse_all.or(other.analyse_all),
        }
    }

    pub fn tables(&self) -> Result<Vec<&'static Table>> {
        match &self.tables {
            Some(names) => names.iter().map(|n| super::schema::find(n)).collect(),
            None => Ok(TABLES.iter().filter(|t| t.name != "tokens").collect()),
        }
    }

    pub fn max_reject_rate(&self) -> Result<f64> {
        let rate = self.max_reject_rate.unwrap_or(0.01);
        share(rate).ok_or_else(|| usage("--max-reject-rate is a share, from 0 to 1"))
    }

    pub fn threads(&self) -> Result<usize> {
        let threads = self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        if threads == 0 { Err(usage("--threads is 1 or more")) } else { Ok(threads) }
    }

    pub fn read_options(&self) -> ReadOptions {
        ReadOptions {
            format: self.input_format,
            columns: Columns { text: self.text_column.clone(), ..Columns::default() },
            ..ReadOptions::default()
        }
    }

    /// The pipeline with models, lexicons and own entries.
    pub fn pipeline(&self) -> Result<Pipeline> {
        let min_confidence = self.min_confidence.unwrap_or(0.0);
        share(min_confidence.into()).ok_or_else(|| usage("--min-confidence is a probability, from 0 to 1"))?;
        let lexicons = self.lexicon.as_deref().unwrap_or_default();
        let tokens = self.tables()?.iter().any(|t| t.name == "tokens");
        let mut pipeline = models::load(self.models.as_deref(), lexicons, tokens)?;
        pipeline.set_min_confidence(min_confidence);
        pipeline.set_analyse_all(self.analyse_all.unwrap_or(false));
        if let Some(path) = &self.kb {
            pipeline.add_to_kb(&own_entries(path)?)?;
        }
        Ok(pipeline)
    }

    /// Hash of what touches the rows.
    pub fn hash(&self) -> String {
        let Options { text_column, input_format, tables, min_confidence, analyse_all, .. } = self;
        let (min_confidence, analyse_all) = (min_confidence.unwrap_or(0.0), analyse_all.unwrap_or(false));
        ids::hash(format!("{text_column:?} {input_format:?} {tables:?} {min_confidence} {analyse_all}").as_bytes())
    }
}

/// What scheduled runs want to know besides.
#[derive(Args, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", default)]
pub struct Schedule {
    /// Files, folders, globs (in quotes), or - for standard input
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<PathBuf>,
    /// Folder with the tables and the state
    #[arg(long, short, env = "DATELINE_OUT")]
    pub out: Option<PathBuf>,
    /// File with more inputs, one a line; - for standard input
    #[arg(long, env = "DATELINE_FILES_FROM")]
    pub files_from: Option<PathBuf>,
    /// Only records published on this day or at this time, or later
    #[arg(long, env = "DATELINE_SINCE")]
    pub since: Option<String>,
    /// Only records published before this day or time
    #[arg(long, env = "DATELINE_UNTIL")]
    pub until: Option<String>,
    /// New records to take at most; the rest is for the next run
    #[arg(long, env = "DATELINE_LIMIT")]
    pub limit: Option<u64>,
    /// New records a commit: more are fewer and larger files, and more memory [default: 2000]
    #[arg(long, env = "DATELINE_COMMIT_RECORDS")]
    pub commit_records: Option<usize>,
    /// The last articles among which near-duplicates are looked for; the state keeps how they read [default: 1000000]
    #[arg(long, env = "DATELINE_NEAR_WINDOW")]
    pub near_window: Option<u64>,
    /// Seconds to wait where another run is at work [default: 0]
    #[arg(long, env = "DATELINE_WAIT")]
    pub wait: Option<u64>,
    /// File for the node exporter's textfile collector, besides OUT/_dateline/metrics.prom
    #[arg(long, env = "DATELINE_METRICS_FILE")]
    pub metrics_file: Option<PathBuf>,
}

impl Schedule {
    /// These, and where they say nothing the others.
    pub fn or(self, other: Schedule) -> Schedule {
        Schedule {
            inputs: if self.inputs.is_empty() { other.inputs } else { self.inputs },
            out: self.out.or(other.out),
            files_from: self.files_from.or(other.files_from),
            since: self.since.or(other.since),
            until: self.until.or(other.until),
            limit: self.limit.or(other.limit),
            commit_records: self.commit_records.or(other.commit_records),
            near_window: self.near_window.or(other.near_window),
            wait: self.wait.or(other.wait),
            metrics_file: self.metrics_file.or(other.metrics_file),
        }
    }

    pub fn out(&self) -> Result<&Path> {
        self.out.as_deref().ok_or_else(|| usage("--out, or out in the configuration, names the folder of the tables"))
    }

    /// The input files, in order.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let mut inputs = Vec::new();
        for input in &self.inputs {
            expand(input, &mut inputs)?;
        }
        if let Some(path) = &self.files_from {
            let text = if path.as_os_str() == "-" {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read_to_string(path)
            };
            let text = text.map_err(|e| usage(format!("cannot read the list of files: {e}")).in_file(path))?;
            inputs.extend(text.lines().map(str::trim_end).filter(|l| !l.is_empty()).map(PathBuf::from));
        } else if self.inputs.is_empty() {
            return Err(usage(
                "no input: name files, folders or globs, or --files-from, or inputs in the configuration",
            ));
        }
        // Tables that lie in a folder of the input are no input.
        let out = self.out.as_deref().map(absolute);
        let is_own = |path: &Path| out.as_ref().is_some_and(|out| absolute(path).starts_with(out));
        Ok(read::list(&inputs)?.into_iter().map(|(path, _)| path).filter(|path| !is_own(path)).collect())
    }

    /// The moments of --since and --until.
    pub fn dates(&self) -> Result<[Option<i64>; 2]> {
        let parse = |name: &str, text: &Option<String>| {
            let Some(text) = text else { return Ok(None) };
            let wrong =
                || usage(format!("--{name} is a day or time like 2024-05-06 or 2024-05-06T07:08Z, not {text:?}"));
            parse_published(text).map(|p| Some(p.seconds)).ok_or_else(wrong)
        };
        Ok([parse("since", &self.since)?, parse("until", &self.until)?])
    }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A glob's files in order; a path that is there is no glob. One that finds nothing today may do so tomorrow.
fn expand(input: &Path, inputs: &mut Vec<PathBuf>) -> Result<()> {
    let text = input.to_string_lossy();
    if input.exists() || !text.contains(['*', '?', '[']) {
        inputs.push(input.to_path_buf());
        return Ok(());
    }
    let wrong = |e: glob::PatternError| usage(format!("it is no glob: {e}")).in_file(input);
    let before = inputs.len();
    for path in glob::glob(&text).map_err(wrong)? {
        // A folder that cannot be looked into is named by its error.
        inputs.push(path.unwrap_or_else(|e| e.path().to_path_buf()));
    }
    if inputs.len() == before {
        tracing::warn!("no file for {text}");
    }
    Ok(())
}

/// All that a configuration file can say.
#[derive(Clone, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "dateline.toml", deny_unknown_fields)]
pub struct Config {
    #[serde(flatten)]
    pub options: Options,
    #[serde(flatten)]
    pub schedule: Schedule,
}

/// What a file says; nothing where there is none.
pub fn read(path: Option<&Path>) -> Result<Config> {
    let Some(path) = path else { return Ok(Config::default()) };
    let fail = |e: String| usage(e).in_file(path);
    let text = std::fs::read_to_string(path).map_err(|e| fail(format!("cannot read the configuration: {e}")))?;
    let table: toml::Table = toml::from_str(&text).map_err(|e| fail(e.to_string()))?;
    let schema = schema();
    let known: Vec<&str> = keys(&schema).map(|(key, _)| key).collect();
    let unknown = table.keys().filter(|key| !known.contains(&key.as_str())).map(|key| {
        let near = known.iter().map(|k| (strsim::jaro_winkler(key, k), k)).max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = near.filter(|(likeness, _)| *likeness > 0.8).map(|(_, k)| format!("is it {k}?"));
        format!("unknown key {key:?}; {}", hint.unwrap_or_else(|| format!("there are: {}", known.join(", "))))
    });
    let unknown: Vec<String> = unknown.collect();
    if !unknown.is_empty() {
        return Err(fail(unknown.join("\n")));
    }
    // Each part is read for itself: so an error has its line, which it would lose in a part of a whole.
    let part = |e: toml::de::Error| fail(e.to_string());
    Ok(Config { options: toml::from_str(&text).map_err(part)?, schedule: toml::from_str(&text).map_err(part)? })
}

/// The JSON Schema of the file.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).to_value()
}

/// The keys of a schema with what it says of them, in order.
pub fn keys(schema: &serde_json::Value) -> impl Iterator<Item = (&str, &serde_json::Value)> {
    let properties = schema.get("properties").and_then(|p| p.as_object());
    properties.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn share(share: f64) -> Option<f64> {
    (0.0..=1.0).contains(&share).then_some(share)
}

fn usage(reason: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Usage, reason)
}

/// The rows of a user's own file; a broken row is refused with a warning that says where and why.
fn own_entries(path: &Path) -> Result<Vec<Row>> {
    let fail = |e: std::io::Error| Error::new(ErrorKind::Usage, format!("cannot read the entries: {e}")).in_file(path);
    let (rows, errors) = Row::parse_all(&std::fs::read_to_string(path).map_err(fail)?, path);
    for error in errors {
        tracing::warn!("entry refused: {error}");
    }
    Ok(rows)
}

#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Print a configuration to begin with: every key, with what it means
    Init,
    /// Print what file, environment and flags say together
    Print(Box<Settings>),
    /// Print the JSON Schema of the file, for editors
    Schema,
}

pub fn run(command: ConfigCommand) -> Result<ExitCode> {
    let page = match command {
        ConfigCommand::Init => template(),
        ConfigCommand::Print(settings) => toml::to_string(&settings.merged()?).map_err(usage)?,
        ConfigCommand::Schema => format!("{:#}\n", schema()),
    };
    // A reader that has seen enough closes the pipe: no error.
    let _ = std::io::stdout().write_all(page.as_bytes());
    Ok(ExitCode::SUCCESS)
}

/// Examples for the keys that a template shows; those without are left out there.
const EXAMPLES: [(&str, &str); 22] = [
    ("inputs", r#"["news/**/*.jsonl*"]"#),
    ("out", r#""tables""#),
    ("files-from", r#""files.txt""#),
    ("since", r#""2024-01-01""#),
    ("until", r#""2025-01-01""#),
    ("limit", "100000"),
    ("commit-records", "2000"),
    ("near-window", "1000000"),
    ("wait", "600"),
    ("metrics-file", r#""/var/lib/prometheus/node-exporter/dateline.prom""#),
    ("format", r#""parquet""#),
    ("tables", r#"["articles", "relations", "quotes"]"#),
    ("threads", "2"),
    ("input-format", r#""jsonl""#),
    ("text-column", r#""story""#),
    ("max-reject-rate", "0.01"),
    ("excel-safe", "true"),
    ("kb", r#""my.tsv""#),
    ("models", r#""models""#),
    ("lexicon", r#"["my.toml"]"#),
    ("min-confidence", "0.5"),
    ("analyse-all", "true"),
];
/// Keys without which no run begins.
const NEEDED: [&str; 2] = ["inputs", "out"];

fn template() -> String {
    let mut page =
        "# Configuration of dateline. Flags and environment variables (DATELINE_OUT ...) win over it.\n".to_string();
    let schema = schema();
    for (key, example) in EXAMPLES {
        let about = keys(&schema).find(|(k, _)| *k == key).and_then(|(_, about)| about.get("description")?.as_str());
        let mark = if NEEDED.contains(&key) { "" } else { "# " };
        page.push_str(&format!("\n# {}\n{mark}{key} = {example}\n", about.unwrap_or_default()));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn flags_environment_file_and_template_know_the_same_keys() {
        #[derive(clap::Parser)]
        struct Flags {
            #[command(flatten)]
            settings: Settings,
        }
        let flags = Flags::command();
        let flags = flags.get_arguments().filter(|a| a.get_id() != "config" && a.get_id() != "help");
        let mut named: Vec<String> = Vec::new();
        for flag in flags {
            let name = flag.get_id().as_str().replace('_', "-");
            if let Some(long) = flag.get_long() {
                assert_eq!(long, name);
                let env = flag.get_env().map(|e| e.to_string_lossy().into_owned());
                assert_eq!(env.unwrap_or_default(), format!("DATELINE_{}", name.replace('-', "_").to_uppercase()));
            }
            named.push(name);
        }
        let schema = schema();
        let mut known: Vec<&str> = keys(&schema).map(|(key, _)| key).collect();
        let mut shown: Vec<&str> = EXAMPLES.iter().map(|(key, _)| *key).collect();
        named.sort();
        known.sort_unstable();
        shown.sort_unstable();
        assert_eq!(named, known);
        assert_eq!(shown, known);
        assert_eq!(schema["additionalProperties"], false);
    }

    #[test]
    fn every_line_of_the_template_can_be_used_and_is_printed_again() {
        let keys = |line: &&str| line.trim_start_matches("# ").split_once(" = ").is_some_and(|(k, _)| !k.contains(' '));
        let page = template();
        let all: String = page.lines().filter(keys).map(|l| format!("{}\n", l.trim_start_matches("# "))).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("dateline.toml");
        std::fs::write(&path, &all).unwrap();
        let config = read(Some(&path)).unwrap();
        assert_eq!(config.schedule.commit_records, Some(2000));
        let printed: toml::Table = toml::from_str(&toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(printed.len(), EXAMPLES.len(), "{printed:?}");
        for (wrong, hint) in
            [("thread = 2", "is it threads?"), ("xyzzy = 2", "there are: "), ("threads = \"2\"", "line 1")]
        {
            std::fs::write(&path, wrong).unwrap();
            let error = read(Some(&path)).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.contains(hint) && error.contains("dateline.toml"), "{error}");
        }
    }
}
