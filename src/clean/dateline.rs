//! Datelines: `MOSCOW, March 20 (Reuters) -`, `LAGOS (AP) —`. They stay in the text; what they say becomes metadata.

use crate::doc::Article;
use jiff::civil::Date;

const DASHES: [&str; 4] = [" - ", " – ", " — ", " -- "];

/// Reads the dateline that the body begins with, if it does.
pub fn read(body: &str, article: &mut Article) {
    let head = &body[..body.floor_char_boundary(100)];
    let line = head.lines().next().unwrap_or("");
    let Some(dash) = DASHES.iter().filter_map(|d| line.find(d)).min() else { return };
    let (head, agency) = match line[..dash].trim().strip_suffix(')').and_then(|h| h.rsplit_once('(')) {
        Some((head, agency)) => (head.trim(), Some(agency.trim())),
        None => (line[..dash].trim(), None),
    };
    let mut parts = head.split(',').map(str::trim);
    let place = parts.next().unwrap_or("");
    let capitals = place.chars().any(char::is_alphabetic) && !place.chars().any(char::is_lowercase);
    if !capitals || place.split_whitespace().count() > 4 || (agency.is_none() && !head.contains(',')) {
        return;
    }
    article.dateline_place = Some(place.to_string());
    article.dateline_date = parts.find_map(|p| date(p, article)).map(|d| d.to_string());
    if article.agency.is_none() {
        article.agency = agency.map(String::from);
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `March 20`, `Sept. 4`, `4 September`, of the year that puts it next to the publication.
fn date(text: &str, article: &Article) -> Option<Date> {
    let published = article.published?.date();
    let (mut month, mut day) = (None, None);
    for word in text.split([' ', '.']).filter(|w| !w.is_empty()) {
        if let Ok(n) = word.parse::<i8>() {
            day = Some(n);
        } else if let Some(n) = MONTHS.iter().position(|m| word.to_lowercase().starts_with(m)) {
            month = Some(n as i8 + 1);
        }
    }
    let (month, day) = (month?, day?);
    [0, -1, 1]
        .into_iter()
        .filter_map(|years| Date::new(published.year() + years, month, day).ok())
        .min_by_key(|d| d.duration_since(published).as_hours().abs())
}
