//! What the store knows of a few golden records: enough to compute them anew, as a run would.

use std::collections::BTreeSet;

use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Column, Records};
use guiyi_core::rulebook::Rulebook;
use rusqlite::OptionalExtension;

use super::{Known, LoadError, frame, load_absent, load_rows, read_facts, read_gid, read_head, rows};
use crate::vault::Keyed;
use crate::{key, statements};

/// Loads golden records with all their members, which are in [`Known::absent`], and the facts of every ID that the
/// members had or that these golden records stand for.
///
/// Cost: linear in the number of members.
pub(crate) fn load_part(connection: &Keyed<'_>, rulebook: &Rulebook, gids: &[GlobalId]) -> Result<Known, LoadError> {
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
    let nothing = Records {
        columns: vec![Column::empty(0); rulebook.dictionary.elements.len()],
        ..Records::default()
    };
    known.absent = load_absent(connection, rulebook, &known, &nothing)?;
    Ok(known)
}
