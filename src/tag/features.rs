//! What the tagger looks at.

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
    case: u64,
}

/// Describes a word form.
pub fn describe(form: &str, lower: &str, words: &Words) -> Type {
    let coarse = words.id(lower).map_or(u64::from(u16::MAX), |id| u64::from(words.coarse(id)));
    Type { lower: Feature::new(0).text(lower).0, coarse, case: case(form) }
}

fn case(form: &str) -> u64 {
    if form.bytes().any(|b| b.is_ascii_digit()) { 9 } else { chars::case(form) as u64 }
}

/// The features of a word at an offset from the token to be tagged.
pub fn of_word(form: &str, lower: &str, offset: i32, words: &Words, mut emit: impl FnMut(Feature)) {
    let id = words.id(lower);
    let feature = |template: u8| Feature::new(template).number((offset + 8) as u64);
    emit(feature(1).text(lower));
    emit(feature(2).number(id.map_or(u64::from(u16::MAX), |id| u64::from(words.coarse(id)))));
    if offset.abs() > 1 {
        return;
    }
    emit(feature(3).number(id.map_or(u64::from(u16::MAX), |id| u64::from(words.fine(id)))));
    emit(feature(4).number(case(form)));
    emit(feature(5).text(tail(lower, 3)));
    if offset != 0 {
        return;
    }
    emit(feature(6));
    emit(feature(7).text(form));
    for n in [1, 2, 4, 5] {
        emit(feature(10 + n as u8).text(tail(lower, n)));
    }
    for n in 1..=4 {
        emit(feature(20 + n as u8).text(head(lower, n)));
    }
    emit(feature(8).text(tail(lower, 2)).number(case(form)));
    let mut shape = String::new();
    chars::shape(form, &mut shape);
    emit(feature(9).text(&shape));
    if lower.contains('-') {
        emit(feature(30));
    }
}

/// The features of a token that its neighbours make with it; `at(o)` is the type at an offset, `None` outside the sentence.
pub fn of_place(at: impl Fn(i32) -> Option<Type>, headline: bool, mut emit: impl FnMut(Feature)) {
    const OUTSIDE: Type = Type { lower: 1, coarse: 1 << 20, case: 7 };
    let [before, now, after] = [-1, 0, 1].map(|o| at(o).unwrap_or(OUTSIDE));
    let pair = |template, a: u64, b: u64| Feature::new(template).number(a).number(b);
    emit(pair(40, before.lower, now.lower));
    emit(pair(41, now.lower, after.lower));
    emit(pair(42, before.coarse, now.coarse));
    emit(pair(43, now.coarse, after.coarse));
    emit(pair(44, before.coarse, after.coarse).number(now.coarse));
    emit(pair(45, before.lower, after.lower));
    emit(pair(46, now.case, u64::from(at(-1).is_none())).number(u64::from(headline)));
}

fn tail(word: &str, n: usize) -> &str {
    word.char_indices().rev().nth(n - 1).map_or(word, |(i, _)| &word[i..])
}

fn head(word: &str, n: usize) -> &str {
    word.char_indices().nth(n).map_or(word, |(i, _)| &word[..i])
}
