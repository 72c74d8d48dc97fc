//! Contradictions among verdicts: two things are called different, and a chain of matches says that they are the same.

use std::collections::VecDeque;

/// A "not a match" between things that matches connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// Position of the "not a match".
    pub(crate) apart: usize,
    /// Positions of the matches that lead from its one end to the other: a shortest chain, in order.
    pub(crate) chain: Vec<usize>,
}

/// Finds the contradictions among verdicts about pairs of `n` things: `(one, other, whether they are the same)`.
///
/// Cost: `n log n` for the connections, and a search through one connected group for each contradiction.
pub(crate) fn contradictions(n: usize, verdicts: &[(u32, u32, bool)]) -> Vec<Contradiction> {
    let mut root: Vec<u32> = (0..n as u32).collect();
    for &(a, b, _) in verdicts.iter().filter(|verdict| verdict.2) {
        let (a, b) = (find(&mut root, a), find(&mut root, b));
        root[a.max(b) as usize] = a.min(b);
    }
    let mut apart = verdicts
        .iter()
        .enumerate()
        .filter(|(_, verdict)| !verdict.2)
        .filter(|(_, (a, b, _))| find(&mut root, *a) == find(&mut root, *b))
        .map(|(position, _)| position)
        .collect::<Vec<usize>>()
        .into_iter()
        .peekable();
    if apart.peek().is_none() {
        return Vec::new();
    }
    let mut neighbors: Vec<Vec<(u32, usize)>> = vec![Vec::new(); n];
    for (position, &(a, b, same)) in verdicts.iter().enumerate() {
        if same {
            neighbors[a as usize].push((b, position));
            neighbors[b as usize].push((a, position));
        }
    }
    apart
        .map(|apart| Contradiction {
            apart,
            chain: shortest(&neighbors, verdicts[apart].0, verdicts[apart].1),
        })
        .collect()
}

fn find(root: &mut [u32], mut of: u32) -> u32 {
    while root[of as usize] != of {
        root[of as usize] = root[root[of as usize] as usize];
        of = root[of as usize];
    }
    of
}

/// The edges of a shortest path, breadth first; empty if the ends are one.
fn shortest(neighbors: &[Vec<(u32, usize)>], from: u32, to: u32) -> Vec<usize> {
    let mut came: Vec<Option<(u32, usize)>> = vec![None; neighbors.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(here) = queue.pop_front() {
        if here == to {
            break;
        }
        for &(next, edge) in &neighbors[here as usize] {
            if next != from && came[next as usize].is_none() {
                came[next as usize] = Some((here, edge));
                queue.push_back(next);
            }
        }
    }
    let mut chain = Vec::new();
    let mut here = to;
    while let Some((before, edge)) = came[here as usize] {
        chain.push(edge);
        here = before;
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn chains_are_the_shortest() {
        let verdicts = [
            (0, 1, true),
            (1, 2, true),
            (2, 3, true),
            (0, 2, true),
            (0, 3, false),
            (4, 5, false),
            (4, 0, false),
        ];
        let found = contradictions(6, &verdicts);
        let expected = Contradiction {
            apart: 4,
            chain: vec![3, 2],
        };
        assert_eq!(found, [expected]);
        assert_eq!(contradictions(0, &[]), []);
    }

    proptest! {
        #[test]
        fn as_many_as_a_naive_search_finds(
            verdicts in prop::collection::vec((0_u32..7, 0_u32..7, any::<bool>()), 0..14)
        ) {
            let verdicts: Vec<_> = verdicts.into_iter().filter(|verdict| verdict.0 != verdict.1).collect();
            let mut connected = [[false; 7]; 7];
            for (at, row) in connected.iter_mut().enumerate() {
                row[at] = true;
            }
            for &(a, b, _) in verdicts.iter().filter(|verdict| verdict.2) {
                connected[a as usize][b as usize] = true;
                connected[b as usize][a as usize] = true;
            }
            for middle in 0..7 {
                for a in 0..7 {
                    for b in 0..7 {
                        connected[a][b] |= connected[a][middle] && connected[middle][b];
                    }
                }
            }
            let found = contradictions(7, &verdicts);
            let apart: Vec<usize> = found.iter().map(|one| one.apart).collect();
            let expected: Vec<usize> = (0..verdicts.len())
                .filter(|&at| !verdicts[at].2 && connected[verdicts[at].0 as usize][verdicts[at].1 as usize])
                .collect();
            prop_assert_eq!(apart, expected);
            for one in found {
                // The chain leads from one end to the other.
                let (mut here, to, _) = verdicts[one.apart];
                for edge in one.chain {
                    let (a, b, same) = verdicts[edge];
                    prop_assert!(same && (a == here || b == here));
                    here = if a == here { b } else { a };
                }
                prop_assert_eq!(here, to);
            }
        }
    }
}
