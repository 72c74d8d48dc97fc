//! Pins: values that stewards set by hand, with reason and expiry.
//!
//! Laws: a pin belongs to an ID and sleeps while that is superseded; of an element only the latest pin holds; the golden
//! record is computed anew in the transaction of the pin; a pin that has expired ends with the next run, and one that is
//! valid from a later day begins with the next run then.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::rulebook::Rulebook;
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use crate::action::{Action, By, Keep};
use crate::commit::{Failure, last_write};
use crate::effect::Effect;
use crate::encode::Digester;
use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::ledger::{Ledger, hex};
use crate::vault::{Keyed, Place, Vault};
use crate::{Store, key, statements};

/// A value that a steward pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The golden record.
    pub gid: GlobalId,
    /// Name of the element.
    pub element: String,
    /// The value; `None`: no value shall stand there.
    pub value: Option<String>,
    /// There is a value, but it is encrypted, and the key is missing.
    pub is_sealed: bool,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub utc: String,
    /// Until when, UTC; `None`: until it is taken off.
    pub expires: Option<String>,
    /// From when it is valid, UTC; `None`: from when it was set.
    pub valid_from: Option<String>,
    /// Its number in the store, which the lineage names.
    pub(crate) number: i64,
}

impl Pinned {
    /// Whether it holds at a time, `YYYY-MM-DDTHH:MM:SSZ`.
    pub fn holds_at(&self, now_utc: &str) -> bool {
        self.valid_from.as_deref().is_none_or(|from| from <= now_utc)
            && self.expires.as_deref().is_none_or(|expires| now_utc < expires)
    }
}

/// A value to pin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPin<'a> {
    /// The golden record.
    pub gid: GlobalId,
    /// Name of the element.
    pub element: &'a str,
    /// The value in its canonical form; `None`: no value shall stand there.
    pub value: Option<&'a str>,
    /// Until when, `YYYY-MM-DDTHH:MM:SSZ`; `None`: until it is taken off.
    pub expires: Option<&'a str>,
    /// From when it is valid, `YYYY-MM-DDTHH:MM:SSZ`; `None`: from now on.
    pub valid_from: Option<&'a str>,
}

impl Store {
    /// Pins a value and computes the golden record anew. An earlier pin on the element is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::NotActive`], [`StoreError::UnknownElement`], or [`StoreError::Inconsistent`] if it has expired already
    /// or before it is valid.
    pub fn pin(&mut self, rulebook: &Rulebook, pin: NewPin<'_>, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((set(action, rulebook, pin)?, Keep::All))
        })
    }

    /// Takes a pin off and computes the golden record anew.
    ///
    /// # Errors
    /// [`StoreError::NotActive`], or [`StoreError::NotPinned`].
    pub fn unpin(
        &mut self,
        rulebook: &Rulebook,
        gid: GlobalId,
        element: &str,
        by: By<'_>,
    ) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((take_off(action, rulebook, gid, element)?, Keep::All))
        })
    }

    /// The pins of an entity type, also those that have expired or sleep, by ID and element.
    pub fn pins(&self, entity: EntityType) -> Result<Vec<Pinned>, StoreError> {
        self.read(|connection| load(connection, entity))
    }
}

/// Pins a value, see [`Store::pin`].
pub(crate) fn set(action: &Action<'_>, rulebook: &Rulebook, pin: NewPin<'_>) -> Result<Effect, Failure> {
    let by = action.by;
    action.check_active(pin.gid)?;
    check_element(rulebook, pin.element)?;
    if pin.expires.is_some_and(|expires| expires <= by.utc) {
        let detail = "a pin that has expired before it is set".into();
        return Err(StoreError::Inconsistent { detail }.into());
    }
    if let (Some(from), Some(expires)) = (pin.valid_from, pin.expires)
        && expires <= from
    {
        let detail = format!("a pin that is valid from {from} cannot expire on {expires}");
        return Err(StoreError::Inconsistent { detail }.into());
    }
    let effect = Effect::begin(action, &[pin.gid])?;
    withdraw(action, pin.gid, pin.element)?;
    let mut add = action.connection.prepare_cached(statements::ADD_PIN)?;
    let cell = sealed(action, pin.gid, pin.element, pin.value)?;
    crate::write(
        &mut add,
        (
            key::to_key(pin.gid),
            pin.element,
            cell,
            by.reason,
            by.actor,
            by.utc,
            pin.expires,
            pin.valid_from,
            action.run,
        ),
    )?;
    let digest = digest(action.connection.vault, pin.value, pin.valid_from, pin.expires);
    action.note("pin", &object(pin.gid, pin.element), None, Some(&digest))?;
    action.compute_anew(rulebook, &[pin.gid])?;
    effect.end(action)
}

/// Takes a pin off, see [`Store::unpin`].
pub(crate) fn take_off(
    action: &Action<'_>,
    rulebook: &Rulebook,
    gid: GlobalId,
    element: &str,
) -> Result<Effect, Failure> {
    action.check_active(gid)?;
    let effect = Effect::begin(action, &[gid])?;
    if withdraw(action, gid, element)? == 0 {
        let element = element.to_owned();
        return Err(StoreError::NotPinned { gid, element }.into());
    }
    action.note("unpin", &object(gid, element), None, None)?;
    action.compute_anew(rulebook, &[gid])?;
    effect.end(action)
}

/// Ends the pin on an element, if there is one.
pub(crate) fn withdraw(action: &Action<'_>, gid: GlobalId, element: &str) -> rusqlite::Result<usize> {
    let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_PIN)?;
    crate::write(&mut withdraw, (action.run, key::to_key(gid), element))
}

fn check_element(rulebook: &Rulebook, element: &str) -> Result<(), Failure> {
    if rulebook.dictionary.position(element).is_some() {
        return Ok(());
    }
    let element = element.to_owned();
    Err(StoreError::UnknownElement { element }.into())
}

/// What the ledger says of a pin: it holds no values, only what tells whether one was altered.
pub(crate) fn digest(vault: &Vault, value: Option<&str>, valid_from: Option<&str>, expires: Option<&str>) -> String {
    let mut digester = Digester::default();
    digester.text(value.unwrap_or_default());
    if valid_from.is_some() || expires.is_some() {
        digester.text(valid_from.unwrap_or_default());
        digester.text(expires.unwrap_or_default());
    }
    hex(&vault.digest(&mut digester))
}

/// A line of the ledger that vouches for the times until which the pins of an earlier store hold: the lines about them
/// tell of their values alone. Nothing is written if there is no pin.
pub(crate) fn vouch(connection: &Connection) -> rusqlite::Result<()> {
    let (last, digest) = times(connection, i64::MAX)?;
    if last == 0 {
        return Ok(());
    }
    let (run, utc) = last_write(connection, "")?;
    let (actor, of_all, no_rules): (_, &str, &[u8]) = ("guiyi", "", &[]);
    let mut add_run = connection.prepare(statements::ADD_RUN)?;
    crate::write(&mut add_run, (run + 1, &utc, actor, of_all, no_rules))?;
    let reason = "as they were when the store was brought up to date";
    Ledger::open(connection, run + 1, &utc, actor)?.add("vouch", "pins", Some(&last.to_string()), Some(&digest), reason)
}

/// The number of the last pin up to one, and a digest over the times until which these hold.
pub(crate) fn times(connection: &Connection, up_to: i64) -> rusqlite::Result<(i64, String)> {
    let mut statement = connection.prepare(statements::PIN_TIMES)?;
    let mut found = statement.query([up_to])?;
    let (mut last, mut covered) = (0, Sha256::new());
    while let Some(row) = found.next()? {
        last = row.get(0)?;
        let expires: Option<String> = row.get(1)?;
        covered.update(format!("{last} {}\n", expires.unwrap_or_default()));
    }
    Ok((last, hex(&covered.finalize())))
}

pub(crate) fn object(gid: GlobalId, element: &str) -> String {
    format!("{}/{element}", gid.as_str())
}

/// A pinned value as it is to be written.
pub(crate) fn sealed(
    action: &Action<'_>,
    gid: GlobalId,
    element: &str,
    value: Option<&str>,
) -> Result<Option<String>, Failure> {
    let names = [element];
    let sealing = action.connection.vault.to_write(action.entity, &names)?;
    let place = Place::Pin(action.entity, key::to_key(gid));
    Ok(value.map(|value| sealing.seal(place, 0, value).into_owned()))
}

pub(crate) fn load(connection: &Keyed<'_>, entity: EntityType) -> Result<Vec<Pinned>, Failure> {
    between(connection, key::range(entity))
}

/// The pins on one golden record.
pub(crate) fn of(connection: &Keyed<'_>, gid: GlobalId) -> Result<Vec<Pinned>, Failure> {
    between(connection, (key::to_key(gid), key::to_key(gid)))
}

fn between(connection: &Keyed<'_>, (low, high): (i64, i64)) -> Result<Vec<Pinned>, Failure> {
    let mut pins = rows(connection, statements::PINS, [low, high], read)?;
    for pin in &mut pins {
        open(connection.vault, pin)?;
    }
    Ok(pins)
}

/// Reads a pin as it is stored, of which a statement gives the columns first, in the order of the table.
pub(crate) fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Pinned> {
    Ok(Pinned {
        number: row.get(0)?,
        gid: read_gid(row, 1)?,
        element: row.get(2)?,
        value: row.get(3)?,
        is_sealed: false,
        reason: row.get(4)?,
        actor: row.get(5)?,
        utc: row.get(6)?,
        expires: row.get(7)?,
        valid_from: row.get(8)?,
    })
}

/// Opens the value of a pin as it is stored; without the key it has none.
pub(crate) fn open(vault: &Vault, pin: &mut Pinned) -> Result<(), Failure> {
    let damaged = || Failure::Damaged(format!("pin {}", pin.number));
    let of_type = entity(pin.gid).ok_or_else(damaged)?;
    let names = [&*pin.element];
    let sealing = vault.to_read(of_type, &names);
    if let Some(cell) = pin.value.take_if(|_| sealing.is_sealed(0)) {
        pin.is_sealed = vault.check().is_err();
        if !pin.is_sealed {
            pin.value = Some(sealing.open(Place::Pin(of_type, key::to_key(pin.gid)), 0, cell)?);
        }
    }
    Ok(())
}
