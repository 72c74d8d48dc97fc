//! The commit: writes what a run changed, and nothing else, in one transaction.
//!
//! This file is the order of the steps; each step is a file. Laws: the ledger and the change feed are written in the
//! transaction of the change; a run that changed nothing writes nothing; the outcome does not depend on the order of rows;
//! times never run backwards.

use std::path::Path;
use std::sync::Arc;

use guiyi_core::global_id::GlobalId;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use crate::change::{CommitReport, RunChange};
use crate::error::StoreError;
use crate::known::LoadError;
use crate::vault::{Keyed, Vault};
use crate::{review, statements, wide};

mod goldens;
mod identity;
mod layouts;
mod sources;

pub(crate) use goldens::feed_line;

/// Under which number, when, by whom and why something is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Occasion<'a> {
    pub(crate) run: i64,
    pub(crate) utc: &'a str,
    pub(crate) actor: &'a str,
    /// A steward's reason, whose write it is then part of; `None` for a run.
    pub(crate) reason: Option<&'a str>,
}

/// One run's commit, as far as it has come.
pub(crate) struct Commit<'a> {
    pub(crate) connection: &'a Keyed<'a>,
    pub(crate) change: RunChange<'a>,
    pub(crate) run: i64,
    utc: &'a str,
    report: CommitReport,
    /// For each record its position in [`crate::Known`]'s rows.
    known_rows: Vec<Option<usize>>,
    /// For each record its number in the store.
    ids: Vec<i64>,
    /// For each source number the number of its system in the store.
    pub(crate) system_ids: Vec<i64>,
    /// The number in the store of the list of elements, once it was asked for.
    layout: Option<i64>,
}

impl Commit<'_> {
    /// The ID of a record's cluster.
    fn gid_of(&self, record: usize) -> GlobalId {
        self.change.assignment.gids[self.change.clusters[record] as usize]
    }
}

/// A failure inside the transaction.
#[derive(Debug)]
pub(crate) enum Failure {
    Database(rusqlite::Error),
    Damaged(String),
    Store(StoreError),
}

impl Failure {
    pub(crate) fn at(self, path: &Path) -> StoreError {
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

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Database(error) => Self::Database(error),
            LoadError::Damaged(detail) => Self::Damaged(detail),
            LoadError::Store(error) => Self::Store(error),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Database(error) => Self::Database(error),
            error => Self::Store(error),
        }
    }
}

/// Commits a run: what it changed of each entity type, all in one transaction. If `keep` is false, everything is done
/// and undone again, and the reports say what would have been written.
pub(crate) fn commit(
    connection: &mut Connection,
    vault: &Vault,
    changes: &[RunChange<'_>],
    utc: &str,
    actor: &str,
    keep: bool,
) -> Result<Vec<CommitReport>, Failure> {
    let is_empty = connection
        .prepare_cached(statements::LAST_SOURCE)?
        .query_row([], |row| row.get::<_, i64>(0))?
        == 0;
    if !is_empty || connection.path().is_none_or(str::is_empty) {
        return write_all(connection, vault, changes, utc, actor, keep);
    }
    // A first load is all new pages: a rollback journal keeps nothing of them, a write-ahead log would write each twice.
    // Where somebody else has the store open, the mode stays as it is.
    let _ = connection.pragma_update(None, "journal_mode", "TRUNCATE");
    let done = write_all(connection, vault, changes, utc, actor, keep);
    let _ = connection.pragma_update(None, "journal_mode", "WAL");
    // The next statement reads the schema anew; a checkpoint that had to would be refused as locked.
    let _ = connection.query_row(statements::N_TABLES, [], |_| Ok(()));
    done
}

fn write_all(
    connection: &mut Connection,
    vault: &Vault,
    changes: &[RunChange<'_>],
    utc: &str,
    actor: &str,
    keep: bool,
) -> Result<Vec<CommitReport>, Failure> {
    let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (last_run, utc) = last_write(&transaction, utc)?;
    let utc = &*utc;
    for change in changes {
        check(change)?;
        let (expected, found) = (change.known.last_run, last_run as u64);
        if expected != found {
            return Err(StoreError::Stale { expected, found }.into());
        }
    }
    let is_first_load = transaction
        .prepare_cached(statements::LAST_SOURCE)?
        .query_row([], |row| row.get::<_, i64>(0))?
        == 0;
    if is_first_load {
        for (name, _) in statements::LATE_INDEXES {
            transaction.execute(&format!("DROP INDEX {name}"), [])?;
        }
    }
    let mut reports = Vec::with_capacity(changes.len());
    let mut run = last_run;
    for change in changes {
        let occasion = Occasion {
            run: run + 1,
            utc,
            actor,
            reason: None,
        };
        let report = if changes.len() == 1 {
            write_change(&Keyed::new(&transaction, vault)?, *change, occasion)?
        } else {
            // What changes nothing leaves nothing behind; a savepoint costs a copy of every page that is written.
            let mut part = transaction.savepoint()?;
            let report = write_change(&Keyed::new(&part, vault)?, *change, occasion)?;
            if report.run.is_none() {
                part.rollback()?;
            }
            part.commit()?;
            report
        };
        run += i64::from(report.run.is_some());
        reports.push(report);
    }
    if run == last_run || !keep {
        transaction.rollback()?;
        return Ok(reports);
    }
    if is_first_load {
        for (_, sql) in statements::LATE_INDEXES {
            transaction.execute(sql, [])?;
        }
    }
    crate::crash_point();
    transaction.commit()?;
    crate::crash_point();
    Ok(reports)
}

/// The number of the last write, 0 if there was none, and the time of the next: now, but never before the last, should the
/// clock have jumped back. So the order of times is the order of writes, and what was known at a time stays known.
pub(crate) fn last_write(connection: &Connection, now_utc: &str) -> rusqlite::Result<(i64, String)> {
    let mut last = connection.prepare_cached(statements::LAST_WRITE)?;
    let last = last.query_row([], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (run, utc): (i64, String) = last.unwrap_or_default();
    Ok((run, if *utc > *now_utc { utc } else { now_utc.to_owned() }))
}

/// Writes what changed of one entity type, its ledger and its change-feed lines; [`CommitReport::run`] is `None` if that
/// was nothing.
pub(crate) fn write_change(
    connection: &Keyed<'_>,
    change: RunChange<'_>,
    occasion: Occasion<'_>,
) -> Result<CommitReport, Failure> {
    let (known, records) = (change.known, change.records);
    let mut finder = known.finder();
    let keys = records.sources.iter().zip(&records.keys);
    let Occasion { run, utc, actor, .. } = occasion;
    let mut commit = Commit {
        connection,
        change,
        run,
        utc,
        report: CommitReport::default(),
        known_rows: keys.map(|(&source, key)| finder.find(source, key)).collect(),
        ids: Vec::with_capacity(records.len()),
        system_ids: Vec::new(),
        layout: None,
    };
    commit.system_ids = layouts::systems(&commit)?;
    let put_golden = wide::ensure(connection, &change.rulebook.dictionary)?;
    sources::write(&mut commit)?;
    identity::write_codes(&mut commit)?;
    identity::write_ids(&mut commit)?;
    let feed = goldens::write(&mut commit, put_golden)?;
    if let Some(pairs) = change.review {
        commit.report.pairs_changed = review::write(&commit, pairs)?;
    }

    let mut report = commit.report;
    let written = report.sources_new
        + report.sources_changed
        + report.codes_moved
        + report.feed_lines
        + report.pairs_changed
        + change.assignment.redirected.len() as u64;
    if written == 0 {
        return Ok(report);
    }
    if occasion.reason.is_none() {
        let entity = change.rulebook.dictionary.entity.name();
        let mut add_run = connection.prepare_cached(statements::ADD_RUN)?;
        crate::write(&mut add_run, (run, utc, actor, entity, change.rulebook_digest))?;
    }
    report.ledger_lines = identity::write_ledger(&commit, occasion, &feed)?;
    report.run = Some(run as u64);
    Ok(report)
}

/// Refuses a change whose parts do not fit, before anything is written.
fn check(change: &RunChange<'_>) -> Result<(), StoreError> {
    let RunChange {
        rulebook,
        known,
        records,
        batches,
        rows,
        clusters,
        golden,
        assignment,
        ..
    } = *change;
    let n_elements = rulebook.dictionary.elements.len();
    let fits = |condition: bool, detail: &str| {
        if condition {
            Ok(())
        } else {
            Err(StoreError::Inconsistent { detail: detail.into() })
        }
    };
    fits(
        records.keys.len() == records.len() && rows.len() == records.len(),
        "one row per record",
    )?;
    fits(clusters.len() == records.len(), "one cluster per record")?;
    fits(golden.len() == assignment.gids.len(), "one ID per golden record")?;
    fits(
        clusters.iter().all(|&cluster| (cluster as usize) < golden.len()),
        "one golden record per cluster",
    )?;
    fits(golden.members.len() == records.len(), "every record is a member")?;
    fits(
        records.columns.len() == n_elements && golden.columns.len() == n_elements,
        "one column per element",
    )?;
    fits(
        records
            .sources
            .iter()
            .all(|&source| usize::from(source) < known.systems.len()),
        "every source is known",
    )?;
    let is_row = |&(batch, row): &(u32, u32)| batches.get(batch as usize).is_some_and(|b| (row as usize) < b.len());
    fits(rows.iter().flatten().all(is_row), "every row is in its batch")?;

    let mut keys: Vec<(u16, &str)> = records
        .sources
        .iter()
        .zip(&records.keys)
        .map(|(&source, key)| (known.system_of[usize::from(source)], &**key))
        .collect();
    if !keys.is_sorted() {
        keys.sort_unstable();
    }
    if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        let system: &Arc<str> = &known.systems[usize::from(twice[0].0)];
        return Err(StoreError::DuplicateRecord {
            system: system.to_string(),
            key: twice[0].1.into(),
        });
    }
    // Both are in order.
    let mut there = keys.into_iter();
    let is_there = |row: &crate::known::KnownRow| there.any(|key| key == (row.source, &*row.key));
    fits(known.rows.iter().all(is_there), "every known record takes part")
}
