//! The knowledge base: who and what is known beyond the article, and which entry a name of the article means.
//!
//! One layout serves the shipped file, which is mapped, and a user's own rows: keys are hashes of normalised names and
//! aliases in order, each with the row that bears it.

use super::alias::fold;
use super::nouns::hash;
use crate::doc::{Country, Doc, EntityType, Link, Sector};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelFile, ModelSource, ModelWriter, Place};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::path::Path;

/// Words of a name's start or role that tell a country, at most.
const LONGEST: usize = 3;

/// One entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its usual name.
    pub name: String,
    /// Other names.
    pub aliases: Vec<String>,
    /// Its type; `None` for someone or some body.
    pub etype: Option<EntityType>,
    /// Whose it is, or which it is.
    pub country: Option<Country>,
    /// PLOVER sector.
    pub sector: Option<Sector>,
    /// Number of the Wikidata entry.
    pub wikidata: Option<u32>,
    /// Number of the GeoNames entry.
    pub geonames: Option<u32>,
    /// Degrees north and east.
    pub place: Option<(f32, f32)>,
    /// Stock exchange ticker.
    pub ticker: Option<String>,
    /// How well known it is: for places the binary logarithm of the population.
    pub weight: u8,
}

impl Row {
    /// Columns of a file of rows, in order; those after `type` may be empty or left out.
    pub const COLUMNS: [&'static str; 10] =
        ["name", "aliases", "type", "country", "sector", "wikidata_id", "geonames_id", "lat", "lon", "ticker"];

    /// Reads a row of tab-separated columns; aliases are separated by `|`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn parse(line: &str) -> std::result::Result<Row, String> {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        if columns.len() < 3 || columns.len() > Self::COLUMNS.len() {
            return Err(format!("expected 3 to {} columns, found {}", Self::COLUMNS.len(), columns.len()));
        }
        let column = |n: usize| columns.get(n).copied().filter(|c| !c.is_empty());
        let name = column(0).ok_or("it has no name")?.to_string();
        let number = |n: usize, prefix: &str| match column(n) {
            None => Ok(None),
            Some(text) => match text.strip_prefix(prefix).map(str::parse::<u32>) {
                Some(Ok(number)) => Ok(Some(number)),
                _ => Err(format!("{} is {text:?}, not {prefix} and a number", Self::COLUMNS[n])),
            },
        };
        let degrees = |n: usize, most: f32| match column(n).map(str::parse::<f32>) {
            None => Ok(None),
            Some(Ok(x)) if x.abs() <= most => Ok(Some(x)),
            _ => Err(format!("{} is no number from -{most} to {most}", Self::COLUMNS[n])),
        };
        let place = match (degrees(7, 90.0)?, degrees(8, 180.0)?) {
            (Some(lat), Some(lon)) => Some((lat, lon)),
            (None, None) => None,
            _ => return Err("of lat and lon only one is given".into()),
        };
        Ok(Row {
            name,
            aliases: column(1).map_or(Vec::new(), |a| a.split('|').map(str::to_string).collect()),
            etype: column(2).map(str::parse).transpose()?,
            country: column(3).map(str::parse).transpose()?,
            sector: column(4).map(str::parse).transpose()?,
            wikidata: number(5, "Q")?,
            geonames: number(6, "")?,
            place,
            ticker: column(9).map(str::to_string),
            weight: 20,
        })
    }

    /// The rows of a file; a first line that names the columns and lines that begin with `#` are passed over.
    ///
    /// # Errors
    /// The second part: a broken row each, with its line and the reason.
    pub fn parse_all(text: &str, path: &Path) -> (Vec<Row>, Vec<Error>) {
        let (mut rows, mut errors) = (Vec::new(), Vec::new());
        let lines = text.lines().enumerate().filter(|(_, l)| !l.starts_with('#') && !l.trim().is_empty());
        for (n, line) in lines.filter(|(n, l)| *n > 0 || !l.starts_with("name\t")) {
            match Row::parse(line) {
                Ok(row) => rows.push(row),
                Err(e) => errors.push(Error::new(ErrorKind::Usage, e).in_file(path).at_record(n as u64 + 1)),
            }
        }
        (rows, errors)
    }
}

/// A name as the knowledge base compares it: lower case, no accents, no marks, no article.
pub fn normal(name: &str) -> String {
    let folded = fold(name);
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        match c {
            '.' | '\'' => {}
            c if c.is_alphanumeric() => out.push(c),
            _ if !out.is_empty() && !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    match out.strip_prefix("the ") {
        Some(rest) if !rest.is_empty() => rest.to_string(),
        _ => out,
    }
}

/// Kind of the model file.
pub const KIND: &str = "kb";
/// Layout that this program reads.
pub const VERSION: u32 = 1;
const FIELDS: usize = 6;
const NO_TYPE: u32 = 255;

/// Puts rows into the layout of a model file.
pub fn write(rows: &[Row]) -> ModelWriter {
    let (mut names, mut ends, mut fields) = (String::new(), Vec::new(), Vec::new());
    let (mut tickers, mut owners_of_tickers) = (String::new(), Vec::new());
    let mut keys: Vec<(u64, u32)> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        names.push_str(&row.name);
        ends.push(names.len() as u32);
        let etype = row.etype.map_or(NO_TYPE, |t| t as u32);
        let sector = row.sector.map_or(NO_TYPE, |s| s as u32);
        let country = row.country.map_or(0, |c| u32::from_le_bytes([c.0[0], c.0[1], c.0[2], 0]));
        let place = row.place.unwrap_or((f32::NAN, f32::NAN));
        fields.extend([
            etype | sector << 8 | u32::from(row.weight) << 16,
            country,
            row.wikidata.unwrap_or(0),
            row.geonames.unwrap_or(0),
            place.0.to_bits(),
            place.1.to_bits(),
        ]);
        if let Some(ticker) = &row.ticker {
            tickers.push_str(ticker);
            tickers.push('\n');
            owners_of_tickers.push(n as u32);
        }
        let all = std::iter::once(&row.name).chain(&row.aliases).map(|a| (hash(&normal(a)), n as u32));
        keys.extend(all);
    }
    keys.sort_unstable();
    keys.dedup();
    let (hashes, owners): (Vec<u64>, Vec<u32>) = keys.into_iter().unzip();
    let mut writer = ModelWriter::new(KIND, VERSION);
    writer.section("names", names.as_bytes()).section("ends", &ends).section("fields", &fields);
    writer.section("keys", &hashes).section("owners", &owners);
    writer.section("tickers", tickers.as_bytes()).section("ticker_owners", &owners_of_tickers);
    writer
}

/// A file of rows, open.
#[derive(Debug)]
struct Layer {
    file: ModelFile,
    names: Place<u8>,
    ends: Place<u32>,
    fields: Place<u32>,
    keys: Place<u64>,
    owners: Place<u32>,
    tickers: FxHashMap<u32, String>,
}

impl Layer {
    fn new(file: ModelFile) -> Result<Self> {
        let broken = || Err(Error::new(ErrorKind::Model, "its sections do not fit together").in_file(file.name()));
        let (names, ends) = (file.text("names")?, file.section::<u32>("ends")?);
        let owners = file.section::<u32>("owners")?;
        let text = file.text("tickers")?.lines().map(String::from);
        let tickers: FxHashMap<u32, String> = file.section::<u32>("ticker_owners")?.iter().copied().zip(text).collect();
        let fits = file.section::<u32>("fields")?.len() == ends.len() * FIELDS
            && file.section::<u64>("keys")?.len() == owners.len()
            && owners.iter().all(|&o| (o as usize) < ends.len())
            && ends.is_sorted()
            && ends.iter().all(|&e| names.is_char_boundary(e as usize));
        if !fits {
            return broken();
        }
        let (names, ends, fields) = (file.place("names")?, file.place("ends")?, file.place("fields")?);
        let (keys, owners) = (file.place("keys")?, file.place("owners")?);
        Ok(Layer { file, names, ends, fields, keys, owners, tickers })
    }

    /// The rows that bear a normalised name.
    fn find(&self, key: u64) -> &[u32] {
        let keys = self.file.at(self.keys);
        let from = keys.partition_point(|&k| k < key);
        let count = keys[from..].iter().take_while(|&&k| k == key).count();
        &self.file.at(self.owners)[from..from + count]
    }

    fn entry(&self, row: u32) -> Entry {
        let f = &self.file.at(self.fields)[row as usize * FIELDS..][..FIELDS];
        let code = f[1].to_le_bytes();
        let place = (f32::from_bits(f[4]), f32::from_bits(f[5]));
        Entry {
            etype: EntityType::ALL.get((f[0] & 255) as usize).copied(),
            sector: Sector::ALL.get((f[0] >> 8 & 255) as usize).copied(),
            weight: (f[0] >> 16 & 255) as u8,
            country: (f[1] != 0).then_some(Country([code[0], code[1], code[2]])),
            wikidata: (f[2] != 0).then_some(f[2]),
            geonames: (f[3] != 0).then_some(f[3]),
            place: (!place.0.is_nan()).then_some(place),
        }
    }

    fn name(&self, row: u32) -> &str {
        let ends = self.file.at(self.ends);
        let start = if row == 0 { 0 } else { ends[row as usize - 1] as usize };
        std::str::from_utf8(&self.file.at(self.names)[start..ends[row as usize] as usize]).unwrap_or("")
    }
}

/// What a row says, without its names.
#[derive(Clone, Copy, Debug)]
struct Entry {
    etype: Option<EntityType>,
    sector: Option<Sector>,
    weight: u8,
    country: Option<Country>,
    wikidata: Option<u32>,
    geonames: Option<u32>,
    place: Option<(f32, f32)>,
}

/// A row that an entity may mean.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    layer: usize,
    row: u32,
    entry: Entry,
    /// Found by its own name, not by another that it bears too.
    own: bool,
}

/// The knowledge base: a user's own rows before the shipped ones.
#[derive(Debug)]
pub struct Kb {
    layers: Vec<Layer>,
    /// Sectors by words of roles and of names.
    words: FxHashMap<String, Sector>,
}

impl Kb {
    /// Loads `kb.bin` and `sectors.tsv`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one is missing, broken or of another layout.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let mut words = FxHashMap::default();
        for (n, line) in models.text("sectors.tsv")?.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
            let fail = |e: String| Error::new(ErrorKind::Model, e).in_file("sectors.tsv").at_record(n as u64 + 1);
            let (sector, list) = line.split_once('\t').ok_or_else(|| fail("no tab between sector and words".into()))?;
            let sector: Sector = sector.parse().map_err(fail)?;
            words.extend(list.split(' ').map(|w| (w.to_string(), sector)));
        }
        Ok(Kb { layers: vec![Layer::new(models.open("kb.bin", KIND, VERSION)?)?], words })
    }

    /// Puts a user's rows before those that are there.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where they cannot be laid out, which a row that was parsed never causes.
    pub fn add(&mut self, rows: &[Row]) -> Result<()> {
        let file = ModelFile::from_bytes("own rows", &write(rows).to_bytes(), KIND, VERSION)?;
        self.layers.insert(0, Layer::new(file)?);
        Ok(())
    }

    /// The entries of a name that a type can mean; those of the first layer that has any.
    fn candidates(&self, name: &str, etype: EntityType, found: &mut SmallVec<[Candidate; 8]>) {
        let name = normal(name);
        let key = hash(&name);
        for (layer, rows) in self.layers.iter().enumerate() {
            let before = found.len();
            for &row in rows.find(key) {
                let entry = rows.entry(row);
                if compatible(etype, entry.etype) && !found.iter().any(|c| c.layer == layer && c.row == row) {
                    let own = normal(rows.name(row)) == name;
                    found.push(Candidate { layer, row, entry, own });
                }
            }
            if found.len() > before {
                return;
            }
        }
    }

    /// Links the entities of an article and fills their country, sector and ticker.
    pub fn link(&self, doc: &mut Doc) {
        let mut all: Vec<SmallVec<[Candidate; 8]>> = Vec::with_capacity(doc.entities.len());
        // Countries that the article is about, as far as names say that have one country only.
        let mut context: FxHashMap<Country, f32> = FxHashMap::default();
        for entity in &doc.entities {
            let mut found = SmallVec::new();
            self.candidates(&entity.name, entity.etype, &mut found);
            if found.is_empty() {
                for alias in entity.aliases.iter().filter(|a| a.len() > 2 || entity.etype != EntityType::Person) {
                    // A person of two names is not whoever is known by the surname.
                    if entity.etype != EntityType::Person || alias.contains(' ') || !entity.name.contains(' ') {
                        self.candidates(alias, entity.etype, &mut found);
                    }
                }
            }
            if let Some(country) = one_country(&found) {
                *context.entry(country).or_default() += entity.mentions as f32;
            }
            all.push(found);
        }
        let about = |country: Option<Country>| country.and_then(|c| context.get(&c)).copied().unwrap_or(0.0);
        for (n, found) in all.iter().enumerate() {
            let entity = &doc.entities[n];
            let own = if one_country(found).is_some() { entity.mentions as f32 } else { 0.0 };
            let surname = entity.etype == EntityType::Person && !entity.name.contains(' ');
            let score = |c: &Candidate| {
                let told = (about(c.entry.country) - own).max(0.0);
                let own_name = if c.own { 1.5 } else { 0.0 };
                (f32::from(c.entry.weight) / 4.0 + 2.0 * (1.0 + told).ln() + own_name, told)
            };
            // "Congress", "Senate": many countries have one.
            let common = entity.etype == EntityType::Org && self.words.contains_key(&fold(&entity.name));
            // They, and a surname alone, mean what is known only where the article speaks of the country.
            let fits = |c: &&Candidate| !(surname || common) || score(c).1 > 0.0;
            let best = found.iter().filter(fits).reduce(|a, b| if score(b).0 > score(a).0 { b } else { a }).copied();
            let rival = found
                .iter()
                .filter(fits)
                .filter(|c| best.is_some_and(|b| b.row != c.row))
                .any(|c| surname && best.is_some_and(|b| score(&b).0 - score(c).0 < 1.0));
            let entity = &mut doc.entities[n];
            if let Some(best) = best.filter(|_| !rival) {
                let layer = &self.layers[best.layer];
                entity.country = best.entry.country;
                entity.sector = best.entry.sector;
                if entity.ticker.is_none() {
                    entity.ticker = layer.tickers.get(&best.row).cloned();
                }
                entity.link = Some(Box::new(Link {
                    name: layer.name(best.row).to_string(),
                    etype: best.entry.etype,
                    wikidata: best.entry.wikidata,
                    geonames: best.entry.geonames,
                    place: best.entry.place,
                }));
            }
            if matches!(entity.etype, EntityType::Person | EntityType::Org) {
                let text = if entity.etype == EntityType::Org { Some(&entity.name) } else { entity.role.as_ref() };
                let (country, sector) = text.map_or((None, None), |t| self.told(t));
                entity.country = entity.country.or(country);
                entity.sector = entity.sector.or(sector);
            }
        }
    }

    /// Country and sector that the words of a role or of a body's name tell.
    fn told(&self, text: &str) -> (Option<Country>, Option<Sector>) {
        let words: SmallVec<[&str; 12]> = text.split([' ', '-', ',']).filter(|w| !w.is_empty()).take(12).collect();
        let mut country = None;
        'search: for from in 0..words.len() {
            for to in (from + 1..=words.len().min(from + LONGEST)).rev() {
                if !words[from].starts_with(char::is_uppercase) {
                    continue;
                }
                let mut found = SmallVec::new();
                let part = words[from..to].join(" ");
                self.candidates(&part, EntityType::Norp, &mut found);
                if found.is_empty() {
                    self.candidates(&part, EntityType::Gpe, &mut found);
                    // A country, not a town that is called like a word.
                    found.retain(|c| c.entry.place.is_none() && c.entry.geonames.is_some());
                }
                country = one_country(&found);
                if country.is_some() {
                    break 'search;
                }
            }
        }
        // The last word that tells: "Prime Minister's spokesman" speaks for a government, "Defence Ministry" is one.
        let sector = words.iter().rev().find_map(|w| self.words.get(&fold(w)));
        (country, sector.copied())
    }
}

/// The country that all candidates share, if it is one.
fn one_country(found: &[Candidate]) -> Option<Country> {
    let first = found.first()?.entry.country?;
    found.iter().all(|c| c.entry.country == Some(first)).then_some(first)
}

/// Whether an entity of the article's type can be an entry of this type.
fn compatible(seen: EntityType, known: Option<EntityType>) -> bool {
    use EntityType::{Fac, Gpe, Loc, Org, Person};
    match known {
        None => matches!(seen, Person | Org),
        Some(known) if known == seen => true,
        Some(Gpe | Loc | Fac) => matches!(seen, Gpe | Loc | Fac),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_and_broken_ones_say_why() {
        let text = "name\taliases\ttype\tcountry\tsector\nVelta Oil\tVelta|VO\tORG\tKAZ\tBUS\tQ12\t\t\t\tVLT.L\n\
                    \t\tORG\nLow\t\tSTAR\nX\t\tGPE\tKazakhstan\nY\t\tGPE\t\t\t\t\t91\t0\nZ\t\tGPE\t\t\t12\n";
        let (rows, errors) = Row::parse_all(text, Path::new("own.tsv"));
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].aliases.len(), rows[0].wikidata), (2, Some(12)));
        let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
        for (error, why) in errors.iter().zip(["no name", "STAR", "Kazakhstan", "lat", "wikidata_id"]) {
            assert!(error.contains(why) && error.contains("own.tsv"), "{error}: {why}");
        }
        assert_eq!(errors.len(), 5);
    }

    #[test]
    fn names_are_compared_without_marks_and_articles() {
        for (name, want) in [
            ("U.S.", "us"),
            ("The Hague", "hague"),
            ("São Paulo", "sao paulo"),
            ("Côte d'Ivoire", "cote divoire"),
            ("The", "the"),
        ] {
            assert_eq!(normal(name), want);
        }
    }
}
