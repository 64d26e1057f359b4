//! Words as numbers: an arena interner.

use rustc_hash::FxHasher;
use std::hash::Hasher;

/// An interned word: an index into the [`Vocab`] that made it.
pub type Symbol = u32;

/// Interns words; a symbol is the order of first sight, so it must never reach the output.
///
/// Stages keep what they computed for a word type in arrays indexed by symbol, beside their other scratch.
#[derive(Debug, Default)]
pub struct Vocab {
    bytes: String,
    ends: Vec<u32>,
    /// Open addressing: symbol + 1, 0 where free; the length is a power of two.
    table: Vec<u32>,
}

impl Vocab {
    /// The symbol of `word`, made on first sight.
    pub fn intern(&mut self, word: &str) -> Symbol {
        if self.ends.len() * 2 >= self.table.len() {
            self.grow();
        }
        let slot = self.slot(word);
        if self.table[slot] == 0 {
            self.bytes.push_str(word);
            self.ends.push(self.bytes.len() as u32);
            self.table[slot] = self.ends.len() as u32;
        }
        self.table[slot] - 1
    }

    /// The word of `symbol`.
    pub fn word(&self, symbol: Symbol) -> &str {
        let i = symbol as usize;
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.bytes[start..self.ends[i] as usize]
    }

    /// The number of distinct words so far; symbols are below it.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether nothing was interned yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    fn slot(&self, word: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut slot = hash(word) as usize & mask;
        loop {
            match self.table[slot] {
                0 => return slot,
                n if self.word(n - 1) == word => return slot,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.table = vec![0; (self.table.len() * 2).max(1 << 12)];
        let mask = self.table.len() - 1;
        for symbol in 0..self.ends.len() as u32 {
            let mut slot = hash(self.word(symbol)) as usize & mask;
            while self.table[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            self.table[slot] = symbol + 1;
        }
    }
}

fn hash(word: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(word.as_bytes());
    // The table takes the low bits, and FxHasher mixes best into the high ones.
    hasher.finish().rotate_left(26)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_and_repeat_their_symbol() {
        let mut vocab = Vocab::default();
        let words: Vec<String> = (0..10_000).map(|i| format!("word{}", i % 7_000)).collect();
        let symbols: Vec<Symbol> = words.iter().map(|w| vocab.intern(w)).collect();
        assert_eq!(vocab.len(), 7_000);
        for (word, &symbol) in words.iter().zip(&symbols) {
            assert_eq!(vocab.word(symbol), word);
            assert_eq!(vocab.intern(word), symbol);
        }
        let empty = vocab.intern("");
        assert_eq!(vocab.word(empty), "");
    }
}
