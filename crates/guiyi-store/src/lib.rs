//! The golden-record store: source records, crosswalk, golden records, ledger and change feed in one SQLite file.
//!
//! Stands at the end of a record's walk and is the only crate that knows SQL. A run reads what is [`Known`], matches and
//! survives in memory, and hands the whole result to [`Store::commit`], which writes the differences in one transaction:
//! killed anywhere, the store is as before; the same input again writes nothing.
//!
//! ```no_run
//! # fn run(rulebook: &guiyi_core::rulebook::Rulebook, present: &guiyi_core::record::Records)
//! # -> Result<(), guiyi_store::StoreError> {
//! let mut store = guiyi_store::Store::open("guiyi.db")?;
//! let _lock = store.lock(None, "2026-01-31T08:00:00Z")?;
//! let known = store.load_known(rulebook, present)?;
//! // ... match and cluster `present` and `known.absent`, survive, assign IDs, then:
//! // store.commit(&change, "2026-01-31T08:00:00Z", "nightly")?;
//! # Ok(())
//! # }
//! ```

use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::time::Duration;

use guiyi_core::record::Records;
use guiyi_core::rulebook::Rulebook;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

mod action;
mod ahead;
mod backup;
mod change;
mod codes;
mod commit;
mod confirm;
mod contradiction;
mod data_key;
mod decisions;
mod edits;
mod effect;
mod encode;
mod error;
mod feed;
mod find;
mod heads;
mod history;
mod keeper;
mod key;
mod key_file;
mod known;
mod ledger;
mod lock;
mod merge;
mod migrations;
mod mint;
mod pins;
mod put;
mod read;
mod rebuild;
mod rekey;
mod relations;
mod requests;
mod retire;
mod review;
mod rows;
mod signing;
mod statements;
mod transition;
mod valid_time;
mod vault;
mod verify;
mod whole;
mod why;
mod wide;

pub use action::By;
pub use backup::{Backup, restore, restore_with_key};
pub use change::{CommitReport, RunChange};
pub use codes::{Code, CodeRefusal, Codes, NewCode, OldCode};
pub use confirm::Confirmation;
pub use data_key::DataKey;
pub use decisions::{Decided, NewDecision, Refusal};
pub use edits::{AssignedPin, Edits};
pub use effect::{Effect, MovedCode};
pub use error::StoreError;
pub use heads::HeadsReport;
pub use history::{Moment, Step, Version};
pub use known::{Decision, Known, Memberships, Verdict};
pub use lock::RunLock;
pub use merge::{Merge, Split};
pub use mint::Block;
pub use pins::{NewPin, Pinned};
pub use read::{Change, GoldenRecord, GoldenValue, Lookups, Member, Resolution};
pub use rebuild::Rebuild;
pub use rekey::{EncryptedElement, Encryption, Rekeyed};
pub use relations::{NewRelation, Relation, RelationKind, RelationSource};
pub use requests::{
    Application, Approval, ChangeRequest, Ground, Proposal, RequestRefusal, RequestState, RequestStep, StepKind, Terms,
    fold_actor,
};
pub use retire::Retirement;
pub use review::{PairFinding, PendingPair, ReviewPair};
pub use rows::{CodeStatus, CrosswalkRow, CrosswalkRows, GoldenRow, GoldenRows};
pub use signing::{PublicKey, SigningKey};
pub use transition::{CodeThen, NewTransition};
pub use valid_time::{Content, Held};
pub use whole::{FileKey, WholeProblem};
pub use why::{ElementWhy, GoldenWhy};

#[cfg(test)]
mod tests;

/// How long a statement waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Page cache, in KiB; negative as SQLite wants it.
const CACHE_SIZE: i64 = -131_072;
/// The same of who looks up many codes: those of ten million records should find room.
const LARGE_CACHE_SIZE: i64 = -786_432;

/// An open store.
#[derive(Debug)]
pub struct Store {
    keeper: keeper::Keeper,
    connection: Connection,
    path: PathBuf,
    heads: Option<heads::Heads>,
    vault: vault::Vault,
    /// The key to the file, if it is encrypted as a whole.
    file_key: Option<FileKey>,
    /// The systems whose codes were looked up, each with the statement that finds one.
    finders: RefCell<Vec<read::Finder>>,
    has_large_cache: Cell<bool>,
}

impl Store {
    /// Opens a store for reading and writing; makes it where there is no file, brings an older schema up to date.
    ///
    /// # Errors
    /// Every error names the file, and [`StoreError::hint`] the way out.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_to_write(path.as_ref(), None)
    }

    fn open_to_write(path: &Path, key: Option<&FileKey>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut store = Self::connect(path, flags, key)?;
        if store
            .connection
            .is_readonly("main")
            .map_err(|error| store.failed(error))?
        {
            return Err(StoreError::ReadOnly { path: store.path });
        }
        migrations::migrate(&mut store.connection, &store.path)?;
        // While another process loads an empty store, it keeps the mode of its journal; it sets it back itself.
        match store.connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() != Some(rusqlite::ErrorCode::DatabaseBusy) => {
                return Err(store.failed(error));
            }
            _ => {}
        }
        store
            .connection
            .pragma_update(None, "synchronous", "FULL")
            .map_err(|error| store.failed(error))?;
        // Where a change of keys was killed before it had swept the file.
        store.sweep();
        store.with_vault()
    }

    /// Opens a store for reading only, while others may write. The file must exist and have the present schema.
    pub fn open_read_only(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_to_read(path.as_ref(), None)
    }

    fn open_to_read(path: &Path, key: Option<&FileKey>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let store = Self::connect(path, flags, key)?;
        match migrations::check(&store.connection, &store.path)? {
            0 => Err(StoreError::NotAStore { path: store.path }),
            migrations::KNOWN => store.with_vault(),
            found => Err(StoreError::OlderSchema {
                path: store.path,
                found,
            }),
        }
    }

    fn connect(path: &Path, flags: OpenFlags, key: Option<&FileKey>) -> Result<Self, StoreError> {
        let failed = |error| StoreError::of(error, path);
        whole::check_head(path, key)?;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        if let Some(key) = key {
            whole::unlock(&connection, path, key)?;
        }
        connection.set_prepared_statement_cache_capacity(256);
        // Plans do not depend on the values bound, so a statement kept is never prepared again for other values.
        connection
            .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(failed)?;
        connection
            .pragma_update(None, "cache_size", CACHE_SIZE)
            .map_err(failed)?;
        Ok(Self {
            keeper: keeper::Keeper::default(),
            connection,
            path: path.to_path_buf(),
            heads: None,
            vault: vault::Vault::default(),
            file_key: key.cloned(),
            finders: RefCell::default(),
            has_large_cache: Cell::default(),
        })
    }

    fn with_vault(mut self) -> Result<Self, StoreError> {
        self.vault = vault::Vault::load(&self.connection, &self.path).map_err(|error| self.failed(error))?;
        Ok(self)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the run lock, see [`RunLock::take`].
    pub fn lock(&self, wait: Option<Duration>, now_utc: &str) -> Result<RunLock, StoreError> {
        RunLock::take(&self.path, wait, now_utc)
    }

    /// What the store knows of the rulebook's entity type. `present`: the admitted records of this run.
    ///
    /// Cost: linear in the number of known records; their values are read for absent ones only.
    pub fn load_known(&self, rulebook: &Rulebook, present: &Records) -> Result<Known, StoreError> {
        // One transaction, so that all of it is of one moment.
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| self.failed(error))?;
        let keyed = self.keyed(&transaction)?;
        let mut known = known::load(&keyed, rulebook, present).map_err(|error| error.at(&self.path))?;
        let apart = relations::apart(&transaction, &known).map_err(|failure| failure.at(&self.path))?;
        known.decisions.extend(apart);
        Ok(known)
    }

    /// Opens an empty store that lives in memory only, for trying out.
    pub fn open_in_memory() -> Result<Self, StoreError> {
        Self::open(":memory:")
    }

    /// Writes what a run changed of each entity type, in one transaction with its ledger and change-feed lines; the
    /// reports are in the order of the changes.
    ///
    /// `now_utc`: `YYYY-MM-DDTHH:MM:SSZ`. `actor`: who runs it, for the ledger. A run that changed nothing writes nothing.
    ///
    /// # Errors
    /// The store is as before. [`StoreError::Stale`] if somebody committed since `change.known` was loaded.
    pub fn commit(
        &mut self,
        changes: &[RunChange<'_>],
        now_utc: &str,
        actor: &str,
    ) -> Result<Vec<CommitReport>, StoreError> {
        self.write_run(changes, now_utc, actor, true)
    }

    /// What [`Store::commit`] would write; the store stays as it is.
    pub fn preview(
        &mut self,
        changes: &[RunChange<'_>],
        now_utc: &str,
        actor: &str,
    ) -> Result<Vec<CommitReport>, StoreError> {
        self.write_run(changes, now_utc, actor, false)
    }

    fn write_run(
        &mut self,
        changes: &[RunChange<'_>],
        utc: &str,
        actor: &str,
        keep: bool,
    ) -> Result<Vec<CommitReport>, StoreError> {
        let reports = commit::commit(&mut self.connection, &self.vault, changes, utc, actor, keep)
            .map_err(|failure| failure.at(&self.path))?;
        self.sign_head()?;
        Ok(reports)
    }

    /// A transaction with the keys to what stands in it.
    fn keyed<'a>(&'a self, transaction: &'a Connection) -> Result<vault::Keyed<'a>, StoreError> {
        vault::Keyed::new(transaction, &self.vault).map_err(|failure| failure.at(&self.path))
    }

    fn failed(&self, error: rusqlite::Error) -> StoreError {
        StoreError::of(error, &self.path)
    }
}

/// Executes a statement that writes.
fn write(statement: &mut rusqlite::Statement<'_>, params: impl rusqlite::Params) -> rusqlite::Result<usize> {
    crash_point();
    statement.execute(params)
}

/// In tests, the process dies here at the write that the environment names.
fn crash_point() {
    #[cfg(test)]
    tests::crash::point();
}
