//! The SGML of Reuters-21578: an element `REUTERS` each.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records.
pub const NAMES: &[&str] = &["REUTERS"];

/// The article of an element.
pub fn article(item: &Element, _: &str, _: &Limits) -> Record {
    let text = item.find("TEXT").ok_or_else(|| no_text("no TEXT"))?;
    let body = text.find("BODY").map(Element::raw).unwrap_or_else(|| {
        // Briefs have their text beside title and author.
        if text.attribute("TYPE") == Some("UNPROC") { text.raw() } else { String::new() }
    });
    // The wire's own end mark.
    let body = body.trim_end().trim_end_matches("Reuter").trim_end_matches("REUTER").trim_end();
    let title = text.line_of("TITLE").unwrap_or_default();
    if body.trim().is_empty() && title.is_empty() {
        return Err(no_text("no BODY"));
    }
    let tags = ["TOPICS", "PLACES", "PEOPLE", "ORGS"].iter().filter_map(|n| item.find(n)).flat_map(|t| t.all("D"));
    let dateline = text.line_of("DATELINE").map(|d| d.trim_end_matches('-').trim().to_string());
    // A flash is its headline.
    let (title, body) = if body.trim().is_empty() { (String::new(), title) } else { (title, body.to_string()) };
    Ok(Article {
        source_id: item.attribute("NEWID").map(|id| format!("reuters-21578:{id}")),
        title,
        body: super::with_dateline(dateline.as_deref(), body),
        published: item.line_of("DATE").and_then(|d| parse_published(&d)),
        byline: text.line_of("AUTHOR").map(|a| super::people(a.trim_end_matches([',', ' ']))).unwrap_or_default(),
        agency: Some("Reuters".into()),
        publisher: Some("Reuters".into()),
        tags: tags.filter_map(Element::line).collect(),
        ..Article::default()
    })
}
