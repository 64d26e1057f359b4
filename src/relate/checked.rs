//! TOML that people write, lexicons and cases: read to its end, with the line of every mistake.

use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something that is wrong in a lexicon or a file of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its line, from 1.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// The mistakes of a text, as they are found.
#[derive(Debug)]
pub struct Mistakes<'t> {
    text: &'t str,
    found: Vec<Mistake>,
}

/// The table that a text holds, as far as it is TOML; what is not is among the mistakes.
pub fn parse(text: &str) -> (DeTable<'_>, Mistakes<'_>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut mistakes = Mistakes { text, found: Vec::new() };
    for error in errors {
        mistakes.at(error.span().unwrap_or_default(), error.message());
    }
    (table.into_inner(), mistakes)
}

impl Mistakes<'_> {
    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        1 + self.text.as_bytes().iter().take(byte).filter(|&&b| b == b'\n').count()
    }

    /// Notes a mistake at these bytes.
    pub fn at(&mut self, span: Range<usize>, reason: impl fmt::Display) {
        self.found.push(Mistake { line: self.line(span.start), reason: reason.to_string() });
    }

    /// A text, or a mistake.
    pub fn string(&mut self, value: &Spanned<DeValue<'_>>, what: &str) -> Option<String> {
        let found = value.get_ref().as_str().map(String::from);
        if found.is_none() {
            self.expected(value, what, "a text in quotation marks");
        }
        found
    }

    /// A list's values, or a mistake.
    pub fn list<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>, what: &str) -> &'v [Spanned<DeValue<'i>>] {
        if let Some(found) = value.get_ref().as_array() {
            return found;
        }
        self.expected(value, what, "a list, [...]");
        &[]
    }

    /// A table, or a mistake.
    pub fn table<'v, 'i>(&mut self, value: &'v Spanned<DeValue<'i>>, what: &str) -> Option<&'v DeTable<'i>> {
        let found = value.get_ref().as_table();
        if found.is_none() {
            self.expected(value, what, "a table");
        }
        found
    }

    /// Notes a value of another kind than is wanted.
    pub fn expected(&mut self, value: &Spanned<DeValue<'_>>, what: &str, wanted: &str) {
        self.at(value.span(), format!("{what} is {wanted}, not {} {}", article(value), value.get_ref().type_str()));
    }

    /// Notes a name that is none of those known, with the nearest of them.
    pub fn unknown(&mut self, span: Range<usize>, what: &str, name: &str, known: &[&str]) {
        let near = known.iter().map(|k| (distance(name, k), *k)).min().filter(|(d, _)| *d <= 1 + name.len() / 3);
        let hint = near.map_or_else(|| format!("there are: {}", known.join(", ")), |(_, k)| format!("is it {k}?"));
        self.at(span, format!("unknown {what} {name:?}; {hint}"));
    }

    /// The value, if there was no mistake; else all of them, in order of lines.
    ///
    /// # Errors
    /// The mistakes.
    pub fn or<T>(mut self, value: T) -> Result<T, Vec<Mistake>> {
        self.found.sort_by_key(|m| m.line);
        if self.found.is_empty() { Ok(value) } else { Err(self.found) }
    }
}

fn article(value: &Spanned<DeValue<'_>>) -> &'static str {
    if matches!(value.get_ref(), DeValue::Array(_) | DeValue::Integer(_)) { "an" } else { "a" }
}

/// Letters to change, add or leave out to get from one word to the other, case aside (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_lowercase(), b.to_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.chars().enumerate() {
            let change = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn distances_count_letters() {
        assert_eq!((distance("BANN", "BAN"), distance("ban", "LIFT"), distance("", "be")), (1, 4, 2));
    }
}
