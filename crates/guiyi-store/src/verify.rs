//! Verification: the file is sound, the ledger's chain is whole, the change feed, the golden records with their past and
//! what stewards wrote are what the ledger vouches for, and the invariants hold.

use std::collections::BTreeMap;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::record::Origin;
use guiyi_core::survive::Ground;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest as _, Sha256};

use crate::commit::{Failure, feed_line};
use crate::encode::{Digester, digest_source, name_order, read_lineage};
use crate::error::StoreError;
use crate::known::rows;
use crate::migrations::MIGRATIONS;
use crate::vault::{Keyed, Place, Sealing};
use crate::{Store, key, ledger, statements, wide};

pub(crate) mod digests;
pub(crate) mod past;
mod vouched;

impl Store {
    /// Checks the whole store; the sentences say what is wrong, none means that nothing is.
    ///
    /// A cut-off end of the ledger shows only if its head was written down elsewhere. Cost: reads everything once.
    ///
    /// # Errors
    /// Only if the file cannot be read at all.
    pub fn verify(&self) -> Result<Vec<String>, StoreError> {
        let transaction = self
            .connection
            .unchecked_transaction()
            .map_err(|error| self.failed(error))?;
        let mut problems = integrity(&transaction).map_err(|error| self.failed(error))?;
        if problems.is_empty() {
            problems = content(&self.keyed(&transaction)?).map_err(|failure| failure.at(&self.path))?;
        }
        Ok(problems)
    }
}

fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let lines: Vec<String> = statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(lines
        .into_iter()
        .filter(|line| line != "ok")
        .map(|line| format!("file: {line}"))
        .collect())
}

pub(crate) fn content(connection: &Keyed<'_>) -> Result<Vec<String>, Failure> {
    let mut problems = schema(connection)?;
    problems.extend(ledger::verify(connection)?);
    problems.extend(feed(connection)?);
    for (wrong, sql) in statements::INVARIANTS {
        let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
        if count > 0 {
            problems.push(format!("{wrong}: {count}"));
        }
    }
    problems.extend(crate::requests::verify(connection)?);
    problems.extend(ids(connection)?);
    problems.extend(vouched::check(connection)?);
    if connection.vault.check().is_err() {
        // Without the key nothing can be said about values.
        return Ok(problems);
    }
    let layouts = layouts(connection)?;
    problems.extend(sources(connection, &layouts)?);
    problems.extend(past::check(connection, &layouts)?);
    for entity in EntityType::ALL {
        problems.extend(goldens(connection, entity, &layouts)?);
    }
    Ok(problems)
}

/// The tables, indexes and triggers against those that the migrations make. The wide tables are the dictionary's.
fn schema(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let read = |connection: &Connection| -> rusqlite::Result<BTreeMap<String, String>> {
        let mut statement = connection.prepare(statements::SCHEMA)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    };
    let fresh = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        fresh.execute_batch(migration)?;
    }
    let (made, found) = (read(&fresh)?, read(connection)?);
    let differs = made.iter().filter(|(name, sql)| found.get(*name) != Some(sql));
    let mut problems: Vec<String> = differs
        .map(|(name, _)| format!("schema: {name} is not as it was made"))
        .collect();
    let others = found.keys().filter(|name| !made.contains_key(*name));
    problems.extend(
        others
            .filter(|name| {
                !EntityType::ALL
                    .into_iter()
                    .any(|entity| wide::is_table_of(name, entity))
            })
            .map(|name| format!("schema: {name} is not the store's")),
    );
    Ok(problems)
}

/// The registry's codes against the keys that they stand for.
fn ids(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut statement = connection.prepare(statements::ID_CODES)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let gid = key::from_key(number);
        let entity = gid.and_then(guiyi_core::global_id::entity);
        let is = |column: usize, expected: Option<&str>| Ok(row.get_ref(column)?.as_str_or_null()? == expected);
        let is_code: rusqlite::Result<bool> = is(1, gid.as_ref().map(GlobalId::as_str));
        let is_entity: rusqlite::Result<bool> = is(2, entity.map(EntityType::name));
        if !(is_code? && is_entity?) {
            problems.push(format!("issued ID {number}: its code or entity type is another's"));
        }
    }
    Ok(problems)
}

/// By number the names of a layout's columns, and their order.
pub(crate) type Layouts = BTreeMap<i64, (Vec<String>, Vec<usize>)>;

pub(crate) fn layouts(connection: &Connection) -> rusqlite::Result<Layouts> {
    let mut layouts = Layouts::new();
    let mut statement = connection.prepare(statements::LAYOUTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let names: Vec<String> = serde_json::from_str(row.get_ref(1)?.as_str()?).unwrap_or_default();
        let order = name_order(&names);
        layouts.insert(row.get(0)?, (names, order));
    }
    Ok(layouts)
}

/// The source records, also their earlier contents, against their digests.
fn sources(connection: &Keyed<'_>, layouts: &Layouts) -> rusqlite::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut digester = Digester::default();
    let systems: BTreeMap<i64, String> = rows(connection, statements::SYSTEMS, [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })?
    .into_iter()
    .collect();
    let mut sealings: BTreeMap<(EntityType, i64), Sealing<'_>> = BTreeMap::new();
    let mut statement = connection.prepare(statements::SOURCES_WITH_DIGEST)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let shape: i64 = row.get(3)?;
        let shapes = (layouts.get(&row.get(2)?), layouts.get(&shape));
        let entity = EntityType::from_name(row.get_ref(7)?.as_str()?);
        let system = systems.get(&row.get(8)?);
        let ((Some(headers), Some(names)), Some(entity), Some(system)) = (shapes, entity, system) else {
            problems.push(format!("source record {id}: it cannot be read"));
            continue;
        };
        let place = Place::Source(entity, system, row.get_ref(9)?.as_str()?);
        let sealing = sealings
            .entry((entity, shape))
            .or_insert_with(|| connection.vault.to_read(entity, &names.0));
        let read = |received: &str, canonical: &str| {
            let received = sealing.open_received(place, received).ok()?;
            let received: Vec<Option<String>> = serde_json::from_str(&received).ok()?;
            let mut canonical: Vec<Option<String>> = serde_json::from_str(canonical).ok()?;
            sealing.open_all(place, &mut canonical).ok()?;
            Some((received, canonical))
        };
        let Some((received, canonical)) = read(row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_str()?) else {
            problems.push(format!("source record {id}: it cannot be read"));
            continue;
        };
        let origins = row.get_ref(6)?.as_blob_or_null()?;
        let received = |column: usize| received.get(column)?.as_deref();
        let canonical = |element: usize| {
            let origin = origins.and_then(|origins| origins.get(element).copied());
            let value = canonical.get(element).and_then(Option::as_deref);
            (value, origin.unwrap_or(Origin::Received as u8))
        };
        digest_source(
            (&headers.0, &headers.1),
            received,
            (&names.0, &names.1),
            canonical,
            &mut digester,
        );
        if connection.vault.digest(&mut digester) != row.get_ref(1)?.as_blob()? {
            problems.push(format!("source record {id}: not what its digest says"));
        }
    }
    Ok(problems)
}

/// The lines of each run in the change feed against the digest in the run's ledger line; those from before the digests were
/// made anew against the digest of that ledger line.
fn feed(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut covered: BTreeMap<i64, Sha256> = BTreeMap::new();
    let mut problems = Vec::new();
    let base: Option<(i64, String)> = connection
        .query_row(statements::FEED_BASE, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let base_run = base.as_ref().map_or(0, |(run, _)| *run);
    let mut covered_by_base = Sha256::new();
    let mut next = 1;
    let mut line = String::new();
    let mut statement = connection.prepare(statements::FEED)?;
    let mut rows = statement.query((0, i64::MAX))?;
    while let Some(row) = rows.next()? {
        let (seq, run): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (kind, digest) = (row.get_ref(4)?.as_str()?, row.get_ref(5)?.as_blob()?);
        line.clear();
        feed_line(seq, row.get(2)?, row.get(3)?, kind, digest, &mut line);
        if seq != next {
            problems.push(format!("change feed: line {next} is missing"));
        }
        next = seq + 1;
        if run < base_run {
            covered_by_base.update(&line);
        } else {
            covered.entry(run).or_default().update(&line);
        }
    }
    if base.is_some_and(|(_, digest)| ledger::hex(&covered_by_base.finalize()) != digest) {
        problems.push(format!(
            "change feed: the lines before write {base_run} are not those that the ledger vouches for"
        ));
    }
    let mut statement = connection.prepare(statements::RUN_DIGESTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let run: i64 = row.get(0)?;
        if run < base_run {
            continue;
        }
        let found = covered.remove(&run).unwrap_or_default().finalize();
        if ledger::hex(&found) != row.get::<_, String>(1)? {
            problems.push(format!(
                "change feed: the lines of run {run} are not those that the ledger vouches for"
            ));
        }
    }
    problems.extend(
        covered
            .keys()
            .map(|run| format!("change feed: the ledger has no line for run {run}")),
    );
    Ok(problems)
}

/// Collects what the digest of a stored golden record covers: its values by element, its lineage in a layout, and the
/// numbers of its members. `None` if the lineage cannot be read.
pub(crate) fn digest_golden(
    (elements, values): (&[String], &[Option<String>]),
    lineage: &[u8],
    layout: Option<&(Vec<String>, Vec<usize>)>,
    mut members: Vec<i64>,
    digester: &mut Digester,
) -> Option<()> {
    let (cells, (names, order)) = (read_lineage(lineage)?, layout?);
    for &element in order {
        let Some(cell) = cells.get(element).filter(|cell| cell.ground != Ground::Nothing) else {
            continue;
        };
        let column = elements.iter().position(|name| *name == names[element]);
        let value = column.and_then(|column| values[column].as_deref());
        digester.golden_value(&names[element], value, *cell);
    }
    members.sort_unstable();
    digester.members(&members);
    Some(())
}

/// The golden records of an entity type against their digests, which the change feed repeats.
fn goldens(connection: &Keyed<'_>, entity: EntityType, layouts: &Layouts) -> rusqlite::Result<Vec<String>> {
    let elements = wide::elements(connection, entity)?;
    if elements.is_empty() {
        return Ok(Vec::new());
    }
    let mut problems = Vec::new();
    let mut n_rows = 0_i64;
    let mut digester = Digester::default();
    let mut statement = connection.prepare(&wide::all_with_digest(entity, &elements))?;
    let mut members = connection.prepare(statements::MEMBER_IDS)?;
    let sealing = connection.vault.to_read(entity, &elements);
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        n_rows += 1;
        let gid: i64 = row.get(0)?;
        let code = || key::from_key(gid).map_or_else(|| gid.to_string(), |gid| gid.to_string());
        let values = (0..elements.len()).map(|column| row.get(column + 4));
        let mut values = values.collect::<rusqlite::Result<Vec<Option<String>>>>()?;
        if sealing.open_all(Place::Golden(entity, gid), &mut values).is_err() {
            problems.push(format!("golden record {}: an encrypted value does not open", code()));
            continue;
        }
        let ids = members.query_map([gid], |row| row.get(0))?;
        let ids = ids.collect::<rusqlite::Result<Vec<i64>>>()?;
        let (lineage, shape) = (row.get_ref(3)?.as_blob()?, layouts.get(&row.get(2)?));
        if digest_golden((&elements, &values), lineage, shape, ids, &mut digester).is_none() {
            problems.push(format!("golden record {}: its lineage cannot be read", code()));
            continue;
        }
        if connection.vault.digest(&mut digester) != row.get_ref(1)?.as_blob()? {
            problems.push(format!("golden record {}: not what its digest says", code()));
        }
    }
    let (low, high) = key::range(entity);
    let active: i64 = connection.query_row(statements::COUNT_ACTIVE, [low, high], |row| row.get(0))?;
    if active != n_rows {
        problems.push(format!(
            "{} golden records for {active} active IDs of {}",
            n_rows,
            entity.name()
        ));
    }
    Ok(problems)
}
