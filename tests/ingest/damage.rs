//! A state that is damaged, a disk that is full.

use super::{article, column, corpus, data, end, good, ingest, same};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

#[test]
fn a_damaged_or_newer_state_is_an_error_that_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out] = ["in", "out"].map(|n| folder.path().join(n));
    corpus(&input, 120);
    let flags = ["--max-reject-rate", "0.5", "--commit-records", "30"];
    good(&mut ingest(&input, &out, &flags));
    fs::write(input.join("more.jsonl"), article(500)).unwrap();
    let own = out.join("_dateline");
    let manifest = own.join("manifest.json");
    let (journal, segment) =
        (own.join("journal.json"), fs::read_dir(own.join("state")).unwrap().next().unwrap().unwrap().path());
    let before = data(&out);
    for (path, change, word) in [
        (&journal, (|b: &mut Vec<u8>| b.truncate(40)) as fn(&mut Vec<u8>), "damaged"),
        (&journal, |b| b.iter_mut().filter(|b| **b == b'7').for_each(|b| *b = b'8'), "damaged"),
        (
            &journal,
            |b| *b = String::from_utf8_lossy(b).replace("\"format\":2", "\"format\":3").into(),
            "format 3, this one knows 2",
        ),
        (
            &journal,
            |b| *b = String::from_utf8_lossy(b).replace("\"format\":2", "\"format\":1").into(),
            "--rebuild-state",
        ),
        (
            &journal,
            |b| *b = String::from_utf8_lossy(b).replace("schema_version\":\"1", "schema_version\":\"9").into(),
            "schema 9",
        ),
        (
            &manifest,
            |b| *b = String::from_utf8_lossy(b).replace("schema_version\": \"1", "schema_version\": \"9").into(),
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
