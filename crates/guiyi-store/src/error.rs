//! What can go wrong with a store, and the way out where one is known.

use std::path::{Path, PathBuf};

use guiyi_core::global_id::GlobalId;
use rusqlite::ErrorCode;

use crate::known::Decision;
use crate::requests::RequestRefusal;
use crate::whole::WholeProblem;

/// Why a store could not be opened, read or written. Nothing was changed when one is returned, but for
/// [`StoreError::HeadNotWritten`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The file cannot be opened or made.
    #[error("cannot open the store {}: {reason}", path.display())]
    CannotOpen {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The file is something else: no SQLite file, or one that another program made.
    #[error("{} is not a Guiyi store", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted as a whole and should not be, or the other way round, or its key is another.
    #[error("{} {problem}", path.display())]
    Whole {
        /// The file.
        path: PathBuf,
        /// What is the matter.
        problem: WholeProblem,
    },
    /// A later version of Guiyi wrote the file.
    #[error("{} has schema version {found}, this program knows versions up to {known}", path.display())]
    NewerSchema {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The file has an earlier schema, which only a writer brings up to date.
    #[error("{} has the earlier schema version {found}", path.display())]
    OlderSchema {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
    },
    /// The file or its directory cannot be written, or the store was opened for reading.
    #[error("the store {} is read-only", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space left for the store {}", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// The system could not read or write the file.
    #[error("cannot read or write the store {}: {detail}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// The file is damaged.
    #[error("the store {} is damaged: {detail}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A key cannot be read, made or used.
    #[error("the key {}: {detail}", path.display())]
    Key {
        /// The key's file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Values are encrypted, and the key is missing or another. Codes, IDs, decisions and the values of other elements can
    /// be read all the same.
    #[error("the store {} is encrypted with key {version}, {fingerprint}: {detail}", path.display())]
    Sealed {
        /// The store.
        path: PathBuf,
        /// Number of the key among those that the store has had.
        version: i64,
        /// The key's fingerprint.
        fingerprint: String,
        /// Why it is not there.
        detail: String,
    },
    /// The values of the element are encrypted without a blind index.
    #[error("the values of {element} are encrypted and cannot be searched for")]
    NotSearchable {
        /// Its name.
        element: String,
    },
    /// Another process has changed the key, or what is encrypted, since the store was opened.
    #[error("the keys of the store {} were changed since it was opened", path.display())]
    KeyChanged {
        /// The store.
        path: PathBuf,
    },
    /// The head of the ledger could not be written to its second place. What was written into the store stands; the next
    /// write's head covers it.
    #[error("cannot write the head of the ledger into {}: {detail}", path.display())]
    HeadNotWritten {
        /// The file with the heads.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The ledger is not the one whose heads were signed.
    #[error("the store {} does not go on from its signed heads in {}: {detail}", path.display(), heads.display())]
    Rewritten {
        /// The store.
        path: PathBuf,
        /// The file with the heads.
        heads: PathBuf,
        /// What differs.
        detail: String,
    },
    /// Another run holds the lock.
    #[error("the store {} is in use by {holder}", path.display())]
    Locked {
        /// The store's file.
        path: PathBuf,
        /// Process, host and time of the run that holds it.
        holder: String,
    },
    /// The store was changed by somebody else since [`crate::Store::load_known`].
    #[error("the store was changed by run {found} after run {expected} was read")]
    Stale {
        /// Last run when it was read.
        expected: u64,
        /// Last run now.
        found: u64,
    },
    /// Two records of a change have the same system and source key.
    #[error("the record {key} of {system} occurs twice")]
    DuplicateRecord {
        /// Name of the system.
        system: String,
        /// The source key.
        key: String,
    },
    /// A change whose parts do not fit together, or that is done already.
    #[error("this cannot be done: {detail}")]
    Inconsistent {
        /// Which parts.
        detail: String,
    },
    /// A data element whose name the store needs for itself.
    #[error("a data element cannot be named {name}")]
    ReservedName {
        /// The name.
        name: String,
    },
    /// The ID names no golden record: it was superseded, retired, or never issued.
    #[error("{gid} is not active")]
    NotActive {
        /// The ID.
        gid: GlobalId,
        /// The ID that stands for it now.
        survivor: Option<GlobalId>,
    },
    /// A record that is not part of the golden record.
    #[error("{system}/{key} is not a record of {gid}")]
    NotAMember {
        /// The golden record.
        gid: GlobalId,
        /// Name of the system.
        system: String,
        /// The source key.
        key: String,
    },
    /// An element that the dictionary does not have.
    #[error("there is no data element {element}")]
    UnknownElement {
        /// Its name.
        element: String,
    },
    /// No pin to take off.
    #[error("{element} of {gid} is not pinned")]
    NotPinned {
        /// The golden record.
        gid: GlobalId,
        /// The element.
        element: String,
    },
    /// Stewards' decisions speak against it.
    #[error("decisions speak against it:{}", list(decisions))]
    Contradicted {
        /// The decisions.
        decisions: Vec<Decision>,
    },
    /// Something that cannot be done with a change request.
    #[error("change request {number}: {refusal}")]
    Request {
        /// Its number.
        number: u64,
        /// Why.
        refusal: RequestRefusal,
    },
    /// Any other failure of the database.
    #[error("the database failed: {0}")]
    Database(#[source] rusqlite::Error),
}

impl StoreError {
    /// What to do about it, if that is known.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::CannotOpen { .. } => Some("check the name and its directory, and that you may read and write there"),
            Self::Whole { problem, .. } => Some(problem.hint()),
            Self::NotAStore { .. } => Some("name another file; a store is made where there is none"),
            Self::NewerSchema { .. } => Some("update guiyi, or restore a backup from before the update"),
            Self::OlderSchema { .. } => Some("the next run brings it up to date; a backup before it costs little"),
            Self::ReadOnly { .. } => Some("check the permissions of the file and of its directory"),
            Self::DiskFull { .. } => Some("free some space and run again; the store is as it was before"),
            Self::Io { .. } => {
                Some("check the disk, its quota and the connection to it, and run again; the store is as it was before")
            }
            Self::Damaged { .. } => Some("keep the file, restore the last backup and run again"),
            Self::Key { .. } => Some(
                "a lost key cannot be made again: `guiyi store key new` makes another, and signing begins in a new file of heads",
            ),
            Self::Sealed { .. } => Some(
                "bring back the file with that key and name it in the project file, `[store.encryption] key`; nothing is damaged, and codes, IDs, decisions and values of other elements can be read without",
            ),
            Self::NotSearchable { .. } => {
                Some("name it in `[store.encryption] searchable` and run `guiyi store encrypt`")
            }
            Self::HeadNotWritten { .. } => {
                Some("what was written into the store stands; mend the second place, the next write signs it as well")
            }
            Self::Rewritten { .. } => Some(
                "nothing was written; `guiyi store verify` says more; a backup put back on purpose goes through `guiyi store restore`",
            ),
            Self::Locked { .. } => {
                Some("wait until that run has ended, or let this one wait for it: `guiyi run --wait 600`")
            }
            Self::Stale { .. } | Self::KeyChanged { .. } => Some("run again"),
            Self::ReservedName { .. } => Some("rename the element in the dictionary"),
            Self::NotActive { survivor: None, .. } => Some(
                "`guiyi crosswalk lookup` finds the ID of a code; `guiyi golden unretire` brings a retired one back",
            ),
            Self::NotActive { .. } => Some("name the ID that stands for it now: `guiyi golden show` says which"),
            Self::NotAMember { .. } => Some("`guiyi golden show` lists the records"),
            Self::UnknownElement { .. } => Some("`guiyi dictionary` lists the data elements"),
            Self::NotPinned { .. } => Some("`guiyi golden show` says which values are pinned"),
            Self::Contradicted { .. } => {
                Some("ask those who decided; a later decision on a pair withdraws the earlier one")
            }
            Self::Request { refusal, .. } => Some(refusal.hint()),
            Self::DuplicateRecord { .. } | Self::Inconsistent { .. } | Self::Database(_) => None,
        }
    }

    /// The same error, told of the file that the user named instead of one that stands for it meanwhile.
    pub(crate) fn of_file(mut self, meanwhile: &Path, named: &Path) -> Self {
        match &mut self {
            Self::CannotOpen { path, .. }
            | Self::NotAStore { path }
            | Self::Whole { path, .. }
            | Self::NewerSchema { path, .. }
            | Self::OlderSchema { path, .. }
            | Self::ReadOnly { path }
            | Self::DiskFull { path }
            | Self::Io { path, .. }
            | Self::Damaged { path, .. }
            | Self::Sealed { path, .. }
            | Self::Locked { path, .. }
                if path == meanwhile =>
            {
                named.clone_into(path);
            }
            _ => {}
        }
        self
    }

    /// Names a failure of the database by what it means for the store.
    pub(crate) fn of(error: rusqlite::Error, path: &Path) -> Self {
        use rusqlite::Error;
        let path = || path.to_path_buf();
        if matches!(
            error,
            Error::FromSqlConversionFailure(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::InvalidColumnType(..)
                | Error::QueryReturnedNoRows
                | Error::Utf8Error(..)
        ) {
            // No value that any version of the program has written.
            return Self::Damaged {
                path: path(),
                detail: error.to_string(),
            };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotAStore { path: path() },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path: path() },
            Some(ErrorCode::DiskFull) => Self::DiskFull { path: path() },
            Some(ErrorCode::SystemIoFailure) => Self::Io {
                path: path(),
                detail: error.to_string(),
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => Self::Damaged {
                path: path(),
                detail: error.to_string(),
            },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => Self::CannotOpen {
                path: path(),
                reason: error.to_string(),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked {
                path: path(),
                holder: "another process".into(),
            },
            _ => Self::Database(error),
        }
    }
}

/// Decisions, one a line.
fn list(decisions: &[Decision]) -> String {
    use std::fmt::Write as _;
    decisions.iter().fold(String::new(), |mut text, decision| {
        write!(text, "\n  {decision}").expect("writing to a string cannot fail");
        text
    })
}
