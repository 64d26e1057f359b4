//! When an act happened: the date in its clause, resolved against the day of publication.

use super::scene::Scene;
use crate::doc::{DatePrecision, Deprel, EntityType, EventDate, MentionKind, Modality};
use crate::text::date::month;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// Steps from a date up through the dependencies to the act it belongs to.
const STEPS: usize = 2;

/// The date that hangs on the act at `i`; `None` where the text gives none that a calendar can resolve.
pub fn date(scene: &Scene<'_>, i: usize, modality: Modality, published: Date) -> Option<EventDate> {
    let doc = scene.doc;
    let sentence = doc.sentences[scene.sentence(i)];
    let first = doc.mentions.partition_point(|m| m.first < sentence.first);
    doc.mentions[first..]
        .iter()
        .take_while(|m| m.first < sentence.last)
        .filter(|m| m.kind == MentionKind::Value && m.etype == EntityType::Date)
        .filter(|m| {
            // The token of the date that hangs outside of it.
            let inside = |j: usize| (m.first as usize..m.last as usize).contains(&j);
            let top = (m.first as usize..m.last as usize).find(|&j| !inside(doc.heads[j] as usize));
            let mut at = top.unwrap_or(m.first as usize);
            // "the 2024 election" dates the election, not the act.
            let part = matches!(doc.deprels[at], Deprel::Compound | Deprel::Nummod | Deprel::Amod | Deprel::NmodPoss);
            !part
                && (0..STEPS).any(|_| {
                    at = doc.heads[at] as usize;
                    at == i
                })
        })
        .find_map(|m| resolve(m.span.of(&doc.text), modality != Modality::Actual, published))
}

/// Resolves the words of a date; `ahead` where the act is still to come.
fn resolve(text: &str, ahead: bool, published: Date) -> Option<EventDate> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !matches!(*w, "" | "the" | "of" | "on" | "in"))
        .collect();
    let number = |w: &str| w.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']).parse::<i16>().ok();
    let year = words.iter().find_map(|w| w.parse::<i16>().ok().filter(|y| (1900..2100).contains(y) && w.len() == 4));
    let has = |w: &str| words.contains(&w);
    let day = |date: Date| Some(EventDate { date: date.to_string(), precision: DatePrecision::Day });
    if let Some(m) = words.iter().find_map(|w| month(w)) {
        let of_month = words.iter().filter_map(|w| number(w)).find(|d| (1..=31).contains(d));
        // Without a year the nearest one: behind the publication, or before it where the act is to come.
        let year = year.unwrap_or_else(|| {
            let later = m > published.month() || m == published.month() && of_month > Some(published.day().into());
            published.year() + i16::from(ahead && m < published.month()) - i16::from(!ahead && later)
        });
        return match of_month {
            Some(d) => day(Date::new(year, m, d as i8).ok()?),
            None => Some(EventDate { date: format!("{year:04}-{m:02}"), precision: DatePrecision::Month }),
        };
    }
    if let Some(year) = year {
        return (words.len() == 1).then(|| EventDate { date: format!("{year:04}"), precision: DatePrecision::Year });
    }
    let last = has("last") || has("previous") || has("past");
    let next = has("next") || has("coming") || ahead;
    if let Some(weekday) = words.iter().find_map(|w| weekday(w)) {
        let back = (published.weekday().to_monday_zero_offset() - weekday.to_monday_zero_offset()).rem_euclid(7);
        let days = if next && !last { if back == 0 { 0 } else { 7 - back } } else { -back };
        return day(published.checked_add(i64::from(days).days()).ok()?);
    }
    match words[..] {
        ["today" | "tonight"] | ["this", "morning" | "afternoon" | "evening"] => day(published),
        ["yesterday"] | ["last", "night"] => day(published.checked_sub(1.day()).ok()?),
        ["tomorrow"] => day(published.checked_add(1.day()).ok()?),
        [which @ ("last" | "this" | "next"), period] => {
            let by = match which {
                "last" => -1i64,
                "next" => 1,
                _ => 0,
            };
            match period {
                "week" => {
                    let date = published.checked_add(by.weeks()).ok()?.iso_week_date();
                    let date = format!("{:04}-W{:02}", date.year(), date.week());
                    Some(EventDate { date, precision: DatePrecision::Week })
                }
                "month" => {
                    let date = published.checked_add(by.months()).ok()?;
                    let date = format!("{:04}-{:02}", date.year(), date.month());
                    Some(EventDate { date, precision: DatePrecision::Month })
                }
                "year" => {
                    let date = format!("{:04}", i64::from(published.year()) + by);
                    Some(EventDate { date, precision: DatePrecision::Year })
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.get(..3)? {
        "mon" if word.ends_with("day") => Weekday::Monday,
        "tue" if word.ends_with("day") => Weekday::Tuesday,
        "wed" if word.ends_with("day") => Weekday::Wednesday,
        "thu" if word.ends_with("day") => Weekday::Thursday,
        "fri" if word.ends_with("day") => Weekday::Friday,
        "sat" if word.ends_with("day") => Weekday::Saturday,
        "sun" if word.ends_with("day") => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_resolved_against_the_day_of_publication() {
        // A Wednesday.
        let published = jiff::civil::date(2024, 5, 15);
        for (text, ahead, wanted) in [
            ("Monday", false, "2024-05-13"),
            ("Monday", true, "2024-05-20"),
            ("Wednesday", false, "2024-05-15"),
            ("last Thursday", false, "2024-05-09"),
            ("yesterday", false, "2024-05-14"),
            ("March 3", false, "2024-03-03"),
            ("3 March", false, "2024-03-03"),
            ("December 12", false, "2023-12-12"),
            ("June 1st", true, "2024-06-01"),
            ("February 2", true, "2025-02-02"),
            ("March 2021", false, "2021-03"),
            ("2019", false, "2019"),
            ("last week", false, "2024-W19"),
            ("next month", true, "2024-06"),
            ("last year", false, "2023"),
        ] {
            let found = resolve(text, ahead, published).map(|d| d.date);
            assert_eq!(found.as_deref(), Some(wanted), "{text}");
        }
        for text in ["recent years", "the 1990s", "February 31", "two decades"] {
            assert_eq!(resolve(text, false, published), None, "{text}");
        }
    }
}
