use super::{here, run, table};
use serde_json::Value;
use std::collections::HashMap;

type Columns = &'static [(&'static str, &'static str, &'static str)];

/// Columns that hold an offset pair, with the column of the text between them.
const SPANS: &[(&str, Columns)] = &[
    ("mentions", &[("start", "end", "text")]),
    (
        "relations",
        &[
            ("cue_start", "cue_end", "cue"),
            ("source_start", "source_end", "source_text"),
            ("target_start", "target_end", "target_text"),
            ("content_start", "content_end", "content"),
        ],
    ),
    (
        "quotes",
        &[
            ("speaker_start", "speaker_end", "speaker_text"),
            ("cue_start", "cue_end", "cue"),
            ("content_start", "content_end", "content"),
        ],
    ),
];

#[test]
fn every_offset_of_every_table_gives_its_text() {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(
        run(
            &here("corpora/sample"),
            out.path(),
            &["--format", "jsonl", "--tables", "articles,sentences,tokens,mentions,relations,quotes"]
        )
        .0,
        0
    );
    let texts: HashMap<String, Vec<char>> = table(out.path(), "articles")
        .iter()
        .map(|a| (a["article_id"].as_str().unwrap().into(), a["text"].as_str().unwrap().chars().collect()))
        .collect();
    let of = |article: &str, row: &Value, start: &str, end: &str| -> Option<String> {
        let (start, end) = (row[start].as_u64()?, row[end].as_u64()?);
        Some(texts[article][start as usize..end as usize].iter().collect())
    };
    let mut checked = 0;
    for (name, spans) in SPANS {
        for row in table(out.path(), name) {
            let article = row["article_id"].as_str().unwrap();
            for (start, end, text) in *spans {
                assert_eq!(of(article, &row, start, end).as_deref(), row[text].as_str(), "{name}: {row}");
                checked += usize::from(!row[text].is_null());
            }
        }
    }
    assert!(checked > 3000, "only {checked} spans");
    let mut article_of = HashMap::new();
    for row in table(out.path(), "sentences") {
        let article = row["article_id"].as_str().unwrap().to_string();
        let sentence = of(&article, &row, "start", "end").unwrap();
        assert_eq!(sentence, sentence.trim());
        article_of.insert(row["sentence_id"].as_str().unwrap().to_string(), article);
    }
    for row in table(out.path(), "tokens") {
        let article = &article_of[row["sentence_id"].as_str().unwrap()];
        assert_eq!(of(article, &row, "start", "end").as_deref(), row["text"].as_str());
    }
}

#[test]
fn threads_and_repetition_change_no_byte() {
    let runs: Vec<_> = [
        ("parquet", "1"),
        ("parquet", "2"),
        ("parquet", "2"),
        ("csv", "1"),
        ("csv", "2"),
        ("jsonl", "1"),
        ("jsonl", "2"),
    ]
    .iter()
    .map(|(format, threads)| {
        let out = tempfile::tempdir().unwrap();
        assert_eq!(run(&here("corpora/sample"), out.path(), &["--format", format, "--threads", threads]).0, 0);
        (*format, out)
    })
    .collect();
    for pair in runs.windows(2).filter(|w| w[0].0 == w[1].0) {
        let mut names: Vec<_> = std::fs::read_dir(pair[0].1.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names.len(), 9, "{names:?}");
        for name in names {
            // Only `runs` has a clock in it.
            if !name.to_string_lossy().starts_with("runs.") {
                let [a, b] = [&pair[0], &pair[1]].map(|p| std::fs::read(p.1.path().join(&name)).unwrap());
                assert!(a == b, "{name:?} differs");
            }
        }
    }
}

#[test]
fn ids_are_unique_and_lead_to_their_rows() {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(run(&here("corpora/sample"), out.path(), &["--format", "jsonl"]).0, 0);
    let ids = |name: &str, column: &str| -> HashMap<String, usize> {
        let mut ids = HashMap::new();
        table(out.path(), name)
            .iter()
            .for_each(|r| *ids.entry(r[column].as_str().unwrap().to_string()).or_default() += 1);
        ids
    };
    let entities = ids("entities", "entity_id");
    // The corpus holds one article twice on purpose, as two records: only its article-level rows may repeat.
    for (name, column) in [("entities", "entity_id"), ("events", "event_id"), ("articles", "article_id")] {
        let repeated: Vec<_> = ids(name, column).into_iter().filter(|(_, n)| *n > 1).collect();
        assert!(repeated.is_empty(), "{name}: {repeated:?}");
    }
    for (name, columns) in [
        ("mentions", &["entity_id"][..]),
        ("relations", &["source_entity_id", "target_entity_id"]),
        ("quotes", &["speaker_entity_id"]),
    ] {
        for row in table(out.path(), name) {
            for column in columns {
                assert!(row[column].as_str().is_none_or(|id| entities.contains_key(id)), "{name}: {row}");
            }
        }
    }
}
