//! Who, to whom, about what: the places around a cue, through the dependencies.

use super::cues::Links;
use crate::doc::{Argument, Deprel, Doc, EntityType, MentionKind, RelationType, Upos, Xpos};
use crate::text::{Span, Vocab};

/// Tokens that fill the places of one cue.
#[derive(Debug, Default)]
pub struct Places {
    /// Heads of the sources.
    pub sources: Vec<usize>,
    /// Heads of the targets.
    pub targets: Vec<usize>,
    /// Head of who is bound or freed.
    pub affected: Option<usize>,
    /// What is said, denied, demanded.
    pub content: Option<Span>,
}

/// Finds the places of the cue at token `i`.
pub fn places(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, rtype: RelationType) -> Places {
    let mut places = Places::default();
    if doc.token(i).eq_ignore_ascii_case("according") {
        according(doc, links, i, &mut places);
        return places;
    }
    let mark = matches!(doc.upos[i], Upos::Punct | Upos::Sym);
    if mark {
        headline_attribution(doc, i, &mut places);
        return places;
    }
    let source = match vocab.word(doc.lemmas[i]) {
        // "citing officials", "quoted a witness as saying": the one cited says it.
        "cite" => links.child(doc, i, &[Deprel::Obj]),
        "say" if doc.xpos[i] == Xpos::Vbg && cited(doc, vocab, i).is_some() => {
            links.child(doc, doc.heads[i] as usize, &[Deprel::Obj])
        }
        _ if doc.upos[i] == Upos::Noun => noun_source(doc, links, vocab, i),
        _ => subject(doc, links, i, 0),
    };
    let verb = clause(doc, links, i);
    places.sources = with_conjuncts(doc, links, source);
    let target = target(doc, links, vocab, i, verb, rtype);
    places.targets = with_conjuncts(doc, links, target.filter(|t| !places.sources.contains(t)));
    if matches!(rtype, RelationType::Ban | RelationType::Lift) {
        bind(doc, links, vocab, i, &mut places);
    }
    if rtype.is_speech() || matches!(rtype, RelationType::Order | RelationType::Agree) {
        places.content = content(doc, links, vocab, verb, &places);
    }
    if rtype == RelationType::Meet && places.targets.is_empty() && places.sources.len() > 1 {
        places.targets = places.sources.split_off(1);
    }
    if matches!(rtype, RelationType::Meet | RelationType::Agree) {
        // A pair is one relation, source the first named.
        places.sources.truncate(1);
    }
    places
}

/// The verb of quoting over a participle: "quoted … as saying", "was cited as saying".
fn cited(doc: &Doc, vocab: &Vocab, i: usize) -> Option<usize> {
    let head = doc.heads[i] as usize;
    matches!(vocab.word(doc.lemmas[head]), "quote" | "cite").then_some(head)
}

/// The verb whose clause the cue stands in: itself, or for a noun the light verb over it ("imposed a ban").
fn clause(doc: &Doc, links: &Links, i: usize) -> usize {
    let head = doc.heads[i] as usize;
    let light = doc.upos[i] == Upos::Noun && doc.deprels[i] == Deprel::Obj && doc.upos[head] == Upos::Verb;
    // "declined to comment", "could not confirm": content hangs on the inner verb.
    if light {
        head
    } else {
        match links.child(doc, i, &[Deprel::Xcomp]) {
            Some(inner)
                if doc.upos[inner] == Upos::Verb && links.child(doc, i, &[Deprel::Ccomp, Deprel::Obj]).is_none() =>
            {
                inner
            }
            _ => i,
        }
    }
}

/// "told officials to stop using phones": an instruction that forbids.
pub fn told_to_stop(doc: &Doc, links: &Links, vocab: &Vocab, i: usize) -> bool {
    let tells = matches!(vocab.word(doc.lemmas[i]), "tell" | "order" | "instruct" | "direct" | "command");
    let stops = |c: usize| {
        matches!(vocab.word(doc.lemmas[c]), "stop" | "cease" | "halt" | "quit")
            && links.children(c).any(|d| doc.xpos[d] == Xpos::To)
            && links.child(doc, c, &[Deprel::Xcomp, Deprel::Obj]).is_some()
    };
    tells
        && links.child(doc, i, &[Deprel::Obj, Deprel::Iobj, Deprel::NsubjPass]).is_some()
        && links.children(i).any(stops)
}

/// The words of a cue: the token, a particle after it, and the noun or verb that makes a fixed phrase with it.
pub fn cue_span(doc: &Doc, links: &Links, vocab: &Vocab, i: usize) -> Span {
    let span = doc.tokens[i];
    let fixed = links.children(i).find(|&c| match doc.deprels[c] {
        Deprel::CompoundPrt => true,
        Deprel::Xcomp => vocab.word(doc.lemmas[i]) == "decline" || vocab.word(doc.lemmas[c]) == "comment",
        _ => false,
    });
    match fixed {
        Some(c) if c > i && c - i <= 4 => span.cover(doc.tokens[c]),
        Some(c) if c < i && i - c == 1 => span.cover(doc.tokens[c]),
        _ => span,
    }
}

/// The one who does it: the subject, the agent of a passive, or who controls an infinitive or participle.
fn subject(doc: &Doc, links: &Links, i: usize, depth: usize) -> Option<usize> {
    if let Some(agent) = links.child(doc, i, &[Deprel::OblAgent]) {
        return Some(agent);
    }
    let passive = links.child(doc, i, &[Deprel::NsubjPass, Deprel::AuxPass]).is_some();
    if passive {
        return None;
    }
    if let Some(subject) = links.child(doc, i, &[Deprel::Nsubj, Deprel::NsubjOuter]) {
        return Some(relative(doc, i, subject));
    }
    if depth > 4 {
        return None;
    }
    let head = doc.heads[i] as usize;
    match doc.deprels[i] {
        _ if head == i => None,
        Deprel::Conj if matches!(doc.upos[head], Upos::Verb | Upos::Adj | Upos::Noun) && doc.upos[i] == Upos::Verb => {
            subject(doc, links, head, depth + 1)
        }
        // "asked the minister to go": the one asked goes; "refused to go": the one who refuses.
        Deprel::Xcomp => links
            .child(doc, head, &[Deprel::Obj, Deprel::Iobj])
            .or_else(|| links.child(doc, head, &[Deprel::NsubjPass]))
            .or_else(|| subject(doc, links, head, depth + 1)),
        Deprel::Advcl | Deprel::Parataxis if matches!(doc.xpos[i], Xpos::Vbg | Xpos::Vb) => {
            links.child(doc, head, &[Deprel::NsubjPass]).or_else(|| subject(doc, links, head, depth + 1))
        }
        Deprel::Acl if doc.xpos[i] == Xpos::Vbg => Some(head),
        Deprel::Acl if doc.xpos[i] == Xpos::Vb => noun_owner(doc, links, head),
        _ => None,
    }
}

/// The noun that a relative pronoun stands for: the one its clause hangs on, else the nearest noun before it.
fn relative(doc: &Doc, clause: usize, subject: usize) -> usize {
    let relative = matches!(doc.xpos[subject], Xpos::Wp | Xpos::Wdt) || doc.token(subject) == "that";
    if !relative {
        return subject;
    }
    let mut at = clause;
    for _ in 0..4 {
        if matches!(doc.deprels[at], Deprel::AclRelcl | Deprel::Acl) {
            return doc.heads[at] as usize;
        }
        at = doc.heads[at] as usize;
    }
    let start = doc.sentences[doc.sentence_of(subject)].first as usize;
    (start..subject).rev().find(|&j| matches!(doc.upos[j], Upos::Noun | Upos::Propn)).unwrap_or(subject)
}

/// The actor of a noun: its possessor, a nationality before it, "by" or "of" someone, or the subject of its light verb.
fn noun_source(doc: &Doc, links: &Links, vocab: &Vocab, i: usize) -> Option<usize> {
    if let Some(by) = oblique(doc, links, vocab, i, &["by", "from"]) {
        return Some(by);
    }
    if let Some(owner) = noun_owner(doc, links, i) {
        return Some(owner);
    }
    let head = doc.heads[i] as usize;
    if matches!(doc.deprels[i], Deprel::Obj | Deprel::Obl) && doc.upos[head] == Upos::Verb {
        return subject(doc, links, head, 0);
    }
    oblique(doc, links, vocab, i, &["of"]).filter(|&c| links.names[c].is_some())
}

fn noun_owner(doc: &Doc, links: &Links, i: usize) -> Option<usize> {
    links.child(doc, i, &[Deprel::NmodPoss]).or_else(|| {
        links.children(i).find(|&c| {
            let actor = matches!(
                links.names[c],
                Some(EntityType::Norp | EntityType::Gpe | EntityType::Org | EntityType::Person)
            );
            actor && c < i && matches!(doc.deprels[c], Deprel::Amod | Deprel::Compound | Deprel::Nmod)
        })
    })
}

/// A dependent of `i` with one of these prepositions.
fn oblique(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, prepositions: &[&str]) -> Option<usize> {
    links.children(i).find(|&c| {
        matches!(doc.deprels[c], Deprel::Obl | Deprel::Nmod | Deprel::OblAgent)
            && links
                .children(c)
                .any(|d| doc.deprels[d] == Deprel::Case && prepositions.contains(&vocab.word(doc.lowers[d])))
    })
}

/// Whether a token is someone who can be told, accused, praised.
fn is_actor(doc: &Doc, links: &Links, vocab: &Vocab, i: usize) -> bool {
    matches!(links.names[i], Some(EntityType::Person | EntityType::Org | EntityType::Gpe | EntityType::Norp))
        || matches!(
            vocab.word(doc.lowers[i]),
            "him" | "her" | "them" | "us" | "me" | "you" | "reporters" | "journalists" | "officials"
        )
        || doc.upos[i] == Upos::Noun && doc.xpos[i] == Xpos::Nns && !doc.token(i).ends_with("tions")
}

fn target(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, verb: usize, rtype: RelationType) -> Option<usize> {
    use RelationType as T;
    let passive = links.child(doc, i, &[Deprel::NsubjPass]);
    // "activists accused of treason": the noun that the participle describes is its object.
    let described = (doc.deprels[i] == Deprel::Acl && doc.xpos[i] == Xpos::Vbn).then_some(doc.heads[i] as usize);
    let object = links.child(doc, i, &[Deprel::Obj]).or(passive).or(described).map(|o| relative(doc, i, o));
    let indirect = links.child(doc, i, &[Deprel::Iobj]);
    let at = |prepositions: &[&str]| {
        oblique(doc, links, vocab, i, prepositions)
            .or_else(|| (verb != i).then(|| oblique(doc, links, vocab, verb, prepositions)).flatten())
    };
    let noun = doc.upos[i] == Upos::Noun;
    match rtype {
        T::State | T::Confirm | T::Deny | T::NotConfirm | T::DeclineComment | T::Warn | T::Promise | T::Propose => {
            let told = indirect.or(object).filter(|&o| is_actor(doc, links, vocab, o));
            told.filter(|_| rtype != T::DeclineComment).or_else(|| {
                at(&["to"]).filter(|&o| is_actor(doc, links, vocab, o) && rtype != T::Deny && rtype != T::Confirm)
            })
        }
        T::Demand => {
            indirect.or(object).filter(|&o| is_actor(doc, links, vocab, o)).or_else(|| at(&["on", "to", "from"]))
        }
        T::Accuse | T::Criticise | T::Praise | T::Charge => {
            object.or_else(|| at(&["against", "of", "on", "for", "with", "to"]))
        }
        T::Threaten => object.or_else(|| at(&["against", "to"])),
        T::Meet => {
            // "held talks with": the object is no one to be met.
            let with = |o| oblique(doc, links, vocab, o, &["with", "between"]);
            at(&["with"])
                .or_else(|| object.and_then(with))
                .or(object.filter(|_| !noun))
                .or_else(|| at(&["between", "to", "of"]))
        }
        T::Agree => object.filter(|&o| !noun && is_actor(doc, links, vocab, o)).or_else(|| at(&["with"])),
        T::Protest => at(&["against", "over", "for"]).or(object),
        T::Support => object.or_else(|| at(&["for", "with", "of", "to"])),
        T::Aid => indirect.or_else(|| at(&["to", "for", "with"])).or(object),
        T::Withdraw => at(&["from"]).or(object),
        T::Attack if noun => at(&["on", "against", "in", "of", "at"]),
        T::Attack => object.or_else(|| at(&["on", "against", "with"])),
        T::Sanction => at(&["on", "against", "from", "with"]).filter(|_| noun || doc.upos[i] == Upos::Verb).or(object),
        T::Dismiss => object.or_else(|| subject(doc, links, i, 0)),
        _ if noun => at(&["on", "of", "against", "to", "for", "from", "with"]),
        _ => object.or_else(|| at(&["against", "to", "on", "from", "with"])),
    }
}

/// "told officials to stop using phones", "barred him from entering": the thing is the target, who is bound is affected.
fn bind(doc: &Doc, links: &Links, vocab: &Vocab, i: usize, places: &mut Places) {
    let Some(&bound) = places.targets.first() else { return };
    let inner = links.children(i).find(|&c| {
        matches!(doc.deprels[c], Deprel::Xcomp | Deprel::Ccomp | Deprel::Advcl) && doc.upos[c] == Upos::Verb && c > i
    });
    let thing = inner.and_then(|mut verb| {
        while let Some(next) = links.child(doc, verb, &[Deprel::Xcomp]) {
            verb = next;
        }
        links.child(doc, verb, &[Deprel::Obj])
    });
    let thing = thing.or_else(|| oblique(doc, links, vocab, i, &["from"]).filter(|&t| !is_actor(doc, links, vocab, t)));
    if let Some(thing) = thing.filter(|_| is_actor(doc, links, vocab, bound)) {
        places.affected = Some(bound);
        places.targets = vec![thing];
    } else {
        places.affected =
            oblique(doc, links, vocab, i, &["for", "on"]).filter(|&t| is_actor(doc, links, vocab, t) && t != bound);
    }
}

/// What is said: a clause, the sentence around a speech tag, or a noun phrase.
fn content(doc: &Doc, links: &Links, vocab: &Vocab, verb: usize, places: &Places) -> Option<Span> {
    let sentence = doc.sentences[doc.sentence_of(verb)];
    let participle = |c: &usize| *c > verb && doc.xpos[*c] == Xpos::Vbg && doc.token(*c - 1) == ",";
    if let Some(clause) = links.child(doc, verb, &[Deprel::Ccomp, Deprel::Xcomp]).filter(|c| !participle(c)) {
        let span = subtree(doc, links, clause);
        // A clause before the verb is the sentence up to the tag.
        return trim(doc, if clause < verb { sentence.first as usize..span.end.min(verb) } else { span });
    }
    if let Some(clause) = links.child(doc, verb, &[Deprel::Parataxis]).filter(|&c| c > verb) {
        return trim(doc, subtree(doc, links, clause));
    }
    let head = doc.heads[verb] as usize;
    if doc.deprels[verb] == Deprel::Parataxis && head != verb {
        // "…, he said": what the tag hangs on, without the tag.
        let tag = subtree(doc, links, verb);
        let all = sentence.tokens();
        let range = if tag.start > head { all.start..tag.start } else { tag.end..all.end };
        return trim(doc, range);
    }
    // "…, the paper said": the tag closes the sentence, or a participle goes on behind it.
    let subject = links.child(doc, verb, &[Deprel::Nsubj]).map_or(verb, |s| subtree(doc, links, s).start.min(verb));
    let start = sentence.first as usize;
    if subject > start + 3 && matches!(doc.token(subject - 1), "," | "\"" | "”" | "?" | "!") {
        return trim(doc, start..subject);
    }
    links
        .children(verb)
        .find(|&c| {
            let object = matches!(doc.deprels[c], Deprel::Obj | Deprel::NsubjPass)
                || matches!(doc.deprels[c], Deprel::Obl)
                    && links
                        .children(c)
                        .any(|d| matches!(vocab.word(doc.lowers[d]), "for" | "of" | "about" | "on" | "to"));
            object && !places.targets.contains(&c)
        })
        .and_then(|c| trim(doc, subtree(doc, links, c)))
}

/// `according to X`: X is the source, the rest of the sentence the content.
fn according(doc: &Doc, links: &Links, i: usize, places: &mut Places) {
    let head = doc.heads[i] as usize;
    let by = if doc.deprels[i] == Deprel::Case {
        Some(head)
    } else {
        links.child(doc, i, &[Deprel::Obl, Deprel::Obj, Deprel::Nmod])
    };
    let sentence = doc.sentences[doc.sentence_of(i)].tokens();
    let by = by.or_else(|| (i + 2 < sentence.end).then_some(i + 2));
    places.sources = with_conjuncts(doc, links, by);
    let range = match by {
        Some(by) if i == sentence.start => subtree(doc, links, by).end..sentence.end,
        _ => sentence.start..i,
    };
    places.content = trim(doc, range);
}

/// `Minister resigns - Gazette`, `Okoye: no talks`: a headline's attribution by dash or colon.
fn headline_attribution(doc: &Doc, i: usize, places: &mut Places) {
    let sentence = doc.sentences[doc.sentence_of(i)].tokens();
    let name = |range: std::ops::Range<usize>| {
        doc.mentions.iter().find(|m| {
            m.kind == MentionKind::Name && range.contains(&(m.first as usize)) && m.last as usize <= range.end
        })
    };
    let after = name(i + 1..sentence.end).filter(|m| sentence.end - (m.last as usize) <= 2);
    let before = name(sentence.start..i).filter(|m| i - (m.last as usize) <= 1);
    if let Some(source) = after {
        places.sources.push(source.last as usize - 1);
        places.content = trim(doc, sentence.start..i);
    } else if let Some(source) = before {
        places.sources.push(source.last as usize - 1);
        places.content = trim(doc, i + 1..sentence.end);
    }
}

/// A head and those joined to it by "and".
fn with_conjuncts(doc: &Doc, links: &Links, head: Option<usize>) -> Vec<usize> {
    let Some(head) = head else { return Vec::new() };
    let nominal = |c: &usize| matches!(doc.upos[*c], Upos::Noun | Upos::Propn | Upos::Pron | Upos::Adj);
    let conjuncts = links.children(head).filter(|&c| doc.deprels[c] == Deprel::Conj).filter(nominal);
    std::iter::once(head).chain(conjuncts).take(6).collect()
}

/// The tokens from the first to the last that hang on `i`.
pub fn subtree(doc: &Doc, links: &Links, i: usize) -> std::ops::Range<usize> {
    let (mut from, mut to) = (i, i + 1);
    let mut open = vec![i];
    while let Some(at) = open.pop() {
        from = from.min(at);
        to = to.max(at + 1);
        if open.len() < 200 {
            open.extend(links.children(at));
        }
    }
    debug_assert!(to <= doc.tokens.len());
    from..to
}

/// The span of tokens without the marks at its ends; quotation marks stay.
fn trim(doc: &Doc, range: std::ops::Range<usize>) -> Option<Span> {
    let (mut from, mut to) = (range.start, range.end);
    let loose = |i: usize| matches!(doc.token(i), "," | ":" | ";" | "." | "-" | "–" | "—");
    while from < to && loose(from) {
        from += 1;
    }
    while from < to && loose(to - 1) {
        to -= 1;
    }
    (from < to).then(|| doc.span_of(from..to))
}

/// The argument at a head: a name as it stands, or the noun with what stands before it.
pub fn argument(doc: &Doc, links: &Links, head: usize) -> Argument {
    let mention = named(doc, links, head);
    if let Some(m) = mention {
        let mention = &doc.mentions[m];
        let entity = mention.entity;
        let name = entity.map_or(mention.span.of(&doc.text), |e| &doc.entities[e as usize].name).to_string();
        return Argument { span: mention.span, mention: Some(m as u32), entity, name };
    }
    let before = links.children(head).filter(|&c| {
        c < head
            && matches!(
                doc.deprels[c],
                Deprel::Amod | Deprel::Compound | Deprel::Nummod | Deprel::Flat | Deprel::NmodPoss | Deprel::Nmod
            )
    });
    let mut from = before.map(|c| subtree(doc, links, c).start).min().unwrap_or(head).min(head);
    while from < head && doc.upos[from] == Upos::Det {
        from += 1;
    }
    let span = doc.span_of(from..head + 1);
    Argument { span, mention: None, entity: None, name: span.of(&doc.text).to_string() }
}

/// The name that a head stands for: the one it is part of, or the one it is a title or description of.
fn named(doc: &Doc, links: &Links, head: usize) -> Option<usize> {
    let at = |i: usize| {
        let m = doc.mentions.partition_point(|m| m.last as usize <= i);
        let found = doc.mentions.get(m).filter(|m| m.first as usize <= i && m.kind != MentionKind::Value);
        found.map(|_| m)
    };
    let own = at(head);
    if own.is_some_and(|m| doc.mentions[m].etype == EntityType::Person) {
        return own;
    }
    let names = [Deprel::Appos, Deprel::Flat, Deprel::NmodDesc, Deprel::Compound, Deprel::NmodUnmarked];
    let described =
        links.children(head).filter(|&c| names.contains(&doc.deprels[c])).filter_map(|c| at(c).map(|m| (c, m))).find(
            |&(c, m)| match doc.mentions[m].etype {
                EntityType::Person => true,
                EntityType::Org => own.is_none() && doc.deprels[c] == Deprel::Appos,
                _ => false,
            },
        );
    // A title that the parser took for the head: the name follows it at once.
    let next = at(head + 1).filter(|&m| own != Some(m) && doc.mentions[m].etype == EntityType::Person);
    let title = next.filter(|&m| doc.mentions[m].role.is_some());
    described.map(|d| d.1).or(title).or(own)
}
