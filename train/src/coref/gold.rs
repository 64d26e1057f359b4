//! What pronouns and descriptions mean, as the annotated sets say.

use super::{Maker, Text};
use crate::files::{LEAKS, json_lines};
use anyhow::{Context, Result};
use dateline::doc::{Doc, EntityType, MentionKind};
use dateline::entity::coref::Case;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Genres of GUM whose texts are CC BY, CC BY-SA or public domain.
const GENRES: [&str; 10] =
    ["academic", "bio", "conversation", "court", "interview", "news", "speech", "textbook", "vlog", "voyage"];
/// Entities that a token's phrase means, by token; none of them where the list is empty.
#[derive(Default)]
pub struct Gold {
    meant: BTreeMap<usize, Vec<u32>>,
    /// Clusters with all mentions as tokens, where the set has them.
    pub clusters: Vec<Vec<(usize, usize)>>,
}

impl Gold {
    /// The right choices of a case, `None` where the gold does not say.
    pub fn right(&self, case: &Case) -> Option<Vec<usize>> {
        let meant = (case.first..=case.head).rev().find_map(|i| self.meant.get(&i))?;
        let right = case.candidates.iter().enumerate().filter(|(_, e)| meant.contains(e)).map(|(n, _)| n + 1);
        let right: Vec<usize> = right.collect();
        Some(if right.is_empty() { vec![0] } else { right })
    }

    /// Tokens with what they mean.
    pub fn all(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.meant.iter().map(|(&i, e)| (i, e.as_slice()))
    }
}

/// The articles of a file annotated with relations.
pub fn articles(maker: &mut Maker, path: &Path, weight: f32) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for article in json_lines(path)? {
        texts.extend(self::article(maker, &article?, weight)?);
    }
    Ok(texts)
}

/// An annotated article, in the shape of the gold files; none where it shares lines with development articles.
pub fn article(maker: &mut Maker, article: &Value, weight: f32) -> Result<Option<Text>> {
    if LEAKS.contains(&article["id"].as_str().unwrap_or("")) {
        return Ok(None);
    }
    let text = article["text"].as_str().context("an article without text")?;
    let title = article["title"].as_str().unwrap_or("");
    let doc = maker.document(text, if text.starts_with(title) { title.len() } else { 0 });
    let bytes: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
    let mut gold = Gold::default();
    for relation in article["relations"].as_array().context("no relations")? {
        for place in ["source", "target"] {
            let at = |i: usize| relation[place][i].as_u64().and_then(|n| bytes.get(n as usize)).copied();
            let name = relation[format!("{place}_name")].as_str().unwrap_or("");
            let (Some(start), Some(end)) = (at(0), at(1)) else { continue };
            let last = doc.tokens.partition_point(|t| (t.start as usize) < end);
            let first = doc.tokens.partition_point(|t| t.end as usize <= start);
            if first >= last || name.is_empty() {
                continue;
            }
            let own = key(&text[start..end]) == key(name);
            let meant = if own { Vec::new() } else { named(&doc, name) };
            gold.meant.insert(last - 1, meant);
        }
    }
    Ok(Some(Text { doc, gold, weight }))
}

/// Entities that bear a name: in full, or people by their last name.
fn named(doc: &Doc, name: &str) -> Vec<u32> {
    let name = key(name);
    let bears = |whole: bool| -> Vec<u32> {
        let fits = |own: &str, person: bool| {
            let own = key(own);
            let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with(' '));
            if whole { own == name } else { person && (ends(&own, &name) || ends(&name, &own)) }
        };
        (0..doc.entities.len() as u32)
            .filter(|&e| {
                let entity = &doc.entities[e as usize];
                let person = entity.etype == EntityType::Person;
                fits(&entity.name, person) || entity.aliases.iter().any(|a| fits(a, person))
            })
            .collect()
    };
    let whole = bears(true);
    if whole.is_empty() { bears(false) } else { whole }
}

fn key(name: &str) -> String {
    let words: Vec<String> =
        name.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_lowercase).collect();
    let words = if words.first().is_some_and(|w| w == "the") { &words[1..] } else { &words[..] };
    words.join(" ")
}

/// The documents of OntoGUM in genres that may be learnt from.
pub fn ontogum(maker: &mut Maker, path: &Path, weight: f32) -> Result<Vec<Text>> {
    let mut texts = Vec::new();
    for row in json_lines(path)? {
        let row = row?;
        if !GENRES.contains(&row["genre"].as_str().unwrap_or("")) {
            continue;
        }
        // Tokens joined by spaces, with the byte at which each begins and ends.
        let (mut text, mut places) = (String::new(), Vec::new());
        for sentence in row["sentences"].as_array().context("no sentences")? {
            let mut tokens = Vec::new();
            for token in sentence.as_array().context("no tokens")? {
                let start = text.len();
                text.push_str(token.as_str().unwrap_or(""));
                tokens.push((start, text.len()));
                text.push(' ');
            }
            text.pop();
            text.push('\n');
            places.push(tokens);
        }
        let doc = maker.document(&text, 0);
        let mut clusters: BTreeMap<&str, Vec<(usize, usize)>> = BTreeMap::new();
        for mention in row["mentions"].as_array().context("no mentions")? {
            let number = |key: &str| mention[key].as_u64().unwrap_or(0) as usize;
            let tokens = &places[number("sent")];
            let (start, end) = (tokens[number("start")].0, tokens[number("end") - 1].1);
            let first = doc.tokens.partition_point(|t| t.end as usize <= start);
            let last = doc.tokens.partition_point(|t| (t.start as usize) < end);
            clusters.entry(mention["cluster"].as_str().unwrap_or("")).or_default().push((first, last));
        }
        let clusters: Vec<Vec<(usize, usize)>> = clusters.into_values().collect();
        let gold = Gold { meant: meant(&doc, &clusters), clusters };
        texts.push(Text { doc, gold, weight });
    }
    Ok(texts)
}

/// For each token that heads no name: the entities of the cluster of the smallest mention that ends with it or begins at it.
fn meant(doc: &Doc, clusters: &[Vec<(usize, usize)>]) -> BTreeMap<usize, Vec<u32>> {
    // The smallest mention around a range of tokens, with its cluster.
    let around = |first: usize, last: usize| {
        let all = clusters.iter().enumerate().flat_map(|(c, m)| m.iter().map(move |&(a, b)| (b - a, a, c)));
        all.filter(|&(n, a, _)| a <= first && a + n >= last).min()
    };
    let mut entities = vec![Vec::new(); clusters.len()];
    for mention in doc.mentions.iter().filter(|m| m.kind == MentionKind::Name) {
        let (first, last) = (mention.first as usize, mention.last as usize);
        if let (Some((n, _, c)), Some(entity)) = (around(first, last), mention.entity)
            && n <= last - first + 4
            && !entities[c].contains(&entity)
        {
            entities[c].push(entity);
        }
    }
    let head = |i: usize, n: usize, a: usize| {
        // The phrase's head hangs on something outside of it.
        let to = doc.heads[i] as usize;
        to == i || !(a..a + n).contains(&to)
    };
    (0..doc.tokens.len())
        .map(|i| match around(i, i + 1) {
            Some((n, a, c)) if head(i, n, a) => (i, entities[c].clone()),
            _ => (i, Vec::new()),
        })
        .collect()
}
