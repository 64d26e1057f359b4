use super::here;
use dateline::doc::{Article, Doc, MentionKind};
use dateline::model::ModelSource;
use dateline::pipeline::Pipeline;
use std::fmt::Write;

/// Sentences with what the stages make of them beneath: tags, heads with relations, names. The lines that begin with `>` are
/// the input; `DATELINE_GOLDEN=write cargo test --release golden` writes the others anew, and the change reads as a diff.
#[test]
fn the_golden_sentences_are_read_as_before() {
    let pipeline = Pipeline::load(&ModelSource::Embedded, false).unwrap();
    let mut worker = pipeline.worker();
    let mut files: Vec<_> = std::fs::read_dir(here("tests/golden")).unwrap().map(|f| f.unwrap().path()).collect();
    files.sort();
    for path in files {
        let before = std::fs::read_to_string(&path).unwrap();
        let blocks: Vec<String> = before
            .lines()
            .filter_map(|line| line.strip_prefix("> "))
            .map(|line| {
                let body = line.to_string();
                interlinear(line, worker.analyse(Article { body, ..Article::default() }))
            })
            .collect();
        let after = blocks.join("\n");
        if std::env::var("DATELINE_GOLDEN").is_ok_and(|v| v == "write") {
            std::fs::write(&path, after).unwrap();
            continue;
        }
        for (old, new) in before.split("\n\n").zip(after.split("\n\n")) {
            assert_eq!(old.trim_end(), new.trim_end(), "\n{new}\nin {}", path.display());
        }
    }
}

/// A sentence, and beneath it its tokens in columns.
fn interlinear(line: &str, doc: &Doc) -> String {
    let mut out = format!("> {line}\n");
    for sentence in &doc.sentences {
        let mut rows = [const { String::new() }; 4];
        for i in sentence.tokens() {
            let head = if doc.is_root(i) { 0 } else { doc.heads[i] - sentence.first + 1 };
            let named = doc.mentions.iter().filter(|m| m.kind == MentionKind::Name);
            let name =
                named.filter(|m| (m.first..m.last).contains(&(i as u32))).map(|m| (m, m.first == i as u32)).next();
            let cells = [
                doc.token(i).to_string(),
                doc.upos[i].to_string(),
                format!("{head}:{}", doc.deprels[i]),
                name.map_or(String::new(), |(m, first)| if first { m.etype.to_string() } else { "~".into() }),
            ];
            let width = cells.iter().map(|c| c.chars().count()).max().unwrap_or(0);
            for (row, cell) in rows.iter_mut().zip(&cells) {
                write!(row, "{cell:width$}  ").unwrap();
            }
        }
        for row in rows.iter().map(|r| r.trim_end()).filter(|r| !r.is_empty()) {
            writeln!(out, "  {row}").unwrap();
        }
    }
    out
}
