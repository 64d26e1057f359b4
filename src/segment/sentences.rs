//! Where a sentence ends.

use crate::text::Span;

/// One past the last token of the sentence that begins at `begin`, looking from token `at` on.
pub fn end(text: &str, tokens: &[Span], begin: usize, at: usize) -> usize {
    let word = |i: usize| tokens[i].of(text);
    let n = tokens.len();
    let mut i = at;
    while i < n {
        let bytes = word(i).as_bytes();
        let last = bytes[bytes.len() - 1];
        if !(last == b'.' || last == b'?' || last == b'!' || bytes.ends_with("…".as_bytes())) {
            i += 1;
            continue;
        }
        // Closing quotes and brackets belong to the sentence they close.
        let mut next = i + 1;
        let mut closed = false;
        while next < n && (closes(word(next)) || straight_quote_closes(text, tokens, begin, next)) {
            closed = true;
            next += 1;
        }
        if next >= n || ends(text, tokens, begin, i, next, closed) {
            return next;
        }
        i = next;
    }
    n
}

fn closes(word: &str) -> bool {
    matches!(word, "”" | "’" | ")" | "]" | "''" | "»" | "!" | "?" | "’’" | "}")
}

/// Whether the straight quote at `i` is glued to what stands before it, and something in this sentence or before is open.
fn straight_quote_closes(text: &str, tokens: &[Span], begin: usize, i: usize) -> bool {
    let word = tokens[i].of(text);
    (word == "\"" || word == "'") && i > begin && tokens[i].start == tokens[i - 1].end
}

/// Whether the sentence ends with token `i` (and the closing marks before `next`).
fn ends(text: &str, tokens: &[Span], begin: usize, i: usize, next: usize, closed: bool) -> bool {
    let (mark, follower) = (tokens[i].of(text), tokens[next].of(text));
    let opens = matches!(follower, "\"" | "“" | "‘" | "``" | "(" | "[" | "«" | "'");
    let first = if opens && next + 1 < tokens.len() { tokens[next + 1].of(text) } else { follower };
    let initial = first.chars().next().unwrap_or(' ');
    if initial.is_lowercase() {
        // "Really?" he asked. Otherwise a full stop that is no part of a word ends a sentence, whatever comes; a question may
        // be a name (Yahoo! said), unless the writer does without capitals.
        let small = tokens[begin].of(text).starts_with(char::is_lowercase);
        let plain = mark == "." || small && !mark.ends_with(['.', '…']);
        return plain && !closed || first.chars().nth(1).is_some_and(char::is_uppercase);
    }
    if matches!(follower, "," | ";" | ":" | ")" | "]" | "”" | "." | "?" | "!") {
        return false;
    }
    let dash = matches!(follower, "-" | "--" | "–" | "—");
    if dash {
        return !mark.ends_with('.') || mark == ".";
    }
    if closed && !mark.ends_with('.') && names_speaker(text, tokens, next) {
        return false;
    }
    if mark == "." || !mark.ends_with('.') || mark.bytes().all(|b| b == b'.') {
        return true;
    }
    after_abbreviation(mark, i == begin, first, opens, tokens[next].start > tokens[i].end)
}

/// `"Why?" Okoye asked`: one to four capitalised words and a verb of saying.
fn names_speaker(text: &str, tokens: &[Span], next: usize) -> bool {
    for token in tokens[next..].iter().take(5) {
        let word = token.of(text);
        if SAYING.contains(&word) {
            return true;
        }
        if !word.starts_with(char::is_uppercase) {
            return false;
        }
    }
    false
}

const SAYING: &[&str] = &[
    "said",
    "asked",
    "says",
    "asks",
    "added",
    "told",
    "wrote",
    "tweeted",
    "shouted",
    "replied",
    "wondered",
    "yelled",
    "cried",
    "exclaimed",
];

/// Whether an abbreviation ends its sentence, judged by what it is and what follows.
fn after_abbreviation(mark: &str, at_start: bool, follower: &str, opens: bool, spaced: bool) -> bool {
    let name = &mark[..mark.len() - 1];
    let bytes = name.as_bytes();
    if !spaced || at_start && bytes.len() <= 3 {
        return false;
    }
    // Initials and titles belong to the name that follows.
    if bytes.len() == 1 {
        return STARTERS.contains(&follower);
    }
    if TITLES.iter().any(|t| t.eq_ignore_ascii_case(name)) {
        return false;
    }
    if MONTHS.contains(&name) {
        // "in Oct. President …", but "Oct. 4".
        return follower.starts_with(char::is_uppercase);
    }
    if follower.starts_with(|c: char| c.is_ascii_digit()) {
        return bytes.contains(&b'.');
    }
    if opens {
        return bytes.contains(&b'.') || STARTERS.contains(&follower);
    }
    STARTERS.contains(&follower)
}

const MONTHS: &[&str] = &["Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec"];

const TITLES: &[&str] = &[
    "adm", "brig", "capt", "cmdr", "col", "cpl", "det", "dr", "drs", "gen", "gov", "govs", "hon", "insp", "lt", "maj",
    "messrs", "mr", "mrs", "ms", "mt", "prof", "pvt", "rep", "reps", "rev", "sen", "sens", "sgt", "st", "supt", "ft",
    "no", "nos", "vs",
];

/// Words that begin sentences far more often than they stand in the middle of a name.
const STARTERS: &[&str] = &[
    "A",
    "About",
    "According",
    "After",
    "All",
    "Also",
    "Although",
    "Among",
    "An",
    "And",
    "Another",
    "Any",
    "As",
    "Asked",
    "At",
    "Authorities",
    "Because",
    "Before",
    "Both",
    "But",
    "By",
    "Critics",
    "Despite",
    "During",
    "Each",
    "Earlier",
    "Even",
    "Few",
    "For",
    "Four",
    "From",
    "Government",
    "Has",
    "Have",
    "He",
    "Her",
    "Here",
    "His",
    "How",
    "However",
    "I",
    "If",
    "In",
    "Instead",
    "Is",
    "It",
    "Its",
    "Just",
    "Last",
    "Later",
    "Many",
    "Meanwhile",
    "Mr.",
    "Mrs.",
    "Ms.",
    "More",
    "Most",
    "My",
    "Neither",
    "No",
    "Nobody",
    "Nor",
    "Not",
    "Now",
    "Officials",
    "On",
    "Once",
    "One",
    "Only",
    "Or",
    "Other",
    "Others",
    "Our",
    "Over",
    "People",
    "Police",
    "Several",
    "She",
    "Since",
    "So",
    "Some",
    "Still",
    "Such",
    "That",
    "The",
    "Their",
    "Then",
    "There",
    "These",
    "They",
    "This",
    "Those",
    "Three",
    "Though",
    "Through",
    "Thus",
    "To",
    "Two",
    "Under",
    "Until",
    "Was",
    "We",
    "Were",
    "What",
    "When",
    "Where",
    "Whether",
    "Which",
    "While",
    "Who",
    "Why",
    "With",
    "Without",
    "Yes",
    "Yet",
    "You",
    "Your",
];

/// `Reporting by A. B.; Editing by C. D.`: a line of credits after the body.
pub fn is_credit(line: &str) -> bool {
    let line = line.trim_start_matches(['(', '[', '_', '*', ' ']);
    ["Reporting by ", "Additional reporting by ", "Editing by ", "Writing by ", "Compiled by ", "With reporting by "]
        .iter()
        .any(|start| line.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::super::tokens;
    use super::*;

    fn sentences(text: &str) -> Vec<&str> {
        let mut found = Vec::new();
        tokens::split(text, Span::new(0, text.len()), &mut found);
        let (mut at, mut out) = (0, Vec::new());
        while at < found.len() {
            let to = end(text, &found, at, at);
            out.push(found[at].cover(found[to - 1]).of(text));
            at = to;
        }
        out
    }

    #[test]
    fn sentences_end_where_a_reader_ends_them() {
        for want in [
            &["The port reopened on Monday.", "Ships waited outside."][..],
            &["Mr. Adeyemi met Gen. K. Osei in St. Louis."],
            &["He moved to the U.S. in 2010.", "The U.S. agreed."],
            &["Shares of Velta Inc. fell.", "It had no comment."],
            &["\"We were ready,\" she said.", "\"They were not.\"", "Nobody answered."],
            &["“Is it over?” the minister asked."],
            &["\"Is it over?\" Adeyemi asked."],
            &["\"It is over!\"", "The crowd cheered."],
            &["LAGOS, May 3 (Wire) - The bank paid 3.5 percent.", "No. 4 on the list was absent."],
            &["He waited ... and left.", "(Nobody saw it.)", "Then it rained."],
        ] {
            assert_eq!(sentences(&want.join(" ")), want);
        }
    }
}
