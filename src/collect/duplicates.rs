//! The same article again, a rewrite of it, a later version of it.

use super::Summary;
use crate::doc::{Doc, Zone};
use crate::tables::ids;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::convert::Infallible;

/// How an article is related to those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kinship {
    /// How many versions of the same source id came before.
    pub revision: i64,
    /// The version before.
    pub supersedes: Option<String>,
    /// The first article with this content.
    pub duplicate_of: Option<String>,
    /// `exact` or `near`.
    pub duplicate_kind: Option<&'static str>,
}

/// Values of a sketch.
pub const SIZE: usize = 32;
const BAND: usize = 4;
/// Share of equal values from which two articles are one story in nearly the same words.
const NEAR: usize = 20;
/// Shorter texts are alike by chance.
const SHORTEST: usize = 40;

/// A sketch of the text's word triples: equal values are about as frequent as shared triples (Broder 1997; one permutation, Li et al. 2012).
pub type Signature = Option<Box<[u32; SIZE]>>;

/// The sketch of an article, `None` for a short one.
pub fn signature(doc: &Doc) -> Signature {
    let body = doc.sentences.iter().filter(|s| s.zone != Zone::Title).flat_map(|s| s.tokens());
    let hashes: Vec<u64> = body
        .map(|i| doc.token(i))
        .filter(|w| w.chars().next().is_some_and(char::is_alphanumeric))
        .map(|w| w.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)))
        .collect();
    if hashes.len() < SHORTEST {
        return None;
    }
    let mut least = [u32::MAX; SIZE];
    for w in hashes.windows(3) {
        let mixed = (w[0] ^ w[1].rotate_left(21) ^ w[2].rotate_left(42)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = mixed ^ (mixed >> 31);
        let at = &mut least[(mixed >> 59) as usize];
        *at = (*at).min(mixed as u32);
    }
    Some(Box::new(least))
}

/// The newest version of a source id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// How many versions came before it.
    pub revision: u32,
    /// Its article.
    pub article: u64,
}

/// An article of which is known who it is and how it reads.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// The bits of its id.
    pub id: u128,
    /// Its sketch; none where it is short, or a copy: copies are found by their first article.
    pub signature: Signature,
}

/// The articles so far, numbered in the order of the input: of a run in memory, of years on disk.
pub trait Memory {
    /// What can go wrong with it.
    type Error;

    /// The article of a number.
    ///
    /// # Errors
    /// Where the memory cannot be read; so for all of these.
    fn article(&self, number: u64) -> Result<Remembered, Self::Error>;
    /// The first article with this content.
    fn content(&self, hash: u128) -> Result<Option<u64>, Self::Error>;
    /// The newest version of a source id.
    fn version(&self, source: u128) -> Result<Option<Version>, Self::Error>;
    /// The first article whose sketch has this band.
    fn band(&self, band: u64) -> Result<Option<u64>, Self::Error>;

    /// Adds an article; gives its number.
    fn add(&mut self, article: Remembered) -> u64;
    /// Remembers the first article with a content.
    fn set_content(&mut self, hash: u128, article: u64);
    /// Remembers the newest version of a source id.
    fn set_version(&mut self, source: u128, version: Version);
    /// Remembers the first article with a band.
    fn set_band(&mut self, band: u64, article: u64);
}

/// Says how an article is related to those before it, and remembers it.
///
/// # Errors
/// Where the memory cannot be read.
pub fn kinship<M: Memory>(memory: &mut M, summary: &Summary) -> Result<Kinship, M::Error> {
    let (content, source) =
        (ids::number(&[summary.content_hash.as_bytes()]), ids::number(&[summary.source_id.as_bytes()]));
    let id = ids::pack(&summary.article_id);
    let found = Found::look(memory, content, source, &summary.signature)?;
    let mut kinship = Kinship::default();
    let of = |number: u64| Ok(Some(ids::unpack('a', memory.article(number)?.id)));
    if let Some(first) = found.first {
        kinship.duplicate_of = of(first)?;
        kinship.duplicate_kind = Some("exact");
    } else if found.before.is_none()
        && let Some(first) = found.nearest(memory, &summary.signature)?
    {
        kinship.duplicate_of = of(first)?;
        kinship.duplicate_kind = Some("near");
    }
    if let Some(before) = found.before {
        let article = memory.article(before.article)?.id;
        // The same text from the same source is no new version of it.
        if article != id {
            kinship.revision = i64::from(before.revision) + 1;
            kinship.supersedes = Some(ids::unpack('a', article));
        }
    }
    found.remember(memory, [id, content, source], &kinship, &summary.signature);
    Ok(kinship)
}

/// Remembers an article, the bits of whose id, content and source id are given, and how it is related to those before it.
///
/// # Errors
/// Where the memory cannot be read.
pub fn remember<M: Memory>(
    memory: &mut M,
    article: [u128; 3],
    kinship: &Kinship,
    signature: &Signature,
) -> Result<(), M::Error> {
    let [_, content, source] = article;
    Found::look(memory, content, source, signature)?.remember(memory, article, kinship, signature);
    Ok(())
}

/// What a memory has for an article: each is looked up once.
struct Found {
    /// The first article with the same content.
    first: Option<u64>,
    /// The version before.
    before: Option<Version>,
    /// The bands of the sketch and the first articles that have them; none where the content is known.
    bands: SmallVec<[(u64, Option<u64>); SIZE / BAND]>,
}

impl Found {
    fn look<M: Memory>(memory: &M, content: u128, source: u128, signature: &Signature) -> Result<Self, M::Error> {
        let (first, before) = (memory.content(content)?, memory.version(source)?);
        let mut found = Found { first, before, bands: SmallVec::new() };
        for band in signature.as_deref().filter(|_| first.is_none()).into_iter().flat_map(bands) {
            found.bands.push((band, memory.band(band)?));
        }
        Ok(found)
    }

    /// The first article whose text is nearly the same.
    fn nearest<M: Memory>(&self, memory: &M, signature: &Signature) -> Result<Option<u64>, M::Error> {
        let Some(sketch) = signature else { return Ok(None) };
        let equal = |other: &[u32; SIZE]| sketch.iter().zip(other.iter()).filter(|(a, b)| a == b).count();
        let mut nearest: Option<u64> = None;
        for number in self.bands.iter().filter_map(|(_, article)| *article) {
            if nearest.is_none_or(|n| number < n)
                && memory.article(number)?.signature.is_some_and(|other| equal(&other) >= NEAR)
            {
                nearest = Some(number);
            }
        }
        Ok(nearest)
    }

    fn remember<M: Memory>(
        &self,
        memory: &mut M,
        [id, content, source]: [u128; 3],
        kinship: &Kinship,
        signature: &Signature,
    ) {
        let signature = signature.clone().filter(|_| kinship.duplicate_of.is_none());
        let number = memory.add(Remembered { id, signature });
        if self.first.is_none() {
            memory.set_content(content, number);
        }
        for (band, article) in &self.bands {
            if article.is_none() {
                memory.set_band(*band, number);
            }
        }
        let revision = kinship.revision as u32;
        if self.before.is_none_or(|before| before.revision < revision) {
            memory.set_version(source, Version { revision, article: number });
        }
    }
}

/// The articles of a run: some 400 bytes each.
#[derive(Debug, Default)]
pub(super) struct Index {
    ids: Vec<u128>,
    signatures: Vec<Signature>,
    contents: FxHashMap<u128, u32>,
    /// Revision and article by hash of source id.
    versions: FxHashMap<u128, (u32, u32)>,
    bands: FxHashMap<u64, u32>,
}

impl Memory for Index {
    type Error = Infallible;

    fn article(&self, number: u64) -> Result<Remembered, Infallible> {
        let n = number as usize;
        Ok(Remembered { id: self.ids[n], signature: self.signatures[n].clone() })
    }

    fn content(&self, hash: u128) -> Result<Option<u64>, Infallible> {
        Ok(self.contents.get(&hash).map(|&n| n.into()))
    }

    fn version(&self, source: u128) -> Result<Option<Version>, Infallible> {
        Ok(self.versions.get(&source).map(|&(revision, article)| Version { revision, article: article.into() }))
    }

    fn band(&self, band: u64) -> Result<Option<u64>, Infallible> {
        Ok(self.bands.get(&band).map(|&n| n.into()))
    }

    fn add(&mut self, article: Remembered) -> u64 {
        self.ids.push(article.id);
        self.signatures.push(article.signature);
        self.ids.len() as u64 - 1
    }

    fn set_content(&mut self, hash: u128, article: u64) {
        self.contents.insert(hash, article as u32);
    }

    fn set_version(&mut self, source: u128, version: Version) {
        self.versions.insert(source, (version.revision, version.article as u32));
    }

    fn set_band(&mut self, band: u64, article: u64) {
        self.bands.insert(band, article as u32);
    }
}

fn bands(sketch: &[u32; SIZE]) -> impl Iterator<Item = u64> + '_ {
    sketch.chunks_exact(BAND).enumerate().map(|(n, values)| {
        let mix = |h: u64, &v: &u32| (h ^ u64::from(v)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17);
        values.iter().fold(n as u64 + 1, mix)
    })
}
