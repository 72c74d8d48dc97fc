//! The pairs that a run left to a person: what the run hands over, what is kept of it, and what a steward sees.
//!
//! Laws: the pairs are those of the last run of the entity type; a pair that stays keeps the run that first showed it;
//! the same pairs again write nothing.

use std::collections::BTreeMap;

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::OptionalExtension;

use crate::commit::{Commit, Failure};
use crate::decisions::Name;
use crate::error::StoreError;
use crate::known::{Decision, Verdict, read_gid, rows};
use crate::vault::Place;
use crate::{Store, statements};

/// A pair that a run leaves to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewPair {
    /// Number of one record in the run.
    pub a: u32,
    /// Number of the other.
    pub b: u32,
    /// What the run says of it.
    pub finding: PairFinding,
}

/// What a run says of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairFinding {
    /// Probability that the two are the same, in parts per million.
    pub probability: u32,
    /// Weight of the evidence, in thousandths of a bit.
    pub weight: i32,
    /// Stable name of the reason why it is not linked although its probability would do.
    pub veto: Option<String>,
    /// What speaks for it and against it, in English.
    pub reason: String,
    /// The same in Chinese.
    pub reason_zh: String,
}

/// A pair that waits for a steward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingPair {
    /// One record: system and source key.
    pub a: (String, String),
    /// The other.
    pub b: (String, String),
    /// The golden records that they belong to.
    pub gids: (GlobalId, GlobalId),
    /// When a run first showed it, UTC.
    pub since: String,
    /// What the last run says of it.
    pub finding: PairFinding,
    /// What a steward has said since, or left open.
    pub decision: Option<Decision>,
}

impl PendingPair {
    /// Whether nobody has decided about it, or somebody was unsure.
    pub fn is_open(&self) -> bool {
        self.decision
            .as_ref()
            .is_none_or(|decision| decision.verdict == Verdict::Unsure)
    }
}

impl Store {
    /// The pairs that the last run left to a person, the most probable first.
    pub fn pending(&self, entity: EntityType) -> Result<Vec<PendingPair>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| {
            let (a, b): ((String, String), (String, String)) = ((row.get(0)?, row.get(1)?), (row.get(3)?, row.get(4)?));
            let verdict: Option<String> = row.get(12)?;
            let decision = match verdict.as_deref().and_then(Verdict::from_name) {
                None => None,
                Some(verdict) => Some(Decision {
                    a: a.clone(),
                    b: b.clone(),
                    verdict,
                    reason: row.get(13)?,
                    actor: row.get(14)?,
                    utc: row.get(15)?,
                }),
            };
            Ok(PendingPair {
                a,
                b,
                gids: (read_gid(row, 2)?, read_gid(row, 5)?),
                since: row.get(6)?,
                finding: PairFinding {
                    probability: row.get(7)?,
                    weight: row.get(8)?,
                    veto: row.get(9)?,
                    reason: row.get(10)?,
                    reason_zh: row.get(11)?,
                },
                decision,
            })
        };
        rows(&self.connection, statements::PENDING, [entity.name()], read).map_err(|error| self.failed(error))
    }

    /// The values of a source record as last admitted, by element; `None` if the store does not have it.
    pub fn source_values(
        &self,
        entity: EntityType,
        system: &str,
        key: &str,
    ) -> Result<Option<Vec<(String, String)>>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let found = self
            .connection
            .prepare_cached(statements::SOURCE_VALUES)
            .and_then(|mut values| values.query_row((system, entity.name(), key), read).optional())
            .map_err(|error| self.failed(error))?;
        let Some((names, values)) = found else {
            return Ok(None);
        };
        let damaged = |_| StoreError::Damaged {
            path: self.path.clone(),
            detail: format!("source record {system}/{key}"),
        };
        let names: Vec<String> = serde_json::from_str(&names).map_err(damaged)?;
        let mut values: Vec<Option<String>> = serde_json::from_str(&values).map_err(damaged)?;
        let sealing = self.keyed(&self.connection)?.vault.to_read(entity, &names);
        let place = Place::Source(entity, system, key);
        sealing
            .open_all(place, &mut values)
            .map_err(|failure| failure.at(&self.path))?;
        let filled = names
            .into_iter()
            .zip(values)
            .filter_map(|(name, value)| Some((name, value?)));
        Ok(Some(filled.collect()))
    }
}

/// Keeps the pairs of a run; gives the number of rows written.
pub(crate) fn write(commit: &Commit<'_>, pairs: &[ReviewPair]) -> Result<u64, Failure> {
    let entity = commit.change.rulebook.dictionary.entity.name();
    let connection = commit.connection;
    let records = commit.change.records;
    let name = |record: u32| -> Result<Name, Failure> {
        let number = record as usize;
        let Some(source) = records.sources.get(number) else {
            let detail = format!("record {record} of a pair is not there");
            return Err(StoreError::Inconsistent { detail }.into());
        };
        Ok((
            commit.system_ids[usize::from(*source)],
            records.keys[number].to_string(),
        ))
    };
    let mut kept: BTreeMap<(Name, Name), PairFinding> = rows(connection, statements::REVIEW_PAIRS, [entity], |row| {
        let finding = PairFinding {
            probability: row.get(4)?,
            weight: row.get(5)?,
            veto: row.get(6)?,
            reason: row.get(7)?,
            reason_zh: row.get(8)?,
        };
        Ok((((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?)), finding))
    })?
    .into_iter()
    .collect();
    let mut n_written = 0;
    let mut put = connection.prepare_cached(statements::PUT_REVIEW_PAIR)?;
    for pair in pairs {
        let (a, b) = (name(pair.a)?, name(pair.b)?);
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        let finding = &pair.finding;
        let key = (a, b);
        if kept.remove(&key).as_ref() == Some(finding) {
            continue;
        }
        let (a, b) = key;
        let (probability, weight, veto) = (finding.probability, finding.weight, &finding.veto);
        let values = (entity, a.0, a.1, b.0, b.1, commit.run, probability, weight, veto);
        crate::write(
            &mut put,
            rusqlite::params![
                values.0,
                values.1,
                values.2,
                values.3,
                values.4,
                values.5,
                values.6,
                values.7,
                values.8,
                finding.reason,
                finding.reason_zh
            ],
        )?;
        n_written += 1;
    }
    let mut delete = connection.prepare_cached(statements::DELETE_REVIEW_PAIR)?;
    for (a, b) in kept.into_keys() {
        crate::write(&mut delete, (entity, a.0, a.1, b.0, b.1))?;
        n_written += 1;
    }
    Ok(n_written)
}
