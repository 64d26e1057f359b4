//! dateline turns news articles into tables: who did or said what to whom, when, in whose words, and how sure the text is.
//!
//! # Overview
//!
//! An article goes through the stages in this order; each fills its columns of a [`doc::Doc`]:
//!
//! 1. [`read`]: records of every usual dump (pages, crawls, feeds, wires, exports, tables), as [`doc::Article`]s
//! 2. [`clean`]: repaired characters, no page furniture, metadata
//! 3. [`segment`]: sentences and tokens
//! 4. [`tag`]: part of speech and lemma
//! 5. dependencies: [`mod@parse`]
//! 6. [`entity`]: names, and who is who
//! 7. [`relate`]: quotes and relations
//! 8. [`tables`]: rows; [`collect`]: what only a whole run knows
//!
//! [`ingest`] does so again and again over a growing input, and takes every article once.
//!
//! The types that a caller meets:
//!
//! - [`pipeline::Pipeline`]: all models, loaded once, shared by all threads.
//! - [`pipeline::Worker`]: takes articles through the stages, one after the other; reuse it.
//! - [`doc::Article`]: what goes in.
//! - [`doc::Doc`]: what comes out; all its spans are bytes of `doc.text`.
//! - [`error::Error`]: what went wrong, in which file and record.
//!
//! # Example: one article
//!
//! ```
//! use dateline::doc::{Article, RelationType};
//! use dateline::model::ModelSource;
//! use dateline::pipeline::Pipeline;
//!
//! let pipeline = Pipeline::load(&ModelSource::Embedded, false)?;
//! let mut worker = pipeline.worker();
//! let doc = worker.analyse(Article {
//!     title: "Velta closes its port".into(),
//!     body: "The ministry denied that the port of Velta was closed, spokeswoman Amina Okoye told reporters.".into(),
//!     ..Article::default()
//! });
//! let denial = doc.relations.iter().find(|r| r.rtype == RelationType::Deny).expect("a denial");
//! assert_eq!(denial.cue.of(&doc.text), "denied");
//! assert_eq!(denial.source.as_ref().map(|s| s.name.as_str()), Some("ministry"));
//! # Ok::<(), dateline::error::Error>(())
//! ```
//!
//! # Example: a whole run
//!
//! [`pipeline::run`] takes a [`read::Reader`] and a [`tables::Sink`]; the command line is a thin layer over it.

#![deny(missing_docs)]

pub mod clean;
pub mod collect;
pub mod doc;
pub mod entity;
pub mod error;
pub mod ingest;
pub mod model;
pub mod parse;
pub mod pipeline;
pub mod read;
pub mod relate;
pub mod segment;
pub mod tables;
pub mod tag;
pub mod text;
