//! Groups out of weighted pairs: joined from the heaviest down, by what all pairs between two groups say on average,
//! so that one strong pair does not chain groups that otherwise disagree.
//!
//! Laws: records of a side that is distinct never share a group; the order of the pairs changes nothing.

use std::collections::{BTreeMap, BinaryHeap};

/// Bits beyond which the word of one pair counts a tenth: enough to tell a heavy pair from a heavier one, too little to
/// outvote all others.
const CAP: f32 = 10.0;

pub(super) fn capped(weight: f32) -> f32 {
    let within = weight.clamp(-CAP, CAP);
    within + 0.1 * (weight - within)
}

/// A pair of groups that may be joined; the heaviest first.
struct Bond {
    mean: f32,
    a: u32,
    b: u32,
    /// Sizes when it was weighed; a bond of other sizes is out of date.
    sizes: (u32, u32),
}

impl Ord for Bond {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.mean
            .total_cmp(&other.mean)
            .then_with(|| (other.a, other.b).cmp(&(self.a, self.b)))
    }
}

impl PartialOrd for Bond {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Bond {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Bond {}

/// Groups `n` records by average linkage; gives for each record the smallest member of its group.
///
/// `graph` are the pairs with a positive weight; `weigh` gives the weight of any other pair; `only` names the side of
/// which a group may hold one record, if the record belongs to such a side.
pub(super) fn group(
    n: usize,
    graph: &[(u32, u32, f32)],
    weigh: impl Fn(u32, u32) -> f32,
    only: impl Fn(u32) -> Option<u8>,
) -> Vec<u32> {
    let mut root: Vec<u32> = (0..n as u32).collect();
    let mut members: Vec<Vec<u32>> = (0..n as u32).map(|record| vec![record]).collect();
    // Sums of the weights of all pairs between two groups.
    let mut sums: Vec<BTreeMap<u32, f32>> = vec![BTreeMap::new(); n];
    let mut heap = BinaryHeap::with_capacity(graph.len());
    for (a, b, weight) in graph {
        let weight = capped(*weight);
        sums[*a as usize].insert(*b, weight);
        sums[*b as usize].insert(*a, weight);
        heap.push(Bond {
            mean: weight,
            a: *a,
            b: *b,
            sizes: (1, 1),
        });
    }
    let mut sides: Vec<u8> = (0..n as u32)
        .map(|record| only(record).map_or(0, |side| 1 << side))
        .collect();
    while let Some(bond) = heap.pop() {
        let (a, b) = (bond.a as usize, bond.b as usize);
        let sizes = (members[a].len() as u32, members[b].len() as u32);
        if root[a] != bond.a || root[b] != bond.b || sizes != bond.sizes || sides[a] & sides[b] != 0 {
            continue;
        }
        let moved = std::mem::take(&mut members[b]);
        let of_b = std::mem::take(&mut sums[b]);
        let mut of_a = std::mem::take(&mut sums[a]);
        root[b] = bond.a;
        of_a.remove(&bond.b);
        let between = |some: &[u32], others: &[u32]| -> f32 {
            some.iter()
                .flat_map(|one| others.iter().map(move |other| (*one, *other)))
                .map(|(one, other)| capped(weigh(one, other)))
                .sum()
        };
        for (other, sum) in &mut of_a {
            *sum += of_b
                .get(other)
                .copied()
                .unwrap_or_else(|| between(&moved, &members[*other as usize]));
        }
        for (other, sum) in of_b {
            if other != bond.a && !of_a.contains_key(&other) {
                of_a.insert(other, sum + between(&members[a], &members[other as usize]));
            }
        }
        members[a].extend(moved);
        sides[a] |= sides[b];
        let size = members[a].len();
        for (other, sum) in &of_a {
            let at = *other as usize;
            sums[at].remove(&bond.b);
            sums[at].insert(bond.a, *sum);
            let mean = sum / (size * members[at].len()) as f32;
            if mean > 0.0 {
                let (first, second) = (bond.a.min(*other), bond.a.max(*other));
                let size_of = |group: u32| members[group as usize].len() as u32;
                heap.push(Bond {
                    mean,
                    a: first,
                    b: second,
                    sizes: (size_of(first), size_of(second)),
                });
            }
        }
        sums[a] = of_a;
    }
    let mut of = vec![0; n];
    for group in members.iter().filter(|group| !group.is_empty()) {
        let first = group.iter().min().copied().unwrap_or_default();
        for record in group {
            of[*record as usize] = first;
        }
    }
    of
}

/// Which sides hold each thing once. `side` is 0 or 1 for each record; pairs are between sides.
pub(super) fn distinct(graph: &[(u32, u32, f32)], n: usize, side: &[u8]) -> [bool; 2] {
    [0, 1].map(|own| {
        let (share, rate) = losers(graph, n, |x| side[x as usize] == own);
        share < 0.3 || rate < 0.01
    })
}

/// Among records that are not of the side, those with a second partner: how often that weighs as much as the lower
/// quarter of first partners, and how many there are of those per first partner.
pub(super) fn losers(graph: &[(u32, u32, f32)], n: usize, own: impl Fn(u32) -> bool) -> (f32, f32) {
    let mut first = vec![f32::MIN; n];
    let mut second = vec![f32::MIN; n];
    for (a, b, weight) in graph {
        let other = if own(*a) { *b } else { *a } as usize;
        if *weight > first[other] {
            second[other] = first[other];
            first[other] = *weight;
        } else if *weight > second[other] {
            second[other] = *weight;
        }
    }
    let mut winners: Vec<f32> = first.iter().copied().filter(|weight| *weight > f32::MIN).collect();
    winners.sort_by(f32::total_cmp);
    let quarter = winners.get(winners.len() / 4).copied().unwrap_or(0.0);
    let seconds: Vec<f32> = second.iter().copied().filter(|weight| *weight > f32::MIN).collect();
    let strong = seconds.iter().filter(|weight| **weight >= quarter).count() as f32;
    (
        strong / seconds.len().max(1) as f32,
        strong / winners.len().max(1) as f32,
    )
}
