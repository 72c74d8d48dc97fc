//! The schema, as numbered files. A store's schema version is the number of migrations applied to it.

use std::path::Path;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::StoreError;
use crate::{pins, statements};

/// The files in order; a file is never changed once released.
pub(crate) const MIGRATIONS: [&str; 9] = [
    include_str!("../migrations/0001_store.sql"),
    include_str!("../migrations/0002_stewards.sql"),
    include_str!("../migrations/0003_relations.sql"),
    include_str!("../migrations/0004_source_heads.sql"),
    include_str!("../migrations/0005_times.sql"),
    include_str!("../migrations/0006_change_requests.sql"),
    include_str!("../migrations/0007_encryption.sql"),
    include_str!("../migrations/0008_lean.sql"),
    include_str!("../migrations/0009_retire.sql"),
];

/// The latest schema version that this program knows.
pub(crate) const KNOWN: i64 = 9;
const _: () = assert!(
    KNOWN as usize == MIGRATIONS.len(),
    "every migration raises the version by one"
);

/// Marks the file as a Guiyi store, "GUIY".
const APPLICATION_ID: i64 = 0x4755_4959;

/// Brings the schema up to date in one transaction. Refuses files of other programs and of later versions.
pub(crate) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |error| StoreError::of(error, path);
    if check(connection, path)? == KNOWN {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    // Another process may have been faster.
    let version = check(&transaction, path)?;
    let has_retirements = |transaction: &Connection| transaction.prepare(statements::SCHEMA_OF)?.exists(["retirement"]);
    let has_earlier_pins = version > 0 && !has_retirements(&transaction).map_err(failed)?;
    for migration in &MIGRATIONS[version as usize..] {
        let mut batch = rusqlite::Batch::new(&transaction, migration);
        while let Some(mut statement) = batch.next().map_err(failed)? {
            crate::write(&mut statement, []).map_err(failed)?;
        }
    }
    if has_earlier_pins {
        pins::vouch(&transaction).map_err(failed)?;
    }
    transaction
        .pragma_update(None, "application_id", APPLICATION_ID)
        .map_err(failed)?;
    transaction.pragma_update(None, "user_version", KNOWN).map_err(failed)?;
    crate::crash_point();
    transaction.commit().map_err(failed)
}

/// The schema version of a store, 0 for an empty file.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let failed = |error| StoreError::of(error, path);
    let pragma = |name: &str| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(failed)
    };
    let (application, version) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = connection
        .query_row(statements::N_TABLES, [], |row| row.get(0))
        .map_err(failed)?;
    match (application, version) {
        (APPLICATION_ID, 1..) if version <= KNOWN => Ok(version),
        (APPLICATION_ID, _) if version > KNOWN => Err(StoreError::NewerSchema {
            path: path.to_path_buf(),
            found: version,
            known: KNOWN,
        }),
        (0, 0) if tables == 0 => Ok(0),
        _ => Err(StoreError::NotAStore {
            path: path.to_path_buf(),
        }),
    }
}
