//! Whose a steward's edits are when a golden record is parted: pins that were set since the leaving records came, and
//! aliases.
//!
//! Laws: no edit is lost, each goes on in at least one part; a pin from before the records came stays with its ID, and
//! pins of a reinstated ID wake with it, so that the split of a merge is what was there before the merge; a pin that
//! changes its golden record keeps its author, reason, time and expiry. An alias follows the record that it came with; of
//! one that came with none the same holds as of pins, but that it is never in two parts.

use std::collections::BTreeMap;

use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::{self, NO_RECORD};

use crate::action::{Action, by_day_of_last_run};
use crate::commit::Failure;
use crate::effect::MovedCode;
use crate::known::{Known, rows};
use crate::pins::{self, Pinned, object};
use crate::{key, statements};

/// Where pins go that were set after the leaving records came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Edits {
    /// With the record whose value they stand over; with the ID where no record has a value.
    Record,
    /// They stay with the ID that they were set on, at the root of the merge.
    #[default]
    Tree,
    /// Down to every part.
    Cascade,
}

impl Edits {
    /// The stable name used in commands and stored requests.
    pub fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Tree => "tree",
            Self::Cascade => "cascade",
        }
    }

    /// The choice with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Record, Self::Tree, Self::Cascade];
        all.into_iter().find(|edits| edits.name() == name)
    }
}

/// A pin that a split assigned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssignedPin {
    /// Name of the element.
    pub element: String,
    /// Its value; `None`: no value shall stand there.
    pub value: Option<String>,
    /// The golden records that have it now.
    pub to: Vec<GlobalId>,
}

/// The part that leaves and the part that stays, two clusters.
pub(crate) struct Parts<'a> {
    /// All records of the golden record, and what is known of it.
    pub(crate) part: &'a Known,
    /// For each record its number of cluster.
    pub(crate) clusters: &'a [u32],
    /// The IDs of the clusters.
    pub(crate) gids: &'a [GlobalId],
}

/// Assigns the pins that were set on a golden record since its parts have been one. To be done before the parts are
/// computed anew.
pub(crate) fn assign(
    action: &Action<'_>,
    rulebook: &Rulebook,
    gid: GlobalId,
    edits: Edits,
    parts: &Parts<'_>,
) -> Result<Vec<AssignedPin>, Failure> {
    let Parts { part, clusters, gids } = *parts;
    let since = joined(parts);
    let mut later = Vec::new();
    for pin in part.pins.iter().filter(|pin| pin.gid == gid) {
        let mut set = action.connection.prepare_cached(statements::PIN_SET_AFTER)?;
        if set.exists((since.cast_signed(), object(gid, &pin.element)))? {
            later.push(pin);
        }
    }
    if later.is_empty() {
        return Ok(Vec::new());
    }
    let rulebook = &*by_day_of_last_run(action.connection, rulebook)?;
    let whole = survive::run(&part.absent, &vec![0; clusters.len()], rulebook);
    let mut assigned = Vec::new();
    for pin in later {
        let winner = rulebook
            .dictionary
            .position(&pin.element)
            .map_or(NO_RECORD, |element| whole.columns[element].winners[0]);
        let of_record = clusters
            .get(winner as usize)
            .map_or(gid, |&cluster| gids[cluster as usize]);
        let to = match edits {
            Edits::Record => vec![of_record],
            Edits::Tree => vec![gid],
            Edits::Cascade => gids.to_vec(),
        };
        for &target in to.iter().filter(|&&target| target != gid) {
            put(action, pin, target)?;
        }
        if !to.contains(&gid) {
            pins::withdraw(action, gid, &pin.element)?;
            action.note("unpin", &object(gid, &pin.element), None, None)?;
        }
        assigned.push(AssignedPin {
            element: pin.element.clone(),
            value: pin.value.clone(),
            to,
        });
    }
    Ok(assigned)
}

/// Since which write the parts have been one: that with which the later of them came.
fn joined(parts: &Parts<'_>) -> u64 {
    let mut came: BTreeMap<u32, u64> = BTreeMap::new();
    for (&cluster, row) in parts.clusters.iter().zip(&parts.part.rows) {
        let since = came.entry(cluster).or_insert(row.since);
        *since = row.since.min(*since);
    }
    came.into_values().max().unwrap_or(0)
}

/// Gives each alias of a golden record to the part that it belongs to, and says which of them lead elsewhere now.
pub(crate) fn move_aliases(
    action: &Action<'_>,
    gid: GlobalId,
    edits: Edits,
    parts: &Parts<'_>,
) -> Result<Vec<MovedCode>, Failure> {
    let Parts { part, clusters, gids } = *parts;
    let part_of = |at: usize| gids[clusters[at] as usize];
    // The part of the records for which something is true, if it is one.
    let only_part = |is_it: &dyn Fn(usize) -> bool| {
        let mut found = (0..part.rows.len()).filter(|&at| is_it(at)).map(part_of);
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    };
    let since = joined(parts);
    let aliases = rows(action.connection, statements::ALIASES_OF, [key::to_key(gid)], |row| {
        Ok(Alias {
            system: row.get(0)?,
            system_name: row.get(1)?,
            code: row.get(2)?,
            record: row.get(3)?,
            since: row.get(4)?,
        })
    })?;
    let mut moved = Vec::new();
    for alias in aliases {
        let target = match alias.record {
            Some(record) => only_part(&|at| part.rows[at].id == record),
            None if edits == Edits::Record && alias.since > since.cast_signed() => {
                only_part(&|at| *part.systems[usize::from(part.rows[at].source)] == *alias.system_name)
            }
            None => None,
        };
        let Some(to) = target.filter(|to| *to != gid) else {
            continue;
        };
        let (entity, utc) = (action.entity.name(), action.by.utc);
        let Alias {
            system,
            system_name,
            code,
            ..
        } = alias;
        let mut end = action.connection.prepare_cached(statements::END_ALIAS)?;
        crate::write(&mut end, (action.run, utc, entity, system, &code))?;
        let mut go = action.connection.prepare_cached(statements::MOVE_ALIAS)?;
        crate::write(&mut go, (key::to_key(to), action.run, utc, entity, system, &code))?;
        action.note(
            "alias",
            &format!("{system_name}/{code}"),
            Some(gid.as_str()),
            Some(to.as_str()),
        )?;
        moved.push(MovedCode {
            system: system_name,
            key: code,
            from: gid,
            to,
        });
    }
    Ok(moved)
}

/// An alias of a golden record.
struct Alias {
    system: i64,
    system_name: String,
    code: String,
    /// The number of the source record that it came with.
    record: Option<i64>,
    /// The write with which it came.
    since: i64,
}

/// Puts a pin onto another golden record, in place of an earlier one there.
fn put(action: &Action<'_>, pin: &Pinned, target: GlobalId) -> Result<(), Failure> {
    pins::withdraw(action, target, &pin.element)?;
    let mut add = action.connection.prepare_cached(statements::ADD_PIN)?;
    let Pinned {
        element,
        value,
        reason,
        actor,
        utc,
        expires,
        valid_from,
        ..
    } = pin;
    let (number, run) = (key::to_key(target), action.run);
    let cell = pins::sealed(action, target, element, value.as_deref())?;
    crate::write(
        &mut add,
        rusqlite::params![number, element, cell, reason, actor, utc, expires, valid_from, run],
    )?;
    let (value, from, expires) = (value.as_deref(), valid_from.as_deref(), expires.as_deref());
    let digest = pins::digest(action.connection.vault, value, from, expires);
    let from = object(pin.gid, element);
    action.note("pin", &object(target, element), Some(&from), Some(&digest))?;
    Ok(())
}
