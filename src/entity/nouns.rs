//! What nouns and given names say of whom they mean: type and gender.

use super::alias::fold;
use crate::doc::{EntityType, Sector};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelFile, ModelSource};
use rustc_hash::FxHashMap;

/// Grammatical gender of a person, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// He.
    Male,
    /// She.
    Female,
}

/// What a noun can mean.
#[derive(Clone, Debug)]
pub struct Noun {
    /// Its type.
    pub etype: EntityType,
    /// Its gender, if it tells one.
    pub gender: Option<Gender>,
    /// The sectors that it is kept to; none for any.
    sectors: Vec<Sector>,
}

impl Noun {
    /// Whether it can mean something of this type and sector, as far as that is known. A place has no sector.
    pub fn allows(&self, etype: EntityType, sector: Option<Sector>) -> bool {
        self.sectors.is_empty() || etype != EntityType::Gpe && sector.is_none_or(|s| self.sectors.contains(&s))
    }
}

/// Nouns by which an article calls again what it named, and given names.
#[derive(Debug)]
pub struct Nouns {
    nouns: FxHashMap<String, Noun>,
    /// Hashes of given names, in order, with 0 for male and 1 for female.
    given: Vec<(u64, u8)>,
}

impl Nouns {
    /// Reads `nouns.tsv`; `given` are the hashes of given names with 0 for male and 1 for female.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] naming the row that is broken.
    pub fn load(models: &ModelSource, mut given: Vec<(u64, u8)>) -> Result<Self> {
        let mut nouns = FxHashMap::default();
        for (n, line) in models.text("nouns.tsv")?.lines().enumerate().filter(|(_, l)| !l.starts_with('#')) {
            let fail = |e: String| Error::new(ErrorKind::Model, e).in_file("nouns.tsv").at_record(n as u64 + 1);
            let mut columns = line.split('\t');
            let (Some(etype), Some(gender), Some(words)) = (columns.next(), columns.next(), columns.next()) else {
                return Err(fail("expected three columns or four: type, gender, nouns, sectors".into()));
            };
            let sectors = columns.next().map_or(Ok(Vec::new()), |c| c.split(',').map(str::parse).collect());
            let sectors: Vec<Sector> = sectors.map_err(fail)?;
            let etype: EntityType = etype.parse().map_err(fail)?;
            let gender = match gender {
                "m" => Some(Gender::Male),
                "f" => Some(Gender::Female),
                "-" => None,
                other => return Err(fail(format!("unknown gender {other:?} (known: m, f, -)"))),
            };
            for word in words.split(' ') {
                nouns.entry(word.to_string()).or_insert_with(|| Noun { etype, gender, sectors: sectors.clone() });
            }
        }
        given.sort_unstable();
        Ok(Nouns { nouns, given })
    }

    /// Hashes of given names with their genders, from a model file.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where its sections do not fit together.
    pub fn given(file: &ModelFile) -> Result<Vec<(u64, u8)>> {
        let (names, genders) = (file.section::<u64>("given")?, file.section::<u8>("genders")?);
        if names.len() != genders.len() {
            return Err(Error::new(ErrorKind::Model, "its sections do not fit together").in_file(file.name()));
        }
        Ok(names.iter().copied().zip(genders.iter().copied()).collect())
    }

    /// What a noun in lower case can mean.
    pub fn of(&self, lower: &str) -> Option<&Noun> {
        self.nouns.get(lower)
    }

    /// The gender that a given name tells.
    pub fn gender(&self, name: &str) -> Option<Gender> {
        let at = self.given.binary_search_by_key(&hash(&fold(name)), |g| g.0).ok()?;
        Some(if self.given[at].1 == 0 { Gender::Male } else { Gender::Female })
    }
}

/// FNV-1a of a word: models depend on it.
pub fn hash(word: &str) -> u64 {
    word.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}
