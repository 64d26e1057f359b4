//! What the recogniser of names looks at.

use crate::doc::{Upos, Xpos};
use crate::model::Words;
use crate::model::crf::Feature;
use crate::text::chars;

/// Offsets of the window around a token.
pub const OFFSETS: std::ops::RangeInclusive<i32> = -2..=2;

/// What of a word type goes into features with its neighbours.
#[derive(Clone, Copy, Debug, Default)]
pub struct Type {
    lower: u64,
    coarse: u64,
    fine: u64,
    case: u64,
}

impl Type {
    /// Whether it begins with a capital, or has one.
    pub fn is_capitalised(&self) -> bool {
        (2..=4).contains(&self.case)
    }
}

/// Describes a word form.
pub fn describe(form: &str, lower: &str, words: &Words) -> Type {
    const UNKNOWN: u64 = 1 << 16;
    let (coarse, fine) =
        words.id(lower).map_or((UNKNOWN, UNKNOWN), |id| (u64::from(words.coarse(id)), u64::from(words.fine(id))));
    Type { lower: Feature::new(0).text(lower).0, coarse, fine, case: case(form) }
}

fn case(form: &str) -> u64 {
    match form {
        _ if form.bytes().any(|b| b.is_ascii_digit()) => 9,
        // An initial or an abbreviation with stops is not a word in capitals.
        _ if form.len() > 1 && form.ends_with('.') => 8,
        _ => chars::case(form) as u64,
    }
}

/// The features of a word at an offset from the token to be labelled.
pub fn of_word(form: &str, lower: &str, offset: i32, words: &Words, mut emit: impl FnMut(Feature)) {
    let Type { coarse, fine, case, .. } = describe(form, lower, words);
    let feature = |template: u8| Feature::new(100 + template).number((offset + 8) as u64);
    emit(feature(1).text(lower));
    emit(feature(2).number(coarse));
    emit(feature(3).number(fine));
    emit(feature(4).number(case));
    if offset.abs() > 1 {
        return;
    }
    emit(feature(5).text(tail(lower, 3)).number(case));
    emit(feature(6).number(coarse).number(case));
    if offset != 0 {
        return;
    }
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
    /// Its word.
    pub word: Type,
    /// Its tags.
    pub upos: Upos,
    /// Its tags.
    pub xpos: Xpos,
    /// Whether the article also has it in lower case.
    pub lower_elsewhere: bool,
    /// Whether the article has it with a capital in the middle of a sentence.
    pub capital_elsewhere: bool,
}

/// The features of a token that its neighbours and its article make with it.
pub fn of_place(at: impl Fn(i32) -> Option<Place>, headline: bool, mut emit: impl FnMut(Feature)) {
    let Some(now) = at(0) else { return };
    let [b2, b1, a1, a2] = [-2, -1, 1, 2].map(at);
    let word = |p: Option<Place>| p.map_or(1, |p| p.word.lower);
    let coarse = |p: Option<Place>| p.map_or(1 << 20, |p| p.word.coarse);
    let fine = |p: Option<Place>| p.map_or(1 << 20, |p| p.word.fine);
    let case = |p: Option<Place>| p.map_or(15, |p| p.word.case);
    let upos = |p: Option<Place>| p.map_or(30, |p| p.upos as u64);
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
}

fn tail(word: &str, n: usize) -> &str {
    word.char_indices().rev().nth(n - 1).map_or(word, |(i, _)| &word[i..])
}

fn head(word: &str, n: usize) -> &str {
    word.char_indices().nth(n).map_or(word, |(i, _)| &word[..i])
}
