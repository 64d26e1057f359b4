//! `train pieces`: the sub-word vocabulary (models/tokenizer.json), from news.

use crate::files::{Shared, json_lines};
use anyhow::{Result, anyhow};
use std::path::Path;
use tokenizers::Tokenizer;
use tokenizers::models::TrainerWrapper;
use tokenizers::models::bpe::{BPE, BpeTrainer};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;

const PIECES: usize = 8_000;
const ARTICLES: usize = 3_000;

/// Trains and writes `tokenizer.json` into `models`.
pub fn run(shared: &Shared, models: &Path) -> Result<()> {
    let texts: Vec<String> = json_lines(&shared.data("text/allsides.jsonl.zst"))?
        .take(ARTICLES)
        .map(|a| Ok(a?["body"].as_str().unwrap_or("").to_string()))
        .collect::<Result<_>>()?;
    let mut tokenizer = Tokenizer::new(BPE::default());
    tokenizer.with_pre_tokenizer(Some(ByteLevel::new(true, false, true)));
    let trainer = BpeTrainer::builder()
        .vocab_size(PIECES)
        .min_frequency(20)
        .show_progress(false)
        .initial_alphabet(ByteLevel::alphabet().into_iter().collect())
        .build();
    tokenizer.train(&mut TrainerWrapper::from(trainer), texts.iter()).map_err(|e| anyhow!("{e}"))?;
    tokenizer.save(models.join("tokenizer.json"), false).map_err(|e| anyhow!("{e}"))?;
    eprintln!("{} pieces", tokenizer.get_vocab_size(true));
    Ok(())
}
