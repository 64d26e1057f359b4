//! What the news text taught about words: a vector and two clusters for each of its frequent words.

use super::{ModelFile, ModelSource, Place};
use crate::error::{Error, ErrorKind, Result};

/// Vectors and clusters of lower-cased words; the stages' common knowledge of words that no treebank holds.
///
/// The vectors are skip-gram with negative sampling (Mikolov et al. 2013), the clusters spherical k-means over them.
#[derive(Debug)]
pub struct Words {
    file: ModelFile,
    text: Place<u8>,
    ends: Place<u32>,
    vectors: Place<i8>,
    fine: Place<u16>,
    coarse: Place<u16>,
}

impl Words {
    /// Kind of the model file.
    pub const KIND: &'static str = "words";
    /// Layout that this program reads.
    pub const VERSION: u32 = 1;
    /// Dimensions of a vector.
    pub const DIM: usize = 64;
    /// Number of fine clusters; [`Words::fine`] is below it.
    pub const FINE: usize = 1024;
    /// Number of coarse clusters; [`Words::coarse`] is below it.
    pub const COARSE: usize = 128;

    /// Loads `words.bin`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing, broken or of another layout.
    pub fn load(models: &ModelSource) -> Result<Self> {
        let file = models.open("words.bin", Self::KIND, Self::VERSION)?;
        let (text, ends) = (file.text("text")?, file.section::<u32>("ends")?);
        let n = ends.len();
        let sorted = (0..n).all(|i| {
            let start = if i == 0 { 0 } else { ends[i - 1] as usize };
            start <= ends[i] as usize && text.get(start..ends[i] as usize).is_some()
        });
        let sizes = file.section::<i8>("vectors")?.len() == n * Self::DIM
            && file.section::<u16>("fine")?.len() == n
            && file.section::<u16>("coarse")?.len() == n;
        if !sorted || !sizes {
            return Err(Error::new(ErrorKind::Model, "its sections do not fit together").in_file(file.name()));
        }
        let (text, ends, vectors) = (file.place("text")?, file.place("ends")?, file.place("vectors")?);
        let (fine, coarse) = (file.place("fine")?, file.place("coarse")?);
        Ok(Words { file, text, ends, vectors, fine, coarse })
    }

    /// The index of a lower-cased word, or `None` where the text did not hold it often enough.
    pub fn id(&self, lower: &str) -> Option<u32> {
        let ends: &[u32] = self.file.at(self.ends);
        let (mut low, mut high) = (0, ends.len());
        while low < high {
            let middle = low.midpoint(high);
            match self.bytes(middle as u32).cmp(lower.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(middle as u32),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The number of words; indices are below it, in byte order of the words.
    pub fn len(&self) -> usize {
        self.file.at(self.ends).len()
    }

    /// Whether it holds no word.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The word of an index.
    pub fn word(&self, id: u32) -> &str {
        std::str::from_utf8(self.bytes(id)).expect("checked when loaded")
    }

    fn bytes(&self, id: u32) -> &[u8] {
        let ends: &[u32] = self.file.at(self.ends);
        let start = if id == 0 { 0 } else { ends[id as usize - 1] as usize };
        &self.file.at(self.text)[start..ends[id as usize] as usize]
    }

    /// Its vector, of length about 127 in units of 1: divide by 127 for a unit vector.
    pub fn vector(&self, id: u32) -> &[i8] {
        &self.file.at(self.vectors)[id as usize * Self::DIM..][..Self::DIM]
    }

    /// Its fine cluster.
    pub fn fine(&self, id: u32) -> u16 {
        self.file.at(self.fine)[id as usize]
    }

    /// Its coarse cluster.
    pub fn coarse(&self, id: u32) -> u16 {
        self.file.at(self.coarse)[id as usize]
    }
}
