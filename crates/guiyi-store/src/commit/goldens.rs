//! Step 4: golden records, with history and change feed.
//!
//! A golden record has a new version if a value, its lineage or a member changed; the version before goes into the
//! history. Its feed line is written with it. One that is retired ends, and is not written while it is.

use std::borrow::Cow;

use arrow_array::Array;
use guiyi_core::global_id::GlobalId;
use guiyi_core::survive::{Golden, Ground};
use rusqlite::CachedStatement;
use sha2::{Digest as _, Sha256};

use super::{Commit, Failure, layouts};
use crate::encode::{Cell, Digester, name_order, push_json_text, push_lineage};
use crate::ledger::push_hex;
use crate::vault::Place;
use crate::{ahead, key, statements, wide};

/// The run's lines of the change feed: writes them, and the digest over them.
pub(super) struct Feed<'a> {
    add: CachedStatement<'a>,
    run: i64,
    seq: i64,
    /// A line as the digest covers it.
    line: String,
    covered: Sha256,
}

impl<'a> Feed<'a> {
    fn open(commit: &Commit<'a>) -> rusqlite::Result<Self> {
        let mut last = commit.connection.prepare_cached(statements::LAST_FEED)?;
        Ok(Self {
            add: commit.connection.prepare_cached(statements::ADD_FEED)?,
            run: commit.run,
            seq: last.query_row([], |row| row.get(0))?,
            line: String::new(),
            covered: Sha256::new(),
        })
    }

    /// SHA-256 over the run's lines, see [`feed_line`].
    pub(super) fn digest(&self) -> [u8; 32] {
        self.covered.clone().finalize().into()
    }

    fn add(&mut self, gid: GlobalId, version: i64, kind: &str, digest: &[u8]) -> rusqlite::Result<()> {
        self.seq += 1;
        let key = key::to_key(gid);
        crate::write(&mut self.add, (self.seq, self.run, key, version, kind, digest))?;
        self.line.clear();
        feed_line(self.seq, key, version, kind, digest, &mut self.line);
        self.covered.update(&self.line);
        Ok(())
    }
}

/// Appends a feed line as the ledger's digest covers it: `seq gid version kind digest` and a line feed.
pub(crate) fn feed_line(seq: i64, key: i64, version: i64, kind: &str, digest: &[u8], out: &mut String) {
    use std::fmt::Write as _;
    write!(out, "{seq} {key} {version} {kind} ").expect("writing to a string cannot fail");
    push_hex(digest, out);
    out.push('\n');
}

/// `put`: the statement that writes a row of the wide table.
pub(super) fn write<'a>(commit: &mut Commit<'a>, mut put: CachedStatement<'_>) -> Result<Feed<'a>, Failure> {
    let change = commit.change;
    let (known, golden) = (change.known, change.golden);
    let dictionary = &change.rulebook.dictionary;
    let (connection, run) = (commit.connection, commit.run);
    let names: Vec<&str> = dictionary.elements.iter().map(|element| &*element.name).collect();
    let order = name_order(&names);
    let mut feed = Feed::open(commit)?;
    let mut add = connection.prepare_cached(statements::ADD_GOLDEN)?;
    let mut update = connection.prepare_cached(statements::CHANGE_GOLDEN)?;
    let mut history = History::open(commit)?;

    // In the order of the IDs, so that the trees grow at their ends.
    let retired = known.retired();
    let gids = change.assignment.gids.iter().copied().zip(0..);
    let mut by_gid: Vec<(GlobalId, usize)> = gids.filter(|(gid, _)| !retired.contains(gid)).collect();
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
        put.raw_bind_parameter(1, key)?;
        put.raw_bind_parameter(2, layouts::of_elements(commit)?)?;
        put.raw_bind_parameter(3, lineage)?;
        for element in (0..names.len()).filter(|&element| !sealing.is_sealed(element)) {
            put.raw_bind_parameter(4 + element, value(number, element))?;
        }
        for (&element, cell) in sealed.iter().zip(&cells) {
            put.raw_bind_parameter(4 + element, cell.as_deref())?;
        }
        crate::crash_point();
        put.raw_execute()?;
        feed.add(gid, version, kind, &digest)?;
        commit.report.feed_lines += 1;
        Ok(())
    })?;
    commit.ids = ids;

    let mut delete = connection.prepare_cached(&wide::delete(dictionary.entity))?;
    let superseded = change
        .assignment
        .superseded
        .iter()
        .map(|&(loser, _)| (loser, "superseded"));
    for (gid, kind) in superseded.chain(retired.into_iter().map(|gid| (gid, "retired"))) {
        let at = known.goldens.binary_search_by_key(&gid, |golden| golden.0);
        let Some(&(_, version, Some(_))) = at.ok().map(|at| &known.goldens[at]) else {
            continue;
        };
        history.keep(gid)?;
        crate::write(&mut delete, [key::to_key(gid)])?;
        let nothing: &[u8] = &[];
        crate::write(&mut update, (version + 1, run, nothing, key::to_key(gid)))?;
        feed.add(gid, version + 1, kind, &[])?;
        commit.report.feed_lines += 1;
        commit.report.golden_superseded += u64::from(kind == "superseded");
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
        let value = golden.columns[element].values.value(number);
        digester.golden_value(names[element], Some(value), cells[element]);
    }
    digester.members(members);
}

/// Puts versions into the history before they are overwritten.
struct History<'a> {
    run: i64,
    get: CachedStatement<'a>,
    keep: CachedStatement<'a>,
    /// The columns of `get` that hold elements, in the order of their names; empty before the first row.
    elements: Vec<usize>,
    /// The values of a version, as JSON.
    values: String,
}

impl<'a> History<'a> {
    fn open(commit: &Commit<'a>) -> rusqlite::Result<Self> {
        let entity = commit.change.rulebook.dictionary.entity;
        Ok(Self {
            run: commit.run,
            get: commit.connection.prepare_cached(&wide::row_with_head(entity))?,
            keep: commit.connection.prepare_cached(statements::ADD_GOLDEN_HISTORY)?,
            elements: Vec::new(),
            values: String::with_capacity(1024),
        })
    }

    fn keep(&mut self, gid: GlobalId) -> rusqlite::Result<()> {
        let key = key::to_key(gid);
        let mut rows = self.get.query([key])?;
        let row = rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        if self.elements.is_empty() {
            // Not before there is a row: a statement of the cache may be older than the table is now.
            self.elements = name_order(&row.as_ref().column_names().collect::<Vec<_>>());
            self.elements.retain(|&column| column >= 5);
        }
        let values = &mut self.values;
        values.clear();
        for &column in &self.elements {
            if let Some(value) = row.get_ref(column)?.as_str_or_null()? {
                values.push(if values.is_empty() { '{' } else { ',' });
                push_json_text(row.as_ref().column_name(column)?, values);
                values.push(':');
                push_json_text(value, values);
            }
        }
        values.push_str(if values.is_empty() { "{}" } else { "}" });
        let (version, run): (i64, i64) = (row.get(0)?, row.get(1)?);
        let (layout, lineage) = (row.get::<_, i64>(3)?, row.get_ref(4)?.as_blob()?);
        crate::write(&mut self.keep, (key, version, run, self.run, layout, lineage, &*values))?;
        Ok(())
    }
}
