//! Dictionary forms: what to cut off and what to put on, learnt a tag and ending.

use rustc_hash::FxHashMap;

/// Rules from endings to lemmas, the longest ending first; a whole word is an ending with `^` before it.
#[derive(Debug, Default)]
pub struct Lemmas {
    /// Tag and ending, to the number of characters cut off and what is put on.
    rules: FxHashMap<(u8, Box<str>), (u8, Box<str>)>,
}

/// Longest ending that has rules.
pub const LONGEST: usize = 5;

impl Lemmas {
    /// Reads rules, one a line: tag number, ending, characters to cut, ending to put on, with tabs between.
    ///
    /// # Errors
    /// The number of the line that is no rule.
    pub fn parse(text: &str) -> Result<Self, usize> {
        let mut rules = FxHashMap::default();
        for (n, line) in text.lines().enumerate() {
            let mut fields = line.split('\t');
            let mut rule = || {
                let key = (fields.next()?.parse().ok()?, fields.next()?.into());
                Some((key, (fields.next()?.parse().ok()?, fields.next()?.into())))
            };
            let (key, value) = rule().ok_or(n + 1)?;
            rules.insert(key, value);
        }
        Ok(Lemmas { rules })
    }

    /// Appends the lemma of the lower-cased word with the tag of number `tag`.
    pub fn push(&self, tag: u8, lower: &str, out: &mut String) {
        let whole = format!("^{lower}").into_boxed_str();
        let found = self.rules.get(&(tag, whole)).or_else(|| {
            let mut starts = lower.char_indices().rev().map(|(i, _)| i).take(LONGEST).collect::<Vec<_>>();
            starts.reverse();
            starts.into_iter().chain([lower.len()]).find_map(|i| self.rules.get(&(tag, lower[i..].into())))
        });
        match found {
            Some((cut, put)) => {
                let keep = lower.char_indices().rev().nth(*cut as usize).map_or(0, |(i, c)| i + c.len_utf8());
                out.push_str(if *cut == 0 { lower } else { &lower[..keep] });
                out.push_str(put);
            }
            None => out.push_str(lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_ending_decides() {
        let lemmas = Lemmas::parse("1\ts\t1\t\n1\ties\t3\ty\n1\t^series\t0\t").unwrap();
        let lemma = |word| {
            let mut out = String::new();
            lemmas.push(1, word, &mut out);
            out
        };
        assert_eq!(
            [lemma("ports"), lemma("allies"), lemma("series"), lemma("fish")],
            ["port", "ally", "series", "fish"]
        );
        assert_eq!(Lemmas::parse("1\ts\tx\t").unwrap_err(), 1);
    }
}
