//! The names under which dumps keep what an article has.

use super::{Columns, ReadOptions, Reject, html, status};
use crate::doc::{Article, Flag};
use crate::text::date::parse_published;

/// A field of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The record's own id.
    Id,
    /// Headline.
    Title,
    /// Body.
    Text,
    /// Publication date.
    Date,
    /// Address.
    Url,
    /// Publisher.
    Source,
    /// Authors.
    Byline,
    /// Section.
    Section,
    /// Tags.
    Tags,
    /// Language.
    Language,
    /// Whether it stands or was withdrawn.
    Status,
}

const NAMES: &[(Field, &[&str])] = &[
    (Field::Id, &["id", "_id", "uuid", "guid", "article_id"]),
    (Field::Title, &["title", "headline", "title_page", "title_rss"]),
    (
        Field::Text,
        &["text", "body", "content", "maintext", "article", "articlebody", "body_text", "content_text", "content_html"],
    ),
    (
        Field::Date,
        &[
            "published",
            "published_at",
            "date",
            "date_publish",
            "publish_date",
            "pubdate",
            "datepublished",
            "date_published",
            "publication_date",
            "timestamp",
        ],
    ),
    (Field::Url, &["url", "link", "canonical_url"]),
    (Field::Source, &["source", "publisher", "source_domain", "domain", "outlet"]),
    (Field::Byline, &["authors", "author", "byline"]),
    (Field::Section, &["section", "category", "desk"]),
    (Field::Tags, &["tags", "keywords"]),
    (Field::Language, &["language", "lang"]),
    (Field::Status, &["withdrawn", "retracted", "deleted", "pubstatus", "status"]),
];

/// The field of a name, and how far down its list of names it stands: the first name that has a value wins.
fn field(name: &str, columns: &Columns) -> Option<(Field, usize)> {
    let Columns { id, title, text, date, url, source } = columns;
    let named = [
        (Field::Id, id),
        (Field::Title, title),
        (Field::Text, text),
        (Field::Date, date),
        (Field::Url, url),
        (Field::Source, source),
    ];
    if let Some((field, _)) = named.into_iter().find(|(_, column)| column.as_deref() == Some(name)) {
        return Some((field, 0));
    }
    let name = name.trim().to_ascii_lowercase();
    NAMES.iter().find_map(|(field, names)| Some((*field, names.iter().position(|n| *n == name)? + 1)))
}

/// Whether a column of that name is read.
pub fn is_read(name: &str, columns: &Columns) -> bool {
    field(name, columns).is_some()
}

/// Whether one of the names is that of the text.
pub fn has_text<'n>(mut names: impl Iterator<Item = &'n str>, columns: &Columns) -> bool {
    names.any(|n| field(n, columns).is_some_and(|(field, _)| field == Field::Text))
}

/// The reject of a table without text.
pub fn no_text_column<'n>(names: impl Iterator<Item = &'n str>) -> Reject {
    let names = names.collect::<Vec<_>>().join(", ");
    let message = format!("no column holds the text (columns: {names}); name it with --text-column");
    Reject::new("no_text_column", message, b"")
}

/// An article from names and values; a value is one text or several.
pub fn article<'v>(
    values: impl Iterator<Item = (&'v str, Vec<String>)>,
    options: &ReadOptions,
) -> Result<Article, Reject> {
    let columns = &options.columns;
    let mut found: Vec<(Field, usize, Vec<String>)> = Vec::new();
    for (name, mut value) in values {
        value.retain(|v| !matches!(v.trim(), "" | "None" | "null" | "NaN" | "NaT"));
        let Some((field, rank)) = field(name, columns).filter(|_| !value.is_empty()) else { continue };
        match found.iter_mut().find(|(f, ..)| *f == field) {
            Some(known) if rank < known.1 => *known = (field, rank, value),
            Some(_) => {}
            None => found.push((field, rank, value)),
        }
    }
    let mut take =
        |field| found.iter_mut().find(|(f, ..)| *f == field).map(|(_, _, v)| std::mem::take(v)).unwrap_or_default();
    let one = |values: Vec<String>| values.into_iter().next();
    let text = take(Field::Text);
    let url = one(take(Field::Url));
    // A field that is named for what became of the article says no more than that it did.
    let flag = one(take(Field::Status)).and_then(|s| match s.trim() {
        "true" | "True" => Some(Flag::Withdrawn),
        status => status::flag(status),
    });
    if flag == Some(Flag::Withdrawn) {
        // It has the headline of what was withdrawn, not one of its own.
        take(Field::Title);
    } else if text.is_empty() {
        return Err(Reject::new("no_text", "the record has no text", b""));
    }
    let mut body = text.join("\n\n");
    // Some dumps keep the HTML.
    if body.contains("</p>") || body.contains("<br") {
        body = html::fragment(&body, &options.limits)?;
    }
    Ok(Article {
        flags: flag.into_iter().collect(),
        source_id: one(take(Field::Id)).or_else(|| url.clone()),
        title: one(take(Field::Title)).unwrap_or_default(),
        body,
        published: one(take(Field::Date)).and_then(|d| parse_published(&d)),
        publisher: one(take(Field::Source)),
        byline: several(take(Field::Byline)),
        section: one(take(Field::Section)),
        tags: several(take(Field::Tags)),
        language: one(take(Field::Language)).map(|l| l.trim().to_ascii_lowercase()),
        url,
        ..Article::default()
    })
}

/// The items of a list; one text is taken apart, and so is a list that Python has printed into it.
fn several(values: Vec<String>) -> Vec<String> {
    let [single] = &values[..] else { return values };
    let printed = single.trim().strip_prefix('[').and_then(|s| s.strip_suffix(']'));
    let quotes: &[char] = if printed.is_some() { &['\'', '"'] } else { &[] };
    let items = printed.unwrap_or(single).split([',', ';']).map(|s| s.trim().trim_matches(quotes).to_string());
    items.filter(|s| !s.is_empty()).collect()
}
