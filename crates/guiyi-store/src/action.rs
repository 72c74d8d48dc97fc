//! A steward's write: one transaction with a number of its own in the order of runs, its ledger lines and its feed lines.
//!
//! A run that was reading meanwhile finds the store changed and is told to run again, so that nobody's word is lost.

use std::borrow::Cow;

use guiyi_core::crosswalk::{Assignment, IdState, assign};
use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive;
use rusqlite::{Connection, OptionalExtension};

use crate::change::{CommitReport, RunChange};
use crate::commit::{self, Failure, Occasion};
use crate::error::StoreError;
use crate::known::{Known, load_part};
use crate::ledger::Ledger;
use crate::pins::Pinned;
use crate::read::{Resolution, resolution};
use crate::vault::{Keyed, Vault};
use crate::{Store, statements};

/// Who does something, why, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By<'a> {
    /// Name of the steward.
    pub actor: &'a str,
    /// The reason, for those who ask later.
    pub reason: &'a str,
    /// Now, `YYYY-MM-DDTHH:MM:SSZ`.
    pub utc: &'a str,
}

/// Whether what was written stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    All,
    Nothing,
}

/// A steward's write in the making.
pub(crate) struct Action<'a> {
    pub(crate) connection: &'a Keyed<'a>,
    pub(crate) entity: EntityType,
    pub(crate) run: i64,
    pub(crate) by: By<'a>,
}

impl Store {
    /// Does `work` in one transaction; what it wrote stays only if it succeeds and says to keep it.
    pub(crate) fn act<T>(
        &mut self,
        entity: EntityType,
        by: By<'_>,
        work: impl FnOnce(&Action<'_>) -> Result<(T, Keep), Failure>,
    ) -> Result<T, StoreError> {
        let done = in_transaction(&self.connection, &self.vault, entity, by, work);
        let done = done.map_err(|failure| failure.at(&self.path))?;
        self.sign_head()?;
        Ok(done)
    }
}

fn in_transaction<T>(
    connection: &Connection,
    vault: &Vault,
    entity: EntityType,
    by: By<'_>,
    work: impl FnOnce(&Action<'_>) -> Result<(T, Keep), Failure>,
) -> Result<T, Failure> {
    let transaction = Transaction::begin(connection)?;
    let (last, utc) = commit::last_write(connection, by.utc)?;
    let by = By { utc: &utc, ..by };
    let keyed = Keyed::new(connection, vault)?;
    let action = Action {
        connection: &keyed,
        entity,
        run: last + 1,
        by,
    };
    let nothing: &[u8] = &[];
    let mut add = connection.prepare_cached(statements::ADD_RUN)?;
    crate::write(&mut add, (action.run, by.utc, by.actor, entity.name(), nothing))?;
    drop(add);
    let (done, keep) = work(&action)?;
    match keep {
        Keep::All => {
            crate::crash_point();
            transaction.end(statements::COMMIT)?;
        }
        Keep::Nothing => transaction.end(statements::ROLLBACK)?,
    }
    Ok(done)
}

/// A transaction that is undone if it is dropped. rusqlite's own prepares its statements anew each time, which a single
/// write feels.
struct Transaction<'a>(&'a Connection);

impl<'a> Transaction<'a> {
    fn begin(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached(statements::BEGIN)?.execute([])?;
        Ok(Self(connection))
    }

    fn end(self, statement: &str) -> rusqlite::Result<()> {
        self.0.prepare_cached(statement)?.execute([]).map(drop)
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit() {
            // As rusqlite does it; the error that led here is the one to tell.
            let _ = self.0.execute_batch(statements::ROLLBACK);
        }
    }
}

impl Action<'_> {
    /// Adds a line to the ledger.
    pub(crate) fn note(
        &self,
        action: &str,
        object: &str,
        before: Option<&str>,
        after: Option<&str>,
    ) -> rusqlite::Result<()> {
        Ledger::open(self.connection, self.run, self.by.utc, self.by.actor)?.add(
            action,
            object,
            before,
            after,
            self.by.reason,
        )
    }

    /// Refuses an ID that names no golden record of the entity type, and says which one stands for it.
    pub(crate) fn check_active(&self, gid: GlobalId) -> Result<(), Failure> {
        if guiyi_core::global_id::entity(gid) != Some(self.entity) {
            return Err(StoreError::NotActive { gid, survivor: None }.into());
        }
        let survivor = match resolution(self.connection, gid)? {
            Some(Resolution::Active) => return Ok(()),
            Some(Resolution::Superseded(survivor)) => Some(survivor),
            _ => None,
        };
        Err(StoreError::NotActive { gid, survivor }.into())
    }

    /// The number of a system.
    pub(crate) fn system(&self, name: &str) -> rusqlite::Result<Option<i64>> {
        let mut system = self.connection.prepare_cached(statements::SYSTEM)?;
        system.query_row([name], |row| row.get(0)).optional()
    }

    /// What the store knows of some golden records.
    pub(crate) fn part(&self, rulebook: &Rulebook, gids: &[GlobalId]) -> Result<Known, Failure> {
        Ok(load_part(self.connection, rulebook, gids)?)
    }

    /// Computes golden records anew, each with the members that it has.
    pub(crate) fn compute_anew(&self, rulebook: &Rulebook, gids: &[GlobalId]) -> Result<CommitReport, Failure> {
        let part = self.part(rulebook, gids)?;
        let mut seen: Vec<GlobalId> = Vec::new();
        let clusters = part.gids().map(|gid| {
            seen.iter().position(|other| *other == gid).unwrap_or_else(|| {
                seen.push(gid);
                seen.len() - 1
            }) as u32
        });
        let clusters: Vec<u32> = clusters.collect();
        self.regroup(rulebook, &part, &clusters, |pinned| pinned.holds_at(self.by.utc))
    }

    /// Makes golden records of the clusters of a part's records and writes what changed, as a run would. `is_pinned` says
    /// which pins hold.
    pub(crate) fn regroup(
        &self,
        rulebook: &Rulebook,
        part: &Known,
        clusters: &[u32],
        is_pinned: impl Fn(&Pinned) -> bool,
    ) -> Result<CommitReport, Failure> {
        let rulebook = &*by_day_of_last_run(self.connection, rulebook)?;
        let assignment = identify(part, clusters)?;
        let mut golden = survive::run(&part.absent, clusters, rulebook);
        let pins = part.pins_where(&assignment.gids, &rulebook.dictionary, is_pinned);
        survive::pin(&mut golden, &pins);
        let change = RunChange {
            rulebook,
            rulebook_digest: &[],
            known: part,
            records: &part.absent,
            batches: &[],
            rows: &vec![None; part.absent.len()],
            clusters,
            golden: &golden,
            assignment: &assignment,
            review: None,
        };
        let occasion = Occasion {
            run: self.run,
            utc: self.by.utc,
            actor: self.by.actor,
            reason: Some(self.by.reason),
        };
        commit::write_change(self.connection, change, occasion)
    }
}

/// The rulebook with the day of the last run that changed something, where the policy counts days: trust in a source runs
/// out with a run and not under a steward's hands, so that all golden records are of one day.
pub(crate) fn by_day_of_last_run<'a>(
    connection: &Connection,
    rulebook: &'a Rulebook,
) -> rusqlite::Result<Cow<'a, Rulebook>> {
    if rulebook.survivorship.trust_days.is_empty() {
        return Ok(Cow::Borrowed(rulebook));
    }
    let mut last = connection.prepare_cached(statements::LAST_FULL_RUN)?;
    let utc: Option<String> = last
        .query_row([rulebook.dictionary.entity.name()], |row| row.get(0))
        .optional()?;
    let Some(today) = utc.as_deref().and_then(day) else {
        return Ok(Cow::Borrowed(rulebook));
    };
    let rulebook = rulebook.clone();
    Ok(Cow::Owned(Rulebook { today, ..rulebook }))
}

/// The day of a time, `YYYY-MM-DDTHH:MM:SSZ`.
pub(crate) fn day(utc: &str) -> Option<(i16, i8, i8)> {
    let mut parts = utc.split(['-', 'T']);
    Some((
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    ))
}

/// The IDs of a part's clusters. An ID that leads out of the part stays as it is, although records of the part were
/// in it once: what else was in it is not seen here.
pub(crate) fn identify(part: &Known, clusters: &[u32]) -> Result<Assignment, Failure> {
    let memberships = part.memberships(&part.absent);
    let mut assignment = assign(clusters, memberships.history(part), part.mint).map_err(|exhausted| {
        let detail = exhausted.to_string();
        Failure::from(StoreError::Inconsistent { detail })
    })?;
    let leads_here = |gid: GlobalId| {
        let fact = part.facts.iter().find(|fact| fact.gid == gid);
        fact.is_some_and(|fact| match fact.state {
            IdState::Superseded { by, .. } => part.gids().any(|gid| gid == by),
            _ => false,
        })
    };
    assignment.redirected.retain(|&(gid, _)| leads_here(gid));
    assignment.relocated.retain(|&gid| leads_here(gid));
    Ok(assignment)
}
