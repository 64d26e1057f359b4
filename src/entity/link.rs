//! Which entry of the knowledge base an entity of the article means, and what its words tell of country and sector.

use super::alias::{Fit, Key, fold};
use super::kb::{Candidate, Candidates, KNOWN, Kb};
use crate::doc::{Country, Doc, Entity, EntityType, Link, Sector};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// Words of a name's start or role that tell a country, at most.
const LONGEST: usize = 3;
/// Letters that two forms of a word share: "Organisation" and "Organization".
const STEM: usize = 4;

impl Kb {
    /// Links the entities of an article and fills their country, sector and ticker.
    pub fn link(&self, doc: &mut Doc) {
        let all: Vec<Candidates> = doc.entities.iter().map(|e| self.entries(e)).collect();
        // Countries that the article is about, as far as names say that have one country only.
        let mut context: FxHashMap<Country, f32> = FxHashMap::default();
        for (entity, found) in doc.entities.iter().zip(&all) {
            if let Some(country) = one_country(found) {
                *context.entry(country).or_default() += entity.mentions as f32;
            }
        }
        let about = |country: Option<Country>| country.and_then(|c| context.get(&c)).copied().unwrap_or(0.0);
        for (entity, found) in doc.entities.iter_mut().zip(&all) {
            let own = if one_country(found).is_some() { entity.mentions as f32 } else { 0.0 };
            let surname = entity.etype == EntityType::Person && !entity.name.contains(' ');
            let score = |c: &Candidate| {
                let told = (about(c.entry.country) - own).max(0.0);
                let own_name = if c.own { 1.5 } else { 0.0 };
                (f32::from(c.entry.weight) / 4.0 + 2.0 * (1.0 + told).ln() + own_name, told)
            };
            // "Congress", "Supreme Court": many countries have one.
            let body = entity.etype == EntityType::Org;
            let common = body && self.words.contains_key(&fold(&entity.name));
            // They, and a surname alone, mean what is known only where the article speaks of the country.
            let fits = |c: &&Candidate| {
                let party = entity.etype == EntityType::Norp && c.entry.sector == Some(Sector::Pty);
                let vague = surname || common || party || body && !c.telling && c.entry.country.is_some();
                !vague || score(c).1 > 0.0
            };
            let best = found.iter().filter(fits).reduce(|a, b| if score(b).0 > score(a).0 { b } else { a }).copied();
            let rival = found
                .iter()
                .filter(fits)
                .filter(|c| best.is_some_and(|b| b.row != c.row))
                .any(|c| surname && best.is_some_and(|b| score(&b).0 - score(c).0 < 1.0));
            if let Some(best) = best.filter(|_| !rival) {
                self.fill(entity, &best);
            }
            if matches!(entity.etype, EntityType::Person | EntityType::Org) {
                let text = if body { Some(&entity.name) } else { entity.role.as_ref() };
                let (country, sector) = text.map_or((None, None), |t| self.told(t));
                // What is known to be of no country is of none.
                if entity.link.is_none() {
                    entity.country = country;
                }
                entity.sector = entity.sector.or(sector);
            }
        }
    }

    /// The entries that an entity may mean: by its name, else by other names of it that tell as much.
    fn entries(&self, entity: &Entity) -> Candidates {
        let (name, etype) = (&entity.name, entity.etype);
        let mut found = Candidates::new();
        match etype {
            EntityType::Person => self.person(name, &mut found),
            _ => self.candidates(name, etype, &mut found),
        }
        if !found.is_empty() {
            return found;
        }
        for alias in &entity.aliases {
            match etype {
                // A person of two names is not whoever is known by the surname.
                EntityType::Person if alias.contains(' ') || !name.contains(' ') => self.person(alias, &mut found),
                EntityType::Person => {}
                EntityType::Org => {
                    let (short, full) = (Key::new(alias), Key::new(name));
                    let before = found.len();
                    self.candidates(alias, etype, &mut found);
                    if short.is_acronym() {
                        // An acronym is short for many things: the entry's name must be much the same.
                        let same = |c: &Candidate| is_near(self.layers[c.layer].name(c.row), &full);
                        let kept: Candidates = found.drain(before..).filter(same).collect();
                        found.extend(kept);
                    } else if short.fits(etype, &full).is_none_or(|f| f == Fit::Part) {
                        found.truncate(before);
                    }
                }
                _ => self.candidates(alias, etype, &mut found),
            }
        }
        found
    }

    /// Whether an acronym is well known for something else than this name.
    pub fn contradicts(&self, short: &str, full: &str, etype: EntityType) -> bool {
        let (mut known, mut found) = (Candidates::new(), Candidates::new());
        self.candidates(short, etype, &mut known);
        known.retain(|c| c.entry.weight >= KNOWN);
        if known.is_empty() {
            return false;
        }
        self.candidates(full, etype, &mut found);
        let full = Key::new(full);
        let same = |c: &Candidate| {
            found.iter().any(|f| (f.layer, f.row) == (c.layer, c.row))
                || is_near(self.layers[c.layer].name(c.row), &full)
        };
        !known.iter().any(same)
    }

    /// Takes over what an entry says.
    fn fill(&self, entity: &mut Entity, best: &Candidate) {
        let layer = &self.layers[best.layer];
        entity.country = best.entry.country;
        entity.sector = best.entry.sector;
        if entity.ticker.is_none() {
            entity.ticker = layer.tickers.get(&best.row).cloned();
        }
        entity.link = Some(Box::new(Link {
            name: layer.name(best.row).to_string(),
            usual: best.entry.weight >= KNOWN || best.entry.wikidata.or(best.entry.geonames).is_some(),
            etype: best.entry.etype,
            wikidata: best.entry.wikidata,
            geonames: best.entry.geonames,
            place: best.entry.place,
        }));
    }

    /// Country and sector that the words of a role or of a body's name tell.
    fn told(&self, text: &str) -> (Option<Country>, Option<Sector>) {
        let words: SmallVec<[&str; 12]> = text.split([' ', '-', ',']).filter(|w| !w.is_empty()).take(12).collect();
        let mut country = None;
        let mut from = 0;
        while country.is_none() && from < words.len() {
            let mut next = from + 1;
            if words[from].starts_with(char::is_uppercase) {
                for to in (from + 1..=words.len().min(from + LONGEST)).rev() {
                    let mut found = Candidates::new();
                    let part = words[from..to].join(" ");
                    self.candidates(&part, EntityType::Norp, &mut found);
                    if found.is_empty() {
                        self.candidates(&part, EntityType::Gpe, &mut found);
                    }
                    if found.is_empty() {
                        continue;
                    }
                    // The words of a longer name tell nothing by themselves: "New Jersey" is not Jersey.
                    next = to;
                    // A country or a well-known part of one, not a town that is called like a word.
                    found
                        .retain(|c| c.entry.place.is_none() && (c.entry.geonames.is_some() || c.entry.weight >= KNOWN));
                    country = one_country(&found);
                    if country.is_some() {
                        break;
                    }
                }
            }
            from = next;
        }
        // The last word that tells: "Prime Minister's spokesman" speaks for a government, "Defence Ministry" is one;
        // an "Attorney General" is no soldier.
        let sector = (0..words.len()).rev().find_map(|n| {
            let last = fold(words[n]);
            let sector = self.words.get(&last)?;
            let pair = n.checked_sub(1).and_then(|b| self.words.get(&format!("{}-{last}", fold(words[b]))));
            Some(*pair.unwrap_or(sector))
        });
        (country, sector)
    }
}

/// Whether most words of an entry's name are words of a name, endings aside.
fn is_near(entry: &str, name: &Key) -> bool {
    let entry = Key::new(entry);
    let stem = |w: &str| w.chars().take(STEM).collect::<String>();
    let words = entry.long_words();
    let shared = words.clone().filter(|w| name.long_words().any(|n| stem(n) == stem(w))).count();
    entry.is_acronym() || shared * 2 > words.count()
}

/// The country that all candidates share, if it is one.
fn one_country(found: &[Candidate]) -> Option<Country> {
    let first = found.first()?.entry.country?;
    found.iter().all(|c| c.entry.country == Some(first)).then_some(first)
}
