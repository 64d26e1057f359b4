//! Writing so that a power cut finds the old file or the new one, never half of one.

use crate::error::{Error, ErrorKind, Result};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The error for a file of the output that cannot be written.
pub fn cannot_write(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Output, format!("cannot be written: {error}")).in_file(path)
}

/// Files and folders from which one call for the whole file system is cheaper than one for each.
#[cfg(target_os = "linux")]
const MANY: usize = 64;

/// Puts a file, or the names in a folder, on the disk.
pub fn sync(path: &Path) -> Result<()> {
    File::open(path).and_then(|f| f.sync_all()).map_err(|e| cannot_write(path, e))
}

/// Puts files and the names in folders on the disk, all of one file system.
pub fn sync_all(paths: &BTreeSet<PathBuf>) -> Result<()> {
    #[cfg(target_os = "linux")]
    if let Some(first) = paths.first().filter(|_| paths.len() > MANY) {
        let synced = File::open(first).and_then(|f| Ok(rustix::fs::syncfs(f)?));
        return synced.map_err(|e| cannot_write(first, e));
    }
    paths.iter().try_for_each(|path| sync(path))
}

/// Writes a file beside, puts it on the disk, and only then gives it its name.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.tmp", std::process::id()));
    let written = (|| -> io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if let Err(e) = written {
        // Best effort: what is left is hidden, and not a name that anybody reads.
        let _ = fs::remove_file(&beside);
        return Err(cannot_write(path, e));
    }
    sync(folder)
}

/// Removes a file or folder, if it is there.
pub fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(cannot_write(path, e)),
        _ => Ok(()),
    }
}

/// The error for a table of the output that cannot be read.
pub fn cannot_read(path: &Path, error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::State, format!("cannot be read: {error}")).in_file(path)
}
