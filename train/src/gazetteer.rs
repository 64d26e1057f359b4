//! `train gazetteer`: lists of known names (models/gazetteer.bin), from open lists, the project's own
//! (train/lexicon/names.tsv), and what the news text shows of how words are written.

mod lists;

use crate::files::{Shared, json_lines};
use anyhow::Result;
use dateline::doc::{Doc, Zone};
use dateline::entity::gazetteer::{self, Class, Classes, EMPTY, Gazetteer, PREFIX};
use dateline::model::{ModelSource, ModelWriter};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::text::{Vocab, chars};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::path::Path;

/// The news and speeches that the writing of words is counted in.
const TEXTS: [&str; 6] = [
    "text/allsides.jsonl.zst",
    "text/fnc1.jsonl.gz",
    "text/giveme5w1h.jsonl.gz",
    "text/ungdc.jsonl.zst",
    "text/whitehouse-2017.jsonl.gz",
    "text/state-union.jsonl.gz",
];
/// Sights of a word within sentences before its writing counts.
const MIN_COUNT: u32 = 5;
/// Longest entry, in tokens.
const LONGEST: usize = 8;

/// Compiles and writes `gazetteer.bin` into `models`; `own` is the project's list.
pub fn run(shared: &Shared, models: &Path, own: &Path) -> Result<()> {
    let mut compiler = Compiler::default();
    let mut counts: BTreeMap<u8, usize> = BTreeMap::new();
    lists::all(shared, own, &mut |class, name| {
        *counts.entry(class as u8).or_default() += 1;
        compiler.add(class, name);
    })?;
    let listed = compiler.entries.len();
    compiler.writing(shared)?;
    eprintln!("{listed} keys from lists, {} with words; names a class: {counts:?}", compiler.entries.len());
    let sections = Gazetteer::sections(compiler.entries.into_iter());
    ModelWriter::new(Gazetteer::KIND, Gazetteer::VERSION)
        .section("buckets", &sections.buckets)
        .section("keys", &sections.keys)
        .section("sets", &sections.sets)
        .section("classes", &sections.classes)
        .write(&models.join("gazetteer.bin"))?;
    Ok(())
}

struct Compiler {
    segmenter: Segmenter,
    doc: Doc,
    vocab: Vocab,
    scratch: SegmentScratch,
    entries: FxHashMap<u64, Classes>,
}

impl Default for Compiler {
    fn default() -> Self {
        let segmenter = Segmenter::load(&ModelSource::Embedded).expect("it needs no file");
        let (doc, vocab, scratch, entries) = Default::default();
        Compiler { segmenter, doc, vocab, scratch, entries }
    }
}

impl Compiler {
    fn segment(&mut self, text: &str) {
        self.doc.clear();
        self.doc.text.push_str(text);
        self.segmenter.segment(&mut self.doc, &mut self.vocab, &mut self.scratch);
    }

    /// Adds a name as it is written, and without its accents.
    fn add(&mut self, class: Class, name: &str) {
        let name = name.trim();
        if name.len() < 2 || !name.chars().any(char::is_alphabetic) {
            return;
        }
        self.sequence(class, name);
        let plain: String = name.chars().map(plain).collect();
        if plain != name {
            self.sequence(class, &plain);
        }
    }

    fn sequence(&mut self, class: Class, name: &str) {
        self.segment(name);
        let mut lowers: Vec<&str> = self.doc.lowers.iter().map(|&l| self.vocab.word(l)).collect();
        if lowers.first() == Some(&"the") {
            lowers.remove(0);
        }
        if lowers.is_empty() || lowers.len() > LONGEST {
            return;
        }
        let mut key = EMPTY;
        for (n, lower) in lowers.iter().enumerate() {
            key = gazetteer::longer(key, gazetteer::word(lower));
            *self.entries.entry(key).or_default() |= if n + 1 == lowers.len() { class.bit() } else { PREFIX };
        }
    }

    /// How the news writes its words: with a capital or without, after a person's title or given name or not.
    fn writing(&mut self, shared: &Shared) -> Result<()> {
        // By lower-cased word, within sentences: sights, with a capital, with a capital after a given name or a title.
        let mut seen: Vec<[u32; 3]> = Vec::new();
        let mut words: Vec<u32> = Vec::new();
        let mut articles: FxHashSet<u64> = FxHashSet::default();
        for name in TEXTS {
            for article in json_lines(&shared.data(name))? {
                let body = article?["body"].as_str().unwrap_or("").to_string();
                // Rewrites of one story count once.
                if !articles.insert(gazetteer::word(body.get(..200).unwrap_or(&body))) {
                    continue;
                }
                self.segment(&body);
                seen.resize(self.vocab.len(), [0; 3]);
                words.clear();
                for sentence in self.doc.sentences.iter().filter(|s| s.zone != Zone::Title) {
                    let capitals = sentence.tokens().filter(|&i| self.doc.words[i] != self.doc.lowers[i]).count();
                    if capitals * 2 > sentence.tokens().len() {
                        continue;
                    }
                    for i in sentence.tokens().skip(1) {
                        let (word, lower) = (self.doc.words[i], self.doc.lowers[i]);
                        let seen = &mut seen[lower as usize];
                        seen[0] += 1;
                        if word != lower {
                            seen[1] += 1;
                            let before = self.vocab.word(self.doc.lowers[i - 1]);
                            let key = gazetteer::longer(EMPTY, gazetteer::word(before));
                            let lead = Class::Given.bit() | Class::Title.bit();
                            let classes = self.entries.get(&key).copied().unwrap_or(0);
                            let capital = self.doc.words[i - 1] != self.doc.lowers[i - 1];
                            seen[2] += u32::from(capital && classes & lead != 0);
                        }
                    }
                }
            }
        }
        for (lower, [all, capital, person]) in seen.into_iter().enumerate() {
            let word = self.vocab.word(lower as u32);
            if all < MIN_COUNT || chars::case(word) == chars::Case::None {
                continue;
            }
            let class = match capital * 100 / all {
                0..=9 => Class::Lower,
                10..=89 => Class::Either,
                _ => Class::Capital,
            };
            let entry = self.entries.entry(gazetteer::longer(EMPTY, gazetteer::word(word))).or_default();
            *entry |= class.bit();
            if capital >= 3 && person * 3 >= capital {
                *entry |= Class::AfterPerson.bit();
            }
        }
        Ok(())
    }
}

/// A Latin letter without its accent.
fn plain(c: char) -> char {
    const ACCENTED: [(&str, char); 52] = [
        ("àáâãäåāăąǎạảấầậắ", 'a'),
        ("ÀÁÂÃÄÅĀĂĄ", 'A'),
        ("çćĉċč", 'c'),
        ("ÇĆĈĊČ", 'C'),
        ("ďđḑḏ", 'd'),
        ("ĎĐḐ", 'D'),
        ("èéêëēĕėęěếềệẹ", 'e'),
        ("ÈÉÊËĒĔĖĘĚ", 'E'),
        ("ĝğġģ", 'g'),
        ("ĜĞĠĢ", 'G'),
        ("ĥħḩḥ", 'h'),
        ("ĤĦḨḤ", 'H'),
        ("ìíîïĩīĭįıị", 'i'),
        ("ÌÍÎÏĨĪĬĮİ", 'I'),
        ("ĵ", 'j'),
        ("Ĵ", 'J'),
        ("ķ", 'k'),
        ("Ķ", 'K'),
        ("ĺļľłŀ", 'l'),
        ("ĹĻĽŁ", 'L'),
        ("ñńņňŋ", 'n'),
        ("ÑŃŅŇ", 'N'),
        ("òóôõöøōŏőơốồộọ", 'o'),
        ("ÒÓÔÕÖØŌŎŐ", 'O'),
        ("ŕŗř", 'r'),
        ("ŔŖŘ", 'R'),
        ("śŝşšșṣ", 's'),
        ("ŚŜŞŠȘṢ", 'S'),
        ("ţťŧțṭ", 't'),
        ("ŢŤŦȚṬ", 'T'),
        ("ùúûüũūŭůűųưụ", 'u'),
        ("ÙÚÛÜŨŪŬŮŰŲ", 'U'),
        ("ŵ", 'w'),
        ("Ŵ", 'W'),
        ("ýÿŷ", 'y'),
        ("ÝŸŶ", 'Y'),
        ("źżžẓ", 'z'),
        ("ŹŻŽẒ", 'Z'),
        ("ə", 'a'),
        ("Ə", 'A'),
        ("ß", 's'),
        ("’‘ʻʿ`", '\''),
        ("þ", 't'),
        ("Þ", 'T'),
        ("ð", 'd'),
        ("Ð", 'D'),
        ("æ", 'a'),
        ("Æ", 'A'),
        ("œ", 'o'),
        ("Œ", 'O'),
        ("–—", '-'),
        ("\u{a0}", ' '),
    ];
    if c.is_ascii() {
        return c;
    }
    ACCENTED.iter().find(|(from, _)| from.contains(c)).map_or(c, |(_, to)| *to)
}
