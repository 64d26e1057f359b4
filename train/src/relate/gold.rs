//! Articles with their gold relations, taken through the stages before.

use crate::files::{LEAKS, Shared, json_lines};
use crate::passages;
use anyhow::{Context, Result};
use dateline::doc::{Doc, Modality, RelationType};
use dateline::entity::{Entities, EntityScratch};
use dateline::model::{ModelSource, Words};
use dateline::parse::{ParseScratch, Parser};
use dateline::relate::cues::{Cue, can_be_cue};
use dateline::segment::{SegmentScratch, Segmenter};
use dateline::tag::{TagScratch, Tagger};
use dateline::text::{Span, Vocab};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// How much a gold article counts, against a passage of the project's own.
const GOLD: f32 = 2.0;

/// An article up to its names, and its gold acts in order of cue.
pub struct Text {
    pub doc: Doc,
    pub acts: Vec<Act>,
    pub weight: f32,
    /// A number for the set it is from, where that has habits of its own.
    pub habits: Option<u64>,
}

/// The relations of one cue.
pub struct Act {
    pub cue: Cue,
    pub sources: Vec<Given>,
    pub targets: Vec<Given>,
    pub affected: Vec<Given>,
    pub negated: bool,
    pub modality: Modality,
    /// Whose word it is; empty for the article's own.
    pub attributed: String,
}

/// A gold argument.
#[derive(Clone, PartialEq)]
pub struct Given {
    pub span: Option<Span>,
    pub name: String,
}

/// Whether two names share a word.
pub fn same_name(a: &str, b: &str) -> bool {
    let words = |s: &str| -> Vec<String> {
        s.split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty() && *w != "the")
            .map(str::to_lowercase)
            .collect()
    };
    let other = words(b);
    words(a).iter().any(|w| other.contains(w))
}

impl Text {
    /// Whether the last saying in an earlier sentence is by `name`.
    pub fn speaks_before(&self, act: &Act, name: &str) -> bool {
        let sentence = self.doc.sentence_of(act.cue.token);
        let before = |a: &&Act| {
            a.cue.rtype.is_speech()
                && self.doc.sentence_of(a.cue.token) < sentence
                && a.sources.iter().any(|s| s.span.is_some())
        };
        self.acts.iter().rev().find(before).is_some_and(|a| a.sources.iter().any(|s| same_name(&s.name, name)))
    }
}

/// Takes texts through the stages before relations.
pub struct Maker {
    segmenter: Segmenter,
    tagger: Tagger,
    parser: Parser,
    entities: Entities,
    pub vocab: Vocab,
    scratch: (SegmentScratch, TagScratch, ParseScratch, EntityScratch),
}

impl Maker {
    /// Loads the models of the stages before.
    pub fn load(source: &ModelSource) -> Result<Self> {
        let words = Arc::new(Words::load(source)?);
        Ok(Maker {
            segmenter: Segmenter::load(source)?,
            tagger: Tagger::load(source, words.clone())?,
            parser: Parser::load(source, words.clone())?,
            entities: Entities::load(source, words)?,
            vocab: Vocab::default(),
            scratch: Default::default(),
        })
    }

    /// All that may be learnt from: gold articles, focus passages, and the project's own annotations.
    pub fn train(&mut self, shared: &Shared) -> Result<Vec<Text>> {
        let mut texts = Vec::new();
        for set in ["relations.train", "relations.focus.train"] {
            for article in json_lines(&shared.gold(&format!("{set}.jsonl")))? {
                let article = article?;
                if !LEAKS.contains(&article["id"].as_str().unwrap_or("")) {
                    texts.push(self.text(&article, GOLD, None)?);
                }
            }
        }
        for passage in passages::read(shared, Path::new(passages::PATH))? {
            texts.push(self.text(&passage, 1.0, passage["round"].as_u64().or(Some(1)))?);
        }
        Ok(texts)
    }

    /// The dev articles.
    pub fn dev(&mut self, shared: &Shared) -> Result<Vec<Text>> {
        json_lines(&shared.gold("relations.dev.jsonl"))?.map(|article| self.text(&article?, 1.0, None)).collect()
    }

    fn text(&mut self, article: &Value, weight: f32, habits: Option<u64>) -> Result<Text> {
        let text = article["text"].as_str().context("an article without text")?;
        let title = article["title"].as_str().unwrap_or("");
        let title = if text.starts_with(title) { title.len() } else { 0 };
        let mut doc = Doc { text: text.to_string(), title: Span::new(0, title), ..Doc::default() };
        let (segment, tag, parse, entity) = &mut self.scratch;
        self.segmenter.segment(&mut doc, &mut self.vocab, segment);
        self.tagger.tag(&mut doc, &mut self.vocab, tag);
        self.parser.parse(&mut doc, &self.vocab, parse);
        self.entities.find(&mut doc, &mut self.vocab, entity);
        let acts = acts(&doc, article)?;
        Ok(Text { doc, acts, weight, habits })
    }
}

/// The relations of an article, those of one cue and type together.
fn acts(doc: &Doc, article: &Value) -> Result<Vec<Act>> {
    let bytes: Vec<usize> = doc.text.char_indices().map(|(i, _)| i).chain([doc.text.len()]).collect();
    let mut acts: Vec<Act> = Vec::new();
    for relation in article["relations"].as_array().context("no relations")? {
        let span = |key: &str| {
            let at = |i: usize| relation[key][i].as_u64().and_then(|n| bytes.get(n as usize)).copied();
            Some(Span::new(at(0)?, at(1)?))
        };
        let Some(token) = span("cue").and_then(|cue| head(doc, cue)) else { continue };
        let string = |key: &str| relation[key].as_str().unwrap_or("").to_string();
        let rtype: RelationType = string("type").parse().map_err(anyhow::Error::msg)?;
        let given = |key: &str| Given { span: span(key), name: string(&format!("{key}_name")) };
        let new = [given("source"), given("target"), given("affected")];
        match acts.iter_mut().find(|a| a.cue.token == token && a.cue.rtype == rtype) {
            Some(act) => {
                for (list, given) in [&mut act.sources, &mut act.targets, &mut act.affected].into_iter().zip(new) {
                    if !list.contains(&given) {
                        list.push(given);
                    }
                }
            }
            None => {
                let [source, target, affected] = new.map(|given| vec![given]);
                acts.push(Act {
                    cue: Cue { token, rtype, confidence: 1.0 },
                    sources: source,
                    targets: target,
                    affected,
                    negated: relation["negated"].as_bool().unwrap_or(false),
                    modality: relation["modality"].as_str().unwrap_or("actual").parse().map_err(anyhow::Error::msg)?,
                    attributed: string("attributed_to"),
                });
            }
        }
    }
    acts.sort_by_key(|a| (a.cue.token, a.cue.rtype as u8));
    Ok(acts)
}

/// The head of a cue: the token that can be one and hangs outside of it.
fn head(doc: &Doc, cue: Span) -> Option<usize> {
    let first = doc.tokens.partition_point(|t| t.end <= cue.start);
    let last = doc.tokens.partition_point(|t| t.start < cue.end);
    let inside = |i: usize| (first..last).contains(&i);
    (first..last).filter(|&i| can_be_cue(doc, i)).min_by_key(|&i| {
        let head = doc.heads[i] as usize;
        (inside(head) && head != i, i)
    })
}
