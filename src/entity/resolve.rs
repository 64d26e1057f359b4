//! Who is who: the names of an article put together into entities.

use super::alias::{Fit, Key, acronym, fold};
use super::kb::Kb;
use super::namesakes::Namesakes;
use super::nouns::Nouns;
use crate::doc::{Doc, Entity, EntityType, Mention, MentionKind, Upos, Zone};
use rustc_hash::FxHashMap;

/// What it counts that an acronym stands in brackets beside a name, or a name in the dateline, against confidences of single
/// sights.
const WRITTEN_OUT: f32 = 2.0;

/// Makes the types of equal names agree, and marks names where they were passed over: those that the article has elsewhere,
/// and those that mean one thing in any article (`known`).
pub fn harmonise(doc: &mut Doc, known: &[(String, EntityType)]) {
    // A ticker in brackets is no name.
    let text = std::mem::take(&mut doc.text);
    doc.mentions.retain(|m| !is_ticker(m.span.of(&text)));
    doc.text = text;
    mark_acronyms(doc);
    // What the article as a whole says of a name: the sum of confidences a type, in order of first sight.
    let mut votes: FxHashMap<String, Vec<(EntityType, f32)>> = FxHashMap::default();
    for mention in &doc.mentions {
        let types = votes.entry(mention.span.of(&doc.text).to_string()).or_default();
        match types.iter_mut().find(|(t, _)| *t == mention.etype) {
            Some((_, sum)) => *sum += mention.confidence,
            None => types.push((mention.etype, mention.confidence)),
        }
    }
    // What a dateline names is a place.
    if let Some(place) = &doc.article.dateline_place
        && let Some(types) = votes.get_mut(place)
    {
        types.push((EntityType::Gpe, WRITTEN_OUT));
    }
    // An acronym in brackets is of the type of the name that it is short for.
    for (short, long) in bracketed(doc) {
        let types = votes.entry(doc.mentions[short].span.of(&doc.text).to_string()).or_default();
        let etype = doc.mentions[long].etype;
        match types.iter_mut().find(|(t, _)| *t == etype) {
            Some((_, sum)) => *sum += WRITTEN_OUT,
            None => types.push((etype, WRITTEN_OUT)),
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

/// Marks acronyms in brackets behind the name of an organisation, where the recogniser passed them over.
fn mark_acronyms(doc: &mut Doc) {
    let mut found = Vec::new();
    for (m, mention) in doc.mentions.iter().enumerate().filter(|(_, m)| m.etype == EntityType::Org) {
        let open = mention.last as usize;
        let end = doc.sentences[mention.sentence as usize].last as usize;
        if open + 2 >= end || doc.token(open) != "(" || !matches!(doc.token(open + 2), ")" | ",") {
            continue;
        }
        let marked = doc.mentions.get(m + 1).is_some_and(|next| next.first as usize <= open + 1);
        let name = mention.span.of(&doc.text);
        let fits = acronym(doc.token(open + 1)).is_some_and(|a| {
            let first = a.chars().next();
            name.contains(' ') && name.split([' ', '-']).any(|w| fold(w).chars().next() == first)
        });
        if fits && !marked {
            let (first, last) = (open + 1, open + 2);
            let span = doc.span_of(first..last);
            found.push(Mention { span, first: first as u32, last: last as u32, role: None, ..mention.clone() });
        }
    }
    if !found.is_empty() {
        doc.mentions.extend(found);
        doc.mentions.sort_by_key(|m| m.first);
    }
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
pub fn resolve(doc: &mut Doc, kb: &Kb, nouns: Option<&Nouns>) {
    let mut entities: Vec<Entity> = Vec::new();
    let meant = group(doc, kb, nouns, &mut entities);
    for (m, entity) in meant {
        doc.mentions[m].entity = Some(entity as u32);
    }
    doc.entities = entities;
    in_order_of_text(doc);
}

/// The entity that each name means, and the entities.
fn group(doc: &Doc, kb: &Kb, nouns: Option<&Nouns>, entities: &mut Vec<Entity>) -> Vec<(usize, usize)> {
    let mut order: Vec<usize> =
        (0..doc.mentions.len()).filter(|&m| doc.mentions[m].kind == MentionKind::Name).collect();
    order.sort_by_key(|&m| (std::cmp::Reverse(doc.mentions[m].last - doc.mentions[m].first), m));
    // What stands in brackets behind a name, or before one in brackets, by its words: the mention that is written out.
    let written: FxHashMap<String, usize> =
        bracketed(doc).map(|(short, long)| (doc.mentions[short].span.of(&doc.text).to_string(), long)).collect();
    let mut keys: Vec<Key> = Vec::new();
    // Where each entity was mentioned, to tell which of two namesakes is nearer.
    let mut places: Vec<Vec<u32>> = Vec::new();
    // Equal names need one search, but for surnames, where the nearest bearer counts.
    let mut found: FxHashMap<(String, EntityType), usize> = FxHashMap::default();
    let namesakes = Namesakes::new(doc, kb, nouns);
    let mut meant: Vec<Option<usize>> = vec![None; doc.mentions.len()];
    for m in order {
        let mention = &doc.mentions[m];
        let (etype, first) = (mention.etype, mention.first);
        let name = mention.span.of(&doc.text).to_string();
        let again = found.get(&(name.clone(), etype)).copied();
        let told = written.get(&name).and_then(|&long| meant[long]);
        let entity = again.or(told.filter(|&e| alike(etype, entities[e].etype))).unwrap_or_else(|| {
            let key = Key::new(&name);
            let surname = etype == EntityType::Person && mention.last - first == 1;
            let absent = surname && namesakes.is_absent(doc, mention);
            // What is known by this very name is not something else in short: "Ohio" is not the "Ohio River".
            let mut own: Option<bool> = None;
            let mut fit = |e: usize| {
                let fits = alike(etype, entities[e].etype).then(|| key.fits(etype, &keys[e])).flatten()?;
                if fits > Fit::Whole {
                    let part = match etype {
                        EntityType::Person => absent,
                        EntityType::Org if fits == Fit::Usual => false,
                        _ => *own.get_or_insert_with(|| kb.has(&name, etype)),
                    };
                    if part {
                        return None;
                    }
                } else if etype == EntityType::Org && key.is_acronym() && name != entities[e].name {
                    // An acronym that all the world knows is short for nothing else: "EU" not for "Emerson University".
                    if kb.contradicts(&name, &entities[e].name, etype) {
                        return None;
                    }
                }
                let before = places[e].iter().filter(|&&p| p <= first).map(|p| first - p).min();
                let headline = doc.sentences[mention.sentence as usize].zone == Zone::Title;
                // A body is named in full before it is named by a part of that, but in headlines.
                if etype == EntityType::Org && fits == Fit::Part && before.is_none() && !headline {
                    return None;
                }
                let against = if surname { namesakes.against(doc, mention, &entities[e]) } else { 0 };
                Some((against, fits, before.is_none(), before.unwrap_or(u32::MAX), e))
            };
            let best = (0..keys.len()).filter_map(&mut fit).min().map(|best| best.4);
            best.unwrap_or_else(|| {
                entities.push(Entity {
                    name: name.clone(),
                    etype,
                    aliases: Vec::new(),
                    country: None,
                    sector: None,
                    role: None,
                    ticker: None,
                    mentions: 0,
                    link: None,
                });
                keys.push(key);
                places.push(Vec::new());
                keys.len() - 1
            })
        });
        let known = &mut entities[entity];
        known.mentions += 1;
        if name != known.name && !known.aliases.contains(&name) {
            known.aliases.push(name.clone());
        }
        places[entity].push(first);
        meant[m] = Some(entity);
        if etype != EntityType::Person || mention.last - first > 1 {
            found.insert((name, etype), entity);
        }
    }
    meant.into_iter().enumerate().filter_map(|(m, e)| Some((m, e?))).collect()
}

/// Whether names of these types can mean one thing.
fn alike(a: EntityType, b: EntityType) -> bool {
    let place = |t| matches!(t, EntityType::Gpe | EntityType::Loc | EntityType::Fac);
    a == b || place(a) && place(b)
}

/// Pairs of an acronym and the name that is written out beside it: "Village Water Committees (VWC)", "VWC (Village …)".
fn bracketed(doc: &Doc) -> impl Iterator<Item = (usize, usize)> + '_ {
    let names = doc.mentions.windows(2).enumerate();
    names.filter_map(|(m, pair)| {
        let (a, b) = (&pair[0], &pair[1]);
        let (open, close) = (a.last as usize, b.last as usize);
        let brackets = b.first == a.last + 1
            && b.sentence == a.sentence
            && doc.token(open) == "("
            && close < doc.tokens.len()
            && matches!(doc.token(close), ")" | ",");
        if !brackets {
            return None;
        }
        let key = |m: &Mention| Key::new(m.span.of(&doc.text));
        let short = |m: &Mention, k: &Key| m.last - m.first == 1 && k.is_acronym();
        let (ka, kb) = (key(a), key(b));
        match (short(a, &ka), short(b, &kb)) {
            (false, true) if kb.abbreviates(a.etype, &ka) => Some((m + 1, m)),
            (true, false) if ka.abbreviates(b.etype, &kb) => Some((m, m + 1)),
            _ => None,
        }
    })
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
