//! Bridges: records that would have tied two groups together which otherwise disagree.
//!
//! A pair across two groups that speaks for itself and not for the groups is marked by the veto `bridge`; of all such
//! pairs between two groups the record that most of them have in common is the one to look at.

use std::collections::BTreeMap;

use super::{Linkage, Veto};

/// A record that speaks for two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bridge {
    /// The record, as a row; rows of a second table follow those of the first.
    pub row: u32,
    /// Its group.
    pub cluster: u32,
    /// The other group that it speaks for.
    pub toward: u32,
    /// How many of that group's records it speaks for.
    pub n_pairs: u32,
    /// The weight of the heaviest of these pairs, in bits.
    pub weight: f64,
}

impl Linkage {
    /// The record behind each two groups that are tied by bridges, in the order of the groups. Cost grows with the pairs.
    pub fn bridges(&self) -> Vec<Bridge> {
        let mut sides: BTreeMap<(u32, u32), Bridge> = BTreeMap::new();
        for pair in self.pairs.iter().filter(|pair| pair.veto == Some(Veto::Bridge)) {
            for (row, other) in [(pair.a, pair.b), (pair.b, pair.a)] {
                let toward = self.clusters[other as usize];
                let none = Bridge {
                    row,
                    cluster: self.clusters[row as usize],
                    toward,
                    n_pairs: 0,
                    weight: f64::MIN,
                };
                let own = sides.entry((row, toward)).or_insert(none);
                own.n_pairs += 1;
                own.weight = own.weight.max(pair.weight);
            }
        }
        let mut bridges: BTreeMap<(u32, u32), Bridge> = BTreeMap::new();
        for own in sides.into_values() {
            let groups = (own.cluster.min(own.toward), own.cluster.max(own.toward));
            let best = bridges.entry(groups).or_insert(own);
            // Of equal ones the first row stays.
            if (own.n_pairs, own.weight) > (best.n_pairs, best.weight) {
                *best = own;
            }
        }
        bridges.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Outcome, Pair};
    use super::*;

    #[test]
    fn the_record_that_most_pairs_have_in_common_is_the_bridge() {
        let pair = |a, b, weight, veto| Pair {
            a,
            b,
            pattern: 0,
            weight,
            probability: 0.9,
            outcome: Outcome::Review,
            veto,
        };
        let bridge = Some(Veto::Bridge);
        let mut linkage = super::super::tests::find(&[]);
        // Rows 0, 1, 2 and 3, 4, 5 are two groups; 2 speaks for 3 and 4. Rows 6, 7 and 8, 9 are two more.
        linkage.clusters = vec![0, 0, 0, 1, 1, 1, 2, 2, 3, 3];
        linkage.pairs = vec![
            pair(1, 5, 9.0, None),
            pair(2, 3, 3.0, bridge),
            pair(2, 4, 2.0, bridge),
            pair(1, 4, 7.0, Some(Veto::Numeral)),
            pair(7, 8, 5.0, bridge),
        ];
        let found: Vec<(u32, u32, u32, f64)> = (linkage.bridges().iter())
            .map(|own| (own.row, own.toward, own.n_pairs, own.weight))
            .collect();
        assert_eq!(found, [(2, 1, 2, 3.0), (7, 3, 1, 5.0)]);
    }
}
