//! Which key the digests of a write were made with: the ledger is never written anew, so that its digests of pins and change
//! requests stay as they were made.
//!
//! Laws: all keys since encryption was turned on last have one secret of digests; what was made under an earlier one cannot
//! be made again; what was made while nothing was encrypted always can.

use rusqlite::Connection;

use crate::known::rows;
use crate::statements;
use crate::vault::{Keyed, Vault};

/// The vaults that made the digests of earlier writes.
pub(crate) struct PastVaults<'a> {
    now: &'a Vault,
    plain: Vault,
    /// The writes that changed the keys, and whether values were encrypted since.
    changes: Vec<(i64, bool)>,
}

impl<'a> PastVaults<'a> {
    pub(crate) fn of(connection: &Keyed<'a>) -> rusqlite::Result<Self> {
        let changes = |connection: &Connection| {
            rows(connection, statements::KEY_CHANGES, [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
        };
        Ok(Self {
            now: connection.vault,
            plain: Vault::default(),
            changes: changes(connection)?,
        })
    }

    /// The vault that makes the digests of a write again; `None` if there is none any more, or its key is missing.
    pub(crate) fn at(&self, run: i64) -> Option<&Vault> {
        self.now.check().ok()?;
        let before = self.changes.partition_point(|(change, _)| *change <= run);
        let was_on = self.changes[..before].last().is_some_and(|(_, is_on)| *is_on);
        let is_on_since = self.changes[before..].iter().all(|(_, is_on)| *is_on);
        match (was_on, is_on_since) {
            (false, _) => Some(&self.plain),
            (true, true) => Some(self.now),
            (true, false) => None,
        }
    }
}
