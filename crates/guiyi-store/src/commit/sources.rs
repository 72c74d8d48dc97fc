//! Step 1: source records, new and changed ones. A record that only moved to another golden record is step 2's.

use std::sync::Arc;

use arrow_array::Array;
use guiyi_core::record::{Batch, Origin};

use super::{Commit, Failure, layouts};
use crate::change::RunChange;
use crate::encode::{Digest, Digester, digest_source, json_array, name_order};
use crate::vault::{Place, Sealing, Vault};
use crate::{ahead, key, statements};

/// What all rows of a batch share.
struct Shape {
    /// Positions of the received columns in the order of their headers.
    order: Vec<usize>,
    headers: Vec<Arc<str>>,
}

/// A source record as it is to be written.
struct Encoded {
    digest: Digest,
    received: Box<str>,
    canonical: Box<str>,
    /// `None`: all as received.
    origins: Option<Box<[u8]>>,
}

/// What is used again from record to record.
#[derive(Default)]
struct Scratch {
    digester: Digester,
    text: String,
    origins: Vec<u8>,
}

/// Encodes source records.
struct Encoder<'a> {
    change: RunChange<'a>,
    known_rows: &'a [Option<usize>],
    shapes: &'a [Shape],
    names: &'a [&'a str],
    element_order: &'a [usize],
    vault: &'a Vault,
    sealing: Sealing<'a>,
}

impl Encoder<'_> {
    /// The record as it is to be written; `None` if the store has it like this, or the run does not contain it.
    fn encode(&self, scratch: &mut Scratch, record: usize) -> Option<Encoded> {
        let records = self.change.records;
        let (number, row) = self.change.rows[record]?;
        let (batch, shape) = (&self.change.batches[number as usize], &self.shapes[number as usize]);
        let received = |column: usize| {
            let column = &batch.received[column];
            column.is_valid(row as usize).then(|| column.value(row as usize))
        };
        let canonical = |element: usize| {
            let column = &records.columns[element];
            (column.get(record), column.origin(record) as u8)
        };
        digest_source(
            (&shape.headers, &shape.order),
            received,
            (self.names, self.element_order),
            canonical,
            &mut scratch.digester,
        );
        let digest = self.vault.digest(&mut scratch.digester);
        let known = self.known_rows[record].map(|row| &self.change.known.rows[row]);
        if known.is_some_and(|known| known.digest == digest) {
            return None;
        }
        let n_elements = records.columns.len();
        json_array((0..batch.received.len()).map(received), &mut scratch.text);
        let system = &self.change.known.systems[usize::from(records.sources[record])];
        let place = Place::Source(self.change.rulebook.dictionary.entity, system, &records.keys[record]);
        let received = self.sealing.seal_received(place, &scratch.text).into();
        let sealed = |element: usize| Some(self.sealing.seal(place, element, canonical(element).0?));
        json_array((0..n_elements).map(sealed), &mut scratch.text);
        let origins = &mut scratch.origins;
        origins.clear();
        origins.extend((0..n_elements).map(|element| canonical(element).1));
        Some(Encoded {
            digest,
            received,
            canonical: scratch.text.as_str().into(),
            origins: origins
                .iter()
                .any(|&code| code != Origin::Received as u8)
                .then(|| origins.as_slice().into()),
        })
    }
}

pub(super) fn write(commit: &mut Commit<'_>) -> Result<(), Failure> {
    let change = commit.change;
    let (known, records) = (change.known, change.records);
    let dictionary = &change.rulebook.dictionary;
    let names: Vec<&str> = dictionary.elements.iter().map(|element| &*element.name).collect();
    let shapes: Vec<Shape> = change.batches.iter().map(|batch| shape(commit, batch)).collect();
    let known_rows = std::mem::take(&mut commit.known_rows);
    let connection = commit.connection;
    let encoder = Encoder {
        change,
        known_rows: &known_rows,
        shapes: &shapes,
        names: &names,
        element_order: &name_order(&names),
        vault: connection.vault,
        sealing: connection.vault.to_write(dictionary.entity, &names)?,
    };
    let mut received_layouts = vec![None; shapes.len()];
    let mut last_id: Option<i64> = None;
    let mut add = connection.prepare_cached(statements::ADD_SOURCE)?;
    let mut update = connection.prepare_cached(statements::CHANGE_SOURCE)?;
    // What was valid when is worked out from what the record said before.
    let has_valid_time = !change.rulebook.survivorship.valid_from.is_empty();
    let mut keep = connection.prepare_cached(statements::KEEP_SOURCE)?;

    ahead::write_in_order(
        records.len(),
        |scratch, record| encoder.encode(scratch, record),
        |record, encoded| {
            let known_row = known_rows[record].map(|row| &known.rows[row]);
            let (Some(encoded), Some((batch, _))) = (encoded, change.rows[record]) else {
                let row = known_row.ok_or_else(|| crate::StoreError::Inconsistent {
                    detail: format!("record {} has no row and is not known", records.keys[record]),
                })?;
                commit.ids.push(row.id);
                match change.rows[record] {
                    Some(_) => commit.report.sources_unchanged += 1,
                    None => commit.report.sources_absent += 1,
                }
                return Ok(());
            };
            let received_layout = if let Some(layout) = received_layouts[batch as usize] {
                layout
            } else {
                let headers = shapes[batch as usize].headers.iter().map(|header| &**header);
                *received_layouts[batch as usize].insert(layouts::layout(connection, headers)?)
            };
            let canonical_layout = layouts::of_elements(commit)?;
            let Encoded {
                digest,
                received,
                canonical,
                origins,
            } = encoded;
            let run = commit.run;
            if let Some(row) = known_row {
                let id = row.id;
                if has_valid_time {
                    crate::write(&mut keep, (run, id))?;
                }
                crate::write(
                    &mut update,
                    (
                        digest,
                        run,
                        received_layout,
                        canonical_layout,
                        received,
                        canonical,
                        origins,
                        id,
                    ),
                )?;
                commit.ids.push(id);
                commit.report.sources_changed += 1;
                return Ok(());
            }
            let last = match last_id {
                Some(last) => last,
                None => connection
                    .prepare_cached(statements::LAST_SOURCE)?
                    .query_row([], |row| row.get(0))?,
            };
            let id = *last_id.insert(last + 1);
            let system = commit.system_ids[usize::from(records.sources[record])];
            let gid = key::to_key(commit.gid_of(record));
            crate::write(
                &mut add,
                rusqlite::params![
                    id,
                    dictionary.entity.name(),
                    system,
                    &*records.keys[record],
                    digest,
                    gid,
                    run,
                    run,
                    received_layout,
                    canonical_layout,
                    received,
                    canonical,
                    origins
                ],
            )?;
            commit.ids.push(id);
            commit.report.sources_new += 1;
            Ok(())
        },
    )?;
    drop((add, update, keep));
    commit.known_rows = known_rows;
    Ok(())
}

fn shape(commit: &Commit<'_>, batch: &Batch) -> Shape {
    let source = commit.change.rulebook.sources.get(usize::from(batch.source));
    let header = |column: usize| {
        let named = source.and_then(|source| source.headers.get(column)).map(Arc::clone);
        // A column without a header, such as an extra cell of a ragged row, goes by its position.
        named.unwrap_or_else(|| format!("#{}", column + 1).into())
    };
    let headers: Vec<Arc<str>> = (0..batch.received.len()).map(header).collect();
    Shape {
        order: name_order(&headers),
        headers,
    }
}
