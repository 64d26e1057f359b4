//! What every target does: read the bytes as the format it is named after, and look at every record.

use dateline::doc::Flag;
use dateline::read::{Format, ReadOptions, open_bytes};

/// Reads `bytes` as a file of that name; `None` leaves the format to be told by content.
pub fn read(name: &str, format: Option<Format>, bytes: &[u8]) {
    let options = ReadOptions { format, ..ReadOptions::default() };
    for record in open_bytes(name, bytes.to_vec(), options) {
        match record {
            // What is left of a recalled item may be its name alone.
            Ok(a) => assert!(!a.body.trim().is_empty() || !a.title.is_empty() || a.flags.contains(&Flag::Withdrawn)),
            Err(reject) => assert!(!reject.message.is_empty()),
        }
    }
}
