//! One act in the world, put together from what many articles tell.

use super::{Act, Party, Summary};
use crate::doc::RelationType;
use crate::tables::schema::table;
use crate::tables::{Batch, ids};
use crate::text::{Symbol, Vocab};
use std::collections::BTreeSet;

/// Rows of a batch on its way to the writer.
const CHUNK: usize = 4096;
/// No symbol, no article.
const NONE: u32 = u32::MAX;

/// The acts so far: a flat row each, put together at the end. What makes two one event is its id: type, who, to whom (by
/// entity, else by name), and the day.
#[derive(Debug, Default)]
pub struct Register {
    acts: Vec<Row>,
    judgements: Vec<Judgement>,
    articles: Vec<Teller>,
    words: Vocab,
}

/// An act as one article tells it.
#[derive(Debug)]
struct Row {
    event: u128,
    relation: u128,
    /// Entities of source and target; 0 where there is none.
    entities: [u128; 2],
    names: [Symbol; 2],
    date: Symbol,
    asserted_by: Symbol,
    article: u32,
    rtype: RelationType,
}

/// Who confirms, denies or does not confirm an act.
#[derive(Debug)]
struct Judgement {
    act: u32,
    how: RelationType,
    who: Symbol,
}

#[derive(Debug)]
struct Teller {
    publisher: Symbol,
    published: Option<i64>,
    /// The same story in the same words as an article before: it adds relations, but no article and no publisher.
    copy: bool,
}

impl Register {
    /// Adds the acts of an article; `copy` where it repeats another.
    pub fn add(&mut self, summary: Summary, copy: bool) {
        let article = self.articles.len() as u32;
        let words = &mut self.words;
        let mut symbol = |text: Option<&str>| text.map_or(NONE, |t| words.intern(t));
        let publisher = symbol(summary.publisher.as_deref());
        self.articles.push(Teller { publisher, published: summary.published, copy });
        for act in summary.acts {
            let Act { relation_id, rtype, source, target, date, asserted_by, judged } = act;
            let day = date.as_deref().unwrap_or_default();
            let entity = |p: &Party| p.entity_id.as_deref().map_or(0, ids::pack);
            let event = ids::number(&[
                rtype.as_str().as_bytes(),
                source.key().as_bytes(),
                target.key().as_bytes(),
                day.as_bytes(),
            ]);
            for (how, who) in judged {
                let who = symbol(Some(&who));
                self.judgements.push(Judgement { act: self.acts.len() as u32, how, who });
            }
            super::push(
                &mut self.acts,
                Row {
                    event,
                    relation: ids::pack(&relation_id),
                    entities: [entity(&source), entity(&target)],
                    names: [symbol(source.name.as_deref()), symbol(target.name.as_deref())],
                    date: symbol(date.as_deref()),
                    asserted_by: symbol(asserted_by.as_deref()),
                    article,
                    rtype,
                },
            );
        }
    }

    /// The rows of `events`, by id, a batch at a time.
    ///
    /// # Errors
    /// The first that `write` gives.
    pub fn rows<E>(&self, write: &mut dyn FnMut(Batch) -> Result<(), E>) -> Result<(), E> {
        let mut order: Vec<u32> = (0..self.acts.len() as u32).collect();
        order.sort_unstable_by_key(|&a| (self.acts[a as usize].event, a));
        let new = || Batch::new(table("events").expect("in the schema"));
        let mut batch = new();
        for event in order.chunk_by(|&a, &b| self.acts[a as usize].event == self.acts[b as usize].event) {
            self.row(event, &mut batch);
            if batch.len() == CHUNK {
                write(std::mem::replace(&mut batch, new()))?;
            }
        }
        write(batch)
    }

    /// The row of an event from its acts, in order of the input.
    fn row(&self, event: &[u32], batch: &mut Batch) {
        let acts = || event.iter().map(|&a| &self.acts[a as usize]);
        let told = || acts().map(|a| &self.articles[a.article as usize]);
        let first = &self.acts[event[0] as usize];
        batch.str(ids::unpack('v', first.event)).str(self.word(first.date)).str(first.rtype.as_str());
        for (entity, &name) in first.entities.iter().zip(&first.names) {
            batch.str((*entity != 0).then(|| ids::unpack('e', *entity)).as_deref()).str(self.word(name));
        }
        let articles: BTreeSet<u32> = acts().map(|a| a.article).filter(|&a| !self.articles[a as usize].copy).collect();
        let publishers: BTreeSet<Symbol> =
            told().filter(|t| !t.copy && t.publisher != NONE).map(|t| t.publisher).collect();
        batch.int(event.len() as i64).int(articles.len() as i64).int(publishers.len() as i64);
        batch.list(self.names(publishers.into_iter()));
        batch.time(told().filter_map(|t| t.published).min()).time(told().filter_map(|t| t.published).max());
        batch.list(acts().map(|a| ids::unpack('r', a.relation)).collect());
        batch.list(self.names(acts().map(|a| a.asserted_by)));
        let judged = |hows: &[RelationType]| {
            let of = |&a: &u32| {
                let from = self.judgements.partition_point(|j| j.act < a);
                self.judgements[from..].iter().take_while(move |j| j.act == a)
            };
            self.names(event.iter().flat_map(of).filter(|j| hows.contains(&j.how)).map(|j| j.who))
        };
        batch.list(judged(&[RelationType::Confirm])).list(judged(&[RelationType::Deny]));
        batch.list(judged(&[RelationType::NotConfirm]));
    }

    fn word(&self, symbol: Symbol) -> Option<&str> {
        (symbol != NONE).then(|| self.words.word(symbol))
    }

    /// Distinct names in order of the alphabet.
    fn names(&self, symbols: impl Iterator<Item = Symbol>) -> Vec<String> {
        let set: BTreeSet<&str> = symbols.filter_map(|s| self.word(s)).collect();
        set.into_iter().map(String::from).collect()
    }
}
