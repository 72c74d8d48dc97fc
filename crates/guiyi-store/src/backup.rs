//! Backup and restore: a whole, verified copy of the store, taken while others read and write it.
//!
//! Laws: a copy has its name only once it is verified and on disk; restoring keeps the store that was there beside it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::StoreError;
use crate::{RunLock, Store, statements};

/// A copy of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The copy.
    pub path: PathBuf,
    /// Its size in bytes.
    pub n_bytes: u64,
    /// Number of the last write in it.
    pub last_run: u64,
    /// When that was, UTC; what came later is not in the copy. `None` if nothing was ever written.
    pub last_utc: Option<String>,
    /// SHA-256 of the ledger's last line, in hexadecimal: written down elsewhere it shows that the end was not cut off.
    pub ledger_head: Option<String>,
}

impl Store {
    /// Copies the store to `target`, which must not exist, and verifies the copy.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the copy is not sound; it is removed then.
    pub fn backup(&self, target: &Path) -> Result<Backup, StoreError> {
        if target.exists() {
            return Err(StoreError::CannotOpen {
                path: target.to_path_buf(),
                reason: "it exists already".into(),
            });
        }
        let partial = with_ending(target, ".partial");
        let _ = std::fs::remove_file(&partial);
        let copied = self
            .connection
            .execute(statements::COPY, [partial.to_string_lossy()])
            .map_err(|error| StoreError::of(error, &partial));
        let done = copied.and_then(|_| {
            let backup = inspect(&partial)?;
            into_place(&partial, target)?;
            Ok(Backup {
                path: target.to_path_buf(),
                ..backup
            })
        });
        if done.is_err() {
            let _ = std::fs::remove_file(&partial);
        }
        done
    }

    /// What is in the store: the number and time of the last write, and the ledger's head.
    pub fn state(&self) -> Result<Backup, StoreError> {
        let read = || -> rusqlite::Result<Backup> {
            let last_run: i64 = self.connection.query_row(statements::LAST_RUN, [], |row| row.get(0))?;
            let utc = self
                .connection
                .prepare_cached(statements::RUN)?
                .query_map([last_run], |row| row.get(0))?
                .next()
                .transpose()?;
            let head: Option<Vec<u8>> = self
                .connection
                .prepare_cached(statements::LEDGER_HEAD)?
                .query_map([], |row| row.get(1))?
                .next()
                .transpose()?;
            Ok(Backup {
                path: self.path.clone(),
                n_bytes: std::fs::metadata(&self.path).map_or(0, |metadata| metadata.len()),
                last_run: last_run as u64,
                last_utc: utc,
                ledger_head: head.map(|head| crate::ledger::hex(&head)),
            })
        };
        read().map_err(|error| self.failed(error))
    }
}

/// Puts a verified copy of `backup` in the place of the store `path`. The store that was there is kept as
/// `<path>.before-restore`. Takes the run lock.
///
/// # Errors
/// [`StoreError::Damaged`] if the backup is not sound, [`StoreError::Locked`] if a run is at work; the store is as before.
pub fn restore(backup: &Path, path: &Path, now_utc: &str) -> Result<Backup, StoreError> {
    let failed = |error: std::io::Error| StoreError::CannotOpen {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let found = inspect(backup)?;
    let _lock = RunLock::take(path, Some(Duration::from_secs(5)), now_utc)?;
    let partial = with_ending(path, ".partial");
    std::fs::copy(backup, &partial).map_err(failed)?;
    inspect(&partial)?;
    if path.exists() {
        // What the write-ahead log holds belongs into the file before that is moved.
        if let Ok(store) = Store::open(path) {
            let _ = store.connection.pragma_update(None, "journal_mode", "DELETE");
        }
        std::fs::rename(path, with_ending(path, ".before-restore")).map_err(failed)?;
        for ending in ["-wal", "-shm"] {
            let rest = with_ending(path, ending);
            if rest.exists() {
                let kept = with_ending(&with_ending(path, ".before-restore"), ending);
                std::fs::rename(&rest, kept).map_err(failed)?;
            }
        }
    }
    into_place(&partial, path)?;
    Ok(Backup {
        path: path.to_path_buf(),
        ..found
    })
}

/// Verifies a copy.
fn inspect(path: &Path) -> Result<Backup, StoreError> {
    let store = Store::open_read_only(path)?;
    if let Some(problem) = store.verify()?.into_iter().next() {
        return Err(StoreError::Damaged {
            path: path.to_path_buf(),
            detail: problem,
        });
    }
    store.state()
}

fn into_place(from: &Path, to: &Path) -> Result<(), StoreError> {
    let moved = std::fs::File::open(from)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(from, to));
    moved.map_err(|error| StoreError::CannotOpen {
        path: to.to_path_buf(),
        reason: error.to_string(),
    })
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}
