//! The words of what fills a place: names and noun phrases, what is said, the cue itself.

use super::lexicon::List;
use super::places::Candidate;
use super::scene::Scene;
use crate::doc::{Argument, Deprel, RelationType, Upos, Xpos};
use crate::text::Span;
use std::ops::Range;

/// The words of a cue of a type: the token with its particle, and with the object or preposition that makes a phrase of the
/// lexicon with it where it would not tell of the act alone ("strike a deal").
pub fn cue_span(scene: &Scene<'_>, i: usize, rtype: RelationType) -> Span {
    let doc = scene.doc;
    let list = if doc.upos[i] == Upos::Noun { List::Nouns } else { List::Verbs };
    let alone = scene.strengths(i).of(rtype) > 1;
    let phrase =
        |other: &str| !alone && scene.lexicon.strengths(list, &format!("{} {other}", scene.lemma(i))).of(rtype) > 1;
    let fixed = scene.links.children(i).find_map(|c| match doc.deprels[c] {
        Deprel::CompoundPrt => Some(c),
        Deprel::Xcomp if scene.lemma(i) == "decline" || scene.lemma(c) == "comment" => Some(c),
        Deprel::Obj if scene.links.named[c].is_none() && phrase(scene.lemma(c)) => Some(c),
        Deprel::Obl | Deprel::Nmod => scene.links.case(doc, c).filter(|&p| phrase(scene.lower(p))),
        _ => None,
    });
    match fixed {
        Some(c) if c > i && c - i <= 4 => doc.tokens[i].cover(doc.tokens[c]),
        Some(c) if c < i && i - c == 1 => doc.tokens[i].cover(doc.tokens[c]),
        _ => doc.tokens[i],
    }
}

/// A head and those joined to it by "and".
pub fn with_conjuncts(scene: &Scene<'_>, head: usize) -> Vec<usize> {
    let nominal = |c: &usize| matches!(scene.doc.upos[*c], Upos::Noun | Upos::Propn | Upos::Pron | Upos::Adj);
    let conjuncts = scene.links.children(head).filter(|&c| scene.doc.deprels[c] == Deprel::Conj).filter(nominal);
    std::iter::once(head).chain(conjuncts).take(6).collect()
}

/// What is said by the cue at `i`: a clause, the sentence around a speech tag, or a noun phrase.
pub fn content(scene: &Scene<'_>, i: usize, source: Option<Candidate>, targets: &[usize]) -> Option<Span> {
    let doc = scene.doc;
    if doc.token(i).eq_ignore_ascii_case("according") {
        return according(scene, i, source);
    }
    if matches!(doc.upos[i], Upos::Punct | Upos::Sym) {
        let sentence = doc.sentences[scene.sentence(i)].tokens();
        let behind = matches!(source, Some(Candidate::Head(s)) if s > i);
        return trim(scene, if behind { sentence.start..i } else { i + 1..sentence.end });
    }
    let own = clause_of_noun(scene, i).or_else(|| clause_of(scene, clause(scene, i), targets));
    // "quoted him as saying": what is said hangs on the verb above.
    let head = doc.heads[i] as usize;
    let quoted = scene.links.child(doc, i, &[Deprel::Mark, Deprel::Case]).is_some_and(|m| scene.lower(m) == "as");
    own.or_else(|| clause_of(scene, head, targets).filter(|_| quoted && head != i))
}

/// The verb whose clause the cue stands in: itself, for a noun the light verb over it ("made a call"), and the inner one of
/// "declined to say".
fn clause(scene: &Scene<'_>, i: usize) -> usize {
    let doc = scene.doc;
    let head = doc.heads[i] as usize;
    if doc.upos[i] == Upos::Noun && doc.deprels[i] == Deprel::Obj && doc.upos[head] == Upos::Verb {
        return head;
    }
    let inner = scene.links.child(doc, i, &[Deprel::Xcomp]).filter(|&c| doc.upos[c] == Upos::Verb);
    inner.filter(|_| scene.lemma(i) == "decline").unwrap_or(i)
}

/// "the claim that …", "a call to …".
fn clause_of_noun(scene: &Scene<'_>, noun: usize) -> Option<Span> {
    let (doc, links) = (scene.doc, scene.links);
    let says = |c: &usize| {
        matches!(doc.deprels[*c], Deprel::Acl | Deprel::Ccomp)
            && *c > noun
            && links.children(*c).any(|d| doc.xpos[d] == Xpos::To || doc.deprels[d] == Deprel::Mark)
    };
    let clause = links.children(noun).filter(|_| doc.upos[noun] == Upos::Noun).find(says)?;
    trim(scene, links.subtree(clause))
}

fn clause_of(scene: &Scene<'_>, verb: usize, targets: &[usize]) -> Option<Span> {
    let (doc, links) = (scene.doc, scene.links);
    let sentence = doc.sentences[scene.sentence(verb)].tokens();
    let participle = |c: &usize| *c > verb && doc.xpos[*c] == Xpos::Vbg && doc.token(*c - 1) == ",";
    if let Some(clause) = links.child(doc, verb, &[Deprel::Ccomp, Deprel::Xcomp]).filter(|c| !participle(c)) {
        let span = links.subtree(clause);
        // A clause before the verb is the sentence up to the tag.
        return trim(scene, if clause < verb { sentence.start..span.end.min(verb) } else { span });
    }
    if let Some(clause) = links.child(doc, verb, &[Deprel::Parataxis]).filter(|&c| c > verb) {
        return trim(scene, links.subtree(clause));
    }
    let head = doc.heads[verb] as usize;
    if doc.deprels[verb] == Deprel::Parataxis && head != verb {
        // "…, he said": what the tag hangs on, without the tag.
        let tag = links.subtree(verb);
        let range = if tag.start > head { sentence.start..tag.start } else { tag.end..sentence.end };
        return trim(scene, range);
    }
    if let Some(said) = complement(scene, verb, targets) {
        return Some(said);
    }
    let object = links.children(verb).find(|&c| doc.deprels[c] == Deprel::Obj && !targets.contains(&c));
    if let Some(object) = object.filter(|&o| o > verb) {
        return trim(scene, links.subtree(object));
    }
    // "…, the paper said": the tag closes the sentence, or a participle goes on behind it.
    let subject = links.child(doc, verb, &[Deprel::Nsubj]).map_or(verb, |s| links.subtree(s).start.min(verb));
    if subject > sentence.start + 3 && matches!(doc.token(subject - 1), "," | "\"" | "”" | "?" | "!") {
        return trim(scene, sentence.start..subject);
    }
    object.and_then(|object| trim(scene, links.subtree(object)))
}

/// "accused of sheltering", "called for an end", "urged them to wait": what stands behind a preposition or "to".
fn complement(scene: &Scene<'_>, verb: usize, targets: &[usize]) -> Option<Span> {
    let (doc, links) = (scene.doc, scene.links);
    let about = |d: usize| matches!(scene.lower(d), "for" | "of" | "about" | "on" | "to" | "against" | "with");
    let opens = |c: &usize| links.children(*c).find(|&d| d < *c && (about(d) || doc.xpos[d] == Xpos::To));
    let fits = |c: &usize| matches!(doc.deprels[*c], Deprel::Obl | Deprel::Advcl) && !targets.contains(c);
    // "accused the mayor of taking bribes", "told officials to go", where the parser hung the clause on the one told.
    let told = targets.iter().filter(|&&t| doc.heads[t] as usize == verb).flat_map(|&t| links.children(t));
    let of_told = told.filter(|&c| doc.deprels[c] == Deprel::Acl);
    let after = links.children(verb).filter(fits).chain(of_told).filter(|&c| c > verb);
    let (clause, first) = after.filter_map(|c| Some((c, opens(&c)?))).min()?;
    let range = links.subtree(clause);
    trim(scene, if doc.xpos[first] == Xpos::To { range } else { first + 1..range.end })
}

/// `according to X`: the rest of the sentence is the content.
fn according(scene: &Scene<'_>, i: usize, source: Option<Candidate>) -> Option<Span> {
    let sentence = scene.doc.sentences[scene.sentence(i)].tokens();
    match source {
        Some(Candidate::Head(by)) if i == sentence.start => trim(scene, scene.links.subtree(by).end..sentence.end),
        _ => trim(scene, sentence.start..i),
    }
}

/// The span of tokens without the marks at its ends, without "that" and without the quotation marks around all of it: one that
/// opens or closes inside stays.
fn trim(scene: &Scene<'_>, range: Range<usize>) -> Option<Span> {
    let doc = scene.doc;
    let (mut from, mut to) = (behind_dateline(scene, range.start), range.end);
    let loose = |i: usize| matches!(doc.token(i), "," | ":" | ";" | "." | "-" | "–" | "—");
    let quote = |i: usize| matches!(doc.token(i), "\"" | "“" | "”" | "''" | "``");
    // An apostrophe looks like a single one: it counts where it opens all of it.
    let (mut opened, mut single) = (false, false);
    while from < to {
        match () {
            () if loose(from) => {}
            () if quote(from) && !opened => opened = true,
            () if matches!(doc.token(from), "'" | "‘") && !single => single = true,
            () if doc.upos[from] == Upos::Sconj && scene.lower(from) == "that" => {}
            () => break,
        }
        from += 1;
    }
    while from < to {
        // One that is left over closes what was opened before.
        let over = quote(to - 1) && (from..to).filter(|&i| quote(i)).count() % 2 == 1;
        let over = over || single && matches!(doc.token(to - 1), "'" | "’");
        if !loose(to - 1) && !over {
            break;
        }
        to -= 1;
    }
    // What was opened and closes in the middle is open again.
    if opened && (from..to).filter(|&i| quote(i)).count() % 2 == 1 {
        from = (range.start..from).rev().find(|&i| quote(i)).unwrap_or(from);
    }
    (from < to).then(|| doc.span_of(from..to))
}

/// The token behind the dateline, where it begins at `first`, else `first`.
fn behind_dateline(scene: &Scene<'_>, first: usize) -> usize {
    let doc = scene.doc;
    let here = |place: &String| doc.text[doc.tokens[first].start as usize..].starts_with(place.as_str());
    if !doc.article.dateline_place.as_ref().is_some_and(here) {
        return first;
    }
    let end = doc.sentences[scene.sentence(first)].tokens().end;
    let mark = (first..end.min(first + 16)).find(|&i| matches!(doc.token(i), ":" | "-" | "–" | "—" | "--" | "_"));
    mark.map_or(first, |mark| mark + 1)
}

/// The argument at a head: a name as it stands, or the noun with what stands before it, under the name of whom it means.
pub fn argument(scene: &Scene<'_>, head: usize) -> Argument {
    let (doc, links) = (scene.doc, scene.links);
    if let Some(m) = scene.named(head) {
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
    let mut from = before.map(|c| links.subtree(c).start).min().unwrap_or(head).min(head);
    while from < head && doc.upos[from] == Upos::Det {
        from += 1;
    }
    let span = doc.span_of(from..head + 1);
    let mention = links.refers[head];
    let entity = mention.and_then(|m| doc.mentions[m as usize].entity);
    let name = entity.map_or(span.of(&doc.text), |e| &doc.entities[e as usize].name).to_string();
    Argument { span, mention, entity, name }
}
