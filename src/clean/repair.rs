//! Characters: line ends, control characters, text decoded with the wrong code page.

use crate::doc::Flag;

/// UTF-8 that somebody read as Windows-1252.
const MOJIBAKE: &[(&str, &str)] = &[
    ("â€™", "’"),
    ("â€˜", "‘"),
    ("â€œ", "“"),
    ("â€\u{9d}", "”"),
    ("â€“", "–"),
    ("â€”", "—"),
    ("â€¦", "…"),
    ("Ã©", "é"),
    ("Ã¨", "è"),
    ("Ã¡", "á"),
    ("Ã³", "ó"),
    ("Ã±", "ñ"),
    ("Ã¼", "ü"),
    ("Ã¶", "ö"),
    ("Ã¤", "ä"),
    ("Ã§", "ç"),
    ("Ãª", "ê"),
    ("Â£", "£"),
    ("Â ", " "),
    ("â‚¬", "€"),
];

/// The text with its characters mended; flags say what was done.
pub fn repair(text: &str, flags: &mut Vec<Flag>) -> String {
    let mut text = text.trim_start_matches('\u{feff}').to_string();
    // The two letters begin every pair of the table and hardly a word of English.
    if text.contains(['â', 'Ã', 'Â']) {
        let before = text.len();
        for (wrong, right) in MOJIBAKE {
            if text.contains(wrong) {
                text = text.replace(wrong, right);
            }
        }
        if text.len() != before {
            flags.push(Flag::MojibakeRepaired);
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut controls = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => out.push('\n'),
            '\t' | '\u{a0}' | '\u{202f}' => out.push(' '),
            '\n' => out.push('\n'),
            '\u{200b}' | '\u{feff}' | '\u{ad}' => {}
            _ if c.is_control() => controls = true,
            _ => out.push(c),
        }
    }
    if controls {
        flags.push(Flag::ControlCharsRemoved);
    }
    let mut text = String::with_capacity(out.len());
    let mut empty = 0;
    for line in out.lines() {
        let line = line.trim_end();
        empty = if line.is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.truncate(text.trim_end().len());
    let start = text.len() - text.trim_start_matches('\n').len();
    text.drain(..start);
    text
}
