//! Page furniture: lines that belong to the page and not to the article.

use crate::doc::{Article, Removed};
use crate::text::date::parse_published;

/// Takes furniture out of the body and puts what it says into the article; gives the body that is left.
pub fn strip(body: &str, article: &mut Article) -> String {
    let mut lines: Vec<&str> = body.lines().collect();
    let mut removed = std::mem::take(&mut article.removed);
    let mut take = |kind: &'static str, line: &str| removed.push(Removed { kind, text: line.trim().to_string() });
    let start = lines.iter().position(|l| !l.trim().is_empty()).unwrap_or(0);
    lines.drain(..start);
    if let Some(date) = lines.first().and_then(|l| date_line(l)) {
        take("date_line", lines.remove(0));
        article.published = article.published.or(parse_published(date));
        page(&mut lines, article, &mut take);
    } else if article.title.is_empty() && is_headline(&lines) {
        article.title = lines.remove(0).trim().to_string();
    }
    byline(&mut lines, article, &mut take);
    // The body that begins with the headline, once more.
    if let Some(at) = lines.iter().take(3).position(|l| !l.trim().is_empty() && l.trim() == article.title) {
        take("headline_again", lines.remove(at));
    }
    byline(&mut lines, article, &mut take);
    let mut text = String::with_capacity(body.len());
    for line in lines {
        match kind(line.trim()) {
            Some(kind) => take(kind, line),
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    article.removed = removed;
    text.trim_matches('\n').to_string()
}

/// ` date 2024-05-06 News`: the line that such pages begin with.
fn date_line(line: &str) -> Option<&str> {
    line.trim().strip_prefix("date ")?.split_whitespace().next().filter(|d| parse_published(d).is_some())
}

/// A page in the shape: headline, section, date and time, views, share buttons, minutes, headline, body, agency, section, tags.
fn page(lines: &mut Vec<&str>, article: &mut Article, take: &mut impl FnMut(&'static str, &str)) {
    if lines.is_empty() {
        return;
    }
    let headline = lines.remove(0).trim();
    if article.title.is_empty() {
        article.title = headline.to_string();
    }
    // The head ends with the headline's second sight, or with the first line that can be no part of it.
    let again = lines.iter().take(14).position(|l| l.trim() == headline);
    let head = again.unwrap_or_else(|| lines.iter().take_while(|l| l.split_whitespace().count() <= 4).count());
    for line in lines.drain(..head) {
        let words = line.trim();
        if words.contains('|') && parse_published(words).is_some() {
            article.published = parse_published(words);
            take("date_line", line);
        } else if words.ends_with(" views") || words == "views" {
            take("views", line);
        } else if words == "Share" {
            take("share", line);
        } else if words.parse::<u32>().is_ok() || words == "min" {
            take("reading_time", line);
        } else if !words.is_empty() {
            article.section = article.section.take().or(Some(words.to_string()));
            take("section", line);
        }
    }
    if again.is_some() {
        take("headline_again", lines.remove(0));
    }
    // The tail: short lines without a full stop; the first is the agency where it does not repeat the section.
    let long = |l: &&str| l.split_whitespace().count() > 4 || l.trim().ends_with(['.', '!', '?', '"', '”', ':']);
    let end = lines.iter().rposition(|l| long(&l.trim())).map_or(lines.len(), |at| at + 1);
    let tail: Vec<&str> = lines.drain(end..).filter(|l| !l.trim().is_empty()).collect();
    for (n, line) in tail.iter().enumerate() {
        let words = line.trim();
        if article.section.as_deref() == Some(words) {
            take("section", line);
        } else if n == 0 && article.agency.is_none() {
            article.agency = Some(words.to_string());
            take("agency", line);
        } else {
            article.tags.push(words.to_string());
            take("tags", line);
        }
    }
}

/// Whether the first line stands as a headline over the rest.
fn is_headline(lines: &[&str]) -> bool {
    let Some(first) = lines.first().map(|l| l.trim()) else { return false };
    let follows = lines[1..].iter().find(|l| !l.trim().is_empty());
    let apart = lines.get(1).is_some_and(|l| l.trim().is_empty());
    !first.is_empty()
        && first.len() < 200
        && !first.ends_with(['.', ',', ';', ':', '"', '”'])
        && follows.is_some_and(|l| apart || l.len() > first.len() * 2)
}

/// `By Jane Roe and John Doe, Harbour Gazette` at the top.
fn byline(lines: &mut Vec<&str>, article: &mut Article, take: &mut impl FnMut(&'static str, &str)) {
    while lines.first().is_some_and(|l| l.trim().is_empty()) {
        lines.remove(0);
    }
    let Some(line) = lines.first().map(|l| l.trim()) else { return };
    let Some(names) = line.strip_prefix("By ").or_else(|| line.strip_prefix("BY ")) else { return };
    let capitals =
        names.split_whitespace().filter(|w| !matches!(*w, "and" | "in" | "for" | "of" | "de" | "van" | "al" | "|"));
    if names.len() > 100 || names.ends_with('.') || !capitals.clone().all(|w| w.starts_with(char::is_uppercase)) {
        return;
    }
    let people = names.split([',', '|']).next().unwrap_or(names);
    if article.byline.is_empty() {
        article.byline = people.split(" and ").map(|n| n.trim().to_string()).filter(|n| !n.is_empty()).collect();
    }
    take("byline", lines.remove(0));
}

/// What a line is when it is furniture: exact lines, and beginnings that no sentence has.
fn kind(line: &str) -> Option<&'static str> {
    let lower = line.to_lowercase();
    let is = |exact: &[&str]| exact.contains(&lower.trim_end_matches(['.', ':', '!']));
    let begins = |starts: &[&str]| starts.iter().any(|s| lower.starts_with(s));
    let short = line.split_whitespace().count() <= 14;
    match () {
        () if is(&[
            "share",
            "share this",
            "share this article",
            "share this story",
            "tweet",
            "email",
            "print",
            "save",
        ]) =>
        {
            Some("share")
        }
        () if short
            && begins(&["share on ", "share via ", "share to ", "follow us on ", "follow @", "like us on "]) =>
        {
            Some("share")
        }
        () if is(&[
            "advertisement",
            "advertising",
            "sponsored",
            "story continues below advertisement",
            "continue reading below",
        ]) =>
        {
            Some("advertisement")
        }
        () if short
            && begins(&[
                "read more:",
                "read also:",
                "also read:",
                "see also:",
                "related:",
                "more:",
                "more on this story",
                "related stories",
                "related links",
                "watch:",
                "listen:",
            ]) =>
        {
            Some("related")
        }
        () if short
            && begins(&[
                "sign up for",
                "subscribe to our",
                "get our ",
                "download our",
                "click here to",
                "join our ",
                "support our journalism",
            ]) =>
        {
            Some("newsletter")
        }
        () if begins(&[
            "photo:",
            "image:",
            "file photo:",
            "image source,",
            "image caption,",
            "media caption",
            "picture:",
            "pic:",
            "photograph:",
            "(photo by ",
            "getty images",
            "(photo:",
        ]) =>
        {
            Some("caption")
        }
        () if short
            && (line.starts_with('©') || begins(&["(c) ", "copyright "]) || lower.contains("all rights reserved")) =>
        {
            Some("copyright")
        }
        () if short && (lower.ends_with(" min read") || lower.ends_with("minute read")) => Some("reading_time"),
        () if lower.strip_suffix(" comments").is_some_and(|n| n.parse::<u32>().is_ok())
            || is(&["leave a comment", "comments"]) =>
        {
            Some("comments")
        }
        () => None,
    }
}
