//! Runs in a row, two at once, one that is told to stop; the examples of the guide.

use super::{Dice, article, column, corpus, dateline, end, good, ingest, rows, same};
use crate::here;
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

/// Hour after hour over a log that others write, put together now and then: the rows of one run over all of it.
#[test]
fn a_schedule_over_a_growing_log_takes_every_line_once() {
    let folder = tempfile::tempdir().unwrap();
    let [log, out, once] = ["log.jsonl", "out", "once"].map(|n| folder.path().join(n));
    let text: String = (0..120).map(article).collect();
    let (mut dice, mut at, mut taken) = (Dice(7), 0, 0);
    for hour in 0.. {
        // Nobody ends a line because it is time for a run.
        at = (at + 1000 + dice.roll(9000) as usize).min(text.len());
        fs::write(&log, &text[..at]).unwrap();
        let said = good(&mut ingest(&log, &out, &["--wait", "60"]));
        assert!(said.contains(" 0 rejects, 0 known records"), "nothing is read twice: {said}");
        let articles = column(&out, "articles", "article_id").len();
        assert_eq!(articles, text[..at].matches('\n').count(), "hour {hour}");
        assert!(articles >= taken);
        taken = articles;
        if hour % 4 == 3 {
            good(dateline().args(["compact", "--wait", "60", "--out"]).arg(&out));
        }
        if at == text.len() {
            break;
        }
    }
    good(&mut ingest(&log, &once, &[]));
    for out in [&out, &once] {
        good(dateline().args(["compact", "--out"]).arg(out));
    }
    same(&once, &out);
}

/// The commands of the guide are understood, and its units are sound where there is somebody to say so.
#[test]
fn examples_of_the_guide_are_right() {
    let guide = fs::read_to_string(here("docs/scheduling.md")).unwrap();
    let blocks: Vec<&str> = guide.split("```").skip(1).step_by(2).collect();
    let mut commands = 0;
    for line in blocks.iter().flat_map(|block| block.lines()) {
        let Some((_, arguments)) =
            line.split_once("dateline ").filter(|_| line.contains("dateline ") && line.contains("--"))
        else {
            continue;
        };
        let arguments = arguments.split(['>', '"', '#']).next().unwrap().split_whitespace();
        let (code, said) = end(dateline().args(arguments).arg("--help"));
        assert_eq!(code, 0, "{line}: {said}");
        commands += 1;
    }
    assert!(commands >= 5, "{commands}");
    let folder = tempfile::tempdir().unwrap();
    let units = blocks.iter().filter_map(|block| block.strip_prefix("ini\n"));
    let mut paths = Vec::new();
    for unit in units {
        let path = folder.path().join(if unit.contains("[Timer]") { "dateline.timer" } else { "dateline.service" });
        fs::write(&path, unit.replace("/usr/local/bin/dateline", env!("CARGO_BIN_EXE_dateline"))).unwrap();
        paths.push(path);
    }
    assert_eq!(paths.len(), 2);
    match Command::new("systemd-analyze").arg("verify").args(&paths).output() {
        Ok(verified) => {
            let said = String::from_utf8_lossy(&verified.stderr);
            assert!(verified.status.success() && !said.contains("dateline."), "{said}");
        }
        Err(_) => println!("not verified: systemd-analyze is not here"),
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
