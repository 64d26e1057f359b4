//! Wire text as agencies sent it down a line: IPTC 7901 and ANPA. A message stands between the control characters SOH and EOT.

use super::{ReadOptions, Record, Reject};
use crate::doc::Article;
use crate::text::date::{month, parse_published};
use std::io::BufRead;

const SOH: char = '\u{1}';
const STX: char = '\u{2}';
const ETX: char = '\u{3}';

/// Whether a file begins as a message does.
pub fn is_wire(head: &[u8]) -> bool {
    let start = &head[..head.len().min(16)];
    start.contains(&(SOH as u8)) && head.contains(&(STX as u8))
}

/// Reads the messages of a file.
pub fn read(
    mut input: Box<dyn BufRead + Send>,
    options: &ReadOptions,
) -> Result<Box<dyn Iterator<Item = Record> + Send>, Reject> {
    let limits = options.limits;
    let text = limits.read_text(&mut input)?;
    let mut messages: Vec<String> = Vec::new();
    for message in text.split(SOH).skip(1) {
        match messages.last_mut() {
            // Noise on the line may hold any number of starts: what no text follows is lost once, not once for each.
            Some(last) if !last.contains(STX) && !message.contains(STX) => last.push_str(message),
            _ => messages.push(message.to_string()),
        }
    }
    Ok(Box::new(messages.into_iter().map(move |message| {
        limits.fit("message", message.len(), message.as_bytes())?;
        let missing = || Reject::new("broken_message", "the message has no start of text", message.as_bytes());
        let (head, text) = message.split_once(STX).ok_or_else(missing)?;
        let (text, foot) = text
            .split_once(ETX)
            .ok_or_else(|| Reject::new("truncated", "the message has no end of text", message.as_bytes()))?;
        let article = if head.contains('\u{1f}') { anpa(head, text, foot) } else { iptc7901(head, text, foot) };
        if article.body.trim().is_empty() {
            return Err(Reject::new("no_text", "the message has no text", message.as_bytes()));
        }
        Ok(article)
    })))
}

/// IPTC 7901: identification, keywords, then headlines that end with ` =`, the text, and the time it was sent.
fn iptc7901(head: &str, text: &str, foot: &str) -> Article {
    let mut lines = head.lines().map(str::trim).filter(|l| !l.is_empty());
    let id = lines.next().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" "));
    let tags = lines.flat_map(|l| l.split('/')).map(str::trim).filter(|t| !t.is_empty()).map(String::from);
    let mut article = Article { source_id: None, tags: tags.collect(), ..Article::default() };
    let agency = id.as_deref().and_then(|i| i.split_whitespace().find(|w| w.starts_with("dpa")));
    article.agency = agency.map(|a| a.split('-').next().unwrap_or(a).to_string());
    let text = text.replace('\r', "");
    let (top, body) = match text.find("=\n") {
        Some(end) if end < 600 => (&text[..end], &text[end + 2..]),
        _ => text.trim_start().split_once('\n').unwrap_or(("", &text)),
    };
    for line in top.lines().map(str::trim).filter(|l| !l.is_empty()) {
        if is_note(line) {
            note(line, &mut article);
        } else if let Some(by) = line.strip_prefix("By ").filter(|_| !article.title.is_empty()) {
            article.byline = super::people(by);
        } else {
            let space = if article.title.is_empty() { "" } else { " " };
            article.title = format!("{}{space}{line}", article.title);
        }
    }
    article.published = sent(foot);
    // The number of a message is only its day's.
    article.source_id = id.map(|i| article.published.map_or(i.clone(), |p| format!("{i} {}", p.date())));
    article.body = body.trim_matches('\n').to_string();
    article
}

/// A line over the headline that tells what kind of item it is: `1ST LEAD`, `REFILE`, `(Achtung)`.
fn is_note(line: &str) -> bool {
    let capitals = line.chars().any(char::is_uppercase) && !line.chars().any(char::is_lowercase);
    line.starts_with('(') || capitals && line.split_whitespace().count() < 4
}

fn note(line: &str, article: &mut Article) {
    article.removed.push(crate::doc::Removed { kind: "wire_note", text: line.to_string() });
    article.flags.extend(super::status::flag_of_note(line));
}

/// `131137 GMT Nov 13`, `211259 Nov 18`: day, hour and minute, month, year.
fn sent(foot: &str) -> Option<crate::text::date::Published> {
    let mut words = foot.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty());
    let time = words.next().filter(|t| t.len() == 6 && t.bytes().all(|b| b.is_ascii_digit()))?;
    let mut zone = "";
    let mut word = words.next()?;
    if month(word).is_none() {
        zone = word;
        word = words.next()?;
    }
    month(word)?;
    let year = words.next().filter(|y| y.len() == 2)?;
    let date = format!("{} {word} 20{year}", &time[..2]);
    // Without a zone the hour is that of the agency: the day alone is sure.
    if zone.is_empty() {
        parse_published(&date)
    } else {
        parse_published(&format!("{date} {}:{} {zone}", &time[2..4], &time[4..]))
    }
}

/// ANPA 1312: tagged lines that begin with `^` and end with `<` or `=`, then indented paragraphs, then the time it was sent.
fn anpa(head: &str, text: &str, foot: &str) -> Article {
    let mut article = Article { agency: Some("AP".into()), ..Article::default() };
    let slug = head.lines().nth(1).unwrap_or("").trim();
    let number = head.split(['\u{1f}', '\n']).next().unwrap_or("").trim();
    article.section = slug.split_whitespace().nth(1).and_then(|c| category(c.chars().next()?)).map(String::from);
    let mut body = String::new();
    let (mut slugs, mut notes) = (0, Vec::new());
    for line in text.lines().map(|l| l.trim_end_matches(['\r', ' '])) {
        let plain = readable(line);
        let tagged = plain.strip_prefix('^').filter(|_| body.trim().is_empty());
        match tagged.map(|t| t.trim_end_matches(['<', '=', ' '])) {
            Some(tag) if tag.trim().is_empty() => {}
            Some(tag) if tag.starts_with("BC-") || tag.starts_with("AP-") || tag.starts_with('*') => {
                if slugs == 0 {
                    article.tags.extend(tag.split(',').next().map(|s| s.trim_start_matches("BC-").to_string()));
                }
                article.flags.extend(super::status::flag_of_note(tag));
                slugs += 1;
            }
            Some(tag) if tag.starts_with("By ") => article.byline = super::people(&tag[3..]),
            Some(tag) if article.title.is_empty() && !tag.starts_with("AP ") && !tag.starts_with("Eds:") => {
                article.title = tag.to_string();
            }
            Some(tag) => notes.push(tag.to_string()),
            None => {
                body.push_str(plain.trim_start_matches(['^', '\t']).trim_end_matches('<'));
                body.push('\n');
            }
        }
    }
    // A list of headlines is nothing but such lines; over a story they are for editors.
    if body.trim().is_empty() {
        body = notes.join("\n");
    } else {
        notes.iter().for_each(|line| note(line, &mut article));
    }
    article.published = foot.split_whitespace().collect::<Vec<_>>().windows(2).find_map(|w| {
        let date = w[0].rsplitn(4, '-').take(3).collect::<Vec<_>>();
        let [year, day, month] = date[..] else { return None };
        let (hour, zone) = w[1].split_at_checked(4)?;
        let zone = zone.trim_end_matches('<');
        parse_published(&format!("20{year}-{month}-{day} {}:{} {zone}", hour.get(..2)?, hour.get(2..)?))
    });
    article.source_id = article.published.map(|p| format!("ap {number} {}", p.date()));
    article.body = body.trim_matches('\n').to_string();
    article
}

/// The typography of teletypes: doubled quotation marks, `_` for a dash, control characters for spaces.
fn readable(line: &str) -> String {
    let mut line = line.replace("``", "“").replace("''", "”").replace(" _ ", " — ");
    line = line.chars().map(|c| if c.is_control() && c != '\t' { ' ' } else { c }).collect();
    line.trim_start_matches(['\t', ' ']).to_string()
}

fn category(code: char) -> Option<&'static str> {
    Some(match code.to_ascii_lowercase() {
        'a' => "domestic",
        'e' => "entertainment",
        'f' => "financial",
        'i' => "international",
        'l' => "lifestyle",
        'p' => "politics",
        's' | 'z' => "sports",
        'w' => "washington",
        _ => return None,
    })
}
