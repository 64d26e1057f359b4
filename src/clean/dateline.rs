//! Datelines: `MOSCOW, March 20 (Reuters) -`, `LAGOS (AP) —`, `CAIRO, 27 June 2022:`. They stay in the text; what they say becomes metadata.

use super::furniture::Lexicon;
use crate::doc::Article;
use crate::text::date::month;
use jiff::civil::Date;

const COLON: &str = ": ";
const DASHES: [&str; 6] = [" - ", " – ", " — ", " -- ", " _ ", "—"];

/// What a dateline says.
#[derive(Debug, Default, PartialEq)]
pub struct Dateline<'t> {
    place: Option<&'t str>,
    date: Option<(i8, i8, Option<i16>)>,
    agency: Option<&'t str>,
}

/// Reads the dateline that the body begins with, if it does.
pub fn read(body: &str, article: &mut Article, lexicon: &Lexicon) {
    let Some(found) = find(body.lines().next().unwrap_or(""), lexicon) else { return };
    article.dateline_place = found.place.map(String::from);
    article.dateline_date = resolve(found.date, article).map(|d| d.to_string());
    if article.agency.is_none() {
        article.agency = found.agency.map(String::from);
    }
}

/// The dateline that a line begins with, up to a colon or a dash.
pub fn find<'t>(line: &'t str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let head = &line[..line.floor_char_boundary(100)];
    let colon = head.find(COLON).map(|at| (at, COLON));
    let dash = DASHES.iter().filter_map(|d| Some((head.find(d)?, *d))).min();
    [colon, dash].into_iter().flatten().find_map(|(at, mark)| before(&head[..at], mark, lexicon))
}

/// The dateline that stands before a mark.
fn before<'t>(head: &'t str, mark: &str, lexicon: &Lexicon) -> Option<Dateline<'t>> {
    let (head, agency) = match head.trim().strip_suffix(')').and_then(|h| h.rsplit_once('(')) {
        Some((head, agency)) => (head.trim(), Some(agency.trim())),
        None => (head.trim(), None),
    };
    let wire = agency.is_some_and(|a| lexicon.is_agency(a));
    let outlet = |a: &str| a.starts_with(char::is_uppercase) && a.split_whitespace().count() < 4;
    if agency.is_some_and(|a| !wire && !outlet(a)) {
        return None;
    }
    let mut dateline = Dateline { agency, ..Dateline::default() };
    let mut parts = head.split(',').flat_map(|p| p.split(" - ")).map(str::trim).filter(|p| !p.is_empty()).peekable();
    // Company news has a date and a wire and no place.
    if parts.peek().is_some_and(|p| date(p).is_none()) {
        dateline.place = parts.next();
    }
    for part in parts {
        match (date(part), &mut dateline.date, part.parse::<i16>()) {
            (found @ Some(_), none @ None, _) => *none = found,
            (None, Some((_, _, year @ None)), Ok(number)) if part.len() == 4 => *year = Some(number),
            // State or country.
            (None, None, _) if part.starts_with(char::is_uppercase) && part.split_whitespace().count() < 4 => {}
            _ => return None,
        }
    }
    let Some(place) = dateline.place else { return (wire || dateline.date.is_some()).then_some(dateline) };
    let short = place.split_whitespace().count() < 5 && place.chars().any(char::is_alphabetic);
    let capitals = !place.chars().any(char::is_lowercase);
    let only = head == place && agency.is_none();
    let fits = match () {
        // "WASHINGTON — The": the dash of a sentence hardly follows one word in capitals.
        // A colon follows many a word in capitals.
        () if mark == COLON => capitals && (wire || dateline.date.is_some()),
        () if only => capitals && mark.contains(['—', '–']) && place.split(' ').all(|w| w.len() > 2),
        () => wire || capitals && (mark != "—" || agency.is_some()),
    };
    (fits && short && !lexicon.no_places.iter().any(|w| w == place)).then_some(dateline)
}

/// `March 20`, `Sept. 4`, `4 September`, `4 September 2023`: month, day and year, where it is there.
fn date(text: &str) -> Option<(i8, i8, Option<i16>)> {
    let mut words = text.split(' ');
    let (a, b, year) = (words.next()?, words.next()?, words.next());
    let (month, day) = month(a).map(|m| (m, b)).or_else(|| month(b).map(|m| (m, a)))?;
    let year = match year {
        Some(year) => Some(year.parse().ok().filter(|_| year.len() == 4)?),
        None => None,
    };
    let day = day.parse().ok().filter(|d| (1..=31).contains(d))?;
    words.next().is_none().then_some((month, day, year))
}

/// The day of the year that the dateline names, or of the year that puts it next to the publication.
fn resolve(date: Option<(i8, i8, Option<i16>)>, article: &Article) -> Option<Date> {
    let (month, day, year) = date?;
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let published = article.published?.date();
    [0, -1, 1]
        .into_iter()
        .filter_map(|years| Date::new(published.year() + years, month, day).ok())
        .min_by_key(|d| d.duration_since(published).as_hours().abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelSource;

    #[test]
    fn datelines_are_told_from_sentences() {
        let lexicon = Lexicon::load(&ModelSource::Embedded).unwrap();
        let show = |line: &str| find(line, &lexicon).map(|d| format!("{:?} {:?} {:?}", d.place, d.date, d.agency));
        for (line, want) in [
            ("VELTA, March 20 (Reuters) - The port", r#"Some("VELTA") Some((3, 20, None)) Some("Reuters")"#),
            ("VELTA (AP) — The port", r#"Some("VELTA") None Some("AP")"#),
            ("VELTA, Ostland (AP) — The port", r#"Some("VELTA") None Some("AP")"#),
            ("Velta, 4 Sept. 2023 (Xinhua) -- The port", r#"Some("Velta") Some((9, 4, Some(2023))) Some("Xinhua")"#),
            ("NEW VELTA/OSTPORT (Kestrel) - The port", r#"Some("NEW VELTA/OSTPORT") None Some("Kestrel")"#),
            ("VELTA — The port", r#"Some("VELTA") None None"#),
            ("March 20 (Reuters) - Velta Corp", r#"None Some((3, 20, None)) Some("Reuters")"#),
            ("(Reuters) - Velta Corp", r#"None None Some("Reuters")"#),
            ("VELTA, July 25 (Reuters): The port", r#"Some("VELTA") Some((7, 25, None)) Some("Reuters")"#),
            ("VELTA, Mar 03: The port", r#"Some("VELTA") Some((3, 3, None)) None"#),
            ("NEW VELTA - 27 June 2022: The port", r#"Some("NEW VELTA") Some((6, 27, Some(2022))) None"#),
        ] {
            let line = line.replace("Sept. 2023", "Sept, 2023");
            assert_eq!(show(&line).as_deref(), Some(want), "{line}");
        }
        for line in [
            "BREAKING — The port",
            "EDITOR: The port",
            "Port on fire, March 20: what we know",
            "The port — once the largest — reopened",
            "NATO (a military alliance of 30 states) - said",
            "A man (Reuters has not named him) - said",
            "Velta, the port (Ostland) - said",
            "USA - The port",
            "PLAN A — it was called",
            "No dash at all",
            "",
        ] {
            assert_eq!(show(line), None, "{line}");
        }
    }
}
