//! Quotes and relations: who did or said what to whom, in whose words, and how sure the text is.

mod arguments;
mod codes;
pub mod cues;
mod lexicon;
mod quotes;
mod refer;
mod status;

use crate::doc::{Argument, DatePrecision, Doc, EventDate, Modality, Relation, RelationType, Upos};
use crate::error::Result;
use crate::model::{ModelSource, Words};
use crate::text::{Span, Vocab};
use codes::Codes;
use cues::{Cue, CueScratch, Cues};
pub use lexicon::Lexicon;
use refer::Referents;
use std::sync::Arc;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Relater {
    cues: Cues,
    codes: Codes,
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct RelateScratch {
    cues: CueScratch,
    found: Vec<Cue>,
    referents: Referents,
}

impl Relater {
    /// Loads the stage's models and lexicons.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        Ok(Relater { cues: Cues::load(models, words)?, codes: Codes::load(models)? })
    }

    /// CAMEO code, PLOVER type and quad class of a type.
    pub fn codes(&self, rtype: RelationType) -> [Option<&str>; 3] {
        self.codes.of(rtype)
    }

    /// Fills `quotes` and `relations`; wants all other columns.
    pub fn relate(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut RelateScratch) {
        let RelateScratch { cues, found, referents } = scratch;
        self.cues.find(doc, vocab, cues, found);
        let links = cues.links();
        referents.fill(doc, vocab, links, found);
        let publication = doc
            .article
            .published
            .map(|p| EventDate { date: p.date().to_string(), precision: DatePrecision::Publication });
        let mut relations = Vec::new();
        for cue in found.iter() {
            // "imposed sanctions", "held talks": one act, told by the verb.
            let verb = doc.heads[cue.token] as usize;
            if doc.upos[cue.token] == Upos::Noun
                && found.iter().any(|c| c.token == verb && c.rtype == cue.rtype && verb != cue.token)
            {
                continue;
            }
            let sentence = doc.sentence_of(cue.token);
            let tokens = doc.sentences[sentence].tokens();
            let here: Vec<Cue> = found.iter().filter(|c| tokens.contains(&c.token)).copied().collect();
            let mut negated = status::negated(doc, links, vocab, cue.token, cue.rtype);
            let mut rtype = cue.rtype;
            if matches!(rtype, RelationType::State | RelationType::Demand | RelationType::Order)
                && arguments::told_to_stop(doc, links, vocab, cue.token)
            {
                rtype = RelationType::Ban;
            }
            if rtype == RelationType::Confirm && negated {
                // "could not confirm" is an act of its own, not the absence of one.
                (rtype, negated) = (RelationType::NotConfirm, false);
            }
            let places = arguments::places(doc, links, vocab, cue.token, rtype);
            let resolve = |head: usize| referents.argument(doc, vocab, links, head);
            let or_none = |heads: &[usize]| -> Vec<Option<Argument>> {
                if heads.is_empty() { vec![None] } else { heads.iter().map(|&h| Some(resolve(h))).collect() }
            };
            let mut sources = or_none(&places.sources);
            if (sources == [None] || quotes::goes_on(doc, vocab, cue.token))
                && let Some(speaker) = quotes::speaker_before(&relations, sentence, cue, doc, links)
            {
                sources = vec![Some(speaker)];
            }
            let modality = match rtype {
                RelationType::NotConfirm | RelationType::DeclineComment => Modality::Actual,
                _ => status::modality(doc, links, vocab, cue.token, &here),
            };
            for source in sources {
                for target in or_none(&places.targets) {
                    relations.push(Relation {
                        sentence: sentence as u32,
                        rtype,
                        cue: arguments::cue_span(doc, links, vocab, cue.token),
                        source: source.clone(),
                        target,
                        affected: places.affected.map(resolve),
                        content: places.content,
                        negated,
                        modality,
                        attributed_to: None,
                        quote: None,
                        event_date: publication.clone().filter(|_| !rtype.is_speech()),
                        place: None,
                        confidence: cue.confidence,
                        rule: format!("cue:{}", vocab.word(doc.lemmas[cue.token])),
                    });
                }
            }
        }
        // "said he could not confirm" is one utterance: the special type wins.
        let special: Vec<_> = relations
            .iter()
            .filter(|r| matches!(r.rtype, RelationType::NotConfirm | RelationType::Deny | RelationType::DeclineComment))
            .filter_map(|r| Some((r.cue, r.source.as_ref()?.name.clone())))
            .collect();
        relations.retain(|r| {
            let same = |(cue, name): &(Span, String)| {
                r.content.is_some_and(|c| c.contains(*cue)) && r.source.as_ref().is_some_and(|s| s.name == *name)
            };
            r.rtype != RelationType::State || !special.iter().any(same)
        });
        quotes::fill(doc, links, &mut relations);
        doc.relations = relations;
    }
}
