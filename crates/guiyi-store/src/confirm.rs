//! Confirmed golden records: those of which a steward has said that they are right.
//!
//! Laws: a run never makes one of two confirmed golden records, whatever matches; the confirmed one survives a merge; the
//! word belongs to the ID, sleeps while that is superseded and wakes with it; it changes neither version nor feed.

use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use rusqlite::{Connection, OptionalExtension};

use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::error::StoreError;
use crate::{Store, key, statements};

/// Who confirmed a golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirmation {
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub utc: String,
}

impl Store {
    /// Confirms a golden record, or takes that back if `is_so` is false.
    ///
    /// # Errors
    /// [`StoreError::NotActive`]; [`StoreError::Inconsistent`] if it is so already.
    pub fn confirm(&mut self, rulebook: &Rulebook, gid: GlobalId, is_so: bool, by: By<'_>) -> Result<(), StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((write(action, gid, is_so)?, Keep::All))
        })
    }

    /// Who confirmed a golden record; `None` if nobody did, or it was taken back.
    pub fn confirmation(&self, gid: GlobalId) -> Result<Option<Confirmation>, StoreError> {
        read(&self.connection, gid).map_err(|error| self.failed(error))
    }
}

/// Confirms a golden record or takes that back, see [`Store::confirm`].
pub(crate) fn write(action: &Action<'_>, gid: GlobalId, is_so: bool) -> Result<(), Failure> {
    action.check_active(gid)?;
    if read(action.connection, gid)?.is_some() == is_so {
        let state = if is_so { "confirmed already" } else { "not confirmed" };
        let detail = format!("{gid} is {state}");
        return Err(StoreError::Inconsistent { detail }.into());
    }
    let number = key::to_key(gid);
    let mut add = action.connection.prepare_cached(statements::ADD_CONFIRMATION)?;
    let By { actor, reason, utc } = action.by;
    crate::write(&mut add, (number, is_so, reason, actor, utc, action.run))?;
    let mut set = action.connection.prepare_cached(statements::CONFIRM_ID)?;
    crate::write(&mut set, (is_so, number))?;
    let what = if is_so { "confirm" } else { "unconfirm" };
    Ok(action.note(what, gid.as_str(), None, None)?)
}

pub(crate) fn read(connection: &Connection, gid: GlobalId) -> rusqlite::Result<Option<Confirmation>> {
    let mut last = connection.prepare_cached(statements::LAST_CONFIRMATION)?;
    let found = last.query_row([key::to_key(gid)], |row| {
        let confirmation = Confirmation {
            reason: row.get(1)?,
            actor: row.get(2)?,
            utc: row.get(3)?,
        };
        Ok(row.get::<_, bool>(0)?.then_some(confirmation))
    });
    Ok(found.optional()?.flatten())
}
