//! What chance makes of two files, seen within each of them.
//!
//! Where nothing is known of two files, not even whether they have anything in common, it takes much to believe in a
//! match: more than one column can say. But records of one file are mostly strangers, and show how alike strangers are.
//! If the values of the two files come about independently, two records of different files share a value no more often
//! than the geometric mean of how often two of the one file do, and two of the other (Cauchy and Schwarz). Pairs of two
//! files that outweigh that many times are no chance, however little they weigh. Proteins are told from chance in this
//! way: J. Elias and S. Gygi, Target-decoy search strategy, Nature Methods 4, 2007.
//! Law: who repeats itself is believed less, never more.

use super::model::Model;
use super::nearest;
use super::records::Records;
use super::rows::Rows;

/// The part of the pairs taken for matches that chance may make.
const MOST_CHANCE: f64 = 0.2;

/// The likeliest pairs within each of two files.
pub(super) struct Decoys {
    patterns: [Vec<u128>; 2],
    /// How many pairs there are within each file, and between them.
    n_pairs: [f64; 2],
    n_between: f64,
}

impl Decoys {
    /// Of two files; costs what looking for the nearest neighbors of all records costs.
    pub(super) fn new(records: &Records, rows: &Rows<'_>, n_neighbors: usize) -> Self {
        let side = |record: u32| usize::from(records.side[record as usize]);
        let index = nearest::Index::build(&records.fields);
        let near = index.pairs(n_neighbors, |_| true, |a, b| side(a) == side(b));
        let of_side = |own: usize| -> Vec<u128> {
            let pairs = near.iter().copied().filter(|pair| side((pair >> 32) as u32) == own);
            rows.patterns(&pairs.collect::<Vec<u64>>())
        };
        let n = [0, 1].map(|own| (0..records.len() as u32).filter(|record| side(*record) == own).count() as f64);
        Self {
            patterns: [of_side(0), of_side(1)],
            n_pairs: n.map(|n| (n * (n - 1.0) / 2.0).max(1.0)),
            n_between: records.n_pairs(),
        }
    }

    /// The least evidence from which on pairs of the two files are no chance; `None` if there is no such. `seeds` are
    /// what pairs weigh that are taken for matches, and how many there are of each.
    pub(super) fn least_sure(&self, model: &Model, mut seeds: Vec<(f64, f64)>) -> Option<f64> {
        let of_side = |patterns: &Vec<u128>| -> Vec<f64> {
            let mut own: Vec<f64> = patterns.iter().map(|pattern| model.evidence(*pattern)).collect();
            own.sort_unstable_by(|one, other| other.total_cmp(one));
            own
        };
        let within = [of_side(&self.patterns[0]), of_side(&self.patterns[1])];
        seeds.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        let (mut n, mut sure) = (0.0, None);
        for equal in seeds.chunk_by(|one, other| one.0 == other.0) {
            let weight = equal[0].0;
            n += equal.iter().map(|(_, count)| count).sum::<f64>();
            // One more than were seen, so that none seen is not none at all.
            let share = |own: usize| (within[own].partition_point(|other| *other >= weight) + 1) as f64 / self.n_pairs[own];
            let chance = self.n_between * (share(0) * share(1)).sqrt();
            if weight > 0.0 && chance <= MOST_CHANCE * n {
                sure = Some(weight);
            }
        }
        sure
    }
}
