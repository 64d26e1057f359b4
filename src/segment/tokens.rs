//! Tokens of a line.

use crate::text::Span;
use unicode_segmentation::UnicodeSegmentation;

/// What a byte can do to a word; one table look-up a byte.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Letter,
    Digit,
    /// Stands alone wherever it is.
    Single,
    /// Needs a look at its neighbours: `.` `,` `:` `'` `-` `/` `&` `@` `_` and the like.
    Inner,
    NonAscii,
}

const CLASSES: [Class; 256] = {
    let mut table = [Class::Single; 256];
    let mut b = 0;
    while b < 256 {
        table[b] = match b as u8 {
            b'A'..=b'Z' | b'a'..=b'z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            0..=b' ' | 0x7F => Class::Space,
            b'.' | b',' | b':' | b'\'' | b'-' | b'/' | b'&' | b'@' | b'_' | b'`' | b'#' | b'+' | b'=' | b'~' => {
                Class::Inner
            }
            0x80..=0xFF => Class::NonAscii,
            _ => Class::Single,
        };
        b += 1;
    }
    table
};

/// Appends the tokens of the bytes of `line`.
pub fn split(text: &str, line: Span, tokens: &mut Vec<Span>) {
    let bytes = text.as_bytes();
    let (mut at, end) = (line.start as usize, line.end as usize);
    while at < end {
        let start = at;
        // A run of letters up to a space, or with one full stop or comma after it, is most of a text.
        while at < end && CLASSES[bytes[at] as usize] == Class::Letter {
            at += 1;
        }
        let class = if at < end { CLASSES[bytes[at] as usize] } else { Class::Space };
        if class == Class::Space {
            if at > start {
                word(text, start, at, tokens);
            }
            at += usize::from(at < end);
            continue;
        }
        let next = if at + 1 < end { CLASSES[bytes[at + 1] as usize] } else { Class::Space };
        if bytes[at] == b',' && next == Class::Space && at > start {
            word(text, start, at, tokens);
            tokens.push(Span::new(at, at + 1));
            at += 1;
            continue;
        }
        let mut ascii = class != Class::NonAscii;
        while at < end && CLASSES[bytes[at] as usize] != Class::Space {
            ascii &= bytes[at] < 0x80;
            at += 1;
        }
        if ascii {
            chunk(text, start, at, tokens);
        } else {
            for part in text[start..at].split_inclusive(char::is_whitespace) {
                let from = part.as_ptr() as usize - text.as_ptr() as usize;
                let to = from + part.trim_end().len();
                if to > from {
                    chunk(text, from, to, tokens);
                }
            }
        }
    }
}

/// A run of ASCII letters.
fn word(text: &str, start: usize, end: usize, tokens: &mut Vec<Span>) {
    let cut = match &text[start..end] {
        w if w.len() == 6 && w.eq_ignore_ascii_case("cannot") => 3,
        w if w.len() == 5
            && (w.eq_ignore_ascii_case("gonna")
                || w.eq_ignore_ascii_case("wanna")
                || w.eq_ignore_ascii_case("gotta")) =>
        {
            3
        }
        _ => 0,
    };
    if cut > 0 {
        tokens.push(Span::new(start, start + cut));
        tokens.push(Span::new(start + cut, end));
    } else {
        tokens.push(Span::new(start, end));
    }
}

/// Anything between two spaces that is not a plain word.
fn chunk(text: &str, mut start: usize, mut end: usize, tokens: &mut Vec<Span>) {
    while start < end {
        let n = opening(&text[start..end]);
        if n == 0 {
            break;
        }
        tokens.push(Span::new(start, start + n));
        start += n;
    }
    let address = is_address(&text[start..end]);
    // Closing marks are found from the end and pushed after the core.
    let mut closing = [Span::default(); 8];
    let mut n_closing = 0;
    while start < end && n_closing < closing.len() {
        let n = trailing(&text[start..end], &text[end..], address);
        if n == 0 {
            break;
        }
        closing[n_closing] = Span::new(end - n, end);
        n_closing += 1;
        end -= n;
    }
    if start < end {
        if address {
            tokens.push(Span::new(start, end));
        } else {
            core(text, start, end, tokens);
        }
    }
    tokens.extend(closing[..n_closing].iter().rev());
}

/// Length of the mark that `s` opens with, 0 where it opens with a word.
fn opening(s: &str) -> usize {
    let bytes = s.as_bytes();
    let repeated = |b: u8| bytes.iter().take_while(|&&x| x == b).count();
    match bytes[0] {
        b'(' | b'[' | b'{' | b'"' | b'$' | b'<' | b'>' | b'|' | b';' | b')' | b']' | b'}' | b',' | b':' | b'^'
        | b'\\' => 1,
        b'%' | b'/' => 1,
        b @ (b'-' | b'.' | b'`' | b'_' | b'~' | b'=' | b'*' | b'!' | b'?') => match repeated(b) {
            // ".5" and "-5" keep their sign; "-word" does not.
            1 if b != b'`' && bytes.len() > 1 && bytes[1].is_ascii_digit() => 0,
            n => n,
        },
        b'\'' => match repeated(b'\'') {
            1 if starts_with_elision(s) => 0,
            n => n,
        },
        b'#' | b'@' if bytes.len() > 1 && bytes[1].is_ascii_alphanumeric() => 0,
        b'#' | b'@' | b'&' | b'+' => 1,
        0x80.. => {
            let c = s.chars().next().expect("not empty");
            if c.is_alphanumeric() { 0 } else { mark_length(s, c) }
        }
        _ => 0,
    }
}

/// Length of the non-ASCII mark `c` that `s` opens with: a grapheme, or a run of the same dash or dots.
fn mark_length(s: &str, c: char) -> usize {
    match c {
        '“' | '”' | '‘' | '’' | '«' | '»' | '‹' | '›' | '„' | '‚' | '€' | '£' | '¥' | '•' | '·' | '°' => {
            c.len_utf8()
        }
        '–' | '—' | '―' | '…' => s.chars().take_while(|&x| x == c).map(char::len_utf8).sum(),
        _ => s.graphemes(true).next().map_or(c.len_utf8(), str::len),
    }
}

/// `'s`, `'em`, `'90s`: an apostrophe that belongs to what follows.
fn starts_with_elision(s: &str) -> bool {
    let rest = &s[1..];
    let word = rest.trim_end_matches(|c: char| !c.is_alphanumeric());
    rest.as_bytes().first().is_some_and(u8::is_ascii_digit)
        || ["s", "S", "re", "ll", "ve", "d", "m", "em", "til", "n", "cause", "tis", "twas"].contains(&word)
}

/// `http://…`, `www.…`, `name@host`, `host.com/path`.
fn is_address(s: &str) -> bool {
    let bytes = s.as_bytes();
    if bytes.is_empty() {
        return false;
    }
    if memchr::memmem::find(bytes, b"://").is_some()
        || s.len() > 5 && s[..s.floor_char_boundary(4)].eq_ignore_ascii_case("www.")
    {
        return true;
    }
    if let Some(at) = memchr::memchr(b'@', bytes) {
        return at > 0 && s[at..].contains('.') || at == 0 && bytes.len() > 1;
    }
    if bytes[0] == b'#' {
        return bytes.len() > 1 && bytes[1].is_ascii_alphabetic();
    }
    let host = s.split('/').next().unwrap_or("");
    let host = host.trim_end_matches(|c: char| !c.is_alphanumeric());
    ["com", "org", "net", "gov", "edu", "info", "ru", "cn", "co.uk"].iter().any(|suffix| {
        host.len() > suffix.len() + 2
            && host.is_char_boundary(host.len() - suffix.len())
            && host[host.len() - suffix.len()..].eq_ignore_ascii_case(suffix)
            && host.as_bytes()[host.len() - suffix.len() - 1] == b'.'
            && host.as_bytes()[host.len() - suffix.len() - 2].is_ascii_alphanumeric()
            && !host.as_bytes()[0].is_ascii_digit()
    })
}

/// Length of the mark that `s` closes with, 0 where it closes with a word.
fn trailing(s: &str, after: &str, address: bool) -> usize {
    let bytes = s.as_bytes();
    let last = bytes[bytes.len() - 1];
    let run = |b: u8| bytes.iter().rev().take_while(|&&x| x == b).count();
    match last {
        b')' if address && s.contains('(') => 0,
        b',' | b';' | b':' | b')' | b']' | b'}' | b'"' | b'%' | b'>' | b'|' | b'<' | b'(' | b'[' | b'\\' | b'^'
        | b'{' => 1,
        b'/' | b'=' | b'_' | b'#' | b'&' | b'@' | b'$' | b'~' | b'+' if address => 0,
        b'/' | b'#' | b'&' | b'@' | b'$' => 1,
        b'+' if bytes.len() > 1 && !bytes[bytes.len() - 2].is_ascii_digit() => 1,
        b'-' | b'_' | b'~' | b'`' | b'\'' | b'*' => run(last),
        b'=' if !address => run(last),
        b'!' | b'?' => bytes.iter().rev().take_while(|b| matches!(b, b'!' | b'?')).count(),
        b'.' => match run(b'.') {
            1 if !address && is_abbreviation(s, after) => 0,
            n => n,
        },
        0x80.. => {
            let c = s.chars().next_back().expect("not empty");
            if c.is_alphanumeric() {
                return 0;
            }
            match c {
                '–' | '—' | '―' | '…' => s.chars().rev().take_while(|&x| x == c).map(char::len_utf8).sum(),
                _ => {
                    let grapheme = s.graphemes(true).next_back().unwrap_or("");
                    if grapheme.chars().next().is_some_and(char::is_alphanumeric) { 0 } else { grapheme.len() }
                }
            }
        }
        _ => 0,
    }
}

/// Words that keep their full stop, lower case and without it.
pub const ABBREVIATIONS: &[&str] = &[
    "adm", "al", "approx", "apr", "art", "assn", "asst", "attn", "aug", "ave", "blvd", "brig", "bros", "ca", "calif",
    "capt", "cf", "cmdr", "co", "col", "colo", "conn", "corp", "cpl", "dec", "del", "dept", "det", "dr", "drs", "est",
    "etc", "ext", "feb", "fig", "fla", "fri", "ft", "ga", "gen", "gov", "govs", "hon", "ill", "inc", "ind", "insp",
    "jan", "jr", "kan", "ky", "la", "lt", "ltd", "maj", "mass", "md", "messrs", "mich", "minn", "misc", "mo", "mon",
    "mr", "mrs", "ms", "mt", "neb", "nev", "no", "nos", "nov", "oct", "okla", "ore", "pa", "ph", "pp", "prof", "pvt",
    "rd", "rep", "reps", "rev", "sat", "sec", "sen", "sens", "sep", "sept", "sgt", "spc", "sr", "st", "sun", "supt",
    "tenn", "tex", "thur", "thurs", "tue", "tues", "univ", "va", "vol", "vs", "vt", "wash", "wed", "wis", "wyo",
];

/// Whether the full stop at the end of `s` belongs to the word; `after` is what follows.
fn is_abbreviation(s: &str, after: &str) -> bool {
    let word = &s[..s.len() - 1];
    let word = word.rsplit(['-', '/', '(']).next().unwrap_or(word);
    let bytes = word.as_bytes();
    match bytes {
        [] => false,
        [letter] => letter.is_ascii_alphabetic() && *letter != b'I',
        // "U.S.", "a.m.", "Ph.D."
        _ if bytes.contains(&b'.') => {
            word.split('.').all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic()))
        }
        _ => {
            bytes.len() <= 6 && {
                let mut lower = [0; 6];
                let lower = &mut lower[..bytes.len()];
                lower.copy_from_slice(bytes);
                lower.make_ascii_lowercase();
                // "no." and its like are abbreviations with a capital only: "Sun." but "in the sun."
                let lone = !bytes[0].is_ascii_uppercase();
                if matches!(&*lower, b"no" | b"nos") {
                    return after.trim_start().starts_with(|c: char| c.is_ascii_digit());
                }
                ABBREVIATIONS.binary_search_by(|a| a.as_bytes().cmp(lower)).is_ok()
                    && (!lone || matches!(&*lower, b"etc" | b"vs" | b"al" | b"approx" | b"ca" | b"cf" | b"pp" | b"est"))
            }
        }
    }
}

/// Words that a prefix makes with what follows its hyphen, where that is lower case.
const PREFIXES: &[&str] =
    &["anti", "co", "e", "ex", "inter", "mid", "mini", "multi", "non", "post", "pre", "pro", "re", "semi", "sub", "un"];

/// The inside of a chunk: no marks at its ends.
fn core(text: &str, start: usize, end: usize, tokens: &mut Vec<Span>) {
    let s = &text[start..end];
    let mut from = start;
    let push = |a: usize, b: usize, tokens: &mut Vec<Span>| {
        if b > a {
            contraction(text, a, b, tokens);
        }
    };
    let mut chars = s.char_indices().peekable();
    let mut before = '\0';
    while let Some((i, c)) = chars.next() {
        let at = start + i;
        let after = chars.peek().map_or('\0', |&(_, c)| c);
        let digits = before.is_ascii_digit() && after.is_ascii_digit();
        let cut = match c {
            '-' if at == from => false,
            '-' => !(digits && is_phone(s) || is_prefixed(&text[from..at], after)),
            '/' => !digits && at > from,
            ',' => !digits,
            ':' => !digits,
            // "and...then": a run of dots parts words.
            '.' if after == '.' => at > from,
            '.' => before.is_lowercase() && after.is_uppercase() && at - from >= 3,
            '–' | '—' | '―' | '…' | '“' | '”' | '«' | '»' | '•' => true,
            '"' | '(' | ')' | '[' | ']' | '{' | '}' | '!' | '?' | ';' | '<' | '>' | '|' | '*' | '$' | '%' | '='
            | '^' | '\\' => true,
            '£' | '€' | '¥' => true,
            _ if !c.is_ascii() && !c.is_alphanumeric() && !"’‘'´`".contains(c) => !is_joiner(c),
            _ => false,
        };
        if cut && at >= from {
            push(from, at, tokens);
            let n = if c.is_ascii() { repeated(&s[i..], c) } else { mark_length(&s[i..], c) };
            tokens.push(Span::new(at, at + n));
            from = at + n;
            while chars.peek().is_some_and(|&(j, _)| start + j < from) {
                chars.next();
            }
            before = '\0';
        } else {
            before = c;
        }
    }
    push(from, end, tokens);
}

fn repeated(s: &str, c: char) -> usize {
    match c {
        '-' | '.' => s.chars().take_while(|&x| x == c).count(),
        _ => 1,
    }
}

/// Marks that live inside words: combining marks, joiners, middle dots.
fn is_joiner(c: char) -> bool {
    let mut buffer = [0; 8];
    let pair = format_pair(c, &mut buffer);
    c == '·' || c == '\u{200d}' || c == '\u{200c}' || pair.graphemes(true).count() == 1
}

/// `a` and `c`, to ask whether they make one grapheme.
fn format_pair(c: char, buffer: &mut [u8; 8]) -> &str {
    buffer[0] = b'a';
    let n = c.encode_utf8(&mut buffer[1..]).len();
    std::str::from_utf8(&buffer[..=n]).expect("two characters")
}

/// `713-853-3989`, `02-05-2002`: digits in three groups or more.
fn is_phone(s: &str) -> bool {
    s.bytes().filter(|&b| b == b'-').count() >= 2 && s.bytes().all(|b| b.is_ascii_digit() || b == b'-')
}

fn is_prefixed(word: &str, after: char) -> bool {
    after.is_lowercase() && word.len() <= 5 && PREFIXES.iter().any(|p| word.eq_ignore_ascii_case(p))
}

const CLITICS: &[&str] = &["s", "re", "ve", "ll", "d", "m"];

/// Splits `do|n't`, `he|'s`, `they|’ll`.
fn contraction(text: &str, start: usize, end: usize, tokens: &mut Vec<Span>) {
    let s = &text[start..end];
    if s.is_ascii() && s.bytes().all(|b| b.is_ascii_alphabetic()) {
        return word(text, start, end, tokens);
    }
    let Some((at, quote)) = s.char_indices().rev().find(|(_, c)| matches!(c, '\'' | '’')) else {
        tokens.push(Span::new(start, end));
        return;
    };
    let clitic = &s[at + quote.len_utf8()..];
    let cut = if CLITICS.iter().any(|c| clitic.eq_ignore_ascii_case(c)) {
        at
    } else if clitic.eq_ignore_ascii_case("t") && at > 1 && s[..at].ends_with(['n', 'N']) {
        at - 1
    } else {
        0
    };
    if cut > 0 {
        tokens.push(Span::new(start, start + cut));
        tokens.push(Span::new(start + cut, end));
    } else {
        tokens.push(Span::new(start, end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(text: &str) -> Vec<&str> {
        let mut tokens = Vec::new();
        split(text, Span::new(0, text.len()), &mut tokens);
        tokens.iter().map(|t| t.of(text)).collect()
    }

    #[test]
    fn words_are_split_as_the_treebanks_do() {
        for (text, want) in [
            ("The envoy didn't answer.", "The envoy did n't answer ."),
            ("They can’t, won't and cannot.", "They ca n’t , wo n't and can not ."),
            ("the US-led talks", "the US - led talks"),
            ("pro-government but pro-Russian", "pro-government but pro - Russian"),
            ("Orlen (PKN.WA) rose 3.5% to $1,200.", "Orlen ( PKN.WA ) rose 3.5 % to $ 1,200 ."),
            ("Mr. J. Okoye of the U.N. met Smith Jr. at 10 a.m.", "Mr. J. Okoye of the U.N. met Smith Jr. at 10 a.m."),
            ("\"Go,\" he said...", "\" Go , \" he said ..."),
            ("“Never!” — the minister’s word", "“ Never ! ” — the minister ’s word"),
            (
                "see https://example.org/a?b=1, or mail desk@example.org.",
                "see https://example.org/a?b=1 , or mail desk@example.org .",
            ),
            ("and/or 9/11 at 07:07", "and / or 9/11 at 07:07"),
            ("the workers' union in the '90s", "the workers ' union in the '90s"),
            ("José O'Neill, Ngũgĩ wa Thiong'o", "José O'Neill , Ngũgĩ wa Thiong'o"),
            ("£6m a year; €5", "£ 6m a year ; € 5"),
            ("it ended.The next", "it ended . The next"),
            ("in the sun. Then", "in the sun . Then"),
            ("No. 5 said no. No.", "No. 5 said no . No ."),
            ("#Vote @desk_1 now", "#Vote @desk_1 now"),
            ("stop👍🏽now", "stop 👍🏽 now"),
        ] {
            assert_eq!(tokens(text).join(" "), want);
        }
    }

    #[test]
    fn abbreviations_can_be_searched() {
        assert!(ABBREVIATIONS.is_sorted());
    }

    proptest! {
        #[test]
        fn every_character_that_is_no_space_is_in_one_token(text in "[ -~“”’éżа́🙂\u{a0}]{0,60}|\\PC{0,40}") {
            let mut found = Vec::new();
            split(&text, Span::new(0, text.len()), &mut found);
            let mut covered = vec![0; text.len()];
            for t in &found {
                prop_assert!(!t.is_empty() && text.is_char_boundary(t.start as usize) && text.is_char_boundary(t.end as usize));
                covered[t.range()].iter_mut().for_each(|n| *n += 1);
            }
            for (i, c) in text.char_indices() {
                let want = usize::from(!c.is_whitespace() && !(c.is_ascii_control()));
                prop_assert!(covered[i] == want || c.is_whitespace() || c.is_ascii_control(), "{:?} at {i}: {}", c, covered[i]);
            }
            prop_assert!(found.is_sorted_by(|a, b| a.end <= b.start));
        }

        #[test]
        fn plain_words_agree_with_unicode(text in "([A-Za-z]{1,8}( |, |; |! )){1,12}") {
            let words: Vec<&str> = text.unicode_words().collect();
            prop_assume!(!words.iter().any(|w| ["cannot", "gonna", "wanna", "gotta"].contains(&w.to_lowercase().as_str())));
            let mine: Vec<&str> = tokens(&text).into_iter().filter(|t| t.chars().all(char::is_alphabetic)).collect();
            prop_assert_eq!(mine, words);
        }
    }
}
