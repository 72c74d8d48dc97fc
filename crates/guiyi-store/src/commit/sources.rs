//! Step 1: source records, new and changed ones. A record that only moved to another golden record is step 2's.

use arrow_array::Array;
use guiyi_core::record::{Batch, Origin};

use super::{Commit, Failure, layouts};
use crate::encode::{Digester, digest_source, json_array, name_order};
use crate::{key, statements};

/// What all rows of a batch share.
struct Shape {
    layout: Option<i64>,
    /// Positions of the received columns in the order of their headers.
    order: Vec<usize>,
    headers: Vec<String>,
}

pub(super) fn write(commit: &mut Commit<'_>) -> Result<(), Failure> {
    let change = commit.change;
    let (known, records) = (change.known, change.records);
    let dictionary = &change.rulebook.dictionary;
    let names: Vec<&str> = dictionary.elements.iter().map(|element| &*element.name).collect();
    let element_order = name_order(&names);
    let mut shapes: Vec<Shape> = change.batches.iter().map(|batch| shape(commit, batch)).collect();
    let mut canonical_layout = None;

    let mut next_id: i64 = commit
        .connection
        .query_row(statements::LAST_SOURCE, [], |row| row.get(0))?;
    let mut add = commit.connection.prepare_cached(statements::ADD_SOURCE)?;
    let mut update = commit.connection.prepare_cached(statements::CHANGE_SOURCE)?;
    let mut digester = Digester::default();
    let (mut received, mut canonical, mut origins) = (String::new(), String::new(), Vec::new());

    for record in 0..records.len() {
        let known_row = commit.known_rows[record].map(|row| &known.rows[row]);
        let Some((batch, row)) = change.rows[record] else {
            let row = known_row.ok_or_else(|| crate::StoreError::Inconsistent {
                detail: format!("record {} has no row and is not known", records.keys[record]),
            })?;
            commit.ids.push(row.id);
            commit.report.sources_absent += 1;
            continue;
        };
        let (batch, shape, row) = (
            &change.batches[batch as usize],
            &mut shapes[batch as usize],
            row as usize,
        );
        let of_element = |element: usize| {
            let column = &records.columns[element];
            (column.get(record), column.origin(record) as u8)
        };
        digest_source(
            (&shape.headers, &shape.order),
            |column| {
                batch.received[column]
                    .is_valid(row)
                    .then(|| batch.received[column].value(row))
            },
            (&names, &element_order),
            of_element,
            &mut digester,
        );
        let digest = digester.finish();
        if let Some(row) = known_row
            && row.digest == digest
        {
            commit.ids.push(row.id);
            commit.report.sources_unchanged += 1;
            continue;
        }

        let cells = batch
            .received
            .iter()
            .map(|column| column.is_valid(row).then(|| column.value(row)));
        json_array(cells, &mut received);
        json_array(records.columns.iter().map(|column| column.get(record)), &mut canonical);
        origins.clear();
        origins.extend(records.columns.iter().map(|column| column.origin(record) as u8));
        let origins = origins
            .iter()
            .any(|&code| code != Origin::Received as u8)
            .then_some(&origins);
        let received_layout = match shape.layout {
            Some(layout) => layout,
            None => *shape.layout.insert(layouts::layout(
                commit.connection,
                shape.headers.iter().map(String::as_str),
            )?),
        };
        let canonical_layout = match canonical_layout {
            Some(layout) => layout,
            None => *canonical_layout.insert(layouts::layout(commit.connection, names.iter().copied())?),
        };
        if let Some(row) = known_row {
            let values = (
                digest,
                commit.run,
                received_layout,
                canonical_layout,
                &received,
                &canonical,
                origins,
                row.id,
            );
            crate::write(&mut update, values)?;
            commit.ids.push(row.id);
            commit.report.sources_changed += 1;
        } else {
            next_id += 1;
            let system = commit.system_ids[usize::from(records.sources[record])];
            let gid = key::to_key(commit.gid_of(record));
            let run = commit.run;
            let values = (
                next_id,
                dictionary.entity.name(),
                system,
                &*records.keys[record],
                digest,
                gid,
                run,
                run,
            );
            let more = (received_layout, canonical_layout, &received, &canonical, origins);
            crate::write(
                &mut add,
                rusqlite::params![
                    values.0, values.1, values.2, values.3, values.4, values.5, values.6, values.7, more.0, more.1,
                    more.2, more.3, more.4
                ],
            )?;
            commit.ids.push(next_id);
            commit.report.sources_new += 1;
        }
    }
    Ok(())
}

fn shape(commit: &Commit<'_>, batch: &Batch) -> Shape {
    let source = commit.change.rulebook.sources.get(usize::from(batch.source));
    let header = |column: usize| {
        let named = source
            .and_then(|source| source.headers.get(column))
            .map(ToString::to_string);
        // A column without a header, such as an extra cell of a ragged row, goes by its position.
        named.unwrap_or_else(|| format!("#{}", column + 1))
    };
    let headers: Vec<String> = (0..batch.received.len()).map(header).collect();
    Shape {
        layout: None,
        order: name_order(&headers),
        headers,
    }
}
