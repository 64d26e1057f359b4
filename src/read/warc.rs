//! WARC and ARC, plain or gzipped: the pages that a crawl stored. A damaged record or member costs itself alone.

use super::{Limits, ReadOptions, Record, Reject, html};
use crate::doc::{Article, Flag};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

/// Whether a file begins as one of the two does.
pub fn is_warc(head: &[u8]) -> bool {
    head.starts_with(b"WARC/") || head.starts_with(b"filedesc://")
}

/// Reads the pages; `packed` for an input of gzip members.
pub fn read(
    input: Box<dyn BufRead + Send>,
    packed: bool,
    options: &ReadOptions,
) -> Box<dyn Iterator<Item = Record> + Send> {
    let limits = options.limits;
    let input: Box<dyn BufRead + Send> = if packed {
        Box::new(BufReader::new(Members { raw: input, open: None, limits, packed: 0, out: 0 }))
    } else {
        input
    };
    Box::new(Pages { input, limits, ended: false, found: false, others: 0 })
}

/// Gzip members one behind the other. A damaged one gives an error once; then the next is looked for.
struct Members {
    raw: Box<dyn BufRead + Send>,
    open: Option<GzDecoder<Shared>>,
    limits: Limits,
    packed: u64,
    out: u64,
}

/// The raw input on loan to a decoder, which gives it back.
struct Shared(Box<dyn BufRead + Send>, u64);

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buffer)?;
        self.1 += n as u64;
        Ok(n)
    }
}

impl BufRead for Shared {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }
    fn consume(&mut self, n: usize) {
        self.1 += n as u64;
        self.0.consume(n);
    }
}

impl Members {
    /// Goes to the next bytes that begin a gzip member; false at the end.
    fn seek(&mut self) -> io::Result<bool> {
        const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
        let mut matched = 0;
        loop {
            let buffer = self.raw.fill_buf()?;
            let Some(&byte) = buffer.first() else { return Ok(false) };
            if matched == 0 {
                let skip = memchr::memchr(MAGIC[0], buffer).unwrap_or(buffer.len());
                if skip > 0 {
                    self.raw.consume(skip);
                    continue;
                }
            }
            matched = if byte == MAGIC[matched] { matched + 1 } else { usize::from(byte == MAGIC[0]) };
            self.raw.consume(1);
            if matched == MAGIC.len() {
                let raw = std::mem::replace(&mut self.raw, Box::new(io::empty()));
                let whole: Box<dyn BufRead + Send> = Box::new(Cursor::new(MAGIC.to_vec()).chain(raw));
                self.open = Some(GzDecoder::new(Shared(whole, 0)));
                (self.packed, self.out) = (0, 0);
                return Ok(true);
            }
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.raw = open.into_inner().0;
        }
    }
}

impl Read for Members {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(open) = &mut self.open else {
                if !self.seek()? {
                    return Ok(0);
                }
                continue;
            };
            let Limits { expansion, free_bytes, .. } = self.limits;
            let result = if self.out > free_bytes && self.out / expansion > open.get_ref().1 {
                Err(io::Error::new(
                    ErrorKind::FileTooLarge,
                    format!("the member unpacks to more than {expansion} times its size"),
                ))
            } else {
                open.read(buffer)
            };
            match result {
                Ok(0) => self.close(),
                Ok(n) => {
                    self.out += n as u64;
                    return Ok(n);
                }
                Err(e) => {
                    self.close();
                    return Err(e);
                }
            }
        }
    }
}

struct Pages {
    input: Box<dyn BufRead + Send>,
    limits: Limits,
    ended: bool,
    /// Whether there was a page or a reject.
    found: bool,
    /// Records that are no pages: requests, images, redirects.
    others: u64,
}

/// Bytes of a header line, and lines of a header.
const HEADER: (u64, usize) = (1 << 16, 1000);

/// Name and value of each line of a header, names in lower case.
struct Header(Vec<(String, String)>);

impl Header {
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }

    fn of(lines: &[String]) -> Header {
        let pairs = lines.iter().filter_map(|l| l.split_once(':'));
        Header(pairs.map(|(n, v)| (n.trim().to_ascii_lowercase(), v.trim().to_string())).collect())
    }

    /// The encoding that a content type names.
    fn charset(&self) -> Option<String> {
        let kind = self.get("content-type").to_ascii_lowercase();
        kind.split_once("charset=").map(|(_, c)| c.trim_matches(['"', '\'', ' ', ';']).to_string())
    }
}

impl Pages {
    fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = Vec::new();
        self.input.by_ref().take(HEADER.0).read_until(b'\n', &mut line)?;
        Ok((!line.is_empty()).then(|| String::from_utf8_lossy(&line).trim_end().to_string()))
    }

    /// The next record: `None` for one that is no page, an error of the input for one that breaks off.
    fn record(&mut self) -> io::Result<Option<Record>> {
        let (header, arc) = loop {
            let Some(line) = self.line()? else {
                self.ended = true;
                return Ok(None);
            };
            // Behind a damaged record the next one begins with its own line.
            if line.starts_with("WARC/") {
                let mut lines: Vec<String> = Vec::new();
                while let Some(line) = self.line()?.filter(|l| !l.is_empty() && lines.len() < HEADER.1) {
                    lines.push(line);
                }
                break (Header::of(&lines), false);
            }
            let fields: Vec<&str> = line.split(' ').collect();
            if let [url, _, date, kind, .., length] = fields[..]
                && url.contains("://")
                && date.len() >= 8
                && length.parse::<u64>().is_ok()
            {
                let pairs = [("warc-target-uri", url), ("content-type", kind), ("content-length", length)];
                break (Header(pairs.map(|(n, v)| (n.into(), v.into())).into()), true);
            }
        };
        let length: u64 = header.get("content-length").parse().unwrap_or(0);
        if length > self.limits.record_bytes as u64 {
            io::copy(&mut self.input.by_ref().take(length), &mut io::sink())?;
            let message = format!("the record is longer than {} bytes", self.limits.record_bytes);
            return Ok(Some(Err(Reject::new("too_large", message, header.get("warc-target-uri").as_bytes()))));
        }
        let mut block = Vec::new();
        self.input.by_ref().take(length).read_to_end(&mut block)?;
        // Where the length is wrong, what follows is in the block.
        let next = memchr::memmem::find(&block, b"\r\n\r\nWARC/1.");
        if let Some(at) = next {
            let rest = block.split_off(at);
            let input = std::mem::replace(&mut self.input, Box::new(io::empty()));
            self.input = Box::new(Cursor::new(rest).chain(input));
        } else if (block.len() as u64) < length {
            return Err(io::Error::new(
                ErrorKind::UnexpectedEof,
                format!("of {length} bytes there are {}", block.len()),
            ));
        }
        Ok(self.page(&header, arc, &block))
    }

    fn page(&self, header: &Header, arc: bool, block: &[u8]) -> Option<Record> {
        let url = header.get("warc-target-uri").trim_matches(['<', '>']);
        let kind = header.get("content-type").to_ascii_lowercase();
        let cut = !header.get("warc-truncated").is_empty();
        let record = match header.get("warc-type") {
            "response" | "" if kind.starts_with("application/http") || arc => {
                if url.starts_with("filedesc:") {
                    return None;
                }
                response(block, url, &self.limits)?
            }
            "resource" | "response" if kind.starts_with("text/html") => {
                html::page(block, header.charset().as_deref(), Some(url), &self.limits)
            }
            "conversion" if kind.starts_with("text/plain") => text(block, url),
            _ => return None,
        };
        Some(record.map(|mut article| {
            article.flags.extend(cut.then_some(Flag::Truncated));
            article
        }))
    }
}

fn text(block: &[u8], url: &str) -> Record {
    let body = String::from_utf8_lossy(block).into_owned();
    if body.trim().is_empty() {
        return Err(Reject::new("no_text", "the record has no text", url.as_bytes()));
    }
    Ok(Article { source_id: Some(url.into()), url: Some(url.into()), body, ..Article::default() })
}

/// The page of an answer of HTTP; `None` for a redirect, an error or another type.
fn response(block: &[u8], url: &str, limits: &Limits) -> Option<Record> {
    let (end, gap) = memchr::memmem::find(block, b"\r\n\r\n")
        .map(|at| (at, 4))
        .or_else(|| memchr::memmem::find(block, b"\n\n").map(|at| (at, 2)))?;
    let head = String::from_utf8_lossy(&block[..end]);
    let mut lines = head.lines().map(String::from);
    if lines.next()?.split(' ').nth(1)? != "200" {
        return None;
    }
    let header = Header::of(&lines.collect::<Vec<_>>());
    let kind = header.get("content-type").to_ascii_lowercase();
    if !kind.starts_with("text/html") && !kind.starts_with("application/xhtml") {
        return None;
    }
    let mut body = block[end + gap..].to_vec();
    if header.get("transfer-encoding").eq_ignore_ascii_case("chunked") {
        // Some crawlers take the chunks apart and leave the header as it was.
        body = dechunk(&body).unwrap_or(body);
    }
    let body = match header.get("content-encoding").to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => unpack(GzDecoder::new(&body[..]), limits),
        // Servers disagree on what deflate is.
        "deflate" => {
            unpack(ZlibDecoder::new(&body[..]), limits).or_else(|_| unpack(DeflateDecoder::new(&body[..]), limits))
        }
        coding @ ("br" | "zstd" | "compress") => {
            return Some(Err(Reject::new("unsupported", format!("the page is coded as {coding}"), url.as_bytes())));
        }
        _ => Ok(body),
    };
    Some(body.and_then(|b| html::page(&b, header.charset().as_deref(), Some(url), limits)))
}

fn unpack(decoder: impl Read, limits: &Limits) -> Result<Vec<u8>, Reject> {
    let mut body = Vec::new();
    let result = decoder.take(limits.record_bytes as u64 + 1).read_to_end(&mut body);
    if body.len() > limits.record_bytes {
        return Err(Reject::new(
            "expansion",
            format!("the page unpacks to more than {} bytes", limits.record_bytes),
            &body,
        ));
    }
    // What could be unpacked of a page that breaks off is a page still.
    match result {
        Err(e) if body.is_empty() => Err(super::limits::broken_off(&e, b"")),
        _ => Ok(body),
    }
}

/// The bytes of all chunks; `None` where they are no chunks.
fn dechunk(body: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut rest) = (Vec::with_capacity(body.len()), body);
    loop {
        let end = memchr::memchr(b'\n', rest)?;
        let size = std::str::from_utf8(&rest[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        rest = &rest[end + 1..];
        if size == 0 {
            return Some(out);
        }
        // The last chunk may be cut.
        out.extend_from_slice(&rest[..size.min(rest.len())]);
        rest = rest.get(size..).unwrap_or_default();
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(out);
        }
    }
}

impl Iterator for Pages {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        while !self.ended {
            match self.record() {
                Ok(Some(record)) => {
                    self.found = true;
                    return Some(record);
                }
                Ok(None) => self.others += u64::from(!self.ended),
                Err(e) => {
                    self.found = true;
                    let mut reject = super::limits::broken_off(&e, b"");
                    if matches!(reject.code, "unreadable") {
                        reject.code = "damaged";
                    }
                    return Some(Err(reject));
                }
            }
        }
        if self.found {
            return None;
        }
        self.found = true;
        let message = format!("the file has no page ({} records of other kinds)", self.others);
        Some(Err(Reject::new("no_text", message, b"")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        assert_eq!(dechunk(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n").unwrap(), b"abcde");
        assert_eq!(dechunk(b"3\r\nabc\r\nff\r\nde").unwrap(), b"abcde", "the last is cut");
        assert_eq!(dechunk(b"<html>\n"), None);
        assert_eq!(dechunk(b"ffffffffffffffffff\n"), None);
    }
}
