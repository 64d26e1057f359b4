//! The project's own annotations of news (`train/annotations/passages`, a file a round), joined with the texts they were made on.
//!
//! A row holds where its text is (set, id, length in code points, for `gmb` the number of sentences), the hash of the text, and
//! names (none in those of a later `round`) and relations with offsets in code points; the text itself stays in the data folder.

use crate::files::{Shared, json_lines};
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// Where the annotations lie, from the repository's root.
pub const PATH: &str = "train/annotations/passages";

/// The annotated passages in the shape of the gold files: `id`, `title`, `text`, `entities`, `relations`.
///
/// # Errors
/// Where a text is missing or is not the one that was annotated.
pub fn read(shared: &Shared, folder: &Path) -> Result<Vec<Value>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    let mut rows: Vec<Value> = Vec::new();
    for file in files {
        for row in json_lines(&file)? {
            rows.push(row?);
        }
    }
    let mut texts = HashMap::new();
    for (set, file) in [
        ("allsides", "text/allsides.jsonl.zst"),
        ("fnc1", "text/fnc1.jsonl.gz"),
        ("giveme5w1h", "text/giveme5w1h.jsonl.gz"),
        ("gmb", "ner/train/gmb.train.jsonl.gz"),
    ] {
        let wanted: HashMap<&str, &Value> =
            rows.iter().filter(|r| r["set"] == set).filter_map(|r| Some((r["id"].as_str()?, r))).collect();
        if wanted.is_empty() {
            continue;
        }
        let articles: Vec<Value> = json_lines(&shared.data(file))?.collect::<Result<_>>()?;
        for (n, article) in articles.iter().enumerate() {
            let Some((&id, row)) = wanted.get_key_value(article["id"].as_str().unwrap_or("")) else { continue };
            let text = match row["count"].as_u64() {
                Some(count) => articles[n..][..count as usize].iter().map(sentence).collect::<Vec<_>>().join("\n"),
                None => article_text(article).chars().take(row["length"].as_u64().unwrap_or(0) as usize).collect(),
            };
            texts.insert((set, id.to_string()), text);
        }
    }
    rows.iter()
        .map(|row| {
            let (set, id) = (row["set"].as_str().unwrap_or(""), row["id"].as_str().unwrap_or(""));
            let text = texts.get(&(set, id.to_string())).with_context(|| format!("no text of {id} in {set}"))?;
            ensure!(row["hash"] == hash(text), "the text of {id} in {set} is not the one that was annotated");
            let title = if row["count"].is_null() { text.split("\n\n").next().unwrap_or("") } else { "" };
            let title = if title.len() < 250 && title.len() < text.len() { title } else { "" };
            Ok(json!({"id": id, "title": title, "text": text, "round": row["round"], "entities": row["entities"], "relations": row["relations"]}))
        })
        .collect()
}

/// Headline and body, the headline once.
fn article_text(article: &Value) -> String {
    let part = |key: &str| article[key].as_str().unwrap_or("").trim();
    let (title, body) = (part("title"), part("body"));
    if title.is_empty() {
        return body.to_string();
    }
    format!("{title}\n\n{}", body.strip_prefix(title).unwrap_or(body).trim_start())
}

/// The text of a tokenised sentence: no space before marks and clitics, none inside of brackets and quotation marks.
fn sentence(row: &Value) -> String {
    let (mut text, mut open, mut glue) = (String::new(), false, true);
    for token in row["tokens"].as_array().map_or(&[][..], |t| t).iter().filter_map(Value::as_str) {
        let closes = match token {
            "," | "." | ";" | ":" | "?" | "!" | ")" | "]" | "%" | "..." => true,
            "'s" | "'" | "n't" | "'re" | "'ve" | "'ll" | "'d" | "'m" => true,
            "\"" => open,
            _ => false,
        };
        if !closes && !glue {
            text.push(' ');
        }
        text.push_str(token);
        glue = matches!(token, "(" | "[" | "$" | "#") || token == "\"" && !open;
        open ^= token == "\"";
    }
    text
}

/// FNV-1a, 64 bits: tells whether a text is still the one that was annotated.
pub fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}")
}
