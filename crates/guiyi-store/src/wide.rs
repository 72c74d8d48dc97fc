//! The wide tables: one per entity type, one column per data element, made from the dictionary.
//!
//! The only statements that are not in `statements.rs`, because their columns are not known beforehand. An element that
//! the dictionary gains becomes a column; a column whose element is gone stays, with what it holds.

use std::fmt::Write as _;

use guiyi_core::dictionary::{Dictionary, Element, EntityType};
use rusqlite::{CachedStatement, Connection};

use crate::error::StoreError;

/// Columns of every wide table that are no elements.
const OWN_COLUMNS: [&str; 3] = ["gid", "layout", "lineage"];

/// A name as SQL.
fn quoted(name: &str) -> String {
    let mut quoted = String::with_capacity(name.len() + 2);
    push_quoted(name, &mut quoted);
    quoted
}

fn push_quoted(name: &str, out: &mut String) {
    out.push('"');
    for (position, part) in name.split('"').enumerate() {
        out.extend([if position > 0 { "\"\"" } else { "" }, part]);
    }
    out.push('"');
}

fn table(entity: EntityType) -> String {
    format!("golden_{}", entity.name())
}

/// Whether a table of the schema is that of an entity type.
pub(crate) fn is_table_of(name: &str, entity: EntityType) -> bool {
    name == table(entity)
}

/// The elements that the table of an entity type holds, in the table's order; empty if there is no table yet.
pub(crate) fn elements(connection: &Connection, entity: EntityType) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info($1) ORDER BY cid")?;
    let names = statement.query_map([table(entity)], |row| row.get::<_, String>(0))?;
    names
        .filter(|name| !name.as_ref().is_ok_and(|name| OWN_COLUMNS.contains(&name.as_str())))
        .collect()
}

/// Makes the table of the dictionary's entity type, or adds the columns that it lacks; gives the statement that writes a
/// row, see [`put`].
pub(crate) fn ensure<'a>(
    connection: &'a Connection,
    dictionary: &Dictionary,
) -> Result<CachedStatement<'a>, StoreError> {
    let reserved = dictionary.elements.iter().find(|element| {
        OWN_COLUMNS.iter().any(|name| name.eq_ignore_ascii_case(&element.name)) || element.name.contains('\0')
    });
    if let Some(element) = reserved {
        return Err(StoreError::ReservedName {
            name: element.name.to_string(),
        });
    }
    let put = put(dictionary);
    if has_all(connection, dictionary) {
        return connection.prepare_cached(&put).map_err(StoreError::Database);
    }
    let table = table(dictionary.entity);
    let known = elements(connection, dictionary.entity).map_err(StoreError::Database)?;
    let sql = format!(
        "CREATE TABLE IF NOT EXISTS {table} (gid INTEGER PRIMARY KEY, layout INTEGER NOT NULL, lineage BLOB NOT NULL) STRICT"
    );
    if known.is_empty() {
        connection.execute(&sql, []).map_err(StoreError::Database)?;
    }
    for element in &dictionary.elements {
        if !known.iter().any(|name| name.eq_ignore_ascii_case(&element.name)) {
            let sql = format!("ALTER TABLE {table} ADD COLUMN {} TEXT", quoted(&element.name));
            connection.execute(&sql, []).map_err(StoreError::Database)?;
        }
    }
    connection.prepare_cached(&put).map_err(StoreError::Database)
}

/// Whether the table is there with a column for each element.
fn has_all(connection: &Connection, dictionary: &Dictionary) -> bool {
    let Ok(mut row) = connection.prepare_cached(&row(dictionary.entity)) else {
        return false;
    };
    // A statement of the cache may be of a table that was rolled back since; asking for a row that never is makes it anew.
    if row.exists([i64::MIN]).is_err() {
        return false;
    }
    let names: Vec<&str> = row.column_names().collect();
    let has = |element: &Element| names.iter().any(|name| name.eq_ignore_ascii_case(&element.name));
    dictionary.elements.iter().all(has)
}

/// Writes a row: `$1` ID, `$2` layout, `$3` lineage, then one value per element.
fn put(dictionary: &Dictionary) -> String {
    // Made for every single record that is put, so without texts in between.
    let mut sql = String::with_capacity(1024);
    sql.extend(["INSERT INTO ", &table(dictionary.entity), " (gid, layout, lineage"]);
    for element in &dictionary.elements {
        sql.push_str(", ");
        push_quoted(&element.name, &mut sql);
    }
    sql.push_str(") VALUES ($1, $2, $3");
    for place in 4..4 + dictionary.elements.len() {
        write!(sql, ", ${place}").expect("writing to a string cannot fail");
    }
    sql.push_str(") ON CONFLICT (gid) DO UPDATE SET layout = excluded.layout, lineage = excluded.lineage");
    for element in &dictionary.elements {
        sql.push_str(", ");
        push_quoted(&element.name, &mut sql);
        sql.push_str(" = excluded.");
        push_quoted(&element.name, &mut sql);
    }
    sql
}

/// Reads the row of an ID as the table has it: ID, layout, lineage, then the elements.
pub(crate) fn row(entity: EntityType) -> String {
    format!("SELECT * FROM {} WHERE gid = $1", table(entity))
}

/// Reads the row of an ID with its head: version, run, then the row as the table has it.
pub(crate) fn row_with_head(entity: EntityType) -> String {
    format!(
        "SELECT g.version, g.run, w.* FROM {} w JOIN golden g ON g.gid = w.gid WHERE w.gid = $1",
        table(entity)
    )
}

/// Reads the row of an ID: layout, lineage, then the elements of the table.
pub(crate) fn get(entity: EntityType, elements: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = elements
        .iter()
        .map(|name| format!(", {}", quoted(name.as_ref())))
        .collect();
    format!(
        "SELECT layout, lineage{} FROM {} WHERE gid = $1",
        names.concat(),
        table(entity)
    )
}

/// Deletes the row of an ID.
pub(crate) fn delete(entity: EntityType) -> String {
    format!("DELETE FROM {} WHERE gid = $1", table(entity))
}

/// Reads rows behind an ID, in order: ID, version, then the elements.
pub(crate) fn page(entity: EntityType, elements: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = elements
        .iter()
        .map(|name| format!(", w.{}", quoted(name.as_ref())))
        .collect();
    format!(
        "SELECT w.gid, g.version{} FROM {} w JOIN golden g ON g.gid = w.gid WHERE w.gid > $1 ORDER BY w.gid LIMIT $2",
        names.concat(),
        table(entity)
    )
}

/// Reads rows behind an ID, in order: ID, layout, lineage, then the elements.
pub(crate) fn page_with_lineage(entity: EntityType, elements: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = elements
        .iter()
        .map(|name| format!(", {}", quoted(name.as_ref())))
        .collect();
    format!(
        "SELECT gid, layout, lineage{} FROM {} WHERE gid > $1 ORDER BY gid LIMIT $2",
        names.concat(),
        table(entity)
    )
}

/// Sets the elements of the row of an ID: one value per element, then the ID.
pub(crate) fn set(entity: EntityType, elements: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = elements
        .iter()
        .zip(1..)
        .map(|(name, place)| format!("{} = ${place}", quoted(name.as_ref())))
        .collect();
    let gid = names.len() + 1;
    format!("UPDATE {} SET {} WHERE gid = ${gid}", table(entity), names.join(", "))
}

/// The IDs whose element begins with `$1`, which ends with a colon.
pub(crate) fn beginning(entity: EntityType, element: &str) -> String {
    let (table, element) = (table(entity), quoted(element));
    // `;` comes after `:`.
    format!(
        "SELECT gid FROM {table} WHERE {element} >= $1 AND {element} < SUBSTR($1, 1, LENGTH($1) - 1) || ';' ORDER BY gid"
    )
}

/// The IDs whose element is `$1`.
pub(crate) fn equal(entity: EntityType, element: &str) -> String {
    format!(
        "SELECT gid FROM {} WHERE {} = $1 ORDER BY gid",
        table(entity),
        quoted(element)
    )
}

/// Reads all rows for verification: ID, digest, layout, lineage, then the elements.
pub(crate) fn all_with_digest(entity: EntityType, elements: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = elements
        .iter()
        .map(|name| format!(", w.{}", quoted(name.as_ref())))
        .collect();
    format!(
        "SELECT w.gid, g.digest, w.layout, w.lineage{} FROM {} w JOIN golden g ON g.gid = w.gid ORDER BY w.gid",
        names.concat(),
        table(entity)
    )
}
