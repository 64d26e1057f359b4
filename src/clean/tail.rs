//! What stands under an article: who its author is, and where to write to.

/// Lines from the end that such notes stand in.
pub const LINES: usize = 4;

/// What the last words on a page call an author.
const TRADES: [&str; 27] = [
    "author",
    "columnist",
    "commentator",
    "contributor",
    "correspondent",
    "critic",
    "critic-at-large",
    "director",
    "editor",
    "editor-at-large",
    "fellow",
    "founder",
    "historian",
    "host",
    "journalist",
    "lecturer",
    "novelist",
    "president",
    "producer",
    "professor",
    "reporter",
    "researcher",
    "scholar",
    "strategist",
    "teacher",
    "writer",
    "column",
];

/// What a line among the last is when it is such a note; `body` is the whole text.
pub fn kind(line: &str, body: &str) -> Option<&'static str> {
    let (whole, line) = (line.trim(), line.trim().trim_start_matches(['*', '•', '—', '–', '-', ' ']));
    let named = line.split(' ').all(|w| w.starts_with(char::is_uppercase)) && line.split(' ').count() < 5;
    let signed = whole.starts_with(['—', '–', '-']) && named && !line.ends_with(['.', '"', '”']);
    if signed || is_author(line, body) {
        return Some("author");
    }
    if line.contains(" contributed from ") && line.split_whitespace().count() < 15 {
        return Some("credit");
    }
    let lower = line.to_lowercase();
    if ["opinions expressed", "views expressed"].iter().any(|w| lower.contains(w)) {
        return Some("disclaimer");
    }
    let address = line.split_whitespace().any(|w| w.contains('@') && w.trim_end_matches('.').contains('.'));
    let begins = ["send ", "email", "e-mail", "contact ", "write to", "reach ", "follow "];
    let asks = begins.iter().any(|b| lower.starts_with(b)) || lower.contains("please contact");
    (address && asks && line.len() < 500).then_some("contact")
}

/// `Jane Roe is a reporter for the Harbour Gazette.`: a name that the text does not know, and what its bearer does.
fn is_author(line: &str, body: &str) -> bool {
    let verbs = [" is a ", " is an ", " is the ", " is ", " covers ", " writes "];
    let Some((at, verb)) = verbs.iter().filter_map(|v| Some((line.find(v)?, v))).min_by_key(|(at, _)| *at) else {
        return false;
    };
    let name: Vec<&str> = line[..at].split(' ').collect();
    let capital = |w: &&str| w.starts_with(char::is_uppercase);
    if !(2..=4).contains(&name.len()) || !name.iter().all(capital) || name[0] == "The" || line.len() > 700 {
        return false;
    }
    let last = name[name.len() - 1];
    // The note itself may name its author twice.
    if body.matches(last).count() > line.matches(last).count() {
        return false;
    }
    let rest: Vec<&str> = line[at + verb.len()..].split_whitespace().take(16).collect();
    let trade =
        |w: &&str| TRADES.contains(&w.trim_matches(|c: char| !c.is_alphanumeric() && c != '-').to_lowercase().as_str());
    rest.iter().any(trade) || !verb.starts_with(" is") && rest.first() != Some(&"that")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_under_the_text_are_told_from_it() {
        let body = "The ferry is back, said Ann Poe, a pilot.";
        for (line, want) in [
            ("• Jane Roe is a radio host.", Some("author")),
            ("Jane de Roe is the Harbour Gazette's chief critic. Roe lives in Velta.", None),
            ("Jane Roe is the Harbour Gazette's chief critic. Roe lives in Velta.", Some("author")),
            ("— Jane Roe covers the harbour for the Gazette.", Some("author")),
            ("Ann Poe is a writer for the Gazette.", None),
            ("Jane Roe is a pilot of the ferry.", None),
            ("Jane Roe writes that the ferry is back.", None),
            ("The Gazette is an old friend of the editor.", None),
            ("– Jillian", Some("author")),
            ("– he said", None),
            ("Jane Roe contributed from Velta.", Some("credit")),
            ("The views expressed here are her own.", Some("disclaimer")),
            ("Send tips to tips@gazette.example.", Some("contact")),
            ("To buy this text, please contact sales@gazette.example.", Some("contact")),
            ("Anyone who saw the boat should call the police or write to saw@police.example.", None),
        ] {
            assert_eq!(kind(line, &format!("{body}\n{line}")), want, "{line}");
        }
    }
}
