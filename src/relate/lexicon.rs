//! The lexicon of cues: which words and phrases can tell of which acts, and how surely.

use super::cases::{self, Case};
use super::checked::{self, Mistake, Mistakes};
use crate::doc::RelationType;
use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;
use rustc_hash::FxHashMap;
use toml::Spanned;
use toml::de::DeValue;

/// How surely a word tells of each type: two bits a type, 0 for never, then rarely, often, always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strengths(u64);

impl Strengths {
    /// The strength for a type, 0 to 3.
    pub fn of(self, rtype: RelationType) -> u64 {
        self.0 >> (2 * rtype as u64) & 3
    }

    /// The types it can tell of, with their strength, 1 to 3.
    pub fn types(self) -> impl Iterator<Item = (RelationType, u64)> {
        // One bit a type that is there; most words have none.
        let mut left = (self.0 | self.0 >> 1) & 0x5555_5555_5555_5555;
        std::iter::from_fn(move || {
            let t = RelationType::ALL[(left != 0).then(|| left.trailing_zeros() as usize / 2)?];
            left &= left - 1;
            Some((t, self.of(t)))
        })
    }

    /// All strengths as one number.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The higher strength of the two for each type.
    pub fn or(mut self, other: Strengths) -> Strengths {
        for (t, s) in other.types() {
            self.set(t, s.max(self.of(t)));
        }
        self
    }

    fn set(&mut self, rtype: RelationType, strength: u64) {
        self.0 &= !(3 << (2 * rtype as u64));
        self.0 |= strength << (2 * rtype as u64);
    }
}

/// Names of the strengths, at their numbers.
pub const STRENGTHS: [&str; 4] = ["never", "rarely", "often", "always"];

/// Strengths by dictionary form, a list a use.
#[derive(Debug, Default)]
pub struct Lexicon {
    words: [FxHashMap<String, Strengths>; List::COUNT],
    /// Entries of a user's own: training did not see how they are used, so their word counts by itself.
    own: [FxHashMap<String, Strengths>; List::COUNT],
}

/// Which list of the lexicon a word is looked up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// Verbs, participles and adjectives.
    Verbs,
    /// Nouns.
    Nouns,
    /// Words inside of what is said that make a neutral verb of saying an act of the type.
    Said,
}

impl List {
    /// Number of lists.
    pub const COUNT: usize = 3;
    /// All lists, in order.
    pub const ALL: [List; List::COUNT] = [List::Verbs, List::Nouns, List::Said];
    /// Their names in a lexicon.
    pub const NAMES: [&str; List::COUNT] = ["verbs", "nouns", "said"];
}

/// What a lexicon file holds, read and found right.
#[derive(Debug, Default)]
pub struct Additions {
    entries: Vec<(RelationType, List, u64, String)>,
    /// Its tests.
    pub cases: Vec<Case>,
}

impl Additions {
    /// Reads a lexicon in TOML: a table a type, `verbs`, `nouns` and `said` in it, each with the lists `always`, `often`, `rarely` and
    /// `never`. An entry is a dictionary form, or one with the word that hangs on it: "call on", "impose sanction". Beside the types
    /// may stand `[[tests]]`.
    ///
    /// # Errors
    /// Every mistake, with its line.
    pub fn read(text: &str) -> std::result::Result<Self, Vec<Mistake>> {
        let (table, mut mistakes) = checked::parse(text);
        let mut additions = Additions::default();
        let types: Vec<&str> = RelationType::ALL.iter().map(|t| t.as_str()).collect();
        for (name, value) in &table {
            if name.get_ref() == "tests" {
                additions.cases = cases::read_list(value, &mut mistakes);
                continue;
            }
            let Ok(rtype) = name.get_ref().parse::<RelationType>() else {
                mistakes.unknown(name.span(), "type", name.get_ref(), &types);
                continue;
            };
            for (key, value) in mistakes.table(value, rtype.as_str()).into_iter().flatten() {
                match List::NAMES.iter().position(|n| n == key.get_ref()) {
                    Some(list) => additions.read_list(rtype, List::ALL[list], value, &mut mistakes),
                    None => mistakes.unknown(key.span(), "list", key.get_ref(), &List::NAMES),
                }
            }
        }
        mistakes.or(additions)
    }

    fn read_list(
        &mut self,
        rtype: RelationType,
        list: List,
        value: &Spanned<DeValue<'_>>,
        mistakes: &mut Mistakes<'_>,
    ) {
        let place = format!("{rtype}.{}", List::NAMES[list as usize]);
        let mut seen = FxHashMap::<String, (&str, usize)>::default();
        for (key, value) in mistakes.table(value, &place).into_iter().flatten() {
            let Some(strength) = STRENGTHS.iter().position(|s| s == key.get_ref()) else {
                mistakes.unknown(key.span(), "strength", key.get_ref(), &STRENGTHS);
                continue;
            };
            for item in mistakes.list(value, &format!("{place}.{}", key.get_ref())) {
                let Some(entry) = mistakes.string(item, "an entry") else { continue };
                if let Some(reason) = wrong(&entry) {
                    mistakes.at(item.span(), format!("{entry:?} {reason}"));
                }
                if let Some((other, byte)) = seen.insert(entry.clone(), (STRENGTHS[strength], item.span().start)) {
                    let line = mistakes.line(byte);
                    let reason = format!("{entry:?} stands in {place} twice: {other} in line {line}, and here");
                    mistakes.at(item.span(), reason);
                }
                self.entries.push((rtype, list, strength as u64, entry));
            }
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// What is wrong with an entry's spelling.
fn wrong(entry: &str) -> Option<String> {
    let words = entry.split(' ').count();
    if entry.split(' ').any(|w| w.is_empty() || w.contains(char::is_whitespace)) {
        Some("is not one word, or two with one space between".into())
    } else if words > 2 {
        Some(format!("has {words} words; an entry has one or two: a word, and one that hangs on it"))
    } else if entry.chars().any(char::is_uppercase) {
        Some(format!("has capital letters; entries are dictionary forms in lower case: {:?}", entry.to_lowercase()))
    } else {
        None
    }
}

impl Lexicon {
    /// Reads `cues.toml`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the first line that is wrong.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let mut lexicon = Lexicon::default();
        let wrong = |mistakes: Vec<Mistake>| Error::new(ErrorKind::Model, &mistakes[0]).in_file("cues.toml");
        lexicon.add(Additions::read(&models.text("cues.toml")?).map_err(wrong)?);
        Ok(lexicon)
    }

    /// Adds a user's entries, as [`Lexicon::add`] does, and keeps in mind that they are the user's.
    pub fn add_own(&mut self, additions: Additions) {
        for (rtype, list, strength, entry) in &additions.entries {
            self.own[*list as usize].entry(entry.clone()).or_default().set(*rtype, *strength);
        }
        self.add(additions);
    }

    /// What a user's own entries say of a dictionary form.
    pub fn own(&self, list: List, word: &str) -> Strengths {
        self.own[list as usize].get(word).copied().unwrap_or_default()
    }

    /// Adds entries; one that is there already takes the new strength.
    fn add(&mut self, additions: Additions) {
        for (rtype, list, strength, entry) in additions.entries {
            self.words[list as usize].entry(entry).or_default().set(rtype, strength);
        }
    }

    /// What a dictionary form, or a phrase of two, can tell of.
    pub fn strengths(&self, list: List, phrase: &str) -> Strengths {
        self.words[list as usize].get(phrase).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_found_with_its_line() {
        let text = "[BANN]\nverbs.always = [\"ban\"]\n[LIFT]\nverb.always = [\"lift\"]\nnouns.allways = [\"end\"]\n\
            verbs.often = [\"put an end\", \"Ease\", \"\"]\nverbs.rarely = [\"open\",\n  \"open\", 3]\nsaid = [\"open\"]\n\
            [DENY]\nverbs.always = [\"deny\"]\nverbs.often = [\n\"deny\"]\n";
        let mistakes = Additions::read(text).unwrap_err();
        let found: Vec<_> = mistakes.iter().map(|m| (m.line, m.reason.as_str())).collect();
        let wanted = [
            (1, "unknown type \"BANN\"; is it BAN?"),
            (4, "unknown list \"verb\"; is it verbs?"),
            (5, "unknown strength \"allways\"; is it always?"),
            (6, "\"put an end\" has 3 words"),
            (6, "\"Ease\" has capital letters"),
            (6, "\"\" is not one word"),
            (8, "\"open\" stands in LIFT.verbs twice: rarely in line 7, and here"),
            (8, "an entry is a text in quotation marks, not an integer"),
            (9, "LIFT.said is a table, not an array"),
            (13, "\"deny\" stands in DENY.verbs twice: always in line 11, and here"),
        ];
        assert_eq!(found.len(), wanted.len(), "{found:#?}");
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(found.0 == wanted.0 && found.1.starts_with(wanted.1), "{found:?} is not {wanted:?}");
        }
        assert_eq!(Additions::read("[BAN]\nverbs.always = [\"ban\"\n").unwrap_err()[0].line, 2);
    }

    #[test]
    fn later_entries_win() {
        let mut lexicon = Lexicon::default();
        lexicon.add(Additions::read("[BAN]\nverbs.always = [\"bar\", \"halt\"]").unwrap());
        lexicon.add(Additions::read("[BAN]\nverbs.rarely = [\"bar\"]\nverbs.never = [\"halt\"]").unwrap());
        assert_eq!(lexicon.strengths(List::Verbs, "bar").of(RelationType::Ban), 1);
        assert_eq!(lexicon.strengths(List::Verbs, "halt").bits(), 0);
    }
}
