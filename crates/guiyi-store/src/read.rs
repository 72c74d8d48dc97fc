//! Reading one thing: what an ID stands for, what a code leads to, a golden record with lineage, a page of the change feed.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::record::Origin;
use guiyi_core::survive::Ground;
use rusqlite::{OptionalExtension, Row};

use crate::encode::read_lineage;
use crate::error::StoreError;
use crate::known::read_gid;
use crate::{Store, key, statements, wide};

/// What an issued ID stands for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// A golden record.
    Active,
    /// Another ID's golden record.
    Superseded(GlobalId),
    /// Nothing any more.
    Retired,
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
    /// `created`, `changed`, `superseded`, `reinstated` or `retired`.
    pub kind: String,
    /// Digest of the golden record's values, lineage and members; empty if it is not active any more.
    pub digest: Vec<u8>,
}

impl Store {
    /// What an ID stands for; `None` if it was never issued.
    pub fn resolve(&self, gid: GlobalId) -> Result<Option<Resolution>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(match row.get_ref(0)?.as_str()? {
                "superseded" => Resolution::Superseded(read_gid(row, 1)?),
                "retired" => Resolution::Retired,
                _ => Resolution::Active,
            })
        };
        self.connection
            .prepare_cached(statements::ID)
            .and_then(|mut statement| statement.query_row([key::to_key(gid)], read).optional())
            .map_err(|error| self.failed(error))
    }

    /// The ID of a system's code; `None` if the code is not known.
    pub fn lookup(&self, entity: EntityType, system: &str, key: &str) -> Result<Option<GlobalId>, StoreError> {
        self.connection
            .prepare_cached(statements::CODE)
            .and_then(|mut code| {
                code.query_row((system, key, entity.name()), |row| read_gid(row, 0))
                    .optional()
            })
            .map_err(|error| self.failed(error))
    }

    /// An active golden record with lineage; `None` if the ID is not active, see [`Store::resolve`].
    pub fn golden(&self, gid: GlobalId) -> Result<Option<GoldenRecord>, StoreError> {
        let damaged = || StoreError::Damaged {
            path: self.path.clone(),
            detail: format!("lineage of golden record {gid}"),
        };
        let found = self.load_golden(gid).map_err(|error| self.failed(error))?;
        let Some((version, names, lineage, mut values, members)) = found else {
            return Ok(None);
        };
        let cells = read_lineage(&lineage).ok_or_else(damaged)?;
        let names: Vec<String> = serde_json::from_str(&names).map_err(|_| damaged())?;
        let mut golden = Vec::new();
        for (element, cell) in names.into_iter().zip(cells) {
            let value = values
                .iter_mut()
                .find(|(name, _)| *name == element)
                .and_then(|(_, value)| value.take());
            let member = members.iter().position(|(id, _)| *id == cell.record);
            let member = member.filter(|_| cell.ground != Ground::Nothing);
            golden.push(GoldenValue {
                element,
                value,
                member,
                origin: cell.origin,
                ground: cell.ground,
            });
        }
        let members = members.into_iter().map(|(_, member)| member).collect();
        Ok(Some(GoldenRecord {
            gid,
            version,
            values: golden,
            members,
        }))
    }

    /// Lines of the change feed behind `since`, at most `limit`.
    pub fn changes(&self, since: u64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let load = || -> rusqlite::Result<Vec<Change>> {
            let mut statement = self.connection.prepare_cached(statements::FEED)?;
            let rows = statement.query_map((capped(since), capped(limit as u64)), |row| {
                Ok(Change {
                    seq: row.get::<_, i64>(0)? as u64,
                    run: row.get::<_, i64>(1)? as u64,
                    gid: read_gid(row, 2)?,
                    version: row.get::<_, i64>(3)? as u64,
                    kind: row.get(4)?,
                    digest: row.get(5)?,
                })
            })?;
            rows.collect()
        };
        load().map_err(|error| self.failed(error))
    }

    #[expect(clippy::type_complexity, reason = "the columns of one row, named by the only caller")]
    fn load_golden(
        &self,
        gid: GlobalId,
    ) -> rusqlite::Result<Option<(u64, String, Vec<u8>, Vec<(String, Option<String>)>, Vec<(i64, Member)>)>> {
        let key = key::to_key(gid);
        let Some(entity) = entity(gid) else { return Ok(None) };
        let elements = wide::elements(&self.connection, entity)?;
        if elements.is_empty() {
            return Ok(None);
        }
        let mut statement = self.connection.prepare_cached(&wide::get(entity, &elements))?;
        let found = statement
            .query_row([key], |row| {
                let value = |(position, name): (usize, &String)| Ok((name.clone(), row.get(position + 2)?));
                let values = elements
                    .iter()
                    .enumerate()
                    .map(value)
                    .collect::<rusqlite::Result<Vec<_>>>()?;
                Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?, values))
            })
            .optional()?;
        let Some((layout, lineage, values)) = found else {
            return Ok(None);
        };
        let version: i64 = self
            .connection
            .prepare_cached(statements::GOLDEN)?
            .query_row([key], |row| row.get(0))?;
        let names = self
            .connection
            .prepare_cached(statements::LAYOUT)?
            .query_row([layout], |row| row.get(0))?;
        let mut members = self.connection.prepare_cached(statements::SOURCES_OF)?;
        let members = members.query_map([key], |row| {
            let member = Member {
                system: row.get(1)?,
                key: row.get(2)?,
                version: row.get::<_, i64>(3)? as u64,
            };
            Ok((row.get(0)?, member))
        })?;
        Ok(Some((
            version as u64,
            names,
            lineage,
            values,
            members.collect::<rusqlite::Result<_>>()?,
        )))
    }
}

/// SQLite counts in i64; nothing is numbered beyond.
fn capped(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
