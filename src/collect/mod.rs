//! What only a whole run knows: duplicates and versions, entities over articles, events over relations.
//!
//! Articles are added one after the other, in the order of the input; so the tables do not depend on threads.

mod duplicates;
mod entities;
mod events;

pub use duplicates::{BANDS, Kinship, Memory, SIZE, Signature, Version, kinship, remember, signature};
pub use entities::Registry;
pub use events::Register;

use crate::doc::{Argument, Country, Doc, EntityType, Modality, Relation, RelationType, Sector};
use crate::tables::rows::ArticleRows;
use crate::tables::{Batch, rows};
use crate::text::Span;

/// What the run keeps of an article until it is added.
#[derive(Debug, Default)]
pub struct Summary {
    article_id: String,
    source_id: String,
    content_hash: String,
    signature: Signature,
    published: Option<i64>,
    publisher: Option<String>,
    entities: Vec<Seen>,
    acts: Vec<Act>,
}

/// An entity as one article has it.
#[derive(Debug)]
struct Seen {
    id: String,
    name: String,
    etype: EntityType,
    aliases: Vec<String>,
    country: Option<Country>,
    sector: Option<Sector>,
    role: Option<String>,
    ticker: Option<String>,
    wikidata: Option<u32>,
    geonames: Option<u32>,
    place: Option<(f32, f32)>,
    mentions: u32,
}

/// An act as one article tells it.
#[derive(Debug)]
struct Act {
    relation_id: String,
    rtype: RelationType,
    source: Party,
    target: Party,
    date: Option<String>,
    asserted_by: Option<String>,
    /// Who confirms, denies or does not confirm it in the same sentence.
    judged: Vec<(RelationType, String)>,
}

/// Who did it, or whom it was done to.
#[derive(Clone, Debug, Default)]
struct Party {
    entity_id: Option<String>,
    name: Option<String>,
}

impl Party {
    /// Tells it from others: its entity, else its name.
    fn key(&self) -> String {
        self.entity_id.as_ref().or(self.name.as_ref()).cloned().unwrap_or_default()
    }
}

impl Summary {
    /// Takes from a document what the run needs.
    pub fn new(doc: &Doc, rows: &ArticleRows) -> Self {
        let entities = doc.entities.iter().zip(&rows.entity_ids).map(|(e, id)| Seen {
            id: id.clone(),
            // An entry has one name and type in all articles.
            name: e.link.as_ref().filter(|l| l.usual).map_or(&e.name, |l| &l.name).clone(),
            etype: e.link.as_ref().and_then(|l| l.etype).unwrap_or(e.etype),
            aliases: std::iter::once(&e.name).chain(&e.aliases).cloned().collect(),
            country: e.country,
            sector: e.sector,
            role: e.role.clone(),
            ticker: e.ticker.clone(),
            wikidata: e.link.as_ref().and_then(|l| l.wikidata),
            geonames: e.link.as_ref().and_then(|l| l.geonames),
            place: e.link.as_ref().and_then(|l| l.place),
            mentions: e.mentions,
        });
        Summary {
            article_id: rows.article_id.clone(),
            source_id: rows::source_id(doc),
            // Tombstones have no text in common, and nothing is a copy of what was recalled.
            content_hash: if doc.text.is_empty() || doc.article.is_recalled() {
                rows.article_id.clone()
            } else {
                rows.content_hash.clone()
            },
            signature: signature(doc),
            published: doc.article.published.map(|p| p.seconds),
            publisher: doc.article.publisher.clone().or_else(|| doc.article.agency.clone()),
            entities: entities.collect(),
            acts: acts(doc, rows),
        }
    }
}

impl Summary {
    /// The article's id.
    pub fn article_id(&self) -> &str {
        &self.article_id
    }

    /// Its publication: seconds since 1970.
    pub fn published(&self) -> Option<i64> {
        self.published
    }
}

fn acts(doc: &Doc, rows: &ArticleRows) -> Vec<Act> {
    let party = |argument: Option<&Argument>| Party {
        entity_id: argument.and_then(|a| a.entity).map(|e| rows.entity_ids[e as usize].clone()),
        name: argument.map(|a| a.name.clone()),
    };
    let publisher = doc.article.publisher.as_ref().or(doc.article.agency.as_ref());
    let judgements: Vec<Judgement<'_>> = doc.relations.iter().filter_map(|s| Judgement::of(doc, s)).collect();
    let mut acts = Vec::new();
    for (relation, id) in doc.relations.iter().zip(&rows.relation_ids) {
        if relation.rtype.is_speech() || (relation.source.is_none() && relation.target.is_none()) {
            continue;
        }
        let judged: Vec<&Judgement<'_>> = judgements.iter().filter(|j| j.is_of(relation)).collect();
        // What is only wanted, planned or said not to be is no event, unless somebody denies that it was one.
        if (relation.modality != Modality::Actual || relation.negated) && judged.is_empty() {
            continue;
        }
        // The article itself stands behind what it tells outright, not behind what it only quotes somebody on.
        let told =
            relation.attributed_to.as_ref().map(|a| &a.name).filter(|name| judged.iter().all(|j| j.who != **name));
        let asserted_by = told.or(publisher.filter(|_| relation.attributed_to.is_none() && judged.is_empty()));
        acts.push(Act {
            relation_id: id.clone(),
            rtype: relation.rtype,
            source: party(relation.source.as_ref()),
            target: party(relation.target.as_ref()),
            date: relation.event_date.as_ref().map(|d| d.date.clone()),
            asserted_by: asserted_by.cloned(),
            judged: judged.iter().map(|j| (j.how, j.who.to_string())).collect(),
        });
    }
    acts
}

/// Somebody confirms, denies or does not confirm what the article tells.
struct Judgement<'d> {
    how: RelationType,
    who: &'d str,
    content: Span,
    /// For "the report", "the claim", "it": whose word it was, and where that ends.
    report: Option<(&'d str, Span)>,
}

/// Words that stand for what was told before, and most words of a phrase that says no more.
const REPORTS: [&str; 18] = [
    "report",
    "reports",
    "claim",
    "claims",
    "allegation",
    "allegations",
    "accusation",
    "accusations",
    "information",
    "story",
    "statement",
    "rumours",
    "rumors",
    "it",
    "this",
    "that",
    "them",
    "these",
];
const SHORT: usize = 4;

impl<'d> Judgement<'d> {
    fn of(doc: &'d Doc, speech: &'d Relation) -> Option<Self> {
        let judges = matches!(speech.rtype, RelationType::Confirm | RelationType::Deny | RelationType::NotConfirm);
        // "did not deny", "may confirm" judge nothing yet.
        if !judges || speech.negated || speech.modality != Modality::Actual {
            return None;
        }
        let (content, who) = (speech.content?, speech.source.as_ref()?.name.as_str());
        let mut words = content.of(&doc.text).split_whitespace();
        let short = words.clone().count() <= SHORT && words.any(|w| REPORTS.contains(&w.to_lowercase().as_str()));
        // The report is that of whoever was last said to tell of an act.
        let reported = |r: &'d Relation| {
            let teller = r.attributed_to.as_ref()?.name.as_str();
            (!r.rtype.is_speech() && r.cue.end <= speech.cue.start && teller != who).then_some((teller, r.cue))
        };
        let report = doc.relations.iter().filter(|_| short).filter_map(reported).max_by_key(|r| r.1);
        Some(Judgement { how: speech.rtype, who, content, report })
    }

    fn is_of(&self, act: &Relation) -> bool {
        let reported = self.report.is_some_and(|(teller, until)| {
            act.cue <= until && act.attributed_to.as_ref().is_some_and(|a| a.name == teller)
        });
        self.content.contains(act.cue) || reported
    }
}

/// Appends to a long list that grows by a ninth, not to double: what a run keeps should not be twice as large.
fn push<T>(list: &mut Vec<T>, item: T) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len() / 8 + 1024);
    }
    list.push(item);
}

/// The run so far.
#[derive(Debug, Default)]
pub struct Collector {
    articles: duplicates::Index,
    entities: Registry,
    events: Register,
}

impl Collector {
    /// Adds the next article of the input and says how it is related to those before.
    pub fn add(&mut self, summary: Summary) -> Kinship {
        let kinship = kinship(&mut self.articles, &summary).unwrap_or_else(|never| match never {});
        let copy = kinship.duplicate_of.is_some();
        self.entities.add(&summary);
        self.events.add(summary, copy);
        kinship
    }

    /// Writes the rows of `entities` and `events`, by id, a batch at a time.
    ///
    /// # Errors
    /// The first that `write` gives.
    pub fn rows<E>(&self, write: &mut dyn FnMut(Batch) -> Result<(), E>) -> Result<(), E> {
        self.entities.rows(write)?;
        self.events.rows(write)
    }
}
