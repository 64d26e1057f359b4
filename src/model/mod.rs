//! Trained weights and lexicons: where they come from and what their files look like.

pub mod crf;
mod file;
pub(crate) mod lanes;
pub mod net;
mod rows;
mod source;
mod words;

pub use file::{ModelFile, ModelWriter, Place};
pub use rows::Rows;
pub use source::ModelSource;
pub use words::Words;
