//! When two names of an article mean the same: short forms, acronyms, other spellings.

use crate::doc::EntityType;
use crate::text::chars::singular;

/// Names that mean the same in any article, lower case.
const SAME: &[&[&str]] = &[
    &["united states", "us", "u.s.", "usa", "u.s.a.", "america", "united states of america"],
    &["united kingdom", "uk", "u.k.", "britain", "great britain"],
    &["european union", "eu", "e.u."],
    &["united nations", "un", "u.n."],
    &["nato", "north atlantic treaty organization"],
    &["kremlin", "the kremlin"],
    &["house of representatives", "u.s. house of representatives", "house"],
];
/// Words that give no letter to an acronym.
const SMALL: [&str; 9] = ["of", "the", "and", "for", "in", "on", "to", "&", "de"];
/// Words that a company's or party's name is used without.
const FORMS: [&str; 17] = [
    "inc",
    "inc.",
    "corp",
    "corp.",
    "ltd",
    "ltd.",
    "plc",
    "group",
    "company",
    "co",
    "co.",
    "party",
    "newspaper",
    "corporation",
    "limited",
    "holdings",
    "movement",
];
/// Words that the name of a sea or land is used without.
const LANDS: [&str; 8] = ["ocean", "sea", "river", "region", "islands", "strip", "province", "city"];
/// Words that tell a son from his father.
const GENERATIONS: [&str; 4] = ["jr", "sr", "ii", "iii"];
/// Bodies that an article names by their last word alone.
const BODIES: [&str; 19] = [
    "assembly",
    "commission",
    "council",
    "court",
    "cabinet",
    "committee",
    "parliament",
    "senate",
    "union",
    "guard",
    "authority",
    "association",
    "federation",
    "ministry",
    "agency",
    "bureau",
    "fund",
    "league",
    "foundation",
];
/// Letters up to which a word in capitals within a name is an acronym, each letter one of the name's: `usn` of "US Navy".
const SHORT: usize = 2;
/// Shortest word of it, in letters: "CBN News" is not "CBS News".
const LONG: usize = 5;
/// Shortest name, in letters, in which one wrong letter is taken for a slip.
const SPELLED: usize = 8;

/// A name made ready to be compared.
#[derive(Clone, Debug, Default)]
pub struct Key {
    /// Its words in lower case, without accents.
    words: Vec<String>,
    /// The words, joined by spaces.
    joined: String,
    /// First letters of its words but the small ones.
    initials: String,
    /// Which of [`SAME`] it is in.
    group: Option<usize>,
    /// For a name in capitals: its letters and digits in lower case, a plural s left out.
    acronym: Option<String>,
}

/// How well a short form fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The same words, or an acronym of them.
    Whole,
    /// What a person is usually called by, or a name without its legal form.
    Usual,
    /// A word or words out of it.
    Part,
}

impl Key {
    /// The key of a name.
    pub fn new(name: &str) -> Self {
        let words: Vec<String> =
            name.split(|c: char| c.is_whitespace() || c == '-').filter(|w| !w.is_empty()).map(folded).collect();
        let joined = words.join(" ");
        let group = SAME.iter().position(|g| g.contains(&joined.as_str()));
        Key { joined, group, acronym: acronym(name), initials: initials(name), words }
    }

    /// Whether it is a word in capitals that can be short for a name.
    pub fn is_acronym(&self) -> bool {
        self.acronym.is_some()
    }

    /// Its words but the small ones.
    pub fn long_words(&self) -> impl Iterator<Item = &str> + Clone {
        self.words.iter().map(String::as_str).filter(|w| !SMALL.contains(w))
    }

    /// Whether it can be short for `full`, beside which it stands in brackets: letter by letter for a place, loosely for a body,
    /// whose acronym is often of another language.
    pub fn abbreviates(&self, etype: EntityType, full: &Key) -> bool {
        let Some(letters) = &self.acronym else { return false };
        match etype {
            EntityType::Org => {
                let first = letters.chars().next();
                full.words.len() > 1 && full.words.iter().any(|w| w.chars().next() == first)
            }
            EntityType::Person | EntityType::Norp => false,
            _ => *letters == full.initials,
        }
    }

    /// Whether this name means what `full`, of the same type and not shorter, means.
    pub fn fits(&self, etype: EntityType, full: &Key) -> Option<Fit> {
        use EntityType::{Gpe, Loc, Norp, Org, Person, Product};
        if self.joined == full.joined || self.group.is_some() && self.group == full.group {
            return Some(Fit::Whole);
        }
        match etype {
            Person => self.person(full),
            Org => self.body(full),
            // "Bolivians" and "Bolivian", "iPhones" and "iPhone".
            Norp | Product => (singular(&self.joined) == singular(&full.joined)).then_some(Fit::Whole),
            Gpe | Loc => {
                let without = full.words.len() == self.words.len() + 1
                    && full.words.starts_with(&self.words)
                    && full.words.last().is_some_and(|w| LANDS.contains(&w.as_str()));
                if without { Some(Fit::Usual) } else { self.slip(full) }
            }
            _ => None,
        }
    }

    fn person(&self, full: &Key) -> Option<Fit> {
        match self.words.as_slice() {
            // The surname; in many languages it stands first, and some people are called by a name in the middle.
            [one] if GENERATIONS.contains(&one.as_str()) => None,
            [one] => match full.words.iter().rposition(|w| w == one)? {
                at if at + 1 == full.words.len() => Some(Fit::Usual),
                _ if one.chars().count() > 1 => Some(Fit::Part),
                _ => None,
            },
            // Two or more words of it in their order: "Amina Okoye" for "Amina T. Okoye", but not for "Amina Okoye Jr.".
            words if words.len() < full.words.len() => {
                let mut rest = full.words.iter();
                let within = words.iter().all(|w| rest.any(|f| f == w));
                // "Amina T. Okoye" is not "Amina R. T. Okoye".
                let initial = words[1].ends_with('.') && words.len() > 2 && words[1] != full.words[1];
                (within && !initial && self.generation() == full.generation()).then_some(Fit::Part)
            }
            _ => self.slip(full),
        }
    }

    /// The word that tells a son from his father, if there is one.
    fn generation(&self) -> Option<&str> {
        self.words.last().map(String::as_str).filter(|w| GENERATIONS.contains(w))
    }

    fn body(&self, full: &Key) -> Option<Fit> {
        if full.words.len() > 1 && self.acronym.as_ref().is_some_and(|a| *a == full.initials) {
            return Some(Fit::Whole);
        }
        if self.words.len() >= full.words.len() {
            let plural = singular(&self.joined) == singular(&full.joined);
            return if plural { Some(Fit::Whole) } else { self.slip(full) };
        }
        if full.words.starts_with(&self.words) && FORMS.contains(&full.words[self.words.len()].as_str()) {
            return Some(Fit::Usual);
        }
        // "Security Council" for "U.N. Security Council", "Commission" for "Permanent Commission on Waters".
        let at = full.words.iter().position(|w| SMALL.contains(&w.as_str())).unwrap_or(full.words.len());
        let head = &full.words[..at];
        let whole = full.words.ends_with(&self.words) && full.words.len() == self.words.len() + 1;
        let bodies = self.words.last().is_some_and(|w| BODIES.contains(&w.as_str())) && head.ends_with(&self.words);
        (bodies || whole && self.words.len() > 1).then_some(Fit::Part)
    }

    /// As many words, and one letter of a long one wrong, left out, doubled or changed with its neighbour.
    fn slip(&self, full: &Key) -> Option<Fit> {
        let long = |(a, b): (&String, &String)| a == b || a.len().min(b.len()) >= LONG;
        let close = self.words.len() == full.words.len()
            && self.words.iter().zip(&full.words).all(long)
            && self.joined.len() >= SPELLED
            && self.joined.len().abs_diff(full.joined.len()) <= 1
            && !self.joined.bytes().chain(full.joined.bytes()).any(|b| b.is_ascii_digit())
            && one_slip(self.joined.as_bytes(), full.joined.as_bytes());
        close.then_some(Fit::Whole)
    }
}

/// Letters and digits of a word in capitals, in lower case.
pub fn acronym(name: &str) -> Option<String> {
    let stem = name.strip_suffix('s').filter(|s| s.len() > 1).unwrap_or(name);
    let letters: String = stem.chars().filter(|c| c.is_alphanumeric()).collect();
    let capitals = (2..=9).contains(&letters.len())
        && stem.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '&'))
        && letters.chars().next().is_some_and(char::is_alphabetic);
    capitals.then(|| letters.to_lowercase())
}

/// A word as names are compared by it: "Jr" and "Jr." are one.
fn folded(word: &str) -> String {
    let word = fold(word);
    match word.strip_suffix('.') {
        Some(short) if GENERATIONS.contains(&short) => short.to_string(),
        _ => word,
    }
}

/// First letters of a name's words but the small ones, in lower case; all letters of an acronym within it: `usn` of "U.S. Navy".
fn initials(name: &str) -> String {
    let loud = !name.chars().any(char::is_lowercase);
    let mut out = String::new();
    for word in name.split(|c: char| c.is_whitespace() || c == '-').filter(|w| !w.is_empty()) {
        match acronym(word).filter(|a| word.contains('.') || a.len() <= SHORT && !loud) {
            Some(letters) => out.push_str(&letters),
            None => {
                out.extend(Some(fold(word)).filter(|w| !SMALL.contains(&w.as_str())).and_then(|w| w.chars().next()))
            }
        }
    }
    out
}

fn one_slip(a: &[u8], b: &[u8]) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    // A first letter that differs makes another name.
    if same == 0 || a.is_empty() && b.is_empty() {
        return false;
    }
    let rest = |x: &[u8], y: &[u8], n: usize, m: usize| x.len() >= n && y.len() >= m && x[n..] == y[m..];
    let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0] && a[2..] == b[2..];
    rest(a, b, 1, 0) || rest(a, b, 0, 1) || rest(a, b, 1, 1) || swapped
}

/// A word in lower case, the accents of Latin letters left out.
pub fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => out.push('a'),
            'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => out.push('c'),
            'ď' | 'đ' => out.push('d'),
            'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => out.push('e'),
            'ğ' | 'ĝ' | 'ġ' | 'ģ' => out.push('g'),
            'ì'..='ï' | 'ī' | 'į' | 'ı' => out.push('i'),
            'ł' | 'ľ' | 'ļ' => out.push('l'),
            'ñ' | 'ń' | 'ň' | 'ņ' => out.push('n'),
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => out.push('o'),
            'ř' => out.push('r'),
            'ś' | 'š' | 'ş' | 'ș' => out.push('s'),
            'ť' | 'ţ' | 'ț' => out.push('t'),
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'ź' | 'ż' | 'ž' => out.push('z'),
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            '’' | '‘' | 'ʻ' | 'ʿ' | 'ʾ' => out.push('\''),
            // Combining marks.
            '\u{300}'..='\u{36f}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityType::{Gpe, Loc, Norp, Org, Person};

    #[test]
    fn short_forms_find_their_full_name() {
        for (full, short, etype, want) in [
            ("Amina Okoye", "Okoye", Person, Some(Fit::Usual)),
            ("Amina T. Okoye", "Amina Okoye", Person, Some(Fit::Part)),
            ("Amina Okoye", "Chidi Okoye", Person, None),
            ("Amina R. T. Okoye", "Amina T. Okoye", Person, None),
            ("Chidi Okoye Jr.", "Chidi Okoye", Person, None),
            ("Chidi Okoye Jr.", "Okoye", Person, Some(Fit::Part)),
            ("Dũng Văn Trầnova", "Amina", Person, None),
            ("Pak Chol Min", "Pak", Person, Some(Fit::Part)),
            ("José Núñez", "Jose Nunez", Person, Some(Fit::Whole)),
            ("Gerardo Velez", "Gerado Velez", Person, Some(Fit::Whole)),
            ("Jon Velez", "Ron Velez", Person, None),
            ("Food and Agriculture Organization", "FAO", Org, Some(Fit::Whole)),
            ("Village Water Committees", "VWCs", Org, Some(Fit::Whole)),
            ("U.S. Naval Yards", "UNY", Org, None),
            ("White House", "House", Org, None),
            ("KRS News", "KRN News", Org, None),
            ("Velta Inc", "Velta", Org, Some(Fit::Usual)),
            ("Bank of Velta", "Bank", Org, None),
            ("Velta Legislative Assembly", "Assembly", Org, Some(Fit::Part)),
            ("Permanent Commission on Waters", "Commission", Org, Some(Fit::Part)),
            ("Velta Security Council", "Security Council", Org, Some(Fit::Part)),
            ("United States", "U.S.", Gpe, Some(Fit::Whole)),
            ("Pacific Ocean", "Pacific", Loc, Some(Fit::Usual)),
            ("Bolivian", "Bolivians", Norp, Some(Fit::Whole)),
            ("Tory", "Tories", Norp, Some(Fit::Whole)),
        ] {
            assert_eq!(Key::new(short).fits(etype, &Key::new(full)), want, "{short} for {full}");
        }
    }
}
