//! Values by rule: dates, times, amounts of money, percentages, quantities, ordinals and numbers.
//!
//! Every word type has a [`Kind`], looked up once a worker; a value begins where a kind can begin one, and the readers below
//! take as many tokens as belong to it. The span of a date is what a calendar can resolve ("last Monday", "March 20",
//! "early 2014", "two days ago"), without the preposition before it.

use crate::doc::{Doc, EntityType, Mention, MentionKind, Xpos};
use crate::text::Vocab;

/// What a word can be within a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Not looked at yet.
    Unknown,
    /// Nothing.
    Other,
    /// "12", "3.2", "1,200", "½".
    Figure,
    /// "1987": a number that may be a year.
    Year,
    /// "1990s", "'90s".
    Decade,
    /// "5:30".
    Clock,
    /// "3.2bn", "420m".
    Amount,
    /// "40km", "5kg".
    Measure,
    /// "20th".
    FigureOrdinal,
    /// "third".
    Ordinal,
    /// "two".
    Number,
    /// "hundred", "million", "dozen".
    Scale,
    /// "hundreds", "dozens".
    Scales,
    /// "20/03/2024", "2024-03-20".
    FullDate,
    /// "january", "sept.".
    Month,
    /// "may", "march": words too.
    DoubtfulMonth,
    /// "monday", "mondays".
    Weekday,
    /// "today", "yesterday".
    Day,
    /// "tonight", "noon", "midnight".
    Hour,
    /// "week", "years", "summer".
    Period,
    /// "hours", "minutes".
    ShortPeriod,
    /// "morning", "night".
    PartOfDay,
    /// "last", "next", "this", "past".
    Which,
    /// "early", "late", "mid".
    Part,
    /// "ago", "earlier", "later".
    Ago,
    /// "a.m.", "pm".
    Meridian,
    /// "gmt", "est".
    Zone,
    /// "percent", "%".
    Percent,
    /// "$", "€", "rs".
    Sign,
    /// "dollars", "yuan".
    Currency,
    /// "km", "tons".
    Unit,
    /// "square", "cubic".
    UnitPrefix,
}

/// What a worker keeps from article to article: the kind of each word, and of each token.
#[derive(Debug, Default)]
pub struct ValueScratch {
    of_words: Vec<Kind>,
    kinds: Vec<Kind>,
    taken: Vec<bool>,
}

impl ValueScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.of_words.clear();
    }
}

/// Adds a mention of kind `value` for every value outside of names; wants tokens, words, tags and names.
pub fn find(doc: &mut Doc, vocab: &Vocab, scratch: &mut ValueScratch) {
    let ValueScratch { of_words, kinds, taken } = scratch;
    of_words.resize(of_words.len().max(vocab.len()), Kind::Unknown);
    kinds.clear();
    kinds.extend(doc.lowers.iter().map(|&lower| {
        let kind = &mut of_words[lower as usize];
        if *kind == Kind::Unknown {
            *kind = kind_of(vocab.word(lower));
        }
        *kind
    }));
    taken.clear();
    taken.resize(doc.tokens.len(), false);
    for mention in doc.mentions.iter().filter(|m| m.kind == MentionKind::Name) {
        taken[mention.first as usize..mention.last as usize].fill(true);
    }
    for (kind, _) in kinds.iter_mut().zip(taken.iter()).filter(|(_, taken)| **taken) {
        *kind = Kind::Other;
    }
    let before = doc.mentions.len();
    for s in 0..doc.sentences.len() {
        let tokens = doc.sentences[s].tokens();
        let mut i = tokens.start;
        while i < tokens.end {
            if kinds[i] == Kind::Other {
                i += 1;
                continue;
            }
            let reader = Reader { doc, vocab, kinds, first: tokens.start, end: tokens.end };
            let Some((end, etype)) = reader.value(i) else {
                i += 1;
                continue;
            };
            doc.mentions.push(Mention {
                span: doc.span_of(i..end),
                first: i as u32,
                last: end as u32,
                sentence: s as u32,
                etype,
                kind: MentionKind::Value,
                entity: None,
                role: None,
                confidence: 0.9,
            });
            i = end;
        }
    }
    if doc.mentions.len() > before {
        doc.mentions.sort_by_key(|m| m.first);
    }
}

/// A sentence as the rules see it. Readers take an index and give the one past what they have read.
struct Reader<'d> {
    doc: &'d Doc,
    vocab: &'d Vocab,
    kinds: &'d [Kind],
    first: usize,
    end: usize,
}

impl Reader<'_> {
    fn kind(&self, i: usize) -> Kind {
        if i < self.end { self.kinds[i] } else { Kind::Other }
    }

    fn lower(&self, i: usize) -> &str {
        if i < self.end { self.vocab.word(self.doc.lowers[i]) } else { "" }
    }

    fn is(&self, i: usize, words: &[&str]) -> bool {
        i < self.end && words.contains(&self.lower(i))
    }

    fn before(&self, i: usize, words: &[&str]) -> bool {
        i > self.first && words.contains(&self.lower(i - 1))
    }

    fn is_capitalised(&self, i: usize) -> bool {
        self.doc.words[i] != self.doc.lowers[i]
    }

    /// Whether nothing stands between a token and the one before it.
    fn touches(&self, i: usize) -> bool {
        i > self.first && i < self.end && self.doc.tokens[i - 1].end == self.doc.tokens[i].start
    }

    /// The value that begins at `i`.
    fn value(&self, i: usize) -> Option<(usize, EntityType)> {
        use EntityType::{Cardinal, Date, Money, Ordinal, Percent, Quantity, Time};
        // "F-16", "Covid-19", "No.1": a number that hangs on a word is part of its name.
        let hangs =
            self.touches(i) && self.is(i - 1, &["-", "–", "/", "."]) && i - 1 > self.first && self.touches(i - 1);
        if hangs && matches!(self.kind(i), Kind::Figure | Kind::Year | Kind::Amount | Kind::Measure) {
            return None;
        }
        None.or_else(|| Some((self.money(i)?, Money)))
            .or_else(|| Some((self.percent(i)?, Percent)))
            .or_else(|| Some((self.date(i)?, Date)))
            .or_else(|| Some((self.time(i)?, Time)))
            .or_else(|| Some((self.quantity(i)?, Quantity)))
            .or_else(|| Some((self.ordinal(i)?, Ordinal)))
            .or_else(|| Some((self.cardinal(i)?, Cardinal)))
    }

    /// "12", "1.5 million", "twenty-five", "two hundred and ten", "a dozen", "tens of thousands".
    fn number(&self, i: usize) -> Option<usize> {
        let mut at = match self.kind(i) {
            Kind::Figure | Kind::Year | Kind::Amount => i + 1,
            Kind::Number => {
                // "twenty-five".
                let joined = self.is(i + 1, &["-"]) && self.touches(i + 1) && self.kind(i + 2) == Kind::Number;
                if joined { i + 3 } else { i + 1 }
            }
            Kind::Scale if self.before(i, &["a", "several", "few", "couple"]) || self.is(i, &["dozen"]) => i + 1,
            Kind::Scales => {
                let mut at = i + 1;
                while self.is(at, &["of"]) && self.kind(at + 1) == Kind::Scales {
                    at += 2;
                }
                return Some(at);
            }
            _ => return None,
        };
        loop {
            let joined = usize::from(self.is(at, &["-"]) && self.touches(at));
            if self.kind(at + joined) == Kind::Scale {
                at += joined + 1;
            } else if self.is(at, &["and"])
                && self.is(at - 1, &["hundred", "thousand"])
                && self.kind(at + 1) == Kind::Number
            {
                at += 2;
            } else if self.kind(at) == Kind::Number && self.kind(at - 1) == Kind::Scale {
                at += 1;
            } else {
                return Some(at);
            }
        }
    }

    /// A number, or two as a range: "12-14", "10 to 15".
    fn numbers(&self, i: usize) -> Option<usize> {
        let end = self.number(i)?;
        let dash = self.is(end, &["-", "–", "—"]) && self.touches(end);
        let range = dash || self.is(end, &["to", "or"]);
        let second = if self.kind(end + 1) == Kind::Sign { end + 2 } else { end + 1 };
        if range { self.number(second).or(Some(end)) } else { Some(end) }
    }

    fn money(&self, i: usize) -> Option<usize> {
        if self.kind(i) == Kind::Sign {
            let sign = if self.kind(i + 1) == Kind::Sign { i + 2 } else { i + 1 };
            let end = self.numbers(sign)?;
            let scale =
                if self.kind(end) == Kind::Unit && self.is(end, &["m"]) && self.touches(end) { end + 1 } else { end };
            return Some(scale);
        }
        let end = self.numbers(i)?;
        let joined = usize::from(self.is(end, &["-"]) && self.touches(end));
        if self.kind(end + joined) == Kind::Currency {
            return Some(end + joined + 1);
        }
        // "1.4 billion U.S. dollars", "61 million Hong Kong dollars".
        (1..=2).find_map(|n| {
            let adjectives = (end..end + n).all(|j| j < self.end && self.is_capitalised(j));
            (adjectives && self.kind(end + n) == Kind::Currency).then_some(end + n + 1)
        })
    }

    fn percent(&self, i: usize) -> Option<usize> {
        let mut end = self.number(i)?;
        if self.kind(end) == Kind::Percent && self.kind(end + 2) == Kind::Percent && self.is(end + 1, &["-", "–", "to"])
        {
            end += 2;
        }
        if self.is(end, &["-", "–", "to", "or"]) {
            let second = self.number(end + 1);
            end = second.filter(|&e| self.percent_word(e).is_some()).unwrap_or(end);
        }
        self.percent_word(end)
    }

    fn percent_word(&self, i: usize) -> Option<usize> {
        match self.lower(i) {
            "per" if self.is(i + 1, &["cent"]) => Some(i + 2),
            "percentage" if self.is(i + 1, &["point", "points"]) => Some(i + 2),
            _ if self.kind(i) == Kind::Percent => Some(i + 1),
            "-" if self.touches(i) && self.kind(i + 1) == Kind::Percent => Some(i + 2),
            _ => None,
        }
    }

    fn date(&self, i: usize) -> Option<usize> {
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

    fn time(&self, i: usize) -> Option<usize> {
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

    fn quantity(&self, i: usize) -> Option<usize> {
        if self.kind(i) == Kind::Measure {
            return Some(i + 1);
        }
        let end = self.numbers(i)?;
        let joined = usize::from(self.is(end, &["-"]) && self.touches(end));
        let unit = end + joined + usize::from(self.kind(end + joined) == Kind::UnitPrefix);
        if self.kind(unit) != Kind::Unit {
            return None;
        }
        let degrees = self.is(unit, &["degrees", "°"]) && self.is(unit + 1, &["celsius", "fahrenheit", "c", "f"]);
        Some(unit + 1 + usize::from(degrees))
    }

    fn ordinal(&self, i: usize) -> Option<usize> {
        let kind = self.kind(i);
        // "second" after "a" or a number is a moment; "first" may be an adverb, which is an ordinal too.
        let is = kind == Kind::FigureOrdinal
            || kind == Kind::Ordinal && !(self.is(i, &["second"]) && self.doc.xpos[i] == Xpos::Nn);
        is.then_some(i + 1)
    }

    fn cardinal(&self, i: usize) -> Option<usize> {
        let end = self.numbers(i)?;
        if self.is(i, &["one"]) && end == i + 1 && self.doc.xpos[i] != Xpos::Cd {
            return None;
        }
        // "20-year-old": an age is left to itself.
        let joined = self.is(end, &["-"]) && self.touches(end);
        if joined && self.kind(end + 1) == Kind::Period {
            return None;
        }
        Some(end)
    }
}

const SEASONS: &[&str] = &["spring", "summer", "autumn", "fall", "winter"];
const BEFORE_MONTH: &[&str] = &[
    "in", "by", "since", "until", "till", "during", "of", "from", "to", "last", "next", "this", "early", "late", "mid",
    "and", "through", "before", "after", "between",
];
const BEFORE_YEAR: &[&str] = &[
    "in", "since", "by", "until", "till", "of", "from", "during", "before", "after", "between", "early", "late", "mid",
    "to", "and", "through", "(", "year", "around", "circa",
];

fn kind_of(word: &str) -> Kind {
    let bytes = word.as_bytes();
    if bytes.first().is_some_and(|b| b.is_ascii_digit())
        || bytes.len() > 1 && matches!(bytes[0], b'.' | b'\'') && bytes[1].is_ascii_digit()
    {
        return figure_kind(word);
    }
    match word {
        "one" | "two" | "three" | "four" | "five" | "six" | "seven" | "eight" | "nine" | "ten" | "eleven"
        | "twelve" | "thirteen" | "fourteen" | "fifteen" | "sixteen" | "seventeen" | "eighteen" | "nineteen"
        | "twenty" | "thirty" | "forty" | "fifty" | "sixty" | "seventy" | "eighty" | "ninety" => Kind::Number,
        "hundred" | "thousand" | "million" | "billion" | "trillion" | "dozen" | "lakh" | "crore" | "bn" | "mn"
        | "tn" => Kind::Scale,
        "tens" | "hundreds" | "thousands" | "millions" | "billions" | "trillions" | "dozens" | "scores" => Kind::Scales,
        "first" | "second" | "third" | "fourth" | "fifth" | "sixth" | "seventh" | "eighth" | "ninth" | "tenth"
        | "eleventh" | "twelfth" | "thirteenth" | "fourteenth" | "fifteenth" | "twentieth" => Kind::Ordinal,
        "january" | "february" | "april" | "june" | "july" | "august" | "september" | "october" | "november"
        | "december" | "jan." | "feb." | "apr." | "jun." | "jul." | "aug." | "sept." | "sep." | "oct." | "nov."
        | "dec." | "jan" | "feb" | "aug" | "sept" | "oct" | "nov" | "dec" => Kind::Month,
        "may" | "march" | "mar." => Kind::DoubtfulMonth,
        "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday" | "mondays" | "tuesdays"
        | "wednesdays" | "thursdays" | "fridays" | "saturdays" | "sundays" => Kind::Weekday,
        "today" | "yesterday" | "tomorrow" => Kind::Day,
        "tonight" | "noon" | "midnight" | "midday" => Kind::Hour,
        "day" | "days" | "week" | "weeks" | "month" | "months" | "year" | "years" | "decade" | "decades"
        | "century" | "centuries" | "weekend" | "weekends" | "fortnight" | "quarter" | "quarters" | "spring"
        | "summer" | "autumn" | "winter" => Kind::Period,
        "hour" | "hours" | "minute" | "minutes" | "seconds" => Kind::ShortPeriod,
        "morning" | "afternoon" | "evening" | "night" => Kind::PartOfDay,
        "last" | "next" | "this" | "past" | "previous" | "coming" | "following" | "same" => Kind::Which,
        "early" | "late" | "mid" => Kind::Part,
        "ago" | "earlier" | "later" => Kind::Ago,
        "a.m." | "p.m." | "am" | "pm" | "a.m" | "p.m" => Kind::Meridian,
        "gmt" | "utc" | "est" | "edt" | "et" | "pst" | "pdt" | "cet" | "bst" | "ist" => Kind::Zone,
        "percent" | "%" | "pct" | "pc" => Kind::Percent,
        "$" | "€" | "£" | "¥" | "₹" | "us$" | "a$" | "c$" | "hk$" | "s$" | "nz$" | "r$" | "usd" | "eur" | "gbp"
        | "rs" | "rs." | "tk" | "ksh" | "sh" | "gh¢" | "₦" | "₱" | "₩" | "₽" => Kind::Sign,
        "dollar" | "dollars" | "euro" | "euros" | "pound" | "pounds" | "yen" | "yuan" | "renminbi" | "ruble"
        | "rubles" | "rouble" | "roubles" | "rupee" | "rupees" | "peso" | "pesos" | "franc" | "francs" | "won"
        | "lira" | "liras" | "riyal" | "riyals" | "rial" | "rials" | "shekel" | "shekels" | "dirham" | "dirhams"
        | "dinar" | "dinars" | "naira" | "cedi" | "cedis" | "rand" | "cents" | "pence" | "shilling" | "shillings"
        | "krona" | "kroner" | "baht" | "ringgit" | "rupiah" | "dong" | "taka" | "hryvnia" | "hryvnias" | "tenge"
        | "reais" => Kind::Currency,
        "km" | "kilometer" | "kilometers" | "kilometre" | "kilometres" | "mile" | "miles" | "meter" | "meters"
        | "metre" | "metres" | "cm" | "centimeters" | "centimetres" | "mm" | "millimeters" | "millimetres" | "m"
        | "foot" | "feet" | "ft" | "inch" | "inches" | "yard" | "yards" | "ton" | "tons" | "tonne" | "tonnes"
        | "kg" | "kilogram" | "kilograms" | "kilo" | "kilos" | "gram" | "grams" | "ounce" | "ounces" | "lb" | "lbs"
        | "barrel" | "barrels" | "bpd" | "gallon" | "gallons" | "liter" | "liters" | "litre" | "litres" | "acre"
        | "acres" | "hectare" | "hectares" | "mph" | "kph" | "knots" | "degrees" | "°" | "megawatt" | "megawatts"
        | "gigawatt" | "gigawatts" | "mw" | "gw" | "kilowatt" | "kilowatts" | "kilotons" | "megatons" | "calories"
        | "gigabytes" | "terabytes" | "megabytes" | "gb" | "mb" | "tb" => Kind::Unit,
        "square" | "cubic" | "nautical" | "metric" | "sq" | "sq." => Kind::UnitPrefix,
        "½" | "¼" | "¾" => Kind::Figure,
        "per" | "percentage" => Kind::Other,
        _ => Kind::Other,
    }
}

/// The kind of a word that begins with a figure.
fn figure_kind(word: &str) -> Kind {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let number = |s: &str| {
        s.bytes().any(|b| b.is_ascii_digit()) && s.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    };
    if digits(word) {
        return if word.len() == 4 { Kind::Year } else { Kind::Figure };
    }
    if number(word) {
        return if word.matches('.').count() == 2 && word.len() >= 8 { Kind::FullDate } else { Kind::Figure };
    }
    for separator in ['/', '-'] {
        if word.split(separator).count() == 3 && word.split(separator).all(|p| digits(p) && p.len() <= 4) {
            return Kind::FullDate;
        }
    }
    if let Some((hours, minutes)) = word.split_once(':')
        && digits(hours)
        && hours.len() <= 2
        && digits(minutes)
        && minutes.len() == 2
    {
        return Kind::Clock;
    }
    let at = word.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (amount, suffix) = word.split_at(at);
    match suffix {
        "st" | "nd" | "rd" | "th" if digits(amount) => Kind::FigureOrdinal,
        "s" if digits(amount.trim_start_matches('\'')) => Kind::Decade,
        "m" | "bn" | "mn" | "tn" | "k" | "b" if number(amount) => Kind::Amount,
        "km" | "kg" | "cm" | "mm" | "ft" | "mph" | "kph" | "mw" | "gw" | "gb" | "mb" | "lb" | "lbs"
            if number(amount) =>
        {
            Kind::Measure
        }
        "am" | "pm" | "a.m." | "p.m." if number(amount) => Kind::Clock,
        _ => Kind::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ModelSource, Words};
    use crate::segment::{SegmentScratch, Segmenter};
    use crate::tag::{TagScratch, Tagger};
    use std::sync::Arc;

    /// The values of a text, as `words/TYPE`.
    fn values(text: &str) -> Vec<String> {
        let models = ModelSource::Embedded;
        let words = Arc::new(Words::load(&models).unwrap());
        let (mut doc, mut vocab) = (Doc { text: text.to_string(), ..Doc::default() }, Vocab::default());
        Segmenter::load(&models).unwrap().segment(&mut doc, &mut vocab, &mut SegmentScratch::default());
        Tagger::load(&models, words).unwrap().tag(&mut doc, &mut vocab, &mut TagScratch::default());
        find(&mut doc, &vocab, &mut ValueScratch::default());
        doc.mentions.iter().map(|m| format!("{}/{}", m.span.of(&doc.text), m.etype)).collect()
    }

    #[test]
    fn dates() {
        for (text, want) in [
            ("Velta shut its doors on March 20.", &["March 20/DATE"][..]),
            ("The port closed on Monday night.", &["Monday night/DATE"]),
            ("It reopens on Friday, April 1, 2022, at noon.", &["Friday, April 1, 2022/DATE", "noon/TIME"]),
            ("The deal of 5 May 2019 lapsed last year.", &["5 May 2019/DATE", "last year/DATE"]),
            ("By early 2014 the bridge stood; in March 2022 it fell.", &["early 2014/DATE", "March 2022/DATE"]),
            ("They met two days ago and last Monday.", &["two days ago/DATE", "last Monday/DATE"]),
            ("Prices fell in the third quarter of 2018.", &["third quarter of 2018/DATE"]),
            ("In the 1990s, and from 1914 to 1918, few voted.", &["1990s/DATE", "1914/DATE", "1918/DATE"]),
            ("The mayor may march in May.", &["May/DATE"]),
            ("Over the past two weeks nothing moved.", &["past two weeks/DATE"]),
            ("About 2000 people came.", &["2000/CARDINAL"]),
            ("The 20-year-old left.", &[]),
        ] {
            assert_eq!(values(text), want, "{text}");
        }
    }

    #[test]
    fn times() {
        for (text, want) in [
            ("The train left at 5:30 p.m. local time.", &["5:30 p.m. local time/TIME"][..]),
            ("Polls close at 8 p.m. tonight.", &["8 p.m./TIME", "tonight/TIME"]),
            ("The blackout lasted three hours.", &["three hours/TIME"]),
            ("He spoke this morning.", &["this morning/TIME"]),
        ] {
            assert_eq!(values(text), want, "{text}");
        }
    }

    #[test]
    fn amounts() {
        for (text, want) in [
            ("The plant cost $3.2 million.", &["$3.2 million/MONEY"][..]),
            ("The fine was £420m, or 500 million euros.", &["£420m/MONEY", "500 million euros/MONEY"]),
            ("Aid of 1.4 billion U.S. dollars came.", &["1.4 billion U.S. dollars/MONEY"]),
            ("Exports rose 12 percent, imports 3.5%.", &["12 percent/PERCENT", "3.5%/PERCENT"]),
            ("Some 40 per cent stayed home.", &["40 per cent/PERCENT"]),
            ("The road is 40 km long; the field, 12 square miles.", &["40 km/QUANTITY", "12 square miles/QUANTITY"]),
            ("A 15-mile queue formed.", &["15-mile/QUANTITY"]),
            ("It was the third raid and the 21st arrest.", &["third/ORDINAL", "21st/ORDINAL"]),
            ("Two dozen boats and 1,200 sheep drowned.", &["Two dozen/CARDINAL", "1,200/CARDINAL"]),
            ("Tens of thousands fled; twenty-five died.", &["Tens of thousands/CARDINAL", "twenty-five/CARDINAL"]),
            ("An F-16 flew over Covid-19 wards.", &[]),
        ] {
            assert_eq!(values(text), want, "{text}");
        }
    }
}
