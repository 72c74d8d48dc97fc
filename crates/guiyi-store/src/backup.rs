//! Backup and restore: a whole, verified copy of the store, taken while others read and write it.
//!
//! Laws: a copy has its name only once it is verified and on disk; restoring keeps the store that was there beside it;
//! ended anywhere, there is a whole store under the store's name.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::StoreError;
use crate::{RunLock, Store, statements, whole};

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
    /// Copies the store to `target`, which must not exist, and verifies the copy; encrypted values are encrypted there as
    /// well, and verified if the key is there.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the copy is not sound; it is removed then.
    pub fn backup(&self, target: &Path) -> Result<Backup, StoreError> {
        if target.exists() {
            return Err(StoreError::CannotOpen {
                path: target.to_path_buf(),
                reason: "it exists already, and a backup takes a name of its own".into(),
            });
        }
        let partial = with_ending(target, ".partial");
        remove(&partial);
        crate::crash_point();
        let copied = self
            .connection
            .execute(statements::COPY, [partial.to_string_lossy()])
            .map_err(|error| StoreError::of(error, &partial));
        crate::crash_point();
        let done = copied.and_then(|_| {
            let copy = Store {
                vault: self.vault.clone(),
                ..Store::open_to_read(&partial, self.file_key.as_ref())?
            };
            let backup = inspect(copy)?;
            crate::crash_point();
            into_place(&partial, target)?;
            crate::crash_point();
            Ok(Backup {
                path: target.to_path_buf(),
                ..backup
            })
        });
        done.map_err(|error| {
            remove(&partial);
            error.of_file(&partial, target)
        })
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

/// Puts a verified copy of `backup` in the place of the store `path`, brought up to date if it is of an earlier version.
/// The store that was there is kept beside it as `<path>.before-restore`, or `-2` and so on behind it. Takes the run lock.
///
/// Ended anywhere, the store is the one of before or the restored one, and is there at any moment.
///
/// # Errors
/// [`StoreError::Damaged`] if the backup is not sound, [`StoreError::Locked`] if a run is at work; the store is as before.
pub fn restore(backup: &Path, path: &Path, now_utc: &str) -> Result<Backup, StoreError> {
    restored(backup, path, now_utc, None)
}

/// The same with the file of the key, which it takes to verify an encrypted backup.
///
/// # Errors
/// As [`restore`], and [`StoreError::Sealed`] if that is not the backup's key; the store is as before.
pub fn restore_with_key(backup: &Path, path: &Path, now_utc: &str, key: &Path) -> Result<Backup, StoreError> {
    restored(backup, path, now_utc, Some(key))
}

fn restored(backup: &Path, path: &Path, now_utc: &str, key: Option<&Path>) -> Result<Backup, StoreError> {
    let failed = |path: &Path, error: &std::io::Error| StoreError::CannotOpen {
        path: path.to_path_buf(),
        reason: error.to_string(),
    };
    let _lock = RunLock::take(path, Some(Duration::from_secs(5)), now_utc)?;
    let partial = with_ending(path, ".partial");
    remove(&partial);
    let copied = copy_with_log(backup, &partial).map_err(|error| failed(backup, &error));
    let copied = copied.and_then(|()| {
        crate::crash_point();
        // Opened for writing once: takes in the log that the copy may have, and an earlier schema is brought up to date.
        // An empty file would become an empty store here; that is no backup of anything.
        if std::fs::metadata(&partial).is_ok_and(|metadata| metadata.len() == 0) {
            return Err(StoreError::NotAStore {
                path: backup.to_path_buf(),
            });
        }
        let file_key = whole::key_for(&partial, key)?;
        Store::open_to_write(&partial, file_key.as_ref())?.leave_log()?;
        crate::crash_point();
        let mut copy = Store::open_to_read(&partial, file_key.as_ref())?;
        if let Some(key) = key {
            copy.use_key(key)?;
        }
        copy.check_key()?;
        inspect(copy)
    });
    let found = match copied {
        Ok(found) => found,
        Err(error) => {
            remove(&partial);
            return Err(error.of_file(&partial, backup));
        }
    };
    crate::crash_point();
    if path.exists() {
        // What the write-ahead log holds belongs into the file before another takes its place.
        let kept = free_name(path);
        let is_whole = match Store::open_as_it_is(path, key).and_then(|store| store.leave_log()) {
            Ok(()) => true,
            Err(error @ StoreError::Locked { .. }) => {
                remove(&partial);
                return Err(error);
            }
            Err(_) => false,
        };
        crate::crash_point();
        link_or_copy(path, &kept).map_err(|error| failed(&kept, &error))?;
        crate::crash_point();
        for ending in LOGS {
            let log = with_ending(path, ending);
            if !is_whole && log.exists() {
                // A store too damaged to be opened: its log must not be taken for the restored store's.
                std::fs::rename(&log, with_ending(&kept, ending)).map_err(|error| failed(&log, &error))?;
            }
        }
    }
    crate::crash_point();
    into_place(&partial, path)?;
    crate::crash_point();
    Ok(Backup {
        path: path.to_path_buf(),
        ..found
    })
}

/// The files that SQLite keeps beside a store in use, and leaves beside one whose writer was killed.
const LOGS: [&str; 3] = ["-wal", "-shm", "-journal"];

impl Store {
    /// Moves what the write-ahead log holds into the file, and the log away.
    pub(crate) fn leave_log(&self) -> Result<(), StoreError> {
        let mode: String = self
            .connection
            .pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get(0))
            .map_err(|error| self.failed(error))?;
        if mode == "delete" {
            return Ok(());
        }
        Err(StoreError::Locked {
            path: self.path.clone(),
            holder: "another process".into(),
        })
    }
}

/// A copy of a store's file, and of the log beside it if there is one.
fn copy_with_log(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::copy(from, to)?;
    let log = with_ending(from, "-wal");
    if log.exists() {
        std::fs::copy(log, with_ending(to, "-wal"))?;
    }
    Ok(())
}

/// The name under which the store of before is kept.
fn free_name(path: &Path) -> PathBuf {
    let first = with_ending(path, ".before-restore");
    let further = (2..).map(|number| with_ending(path, &format!(".before-restore-{number}")));
    std::iter::once(first)
        .chain(further)
        .find(|name| !name.exists())
        .expect("there are more names than files")
}

/// A second name for a file, or where the file system has none, a copy.
fn link_or_copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if std::fs::hard_link(from, to).is_ok() {
        return Ok(());
    }
    std::fs::copy(from, to)?;
    std::fs::File::open(to)?.sync_all()
}

/// Removes what an attempt left over.
pub(crate) fn remove(partial: &Path) {
    let _ = std::fs::remove_file(partial);
    for ending in LOGS {
        let _ = std::fs::remove_file(with_ending(partial, ending));
    }
}

/// Verifies a copy.
fn inspect(store: Store) -> Result<Backup, StoreError> {
    if let Some(problem) = store.verify()?.into_iter().next() {
        return Err(StoreError::Damaged {
            path: store.path,
            detail: problem,
        });
    }
    store.state()
}

/// Gives a file its name, and both are on disk then.
pub(crate) fn into_place(from: &Path, to: &Path) -> Result<(), StoreError> {
    let moved = std::fs::File::open(from)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(from, to));
    moved.map_err(|error| StoreError::CannotOpen {
        path: to.to_path_buf(),
        reason: error.to_string(),
    })?;
    // The directory, where the system lets it be opened.
    let directory = to.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Ok(directory) = std::fs::File::open(directory.unwrap_or(Path::new("."))) {
        let _ = directory.sync_all();
    }
    Ok(())
}

pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}
