//! Codes that are replaced: the old and the new code of one system side by side until a day, and what a code meant when.
//!
//! Laws: both codes lead to the same golden record, the old one for ever; from its day on it is marked and not to be used;
//! codes never replace each other in a circle; each replacement is a line of the ledger.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::OptionalExtension;

use crate::action::{Action, By};
use crate::codes::{Code, CodeRefusal, answer_each, read_code, standing_for};
use crate::commit::Failure;
use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::{Store, key, statements};

/// Codes that replace one another, one after the other; more are taken for a circle.
const MAX_CHAIN: usize = 1000;

/// A code that is to replace another of its system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewTransition<'a> {
    /// Name of the system.
    pub system: &'a str,
    /// The code that ends.
    pub old: &'a str,
    /// The code that replaces it.
    pub new: &'a str,
    /// From when the new one may be used, UTC; `None`: from now on. Of a code that is known already it changes nothing.
    pub valid_from: Option<&'a str>,
    /// Until when the old one may be used, UTC.
    pub until: &'a str,
}

/// What a code led to at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeThen {
    /// The ID that it led to.
    pub gid: GlobalId,
    /// The ID that stands for that now.
    pub now: GlobalId,
    /// `record` for the source key of a record, `alias` for a code that leads to it as well.
    pub id_type: String,
    /// From when, UTC.
    pub valid_from: String,
    /// Until when, UTC; `None`: open. A code that ended is still known by its last ID.
    pub valid_to: Option<String>,
    /// The code of the same system that replaces it.
    pub successor: Option<String>,
}

/// A code as it stands.
struct Standing {
    gid: i64,
    stands: Option<GlobalId>,
    valid_to: Option<String>,
    successor: Option<String>,
    record: Option<i64>,
}

impl Store {
    /// Lets codes be replaced by others of their system; a code of the two that is not known yet becomes an alias beside
    /// the other. The answers, in the order of the transitions, say whether one is new. If one is refused, none is written,
    /// unless `partial` is true.
    pub fn replace_codes(
        &mut self,
        entity: EntityType,
        transitions: &[NewTransition<'_>],
        by: By<'_>,
        partial: bool,
    ) -> Result<Vec<Result<bool, CodeRefusal>>, StoreError> {
        self.act(entity, by, |action| {
            answer_each(transitions, partial, |transition| replace(action, transition))
        })
    }

    /// What a code led to at a time, `YYYY-MM-DDTHH:MM:SSZ`; `None` if it was not known by then.
    pub fn code_at(
        &self,
        entity: EntityType,
        system: &str,
        code: &str,
        utc: &str,
    ) -> Result<Option<CodeThen>, StoreError> {
        self.read(|connection| {
            let mut number = connection.prepare_cached(statements::SYSTEM)?;
            let Some(number) = number.query_row([system], |row| row.get::<_, i64>(0)).optional()? else {
                return Ok(None);
            };
            let entity = entity.name();
            let found = rows(
                connection,
                statements::CODE_EVER,
                (entity, number, code, entity, number, code),
                |row| {
                    let gid = read_gid(row, 0)?;
                    Ok(CodeThen {
                        gid,
                        now: gid,
                        id_type: row.get(1)?,
                        valid_from: row.get(2)?,
                        valid_to: row.get(3)?,
                        successor: row.get(4)?,
                    })
                },
            )?;
            let began = found.into_iter().filter(|then| *then.valid_from <= *utc);
            let began: Vec<CodeThen> = began.collect();
            let is_open = |then: &&CodeThen| then.valid_to.as_deref().is_none_or(|end| utc < end);
            let is_of_record = |then: &&CodeThen| is_open(then) && then.id_type == "record";
            let open = began.iter().find(is_of_record).or_else(|| began.iter().find(is_open));
            let Some(then) = open.or(began.first()).cloned() else {
                return Ok(None);
            };
            let now = standing_for(connection, then.gid)?.unwrap_or(then.gid);
            Ok(Some(CodeThen { now, ..then }))
        })
    }

    /// The codes that led to an ID at a time, `YYYY-MM-DDTHH:MM:SSZ`, and those that had ended by then and did not lead
    /// elsewhere since, by system and code.
    pub fn codes_of_at(&self, gid: GlobalId, utc: &str) -> Result<Vec<Code>, StoreError> {
        let number = key::to_key(gid);
        let read = |row: &rusqlite::Row<'_>| Ok((read_code(row)?, row.get::<_, bool>(6)?));
        let found = rows(&self.connection, statements::CODES_EVER_OF, [number, number], read);
        let found = found.map_err(|error| self.failed(error))?;
        let led = found.into_iter().filter(|(code, is_present)| {
            *code.valid_from <= *utc && (*is_present || code.valid_to.as_deref().is_none_or(|end| utc < end))
        });
        Ok(led.map(|(code, _)| code).collect())
    }
}

fn replace(action: &Action<'_>, transition: &NewTransition<'_>) -> Result<Result<bool, CodeRefusal>, Failure> {
    let NewTransition {
        system,
        old,
        new,
        valid_from,
        until,
    } = *transition;
    let Some(number) = action.system(system)? else {
        return Ok(Err(CodeRefusal::UnknownCode));
    };
    let begins = valid_from.unwrap_or(action.by.utc);
    let (standing_old, standing_new) = (standing(action, number, old)?, standing(action, number, new)?);
    if standing_new.is_none() && until <= begins && valid_from.is_some() {
        return Ok(Err(CodeRefusal::Times));
    }
    if leads_back(action, number, new, old)? {
        return Ok(Err(CodeRefusal::Circle));
    }
    match (&standing_old, &standing_new) {
        (None, None) => return Ok(Err(CodeRefusal::UnknownCode)),
        (Some(old), Some(new)) if old.stands != new.stands => {
            return Ok(match new.stands {
                Some(gid) => Err(CodeRefusal::Taken(gid)),
                None => Err(CodeRefusal::UnknownId),
            });
        }
        (Some(old), Some(_)) if old.valid_to.as_deref() == Some(until) && old.successor.as_deref() == Some(new) => {
            return Ok(Ok(false));
        }
        (Some(_), Some(_)) => {}
        (Some(known), None) => add(action, number, new, known, begins)?,
        (None, Some(known)) => add(action, number, old, known, action.by.utc)?,
    }
    let entity = action.entity.name();
    let mut end = action.connection.prepare_cached(statements::REPLACE_CODE)?;
    crate::write(&mut end, (until, new, entity, number, old))?;
    let before = standing_old.and_then(|old| Some(format!("{} {}", old.successor?, old.valid_to?)));
    let after = format!("{new} {until}");
    action.note("replace", &format!("{system}/{old}"), before.as_deref(), Some(&after))?;
    Ok(Ok(true))
}

/// Adds a code beside one that is known.
fn add(action: &Action<'_>, system: i64, code: &str, beside: &Standing, valid_from: &str) -> rusqlite::Result<()> {
    let mut add = action.connection.prepare_cached(statements::ADD_ALIAS)?;
    let (entity, open) = (action.entity.name(), None::<&str>);
    let Standing { gid, record, .. } = *beside;
    crate::write(
        &mut add,
        (entity, system, code, gid, action.run, valid_from, open, record),
    )?;
    Ok(())
}

fn standing(action: &Action<'_>, system: i64, code: &str) -> rusqlite::Result<Option<Standing>> {
    let mut row = action.connection.prepare_cached(statements::CODE_ROW)?;
    let found = row.query_row((action.entity.name(), system, code), |row| {
        let standing = Standing {
            gid: row.get(0)?,
            stands: None,
            valid_to: row.get(1)?,
            successor: row.get(2)?,
            record: row.get(3)?,
        };
        Ok((standing, read_gid(row, 0)?))
    });
    let Some((standing, gid)) = found.optional()? else {
        return Ok(None);
    };
    let stands = standing_for(action.connection, gid)?;
    Ok(Some(Standing { stands, ..standing }))
}

/// Whether the codes that replace `from` one after the other come to `to`.
fn leads_back(action: &Action<'_>, system: i64, from: &str, to: &str) -> rusqlite::Result<bool> {
    let mut at = from.to_owned();
    for _ in 0..MAX_CHAIN {
        if at == to {
            return Ok(true);
        }
        match standing(action, system, &at)?.and_then(|standing| standing.successor) {
            Some(next) => at = next,
            None => return Ok(false),
        }
    }
    Ok(true)
}
