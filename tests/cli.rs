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

/// Runs `dateline lexicon check`; gives exit code and standard output.
fn check(files: &[&Path]) -> (i32, String) {
    let output = dateline().args(["lexicon", "check"]).args(files).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_lexicon_is_checked_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let [wrong, failing, right] = ["wrong.toml", "failing.toml", "right.toml"].map(|n| folder.path().join(n));
    std::fs::write(
        &wrong,
        "[BANN]\nverbs.always = [\"mothball\"]\n\n[BAN]\nverbs.often = [\"pull the plug\", \"Bar\"]\n\
         [[tests]]\ntext = \"x\"\nexpect = [{ type = \"BAN\", sauce = \"y\" }]\n",
    )
    .unwrap();
    let (code, page) = check(&[&wrong, &folder.path().join("absent.toml")]);
    assert_eq!(code, 2, "{page}");
    for line in ["wrong.toml:1: unknown type", "is it BAN?", "wrong.toml:5: \"pull the plug\" has 3 words"] {
        assert!(page.contains(line), "{line}: {page}");
    }
    for line in [
        "wrong.toml:5: \"Bar\" has capital",
        "wrong.toml:8: unknown key \"sauce\"; is it source?",
        "absent.toml: cannot",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
    let test = "[[tests]]\ntext = \"Norway mothballed the trade in vapes on Monday.\"\n\
        expect = [{ type = \"BAN\", cue = \"mothballed\", source = \"Norway\" }]\n";
    std::fs::write(&failing, test).unwrap();
    let (code, page) = check(&[&failing]);
    assert!(code == 1 && page.contains("line 1: Norway") && page.contains("missing   { type = \"BAN\""), "{page}");
    std::fs::write(&right, format!("[BAN]\nverbs.always = [\"mothball\"]\n{test}")).unwrap();
    let (code, page) = check(&[&right]);
    assert!(code == 0 && page.contains("1 entries, 1 tests, 0 failed"), "{page}");
}

#[test]
fn the_shipped_lexicon_is_right() {
    let (code, page) = check(&[&here("models/cues.toml")]);
    assert_eq!(code, 0, "{page}");
}

#[test]
fn a_lexicon_adds_to_the_shipped_one_and_stands_in_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let [lexicon, article, config, out] = ["my.toml", "a.txt", "dateline.toml", "out"].map(|n| folder.path().join(n));
    std::fs::write(&article, "Norway mothballed the trade in vapes on Monday.\n").unwrap();
    std::fs::write(&lexicon, "[BAN]\nverbs.always = [\"mothball\"]\n").unwrap();
    std::fs::write(&config, format!("format = \"jsonl\"\nlexicon = [{:?}]\n", lexicon.to_str().unwrap())).unwrap();
    assert_eq!(run(&article, &out, &["--config", config.to_str().unwrap()]).0, 0);
    let bans: Vec<_> = table(&out, "relations").into_iter().filter(|r| r["type"] == "BAN").collect();
    assert_eq!(bans[0]["rule"], "cue:mothball lexicon:BAN.verbs.always:mothball");
    let models = table(&out, "runs")[0]["models"].to_string();
    assert!(models.contains("cues.toml ") && models.contains("my.toml "), "{models}");
    assert_eq!(run(&article, &out, &["--format", "jsonl"]).0, 0);
    assert!(table(&out, "relations").iter().all(|r| r["type"] != "BAN"), "without it there is none");
    std::fs::write(&lexicon, "[BAN]\nverbs.alway = [\"mothball\"]\nverb = {}\n").unwrap();
    let (code, errors) = run(&article, &out, &["--lexicon", lexicon.to_str().unwrap()]);
    assert!(code == 2 && errors.contains("my.toml: line 2") && errors.contains("1 more"), "{errors}");
}

#[test]
fn unsure_rows_can_be_left_out() {
    let out = tempfile::tempdir().unwrap();
    let sample = here("corpora/sample/plain");
    let rows = |flags: &[&str]| {
        assert_eq!(run(&sample, out.path(), &[&["--format", "jsonl"], flags].concat()).0, 0);
        ["relations", "quotes"].map(|t| table(out.path(), t))
    };
    let (all, sure) = (rows(&[]), rows(&["--min-confidence", "0.6"]));
    for (mut all, sure) in all.into_iter().zip(sure) {
        let n = all.len();
        all.retain(|r| r["confidence"].as_f64().unwrap() >= 0.6);
        assert!(!all.is_empty() && all.len() < n);
        let column_of =
            |rows: &[serde_json::Value], name: &str| -> Vec<_> { rows.iter().map(|r| r[name].clone()).collect() };
        for column in ["relation_id", "quote_id", "confidence"] {
            assert_eq!(column_of(&all, column), column_of(&sure, column), "{column}");
        }
    }
    let (code, errors) = run(&sample, out.path(), &["--min-confidence", "60"]);
    assert!(code == 2 && errors.contains("from 0 to 1"), "{errors}");
}

#[test]
fn a_relation_is_explained_from_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let sample = here("corpora/sample/seed_shape");
    let outs = ["jsonl", "csv", "parquet"].map(|format| {
        let out = folder.path().join(format);
        assert_eq!(run(&sample, &out, &["--format", format]).0, 0);
        out
    });
    let explain = |id: &str, out: &Path| {
        let output = dateline().args(["explain", id, "--in"]).arg(out).output().unwrap();
        (output.status.code().unwrap(), [output.stdout, output.stderr].map(|t| String::from_utf8(t).unwrap()))
    };
    // Relations are found again in every article, whatever cleaning did to it.
    let mut articles = std::collections::BTreeSet::new();
    for row in table(&outs[0], "relations") {
        if articles.insert(row["article_id"].to_string()) {
            let id = row["relation_id"].as_str().unwrap();
            let (code, [page, errors]) = explain(id, &outs[articles.len() % 3]);
            assert_eq!(code, 0, "{errors}");
            for part in ["[cue: ", "Parse", "Type ", "for ", "Lexicon ", "Source ", "Modality ", "cues.toml "] {
                assert!(page.contains(part), "{part}: {page}");
            }
            assert!(page.contains(row["rule"].as_str().unwrap()) && !page.contains("not as in the run"), "{page}");
        }
    }
    let (code, [_, errors]) = explain("rabc", &outs[2]);
    assert!(code == 2 && errors.contains("there is no relation rabc here"), "{errors}");
    let (code, [_, errors]) = explain("rabc", folder.path());
    assert!(code == 2 && errors.contains("no relations.parquet, .csv or .jsonl"), "{errors}");
}
