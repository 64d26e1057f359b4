//! Where the data lies, and how its files are read.

use anyhow::{Context, Result};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// Annotated articles that share lines with those that scores are measured on: nothing is learnt from them.
pub const LEAKS: [&str; 6] = [
    "wwnewswire-eg_today_3",
    "wwnewswire-in_herald_7",
    "wwnewswire-mex_mexicodailypost_7",
    "wwnewswire-bangladesh_star_13",
    "wwnewswire-iran_times_7",
    "focus-train-167",
];

/// The folder that holds `data` and `gold`.
#[derive(Clone, Debug)]
pub struct Shared(pub PathBuf);

impl Shared {
    /// A file of the data folder.
    pub fn data(&self, name: &str) -> PathBuf {
        self.0.join("data").join(name)
    }

    /// A file of the gold folder.
    pub fn gold(&self, name: &str) -> PathBuf {
        self.0.join("gold").join(name)
    }
}

/// Opens a file, decompressing `.gz` and `.zst`.
pub fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let reader: Box<dyn Read> = match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("zst") => Box::new(zstd::Decoder::new(file)?),
        _ => Box::new(file),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 16, reader)))
}

/// The objects of a JSON Lines file, in order.
pub fn json_lines(path: &Path) -> Result<impl Iterator<Item = Result<Value>> + use<>> {
    let name = path.display().to_string();
    Ok(open(path)?
        .lines()
        .enumerate()
        .map(move |(n, line)| serde_json::from_str(&line?).with_context(|| format!("{name}: line {}", n + 1))))
}
