//! `dateline ingest`: nothing lost, nothing twice, whatever happens.

/// A state that is damaged, a disk that is full.
mod damage;
/// What is new and what is known: names, orders, formats, files that grow.
mod fresh;
/// Killed at any moment.
mod kills;
/// Options, rejects tried again, metrics, the database.
mod options;
/// Corrections, withdrawals, recalls.
mod revisions;
/// In a row, two at once, told to stop; the guide.
mod runs;

use super::dateline;
use dateline::tables::schema::{TABLES, table};
use dateline::tables::{Values, parts};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.roll(of.len() as u64) as usize]
    }
}

const PEOPLE: [&str; 8] = [
    "Amina Okoye",
    "Jonas Berg",
    "Lucía Ferrer",
    "Tomasz Wilk",
    "Priya Raman",
    "Henrik Solberg",
    "Mei Tanaka",
    "Omar Haddad",
];
const BODIES: [&str; 6] =
    ["the ministry of transport", "Norway", "Kenya", "the port authority", "the European Union", "the city council"];
const DEEDS: [&str; 6] = [
    "banned the import of used tyres",
    "denied that the bridge was unsafe",
    "accused the harbour company of fraud",
    "met union leaders to end the strike",
    "demanded that the dam be inspected",
    "confirmed that two ferries had collided",
];

/// An article of our own making as a line of JSON.
fn article(n: u64) -> String {
    let mut dice = Dice(n + 1);
    let day = 1 + dice.roll(4);
    let (who, body) = (dice.pick(&PEOPLE), dice.pick(&BODIES));
    let deeds: Vec<&str> = (0..3).map(|_| dice.pick(&DEEDS)).collect();
    let text = format!(
        "{who} said on Monday that {body} {}. \\\"We shall look at all {n} cases,\\\" {who} told reporters in Oslo. \
         Officials in case {n} said that {} {}, and that a report with number {n} would follow in May. {} {}.",
        deeds[0],
        dice.pick(&BODIES),
        deeds[1],
        dice.pick(&PEOPLE),
        deeds[2]
    );
    format!(
        "{{\"id\": \"n{n}\", \"title\": \"Case {n}\", \"date\": \"2024-05-0{day}\", \"source\": \"Paper {}\", \"text\": \"{text}\"}}\n",
        n % 3
    )
}

/// A folder of files with `n` articles, some of which come twice, and some broken lines.
fn corpus(folder: &Path, n: u64) {
    fs::create_dir_all(folder).unwrap();
    for (file, from) in (0..n).step_by(70).enumerate() {
        let mut text: String = (from..n.min(from + 70)).map(article).collect();
        let _ = writeln!(text, "{{\"id\": \"broken {file}\", ");
        text.push_str(&article(from / 2));
        fs::write(folder.join(format!("{file:03}.jsonl")), text).unwrap();
    }
}

fn ingest(input: &Path, out: &Path, flags: &[&str]) -> Command {
    let mut command = dateline();
    command.arg("ingest").arg(input).arg("--out").arg(out).args(flags).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Exit code, and what was said.
fn end(command: &mut Command) -> (i32, String) {
    let output = command.output().expect("the program starts");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

fn good(command: &mut Command) -> String {
    let (code, said) = end(command);
    assert_eq!(code, 0, "{said}");
    said
}

/// Part files with their date.
fn files(out: &Path, table: &str) -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for partition in fs::read_dir(out.join(table)).into_iter().flatten().flatten() {
        let date = partition.file_name().into_string().unwrap().strip_prefix("date=").unwrap().to_string();
        for file in fs::read_dir(partition.path()).into_iter().flatten().flatten() {
            files.push((date.clone(), file.path()));
        }
    }
    files.sort();
    files
}

/// The rows of a table as texts, with the date of their folder, in an order of their own.
fn rows(out: &Path, name: &str) -> Vec<String> {
    let of =
        |(date, path): (String, PathBuf)| texts(&path, name, &date).into_iter().map(move |t| format!("{date} {t}"));
    let mut all: Vec<String> = files(out, name).into_iter().flat_map(of).collect();
    all.sort();
    all
}

/// The rows of a file as texts, the first column first. The run is not the row's.
fn texts(path: &Path, name: &str, date: &str) -> Vec<String> {
    let batch = parts::read(path, table(name).unwrap(), date).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let text = |row: usize| {
        let mut text = String::new();
        for (column, values) in batch.table.columns.iter().zip(&batch.columns).filter(|(c, _)| c.name != "run_id") {
            let _ = match values {
                Values::Str(v) => write!(text, "{}={:?} ", column.name, v[row]),
                Values::List(v) => write!(text, "{}={:?} ", column.name, v[row]),
                Values::Int(v) | Values::Time(v) => write!(text, "{}={:?} ", column.name, v[row]),
                Values::Float(v) => write!(text, "{}={:?} ", column.name, v[row]),
                Values::Bool(v) => write!(text, "{}={:?} ", column.name, v[row]),
            };
        }
        text
    };
    (0..batch.len()).map(text).collect()
}

/// All tables but that of runs.
fn tables(out: &Path) -> BTreeMap<&'static str, Vec<String>> {
    TABLES.iter().filter(|t| t.name != "runs").map(|t| (t.name, rows(out, t.name))).collect()
}

/// Asserts that two folders hold the same rows.
fn same(a: &Path, b: &Path) {
    for (name, ours) in tables(a) {
        let theirs = rows(b, name);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        if let Some((x, y)) = ours.iter().zip(&theirs).find(|(x, y)| x != y) {
            panic!("{name}:\n{x}\n{y}");
        }
    }
}

fn column(out: &Path, name: &str, column: &str) -> Vec<String> {
    let of = |(date, path): &(String, PathBuf)| {
        let batch = parts::read(path, table(name).unwrap(), date).unwrap();
        batch.texts(column).iter().map(|v| v.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    files(out, name).iter().flat_map(of).collect()
}

/// Every file below a folder with its bytes.
fn listing(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut found, mut open) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(path) = open.pop() {
        for entry in fs::read_dir(path).unwrap().flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                found.insert(entry.path(), fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn data(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    listing(out).into_iter().filter(|(path, _)| path.extension().is_some_and(|e| e == "parquet")).collect()
}
