//! Where models are taken from: the program itself, or a folder.

use super::ModelFile;
use crate::error::{Error, ErrorKind, Result};
use std::borrow::Cow;
use std::path::PathBuf;

/// A set of models and lexicons.
#[derive(Clone, Debug, Default)]
pub enum ModelSource {
    /// Those linked into the program.
    #[default]
    Embedded,
    /// The files of a folder, under the same names.
    Folder(PathBuf),
}

/// The bytes of a file at an address that is a multiple of 64.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$((
            $name,
            {
                static BYTES: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/", $name)));
                &BYTES.0
            },
        )),*]
    };
}

static EMBEDDED: &[(&str, &[u8])] = embed![
    "words.bin",
    "tagger.bin",
    "parser.bin",
    "gazetteer.bin",
    "names.bin",
    "coref.bin",
    "kb.bin",
    "relate.bin",
    "cues.toml",
    "codes.tsv",
    "known_names.tsv",
    "nouns.tsv",
    "sectors.tsv",
    "tokenizer.json",
    "furniture.toml"
];

impl ModelSource {
    /// The hash of a model or lexicon, as records of a run show it.
    pub fn hash(bytes: &[u8]) -> String {
        blake3::hash(bytes).to_hex()[..16].to_string()
    }

    /// Name and hash of every model and lexicon, for the record of a run.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where one of a folder cannot be read.
    pub fn hashes(&self) -> Result<Vec<String>> {
        EMBEDDED
            .iter()
            .map(|(name, bytes)| {
                let hash = match self {
                    ModelSource::Embedded => Self::hash(bytes),
                    ModelSource::Folder(folder) => {
                        let path = folder.join(name);
                        let fail = |e| Error::new(ErrorKind::Model, format!("cannot read: {e}")).in_file(&path);
                        Self::hash(&std::fs::read(&path).map_err(fail)?)
                    }
                };
                Ok(format!("{name} {hash}"))
            })
            .collect()
    }

    /// Opens the model `name` and checks its kind and version.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the file, what was expected and what was found.
    pub fn open(&self, name: &str, kind: &str, version: u32) -> Result<ModelFile> {
        match self {
            ModelSource::Embedded => ModelFile::embedded(name, embedded(name)?, kind, version),
            ModelSource::Folder(folder) => ModelFile::open(&folder.join(name), kind, version),
        }
    }

    /// The text of the lexicon `name`.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where it is missing or not UTF-8.
    pub fn text(&self, name: &str) -> Result<Cow<'static, str>> {
        let fail = |reason: String| Error::new(ErrorKind::Model, reason);
        match self {
            ModelSource::Embedded => std::str::from_utf8(embedded(name)?)
                .map(Cow::Borrowed)
                .map_err(|e| fail(format!("not UTF-8: {e}")).in_file(name)),
            ModelSource::Folder(folder) => std::fs::read_to_string(folder.join(name))
                .map(Cow::Owned)
                .map_err(|e| fail(format!("cannot read the lexicon: {e}")).in_file(folder.join(name))),
        }
    }
}

fn embedded(name: &str) -> Result<&'static [u8]> {
    EMBEDDED
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, bytes)| *bytes)
        .ok_or_else(|| Error::new(ErrorKind::Model, "no such model in this program").in_file(name))
}
