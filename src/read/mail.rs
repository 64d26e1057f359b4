//! Mail, RFC 5322 and MIME, alone or as a mailbox: a message each.

use super::{Limits, ReadOptions, Record, Reject, html};
use crate::doc::Article;
use crate::text::date::{Published, parse_published};
use mail_parser::MessageParser;
use std::io::BufRead;

/// Whether a file begins with the header of a message.
pub fn is_mail(head: &[u8]) -> bool {
    const SURE: [&str; 8] = [
        "received",
        "return-path",
        "delivered-to",
        "message-id",
        "mime-version",
        "x-received",
        "dkim-signature",
        "subject",
    ];
    let head = head.trim_ascii_start();
    if head.starts_with(b"From ") && head.split(|&b| b == b'\n').nth(1).is_some_and(|l| l.contains(&b':')) {
        return true;
    }
    let text = String::from_utf8_lossy(&head[..head.len().min(4096)]);
    let mut names = Vec::new();
    for line in text.lines().take(40) {
        match line.split_once(':') {
            _ if line.starts_with([' ', '\t']) && !names.is_empty() => {}
            Some((name, _)) if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') => {
                names.push(name.to_ascii_lowercase());
            }
            _ => break,
        }
    }
    names.len() >= 3 && names.iter().filter(|n| SURE.contains(&n.as_str())).count() >= 2
}

/// Reads the messages of a file.
pub fn read(
    mut input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let limits = options.limits;
    let bytes = Limits::read_all(&mut input, limits.file_bytes)?;
    Ok(Box::new(messages(&bytes).into_iter().map(move |message| {
        limits.fit("message", message.len(), &message)?;
        article(&message, &limits)
    })))
}

/// The messages of a mailbox, which begin with a line `From …`; a file without such a line is one message.
fn messages(bytes: &[u8]) -> Vec<Vec<u8>> {
    let bytes = bytes.trim_ascii_start();
    if !bytes.starts_with(b"From ") {
        return vec![bytes.to_vec()];
    }
    let mut all: Vec<Vec<u8>> = Vec::new();
    let mut empty = true;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        if empty && line.starts_with(b"From ") {
            all.push(Vec::new());
        } else if let Some(message) = all.last_mut() {
            message.extend_from_slice(line.strip_prefix(b">").filter(|l| l.starts_with(b"From ")).unwrap_or(line));
        }
        empty = line.trim_ascii().is_empty();
    }
    all
}

fn article(bytes: &[u8], limits: &Limits) -> Record {
    // Parts in parts are the one thing that a message can nest.
    let parts = bytes.windows(10).filter(|w| w.eq_ignore_ascii_case(b"multipart/")).count();
    if parts > limits.depth {
        return Err(limits.too_deep(bytes));
    }
    let broken = || Reject::new("broken_mail", "the message has no header", bytes);
    let message = MessageParser::default().parse(bytes).ok_or_else(broken)?;
    let text = message.text_part(0).filter(|p| p.is_text() && !p.is_text_html()).and_then(|p| p.text_contents());
    let body = match (text, message.html_part(0).and_then(|p| p.text_contents())) {
        (Some(text), _) if !text.trim().is_empty() => text.to_string(),
        (_, Some(page)) => html::fragment(page, limits)?,
        _ => String::new(),
    };
    if body.trim().is_empty() {
        return Err(Reject::new("no_text", "the message has no text", bytes));
    }
    let from = message.from().and_then(|f| f.first());
    let published: Option<Published> = message.date().and_then(|d| parse_published(&d.to_rfc3339()));
    Ok(Article {
        source_id: message.message_id().map(String::from),
        title: message.subject().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
        body,
        published,
        byline: from.and_then(|f| f.name()).map(|n| vec![n.to_string()]).unwrap_or_default(),
        publisher: from.and_then(|f| f.address()).and_then(|a| a.rsplit_once('@')).map(|(_, d)| d.to_string()),
        ..Article::default()
    })
}
