use super::{dateline, here, run, table};
use std::path::Path;

fn rejects(out: &Path) -> Vec<(String, u64, String)> {
    let name = |row: &serde_json::Value| row["input_file"].as_str().unwrap().rsplit('/').next().unwrap().to_string();
    table(out, "rejects")
        .iter()
        .map(|r| (name(r), r["input_record"].as_u64().unwrap(), r["code"].as_str().unwrap().to_string()))
        .collect()
}

#[test]
fn bad_records_are_rejected_and_the_rest_is_kept() {
    let out = tempfile::tempdir().unwrap();
    let (code, errors) = run(&here("corpora/bad"), out.path(), &["--format", "jsonl"]);
    assert_eq!(code, 1, "{errors}");
    let found = rejects(out.path());
    for (file, record, reason) in [
        ("broken_line3.jsonl", 3, "broken_json"),
        ("empty.txt", 0, "empty"),
        ("invalid_utf8.txt", 1, "invalid_utf8"),
        ("no_text_column.csv", 0, "no_text_column"),
        ("not_parquet.parquet", 0, "not_parquet"),
    ] {
        assert!(found.contains(&(file.into(), record, reason.into())), "{file}: {found:?}");
    }
    assert!(found.iter().any(|(f, _, c)| f == "null_text.jsonl" && c == "no_text"), "{found:?}");
    assert!(found.iter().any(|(f, _, c)| f == "truncated.jsonl.gz" && c == "truncated"), "{found:?}");
    let kept = table(out.path(), "articles");
    let of_broken = kept.iter().filter(|a| a["input_file"].as_str().unwrap().ends_with("broken_line3.jsonl")).count();
    assert_eq!(of_broken, 3);
    let rate = ["--format", "jsonl", "--max-reject-rate", "1"];
    assert_eq!(run(&here("corpora/bad"), out.path(), &rate).0, 0, "a higher rate lets the same run pass");
}

#[test]
fn a_line_of_20_mb_is_too_large_and_the_next_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("long.jsonl");
    let long = format!(
        "{{\"text\": \"{}\"}}\n{{\"id\": \"next\", \"text\": \"It rained in Lagos on Monday.\"}}\n",
        "a".repeat(20 << 20)
    );
    std::fs::write(&input, long).unwrap();
    let out = folder.path().join("out");
    assert_eq!(run(&input, &out, &["--format", "jsonl"]).0, 1);
    assert_eq!(rejects(&out), [("long.jsonl".to_string(), 1, "too_large".to_string())]);
    assert_eq!(table(&out, "articles")[0]["source_id"], "next");
}

#[test]
fn wrong_usage_is_said_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out");
    let sample = here("corpora/sample/plain");
    let (code, errors) = run(&folder.path().join("absent"), &out, &[]);
    assert!(code == 2 && errors.contains("absent") && errors.contains("no such input"), "{errors}");
    let config = folder.path().join("dateline.toml");
    std::fs::write(&config, "format = \"csv\"\nthread = 2\n").unwrap();
    let (code, errors) = run(&sample, &out, &["--config", config.to_str().unwrap()]);
    assert!(code == 2 && errors.contains("dateline.toml") && errors.contains("thread"), "{errors}");
    let (code, errors) = run(&sample, &out, &["--tables", "articles,facts"]);
    assert!(code == 2 && errors.contains("facts") && errors.contains("relations"), "{errors}");
    let (code, errors) = run(&sample, &out, &["--models", folder.path().to_str().unwrap()]);
    assert!(code == 2 && errors.contains("words.bin"), "{errors}");
    assert!(!out.exists());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (code, errors) = run(&sample, &file.join("out"), &[]);
    assert!(code == 2 && errors.contains("cannot be written"), "{errors}");
}

#[test]
fn configuration_gives_defaults_and_flags_win() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("dateline.toml");
    std::fs::write(&config, "format = \"csv\"\ntables = [\"articles\"]\n").unwrap();
    let out = folder.path().join("out");
    let flags = ["--config", config.to_str().unwrap(), "--tables", "relations"];
    assert_eq!(run(&here("corpora/sample/plain"), &out, &flags).0, 0);
    let names: Vec<_> =
        std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names, ["relations.csv"]);
}

#[test]
fn standard_input_and_standard_output_hold_data_alone() {
    use std::io::Write;
    use std::process::Stdio;
    let out = tempfile::tempdir().unwrap();
    let mut child = dateline()
        .args(["run", "-", "--format", "jsonl", "--out"])
        .arg(out.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"{\"id\": \"x\", \"text\": \"Kenya banned the import of plastic bags.\"}\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
    assert_eq!(table(out.path(), "articles")[0]["input_file"], "-");
    let schema = dateline().args(["schema", "relations"]).output().unwrap();
    let page = String::from_utf8(schema.stdout).unwrap();
    for column in ["relation_id", "negated", "modality", "attributed_to", "cameo", "rule"] {
        assert!(page.contains(column), "{column}");
    }
}

#[test]
fn own_entries_are_linked_and_broken_ones_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (kb, input, out) = (folder.path().join("own.tsv"), folder.path().join("in.txt"), folder.path().join("out"));
    std::fs::write(
        &kb,
        "name\taliases\ttype\tcountry\nVelta Province\t\tGPE\tKAZ\t\tQ9912345\nNowhere\t\tGPE\tKazakhstan\n",
    )
    .unwrap();
    std::fs::write(&input, "Officials in Velta Province said on Monday that the road to Astana was open again.\n")
        .unwrap();
    let (code, log) = run(&input, &out, &["--format", "jsonl", "--kb", kb.to_str().unwrap()]);
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("entry refused") && log.contains("own.tsv") && log.contains("Kazakhstan"), "{log}");
    let entities = table(&out, "entities");
    assert!(
        entities.iter().any(|e| e["country"] == "KAZ" && e["geonames_id"].is_string()),
        "Astana is linked: {entities:?}"
    );
}
