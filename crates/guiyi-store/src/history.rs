//! The past of a golden record: its versions, what it was at a time, and how it came to have its members.
//!
//! All of it is of record time: what was known when. What was valid when is `valid_time`'s.

use std::collections::{BTreeMap, BTreeSet};

use guiyi_core::global_id::GlobalId;
use rusqlite::{Connection, OptionalExtension};

use crate::commit::Failure;
use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::read::{GoldenRecord, GoldenValue, Member, golden, values_of};
use crate::requests::applied_by;
use crate::vault::Keyed;
use crate::{Store, key, statements};

/// When and by whom something was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// Number of the write in the order of all writes.
    pub run: u64,
    /// When, UTC.
    pub utc: String,
    /// Who.
    pub actor: String,
    /// Why, if a steward wrote it.
    pub reason: Option<String>,
    /// The number of the change request that was applied, and who approved it; `None` for what was done directly.
    pub request: Option<(u64, Vec<String>)>,
}

/// A version of a golden record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its number, from 1. A number is left out for the time in which the ID was superseded or retired.
    pub version: u64,
    /// Its beginning.
    pub since: Moment,
    /// Its end; `None`: it stands.
    pub until: Option<Moment>,
    /// Whether it ended because the golden record was retired.
    pub is_retired: bool,
    /// Its values with their lineage.
    pub values: Vec<GoldenValue>,
    /// The records that it was made of, by system and key.
    pub members: Vec<(String, String)>,
}

/// A write after which a golden record had other members than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// When and by whom.
    pub at: Moment,
    /// Records that came, each with the ID that it left; `None`: it was new.
    pub came: Vec<((String, String), Option<GlobalId>)>,
    /// Records that went, each with the ID that it went to.
    pub left: Vec<((String, String), Option<GlobalId>)>,
}

/// A record's time in an ID.
pub(crate) struct Stay {
    pub(crate) id: i64,
    pub(crate) record: (String, String),
    gid: GlobalId,
    since: i64,
    until: Option<i64>,
}

impl Stay {
    /// Whether it lasted behind a write.
    pub(crate) fn is_at(&self, run: i64) -> bool {
        self.since <= run && self.until.is_none_or(|until| run < until)
    }
}

impl Store {
    /// The versions of a golden record, the first one first; none if the ID was never issued.
    pub fn history(&self, gid: GlobalId) -> Result<Vec<Version>, StoreError> {
        self.read(|connection| history(connection, gid))
    }

    /// The version that stood at a time, `YYYY-MM-DDTHH:MM:SSZ`, whatever has become of the ID since.
    pub fn golden_at(&self, gid: GlobalId, utc: &str) -> Result<Option<Version>, StoreError> {
        let versions = self.history(gid)?;
        let stood = |version: &Version| {
            *version.since.utc <= *utc && version.until.as_ref().is_none_or(|until| *utc < *until.utc)
        };
        Ok(versions.into_iter().rev().find(stood))
    }

    /// How a golden record came to have its members, step by step. With an ID that was superseded, up to then.
    pub fn how(&self, gid: GlobalId) -> Result<Vec<Step>, StoreError> {
        self.read(|connection| how(connection, gid))
    }
}

fn history(connection: &Keyed<'_>, gid: GlobalId) -> Result<Vec<Version>, Failure> {
    let number = key::to_key(gid);
    let stays = stays(connection, gid)?;
    let retirements: Vec<i64> = rows(connection, statements::RETIREMENTS, [number], |row| row.get(0))?;
    let mut versions = Vec::new();
    let past = rows(connection, statements::GOLDEN_PAST, [number], |row| {
        Ok((
            row.get::<_, i64>(0)?,
            row.get::<_, i64>(1)?,
            row.get::<_, i64>(2)?,
            row.get::<_, i64>(3)?,
            row.get::<_, Vec<u8>>(4)?,
            row.get::<_, String>(5)?,
        ))
    })?;
    for (version, run, until, layout, lineage, values) in past {
        let members = members_at(&stays, run);
        let damaged = |_| Failure::Damaged(format!("version {version} of golden record {gid}"));
        let values: BTreeMap<String, Option<String>> = serde_json::from_str(&values).map_err(damaged)?;
        versions.push(Version {
            version: version as u64,
            since: moment(connection, run)?,
            until: Some(moment(connection, until)?),
            is_retired: retirements.contains(&until),
            values: values_of(connection, gid, layout, &lineage, values, &members)?,
            members: names(&members),
        });
    }
    if let Some(GoldenRecord {
        version,
        values,
        members,
        ..
    }) = golden(connection, gid)?
    {
        let mut run = connection.prepare_cached(statements::GOLDEN_RUN)?;
        let run = run.query_row([number], |row| row.get(0))?;
        versions.push(Version {
            version,
            since: moment(connection, run)?,
            until: None,
            is_retired: false,
            values,
            members: members.into_iter().map(|member| (member.system, member.key)).collect(),
        });
    }
    Ok(versions)
}

fn names(members: &[(i64, Member)]) -> Vec<(String, String)> {
    let names = members
        .iter()
        .map(|(_, member)| (member.system.clone(), member.key.clone()));
    names.collect()
}

/// The members during a run's version, by system and key.
fn members_at(stays: &[Stay], run: i64) -> Vec<(i64, Member)> {
    let there = stays.iter().filter(|stay| stay.is_at(run));
    let members: BTreeMap<&(String, String), i64> = there.map(|stay| (&stay.record, stay.id)).collect();
    let member = |(record, id): (&(String, String), i64)| {
        let (system, key) = record.clone();
        // How often its content was written by then is not kept.
        let version = 0;
        (id, Member { system, key, version })
    };
    members.into_iter().map(member).collect()
}

/// Every stay in an ID, of records that are or were in it.
pub(crate) fn stays(connection: &Connection, gid: GlobalId) -> rusqlite::Result<Vec<Stay>> {
    let number = key::to_key(gid);
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Stay {
            id: row.get(0)?,
            record: (row.get(1)?, row.get(2)?),
            gid,
            since: row.get(3)?,
            until: row.get(4)?,
        })
    };
    let mut stays = rows(connection, statements::PRESENT_STAYS, [number], read)?;
    stays.extend(rows(connection, statements::PAST_STAYS, [number], read)?);
    Ok(stays)
}

fn how(connection: &Connection, gid: GlobalId) -> Result<Vec<Step>, Failure> {
    let stays = stays(connection, gid)?;
    let records: BTreeSet<(i64, &(String, String))> = stays.iter().map(|stay| (stay.id, &stay.record)).collect();
    // All stays of these records, also in other IDs.
    let mut all: BTreeMap<i64, Vec<Stay>> = BTreeMap::new();
    for &(id, record) in &records {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Stay {
                id,
                record: record.clone(),
                gid: read_gid(row, 0)?,
                since: row.get(1)?,
                until: None,
            })
        };
        let of_record = rows(connection, statements::STAYS_OF, [id, id], read)?;
        all.insert(id, of_record);
    }
    let mut steps: BTreeMap<i64, (Vec<_>, Vec<_>)> = BTreeMap::new();
    for stay in &stays {
        let of_record = &all[&stay.id];
        let at = of_record.partition_point(|other| other.since < stay.since);
        let before = at.checked_sub(1).and_then(|before| of_record.get(before));
        let came = (stay.record.clone(), before.map(|before| before.gid));
        steps.entry(stay.since).or_default().0.push(came);
        if let Some(until) = stay.until {
            let left = (stay.record.clone(), of_record.get(at + 1).map(|next| next.gid));
            steps.entry(until).or_default().1.push(left);
        }
    }
    let step = |(run, (mut came, mut left)): (i64, (Vec<_>, Vec<_>))| {
        came.sort_unstable();
        left.sort_unstable();
        let at = moment(connection, run)?;
        Ok(Step { at, came, left })
    };
    steps.into_iter().map(step).collect()
}

/// Who wrote under a number, when and why.
fn moment(connection: &Connection, run: i64) -> Result<Moment, Failure> {
    let (utc, actor, is_run): (String, String, bool) =
        connection.prepare_cached(statements::RUN)?.query_row([run], |row| {
            Ok((row.get(0)?, row.get(1)?, !row.get_ref(2)?.as_blob()?.is_empty()))
        })?;
    // The lines of a steward's write all carry the steward's reason.
    let reason = if is_run {
        None
    } else {
        let mut reason = connection.prepare_cached(statements::REASON)?;
        reason.query_row([run], |row| row.get(0)).optional()?
    };
    Ok(Moment {
        run: run as u64,
        utc,
        actor,
        reason,
        request: applied_by(connection, run)?,
    })
}
