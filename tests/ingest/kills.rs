//! Killed at any moment, a run loses nothing, and the next one takes nothing twice.

use super::{Dice, column, corpus, dateline, end, files, good, ingest, listing, same};
use dateline::tables::parts;
use dateline::tables::schema::{TABLES, table};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// Where a kill fell, as what lies on the disk tells it.
const PHASES: [&str; 5] = [
    "before anything of its first commit was written",
    "while it wrote its first commit",
    "committed, but not all of it shown to readers",
    "between two commits",
    "while it wrote a later commit",
];
const START: usize = 0;
const FIRST: usize = 1;
const COMMITTED: usize = 2;
const BETWEEN: usize = 3;
const LATER: usize = 4;

/// A run that is to be killed, and what was there before it.
struct Victim<'o> {
    out: &'o Path,
    run: Child,
    spawned: SystemTime,
    before: u64,
}

impl<'o> Victim<'o> {
    fn new(input: &Path, out: &'o Path, flags: &[&str]) -> Self {
        let before = number(out, "journal.json");
        let spawned = SystemTime::now();
        let run = ingest(input, out, flags).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Victim { out, run, spawned, before }
    }

    /// Commits of this run.
    fn commits(&self) -> u64 {
        number(self.out, "journal.json") - self.before
    }

    /// Whether readers see all that was committed.
    fn shown(&self) -> bool {
        number(self.out, "manifest.json") == number(self.out, "journal.json")
    }

    /// Whether this run has part files that wait for their commit.
    fn writes(&self) -> bool {
        let own = |(_, path): (String, PathBuf)| {
            let modified = fs::metadata(path).and_then(|data| data.modified());
            modified.is_ok_and(|modified| modified >= self.spawned)
        };
        let staging = self.out.join("_dateline/staging");
        TABLES.iter().any(|t| files(&staging, t.name).into_iter().any(own))
    }

    fn until(&mut self, reached: impl Fn(&Self) -> bool) {
        while !reached(self) && self.run.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
    }

    /// Kills it in this phase, or soon after; gives the phase in which it died, and its commits.
    fn kill(mut self, aim: usize, dice: &mut Dice) -> (usize, u64) {
        let (commits, micros) = (1 + dice.roll(2), |n: u64| Duration::from_micros(n));
        match aim {
            START => std::thread::sleep(micros(dice.roll(150_000))),
            FIRST => {
                self.until(Self::writes);
                std::thread::sleep(micros(dice.roll(1000)));
            }
            COMMITTED => {
                self.until(|run| run.commits() >= commits);
                std::thread::sleep(micros(dice.roll(200)));
            }
            BETWEEN => {
                self.until(|run| run.commits() >= commits && run.shown());
                std::thread::sleep(micros(dice.roll(15_000)));
            }
            _ => {
                self.until(|run| run.commits() >= commits && run.shown());
                self.until(Self::writes);
                std::thread::sleep(micros(dice.roll(1000)));
            }
        }
        self.run.kill().unwrap();
        assert_eq!(self.run.wait().unwrap().code(), None, "it ended before it was killed");
        let commits = self.commits();
        let phase = match (commits > 0, self.shown(), self.writes()) {
            (true, false, _) => COMMITTED,
            (true, true, true) => LATER,
            (true, true, false) => BETWEEN,
            (false, _, true) => FIRST,
            (false, _, false) => START,
        };
        (phase, commits)
    }
}

/// The number of the last commit as journal or manifest tell it.
fn number(out: &Path, file: &str) -> u64 {
    let text = fs::read_to_string(out.join("_dateline").join(file)).unwrap_or_default();
    // Behind the journal's JSON stands its hash.
    let json = if file == "journal.json" { text.lines().next().unwrap_or_default() } else { &text };
    serde_json::from_str::<serde_json::Value>(json).map_or(0, |value| value["commit"].as_u64().unwrap_or(0))
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
            let known = self::articles(of("articles"));
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

/// `DATELINE_KILLS=200` makes it the whole test: 200 kills over 5,000 articles. Where each fell is printed.
#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_comes_twice() {
    let kills: usize = std::env::var("DATELINE_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(15);
    let folder = tempfile::tempdir().unwrap();
    let [input, out, calm] = ["in", "out", "calm"].map(|n| folder.path().join(n));
    corpus(&input, kills as u64 * 25);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "15", "--threads", "1"];
    good(&mut ingest(&input, &calm, &flags));
    let done = AtomicBool::new(false);
    let (mut fell, mut commits, mut dice) = ([0; PHASES.len()], 0, Dice(kills as u64));
    let looks = std::thread::scope(|scope| {
        let reader = scope.spawn(|| poll(&out, &done));
        for _ in 0..kills {
            // Where the fewest have fallen; of several, any.
            let least = *fell.iter().min().unwrap();
            let open: Vec<usize> = (0..PHASES.len()).filter(|&p| fell[p] == least).collect();
            let aim = open[dice.roll(open.len() as u64) as usize];
            let (phase, made) = Victim::new(&input, &out, &flags).kill(aim, &mut dice);
            fell[phase] += 1;
            commits += made;
        }
        good(&mut ingest(&input, &out, &flags));
        done.store(true, Ordering::Relaxed);
        reader.join().expect("no reader was misled")
    });
    println!("{kills} kills of runs that made {commits} commits; {looks} looks of a reader");
    PHASES.iter().zip(fell).for_each(|(phase, n)| println!("{n:>5} {phase}"));
    // An instant that is missed falls into the next phase: of many kills no phase is left out, of a few perhaps one.
    let after: usize = fell[COMMITTED..].iter().sum();
    assert!(looks > 0 && after > 0 && fell.iter().all(|&n| n >= kills / 20), "{fell:?}");
    same(&calm, &out);
    assert!(listing(&out.join("_dateline/staging")).is_empty());
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
        fs::write(own.join("state/known-00000099-00000099"), "half").unwrap();
        let said = good(&mut ingest(&input, &out, &flags));
        assert!(said.contains("0 new articles"), "{said}");
        same(&calm, &out);
        assert_eq!(fs::read_to_string(own.join("manifest.json")).unwrap(), manifest);
        assert!(listing(&own.join("staging")).is_empty() && !own.join("state/known-00000099-00000099").exists());
    }
    // A file of a commit that is nowhere is no small matter.
    fs::remove_file(out.join(pending[0])).unwrap();
    fs::write(own.join("manifest.json"), "{}").unwrap();
    let (code, said) = end(&mut ingest(&input, &out, &flags));
    assert!(code == 5 && said.contains("a file of the last commit is gone"), "{said}");
}
