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
pub const SIZE: usize = 64;
/// Values of a band: two articles are compared where all values of a band are equal.
const BAND: usize = 3;
/// Bands of a sketch.
pub const BANDS: usize = SIZE / BAND;
/// Share of equal values from which two articles are one story in nearly the same words.
const NEAR: f32 = 0.5;
/// Shorter texts are alike by chance.
const SHORTEST: usize = 40;
/// No triple of the text fell into this place.
const EMPTY: u16 = u16::MAX;

/// A sketch of the text's word triples: equal values are about as frequent as shared triples (Broder 1997; one permutation, Li et al. 2012).
pub type Signature = Option<Box<[u16; SIZE]>>;

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
    let mut least = [u64::MAX; SIZE];
    for w in hashes.windows(3) {
        let mixed = (w[0] ^ w[1].rotate_left(21) ^ w[2].rotate_left(42)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = mixed ^ (mixed >> 31);
        let at = &mut least[(mixed >> 58) as usize];
        *at = (*at).min(mixed & (u64::MAX >> 6));
    }
    // The last bits of the least value tell it from others as well as all of them.
    Some(Box::new(least.map(|l| if l == u64::MAX { EMPTY } else { (l as u16).min(EMPTY - 1) })))
}

/// The newest version of a source id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// How many versions came before it.
    pub revision: u32,
    /// Its article.
    pub article: u64,
}

/// The articles so far, numbered in the order of the input: of a run in memory, of years on disk.
pub trait Memory {
    /// What can go wrong with it.
    type Error;

    /// The bits of the id of an article.
    ///
    /// # Errors
    /// Where the memory cannot be read; so for all of these.
    fn article(&self, number: u64) -> Result<u128, Self::Error>;
    /// The sketch of an article; none where it is short, or a copy: copies are found by their first article.
    fn sketch(&self, number: u64) -> Result<Signature, Self::Error>;
    /// The first article with this content.
    fn content(&self, hash: u128) -> Result<Option<u64>, Self::Error>;
    /// The newest version of a source id.
    fn version(&self, source: u128) -> Result<Option<Version>, Self::Error>;
    /// The first article whose sketch has this band.
    fn band(&self, band: u32) -> Result<Option<u64>, Self::Error>;

    /// Adds an article with the bits of its id and its sketch; gives its number.
    fn add(&mut self, id: u128, sketch: Signature) -> u64;
    /// Remembers the first article with a content.
    fn set_content(&mut self, hash: u128, article: u64);
    /// Remembers the newest version of a source id.
    fn set_version(&mut self, source: u128, version: Version);
    /// Remembers the first article with a band.
    fn set_band(&mut self, band: u32, article: u64);
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
    let of = |number: u64| Ok(Some(ids::unpack('a', memory.article(number)?)));
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
        let article = memory.article(before.article)?;
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
    bands: SmallVec<[(u32, Option<u64>); BANDS]>,
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
        let alike = |other: &[u16; SIZE]| {
            let pairs = || sketch.iter().zip(other.iter()).filter(|(a, b)| **a != EMPTY || **b != EMPTY);
            let equal = pairs().filter(|(a, b)| a == b).count();
            equal as f32 >= NEAR * pairs().count() as f32
        };
        let mut nearest: Option<u64> = None;
        for number in self.bands.iter().filter_map(|(_, article)| *article) {
            if nearest.is_none_or(|n| number < n) && memory.sketch(number)?.is_some_and(|other| alike(&other)) {
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
        let number = memory.add(id, signature);
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

/// The articles of a run: some 650 bytes each.
#[derive(Debug, Default)]
pub(super) struct Index {
    ids: Vec<u128>,
    signatures: Vec<Signature>,
    /// First article by hash of content.
    contents: FxHashMap<u128, u32>,
    /// Revision and article by hash of source id.
    versions: FxHashMap<u128, (u32, u32)>,
    /// First article by values of a band.
    bands: FxHashMap<u32, u32>,
}

impl Memory for Index {
    type Error = Infallible;

    fn article(&self, number: u64) -> Result<u128, Infallible> {
        Ok(self.ids[number as usize])
    }

    fn sketch(&self, number: u64) -> Result<Signature, Infallible> {
        Ok(self.signatures[number as usize].clone())
    }

    fn content(&self, hash: u128) -> Result<Option<u64>, Infallible> {
        Ok(self.contents.get(&hash).map(|&n| n.into()))
    }

    fn version(&self, source: u128) -> Result<Option<Version>, Infallible> {
        Ok(self.versions.get(&source).map(|&(revision, article)| Version { revision, article: article.into() }))
    }

    fn band(&self, band: u32) -> Result<Option<u64>, Infallible> {
        Ok(self.bands.get(&band).map(|&n| n.into()))
    }

    fn add(&mut self, id: u128, sketch: Signature) -> u64 {
        self.ids.push(id);
        self.signatures.push(sketch);
        self.ids.len() as u64 - 1
    }

    fn set_content(&mut self, hash: u128, article: u64) {
        self.contents.insert(hash, article as u32);
    }

    fn set_version(&mut self, source: u128, version: Version) {
        self.versions.insert(source, (version.revision, version.article as u32));
    }

    fn set_band(&mut self, band: u32, article: u64) {
        self.bands.insert(band, article as u32);
    }
}

fn bands(sketch: &[u16; SIZE]) -> impl Iterator<Item = u32> + '_ {
    let full = sketch.chunks_exact(BAND).enumerate().filter(|(_, values)| !values.contains(&EMPTY));
    full.map(|(n, values)| {
        let mix = |h: u64, &v: &u16| (h ^ u64::from(v)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17);
        (values.iter().fold(n as u64 + 1, mix) >> 11) as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ModelSource;
    use crate::segment::{SegmentScratch, Segmenter};
    use crate::text::{Span, Vocab};
    use std::io::Read;

    /// What a user does to an article: the headline is not part of the sketch, so that the body alone is changed.
    fn edits(body: &str, n: usize) -> [(&'static str, String); 3] {
        let paragraphs: Vec<&str> = body.split('\n').filter(|p| !p.trim().is_empty()).collect();
        let dropped = paragraphs.iter().enumerate().filter(|(at, _)| *at != n % paragraphs.len()).map(|(_, p)| *p);
        let words: Vec<&str> = body.split(' ').collect();
        let step = (words.len() / 10).max(1);
        let changed = words.iter().enumerate().map(|(at, w)| if at % step == n % step { "otherwise" } else { w });
        [
            ("headline changed", body.to_string()),
            (
                "paragraph dropped",
                if paragraphs.len() < 3 { body.to_string() } else { dropped.collect::<Vec<_>>().join("\n") },
            ),
            ("ten words changed", changed.collect::<Vec<_>>().join(" ")),
        ]
    }

    /// Adds an article with this sketch, whose content and source are its own; gives the first that is nearly the same.
    fn add(index: &mut Index, n: usize, sketch: &Signature) -> Option<u64> {
        let own = n as u128;
        let Ok(found) = Found::look(index, own, own, sketch);
        let Ok(near) = found.nearest(index, sketch);
        let kinship = Kinship { duplicate_of: near.map(|n| n.to_string()), ..Kinship::default() };
        found.remember(index, [own; 3], &kinship, sketch);
        near
    }

    fn triples(body: &str) -> std::collections::HashSet<Vec<&str>> {
        let words: Vec<&str> = body.split_whitespace().collect();
        words.windows(3).map(<[&str]>::to_vec).collect()
    }

    /// Reads the articles, adds the edited copies behind them and counts what is found. A pair that was not made by an edit is
    /// right where the two share half of their triples.
    #[test]
    fn copies_are_found_and_stories_told_apart() {
        let segmenter = Segmenter::load(&ModelSource::Embedded).unwrap();
        let (mut bodies, mut names) = (Vec::new(), Vec::new());
        for name in ["fnc1", "giveme5w1h"] {
            let path =
                std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/data/text/{name}.jsonl.gz"));
            let Ok(file) = std::fs::File::open(&path) else {
                println!("{} is not here: not tested", path.display());
                return;
            };
            let mut lines = String::new();
            flate2::read::MultiGzDecoder::new(file).read_to_string(&mut lines).unwrap();
            for line in lines.lines() {
                let value: serde_json::Value = serde_json::from_str(line).unwrap();
                bodies.push(value["body"].as_str().unwrap().to_string());
                names.push("");
            }
        }
        let originals = bodies.len();
        for n in 0..originals {
            for (name, body) in edits(&bodies[n], n) {
                bodies.push(body);
                names.push(name);
            }
        }
        let (mut index, mut doc, mut vocab, mut scratch) =
            (Index::default(), Doc::default(), Vocab::default(), SegmentScratch::default());
        let mut found: Vec<Option<u64>> = Vec::new();
        let mut seconds = 0.0;
        for (n, body) in bodies.iter().enumerate() {
            doc.clear();
            doc.text.push_str(body);
            doc.title = Span::default();
            segmenter.segment(&mut doc, &mut vocab, &mut scratch);
            let clock = std::time::Instant::now();
            let sketch = signature(&doc);
            let near = add(&mut index, n, &sketch);
            seconds += clock.elapsed().as_secs_f64();
            found.push(near);
        }
        // Of originals that are copies of each other, and of their copies, the first is the story.
        let story = |n: usize| found[n].map_or(n, |f| f as usize);
        let (mut right, mut wrong) = (0, 0);
        for (n, near) in found.iter().enumerate().filter_map(|(n, f)| Some((n, (*f)? as usize))) {
            let own = (n >= originals).then(|| (n - originals) / 3);
            if own.is_some_and(|own| story(own) == near) {
                right += 1;
                continue;
            }
            let (a, b) = (triples(&bodies[n]), triples(&bodies[near]));
            let shared = a.intersection(&b).count();
            let alike = shared * 2 >= a.union(&b).count() || shared * 3 >= 2 * a.len().min(b.len());
            if alike { right += 1 } else { wrong += 1 }
        }
        println!(
            "{originals} articles, {} pairs found: precision {:.4}",
            right + wrong,
            f64::from(right) / f64::from(right + wrong)
        );
        for name in ["headline changed", "paragraph dropped", "ten words changed"] {
            let long = |n: &usize| bodies[*n].split_whitespace().count() >= SHORTEST + 10;
            let all: Vec<usize> = (originals..bodies.len()).filter(|&n| names[n] == name).filter(long).collect();
            let hits = all.iter().filter(|&&n| found[n].is_some()).count();
            let recall = hits as f64 / all.len() as f64;
            println!("{name}: recall {recall:.4} of {}", all.len());
            assert!(recall > 0.95, "{name}");
        }
        println!("{:.1} microseconds an article", seconds * 1e6 / bodies.len() as f64);
        assert!(f64::from(wrong) < 0.02 * f64::from(right + wrong), "{wrong} of {}", right + wrong);
    }

    /// What tables and sketches hold for an article; twice as much where the tables have just grown.
    #[test]
    fn a_long_run_fits_into_memory() {
        let (mut index, mut state) = (Index::default(), 1u64);
        const ARTICLES: usize = 20_000;
        for n in 0..ARTICLES {
            let sketch = std::array::from_fn(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 40) as u16
            });
            let sketch = Some(Box::new(sketch));
            assert_eq!(add(&mut index, n, &sketch), None);
        }
        // A table has a byte of its own beside each place, and an eighth of its places are always free.
        fn table<K, V>(map: &FxHashMap<K, V>) -> usize {
            map.capacity() * 8 / 7 * (size_of::<(K, V)>() + 1)
        }
        let flat = index.ids.capacity() * size_of::<u128>() + index.signatures.capacity() * size_of::<Signature>();
        let sketches = ARTICLES * size_of::<[u16; SIZE]>();
        let bytes = flat + sketches + table(&index.contents) + table(&index.versions) + table(&index.bands);
        println!("{} bytes an article", bytes / ARTICLES);
        assert!(bytes / ARTICLES < 1000, "{}", bytes / ARTICLES);
    }
}
