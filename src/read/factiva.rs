//! Factiva XML: an element `article` each.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record, language};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records.
pub const NAMES: &[&str] = &["article"];

/// The article of an element.
pub fn article(item: &Element, _: &str, _: &Limits) -> Record {
    let parts = ["leadParagraph", "tailParagraphs", "tailParagraph"];
    let parts = item.children().filter(|c| parts.iter().any(|p| c.is(p)));
    let body = parts.map(Element::paragraphs).filter(|p| !p.is_empty()).collect::<Vec<_>>().join("\n\n");
    if body.is_empty() {
        return Err(no_text("neither leadParagraph nor tailParagraphs"));
    }
    let line = |name: &str| item.line_of(name);
    let date = item.find("publicationDate").and_then(|d| d.line_of("date"));
    let time = item.find("publicationDate").and_then(|d| d.line_of("time"));
    let stamp = date.as_ref().zip(time).and_then(|(d, t)| parse_published(&format!("{d} {t}")));
    Ok(Article {
        source_id: line("accessionNo"),
        title: line("headline").unwrap_or_default(),
        body,
        published: stamp.or_else(|| parse_published(&date?)),
        byline: line("byline").map(|b| super::people(&b)).unwrap_or_default(),
        publisher: line("sourceName"),
        section: line("sectionName"),
        language: line("baseLanguage").as_deref().map(language),
        ..Article::default()
    })
}
