//! What a file may cost: the limits that all readers share, so that no format is a way round them.

use super::{Reject, decode};
use std::io::{self, BufRead, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Limits that hold for every format.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a record; longer ones are rejected.
    pub record_bytes: usize,
    /// Bytes of a file that must be read as a whole (a page, a mail, an entry of an archive).
    pub file_bytes: usize,
    /// Bytes that one compressed byte may become, once `free_bytes` have been unpacked.
    pub expansion: u64,
    /// Bytes that may be unpacked whatever they were packed in.
    pub free_bytes: u64,
    /// Depth of elements or objects in each other.
    pub depth: usize,
    /// Depth of archives in each other.
    pub archives: usize,
    /// Entries of an archive.
    pub entries: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            record_bytes: 10 << 20,
            file_bytes: 64 << 20,
            expansion: 200,
            free_bytes: 16 << 20,
            depth: 500,
            archives: 2,
            entries: 100_000,
        }
    }
}

impl Limits {
    /// A whole file, where it is not longer than `limit` bytes.
    pub fn read_all(input: &mut dyn Read, limit: usize) -> Result<Vec<u8>, Reject> {
        let mut bytes = Vec::new();
        input.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(|e| broken_off(&e, &bytes))?;
        if bytes.len() > limit {
            return Err(Reject::new("too_large", format!("the file is longer than {limit} bytes"), &bytes));
        }
        Ok(bytes)
    }

    /// A whole file as text.
    pub fn read_text(&self, input: &mut dyn Read) -> Result<String, Reject> {
        decode::decode(&Limits::read_all(input, self.file_bytes)?, None)
    }

    /// The reject of a record of `length` bytes, a `name` by its format, where that is too many; `start` is what it begins with.
    pub fn fit(&self, name: &str, length: usize, start: &[u8]) -> Result<(), Reject> {
        let limit = self.record_bytes;
        if length > limit {
            return Err(Reject::new("too_large", format!("the {name} is longer than {limit} bytes"), start));
        }
        Ok(())
    }

    /// The reject of what is nested too deep.
    pub fn too_deep(&self, record: &[u8]) -> Reject {
        Reject::new("too_deep", format!("more than {} elements in each other", self.depth), record)
    }

    /// Stops what `unpacked` gives as soon as it is too much for what was read of the packed bytes.
    pub fn unpacking(&self, unpacked: Box<dyn Read + Send>, packed: Arc<AtomicU64>) -> Box<dyn Read + Send> {
        Box::new(Unpacking { unpacked, packed, limits: *self, out: 0 })
    }
}

/// The reject of a file that cannot be read to its end.
pub fn broken_off(error: &io::Error, record: &[u8]) -> Reject {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Reject::new("truncated", format!("the file breaks off: {error}"), record),
        io::ErrorKind::FileTooLarge => Reject::new("expansion", error, record),
        _ => Reject::new("unreadable", error, record),
    }
}

struct Unpacking {
    unpacked: Box<dyn Read + Send>,
    packed: Arc<AtomicU64>,
    limits: Limits,
    out: u64,
}

impl Read for Unpacking {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Limits { expansion, free_bytes, .. } = self.limits;
        if self.out > free_bytes && self.out / expansion > self.packed.load(Ordering::Relaxed) {
            let message = format!("the file unpacks to more than {expansion} times its size");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let n = self.unpacked.read(buffer)?;
        self.out += n as u64;
        Ok(n)
    }
}

/// The first bytes of an input, up to `n`, and the input from its start.
pub fn peek(mut input: Box<dyn BufRead + Send>, n: usize) -> (Vec<u8>, Box<dyn BufRead + Send>) {
    let mut head = Vec::new();
    // An error shows again when the input is read on.
    let error = input.by_ref().take(n as u64).read_to_end(&mut head).err();
    let rest: Box<dyn BufRead + Send> = match error {
        Some(e) => Box::new(io::BufReader::new(Failing(Some(e)))),
        None => input,
    };
    (head.clone(), Box::new(Cursor::new(head).chain(rest)))
}

/// Gives an error, then nothing.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
