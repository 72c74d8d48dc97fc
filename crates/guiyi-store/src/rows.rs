//! Reading all of it, for outputs: golden records and the code-mapping table, page by page, so that neither is ever in
//! memory whole. Pages are read one after the other; hold the run lock for a picture of one moment.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::Row;

use crate::commit::Failure;
use crate::error::StoreError;
use crate::known::read_gid;
use crate::vault::Place;
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
    /// Whether it still does: active or superseded; by its end it may be transitional or retired, see [`CodeStatus::at`].
    pub status: CodeStatus,
    /// Since when, UTC.
    pub valid_from: String,
    /// Until when, UTC; `None` if open.
    pub valid_to: Option<String>,
    /// The code of the system that replaces it, if one does.
    pub successor: Option<String>,
}

/// Whether a code leads to an ID now or did so before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStatus {
    /// It does.
    Active,
    /// It does, and may be used until a day that is set.
    Transitional,
    /// It does for ever, but should not be used any more.
    Retired,
    /// It leads to another ID now.
    Superseded,
}

impl CodeStatus {
    /// The status at a time of a code that may be used until `valid_to`, both `YYYY-MM-DDTHH:MM:SSZ`.
    pub fn at(valid_to: Option<&str>, utc: &str) -> Self {
        match valid_to {
            None => Self::Active,
            Some(end) if utc < end => Self::Transitional,
            Some(_) => Self::Retired,
        }
    }

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Transitional => "transitional",
            Self::Retired => "retired",
            Self::Superseded => "superseded",
        }
    }
}

impl Store {
    /// All active golden records of an entity type, by ID.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if values are encrypted and the key is missing.
    pub fn golden_rows(&self, entity: EntityType) -> Result<GoldenRows<'_>, StoreError> {
        self.keyed(&self.connection)?.vault.check()?;
        let elements = wide::elements(&self.connection, entity).map_err(|error| self.failed(error))?;
        let sql = (!elements.is_empty()).then(|| wide::page(entity, &elements));
        Ok(GoldenRows {
            store: self,
            entity,
            sql,
            elements,
            last: 0,
            page: Vec::new().into_iter(),
        })
    }

    /// The aliases of an entity type by (system, key); of one code the present line comes last.
    pub fn aliases(&self, entity: EntityType) -> Result<Vec<CrosswalkRow>, StoreError> {
        let read = |row: &Row<'_>| {
            let is_present: bool = row.get(6)?;
            Ok(CrosswalkRow {
                system: row.get(0)?,
                key: row.get(1)?,
                gid: read_gid(row, 2)?,
                status: if is_present {
                    CodeStatus::Active
                } else {
                    CodeStatus::Superseded
                },
                valid_from: row.get(3)?,
                valid_to: row.get(4)?,
                successor: row.get(5)?,
            })
        };
        let found = crate::known::rows(
            &self.connection,
            statements::ALIASES,
            [entity.name(), entity.name()],
            read,
        );
        found.map_err(|error| self.failed(error))
    }

    /// The code-mapping table of an entity type by (system, key); of one code the present line comes last. Aliases are
    /// not in it, see [`Store::aliases`].
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
}

/// Iterator over golden records, see [`Store::golden_rows`].
#[derive(Debug)]
pub struct GoldenRows<'a> {
    store: &'a Store,
    entity: EntityType,
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

    fn fetch(&self, sql: &str) -> Result<Vec<GoldenRow>, Failure> {
        let mut statement = self.store.connection.prepare_cached(sql)?;
        let rows = statement.query_map((self.last, PAGE), |row| {
            let values = (0..self.elements.len()).map(|position| row.get(position + 2));
            Ok(GoldenRow {
                gid: read_gid(row, 0)?,
                version: row.get::<_, i64>(1)? as u64,
                values: values.collect::<rusqlite::Result<_>>()?,
            })
        })?;
        let mut page = rows.collect::<rusqlite::Result<Vec<GoldenRow>>>()?;
        let sealing = self.store.vault.to_read(self.entity, &self.elements);
        for row in &mut page {
            sealing.open_all(Place::Golden(self.entity, key::to_key(row.gid)), &mut row.values)?;
        }
        Ok(page)
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
            Err(failure) => return Some(Err(failure.at(&self.store.path))),
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
                    successor: row.get(4)?,
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
