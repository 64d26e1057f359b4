//! ninjs 1 to 3, and the feeds of agencies that carry such items: an object of JSON each.

use super::{Limits, Record, Reject, html, language, status};
use crate::doc::Article;
use crate::text::date::parse_published;
use serde_json::{Map, Value};

type Object = Map<String, Value>;

/// The items of an object: itself where it is one, or those of a feed that it is the envelope of; empty for another kind of JSON.
pub fn items(object: &Object) -> Vec<&Object> {
    if is_item(object) {
        return vec![object];
    }
    let nested = ["data", "item", "items", "newsItem"].iter().filter_map(|name| object.get(*name));
    nested.flat_map(inside).collect()
}

fn inside(value: &Value) -> Vec<&Object> {
    match value {
        Value::Object(object) => items(object),
        Value::Array(all) => all.iter().filter_map(Value::as_object).flat_map(items).collect(),
        _ => Vec::new(),
    }
}

fn is_item(object: &Object) -> bool {
    let marks = [
        "versioncreated",
        "versionCreated",
        "contentcreated",
        "contentCreated",
        "pubstatus",
        "pubStatus",
        "body_html",
        "body_text",
        "bodies",
        "headlines",
        "profile",
        "representationtype",
    ];
    let named = object.contains_key("uri") || object.contains_key("guid");
    let bodied = ["body_xhtml", "bodies"].iter().any(|b| object.contains_key(*b));
    bodied || named && marks.iter().filter(|m| object.contains_key(**m)).count() >= 2
}

/// The article of an item.
pub fn article(item: &Object, limits: &Limits) -> Record {
    let text = |names: &[&str]| names.iter().find_map(|n| item.get(*n).and_then(|v| value(v, n)));
    let status = text(&["pubstatus", "pubStatus"]).as_deref().and_then(status::flag);
    let title = text(&["headline", "headlines", "title", "name"]);
    // A short item may have no more than its description; that of a picture is no article.
    let short = text(&["descriptions", "description_text"]).filter(|_| text(&["type"]).is_none_or(|t| t == "text"));
    let body = match text(&["body_html", "body_xhtml", "body_text", "bodies", "body"]).or(short) {
        Some(body) if body.contains('<') => html::fragment(&body, limits)?,
        Some(body) => body.trim().to_string(),
        None => String::new(),
    };
    let body = if body.is_empty() && status.is_some() { title.clone().unwrap_or_default() } else { body };
    if body.is_empty() {
        let kind = text(&["type"]).unwrap_or_else(|| "item".into());
        return Err(Reject::new("no_text", format!("the item has no text ({kind})"), b""));
    }
    let names = |list: &str| -> Vec<String> {
        let all = item.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|v| v.as_str().or_else(|| v["name"].as_str()).map(String::from)).collect()
    };
    // Of subjects in several languages one name is enough.
    let subjects = names("subject").into_iter().chain(names("subjects")).collect::<Vec<_>>();
    let agency = text(&["source"]).or_else(|| names("infosource").into_iter().chain(names("infoSources")).next());
    let byline = text(&["byline", "by"]).map(|b| super::people(&b)).filter(|b| !b.is_empty());
    Ok(Article {
        source_id: text(&["guid", "uri"]),
        title: title.unwrap_or_default(),
        body,
        published: text(&[
            "versioncreated",
            "versionCreated",
            "contentcreated",
            "contentCreated",
            "firstcreated",
            "firstCreated",
        ])
        .and_then(|d| parse_published(&d)),
        byline: byline.or_else(|| Some(names("author"))).unwrap_or_default(),
        publisher: text(&["copyrightholder", "copyrightHolder"]).or_else(|| agency.clone()),
        agency,
        section: subjects.first().cloned(),
        tags: [names("keywords"), subjects].concat(),
        language: text(&["language"]).as_deref().map(language),
        url: text(&["url", "uri"]).filter(|u| u.starts_with("http")),
        flags: status.into_iter().collect(),
        ..Article::default()
    })
}

/// The text of a value; of the lists of ninjs 2 and 3 the best item: HTML before plain text, the main headline before others.
fn value(value: &Value, name: &str) -> Option<String> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let part = |v: &Value| {
                let kind = ["contenttype", "contentType", "role"].iter().filter_map(|k| v[*k].as_str());
                let plain = !kind.collect::<String>().contains("html");
                Some((plain, v["value"].as_str()?.to_string()))
            };
            let first = || items.iter().find_map(|v| v["value"].as_str().or(v.as_str()).map(String::from));
            let best = items.iter().filter_map(part).min_by_key(|p| p.0).map(|p| p.1);
            let main = items.iter().find(|v| v["role"].as_str() == Some("main")).and_then(|v| v["value"].as_str());
            if name == "headlines" { main.map(String::from).or_else(first)? } else { best.or_else(first)? }
        }
        _ => return None,
    };
    (!text.trim().is_empty() && text != "None").then_some(text)
}
