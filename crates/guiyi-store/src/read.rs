//! Reading one thing: what an ID stands for, what a code leads to, a golden record with lineage, a page of the change feed.

use std::collections::BTreeMap;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::record::Origin;
use guiyi_core::survive::Ground;
use rusqlite::{CachedStatement, Connection, OpenFlags, OptionalExtension, Row, Transaction};

use crate::commit::Failure;
use crate::encode::{Cell, read_lineage};
use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::mint::is_in_block;
use crate::vault::{Keyed, Place};
use crate::{LARGE_CACHE_SIZE, Store, key, statements, wide};

/// What an issued ID stands for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// A golden record.
    Active,
    /// Another ID's golden record.
    Superseded(GlobalId),
    /// Nothing any more: a steward has retired it, see [`Store::retirement`].
    Retired,
    /// Nothing yet: it was given away in a block, see [`Store::mint`].
    Reserved,
}

/// A golden record with the origin of every value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenRecord {
    /// Its ID.
    pub gid: GlobalId,
    /// Its version, from 1.
    pub version: u64,
    /// Its values.
    pub values: Vec<GoldenValue>,
    /// The source records that it is made of, by system and key.
    pub members: Vec<Member>,
}

/// A golden value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenValue {
    /// Name of the element.
    pub element: String,
    /// The value.
    pub value: Option<String>,
    /// There is a value, but it is encrypted, and the key is missing.
    pub is_sealed: bool,
    /// Position in the members of the record that gave the value.
    pub member: Option<usize>,
    /// How that record's value came about.
    pub origin: Origin,
    /// Why it won.
    pub ground: Ground,
}

/// A source record of a golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Name of the system.
    pub system: String,
    /// The source key.
    pub key: String,
    /// How often its content was written.
    pub version: u64,
}

/// One line of the change feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Place in the feed, from 1 without gaps, in commit order.
    pub seq: u64,
    /// The run that made it.
    pub run: u64,
    /// The golden record.
    pub gid: GlobalId,
    /// Its version after the change.
    pub version: u64,
    /// `created`, `changed`, `superseded`, `reinstated` or `retired`; `related` or `unrelated` where a relation of it was
    /// written, with the version that it has.
    pub kind: String,
    /// Digest of the golden record's values, lineage and members, or of the relation; empty if it is not active any more.
    pub digest: Vec<u8>,
}

impl Store {
    /// What an ID stands for; `None` if it was never issued.
    pub fn resolve(&self, gid: GlobalId) -> Result<Option<Resolution>, StoreError> {
        resolution(&self.connection, gid).map_err(|error| self.failed(error))
    }

    /// The ID of a system's code; `None` if the code is not known. It sees every write that ended before the call, whoever
    /// wrote. Many codes of one moment: [`Store::lookups`], [`Store::codes`].
    ///
    /// While look-ups follow each other quickly, a thread of this store keeps a lock for them.
    pub fn lookup(&self, entity: EntityType, system: &str, key: &str) -> Result<Option<GlobalId>, StoreError> {
        let look = || -> rusqlite::Result<Option<GlobalId>> {
            self.keep_lock()?;
            let Some(mut code) = self.code_of(entity, system)? else {
                return Ok(None);
            };
            find(&mut code, key)
        };
        look().map_err(|error| self.failed(error))
    }

    /// Looks up codes of a system one after the other, all of one moment. [`Store::lookup`] sees what was written the moment
    /// before each call, which costs up to as much again as finding the code.
    pub fn lookups<T>(
        &self,
        entity: EntityType,
        system: &str,
        work: impl FnOnce(&mut Lookups<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _moment = self.moment()?;
        let code = self.enlarge_cache().and_then(|()| self.code_of(entity, system));
        let code = code.map_err(|error| self.failed(error))?;
        work(&mut Lookups { store: self, code })
    }

    /// The IDs of many codes of a system, in their order and of one moment.
    pub fn lookup_all<K: AsRef<str>>(
        &self,
        entity: EntityType,
        system: &str,
        keys: &[K],
    ) -> Result<Vec<Option<GlobalId>>, StoreError> {
        self.lookups(entity, system, |lookups| {
            keys.iter().map(|key| lookups.id(key.as_ref())).collect()
        })
    }

    /// Has a lock kept while look-ups follow each other quickly, see [`crate::keeper`].
    fn keep_lock(&self) -> rusqlite::Result<()> {
        if !self.keeper.is_wanted() || self.connection.path().is_none_or(str::is_empty) {
            return Ok(());
        }
        let (path, key) = (self.path.clone(), self.file_key.clone());
        self.keeper.hold(move || {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            Self::connect(&path, flags, key.as_ref()).map(|store| store.connection)
        });
        self.enlarge_cache()
    }

    /// Gives the codes room in memory, for who looks up many.
    fn enlarge_cache(&self) -> rusqlite::Result<()> {
        if self.has_large_cache.replace(true) {
            return Ok(());
        }
        self.connection.pragma_update(None, "cache_size", LARGE_CACHE_SIZE)
    }

    /// The statement that finds a code of a system; `None` if the store does not know the system.
    fn code_of(&self, entity: EntityType, system: &str) -> rusqlite::Result<Option<CachedStatement<'_>>> {
        let finders = self.finders.borrow();
        let known = finders
            .iter()
            .find(|finder| *finder.system == *system && finder.entity == entity);
        if let Some(finder) = known {
            return self.connection.prepare_cached(&finder.sql).map(Some);
        }
        drop(finders);
        let mut number = self.connection.prepare_cached(statements::SYSTEM)?;
        let Some(number) = number.query_row([system], |row| row.get(0)).optional()? else {
            return Ok(None);
        };
        let sql = statements::code(entity, number);
        let code = self.connection.prepare_cached(&sql)?;
        let system = system.into();
        self.finders.borrow_mut().push(Finder { entity, system, sql });
        Ok(Some(code))
    }

    /// An active golden record with lineage; `None` if the ID is not active, see [`Store::resolve`].
    pub fn golden(&self, gid: GlobalId) -> Result<Option<GoldenRecord>, StoreError> {
        self.read(|connection| golden(connection, gid))
    }

    /// What an ID stands for, and the golden record that is there now, both of one moment; `None` if the ID was never
    /// issued. The record is `None` if there is none any more or not yet.
    pub fn resolved(&self, gid: GlobalId) -> Result<Option<(Resolution, Option<GoldenRecord>)>, StoreError> {
        self.read(|connection| {
            let Some(resolution) = resolution(connection, gid)? else {
                return Ok(None);
            };
            let at = match resolution {
                Resolution::Superseded(survivor) => survivor,
                Resolution::Active | Resolution::Retired | Resolution::Reserved => gid,
            };
            Ok(Some((resolution, golden(connection, at)?)))
        })
    }

    /// Lines of the change feed behind `since`, at most `limit`.
    pub fn changes(&self, since: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        changes(&self.connection, capped(since), capped(limit as u64)).map_err(|error| self.failed(error))
    }

    /// Reads in one transaction, so that all of it is of one moment; inside another such read, of that one's.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Keyed<'_>) -> Result<T, Failure>) -> Result<T, StoreError> {
        let _moment = self.moment()?;
        work(&self.keyed(&self.connection)?).map_err(|failure| failure.at(&self.path))
    }

    /// What is read until this is dropped is of one moment; `None` where that has begun already.
    fn moment(&self) -> Result<Option<Transaction<'_>>, StoreError> {
        let is_first = self.connection.is_autocommit();
        let transaction = is_first.then(|| self.connection.unchecked_transaction()).transpose();
        transaction.map_err(|error| self.failed(error))
    }
}

/// Finds the codes of a system, which keeps its number.
#[derive(Debug)]
pub(crate) struct Finder {
    entity: EntityType,
    system: Box<str>,
    sql: String,
}

/// Codes of one system looked up one after the other, see [`Store::lookups`].
pub struct Lookups<'a> {
    store: &'a Store,
    /// `None` if the store does not know the system.
    code: Option<CachedStatement<'a>>,
}

impl Lookups<'_> {
    /// The ID of a code; `None` if the code is not known.
    pub fn id(&mut self, key: &str) -> Result<Option<GlobalId>, StoreError> {
        let Some(code) = &mut self.code else { return Ok(None) };
        find(code, key).map_err(|error| self.store.failed(error))
    }
}

/// The ID of a code, by the statement of [`Store::code_of`].
fn find(code: &mut CachedStatement<'_>, key: &str) -> rusqlite::Result<Option<GlobalId>> {
    code.raw_bind_parameter(1, key)?;
    code.raw_query().next()?.map(|row| read_gid(row, 0)).transpose()
}

impl Member {
    /// Whether both are the same record, in whatever version.
    pub(crate) fn is(&self, other: &Self) -> bool {
        (&self.system, &self.key) == (&other.system, &other.key)
    }
}

/// What an ID stands for.
pub(crate) fn resolution(connection: &Connection, gid: GlobalId) -> rusqlite::Result<Option<Resolution>> {
    let read = |row: &Row<'_>| {
        Ok(match row.get_ref(0)?.as_str()? {
            "superseded" => Resolution::Superseded(read_gid(row, 1)?),
            "retired" => Resolution::Retired,
            _ => Resolution::Active,
        })
    };
    let mut statement = connection.prepare_cached(statements::ID)?;
    let found = statement.query_row([key::to_key(gid)], read).optional()?;
    if found.is_none() && is_in_block(connection, gid)? {
        return Ok(Some(Resolution::Reserved));
    }
    Ok(found)
}

/// An active golden record.
pub(crate) fn golden(connection: &Keyed<'_>, gid: GlobalId) -> Result<Option<GoldenRecord>, Failure> {
    let key = key::to_key(gid);
    let Some(entity) = entity(gid) else { return Ok(None) };
    let elements = wide::elements(connection, entity)?;
    if elements.is_empty() {
        return Ok(None);
    }
    let read = |row: &Row<'_>| {
        let value = |(position, name): (usize, &String)| Ok((name.clone(), row.get(position + 2)?));
        let values = elements.iter().enumerate().map(value);
        let values = values.collect::<rusqlite::Result<BTreeMap<String, Option<String>>>>()?;
        Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, values))
    };
    let mut statement = connection.prepare_cached(&wide::get(entity, &elements))?;
    let Some((layout, lineage, values)) = statement.query_row([key], read).optional()? else {
        return Ok(None);
    };
    let version: i64 = connection
        .prepare_cached(statements::GOLDEN)?
        .query_row([key], |row| row.get(0))?;
    let members: Vec<(i64, Member)> = rows(connection, statements::SOURCES_OF, [key], |row| {
        let member = Member {
            system: row.get(1)?,
            key: row.get(2)?,
            version: row.get::<_, i64>(3)? as u64,
        };
        Ok((row.get(0)?, member))
    })?;
    let values = values_of(connection, gid, layout, &lineage, values, &members)?;
    Ok(Some(GoldenRecord {
        gid,
        version: version as u64,
        values,
        members: members.into_iter().map(|(_, member)| member).collect(),
    }))
}

/// Values with the lineage that was stored with them.
pub(crate) fn values_of(
    connection: &Keyed<'_>,
    gid: GlobalId,
    layout: i64,
    lineage: &[u8],
    mut values: BTreeMap<String, Option<String>>,
    members: &[(i64, Member)],
) -> Result<Vec<GoldenValue>, Failure> {
    let damaged = || Failure::Damaged(format!("lineage of golden record {gid}"));
    let names: String = connection
        .prepare_cached(statements::LAYOUT)?
        .query_row([layout], |row| row.get(0))?;
    let names: Vec<String> = serde_json::from_str(&names).map_err(|_| damaged())?;
    let cells = read_lineage(lineage).ok_or_else(damaged)?;
    let place = Place::Golden(entity(gid).ok_or_else(damaged)?, key::to_key(gid));
    let sealing = connection.vault.to_read(entity(gid).ok_or_else(damaged)?, &names);
    let is_locked = connection.vault.check().is_err();
    let of_element = |(at, (element, cell)): (usize, (&String, Cell))| {
        let stored = values.remove(element).flatten();
        let is_sealed = is_locked && stored.is_some() && sealing.is_sealed(at);
        let value = stored
            .filter(|_| !is_sealed)
            .map(|stored| sealing.open(place, at, stored));
        let member = members.iter().position(|(id, _)| *id == cell.record);
        let is_of_record = !matches!(cell.ground, Ground::Nothing | Ground::Override);
        Ok(GoldenValue {
            element: element.clone(),
            value: value.transpose()?,
            is_sealed,
            member: member.filter(|_| is_of_record),
            origin: cell.origin,
            ground: cell.ground,
        })
    };
    names.iter().zip(cells).enumerate().map(of_element).collect()
}

/// Lines of the change feed behind `since`, at most `limit`.
pub(crate) fn changes(connection: &Connection, since: i64, limit: i64) -> rusqlite::Result<Vec<Change>> {
    rows(connection, statements::FEED, (since, limit), |row| {
        Ok(Change {
            seq: row.get::<_, i64>(0)? as u64,
            run: row.get::<_, i64>(1)? as u64,
            gid: read_gid(row, 2)?,
            version: row.get::<_, i64>(3)? as u64,
            kind: row.get(4)?,
            digest: row.get(5)?,
        })
    })
}

/// SQLite counts in i64; nothing is numbered beyond.
fn capped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
