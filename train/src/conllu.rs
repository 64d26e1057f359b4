//! Treebanks in CoNLL-U (universaldependencies.org/format.html).

use crate::files::open;
use anyhow::{Context, Result, bail};
use std::io::BufRead;
use std::path::Path;

/// A word of a sentence.
#[derive(Clone, Debug, Default)]
pub struct Word {
    /// As it stands in the text.
    pub form: String,
    /// Dictionary form.
    pub lemma: String,
    /// Universal part of speech.
    pub upos: String,
    /// Penn Treebank tag.
    pub xpos: String,
    /// Number of its head in the sentence, from 1; 0 for the root.
    pub head: u32,
    /// Relation to the head.
    pub deprel: String,
    /// Whether no space follows it in the text.
    pub glued: bool,
}

/// A sentence of a treebank.
#[derive(Clone, Debug, Default)]
pub struct Sentence {
    /// Its text.
    pub text: String,
    /// Its words, in order.
    pub words: Vec<Word>,
    /// Whether a document begins with it.
    pub new_document: bool,
    /// Whether a paragraph begins with it.
    pub new_paragraph: bool,
    /// Whether no space follows it in the text.
    pub glued: bool,
}

/// Reads all sentences of a file.
pub fn read(path: &Path) -> Result<Vec<Sentence>> {
    let mut sentences = Vec::new();
    let mut sentence = Sentence::default();
    // The last word of the current multiword token, and whether a space follows the token.
    let mut token_end = (0u32, false);
    for (n, line) in open(path)?.lines().enumerate() {
        let line = line?;
        let place = || format!("{}: line {}", path.display(), n + 1);
        if line.is_empty() {
            if !sentence.words.is_empty() {
                sentence.glued = sentence.words.last().is_some_and(|w| w.glued);
                sentences.push(std::mem::take(&mut sentence));
            }
            token_end = (0, false);
        } else if let Some(comment) = line.strip_prefix('#') {
            let comment = comment.trim_start();
            if let Some(text) = comment.strip_prefix("text = ") {
                sentence.text = text.to_string();
            }
            sentence.new_document |= comment.starts_with("newdoc");
            sentence.new_paragraph |= comment.starts_with("newpar") || comment.starts_with("newdoc");
        } else {
            let fields: Vec<&str> = line.split('\t').collect();
            if fields.len() != 10 {
                bail!("{}: {} fields where CoNLL-U has 10", place(), fields.len());
            }
            let glued = fields[9].split('|').any(|f| f == "SpaceAfter=No");
            if let Some((_, end)) = fields[0].split_once('-') {
                token_end = (end.parse().with_context(place)?, glued);
                continue;
            }
            if fields[0].contains('.') {
                continue;
            }
            let id: u32 = fields[0].parse().with_context(place)?;
            let glued = match id.cmp(&token_end.0) {
                std::cmp::Ordering::Less => true,
                std::cmp::Ordering::Equal => token_end.1,
                std::cmp::Ordering::Greater => glued,
            };
            sentence.words.push(Word {
                form: fields[1].to_string(),
                lemma: fields[2].to_string(),
                upos: fields[3].to_string(),
                xpos: fields[4].to_string(),
                head: fields[6].parse().with_context(place)?,
                deprel: fields[7].to_string(),
                glued,
            });
        }
    }
    if !sentence.words.is_empty() {
        sentences.push(sentence);
    }
    Ok(sentences)
}
