//! Corrections, withdrawals, recalls: a new row, and the old one stays.

use super::{article, column, good, ingest, rows};
use std::fs;

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
