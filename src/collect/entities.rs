//! Entities over all articles.

use super::Summary;
use crate::doc::{Country, EntityType, Sector};
use crate::tables::schema::table;
use crate::tables::{Batch, ids};
use crate::text::{Symbol, Vocab};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Aliases kept an entity.
const ALIASES: usize = 30;
/// Roles counted an entity.
const ROLES: usize = 12;
/// Rows of a batch on its way to the writer.
const CHUNK: usize = 4096;

/// The entities so far: a flat row each, its words interned.
#[derive(Debug, Default)]
pub struct Registry {
    numbers: FxHashMap<u128, u32>,
    known: Vec<Known>,
    words: Vocab,
}

#[derive(Debug)]
struct Known {
    id: u128,
    name: Symbol,
    letters: u32,
    etype: EntityType,
    /// With a hash of its letters, by which spellings that differ in case and marks are one.
    aliases: SmallVec<[(Symbol, u32); 2]>,
    roles: SmallVec<[(Symbol, u32); 1]>,
    country: Most<Country>,
    sector: Most<Sector>,
    ticker: Option<Symbol>,
    wikidata: Option<u32>,
    geonames: Option<u32>,
    place: Option<(f32, f32)>,
    mentions: u32,
    articles: u32,
    seen: Option<(i64, i64)>,
}

/// What most articles say, kept with one counter (Boyer & Moore 1981): exact where they are more than half.
#[derive(Debug)]
struct Most<T> {
    value: Option<T>,
    lead: u32,
}

impl<T> Default for Most<T> {
    fn default() -> Self {
        Most { value: None, lead: 0 }
    }
}

impl<T: PartialEq> Most<T> {
    fn add(&mut self, seen: T) {
        if self.value.as_ref() == Some(&seen) {
            self.lead += 1;
        } else if self.lead > 0 {
            self.lead -= 1;
        } else {
            (self.value, self.lead) = (Some(seen), 1);
        }
    }
}

/// A hash of the words of a name, case and marks aside.
fn letters(name: &str) -> u32 {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty());
    let letters = words.flat_map(|w| w.chars().flat_map(char::to_lowercase).chain([' ']));
    letters.fold(0x811c_9dc5, |h: u32, c| (h ^ c as u32).wrapping_mul(0x0100_0193))
}

impl Registry {
    /// Adds the entities of an article.
    pub fn add(&mut self, summary: &Summary) {
        let Registry { numbers, known, words } = self;
        for seen in &summary.entities {
            let id = ids::pack(&seen.id);
            let number = *numbers.entry(id).or_insert_with(|| {
                super::push(
                    known,
                    Known {
                        id,
                        name: words.intern(&seen.name),
                        letters: letters(&seen.name),
                        etype: seen.etype,
                        aliases: SmallVec::new(),
                        roles: SmallVec::new(),
                        country: Most::default(),
                        sector: Most::default(),
                        ticker: None,
                        wikidata: seen.wikidata,
                        geonames: seen.geonames,
                        place: seen.place,
                        mentions: 0,
                        articles: 0,
                        seen: None,
                    },
                );
                known.len() as u32 - 1
            });
            let known = &mut known[number as usize];
            for alias in &seen.aliases {
                if known.aliases.len() == ALIASES || words.word(known.name) == alias {
                    continue;
                }
                let letters = letters(alias);
                if letters != known.letters && known.aliases.iter().all(|a| a.1 != letters) {
                    known.aliases.push((words.intern(alias), letters));
                }
            }
            seen.country.into_iter().for_each(|c| known.country.add(c));
            seen.sector.into_iter().for_each(|s| known.sector.add(s));
            known.ticker = known.ticker.or_else(|| seen.ticker.as_deref().map(|t| words.intern(t)));
            if let Some(role) = &seen.role {
                let role = words.intern(role);
                match known.roles.iter().position(|(r, _)| *r == role) {
                    Some(at) => known.roles[at].1 += 1,
                    None if known.roles.len() < ROLES => known.roles.push((role, 1)),
                    None => {}
                }
            }
            known.mentions += seen.mentions;
            known.articles += 1;
            if let Some(time) = summary.published {
                known.seen = Some(known.seen.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
            }
        }
    }

    /// The rows of `entities`, by id, a batch at a time.
    ///
    /// # Errors
    /// The first that `write` gives.
    pub fn rows<E>(&self, write: &mut dyn FnMut(Batch) -> Result<(), E>) -> Result<(), E> {
        let mut order: Vec<u32> = (0..self.known.len() as u32).collect();
        order.sort_unstable_by_key(|&e| self.known[e as usize].id);
        let word = |symbol: Option<Symbol>| symbol.map(|s| self.words.word(s));
        for chunk in order.chunks(CHUNK) {
            let mut batch = Batch::new(table("entities").expect("in the schema"));
            for known in chunk.iter().map(|&e| &self.known[e as usize]) {
                // The most frequent role, the first of equals.
                let role = known.roles.iter().reduce(|a, b| if b.1 > a.1 { b } else { a }).map(|r| r.0);
                batch.str(ids::unpack('e', known.id)).str(self.words.word(known.name)).str(known.etype.as_str());
                batch.list(known.aliases.iter().map(|&(a, _)| self.words.word(a).to_string()).collect());
                batch.str(known.country.value.as_ref().map(Country::as_str));
                batch.str(known.sector.value.map(Sector::as_str));
                batch.str(word(role)).str(word(known.ticker));
                batch
                    .str(known.wikidata.map(|w| format!("Q{w}")).as_deref())
                    .str(known.geonames.map(|g| g.to_string()).as_deref());
                batch.float(known.place.map(|p| p.0)).float(known.place.map(|p| p.1));
                batch.int(i64::from(known.mentions)).int(i64::from(known.articles));
                batch.time(known.seen.map(|s| s.0)).time(known.seen.map(|s| s.1));
            }
            write(batch)?;
        }
        Ok(())
    }
}
