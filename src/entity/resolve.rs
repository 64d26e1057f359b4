//! Who is who: the names of an article put together into entities.

use crate::doc::{Doc, Entity, EntityType, Mention, MentionKind, Upos};
use rustc_hash::FxHashMap;

/// Names that mean the same in any article, lower case.
const SAME: &[&[&str]] = &[
    &["united states", "us", "u.s.", "usa", "u.s.a.", "america", "united states of america"],
    &["united kingdom", "uk", "u.k.", "britain", "great britain"],
    &["european union", "eu", "e.u."],
    &["united nations", "un", "u.n."],
    &["nato", "north atlantic treaty organization"],
    &["kremlin", "the kremlin"],
];

/// Makes the types of equal names agree, and marks names where they were passed over: those that the article has elsewhere,
/// and those that mean one thing in any article (`known`).
pub fn harmonise(doc: &mut Doc, known: &[(String, EntityType)]) {
    // A ticker in brackets is no name.
    let text = std::mem::take(&mut doc.text);
    doc.mentions.retain(|m| !is_ticker(m.span.of(&text)));
    doc.text = text;
    // What the article as a whole says of a name: the sum of confidences a type, in order of first sight.
    let mut votes: FxHashMap<String, Vec<(EntityType, f32)>> = FxHashMap::default();
    for mention in &doc.mentions {
        let types = votes.entry(mention.span.of(&doc.text).to_string()).or_default();
        match types.iter_mut().find(|(t, _)| *t == mention.etype) {
            Some((_, sum)) => *sum += mention.confidence,
            None => types.push((mention.etype, mention.confidence)),
        }
    }
    // A surname alone is the person whose full name the article gives.
    let surnames: Vec<String> = doc
        .mentions
        .iter()
        .filter(|m| m.etype == EntityType::Person && m.last - m.first > 1)
        .map(|m| doc.token(m.last as usize - 1).to_string())
        .collect();
    for mention in &mut doc.mentions {
        let surface = mention.span.of(&doc.text);
        if mention.last - mention.first == 1 && surnames.iter().any(|s| s == surface) {
            mention.etype = EntityType::Person;
        } else if let Some(types) = votes.get(surface) {
            let best = types.iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).map_or(mention.etype, |b| b.0);
            mention.etype = best;
        }
    }
    mark_again(doc, &votes, known);
}

/// `AAPL.O`: capitals, a stop, one to three more.
pub fn is_ticker(word: &str) -> bool {
    let letters =
        |s: &str, n| (1..=n).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    word.split_once('.').is_some_and(|(symbol, market)| symbol.len() > 1 && letters(symbol, 6) && letters(market, 3))
}

/// Marks unmarked tokens that spell a name the article has elsewhere.
fn mark_again(doc: &mut Doc, votes: &FxHashMap<String, Vec<(EntityType, f32)>>, always: &[(String, EntityType)]) {
    let mut taken = vec![false; doc.tokens.len()];
    // Names by their first token, the longest first.
    let mut known: FxHashMap<&str, Vec<(usize, EntityType, &str)>> = FxHashMap::default();
    let mut surfaces: Vec<(&str, EntityType, usize)> = Vec::new();
    for mention in &doc.mentions {
        taken[mention.first as usize..mention.last as usize].fill(true);
        let surface = mention.span.of(&doc.text);
        let sure =
            votes.get(surface).is_some_and(|types| types.iter().any(|(t, sum)| *t == mention.etype && *sum > 0.7));
        if sure && surface.chars().any(char::is_uppercase) && surface.len() > 2 {
            surfaces.push((surface, mention.etype, (mention.last - mention.first) as usize));
        }
    }
    surfaces.extend(always.iter().map(|(surface, etype)| (surface.as_str(), *etype, 1)));
    surfaces.sort_unstable();
    surfaces.dedup();
    for (surface, etype, length) in surfaces {
        let first = surface.split(|c: char| !c.is_alphanumeric()).next().unwrap_or(surface);
        known.entry(first).or_default().push((length, etype, surface));
    }
    let mut found = Vec::new();
    for (s, sentence) in doc.sentences.iter().enumerate() {
        for i in sentence.tokens() {
            let Some(names) = known.get(doc.token(i)).filter(|_| !taken[i]) else { continue };
            // At the start of a sentence a capital proves nothing: the tag must say that it is a name.
            if i == sentence.first as usize && doc.upos[i] != Upos::Propn {
                continue;
            }
            let fits = |&&(length, _, surface): &&(usize, EntityType, &str)| {
                let end = i + length;
                end <= sentence.last as usize
                    && !taken[i..end].contains(&true)
                    && doc.span_of(i..end).of(&doc.text) == surface
            };
            if let Some(&(length, etype, _)) = names.iter().filter(fits).max_by_key(|n| n.0) {
                taken[i..i + length].fill(true);
                found.push(Mention {
                    span: doc.span_of(i..i + length),
                    first: i as u32,
                    last: (i + length) as u32,
                    sentence: s as u32,
                    etype,
                    kind: MentionKind::Name,
                    entity: None,
                    role: None,
                    confidence: 0.7,
                });
            }
        }
    }
    doc.mentions.extend(found);
    doc.mentions.sort_by_key(|m| m.first);
}

/// Fills `entities` and points every name at its own; the longest names come first, so that short forms find them.
pub fn resolve(doc: &mut Doc) {
    let mut order: Vec<usize> =
        (0..doc.mentions.len()).filter(|&m| doc.mentions[m].kind == MentionKind::Name).collect();
    order.sort_by_key(|&m| (std::cmp::Reverse(doc.mentions[m].last - doc.mentions[m].first), m));
    let mut keys: Vec<Vec<String>> = Vec::new();
    // Where each entity was mentioned, to tell which of two namesakes is nearer.
    let mut places: Vec<Vec<u32>> = Vec::new();
    for m in order {
        let (etype, first) = (doc.mentions[m].etype, doc.mentions[m].first);
        let name = doc.mentions[m].span.of(&doc.text).to_string();
        let key: Vec<String> = words(&name);
        let candidates = (0..keys.len()).filter(|&e| same(etype, &key, &name, &doc.entities[e], &keys[e]));
        let distance = |e: &usize| {
            let before = places[*e].iter().filter(|&&p| p <= first).map(|p| first - p).min();
            (before.is_none(), before.unwrap_or(u32::MAX))
        };
        let entity = candidates.min_by_key(distance).unwrap_or_else(|| {
            doc.entities.push(Entity {
                name: name.clone(),
                etype,
                aliases: Vec::new(),
                country: None,
                sector: None,
                role: None,
                ticker: None,
                mentions: 0,
            });
            keys.push(key);
            places.push(Vec::new());
            keys.len() - 1
        });
        let known = &mut doc.entities[entity];
        known.mentions += 1;
        if name != known.name && !known.aliases.contains(&name) {
            known.aliases.push(name);
        }
        places[entity].push(first);
        doc.mentions[m].entity = Some(entity as u32);
    }
    in_order_of_text(doc);
}

/// Numbers entities by their first mention: the order of the text, not of their names' lengths.
fn in_order_of_text(doc: &mut Doc) {
    let mut number = vec![u32::MAX; doc.entities.len()];
    let mut next = 0;
    for mention in &mut doc.mentions {
        if let Some(entity) = &mut mention.entity {
            let new = &mut number[*entity as usize];
            if *new == u32::MAX {
                (*new, next) = (next, next + 1);
            }
            *entity = *new;
        }
    }
    let mut entities: Vec<(u32, Entity)> = number.into_iter().zip(doc.entities.drain(..)).collect();
    entities.sort_by_key(|e| e.0);
    doc.entities.extend(entities.into_iter().map(|e| e.1));
}

fn words(name: &str) -> Vec<String> {
    name.split(|c: char| c.is_whitespace() || c == '-').filter(|w| !w.is_empty()).map(str::to_lowercase).collect()
}

/// Whether a name means an entity that is already known by an equal or longer one.
fn same(etype: EntityType, key: &[String], name: &str, entity: &Entity, known: &[String]) -> bool {
    use EntityType::{Fac, Gpe, Loc, Org, Person, Product};
    let place = |t| matches!(t, Gpe | Loc | Fac);
    if etype != entity.etype && !(place(etype) && place(entity.etype)) {
        return false;
    }
    if key == known {
        return true;
    }
    let (lower, known_lower) = (key.join(" "), known.join(" "));
    if SAME.iter().any(|group| group.contains(&lower.as_str()) && group.contains(&known_lower.as_str())) {
        return true;
    }
    match etype {
        // The surname, or a longer name with a middle name left out; a given name alone only where it is all there is.
        Person => match (key, known) {
            ([one], [.., last]) => one == last || (known.len() > 1 && *one == known[0] && one.len() > 3),
            ([first, .., last], [known_first, .., known_last]) => last == known_last && first == known_first,
            _ => false,
        },
        Org => {
            let initials: String =
                known.iter().filter(|w| !SMALL.contains(&w.as_str())).filter_map(|w| w.chars().next()).collect();
            let letters: String = lower.chars().filter(|c| c.is_alphanumeric()).collect();
            let acronym = known.len() > 1 && name.chars().all(|c| !c.is_lowercase()) && letters == initials;
            let begins =
                known.len() > key.len() && known[..key.len()] == *key && FORMS.contains(&known[key.len()].as_str());
            acronym || begins
        }
        // "iPhones" and "iPhone": the longer comes second in order only by its letters.
        Product => lower.strip_suffix('s') == Some(&known_lower) || known_lower.strip_suffix('s') == Some(&lower),
        _ => false,
    }
}

/// Words that give no letter to an acronym.
const SMALL: [&str; 8] = ["of", "the", "and", "for", "in", "on", "to", "&"];
/// Words that a company's name is used without.
const FORMS: [&str; 13] =
    ["inc", "inc.", "corp", "corp.", "ltd", "ltd.", "plc", "group", "company", "co", "co.", "party", "newspaper"];

#[cfg(test)]
mod tests {
    use super::*;

    fn entity(name: &str, etype: EntityType) -> (Entity, Vec<String>) {
        let (aliases, country, sector, role, ticker) = (vec![], None, None, None, None);
        (Entity { name: name.into(), etype, aliases, country, sector, role, ticker, mentions: 1 }, words(name))
    }

    #[test]
    fn short_forms_find_their_full_name() {
        use EntityType::{Gpe, Org, Person};
        for (full, short, etype, want) in [
            ("Amina Okoye", "Okoye", Person, true),
            ("Amina T. Okoye", "Amina Okoye", Person, true),
            ("Amina Okoye", "Chidi Okoye", Person, false),
            ("Food and Agriculture Organization", "FAO", Org, true),
            ("Velta Inc", "Velta", Org, true),
            ("Bank of Velta", "Bank", Org, false),
            ("United States", "U.S.", Gpe, true),
        ] {
            let (known, key) = entity(full, etype);
            assert_eq!(same(etype, &words(short), short, &known, &key), want, "{short} for {full}");
        }
    }
}
