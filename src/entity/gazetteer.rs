//! Lists of known names: which sequences of words are a country, a party, a surname …

use crate::error::{Error, ErrorKind, Result};
use crate::model::crf::Feature;
use crate::model::{ModelFile, ModelSource, Place};

/// What lists say of a sequence of words: a set of [`Class`], and whether a longer entry begins with it.
pub type Classes = u32;

/// Bit that says that a longer entry begins with these words.
pub const PREFIX: Classes = 1 << 31;

/// A list, as its bit in [`Classes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs)]
pub enum Class {
    Country,
    Demonym,
    LargeCity,
    City,
    OtherCityName,
    Division,
    Given,
    CommonSurname,
    Surname,
    Leader,
    Party,
    ArmedGroup,
    Intergovernmental,
    Company,
    Brand,
    Association,
    Media,
    Government,
    Region,
    People,
    Product,
    Event,
    Law,
    Other,
    /// Words that end or begin the names of organisations: "ministry", "bank".
    OrgNoun,
    /// Words that do so for buildings: "airport", "square".
    FacNoun,
    /// Words of rank before a person's name.
    Title,
    /// In the news text within sentences: hardly ever with a capital.
    Lower,
    /// Now with one, now without.
    Either,
    /// Hardly ever without.
    Capital,
    /// Often after a given name or a title.
    AfterPerson,
}

impl Class {
    /// Its bit.
    pub const fn bit(self) -> Classes {
        1 << self as u8
    }
}

/// The lists, compiled: hashes of lower-cased token sequences, each with its classes.
#[derive(Debug)]
pub struct Gazetteer {
    file: ModelFile,
    buckets: Place<u32>,
    keys: Place<u32>,
    sets: Place<u16>,
    classes: Place<u32>,
}

const BITS: u32 = 16;

/// The key of no words; [`longer`] adds one.
pub const EMPTY: u64 = 0;

/// The key of the words so far and one more, given by [`word`].
pub fn longer(key: u64, word: u64) -> u64 {
    let h = (key.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    h ^ (h >> 31)
}

/// A lower-cased token as [`longer`] wants it.
pub fn word(lower: &str) -> u64 {
    Feature::new(0).text(lower).0
}

impl Gazetteer {
    /// Kind of the model file.
    pub const KIND: &'static str = "gazetteer";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;

    /// Loads `gazetteer.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let file = models.open("gazetteer.bin", Self::KIND, Self::VERSION)?;
        let (buckets, keys) = (file.section::<u32>("buckets")?, file.section::<u32>("keys")?);
        let (sets, classes) = (file.section::<u16>("sets")?, file.section::<u32>("classes")?);
        let fits = buckets.len() == (1 << BITS) + 1
            && buckets.is_sorted()
            && buckets.last().is_some_and(|&n| n as usize == keys.len())
            && sets.len() == keys.len()
            && sets.iter().all(|&s| usize::from(s) < classes.len());
        if !fits {
            return Err(Error::new(ErrorKind::Model, "its sections do not fit together").in_file(file.name()));
        }
        let (buckets, keys) = (file.place("buckets")?, file.place("keys")?);
        let (sets, classes) = (file.place("sets")?, file.place("classes")?);
        Ok(Gazetteer { file, buckets, keys, sets, classes })
    }

    /// What the lists say of a key; nothing where it is in none.
    pub fn get(&self, key: u64) -> Classes {
        let (buckets, keys) = (self.file.at(self.buckets), self.file.at(self.keys));
        let bucket = (key >> (64 - BITS)) as usize;
        let (first, last) = (buckets[bucket] as usize, buckets[bucket + 1] as usize);
        match keys[first..last].binary_search(&(key as u32)) {
            Ok(at) => self.file.at(self.classes)[usize::from(self.file.at(self.sets)[first + at])],
            Err(_) => 0,
        }
    }

    /// The sections of a model file for these entries, of distinct keys.
    pub fn sections(entries: impl Iterator<Item = (u64, Classes)>) -> Sections {
        let mut entries: Vec<(u64, u32, Classes)> =
            entries.map(|(key, classes)| (key >> (64 - BITS), key as u32, classes)).collect();
        entries.sort_unstable();
        entries.dedup_by_key(|e| (e.0, e.1));
        let mut classes: Vec<Classes> = entries.iter().map(|e| e.2).collect();
        classes.sort_unstable();
        classes.dedup();
        let sets = entries.iter().map(|e| classes.partition_point(|&c| c < e.2) as u16).collect();
        let buckets = (0..=1u64 << BITS).map(|b| entries.partition_point(|e| e.0 < b) as u32).collect();
        Sections { buckets, keys: entries.iter().map(|e| e.1).collect(), sets, classes }
    }
}

/// The numbers of the model file.
#[derive(Clone, Debug)]
pub struct Sections {
    /// Where the keys with a given upper half begin.
    pub buckets: Vec<u32>,
    /// Lower halves of the keys, in order within their bucket.
    pub keys: Vec<u32>,
    /// For a key, the index of its set in `classes`.
    pub sets: Vec<u16>,
    /// The distinct sets.
    pub classes: Vec<Classes>,
}

/// The classes of a set, as numbers of [`Class`].
pub fn each(classes: Classes) -> impl Iterator<Item = u64> {
    let mut rest = classes & !PREFIX;
    std::iter::from_fn(move || {
        (rest != 0).then(|| {
            let class = rest.trailing_zeros();
            rest &= rest - 1;
            u64::from(class)
        })
    })
}
