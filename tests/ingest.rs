//! `dateline ingest`: nothing lost, nothing twice, whatever happens.

use super::{dateline, here};
use dateline::tables::schema::{TABLES, table};
use dateline::tables::{Values, parts};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
    for (name, rows) in tables(a) {
        let others = super::ingest::rows(b, name);
        assert_eq!(rows.len(), others.len(), "{name}");
        if let Some((x, y)) = rows.iter().zip(&others).find(|(x, y)| x != y) {
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

#[test]
fn a_second_run_writes_nothing_and_other_names_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, other] = ["in", "out", "other"].map(|n| folder.path().join(n));
    corpus(&input, 150);
    let said = good(&mut ingest(&input, &out, &["--max-reject-rate", "0.5"]));
    assert!(said.contains("150 new articles"), "{said}");
    let before = data(&out);
    assert!(before.keys().any(|p| p.to_string_lossy().contains("relations/date=2024-05-01/part-00000001.parquet")));
    good(&mut ingest(&input, &out, &[]));
    assert!(data(&out) == before, "the same files with the same bytes");
    // Other names, another order, all in one file and compressed.
    fs::create_dir(&other).unwrap();
    let mut all = Vec::new();
    for path in listing(&input).into_keys().rev() {
        all.extend(fs::read(&path).unwrap());
    }
    fs::write(other.join("a.jsonl.zst"), zstd::encode_all(&all[..], 1).unwrap()).unwrap();
    fs::rename(input.join("000.jsonl"), other.join("zzz")).unwrap();
    let said = good(&mut ingest(&other, &out, &[]));
    assert!(said.contains("0 new articles") && data(&out) == before, "{said}");
    // An older date, or any clock, says nothing: what is new is taken.
    fs::write(other.join("late.jsonl"), article(900).replace("2024-05-0", "1999-05-0")).unwrap();
    Command::new("touch").args(["-d", "2001-01-01"]).arg(other.join("late.jsonl")).status().unwrap();
    let said = good(&mut ingest(&other, &out, &[]));
    assert!(said.contains("1 new articles"), "{said}");
}

#[test]
fn rows_are_those_of_a_single_run() {
    let folder = tempfile::tempdir().unwrap();
    let [out, once] = ["out", "once"].map(|n| folder.path().join(n));
    let sample = here("corpora/sample");
    good(&mut ingest(&sample, &out, &["--commit-records", "9"]));
    assert_eq!(super::run(&sample, &once, &[]).0, 0);
    let ids: BTreeSet<String> = column(&out, "articles", "article_id").into_iter().collect();
    let copies = "02_nairobi_brief_copy.txt";
    for name in ["articles", "sentences", "mentions", "relations", "quotes"] {
        let mut mine: Vec<String> =
            files(&out, name).into_iter().flat_map(|(date, path)| texts(&path, name, &date)).collect();
        let mut theirs = texts(&once.join(format!("{name}.parquet")), name, "unknown");
        // The file that holds the same record as another has no rows.
        theirs.retain(|row| !row.contains(copies) && ids.iter().any(|id| row.contains(id.as_str())));
        mine.sort();
        theirs.sort();
        assert_eq!(mine, theirs, "{name}");
    }
    for (name, id) in [("entities", "entity_id"), ("events", "event_id")] {
        let mine: BTreeSet<String> = column(&out, name, id).into_iter().collect();
        let theirs = parts::read(&once.join(format!("{name}.parquet")), table(name).unwrap(), "unknown").unwrap();
        let theirs: BTreeSet<String> = theirs.texts(id).iter().flatten().cloned().collect();
        // A person of one name in the copy is another's there.
        assert!(mine.is_subset(&theirs) && theirs.len() - mine.len() < 3, "{name}");
    }
}

#[test]
fn standard_input_is_read_and_own_tables_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("tables");
    let mut run = ingest(Path::new("-"), &out, &[]).stdin(Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut run.stdin.take().unwrap(), article(1).as_bytes()).unwrap();
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    fs::write(folder.path().join("a.jsonl"), article(1) + &article(2)).unwrap();
    fs::write(folder.path().join("empty.jsonl"), "").unwrap();
    let said = good(&mut ingest(folder.path(), &out, &[]));
    assert!(said.contains("1 new articles") && said.contains("1 known records; 1 files read"), "{said}");
}

#[test]
fn the_order_of_files_changes_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, back] = ["in", "out", "back"].map(|n| folder.path().join(n));
    corpus(&input, 200);
    let flags = ["--max-reject-rate", "0.5"];
    good(&mut ingest(&input, &out, &flags));
    let mut list: Vec<String> = listing(&input).into_keys().map(|p| format!("{}\n", p.display())).collect();
    list.reverse();
    fs::write(folder.path().join("list"), list.concat()).unwrap();
    let mut command = dateline();
    command.args(["ingest", "--files-from"]).arg(folder.path().join("list")).arg("--out").arg(&back).args(flags);
    good(&mut command);
    for name in ["sentences", "mentions", "relations", "quotes"] {
        assert_eq!(rows(&out, name), rows(&back, name), "{name}");
    }
    let [a, b] = [&out, &back].map(|o| column(o, "articles", "article_id").into_iter().collect::<BTreeSet<_>>());
    assert_eq!(a, b);
}

#[test]
fn growing_files_are_read_on_and_half_lines_wait() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, whole] = ["in.jsonl", "out", "whole"].map(|n| folder.path().join(n));
    let text: String = (0..40).map(article).collect();
    let mut at = 0;
    for share in [1000, 2500, 2501, 9000, text.len()] {
        at = share.max(at);
        fs::write(&input, &text[..at]).unwrap();
        let said = good(&mut ingest(&input, &out, &[]));
        assert!(said.contains("1 files read") && !said.contains("known records; 0"), "{said}");
        assert!(said.contains(" 0 rejects, 0 known"), "nothing is read twice: {said}");
    }
    fs::write(&input, &text).unwrap();
    good(&mut ingest(&input, &whole, &[]));
    let ids = |out: &Path| column(out, "articles", "article_id").into_iter().collect::<BTreeSet<_>>();
    assert_eq!((ids(&out).len(), ids(&out)), (40, ids(&whole)));
    // A half line that does not grow is a reject, and is taken all the same when it does.
    fs::write(&input, format!("{text}{}", &article(40)[..50])).unwrap();
    good(&mut ingest(&input, &out, &[]));
    assert!(column(&out, "rejects", "code").is_empty());
    let (code, said) = end(&mut ingest(&input, &out, &[]));
    assert!(code == 1 && column(&out, "rejects", "code") == ["broken_json"], "{said}");
    let before = data(&out);
    good(&mut ingest(&input, &out, &[]));
    assert!(data(&out) == before);
    fs::write(&input, format!("{text}{}", article(40))).unwrap();
    let said = good(&mut ingest(&input, &out, &[]));
    assert!(said.contains("1 new articles"), "{said}");
    // A whole line without an end that says nothing is no half line.
    let other = folder.path().join("other.json");
    fs::write(&other, "{\"id\": 7}").unwrap();
    assert_eq!(end(&mut ingest(&other, &out, &[])).0, 1);
    let codes: BTreeSet<_> = column(&out, "rejects", "code").into_iter().collect();
    assert_eq!(codes.into_iter().collect::<Vec<_>>(), ["broken_json", "no_text"]);
    // A number corrected in the middle, so that no length changes, and lines behind it.
    let changed = format!("{}{}", text.replace("all 7 cases", "all 9 cases"), article(41));
    fs::write(&input, changed).unwrap();
    let said = good(&mut ingest(&input, &out, &[]));
    assert!(said.contains("2 new articles") && said.contains("39 known"), "{said}");
}

#[test]
fn a_correction_supersedes_and_a_withdrawal_leaves_a_tombstone() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    fs::create_dir(&input).unwrap();
    let first = article(1);
    fs::write(input.join("1.jsonl"), &first).unwrap();
    good(&mut ingest(&input, &out, &[]));
    let corrected = first.replace("number 1", "number 17").replace("\"date\": \"2024-05-0", "\"date\": \"2024-06-0");
    fs::write(input.join("2.jsonl"), corrected).unwrap();
    good(&mut ingest(&input, &out, &[]));
    fs::write(
        input.join("3.jsonl"),
        "{\"id\": \"n1\", \"date\": \"2024-07-01\", \"withdrawn\": true, \"text\": \"gone\"}\n",
    )
    .unwrap();
    good(&mut ingest(&input, &out, &["--threads", "1"]));
    let [ids, supersedes, texts] = ["article_id", "supersedes", "text"].map(|c| column(&out, "articles", c));
    assert_eq!(ids.len(), 3, "the old one can still be found");
    assert_eq!(supersedes, ["".to_string(), ids[0].clone(), ids[1].clone()]);
    assert!(texts[0].contains("number 1 ") && texts[1].contains("number 17") && texts[2].is_empty(), "{texts:?}");
    let articles = rows(&out, "articles");
    for (row, want) in articles.iter().zip(["revision=Some(0)", "revision=Some(1)", "revision=Some(2)"]) {
        assert!(row.contains(want), "{row}");
    }
    assert!(articles[2].contains("date=2024-07-01") || articles[2].starts_with("2024-07-01"), "{}", articles[2]);
    assert!(articles[2].contains("\"withdrawn\""), "{}", articles[2]);
}

#[test]
fn recalls_of_wire_items_are_taken_even_where_they_repeat_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    fs::create_dir(&input).unwrap();
    for (n, status) in ["usable", "withheld", "usable", "canceled"].into_iter().enumerate() {
        let item = format!(
            "{{\"uri\": \"urn:x:1\", \"versioncreated\": \"2024-05-0{}T10:00:00Z\", \"pubstatus\": \"{status}\", \
             \"headline\": \"Mayor quits\", \"body_text\": \"The mayor of Velta resigned on Monday, her office said.\"}}\n",
            n + 1
        );
        fs::write(input.join(format!("{n}.jsonl")), item).unwrap();
        good(&mut ingest(&input, &out, &[]));
    }
    let [ids, supersedes, texts] = ["article_id", "supersedes", "text"].map(|c| column(&out, "articles", c));
    assert_eq!(ids.len(), 3, "the release repeats the first: {texts:?}");
    assert_eq!(supersedes[1], ids[0]);
    assert_eq!(texts[2], "Mayor quits", "a tombstone");
    assert!(column(&out, "relations", "article_id").iter().all(|id| *id == ids[0]));
}

/// Formats that are not read to their end, or not in order, are known by all of their bytes none the less.
#[test]
fn files_of_every_format_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let input = here("corpora/formats");
    good(&mut ingest(&input, &out, &["--max-reject-rate", "1"]));
    let articles = column(&out, "articles", "article_id").len();
    let again = good(&mut ingest(&input, &out, &["--max-reject-rate", "1"]));
    assert!(articles > 20, "{articles}");
    assert_eq!(column(&out, "articles", "article_id").len(), articles, "{again}");
    assert!(again.contains(" 0 files read") || again.contains("0 new"), "{again}");
}

#[test]
fn two_runs_at_once_take_every_article_once() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    corpus(&input, 300);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "20"];
    let mut runs: Vec<Child> = [&["--wait", "60"][..], &["--wait", "60"], &[]]
        .map(|wait| ingest(&input, &out, &[&flags, wait].concat()).spawn().unwrap())
        .into();
    let codes: Vec<i32> = runs.iter_mut().map(|r| r.wait().unwrap().code().unwrap()).collect();
    assert!(codes[..2] == [0, 0] && [0, 4].contains(&codes[2]), "{codes:?}");
    let ids = column(&out, "articles", "article_id");
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (300, 300));
    // While one holds the lock the other says who it is, and exits with 4.
    let lock = fs::OpenOptions::new().write(true).open(out.join("_dateline/lock")).unwrap();
    fs::write(out.join("_dateline/lock"), "process 1 on host since then\n").unwrap();
    lock.lock().unwrap();
    let (code, said) = end(&mut ingest(&input, &out, &[]));
    assert!(code == 4 && said.contains("process 1 on host since then"), "{said}");
    let said = good(dateline().args(["status", "--out"]).arg(&out));
    assert!(said.contains("at work    process 1 on host"), "{said}");
    drop(lock);
    // One that died says nothing any more.
    let said = good(&mut ingest(&input, &out, &[]));
    assert!(said.contains("did not end (process 1 on host since then)"), "{said}");
}

/// Waits until a run holds the lock; then it also catches signals.
fn at_work(run: &Child, out: &Path) {
    let signed = || fs::read_to_string(out.join("_dateline/lock")).unwrap_or_default().contains(&run.id().to_string());
    let begin = Instant::now();
    while !signed() && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until a run has written a journal, or ends.
fn commits(run: &mut Child, out: &Path) {
    let journal = || fs::metadata(out.join("_dateline/journal.json")).map(|m| m.ino()).ok();
    let before = journal();
    while journal() == before && run.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Looks at the tables again and again as readers do; panics where one would be misled.
fn poll(out: &Path, done: &AtomicBool) -> u64 {
    let (mut looks, mut most) = (0, 0);
    while !done.load(Ordering::Relaxed) {
        // One who globs: every file is whole, and all of an article is there before the article.
        let articles = articles(files(out, "articles"));
        let sentences = column(out, "sentences", "article_id");
        let mut counts: BTreeMap<&str, i64> = BTreeMap::new();
        sentences.iter().for_each(|id| *counts.entry(id).or_default() += 1);
        for (id, n) in &articles {
            assert_eq!(counts.get(id.as_str()).copied().unwrap_or(0), *n, "sentences of {id}");
        }
        // One who goes by the manifest: all tables end with the same commit.
        let manifest = fs::read(out.join("_dateline/manifest.json")).unwrap_or_default();
        if let Ok(manifest) = serde_json::from_slice::<serde_json::Value>(&manifest) {
            let commit = manifest["commit"].as_u64().unwrap();
            let within = |(_, path): &(String, PathBuf)| {
                let name = path.file_stem().unwrap().to_str().unwrap();
                name.rsplit('-').next().unwrap().parse::<u64>().unwrap() <= commit
            };
            let of = |name: &str| files(out, name).into_iter().filter(within).collect::<Vec<_>>();
            let known = super::ingest::articles(of("articles"));
            let told: usize = of("sentences").iter().map(|(_, path)| parts::count(path).unwrap() as usize).sum();
            let wanted: i64 = known.iter().map(|(_, n)| n).sum();
            assert_eq!(told as i64, wanted, "commit {commit}");
            assert!(known.len() >= most, "no article goes away");
            most = known.len();
        }
        looks += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    looks
}

/// Id and number of sentences of each article.
fn articles(files: Vec<(String, PathBuf)>) -> Vec<(String, i64)> {
    let mut found = Vec::new();
    for (date, path) in files {
        let batch = parts::read(&path, table("articles").unwrap(), &date).unwrap();
        let ids = batch.texts("article_id").iter().flatten().cloned();
        found.extend(ids.zip(batch.numbers("n_sentences").iter().flatten().copied()));
    }
    found
}

/// `DATELINE_KILLS=200` makes it the whole test: 200 kills over 5,000 articles.
#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice() {
    let kills: u64 = std::env::var("DATELINE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    let folder = tempfile::tempdir().unwrap();
    let [input, out, calm] = ["in", "out", "calm"].map(|n| folder.path().join(n));
    corpus(&input, kills * 25);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "25", "--threads", "1"];
    good(&mut ingest(&input, &calm, &flags));
    let (done, killed, finished) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let looks = std::thread::scope(|scope| {
        let reader = scope.spawn(|| poll(&out, &done));
        let mut dice = Dice(kills);
        while killed.load(Ordering::Relaxed) < kills {
            let mut run = ingest(&input, &out, &flags).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            // One in ten while it begins, three in the moment of a commit, the others up to a few commits later.
            let moment = dice.roll(10);
            if moment > 0 {
                at_work(&run, &out);
            }
            if (1..=3).contains(&moment) {
                commits(&mut run, &out);
                std::thread::sleep(Duration::from_micros(dice.roll(12_000)));
            } else {
                std::thread::sleep(Duration::from_millis(dice.roll(420)));
            }
            run.kill().unwrap();
            let code = run.wait().unwrap().code();
            match code {
                None => killed.fetch_add(1, Ordering::Relaxed),
                Some(code) => {
                    assert_eq!(code, 0, "a run that was not killed in time is good");
                    finished.fetch_add(1, Ordering::Relaxed);
                    break;
                }
            };
        }
        good(&mut ingest(&input, &out, &flags));
        done.store(true, Ordering::Relaxed);
        reader.join().expect("no reader was misled")
    });
    let commits = column(&out, "runs", "status").iter().filter(|s| *s == "killed").count();
    println!("{killed:?} kills, {commits} of them of a run that had committed; {finished:?} runs ended; {looks} looks");
    same(&calm, &out);
    assert!(listing(&out.join("_dateline/staging")).is_empty());
    assert!(commits > 0 && looks > 0);
    // Put together the files hold the same: entities and events too.
    for out in [&calm, &out] {
        good(dateline().args(["compact", "--out"]).arg(out));
        for table in TABLES {
            let dates: Vec<_> = files(out, table.name).into_iter().map(|f| f.0).collect();
            assert_eq!(dates.len(), dates.iter().collect::<BTreeSet<_>>().len(), "one file a date of {}", table.name);
        }
    }
    same(&calm, &out);
    let said = good(&mut ingest(&input, &out, &flags));
    assert!(said.contains("0 new articles"), "{said}");
}

/// What a kill leaves between the rename of the journal, which is the commit, and those of the part files.
#[test]
fn a_commit_whose_files_wait_is_finished_and_what_was_not_committed_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, calm] = ["in", "out", "calm"].map(|n| folder.path().join(n));
    corpus(&input, 100);
    // Younger files are looked at again, and how they look then is a commit of the state alone.
    std::thread::sleep(Duration::from_secs(4));
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "30"];
    good(&mut ingest(&input, &calm, &flags));
    good(&mut ingest(&input, &out, &flags));
    let own = out.join("_dateline");
    let journal = fs::read_to_string(own.join("journal.json")).unwrap();
    let journal: serde_json::Value = serde_json::from_str(journal.lines().next().unwrap()).unwrap();
    let pending: Vec<&str> = journal["pending"].as_array().unwrap().iter().map(|p| p.as_str().unwrap()).collect();
    assert!(pending.len() > 8);
    let is_article: Vec<bool> = pending.iter().map(|name| name.starts_with("articles/")).collect();
    assert!(
        is_article.is_sorted() && is_article.contains(&true),
        "whoever sees an article sees all of it: {pending:?}"
    );
    for half in [0, 1] {
        for name in pending.iter().skip(half).step_by(2) {
            let waits = own.join("staging").join(name);
            fs::create_dir_all(waits.parent().unwrap()).unwrap();
            fs::rename(out.join(name), waits).unwrap();
        }
        let commit = journal["commit"].as_u64().unwrap();
        let manifest = fs::read_to_string(own.join("manifest.json")).unwrap();
        let before = manifest.replace(&format!("\"commit\": {commit}"), &format!("\"commit\": {}", commit - 1));
        assert_ne!(before, manifest);
        fs::write(own.join("manifest.json"), before).unwrap();
        // Beside it what a commit leaves that was never made.
        fs::create_dir_all(own.join("staging/articles/date=2024-05-01")).unwrap();
        fs::write(own.join("staging/articles/date=2024-05-01/part-00000099.parquet"), "half").unwrap();
        fs::write(own.join("state/00000099-00000099"), "half").unwrap();
        let said = good(&mut ingest(&input, &out, &flags));
        assert!(said.contains("0 new articles"), "{said}");
        same(&calm, &out);
        assert_eq!(fs::read_to_string(own.join("manifest.json")).unwrap(), manifest);
        assert!(listing(&own.join("staging")).is_empty() && !own.join("state/00000099-00000099").exists());
    }
    // A file of a commit that is nowhere is no small matter.
    fs::remove_file(out.join(pending[0])).unwrap();
    fs::write(own.join("manifest.json"), "{}").unwrap();
    let (code, said) = end(&mut ingest(&input, &out, &flags));
    assert!(code == 5 && said.contains("a file of the last commit is gone"), "{said}");
}

#[test]
fn told_to_stop_it_commits_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, calm] = ["in", "out", "calm"].map(|n| folder.path().join(n));
    corpus(&input, 1500);
    let flags = ["--max-reject-rate", "0.5", "--threads", "1"];
    good(&mut ingest(&input, &calm, &flags));
    let mut stopped = Vec::new();
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let run = ingest(&input, &out, &flags).spawn().unwrap();
        at_work(&run, &out);
        Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        let last: serde_json::Value =
            serde_json::from_slice(&fs::read(out.join("_dateline/run.json")).unwrap()).unwrap();
        assert_eq!((last["status"].as_str(), last["exit_code"].as_i64()), (Some("interrupted"), Some(code.into())));
        stopped.push(column(&out, "articles", "article_id").len());
    }
    assert!(stopped[0] > 0 && stopped[1] > stopped[0] && stopped[1] < 1500, "{stopped:?}");
    good(&mut ingest(&input, &out, &flags));
    for name in ["articles", "sentences", "mentions", "relations", "quotes", "rejects"] {
        assert_eq!(rows(&calm, name), rows(&out, name), "{name}");
    }
}

#[test]
fn a_damaged_or_newer_state_is_an_error_that_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    corpus(&input, 120);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "30"];
    good(&mut ingest(&input, &out, &flags));
    fs::write(input.join("more.jsonl"), article(500)).unwrap();
    let own = out.join("_dateline");
    let (journal, segment) =
        (own.join("journal.json"), fs::read_dir(own.join("state")).unwrap().next().unwrap().unwrap().path());
    let before = data(&out);
    for (path, change, word) in [
        (&journal, (|b: &mut Vec<u8>| b.truncate(40)) as fn(&mut Vec<u8>), "damaged"),
        (&journal, |b| b.iter_mut().filter(|b| **b == b'7').for_each(|b| *b = b'8'), "damaged"),
        (
            &journal,
            |b| *b = String::from_utf8_lossy(b).replace("\"format\":1", "\"format\":2").into(),
            "format 2, this one knows 1",
        ),
        (
            &journal,
            |b| *b = String::from_utf8_lossy(b).replace("schema_version\":\"1", "schema_version\":\"9").into(),
            "schema 9",
        ),
        (&segment, |b| b.iter_mut().take(4000).for_each(|b| *b ^= 1), "does not match its hash"),
        (&segment, |b| b.clear(), "too short"),
    ] {
        let whole = fs::read(path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(path, bytes).unwrap();
        let (code, said) = end(&mut ingest(&input, &out, &flags));
        assert!(
            code == 5 && said.contains(word) && said.contains(path.file_name().unwrap().to_str().unwrap()),
            "{word}: {said}"
        );
        assert!(data(&out) == before, "{word}");
        fs::write(path, whole).unwrap();
    }
    fs::remove_file(&journal).unwrap();
    let (code, said) = end(&mut ingest(&input, &out, &flags));
    assert!(code == 5 && said.contains("--rebuild-state"), "{said}");
    // Made anew from the tables it knows every article; the records are read again, and nothing is written twice.
    let said = good(&mut ingest(&input, &out, &[&flags[..], &["--rebuild-state"]].concat()));
    assert!(said.contains("1 new articles"), "{said}");
    let ids = column(&out, "articles", "article_id");
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (121, 121));
    let rejects = column(&out, "rejects", "record_hash");
    assert_eq!(rejects.len(), rejects.iter().collect::<BTreeSet<_>>().len(), "{rejects:?}");
    // A correction still finds what it corrects.
    fs::write(input.join("more.jsonl"), article(5).replace("number 5", "number 55")).unwrap();
    good(&mut ingest(&input, &out, &flags));
    assert_eq!(column(&out, "articles", "supersedes").iter().filter(|s| !s.is_empty()).count(), 1);
}

/// A file system of its own, taken away at the end; `None` where the system does not let us have one.
struct Disk(PathBuf);

impl Disk {
    fn new(path: &Path, options: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(path).output().ok()?;
        mount.status.success().then(|| Disk(path.to_path_buf()))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_loses_nothing_and_the_next_good_run_heals() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, calm] = ["in", "disk", "calm"].map(|n| folder.path().join(n));
    let Some(disk) = Disk::new(&out, "size=1500k") else {
        println!("skipped: no file system can be mounted here");
        return;
    };
    corpus(&input, 400);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "25"];
    good(&mut ingest(&input, &calm, &flags));
    for _ in 0..2 {
        let (code, said) = end(&mut ingest(&input, &out, &flags));
        assert!(code == 5 && said.contains("cannot be written") && said.contains("space"), "{said}");
    }
    let some = column(&out, "articles", "article_id").len();
    assert!(some > 0 && some < 400, "{some}");
    let remount = |options: &str| Command::new("mount").args(["-o", options]).arg(&out).status().unwrap();
    assert!(remount("remount,ro").success());
    let before = data(&out);
    let (code, said) = end(&mut ingest(&input, &out, &flags));
    assert!(code == 5 && said.contains("ead-only") && data(&out) == before, "{said}");
    assert!(remount("remount,rw,size=200m").success());
    good(&mut ingest(&input, &out, &flags));
    same(&calm, &out);
    drop(disk);
}

#[test]
fn rejects_are_tried_again_when_they_are_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in.csv", "out"].map(|n| folder.path().join(n));
    fs::write(&input, "id,story\na,Kenya banned the import of plastic bags.\nb,Norway denied the report.\n").unwrap();
    let (code, said) = end(&mut ingest(&input, &out, &[]));
    assert!(code == 1 && said.contains("no_text_column"), "{said}");
    let mut replay = dateline();
    replay.args(["replay-rejects", "--text-column", "story", "--out"]).arg(&out);
    let said = good(&mut replay);
    assert!(said.contains("2 new articles"), "{said}");
    let said = good(&mut replay);
    assert!(said.contains("0 new articles"), "{said}");
}

#[test]
fn limits_and_dates_leave_the_rest_for_another_day() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    corpus(&input, 100);
    let said = good(&mut ingest(&input, &out, &["--dry-run"]));
    assert!(said.contains("102 records are new") && !out.exists(), "{said}");
    let flags = ["--max-reject-rate", "0.5"];
    good(&mut ingest(&input, &out, &[&flags[..], &["--limit", "30"]].concat()));
    assert_eq!(column(&out, "articles", "article_id").len(), 30);
    good(&mut ingest(&input, &out, &[&flags[..], &["--since", "2024-05-02", "--until", "2024-05-03"]].concat()));
    let dates: BTreeSet<_> = files(&out, "articles").into_iter().map(|f| f.0).collect();
    assert!(dates.contains("2024-05-02"));
    let early = column(&out, "articles", "article_id").len();
    assert!(early > 30 && early < 100, "{early}");
    good(&mut ingest(&input, &out, &flags));
    assert_eq!(column(&out, "articles", "article_id").len(), 100);
    let (code, said) = end(&mut ingest(&input, &out, &["--since", "last week"]));
    assert!(code == 2 && said.contains("--since is a day or time"), "{said}");
    let said = good(&mut ingest(&input, &out, &[&flags[..], &["--full-refresh"]].concat()));
    assert!(said.contains("100 new articles"), "{said}");
    assert_eq!(column(&out, "articles", "article_id").len(), 100);
    let aside = fs::read_dir(out.join("_dateline"))
        .unwrap()
        .flatten()
        .find(|e| e.file_name().to_string_lossy().starts_with("before-"));
    assert_eq!(column(&aside.expect("the old tables are kept").path(), "articles", "article_id").len(), 100);
}

#[test]
fn configuration_environment_and_metrics() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, config, metrics] = ["in", "out", "dateline.toml", "dateline.prom"].map(|n| folder.path().join(n));
    corpus(&input, 40);
    let glob = input.join("*.jsonl");
    let text = format!(
        "inputs = [{glob:?}]\nout = {out:?}\nmetrics-file = {metrics:?}\nmax-reject-rate = 0.5\ntables = [\"articles\"]\n"
    );
    fs::write(&config, text).unwrap();
    let check = |args: &[&str]| {
        end(dateline()
            .args(args)
            .arg("--config")
            .arg(&config)
            .env("DATELINE_THREADS", "1")
            .env("DATELINE_EXCEL_SAFE", "1"))
    };
    let (code, said) = check(&["config", "print"]);
    assert!(
        code == 0 && said.contains("threads = 1\n") && said.contains("excel-safe = true") && said.contains("*.jsonl"),
        "{said}"
    );
    assert_eq!(check(&["validate"]).0, 0);
    let (code, said) = check(&["ingest"]);
    assert!(code == 0 && said.contains("40 new articles"), "{said}");
    assert!(out.join("articles").is_dir() && !out.join("relations").exists());
    let page = fs::read_to_string(&metrics).unwrap();
    for line in
        ["dateline_last_run_exit_code 0\n", "dateline_last_run_articles 40\n", "dateline_rows{table=\"articles\"} 40\n"]
    {
        assert!(page.contains(line), "{line}: {page}");
    }
    assert!(page.ends_with("# EOF\n") && page.contains("\ndateline_last_success_timestamp_seconds 1"), "{page}");
    let said = good(dateline().args(["status", "--out"]).arg(&out));
    assert!(said.contains("last run   ok, exit code 0") && said.contains("at work    nobody\n"), "{said}");
    fs::write(&config, "inptus = []\n").unwrap();
    let (code, said) = check(&["validate"]);
    assert!(code == 2 && said.contains("is it inputs?"), "{said}");
    // The sample articles go through as they do in a run of their own.
    let sample = folder.path().join("sample");
    good(&mut ingest(&here("corpora/sample/seed_shape"), &sample, &[]));
    assert_eq!(column(&sample, "articles", "article_id").len(), 17);
    let relation = column(&sample, "relations", "relation_id").pop().unwrap();
    let said = good(dateline().args(["explain", &relation, "--in"]).arg(&sample));
    assert!(said.contains("[cue: "), "{said}");
}

#[test]
fn the_database_has_every_row_and_every_reference() {
    let folder = tempfile::tempdir().unwrap();
    let [out, path] = ["out", "news.db"].map(|n| folder.path().join(n));
    good(&mut ingest(&here("corpora/sample"), &out, &["--commit-records", "20"]));
    good(dateline().arg("sqlite").arg(&path).arg("--out").arg(&out));
    good(dateline().args(["compact", "--out"]).arg(&out));
    let database = rusqlite::Connection::open(&path).unwrap();
    let number = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    for name in ["articles", "sentences", "mentions", "relations", "quotes", "events"] {
        assert_eq!(number(&format!("select count(*) from {name}")), rows(&out, name).len() as i64, "{name}");
    }
    let mut entities = column(&out, "entities", "entity_id");
    entities.sort();
    entities.dedup();
    assert_eq!(number("select count(*) from entities"), entities.len() as i64);
    assert_eq!(number("select count(*) from pragma_foreign_key_check"), 0);
    assert!(number("select count(*) from pragma_foreign_key_list('relations')") > 8);
    let found = "select count(*) from articles_text('ferry OR port') t join articles a on a.rowid = t.rowid";
    assert!(number(found) > 0);
    let (code, said) = end(dateline().arg("sqlite").arg(&path).arg("--out").arg(folder.path()));
    assert!(code == 2 && said.contains("no tables"), "{said}");
}
