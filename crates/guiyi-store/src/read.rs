//! Reading: golden records, the crosswalk and the change feed, page by page, so that no table is ever in memory whole.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, entity};
use guiyi_core::record::Origin;
use guiyi_core::survive::Ground;
use rusqlite::{OptionalExtension, Row};

use crate::encode::read_lineage;
use crate::error::StoreError;
use crate::known::read_gid;
use crate::{Store, key, statements, wide};

/// Rows that are fetched at once.
const PAGE: i64 = 1024;

/// One golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoldenRow {
    /// Its ID.
    pub gid: GlobalId,
    /// Its version, from 1.
    pub version: u64,
    /// Its values, in the order of [`GoldenRows::elements`].
    pub values: Vec<Option<String>>,
}

/// One line of the code-mapping table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrosswalkRow {
    /// Name of the system.
    pub system: String,
    /// The system's own code.
    pub key: String,
    /// The ID that it leads to.
    pub gid: GlobalId,
    /// Whether it still does.
    pub status: CodeStatus,
    /// Since when, UTC.
    pub valid_from: String,
    /// Until when, UTC; `None` if open.
    pub valid_to: Option<String>,
}

/// Whether a code leads to an ID now or did so before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStatus {
    /// It does.
    Active,
    /// It leads to another ID now.
    Superseded,
}

impl CodeStatus {
    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Superseded => "superseded",
        }
    }
}

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
    /// All active golden records of an entity type, by ID.
    pub fn golden_rows(&self, entity: EntityType) -> Result<GoldenRows<'_>, StoreError> {
        let elements = wide::elements(&self.connection, entity).map_err(|error| self.failed(error))?;
        let sql = (!elements.is_empty()).then(|| wide::page(entity, &elements));
        Ok(GoldenRows {
            store: self,
            sql,
            elements,
            last: 0,
            page: Vec::new().into_iter(),
        })
    }

    /// The code-mapping table of an entity type by (system, key); of one code the present line comes last.
    pub fn crosswalk_rows(&self, entity: EntityType) -> Result<CrosswalkRows<'_>, StoreError> {
        let load = || -> rusqlite::Result<Vec<(i64, String)>> {
            let mut statement = self.connection.prepare_cached(statements::SYSTEMS)?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let mut systems = load().map_err(|error| self.failed(error))?;
        // Taken from the end.
        systems.sort_unstable_by(|a, b| b.1.cmp(&a.1));
        Ok(CrosswalkRows {
            store: self,
            entity,
            systems,
            last: String::new(),
            page: Vec::new().into_iter(),
        })
    }

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

/// Iterator over golden records, see [`Store::golden_rows`].
#[derive(Debug)]
pub struct GoldenRows<'a> {
    store: &'a Store,
    sql: Option<String>,
    elements: Vec<String>,
    last: i64,
    page: std::vec::IntoIter<GoldenRow>,
}

impl GoldenRows<'_> {
    /// Names of the elements, in the order of the values.
    pub fn elements(&self) -> &[String] {
        &self.elements
    }

    fn fetch(&self, sql: &str) -> rusqlite::Result<Vec<GoldenRow>> {
        let mut statement = self.store.connection.prepare_cached(sql)?;
        let rows = statement.query_map((self.last, PAGE), |row| {
            let values = (0..self.elements.len()).map(|position| row.get(position + 2));
            Ok(GoldenRow {
                gid: read_gid(row, 0)?,
                version: row.get::<_, i64>(1)? as u64,
                values: values.collect::<rusqlite::Result<_>>()?,
            })
        })?;
        rows.collect()
    }
}

impl Iterator for GoldenRows<'_> {
    type Item = Result<GoldenRow, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.page.next() {
            return Some(Ok(row));
        }
        let sql = self.sql.take()?;
        let page = match self.fetch(&sql) {
            Ok(page) => page,
            Err(error) => return Some(Err(self.store.failed(error))),
        };
        self.last = key::to_key(page.last()?.gid);
        self.page = page.into_iter();
        self.sql = Some(sql);
        self.page.next().map(Ok)
    }
}

/// Iterator over the code-mapping table, see [`Store::crosswalk_rows`].
#[derive(Debug)]
pub struct CrosswalkRows<'a> {
    store: &'a Store,
    entity: EntityType,
    systems: Vec<(i64, String)>,
    last: String,
    page: std::vec::IntoIter<CrosswalkRow>,
}

impl CrosswalkRows<'_> {
    /// The next codes of a system with all their lines; empty when the system has no more.
    fn fetch(&self, id: i64, system: &str) -> rusqlite::Result<Vec<CrosswalkRow>> {
        let connection = &self.store.connection;
        let entity = self.entity.name();
        let read = |status: CodeStatus| {
            move |row: &Row<'_>| {
                Ok(CrosswalkRow {
                    system: system.into(),
                    key: row.get(0)?,
                    gid: read_gid(row, 1)?,
                    status,
                    valid_from: row.get(2)?,
                    valid_to: row.get(3)?,
                })
            }
        };
        let mut rows: Vec<CrosswalkRow> = connection
            .prepare_cached(statements::CODES)?
            .query_map((entity, id, &self.last, PAGE), read(CodeStatus::Active))?
            .collect::<rusqlite::Result<_>>()?;
        let Some(last) = rows.last().map(|row| row.key.clone()) else {
            return Ok(rows);
        };
        let mut past: Vec<CrosswalkRow> = connection
            .prepare_cached(statements::PAST_CODES)?
            .query_map((entity, id, &self.last, last), read(CodeStatus::Superseded))?
            .collect::<rusqlite::Result<_>>()?;
        if !past.is_empty() {
            // The sort is stable: earlier lines stand before the present one, in the order in which they ended.
            past.append(&mut rows);
            past.sort_by(|a, b| a.key.cmp(&b.key));
            return Ok(past);
        }
        Ok(rows)
    }
}

impl Iterator for CrosswalkRows<'_> {
    type Item = Result<CrosswalkRow, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.page.next() {
                return Some(Ok(row));
            }
            let (id, system) = self.systems.last()?;
            match self.fetch(*id, system) {
                Ok(page) => {
                    if let Some(row) = page.last() {
                        self.last.clone_from(&row.key);
                    } else {
                        self.systems.pop();
                        self.last.clear();
                    }
                    self.page = page.into_iter();
                }
                Err(error) => {
                    self.systems.clear();
                    return Some(Err(self.store.failed(error)));
                }
            }
        }
    }
}
