//! Grouping part by part: records that no chain of pairs connects cannot come together, so that each connected part is
//! grouped on its own, and parts beside each other.
//!
//! Law: gives what grouping all at once gives.

use rayon::prelude::*;

use super::group::group;

/// A pair with its weight.
pub(super) type Edge = (u32, u32, f32);

/// Groups `n` records; for each the smallest member of its group. The arguments are those of [`group`].
pub(super) fn group_parts(
    n: usize,
    graph: &[Edge],
    weigh: impl Fn(u32, u32) -> f32 + Sync,
    only: impl Fn(u32) -> Option<u8> + Sync,
) -> Vec<u32> {
    let roots = roots(n, graph);
    let mut edges: Vec<(u32, Edge)> = graph.iter().map(|edge| (roots[edge.0 as usize], *edge)).collect();
    edges.par_sort_unstable_by_key(|(root, edge)| (*root, edge.0, edge.1));
    let parts: Vec<&[(u32, Edge)]> = edges.chunk_by(|one, other| one.0 == other.0).collect();
    let joined: Vec<(u32, u32)> = parts
        .into_par_iter()
        .flat_map_iter(|part| {
            if let [(_, (a, b, _))] = part {
                // Nothing speaks against two records but that both are of a side that holds each thing once.
                let are_apart = only(*a).is_some_and(|side| only(*b) == Some(side));
                return vec![(*a, *a), (*b, if are_apart { *b } else { *a })];
            }
            let mut members: Vec<u32> = part.iter().flat_map(|(_, edge)| [edge.0, edge.1]).collect();
            members.sort_unstable();
            members.dedup();
            let place = |record: u32| members.binary_search(&record).unwrap_or_default() as u32;
            let own: Vec<Edge> = part
                .iter()
                .map(|(_, (a, b, weight))| (place(*a), place(*b), *weight))
                .collect();
            let of = group(
                members.len(),
                &own,
                |a, b| weigh(members[a as usize], members[b as usize]),
                |record| only(members[record as usize]),
            );
            let joined: Vec<(u32, u32)> = members
                .iter()
                .zip(of)
                .map(|(record, first)| (*record, members[first as usize]))
                .collect();
            joined
        })
        .collect();
    let mut of: Vec<u32> = (0..n as u32).collect();
    for (record, first) in joined {
        of[record as usize] = first;
    }
    of
}

/// For each record one record of its part, the same for all of them.
pub(super) fn roots(n: usize, graph: &[Edge]) -> Vec<u32> {
    let mut up: Vec<u32> = (0..n as u32).collect();
    let find = |up: &mut [u32], mut record: u32| {
        while up[record as usize] != record {
            up[record as usize] = up[up[record as usize] as usize];
            record = up[record as usize];
        }
        record
    };
    for (a, b, _) in graph {
        let (a, b) = (find(&mut up, *a), find(&mut up, *b));
        up[a.max(b) as usize] = a.min(b);
    }
    for record in 0..n as u32 {
        up[record as usize] = find(&mut up, record);
    }
    up
}

#[cfg(test)]
mod tests {
    use super::super::super::hash::mix;
    use super::*;

    #[test]
    fn parts_give_what_the_whole_gives() {
        for seed in 0..20 {
            let n = 60;
            let draw = |at: u64| mix(seed * 1000 + at);
            let mut graph: Vec<Edge> = (0..50)
                .map(|at| {
                    let (a, b) = ((draw(3 * at) % n) as u32, (draw(3 * at + 1) % n) as u32);
                    (a.min(b), a.max(b), (draw(3 * at + 2) % 90) as f32 / 10.0 + 0.1)
                })
                .filter(|(a, b, _)| a != b)
                .collect();
            graph.sort_by_key(|(a, b, _)| (*a, *b));
            graph.dedup_by_key(|(a, b, _)| (*a, *b));
            let weigh = |a: u32, b: u32| (mix(u64::from(a * 64 + b)) % 40) as f32 / 10.0 - 3.0;
            let only = |record: u32| (seed % 2 == 0).then_some((record % 2) as u8);
            assert_eq!(
                group_parts(n as usize, &graph, weigh, only),
                group(n as usize, &graph, weigh, only)
            );
        }
    }
}
