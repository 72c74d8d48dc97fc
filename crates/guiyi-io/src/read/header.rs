//! Which row names the columns: exports of ERP systems put titles, dates and group headings above it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::row::{Row, trim};

/// The row that names the columns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The names, trimmed; empty where a column has none.
    pub(crate) names: Vec<Arc<str>>,
    /// Number of the row; the lower one where a group heading above belongs to it.
    pub(crate) row: u64,
}

/// Finds the header in the first rows of a file, which must not be blank.
///
/// It is the first row that fills at least two thirds of the table's width with texts that can be names and differ;
/// where no row does, the first that is wide enough. A second header line is merged where the cells of two lines
/// complete each other, and preferred where the first has Kingdee's field names (`FNumber`).
/// `None` if there is no row.
pub(crate) fn find(rows: &[Row], grows: bool) -> Option<Header> {
    // Columns that are empty throughout, such as left of a table in a sheet, belong to no row's width.
    let most = rows.iter().map(|row| filled(row).count()).max()?;
    let width = table_width(rows).min(most);
    let is_wide = |row: &Row| filled(row).count() * 3 >= width * 2;
    let position = (rows.iter().position(|row| is_wide(row) && looks_like_names(row)))
        .or_else(|| rows.iter().position(is_wide))
        .unwrap_or(0);
    let first = rows.get(position)?;
    match rows.get(position + 1) {
        Some(second)
            if filled(first).all(|(_, cell)| is_field_name(cell)) && looks_like_names(second) && is_wide(second) =>
        {
            at(rows, position + 1, grows)
        }
        Some(second) if (grows || first.len() == second.len()) && complete_each_other(first, second) => {
            let mut header = at(rows, position + 1, grows)?;
            header.names.resize(header.names.len().max(first.len()), "".into());
            for (column, name) in header.names.iter_mut().enumerate().filter(|(_, name)| name.is_empty()) {
                *name = text(first, column).into();
            }
            Some(header)
        }
        _ => at(rows, position, grows),
    }
}

/// Takes the row at a position as the header. `grows` says that rows end at their last value, as in a sheet, so that
/// columns without a name show only in the rows below.
pub(crate) fn at(rows: &[Row], position: usize, grows: bool) -> Option<Header> {
    let row = rows.get(position)?;
    let below = rows[position + 1..].iter().map(extent).max().unwrap_or(0);
    let width = if grows {
        extent(row).max(below)
    } else {
        extent(row).max(below.min(row.len()))
    };
    Some(Header {
        names: (0..width).map(|column| text(row, column).into()).collect(),
        row: row.number,
    })
}

/// Text of a cell, trimmed.
fn text(row: &Row, column: usize) -> String {
    trim(&String::from_utf8_lossy(row.cell(column))).to_owned()
}

fn filled(row: &Row) -> impl Iterator<Item = (usize, String)> + '_ {
    (0..row.len())
        .map(|column| (column, text(row, column)))
        .filter(|(_, cell)| !cell.is_empty())
}

/// Cells up to the last that is not empty.
fn extent(row: &Row) -> usize {
    filled(row).last().map_or(0, |(column, _)| column + 1)
}

/// The extent that covers most cells.
fn table_width(rows: &[Row]) -> usize {
    let mut counts = BTreeMap::<usize, usize>::new();
    for row in rows {
        *counts.entry(extent(row)).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(extent, count)| (extent * count, extent))
        .map_or(0, |(extent, _)| extent)
}

fn looks_like_names(row: &Row) -> bool {
    let cells: Vec<String> = filled(row).map(|(_, cell)| cell).collect();
    let n_names = cells.iter().filter(|cell| is_name(cell)).count();
    let n_distinct = cells.iter().collect::<BTreeSet<_>>().len();
    !cells.is_empty() && n_names * 5 >= cells.len() * 4 && n_distinct * 2 >= cells.len()
}

/// A column's name has a letter, and not the figures of a date, a code or a number.
fn is_name(cell: &str) -> bool {
    cell.chars().any(char::is_alphabetic)
        && !cell.contains('@')
        && cell.chars().filter(char::is_ascii_digit).count() < 4
        && cell.chars().nth(60).is_none()
}

/// One of Kingdee's technical names, such as `FNumber` or `FCustomer.FName`.
fn is_field_name(cell: impl AsRef<str>) -> bool {
    let cell = cell.as_ref().as_bytes();
    cell.len() > 2
        && cell[0] == b'F'
        && cell[1].is_ascii_uppercase()
        && cell
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.()#*".contains(byte))
}

/// Two lines of one header, cells merged downward and across: each is empty only where the other is not.
fn complete_each_other(first: &Row, second: &Row) -> bool {
    let width = first.len().max(second.len());
    let is_empty = |row: &Row, column| text(row, column).is_empty();
    let n_empty = |row: &Row| (0..width).filter(|&column| is_empty(row, column)).count();
    n_empty(first) > 0
        && is_empty(second, 0)
        && (0..width).all(|column| !is_empty(first, column) || !is_empty(second, column))
        && filled(second).all(|(_, cell)| is_name(&cell))
}
