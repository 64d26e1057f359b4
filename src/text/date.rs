//! Publication dates as dumps write them.

use super::string_enum;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::Offset;

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
    /// The day, in UTC.
    pub fn date(self) -> Date {
        Offset::UTC.to_datetime(Timestamp::from_second(self.seconds).unwrap_or_default()).date()
    }

    fn of_time(time: DateTime, precision: PublishedPrecision) -> Option<Self> {
        Some(Published { seconds: Offset::UTC.to_timestamp(time).ok()?.as_second(), precision })
    }
}

/// Reads a publication date; `None` where there is none, which dumps also write as `None`, `null` or `NaT`.
///
/// A time without a zone is taken as UTC. A year or month alone is no date of publication.
pub fn parse_published(text: &str) -> Option<Published> {
    use PublishedPrecision::{Day, Minute, Second};
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            8 => Published::of_time(strtime::parse("%Y%m%d", text).ok()?.to_date().ok()?.at(0, 0, 0, 0), Day),
            10 => Some(Published { seconds: text.parse().ok()?, precision: Second }),
            13 => Some(Published { seconds: text.parse::<i64>().ok()? / 1000, precision: Second }),
            14 => Published::of_time(strtime::parse("%Y%m%d%H%M%S", text).ok()?.to_datetime().ok()?, Second),
            _ => None,
        };
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(Published { seconds: time.as_second(), precision: Second });
    }
    if let Ok(time) = rfc2822::parse(text) {
        return Some(Published { seconds: time.timestamp().as_second(), precision: Second });
    }
    let text = text.replace(" | ", " ").replace(" at ", " ").replace(['.', '\u{a0}'], " ").replace("Sept ", "Sep ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.trim_end_matches(" UTC").trim_end_matches(" GMT").trim_end_matches(" EDT").trim_end_matches(" EST");
    // A weekday says nothing that the date does not.
    let text = match text.split_once(", ") {
        Some((day, rest)) if day.ends_with("day") || day.len() == 3 => rest,
        _ => text,
    };
    if text.len() == 10
        && let Ok(date) = text.replace('/', "-").parse::<Date>()
    {
        return Published::of_time(date.at(0, 0, 0, 0), Day);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        let precision = if text.bytes().filter(|&b| b == b':').count() > 1 { Second } else { Minute };
        return Published::of_time(time, precision);
    }
    for day in ["%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y", "%Y/%m/%d", "%d-%b-%Y"] {
        if let Ok(found) = strtime::parse(day, text) {
            return Published::of_time(found.to_date().ok()?.at(0, 0, 0, 0), Day);
        }
        for (clock, precision) in [("%H:%M:%S", Second), ("%H:%M", Minute), ("%I:%M %p", Minute), ("%I:%M%p", Minute)] {
            if let Ok(found) = strtime::parse(format!("{day} {clock}"), text) {
                return Published::of_time(found.to_datetime().ok()?, precision);
            }
        }
    }
    None
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
            ("20240506", "2024-05-06T00:00:00Z day"),
            ("1714979289", "2024-05-06T07:08:09Z second"),
        ] {
            let found = parse_published(text).unwrap_or_else(|| panic!("{text} is a date"));
            assert_eq!(
                format!("{} {}", Timestamp::from_second(found.seconds).unwrap(), found.precision),
                want,
                "{text}"
            );
        }
        for text in ["", "None", "null", "2024", "yesterday", "05/06/2024", "99999999"] {
            assert_eq!(parse_published(text), None, "{text}");
        }
    }
}
