//! HTML: the article of a page, and what JSON-LD, OpenGraph, `meta` and `<time>` say of it.

use super::headline::Headlines;
use super::{Limits, ReadOptions, Record, Reject, decode};
use crate::doc::Article;
use crate::text::date::{Published, parse_published};
use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};
use serde_json::Value;
use std::io::BufRead;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Reads the file as one page.
pub fn read(mut input: Box<dyn BufRead + Send>, options: &ReadOptions) -> Box<dyn Iterator<Item = Record> + Send> {
    let limits = options.limits;
    Box::new(std::iter::once_with(move || {
        let bytes = Limits::read_all(&mut input, limits.record_bytes)?;
        page(&bytes, None, None, &limits)
    }))
}

/// The article of a page; `charset` and `url` are what the server said, which wins over what the page says.
pub fn page(bytes: &[u8], charset: Option<&str>, url: Option<&str>, limits: &Limits) -> Record {
    let declared = charset.map(String::from).or_else(|| decode::declared(bytes));
    let text = decode::decode(bytes, declared.as_deref())?;
    if depth(&text) > limits.depth {
        return Err(limits.too_deep(bytes));
    }
    // The libraries see bytes from anywhere: should one of them stop, it costs the page.
    let article = catch_unwind(AssertUnwindSafe(|| article(&text, url)))
        .map_err(|_| Reject::new("unreadable", "the page stopped the extraction; please report it", bytes))?;
    if article.body.trim().is_empty() {
        return Err(Reject::new("no_text", "the page has no article", bytes));
    }
    Ok(article)
}

/// The paragraphs of a piece of HTML, as feeds and JSON carry it.
pub fn fragment(html: &str, limits: &Limits) -> Result<String, Reject> {
    if depth(html) > limits.depth {
        return Err(limits.too_deep(html.as_bytes()));
    }
    catch_unwind(AssertUnwindSafe(|| {
        let document = Document::fragment(html);
        document.select("script, style, figure, iframe, noscript, button, form").remove();
        document.formatted_text().trim().to_string()
    }))
    .map_err(|_| Reject::new("unreadable", "the HTML stopped the extraction; please report it", html.as_bytes()))
}

/// How deep elements lie in each other, those aside that HTML closes by itself.
fn depth(html: &str) -> usize {
    const CLOSED: [&str; 32] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
        "p", "li", "td", "tr", "th", "dt", "dd", "option", "thead", "tbody", "tfoot", "colgroup", "optgroup", "html",
        "head", "body", "path", "use",
    ];
    let (mut depth, mut deepest, mut rest) = (0usize, 0, html);
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        rest = &rest[at + 1..];
        let closing = rest.starts_with('/');
        let name: String =
            rest.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric()).take(12).collect();
        let name = name.to_ascii_lowercase();
        if name.is_empty() || CLOSED.contains(&name.as_str()) {
            continue;
        }
        if closing {
            depth = depth.saturating_sub(1);
            continue;
        }
        let end = memchr::memchr(b'>', rest.as_bytes()).unwrap_or(0);
        if rest[..end].ends_with('/') {
            continue;
        }
        // What looks like a tag in a script is none.
        if let Some(close) = ["script", "style"].iter().find(|n| **n == name).map(|n| format!("</{n}")) {
            let Some(end) = rest.find(&close) else { break };
            rest = &rest[end + close.len()..];
            continue;
        }
        depth += 1;
        deepest = deepest.max(depth);
    }
    deepest
}

/// Parts of a page that are never the article, whatever its layout.
const NOISE: &str =
    "figcaption, nav, aside, footer, form, noscript, iframe, button, [aria-hidden=true], [role=navigation]";

fn article(html: &str, url: Option<&str>) -> Article {
    let document = Document::from(html);
    let facts = Facts::of(&document);
    document.select(NOISE).remove();
    let config = Config { text_mode: TextMode::Formatted, disable_json_ld: true, ..Config::default() };
    let found = Readability::with_document(document, None, Some(config)).and_then(|mut r| r.parse()).ok();
    let body = found.as_ref().map_or("", |a| a.text_content.trim());
    let told = facts.body.as_deref().unwrap_or("");
    // A page that shows little of its article may still carry it for search engines.
    let body = if told.len() > 2 * body.len() { told } else { body };
    let url = url.map(String::from).or(facts.url);
    Article {
        source_id: url.clone(),
        title: facts.title.unwrap_or_default(),
        body: body.to_string(),
        published: facts.published,
        byline: facts.byline,
        publisher: facts.publisher,
        section: facts.section,
        tags: facts.tags,
        language: facts.language,
        url,
        ..Article::default()
    }
}

/// What a page says of its article.
#[derive(Default)]
struct Facts {
    title: Option<String>,
    published: Option<Published>,
    byline: Vec<String>,
    publisher: Option<String>,
    section: Option<String>,
    tags: Vec<String>,
    url: Option<String>,
    language: Option<String>,
    body: Option<String>,
}

/// Names of `meta` elements that hold the date of publication, the surest first.
const DATES: [&str; 14] = [
    "article:published_time",
    "og:article:published_time",
    "article:published",
    "parsely-pub-date",
    "sailthru.date",
    "datepublished",
    "dc.date.issued",
    "dcterms.created",
    "dc.date",
    "publish-date",
    "publication_date",
    "pubdate",
    "originalpublicationdate",
    "date",
];

impl Facts {
    fn of(document: &Document) -> Facts {
        let metas = document.select("meta");
        let metas: Vec<(String, String)> = metas
            .iter()
            .filter_map(|m| {
                let name = m.attr("property").or_else(|| m.attr("name")).or_else(|| m.attr("itemprop"))?;
                Some((name.trim().to_ascii_lowercase(), line(&m.attr("content")?)?))
            })
            .collect();
        let meta = |names: &[&str]| {
            names.iter().find_map(|n| metas.iter().find(|(name, _)| name == n).map(|(_, v)| v.clone()))
        };
        let story = story(document).unwrap_or(Value::Null);
        let of_story = |name: &str| texts(&story[name]).into_iter().next();
        let publisher = of_story("publisher").or_else(|| meta(&["og:site_name", "application-name", "dc.publisher"]));
        let canonical = document.select("link[rel=canonical]").attr("href").and_then(|u| line(&u));
        let url = canonical.or_else(|| meta(&["og:url"])).filter(|u| u.contains("://"));
        let shown = document.select("h1").iter().find_map(|h| line(&h.text()));
        let of_page = || document.select("title").iter().find_map(|t| line(&t.text()));
        let told = || meta(&["parsely-title", "twitter:title", "dc.title"]);
        let title = Headlines {
            told: [of_story("headline"), meta(&["og:title"])],
            shown,
            spare: [told(), of_page()],
            site: publisher.as_deref(),
            host: url.as_deref().and_then(host),
        }
        .best();
        let published = of_story("datePublished")
            .into_iter()
            .chain(DATES.iter().flat_map(|d| meta(&[d])))
            .chain(times(document))
            .find_map(|d| parse_published(&d));
        let byline = Some(texts(&story["author"])).filter(|a| !a.is_empty()).unwrap_or_else(|| {
            meta(&["author", "parsely-author", "article:author", "dc.creator", "byl"]).into_iter().collect()
        });
        let byline = byline
            .iter()
            .filter(|b| !b.contains("://"))
            .map(|b| b.trim_start_matches("By ").trim_start_matches("by ").trim().to_string());
        let tags = Some(texts(&story["keywords"])).filter(|t| !t.is_empty()).or_else(|| {
            Some(metas.iter().filter(|(n, _)| n == "article:tag").map(|(_, v)| v.clone()).collect::<Vec<_>>())
        });
        let tags = tags.filter(|t| !t.is_empty()).or_else(|| meta(&["news_keywords", "keywords"]).map(|k| vec![k]));
        let mut seen = Vec::new();
        for tag in tags.unwrap_or_default().iter().flat_map(|t| t.split([',', ';'])) {
            let tag = tag.trim();
            if !tag.is_empty() && tag.len() < 80 && !seen.iter().any(|t| t == tag) {
                seen.push(tag.to_string());
            }
        }
        let language = document.select("html").attr("lang").map(|l| l.to_string());
        Facts {
            title,
            published,
            byline: byline.filter(|b| !b.is_empty()).collect(),
            section: of_story("articleSection").or_else(|| meta(&["article:section", "parsely-section"])),
            tags: seen,
            url,
            language: language
                .and_then(|l| l.split(['-', '_']).next().map(|l| l.trim().to_ascii_lowercase()))
                .filter(|l| l.len() == 2),
            body: story["articleBody"].as_str().map(plain).filter(|b| !b.contains('<')),
            publisher,
        }
    }
}

/// Times that a page shows, those that say that they are of publication first.
fn times(document: &Document) -> Vec<String> {
    ["time[pubdate]", "time[itemprop=datePublished]", "[itemprop=datePublished]", "header time", "article time", "time"]
        .iter()
        .flat_map(|at| {
            let found = document.select(at);
            let values: Vec<String> = found
                .iter()
                .filter_map(|t| {
                    let value = t.attr("datetime").or_else(|| t.attr("content"));
                    value.and_then(|v| line(&v)).or_else(|| line(&t.text()))
                })
                .collect();
            values
        })
        .collect()
}

/// The object of JSON-LD that is a news article.
fn story(document: &Document) -> Option<Value> {
    let scripts = document.select("script[type='application/ld+json']");
    let values = scripts.iter().filter_map(|script| {
        let text = script.text();
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let text = text.trim().trim_start_matches("<![CDATA[").trim_end_matches("]]>").trim_end_matches(';');
        serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok()
    });
    let mut found: Vec<Value> = Vec::new();
    for value in values {
        stories(value, &mut found);
    }
    let full = |v: &Value| usize::from(v["headline"].is_string()) + usize::from(v["datePublished"].is_string());
    // Of equals the first.
    found.into_iter().rev().max_by_key(full)
}

fn stories(value: Value, found: &mut Vec<Value>) {
    match value {
        Value::Array(items) => items.into_iter().for_each(|i| stories(i, found)),
        Value::Object(mut object) => {
            if let Some(graph) = object.remove("@graph") {
                stories(graph, found);
            }
            let types = texts(object.get("@type").unwrap_or(&Value::Null));
            if types.iter().any(|t| t.ends_with("Article") || t.ends_with("Posting") && t != "JobPosting") {
                found.push(Value::Object(object));
            }
        }
        _ => {}
    }
}

/// The texts that a value of JSON-LD holds: itself, its items, or their names.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => line(text).into_iter().collect(),
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(object) => object.get("name").map(texts).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Text in one line, its entities resolved; `None` for none.
fn line(text: &str) -> Option<String> {
    let text = plain(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty() && line != "None").then_some(line)
}

fn host(url: &str) -> Option<&str> {
    url.split_once("://")?.1.split(['/', '?', '#', ':']).next()
}

/// Entities that were escaped once too often.
fn plain(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_string(), |t| t.into_owned())
}
