//! By how much the best partner of a record outweighs the second best: what tells a match from a stranger where one
//! column is all that two files share.
//!
//! A record that has its match in another file has one partner there that stands out; one that has none finds what any
//! stranger finds, such as the siblings that its match would have: the other seasons of a league, the other houses of a
//! chain. How far the best of strangers stands out is seen in the file itself: each of its records, looked for among the
//! others, has no match there. Of the records that look for a partner as many have none as it takes to explain those
//! whose partner stands out least (J. Storey, A direct approach to false discovery rates, Journal of the Royal
//! Statistical Society B 64, 2002); of those whose partner stands out more, the rest are matches.
//!
//! Law: a file that holds things several times makes its strangers stand out less, so that less is believed, never more.

use rayon::prelude::*;

use super::rows::ends;

/// How many times the spread of a count is added to it, so that it is no chance.
const CLEAR: f64 = 3.0;
/// Of fewer the spread is no longer that of a normal distribution: E. Wilson and M. Hilferty, The distribution of
/// chi-square, Proceedings of the National Academy of Sciences 17, 1931.
const FEW: f64 = 10.0;
/// The part of the pairs taken for matches that may be none.
const MOST_CHANCE: f64 = 0.2;

/// How far the best partner of a record stands out, in bits, and the place of that pair among those looked at.
pub(super) type Margin = (f64, usize);

/// The margins of records that have a partner, the largest first. `pairs` are two records each, packed, `asks` tells who
/// looks for a partner; one beside whom there is no other stands out from `least`.
pub(super) fn margins(n: usize, pairs: &[u64], weights: &[f64], least: f64, asks: impl Fn(u32) -> bool) -> Vec<Margin> {
    let mut best = vec![(f64::MIN, usize::MAX); n];
    let mut second = vec![least; n];
    for ((at, pair), weight) in pairs.iter().enumerate().zip(weights) {
        let both = <[u32; 2]>::from(ends(*pair));
        for record in both.into_iter().filter(|record| asks(*record)) {
            let record = record as usize;
            if *weight > best[record].0 {
                second[record] = second[record].max(best[record].0);
                best[record] = (*weight, at);
            } else {
                second[record] = second[record].max(*weight);
            }
        }
    }
    let some = best.into_iter().zip(second).filter(|((_, at), _)| *at != usize::MAX);
    let mut margins: Vec<Margin> = some
        .map(|((best, at), second)| ((best - second).max(0.0), at))
        .collect();
    margins.par_sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    margins
}

/// What the margins of records say that look for a partner in another file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Told {
    /// How many have one, at least; none where none can be told from the others.
    pub(super) n_matches: f64,
    /// The best pair of each that has any, by its place.
    pub(super) best: Vec<usize>,
    /// The pairs that are no chance, by their places.
    pub(super) sure: Vec<usize>,
}

impl Told {
    /// How many matches there are at least, and are known.
    pub(super) fn n_outstanding(&self) -> f64 {
        self.n_matches.min(self.sure.len() as f64)
    }
}

/// Tells matches by the margins of `n` records, beside those of `n_strangers` that have no match; both the largest first.
pub(super) fn tell(own: &[Margin], n: f64, strangers: &[Margin], n_strangers: f64) -> Told {
    // For each margin the part of the strangers that stand out as much or more, one more than are seen, so that none seen
    // is not none at all.
    let mut n_above = 0;
    let above: Vec<f64> = own
        .iter()
        .map(|(margin, _)| {
            n_above += strangers[n_above..]
                .iter()
                .take_while(|other| other.0 >= *margin)
                .count();
            ((n_above as f64 + 1.0) / n_strangers).min(1.0)
        })
        .collect();
    let is_last = |at: usize| own.get(at + 1).is_none_or(|next| next.0 < own[at].0);
    let each = || (0..own.len()).filter(|at| is_last(*at) && own[*at].0 > 0.0);
    // Those that stand out less than at a margin, and as many as there may be by chance; all, at first.
    let below = |at: usize| n - (at + 1) as f64;
    let without = each().map(|at| most(below(at)) / (n * (1.0 - above[at])).max(f64::MIN_POSITIVE));
    let without = without.fold(1.0, f64::min);
    let is_sure = |at: &usize| without * n * above[*at] <= MOST_CHANCE * (at + 1) as f64;
    let n_sure = each().rfind(is_sure).map_or(0, |at| at + 1);
    Told {
        n_matches: if n_sure > 0 { (1.0 - without) * n } else { 0.0 },
        best: own.iter().map(|(_, at)| *at).collect(),
        sure: own[..n_sure].iter().map(|(_, at)| *at).collect(),
    }
}

/// How many there may be by chance where so many are seen.
fn most(seen: f64) -> f64 {
    let next = seen + 1.0;
    if seen >= FEW {
        seen + CLEAR * next.sqrt()
    } else {
        next * (1.0 - 1.0 / (9.0 * next) + CLEAR / (3.0 * next.sqrt())).powi(3)
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{draw, f1, word};
    use super::super::tests::{find, matches, table};
    use super::*;

    #[test]
    fn seasons_of_a_club_are_told_apart_where_their_names_are_all_there_is() {
        let name = |at: u64| word(at * 2 + 1) + &word(at * 2 + 2);
        let season = |at: u64| (name(at / 12), name(at / 12 + 1000), 1990 + at % 12);
        let left: Vec<Vec<String>> = (0..600)
            .map(|at| {
                let (club, town, year) = season(at);
                vec![format!("{year} {club} {town} football season")]
            })
            .collect();
        let own: Vec<u64> = (0..80).map(|at| at * 7 + draw(at, 7)).collect();
        let right: Vec<Vec<String>> = (own.iter())
            .map(|at| {
                let (club, town, year) = season(*at);
                vec![format!(
                    "{year} {club} {} season",
                    if at % 2 == 0 { &town } else { &town[1..] }
                )]
            })
            .collect();
        let found = find(&[&table(&["title"], &left), &table(&["name"], &right)]);
        let truth: Vec<(u32, u32)> = own.iter().zip(600..).map(|(at, right)| (*at as u32, right)).collect();
        let f1 = f1(&matches(&found), &truth);
        assert!(f1 > 0.9, "{f1}");
    }

    #[test]
    fn where_training_runs_away_those_that_stand_out_teach() {
        // Of each of eighty teams twenty-five seasons; of ten of them eight seasons under another name.
        let school = |team: u64| format!("{} {}", word(team * 2 + 1), word(team * 2 + 2));
        let season = |at: u64| {
            (
                at / 25,
                1990 + at % 25,
                if (at / 25 + at % 25).is_multiple_of(7) {
                    "baseball"
                } else {
                    "football"
                },
            )
        };
        let left: Vec<Vec<String>> = (0..2000)
            .map(|at| {
                let (team, year, game) = season(at);
                vec![format!("{year} {} {} {game} team", school(team), word(team + 5000))]
            })
            .collect();
        let own: Vec<u64> = (0..80).map(|at| at / 8 * 175 + at % 8 + draw(at / 8, 15)).collect();
        let right = own.iter().zip(0..).map(|(at, number)| {
            let (team, year, game) = season(*at);
            vec![match number % 8 {
                0 => format!("{year} {} {} {game}", school(team), word(team + 5000)),
                _ => format!("{year} {} {} {game} team", school(team), word(team + 5100)),
            }]
        });
        let right: Vec<Vec<String>> = right.collect();
        let found = find(&[&table(&["title"], &left), &table(&["name"], &right)]);
        let truth: Vec<(u32, u32)> = own.iter().zip(2000..).map(|(at, right)| (*at as u32, right)).collect();
        let f1 = f1(&matches(&found), &truth);
        assert!(f1 > 0.95, "{f1}");
    }

    #[test]
    fn branches_of_chains_are_no_matches_where_nothing_stands_out() {
        let sorts = ["north", "south", "east", "west", "mid", "old"];
        let branch = |at: u64| {
            let chain = at / 6;
            let name = format!(
                "{} {} {}",
                word(chain * 2 + 1),
                word(chain * 2 + 2),
                sorts[at as usize % 6]
            );
            vec![name, word(chain % 40 + 700), (1000 + draw(at + 3, 9000)).to_string()]
        };
        let (left, right): (Vec<u64>, Vec<u64>) = (0..1200).partition(|at| draw(at + 99, 2) == 0);
        let [left, right] = [left, right].map(|own| own.into_iter().map(branch).collect::<Vec<Vec<String>>>());
        let headers = ["name", "town", "code"];
        let found = matches(&find(&[&table(&headers, &left), &table(&headers, &right)]));
        assert!(found.len() < 20, "{}", found.len());
    }

    #[test]
    fn the_second_best_partner_is_what_the_best_one_stands_out_from() {
        let pair = |a: u64, b: u64| a << 32 | b;
        let pairs = [pair(0, 5), pair(0, 6), pair(1, 5), pair(2, 7), pair(0, 8)];
        let weights = [3.0, 9.0, 4.0, 1.0, 5.0];
        let of = |asks: fn(u32) -> bool| margins(9, &pairs, &weights, -2.0, asks);
        assert_eq!(of(|record| record < 5), [(6.0, 2), (4.0, 1), (3.0, 3)]);
        // Two partners that weigh the same stand out from nobody.
        let equal = margins(2, &[pair(0, 1), pair(0, 1)], &[2.0, 2.0], -2.0, |record| record == 0);
        assert_eq!(equal, [(0.0, 0)]);
    }

    #[test]
    fn matches_are_those_that_strangers_do_not_explain() {
        let spread = |n: usize, most: f64| (0..n).map(move |at| most * (1.0 - at as f64 / n as f64));
        let margins = |of: Vec<f64>| -> Vec<Margin> {
            let mut own: Vec<Margin> = of.into_iter().zip(0..).collect();
            own.sort_by(|one, other| other.0.total_cmp(&one.0));
            own
        };
        let strangers = margins(spread(2000, 4.0).collect());
        // Of a thousand records six hundred find what strangers find.
        let some = margins(spread(600, 4.0).chain(spread(400, 6.0).map(|own| 4.0 + own)).collect());
        let told = tell(&some, 1000.0, &strangers, 2000.0);
        assert!((300.0..400.0).contains(&told.n_matches), "{}", told.n_matches);
        assert!((400..520).contains(&told.sure.len()), "{}", told.sure.len());
        let none = tell(&margins(spread(1000, 4.0).collect()), 1000.0, &strangers, 2000.0);
        assert_eq!((none.n_matches, none.sure.len()), (0.0, 0));
        // Of sixty records all have a match; of sixty others none, for all that one can see.
        let strangers = margins(spread(60, 4.0).collect());
        let all = tell(
            &margins(spread(60, 4.0).map(|own| 5.0 + own).collect()),
            60.0,
            &strangers,
            60.0,
        );
        assert!((50.0..56.0).contains(&all.n_matches) && all.sure.len() == 60, "{all:?}");
        let none = tell(&strangers, 60.0, &strangers, 60.0);
        assert_eq!((none.n_matches, none.sure.len()), (0.0, 0));
        assert!((most(0.0) - 6.7).abs() < 0.1 && (most(9.0) - most(10.0)).abs() < 3.0);
    }
}
