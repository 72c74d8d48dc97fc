//! Merging and splitting golden records by hand.
//!
//! Laws: what a steward joins or parts is written as decisions on the records, so that later runs come to the same; IDs,
//! codes and values follow as in a run; pins sleep with the ID that they belong to and wake with it; a split of what was
//! merged restores IDs, codes and values, and assigns what was pinned since; nothing is guessed where decisions speak
//! against it.

use guiyi_core::crosswalk::IdFacts;
use guiyi_core::global_id::GlobalId;
use guiyi_core::rulebook::Rulebook;

use crate::Store;
use crate::action::{Action, By, Keep, identify};
use crate::commit::Failure;
use crate::decisions::{NewDecision, Refusal, Standing, Wanted, refuse_contradictions};
use crate::edits::{self, Edits, Parts};
use crate::effect::Effect;
use crate::error::StoreError;
use crate::known::{Known, Verdict};
use crate::relations;

/// Two golden records to be made one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merge {
    /// One ID.
    pub a: GlobalId,
    /// The other.
    pub b: GlobalId,
    /// Which of them shall stay; `None`: the confirmed one, else the one that most systems hold, else the oldest.
    pub survivor: Option<GlobalId>,
    /// Withdraw the decisions that call their records different.
    pub overrule: bool,
}

/// Records that shall leave their golden record together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split<'a> {
    /// The golden record.
    pub gid: GlobalId,
    /// Systems and source keys of the records.
    pub records: &'a [(&'a str, &'a str)],
    /// Whose the pins are that were set since these records came.
    pub edits: Edits,
}

/// A record of a part: system, source key, and the golden record that it belongs to.
type Placed = (String, String, GlobalId);

impl Store {
    /// Makes two golden records one.
    ///
    /// # Errors
    /// [`StoreError::NotActive`]; [`StoreError::Contradicted`] if decisions speak against it.
    pub fn merge(&mut self, rulebook: &Rulebook, merge: Merge, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((join(action, rulebook, merge)?, Keep::All))
        })
    }

    /// What [`Store::merge`] would do; the store stays as it is.
    pub fn preview_merge(&mut self, rulebook: &Rulebook, merge: Merge, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((join(action, rulebook, merge)?, Keep::Nothing))
        })
    }

    /// Takes records out of a golden record: they become one of their own, under the ID that they had before if there is
    /// one, else under a new one. The present ID stays with the records that were in it first, then with most records.
    ///
    /// # Errors
    /// [`StoreError::NotActive`], [`StoreError::NotAMember`], or [`StoreError::Contradicted`] if decisions on records of
    /// other golden records tie both sides together.
    pub fn split(&mut self, rulebook: &Rulebook, split: Split<'_>, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((divide(action, rulebook, split)?, Keep::All))
        })
    }

    /// What [`Store::split`] would do; the store stays as it is.
    pub fn preview_split(&mut self, rulebook: &Rulebook, split: Split<'_>, by: By<'_>) -> Result<Effect, StoreError> {
        self.act(rulebook.dictionary.entity, by, |action| {
            Ok((divide(action, rulebook, split)?, Keep::Nothing))
        })
    }
}

/// Makes two golden records one, see [`Store::merge`].
pub(crate) fn join(action: &Action<'_>, rulebook: &Rulebook, merge: Merge) -> Result<Effect, Failure> {
    let Merge { a, b, survivor, .. } = merge;
    action.check_active(a)?;
    action.check_active(b)?;
    if a == b || survivor.is_some_and(|survivor| survivor != a && survivor != b) {
        let detail = "a merge takes two golden records, and one of them survives".into();
        return Err(StoreError::Inconsistent { detail }.into());
    }
    if let Some(relation) = relations::between(action.connection, a, b)? {
        let (from, kind, to) = (relation.from, relation.kind.name(), relation.to);
        let detail = format!("{from} is {kind} {to}: what is related is two things; take the relation off first");
        return Err(StoreError::Inconsistent { detail }.into());
    }
    let effect = Effect::begin(action, &[a, b])?;
    let mut part = action.part(rulebook, &[a, b])?;
    let placed = places(&part);

    let (of_a, of_b): (Vec<&Placed>, Vec<&Placed>) = placed.iter().partition(|record| record.2 == a);
    let across = decisions_across(action, &of_a, &of_b, Verdict::NotMatch)?;
    if !merge.overrule && !across.is_empty() {
        return Err(StoreError::Contradicted { decisions: across }.into());
    }
    withdraw_across(action, &of_a, &of_b, Verdict::NotMatch)?;
    decide(action, &star(&placed.iter().collect::<Vec<_>>()))?;

    if let Some(survivor) = survivor {
        for fact in &mut part.facts {
            prefer(fact, survivor);
        }
    }
    let clusters = vec![0; part.absent.len()];
    action.regroup(rulebook, &part, &clusters, |pinned| pinned.holds_at(action.by.utc))?;
    effect.end(action)
}

/// Takes records out of a golden record, see [`Store::split`].
pub(crate) fn divide(action: &Action<'_>, rulebook: &Rulebook, split: Split<'_>) -> Result<Effect, Failure> {
    let gid = split.gid;
    action.check_active(gid)?;
    let effect = Effect::begin(action, &[gid])?;
    let part = action.part(rulebook, &[gid])?;
    let placed = places(&part);
    for &(system, key) in split.records {
        if !placed.iter().any(|record| (&*record.0, &*record.1) == (system, key)) {
            let (system, key) = (system.to_owned(), key.to_owned());
            return Err(StoreError::NotAMember { gid, system, key }.into());
        }
    }
    let leaves = |record: &&Placed| split.records.contains(&(&*record.0, &*record.1));
    let (out, stay): (Vec<&Placed>, Vec<&Placed>) = placed.iter().partition(leaves);
    let (Some(first_out), Some(first_stay)) = (out.first(), stay.first()) else {
        let detail = "a split leaves at least one record on each side".into();
        return Err(StoreError::Inconsistent { detail }.into());
    };
    withdraw_across(action, &out, &stay, Verdict::Match)?;
    let mut wanted = star(&out);
    wanted.extend(star(&stay));
    wanted.push((first_out, first_stay, Verdict::NotMatch));
    decide(action, &wanted)?;

    // Clusters are numbered by their smallest records.
    let first_leaves = placed.first().is_some_and(|first| leaves(&first));
    let clusters = placed.iter().map(|record| u32::from(leaves(&record) != first_leaves));
    let clusters: Vec<u32> = clusters.collect();
    let parts = Parts {
        part: &part,
        clusters: &clusters,
        gids: &identify(&part, &clusters)?.gids,
    };
    let assigned = edits::assign(action, rulebook, gid, split.edits, &parts)?;
    let aliases = edits::move_aliases(action, gid, split.edits, &parts)?;
    let part = action.part(rulebook, &[gid])?;
    action.regroup(rulebook, &part, &clusters, |pinned| pinned.holds_at(action.by.utc))?;
    let mut effect = effect.end(action)?;
    effect.moved.extend(aliases);
    Ok(Effect { assigned, ..effect })
}

/// The records of a part, in their order.
fn places(part: &Known) -> Vec<Placed> {
    let records = &part.absent;
    let names = records.sources.iter().zip(&records.keys);
    names
        .zip(part.gids())
        .map(|((&source, key), gid)| (part.systems[usize::from(source)].to_string(), key.to_string(), gid))
        .collect()
}

/// Matches that hold records together: the first with each other one.
fn star<'a>(records: &[&'a Placed]) -> Vec<(&'a Placed, &'a Placed, Verdict)> {
    let Some((&first, others)) = records.split_first() else {
        return Vec::new();
    };
    others.iter().map(|&other| (first, other, Verdict::Match)).collect()
}

/// Writes verdicts, unless they contradict what holds.
fn decide(action: &Action<'_>, verdicts: &[(&Placed, &Placed, Verdict)]) -> Result<(), Failure> {
    let standing = Standing::load(action)?;
    let mut answers = Vec::with_capacity(verdicts.len());
    for &(a, b, verdict) in verdicts {
        let new = NewDecision {
            a: (&a.0, &a.1),
            b: (&b.0, &b.1),
            verdict,
            reason: "",
        };
        answers.push(Wanted::of(action, &new)?);
    }
    refuse_contradictions(&standing, &mut answers);
    for answer in answers {
        match answer {
            Ok(wanted) => standing.write(action, &wanted)?,
            Err(Refusal::Contradicts { apart, mut chain }) => {
                chain.push(apart);
                return Err(StoreError::Contradicted { decisions: chain }.into());
            }
            Err(refusal) => {
                let detail = format!("{refusal:?}");
                return Err(StoreError::Inconsistent { detail }.into());
            }
        }
    }
    Ok(())
}

fn is_across(left: &[&Placed], right: &[&Placed], decision: &crate::Decision) -> bool {
    let on =
        |side: &[&Placed], end: &(String, String)| side.iter().any(|record| (&record.0, &record.1) == (&end.0, &end.1));
    (on(left, &decision.a) && on(right, &decision.b)) || (on(left, &decision.b) && on(right, &decision.a))
}

/// The decisions of a verdict between records of two sides.
fn decisions_across(
    action: &Action<'_>,
    left: &[&Placed],
    right: &[&Placed],
    verdict: Verdict,
) -> Result<Vec<crate::Decision>, Failure> {
    let standing = Standing::load(action)?;
    let of_verdict = standing.all().filter(|(_, decision)| decision.verdict == verdict);
    let across = of_verdict.filter(|(_, decision)| is_across(left, right, decision));
    Ok(across.map(|(_, decision)| decision.clone()).collect())
}

fn withdraw_across(action: &Action<'_>, left: &[&Placed], right: &[&Placed], verdict: Verdict) -> Result<(), Failure> {
    let standing = Standing::load(action)?;
    for (id, decision) in standing.all() {
        if decision.verdict == verdict && is_across(left, right, decision) {
            Standing::withdraw(action, id, decision)?;
        }
    }
    Ok(())
}

/// Makes an ID come first among those that could survive.
fn prefer(fact: &mut IdFacts, survivor: GlobalId) {
    fact.confirmed = fact.gid == survivor;
}
