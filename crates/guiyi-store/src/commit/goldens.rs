//! Step 4: golden records, with history and change feed.
//!
//! A golden record has a new version if a value, its lineage or a member changed; the version before goes into the
//! history. Its feed line is written with it.

use std::borrow::Cow;

use arrow_array::Array;
use guiyi_core::global_id::GlobalId;
use guiyi_core::survive::{Golden, Ground};
use sha2::{Digest as _, Sha256};

use super::{Commit, Failure, layouts};
use crate::encode::{Cell, Digester, name_order, push_lineage};
use crate::vault::Place;
use crate::{ahead, key, statements, wide};

/// The run's lines of the change feed: writes them, and the digest over them.
pub(super) struct Feed {
    seq: i64,
    covered: Sha256,
}

impl Feed {
    /// SHA-256 over the run's lines, each `seq gid version kind digest` and a line feed.
    pub(super) fn digest(&self) -> [u8; 32] {
        self.covered.clone().finalize().into()
    }

    fn add(
        &mut self,
        commit: &mut Commit<'_>,
        gid: GlobalId,
        version: i64,
        kind: &str,
        digest: &[u8],
    ) -> rusqlite::Result<()> {
        self.seq += 1;
        let key = key::to_key(gid);
        let mut add = commit.connection.prepare_cached(statements::ADD_FEED)?;
        crate::write(&mut add, (self.seq, commit.run, key, version, kind, digest))?;
        self.covered.update(feed_line(self.seq, key, version, kind, digest));
        commit.report.feed_lines += 1;
        Ok(())
    }
}

/// The text of a feed line that the ledger's digest covers.
pub(crate) fn feed_line(seq: i64, key: i64, version: i64, kind: &str, digest: &[u8]) -> String {
    format!("{seq} {key} {version} {kind} {}\n", crate::ledger::hex(digest))
}

pub(super) fn write(commit: &mut Commit<'_>) -> Result<Feed, Failure> {
    let change = commit.change;
    let (known, golden) = (change.known, change.golden);
    let dictionary = &change.rulebook.dictionary;
    let (connection, run) = (commit.connection, commit.run);
    let names: Vec<&str> = dictionary.elements.iter().map(|element| &*element.name).collect();
    let order = name_order(&names);
    let mut layout = None;
    let mut feed = Feed {
        seq: connection
            .prepare_cached(statements::LAST_FEED)?
            .query_row([], |row| row.get(0))?,
        covered: Sha256::new(),
    };
    let mut add = connection.prepare_cached(statements::ADD_GOLDEN)?;
    let mut update = connection.prepare_cached(statements::CHANGE_GOLDEN)?;
    let mut put = connection.prepare_cached(&wide::put(dictionary))?;
    let mut history = History::open(commit)?;

    // In the order of the IDs, so that the trees grow at their ends.
    let mut by_gid: Vec<(GlobalId, usize)> = change.assignment.gids.iter().copied().zip(0..).collect();
    by_gid.sort_unstable();
    let ids = std::mem::take(&mut commit.ids);
    let vault = connection.vault;
    let sealing = vault.to_write(dictionary.entity, &names)?;
    let sealed: Vec<usize> = (0..names.len()).filter(|&element| sealing.is_sealed(element)).collect();
    let value = |number: usize, element: usize| {
        let column = &golden.columns[element].values;
        column.is_valid(number).then(|| column.value(number))
    };
    let encode = |scratch: &mut Scratch, at: usize| {
        let (gid, number) = by_gid[at];
        let Scratch {
            cells,
            members,
            digester,
        } = scratch;
        cells.clear();
        cells.extend(golden.columns.iter().enumerate().map(|(element, column)| {
            let ground = column.grounds[number];
            if ground == Ground::Override {
                return Cell::pinned(known.pin_number(gid, names[element]).unwrap_or(0));
            }
            Cell::of(column.winners[number], column.origins[number], ground, &ids)
        }));
        members.clear();
        members.extend(golden.members_of(number).iter().map(|&member| ids[member as usize]));
        members.sort_unstable();
        cover(golden, number, (&names, &order), cells, members, digester);
        let digest = vault.digest(digester);
        let before = known.goldens.binary_search_by_key(&gid, |golden| golden.0);
        let before = before.ok().map(|at| &known.goldens[at]);
        if before.is_some_and(|before| before.2 == Some(digest)) {
            return None;
        }
        let mut lineage = Vec::with_capacity(cells.len() * 5);
        for &cell in &*cells {
            push_lineage(cell, &mut lineage);
        }
        let place = Place::Golden(dictionary.entity, key::to_key(gid));
        let cell = |&element: &usize| Some(sealing.seal(place, element, value(number, element)?));
        let cells: Vec<Option<Cow<'_, str>>> = sealed.iter().map(cell).collect();
        Some((digest, lineage, cells, before))
    };
    ahead::write_in_order(by_gid.len(), encode, |at, encoded| {
        let (gid, number) = by_gid[at];
        let Some((digest, lineage, cells, before)) = encoded else {
            commit.report.golden_unchanged += 1;
            return Ok(());
        };
        let (version, kind) = match before {
            Some(&(_, version, Some(_))) => {
                history.keep(gid)?;
                commit.report.golden_changed += 1;
                (version + 1, "changed")
            }
            Some(&(_, version, None)) => {
                commit.report.golden_reinstated += 1;
                (version + 1, "reinstated")
            }
            None => {
                commit.report.golden_new += 1;
                (1, "created")
            }
        };
        let key = key::to_key(gid);
        match before {
            None => crate::write(&mut add, (key, dictionary.entity.name(), run, digest))?,
            Some(_) => crate::write(&mut update, (version, run, digest, key))?,
        };
        let layout = match layout {
            Some(layout) => layout,
            None => *layout.insert(layouts::layout(connection, names.iter().copied())?),
        };
        put.raw_bind_parameter(1, key)?;
        put.raw_bind_parameter(2, layout)?;
        put.raw_bind_parameter(3, lineage)?;
        for element in (0..names.len()).filter(|&element| !sealing.is_sealed(element)) {
            put.raw_bind_parameter(4 + element, value(number, element))?;
        }
        for (&element, cell) in sealed.iter().zip(&cells) {
            put.raw_bind_parameter(4 + element, cell.as_deref())?;
        }
        crate::crash_point();
        put.raw_execute()?;
        feed.add(commit, gid, version, kind, &digest)?;
        Ok(())
    })?;
    commit.ids = ids;

    let mut delete = connection.prepare_cached(&wide::delete(dictionary.entity))?;
    for &(loser, _) in &change.assignment.superseded {
        let Ok(at) = known.goldens.binary_search_by_key(&loser, |golden| golden.0) else {
            continue;
        };
        let version = known.goldens[at].1 + 1;
        history.keep(loser)?;
        crate::write(&mut delete, [key::to_key(loser)])?;
        let nothing: &[u8] = &[];
        crate::write(&mut update, (version, run, nothing, key::to_key(loser)))?;
        feed.add(commit, loser, version, "superseded", &[])?;
        commit.report.golden_superseded += 1;
    }
    Ok(feed)
}

/// What is used again from golden record to golden record.
#[derive(Default)]
struct Scratch {
    cells: Vec<Cell>,
    members: Vec<i64>,
    digester: Digester,
}

/// Collects what the digest of a golden record covers: its values with their lineage, and its members.
fn cover(
    golden: &Golden,
    number: usize,
    (names, order): (&[&str], &[usize]),
    cells: &[Cell],
    members: &[i64],
    digester: &mut Digester,
) {
    for &element in order
        .iter()
        .filter(|&&element| cells[element].ground != Ground::Nothing)
    {
        digester.text(names[element]);
        digester.text(golden.columns[element].values.value(number));
        digester.number(cells[element].record);
        digester.byte(cells[element].origin as u8);
        digester.byte(cells[element].ground.code());
    }
    digester.byte(0xff);
    for &id in members {
        digester.number(id);
    }
}

/// Puts versions into the history before they are overwritten.
struct History<'a> {
    run: i64,
    elements: Vec<String>,
    get: rusqlite::CachedStatement<'a>,
    keep: rusqlite::CachedStatement<'a>,
}

impl<'a> History<'a> {
    fn open(commit: &Commit<'a>) -> rusqlite::Result<Self> {
        let entity = commit.change.rulebook.dictionary.entity;
        let elements = wide::elements(commit.connection, entity)?;
        let get = commit.connection.prepare_cached(&wide::get(entity, &elements))?;
        let keep = commit.connection.prepare_cached(statements::ADD_GOLDEN_HISTORY)?;
        Ok(Self {
            run: commit.run,
            elements,
            get,
            keep,
        })
    }

    fn keep(&mut self, gid: GlobalId) -> rusqlite::Result<()> {
        let key = key::to_key(gid);
        let elements = &self.elements;
        let (layout, lineage, values) = self.get.query_row([key], |row| {
            let mut values = serde_json::Map::new();
            for (position, name) in elements.iter().enumerate() {
                if let Some(value) = row.get::<_, Option<String>>(position + 2)? {
                    values.insert(name.clone(), value.into());
                }
            }
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                serde_json::Value::Object(values).to_string(),
            ))
        })?;
        crate::write(&mut self.keep, (self.run, layout, lineage, values, key))?;
        Ok(())
    }
}
