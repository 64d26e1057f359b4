//! NITF: a story of a wire as one element `nitf`.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record, status};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records.
pub const NAMES: &[&str] = &["nitf"];

/// The article of a story.
pub fn article(nitf: &Element, _: &str, _: &Limits) -> Record {
    let head = nitf.at(&["head"]);
    let docdata = nitf.find("docdata");
    let meta = |name: &str| {
        let metas = head.map(|h| h.all("meta")).unwrap_or_default();
        let found = metas.into_iter().find(|m| m.attribute("name").is_some_and(|n| n.eq_ignore_ascii_case(name)))?;
        found.attribute("content").map(String::from)
    };
    let title = nitf
        .find("hedline")
        .and_then(|h| h.line_of("hl1").or_else(|| h.line()))
        .or_else(|| head.and_then(|h| h.line_of("title")));
    let body = nitf.find("body.content").or_else(|| nitf.at(&["body"])).map(Element::paragraphs).unwrap_or_default();
    if body.is_empty() {
        return Err(no_text("an empty body.content"));
    }
    let date = ["date.issue", "date.release", "story.date"]
        .iter()
        .filter_map(|n| docdata.unwrap_or(nitf).find(n)?.attribute("norm"))
        .find_map(parse_published);
    let id = docdata.and_then(|d| d.find("doc-id")).and_then(|d| d.attribute("id-string"));
    let keys = docdata.map(|d| d.all("keyword")).unwrap_or_default();
    let status = docdata.and_then(|d| d.attribute("management-status"));
    let dateline = nitf.find("dateline").and_then(Element::line);
    Ok(Article {
        source_id: id.map(String::from),
        title: title.unwrap_or_default(),
        body: super::with_dateline(dateline.as_deref(), body),
        published: date,
        byline: nitf.find("byline").map(bylines).unwrap_or_default(),
        publisher: nitf.find("doc.copyright").and_then(|c| c.attribute("holder")).map(String::from),
        agency: nitf.line_of("distributor").or_else(|| {
            docdata.and_then(|d| d.find("from-src")).and_then(|s| s.attribute("src-name")).map(String::from)
        }),
        section: meta("category").or_else(|| meta("anpa-category")),
        tags: keys.into_iter().filter_map(|k| k.attribute("key").map(String::from)).collect(),
        language: nitf.attribute("baselang").or_else(|| nitf.attribute("lang")).map(super::language),
        flags: status.and_then(status::flag).into_iter().collect(),
        ..Article::default()
    })
}

/// The people of a byline, without what they are.
pub fn bylines(byline: &Element) -> Vec<String> {
    let people = byline.all("person");
    let lines: Vec<String> = people.into_iter().filter_map(Element::line).collect();
    let lines = if lines.is_empty() { byline.line_without("byttl").into_iter().collect() } else { lines };
    lines.iter().flat_map(|l| super::people(l)).collect()
}
