//! Formats of XML: a file is a row of elements, each one record, whatever lies round them.

use super::records::{Layout, Records};
use super::xml::Element;
use super::{Limits, ReadOptions, Record, Reject, decode};
use std::io::BufRead;

/// Makes an article of a record; with what stands in the file before the first record.
pub type Make = fn(&Element, &str, &Limits) -> Record;

/// Reads all elements of these names.
pub fn read(
    input: Box<dyn BufRead + Send>,
    names: &'static [&'static str],
    make: Make,
    options: &ReadOptions,
) -> Box<dyn Iterator<Item = Record> + Send> {
    let limits = options.limits;
    let mut head: Option<(String, Option<String>)> = None;
    let mut any = false;
    let records = Records::new(input, Layout::Elements(names), limits.record_bytes);
    let mut records = records.map(move |record| {
        let bytes = record?;
        let start = start(&bytes, names);
        if head.is_none() {
            let before = &bytes[..start.unwrap_or(bytes.len())];
            let declared = decode::declared(before);
            let before = decode::decode(before, declared.as_deref()).unwrap_or_default();
            head = Some((before, declared));
        }
        // What stands behind the last record closes what was opened before the first.
        let Some(start) = start else { return Ok(None) };
        let (before, declared) = head.as_ref().map_or(("", None), |(b, d)| (b.as_str(), d.as_deref()));
        let bytes = &bytes[start..];
        let text = decode::decode(bytes, declared)?;
        let element = Element::parse(&text, &limits)?;
        let article = make(&element, before, &limits)
            .map_err(|r| Reject { record_hash: Some(Reject::hash(blake3::Hasher::new().update(bytes))), ..r })?;
        Ok(Some(article))
    });
    Box::new(std::iter::from_fn(move || {
        loop {
            match records.next() {
                Some(Ok(None)) => {}
                Some(Ok(Some(article))) => {
                    any = true;
                    return Some(Ok(article));
                }
                Some(Err(reject)) => {
                    any = true;
                    return Some(Err(reject));
                }
                None if any => return None,
                None => {
                    any = true;
                    let message = format!("the file has no element {}", names.join(", "));
                    return Some(Err(Reject::new("no_record", message, b"")));
                }
            }
        }
    }))
}

/// Where the first start tag of one of the names begins.
fn start(bytes: &[u8], names: &[&str]) -> Option<usize> {
    memchr::memchr_iter(b'<', bytes).find(|&at| {
        let name: &[u8] =
            bytes[at + 1..].split(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).next().unwrap_or(b"");
        let local = name.rsplit(|&b| b == b':').next().unwrap_or(name);
        names.iter().any(|n| n.as_bytes() == local)
    })
}

/// The reject of an item that carries no text.
pub fn no_text(what: &str) -> Reject {
    Reject::new("no_text", format!("the item has no text ({what})"), b"")
}
