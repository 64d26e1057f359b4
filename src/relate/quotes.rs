//! Quotes: content and its speaker; whose word the acts inside of it are.

use super::attribution::Candidate as Voice;
use super::cues::Cue;
use super::judge::{Judge, JudgeScratch};
use super::scene::Scene;
use crate::doc::{Argument, Doc, Quote, QuoteKind, Relation, RelationType};
use crate::text::Span;

/// Attributes each relation to the source of a saying around it, to the speaker of the quotation it stands in, or to no one.
///
/// `acts` are the cues of `relations`, one each.
pub fn attribute(
    scene: &Scene<'_>,
    judge: &Judge,
    acts: &[Cue],
    relations: &mut [Relation],
    scratch: &mut JudgeScratch,
) {
    let mut voices: Vec<Option<Argument>> = Vec::with_capacity(acts.len());
    let (mut candidates, mut sources) = (Vec::new(), Vec::new());
    for (n, act) in acts.iter().enumerate() {
        // Several relations of one cue share its voice.
        if n > 0 && acts[n - 1].token == act.token {
            voices.push(voices[n - 1].clone());
            continue;
        }
        let sentence = relations[n].sentence;
        candidates.clear();
        sources.clear();
        candidates.push(Voice::Article);
        sources.push(None);
        let here = relations.partition_point(|r| r.sentence < sentence);
        for (k, r) in relations[here..].iter().enumerate().take_while(|(_, r)| r.sentence == sentence) {
            let cue = acts[here + k];
            if r.rtype.is_speech() && cue.token != act.token && r.source.is_some() {
                candidates.push(Voice::Saying(cue, r.content));
                sources.push(r.source.clone());
            }
        }
        if scene.links.quoted[act.token]
            && let Some(speaker) = speaker(scene, acts, relations, act.token)
        {
            candidates.push(Voice::Quotation);
            sources.push(Some(speaker));
        }
        let best = if candidates.len() == 1 { 0 } else { judge.voice(scene, *act, &candidates, scratch) };
        voices.push(sources[best].clone());
    }
    for (relation, voice) in relations.iter_mut().zip(voices) {
        // "I" and "we" in someone's words are the one who speaks.
        if let Some(voice) = &voice {
            for argument in [&mut relation.source, &mut relation.target].into_iter().flatten() {
                if FIRST_PERSON.contains(&argument.name.to_ascii_lowercase().as_str()) {
                    argument.name.clone_from(&voice.name);
                    argument.entity = voice.entity;
                }
            }
        }
        relation.attributed_to = voice;
    }
    // What is denied did not happen, in the words of the one who denies.
    let denials: Vec<(Span, Span)> = relations
        .iter()
        .filter(|r| r.rtype == RelationType::Deny && !r.negated)
        .filter_map(|r| Some((r.content?, r.cue)))
        .collect();
    for relation in relations.iter_mut().filter(|r| !r.rtype.is_speech()) {
        relation.negated |= denials.iter().any(|(content, cue)| content.contains(relation.cue) && *cue != relation.cue);
    }
}

const FIRST_PERSON: [&str; 6] = ["i", "we", "me", "us", "my", "our"];

/// Who speaks the quotation that the token stands in: the source of the nearest saying outside of it, in the sentences that it
/// runs over, or in the one before.
pub fn speaker(scene: &Scene<'_>, acts: &[Cue], relations: &[Relation], token: usize) -> Option<Argument> {
    let quoted = &scene.links.quoted;
    let start = (0..token).rev().find(|&i| !quoted[i]).map_or(0, |i| i + 1);
    let end = (token..quoted.len()).find(|&i| !quoted[i]).unwrap_or(quoted.len());
    let (first, last) = (scene.sentence(start), scene.sentence(end.min(quoted.len() - 1)));
    let own = scene.sentence(token);
    let says = |(act, r): &(&Cue, &Relation)| {
        let s = r.sentence as usize;
        r.rtype.is_speech() && r.source.is_some() && !quoted[act.token] && s != own && s + 1 >= first && s <= last
    };
    let found = acts.iter().zip(relations).filter(says).min_by_key(|(_, r)| (r.sentence as usize).abs_diff(own))?;
    found.1.source.clone()
}

/// Makes a quote of every speech relation with content.
pub fn fill(doc: &mut Doc, quoted: &[bool], relations: &mut [Relation]) {
    let mut quotes: Vec<(Quote, usize)> = Vec::new();
    for (r, relation) in relations.iter().enumerate() {
        let Some(content) = relation.content.filter(|_| relation.rtype.is_speech()) else { continue };
        if quotes.iter().any(|(q, _)| q.content == content && q.cue == Some(relation.cue)) {
            continue;
        }
        quotes.push((
            Quote {
                sentence: relation.sentence,
                kind: kind(doc, quoted, content),
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
    doc.quotes = quotes.into_iter().map(|(q, _)| q).collect();
}

fn kind(doc: &Doc, quoted: &[bool], content: Span) -> QuoteKind {
    let first = doc.tokens.partition_point(|t| t.end <= content.start);
    let last = doc.tokens.partition_point(|t| t.start < content.end);
    let words = (first..last).filter(|&i| doc.token(i).chars().any(char::is_alphanumeric));
    let (all, inside) = words.fold((0, 0), |(n, q), i| (n + 1, q + usize::from(quoted[i])));
    match inside {
        0 => QuoteKind::Indirect,
        q if q * 10 >= all * 9 => QuoteKind::Direct,
        _ => QuoteKind::Mixed,
    }
}
