//! Systems and layouts: names that rows refer to by number; new ones are added.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension};

use super::Commit;
use crate::encode::json_array;
use crate::statements;

/// The number in the store of each source's system.
pub(super) fn systems(commit: &Commit<'_>) -> rusqlite::Result<Vec<i64>> {
    let (connection, known) = (commit.connection, commit.change.known);
    let number = |(name, stored): (&Arc<str>, &Option<i64>)| match stored {
        Some(number) => Ok(*number),
        None => system(connection, name),
    };
    known.systems.iter().zip(&known.system_ids).map(number).collect()
}

/// The number of a system; added if the store does not have it.
fn system(connection: &Connection, name: &str) -> rusqlite::Result<i64> {
    let mut known = connection.prepare_cached(statements::SYSTEM)?;
    if let Some(number) = known.query_row([name], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    let mut last = connection.prepare_cached(statements::LAST_SYSTEM)?;
    let number = last.query_row([], |row| row.get::<_, i64>(0))? + 1;
    let mut add = connection.prepare_cached(statements::ADD_SYSTEM)?;
    crate::write(&mut add, (number, name))?;
    Ok(number)
}

/// The number of the list of the dictionary's elements; added if the store does not have it.
pub(super) fn of_elements(commit: &mut Commit<'_>) -> rusqlite::Result<i64> {
    if let Some(layout) = commit.layout {
        return Ok(layout);
    }
    let elements = &commit.change.rulebook.dictionary.elements;
    let number = layout(commit.connection, elements.iter().map(|element| &*element.name))?;
    Ok(*commit.layout.insert(number))
}

/// The number of a list of column names; added if the store does not have it.
pub(super) fn layout<'a>(connection: &Connection, names: impl Iterator<Item = &'a str>) -> rusqlite::Result<i64> {
    let mut columns = String::new();
    json_array(names.map(Some), &mut columns);
    let mut known = connection.prepare_cached(statements::LAYOUT_ID)?;
    if let Some(number) = known.query_row([&columns], |row| row.get(0)).optional()? {
        return Ok(number);
    }
    let mut last = connection.prepare_cached(statements::LAST_LAYOUT)?;
    let number = last.query_row([], |row| row.get::<_, i64>(0))? + 1;
    let mut add = connection.prepare_cached(statements::ADD_LAYOUT)?;
    crate::write(&mut add, (number, columns))?;
    Ok(number)
}
