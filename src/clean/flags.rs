//! Language, and what a reader of the row should know of the article.

use super::furniture::Lexicon;
use crate::doc::{Article, Flag};
use whichlang::Lang;

/// Articles of fewer words are flagged.
const SHORT: usize = 20;
/// Bytes that the language is told by, and fewer than which it cannot be told.
const SAMPLE: (usize, usize) = (2000, 150);

/// Sets the article's flags and, where the record gives none, its language.
pub fn set(body: &str, article: &mut Article, lexicon: &Lexicon) {
    let lines = || body.lines().map(|l| l.trim_start()).chain([article.title.as_str()]);
    let begins =
        |line: &str, start: &String| line.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    let corrected = lines().any(|l| lexicon.corrections.iter().any(|c| begins(l, c)));
    // A demand stands in a line of its own, or ends one.
    let lower: Vec<String> = body.lines().rev().take(5).map(str::to_lowercase).collect();
    let paywall = lower.iter().any(|l| lexicon.paywalls.iter().any(|p| l.contains(p)));
    let end = body.trim_end();
    let cut = end.ends_with("...") || end.ends_with('…') || end.ends_with(" chars]") && end.contains("[+");
    let killed = lines().take(3).chain([article.title.as_str()]).any(|l| lexicon.kills.iter().any(|k| begins(l, k)));
    let declared = article.language.clone();
    let language = language(body, declared.as_deref());
    for (flag, on) in [
        (Flag::TooShort, body.split_whitespace().take(SHORT).count() < SHORT),
        (Flag::Truncated, cut),
        (Flag::Paywall, paywall),
        (Flag::Correction, corrected),
        (Flag::Withdrawn, killed),
        (Flag::NoDate, article.published.is_none()),
        (Flag::NotEnglish, language != Some("en")),
    ] {
        if on && !article.flags.contains(&flag) {
            article.flags.push(flag);
        }
    }
    article.language = article.language.take().or(language.map(String::from));
}

/// ISO 639-1 code of the language; as declared where the text is too short to tell or a table, else English; `None` for a
/// script that is not known.
fn language<'l>(body: &str, declared: Option<&'l str>) -> Option<&'l str> {
    let sample = &body[..body.floor_char_boundary(SAMPLE.0)];
    let letters = sample.chars().filter(|c| c.is_alphabetic());
    let is_latin = |c: char| c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c);
    let (all, latin) = letters.fold((0, 0), |(all, latin), c| (all + 1, latin + usize::from(is_latin(c))));
    if latin * 2 >= all && sounds_english(sample) {
        return Some("en");
    }
    if latin * 2 >= all && (sample.len() < SAMPLE.1 || declared == Some("en") && !is_prose(sample)) {
        return Some(declared.unwrap_or("en"));
    }
    let code = match whichlang::detect_language(sample) {
        Lang::Ara => "ar",
        Lang::Cmn => "zh",
        Lang::Deu => "de",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Hin => "hi",
        Lang::Ita => "it",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Rus => "ru",
        Lang::Spa => "es",
        Lang::Swe => "sv",
        Lang::Tur => "tr",
        Lang::Vie => "vi",
    };
    (code != "en" || latin * 2 >= all).then_some(code)
}

/// Whether most words begin with a small letter: those of tables and lists of names do not.
fn is_prose(sample: &str) -> bool {
    let words = || sample.split_whitespace();
    words().filter(|w| w.starts_with(char::is_lowercase)).count() * 2 > words().count()
}

/// Whether enough of the words are those that no English text does without: tables and lists of names mislead the detector.
fn sounds_english(sample: &str) -> bool {
    const WORDS: [&str; 12] = ["the", "of", "and", "to", "in", "that", "for", "with", "was", "said", "is", "by"];
    let (mut all, mut english) = (0, 0);
    for word in sample.split_whitespace() {
        all += 1;
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        english += usize::from(WORDS.iter().any(|w| w.eq_ignore_ascii_case(word)));
    }
    english * 7 > all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelSource;

    fn flags(title: &str, body: &str) -> (Vec<Flag>, Option<String>) {
        flags_of(Article { title: title.into(), ..Article::default() }, body)
    }

    fn flags_of(mut article: Article, body: &str) -> (Vec<Flag>, Option<String>) {
        article.published = crate::text::date::parse_published("2024-05-06");
        set(body, &mut article, &Lexicon::load(&ModelSource::Embedded).unwrap());
        (article.flags, article.language)
    }

    const LONG: &str = "The ferry left the harbour of Velta in the morning and came back at night with all of its passengers, the company that runs it said on Monday.";

    #[test]
    fn flags_say_what_is_wrong_with_the_text() {
        let of = |body: &str| flags("Ferry", &format!("{LONG}\n{body}")).0;
        assert_eq!(of("All were well."), []);
        for cut in ["The captain said…", "The captain said...", "The captain said… [+1234 chars]"] {
            assert_eq!(of(cut), [Flag::Truncated], "{cut}");
        }
        assert_eq!(of("Subscribe to continue reading."), [Flag::Paywall]);
        assert_eq!(of("He urged pupils to continue reading."), []);
        assert_eq!(of("Correction: the ferry left at noon."), [Flag::Correction]);
        assert_eq!(of("(Corrects the hour in paragraph 1)"), [Flag::Correction]);
        assert_eq!(of("Corrections officers met it."), []);
        assert_eq!(flags("CORRECTED-Ferry leaves", LONG).0, [Flag::Correction]);
        assert_eq!(flags("", "Ferry back.").0, [Flag::TooShort]);
        assert_eq!(flags("BULLETIN KILL - Ferry leaves", LONG).0, [Flag::Withdrawn]);
        assert_eq!(flags("Kill switch found on ferry", LONG).0, []);
    }

    #[test]
    fn the_language_is_told() {
        assert_eq!(flags("", LONG).1.as_deref(), Some("en"));
        let german = "Die Fähre verließ am Morgen den Hafen und kam am Abend mit allen Fahrgästen zurück, sagte die Reederei am Montag in einer Mitteilung, die sie verschickte.";
        assert_eq!(flags("", german), (vec![Flag::NotEnglish], Some("de".into())));
        let russian = "Паром вышел из гавани утром и вернулся вечером, сообщила в понедельник компания, которая им владеет, и добавила, что все пассажиры здоровы и уже вернулись домой к своим семьям.";
        assert_eq!(flags("", russian), (vec![Flag::NotEnglish], Some("ru".into())));
        let table = "Velta: Okoye, Brandt, J. Jimenez, Torres Rey, Rivas, Guemez, Esquivel. Substitutes: Munoz, Reyes, Layun, Corona, Moreno, Herrera, Talavera, Vela.";
        let declared = |language: &str| Article { language: Some(language.into()), ..Article::default() };
        assert_eq!(flags_of(declared("en"), table).0, [Flag::TooShort], "a table in English");
        assert_eq!(flags_of(declared("en"), german).0, [Flag::NotEnglish], "declared wrongly");
        assert_eq!(flags_of(declared("nb"), "Fergen er tilbake.").0, [Flag::TooShort, Flag::NotEnglish]);
        assert_eq!(flags("", "Κ Λ").0, [Flag::TooShort, Flag::NotEnglish]);
    }
}
