//! Retired golden records: those that a steward has ended without a survivor, since there is no such company any more, say.
//!
//! Laws: the ID stays resolvable for ever, and its codes lead to it; its source records stay with it and are kept up to date,
//! but no golden record is made of them, and no run joins them to others or brings it back; only a steward does, and then it
//! is what its source records say on that day; its earlier versions, pins and relations stay, and sleep meanwhile.

use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use rusqlite::{Connection, OptionalExtension};

use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::effect::Effect;
use crate::error::StoreError;
use crate::read::{Resolution, resolution};
use crate::{Store, key, statements};

/// Who retired a golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retirement {
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// Since when, UTC.
    pub utc: String,
}

impl Store {
    /// Retires a golden record, or brings it back if `is_so` is false.
    ///
    /// # Errors
    /// [`StoreError::NotActive`]; [`StoreError::Inconsistent`] if it is so already.
    pub fn retire(
        &mut self,
        rulebook: &Rulebook,
        gid: GlobalId,
        is_so: bool,
        by: By<'_>,
    ) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((write(action, rulebook, gid, is_so)?, Keep::All))
        })
    }

    /// Who retired a golden record; `None` if nobody did, or it was brought back.
    pub fn retirement(&self, gid: GlobalId) -> Result<Option<Retirement>, StoreError> {
        read(&self.connection, gid).map_err(|error| self.failed(error))
    }
}

/// Retires a golden record or brings it back, see [`Store::retire`].
pub(crate) fn write(action: &Action<'_>, rulebook: &Rulebook, gid: GlobalId, is_so: bool) -> Result<Effect, Failure> {
    let is_retired = resolution(action.connection, gid)? == Some(Resolution::Retired);
    match (is_retired, is_so) {
        (true, false) => {}
        (false, true) => action.check_active(gid)?,
        (true, true) => return refuse(gid, "retired already"),
        (false, false) => {
            action.check_active(gid)?;
            return refuse(gid, "not retired");
        }
    }
    let effect = Effect::begin(action, &[gid])?;
    let number = key::to_key(gid);
    let mut add = action.connection.prepare_cached(statements::ADD_RETIREMENT)?;
    let By { actor, reason, utc } = action.by;
    crate::write(&mut add, (number, is_so, reason, actor, utc, action.run))?;
    let mut set = action.connection.prepare_cached(statements::SET_ID_STATUS)?;
    crate::write(&mut set, (if is_so { "retired" } else { "active" }, number))?;
    action.note(if is_so { "retire" } else { "unretire" }, gid.as_str(), None, None)?;
    action.compute_anew(rulebook, &[gid])?;
    effect.end(action)
}

fn refuse(gid: GlobalId, state: &str) -> Result<Effect, Failure> {
    let detail = format!("{gid} is {state}");
    Err(StoreError::Inconsistent { detail }.into())
}

fn read(connection: &Connection, gid: GlobalId) -> rusqlite::Result<Option<Retirement>> {
    let mut last = connection.prepare_cached(statements::LAST_RETIREMENT)?;
    let found = last.query_row([key::to_key(gid)], |row| {
        let retirement = Retirement {
            reason: row.get(1)?,
            actor: row.get(2)?,
            utc: row.get(3)?,
        };
        Ok(row.get::<_, bool>(0)?.then_some(retirement))
    });
    Ok(found.optional()?.flatten())
}

/// Whether a golden record was retired at a time, as is known behind a write.
pub(crate) fn was_retired(connection: &Connection, gid: GlobalId, utc: &str, known: i64) -> rusqlite::Result<bool> {
    let mut at = connection.prepare_cached(statements::RETIRED_AT)?;
    let found = at
        .query_row((key::to_key(gid), known, utc), |row| row.get(0))
        .optional()?;
    Ok(found.unwrap_or(false))
}
