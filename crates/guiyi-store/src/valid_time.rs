//! Valid time beside record time: what was believed at a time to hold at a time.
//!
//! Stands beside `history`, which shows what stood; this works it out from the contents of the source records. Where a
//! system delivers from when what a record says is valid (`SurvivorshipPolicy::valid_from`), that is the valid time; all
//! else is valid from when it was recorded.
//!
//! Laws: a content holds from its valid time on, until a later content of the record is valid as well: a correction of the
//! past changes what held then, never what was known before it came. What a record with a valid time belongs to is what is
//! known of it, for all of its past; without one it belongs there since it came. Each record belongs to one golden record
//! at any two times. The policy is that of the rulebook given.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array, StringArray};
use guiyi_core::dictionary::{Dictionary, Element};
use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Column, Origin, Records};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::{self, Ground, Pin};
use rusqlite::OptionalExtension;

use crate::action::day;
use crate::commit::Failure;
use crate::error::StoreError;
use crate::history::{Stay, Version, stays};
use crate::known::{frame, rows};
use crate::pins::{self, Pinned};
use crate::read::GoldenValue;
use crate::retire::was_retired;
use crate::vault::{Keyed, Place};
use crate::{Store, key, statements};

/// A golden record as it was believed at one time to hold at another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its values, in the order of the dictionary; `member` is a position in `contents`.
    pub values: Vec<GoldenValue>,
    /// What its source records said, by system and key.
    pub contents: Vec<Content>,
    /// The pins that held, by element.
    pub pins: Vec<Pinned>,
    /// Records of which earlier contents were not kept, since no source delivered a valid time yet: one of those may have
    /// held, and is not here.
    pub not_kept: Vec<(String, String)>,
}

/// One content of a source record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Name of the system.
    pub system: String,
    /// The source key.
    pub key: String,
    /// How often the record had been written.
    pub version: u64,
    /// From when it is valid, as the system delivered it, `YYYY-MM-DD`; `None`: from when it was recorded.
    pub valid_from: Option<String>,
    /// When it was recorded, UTC.
    pub recorded: String,
    cells: Vec<(Option<String>, Origin)>,
}

impl Store {
    /// What was believed at `known_at` to hold at `as_of`, both `YYYY-MM-DDTHH:MM:SSZ`; `None`: now. The answer is `None`
    /// if the ID had no source record then, since it was not issued yet, was superseded or was retired.
    ///
    /// Without the key to encrypted values these are sealed, see [`GoldenValue::is_sealed`], and with them the values of
    /// elements that survive together with one of theirs; of none of them it is said where it came from, since that depends
    /// on what they are.
    ///
    /// Cost: linear in the contents of the members.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] if the key is missing and the dates that tell what was valid when are encrypted.
    pub fn held(
        &self,
        rulebook: &Rulebook,
        gid: GlobalId,
        as_of: &str,
        known_at: Option<&str>,
    ) -> Result<Option<Held>, StoreError> {
        self.read(|connection| held(connection, rulebook, gid, as_of, known_at))
    }

    /// For each version of a golden record from when each of its members' contents was valid, as far as their systems
    /// deliver it; none of those that are encrypted, if the key is missing.
    pub fn valid_times(
        &self,
        rulebook: &Rulebook,
        gid: GlobalId,
        versions: &[Version],
    ) -> Result<Vec<Vec<Option<String>>>, StoreError> {
        if rulebook.survivorship.valid_from.is_empty() {
            return Ok(versions
                .iter()
                .map(|version| vec![None; version.members.len()])
                .collect());
        }
        self.read(|connection| {
            let reader = Reader::of(connection, rulebook)?;
            let stays = stays(connection, gid)?;
            let ids: BTreeMap<&(String, String), i64> = stays.iter().map(|stay| (&stay.record, stay.id)).collect();
            let valid_time = |run: u64, record: &(String, String)| {
                let Some(&id) = ids.get(record) else { return Ok(None) };
                let known = reader.contents(id, record, run.cast_signed())?;
                Ok(known.into_iter().next().and_then(|content| content.valid_from))
            };
            let of_version = |version: &Version| {
                let members = version.members.iter();
                members.map(|record| valid_time(version.since.run, record)).collect()
            };
            versions.iter().map(of_version).collect()
        })
    }
}

impl Content {
    /// From when it holds.
    fn begins(&self) -> &str {
        self.valid_from.as_deref().unwrap_or(&self.recorded)
    }
}

fn held(
    connection: &Keyed<'_>,
    rulebook: &Rulebook,
    gid: GlobalId,
    as_of: &str,
    known_at: Option<&str>,
) -> Result<Option<Held>, Failure> {
    let locked = Locked::of(connection, rulebook)?;
    let mut run_at = connection.prepare_cached(statements::RUN_AT)?;
    let mut run_at = |utc: &str| run_at.query_row([utc], |row| row.get::<_, i64>(0)).optional();
    let known_at = known_at.unwrap_or("9999");
    let Some(known) = run_at(known_at)? else {
        return Ok(None);
    };
    if was_retired(connection, gid, as_of, known)? {
        return Ok(None);
    }
    // Behind this write stands what is valid from when it was recorded.
    let recorded = run_at(as_of.min(known_at))?.unwrap_or(0);

    let reader = Reader::of(connection, rulebook)?;
    let stays = stays(connection, gid)?;
    let records: BTreeMap<&(String, String), i64> = stays.iter().map(|stay| (&stay.record, stay.id)).collect();
    let (mut contents, mut not_kept) = (Vec::new(), Vec::new());
    for (record, id) in records {
        let is_there = |run: i64| stays.iter().any(|stay: &Stay| stay.id == id && stay.is_at(run));
        if !is_there(known) && !is_there(recorded) {
            continue;
        }
        let mut kept = reader.contents(id, record, known)?;
        match kept.iter().position(|content| content.begins() <= as_of) {
            Some(at) => {
                let content = kept.swap_remove(at);
                if is_there(if content.valid_from.is_some() { known } else { recorded }) {
                    contents.push(content);
                }
            }
            None if kept.last().is_none_or(|first| first.version > 1) => not_kept.push(record.clone()),
            None => {}
        }
    }
    if contents.is_empty() && not_kept.is_empty() {
        return Ok(None);
    }
    let rulebook = reader.by_day(as_of, known)?;
    let pins = pins_at(connection, gid, as_of, known, recorded)?;
    Ok(Some(Held {
        values: survivors(&rulebook, &reader.systems, &contents, &pins, &locked),
        contents,
        pins,
        not_kept,
    }))
}

/// The pins that hold, by element. One without a valid time holds from when it was set until it was taken off.
fn pins_at(
    connection: &Keyed<'_>,
    gid: GlobalId,
    as_of: &str,
    known: i64,
    recorded: i64,
) -> Result<Vec<Pinned>, Failure> {
    let all = rows(connection, statements::PINS_EVER, [key::to_key(gid)], |row| {
        Ok((pins::read(row)?, row.get::<_, i64>(9)?, row.get::<_, Option<i64>>(10)?))
    })?;
    let mut held: BTreeMap<String, Pinned> = BTreeMap::new();
    for (mut pin, since, until) in all {
        let by = if pin.valid_from.is_some() { known } else { recorded };
        if since <= by && until.is_none_or(|until| by < until) && pin.holds_at(as_of) {
            // They come in the order in which they were set.
            pins::open(connection.vault, &mut pin)?;
            held.insert(pin.element.clone(), pin);
        }
    }
    Ok(held.into_values().collect())
}

/// For each element whether its values cannot be told: they are encrypted and the key is missing, or they survive together
/// with such a one.
struct Locked(Vec<bool>);

impl Locked {
    fn of(connection: &Keyed<'_>, rulebook: &Rulebook) -> Result<Self, Failure> {
        let (elements, policy) = (&rulebook.dictionary.elements, &rulebook.survivorship);
        let Err(missing) = connection.vault.check() else {
            return Ok(Self(vec![false; elements.len()]));
        };
        let names: Vec<&str> = elements.iter().map(|element| &*element.name).collect();
        let sealing = connection.vault.to_read(rulebook.dictionary.entity, &names);
        let mut locked: Vec<bool> = (0..names.len()).map(|element| sealing.is_sealed(element)).collect();
        if policy
            .valid_from
            .values()
            .chain(&policy.recency)
            .any(|&date| locked[date])
        {
            return Err(missing.into());
        }
        for group in &policy.groups {
            if group.iter().any(|&element| locked[element]) {
                for &element in group {
                    locked[element] = true;
                }
            }
        }
        Ok(Self(locked))
    }
}

/// Computes the golden record of some contents. Encrypted values that cannot be opened take part as what they are, so that
/// it is seen where there is one.
fn survivors(
    rulebook: &Rulebook,
    systems: &[Arc<str>],
    contents: &[Content],
    pins: &[Pinned],
    locked: &Locked,
) -> Vec<GoldenValue> {
    let source_of = |content: &Content| {
        systems
            .iter()
            .position(|system| **system == *content.system)
            .unwrap_or(0)
    };
    // Records are in the order of their sources, contents in that of the names.
    let mut order: Vec<usize> = (0..contents.len()).collect();
    order.sort_by_key(|&at| (source_of(&contents[at]), &contents[at].key));
    let dictionary = &rulebook.dictionary;
    let column = |element: usize| {
        let cells = order.iter().map(|&at| &contents[at].cells[element]);
        Column {
            values: cells.clone().map(|cell| cell.0.as_deref()).collect(),
            origins: Some(cells.map(|cell| cell.1).collect()),
        }
    };
    let records = Records {
        sources: order.iter().map(|&at| source_of(&contents[at]) as u16).collect(),
        keys: order.iter().map(|&at| contents[at].key.as_str().into()).collect(),
        columns: (0..dictionary.elements.len()).map(column).collect(),
    };
    let mut golden = survive::run(&records, &vec![0; records.len()], rulebook);
    if golden.is_empty() {
        return Vec::new();
    }
    let holding = pins.iter().filter_map(|pinned| {
        Some(Pin {
            golden: 0,
            element: dictionary.position(&pinned.element)?,
            value: pinned.value.as_deref(),
        })
    });
    survive::pin(&mut golden, &holding.collect::<Vec<_>>());
    let value = |(at, (element, column)): (usize, (&Element, &survive::GoldenColumn))| {
        let ground = column.grounds[0];
        let is_sealed = match ground {
            Ground::Nothing => false,
            Ground::Override => pins.iter().any(|pin| *pin.element == *element.name && pin.is_sealed),
            _ => locked.0[at],
        };
        GoldenValue {
            element: element.name.to_string(),
            value: value_of(&column.values).filter(|_| !is_sealed),
            is_sealed,
            member: match ground {
                Ground::Nothing | Ground::Override => None,
                _ => order.get(column.winners[0] as usize).copied().filter(|_| !is_sealed),
            },
            origin: column.origins[0],
            ground,
        }
    };
    let columns = dictionary.elements.iter().zip(&golden.columns);
    columns.enumerate().map(value).collect()
}

fn value_of(values: &StringArray) -> Option<String> {
    values.is_valid(0).then(|| values.value(0).to_owned())
}

/// Reads contents of source records.
struct Reader<'a> {
    connection: &'a Keyed<'a>,
    rulebook: &'a Rulebook,
    names: Vec<&'a str>,
    systems: Vec<Arc<str>>,
    /// By number of a layout the place of each element of the dictionary.
    layouts: BTreeMap<i64, Vec<Option<usize>>>,
}

impl<'a> Reader<'a> {
    fn of(connection: &'a Keyed<'a>, rulebook: &'a Rulebook) -> Result<Self, Failure> {
        let stored = rows(connection, statements::LAYOUTS, [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        let mut layouts = BTreeMap::new();
        for (number, names) in stored {
            let damaged = |_| Failure::Damaged(format!("layout {number}"));
            let names: Vec<String> = serde_json::from_str(&names).map_err(damaged)?;
            layouts.insert(number, places(&rulebook.dictionary, &names));
        }
        Ok(Self {
            connection,
            rulebook,
            names: rulebook
                .dictionary
                .elements
                .iter()
                .map(|element| &*element.name)
                .collect(),
            systems: frame(connection, rulebook)?.0.systems,
            layouts,
        })
    }

    /// The contents of a record that were known behind a write, the latest first. Cells that are encrypted stay so without
    /// the key.
    fn contents(&self, id: i64, (system, key): &(String, String), known: i64) -> Result<Vec<Content>, Failure> {
        let damaged = || Failure::Damaged(format!("source record {id}"));
        let valid_from = self.rulebook.survivorship.valid_from.get(&**system);
        let (entity, vault) = (self.rulebook.dictionary.entity, self.connection.vault);
        let (sealing, is_locked) = (vault.to_read(entity, &self.names), vault.check().is_err());
        let is_shut = |element: usize| is_locked && sealing.is_sealed(element);
        let of_record = Place::Source(entity, system, key);
        let mut statement = self.connection.prepare_cached(statements::SOURCE_CONTENTS)?;
        let mut found = statement.query([id, id, known])?;
        let mut contents = Vec::new();
        while let Some(row) = found.next()? {
            let places = self.layouts.get(&row.get(2)?).ok_or_else(damaged)?;
            let mut texts: Vec<Option<String>> =
                serde_json::from_str(&row.get::<_, String>(3)?).map_err(|_| damaged())?;
            let origins: Option<Vec<u8>> = row.get(4)?;
            let cell = |(element, &place): (usize, &Option<usize>)| {
                let code = place.and_then(|place| origins.as_ref()?.get(place).copied());
                let text = place.and_then(|place| texts.get_mut(place)?.take());
                let text = match text {
                    Some(text) if !is_shut(element) => Some(sealing.open(of_record, element, text)?),
                    other => other,
                };
                Ok((text, code.and_then(Origin::from_code).unwrap_or(Origin::Received)))
            };
            let cells = places
                .iter()
                .enumerate()
                .map(cell)
                .collect::<Result<Vec<_>, Failure>>()?;
            contents.push(Content {
                system: system.clone(),
                key: key.clone(),
                version: row.get::<_, i64>(0)? as u64,
                valid_from: valid_from
                    .filter(|element| !is_shut(**element))
                    .and_then(|&element| cells.get(element)?.0.clone()),
                recorded: row.get(1)?,
                cells,
            });
        }
        Ok(contents)
    }

    /// The rulebook with the day that trust is counted to: that of the last run known, and never behind the time asked for.
    fn by_day(&self, as_of: &str, known: i64) -> rusqlite::Result<Rulebook> {
        let mut rulebook = self.rulebook.clone();
        if !rulebook.survivorship.trust_days.is_empty() {
            let mut last = self.connection.prepare_cached(statements::LAST_FULL_RUN_BY)?;
            let entity = rulebook.dictionary.entity.name();
            let last: Option<String> = last.query_row((entity, known), |row| row.get(0)).optional()?;
            let until = last.as_deref().map_or(as_of, |last| last.min(as_of));
            rulebook.today = day(until).unwrap_or(rulebook.today);
        }
        Ok(rulebook)
    }
}

/// The place of each element of a dictionary in a row with these names.
fn places(dictionary: &Dictionary, names: &[String]) -> Vec<Option<usize>> {
    let place = |element: &Element| names.iter().position(|name| **name == *element.name);
    dictionary.elements.iter().map(place).collect()
}
