//! The same article again, a rewrite of it, a later version of it.

use super::Summary;
use crate::doc::{Doc, Zone};
use crate::tables::ids;
use rustc_hash::FxHashMap;

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

const SIZE: usize = 32;
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

/// The articles so far: some 400 bytes each.
#[derive(Debug, Default)]
pub(super) struct Index {
    ids: Vec<u128>,
    signatures: Vec<Signature>,
    /// First article by hash of content.
    contents: FxHashMap<u128, u32>,
    /// Revision and article by hash of source id.
    versions: FxHashMap<u128, (u32, u32)>,
    bands: FxHashMap<u64, u32>,
}

impl Index {
    pub(super) fn add(&mut self, summary: &Summary) -> Kinship {
        let number = self.ids.len() as u32;
        let mut kinship = Kinship::default();
        let (content, source) =
            (ids::number(&[summary.content_hash.as_bytes()]), ids::number(&[summary.source_id.as_bytes()]));
        let id = |of: u32| Some(ids::unpack('a', self.ids[of as usize]));
        if let Some(&first) = self.contents.get(&content) {
            kinship.duplicate_of = id(first);
            kinship.duplicate_kind = Some("exact");
        } else {
            self.contents.insert(content, number);
            if let Some(version) = self.versions.get_mut(&source) {
                kinship.revision = i64::from(version.0) + 1;
                kinship.supersedes = id(version.1);
                *version = (version.0 + 1, number);
            } else {
                self.versions.insert(source, (0, number));
                if let Some(first) = self.nearest(&summary.signature) {
                    kinship.duplicate_of = id(first);
                    kinship.duplicate_kind = Some("near");
                }
            }
            self.remember(&summary.signature, number);
        }
        self.ids.push(ids::pack(&summary.article_id));
        // Copies are found by their first article: its sketch is enough.
        self.signatures.push(summary.signature.clone().filter(|_| kinship.duplicate_of.is_none()));
        kinship
    }

    fn nearest(&self, signature: &Signature) -> Option<u32> {
        let sketch = signature.as_ref()?;
        let alike = |n: u32| {
            let other = self.signatures[n as usize].as_ref()?;
            let equal = sketch.iter().zip(other.iter()).filter(|(a, b)| a == b).count();
            (equal >= NEAR).then_some(n)
        };
        bands(sketch).filter_map(|band| self.bands.get(&band)).filter_map(|&n| alike(n)).min()
    }

    fn remember(&mut self, signature: &Signature, number: u32) {
        if let Some(sketch) = signature {
            for band in bands(sketch) {
                self.bands.entry(band).or_insert(number);
            }
        }
    }
}

fn bands(sketch: &[u32; SIZE]) -> impl Iterator<Item = u64> + '_ {
    sketch.chunks_exact(BAND).enumerate().map(|(n, values)| {
        let mix = |h: u64, &v: &u32| (h ^ u64::from(v)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17);
        values.iter().fold(n as u64 + 1, mix)
    })
}
