//! The lock that keeps two passes over one scope apart.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::Error;
use crate::domain::Scope;

/// The longest text that is read from a lock file; what stands in one is shorter.
const LIMIT_HOLDER: u64 = 256;

/// A held lock; dropping it releases it, and so does the end of the process.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Takes the lock of a ledger and scope.
    pub(super) fn take(ledger: &Path, scope: &Scope, now: Timestamp) -> Result<Self, Error> {
        let mut name = ledger.as_os_str().to_owned();
        name.push(format!(".{}.{}.lock", scope.account, scope.region));
        let path = PathBuf::from(name);
        let failed = |source| Error::Lock { path: path.clone(), source };
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(failed)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked { path: ledger.to_owned(), holder: holder(&mut file) });
                }
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            // The holder before us removed the file while we were opening it: what we hold guards nothing.
            if !is_at(&file, &path) {
                continue;
            }
            file.set_len(0)
                .and_then(|()| file.write_all(introduction(now).as_bytes()))
                .and_then(|()| file.flush())
                .map_err(failed)?;
            return Ok(Self { path, _file: file });
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is still held, so that whoever opened it meanwhile sees that it is gone (`is_at`). Where that
        // cannot be seen the file stays.
        if cfg!(unix) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether the file is still the one that has this name.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        match (file.metadata(), std::fs::metadata(path)) {
            (Ok(ours), Ok(named)) => (ours.dev(), ours.ino()) == (named.dev(), named.ino()),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

/// Who we are, for those who come later.
fn introduction(now: Timestamp) -> String {
    let process = std::process::id();
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    match host.trim() {
        "" => format!("process {process} since {now:.0}"),
        host => format!("process {process} on {host} since {now:.0}"),
    }
}

/// Who holds the lock, in their own words.
fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let is_read =
        file.seek(SeekFrom::Start(0)).and_then(|_| file.take(LIMIT_HOLDER).read_to_string(&mut text)).is_ok();
    match text.trim() {
        said if is_read && !said.is_empty() => said.to_owned(),
        _ => "another pass".to_owned(),
    }
}
