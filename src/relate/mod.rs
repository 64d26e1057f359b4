//! Quotes and relations: who did or said what to whom, in whose words, and how sure the text is.

mod arguments;
pub mod attribution;
pub mod cases;
pub mod checked;
mod codes;
pub mod cues;
mod explain;
pub mod judge;
pub mod lexicon;
pub mod links;
pub mod places;
mod quotes;
pub mod scene;
pub mod status;
mod when;

use crate::doc::{Argument, DatePrecision, Doc, EventDate, Modality, Relation, RelationType};
use crate::error::Result;
use crate::model::{ModelSource, Words};
use crate::text::{Span, Vocab};
pub use arguments::{argument, content, with_conjuncts};
use codes::Codes;
use cues::Cue;
pub use explain::Explanation;
use judge::{Judge, JudgeScratch};
use lexicon::{Additions, Lexicon};
use links::Links;
use places::{Candidate, Place};
use scene::{Facts, Scene};
use std::sync::Arc;

/// How far cues lean towards being found: a likelihood wants calm, F1 wants every second guess.
const LEAN: f32 = 2.0;
/// Rows less sure than this are left out: with it F1 is highest, as half of an F1 of 0.5 says it should be.
const LEAST: f32 = 0.26;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Relater {
    judge: Judge,
    lexicon: Lexicon,
    codes: Codes,
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct RelateScratch {
    links: Links,
    facts: Facts,
    judge: JudgeScratch,
    found: Vec<Cue>,
}

impl RelateScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.facts.forget_words();
    }
}

/// Who fills the places of a cue.
#[derive(Debug, Default)]
struct Choice {
    source: Option<Candidate>,
    sources: Vec<usize>,
    targets: Vec<usize>,
    affected: Option<usize>,
    /// Probability that source and target are the right ones.
    confidence: f32,
}

impl Relater {
    /// Loads the stage's models and lexicons.
    ///
    /// # Errors
    /// [`ErrorKind::Model`](crate::error::ErrorKind::Model) where one is missing or broken.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        Ok(Relater { judge: Judge::load(models, words)?, lexicon: Lexicon::load(models)?, codes: Codes::load(models)? })
    }

    /// Adds entries to the lexicon of cues.
    pub fn add(&mut self, additions: Additions) {
        self.lexicon.add_own(additions);
    }

    /// CAMEO code, PLOVER type and quad class of a type.
    pub fn codes(&self, rtype: RelationType) -> [Option<&str>; 3] {
        self.codes.of(rtype)
    }

    /// Fills `quotes` and `relations`; wants all other columns.
    pub fn relate(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut RelateScratch) {
        let RelateScratch { links, facts, judge, found } = scratch;
        links.fill(doc);
        facts.fill(doc, vocab, self.judge.words(), &self.lexicon);
        let scene = Scene { doc, vocab, links, facts, lexicon: &self.lexicon };
        self.judge.cues(&scene, LEAN, judge, found);
        let published = doc.article.published.map(|p| p.date());
        let event_date = |cue: Cue, modality: Modality| {
            let published = published.filter(|_| !cue.rtype.is_speech())?;
            let own = when::date(&scene, cue.token, modality, published);
            // An act that has happened is news of the day; one that has not has no date yet.
            let actual = modality == Modality::Actual;
            let publication = || EventDate { date: published.to_string(), precision: DatePrecision::Publication };
            own.or_else(|| actual.then(publication))
        };
        let (mut relations, mut acts): (Vec<Relation>, Vec<Cue>) = Default::default();
        for types in found.chunk_by(|a, b| a.token == b.token) {
            // Who fills the places tells of the type: who is criticised is named, who is told something need not be.
            let filled = types.iter().map(|&cue| (cue, self.choose(&scene, cue, judge)));
            let whole = |cue: &Cue, choice: &Choice| cue.confidence * choice.confidence;
            let best = filled.reduce(|a, b| if whole(&b.0, &b.1) > whole(&a.0, &a.1) { b } else { a });
            let (cue, choice) = best.expect("a cue has a type");
            let confidence = whole(&cue, &choice);
            if confidence < LEAST {
                continue;
            }
            let resolve = |head: usize| argument(&scene, head);
            let or_none = |heads: &[usize]| -> Vec<Option<Argument>> {
                if heads.is_empty() { vec![None] } else { heads.iter().map(|&h| Some(resolve(h))).collect() }
            };
            let mut sources = or_none(&choice.sources);
            if choice.source == Some(Candidate::Speaker) {
                let sentence = scene.sentence(cue.token) as u32;
                let before = |r: &&Relation| r.rtype.is_speech() && r.source.is_some() && r.sentence < sentence;
                sources = vec![relations.iter().rev().find(before).and_then(|r| r.source.clone())];
            }
            let (modality, negated) = match cue.rtype {
                // These types hold the "not" in themselves.
                RelationType::NotConfirm | RelationType::DeclineComment => (Modality::Actual, false),
                _ => self.judge.status(&scene, cue, judge),
            };
            let says = cue.rtype.is_speech() || matches!(cue.rtype, RelationType::Order | RelationType::Agree);
            let content = says.then(|| content(&scene, cue.token, choice.source, &choice.targets)).flatten();
            let rule = cues::rule(&scene, cue);
            let cue_span = arguments::cue_span(&scene, cue.token, cue.rtype);
            for source in sources {
                for target in or_none(&choice.targets) {
                    let relation = Relation {
                        sentence: scene.sentence(cue.token) as u32,
                        rtype: cue.rtype,
                        cue: cue_span,
                        source: source.clone(),
                        target,
                        affected: choice.affected.map(resolve),
                        content,
                        negated,
                        modality,
                        attributed_to: None,
                        quote: None,
                        event_date: event_date(cue, modality),
                        place: None,
                        confidence,
                        rule: rule.clone(),
                    };
                    // Two words of one cue, or two heads of one name, tell of one act.
                    let mut here = relations.iter().rev().take_while(|r| r.sentence == relation.sentence);
                    if !here.any(|r| r.says_the_same(&relation)) {
                        acts.push(cue);
                        relations.push(relation);
                    }
                }
            }
        }
        quotes::attribute(&scene, &self.judge, &acts, &mut relations, judge);
        quotes::fill(doc, &links.quoted, &mut relations);
        doc.relations = relations;
    }

    fn choose(&self, scene: &Scene<'_>, cue: Cue, scratch: &mut JudgeScratch) -> Choice {
        let candidates = places::candidates(scene, cue.token);
        let table = self.judge.places(scene, cue, &candidates, scratch);
        let best = |place: Place, but: Option<Candidate>| {
            let p = |n: usize| table[n * places::LABELS + place as usize];
            let open = (0..candidates.len()).filter(|&n| {
                (place == Place::Source || candidates[n] != Candidate::Speaker)
                    && (candidates[n] == Candidate::Nobody || Some(candidates[n]) != but)
            });
            open.map(|n| (candidates[n], p(n))).reduce(|a, b| if b.1 > a.1 { b } else { a }).expect("nobody is there")
        };
        let (source, p) = best(Place::Source, None);
        // Whoever leaves an office is source and target at once.
        let (target, q) = best(Place::Target, Some(source).filter(|_| cue.rtype != RelationType::Dismiss));
        let all = |candidate: Candidate| match candidate {
            Candidate::Head(head) => with_conjuncts(scene, head),
            _ => Vec::new(),
        };
        let mut choice = Choice {
            source: Some(source),
            sources: all(source),
            targets: all(target),
            affected: None,
            confidence: p * q,
        };
        choice.targets.retain(|t| {
            cue.rtype == RelationType::Dismiss || !choice.sources.contains(t) || Candidate::Head(*t) == target
        });
        if let Candidate::Head(target) = target {
            choice.sources.retain(|&s| s != target || cue.rtype == RelationType::Dismiss);
        }
        if matches!(cue.rtype, RelationType::Meet | RelationType::Agree) {
            // A pair is one relation, source the first named.
            choice.sources.truncate(1);
        }
        if matches!(cue.rtype, RelationType::Ban | RelationType::Lift)
            && let (Candidate::Head(bound), _) = best(Place::Affected, Some(target))
        {
            choice.affected = Some(bound).filter(|b| !choice.sources.contains(b));
        }
        if cue.rtype == RelationType::Ban
            && let Some((told, thing)) = cues::forbidden(scene, cue.token)
        {
            (choice.targets, choice.affected) = (thing.into_iter().collect(), Some(told));
        }
        choice
    }
}

/// The words of the argument at a head, for the trainer to compare with gold.
pub fn argument_span(scene: &Scene<'_>, head: usize) -> Span {
    argument(scene, head).span
}
