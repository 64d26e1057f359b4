//! Plain text: one article a file.

use super::{ReadOptions, Record, Reject, records};
use crate::doc::Article;
use std::io::{BufRead, Read};

/// Reads the whole file as the body of one article; headline and furniture are for cleaning to find.
pub fn read(input: Box<dyn BufRead + Send>, options: &ReadOptions) -> Box<dyn Iterator<Item = Record> + Send> {
    let limit = options.max_record_bytes;
    Box::new(std::iter::once_with(move || article(input, limit)))
}

fn article(input: Box<dyn BufRead + Send>, limit: usize) -> Record {
    let mut bytes = Vec::new();
    input.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|e| records::broken_off(&e, &bytes))?;
    if bytes.len() > limit {
        return Err(Reject::new("too_large", format!("the file is longer than {limit} bytes"), &bytes));
    }
    if bytes.trim_ascii().is_empty() {
        return Err(Reject::new("empty", "the file holds nothing but white space", b""));
    }
    match String::from_utf8(bytes) {
        Ok(body) => Ok(Article { body, ..Article::default() }),
        Err(e) => Err(Reject::new("invalid_utf8", e.utf8_error(), e.as_bytes())),
    }
}
