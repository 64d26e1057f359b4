//! What each word can be within a value.

/// What a word can be within a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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

/// The kind of a word in lower case.
pub(super) fn kind_of(word: &str) -> Kind {
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
