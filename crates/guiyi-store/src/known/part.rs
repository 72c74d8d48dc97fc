//! What the store knows of a few golden records: enough to compute them anew, as a run would.

use std::collections::BTreeSet;

use guiyi_core::global_id::GlobalId;
use guiyi_core::record::Records;
use guiyi_core::rulebook::Rulebook;
use rusqlite::OptionalExtension;

use super::{Known, LoadError, frame, load_absent, load_decisions, load_rows, read_facts, read_gid, read_head, rows};
use crate::vault::Keyed;
use crate::{key, pins, statements};

/// Loads golden records with all their members, which are in [`Known::absent`], and the facts of every ID that the
/// members had or that these golden records stand for.
///
/// Cost: linear in the number of members.
pub(crate) fn load_part(connection: &Keyed<'_>, rulebook: &Rulebook, gids: &[GlobalId]) -> Result<Known, LoadError> {
    let entity = rulebook.dictionary.entity;
    let mut known = load_members(connection, rulebook, gids, None)?;
    known.decisions = load_decisions(connection, entity)?;
    known.pins = pins::load(connection, entity)?;
    Ok(known)
}

/// Loads one golden record, or none, as far as a record put into it asks: without decisions, with its own pins only, and
/// in [`Known::absent`] all members but the record itself, given by source and key.
///
/// Cost: linear in the number of members.
pub(crate) fn load_golden(
    connection: &Keyed<'_>,
    rulebook: &Rulebook,
    gid: Option<GlobalId>,
    put: (u16, &str),
) -> Result<Known, LoadError> {
    let mut known = load_members(connection, rulebook, gid.as_slice(), Some(put))?;
    if let Some(gid) = gid {
        known.pins = pins::of(connection, gid)?;
    }
    Ok(known)
}

fn load_members(
    connection: &Keyed<'_>,
    rulebook: &Rulebook,
    gids: &[GlobalId],
    present: Option<(u16, &str)>,
) -> Result<Known, LoadError> {
    connection.vault.check()?;
    let entity = rulebook.dictionary.entity;
    let (mut known, source_of) = frame(connection, rulebook)?;
    for &gid in gids {
        let members = load_rows(connection, statements::SOURCE_HEADS_OF, [key::to_key(gid)], &source_of)?;
        known.rows.extend(members);
    }
    known
        .rows
        .sort_unstable_by(|a, b| (a.source, &a.key).cmp(&(b.source, &b.key)));

    let mut ids: BTreeSet<GlobalId> = gids.iter().copied().collect();
    for &gid in gids {
        ids.extend(rows(
            connection,
            statements::SUPERSEDED_BY,
            [key::to_key(gid)],
            |row| read_gid(row, 0),
        )?);
    }
    let systems: Vec<(i64, u16)> = source_of.into_iter().collect();
    for (position, row) in known.rows.iter().enumerate() {
        let Some(&(system, _)) = systems.iter().find(|(_, source)| *source == row.source) else {
            continue;
        };
        let stays = rows(
            connection,
            statements::FORMER_CODES_OF,
            (entity.name(), system, &*row.key),
            |row| Ok((read_gid(row, 0)?, row.get::<_, i64>(1)? as u64)),
        )?;
        ids.extend(stays.iter().map(|stay| stay.0));
        known
            .former
            .extend(stays.into_iter().map(|(gid, since)| (position, gid, since)));
    }
    for gid in ids {
        let number = [key::to_key(gid)];
        let mut facts = connection.prepare_cached(statements::ID_FACTS)?;
        known.facts.extend(facts.query_row(number, read_facts).optional()?);
        let mut head = connection.prepare_cached(statements::GOLDEN_HEAD)?;
        known.goldens.extend(head.query_row(number, read_head).optional()?);
    }
    let (sources, keys) = present
        .map(|(source, key)| (source, Box::from(key)))
        .into_iter()
        .unzip();
    let present = Records {
        sources,
        keys,
        columns: Vec::new(),
    };
    known.absent = load_absent(connection, rulebook, &known, &present)?;
    Ok(known)
}
