//! Case and shape of words.

/// How a word is capitalised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Case {
    /// No letters.
    None,
    /// All letters lower case.
    Lower,
    /// First letter upper case, the rest lower (a single capital too).
    Title,
    /// All letters upper case, two or more.
    Upper,
    /// Anything else: `iPhone`, `McDonald`.
    Mixed,
}

/// The case of `word`.
pub fn case(word: &str) -> Case {
    let (mut lower, mut upper, mut first_upper) = (0u32, 0u32, false);
    for c in word.chars() {
        if c.is_uppercase() {
            first_upper |= upper + lower == 0;
            upper += 1;
        } else if c.is_alphabetic() {
            lower += 1;
        }
    }
    match (lower, upper) {
        (0, 0) => Case::None,
        (_, 0) => Case::Lower,
        (0, 1) => Case::Title,
        (0, _) => Case::Upper,
        (_, 1) if first_upper => Case::Title,
        _ => Case::Mixed,
    }
}

/// The word's shape: `X` for an upper-case letter, `x` lower, `d` a digit, others themselves; runs are cut at two.
pub fn shape(word: &str, out: &mut String) {
    out.clear();
    let (mut last, mut run) = ('\0', 0);
    for c in word.chars() {
        let class = match c {
            _ if c.is_uppercase() => 'X',
            _ if c.is_alphabetic() => 'x',
            _ if c.is_numeric() => 'd',
            _ => c,
        };
        run = if class == last { run + 1 } else { 1 };
        last = class;
        if run <= 2 {
            out.push(class);
        }
    }
}

/// Appends the lower-case form of `word`.
pub fn push_lower(word: &str, out: &mut String) {
    if word.is_ascii() {
        out.extend(word.bytes().map(|b| b.to_ascii_lowercase() as char));
    } else {
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
}

/// A noun in lower case without its plural ending.
pub fn singular(word: &str) -> String {
    match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (word, want) in [
            ("said", Case::Lower),
            ("Kremlin", Case::Title),
            ("A", Case::Title),
            ("BAN", Case::Upper),
            ("iPhone", Case::Mixed),
            ("McCain", Case::Mixed),
            ("2,400", Case::None),
            ("Łukasz", Case::Title),
            ("U.S.", Case::Upper),
        ] {
            assert_eq!(case(word), want, "{word}");
        }
    }

    #[test]
    fn shapes_cut_runs_at_two() {
        let mut out = String::new();
        for (word, want) in [("Kremlin", "Xxx"), ("2024", "dd"), ("AAPL.O", "XX.X"), ("mid-May", "xx-Xxx")] {
            shape(word, &mut out);
            assert_eq!(out, want);
        }
    }
}
