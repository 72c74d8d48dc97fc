//! The room that makes groups out of matching pairs: pairs are joined from the heaviest down, unless that would bring
//! together what must stay apart.
//!
//! It stands between matching and survivorship. Laws: records that a steward calls different, and records with two
//! different valid hard identifiers, never end in one cluster unless a steward joins them; two golden records that
//! stewards confirmed stay two; a retired golden record keeps its records and gets no others; one weak pair does not join two groups that hold together without it; the order of the
//! pairs changes nothing.

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::matching::{Decision, Decisions, HardIdentifiers, Pair, Verdict, Veto};

/// The clusters of the records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// For each record the number of its cluster; clusters are numbered by their smallest member, from 0.
    pub of: Vec<u32>,
    /// How many clusters there are.
    pub count: u32,
    /// Clusters that a person should look at.
    pub suspicious: Vec<Suspicion>,
}

/// A pair that would have joined two clusters and was not allowed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suspicion {
    /// One cluster.
    pub cluster: u32,
    /// The other cluster.
    pub other: u32,
    /// The record of the smaller of the two clusters whose pair bridges them.
    pub bridge: u32,
    /// Position of the pair in the list of pairs.
    pub pair: usize,
    /// Why they were not joined.
    pub reason: Veto,
}

/// Groups `n` records.
///
/// `pairs` are those that matching found, sorted by (a, b); a pair that matched but whose records stay in different
/// clusters is moved to review, with the reason. Steward's verdicts count even where matching found no pair.
/// `confirmed`: for each record the number, from 1, of the confirmed golden record that it belongs to, 0 for none; empty
/// if there is none at all. No two of them end in one cluster, whatever decisions say: only a merge by hand does that.
/// `retired`: the same of retired golden records. The records of one are one cluster, with no others, whatever decisions say.
/// Cost: `O(p log p)` for `p` pairs, beside the members moved when clusters join.
pub fn run(
    n: usize,
    pairs: &mut [Pair],
    decisions: &Decisions,
    hard: &HardIdentifiers,
    confirmed: &[u32],
    retired: &[u32],
) -> Clusters {
    let mut forest = Forest::new(n, pairs, decisions, hard, confirmed);
    forest.retire(retired);
    for (a, b, verdict) in decisions.entries() {
        if *verdict == Verdict::Match && (*b as usize) < n {
            forest.join_by_steward(*a, *b);
        }
    }
    let mut order: Vec<usize> = (0..pairs.len())
        .filter(|at| pairs[*at].decision == Decision::Match)
        .collect();
    order.sort_unstable_by_key(|at| (Reverse(pairs[*at].weight), pairs[*at].a, pairs[*at].b));
    let mut refused = Vec::new();
    for at in order {
        if let Err(reason) = forest.join(&pairs[at]) {
            refused.push((at, reason));
        }
    }
    let (of, count) = forest.number();
    let mut suspicious = Vec::new();
    for (at, reason) in refused {
        let pair = &mut pairs[at];
        let (left, right) = (of[pair.a as usize], of[pair.b as usize]);
        // Heavier pairs may have been refused before others brought the two together.
        if left == right {
            continue;
        }
        pair.decision = Decision::Review;
        pair.veto = Some(reason);
        let size = |record: u32| forest.size(record);
        let bridge = if size(pair.b) < size(pair.a) { pair.b } else { pair.a };
        suspicious.push(Suspicion {
            cluster: left.min(right),
            other: left.max(right),
            bridge,
            pair: at,
            reason,
        });
    }
    suspicious.sort_unstable();
    Clusters { of, count, suspicious }
}

/// Groups in the making. Every group knows its members, so that the smaller can be moved into the larger.
struct Forest<'a> {
    root: Vec<u32>,
    members: Vec<Vec<u32>>,
    /// For each root the hard identifiers of its members, by kind, sorted; a group of a steward's may have several.
    identifiers: Vec<Vec<(u8, u64)>>,
    /// For each root the confirmed golden record of its members, 0 for none; empty if there is none at all.
    confirmed: Vec<u32>,
    /// For each record whether it belongs to a retired golden record; empty if there is none at all.
    retired: Vec<bool>,
    /// For each record the records that a steward calls different.
    apart: BTreeMap<u32, Vec<u32>>,
    /// For each record its matching pairs: the other record.
    bonds: Bonds,
    decisions: &'a Decisions,
}

/// The matching pairs of each record.
struct Bonds {
    offsets: Vec<u32>,
    others: Vec<u32>,
}

impl Bonds {
    fn new(n: usize, pairs: &[Pair]) -> Self {
        let matching = || pairs.iter().filter(|pair| pair.decision == Decision::Match);
        let mut offsets = vec![0; n + 1];
        for pair in matching() {
            offsets[pair.a as usize + 1] += 1;
            offsets[pair.b as usize + 1] += 1;
        }
        for record in 0..n {
            offsets[record + 1] += offsets[record];
        }
        let mut next: Vec<u32> = offsets.clone();
        let mut others = vec![0; offsets[n] as usize];
        for pair in matching() {
            for (from, to) in [(pair.a, pair.b), (pair.b, pair.a)] {
                others[next[from as usize] as usize] = to;
                next[from as usize] += 1;
            }
        }
        Self { offsets, others }
    }

    fn of(&self, record: u32) -> &[u32] {
        &self.others[self.offsets[record as usize] as usize..self.offsets[record as usize + 1] as usize]
    }
}

impl<'a> Forest<'a> {
    fn new(n: usize, pairs: &[Pair], decisions: &'a Decisions, hard: &HardIdentifiers, confirmed: &[u32]) -> Self {
        let own = |record: usize| {
            let kinds = hard.kinds.iter().zip(0_u8..);
            kinds
                .map(|(kind, at)| (at, kind[record]))
                .filter(|(_, value)| *value != 0)
                .collect()
        };
        let mut apart: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (a, b, verdict) in decisions.entries() {
            if *verdict == Verdict::NotMatch {
                apart.entry(*a).or_default().push(*b);
                apart.entry(*b).or_default().push(*a);
            }
        }
        Self {
            root: (0..n as u32).collect(),
            members: vec![Vec::new(); n],
            identifiers: (0..n).map(own).collect(),
            confirmed: confirmed.to_vec(),
            retired: Vec::new(),
            apart,
            bonds: Bonds::new(n, pairs),
            decisions,
        }
    }

    /// The members of a root's group.
    fn group(&self, root: u32) -> impl Iterator<Item = u32> + '_ {
        self.members[root as usize].iter().copied().chain(std::iter::once(root))
    }

    fn size(&self, record: u32) -> usize {
        self.members[self.root[record as usize] as usize].len() + 1
    }

    /// Brings the records of each retired golden record together; nothing joins them any more.
    fn retire(&mut self, retired: &[u32]) {
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        for (&golden, record) in retired.iter().zip(0..).filter(|(golden, _)| **golden != 0) {
            let first = *first.entry(golden).or_insert(record);
            let (left, right) = (self.root[first as usize], self.root[record as usize]);
            if left != right {
                self.merge(left, right);
            }
        }
        self.retired = retired.iter().map(|golden| *golden != 0).collect();
    }

    fn is_retired(&self, record: u32) -> bool {
        self.retired.get(record as usize).copied().unwrap_or(false)
    }

    fn join_by_steward(&mut self, a: u32, b: u32) {
        let (left, right) = (self.root[a as usize], self.root[b as usize]);
        let is_held = self.is_retired(a) || self.is_retired(b) || self.are_both_confirmed(left, right);
        if left != right && !is_held && !self.are_apart(left, right) {
            self.merge(left, right);
        }
    }

    fn join(&mut self, pair: &Pair) -> Result<(), Veto> {
        let (left, right) = (self.root[pair.a as usize], self.root[pair.b as usize]);
        if left == right {
            return Ok(());
        }
        if self.is_retired(pair.a) || self.is_retired(pair.b) {
            return Err(Veto::Retired);
        }
        if self.are_apart(left, right) || self.identifiers_conflict(left, right) {
            return Err(Veto::Cluster);
        }
        if self.are_both_confirmed(left, right) {
            return Err(Veto::Confirmed);
        }
        let by_steward = self.decisions.get(pair.a, pair.b) == Some(Verdict::Match);
        if !by_steward && self.is_bridge(left, right) {
            return Err(Veto::Bridge);
        }
        self.merge(left, right);
        Ok(())
    }

    /// Whether a steward calls a member of one group different from a member of the other.
    fn are_apart(&self, left: u32, right: u32) -> bool {
        let (small, large) = self.by_size(left, right);
        !self.apart.is_empty()
            && self.group(small).any(|member| {
                self.apart
                    .get(&member)
                    .is_some_and(|others| others.iter().any(|other| self.root[*other as usize] == large))
            })
    }

    /// Whether the groups belong to two confirmed golden records.
    fn are_both_confirmed(&self, left: u32, right: u32) -> bool {
        let of = |root: u32| self.confirmed.get(root as usize).copied().unwrap_or(0);
        of(left) != 0 && of(right) != 0 && of(left) != of(right)
    }

    /// Whether the groups carry different identifiers of one kind: neither side's are all among the other's.
    fn identifiers_conflict(&self, left: u32, right: u32) -> bool {
        let (left, right) = (&self.identifiers[left as usize], &self.identifiers[right as usize]);
        let lacks = |some: &[(u8, u64)], all: &[(u8, u64)], kind: u8| {
            some.iter().any(|own| own.0 == kind && !all.contains(own))
        };
        let kinds = left
            .iter()
            .map(|own| own.0)
            .filter(|kind| right.iter().any(|own| own.0 == *kind));
        kinds
            .into_iter()
            .any(|kind| lacks(left, right, kind) && lacks(right, left, kind))
    }

    /// Whether a single matching pair is all that joins two groups of two or more, and no hard identifier does.
    fn is_bridge(&self, left: u32, right: u32) -> bool {
        if self.members[left as usize].is_empty() || self.members[right as usize].is_empty() {
            return false;
        }
        let shared = &self.identifiers[right as usize];
        if self.identifiers[left as usize].iter().any(|own| shared.contains(own)) {
            return false;
        }
        let (small, large) = self.by_size(left, right);
        let bonds = self.group(small).flat_map(|member| self.bonds.of(member));
        bonds
            .filter(|other| self.root[**other as usize] == large)
            .take(2)
            .count()
            < 2
    }

    fn by_size(&self, left: u32, right: u32) -> (u32, u32) {
        let key = |root: u32| (self.members[root as usize].len(), root);
        if key(left) < key(right) {
            (left, right)
        } else {
            (right, left)
        }
    }

    fn merge(&mut self, left: u32, right: u32) {
        let (small, large) = self.by_size(left, right);
        let mut moved = std::mem::take(&mut self.members[small as usize]);
        moved.push(small);
        for member in &moved {
            self.root[*member as usize] = large;
        }
        self.members[large as usize].append(&mut moved);
        let mut identifiers = std::mem::take(&mut self.identifiers[small as usize]);
        let all = &mut self.identifiers[large as usize];
        all.append(&mut identifiers);
        all.sort_unstable();
        all.dedup();
        if let Some(&of_small) = self.confirmed.get(small as usize).filter(|of| **of != 0) {
            self.confirmed[large as usize] = of_small;
        }
    }

    /// Numbers the groups by their smallest members.
    fn number(&self) -> (Vec<u32>, u32) {
        let mut numbers = vec![u32::MAX; self.root.len()];
        let mut count = 0;
        let of = self.root.iter().map(|root| {
            let number = &mut numbers[*root as usize];
            if *number == u32::MAX {
                *number = count;
                count += 1;
            }
            *number
        });
        (of.collect(), count)
    }
}
