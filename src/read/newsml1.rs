//! NewsML 1: items as elements `NewsItem`, whose text is NITF or XHTML in a `DataContent`.

use super::elements::no_text;
use super::xml::Element;
use super::{Limits, Record, html, language, nitf, status};
use crate::doc::Article;
use crate::text::date::parse_published;

/// The elements that are records.
pub const NAMES: &[&str] = &["NewsItem"];

/// The article of an item.
pub fn article(item: &Element, head: &str, limits: &Limits) -> Record {
    let management = item.at(&["NewsManagement"]);
    let status =
        management.and_then(|m| m.find("Status")).and_then(|s| s.attribute("FormalName")).and_then(status::flag);
    let title = item.line_of("HeadLine");
    let mut inside = None;
    let mut story = String::new();
    // Headlines and style sheets have contents of their own: the longest is the story.
    for content in item.all("DataContent") {
        let raw = content.raw();
        let lower = raw.to_ascii_lowercase();
        let (text, said) = if let Some(found) = content.find("nitf").and_then(|n| nitf::article(n, "", limits).ok()) {
            (found.body.clone(), Some(found))
        } else if content.children().next().is_some() {
            (content.find("body.content").or_else(|| content.find("body")).unwrap_or(content).paragraphs(), None)
        } else if lower.contains("</p>") || lower.contains("<br") {
            (html::fragment(&raw, limits)?, None)
        } else {
            (raw.trim_matches('\n').to_string(), None)
        };
        if text.trim().len() > story.trim().len() {
            (story, inside) = (text, said);
        }
    }
    if story.trim().is_empty() && status.is_some() {
        story = title.clone().unwrap_or_default();
    }
    if story.trim().is_empty() {
        let kind = item.find("MediaType").and_then(|m| m.attribute("FormalName")).unwrap_or("an empty DataContent");
        return Err(no_text(kind));
    }
    let inside = inside.unwrap_or_default();
    let date = |name: &str| management.and_then(|m| m.line_of(name)).and_then(|d| parse_published(&d));
    let party = |name: &str| {
        let party = item.find(name)?.find("Party")?;
        party.attribute("FormalName").map(String::from)
    };
    let id = item.line_of("PublicIdentifier").map(|id| {
        // The last part is the revision: all of them are one story.
        let revision = item.line_of("RevisionId");
        let end = revision.map(|r| format!(":{r}"));
        end.and_then(|e| id.strip_suffix(&e).map(String::from)).unwrap_or(id)
    });
    let keywords = item.all("Property").into_iter().filter(|p| p.attribute("FormalName") == Some("Keyword"));
    let provider = party("Provider").or_else(|| {
        head.contains("<NewsService")
            .then(|| {
                let at = head.split("<NewsService").nth(1)?;
                at.split("FormalName=\"").nth(1)?.split('"').next().map(String::from)
            })
            .flatten()
    });
    Ok(Article {
        source_id: id,
        title: title.or(Some(inside.title).filter(|t| !t.is_empty())).unwrap_or_default(),
        body: super::with_dateline(item.line_of("DateLine").as_deref(), story),
        published: date("ThisRevisionCreated").or_else(|| date("FirstCreated")).or(inside.published),
        byline: item.line_of("ByLine").map(|b| super::people(&b)).unwrap_or(inside.byline),
        publisher: provider.clone(),
        agency: provider,
        tags: keywords.filter_map(|k| k.attribute("Value").map(String::from)).collect(),
        language: item.find("Language").and_then(|l| l.attribute("FormalName")).map(language),
        flags: status.into_iter().collect(),
        ..Article::default()
    })
}
