//! The one error of dateline: what went wrong, in which file and record.

use std::fmt;
use std::path::Path;

/// `Result` with dateline's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Something that stopped a run, a model or a record.
///
/// One word wide. [`Error::kind`] says whom it concerns; the message names file, record and reason.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    file: Option<String>,
    record: Option<u64>,
    reason: String,
}

/// Whom an error concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The command or the configuration is wrong; nothing was run.
    Usage,
    /// An input could not be opened, decompressed or understood as a whole.
    Input,
    /// One record is bad; the others go on.
    Record,
    /// A model or lexicon file is missing, broken, foreign or of another version.
    Model,
    /// A table could not be written.
    Output,
    /// What earlier runs left in the output folder is damaged, or of a newer version.
    State,
    /// Another run works on the output folder.
    Locked,
}

impl Error {
    /// A new error of `kind`.
    pub fn new(kind: ErrorKind, reason: impl fmt::Display) -> Self {
        Error(Box::new(Inner { kind, file: None, record: None, reason: reason.to_string() }))
    }

    /// Names the file.
    pub fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.0.file.get_or_insert_with(|| file.as_ref().display().to_string());
        self
    }

    /// Names the record, counted from 1.
    pub fn at_record(mut self, record: u64) -> Self {
        self.0.record.get_or_insert(record);
        self
    }

    /// Whom it concerns.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The file, where one is concerned.
    pub fn file(&self) -> Option<&str> {
        self.0.file.as_deref()
    }

    /// The record's number from 1, where one is concerned.
    pub fn record(&self) -> Option<u64> {
        self.0.record
    }

    /// The reason alone.
    pub fn reason(&self) -> &str {
        &self.0.reason
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.0.file {
            write!(f, "{file}: ")?;
        }
        if let Some(record) = self.0.record {
            write!(f, "record {record}: ")?;
        }
        f.write_str(&self.0.reason)
    }
}

impl std::error::Error for Error {}
