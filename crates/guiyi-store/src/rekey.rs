//! Turning encryption on and off, and rotating its key: every value of the store is opened and sealed anew.
//!
//! Laws: all of it is one transaction, so that a store is wholly under one key at any moment; afterwards the key of before
//! opens nothing; what stood in the file before is swept out of it, by the next writer if this one is killed; digests are
//! keyed with a secret that goes on from key to key, so that a rotation leaves ledger and change feed as they are.

use std::collections::BTreeMap;
use std::path::Path;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::entity;
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::action::By;
use crate::commit::{Failure, feed_line, last_write};
use crate::data_key::DataKey;
use crate::encode::{Digester, digest_source, json_array};
use crate::error::StoreError;
use crate::known::rows;
use crate::ledger::{Ledger, hex};
use crate::requests::Proposal;
use crate::vault::{Elements, Keyed, Place, Sealing, Vault};
use crate::verify::past::Members;
use crate::verify::{Layouts, digest_golden, layouts};
use crate::{Store, key, statements, wide};

/// An element whose values are encrypted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EncryptedElement {
    /// Entity type of its dictionary.
    pub entity: EntityType,
    /// Its name.
    pub element: String,
    /// Whether golden records are found by its values: these carry a blind index then, by which whoever has the file sees
    /// which of them have the same value.
    pub is_searchable: bool,
}

/// What of a store is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encryption {
    /// Number of the key among those that the store has had, from 1.
    pub version: u64,
    /// Its fingerprint, see [`DataKey::fingerprint`].
    pub fingerprint: String,
    /// The elements, ordered.
    pub elements: Vec<EncryptedElement>,
}

/// What turning encryption on or off or a rotation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rekeyed {
    /// Source records, golden records, earlier versions of them, pins and proposed pins that were written anew.
    pub n_rows: u64,
    /// Whether the file was swept. If not, since somebody else has the store open or there is no space for a second copy of
    /// it, what stood there before lingers until the next opening for writing that can sweep it.
    pub is_swept: bool,
}

impl Rekeyed {
    /// No value had to be written anew.
    pub const NOTHING: Self = Self {
        n_rows: 0,
        is_swept: true,
    };
}

impl Store {
    /// Takes the key to the encrypted values from a file. If it is not there or another, the store works without, and
    /// [`StoreError::Sealed`] says so once a value is needed; nothing happens if nothing is encrypted.
    pub fn use_key(&mut self, file: &Path) -> Result<(), StoreError> {
        let unlocked = self.vault.unlock(&self.connection, file);
        unlocked.map_err(|error| self.failed(error))
    }

    /// # Errors
    /// [`StoreError::Sealed`] if values are encrypted and the key is missing.
    pub fn check_key(&self) -> Result<(), StoreError> {
        self.vault.check()
    }

    /// What is encrypted; `None` if nothing is.
    pub fn encryption(&self) -> Option<Encryption> {
        let element = |((entity, element), &is_searchable): (&(EntityType, Box<str>), &bool)| EncryptedElement {
            entity: *entity,
            element: element.to_string(),
            is_searchable,
        };
        self.vault.is_on().then(|| Encryption {
            version: self.vault.version as u64,
            fingerprint: self.vault.fingerprint.clone(),
            elements: self.vault.elements.iter().map(element).collect(),
        })
    }

    /// Encrypts the values of these elements, and of no others, wherever they stand.
    ///
    /// Cost: all values are written anew, in memory as much as a page of them; the file is copied once.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if the store is encrypted with another key, or if no element is named.
    pub fn encrypt(&mut self, key: &DataKey, elements: &[EncryptedElement], by: By<'_>) -> Result<Rekeyed, StoreError> {
        let refuse = |detail: &str| Err(StoreError::Inconsistent { detail: detail.into() });
        if elements.is_empty() {
            return refuse("encryption without elements");
        }
        self.vault.check()?;
        if self.vault.is_on() && self.vault.fingerprint != key.fingerprint() {
            return refuse("the store is encrypted with another key; a rotation changes the key");
        }
        let elements: Elements = elements
            .iter()
            .map(|of| ((of.entity, of.element.as_str().into()), of.is_searchable))
            .collect();
        if self.vault.is_on() && self.vault.elements == elements {
            return Ok(Rekeyed {
                n_rows: 0,
                is_swept: self.sweep(),
            });
        }
        self.rekey("encrypt", Vault::next(&self.vault, key, elements), by)
    }

    /// Takes another key; what is encrypted stays so. The key of before opens nothing any more, but in backups from before.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if the key of before is missing, [`StoreError::Inconsistent`] if nothing is encrypted or the
    /// key is the same.
    pub fn rotate(&mut self, key: &DataKey, by: By<'_>) -> Result<Rekeyed, StoreError> {
        let refuse = |detail: &str| Err(StoreError::Inconsistent { detail: detail.into() });
        if !self.vault.is_on() {
            return refuse("nothing is encrypted, there is no key to rotate");
        }
        if self.vault.fingerprint == key.fingerprint() {
            return refuse("it is the key in force already");
        }
        self.vault.check()?;
        let next = Vault::next(&self.vault, key, self.vault.elements.clone());
        self.rekey("rotate", next, by)
    }

    /// Writes all values in plain text again.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if the key is missing, [`StoreError::Inconsistent`] if nothing is encrypted.
    pub fn decrypt(&mut self, by: By<'_>) -> Result<Rekeyed, StoreError> {
        if !self.vault.is_on() {
            let detail = "nothing is encrypted".into();
            return Err(StoreError::Inconsistent { detail });
        }
        self.vault.check()?;
        self.rekey("decrypt", Vault::ended(&self.vault), by)
    }

    fn rekey(&mut self, action: &str, next: Vault, by: By<'_>) -> Result<Rekeyed, StoreError> {
        let done = in_transaction(&mut self.connection, &self.vault, &next, action, by);
        let n_rows = done.map_err(|failure| failure.at(&self.path))?;
        self.vault = next;
        crate::crash_point();
        let is_swept = self.sweep();
        self.sign_head()?;
        Ok(Rekeyed { n_rows, is_swept })
    }

    /// Sweeps what stood in the file before a change of keys out of it, if that is still to be done and can be done now. Says
    /// whether the file is swept.
    pub(crate) fn sweep(&self) -> bool {
        self.keeper.rest();
        let work = || -> rusqlite::Result<bool> {
            if self.connection.query_row(statements::IS_SWEPT, [], |row| row.get(0))? {
                return Ok(true);
            }
            // Every page is made anew, and the log, where pages of before may stand, is emptied.
            self.connection.execute_batch("VACUUM")?;
            crate::crash_point();
            let is_busy = self
                .connection
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0))?;
            crate::crash_point();
            if !is_busy {
                self.connection.execute(statements::SWEPT, [])?;
            }
            Ok(!is_busy)
        };
        work().unwrap_or(false)
    }
}

fn in_transaction(
    connection: &mut Connection,
    before: &Vault,
    next: &Vault,
    action: &str,
    by: By<'_>,
) -> Result<u64, Failure> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (last, utc) = last_write(&transaction, by.utc)?;
    let run = last + 1;
    let (of_all, no_rules): (&str, &[u8]) = ("", &[]);
    let mut add_run = transaction.prepare_cached(statements::ADD_RUN)?;
    crate::write(&mut add_run, (run, &utc, by.actor, of_all, no_rules))?;
    drop(add_run);

    let rekeying = Rekeying {
        connection: &Keyed::new(&transaction, before)?,
        next,
        has_new_digests: !next.has_digests_of(before),
        layouts: layouts(&transaction)?,
    };
    let mut n_rows = rekeying.sources(statements::SOURCES_TO_RESEAL, statements::RESEAL_SOURCE)?;
    n_rows += rekeying.sources(statements::PAST_SOURCES_TO_RESEAL, statements::RESEAL_PAST_SOURCE)?;
    for entity in EntityType::ALL {
        n_rows += rekeying.goldens(entity)?;
    }
    n_rows += rekeying.history()? + rekeying.pins()? + rekeying.requests()?;
    rekeying.keys(run)?;

    let mut ledger = Ledger::open(&transaction, run, &utc, by.actor)?;
    let fingerprint = |vault: &Vault| vault.is_on().then(|| vault.fingerprint.clone());
    ledger.add(
        action,
        &format!("key {}", next.version),
        fingerprint(before).as_deref(),
        fingerprint(next).as_deref(),
        by.reason,
    )?;
    if rekeying.has_new_digests {
        let covered = rekeying.feed()?;
        ledger.add("feed", "", None, Some(&covered), "digests made anew")?;
    }
    crate::crash_point();
    transaction.commit()?;
    Ok(n_rows)
}

/// A change of keys in the making.
struct Rekeying<'a> {
    connection: &'a Keyed<'a>,
    next: &'a Vault,
    /// Whether digests are made in another way afterwards.
    has_new_digests: bool,
    layouts: Layouts,
}

/// How values are read and how they are written.
struct Both<'a>(Sealing<'a>, Sealing<'a>);

impl Both<'_> {
    /// Opens a cell and seals it anew; gives the value.
    fn turn(&self, place: Place<'_>, at: usize, cell: &mut Option<String>) -> Result<Option<String>, Failure> {
        let Some(stored) = cell.take() else { return Ok(None) };
        let value = self.0.open(place, at, stored)?;
        *cell = Some(self.1.seal(place, at, &value).into_owned());
        Ok(Some(value))
    }
}

/// Rows that are in memory at once.
const PAGE: i64 = 2048;

/// A content of a source record with what is to be written anew, and its version.
type SourceRow = (
    i64,
    String,
    String,
    String,
    [i64; 2],
    String,
    String,
    Option<Vec<u8>>,
    Vec<u8>,
    i64,
);

impl Rekeying<'_> {
    fn both<'a, N: AsRef<str>>(&'a self, entity: EntityType, names: &'a [N]) -> Both<'a> {
        Both(
            self.connection.vault.to_read(entity, names),
            self.next.to_read(entity, names),
        )
    }

    /// Turns contents of source records, the present ones or earlier ones, which a statement gives a page of and another one
    /// takes back.
    fn sources(&self, page_of: &str, update: &str) -> Result<u64, Failure> {
        let mut both: BTreeMap<(EntityType, i64), Both<'_>> = BTreeMap::new();
        let mut digester = Digester::default();
        let mut text = String::new();
        let mut update = self.connection.prepare_cached(update)?;
        let (mut last, mut n_rows) = ((0_i64, 0_i64), 0);
        loop {
            let page: Vec<SourceRow> = rows(self.connection, page_of, (last.0, last.1, PAGE), |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get(2)?,
                    row.get(3)?,
                    [row.get(4)?, row.get(5)?],
                    row.get(6)?,
                    row.get(7)?,
                    row.get(8)?,
                    row.get(9)?,
                    row.get(10)?,
                ))
            })?;
            let Some(end) = page.last() else { return Ok(n_rows) };
            last = (end.0, end.9);
            for (id, entity, system, source_key, [shape, layout], received, canonical, origins, digest, version) in page
            {
                let damaged = || Failure::Damaged(format!("source record {id}"));
                let entity = EntityType::from_name(&entity).ok_or_else(damaged)?;
                let (Some(headers), Some(names)) = (self.layouts.get(&shape), self.layouts.get(&layout)) else {
                    return Err(damaged());
                };
                let both = both
                    .entry((entity, layout))
                    .or_insert_with(|| self.both(entity, &names.0));
                let place = Place::Source(entity, &system, &source_key);
                let received = both.0.open_received(place, &received)?;
                let mut cells: Vec<Option<String>> = serde_json::from_str(&canonical).map_err(|_| damaged())?;
                let turned = cells.iter_mut().enumerate();
                let values = turned
                    .map(|(at, cell)| both.turn(place, at, cell))
                    .collect::<Result<Vec<_>, _>>()?;
                let digest = if self.has_new_digests {
                    let plain: Vec<Option<String>> = serde_json::from_str(&received).map_err(|_| damaged())?;
                    let canonical = |at: usize| {
                        let origin = origins.as_ref().and_then(|origins| origins.get(at).copied());
                        (values.get(at).and_then(Option::as_deref), origin.unwrap_or_default())
                    };
                    digest_source(
                        (&headers.0, &headers.1),
                        |column| plain.get(column)?.as_deref(),
                        (&names.0, &names.1),
                        canonical,
                        &mut digester,
                    );
                    self.next.digest(&mut digester).to_vec()
                } else {
                    digest
                };
                json_array(cells.iter().map(Option::as_deref), &mut text);
                let received = both.1.seal_received(place, &received);
                crate::write(&mut update, (digest, received, &text, id, version))?;
                n_rows += 1;
            }
        }
    }

    fn goldens(&self, entity: EntityType) -> Result<u64, Failure> {
        let elements = wide::elements(self.connection, entity)?;
        if elements.is_empty() {
            return Ok(0);
        }
        let both = self.both(entity, &elements);
        let turned: Vec<usize> = (0..elements.len())
            .filter(|&at| both.0.is_sealed(at) || both.1.is_sealed(at))
            .collect();
        if turned.is_empty() && !self.has_new_digests {
            return Ok(0);
        }
        let mut digester = Digester::default();
        let mut put = self.connection.prepare_cached(&wide::set(entity, &elements))?;
        let mut set_digest = self.connection.prepare_cached(statements::SET_GOLDEN_DIGEST)?;
        let mut members = self.connection.prepare_cached(statements::MEMBER_IDS)?;
        let page_of = wide::page_with_lineage(entity, &elements);
        let (mut last, mut n_rows) = (0_i64, 0);
        loop {
            type Row = (i64, i64, Vec<u8>, Vec<Option<String>>);
            let page: Vec<Row> = rows(self.connection, &page_of, (last, PAGE), |row| {
                let cells = (0..elements.len())
                    .map(|at| row.get(at + 3))
                    .collect::<rusqlite::Result<_>>()?;
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, cells))
            })?;
            let Some(end) = page.last() else { return Ok(n_rows) };
            last = end.0;
            for (gid, layout, lineage, mut cells) in page {
                let mut values = cells.clone();
                for &at in &turned {
                    values[at] = both.turn(Place::Golden(entity, gid), at, &mut cells[at])?;
                }
                if !turned.is_empty() {
                    for (at, cell) in cells.iter().enumerate() {
                        put.raw_bind_parameter(1 + at, cell.as_deref())?;
                    }
                    put.raw_bind_parameter(1 + cells.len(), gid)?;
                    crate::crash_point();
                    put.raw_execute()?;
                    n_rows += 1;
                }
                if self.has_new_digests {
                    let ids = members.query_map([gid], |row| row.get(0))?;
                    let ids = ids.collect::<rusqlite::Result<Vec<i64>>>()?;
                    let shape = self.layouts.get(&layout);
                    let is_read = digest_golden((&elements, &values), &lineage, shape, ids, &mut digester);
                    is_read.ok_or_else(|| Failure::Damaged(format!("lineage of golden record {gid}")))?;
                    crate::write(&mut set_digest, (self.next.digest(&mut digester), gid))?;
                }
            }
        }
    }

    fn history(&self) -> Result<u64, Failure> {
        let mut update = self.connection.prepare_cached(statements::RESEAL_HISTORY)?;
        if self.has_new_digests {
            self.connection.execute(statements::BEGIN_PAST_DIGESTS, [])?;
        }
        let (mut digester, mut members) = (Digester::default(), Members::default());
        let (mut last, mut n_rows) = ((0_i64, 0_i64), 0);
        loop {
            let page: Vec<(i64, i64, i64, i64, Vec<u8>, String)> = rows(
                self.connection,
                statements::HISTORY_TO_RESEAL,
                (last.0, last.1, PAGE),
                |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get(2)?,
                        row.get(3)?,
                        row.get(4)?,
                        row.get(5)?,
                    ))
                },
            )?;
            let Some(end) = page.last() else { return Ok(n_rows) };
            last = (end.0, end.1);
            for (number, version, run, layout, lineage, text) in page {
                let damaged = || Failure::Damaged(format!("version {version} of golden record {number}"));
                let entity = key::from_key(number).and_then(entity).ok_or_else(damaged)?;
                let map: BTreeMap<String, Option<String>> = serde_json::from_str(&text).map_err(|_| damaged())?;
                let (names, mut cells): (Vec<String>, Vec<Option<String>>) = map.into_iter().unzip();
                let both = self.both(entity, &names);
                let turned = cells.iter_mut().enumerate();
                let values = turned
                    .map(|(at, cell)| both.turn(Place::Golden(entity, number), at, cell))
                    .collect::<Result<Vec<_>, _>>()?;
                drop(both);
                if self.has_new_digests {
                    members.load(self.connection, number)?;
                    let shape = self.layouts.get(&layout);
                    let ids = members.at(run);
                    digest_golden((&names, &values), &lineage, shape, ids, &mut digester).ok_or_else(damaged)?;
                    let mut add_digest = self.connection.prepare_cached(statements::ADD_PAST_DIGEST)?;
                    crate::write(&mut add_digest, (number, version, self.next.digest(&mut digester)))?;
                }
                let map: serde_json::Map<String, serde_json::Value> =
                    names.into_iter().zip(cells.into_iter().map(Into::into)).collect();
                let text = serde_json::Value::Object(map).to_string();
                crate::write(&mut update, (text, number, version))?;
                n_rows += 1;
            }
        }
    }

    fn pins(&self) -> Result<u64, Failure> {
        let pins: Vec<(i64, i64, String, Option<String>)> =
            rows(self.connection, statements::PINS_TO_RESEAL, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let mut update = self.connection.prepare_cached(statements::RESEAL_PIN)?;
        let mut n_rows = 0;
        for (id, number, element, mut cell) in pins {
            let damaged = || Failure::Damaged(format!("pin {id}"));
            let entity = key::from_key(number).and_then(entity).ok_or_else(damaged)?;
            let names = [element];
            self.both(entity, &names)
                .turn(Place::Pin(entity, number), 0, &mut cell)?;
            crate::write(&mut update, (cell, id))?;
            n_rows += 1;
        }
        Ok(n_rows)
    }

    fn requests(&self) -> Result<u64, Failure> {
        let requests: Vec<(i64, String, String, Option<String>)> =
            rows(self.connection, statements::REQUESTS_TO_RESEAL, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let mut update = self.connection.prepare_cached(statements::RESEAL_REQUEST)?;
        let mut n_rows = 0;
        for (number, entity, proposal, mut cell) in requests {
            let damaged = || Failure::Damaged(format!("change request {number}"));
            let entity = EntityType::from_name(&entity).ok_or_else(damaged)?;
            let Some(Proposal::Pin { element, .. }) = Proposal::from_json("pin", &proposal, None) else {
                return Err(damaged());
            };
            let names = [element];
            self.both(entity, &names)
                .turn(Place::Request(entity, number), 0, &mut cell)?;
            crate::write(&mut update, (cell, number))?;
            n_rows += 1;
        }
        Ok(n_rows)
    }

    /// Writes down the key and the elements.
    fn keys(&self, run: i64) -> Result<(), Failure> {
        let next = self.next;
        crate::write(&mut self.connection.prepare(statements::RETIRE_KEYS)?, [])?;
        let mut add = self.connection.prepare_cached(statements::ADD_KEY)?;
        crate::write(&mut add, (next.version, &next.fingerprint, next.sealed_secret(), run))?;
        crate::write(&mut self.connection.prepare(statements::FORGET_ELEMENTS)?, [])?;
        let mut add = self.connection.prepare_cached(statements::ADD_ENCRYPTED_ELEMENT)?;
        for ((entity, element), is_searchable) in &next.elements {
            crate::write(&mut add, (entity.name(), element, is_searchable))?;
        }
        Ok(())
    }

    /// Puts the new digests of golden records, also of their earlier versions, into the change feed. Gives the digest over all lines, by which the ledger vouches for them from now on.
    fn feed(&self) -> Result<String, Failure> {
        let trigger = "change_feed_is_not_edited";
        let made: String = self
            .connection
            .query_row(statements::SCHEMA_OF, [trigger], |row| row.get(0))?;
        self.connection.execute(&format!("DROP TRIGGER {trigger}"), [])?;
        crate::write(&mut self.connection.prepare(statements::NEW_FEED_DIGESTS)?, [])?;
        self.connection.execute(&made, [])?;
        self.connection.execute(statements::END_PAST_DIGESTS, [])?;
        let mut covered = Sha256::new();
        let mut text = String::new();
        let mut statement = self.connection.prepare(statements::FEED)?;
        let mut lines = statement.query((0, i64::MAX))?;
        while let Some(row) = lines.next()? {
            let kind = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
            let digest = row.get_ref(5)?.as_blob().map_err(rusqlite::Error::from)?;
            text.clear();
            feed_line(row.get(0)?, row.get(2)?, row.get(3)?, kind, digest, &mut text);
            covered.update(&text);
        }
        Ok(hex(&covered.finalize()))
    }
}
