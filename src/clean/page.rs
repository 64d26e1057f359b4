//! The lines of a page: what stands over and under the article becomes metadata, furniture between goes.

use super::byline;
use super::dateline;
use super::furniture::Lexicon;
use super::{shapes, tail};
use crate::doc::{Article, Removed};
use crate::text::date::{Published, parse_published};
use std::collections::VecDeque;

/// Takes what is not the article out of the body and puts what it says into the article; gives the body that is left.
pub fn strip(body: &str, article: &mut Article, lexicon: &Lexicon) -> String {
    let mut page = Page { lines: body.lines().collect(), article, lexicon };
    page.skip_empty();
    if page.lines.front().and_then(|l| l.trim().strip_prefix("date ")).and_then(day).is_some() {
        page.header();
        page.footer();
    }
    page.top();
    if page.article.title.is_empty() && page.begins_with_headline() {
        page.article.title = page.lines.pop_front().unwrap_or_default().trim().to_string();
        page.top();
    }
    page.rest(body)
}

struct Page<'t, 'a> {
    lines: VecDeque<&'t str>,
    article: &'a mut Article,
    lexicon: &'a Lexicon,
}

impl Page<'_, '_> {
    fn take(&mut self, kind: &'static str) {
        if let Some(line) = self.lines.pop_front() {
            self.remove(kind, line);
        }
    }

    fn remove(&mut self, kind: &'static str, line: &str) {
        self.article.removed.push(Removed { kind, text: line.trim().to_string() });
    }

    fn skip_empty(&mut self) {
        while self.lines.front().is_some_and(|l| l.trim().is_empty()) {
            self.lines.pop_front();
        }
    }

    /// The head of a page that begins with ` date 2024-05-06 News`: headline, section, date and time, views, share buttons,
    /// minutes, and the headline once more.
    fn header(&mut self) {
        let mut published = self.lines.front().and_then(|l| l.trim().strip_prefix("date ")).and_then(day);
        self.take("date_line");
        self.skip_empty();
        let headline = self.lines.pop_front().unwrap_or_default().trim();
        if self.article.title.is_empty() {
            self.article.title = headline.to_string();
        }
        let again = self.lines.iter().take(14).position(|l| l.trim() == headline);
        // Without it the head ends with the first line that is too long for it.
        let head = again.unwrap_or_else(|| self.lines.iter().take_while(|l| is_label(l, 4)).count().min(10));
        for _ in 0..head {
            let line = self.lines.front().map_or("", |l| l.trim());
            let kind = if line.contains('|') && parse_published(line).is_some() {
                published = parse_published(line);
                "date_line"
            } else if line == "min" || line.parse::<u32>().is_ok() {
                "reading_time"
            } else if let Some(kind) = self.lexicon.kind(line) {
                kind
            } else {
                if self.article.section.is_none() && !line.is_empty() {
                    self.article.section = Some(line.to_string());
                }
                "section"
            };
            if line.is_empty() { self.skip_empty() } else { self.take(kind) }
        }
        if again.is_some() {
            self.take("headline_again");
        }
        self.article.published = self.article.published.or(published);
    }

    /// The foot of such a page: agency, section, tags.
    fn footer(&mut self) {
        let labels = self.lines.iter().rev().take_while(|l| l.trim().is_empty() || is_label(l, 6)).count();
        let first = self.lines.len() - labels;
        let foot = self.lines.range(first..).enumerate().map(|(n, l)| (first + n, l.trim()));
        let foot: Vec<(usize, &str)> = foot.filter(|(_, l)| !l.is_empty()).collect();
        let section = self.article.section.clone();
        let is_section = |line: &str| section.as_deref() == Some(line);
        // The line before the section's second sight is the agency; those before it are the article's.
        let again = foot.iter().position(|(_, l)| is_section(l));
        let foot = &foot[again.unwrap_or(0).saturating_sub(1)..];
        self.lines.truncate(foot.first().map_or(self.lines.len(), |(at, _)| *at));
        for (n, &(_, line)) in foot.iter().enumerate() {
            let kind = if is_section(line) {
                "section"
            } else if n == 0 && (again.is_some() || self.lexicon.is_agency(line)) {
                self.article.agency.get_or_insert_with(|| line.to_string());
                "agency"
            } else {
                self.article.tags.push(line.to_string());
                "tags"
            };
            self.remove(kind, line);
        }
    }

    /// Furniture, the headline, bylines and dates over the text.
    fn top(&mut self) {
        // A kicker may stand over the headline's second sight.
        if let Some(at) = self.lines.iter().take(4).position(|l| same(l.trim(), &self.article.title))
            && let Some(line) = self.lines.remove(at)
        {
            self.remove("headline_again", line);
        }
        loop {
            self.skip_empty();
            let Some(line) = self.lines.front().map(|l| l.trim()) else { return };
            if let Some(kind) = self.lexicon.kind(line) {
                self.take(kind);
            } else if let Some(published) = date_line(line) {
                self.article.published = self.article.published.or(Some(published));
                self.take("date_line");
            } else if byline::read(line, self.article, self.lexicon) {
                self.take("byline");
            } else {
                return;
            }
        }
    }

    /// Whether the first line stands as a headline over the rest.
    fn begins_with_headline(&self) -> bool {
        let Some(first) = self.lines.front().map(|l| l.trim()) else { return false };
        let rest = || self.lines.iter().skip(1);
        let apart = rest().next().is_some_and(|l| l.trim().is_empty());
        let sentence = first.trim_end_matches(['"', '”', '\'', '’', ')']).ends_with(['.', ',', ';', ':', '…']);
        // Lines of a text that is broken at 72 or 80 letters are all alike.
        let over = |l: &str| apart || l.len() > first.len().max(100) || l.len() > 2 * first.len();
        first.len() < 200
            && !sentence
            && !first.starts_with(char::is_lowercase)
            && dateline::find(first, self.lexicon).is_none()
            && rest().find(|l| !l.trim().is_empty()).is_some_and(|l| over(l))
    }

    /// The lines that are not empty, and where they stand.
    fn full(&self) -> impl DoubleEndedIterator<Item = (usize, &str)> {
        self.lines.iter().copied().enumerate().filter(|(_, l)| !l.trim().is_empty())
    }

    /// Where the headlines of other articles begin that end the page: two or more, but no more than half of it, or it is a list.
    fn links(&self) -> usize {
        let known = |line: &str| self.lexicon.kind(line).is_some();
        let end = self.full().rev().take_while(|(_, l)| shapes::is_headline(l) || known(l));
        let links: Vec<usize> = end.filter(|(_, l)| !known(l)).map(|(n, _)| n).collect();
        let some = links.len() > 1 && links.len() * 2 <= self.full().count();
        links.last().copied().filter(|_| some).unwrap_or(usize::MAX)
    }

    /// The text: all lines but furniture.
    fn rest(mut self, body: &str) -> String {
        let mut text = String::with_capacity(body.len());
        let mut empty = true;
        let (count, shouts, links) = (self.full().count(), shouts(body), self.links());
        // A line alone is the text, whatever it looks like.
        let last = self.full().rev().take(tail::LINES).last().map_or(0, |(n, _)| n).max(1);
        let (mut number, mut linked) = (0, false);
        while let Some(line) = self.lines.front() {
            // Behind a label of links stand links.
            let link = (linked || number >= links) && shapes::is_headline(line);
            let other = || (link || count > 2 && !shouts && shapes::is_other_headline(line)).then_some("related");
            let under = || (number >= last).then(|| tail::kind(line, body)).flatten();
            let kind = self.lexicon.kind(line).or_else(other).or_else(under);
            number += 1;
            linked = kind == Some("related") && (linked || is_label(line.trim_end().trim_end_matches(':'), 3))
                || linked && line.trim().is_empty();
            if let Some(kind) = kind {
                if self.lexicon.is_agency(line.trim()) {
                    self.article.agency.get_or_insert_with(|| line.trim().to_string());
                }
                self.take(kind);
                continue;
            }
            // Where a line is gone, its empty lines are one.
            if !(line.is_empty() && empty) {
                text.push_str(line);
                text.push('\n');
            }
            empty = line.is_empty();
            self.lines.pop_front();
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// Whether the text is written in capitals.
fn shouts(text: &str) -> bool {
    let letters = || text.chars().filter(|c| c.is_alphabetic());
    letters().filter(|c| c.is_uppercase()).count() * 4 > letters().count()
}

/// A line of few words that does not end as a sentence does.
fn is_label(line: &str, words: usize) -> bool {
    let count = line.split_whitespace().count();
    (1..=words).contains(&count) && !line.trim_end().ends_with(['.', '!', '?', '"', '”', ':', ',', ';'])
}

/// Whether a line is the headline, case and spacing aside, or another wording of it.
fn same(line: &str, title: &str) -> bool {
    let words = |text: &str| text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>();
    let (a, b) = (words(line), words(title));
    let common = a.iter().filter(|w| b.contains(w)).count();
    let again = a.len() > 5 && common * 4 >= 3 * a.len().max(b.len()) && is_label(line, 30);
    let within = b.len() > 4 && is_label(line, 60) && line.len() < 4 * title.len() && line.contains(title.trim());
    !line.is_empty() && (line.len().abs_diff(title.len()) < 4 && a == b || again || within)
}

fn day(text: &str) -> Option<Published> {
    parse_published(text.split_whitespace().next()?)
}

/// `Published: May 6, 2024`, `Last updated on 6 May 2024 07:08`, or a date alone.
fn date_line(line: &str) -> Option<Published> {
    let number = line.bytes().all(|b| b.is_ascii_digit());
    if line.len() > 60 || number {
        return None;
    }
    let lower = line.to_lowercase();
    let date = ["last updated", "updated", "first published", "published", "posted", "date"]
        .iter()
        .find_map(|label| lower.strip_prefix(label))
        .map_or(&lower[..], |date| date.trim_start_matches([':', ' ']));
    parse_published(date)
}
