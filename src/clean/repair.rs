//! Characters: line ends, control characters, text decoded with the wrong code page.

use crate::doc::Flag;

/// The text with its characters mended; flags say what was done.
pub fn repair(text: &str, flags: &mut Vec<Flag>) -> String {
    let mut text = std::borrow::Cow::Borrowed(text);
    // Some texts went wrong twice.
    for _ in 0..2 {
        let Some(mended) = demangle(&text) else { break };
        text = mended.into();
        flag(flags, Flag::MojibakeRepaired);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                end_line(&mut out);
            }
            '\n' | '\u{2028}' | '\u{2029}' | '\u{85}' => end_line(&mut out),
            '\t' | '\u{a0}' | '\u{202f}' => out.push(' '),
            // Byte order marks, and marks of where a word may be broken.
            '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
            _ if c.is_control() => flag(flags, Flag::ControlCharsRemoved),
            _ => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Ends a line without its trailing spaces; of several empty lines one stays, and none at the start.
fn end_line(out: &mut String) {
    out.truncate(out.trim_end_matches(' ').len());
    if !out.is_empty() && !out.ends_with("\n\n") {
        out.push('\n');
    }
}

fn flag(flags: &mut Vec<Flag>, flag: Flag) {
    if !flags.contains(&flag) {
        flags.push(flag);
    }
}

/// Windows-1252 from 0x80 to 0x9f; its five gaps are the control characters that decoders put there.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// The byte that Windows-1252 decodes to `c`.
fn byte(c: char) -> Option<u8> {
    match c {
        '\u{80}'..='\u{ff}' => Some(c as u8),
        _ => WINDOWS.iter().position(|w| *w == c).map(|at| at as u8 + 0x80),
    }
}

/// Mends UTF-8 that was read as Windows-1252 (`â€™`, `Ã©`); `None` where there is none.
fn demangle(text: &str) -> Option<String> {
    // Each begins a sequence of UTF-8 that news has: Latin letters, punctuation, emoji.
    const LEADS: [char; 6] = ['Â', 'Ã', 'Ä', 'Å', 'â', 'ð'];
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(LEADS) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (right, wrong) = sequence(rest, out.chars().next_back()).unwrap_or_else(|| {
            let lead = rest.chars().next().unwrap_or_default();
            (lead, lead.len_utf8())
        });
        out.push(right);
        rest = &rest[wrong..];
    }
    out.push_str(rest);
    (out != text).then_some(out)
}

/// The character that the mangled sequence at the start of `text` was, and the sequence's length in bytes.
fn sequence(text: &str, before: Option<char>) -> Option<(char, usize)> {
    let mut chars = text.chars();
    let lead = byte(chars.next()?)?;
    let next = chars.next();
    let length = match lead {
        0xc2..=0xc5 => 2,
        0xe2 => 3,
        _ => 4,
    };
    // A capital at the end of a word in capitals, before a quotation mark or dash, is in its place: `“AMANHÃ”`.
    const ENDS: [char; 10] = ['‘', '’', '“', '”', '›', '«', '»', '–', '—', '…'];
    let inside = |neighbour: Option<char>| neighbour.is_some_and(char::is_lowercase);
    if length == 2 && next.is_some_and(|c| ENDS.contains(&c)) && !inside(chars.next()) && !inside(before) {
        return None;
    }
    // A no-break space behind the lead may have become a space; the last byte of a closing quotation mark may be lost.
    if lead == 0xc2 && next == Some(' ') && !before.is_some_and(char::is_uppercase) {
        return Some((' ', "Â ".len()));
    }
    let bytes: Vec<u8> = text.chars().take(length).filter_map(byte).collect();
    if let Some(right) = std::str::from_utf8(&bytes).ok().filter(|_| bytes.len() == length) {
        let right = right.chars().next().filter(|c| !c.is_control())?;
        return Some((right, text.chars().take(length).map(char::len_utf8).sum()));
    }
    text.starts_with("â€").then_some(('”', "â€".len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_read_with_the_wrong_code_page_is_mended() {
        for (wrong, right) in [
            ("itâ€™s â€œfineâ€\u{9d} â€“ nowâ€¦", "it’s “fine” – now…"),
            ("â€œlostâ€ end", "“lost” end"),
            ("cafÃ© in SÃ£o Paulo, Ã€ la carte, Â£5,Â 10", "café in São Paulo, À la carte, £5, 10"),
            ("Å\u{81}ukasz BÅ‚aszczyk, cÅ“ur, ErdoÄŸan", "Łukasz Błaszczyk, cœur, Erdoğan"),
            ("ðŸ˜€ ok", "😀 ok"),
            ("itÃ¢â‚¬â„¢s", "it’s"),
        ] {
            let mut flags = Vec::new();
            assert_eq!(repair(wrong, &mut flags), right);
            assert_eq!(flags, [Flag::MojibakeRepaired], "{wrong}");
        }
        for right in ["“AMANHÃ”, “CAFÉ” — CRÈME", "ANGSTRÖM Å–B", "Ångström, São João, ðat", "naïve café’s"]
        {
            let mut flags = Vec::new();
            assert_eq!(repair(right, &mut flags), right);
            assert_eq!(flags, [], "{right}");
        }
    }

    #[test]
    fn lines_end_one_way() {
        let mut flags = Vec::new();
        assert_eq!(
            repair("\u{feff}\r\n\nOne \r\nTwo\rThree\u{2028} Four\n \n\n\nFive\t5 \n\n", &mut flags),
            "One\nTwo\nThree\n Four\n\nFive 5"
        );
        assert_eq!(flags, []);
        assert_eq!(repair("a\0b\u{7}", &mut flags), "ab");
        assert_eq!(flags, [Flag::ControlCharsRemoved]);
    }
}
