//! The fields that name things, and whether what a model takes for matches shares any of them.
//!
//! Training takes fields to be independent. Where one column decides another (the town its district, the event its day
//! and place) it can be led away from its seeds: to places of one town, which share all but their names. Copies share the
//! name now and then, however many there are; a model most of whose matches do not has learned what one place or one
//! event makes alike. Such pairs are a kind of relatives.
//! Law: a thing is named by words, and of fields that name it about equally well any one is enough.

use super::{Naming, Relatives, differing, filled, members};
use crate::matching::tables::compare::EQUAL;
use crate::matching::tables::kind::Kind;
use crate::matching::tables::model::{Model, level};

/// Bits by which fields that name things may name less than the best of them.
pub(super) const ABOUT: f64 = 1.0;
/// What names a thing tells more than this part of the bits that it takes to tell all records apart; less names sorts.
const SORTS: f64 = 0.5;
/// The part of the matches that may differ in all fields that name things.
const MOST_UNNAMED: f64 = 0.5;
/// Matches that must be seen to differ so.
const LEAST_SEEN: f64 = 5.0;

/// The fields that name things, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matching::tables) struct Names(u32);

impl Names {
    /// Of a model's fields, by how much each names of `n` records and what share of the pairs fills it; `None` where one of
    /// those that name best holds no words, or they name sorts, or persons, whose given names (one bit each) are elsewhere:
    /// what somebody made does not name who made it.
    pub(in crate::matching::tables) fn of(
        model: &Model,
        n: usize,
        naming: &[Naming],
        filled: &[f64],
        all_given: u32,
    ) -> Option<Self> {
        let telling: Vec<f64> = (naming.iter().zip(filled))
            .map(|(own, filled)| own.entropy * filled.sqrt())
            .collect();
        let highest = telling.iter().copied().fold(0.0, f64::max);
        let own = || (0..telling.len()).filter(|at| telling[*at] > 0.0 && telling[*at] > highest - ABOUT);
        let is_word = |at: usize| matches!(model.fields[at].kind, Kind::Name | Kind::Text);
        let mask = own().fold(0, |mask, at| mask | 1 << at);
        let are_names = highest > SORTS * (n as f64).log2() && (all_given == 0 || mask & all_given != 0);
        (are_names && own().all(is_word)).then_some(Self(mask))
    }

    /// Whether two records have the same name, to the letter.
    pub(in crate::matching::tables) fn are_shared(self, pattern: u128) -> bool {
        members(self.0).any(|at| (1..=usize::from(EQUAL)).contains(&level(pattern, at)))
    }

    /// Whether most of what `trained` takes for matches, among counted patterns, differs in name. `model` is the one before
    /// training.
    pub(in crate::matching::tables) fn are_missed(
        self,
        model: &Model,
        trained: &Model,
        patterns: &[(u128, f64)],
    ) -> bool {
        let (mut n, mut n_differ) = (0.0, 0.0);
        for ((pattern, count), weight) in patterns.iter().zip(trained.weights(patterns)) {
            let both = filled(model, *pattern) & self.0;
            if both != 0 {
                let matching = count / (1.0 + (-weight).exp2());
                let differ = differing(model, *pattern) & both == both;
                n += matching;
                n_differ += if differ { matching } else { 0.0 };
            }
        }
        n_differ >= LEAST_SEEN && n_differ > MOST_UNNAMED * n
    }

    /// Those that share all else.
    pub(in crate::matching::tables) fn relatives(self) -> Relatives {
        Relatives {
            differ: members(self.0).collect(),
            per_match: 1.0,
            in_series: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::compare::n_levels;
    use super::super::super::model::BITS;
    use super::super::super::{Column, Options, Outcome, Table, link};
    use super::*;
    use crate::matching::hash::mix;

    #[test]
    fn what_shares_no_name_is_no_copy() {
        // Name, day, town.
        let kinds = [Kind::Name, Kind::Date, Kind::Name];
        let random = kinds.map(|kind| {
            let mut levels = vec![1.0; n_levels(kind) - 1];
            levels.push(10_000.0);
            levels
        });
        let model = Model::new(&kinds, &random);
        let mut trained = model.clone();
        // Names say nothing to it: all pairs of one day and one town are matches.
        trained.fields[0].bits.fill(0.0);
        let pattern = |name: usize| name as u128 | 1 << BITS | 1 << (2 * BITS);
        let (equal, different) = (pattern(1), pattern(n_levels(Kind::Name)));
        let names_of = |n: usize, all_given: u32, entropy: [f64; 3]| {
            let rarity = entropy;
            let own = |at: usize| Naming {
                entropy: entropy[at],
                rarity: rarity[at],
                ..Naming::default()
            };
            Names::of(&model, n, &[0, 1, 2].map(own), &[1.0; 3], all_given)
        };
        let names = |entropy| names_of(10_000, 0, entropy);
        let of_name = names([12.0, 8.0, 5.0]).unwrap();
        assert!(of_name.are_shared(equal) && !of_name.are_shared(different));
        let are_missed = |n_equal: f64, n_different: f64| {
            of_name.are_missed(&model, &trained, &[(equal, n_equal), (different, n_different)])
        };
        assert!(are_missed(10.0, 90.0));
        assert!(!are_missed(90.0, 10.0));
        assert!(!are_missed(1.0, 3.0));
        assert_eq!(names([12.0, 8.0, 5.0]), Some(Names(0b001)));
        assert_eq!(names([12.0, 8.0, 11.5]), Some(Names(0b101)));
        // A day names as well as the name does.
        assert_eq!(names([12.0, 11.5, 5.0]), None);
        // Of so many records these are sorts.
        assert_eq!(names_of(1 << 24, 0, [12.0, 8.0, 5.0]), None);
        // Persons are named by their given names.
        assert_eq!(names_of(10_000, 0b001, [12.0, 8.0, 5.0]), Some(of_name));
        assert_eq!(names_of(10_000, 0b100, [12.0, 8.0, 5.0]), None);
    }

    #[test]
    fn places_of_one_town_are_no_copies() {
        let syllables = [
            "ka", "lo", "mi", "ster", "ban", "tel", "gor", "pin", "das", "we", "ul", "zo", "hem", "vi", "or", "en",
        ];
        let word = |seed: u64| -> String {
            let of = |at: u64| syllables[(mix(seed * 5 + at) % 16) as usize];
            (0..4).map(of).collect()
        };
        let n = 1500;
        let mut columns = ["name", "town", "district"].map(Column::new);
        for at in 0..n {
            let town = mix(at + 77) % (n / 10);
            columns[0].push(&word(at));
            columns[1].push(&word(100_000 + town));
            columns[2].push(&word(200_000 + town % 20));
        }
        let found = link(
            &[&Table {
                columns: columns.into(),
                ..Table::default()
            }],
            &Options::default(),
        );
        let n_wrong = found.pairs.iter().filter(|pair| pair.outcome == Outcome::Match).count();
        assert!(n_wrong < 15, "{n_wrong}");
    }
}
