//! Dates and times of day.

use super::Reader;
use super::kinds::Kind;
use crate::doc::Xpos;

const SEASONS: &[&str] = &["spring", "summer", "autumn", "fall", "winter"];
const BEFORE_MONTH: &[&str] = &[
    "in", "by", "since", "until", "till", "during", "of", "from", "to", "last", "next", "this", "early", "late", "mid",
    "and", "through", "before", "after", "between",
];
const BEFORE_YEAR: &[&str] = &[
    "in", "since", "by", "until", "till", "of", "from", "during", "before", "after", "between", "early", "late", "mid",
    "to", "and", "through", "(", "year", "around", "circa",
];

impl Reader<'_> {
    pub(super) fn date(&self, i: usize) -> Option<usize> {
        match self.kind(i) {
            Kind::FullDate | Kind::Decade => Some(i + 1),
            Kind::Day => Some(self.part_of_day(i + 1)),
            Kind::Weekday => self.weekday(i),
            Kind::Month | Kind::DoubtfulMonth => self.month(i),
            Kind::Year => self.year(i),
            Kind::Part => {
                let joined = usize::from(self.is(i + 1, &["-"]));
                let what = i + 1 + joined;
                match self.kind(what) {
                    Kind::Month => self.month(what),
                    Kind::DoubtfulMonth if self.is_capitalised(what) => self.month(what).or(Some(what + 1)),
                    Kind::Year | Kind::Decade | Kind::Weekday => Some(what + 1),
                    Kind::Which if self.kind(what + 1) == Kind::Period => Some(what + 2),
                    _ => None,
                }
            }
            Kind::Which => self.which(i),
            Kind::Ordinal | Kind::FigureOrdinal => self.ordinal_date(i),
            Kind::Figure => self.day_first(i).or_else(|| self.duration(i)),
            Kind::Number | Kind::Scales => self.duration(i),
            // "summer 2014", "summer of 2014".
            Kind::Period if self.is(i, SEASONS) => {
                let year = i + 1 + usize::from(self.is(i + 1, &["of"]));
                (self.kind(year) == Kind::Year).then_some(year + 1)
            }
            _ => None,
        }
    }

    /// What may follow a day: "Monday morning".
    fn part_of_day(&self, end: usize) -> usize {
        end + usize::from(self.kind(end) == Kind::PartOfDay)
    }

    /// "Monday", "Monday, March 20, 2023", "Monday night".
    fn weekday(&self, i: usize) -> Option<usize> {
        if !self.is_capitalised(i) {
            return None;
        }
        let next = i + 1 + usize::from(self.is(i + 1, &[","]));
        if matches!(self.kind(next), Kind::Month | Kind::DoubtfulMonth) && self.is_day(next + 1) {
            return self.month(next);
        }
        if self.is_day(next)
            && matches!(self.kind(next + 1), Kind::Month | Kind::DoubtfulMonth)
            && let Some(end) = self.day_first(next)
        {
            return Some(end);
        }
        Some(self.part_of_day(i + 1))
    }

    /// "20" or "20th".
    fn is_day(&self, i: usize) -> bool {
        match self.kind(i) {
            Kind::Figure => self.lower(i).parse::<u8>().is_ok_and(|n| (1..=31).contains(&n)),
            Kind::FigureOrdinal => true,
            _ => false,
        }
    }

    /// "March", "March 20", "March 20-22", "March 20, 2023", "March 2022".
    fn month(&self, i: usize) -> Option<usize> {
        if !self.is_capitalised(i) {
            return None;
        }
        if self.kind(i + 1) == Kind::Year {
            return Some(i + 2);
        }
        if self.is_day(i + 1) && !(self.kind(i + 2) == Kind::Percent) {
            let mut end = i + 2;
            if self.is(end, &["-", "–", "to", "and"]) && self.is_day(end + 1) && self.kind(end + 2) != Kind::Month {
                end += 2;
            }
            let year = end + usize::from(self.is(end, &[","]));
            return Some(if self.kind(year) == Kind::Year { year + 1 } else { end });
        }
        let of_year = i + 1 + usize::from(self.is(i + 1, &[","])) + usize::from(self.is(i + 1, &["of"]));
        if of_year > i + 1 && self.kind(of_year) == Kind::Year {
            return Some(of_year + 1);
        }
        if self.is(i + 1, &["of"]) && self.kind(i + 2) == Kind::Which && self.is(i + 3, &["year"]) {
            return Some(i + 4);
        }
        // "may" and "march" alone must stand where only a month can.
        let sure = self.kind(i) == Kind::Month
            && (self.lower(i).len() > 4 || self.lower(i) == "june" || self.lower(i) == "july");
        (sure || self.before(i, BEFORE_MONTH)).then_some(i + 1)
    }

    /// "20 March 2023", "20th of March".
    fn day_first(&self, i: usize) -> Option<usize> {
        if !self.is_day(i) {
            return None;
        }
        let month = i + 1 + usize::from(self.is(i + 1, &["of"]));
        let named = matches!(self.kind(month), Kind::Month | Kind::DoubtfulMonth) && self.is_capitalised(month);
        if !named || self.is_day(month + 1) {
            return None;
        }
        let year = month + 1 + usize::from(self.is(month + 1, &[","]));
        Some(if self.kind(year) == Kind::Year { year + 1 } else { month + 1 })
    }

    /// "2014"; not "2000 people".
    fn year(&self, i: usize) -> Option<usize> {
        let number: u32 = self.lower(i).parse().ok()?;
        let told = self.before(i, BEFORE_YEAR);
        if !(1500..=2100).contains(&number) || (number < 1900 && !told) {
            return None;
        }
        let counts = i + 1 < self.end && self.doc.xpos[i + 1] == Xpos::Nns || self.kind(i + 1) != Kind::Other;
        if !told && counts && !self.is(i + 1, &["-", "–"]) && self.kind(i + 1) != Kind::Year {
            return None;
        }
        // "2014-15", "1914-1918".
        let range =
            self.is(i + 1, &["-", "–"]) && self.touches(i + 1) && matches!(self.kind(i + 2), Kind::Year | Kind::Figure);
        Some(if range && self.touches(i + 2) { i + 3 } else { i + 1 })
    }

    /// "last Monday", "next week", "this year", "the past two weeks".
    fn which(&self, i: usize) -> Option<usize> {
        match self.kind(i + 1) {
            Kind::Weekday => Some(self.part_of_day(i + 2)),
            Kind::Month | Kind::DoubtfulMonth if self.is_capitalised(i + 1) => Some(i + 2),
            Kind::Period
                if !self.is(i + 1, &["day", "days"]) || self.is(i, &["next", "following", "previous", "same"]) =>
            {
                Some(i + 2)
            }
            Kind::Number | Kind::Figure | Kind::Scales => {
                let end = self.numbers(i + 1)?;
                (self.kind(end) == Kind::Period).then_some(end + 1)
            }
            Kind::Other if self.is(i + 1, &["few", "several", "couple"]) => {
                let end = i + 2 + usize::from(self.is(i + 2, &["of"]));
                (self.kind(end) == Kind::Period).then_some(end + 1)
            }
            _ => None,
        }
    }

    /// "20th of March", "third quarter of 2014", "first half".
    fn ordinal_date(&self, i: usize) -> Option<usize> {
        if self.kind(i) == Kind::FigureOrdinal
            && let Some(end) = self.day_first(i)
        {
            return Some(end);
        }
        if !self.is(i + 1, &["quarter", "half", "century", "week"]) {
            return None;
        }
        if self.is(i + 1, &["century"]) {
            return Some(i + 2);
        }
        if !self.is(i + 2, &["of"]) {
            return self.is(i + 1, &["quarter"]).then_some(i + 2);
        }
        match self.kind(i + 3) {
            Kind::Year => Some(i + 4),
            Kind::Month | Kind::DoubtfulMonth => self.month(i + 3),
            Kind::Which if self.kind(i + 4) == Kind::Period => Some(i + 5),
            _ => self.is(i + 1, &["quarter"]).then_some(i + 2),
        }
    }

    /// "two days", "10 years ago", "five-year".
    fn duration(&self, i: usize) -> Option<usize> {
        let end = self.numbers(i)?;
        let joined = usize::from(self.is(end, &["-"]) && self.touches(end));
        let period = end + joined + usize::from(self.is(end + joined, &["more", "consecutive", "straight", "full"]));
        if self.kind(period) != Kind::Period {
            return None;
        }
        // An age is no date.
        let old = period + 1 + usize::from(self.is(period + 1, &["-"]));
        if self.is(old, &["old", "olds"]) {
            return None;
        }
        Some(period + 1 + usize::from(self.kind(period + 1) == Kind::Ago))
    }

    pub(super) fn time(&self, i: usize) -> Option<usize> {
        match self.kind(i) {
            Kind::Hour => Some(i + 1),
            Kind::Clock => Some(self.zone(i + 1 + usize::from(self.kind(i + 1) == Kind::Meridian))),
            Kind::Figure | Kind::Number if self.kind(i + 1) == Kind::Meridian => Some(self.zone(i + 2)),
            Kind::Figure | Kind::Number if self.is(i + 1, &["o'clock", "o’clock"]) => Some(i + 2),
            Kind::Year if self.kind(i + 1) == Kind::Zone => Some(i + 2),
            Kind::Which if self.kind(i + 1) == Kind::PartOfDay => Some(i + 2),
            Kind::Figure | Kind::Number | Kind::Scales => {
                let end = self.numbers(i)?;
                let joined = usize::from(self.is(end, &["-"]) && self.touches(end));
                let short = self.kind(end + joined) == Kind::ShortPeriod;
                short.then(|| end + joined + 1 + usize::from(self.kind(end + joined + 1) == Kind::Ago))
            }
            _ => None,
        }
    }

    /// "GMT", "local time".
    fn zone(&self, i: usize) -> usize {
        match self.lower(i) {
            "local" if self.is(i + 1, &["time"]) => i + 2,
            "eastern" | "pacific" | "central" if self.is(i + 1, &["time"]) => i + 2,
            _ => i + usize::from(self.kind(i) == Kind::Zone),
        }
    }
}
