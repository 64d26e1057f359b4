//! Lines that are furniture by their shape, whatever their words.

/// Links, names of files, scripts, rules and who posted a message.
pub fn kind(line: &str) -> Option<&'static str> {
    let mut words = line.split_whitespace();
    let marks = |c: char| c.is_ascii_punctuation() && !matches!(c, '?' | '!' | '"') || "•·–—…".contains(c);
    match () {
        () if line.chars().all(|c| marks(c) || c == ' ') && line.len() < 200 => Some("rule"),
        () if words.clone().all(is_link) => Some("link"),
        () if words.clone().count() == 1 && is_picture(line) => Some("caption"),
        () if is_code(line) || is_placeholder(line) => Some("code"),
        () if is_credited(line) => Some("caption"),
        () if is_link_text(line) => Some("related"),
        // Who posted the message above, and when: `— Jane Roe (@jane) May 6, 2024`.
        () if line.starts_with(['—', '–']) && line.len() < 120 && line.contains("(@") => Some("embed"),
        () if line.contains("A post shared by ") && words.any(|w| w.starts_with("(@")) => Some("embed"),
        () => None,
    }
}

fn is_link(word: &str) -> bool {
    ["http://", "https://", "www.", "pic.twitter.com/"].iter().any(|p| word.starts_with(p)) && word.len() > 8
}

fn is_picture(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"].iter().any(|end| lower.ends_with(end))
}

fn is_code(line: &str) -> bool {
    let begins = ["<!--", "//-->", "@media ", "<script", "<style", "<iframe", "window.", "document."];
    let call = line.ends_with(");") && line.split(['(', ' ']).next().is_some_and(|name| name.contains('.'));
    begins.iter().any(|b| line.starts_with(b)) && line.ends_with(['>', '}', ';']) || call || line.ends_with("//]]>")
}

/// What a page's editor put in for a picture or a box: `[CUSTOM]`.
fn is_placeholder(line: &str) -> bool {
    let inside = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')).unwrap_or("");
    inside.len() > 3 && inside.chars().all(|c| c.is_ascii_alphabetic() || c == '_')
}

/// A caption behind the name of its agency: `GETTY The port of Velta at night`.
fn is_credited(line: &str) -> bool {
    const AGENCIES: [&str; 7] = ["GETTY", "REUTERS", "AFP", "EPA", "REX", "ALAMY", "SHUTTERSTOCK"];
    let mut words = line.split(' ');
    words.next().is_some_and(|w| AGENCIES.contains(&w))
        && words.next().is_some_and(|w| w.starts_with(char::is_uppercase))
        && words.count() > 1
        && !line.ends_with(['.', '"', '”'])
}

/// A headline behind what to do with it: `READ The night of the storm`, `RelatedThe night of the storm`.
fn is_link_text(line: &str) -> bool {
    let rest =
        ["READ ", "WATCH ", "LISTEN ", "RELATED ", "GALLERY ", "Related"].iter().find_map(|w| line.strip_prefix(w));
    rest.is_some_and(|r| r.starts_with(char::is_uppercase) && r.contains(char::is_lowercase) && r.contains(' '))
        && !line.ends_with(['.', '"', '”'])
}

/// Whether a line may be a headline: of some words, and not ended as a sentence.
pub fn is_headline(line: &str) -> bool {
    let line = line.trim();
    (3..=20).contains(&line.split_whitespace().count())
        && line.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "‘“\"'".contains(c))
        && !line.ends_with(['.', '!', '"', '”', ':', ',', ';', '…', '—', ')'])
}

/// The headline of another article, linked to between paragraphs: in capitals (`PORT OF VELTA SHUT AS STORM COMES NEAR`), or
/// behind a label in capitals (`STORM OVER VELTA: How it all began`).
pub fn is_other_headline(line: &str) -> bool {
    let line = line.trim();
    let words = line.split_whitespace().count();
    if !(5..=22).contains(&words) || line.ends_with(['.', '?', '!', '"', '”', ':', ',', '…', '—', '-']) {
        return false;
    }
    if line.starts_with(['‘', '\'']) && line.ends_with(['’', '\'']) {
        return false;
    }
    let capitals = |t: &str| t.chars().any(char::is_uppercase) && !t.chars().any(char::is_lowercase);
    let label = line.split_once(": ").is_some_and(|(label, rest)| {
        capitals(label)
            && !capitals(rest)
            && label.split(' ').count() <= 3
            && label.chars().filter(|c| c.is_alphabetic()).count() > 3
            && rest.split_whitespace().count() > 3
    });
    label || words > 5 && capitals(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_told_from_sentences() {
        for (line, want) in [
            ("http://ferry.example/velta", Some("link")),
            ("https://a.example/b https://c.example/d", Some("link")),
            ("FERRY_0123.jpg", Some("caption")),
            ("* * *", Some("rule")),
            ("___", Some("rule")),
            ("player.loadAll();", Some("code")),
            ("[CUSTOM]", Some("code")),
            ("GETTY The port of Velta at night", Some("caption")),
            ("READ The night of the storm", Some("related")),
            ("RelatedThe night of the storm", Some("related")),
            ("REUTERS reported it first that night.", None),
            ("Related papers were found", None),
            ("<!-- width = 5; -->", Some("code")),
            ("— Jane Roe (@janeroe) May 6, 2024", Some("embed")),
            ("Boats at dawn A post shared by Velta (@velta) on May 6, 2024", Some("embed")),
            ("The page is at http://ferry.example", None),
            ("“…”", None),
            ("?", None),
            ("He said so (twice);", None),
            ("www", None),
        ] {
            assert_eq!(kind(line), want, "{line}");
        }
    }

    #[test]
    fn headlines_of_others_are_told_from_headings() {
        for line in ["PORT OF VELTA SHUT AS STORM COMES NEAR", "STORM OVER VELTA: How it all began in May"] {
            assert!(is_other_headline(line), "{line}");
        }
        for line in [
            "THE NIGHT OF THE STORM",
            "What did the mayor say?",
            "ROE: We never saw the ship before it struck.",
            "PILOT: FERRY SLOW TO STOP",
            "Q: How many boats were there that night",
            "Storm over Velta: how it all began",
            "NATO AND THE EU SAID THAT THEY HAD SEEN IT.",
        ] {
            assert!(!is_other_headline(line), "{line}");
        }
    }
}
