//! Identity: which global ID each cluster carries, given which ID each of its records carried before.
//!
//! Stands between survive and the store: clusters are new in every run, IDs stay. Laws:
//! a record ends in exactly one ID; an issued ID is never given to something new; a superseded ID names an active one in
//! one hop; undoing a merge restores the IDs of before; nothing depends on the order of rows, files or threads, since
//! records are numbered by (source, source key).

use std::collections::{BTreeMap, BTreeSet};

use crate::dictionary::EntityType;
use crate::global_id::{GlobalId, from_serial};

/// A record's stay in an ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stay {
    /// Number of the record.
    pub record: u32,
    /// The ID that it belongs or belonged to.
    pub gid: GlobalId,
    /// Number of the run in which it came there.
    pub since: u64,
}

/// What is known of an issued ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdFacts {
    /// The ID.
    pub gid: GlobalId,
    /// Place in the order of issue over all issuers; smaller is older.
    pub issued: u64,
    /// A steward has confirmed the golden record.
    pub confirmed: bool,
    /// To how many systems the ID has been written back.
    pub systems: u16,
    /// What became of it.
    pub state: IdState,
}

/// What became of an issued ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdState {
    /// It names a golden record.
    Active,
    /// Its golden record went into another one.
    Superseded {
        /// The active ID that stands for it now.
        by: GlobalId,
        /// The ID that it went into, which may have gone into another one since.
        into: GlobalId,
        /// Number of the run that merged it.
        at: u64,
    },
    /// A steward has ended its golden record, without a survivor. Its records stay with it until he brings it back.
    Retired,
}

/// Everything that [`assign`] goes by. Every record that has an ID takes part, also one that no source names any more.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    /// For each record its present ID and the run since which it has it; `None` for a new record.
    pub current: &'a [Option<(GlobalId, u64)>],
    /// Earlier stays of the records, in any order.
    pub former: &'a [Stay],
    /// Facts of every ID in `current` and `former`, ordered by ID.
    pub facts: &'a [IdFacts],
}

impl History<'_> {
    /// For each record the number, from 1, of the golden record that it belongs to if stewards confirmed that, else 0; empty if
    /// none is confirmed.
    pub fn confirmed(&self) -> Vec<u32> {
        self.numbers(|fact| fact.confirmed && fact.state == IdState::Active)
    }

    /// For each record the number, from 1, of the golden record that it belongs to if that is retired, else 0; empty if none is
    /// retired.
    pub fn retired(&self) -> Vec<u32> {
        self.numbers(|fact| fact.state == IdState::Retired)
    }

    /// Numbers the golden records that are `held`, from 1, and gives that of each record's.
    fn numbers(&self, held: impl Fn(&IdFacts) -> bool) -> Vec<u32> {
        let held = self.facts.iter().filter(|fact| held(fact));
        let numbers: BTreeMap<GlobalId, u32> = held.map(|fact| fact.gid).zip(1..).collect();
        if numbers.is_empty() {
            return Vec::new();
        }
        let of = |current: &Option<(GlobalId, u64)>| current.and_then(|(gid, _)| numbers.get(&gid).copied());
        self.current.iter().map(|current| of(current).unwrap_or(0)).collect()
    }
}

/// Where new IDs come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mint {
    /// Entity type of the IDs.
    pub entity: EntityType,
    /// Issuer of the IDs.
    pub issuer: u16,
    /// The first serial that has never been issued.
    pub next_serial: u32,
}

/// All serials of the issuer have been issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("issuer {issuer} has no serial left")]
pub struct SerialsExhausted {
    /// The issuer.
    pub issuer: u16,
}

/// What [`assign`] decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignment {
    /// The ID of each cluster.
    pub gids: Vec<GlobalId>,
    /// IDs issued now, in order of issue.
    pub minted: Vec<GlobalId>,
    /// IDs that were active and are not any more, each with its survivor; ordered by ID.
    pub superseded: Vec<(GlobalId, GlobalId)>,
    /// IDs that were superseded and are active again; ordered by ID.
    pub reinstated: Vec<GlobalId>,
    /// IDs superseded earlier that now resolve to another ID than before; ordered by ID.
    pub redirected: Vec<(GlobalId, GlobalId)>,
    /// Those of `redirected` that went with their records and not with the ID that they went into; ordered by ID.
    pub relocated: Vec<GlobalId>,
    /// The first serial that has never been issued, after this run.
    pub next_serial: u32,
}

/// Gives every cluster an ID.
///
/// `clusters` holds for each record the number of its cluster, clusters numbered from 0 by their smallest record.
///
/// - An ID whose records are in several clusters stays with one of them: with the part that has most of the records that
///   were in it before the first merge into it, then most records, then the smallest record. So a merge that is undone
///   leaves the survivor where it was.
/// - A cluster with several IDs keeps the confirmed one, else the one that most systems hold, else the oldest, else the
///   smallest; the others are superseded by it.
/// - The ID of a retired golden record stays with its records, which the clusters hold together and away from others.
/// - A cluster with no ID takes back one that its records had before and that was superseded: the one that most of
///   its records had last. If several clusters want the same, the one whose records came to it first has it.
/// - Every other cluster gets a new ID, in order of the clusters' smallest records.
/// - An ID superseded earlier follows the ID that it went into, and comes back with it; or if none of the records that it
///   had at its end is there, it goes with those.
///
/// Cost: n log n in the number of records.
pub fn assign(clusters: &[u32], history: History<'_>, mint: Mint) -> Result<Assignment, SerialsExhausted> {
    let n_clusters = clusters.iter().max().map_or(0, |&last| last as usize + 1);
    let mut gids: Vec<Option<GlobalId>> = vec![None; n_clusters];
    let mut superseded = BTreeMap::new();
    keep(clusters, history, &mut gids, &mut superseded);
    let reinstated = reinstate(clusters, history, &mut gids);

    let mut minted = Vec::new();
    let mut next_serial = mint.next_serial.max(1);
    for gid in gids.iter_mut().filter(|gid| gid.is_none()) {
        let fresh =
            from_serial(mint.entity, mint.issuer, next_serial).ok_or(SerialsExhausted { issuer: mint.issuer })?;
        *gid = Some(fresh);
        minted.push(fresh);
        next_serial += 1;
    }
    let gids: Vec<GlobalId> = gids.into_iter().flatten().collect();
    let (redirected, relocated) = redirect(clusters, history, &gids, &superseded, &reinstated);
    Ok(Assignment {
        gids,
        minted,
        superseded: superseded.into_iter().collect(),
        reinstated: reinstated.into_iter().collect(),
        redirected,
        relocated,
        next_serial,
    })
}

/// Lets clusters keep the IDs that their records have.
fn keep(
    clusters: &[u32],
    history: History<'_>,
    gids: &mut [Option<GlobalId>],
    superseded: &mut BTreeMap<GlobalId, GlobalId>,
) {
    let mut stays: Vec<(GlobalId, u32, u32, u64)> = Vec::new();
    for (record, current) in history.current.iter().enumerate() {
        if let Some((gid, since)) = *current {
            stays.push((gid, clusters[record], record as u32, since));
        }
    }
    stays.sort_unstable();
    let merges = merges_by_survivor(history.facts);

    // Every ID goes to one cluster, its heir.
    let mut claims: Vec<(u32, GlobalId)> = Vec::new();
    for of_id in stays.chunk_by(|a, b| a.0 == b.0) {
        let gid = of_id[0].0;
        let (first, last) = (of_id[0].1, of_id[of_id.len() - 1].1);
        let heir = if first == last {
            first
        } else {
            heir_of_split(of_id, merges.get(&gid).map_or(&[], Vec::as_slice))
        };
        claims.push((heir, gid));
    }
    claims.sort_unstable();

    // Every cluster keeps one of its IDs.
    for of_cluster in claims.chunk_by(|a, b| a.0 == b.0) {
        let survivor = of_cluster
            .iter()
            .map(|&(_, gid)| gid)
            .min_by_key(|&gid| seniority(history.facts, gid));
        let Some(survivor) = survivor else { continue };
        gids[of_cluster[0].0 as usize] = Some(survivor);
        superseded.extend(
            of_cluster
                .iter()
                .filter(|&&(_, gid)| gid != survivor)
                .map(|&(_, gid)| (gid, survivor)),
        );
    }
}

/// The cluster that an ID stays with when its records part. `stays`: (ID, cluster, record, since), sorted.
fn heir_of_split(stays: &[(GlobalId, u32, u32, u64)], merges: &[u64]) -> u32 {
    let epoch = |since: u64| merges.partition_point(|&at| at <= since);
    let first_epoch = stays.iter().map(|stay| epoch(stay.3)).min().unwrap_or(0);
    stays
        .chunk_by(|a, b| a.1 == b.1)
        .map(|part| {
            let residents = part.iter().filter(|stay| epoch(stay.3) == first_epoch).count();
            // The smallest key wins, so that counts are negated by subtraction.
            ((usize::MAX - residents, usize::MAX - part.len(), part[0].2), part[0].1)
        })
        .min()
        .map_or(0, |(_, cluster)| cluster)
}

/// For each ID the runs that merged other IDs into it, ascending.
fn merges_by_survivor(facts: &[IdFacts]) -> BTreeMap<GlobalId, Vec<u64>> {
    let mut merges: BTreeMap<GlobalId, Vec<u64>> = BTreeMap::new();
    for fact in facts {
        if let IdState::Superseded { into, at, .. } = fact.state {
            merges.entry(into).or_default().push(at);
        }
    }
    for runs in merges.values_mut() {
        runs.sort_unstable();
    }
    merges
}

/// Sorts survivors first: confirmed, written back to most systems, oldest, smallest.
fn seniority(facts: &[IdFacts], gid: GlobalId) -> (bool, u16, u64, GlobalId) {
    match find(facts, gid) {
        Some(fact) => (!fact.confirmed, u16::MAX - fact.systems, fact.issued, gid),
        None => (true, u16::MAX, u64::MAX, gid),
    }
}

fn find(facts: &[IdFacts], gid: GlobalId) -> Option<&IdFacts> {
    facts
        .binary_search_by_key(&gid, |fact| fact.gid)
        .ok()
        .map(|position| &facts[position])
}

/// Gives clusters without an ID one that their records had before.
///
/// Clusters ask for the ID they want most, IDs go to the cluster with the best claim, and who is refused asks for the
/// next one (Gale and Shapley 1962, deferred acceptance); the outcome does not depend on who asks first.
fn reinstate(clusters: &[u32], history: History<'_>, gids: &mut [Option<GlobalId>]) -> BTreeSet<GlobalId> {
    let is_free =
        |gid: GlobalId| find(history.facts, gid).is_some_and(|fact| matches!(fact.state, IdState::Superseded { .. }));
    let cluster_of = |stay: &Stay| clusters[stay.record as usize];
    let mut wanted: Vec<Stay> = history
        .former
        .iter()
        .filter(|stay| gids[cluster_of(stay) as usize].is_none() && is_free(stay.gid))
        .copied()
        .collect();
    // The latest stay of each record first.
    wanted.sort_unstable_by_key(|stay| (stay.record, u64::MAX - stay.since, stay.gid));
    let mut claims: BTreeMap<(u32, GlobalId), Claim> = BTreeMap::new();
    for (position, stay) in wanted.iter().enumerate() {
        let is_latest = position == 0 || wanted[position - 1].record != stay.record;
        let first = Claim {
            since: stay.since,
            had_it_last: 0,
            had_it: 0,
            smallest: stay.record,
        };
        let claim = claims.entry((cluster_of(stay), stay.gid)).or_insert(first);
        claim.since = claim.since.min(stay.since);
        claim.had_it_last += usize::from(is_latest);
        claim.had_it += 1;
    }
    // For each cluster the IDs that it wants, best last.
    let mut wishes: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for (&(cluster, gid), claim) in &claims {
        wishes
            .entry(cluster)
            .or_default()
            .push((claim.against_ids(), seniority(history.facts, gid), gid));
    }
    for wishes in wishes.values_mut() {
        wishes.sort_unstable_by(|a, b| b.cmp(a));
    }
    let mut owners: BTreeMap<GlobalId, u32> = BTreeMap::new();
    let mut asking: Vec<u32> = wishes.keys().copied().collect();
    while let Some(cluster) = asking.pop() {
        let Some((_, _, gid)) = wishes.get_mut(&cluster).and_then(Vec::pop) else {
            continue;
        };
        let strength = |cluster: u32| claims.get(&(cluster, gid)).map(|claim| claim.against_clusters());
        match owners.get(&gid).copied() {
            Some(owner) if strength(owner) <= strength(cluster) => asking.push(cluster),
            previous => {
                owners.insert(gid, cluster);
                asking.extend(previous);
            }
        }
    }
    for (&gid, &cluster) in &owners {
        gids[cluster as usize] = Some(gid);
    }
    owners.into_keys().collect()
}

/// A cluster's claim on an ID that has no owner.
#[derive(Debug, Clone, Copy)]
struct Claim {
    since: u64,
    had_it_last: usize,
    had_it: usize,
    smallest: u32,
}

impl Claim {
    /// Smaller is the better claim of a cluster on one ID.
    fn against_clusters(self) -> (u64, usize, usize, u32) {
        (
            self.since,
            usize::MAX - self.had_it_last,
            usize::MAX - self.had_it,
            self.smallest,
        )
    }

    /// Smaller is the better ID for one cluster.
    fn against_ids(self) -> (usize, usize) {
        (usize::MAX - self.had_it_last, usize::MAX - self.had_it)
    }
}

/// The IDs superseded earlier that now resolve elsewhere: to where the ID that they went into is now, or if none of the
/// records that they had at their end is there, to where most of those are; and which of them are of the latter kind.
fn redirect(
    clusters: &[u32],
    history: History<'_>,
    gids: &[GlobalId],
    superseded: &BTreeMap<GlobalId, GlobalId>,
    reinstated: &BTreeSet<GlobalId>,
) -> (Vec<(GlobalId, GlobalId)>, Vec<GlobalId>) {
    let homes = homes(clusters, history, gids);
    let mut ended: Vec<(u64, GlobalId, GlobalId, GlobalId)> = (history.facts.iter())
        .filter(|fact| !reinstated.contains(&fact.gid))
        .filter_map(|fact| match fact.state {
            IdState::Superseded { by, into, at } => Some((at, fact.gid, by, into)),
            _ => None,
        })
        .collect();
    // The ID that went last comes first: an ID stands where the one that it went into stands after this run.
    ended.sort_unstable_by(|a, b| b.cmp(a));
    let mut redirected = Vec::new();
    let mut relocated: BTreeMap<GlobalId, GlobalId> = BTreeMap::new();
    for (_, gid, by, into) in ended {
        let survivor = standing_for(into, history.facts, superseded, reinstated, &relocated)
            .unwrap_or_else(|| superseded.get(&by).copied().unwrap_or(by));
        let from = homes.partition_point(|home| home.0 < gid);
        let to = homes.partition_point(|home| home.0 <= gid);
        let of_id = &homes[from..to];
        let elsewhere = if of_id.iter().any(|home| home.1 == survivor) {
            None
        } else {
            let parts = of_id.chunk_by(|a, b| a.1 == b.1);
            parts.min_by_key(|part| (usize::MAX - part.len(), part[0].2))
        };
        let target = elsewhere.map_or(survivor, |part| part[0].1);
        if target != by {
            redirected.push((gid, target));
            if elsewhere.is_some() {
                relocated.insert(gid, target);
            }
        }
    }
    redirected.sort_unstable();
    (redirected, relocated.into_keys().collect())
}

/// For each superseded ID the records that it had at its end, each with the ID that it has now: (superseded ID, ID,
/// record), sorted.
fn homes(clusters: &[u32], history: History<'_>, gids: &[GlobalId]) -> Vec<(GlobalId, GlobalId, u32)> {
    let mut stays = history.former.to_vec();
    stays.sort_unstable_by_key(|stay| (stay.record, stay.since));
    let mut homes: Vec<(GlobalId, GlobalId, u32)> = Vec::new();
    for (position, stay) in stays.iter().enumerate() {
        let next = stays
            .get(position + 1)
            .filter(|next| next.record == stay.record)
            .map(|next| next.since);
        let left = next.or_else(|| history.current[stay.record as usize].map(|(_, since)| since));
        let ended = find(history.facts, stay.gid).and_then(|fact| match fact.state {
            IdState::Superseded { at, .. } => Some(at),
            _ => None,
        });
        if ended.is_some() && ended == left {
            homes.push((stay.gid, gids[clusters[stay.record as usize] as usize], stay.record));
        }
    }
    homes.sort_unstable();
    homes
}

/// The active ID that stands for an ID after this run, step by step along the IDs that it and its heirs went into; `None`
/// if the way ends in one that is retired or not known.
fn standing_for(
    gid: GlobalId,
    facts: &[IdFacts],
    superseded: &BTreeMap<GlobalId, GlobalId>,
    reinstated: &BTreeSet<GlobalId>,
    relocated: &BTreeMap<GlobalId, GlobalId>,
) -> Option<GlobalId> {
    let mut here = gid;
    // Every step leads to an ID that ended later, so that the way has an end.
    for _ in 0..=facts.len() {
        if let Some(&next) = superseded.get(&here).or_else(|| relocated.get(&here)) {
            here = next;
            continue;
        }
        match find(facts, here)?.state {
            IdState::Superseded { into, .. } if !reinstated.contains(&here) => here = into,
            IdState::Retired if !reinstated.contains(&here) => return None,
            _ => return Some(here),
        }
    }
    None
}

#[cfg(test)]
mod tests;
