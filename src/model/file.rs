//! The file format of models: a header that says what the file is, then named sections of plain numbers.
//!
//! ```text
//! magic   8 bytes  "dateline"
//! kind   16 bytes  ASCII, padded with zeros: "tagger", "parser" …
//! version u32      of the kind's layout
//! count   u32      of sections
//! hash   32 bytes  BLAKE3 of all that follows
//! table            a section: name 16 bytes, offset u64 from the start of the file, length u64
//! sections         each at a multiple of 64 bytes
//! ```
//! All numbers are little endian. Files are mapped, not read: opening costs the check of the hash.

use crate::error::{Error, ErrorKind, Result};
use bytemuck::AnyBitPattern;
use memmap2::Mmap;
use std::fs::File;
use std::io::Write;
use std::marker::PhantomData;
use std::path::Path;
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"dateline";
const NAME: usize = 16;
const HEADER: usize = 8 + NAME + 4 + 4 + 32;
const ENTRY: usize = NAME + 8 + 8;
const ALIGN: usize = 64;

/// An open model file.
#[derive(Clone, Debug)]
pub struct ModelFile {
    name: String,
    bytes: Bytes,
    sections: Vec<(String, usize, usize)>,
}

/// Where a section's numbers are in its file.
#[derive(Debug)]
pub struct Place<T> {
    start: usize,
    end: usize,
    numbers: PhantomData<T>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<T> {}

#[derive(Clone, Debug)]
enum Bytes {
    Static(&'static [u8]),
    Mapped(Arc<Mmap>),
    Aligned(Arc<[Block]>),
}

/// Bytes at the alignment that sections need.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Block([u8; ALIGN]);

impl Bytes {
    fn get(&self) -> &[u8] {
        match self {
            Bytes::Static(bytes) => bytes,
            Bytes::Mapped(map) => map,
            Bytes::Aligned(blocks) => blocks.as_flattened_bytes(),
        }
    }
}

trait Flatten {
    fn as_flattened_bytes(&self) -> &[u8];
}

impl Flatten for [Block] {
    fn as_flattened_bytes(&self) -> &[u8] {
        // SAFETY: a Block is 64 plain bytes without padding.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), std::mem::size_of_val(self)) }
    }
}

impl ModelFile {
    /// Maps the file at `path` and checks that it is a `kind` of `version`, whole and unchanged.
    ///
    /// # Errors
    /// [`ErrorKind::Model`], naming the file, what was expected and what was found.
    pub fn open(path: &Path, kind: &str, version: u32) -> Result<Self> {
        let fail =
            |e: std::io::Error| Error::new(ErrorKind::Model, format!("cannot open the model: {e}")).in_file(path);
        let file = File::open(path).map_err(fail)?;
        // SAFETY: model files are replaced by renaming, never changed in place.
        let map = unsafe { Mmap::map(&file) }.map_err(fail)?;
        Self::check(path.display().to_string(), Bytes::Mapped(Arc::new(map)), kind, version, true)
    }

    /// Takes bytes from anywhere, as [`ModelFile::open`] does with a file; `name` stands in errors.
    ///
    /// # Errors
    /// As [`ModelFile::open`].
    pub fn from_bytes(name: &str, bytes: &[u8], kind: &str, version: u32) -> Result<Self> {
        let mut blocks = vec![Block([0; ALIGN]); bytes.len().div_ceil(ALIGN)];
        for (block, chunk) in blocks.iter_mut().zip(bytes.chunks(ALIGN)) {
            block.0[..chunk.len()].copy_from_slice(chunk);
        }
        // The padding of the last block is no part of the file: a section that reaches into it is refused by the hash.
        if !bytes.len().is_multiple_of(ALIGN) {
            return Err(Error::new(ErrorKind::Model, "truncated: its length is no multiple of 64 bytes").in_file(name));
        }
        Self::check(name.to_string(), Bytes::Aligned(blocks.into()), kind, version, true)
    }

    /// A model linked into the program, at an address that is a multiple of 64; its hash is a test's business.
    pub(super) fn embedded(name: &str, bytes: &'static [u8], kind: &str, version: u32) -> Result<Self> {
        Self::check(name.to_string(), Bytes::Static(bytes), kind, version, false)
    }

    fn check(name: String, bytes: Bytes, kind: &str, version: u32, hash: bool) -> Result<Self> {
        let fail = |reason: String| Err(Error::new(ErrorKind::Model, reason).in_file(&name));
        let data = bytes.get();
        if data.len() < HEADER {
            return fail(format!("not a model of dateline: {} bytes, the header alone is {HEADER}", data.len()));
        }
        if &data[..8] != MAGIC {
            return fail("not a model of dateline: it does not begin with the word \"dateline\"".into());
        }
        let found = padded(&data[8..8 + NAME]);
        if found != kind {
            return fail(format!("expected a model of kind {kind:?}, found {found:?}"));
        }
        let number = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().unwrap());
        let found = number(8 + NAME);
        if found != version {
            let older = if found < version {
                "older; train it anew with `cargo run --release -p train -- all`"
            } else {
                "newer"
            };
            return fail(format!("expected version {version} of kind {kind:?}, found {found}, which is {older}"));
        }
        let count = number(8 + NAME + 4) as usize;
        let table = HEADER.saturating_add(count.saturating_mul(ENTRY));
        if data.len() < table {
            return fail(format!("truncated: {} bytes, its table of {count} sections ends at {table}", data.len()));
        }
        let mut sections = Vec::with_capacity(count);
        for i in 0..count {
            let at = HEADER + i * ENTRY;
            let long = |at: usize| u64::from_le_bytes(data[at..at + 8].try_into().unwrap()) as usize;
            let (section, offset, length) = (padded(&data[at..at + NAME]), long(at + NAME), long(at + NAME + 8));
            if offset.checked_add(length).is_none_or(|end| end > data.len()) || offset % ALIGN != 0 {
                return fail(format!(
                    "truncated: section {section:?} wants {length} bytes at {offset} of {}",
                    data.len()
                ));
            }
            sections.push((section, offset, length));
        }
        if hash && blake3::hash(&data[HEADER..]).as_bytes() != &data[HEADER - 32..HEADER] {
            return fail("its checksum does not match: the file is damaged".into());
        }
        Ok(ModelFile { name, bytes, sections })
    }

    /// The name or path it was opened by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The hash of its content, as hexadecimal digits: what `runs` records.
    pub fn hash(&self) -> String {
        self.bytes.get()[HEADER - 32..HEADER].iter().map(|b| format!("{b:02x}")).collect()
    }

    /// The numbers of a section.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where there is no such section or its length is no multiple of the number's size.
    pub fn section<T: AnyBitPattern>(&self, name: &str) -> Result<&[T]> {
        let fail = |reason: String| Error::new(ErrorKind::Model, reason).in_file(&self.name);
        let (_, offset, length) = self
            .sections
            .iter()
            .find(|(section, ..)| section == name)
            .ok_or_else(|| fail(format!("it has no section {name:?}")))?;
        bytemuck::try_cast_slice(&self.bytes.get()[*offset..offset + length])
            .map_err(|e| fail(format!("section {name:?} cannot be read as numbers: {e}")))
    }

    /// Where the numbers of a section are, checked once, for [`ModelFile::at`].
    ///
    /// # Errors
    /// As [`ModelFile::section`].
    pub fn place<T: AnyBitPattern>(&self, name: &str) -> Result<Place<T>> {
        self.section::<T>(name)?;
        let (_, offset, length) = self.sections.iter().find(|(section, ..)| section == name).expect("found above");
        Ok(Place { start: *offset, end: offset + length, numbers: PhantomData })
    }

    /// The numbers at a place of this file: no search, for the hot path.
    pub fn at<T: AnyBitPattern>(&self, place: Place<T>) -> &[T] {
        bytemuck::cast_slice(&self.bytes.get()[place.start..place.end])
    }

    /// A section of UTF-8 text.
    ///
    /// # Errors
    /// [`ErrorKind::Model`] where there is no such section or it is not UTF-8.
    pub fn text(&self, name: &str) -> Result<&str> {
        std::str::from_utf8(self.section(name)?).map_err(|e| {
            Error::new(ErrorKind::Model, format!("section {name:?} is not UTF-8: {e}")).in_file(&self.name)
        })
    }
}

fn padded(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end_matches('\0').to_string()
}

/// Builds a model file, section by section; the trainer's side of [`ModelFile`].
#[derive(Debug)]
pub struct ModelWriter {
    kind: &'static str,
    version: u32,
    sections: Vec<(String, Vec<u8>)>,
}

impl ModelWriter {
    /// A file of `kind` (at most 16 ASCII bytes) and layout `version`.
    pub fn new(kind: &'static str, version: u32) -> Self {
        assert!(kind.len() <= NAME && kind.is_ascii());
        ModelWriter { kind, version, sections: Vec::new() }
    }

    /// Adds a section of numbers or bytes; names have at most 16 ASCII bytes.
    pub fn section<T: bytemuck::NoUninit>(&mut self, name: &str, numbers: &[T]) -> &mut Self {
        assert!(name.len() <= NAME && name.is_ascii());
        self.sections.push((name.to_string(), bytemuck::cast_slice(numbers).to_vec()));
        self
    }

    /// The finished file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::new();
        let mut offset = (HEADER + self.sections.len() * ENTRY).next_multiple_of(ALIGN);
        for (name, data) in &self.sections {
            body.extend(name_field(name));
            body.extend((offset as u64).to_le_bytes());
            body.extend((data.len() as u64).to_le_bytes());
            offset = (offset + data.len()).next_multiple_of(ALIGN);
        }
        for (_, data) in &self.sections {
            body.resize((HEADER + body.len()).next_multiple_of(ALIGN) - HEADER, 0);
            body.extend(data);
        }
        body.resize((HEADER + body.len()).next_multiple_of(ALIGN) - HEADER, 0);
        let mut file = MAGIC.to_vec();
        file.extend(name_field(self.kind));
        file.extend(self.version.to_le_bytes());
        file.extend((self.sections.len() as u32).to_le_bytes());
        file.extend(blake3::hash(&body).as_bytes());
        file.extend(body);
        file
    }

    /// Writes the file beside `path`, then renames it into place.
    ///
    /// # Errors
    /// [`ErrorKind::Output`] where the folder cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let beside = path.with_extension("tmp");
        File::create(&beside)
            .and_then(|mut file| file.write_all(&self.to_bytes()))
            .and_then(|()| std::fs::rename(&beside, path))
            .map_err(|e| Error::new(ErrorKind::Output, format!("cannot write the model: {e}")).in_file(path))
    }
}

fn name_field(name: &str) -> [u8; NAME] {
    let mut field = [0; NAME];
    field[..name.len()].copy_from_slice(name.as_bytes());
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<u8> {
        ModelWriter::new("test", 3).section("numbers", &[1u32, 2, 3]).section("text", "żółw".as_bytes()).to_bytes()
    }

    #[test]
    fn sections_come_back() {
        let file = ModelFile::from_bytes("x", &sample(), "test", 3).unwrap();
        assert_eq!(file.section::<u32>("numbers").unwrap(), [1, 2, 3]);
        assert_eq!(file.text("text").unwrap(), "żółw");
        assert!(file.section::<u32>("absent").unwrap_err().to_string().contains("absent"));
    }

    #[test]
    fn foreign_older_and_damaged_files_say_what_was_expected_and_found() {
        let good = sample();
        let error =
            |bytes: &[u8], kind, version| ModelFile::from_bytes("m.bin", bytes, kind, version).unwrap_err().to_string();
        assert!(error(&good, "other", 3).contains("expected a model of kind \"other\", found \"test\""));
        assert!(error(&good, "test", 4).contains("expected version 4 of kind \"test\", found 3"));
        assert!(error(b"PK\x03\x04", "test", 3).starts_with("m.bin: "));
        for cut in (0..good.len()).step_by(7) {
            assert!(ModelFile::from_bytes("m.bin", &good[..cut], "test", 3).is_err(), "cut at {cut}");
        }
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x10;
            assert!(ModelFile::from_bytes("m.bin", &bad, "test", 3).is_err(), "byte {at} changed");
        }
    }
}
