//! LexisNexis: the text export with its `1 of 10 DOCUMENTS`, and Nexis Uni's Word export, whose documents end with `End of Document`.

use super::xml::Element;
use super::{Limits, ReadOptions, Record, Reject};
use crate::doc::Article;
use crate::text::date::{Published, parse_published};
use std::io::BufRead;

/// Whether a text is such an export.
pub fn is_export(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head);
    head.lines().any(begins_document)
}

/// `1 of 10 DOCUMENTS`
fn begins_document(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().take(5).collect();
    let number = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit());
    matches!(words[..], [n, "of", all, "DOCUMENTS" | "DOCUMENT"] if number(n) && number(all))
}

/// Reads the documents of a text export.
pub fn read(
    mut input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let limits = options.limits;
    let text = limits.read_text(&mut input)?;
    let mut documents: Vec<Vec<String>> = Vec::new();
    for line in text.lines() {
        if begins_document(line) {
            documents.push(Vec::new());
        } else if let Some(document) = documents.last_mut() {
            document.push(line.trim_end().to_string());
        }
    }
    Ok(Box::new(documents.into_iter().map(move |lines| {
        let start = lines.first().map_or(&b""[..], |l| l.as_bytes());
        limits.fit("document", lines.iter().map(String::len).sum(), start)?;
        document(&lines)
    })))
}

/// Labels of the lines over and under the text.
const LABELS: [&str; 17] = [
    "byline",
    "section",
    "length",
    "dateline",
    "highlight",
    "series",
    "load-date",
    "language",
    "publication-type",
    "subject",
    "correction-date",
    "graphic",
    "journal-code",
    "document-type",
    "url",
    "country",
    "copyright",
];

/// `BYLINE: Jane Roe`: label in lower case, and value.
fn label(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim().to_ascii_lowercase();
    LABELS.contains(&name.as_str()).then(|| (name, value.trim()))
}

fn take(article: &mut Article, name: &str, value: &str) {
    match name {
        "byline" => article.byline = super::people(value),
        "section" => article.section = Some(value.split([';', ',']).next().unwrap_or(value).trim().to_string()),
        "dateline" => article.dateline_place = Some(value.to_string()),
        "language" => article.language = Some(super::language(value)),
        "subject" => {
            article.tags = value
                .split(';')
                .map(|t| t.split('(').next().unwrap_or(t).trim().to_string())
                .filter(|t| !t.is_empty())
                .collect();
        }
        "url" => article.url = Some(value.to_string()),
        _ => {}
    }
}

/// `January 11, 2010 Monday 9:20 AM GMT`
fn date(line: &str) -> Option<Published> {
    parse_published(line).or_else(|| {
        // Behind the date an edition may stand.
        let words: Vec<&str> = line.split_whitespace().collect();
        words.get(..3).and_then(|d| parse_published(&d.join(" ")))
    })
}

/// A document of the text export: paper and date in the middle of the page, headline, labels, text, labels.
fn document(lines: &[String]) -> Record {
    let mut article = Article::default();
    let mut body: Vec<&str> = Vec::new();
    let mut last: Option<(String, String)> = None;
    let mut in_text = false;
    for line in lines {
        let middle = line.starts_with("          ");
        let trimmed = line.trim();
        if let Some((name, value)) = label(line) {
            if let Some((name, value)) = last.replace((name, value.to_string())) {
                take(&mut article, &name, &value);
            }
            in_text = !body.is_empty();
            continue;
        }
        if let Some((_, value)) = &mut last {
            // Long values go on in the next line.
            if !trimmed.is_empty() && !middle {
                if value.is_empty() || line.starts_with(' ') || in_text {
                    value.push_str(if value.is_empty() { "" } else { " " });
                    value.push_str(trimmed);
                    continue;
                }
            } else {
                if let Some((name, value)) = last.take() {
                    take(&mut article, &name, &value);
                }
                body.extend((!in_text && !body.is_empty()).then_some(""));
                continue;
            }
        }
        match () {
            () if middle && article.publisher.is_none() && article.title.is_empty() => {
                article.publisher = Some(trimmed.to_string());
            }
            () if middle && article.published.is_none() && body.is_empty() => article.published = date(trimmed),
            () if middle => {}
            () if in_text => {}
            () if body.is_empty() && trimmed.is_empty() => {}
            () if article.title.is_empty() => article.title = trimmed.to_string(),
            // A headline goes on until an empty line.
            () => body.push(line),
        }
    }
    if let Some((name, value)) = last {
        take(&mut article, &name, &value);
    }
    article.body = body.join("\n").trim().to_string();
    finish(article, lines)
}

fn finish(article: Article, lines: &[String]) -> Record {
    if article.body.is_empty() {
        let start = lines.iter().take(20).map(String::as_str).collect::<Vec<_>>().join("\n");
        return Err(Reject::new("no_text", "the document has no text", start.as_bytes()));
    }
    Ok(article)
}

/// Reads the documents of a Word file; one that is no export of Nexis is one article.
pub fn read_docx(xml: &str, limits: &Limits) -> Result<Vec<Record>, Reject> {
    let root = Element::parse(xml, limits)?;
    let paragraphs: Vec<String> = root
        .all("p")
        .into_iter()
        .map(|p| p.all("t").into_iter().map(Element::raw).collect::<String>().trim().to_string())
        .collect();
    let ends = |line: &str| line.ends_with("End of Document");
    if !paragraphs.iter().any(|l| ends(l)) {
        return Ok(vec![finish(
            Article { body: paragraphs.join("\n\n").trim().to_string(), ..Article::default() },
            &paragraphs,
        )]);
    }
    let documents = paragraphs.split_inclusive(|l| ends(l)).filter(|d| d.last().is_some_and(|l| ends(l)));
    Ok(documents.map(word_document).collect())
}

/// A document of the Word export: headline, paper, date, labels, `Body`, text.
fn word_document(lines: &[String]) -> Record {
    let lines = &lines[..lines.len() - 1];
    let mut article = Article::default();
    let body = lines.iter().position(|l| l == "Body").unwrap_or(lines.len());
    // What stands before the headline of the first document is the list of all.
    let dated = lines[..body]
        .iter()
        .rposition(|l| !l.contains(':') && date(l).is_some() || date(l).is_some_and(|_| l.len() < 60));
    if let Some(at) = dated {
        article.published = date(&lines[at]);
        let mut before = lines[..at].iter().rev().filter(|l| !l.is_empty());
        article.publisher = before.next().cloned();
        article.title = before.next().cloned().unwrap_or_default();
    }
    for (name, value) in lines[dated.unwrap_or(0)..body].iter().filter_map(|l| label(l)) {
        take(&mut article, &name, value);
    }
    let mut text: Vec<&str> = Vec::new();
    for line in lines.get(body + 1..).unwrap_or_default() {
        match label(line).filter(|(name, _)| {
            !text.is_empty() && matches!(name.as_str(), "load-date" | "language" | "subject" | "graphic")
        }) {
            Some((name, value)) => take(&mut article, &name, value),
            // Field codes of Word are numbers.
            None if line.bytes().all(|b| b.is_ascii_digit()) => {}
            None => text.push(line),
        }
    }
    article.body = text.join("\n\n").trim().to_string();
    finish(article, lines)
}
