//! Stores that are encrypted as a whole, every page of the file: SQLCipher, in builds that have it.
//!
//! Beside encrypted values (`vault`), not instead of them: here whoever opens the file sees all of it, and who has the file
//! alone sees nothing, not even codes and names of systems.
//!
//! Laws: the key is derived from the data key, and opens the file but none of the values that are encrypted in it; a file is
//! never converted in place: its successor is written beside it, verified, and takes its name in one step.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rusqlite::{Connection, ErrorCode};
use zeroize::Zeroizing;

use crate::action::By;
use crate::backup::{into_place, remove, with_ending};
use crate::commit::{Failure, last_write};
use crate::data_key::DataKey;
use crate::error::StoreError;
use crate::ledger::{Ledger, hex};
use crate::{Store, statements};

/// Whether this build can encrypt files.
const IS_BUILT_IN: bool = cfg!(feature = "sqlcipher");

/// What every SQLite file begins with, unless it is encrypted.
const PLAIN_HEAD: &[u8; 16] = b"SQLite format 3\0";

/// Opens a file that is encrypted as a whole.
#[derive(Clone)]
pub struct FileKey {
    /// As SQLCipher takes it: 256 bits that need no derivation any more.
    raw: Zeroizing<String>,
    /// Of the data key that it comes from.
    fingerprint: String,
}

impl std::fmt::Debug for FileKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "FileKey({})", self.fingerprint)
    }
}

impl DataKey {
    /// The key to a file that is encrypted as a whole. It opens no value that is encrypted in it.
    pub fn file_key(&self) -> FileKey {
        let digits = Zeroizing::new(hex(&*self.derived("file")));
        FileKey {
            raw: Zeroizing::new(format!("x'{}'", *digits)),
            fingerprint: self.fingerprint(),
        }
    }
}

/// Why a file does not open as what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WholeProblem {
    /// It is to be encrypted as a whole, and is in plain text.
    Plain,
    /// It does not begin as an SQLite file does, and no key was given.
    NoKey,
    /// It does not open with the key of this fingerprint.
    OtherKey(String),
    /// This build has no SQLCipher.
    NotBuiltIn,
}

impl std::fmt::Display for WholeProblem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Plain => "is in plain text, and not encrypted as a whole as it should be",
            Self::NoKey => "is no SQLite file: it may be encrypted as a whole, or something else",
            Self::OtherKey(fingerprint) => {
                return write!(
                    formatter,
                    "does not open with the key {fingerprint}: it is encrypted with another one, or it is no store"
                );
            }
            Self::NotBuiltIn => "is, or is to be, encrypted as a whole, and this guiyi was built without SQLCipher",
        })
    }
}

impl WholeProblem {
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            Self::Plain => {
                "`guiyi store encrypt` encrypts it; a store that is made anew is encrypted from the beginning"
            }
            Self::NoKey => {
                "if it is encrypted as a whole, say `whole = true` in `[store.encryption]` and name its key; else name another file"
            }
            Self::OtherKey(_) => {
                "name the key that the store was last encrypted with, and for a backup the one of its day, in `[store.encryption] key`"
            }
            Self::NotBuiltIn => "use a guiyi that was built with `--features sqlcipher`",
        }
    }
}

/// What a file looks like from its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    /// There is no file, or an empty one, or it cannot be read: opening it says what is the matter.
    Nothing,
    Plain,
    Other,
}

fn head(path: &Path) -> Head {
    let mut bytes = [0; PLAIN_HEAD.len()];
    let read = File::open(path).and_then(|file| file.take(bytes.len() as u64).read(&mut bytes));
    match read {
        Err(_) | Ok(0) => Head::Nothing,
        Ok(_) if bytes == *PLAIN_HEAD => Head::Plain,
        Ok(_) => Head::Other,
    }
}

/// The key for a file whatever it is: none for a plain one.
///
/// # Errors
/// [`StoreError::Key`] if the file is encrypted and the key cannot be read.
pub(crate) fn key_for(path: &Path, key: Option<&Path>) -> Result<Option<FileKey>, StoreError> {
    match (head(path), key) {
        (Head::Other, Some(key)) => Ok(Some(DataKey::read(key)?.file_key())),
        _ => Ok(None),
    }
}

/// Refuses a file that cannot be what it should be, before it is opened.
pub(crate) fn check_head(path: &Path, key: Option<&FileKey>) -> Result<(), StoreError> {
    let problem = match (head(path), key) {
        (Head::Plain, Some(_)) => WholeProblem::Plain,
        (Head::Other, None) => WholeProblem::NoKey,
        (_, Some(_)) if !IS_BUILT_IN => WholeProblem::NotBuiltIn,
        _ => return Ok(()),
    };
    Err(refused(path, problem))
}

/// Gives a connection the key, before anything else is asked of it.
pub(crate) fn unlock(connection: &Connection, path: &Path, key: &FileKey) -> Result<(), StoreError> {
    let failed = |error| StoreError::of(error, path);
    connection.execute_batch(statements::LOG_NOTHING).map_err(failed)?;
    connection.pragma_update(None, "key", &*key.raw).map_err(failed)?;
    let opened = connection.query_row(statements::N_TABLES, [], |row| row.get::<_, i64>(0));
    match opened.map_err(failed) {
        Err(StoreError::NotAStore { .. }) => Err(refused(path, WholeProblem::OtherKey(key.fingerprint.clone()))),
        other => other.map(drop),
    }
}

fn refused(path: &Path, problem: WholeProblem) -> StoreError {
    StoreError::Whole {
        path: path.to_path_buf(),
        problem,
    }
}

impl Store {
    /// Opens a store for writing as [`Store::open`] does, with the key to the file: a file that does not exist yet is
    /// encrypted from the beginning.
    ///
    /// # Errors
    /// [`StoreError::Whole`] if the file is in plain text, or encrypted with another key, or if this build cannot encrypt
    /// files.
    pub fn open_with(path: impl AsRef<Path>, key: Option<&FileKey>) -> Result<Self, StoreError> {
        Self::open_to_write(path.as_ref(), key)
    }

    /// Opens a store for reading as [`Store::open_read_only`] does, with the key to the file.
    ///
    /// # Errors
    /// As [`Store::open_with`].
    pub fn open_read_only_with(path: impl AsRef<Path>, key: Option<&FileKey>) -> Result<Self, StoreError> {
        Self::open_to_read(path.as_ref(), key)
    }

    /// Opens a store for writing whether it is encrypted as a whole or not; `key`: the file of the data key.
    pub fn open_as_it_is(path: impl AsRef<Path>, key: Option<&Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        Self::open_to_write(path, key_for(path, key)?.as_ref())
    }

    /// The fingerprint of the data key that the file is encrypted with as a whole; `None` if it is not.
    pub fn whole(&self) -> Option<&str> {
        self.file_key.as_ref().map(|key| &*key.fingerprint)
    }

    /// Encrypts the file as a whole with `key`, or with `None` writes it in plain text, and does `work` on it meanwhile: all
    /// of it is done at once, or nothing. Nothing but `work` is done if the file is so already.
    ///
    /// The store is written into a file beside it, verified there, and takes the name of the one before, which is gone then:
    /// nothing of its bytes is in the new one. Whoever calls this holds the run lock.
    ///
    /// Cost: the file is written and read once.
    ///
    /// # Errors
    /// [`StoreError::Locked`] if somebody else has the store open; [`StoreError::Whole`] if this build cannot encrypt files;
    /// what `work` returns. The store is as before then, unless the head of the ledger could not be signed.
    pub fn convert<T>(
        &mut self,
        key: Option<&DataKey>,
        by: By<'_>,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let before = self.file_key.as_ref().map(|key| key.fingerprint.clone());
        let after = key.map(DataKey::fingerprint);
        if before == after {
            return work(self);
        }
        if !IS_BUILT_IN {
            return Err(refused(&self.path, WholeProblem::NotBuiltIn));
        }
        let key = key.map(DataKey::file_key);
        let aside = with_ending(&self.path, ".partial");
        remove(&aside);
        let converted = self.copy_into(&aside, key.as_ref()).and_then(|()| {
            crate::crash_point();
            let mut copy = Self::open_to_write(&aside, key.as_ref())?;
            copy.vault = self.vault.at(&aside);
            let done = work(&mut copy)?;
            copy.note_conversion(before.as_deref(), after.as_deref(), by)?;
            crate::crash_point();
            if let Some(detail) = copy.verify()?.into_iter().next() {
                let path = self.path.clone();
                return Err(StoreError::Damaged { path, detail });
            }
            copy.leave_log()?;
            Ok((done, copy.vault.at(&self.path)))
        });
        let (done, vault) = match converted {
            Ok(converted) => converted,
            Err(error) => {
                remove(&aside);
                // As it was when it was opened.
                let _ = self.connection.execute_batch(statements::SHARE);
                return Err(error.of_file(&aside, &self.path));
            }
        };
        crate::crash_point();
        into_place(&aside, &self.path)?;
        crate::crash_point();
        let heads = self.heads.take();
        *self = Self {
            heads,
            vault,
            ..Self::open_to_write(&self.path, key.as_ref())?
        };
        self.sign_head()?;
        Ok(done)
    }

    /// Copies everything into a new file. From then on nobody else gets at the store through its old file.
    fn copy_into(&self, aside: &Path, key: Option<&FileKey>) -> Result<(), StoreError> {
        let failed = |error| self.failed(error);
        self.leave_log()?;
        let prepare = [statements::LOG_NOTHING, statements::SHARE_NOTHING].concat();
        self.connection.execute_batch(&prepare).map_err(failed)?;
        // Empty: in plain text.
        let raw = key.map_or("", |key| &**key.raw);
        let to_aside = |error: rusqlite::Error| match error.sqlite_error_code() {
            // What SQLCipher makes of every failure while it copies: the text says which.
            Some(ErrorCode::Unknown) => StoreError::Io {
                path: aside.to_path_buf(),
                detail: error.to_string(),
            },
            _ => StoreError::of(error, aside),
        };
        self.connection
            .execute(statements::ATTACH_ASIDE, (aside.to_string_lossy(), raw))
            .map_err(to_aside)?;
        crate::crash_point();
        let copied = self.connection.query_row(statements::EXPORT_ASIDE, [], |_| Ok(()));
        let copied = copied.and_then(|()| {
            crate::crash_point();
            for name in ["application_id", "user_version"] {
                let number: i64 = self
                    .connection
                    .pragma_query_value(Some("main"), name, |row| row.get(0))?;
                self.connection.pragma_update(Some("aside"), name, number)?;
            }
            Ok(())
        });
        self.connection
            .execute(statements::DETACH_ASIDE, [])
            .map_err(to_aside)?;
        copied.map_err(to_aside)
    }

    /// A line of the ledger, in a write of its own.
    fn note_conversion(&mut self, before: Option<&str>, after: Option<&str>, by: By<'_>) -> Result<(), StoreError> {
        let work = || -> Result<(), Failure> {
            let transaction = self.connection.unchecked_transaction()?;
            let (last, utc) = last_write(&transaction, by.utc)?;
            let (of_all, no_rules): (&str, &[u8]) = ("", &[]);
            let mut add_run = transaction.prepare(statements::ADD_RUN)?;
            crate::write(&mut add_run, (last + 1, &utc, by.actor, of_all, no_rules))?;
            drop(add_run);
            let action = if after.is_some() { "encrypt" } else { "decrypt" };
            Ledger::open(&transaction, last + 1, &utc, by.actor)?.add(action, "file", before, after, by.reason)?;
            crate::crash_point();
            Ok(transaction.commit()?)
        };
        work().map_err(|failure| failure.at(&self.path))
    }
}
