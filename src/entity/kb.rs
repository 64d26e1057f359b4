//! The knowledge base: who and what is known beyond the article, and which entry a name of the article means.
//!
//! One layout serves the shipped file, which is mapped, and a user's own rows: keys are hashes of normalised names and
//! aliases in order, each with the row that bears it.

use super::alias::{acronym, fold};
use super::nouns::hash;
use crate::doc::{Country, EntityType, Sector};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelFile, ModelSource, ModelWriter, Place};
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::path::Path;

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
            weight: KNOWN,
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
    let mut rest = folded.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            // "H. W." as "H.W.".
            '.' if initial(&out) => {
                let mut ahead = rest.clone();
                let (gap, _, stop) = (ahead.next(), ahead.next(), ahead.next());
                if gap == Some(' ') && stop == Some('.') {
                    rest.next();
                }
            }
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

/// Whether a text ends in a letter alone.
fn initial(text: &str) -> bool {
    let mut back = text.chars().rev();
    back.next().is_some_and(char::is_alphabetic) && back.next().is_none_or(|c| c == ' ')
}

/// Weight of what is well known: countries, and the project's own list.
pub(super) const KNOWN: u8 = 20;

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
pub(super) struct Layer {
    file: ModelFile,
    names: Place<u8>,
    ends: Place<u32>,
    fields: Place<u32>,
    keys: Place<u64>,
    owners: Place<u32>,
    pub(super) tickers: FxHashMap<u32, String>,
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

    pub(super) fn name(&self, row: u32) -> &str {
        let ends = self.file.at(self.ends);
        let start = if row == 0 { 0 } else { ends[row as usize - 1] as usize };
        std::str::from_utf8(&self.file.at(self.names)[start..ends[row as usize] as usize]).unwrap_or("")
    }
}

/// What a row says, without its names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub etype: Option<EntityType>,
    pub sector: Option<Sector>,
    pub weight: u8,
    pub country: Option<Country>,
    pub wikidata: Option<u32>,
    pub geonames: Option<u32>,
    pub place: Option<(f32, f32)>,
}

/// A row that an entity may mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub layer: usize,
    pub row: u32,
    pub entry: Entry,
    /// Found by its own name, not by another that it bears too.
    pub own: bool,
    /// Found by a name that tells it from others of its kind: its own, one that holds that, an acronym, a user's.
    pub telling: bool,
}

/// Rows found for a name.
pub(super) type Candidates = SmallVec<[Candidate; 8]>;

/// The knowledge base: a user's own rows before the shipped ones.
#[derive(Debug)]
pub struct Kb {
    pub(super) layers: Vec<Layer>,
    /// Sectors by words of roles and of names.
    pub(super) words: FxHashMap<String, Sector>,
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
    pub(super) fn candidates(&self, name: &str, etype: EntityType, found: &mut Candidates) {
        let normal_name = normal(name);
        let key = hash(&normal_name);
        for (layer, rows) in self.layers.iter().enumerate() {
            let before = found.len();
            for &row in rows.find(key) {
                let entry = rows.entry(row);
                if found.iter().any(|c| c.layer == layer && c.row == row) {
                    continue;
                }
                let usual = normal(rows.name(row));
                let own = usual == normal_name;
                // A service is called by its company's name.
                let service = own && etype == EntityType::Product && entry.etype == Some(EntityType::Org);
                if compatible(etype, entry.etype) || service {
                    let users = layer + 1 < self.layers.len();
                    let telling = users || own || acronym(name).is_some() || normal_name.contains(&usual);
                    found.push(Candidate { layer, row, entry, own, telling });
                }
            }
            if found.len() > before {
                return;
            }
        }
    }

    /// The entries of a person's name: as it is, else without initials in its middle that the entry does not contradict.
    pub(super) fn person(&self, name: &str, found: &mut Candidates) {
        self.candidates(name, EntityType::Person, found);
        if !found.is_empty() {
            return;
        }
        let (short, initials) = without_initials(name);
        if !initials.is_empty() {
            self.candidates(&short, EntityType::Person, found);
            found.retain(|c| {
                let theirs = without_initials(self.layers[c.layer].name(c.row)).1;
                theirs.is_empty() || theirs.starts_with(&initials) || initials.starts_with(&theirs)
            });
        }
    }

    /// The people of a name, each by layer and row.
    pub fn people(&self, name: &str) -> SmallVec<[(usize, u32); 4]> {
        let mut found = Candidates::new();
        self.person(name, &mut found);
        found.iter().filter(|c| c.entry.etype == Some(EntityType::Person)).map(|c| (c.layer, c.row)).collect()
    }

    /// Whether a body or place is known by this very name, and not by one that many countries have a body of.
    pub fn has(&self, name: &str, etype: EntityType) -> bool {
        let mut found = Candidates::new();
        self.candidates(name, etype, &mut found);
        found.iter().any(|c| c.own) && !self.words.contains_key(&fold(name))
    }
}

/// A name without the initials in its middle, and these.
fn without_initials(name: &str) -> (String, String) {
    let words: SmallVec<[&str; 6]> = name.split(' ').collect();
    let inner = |n: usize, w: &str| {
        n > 0
            && n + 1 < words.len()
            && (w.ends_with('.') || w.chars().count() == 1)
            && w.chars().all(|c| c.is_uppercase() || c == '.')
    };
    let (mut short, mut initials) = (String::new(), String::new());
    for (n, word) in words.iter().enumerate() {
        if inner(n, word) {
            initials.extend(word.chars().filter(|c| c.is_alphabetic()));
        } else {
            if n > 0 {
                short.push(' ');
            }
            short.push_str(word);
        }
    }
    (short, initials)
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
            ("Ada H. W. Velez", "ada hw velez"),
            ("Ada H.W. Velez", "ada hw velez"),
            ("U. S. Senate", "us senate"),
        ] {
            assert_eq!(normal(name), want);
        }
    }
}
