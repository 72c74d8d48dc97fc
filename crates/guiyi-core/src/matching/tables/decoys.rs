//! What chance makes of two files, seen within each of them.
//!
//! Where nothing is known of two files, not even whether they have anything in common, it takes much to believe in a
//! match: more than one column can say. But records of one file are mostly strangers, and show how alike strangers are.
//! If the values of the two files come about independently, two records of different files share a value no more often
//! than the geometric mean of how often two of the one file do, and two of the other (Cauchy and Schwarz). Pairs of two
//! files that outweigh that many times are no chance, however little they weigh. Proteins are told from chance in this
//! way: J. Elias and S. Gygi, Target-decoy search strategy, Nature Methods 4, 2007.
//!
//! What counts are pairs of which each record is the other's likeliest partner. Law: who repeats itself is believed less,
//! never more, so that what is found is at most what there is.

use rayon::prelude::*;

use super::excess::rising;
use super::margins::{Told, margins, tell};
use super::model::Model;
use super::nearest::{Among, Index};
use super::records::Records;
use super::rows::{Rows, ends};

/// The part of the pairs taken for matches that chance may make.
const MOST_CHANCE: f64 = 0.2;
/// How many times the spread of chance pairs must exceed it to be no chance, at whichever weight they are looked at.
const CLEAR: f64 = 4.0;
/// The part of the records of a file whose partner stands out, from which on all have one at most.
pub(super) const MANY_TOLD: f64 = 0.4;
/// Bits by which a model's prior is raised at most.
const MOST_RAISED: f64 = 20.0;

/// The nearest pairs within each of two files.
pub(super) struct Decoys {
    pairs: [Vec<u64>; 2],
    patterns: [Vec<u128>; 2],
    /// How many pairs there are within each file, and between them.
    n_pairs: [f64; 2],
    n_between: f64,
    n: usize,
    /// The file of each record, and how many of each look for a partner: those before some record.
    side: Vec<u8>,
    sizes: [f64; 2],
    asks: [u32; 2],
}

impl Decoys {
    /// Of two files, of each of which `most` records look for a partner at most; costs what looking for their nearest
    /// neighbors costs.
    pub(super) fn new(records: &Records, rows: &Rows<'_>, n_neighbors: usize, most: usize) -> Self {
        let side = |record: u32| usize::from(records.side[record as usize]);
        let asks = asking(&records.side, most);
        let is_asking = |record: u32| record < asks[side(record)];
        let near = Index::build(records).pairs(n_neighbors, Among::Own, is_asking);
        let (left, right): (Vec<u64>, Vec<u64>) = near.iter().partition(|pair| side(ends(**pair).0) == 0);
        let n = records.len() as f64;
        let n_left = n - records.side.iter().map(|side| f64::from(*side)).sum::<f64>();
        let sizes = [n_left, n - n_left];
        let asked = sizes.map(|n| n.min(most as f64));
        let n_pairs = |own: usize| (asked[own] * (sizes[own] - 0.5 * (asked[own] + 1.0))).max(1.0);
        Self {
            patterns: [rows.patterns(&left), rows.patterns(&right)],
            pairs: [left, right],
            n_pairs: [n_pairs(0), n_pairs(1)],
            n_between: records.n_pairs(),
            n: records.len(),
            side: records.side.clone(),
            sizes: asked,
            asks,
        }
    }

    /// Whether a record looks for a partner.
    pub(super) fn is_asking(&self, record: u32) -> bool {
        record < self.asks[usize::from(self.side[record as usize])]
    }

    /// What the best partners of records tell by how far they stand out, for the file of which they tell most.
    pub(super) fn told(&self, rows: &Rows<'_>, model: &Model, pairs: &[u64]) -> Told {
        let weigh = |pairs: &[u64]| -> Vec<f64> {
            let weights = pairs.par_iter().map(|pair| rows.weigh(model, ends(*pair)));
            weights.collect()
        };
        let (least, weights) = (model.prior_bits(), weigh(pairs));
        let of = |own: usize| {
            let is_own = |record: u32| usize::from(self.side[record as usize]) == own && self.is_asking(record);
            let own_margins = margins(self.n, pairs, &weights, least, is_own);
            let within = &self.pairs[1 - own];
            let strangers = margins(self.n, within, &weigh(within), least, |record| self.is_asking(record));
            tell(&own_margins, self.sizes[own], &strangers, self.sizes[1 - own])
        };
        // Records are numbered by what they hold, so that swapping the files makes no other the first one.
        let first = usize::from(self.side.first().copied().unwrap_or_default());
        let [one, other] = [of(first), of(1 - first)];
        if other.n_matches > one.n_matches { other } else { one }
    }

    /// The least weight from which on pairs of the two files are no chance, and how many there are; `None` if there is no
    /// such. `seeds` are the weights of the likeliest ones, the heaviest first, and how many there are of each.
    pub(super) fn sure(&self, weigh: impl Fn(u128) -> f64, seeds: &[(f64, f64)]) -> Option<(f64, f64)> {
        let mut n = 0.0;
        let each = seeds
            .iter()
            .zip(self.chance(weigh, seeds))
            .map(|((weight, count), chance)| {
                n += count;
                (*weight, n, chance)
            });
        let sure = each.filter(|(_, n, chance)| *chance <= MOST_CHANCE * n).last();
        sure.map(|(weight, n, _)| (weight, n))
    }

    /// What the heaviest pair within either file weighs.
    pub(super) fn heaviest(&self, weigh: impl Fn(u128) -> f64) -> f64 {
        let patterns = self.patterns.iter().flatten();
        patterns.map(|pattern| weigh(*pattern)).fold(0.0, f64::max)
    }

    /// How many pairs of each weight or more chance makes; one more than are seen, so that none seen is not none at all.
    fn chance(&self, weigh: impl Fn(u128) -> f64, seeds: &[(f64, f64)]) -> Vec<f64> {
        let within = [0, 1].map(|own| {
            let weights: Vec<f64> = self.patterns[own].iter().map(|pattern| weigh(*pattern)).collect();
            likeliest(self.n, &self.pairs[own], &weights)
        });
        let mut rest = within.each_ref().map(|own| own.iter().peekable());
        let mut seen = [1.0; 2];
        let of = |(weight, _): &(f64, f64)| {
            for (rest, seen) in rest.iter_mut().zip(&mut seen) {
                while let Some((_, count)) = rest.next_if(|other| other.0 >= *weight) {
                    *seen += count;
                }
            }
            self.between(seen)
        };
        seeds.iter().map(of).collect()
    }

    /// How many pairs of the two files chance makes, where so many are seen within each.
    pub(super) fn between(&self, within: [f64; 2]) -> f64 {
        // In this order swapping the files changes no bit.
        self.n_between * ((within[0] / self.n_pairs[0]) * (within[1] / self.n_pairs[1])).sqrt()
    }

    /// The patterns of the nearest pairs within each file.
    pub(super) fn within(&self) -> [&[u128]; 2] {
        [&self.patterns[0], &self.patterns[1]]
    }

    /// How many of the likeliest pairs are matches at least, by what chance leaves of each weight; none where it may be
    /// chance that so many stand out.
    fn matches(&self, weigh: impl Fn(u128) -> f64, seeds: &[(f64, f64)]) -> f64 {
        let (mut n, mut before, mut is_clear) = (0.0, 0.0, false);
        let mut counts: Vec<(f64, f64)> = Vec::new();
        for ((_, count), chance) in seeds.iter().zip(self.chance(weigh, seeds)) {
            n += count;
            is_clear |= n - chance >= CLEAR * (n + chance).sqrt();
            counts.push((*count, chance - before));
            before = chance;
        }
        if !is_clear {
            return 0.0;
        }
        counts.reverse();
        counts
            .iter()
            .zip(rising(&counts))
            .map(|((count, _), left)| count * left)
            .sum()
    }

    /// Raises the prior of a model that sees fewer matches among some pairs than there are.
    pub(super) fn raise(&self, model: &mut Model, rows: &Rows<'_>, pairs: &[u64], patterns: &[u128]) {
        let weights: Vec<f64> = patterns.iter().map(|pattern| model.weight(*pattern)).collect();
        let seeds = likeliest(self.n, pairs, &weights);
        let least = self.matches(|pattern| model.weight(pattern), &seeds);
        let told = self.told(rows, model, pairs);
        // Where so many partners stand out, others are rivals.
        model.rivals |= told.n_matches > 0.0 && told.n_matches >= MANY_TOLD * told.best.len() as f64;
        let best: Vec<(f64, f64)> = told.best.iter().map(|at| (weights[*at], 1.0)).collect();
        let bits = f64::max(missing(&seeds, least), missing(&best, told.n_matches));
        if bits > 0.0 {
            let bits = model.prior_bits() + bits;
            model.prior = 1.0 / (1.0 + (-bits).exp2());
        }
    }
}

/// For each file the record before which its first `most` are: a fair sample, since records are in the order of a hash.
pub(super) fn asking(side: &[u8], most: usize) -> [u32; 2] {
    [0, 1].map(|own| {
        let mut rest = (0..)
            .zip(side)
            .filter(|(_, side)| **side == own)
            .map(|(record, _)| record);
        rest.nth(most).unwrap_or(u32::MAX)
    })
}

/// How many bits more each weight must have for so many matches to be seen; each weight with how many pairs have it.
fn missing(weights: &[(f64, f64)], n_matches: f64) -> f64 {
    let seen = |raised: f64| -> f64 {
        let each = weights
            .iter()
            .map(|(weight, count)| count / (1.0 + (-weight - raised).exp2()));
        each.sum()
    };
    if seen(0.0) >= n_matches {
        return 0.0;
    }
    let (mut low, mut high) = (0.0, MOST_RAISED);
    while high - low > 1e-3 {
        let middle = f64::midpoint(low, high);
        if seen(middle) < n_matches {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The weights of the pairs of which each record is the other's likeliest partner, the heaviest first, and how many
/// there are of each.
fn likeliest(n: usize, pairs: &[u64], weights: &[f64]) -> Vec<(f64, f64)> {
    let mut best = vec![f64::MIN; n];
    let both = |pair: u64| <[u32; 2]>::from(ends(pair)).map(|record| record as usize);
    for (pair, weight) in pairs.iter().zip(weights) {
        for record in both(*pair) {
            best[record] = best[record].max(*weight);
        }
    }
    let own = pairs.iter().zip(weights);
    let own = own.filter(|(pair, weight)| both(**pair).iter().all(|record| **weight >= best[*record]));
    let mut weights: Vec<f64> = own.map(|(_, weight)| *weight).collect();
    weights.sort_unstable_by(|one, other| other.total_cmp(one));
    let equal = weights.chunk_by(|one, other| one.total_cmp(other).is_eq());
    equal.map(|equal| (equal[0], equal.len() as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::model::FieldModel;
    use super::super::said::Said;
    use super::super::search::Search;
    use super::super::{Column, Kind, Options, Outcome, Table, link, siblings};
    use super::*;
    use crate::matching::hash::mix;

    /// A file of names of so many things.
    fn names(things: std::ops::Range<u64>) -> Table {
        let syllables = [
            "ka", "lo", "mi", "ster", "ban", "tel", "gor", "pin", "das", "we", "ul", "zo", "hem", "vi", "or", "en",
        ];
        let mut column = Column::new("name");
        for thing in things {
            let of = |at: u64| syllables[(mix(thing * 9 + at) % 16) as usize];
            column.push(&format!("{}{}{} {}{}{}", of(0), of(1), of(2), of(3), of(4), of(5)));
        }
        Table {
            columns: vec![column],
            ..Table::default()
        }
    }

    #[test]
    fn one_column_is_enough_where_chance_within_each_file_makes_nothing_like_it() {
        let found = link(&[&names(0..600), &names(400..1000)], &Options::default());
        let matched: Vec<_> = found
            .pairs
            .iter()
            .filter(|pair| pair.outcome == Outcome::Match)
            .collect();
        let n_right = matched.iter().filter(|pair| pair.b - 600 + 400 == pair.a).count();
        assert!(
            n_right >= 190 && n_right * 10 >= matched.len() * 9,
            "{n_right} of {}",
            matched.len()
        );
        let none = link(&[&names(0..600), &names(600..1200)], &Options::default());
        // Two names that are a letter apart by chance are all that may be joined.
        let n_wrong = none.pairs.iter().filter(|pair| pair.outcome == Outcome::Match).count();
        assert!(n_wrong <= 2, "{n_wrong}");
    }

    #[test]
    fn of_large_files_some_records_show_what_chance_makes() {
        let tables = [names(0..600), names(400..1000)];
        let said = Said::default();
        let records = Records::new(&[&tables[0], &tables[1]], &said);
        let search = Search::new(&records, &said);
        let n_found = |most: usize| {
            let decoys = Decoys::new(&records, &search.rows, 12, most);
            let asks = |record: u32| decoys.is_asking(record);
            let n_asking = (0..1200).filter(|record| asks(*record)).count();
            assert_eq!(n_asking, 2 * most.min(600));
            let near = Index::build(&records).pairs(12, Among::Partners, asks);
            let told = decoys.told(&search.rows, &search.seen, &near);
            assert_eq!(told.best.len(), most.min(600));
            told.n_outstanding()
        };
        let (all, some) = (n_found(1000), n_found(150));
        assert!((150.0..=210.0).contains(&all), "{all}");
        assert!((10.0..=60.0).contains(&some), "{some}");
    }

    #[test]
    fn no_more_is_sure_than_chance_leaves_over() {
        // Within either file two pairs of the first pattern, and hardly any pair of the second.
        let pair = |a: u64, b: u64| a << 32 | b;
        let decoys = Decoys {
            pairs: [
                vec![pair(0, 1), pair(2, 3), pair(4, 5)],
                vec![pair(6, 7), pair(8, 9), pair(10, 11)],
            ],
            patterns: [vec![1, 1, 2], vec![1, 1, 2]],
            n_pairs: [1000.0; 2],
            n_between: 2000.0,
            n: 12,
            side: Vec::new(),
            sizes: [6.0; 2],
            asks: [u32::MAX; 2],
        };
        let weigh = |pattern: u128| if pattern == 1 { 4.0 } else { 8.0 };
        // Chance makes four pairs of eight bits or more, and eight of four bits.
        assert_eq!(decoys.sure(weigh, &[(8.0, 19.0), (4.0, 20.0)]), None);
        assert_eq!(decoys.sure(weigh, &[(8.0, 20.0), (4.0, 1.0)]), Some((8.0, 20.0)));
        assert_eq!(decoys.sure(weigh, &[(8.0, 20.0), (4.0, 20.0)]), Some((4.0, 40.0)));
        assert!((decoys.matches(weigh, &[(8.0, 40.0), (4.0, 3.0)]) - 36.0).abs() < 1e-9);
        assert!(decoys.matches(weigh, &[(8.0, 20.0), (4.0, 3.0)]).abs() < 1e-9);
    }

    #[test]
    fn siblings_are_seen_within_each_file_and_copies_too() {
        let of = |n_equal: usize, n_alike: usize| {
            let own: Vec<u128> = [vec![1; n_equal], vec![5; n_alike], vec![6; 250]].concat();
            Decoys {
                pairs: [vec![0; own.len()], vec![0; own.len()]],
                patterns: [own.clone(), own],
                n_pairs: [1000.0; 2],
                n_between: 2000.0,
                n: 100,
                side: Vec::new(),
                sizes: [50.0; 2],
                asks: [u32::MAX; 2],
            }
        };
        let field = FieldModel {
            name: String::new(),
            kind: Kind::Category,
            m: vec![1.0 / 6.0; 6],
            u: vec![1.0 / 6.0; 6],
            bits: vec![10.0, 10.0, 10.0, 10.0, 4.0, -6.0],
        };
        let model = Model::untaught(vec![field], 0.5);
        let patterns = [vec![1; 100], vec![5; 300], vec![6; 500]].concat();
        let are_taken = |decoys: Decoys| siblings::are_taken(&model, &decoys, &patterns);
        // What is alike is so within each file too, and what is equal is not.
        assert!(are_taken(of(0, 150)));
        // Copies are there all over, and where nothing is alike within a file, nothing is a sibling.
        assert!(!are_taken(of(50, 150)) && !are_taken(of(0, 0)));
    }
}
