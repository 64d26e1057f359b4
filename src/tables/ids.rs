//! Ids: a letter and the hash of content and position. The same input gives the same id on any machine, in any order.

/// Characters of an id after its letter: 100 bits.
const LENGTH: usize = 20;
/// Lower-case base 32 (RFC 4648).
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The id of `letter` for these parts; each part is kept apart from the next.
pub fn id(letter: char, parts: &[&[u8]]) -> String {
    unpack(letter, number(parts))
}

/// The 100 bits of an id without its letter: what a whole run keeps of it.
pub fn number(parts: &[&[u8]]) -> u128 {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let hash = hasher.finalize();
    u128::from_le_bytes(hash.as_bytes()[..16].try_into().expect("16 bytes")) & ((1 << (5 * LENGTH)) - 1)
}

/// The bits of an id that [`id`] gave; other strings give bits of their own.
pub fn pack(id: &str) -> u128 {
    let digit = |b: u8| DIGITS.iter().position(|&d| d == b).unwrap_or(0) as u128;
    id.bytes().skip(1).take(LENGTH).enumerate().fold(0, |bits, (n, b)| bits | digit(b) << (5 * n))
}

/// The id of these bits.
pub fn unpack(letter: char, mut bits: u128) -> String {
    let mut id = String::with_capacity(LENGTH + 1);
    id.push(letter);
    for _ in 0..LENGTH {
        id.push(DIGITS[(bits & 31) as usize] as char);
        bits >>= 5;
    }
    id
}

/// The id of something at a place of an article.
pub fn at(letter: char, article_id: &str, what: &str, start: u32, end: u32, more: &[u8]) -> String {
    id(letter, &[article_id.as_bytes(), what.as_bytes(), &start.to_le_bytes(), &end.to_le_bytes(), more])
}

/// A hash in hexadecimal, to tell contents apart.
pub fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable_and_keep_parts_apart() {
        assert_eq!(id('a', &[b"x"]), id('a', &[b"x"]));
        assert_ne!(id('a', &[b"ab", b"c"]), id('a', &[b"a", b"bc"]));
        assert_eq!(id('e', &[b""]).len(), 21);
        let long = id('v', &[b"x", b"y"]);
        assert_eq!(unpack('v', pack(&long)), long);
    }
}
