//! What the recogniser of names looks at.

use super::gazetteer::{self, Class, Classes, EMPTY, Gazetteer};
use crate::doc::{Upos, Xpos};
use crate::model::Words;
use crate::model::crf::Feature;
use crate::text::chars;

/// Offsets of the window around a token.
pub const OFFSETS: std::ops::RangeInclusive<i32> = -2..=2;

/// What is known of a word type.
#[derive(Clone, Copy, Debug, Default)]
pub struct Type {
    /// Its lower-cased form, as [`gazetteer::word`] has it.
    pub lower: u64,
    coarse: u64,
    fine: u64,
    case: u64,
    /// What the lists say of the word alone.
    pub known: Classes,
    /// What it may be within a name though it has no capital: [`LINK`], [`PARTICLE`], [`GLUE`].
    small: u8,
}

/// A word that links runs of capitals in the names of organisations and laws.
const LINK: u8 = 1;
/// A small word that begins a person's name or stands within one.
const PARTICLE: u8 = 2;
/// A hyphen or an apostrophe.
const GLUE: u8 = 4;

impl Type {
    /// How it is written, as a number.
    pub fn case(&self) -> u64 {
        self.case
    }

    /// Whether it begins with a capital, or has one.
    pub fn is_capitalised(&self) -> bool {
        // 2 to 4 are cases with capitals, 8 is an abbreviation with stops.
        (2..=4).contains(&self.case) || self.case == 8
    }

    /// Whether it has a figure.
    pub fn has_figure(&self) -> bool {
        self.case >= 9
    }

    /// Whether the news hardly ever writes it with a capital.
    pub fn is_common(&self) -> bool {
        self.known & Class::Lower.bit() != 0
    }
}

/// Describes a word form.
pub fn describe(form: &str, lower: &str, words: &Words, gazetteer: &Gazetteer) -> Type {
    const UNKNOWN: u64 = 1 << 16;
    let (coarse, fine) =
        words.id(lower).map_or((UNKNOWN, UNKNOWN), |id| (u64::from(words.coarse(id)), u64::from(words.fine(id))));
    let word = gazetteer::word(lower);
    let known = gazetteer.get(gazetteer::longer(EMPTY, word));
    Type { lower: word, coarse, fine, case: case(form), known, small: small(lower) }
}

fn case(form: &str) -> u64 {
    match form {
        _ if form.bytes().any(|b| b.is_ascii_digit()) => 9 + u64::from(form.bytes().any(|b| b.is_ascii_uppercase())),
        // An initial or an abbreviation with stops is not a word in capitals.
        _ if form.len() > 1 && form.ends_with('.') && form.bytes().any(|b| b.is_ascii_uppercase()) => 8,
        _ => chars::case(form) as u64,
    }
}

/// The features of a word at an offset from the token to be labelled.
pub fn of_word(form: &str, lower: &str, word: &Type, offset: i32, mut emit: impl FnMut(Feature)) {
    let Type { coarse, fine, case, known, .. } = *word;
    let feature = |template: u8| Feature::new(100 + template).number((offset + 8) as u64);
    emit(feature(1).text(lower));
    emit(feature(2).number(coarse));
    emit(feature(3).number(fine));
    emit(feature(4).number(case));
    for class in gazetteer::each(known) {
        emit(feature(31).number(class));
    }
    if offset.abs() > 1 {
        return;
    }
    emit(feature(5).text(tail(lower, 3)).number(case));
    emit(feature(6).number(coarse).number(case));
    for class in gazetteer::each(known) {
        emit(feature(32).number(class).number(case));
    }
    if offset != 0 {
        return;
    }
    // Which lists hold it and which do not: a surname that is no common word, a city that is also a given name …
    const NAMES: Classes = Class::Title.bit() - 1;
    emit(feature(33).number(u64::from(known & NAMES)).number(case));
    emit(feature(7));
    emit(feature(8).text(form));
    for n in [1, 2, 4, 5] {
        emit(feature(10 + n as u8).text(tail(lower, n)));
    }
    for n in 1..=4 {
        emit(feature(20 + n as u8).text(head(lower, n)));
    }
    let mut shape = String::new();
    chars::shape(form, &mut shape);
    emit(feature(9).text(&shape));
    emit(feature(30).number(form.chars().count().min(8) as u64).number(case));
}

/// A token as the features of places see it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Its word, as it would be written within a sentence.
    pub word: Type,
    /// Its universal tag.
    pub upos: Upos,
    /// Its Penn tag.
    pub xpos: Xpos,
    /// Whether the article also has it in lower case.
    pub lower_elsewhere: bool,
    /// Whether the article has it with a capital in the middle of a sentence.
    pub capital_elsewhere: bool,
    /// Whether nothing stands between it and the token before.
    pub joined: bool,
    /// Whether it may be part of a name at all.
    pub active: bool,
    /// What the lists say of the longest entry of two words or more that covers it.
    pub listed: Classes,
    /// Where in that entry it stands: 0 first, 1 between, 2 last.
    pub listed_place: u8,
    /// First and last token of its run of capitals, as indices of its sentence; itself where it is in none.
    pub run: [u32; 2],
    /// First and last token of the runs that small words link to its own ("of", "for", "and").
    pub chain: [u32; 2],
}

/// What a word without a capital may be within a name.
fn small(lower: &str) -> u8 {
    match lower {
        "de" | "del" => LINK | PARTICLE,
        "of" | "for" | "and" | "the" | "&" | "on" | "in" | "to" | "against" | "with" => LINK,
        "al" | "el" | "ul" | "ur" | "bin" | "bint" | "ibn" | "abu" | "von" | "van" | "der" | "den" | "da" | "di"
        | "dos" | "du" | "la" | "le" | "ould" | "e" | "y" => PARTICLE,
        "-" | "–" | "'" | "’" | "/" => GLUE,
        _ => 0,
    }
}

/// Finds where names may be in a sentence, its runs of capitals, and the entries of the lists in it.
pub fn survey(places: &mut [Place], gazetteer: &Gazetteer) {
    let n = places.len();
    let capital: Vec<bool> = places.iter().map(|p| p.word.is_capitalised() || p.word.case == 10).collect();
    for i in 0..n {
        places[i].active = capital[i];
        places[i].run = [i as u32; 2];
        places[i].chain = [i as u32; 2];
    }
    let near = |i: usize, by: usize| capital[i.saturating_sub(by)..i].contains(&true);
    for i in 0..n {
        let after = |by: usize| capital[(i + 1).min(n)..(i + 1 + by).min(n)].contains(&true);
        places[i].active |= match () {
            // "Boeing 737", "9/11", "Article 50", "Group of 20".
            () if places[i].word.has_figure() => near(i, 2) || after(2),
            () if places[i].word.small & PARTICLE != 0 => after(2),
            // "Jae-myung": the second half of a given name has no capital.
            () if places[i].word.small & GLUE != 0 => near(i, 1),
            () if i > 1 && places[i - 1].word.small & GLUE != 0 => near(i - 1, 1),
            () => near(i, 3) && after(3),
        };
    }
    let joined: Vec<bool> = places.iter().map(|p| p.joined).collect();
    let glue: Vec<bool> = places.iter().map(|p| p.joined && p.word.small & GLUE != 0).collect();
    let glued = |i: usize| glue[i] && joined.get(i + 1).is_some_and(|&joined| joined);
    // A first word that is capitalised only because it is first begins no run.
    let first_counts = n > 0 && (!places[0].word.is_common() || places[0].capital_elsewhere);
    let mut i = 0;
    while i < n {
        if !capital[i] || (i == 0 && !first_counts) {
            i += 1;
            continue;
        }
        let mut end = i + 1;
        while end < n {
            if capital[end] || places[end].word.has_figure() {
                end += 1;
            } else if end + 1 < n && capital[end + 1] && (glued(end) || places[end].word.small & PARTICLE != 0) {
                end += 2;
            } else if end + 2 < n && capital[end + 2] && places[end].word.small & PARTICLE != 0 && glued(end + 1) {
                // "Hassan al-Amin".
                end += 3;
            } else if end + 2 < n && capital[end - 1] && glued(end) && capital[end + 2] {
                // A given name whose second half has no capital, then a surname.
                end += 3;
            } else {
                break;
            }
        }
        for place in &mut places[i..end] {
            place.run = [i as u32, end as u32 - 1];
        }
        i = end;
    }
    let mut i = 0;
    while i < n {
        if !capital[i] || (i == 0 && !first_counts) {
            i += 1;
            continue;
        }
        let mut end = places[i].run[1] as usize + 1;
        loop {
            let mut next = end;
            while next < n && next < end + 2 && places[next].word.small & LINK != 0 {
                next += 1;
            }
            if next == end || next >= n || !capital[next] {
                break;
            }
            end = places[next].run[1] as usize + 1;
        }
        for place in &mut places[i..end] {
            place.chain = [i as u32, end as u32 - 1];
        }
        i = end;
    }
    let mut i = 0;
    while i < n {
        let mut best = (i, 0);
        if places[i].word.known & gazetteer::PREFIX != 0 && (capital[i] || places[i].word.has_figure()) {
            let mut key = gazetteer::longer(EMPTY, places[i].word.lower);
            for (end, place) in places.iter().enumerate().skip(i + 1).take(7) {
                key = gazetteer::longer(key, place.word.lower);
                let classes = gazetteer.get(key);
                // Two common words that happen to be a title or a brand are no entry.
                if classes & !gazetteer::PREFIX != 0 && (capital[end] || classes & Class::Title.bit() == 0) {
                    best = (end, classes);
                }
                if classes & gazetteer::PREFIX == 0 {
                    break;
                }
            }
        }
        let (end, classes) = best;
        if classes != 0 {
            for (j, place) in places.iter_mut().enumerate().take(end + 1).skip(i) {
                place.listed = classes;
                place.listed_place = if j == i { 0 } else { 1 + u8::from(j == end) };
                place.active = true;
            }
        }
        i = end + 1;
    }
}

/// The features of a token that its neighbours and its article make with it.
pub fn of_place(places: &[Place], i: usize, headline: bool, mut emit: impl FnMut(Feature)) {
    let now = &places[i];
    let at = |offset: i32| usize::try_from(i as i64 + i64::from(offset)).ok().and_then(|j| places.get(j));
    let [b2, b1, a1, a2] = [-2, -1, 1, 2].map(at);
    let word = |p: Option<&Place>| p.map_or(1, |p| p.word.lower);
    let coarse = |p: Option<&Place>| p.map_or(1 << 20, |p| p.word.coarse);
    let fine = |p: Option<&Place>| p.map_or(1 << 20, |p| p.word.fine);
    let case = |p: Option<&Place>| p.map_or(15, |p| p.word.case);
    let upos = |p: Option<&Place>| p.map_or(30, |p| p.upos as u64);
    let f = |template: u8, a: u64, b: u64| Feature::new(150 + template).number(a).number(b);
    emit(f(1, word(b1), now.word.coarse));
    emit(f(2, now.word.coarse, word(a1)));
    emit(f(3, word(b1), now.word.lower));
    emit(f(4, now.word.lower, word(a1)));
    emit(f(5, coarse(b1), now.word.coarse).number(now.word.case));
    emit(f(6, now.word.coarse, coarse(a1)).number(now.word.case));
    emit(f(7, case(b1), now.word.case).number(case(a1)));
    emit(f(8, now.xpos as u64, now.word.case));
    emit(f(9, upos(b1), now.upos as u64).number(upos(a1)));
    emit(f(10, now.word.case, u64::from(b1.is_none())).number(u64::from(headline)));
    emit(f(11, u64::from(now.lower_elsewhere), u64::from(now.capital_elsewhere)).number(now.word.case));
    emit(f(12, case(b2), case(b1)).number(now.word.case));
    emit(f(13, fine(b1), now.word.case));
    emit(f(14, fine(a1), now.word.case));
    emit(f(15, now.word.case, case(a1)).number(case(a2)));
    emit(f(16, u64::from(now.joined), now.word.case).number(u64::from(a1.is_some_and(|p| p.joined))));
    for class in gazetteer::each(now.listed) {
        emit(f(20, class, u64::from(now.listed_place)));
    }
    if now.listed != 0 {
        emit(f(21, u64::from(now.listed), u64::from(now.listed_place)));
    }
    // The run of capitals: its ends, what stands before and after it, and where in it the token stands.
    let [first, last] = now.run.map(|j| j as usize);
    let place = u64::from(i == first) | u64::from(i == last) << 1;
    let (head, end) = (&places[first], &places[last]);
    let (before, after) = (first.checked_sub(1).map(|j| &places[j]), places.get(last + 1));
    if last > first {
        emit(f(30, end.word.lower, place));
        emit(f(31, end.word.fine, place));
        emit(f(32, head.word.lower, place));
        emit(f(33, head.word.fine, place));
        for class in gazetteer::each(end.word.known) {
            emit(f(34, class, place));
        }
        for class in gazetteer::each(head.word.known) {
            emit(f(35, class, place));
        }
    }
    emit(f(36, word(before), place));
    emit(f(37, word(after), place));
    emit(f(38, fine(before), place));
    emit(f(39, fine(after), place));
    emit(f(40, (last - first).min(5) as u64, place).number(u64::from(headline)));
    // The chain of runs, such as "Ministry of Foreign Affairs": the last word of its first run is what it is one of.
    let [chain_first, chain_last] = now.chain.map(|j| j as usize);
    if chain_last - chain_first > last - first {
        let end = places[chain_first].run[1] as usize;
        let kind = &places[end];
        let place = u64::from(i <= end) | u64::from(i == chain_first) << 1 | u64::from(i == chain_last) << 2;
        emit(f(41, kind.word.lower, place));
        emit(f(42, kind.word.fine, place).number(now.word.case));
        let link = places.get(end + 1);
        emit(f(43, word(link), place).number(kind.word.coarse));
        for class in gazetteer::each(kind.word.known) {
            emit(f(44, class, place));
        }
    }
}

fn tail(word: &str, n: usize) -> &str {
    word.char_indices().rev().nth(n - 1).map_or(word, |(i, _)| &word[i..])
}

fn head(word: &str, n: usize) -> &str {
    word.char_indices().nth(n).map_or(word, |(i, _)| &word[..i])
}
