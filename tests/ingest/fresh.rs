//! What is new is taken, what is known is not, whatever file it comes in.

use super::{Dice, article, column, corpus, data, dateline, end, files, good, ingest, listing, rows, texts};
use crate::here;
use dateline::tables::parts;
use dateline::tables::schema::table;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

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
    assert_eq!(crate::run(&sample, &once, &[]).0, 0);
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
fn growing_tables_are_read_on_and_half_rows_wait() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, whole] = ["in.csv", "out", "whole"].map(|n| folder.path().join(n));
    let row = |n: u32| {
        format!("r{n};2024-05-06;\"Norway banned the import of \"\"tyres\"\";\nKenya denied {n} reports.\";Paper {n}\n")
    };
    let text = format!("\u{feff}id;date;text;source\n{}", (0..40).map(row).collect::<String>());
    let mut at = 0;
    // In a row that looks whole, in a field in quotes, behind a line break in one, at the end of a row.
    let third = text.match_indices("Paper 3").next().unwrap().0;
    for share in [third + 4, third + 60, third + 90, text.find("r30;").unwrap(), text.len() - 1] {
        at = share.max(at + 1);
        fs::write(&input, &text[..at]).unwrap();
        let said = good(&mut ingest(&input, &out, &[]));
        assert!(said.contains("1 files read") && said.contains(" 0 rejects, 0 known"), "nothing is read twice: {said}");
        assert_eq!(said.contains("left for the next run"), !text[..at].ends_with('\n'), "{said}");
    }
    assert_eq!(column(&out, "articles", "article_id").len(), 39);
    // It has not grown: what stands there is all of it.
    let said = good(&mut ingest(&input, &out, &[]));
    assert!(said.contains("1 new articles"), "{said}");
    good(&mut ingest(&input, &whole, &[]));
    good(&mut ingest(&input, &whole, &[]));
    assert_eq!(column(&out, "articles", "article_id").len(), 40);
    for name in ["articles", "sentences", "mentions", "relations"] {
        assert_eq!(rows(&whole, name), rows(&out, name), "{name}");
    }
}

/// An article in some words of its own, and the same with one of them changed.
fn story(n: u64, word: &str) -> String {
    let mut dice = Dice(n);
    let words = ["ferry", "harbour", "council", "report", "bridge", "strike", "budget", "tunnel", "market", "school"];
    let text: String = (0..90).map(|_| format!("{} {} ", dice.pick(&words), dice.roll(900))).collect();
    format!("{{\"id\": \"s{n}{word}\", \"source\": \"{word}\", \"text\": \"Norway {word} the plan. {text}.\"}}\n")
}

#[test]
fn near_duplicates_of_days_past_are_marked_within_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let [input, out, once, short] = ["in", "out", "once", "short"].map(|n| folder.path().join(n));
    fs::create_dir(&input).unwrap();
    let days = [
        (0..20).map(|n| story(n, "backed")).collect::<String>(),
        (20..40).map(|n| story(n, "backed")).collect(),
        [5, 25, 50].map(|n| story(n, "rejected")).concat(),
    ];
    for (day, text) in days.iter().enumerate() {
        fs::write(input.join(format!("{day}.jsonl")), text).unwrap();
        good(&mut ingest(&input, &out, &[]));
        good(&mut ingest(&input, &short, &["--near-window", "22"]));
    }
    good(&mut ingest(&input, &once, &[]));
    // The text, its first article's text, and how it is the same.
    let marked = |out: &Path| {
        let [ids, firsts, kinds] = ["source_id", "duplicate_of", "duplicate_kind"].map(|c| column(out, "articles", c));
        let own: Vec<String> = column(out, "articles", "article_id");
        let name = |id: &String| own.iter().position(|o| o == id).map_or("", |at| &ids[at]).to_string();
        let rows = firsts.iter().zip(&kinds).zip(&ids).filter(|((first, _), _)| !first.is_empty());
        rows.map(|((first, kind), id)| format!("{id} {kind} {}", name(first))).collect::<Vec<_>>()
    };
    assert_eq!(marked(&out), ["s5rejected near s5backed", "s25rejected near s25backed"]);
    assert_eq!(marked(&out), marked(&once), "as within one run");
    assert_eq!(marked(&short), ["s25rejected near s25backed"], "the first is not of the last 22");
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
