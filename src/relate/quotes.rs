//! Quotes: content and its speaker; and whose word the acts inside of it are.

use super::cues::{Cue, Links};
use crate::doc::{Argument, Deprel, Doc, Quote, QuoteKind, Relation, RelationType, Upos, Xpos};
use crate::text::Vocab;

/// Whether a participle carries on what someone was said to say: "…, he said, adding that …".
pub fn goes_on(doc: &Doc, vocab: &Vocab, token: usize) -> bool {
    doc.xpos[token] == Xpos::Vbg
        && matches!(
            vocab.word(doc.lemmas[token]),
            "add" | "note" | "warn" | "stress" | "insist" | "claim" | "argue" | "explain"
        )
        && token > 0
        && doc.token(token - 1) == ","
}

/// The actor of a cue that names none: that of the verb it is joined to, or that goes before it in the sentence.
pub fn speaker_before(
    relations: &[Relation],
    sentence: usize,
    cue: &Cue,
    doc: &Doc,
    links: &Links,
) -> Option<Argument> {
    let i = cue.token;
    let verb = doc.upos[i] == Upos::Verb && links.child(doc, i, &[Deprel::AuxPass, Deprel::NsubjPass]).is_none();
    let carries_on = verb
        && matches!(doc.deprels[i], Deprel::Conj | Deprel::Advcl | Deprel::Parataxis | Deprel::Xcomp | Deprel::Root);
    relations
        .iter()
        .rev()
        .take_while(|r| r.sentence as usize == sentence)
        .find(|r| r.source.is_some() && (r.rtype.is_speech() || doc.deprels[i] == Deprel::Conj))
        .filter(|_| carries_on)
        .and_then(|r| r.source.clone())
}

/// Makes a quote of every speech relation with content, and attributes the acts that stand inside.
pub fn fill(doc: &mut Doc, links: &Links, relations: &mut [Relation]) {
    let mut quotes: Vec<(Quote, usize)> = Vec::new();
    for (r, relation) in relations.iter().enumerate() {
        let Some(content) = relation.content.filter(|_| relation.rtype.is_speech()) else { continue };
        if quotes.iter().any(|(q, _)| q.content == content && q.cue == Some(relation.cue)) {
            continue;
        }
        quotes.push((
            Quote {
                sentence: relation.sentence,
                kind: kind(doc, links, content),
                speaker: relation.source.clone(),
                cue: Some(relation.cue),
                content,
                addressee: relation.target.clone().filter(|_| relation.rtype == RelationType::State),
                confidence: relation.confidence,
            },
            r,
        ));
    }
    quotes.sort_by_key(|(q, r)| (q.content, *r));
    for (n, (_, r)) in quotes.iter().enumerate() {
        relations[*r].quote = Some(n as u32);
    }
    for relation in relations.iter_mut() {
        // The narrowest content around the cue that is not the relation's own.
        let around = quotes
            .iter()
            .filter(|(q, _)| q.content.contains(relation.cue) && q.cue != Some(relation.cue))
            .min_by_key(|(q, _)| q.content.len());
        if let Some((quote, _)) = around {
            relation.attributed_to = quote.speaker.clone();
        }
    }
    // "..." denied: an act inside of a denial did not happen, in the speaker's words.
    let denials: Vec<_> =
        relations.iter().filter(|r| r.rtype == RelationType::Deny).filter_map(|r| Some((r.content?, r.cue))).collect();
    for relation in relations.iter_mut().filter(|r| !r.rtype.is_speech()) {
        relation.negated |= denials.iter().any(|(content, cue)| content.contains(relation.cue) && *cue != relation.cue);
    }
    doc.quotes = quotes.into_iter().map(|(q, _)| q).collect();
}

fn kind(doc: &Doc, links: &Links, content: crate::text::Span) -> QuoteKind {
    let first = doc.tokens.partition_point(|t| t.end <= content.start);
    let last = doc.tokens.partition_point(|t| t.start < content.end);
    let words = (first..last).filter(|&i| doc.token(i).chars().any(char::is_alphanumeric));
    let (all, quoted) = words.fold((0, 0), |(n, q), i| (n + 1, q + usize::from(links.quoted[i])));
    match quoted {
        0 => QuoteKind::Indirect,
        q if q * 10 >= all * 9 => QuoteKind::Direct,
        _ => QuoteKind::Mixed,
    }
}
