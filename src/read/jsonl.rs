//! JSON Lines: an object a line.

use super::{ReadOptions, Record, Reject, fields};
use serde_json::Value;
use std::io::{BufRead, Read};

/// Reads lines; empty ones do not count as bad.
pub fn read(input: Box<dyn BufRead + Send>, options: &ReadOptions) -> Box<dyn Iterator<Item = Record> + Send> {
    let options = options.clone();
    let mut lines = Lines { input, limit: options.max_record_bytes, ended: false };
    Box::new(std::iter::from_fn(move || lines.next()).map(move |line| {
        let line = line?;
        let text = std::str::from_utf8(&line).map_err(|e| Reject::new("invalid_utf8", e, &line))?;
        let value: Value = serde_json::from_str(text).map_err(|e| Reject::new("broken_json", e, &line))?;
        let Value::Object(object) = value else {
            return Err(Reject::new("broken_json", "the line holds no object", &line));
        };
        let values = object.iter().map(|(name, value)| (name.as_str(), strings(value)));
        fields::article(values, options.text_column.as_deref()).map_err(|reject| {
            let names: Vec<&str> = object.keys().map(String::as_str).collect();
            Reject::new(reject.code, format!("{} (its fields: {})", reject.message, names.join(", ")), &line)
        })
    }))
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(object) => object.get("name").or_else(|| object.get("title")).map(strings).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Lines of bytes; one over the limit is skipped and never held.
struct Lines {
    input: Box<dyn BufRead + Send>,
    limit: usize,
    ended: bool,
}

impl Lines {
    fn next(&mut self) -> Option<Result<Vec<u8>, Reject>> {
        loop {
            if self.ended {
                return None;
            }
            let mut line = Vec::new();
            let read = (&mut self.input).take(self.limit as u64 + 1).read_until(b'\n', &mut line);
            match read {
                Err(e) => {
                    self.ended = true;
                    return Some(Err(Reject::new("truncated", format!("the file breaks off: {e}"), &line)));
                }
                Ok(0) => return None,
                Ok(_) if line.len() > self.limit && !line.ends_with(b"\n") => {
                    self.skip_line();
                    let message = format!("the record is longer than {} bytes", self.limit);
                    return Some(Err(Reject::new("too_large", message, &line[..300])));
                }
                Ok(_) if line.trim_ascii().is_empty() => {}
                Ok(_) => return Some(Ok(line)),
            }
        }
    }

    fn skip_line(&mut self) {
        loop {
            let Ok(buffer) = self.input.fill_buf() else { return };
            if buffer.is_empty() {
                return;
            }
            let end = memchr::memchr(b'\n', buffer);
            let n = end.map_or(buffer.len(), |n| n + 1);
            self.input.consume(n);
            if end.is_some() {
                return;
            }
        }
    }
}
