//! The names under which dumps keep what an article has.

use super::Reject;
use crate::doc::Article;
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
}

const NAMES: &[(Field, &[&str])] = &[
    (Field::Id, &["id", "_id", "uuid", "guid", "article_id"]),
    (Field::Title, &["title", "headline", "title_page", "title_rss"]),
    (Field::Text, &["text", "body", "content", "maintext", "article", "articlebody", "body_text"]),
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
];

/// The field of a name, and how far down its list of names it stands: the first name that has a value wins.
pub fn field(name: &str, text_column: Option<&str>) -> Option<(Field, usize)> {
    if text_column == Some(name) {
        return Some((Field::Text, 0));
    }
    let name = name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase();
    NAMES.iter().find_map(|(field, names)| Some((*field, names.iter().position(|n| *n == name)? + 1)))
}

/// An article from names and values; a value is one text or several.
pub fn article<'v>(
    values: impl Iterator<Item = (&'v str, Vec<String>)>,
    text_column: Option<&str>,
) -> Result<Article, Reject> {
    let mut found: Vec<(Field, usize, Vec<String>)> = Vec::new();
    for (name, mut value) in values {
        value.retain(|v| !matches!(v.trim(), "" | "None" | "null" | "NaN" | "NaT"));
        let Some((field, rank)) = field(name, text_column).filter(|_| !value.is_empty()) else { continue };
        match found.iter_mut().find(|(f, ..)| *f == field) {
            Some(known) if rank < known.1 => *known = (field, rank, value),
            Some(_) => {}
            None => found.push((field, rank, value)),
        }
    }
    let mut take =
        |field| found.iter_mut().find(|(f, ..)| *f == field).map(|(_, _, v)| std::mem::take(v)).unwrap_or_default();
    let one = |values: Vec<String>| values.into_iter().next();
    let body = one(take(Field::Text)).ok_or_else(|| Reject::new("no_text", "the record has no text", b""))?;
    let split = |values: Vec<String>| match &values[..] {
        [single] => single.split([',', ';']).map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect(),
        _ => values,
    };
    let url = one(take(Field::Url));
    Ok(Article {
        source_id: one(take(Field::Id)).or_else(|| url.clone()),
        title: one(take(Field::Title)).unwrap_or_default(),
        body,
        published: one(take(Field::Date)).and_then(|d| parse_published(&d)),
        publisher: one(take(Field::Source)),
        byline: split(take(Field::Byline)),
        section: one(take(Field::Section)),
        tags: split(take(Field::Tags)),
        url,
        ..Article::default()
    })
}
