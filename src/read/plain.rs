//! Plain text: one article a file.

use super::{Limits, ReadOptions, Record, Reject};
use crate::doc::Article;
use std::io::BufRead;

/// Reads the whole file as the body of one article; headline and furniture are for cleaning to find.
pub fn read(mut input: Box<dyn BufRead + Send>, options: &ReadOptions) -> Box<dyn Iterator<Item = Record> + Send> {
    let limit = options.limits.record_bytes;
    Box::new(std::iter::once_with(move || {
        let bytes = Limits::read_all(&mut input, limit)?;
        if bytes.trim_ascii().is_empty() {
            return Err(Reject::new("empty", "the file holds nothing but white space", b""));
        }
        match String::from_utf8(bytes) {
            Ok(body) => Ok(Article { body, ..Article::default() }),
            Err(e) => Err(Reject::new("invalid_utf8", e.utf8_error(), e.as_bytes())),
        }
    }))
}
