//! Values by rule: dates, times, amounts of money, percentages, quantities, ordinals and numbers.
//!
//! Every word type has a [`Kind`], looked up once a worker; a value begins where a kind can begin one, and the readers below
//! take as many tokens as belong to it. The span of a date is what a calendar can resolve ("last Monday", "March 20",
//! "early 2014", "two days ago"), without the preposition before it.

mod dates;
mod kinds;

use crate::doc::{Doc, EntityType, Mention, MentionKind, Xpos};
use crate::text::Vocab;
use kinds::{Kind, kind_of};

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
