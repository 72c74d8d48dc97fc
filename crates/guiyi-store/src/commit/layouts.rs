//! Systems and layouts: names that rows refer to by number; new ones are added.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::Commit;
use crate::encode::json_array;
use crate::statements;

/// The number in the store of each source's system.
pub(super) fn systems(commit: &Commit<'_>) -> rusqlite::Result<Vec<i64>> {
    let mut known: BTreeMap<String, i64> = BTreeMap::new();
    let mut statement = commit.connection.prepare_cached(statements::SYSTEMS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        known.insert(row.get(1)?, row.get(0)?);
    }
    let mut add = commit.connection.prepare_cached(statements::ADD_SYSTEM)?;
    let mut ids = Vec::new();
    for name in &commit.change.known.systems {
        if let Some(&id) = known.get(&**name) {
            ids.push(id);
            continue;
        }
        let id = known.values().max().map_or(1, |last| last + 1);
        crate::write(&mut add, (id, &**name))?;
        known.insert(name.to_string(), id);
        ids.push(id);
    }
    Ok(ids)
}

/// The number of a list of column names; added if the store does not have it.
pub(super) fn layout<'a>(connection: &Connection, names: impl Iterator<Item = &'a str>) -> rusqlite::Result<i64> {
    let mut columns = String::new();
    json_array(names.map(Some), &mut columns);
    let mut last = 0;
    let mut statement = connection.prepare_cached(statements::LAYOUTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        last = row.get(0)?;
        if row.get_ref(1)?.as_str()? == columns {
            return Ok(last);
        }
    }
    let mut add = connection.prepare_cached(statements::ADD_LAYOUT)?;
    crate::write(&mut add, (last + 1, columns))?;
    Ok(last + 1)
}
