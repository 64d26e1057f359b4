//! JSON: an object a line, an array of objects, or one object over several lines.

use super::records::{Layout, Reached, Records};
use super::{ReadOptions, Record, Reject, fields, ninjs};
use serde_json::{Map, Value};
use std::io::BufRead;
use std::sync::Arc;

/// Reads objects; empty lines do not count. The envelope of a feed gives the articles of all its items. `reached` is told how far
/// it is.
pub fn read(
    input: Box<dyn BufRead + Send>,
    layout: Layout,
    options: &ReadOptions,
    reached: Arc<Reached>,
) -> Box<dyn Iterator<Item = Record> + Send> {
    let options = options.clone();
    let records = Records::new(input, layout, options.limits.record_bytes).telling(reached);
    Box::new(records.flat_map(move |record| match record.and_then(|r| articles(&r, &options)) {
        Ok(articles) => articles,
        Err(reject) => vec![Err(reject)],
    }))
}

/// How the objects lie in a file that begins with `head`; JSON Lines says so by its extension, unless it is an array.
pub fn layout(head: &[u8], extension: &str) -> Layout {
    let head = head.trim_ascii_start();
    let line = memchr::memchr(b'\n', head).map(|end| head[..end].trim_ascii_end());
    let over_lines = line.is_some_and(|line| !line.ends_with(b"}")) && !matches!(extension, "jsonl" | "ndjson");
    if head.starts_with(b"[") || over_lines { Layout::Objects } else { Layout::Lines }
}

fn articles(record: &[u8], options: &ReadOptions) -> Result<Vec<Record>, Reject> {
    let text = std::str::from_utf8(record).map_err(|e| Reject::new("invalid_utf8", e, record))?;
    let value: Value = serde_json::from_str(text).map_err(|e| Reject::new("broken_json", e, record))?;
    let Value::Object(object) = value else {
        return Err(Reject::new("broken_json", "the record is no object", record));
    };
    let hashed = |result: Record| result.map_err(|r| Reject::new(r.code, r.message, record));
    let items = ninjs::items(&object);
    if !items.is_empty() {
        return Ok(items.into_iter().map(|item| hashed(ninjs::article(item, &options.limits))).collect());
    }
    // JSON Feed.
    if let Some(items) = object.get("items").and_then(Value::as_array).filter(|_| object.contains_key("version")) {
        return Ok(items.iter().filter_map(Value::as_object).map(|item| hashed(article(item, options))).collect());
    }
    Ok(vec![hashed(article(&object, options))])
}

fn article(object: &Map<String, Value>, options: &ReadOptions) -> Record {
    let values = object.iter().map(|(name, value)| match name.as_str() {
        // Webhose keeps the site with the thread.
        "thread" => ("source_domain", strings(&value["site"])),
        name => (name, strings(value)),
    });
    fields::article(values, options).map_err(|reject| {
        let names: Vec<&str> = object.keys().map(String::as_str).collect();
        Reject::new(reject.code, format!("{} (its fields: {})", reject.message, names.join(", ")), b"")
    })
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(true) => vec!["true".to_string()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(object) => object.get("name").or_else(|| object.get("title")).map(strings).unwrap_or_default(),
        _ => Vec::new(),
    }
}
