//! Page furniture: lines that belong to the page and not to the article.

use super::shapes;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;
use rustc_hash::FxHashMap;
use serde::Deserialize;

/// Kinds of furniture that the lexicon may name.
const KINDS: [&str; 17] = [
    "share",
    "advertisement",
    "related",
    "newsletter",
    "caption",
    "copyright",
    "reading_time",
    "comments",
    "views",
    "credit",
    "date_line",
    "section",
    "audio",
    "disclaimer",
    "note",
    "contact",
    "embed",
];

/// The lexicon of pages, `furniture.toml`.
#[derive(Debug)]
pub struct Lexicon {
    lines: FxHashMap<String, &'static str>,
    starts: Vec<Start>,
    ends: Vec<End>,
    /// Wires that articles credit.
    pub agencies: Vec<String>,
    /// Words in capitals before a dash that are no place.
    pub no_places: Vec<String>,
    /// Beginnings of a note of correction, in lower case.
    pub corrections: Vec<String>,
    /// Beginnings of a headline that recalls a story, in lower case.
    pub kills: Vec<String>,
    /// Demands for a subscription, in lower case.
    pub paywalls: Vec<String>,
}

#[derive(Debug)]
struct Start {
    kind: &'static str,
    start: String,
    with: Vec<String>,
    words: usize,
    sentence: bool,
}

#[derive(Debug)]
struct End {
    kind: &'static str,
    end: String,
    words: usize,
    sentence: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    agencies: Vec<String>,
    no_places: Vec<String>,
    corrections: Vec<String>,
    kills: Vec<String>,
    paywalls: Vec<String>,
    furniture: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    starts: Vec<String>,
    #[serde(default)]
    ends: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    words: usize,
    #[serde(default = "yes")]
    sentence: bool,
}

fn yes() -> bool {
    true
}

/// A longer line is a paragraph, whatever it begins with.
const LONGEST: usize = 1200;

impl Lexicon {
    /// Reads `furniture.toml`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming what is wrong.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let fail = |e: String| Error::new(ErrorKind::Model, e).in_file("furniture.toml");
        let file: File = toml::from_str(&models.text("furniture.toml")?).map_err(|e| fail(e.to_string()))?;
        let (mut lines, mut starts, mut all_ends) = (FxHashMap::default(), Vec::new(), Vec::new());
        for Entry { kind, lines: whole, starts: begin, ends, with, words, sentence } in file.furniture {
            let known = KINDS.iter().find(|k| **k == kind);
            let kind = *known.ok_or_else(|| fail(format!("no kind of furniture: {kind}")))?;
            lines.extend(whole.into_iter().map(|line| (line, kind)));
            all_ends.extend(ends.into_iter().map(|end| End { kind, end, words, sentence }));
            starts.extend(begin.into_iter().map(|start| Start { kind, start, with: with.clone(), words, sentence }));
        }
        let File { agencies, no_places, corrections, kills, paywalls, .. } = file;
        Ok(Lexicon { lines, starts, ends: all_ends, agencies, no_places, corrections, kills, paywalls })
    }

    /// What a line is when it is furniture.
    pub fn kind(&self, line: &str) -> Option<&'static str> {
        let whole = line.trim();
        let line = bare(whole);
        if whole.is_empty() || line.len() > LONGEST {
            return None;
        }
        if let Some(kind) = shapes::kind(whole) {
            return Some(kind);
        }
        let head = pattern(&line[..line.floor_char_boundary(60)]);
        if line.len() <= 60
            && let Some(kind) = self.lines.get(&head).or_else(|| self.lines.get(head.trim_end_matches(['.', ':'])))
        {
            return Some(kind);
        }
        if self.is_agency(line) {
            return Some("credit");
        }
        let words = line.split_whitespace().count();
        let begun = self.starts.iter().filter(|s| head.starts_with(&*s.start)).find(|s| {
            let bare = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            words <= s.words
                && (s.sentence || !whole.ends_with(['.', '"', '”', '?', '!']))
                && (s.with.is_empty() || line.split_whitespace().any(|w| s.with.contains(&bare(w))))
        });
        begun.map(|s| s.kind).or_else(|| self.credit(whole)).or_else(|| {
            let tail = pattern(&whole[whole.ceil_char_boundary(whole.len().saturating_sub(60))..]);
            let tail = tail.trim_end_matches(['.', '*']);
            let ended = self.ends.iter().find(|e| {
                tail.ends_with(&*e.end) && (e.words == 0 || words <= e.words) && (e.sentence || !whole.ends_with('.'))
            });
            ended.map(|e| e.kind)
        })
    }

    /// A caption, told by the credit that it ends with: `REUTERS/Jane Roe`, `(Photo: Jane Roe)`, `(Jane Roe/AP)`,
    /// `Photograph: Jane Roe`, `Jane Roe/Associated Press`.
    fn credit(&self, line: &str) -> Option<&'static str> {
        const CREDITS: [&str; 12] = [
            "photo:",
            "photo by ",
            "image:",
            "photo courtesy ",
            "picture:",
            "pic:",
            "picture by ",
            "credit:",
            "image via ",
            "photo via ",
            "reuters photo",
            "ap photo",
        ];
        let credit = &line[line.rfind(". ").map_or(0, |at| at + 2)..];
        let bracket = line.strip_suffix(')').and_then(|l| l.rfind('(').map(|at| &l[at + 1..])).unwrap_or("");
        let lower = bracket.to_lowercase();
        let found = !line.ends_with('.') && ["REUTERS/", "AP Photo/"].iter().any(|c| credit.starts_with(c))
            || CREDITS.iter().any(|c| lower.starts_with(c))
            || bracket.rsplit_once('/').is_some_and(|(_, wire)| self.is_agency(wire.trim()));
        let open = line.ends_with(char::is_alphanumeric);
        let named = || {
            let (_, name) = ["Photo: ", "Photograph: ", "Photographer: "].iter().find_map(|p| line.rsplit_once(p))?;
            Some(name.split_whitespace().count() < 9)
        };
        // The wire's name apart from the sentence before it.
        let wire = || {
            let end = line.rsplit(['.', ')', '/', '|']).next().unwrap_or("").trim();
            end.len() + 20 < line.len() && self.is_agency(end) && !line.contains(['“', '"'])
        };
        let found = found || open && (named().unwrap_or(false) || wire());
        found.then_some("caption")
    }

    /// Whether the name is that of a wire.
    pub fn is_agency(&self, name: &str) -> bool {
        self.agencies.iter().any(|a| a.eq_ignore_ascii_case(name))
    }
}

/// The line without marks of a list, dashes, and a bracket round it.
fn bare(line: &str) -> &str {
    const MARKS: [char; 12] = ['*', '•', '>', '»', '▶', '|', '-', '–', '—', '_', '·', ' '];
    let line = line.trim_start_matches(MARKS).trim_end_matches(['*', '|', ' ']);
    if line.starts_with("(c)") || line.starts_with("(C)") {
        return line;
    }
    line.strip_prefix(['(', '[']).map_or(line, |l| l.strip_suffix([')', ']']).unwrap_or(l)).trim()
}

/// The text in lower case, each number as `#`.
fn pattern(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' if out.ends_with('#') => {}
            '0'..='9' => out.push('#'),
            _ => out.extend(c.to_lowercase()),
        }
    }
    out
}
