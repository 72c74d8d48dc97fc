//! Stewards' decisions about pairs of records: data that later runs go by.
//!
//! Laws: a later decision on a pair withdraws the earlier one and nothing is deleted; the decisions that hold never
//! contradict each other, since one that would is refused and the contradiction shown; of several decisions made at
//! once, their order changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;
use rusqlite::OptionalExtension;

use crate::action::{Action, By, Keep};
use crate::commit::Failure;
use crate::contradiction::contradictions;
use crate::error::StoreError;
use crate::known::{Decision, Verdict, load_decisions, read_gid, rows};
use crate::read::{Resolution, resolution};
use crate::{Store, confirm, statements};

/// A decision to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDecision<'a> {
    /// One record: system and source key.
    pub a: (&'a str, &'a str),
    /// The other.
    pub b: (&'a str, &'a str),
    /// What is decided.
    pub verdict: Verdict,
    /// Why; empty: as [`By::reason`] says.
    pub reason: &'a str,
}

/// What became of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// Nobody had decided about the pair.
    New,
    /// This one was withdrawn.
    Changed(Decision),
    /// The same verdict stood already, and stays as it is.
    Same,
}

/// Why a decision was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The store has no such record.
    UnknownRecord {
        /// Name of the system.
        system: String,
        /// The source key.
        key: String,
    },
    /// A record and itself.
    SameRecord,
    /// Both golden records are confirmed: only [`Store::merge`] makes them one.
    BothConfirmed(GlobalId, GlobalId),
    /// One of them belongs to this retired golden record, which nothing joins.
    Retired(GlobalId),
    /// Another verdict on the same pair was given at the same time.
    Twice,
    /// Together with what holds it says that two records are the same and that they are not.
    Contradicts {
        /// The "not a match".
        apart: Decision,
        /// The matches that lead from one of its records to the other.
        chain: Vec<Decision>,
    },
}

impl Store {
    /// Records decisions; the answers are in the order of the decisions.
    ///
    /// If one is refused, none is written, unless `partial` is true. They take effect with the next run.
    pub fn decide(
        &mut self,
        entity: EntityType,
        decisions: &[NewDecision<'_>],
        by: By<'_>,
        partial: bool,
    ) -> Result<Vec<Result<Decided, Refusal>>, StoreError> {
        self.decided(entity, decisions, by, |is_refused| partial || !is_refused)
    }

    /// What [`Store::decide`] would answer; nothing is written.
    pub fn preview_decide(
        &mut self,
        entity: EntityType,
        decisions: &[NewDecision<'_>],
        by: By<'_>,
    ) -> Result<Vec<Result<Decided, Refusal>>, StoreError> {
        self.decided(entity, decisions, by, |_| false)
    }

    fn decided(
        &mut self,
        entity: EntityType,
        decisions: &[NewDecision<'_>],
        by: By<'_>,
        is_written: impl Fn(bool) -> bool,
    ) -> Result<Vec<Result<Decided, Refusal>>, StoreError> {
        self.act(entity, by, |action| {
            let stored = Standing::load(action)?;
            let mut answers = Vec::with_capacity(decisions.len());
            for decision in decisions {
                let wanted = Wanted::of(action, decision)?;
                answers.push(match wanted {
                    Ok(wanted) => refuse_held(action, wanted)?,
                    refused => refused,
                });
            }
            refuse_twice(&mut answers);
            refuse_contradictions(&stored, &mut answers);
            let is_written = is_written(answers.iter().any(Result::is_err));
            let mut keep = Keep::Nothing;
            let mut said = Vec::with_capacity(answers.len());
            for answer in answers {
                let wanted = match answer {
                    Ok(wanted) => wanted,
                    Err(refusal) => {
                        said.push(Err(refusal));
                        continue;
                    }
                };
                let decided = stored.answer(&wanted);
                if decided != Decided::Same && is_written {
                    keep = Keep::All;
                    stored.write(action, &wanted)?;
                }
                said.push(Ok(decided));
            }
            Ok((said, keep))
        })
    }

    /// The decisions that hold, by pair.
    pub fn decisions(&self, entity: EntityType) -> Result<Vec<Decision>, StoreError> {
        load_decisions(&self.connection, entity).map_err(|error| self.failed(error))
    }
}

/// A record: number of its system, source key.
pub(crate) type Name = (i64, String);

/// The decisions that hold, by pair.
pub(crate) struct Standing(BTreeMap<(Name, Name), (i64, Decision)>);

/// A decision as it will be written, the smaller record first.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) pair: (Name, Name),
    pub(crate) decision: Decision,
}

impl Wanted {
    pub(crate) fn of(action: &Action<'_>, new: &NewDecision<'_>) -> Result<Result<Self, Refusal>, Failure> {
        let mut ends = Vec::new();
        for (system, key) in [new.a, new.b] {
            let Some(name) = record(action, system, key)? else {
                let (system, key) = (system.to_owned(), key.to_owned());
                return Ok(Err(Refusal::UnknownRecord { system, key }));
            };
            ends.push((name, (system.to_owned(), key.to_owned())));
        }
        ends.sort_unstable();
        let (Some(b), Some(a)) = (ends.pop(), ends.pop()) else {
            return Ok(Err(Refusal::SameRecord));
        };
        if a.0 == b.0 {
            return Ok(Err(Refusal::SameRecord));
        }
        let reason = if new.reason.is_empty() {
            action.by.reason
        } else {
            new.reason
        };
        Ok(Ok(Self {
            pair: (a.0, b.0),
            decision: Decision {
                a: a.1,
                b: b.1,
                verdict: new.verdict,
                reason: reason.to_owned(),
                actor: action.by.actor.to_owned(),
                utc: action.by.utc.to_owned(),
            },
        }))
    }
}

/// The record of a system and key, if the store has it.
pub(crate) fn record(action: &Action<'_>, system: &str, key: &str) -> rusqlite::Result<Option<Name>> {
    let Some(number) = action.system(system)? else {
        return Ok(None);
    };
    let mut gid = action.connection.prepare_cached(statements::SOURCE_GID)?;
    let found: Option<i64> = gid
        .query_row((action.entity.name(), number, key), |row| row.get(0))
        .optional()?;
    Ok(found.map(|_| (number, key.to_owned())))
}

impl Standing {
    pub(crate) fn load(action: &Action<'_>) -> rusqlite::Result<Self> {
        let read = |row: &rusqlite::Row<'_>| {
            let (a_key, b_key): (String, String) = (row.get(2)?, row.get(4)?);
            let decision = Decision {
                a: (row.get(6)?, a_key.clone()),
                b: (row.get(7)?, b_key.clone()),
                verdict: Verdict::from_name(row.get_ref(5)?.as_str()?).unwrap_or(Verdict::Unsure),
                reason: row.get(8)?,
                actor: row.get(9)?,
                utc: row.get(10)?,
            };
            let pair = ((row.get(1)?, a_key), (row.get(3)?, b_key));
            Ok((pair, (row.get(0)?, decision)))
        };
        let all = rows(
            action.connection,
            statements::STORED_DECISIONS,
            [action.entity.name()],
            read,
        )?;
        Ok(Self(all.into_iter().collect()))
    }

    /// The decisions with their numbers.
    pub(crate) fn all(&self) -> impl Iterator<Item = (i64, &Decision)> {
        self.0.values().map(|(id, decision)| (*id, decision))
    }

    fn answer(&self, wanted: &Wanted) -> Decided {
        match self.0.get(&wanted.pair) {
            None => Decided::New,
            Some((_, before)) if before.verdict == wanted.decision.verdict => Decided::Same,
            Some((_, before)) => Decided::Changed(before.clone()),
        }
    }

    /// Writes a decision unless the same verdict stands; the one before is withdrawn.
    pub(crate) fn write(&self, action: &Action<'_>, wanted: &Wanted) -> rusqlite::Result<()> {
        let before = self.0.get(&wanted.pair);
        let Wanted { pair: (a, b), decision } = wanted;
        if let Some((id, before)) = before {
            if before.verdict == decision.verdict {
                return Ok(());
            }
            let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_DECISION)?;
            crate::write(&mut withdraw, [id])?;
        }
        let Decision { reason, actor, utc, .. } = decision;
        let (entity, verdict) = (action.entity.name(), decision.verdict.name());
        let mut add = action.connection.prepare_cached(statements::ADD_DECISION)?;
        crate::write(&mut add, (entity, a.0, &a.1, b.0, &b.1, verdict, reason, actor, utc))?;
        let before = before.map(|(_, before)| before.verdict.name());
        crate::ledger::Ledger::open(action.connection, action.run, utc, actor)?.add(
            "decide",
            &object(decision),
            before,
            Some(verdict),
            reason,
        )
    }

    /// Withdraws a decision without making another.
    pub(crate) fn withdraw(action: &Action<'_>, id: i64, decision: &Decision) -> rusqlite::Result<()> {
        let mut withdraw = action.connection.prepare_cached(statements::WITHDRAW_DECISION)?;
        crate::write(&mut withdraw, [id])?;
        action.note("withdraw", &object(decision), Some(decision.verdict.name()), None)
    }
}

fn object(decision: &Decision) -> String {
    let Decision { a, b, .. } = decision;
    format!("{}/{} {}/{}", a.0, a.1, b.0, b.1)
}

/// Refuses a match between records of two confirmed golden records, or of a retired one and another, which no run would
/// make one.
fn refuse_held(action: &Action<'_>, wanted: Wanted) -> Result<Result<Wanted, Refusal>, Failure> {
    if wanted.decision.verdict != Verdict::Match {
        return Ok(Ok(wanted));
    }
    let (mut gids, mut confirmed) = (Vec::new(), Vec::new());
    for (system, key) in [&wanted.pair.0, &wanted.pair.1] {
        let mut of_record = action.connection.prepare_cached(statements::SOURCE_GID)?;
        let gid = of_record.query_row((action.entity.name(), system, key), |row| read_gid(row, 0))?;
        gids.push(gid);
        if confirm::read(action.connection, gid)?.is_some() {
            confirmed.push(gid);
        }
    }
    if gids.first() == gids.last() {
        return Ok(Ok(wanted));
    }
    for gid in gids {
        if resolution(action.connection, gid)? == Some(Resolution::Retired) {
            return Ok(Err(Refusal::Retired(gid)));
        }
    }
    Ok(match confirmed[..] {
        [a, b] => Err(Refusal::BothConfirmed(a, b)),
        _ => Ok(wanted),
    })
}

/// Different verdicts on one pair at the same time: none of them can be meant.
fn refuse_twice(answers: &mut [Result<Wanted, Refusal>]) {
    let mut verdicts: BTreeMap<(Name, Name), BTreeSet<&'static str>> = BTreeMap::new();
    for wanted in answers.iter().flatten() {
        let said = verdicts.entry(wanted.pair.clone()).or_default();
        said.insert(wanted.decision.verdict.name());
    }
    for answer in answers.iter_mut() {
        if matches!(answer, Ok(wanted) if verdicts[&wanted.pair].len() > 1) {
            *answer = Err(Refusal::Twice);
        }
    }
}

/// Refuses every decision that has a part in a contradiction, until none is left.
pub(crate) fn refuse_contradictions(stored: &Standing, answers: &mut [Result<Wanted, Refusal>]) {
    loop {
        let mut holding: BTreeMap<&(Name, Name), (&Decision, Vec<usize>)> = stored
            .0
            .iter()
            .map(|(pair, (_, decision))| (pair, (decision, Vec::new())))
            .collect();
        for (position, answer) in answers.iter().enumerate() {
            let Ok(wanted) = answer else { continue };
            let of_pair = holding.entry(&wanted.pair).or_insert((&wanted.decision, Vec::new()));
            of_pair.0 = &wanted.decision;
            of_pair.1.push(position);
        }
        let mut numbers: BTreeMap<&Name, u32> = BTreeMap::new();
        let mut number = |name| {
            let next = numbers.len() as u32;
            *numbers.entry(name).or_insert(next)
        };
        let (mut verdicts, mut sayings) = (Vec::new(), Vec::new());
        for (pair, (decision, by_new)) in &holding {
            if decision.verdict != Verdict::Unsure {
                let is_match = decision.verdict == Verdict::Match;
                verdicts.push((number(&pair.0), number(&pair.1), is_match));
                sayings.push((*decision, by_new));
            }
        }
        let mut refused: BTreeMap<usize, Refusal> = BTreeMap::new();
        for found in contradictions(numbers.len(), &verdicts) {
            let refusal = Refusal::Contradicts {
                apart: sayings[found.apart].0.clone(),
                chain: found.chain.iter().map(|&at| sayings[at].0.clone()).collect(),
            };
            for at in found.chain.iter().chain([&found.apart]) {
                for &position in sayings[*at].1 {
                    refused.entry(position).or_insert_with(|| refusal.clone());
                }
            }
        }
        if refused.is_empty() {
            return;
        }
        for (position, refusal) in refused {
            answers[position] = Err(refusal);
        }
    }
}
