use super::here;
use std::collections::BTreeSet;
use std::path::Path;

/// For each part, the parts it may use; `error` may be used by all.
const ALLOWED: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("doc", &["text"]),
    ("error", &[]),
    ("model", &["text"]),
    ("read", &["doc", "text"]),
    ("clean", &["doc", "text", "model"]),
    ("segment", &["doc", "text", "model"]),
    ("tag", &["doc", "text", "model"]),
    ("parse", &["doc", "text", "model"]),
    ("entity", &["doc", "text", "model"]),
    ("relate", &["doc", "text", "model"]),
    ("tables", &["doc", "text"]),
    ("collect", &["doc", "tables", "text"]),
    (
        "pipeline",
        &["read", "clean", "segment", "tag", "parse", "entity", "relate", "tables", "collect", "doc", "model", "text"],
    ),
    ("ingest", &["pipeline", "read", "tables", "collect", "doc", "text"]),
];

/// The parts that a file names after `crate::`, tests aside.
fn uses(path: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(path).expect("source is UTF-8");
    let text = text.split("#[cfg(test)]").next().unwrap_or("");
    let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
    code.flat_map(|l| l.split("crate::").skip(1).map(str::to_string).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .filter(|part: &String| !part.is_empty())
        .collect()
}

fn files(path: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(path).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn parts_use_only_what_is_below_them() {
    let src = here("src");
    let mut all = Vec::new();
    files(&src, &mut all);
    let mut seen = BTreeSet::new();
    for path in all {
        let inside = path.strip_prefix(&src).unwrap();
        let part = inside.components().next().unwrap().as_os_str().to_string_lossy().replace(".rs", "");
        if matches!(part.as_str(), "lib" | "main" | "cli") {
            continue;
        }
        let allowed =
            ALLOWED.iter().find(|(p, _)| *p == part).unwrap_or_else(|| panic!("{part} is not in the table")).1;
        seen.insert(part.clone());
        for used in uses(&path) {
            let fine = used == part || used == "error" || allowed.contains(&used.as_str());
            assert!(fine, "{} uses crate::{used}: {part} may use {allowed:?}", inside.display());
        }
    }
    assert_eq!(seen.len(), ALLOWED.len(), "every part of the table is there");
}
