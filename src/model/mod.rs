//! Trained weights and lexicons: where they come from and what their files look like.

mod file;
mod source;
mod words;

pub use file::{ModelFile, ModelWriter};
pub use source::ModelSource;
pub use words::Words;
