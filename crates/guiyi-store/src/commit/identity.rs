//! Steps 2 and 3: the codes that lead to other IDs than before, and the registry of IDs; at the end the run's ledger lines.

use guiyi_core::global_id::GlobalId;

use super::goldens::Feed;
use super::{Commit, Failure, Occasion};
use crate::ledger::{Ledger, hex};
use crate::{key, statements};

/// Writes the crosswalk, and where known source records moved.
pub(super) fn write_codes(commit: &mut Commit<'_>) -> Result<(), Failure> {
    let change = commit.change;
    let entity = change.rulebook.dictionary.entity.name();
    let (run, utc) = (commit.run, commit.utc);
    let mut add = commit.connection.prepare_cached(statements::ADD_CODE)?;
    for record in 0..change.records.len() {
        let gid = commit.gid_of(record);
        let system = commit.system_ids[usize::from(change.records.sources[record])];
        let code = &*change.records.keys[record];
        match commit.known_rows[record].map(|row| change.known.rows[row].gid) {
            None => {
                crate::write(&mut add, (entity, system, code, key::to_key(gid), run, utc))?;
                commit.report.codes_new += 1;
            }
            Some(before) if before != gid => {
                let mut end = commit.connection.prepare_cached(statements::END_CODE)?;
                let mut move_code = commit.connection.prepare_cached(statements::MOVE_CODE)?;
                let mut move_source = commit.connection.prepare_cached(statements::MOVE_SOURCE)?;
                crate::write(&mut end, (run, utc, entity, system, code))?;
                crate::write(&mut move_code, (key::to_key(gid), run, utc, entity, system, code))?;
                crate::write(&mut move_source, (key::to_key(gid), run, commit.ids[record]))?;
                commit.report.codes_moved += 1;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Writes the registry of IDs.
pub(super) fn write_ids(commit: &mut Commit<'_>) -> Result<(), Failure> {
    let change = commit.change;
    let (assignment, mint) = (change.assignment, change.known.mint);
    let connection = commit.connection;
    if !assignment.minted.is_empty() {
        let mut issued: i64 = connection
            .prepare_cached(statements::LAST_ISSUED)?
            .query_row([], |row| row.get(0))?;
        let mut add = connection.prepare_cached(statements::ADD_ID)?;
        for &gid in &assignment.minted {
            issued += 1;
            crate::write(&mut add, (key::to_key(gid), gid.as_str(), mint.entity.name(), issued))?;
        }
        let mut set = connection.prepare_cached(statements::SET_NEXT_SERIAL)?;
        crate::write(&mut set, (mint.entity.name(), mint.issuer, assignment.next_serial))?;
    }
    for &(loser, survivor) in &assignment.superseded {
        let mut supersede = connection.prepare_cached(statements::SUPERSEDE_ID)?;
        crate::write(&mut supersede, (key::to_key(survivor), commit.run, key::to_key(loser)))?;
    }
    for &gid in &assignment.reinstated {
        let mut reinstate = connection.prepare_cached(statements::REINSTATE_ID)?;
        crate::write(&mut reinstate, [key::to_key(gid)])?;
    }
    for &(gid, survivor) in &assignment.redirected {
        let mut redirect = connection.prepare_cached(statements::REDIRECT_ID)?;
        crate::write(&mut redirect, (key::to_key(survivor), key::to_key(gid)))?;
        if assignment.relocated.binary_search(&gid).is_ok() {
            let mut relocate = connection.prepare_cached(statements::RELOCATE_ID)?;
            crate::write(&mut relocate, (key::to_key(survivor), key::to_key(gid)))?;
        }
    }
    Ok(())
}

/// Writes the ledger lines of the run and returns their number: one for each ID that was superseded, reinstated or
/// redirected, one for the IDs issued, and one that covers the run's lines of the change feed.
pub(super) fn write_ledger(commit: &Commit<'_>, occasion: Occasion<'_>, feed: &Feed<'_>) -> Result<u64, Failure> {
    let assignment = commit.change.assignment;
    let entity = commit.change.rulebook.dictionary.entity.name();
    let mut ledger = Ledger::open(commit.connection, occasion.run, occasion.utc, occasion.actor)?;
    let mut n_lines = 1;
    if let (Some(first), Some(last)) = (assignment.minted.first(), assignment.minted.last()) {
        let reason = format!("{} issued", assignment.minted.len());
        ledger.add("issue", entity, Some(first.as_str()), Some(last.as_str()), &reason)?;
        n_lines += 1;
    }
    let mut each = |action: &str, object: GlobalId, after: Option<GlobalId>, reason: &str| {
        n_lines += 1;
        ledger.add(
            action,
            object.as_str(),
            None,
            after.as_ref().map(GlobalId::as_str),
            reason,
        )
    };
    for &(loser, survivor) in &assignment.superseded {
        each("supersede", loser, Some(survivor), occasion.reason.unwrap_or("matched"))?;
    }
    for &gid in &assignment.reinstated {
        each(
            "reinstate",
            gid,
            None,
            occasion.reason.unwrap_or("not matched any more"),
        )?;
    }
    for &(gid, survivor) in &assignment.redirected {
        each(
            "redirect",
            gid,
            Some(survivor),
            occasion.reason.unwrap_or("its records moved"),
        )?;
    }
    let report = &commit.report;
    let counts = format!(
        "sources: {} new, {} changed; golden: {} new, {} changed, {} superseded, {} reinstated",
        report.sources_new,
        report.sources_changed,
        report.golden_new,
        report.golden_changed,
        report.golden_superseded,
        report.golden_reinstated
    );
    ledger.add("run", entity, None, Some(&hex(&feed.digest())), &counts)?;
    Ok(n_lines)
}
