//! Options, rejects tried again, metrics, the database.

use super::{column, corpus, dateline, end, files, good, ingest, rows};
use crate::here;
use std::collections::BTreeSet;
use std::fs;

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
