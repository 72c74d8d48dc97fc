//! Whose a steward's edits are when a golden record is parted: pins that were set since the leaving records came.
//!
//! Laws: no edit is lost, each goes on in at least one part; a pin from before the records came stays with its ID, and
//! pins of a reinstated ID wake with it, so that the split of a merge is what was there before the merge; a pin that
//! changes its golden record keeps its author, reason, time and expiry.

use std::collections::BTreeMap;

use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive::{self, NO_RECORD};

use crate::action::{Action, by_day_of_last_run};
use crate::commit::Failure;
use crate::known::Known;
use crate::pins::{Pinned, digest, object, sealed};
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
    // The parts have been one since the later of them came.
    let mut came: BTreeMap<u32, u64> = BTreeMap::new();
    for (&cluster, row) in clusters.iter().zip(&part.rows) {
        let since = came.entry(cluster).or_insert(row.since);
        *since = row.since.min(*since);
    }
    let since = came.into_values().max().unwrap_or(0);
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
            let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_PIN)?;
            crate::write(&mut withdraw, (key::to_key(gid), &pin.element))?;
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

/// Puts a pin onto another golden record, in place of an earlier one there.
fn put(action: &Action<'_>, pin: &Pinned, target: GlobalId) -> Result<(), Failure> {
    let number = key::to_key(target);
    let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_PIN)?;
    crate::write(&mut withdraw, (number, &pin.element))?;
    let mut add = action.connection.prepare_cached(statements::ADD_PIN)?;
    let Pinned {
        element,
        value,
        reason,
        actor,
        utc,
        expires,
        ..
    } = pin;
    let cell = sealed(action, target, element, value.as_deref())?;
    crate::write(&mut add, (number, element, cell, reason, actor, utc, expires))?;
    let digest = digest(action, value.as_deref());
    let from = object(pin.gid, element);
    action.note("pin", &object(target, element), Some(&from), Some(&digest))?;
    Ok(())
}
