//! dateline turns news articles into tables: who did or said what to whom, when, in whose words, and how sure the text is.

#![deny(missing_docs)]

pub mod clean;
pub mod collect;
pub mod doc;
pub mod entity;
pub mod error;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod read;
pub mod relate;
pub mod segment;
pub mod tables;
pub mod tag;
pub mod text;
