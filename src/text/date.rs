//! Dates as news writes them.

use super::string_enum;

/// When an article was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// Seconds since 1970-01-01 00:00 UTC.
    pub seconds: i64,
    /// How much of it the input gives.
    pub precision: PublishedPrecision,
}

string_enum! {
    /// Precision of a publication date (`articles.published_precision`); `none` is the absence of a [`Published`].
    PublishedPrecision { Second = "second", Minute = "minute", Day = "day" }
}
