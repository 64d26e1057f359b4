//! Publication dates as dumps write them.

use super::string_enum;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// When an article was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub seconds: i64,
    /// How much of it the input gives.
    pub precision: PublishedPrecision,
}

string_enum! {
    /// Precision of a publication date (`articles.published_precision`); `none` is the absence of a [`Published`].
    PublishedPrecision { Second = "second", Minute = "minute", Day = "day" }
}

impl Published {
    /// The day, in UTC; it prints as `YYYY-MM-DD`.
    pub fn date(self) -> Date {
        self.time().date()
    }

    /// The time in UTC as RFC 3339 writes it, `2024-05-06T07:08:09Z`.
    pub fn to_rfc3339(self) -> String {
        format!("{}Z", self.time())
    }

    fn time(self) -> DateTime {
        Offset::UTC.to_datetime(Timestamp::from_second(self.seconds).unwrap_or_default())
    }

    fn of_time(time: DateTime, precision: PublishedPrecision) -> Option<Self> {
        Some(Published { seconds: Offset::UTC.to_timestamp(time).ok()?.as_second(), precision })
    }

    fn of_day(day: Date) -> Option<Self> {
        Self::of_time(day.at(0, 0, 0, 0), PublishedPrecision::Day)
    }
}

/// Reads a publication date; `None` where there is none, which dumps also write as `None`, `null` or `NaT`.
///
/// A time without a zone is taken as UTC; where the zone's name is not known, the day alone is kept. A year or month alone
/// is no date of publication, and nobody can tell which number of `05/06/2024` is the day.
pub fn parse_published(text: &str) -> Option<Published> {
    let text = text.trim();
    // Exports of data frames write Unix seconds with a fraction.
    let whole = text.split_once('.').filter(|(_, f)| f.bytes().all(|b| b.is_ascii_digit())).map_or(text, |t| t.0);
    if whole.bytes().all(|b| b.is_ascii_digit()) {
        return digits(whole);
    }
    let mut text = text.replace(['|', ',', '\u{a0}', '\u{202f}'], " ");
    // Wires write the basic form of ISO 8601: `20240506T070809+0200`.
    let compact = text
        .as_bytes()
        .get(..15)
        .is_some_and(|t| t[8] == b'T' && t.iter().enumerate().all(|(n, b)| n == 8 || b.is_ascii_digit()));
    if compact {
        let (day, time, zone) = (&text[..8], &text[9..15], &text[15..]);
        text =
            format!("{}-{}-{} {}:{}:{}{zone}", &day[..4], &day[4..6], &day[6..], &time[..2], &time[2..4], &time[4..]);
    }
    if text.as_bytes().get(10).is_some_and(|t| t.eq_ignore_ascii_case(&b't')) {
        text.replace_range(10..11, " ");
    }
    let words: Vec<&str> = text.split_whitespace().filter(|w| !says_nothing(w)).collect();
    let (day, rest) = match words.first() {
        Some(first) if first.contains(['-', '/', '.']) && first.starts_with(|c: char| c.is_ascii_digit()) => {
            (day_of_one(first)?, &words[1..])
        }
        _ => (day_of_three(words.get(..3)?)?, &words[3..]),
    };
    if rest.is_empty() { Published::of_day(day) } else { clock(day, &rest.concat()) }
}

/// `20240506`, `20240506070809`, and Unix time in seconds or a thousandth, millionth … of them.
fn digits(text: &str) -> Option<Published> {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i8>().ok();
    let day = || Date::new(text[..4].parse().ok()?, number(4..6)?, number(6..8)?).ok();
    match text.len() {
        8 => Published::of_day(day()?),
        14 => {
            let time = Time::new(number(8..10)?, number(10..12)?, number(12..14)?, 0).ok()?;
            Published::of_time(day()?.to_datetime(time), PublishedPrecision::Second)
        }
        // The seconds of any day from 2001 to 2286 have ten digits, those of 1973 to 2001 nine.
        9 | 10 | 13 | 16 | 19 => {
            let seconds = text[..text.len().min(10)].parse().ok()?;
            Some(Published { seconds, precision: PublishedPrecision::Second })
        }
        _ => None,
    }
}

/// Words that add nothing to the date: weekdays, `at`, and a zone's name in brackets.
fn says_nothing(word: &str) -> bool {
    let lower = word.trim_end_matches('.').to_ascii_lowercase();
    let weekday = ["mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"].contains(&&*lower);
    weekday || lower.ends_with("day") || ["at", "on", "of", "-", "–", "—"].contains(&&*lower) || word.starts_with('(')
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The number of a month from its English name or the name's first three or more letters.
pub fn month(word: &str) -> Option<i8> {
    let lower = word.trim_end_matches('.').to_ascii_lowercase();
    let at = MONTHS.iter().position(|m| lower.len() >= 3 && m.starts_with(&*lower))?;
    Some(at as i8 + 1)
}

fn year(word: &str) -> Option<i16> {
    word.parse().ok().filter(|_| word.len() == 4)
}

/// `2024-05-06`, `2024/05/06`, `06-May-2024`, and `20/03/2024` where only one number can be the day.
fn day_of_one(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
    let [a, b, c] = parts[..] else { return None };
    if let Some(year) = year(a) {
        return Date::new(year, b.parse().ok().or_else(|| month(b))?, c.parse().ok()?).ok();
    }
    let (year, a) = (year(c)?, a.parse::<i8>().ok()?);
    let (day, month) = match (month(b), b.parse::<i8>()) {
        (Some(month), _) => (a, month),
        (None, Ok(b)) if a > 12 || a == b => (a, b),
        (None, Ok(b)) if b > 12 => (b, a),
        _ => return None,
    };
    Date::new(year, month, day).ok()
}

/// `May 6 2024`, `6 May 2024`, `2024 May 6`; the day may be written `6th`.
fn day_of_three(words: &[&str]) -> Option<Date> {
    let [a, b, c] = words else { return None };
    let (year, month, day) = if let Some(month) = month(a) {
        (year(c)?, month, b)
    } else if let Some(year) = year(a) {
        (year, month(b)?, c)
    } else {
        (year(c)?, month(b)?, a)
    };
    let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    Date::new(year, month, day).ok()
}

/// Zones by the names that papers write, as POSIX rules.
const ZONES: [(&str, &str); 19] = [
    ("z", "UTC0"),
    ("utc", "UTC0"),
    ("gmt", "UTC0"),
    ("est", "EST5"),
    ("edt", "EDT4"),
    ("et", "EST5EDT,M3.2.0,M11.1.0"),
    ("cst", "CST6"),
    ("cdt", "CDT5"),
    ("ct", "CST6CDT,M3.2.0,M11.1.0"),
    ("mst", "MST7"),
    ("mdt", "MDT6"),
    ("pst", "PST8"),
    ("pdt", "PDT7"),
    ("pt", "PST8PDT,M3.2.0,M11.1.0"),
    ("bst", "BST-1"),
    ("cet", "CET-1"),
    ("cest", "CEST-2"),
    ("msk", "MSK-3"),
    ("jst", "JST-9"),
];

/// `07:08`, `7:08:09.5 pm`, with or without a zone; written without spaces.
fn clock(day: Date, text: &str) -> Option<Published> {
    let lower = text.to_ascii_lowercase();
    let mut rest = &lower[..];
    let mut number = || {
        let len = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
        let (number, after) = rest.split_at(len);
        rest = after.strip_prefix(':').unwrap_or(after);
        number.parse::<i8>().ok()
    };
    let (hour, minute) = (number()?, number()?);
    let (second, precision) = match number() {
        // A leap second is counted as the one before it.
        Some(second) => (second.min(59), PublishedPrecision::Second),
        None => (0, PublishedPrecision::Minute),
    };
    if precision == PublishedPrecision::Second && rest.starts_with('.') {
        rest = rest[1..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let rest = rest.replace('.', "");
    let (hour, zone) = match (rest.strip_prefix("am"), rest.strip_prefix("pm")) {
        (Some(zone), _) => (hour % 12, zone),
        (_, Some(zone)) => (hour % 12 + 12, zone),
        _ => (hour, &rest[..]),
    };
    let time = day.to_datetime(Time::new(hour, minute, second, 0).ok()?);
    let Some(offset) = offset(zone, time) else {
        return if zone.bytes().all(|b| b.is_ascii_alphabetic()) { Published::of_day(day) } else { None };
    };
    Some(Published { seconds: offset.to_timestamp(time).ok()?.as_second(), precision })
}

/// The offset from UTC of `z`, `edt`, `+02:00`, `-0500`, `+02`, `gmt+2` or nothing at `time`.
fn offset(zone: &str, time: DateTime) -> Option<Offset> {
    if zone.is_empty() {
        return Some(Offset::UTC);
    }
    if let Some((_, rule)) = ZONES.iter().find(|(name, _)| *name == zone) {
        let zone = TimeZone::posix(rule).ok()?;
        return Some(zone.to_offset(zone.to_timestamp(time).ok()?));
    }
    let zone = zone.strip_prefix("utc").or_else(|| zone.strip_prefix("gmt")).unwrap_or(zone);
    let (sign, digits) = match zone.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, zone.strip_prefix('-')?),
    };
    let digits = digits.replace(':', "");
    if digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = digits.split_at(if digits.len() > 2 { digits.len() - 2 } else { digits.len() });
    let minutes: i32 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    Offset::from_seconds(sign * (hours.parse::<i32>().ok()? * 3600 + minutes * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_dumps_are_read() {
        for (text, want) in [
            ("2024-05-06", "2024-05-06T00:00:00Z day"),
            ("2024-05-06 | 07:08", "2024-05-06T07:08:00Z minute"),
            ("2024-05-06 07:08:09", "2024-05-06T07:08:09Z second"),
            ("2024-05-06T07:08:09+02:00", "2024-05-06T05:08:09Z second"),
            ("Mon, 06 May 2024 07:08:09 +0000", "2024-05-06T07:08:09Z second"),
            ("May 6, 2024", "2024-05-06T00:00:00Z day"),
            ("Monday, 6 May 2024", "2024-05-06T00:00:00Z day"),
            ("6 May 2024 07:08", "2024-05-06T07:08:00Z minute"),
            ("May 6, 2024 at 7:08 PM", "2024-05-06T19:08:00Z minute"),
            ("Mon, 06 May 2024 07:08 +0200", "2024-05-06T05:08:00Z minute"),
            ("Mon, 6 May 2024", "2024-05-06T00:00:00Z day"),
            ("May 6, 2024 7:08 p.m. EDT", "2024-05-06T23:08:00Z minute"),
            ("May 6, 2024, 7:08am ET", "2024-05-06T11:08:00Z minute"),
            ("Jan. 6th 2024 7:08 ET", "2024-01-06T12:08:00Z minute"),
            ("6 May 2024 23:30 IST", "2024-05-06T00:00:00Z day"),
            ("2024-05-06T07:08Z", "2024-05-06T07:08:00Z minute"),
            ("2024-05-06T07:08:09.123456", "2024-05-06T07:08:09Z second"),
            ("2024-05-06 07:08:09+00:00", "2024-05-06T07:08:09Z second"),
            ("2024-05-06T07:08+0530", "2024-05-06T01:38:00Z minute"),
            ("May 6, 2024 12:05 AM", "2024-05-06T00:05:00Z minute"),
            ("25/03/2024", "2024-03-25T00:00:00Z day"),
            ("03/25/2024 10:00", "2024-03-25T10:00:00Z minute"),
            ("06-May-2024", "2024-05-06T00:00:00Z day"),
            ("20240506", "2024-05-06T00:00:00Z day"),
            ("20240506070809", "2024-05-06T07:08:09Z second"),
            ("20240506T070809+0200", "2024-05-06T05:08:09Z second"),
            ("20240506T070809Z", "2024-05-06T07:08:09Z second"),
            ("1714979289", "2024-05-06T07:08:09Z second"),
            ("1714979289.0", "2024-05-06T07:08:09Z second"),
            ("1714979289123", "2024-05-06T07:08:09Z second"),
            ("894438489", "1998-05-06T07:08:09Z second"),
        ] {
            let found = parse_published(text).unwrap_or_else(|| panic!("{text} is a date"));
            assert_eq!(format!("{} {}", found.to_rfc3339(), found.precision), want, "{text}");
        }
        for text in [
            "",
            "None",
            "null",
            "2024",
            "yesterday",
            "05/06/2024",
            "99999999",
            "12:00 AM",
            "32 May 2024",
            "May 2024",
            "2024-05-06 25:61",
            "2024-05-06 07:08 +999999999",
            "T2024-05-0é",
            "é é é é",
        ] {
            assert_eq!(parse_published(text), None, "{text}");
        }
    }
}
