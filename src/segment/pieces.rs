//! Sub-word pieces: how many parts of the shipped vocabulary a word is made of.

use crate::error::{Error, ErrorKind, Result};
use crate::model::ModelSource;
use tokenizers::Tokenizer;

/// The sub-word vocabulary (byte-pair encoding, Sennrich et al. 2016).
#[derive(Debug)]
pub struct Pieces {
    tokenizer: Tokenizer,
}

impl Pieces {
    /// Loads `tokenizer.json`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing or no vocabulary.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let text = models.text("tokenizer.json")?;
        let tokenizer = text
            .parse()
            .map_err(|e| Error::new(ErrorKind::Model, format!("no vocabulary: {e}")).in_file("tokenizer.json"))?;
        Ok(Pieces { tokenizer })
    }

    /// The number of pieces of a word; 1 or more, for a word that is not empty.
    pub fn count(&self, word: &str) -> u32 {
        self.tokenizer.encode(word, false).map_or(1, |e| e.len().max(1) as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_words_are_whole_and_rare_ones_are_not() {
        let pieces = Pieces::load(&ModelSource::Embedded).unwrap();
        assert_eq!([pieces.count("government"), pieces.count("said")], [1, 1]);
        assert!(pieces.count("Abdikaroviana") > 2);
    }
}
