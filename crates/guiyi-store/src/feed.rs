//! Lines of the change feed that a steward's write adds beside golden records: relations.
//!
//! Law: the ledger's line of the write covers its lines of the feed, as a run's does.

use guiyi_core::global_id::GlobalId;
use sha2::{Digest as _, Sha256};

use crate::action::Action;
use crate::commit::{Failure, feed_line};
use crate::encode::Digest;
use crate::ledger::{Ledger, hex};
use crate::{key, statements};

/// Tells of golden records what `kind` says, with the version that they have, and covers it in the ledger. To be called
/// once in a write, and not where golden records change.
pub(crate) fn tell(action: &Action<'_>, lines: &[(GlobalId, &str, Digest)]) -> Result<(), Failure> {
    let mut last = action.connection.prepare_cached(statements::LAST_FEED)?;
    let mut seq: i64 = last.query_row([], |row| row.get(0))?;
    let mut version = action.connection.prepare_cached(statements::GOLDEN)?;
    let mut add = action.connection.prepare_cached(statements::ADD_FEED)?;
    let mut covered = Sha256::new();
    let mut line = String::new();
    for &(gid, kind, digest) in lines {
        seq += 1;
        let key = key::to_key(gid);
        let version: i64 = version.query_row([key], |row| row.get(0))?;
        crate::write(&mut add, (seq, action.run, key, version, kind, digest))?;
        line.clear();
        feed_line(seq, key, version, kind, &digest, &mut line);
        covered.update(&line);
    }
    let digest: [u8; 32] = covered.finalize().into();
    let entity = action.entity.name();
    let mut ledger = Ledger::open(action.connection, action.run, action.by.utc, action.by.actor)?;
    ledger.add(
        "run",
        entity,
        None,
        Some(&hex(&digest)),
        &format!("relations: {}", lines.len() / 2),
    )?;
    Ok(())
}
