//! Strings and where they are: spans, interned words, case and shape, dates. Knows no other part of dateline.

pub mod chars;
pub mod date;
mod names;
mod span;
mod vocab;

pub(crate) use names::string_enum;
pub use span::{CodePoints, Span};
pub use vocab::{Symbol, Vocab};
