//! Dependencies: who does what to whom, in one pass from left to right.

mod network;
mod transition;

pub use network::{
    AROUND, CASES, CONTEXT, DIMS, HIDDEN, INPUT, LABELLED, Lexicon, NEAR, NUMBERS, Network, SLOTS, SUFFIXES, WORD,
    Weights, WordType, nodes, numbers,
};
pub use transition::{NONE, State, Transition};

use crate::doc::{Deprel, Doc, Upos, Xpos};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{ModelSource, Words};
use crate::text::Vocab;
use network::{Buffers, Node};
use std::sync::Arc;

/// The stage: built once, shared by all workers.
#[derive(Debug)]
pub struct Parser {
    network: Network,
    words: Arc<Words>,
    labels: Vec<Deprel>,
    /// The model's number of each pair of tags.
    tags: Vec<u8>,
}

/// What a worker keeps from article to article.
#[derive(Debug, Default)]
pub struct ParseScratch {
    state: State,
    nodes: Vec<Node>,
    buffers: Buffers,
}

impl ParseScratch {
    /// To be called when the worker's vocabulary starts anew.
    pub fn forget_words(&mut self) {
        self.buffers.forget_words();
    }
}

impl Parser {
    /// Loads the stage's models.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one is missing or broken.
    pub fn load(models: &ModelSource, words: Arc<Words>) -> Result<Self> {
        let network = Network::load(models)?;
        let unknown = |e: String| Error::new(ErrorKind::Model, e).in_file("parser.bin");
        let labels =
            network.label_names()?.iter().map(|l| l.parse()).collect::<std::result::Result<_, _>>().map_err(unknown)?;
        let mut tags = vec![0; Upos::ALL.len() * Xpos::ALL.len()];
        for (number, name) in network.tag_names()?.iter().enumerate().skip(1) {
            let (upos, xpos) = name.split_once(' ').ok_or_else(|| unknown(format!("tag {name:?} is no pair")))?;
            let pair = tag_pair(upos.parse().map_err(unknown)?, xpos.parse().map_err(unknown)?);
            tags[pair] = number as u8;
        }
        Ok(Parser { network, words, labels, tags })
    }

    /// Fills `heads` and `deprels`; wants tokens, words and tags.
    pub fn parse(&self, doc: &mut Doc, vocab: &Vocab, scratch: &mut ParseScratch) {
        doc.heads.resize(doc.tokens.len(), 0);
        doc.deprels.resize(doc.tokens.len(), Deprel::Dep);
        let ParseScratch { state, nodes, buffers } = scratch;
        for sentence in 0..doc.sentences.len() {
            let tokens = doc.sentences[sentence].tokens();
            nodes.clear();
            nodes.extend(
                tokens.clone().map(|i| Node { word: doc.words[i], tag: self.tags[tag_pair(doc.upos[i], doc.xpos[i])] }),
            );
            state.reset(nodes.len());
            self.network.read(nodes, &self.words, vocab, buffers);
            while !state.is_final() {
                let moves = self.network.moves(state, buffers);
                let best = Transition::ALL
                    .into_iter()
                    .filter(|&t| state.allows(t))
                    .reduce(|a, b| if moves[b as usize] > moves[a as usize] { b } else { a })
                    .expect("a state that is not final allows a transition");
                let label = match best {
                    Transition::Shift => 0,
                    Transition::Left => self.network.label(0, buffers),
                    Transition::Right => self.network.label(1, buffers),
                };
                state.take(best, label);
            }
            for (node, i) in (1..).zip(tokens.clone()) {
                let head: u32 = state.heads[node];
                doc.heads[i] = if head == 0 { i as u32 } else { tokens.start as u32 + head - 1 };
                doc.deprels[i] = if head == 0 { Deprel::Root } else { self.labels[state.labels[node] as usize] };
            }
        }
    }
}

fn tag_pair(upos: Upos, xpos: Xpos) -> usize {
    upos as usize * Xpos::ALL.len() + xpos as usize
}
