//! RSS, Atom and the exports of WordPress, which are RSS: an item each.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record, html, language};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records.
pub const NAMES: &[&str] = &["item", "entry"];

/// The article of an item, with the channel that it stands in.
pub fn article(item: &Element, head: &str, limits: &Limits) -> Record {
    // Of elements of one name those without a prefix are the feed's own.
    let line = |names: &[&str]| {
        names.iter().find_map(|name| item.children().filter(|c| c.name == *name).find_map(Element::line))
    };
    if let Some(kind) = line(&["wp:post_type"]).filter(|k| !matches!(k.as_str(), "post" | "page")) {
        return Err(no_text(&kind));
    }
    let bodies = ["content:encoded", "content", "fulltext", "description", "summary", "media:description"];
    let mut body = String::new();
    for name in bodies {
        for child in item.children().filter(|c| c.name == name) {
            let raw = if child.children().next().is_some() { child.paragraphs() } else { child.raw() };
            body = if raw.contains('<') { html::fragment(&raw, limits)? } else { raw.trim().to_string() };
            if !body.is_empty() {
                break;
            }
        }
        if !body.is_empty() {
            break;
        }
    }
    if body.is_empty() {
        return Err(no_text("neither content nor description"));
    }
    let link = item.children().filter(|c| c.name == "link");
    let link = link
        .filter(|l| l.attribute("rel").is_none_or(|r| r == "alternate"))
        .find_map(|l| l.line().or_else(|| l.attribute("href").map(String::from)));
    let tags = item.children().filter(|c| c.is("category") || c.is("subject"));
    let of_channel = |name: &str| {
        let text = head.rsplit_once(&format!("<{name}>"))?.1.split('<').next()?.trim();
        (!text.is_empty())
            .then(|| quick_xml::escape::unescape(text).map_or_else(|_| text.to_string(), |t| t.into_owned()))
    };
    let first_title = head.split_once("<title>").and_then(|(_, t)| t.split('<').next()).map(|t| t.trim().to_string());
    let authors = item.children().filter(|c| ["author", "dc:creator"].contains(&c.name.as_str()));
    let authors = authors.filter_map(|a| a.line_of("name").or_else(|| a.line())).filter(|a| !a.contains('@'));
    let id = line(&["guid", "id"]).or_else(|| link.clone());
    Ok(Article {
        source_id: id,
        title: line(&["title"]).map(|t| html::fragment(&t, limits)).transpose()?.unwrap_or_default(),
        body,
        published: line(&["pubDate", "published", "dc:date", "wp:post_date_gmt", "updated"])
            .and_then(|d| parse_published(&d)),
        byline: authors.flat_map(|a| super::people(&a)).collect(),
        publisher: first_title.filter(|t| !t.is_empty()),
        tags: tags.filter_map(|t| t.line().or_else(|| t.attribute("term").map(String::from))).collect(),
        language: of_channel("language").as_deref().map(language),
        url: link,
        ..Article::default()
    })
}
