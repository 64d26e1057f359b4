//! What the text says that someone is: titles before the name, appositions after it, tickers.

use crate::doc::{Deprel, Doc, EntityType, MentionKind, Upos, Zone};
use crate::text::Vocab;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// Longest role, in tokens.
const LONGEST: usize = 14;

/// Fills `role` of person mentions and entities, and `ticker` of organisations.
pub fn fill(doc: &mut Doc, vocab: &Vocab) {
    let mut counts: FxHashMap<(u32, String), (u32, usize)> = FxHashMap::default();
    for m in 0..doc.mentions.len() {
        let mention = &doc.mentions[m];
        if mention.kind != MentionKind::Name {
            continue;
        }
        let (first, last) = (mention.first as usize, mention.last as usize);
        let sentence = doc.sentences[mention.sentence as usize];
        match mention.etype {
            EntityType::Org => {
                if let (Some(ticker), Some(entity)) = (ticker(doc, last, sentence.last as usize), mention.entity) {
                    doc.entities[entity as usize].ticker.get_or_insert(ticker);
                }
            }
            EntityType::Person if sentence.zone != Zone::Title => {
                let range = after(doc, first, last, sentence.last as usize)
                    .or_else(|| before(doc, first, sentence.first as usize, vocab));
                let Some(range) = range else { continue };
                let role = doc.span_of(range).of(&doc.text).to_string();
                if let Some(entity) = mention.entity {
                    let seen = counts.len();
                    counts.entry((entity, role.clone())).or_insert((0, seen)).0 += 1;
                }
                doc.mentions[m].role = Some(role);
            }
            _ => {}
        }
    }
    // The most telling role is the longest of those given most often.
    let mut best: FxHashMap<u32, (u32, usize, std::cmp::Reverse<usize>, String)> = FxHashMap::default();
    for ((entity, role), (n, seen)) in counts {
        let candidate = (n, role.len(), std::cmp::Reverse(seen), role);
        match best.get_mut(&entity) {
            Some(known) if (&candidate.1, &candidate.0, &candidate.2) > (&known.1, &known.0, &known.2) => {
                *known = candidate
            }
            Some(_) => {}
            None => {
                best.insert(entity, candidate);
            }
        }
    }
    for (entity, (.., role)) in best {
        doc.entities[entity as usize].role = Some(role);
    }
}

/// `Foreign Minister`, `Kremlin spokesman`: nouns and names that run up to the name, at least one of them a person's role.
fn before(doc: &Doc, first: usize, start: usize, vocab: &Vocab) -> Option<Range<usize>> {
    let mut from = first;
    while from > start && first - from < LONGEST {
        let i = from - 1;
        let fits = matches!(doc.upos[i], Upos::Noun | Upos::Propn | Upos::Adj) || doc.token(i) == "-";
        if !fits
            || doc
                .mentions
                .iter()
                .any(|m| m.etype == EntityType::Person && (m.first as usize..m.last as usize).contains(&i))
        {
            break;
        }
        from = i;
    }
    while from < first && doc.token(from) == "-" {
        from += 1;
    }
    let names_role = |i: usize| {
        let lower = vocab.word(doc.lowers[i]);
        TITLES.contains(&lower) || doc.upos[i] == Upos::Noun && AGENTS.iter().any(|end| lower.ends_with(end))
    };
    (from < first && names_role(first - 1)).then_some(from..first)
}

/// `, first deputy head of the administration,`: an apposition whose head is a common noun.
fn after(doc: &Doc, first: usize, last: usize, end: usize) -> Option<Range<usize>> {
    if last + 1 >= end || doc.token(last) != "," {
        return None;
    }
    let mut from = last + 1;
    let stops =
        |i: usize| matches!(doc.token(i), "," | "." | ";" | ":" | "(" | ")" | "\"" | "“" | "”" | "-" | "–" | "—");
    let to = (from..end).find(|&i| stops(i)).unwrap_or(end);
    let apposition = (from..to).any(|i| {
        doc.deprels[i] == Deprel::Appos && (first..last).contains(&(doc.heads[i] as usize)) && doc.upos[i] == Upos::Noun
    });
    // Where the parser sees none, a noun for a person by what they do near its beginning tells, if no verb follows.
    let described = (from..to.min(from + 6)).any(|i| {
        let word = doc.token(i);
        doc.upos[i] == Upos::Noun && (TITLES.contains(&word) || AGENTS.iter().any(|end| word.ends_with(end)))
    }) && !(from..to).any(|i| matches!(doc.upos[i], Upos::Verb | Upos::Aux | Upos::Pron));
    if !(apposition || described)
        || to - from > LONGEST
        || matches!(doc.upos[from], Upos::Verb | Upos::Num | Upos::Pron | Upos::Adp)
    {
        return None;
    }
    if doc.upos[from] == Upos::Det {
        from += 1;
    }
    (from < to).then_some(from..to)
}

/// `(AAPL.O)` after a company's name.
fn ticker(doc: &Doc, last: usize, end: usize) -> Option<String> {
    if last + 2 >= end || doc.token(last) != "(" || doc.token(last + 2) != ")" {
        return None;
    }
    let code = doc.token(last + 1);
    super::resolve::is_ticker(code).then(|| code.to_string())
}

/// Words that make a title before a name.
const TITLES: [&str; 40] = [
    "president",
    "minister",
    "secretary",
    "chancellor",
    "premier",
    "senator",
    "sen.",
    "rep.",
    "gov.",
    "governor",
    "mayor",
    "king",
    "queen",
    "prince",
    "princess",
    "general",
    "gen.",
    "colonel",
    "col.",
    "captain",
    "capt.",
    "lt.",
    "sgt.",
    "pope",
    "ayatollah",
    "sheikh",
    "chief",
    "judge",
    "justice",
    "ambassador",
    "speaker",
    "leader",
    "chairman",
    "chairwoman",
    "head",
    "boss",
    "mp",
    "ceo",
    "envoy",
    "lawmaker",
];
/// Endings of common nouns for people by what they do.
const AGENTS: [&str; 14] =
    ["man", "woman", "person", "or", "er", "ist", "ian", "ant", "ent", "ee", "chief", "head", "star", "analyst"];
