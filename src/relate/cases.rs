//! Cases: a text and the relations that it must give. `[[tests]]` of a lexicon and the files of `tests/cases` have one form, this one.

use super::checked::{self, Mistake, Mistakes};
use crate::doc::{Argument, Article, Doc, Modality, Relation, RelationType};
use crate::text::date::{Published, parse_published};
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text with what must be found in it, and what must not.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Line of the file at which it begins, from 1.
    pub line: usize,
    text: String,
    title: String,
    published: Option<Published>,
    expect: Vec<Row>,
    not: Vec<RelationType>,
}

/// A relation as a case writes it; what it does not say is not looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    rtype: RelationType,
    words: [Option<String>; WORDS.len()],
    negated: Option<bool>,
    modality: Option<Modality>,
}

/// Fields that hold words of the text or names; an empty one wants none.
const WORDS: [&str; 6] = ["cue", "source", "target", "affected", "attributed_to", "content"];
const ROW: [&str; 9] =
    ["type", "cue", "source", "target", "affected", "attributed_to", "content", "negated", "modality"];
const CASE: [&str; 5] = ["text", "title", "published", "expect", "not"];

/// Reads a file of cases: a list of `[[tests]]` and nothing else.
///
/// # Errors
/// Every mistake, with its line.
pub fn read(text: &str) -> Result<Vec<Case>, Vec<Mistake>> {
    let (table, mut mistakes) = checked::parse(text);
    let mut cases = Vec::new();
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "tests" => cases = read_list(value, &mut mistakes),
            other => mistakes.unknown(key.span(), "key", other, &["tests"]),
        }
    }
    mistakes.or(cases)
}

/// Reads the value of `tests`.
pub(super) fn read_list(value: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Vec<Case> {
    let items = mistakes.list(value, "tests");
    items.iter().filter_map(|item| read_case(item, mistakes)).collect()
}

fn read_case(item: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Option<Case> {
    let table = mistakes.table(item, "a test")?;
    let mut case = Case {
        line: mistakes.line(item.span().start),
        text: String::new(),
        title: String::new(),
        published: None,
        expect: Vec::new(),
        not: Vec::new(),
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "text" => case.text = mistakes.string(value, "text")?,
            "title" => case.title = mistakes.string(value, "title")?,
            "published" => {
                case.published = parse_published(&mistakes.string(value, "published")?);
                if case.published.is_none() {
                    mistakes.at(value.span(), "published is a date, as \"2024-05-06\"");
                }
            }
            "expect" => {
                case.expect = mistakes.list(value, "expect").iter().filter_map(|v| read_row(v, mistakes)).collect();
            }
            "not" => {
                let types = mistakes.list(value, "not");
                case.not = types.iter().filter_map(|v| named(v, "type", RelationType::ALL, mistakes)).collect();
            }
            other => mistakes.unknown(key.span(), "key", other, &CASE),
        }
    }
    if case.text.is_empty() && case.title.is_empty() {
        mistakes.at(item.span(), "this test has no text");
    }
    if !table.contains_key("expect") && !table.contains_key("not") {
        mistakes.at(item.span(), "this test says neither what to expect nor what not");
    }
    Some(case)
}

fn read_row(item: &Spanned<DeValue<'_>>, mistakes: &mut Mistakes<'_>) -> Option<Row> {
    let table: &DeTable<'_> = mistakes.table(item, "an expected relation")?;
    let (mut rtype, mut words, mut negated, mut modality) =
        (None, <[Option<String>; WORDS.len()]>::default(), None, None);
    for (key, value) in table {
        let key_name = key.get_ref().as_ref();
        match key_name {
            "type" => rtype = Some(named(value, "type", RelationType::ALL, mistakes)?),
            "modality" => modality = named(value, "modality", Modality::ALL, mistakes),
            "negated" => match value.get_ref().as_bool() {
                Some(found) => negated = Some(found),
                None => mistakes.expected(value, key_name, "true or false"),
            },
            _ => match WORDS.iter().position(|w| *w == key_name) {
                Some(n) => words[n] = mistakes.string(value, key_name),
                None => mistakes.unknown(key.span(), "key", key_name, &ROW),
            },
        }
    }
    if rtype.is_none() {
        mistakes.at(item.span(), "an expected relation has a type");
    }
    Some(Row { rtype: rtype?, words, negated, modality })
}

/// A value of an enumeration by its name, or a mistake.
fn named<T: Copy + fmt::Display>(
    value: &Spanned<DeValue<'_>>,
    what: &str,
    all: &[T],
    mistakes: &mut Mistakes<'_>,
) -> Option<T> {
    let name = mistakes.string(value, what)?;
    let known: Vec<String> = all.iter().map(T::to_string).collect();
    let found = known.iter().position(|k| *k == name);
    if found.is_none() {
        mistakes.unknown(value.span(), what, &name, &known.iter().map(String::as_str).collect::<Vec<_>>());
    }
    found.map(|n| all[n])
}

impl Case {
    /// The article to be analysed.
    pub fn article(&self) -> Article {
        Article { title: self.title.clone(), body: self.text.clone(), published: self.published, ..Article::default() }
    }

    /// What is wrong in the analysed article, beside all that was found, over several lines; `None` where all is right.
    pub fn failure(&self, doc: &Doc) -> Option<String> {
        let missing = self.missing(doc);
        let unwanted = |r: &&Relation| self.not.contains(&r.rtype);
        if missing.is_empty() && !doc.relations.iter().any(|r| unwanted(&r)) {
            return None;
        }
        let mut lines =
            vec![format!("line {}: {}", self.line, if self.text.is_empty() { &self.title } else { &self.text })];
        lines.extend(missing.iter().map(|&n| format!("  missing   {}", self.expect[n])));
        lines.extend(doc.relations.iter().filter(unwanted).map(|r| format!("  unwanted  {}", Row::of(doc, r))));
        let others = doc.relations.iter().filter(|r| !unwanted(r));
        lines.extend(others.map(|r| format!("  found     {}", Row::of(doc, r))));
        Some(lines.join("\n"))
    }

    /// The expected relations that have none of their own among those found (augmenting paths, Kuhn 1955).
    fn missing(&self, doc: &Doc) -> Vec<usize> {
        let mut taken = vec![None; doc.relations.len()];
        let mut missing = Vec::new();
        for n in 0..self.expect.len() {
            if !self.give(doc, n, &mut vec![false; doc.relations.len()], &mut taken) {
                missing.push(n);
            }
        }
        missing
    }

    fn give(&self, doc: &Doc, n: usize, tried: &mut [bool], taken: &mut [Option<usize>]) -> bool {
        for (r, relation) in doc.relations.iter().enumerate() {
            if !tried[r] && self.expect[n].fits(doc, relation) {
                tried[r] = true;
                if taken[r].is_none_or(|other| self.give(doc, other, tried, taken)) {
                    taken[r] = Some(n);
                    return true;
                }
            }
        }
        false
    }
}

impl Row {
    /// A relation that was found, with all that it says; what is empty is left out.
    pub fn of(doc: &Doc, relation: &Relation) -> Self {
        Row {
            rtype: relation.rtype,
            words: std::array::from_fn(|n| {
                let [text, name] = words(doc, relation, n)?;
                Some(if name.is_empty() { text } else { name }.to_string())
            }),
            negated: relation.negated.then_some(true),
            modality: Some(relation.modality).filter(|m| *m != Modality::Actual),
        }
    }

    /// Whether the relation agrees with all that is said.
    fn fits(&self, doc: &Doc, relation: &Relation) -> bool {
        let agrees = |n: usize| match (self.words[n].as_deref(), words(doc, relation, n)) {
            (None, _) | (Some(""), None) => true,
            (Some(""), Some(_)) | (Some(_), None) => false,
            (Some(wanted), Some(found)) => found.iter().any(|f| stands_in(wanted, f)),
        };
        self.rtype == relation.rtype
            && self.negated.is_none_or(|n| n == relation.negated)
            && self.modality.is_none_or(|m| m == relation.modality)
            && (0..WORDS.len()).all(agrees)
    }
}

/// What fills a field of [`WORDS`]: its text and its name.
fn words<'d>(doc: &'d Doc, relation: &'d Relation, field: usize) -> Option<[&'d str; 2]> {
    let of = |a: &'d Option<Argument>| a.as_ref().map(|a| [a.span.of(&doc.text), a.name.as_str()]);
    match WORDS[field] {
        "cue" => Some([relation.cue.of(&doc.text), ""]),
        "source" => of(&relation.source),
        "target" => of(&relation.target),
        "affected" => of(&relation.affected),
        "attributed_to" => of(&relation.attributed_to),
        _ => relation.content.map(|c| [c.of(&doc.text), ""]),
    }
}

/// Whether whole words stand in a text, case aside.
fn stands_in(words: &str, text: &str) -> bool {
    let (words, text) = (words.to_lowercase(), text.to_lowercase());
    text.match_indices(&words).any(|(at, _)| {
        let (before, after) = (text[..at].chars().next_back(), text[at + words.len()..].chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

impl fmt::Display for Row {
    /// As a case writes it, so that a row that is found can be taken over.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ type = \"{}\"", self.rtype)?;
        for (name, words) in WORDS.iter().zip(&self.words) {
            if let Some(words) = words {
                write!(f, ", {name} = {}", toml::Value::from(words.replace('\n', " ")))?;
            }
        }
        if let Some(negated) = self.negated {
            write!(f, ", negated = {negated}")?;
        }
        if let Some(modality) = self.modality {
            write!(f, ", modality = \"{modality}\"")?;
        }
        f.write_str(" }")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Span;

    /// "Velta banned nets and Oru banned oil." with a row for each ban.
    fn doc() -> Doc {
        let text = "Velta banned nets and Oru banned oil.";
        let argument = |name: &str| {
            let at = text.find(name).unwrap();
            Some(Argument { span: Span::new(at, at + name.len()), mention: None, entity: None, name: name.into() })
        };
        let ban = |source: &str, target: &str, cue: usize| Relation {
            sentence: 0,
            rtype: RelationType::Ban,
            cue: Span::new(cue, cue + 6),
            source: argument(source),
            target: argument(target),
            affected: None,
            content: None,
            negated: false,
            modality: Modality::Actual,
            attributed_to: None,
            quote: None,
            event_date: None,
            place: None,
            confidence: 1.0,
            rule: String::new(),
        };
        Doc { text: text.into(), relations: vec![ban("Velta", "nets", 6), ban("Oru", "oil", 26)], ..Doc::default() }
    }

    fn failure(test: &str) -> Option<String> {
        read(&format!("[[tests]]\ntext = \"x\"\n{test}")).unwrap()[0].failure(&doc())
    }

    #[test]
    fn a_row_agrees_in_what_is_said_and_stands_for_one() {
        for right in [
            "expect = [{ type = \"BAN\", cue = \"banned\", source = \"velta\", affected = \"\", negated = false }]",
            // The first would do with either row; the second leaves it the other.
            "expect = [{ type = \"BAN\" }, { type = \"BAN\", source = \"Velta\" }]",
            "expect = []\nnot = [\"LIFT\"]",
        ] {
            assert_eq!(failure(right), None, "{right}");
        }
        for wrong in [
            "expect = [{ type = \"BAN\", source = \"Vel\" }]",
            "expect = [{ type = \"BAN\", source = \"\" }]",
            "expect = [{ type = \"BAN\", affected = \"boats\" }]",
            "expect = [{ type = \"BAN\", modality = \"intended\" }]",
            "expect = [{ type = \"BAN\" }, { type = \"BAN\" }, { type = \"BAN\" }]",
            "not = [\"BAN\"]",
        ] {
            let failure = failure(wrong).unwrap_or_else(|| panic!("{wrong}"));
            assert!(failure.contains("source = \"Velta\", target = \"nets\" }"), "{failure}");
        }
    }

    #[test]
    fn mistakes_have_lines() {
        let text = "[[tests]]\ntext = \"a\"\nexpect = [\n  { type = \"BAM\" },\n  { cue = \"b\" },\n\
            \x20 { type = \"BAN\", negated = 1, who = \"c\" }]\n[[tests]]\nnote = \"d\"\n";
        let lines: Vec<usize> = read(text).unwrap_err().iter().map(|m| m.line).collect();
        assert_eq!(lines, [4, 5, 6, 6, 7, 7, 8]);
    }
}
