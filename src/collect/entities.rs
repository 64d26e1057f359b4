//! Entities over all articles.

use super::{Seen, Summary};
use crate::tables::Batch;
use crate::tables::schema::table;
use std::collections::BTreeMap;

/// Aliases kept an entity.
const ALIASES: usize = 30;
/// Roles counted an entity.
const ROLES: usize = 12;

/// The entities so far, by id.
#[derive(Debug, Default)]
pub(super) struct Registry(BTreeMap<String, Known>);

#[derive(Debug)]
struct Known {
    first: Seen,
    roles: Vec<(String, u32)>,
    mentions: i64,
    articles: i64,
    first_seen: Option<i64>,
    last_seen: Option<i64>,
}

impl Registry {
    pub(super) fn add(&mut self, summary: &Summary) {
        for seen in &summary.entities {
            let known = self.0.entry(seen.id.clone()).or_insert_with(|| Known {
                first: Seen {
                    id: seen.id.clone(),
                    name: seen.name.clone(),
                    etype: seen.etype,
                    aliases: Vec::new(),
                    country: seen.country,
                    sector: seen.sector,
                    role: None,
                    ticker: seen.ticker.clone(),
                    mentions: 0,
                },
                roles: Vec::new(),
                mentions: 0,
                articles: 0,
                first_seen: None,
                last_seen: None,
            });
            let first = &mut known.first;
            for alias in &seen.aliases {
                if first.aliases.len() < ALIASES && *alias != first.name && !first.aliases.contains(alias) {
                    first.aliases.push(alias.clone());
                }
            }
            first.country = first.country.or(seen.country);
            first.sector = first.sector.or(seen.sector);
            if first.ticker.is_none() {
                first.ticker.clone_from(&seen.ticker);
            }
            if let Some(role) = &seen.role {
                match known.roles.iter().position(|(r, _)| r == role) {
                    Some(at) => known.roles[at].1 += 1,
                    None if known.roles.len() < ROLES => known.roles.push((role.clone(), 1)),
                    None => {}
                }
            }
            known.mentions += i64::from(seen.mentions);
            known.articles += 1;
            if let Some(time) = summary.published {
                known.first_seen = Some(known.first_seen.map_or(time, |t| t.min(time)));
                known.last_seen = Some(known.last_seen.map_or(time, |t| t.max(time)));
            }
        }
    }

    pub(super) fn rows(&self) -> Batch {
        let mut batch = Batch::new(table("entities").expect("in the schema"));
        for (id, known) in &self.0 {
            let first = &known.first;
            // The most frequent role, the first of equals.
            let role = known.roles.iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|(r, _)| r.as_str());
            batch.str(id.as_str()).str(first.name.as_str()).str(first.etype.as_str()).list(first.aliases.clone());
            batch.str(first.country).str(first.sector).str(role).str(first.ticker.as_deref());
            batch.str(None).str(None).float(None).float(None).int(known.mentions).int(known.articles);
            batch.time(known.first_seen).time(known.last_seen);
        }
        batch
    }
}
