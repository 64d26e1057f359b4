//! Two runs at once; a run that is told to stop.

use super::{column, corpus, dateline, end, good, ingest, rows};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

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
pub fn at_work(run: &Child, out: &Path) {
    let signed = || fs::read_to_string(out.join("_dateline/lock")).unwrap_or_default().contains(&run.id().to_string());
    let begin = Instant::now();
    while !signed() && begin.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(2));
    }
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
