//! One act in the world, put together from what many articles tell.

use super::{Act, Party, Summary};
use crate::doc::RelationType;
use crate::tables::schema::table;
use crate::tables::{Batch, ids};
use std::collections::{BTreeMap, BTreeSet};

/// What makes two relations one act: type, who, to whom (by entity, else by name), and the day.
type Key = (RelationType, String, String, Option<String>);

/// The events so far.
#[derive(Debug, Default)]
pub(super) struct Register(BTreeMap<Key, Known>);

#[derive(Debug, Default)]
struct Known {
    source: Party,
    target: Party,
    relation_ids: Vec<String>,
    articles: BTreeSet<String>,
    publishers: BTreeSet<String>,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
    asserted_by: BTreeSet<String>,
    confirmed_by: BTreeSet<String>,
    denied_by: BTreeSet<String>,
    not_confirmed_by: BTreeSet<String>,
}

impl Register {
    /// Adds the acts of an article; a copy adds its relations but no article and no publisher.
    pub(super) fn add(&mut self, summary: Summary, copy: bool) {
        for act in summary.acts {
            let Act { relation_id, rtype, source, target, date, asserted_by, judged } = act;
            let known = self.0.entry((rtype, source.key(), target.key(), date)).or_insert_with(|| Known {
                source,
                target,
                ..Known::default()
            });
            known.relation_ids.push(relation_id);
            if !copy {
                known.articles.insert(summary.article_id.clone());
                known.publishers.extend(summary.publisher.clone());
            }
            known.asserted_by.extend(asserted_by);
            for (how, who) in judged {
                match how {
                    RelationType::Confirm => known.confirmed_by.insert(who),
                    RelationType::Deny => known.denied_by.insert(who),
                    _ => known.not_confirmed_by.insert(who),
                };
            }
            if let Some(time) = summary.published {
                known.first_seen = Some(known.first_seen.map_or(time, |t| t.min(time)));
                known.last_seen = Some(known.last_seen.map_or(time, |t| t.max(time)));
            }
        }
    }

    pub(super) fn rows(&self) -> Batch {
        let mut batch = Batch::new(table("events").expect("in the schema"));
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>();
        for ((rtype, from, to, date), known) in &self.0 {
            let day = date.as_deref().unwrap_or_default();
            let id = ids::id('v', &[rtype.as_str().as_bytes(), from.as_bytes(), to.as_bytes(), day.as_bytes()]);
            batch.str(id).str(date.as_deref()).str(rtype.as_str());
            for party in [&known.source, &known.target] {
                batch.str(party.entity_id.as_deref()).str(party.name.as_deref());
            }
            batch
                .int(known.relation_ids.len() as i64)
                .int(known.articles.len() as i64)
                .int(known.publishers.len() as i64);
            batch.time(known.first_seen).time(known.last_seen).list(known.relation_ids.clone());
            batch.list(list(&known.asserted_by)).list(list(&known.confirmed_by)).list(list(&known.denied_by));
            batch.list(list(&known.not_confirmed_by));
        }
        batch
    }
}
