//! What the store knows before a run: loaded once, so that matching sees the records that this run's sources leave out,
//! identity finds the IDs of before, and the commit writes differences only.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use guiyi_core::crosswalk::{History, IdFacts, IdState, Mint, Stay};
use guiyi_core::dictionary::{Dictionary, Element, EntityType};
use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Column, Origin, Records};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::Pin;
use rusqlite::{Connection, OptionalExtension};

use crate::commit::Failure;
use crate::encode::Digest;
use crate::error::StoreError;
use crate::pins::{self, Pinned};
use crate::vault::{Keyed, Place};
use crate::{key, statements};

/// The issuer of the central store.
const CENTRAL: u16 = 0;

/// What the store knows of one entity type.
#[derive(Debug, Clone)]
pub struct Known {
    /// Records of earlier runs that `present` leaves out, ordered like [`Records`], with their last good values.
    ///
    /// Their sources are positions in `systems`. They are to be matched and clustered with the others.
    pub absent: Records,
    /// Names of the systems by source number: the rulebook's, then those that only the store knows, by name.
    pub systems: Vec<Arc<str>>,
    /// Decisions of stewards that hold, and what relations say: that two golden records are two.
    pub decisions: Vec<Decision>,
    /// Values that stewards pinned, also those that have expired, ordered by ID and element.
    pub pins: Vec<Pinned>,
    /// All issued IDs, ordered by ID.
    pub facts: Vec<IdFacts>,
    /// Where new IDs come from.
    pub mint: Mint,
    /// Number of the last run.
    pub(crate) last_run: u64,
    /// For each of `systems` its number in the store; `None`: the store does not have it.
    pub(crate) system_ids: Vec<Option<i64>>,
    /// For each source number the smallest with the same system.
    pub(crate) system_of: Vec<u16>,
    /// Known records, ordered by (source number, source key).
    pub(crate) rows: Vec<KnownRow>,
    /// Earlier stays: position in `rows`, ID, run.
    former: Vec<(usize, GlobalId, u64)>,
    /// Version and digest of each golden record, ordered by ID.
    pub(crate) goldens: Vec<(GlobalId, i64, Option<Digest>)>,
}

/// A record that the store knows.
#[derive(Debug, Clone)]
pub(crate) struct KnownRow {
    pub(crate) source: u16,
    pub(crate) key: Box<str>,
    pub(crate) id: i64,
    pub(crate) digest: Digest,
    pub(crate) gid: GlobalId,
    pub(crate) since: u64,
}

/// What a steward decided about a pair of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// One record: system and source key.
    pub a: (String, String),
    /// The other.
    pub b: (String, String),
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// Who.
    pub actor: String,
    /// When.
    pub utc: String,
}

impl std::fmt::Display for Decision {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            a,
            b,
            actor,
            utc,
            reason,
            ..
        } = self;
        let sign = match self.verdict {
            Verdict::Match => "=",
            Verdict::NotMatch => "≠",
            Verdict::Unsure => "?",
        };
        write!(
            formatter,
            "{}/{} {sign} {}/{}: {actor}, {utc}: {reason}",
            a.0, a.1, b.0, b.1
        )
    }
}

/// A steward's verdict on a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The same thing.
    Match,
    /// Two things.
    NotMatch,
    /// Looked at and left open.
    Unsure,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 3] = [Self::Match, Self::NotMatch, Self::Unsure];

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::NotMatch => "not_match",
            Self::Unsure => "unsure",
        }
    }

    /// The verdict with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }
}

/// The memberships of a run's records before the run.
#[derive(Debug, Clone)]
pub struct Memberships {
    /// For each record its ID and the run since which it has it.
    pub current: Vec<Option<(GlobalId, u64)>>,
    /// Earlier stays.
    pub former: Vec<Stay>,
}

impl Memberships {
    /// What [`guiyi_core::crosswalk::assign`] goes by.
    pub fn history<'a>(&'a self, known: &'a Known) -> History<'a> {
        History {
            current: &self.current,
            former: &self.former,
            facts: &known.facts,
        }
    }
}

impl Known {
    /// The memberships of the records of a run, present and absent ones together.
    pub fn memberships(&self, records: &Records) -> Memberships {
        let mut record_of = vec![None; self.rows.len()];
        let mut current = vec![None; records.len()];
        let mut finder = self.finder();
        for (record, current) in current.iter_mut().enumerate() {
            if let Some(row) = finder.find(records.sources[record], &records.keys[record]) {
                *current = Some((self.rows[row].gid, self.rows[row].since));
                record_of[row] = Some(record as u32);
            }
        }
        let former = self.former.iter().filter_map(|&(row, gid, since)| {
            Some(Stay {
                record: record_of[row]?,
                gid,
                since,
            })
        });
        Memberships {
            current,
            former: former.collect(),
        }
    }

    /// The pins that hold at `now_utc`, for golden records with these IDs and the elements of this dictionary.
    pub fn pins_of<'a>(&'a self, gids: &[GlobalId], dictionary: &Dictionary, now_utc: &str) -> Vec<Pin<'a>> {
        self.pins_where(gids, dictionary, |pinned| pinned.holds_at(now_utc))
    }

    /// The pins of which `holds` is true.
    pub(crate) fn pins_where<'a>(
        &'a self,
        gids: &[GlobalId],
        dictionary: &Dictionary,
        holds: impl Fn(&Pinned) -> bool,
    ) -> Vec<Pin<'a>> {
        if self.pins.is_empty() {
            return Vec::new();
        }
        let numbers: BTreeMap<GlobalId, usize> = gids.iter().copied().zip(0..).collect();
        let pins = self.pins.iter().filter(|pinned| holds(pinned));
        pins.filter_map(|pinned| {
            Some(Pin {
                golden: *numbers.get(&pinned.gid)?,
                element: dictionary.position(&pinned.element)?,
                value: pinned.value.as_deref(),
            })
        })
        .collect()
    }

    /// The IDs of retired golden records.
    pub fn retired(&self) -> BTreeSet<GlobalId> {
        let retired = self.facts.iter().filter(|fact| fact.state == IdState::Retired);
        retired.map(|fact| fact.gid).collect()
    }

    /// The number in the store of the pin on an element of a golden record.
    pub(crate) fn pin_number(&self, gid: GlobalId, element: &str) -> Option<i64> {
        let at = self
            .pins
            .binary_search_by(|pinned| (pinned.gid, &*pinned.element).cmp(&(gid, element)));
        at.ok().map(|at| self.pins[at].number)
    }

    /// The IDs of the known records, in their order.
    pub(crate) fn gids(&self) -> impl Iterator<Item = GlobalId> {
        self.rows.iter().map(|row| row.gid)
    }

    /// Finds records one after the other, at once where they come in the order of `rows`.
    pub(crate) fn finder(&self) -> Finder<'_> {
        Finder { known: self, next: 0 }
    }

    /// Position in `rows` of a record.
    pub(crate) fn row_of(&self, source: u16, key: &str) -> Option<usize> {
        let source = *self.system_of.get(usize::from(source))?;
        self.rows
            .binary_search_by(|row| (row.source, &*row.key).cmp(&(source, key)))
            .ok()
    }
}

/// Finds records one after the other.
pub(crate) struct Finder<'a> {
    known: &'a Known,
    /// Where the next one is expected.
    next: usize,
}

impl Finder<'_> {
    /// Position in [`Known`]'s rows of a record.
    pub(crate) fn find(&mut self, source: u16, key: &str) -> Option<usize> {
        let system = *self.known.system_of.get(usize::from(source))?;
        let is_it = |row: &KnownRow| row.source == system && *row.key == *key;
        let found = match self.known.rows.get(self.next) {
            Some(row) if is_it(row) => self.next,
            _ => self.known.row_of(source, key)?,
        };
        self.next = found + 1;
        Some(found)
    }
}

/// Loads what is known. `present`: the admitted records of this run.
pub(crate) fn load(connection: &Keyed<'_>, rulebook: &Rulebook, present: &Records) -> Result<Known, LoadError> {
    connection.vault.check()?;
    let entity = rulebook.dictionary.entity;
    let (mut known, source_of) = frame(connection, rulebook)?;
    known.decisions = load_decisions(connection, entity)?;
    known.pins = pins::load(connection, entity)?;
    known.rows = load_rows(connection, statements::SOURCE_HEADS, [entity.name()], &source_of)?;
    // Systems are in order each; merging them is quick.
    known.rows.sort_by(|a, b| (a.source, &a.key).cmp(&(b.source, &b.key)));
    let (low, high) = key::range(entity);
    known.facts = rows(connection, statements::IDS, [low, high], read_facts)?;
    known.goldens = rows(connection, statements::GOLDENS, [low, high], read_head)?;
    known.former = rows(connection, statements::FORMER_CODES, [entity.name()], |row| {
        let source = source_of.get(&row.get(0)?).copied().unwrap_or(u16::MAX);
        let position = known.row_of(source, row.get_ref(1)?.as_str()?);
        Ok(position.map(|position| Ok((position, read_gid(row, 2)?, row.get::<_, i64>(3)? as u64))))
    })?
    .into_iter()
    .flatten()
    .collect::<Result<_, rusqlite::Error>>()?;
    known.absent = load_absent(connection, rulebook, &known, present)?;
    Ok(known)
}

/// What does not depend on records: systems and the mint; and the source number of each stored system.
pub(crate) fn frame(connection: &Connection, rulebook: &Rulebook) -> Result<(Known, BTreeMap<i64, u16>), LoadError> {
    let entity = rulebook.dictionary.entity;
    let last_run = connection
        .prepare_cached(statements::LAST_RUN)?
        .query_row([], |row| row.get::<_, i64>(0))? as u64;
    let stored: Vec<(i64, Arc<str>)> = rows(connection, statements::SYSTEMS, [], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?.into()))
    })?;
    let mut systems: Vec<Arc<str>> = rulebook
        .sources
        .iter()
        .map(|source| Arc::clone(&source.system))
        .collect();
    let mut others: Vec<Arc<str>> = stored
        .iter()
        .map(|(_, name)| name)
        .filter(|name| !systems.contains(name))
        .cloned()
        .collect();
    others.sort_unstable();
    systems.append(&mut others);
    let first = |name: &Arc<str>| systems.iter().position(|system| system == name).unwrap_or(0) as u16;
    let system_of: Vec<u16> = systems.iter().map(first).collect();
    let source_of: BTreeMap<i64, u16> = stored.iter().map(|(id, name)| (*id, first(name))).collect();
    let stored_id = |system: &Arc<str>| stored.iter().find(|(_, name)| name == system).map(|(id, _)| *id);
    let system_ids = systems.iter().map(stored_id).collect();
    let known = Known {
        absent: Records::default(),
        systems,
        system_ids,
        decisions: Vec::new(),
        pins: Vec::new(),
        facts: Vec::new(),
        mint: Mint {
            entity,
            issuer: CENTRAL,
            next_serial: next_serial(connection, entity)?,
        },
        last_run,
        system_of,
        rows: Vec::new(),
        former: Vec::new(),
        goldens: Vec::new(),
    };
    Ok((known, source_of))
}

mod part;
pub(crate) use part::{load_golden, load_part};

/// A failure of the database, or content that no run has written.
#[derive(Debug)]
pub(crate) enum LoadError {
    Database(rusqlite::Error),
    Damaged(String),
    Store(StoreError),
}

impl LoadError {
    pub(crate) fn at(self, path: &std::path::Path) -> StoreError {
        match self {
            Self::Database(error) => StoreError::of(error, path),
            Self::Damaged(detail) => StoreError::Damaged {
                path: path.to_path_buf(),
                detail,
            },
            Self::Store(error) => error,
        }
    }
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Failure> for LoadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Database(error) => Self::Database(error),
            Failure::Damaged(detail) => Self::Damaged(detail),
            Failure::Store(error) => Self::Store(error),
        }
    }
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

pub(crate) fn rows<T>(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    read: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// Reads an ID's key.
pub(crate) fn read_gid(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<GlobalId> {
    let number = row.get(column)?;
    key::from_key(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn read_facts(row: &rusqlite::Row<'_>) -> rusqlite::Result<IdFacts> {
    let state = match row.get_ref(4)?.as_str()? {
        "superseded" => IdState::Superseded {
            by: read_gid(row, 5)?,
            at: row.get::<_, i64>(6)? as u64,
            into: read_gid(row, 7)?,
        },
        "retired" => IdState::Retired,
        _ => IdState::Active,
    };
    Ok(IdFacts {
        gid: read_gid(row, 0)?,
        issued: row.get::<_, i64>(1)? as u64,
        confirmed: row.get::<_, i64>(2)? != 0,
        systems: row.get(3)?,
        state,
    })
}

/// Reads the ID, version and digest of a golden record; the digest is `None` while it is not active.
fn read_head(row: &rusqlite::Row<'_>) -> rusqlite::Result<(GlobalId, i64, Option<Digest>)> {
    Ok((
        read_gid(row, 0)?,
        row.get(1)?,
        row.get_ref(2)?.as_blob()?.try_into().ok(),
    ))
}

fn load_rows(
    connection: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
    source_of: &BTreeMap<i64, u16>,
) -> rusqlite::Result<Vec<KnownRow>> {
    rows(connection, sql, params, |row| {
        Ok(KnownRow {
            id: row.get(0)?,
            source: source_of.get(&row.get(1)?).copied().unwrap_or(u16::MAX),
            key: row.get_ref(2)?.as_str()?.into(),
            digest: row.get(3)?,
            gid: read_gid(row, 5)?,
            since: row.get::<_, i64>(6)? as u64,
        })
    })
}

fn next_serial(connection: &Connection, entity: EntityType) -> rusqlite::Result<u32> {
    let stored = connection
        .prepare_cached(statements::NEXT_SERIAL)?
        .query_row((entity.name(), CENTRAL), |row| row.get(0))
        .optional()?;
    Ok(stored.unwrap_or(1))
}

pub(crate) fn load_decisions(connection: &Connection, entity: EntityType) -> rusqlite::Result<Vec<Decision>> {
    rows(connection, statements::DECISIONS, [entity.name()], |row| {
        Ok(Decision {
            a: (row.get(0)?, row.get(1)?),
            b: (row.get(2)?, row.get(3)?),
            verdict: Verdict::from_name(row.get_ref(4)?.as_str()?).unwrap_or(Verdict::Unsure),
            reason: row.get(5)?,
            actor: row.get(6)?,
            utc: row.get(7)?,
        })
    })
}

/// For each element its position in a layout.
fn read_layout(connection: &Connection, layout: i64, elements: &[Element]) -> Result<Vec<Option<usize>>, LoadError> {
    let columns: Option<String> = connection
        .prepare_cached(statements::LAYOUT)?
        .query_row([layout], |row| row.get(0))
        .optional()?;
    let names: Vec<String> = serde_json::from_str(columns.as_deref().unwrap_or_default())
        .map_err(|error| LoadError::Damaged(format!("layout {layout}: {error}")))?;
    let position = |element: &Element| names.iter().position(|name| *name == *element.name);
    Ok(elements.iter().map(position).collect())
}

/// The known records that are not present, with the values of the elements that the dictionary has now.
fn load_absent(
    connection: &Keyed<'_>,
    rulebook: &Rulebook,
    known: &Known,
    present: &Records,
) -> Result<Records, LoadError> {
    let mut is_present = vec![false; known.rows.len()];
    let mut finder = known.finder();
    for (&source, key) in present.sources.iter().zip(&present.keys) {
        if let Some(row) = finder.find(source, key) {
            is_present[row] = true;
        }
    }
    let elements = &rulebook.dictionary.elements;
    if is_present.iter().all(|is_present| *is_present) {
        return Ok(Records {
            columns: vec![Column::empty(0); elements.len()],
            ..Records::default()
        });
    }
    let entity = rulebook.dictionary.entity;
    let names: Vec<&str> = elements.iter().map(|element| &*element.name).collect();
    let sealing = connection.vault.to_read(entity, &names);
    let mut layouts: BTreeMap<i64, Vec<Option<usize>>> = BTreeMap::new();
    let mut absent = Records::default();
    let n_absent = is_present.iter().filter(|is_present| !**is_present).count();
    let builder = |_| StringBuilder::with_capacity(n_absent, 0);
    let mut values: Vec<StringBuilder> = elements.iter().map(builder).collect();
    let mut origins: Vec<Vec<Origin>> = elements.iter().map(|_| Vec::with_capacity(n_absent)).collect();
    let mut statement = connection.prepare_cached(statements::SOURCE_CANONICAL)?;
    for row in known
        .rows
        .iter()
        .zip(&is_present)
        .filter(|(_, is_present)| !**is_present)
        .map(|(row, _)| row)
    {
        let (layout, text, codes): (i64, String, Option<Vec<u8>>) =
            statement.query_row([row.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        let damaged = || LoadError::Damaged(format!("source record {}", row.id));
        let mut cells: Vec<Option<String>> = serde_json::from_str(&text).map_err(|_| damaged())?;
        let positions = match layouts.entry(layout) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(read_layout(connection, layout, elements)?),
        };
        let place = Place::Source(entity, &known.systems[usize::from(row.source)], &row.key);
        for (element, position) in positions.iter().enumerate() {
            let cell = position.and_then(|position| cells.get_mut(position)?.take());
            let cell = cell.map(|cell| sealing.open(place, element, cell)).transpose()?;
            values[element].append_option(cell);
            let code = position.and_then(|position| codes.as_ref()?.get(position).copied());
            origins[element].push(code.and_then(Origin::from_code).unwrap_or(Origin::Received));
        }
        absent.sources.push(row.source);
        absent.keys.push(row.key.clone());
    }
    absent.columns = values
        .into_iter()
        .zip(origins)
        .map(|(mut values, origins)| {
            let is_received = origins.iter().all(|&origin| origin == Origin::Received);
            Column {
                values: values.finish(),
                origins: (!is_received).then(|| origins.into()),
            }
        })
        .collect();
    Ok(absent)
}
