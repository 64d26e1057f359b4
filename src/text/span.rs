//! Byte spans, and their code points.

use serde::{Deserialize, Serialize};

/// A half-open range of bytes of a text, on character boundaries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`, in bytes.
    pub fn new(start: usize, end: usize) -> Self {
        debug_assert!(start <= end);
        Span { start: start as u32, end: end as u32 }
    }

    /// Its bytes as a range, to slice with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The words it marks in `text`.
    pub fn of(self, text: &str) -> &str {
        &text[self.range()]
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// Whether it holds nothing.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The smallest span that holds both.
    pub fn cover(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// Turns byte offsets of one text into code-point offsets.
///
/// ASCII texts cost nothing; others keep a checkpoint every 64 bytes, so a conversion looks at 64 bytes at the most.
#[derive(Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    checkpoints: Vec<u32>,
}

impl<'t> CodePoints<'t> {
    const STEP: usize = 64;

    /// Prepares `text`.
    pub fn new(text: &'t str) -> Self {
        let checkpoints = if text.is_ascii() {
            Vec::new()
        } else {
            let mut n = 0;
            text.as_bytes()
                .chunks(Self::STEP)
                .map(|chunk| {
                    let before = n;
                    n += starts(chunk);
                    before
                })
                .collect()
        };
        CodePoints { text, checkpoints }
    }

    /// The number of code points before byte `offset`, which must be a character boundary or the end.
    pub fn at(&self, offset: u32) -> u32 {
        if self.checkpoints.is_empty() {
            return offset;
        }
        let offset = offset as usize;
        let block = (offset / Self::STEP).min(self.checkpoints.len() - 1);
        self.checkpoints[block] + starts(&self.text.as_bytes()[block * Self::STEP..offset])
    }

    /// Both ends of a span, in code points.
    pub fn span(&self, span: Span) -> (u32, u32) {
        (self.at(span.start), self.at(span.end))
    }
}

/// Bytes that begin a character.
fn starts(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&b| (b as i8) >= -0x40).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn code_points_agree_with_chars(text in "\\PC{0,200}") {
            let points = CodePoints::new(&text);
            for (n, (at, _)) in text.char_indices().enumerate() {
                prop_assert_eq!(points.at(at as u32), n as u32);
            }
            prop_assert_eq!(points.at(text.len() as u32), text.chars().count() as u32);
        }
    }

    #[test]
    fn spans_overlap_only_where_they_share_a_byte() {
        let (a, b, c) = (Span::new(0, 3), Span::new(3, 5), Span::new(2, 4));
        assert!(!a.overlaps(b) && a.overlaps(c) && b.overlaps(c));
        assert_eq!(a.cover(b), Span::new(0, 5));
        assert!(a.cover(b).contains(c));
    }
}
