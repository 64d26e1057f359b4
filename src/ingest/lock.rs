//! One run at a time: a lock that the system drops when its holder dies, and that says who holds it.

use super::disk::cannot_write;
use crate::error::{Error, ErrorKind, Result};
use crate::tables::record::now;
use crate::tables::rfc3339;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a waiting run looks again.
const LOOK: Duration = Duration::from_millis(100);

/// The lock on an output folder; it ends with the value or with the process.
#[derive(Debug)]
pub struct Lock {
    file: File,
    /// Who held it and died before the end of the run.
    pub dead: Option<String>,
}

impl Lock {
    /// Takes the lock; waits for it as long as `patience`.
    ///
    /// # Errors
    /// [`ErrorKind::Locked`] where another run holds it, naming its process, host and start; [`ErrorKind::Output`] where
    /// there can be no lock.
    pub fn take(path: &Path, patience: Duration) -> Result<Self> {
        let begin = Instant::now();
        let fail = |e| cannot_write(path, e);
        let mut file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(fail)?;
        let mut holder = String::new();
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(e)) => return Err(cannot_write(path, format!("no lock: {e}"))),
                Err(TryLockError::WouldBlock) if begin.elapsed() < patience => std::thread::sleep(LOOK),
                Err(TryLockError::WouldBlock) => {
                    holder = read(path).unwrap_or_default();
                    let reason = format!("another run is at work here: {}", holder.trim());
                    return Err(Error::new(ErrorKind::Locked, reason).in_file(path));
                }
            }
        }
        file.read_to_string(&mut holder).map_err(fail)?;
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let me = format!("process {} on {host} since {}\n", std::process::id(), rfc3339(now()));
        let mut lock = Lock { file, dead: Some(holder.trim().to_string()).filter(|h| !h.is_empty()) };
        lock.sign(&me).map_err(fail)?;
        Ok(lock)
    }

    fn sign(&mut self, text: &str) -> std::io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // An empty lock was given back; one with a name in it was left by a process that died.
        let _ = self.sign("");
    }
}

/// Who holds the lock, if anybody does.
pub fn holder(path: &Path) -> Option<String> {
    let file = File::open(path).ok()?;
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)).then(|| read(path).unwrap_or_default())
}

fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|t| t.trim().to_string())
}
