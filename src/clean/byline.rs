//! Bylines: `By Jane Roe and John Poe in Oslo, Harbour Gazette`.

use super::furniture::Lexicon;
use crate::doc::Article;

/// Words in lower case that stand in bylines.
const SMALL: [&str; 16] =
    ["and", "in", "for", "of", "the", "at", "de", "da", "di", "del", "la", "van", "von", "der", "bin", "al"];
/// Words that begin headlines with `By`, never names.
const NO_NAMES: [&str; 9] = ["The", "A", "An", "This", "Any", "All", "Land", "Sea", "Air"];

/// Reads the line into the article where it is a byline, and says whether it is.
pub fn read(line: &str, article: &mut Article, lexicon: &Lexicon) -> bool {
    let Some(rest) = ["By ", "BY ", "by "].iter().find_map(|by| line.strip_prefix(by)) else { return false };
    let rest = rest.trim();
    let mut words = rest.split([' ', ',', '|', '/']).filter(|w| !w.is_empty() && *w != "&");
    let first = words.clone().next().unwrap_or("");
    let named = words.clone().count() > 1 && !NO_NAMES.iter().any(|n| n.eq_ignore_ascii_case(first));
    let capitals = words.all(|w| SMALL.contains(&w) || w.starts_with(char::is_uppercase));
    if rest.len() > 140 || rest.ends_with(['.', '?', '!', ':']) || !named || !capitals {
        return false;
    }
    let (people, outlet) = split(rest);
    if article.byline.is_empty() {
        let names = people.split(',').flat_map(|p| p.split(" and ")).flat_map(|p| p.split(" & "));
        let names = names.map(|n| n.split(" in ").next().unwrap_or(n).trim().trim_start_matches("and "));
        article.byline = names.filter(|n| !n.is_empty()).map(String::from).collect();
    }
    if article.agency.is_none() && lexicon.is_agency(outlet) {
        article.agency = Some(outlet.to_string());
    }
    true
}

/// People, and where they write: behind a bar or `for`, or behind the first comma that no `and` follows.
fn split(rest: &str) -> (&str, &str) {
    for mark in [" | ", " for "] {
        if let Some((people, outlet)) = rest.split_once(mark) {
            return (people.trim_end_matches(','), outlet.trim());
        }
    }
    let and = rest.rfind(" and ").map_or(0, |at| at + 1);
    match rest[and..].find(',') {
        Some(comma) => (&rest[..and + comma], rest[and + comma + 1..].trim()),
        None => (rest, ""),
    }
}
