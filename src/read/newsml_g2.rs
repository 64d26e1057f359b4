//! NewsML-G2: items as elements `newsItem`, alone or in a message.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record, Reject, html, language, nitf, status};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records. A package names items and has no text of its own.
pub const NAMES: &[&str] = &["newsItem", "packageItem"];

/// The article of an item.
pub fn article(item: &Element, _: &str, limits: &Limits) -> Record {
    if item.is("packageItem") {
        return Err(no_text("a package of other items"));
    }
    let meta = item.at(&["itemMeta"]);
    let content = item.at(&["contentMeta"]);
    let class = meta.and_then(|m| m.find("itemClass")).and_then(|c| c.attribute("qcode")).unwrap_or("text");
    let status = meta.and_then(|m| m.find("pubStatus")).and_then(|s| s.attribute("qcode")).and_then(status::flag);
    let title = content.and_then(|c| c.line_of("headline")).or_else(|| item.line_of("headline"));
    let mut story = story(item, limits)?;
    // A kill has no text but its note.
    if story.body.is_empty() && status.is_some() {
        story.body = meta.and_then(|m| m.line_of("edNote")).or_else(|| title.clone()).unwrap_or_default();
    }
    if story.body.is_empty() {
        return Err(no_text(class));
    }
    let line = |name: &str| content.and_then(|c| c.line_of(name));
    let date = |of: Option<&Element>, name: &str| of.and_then(|e| e.line_of(name)).and_then(|d| parse_published(&d));
    let named = |e: &Element| e.line_of("name").or_else(|| e.attribute("literal").map(String::from));
    let people = content.map(|c| c.children().filter(|e| e.is("creator")).filter_map(named).collect::<Vec<_>>());
    let byline = line("by").map(|b| super::people(&b)).or(people).filter(|p| !p.is_empty());
    let provider = meta.and_then(|m| m.find("provider"));
    let provider = provider
        .and_then(|p| named(p).or_else(|| p.attribute("qcode").map(|q| q.rsplit(':').next().unwrap_or(q).into())));
    let subjects = content.map(|c| c.children().filter(|e| e.is("subject")).collect::<Vec<_>>()).unwrap_or_default();
    let written = line("language")
        .or_else(|| content.and_then(|c| c.find("language")).and_then(|l| l.attribute("tag")).map(String::from));
    let written = written.or_else(|| item.attribute("lang").map(String::from));
    Ok(Article {
        source_id: item.attribute("guid").map(String::from),
        title: title.or(Some(story.title).filter(|t| !t.is_empty())).unwrap_or_default(),
        body: super::with_dateline(line("dateline").as_deref(), story.body),
        published: date(meta, "versionCreated")
            .or_else(|| date(content, "contentCreated"))
            .or_else(|| date(meta, "firstCreated"))
            .or(story.published),
        byline: byline.unwrap_or(story.byline),
        publisher: item.find("copyrightHolder").and_then(named).or_else(|| provider.clone()),
        agency: provider,
        section: subjects
            .iter()
            .find(|s| s.attribute("qcode").is_some_and(|q| q.starts_with("medtop:") || q.starts_with("subj:")))
            .and_then(|s| s.line_of("name")),
        tags: content
            .map(|c| c.children().filter(|e| e.is("keyword")).filter_map(Element::line).collect())
            .unwrap_or_default(),
        language: written.as_deref().map(language),
        flags: status.into_iter().collect(),
        ..Article::default()
    })
}

/// The item's content, NITF, XHTML or plain, with what a NITF says of it.
fn story(item: &Element, limits: &Limits) -> Result<Article, Reject> {
    let text = |body: String| Article { body, ..Article::default() };
    let Some(set) = item.at(&["contentSet"]) else { return Ok(Article::default()) };
    for content in set.children().filter(|c| c.is("inlineXML")) {
        if let Some(story) = content.find("nitf").and_then(|n| nitf::article(n, "", limits).ok()) {
            return Ok(story);
        }
        let body = content.find("body").unwrap_or(content).paragraphs();
        if !body.is_empty() {
            return Ok(text(body));
        }
    }
    for content in set.children().filter(|c| c.is("inlineData")) {
        let raw = content.raw();
        let html = raw.contains("</p>") || raw.contains("<br");
        let body = if html { html::fragment(&raw, limits)? } else { raw.trim_matches('\n').to_string() };
        if !body.is_empty() {
            return Ok(text(body));
        }
    }
    Ok(Article::default())
}
