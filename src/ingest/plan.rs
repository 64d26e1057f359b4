//! Which files are new, have grown or were changed: told by what they hold, never by the clock.

use crate::read::{End, Place};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes that are hashed at once.
const BUFFER: usize = 1 << 18;
/// Nanoseconds in which a file may change without its times telling.
const TICK: i64 = 2_000_000_000;

/// What was read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How far, and the hash of it.
    pub end: End,
    /// Whether a last line that could not be read was left for later: it might have been half written.
    pub tail_left: bool,
    /// The dates for which some of its records were left out; 0 where none was.
    pub left_out_by: u64,
    /// How the file looked; `None` where it was so young that it could have changed unseen.
    pub look: Option<Look>,
}

/// How a file looks from outside. A file that looks the same holds the same; one that does not is compared by its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    size: u64,
    inode: u64,
    modified: i64,
    changed: i64,
}

impl Look {
    /// How the file looks now; `None` if it was changed just now.
    pub fn at(data: &Metadata, now: i64) -> Option<Self> {
        let nanos = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
        let look = Look {
            size: data.len(),
            inode: data.ino(),
            modified: nanos(data.mtime(), data.mtime_nsec()),
            changed: nanos(data.ctime(), data.ctime_nsec()),
        };
        (look.changed.max(look.modified) < now.saturating_mul(1_000_000_000) - TICK).then_some(look)
    }
}

impl Seen {
    const LENGTH: usize = 8 + 16 + 8 + 8 + 1 + 4 * 8 + 8;

    /// As it lies in the state.
    pub fn bytes(&self) -> Vec<u8> {
        let place = self.end.place.unwrap_or_default();
        let look = self.look.unwrap_or(Look { size: 0, inode: 0, modified: 0, changed: 0 });
        let flags =
            u8::from(self.end.place.is_some()) | u8::from(self.tail_left) << 1 | u8::from(self.look.is_some()) << 2;
        let mut bytes = self.end.size.to_le_bytes().to_vec();
        bytes.extend(self.end.hash);
        [place.bytes, place.records].iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        bytes.push(flags);
        [look.size, look.inode].iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        [look.modified, look.changed].iter().for_each(|n| bytes.extend(n.to_le_bytes()));
        bytes.extend(self.left_out_by.to_le_bytes());
        bytes
    }

    /// From the state; `None` if that is not what lies there.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::LENGTH {
            return None;
        }
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes"));
        let flags = bytes[40];
        let place = Place { bytes: number(24), records: number(32) };
        let look =
            Look { size: number(41), inode: number(49), modified: number(57) as i64, changed: number(65) as i64 };
        Some(Seen {
            end: End {
                size: number(0),
                hash: bytes[8..24].try_into().expect("16 bytes"),
                place: (flags & 1 > 0).then_some(place),
            },
            tail_left: flags & 2 > 0,
            left_out_by: number(73),
            look: (flags & 4 > 0).then_some(look),
        })
    }
}

/// What is to be done with a file.
#[derive(Debug)]
pub enum Step {
    /// It holds what it held.
    Unchanged,
    /// It holds what it held, but looks different: that is to be remembered.
    Touched(Seen),
    /// It was read before and has more behind, or a last line that was left: read on from there.
    On(Place, Box<blake3::Hasher>),
    /// It is new, or changed: read all of it. Records that are known are known again.
    Whole,
}

/// Compares a file with what is known of it.
///
/// # Errors
/// Where it cannot be read.
pub fn step(path: &Path, data: &Metadata, look: Option<Look>, known: Option<&Seen>) -> io::Result<Step> {
    let Some(known) = known else { return Ok(Step::Whole) };
    let same_look = look.is_some() && look == known.look;
    if same_look && !known.tail_left {
        return Ok(Step::Unchanged);
    }
    if data.len() < known.end.size {
        return Ok(Step::Whole);
    }
    let hasher = hash(path, known.end.size)?;
    if hasher.finalize().as_bytes()[..16] != known.end.hash {
        return Ok(Step::Whole);
    }
    let grown = data.len() > known.end.size;
    Ok(match known.end.place {
        Some(place) if grown || known.tail_left => Step::On(place, Box::new(hasher)),
        None if grown => Step::Whole,
        _ => Step::Touched(Seen { look, ..*known }),
    })
}

/// The hash of the first `size` bytes.
fn hash(path: &Path, size: u64) -> io::Result<blake3::Hasher> {
    let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; BUFFER]);
    let mut file = File::open(path)?.take(size);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher),
            n => hasher.update(&buffer[..n]),
        };
    }
}
