//! Competition among those that could be one thing with a record: editions of one product, members of one household,
//! numbered accounts. They look alike all over, and training without labels takes them for matches gladly.
//!
//! Copies of a thing are each other's copies, however many there are; of look-alikes one at most is the thing itself.
//! So where a model finds many partners for the same records, a second one is learned for which the partners of a record
//! share one belief. Copies stay several, since each looks like the thing as much as the others; if hardly anybody keeps
//! several, they were rivals, and the second model is the better one. And where the partners of a record are often no
//! partners of each other, or most records hang together, likeness was taken for identity in any case: then a third one
//! is learned, for which only those do not compete that the second one joins.
//! Laws: where one of two files holds each thing once, the grouping sees to it and nothing is learned anew; a model that
//! is sure of far fewer matches than it expects is not believed.

use rayon::prelude::*;

use super::group;
use super::model::{Model, Share};
use super::parts::{Edge, roots};
use super::rows::{Pair, ends};
use super::train::count;

/// Rounds of training, at most, and the part of the matches by which the last one changes their number.
const ROUNDS: usize = 40;
const SETTLED: f64 = 1e-4;
/// How many times as many matches as there is room for, or as it is sure of, a model may expect.
const TOO_MANY: f64 = 1.5;
/// How many records have several partners, at most, for each that has one, where these are rivals; and how many times as
/// many, or as many matches, there are at least while they do not compete. Copies of a thing stay several.
const SEVERAL: f64 = 1.0 / 3.0;
const FALL: f64 = 10.0;
/// The same of one file where each of the two is seen to hold siblings by itself.
const HALF: f64 = 0.5;
/// The part of all records that no thing has: a chain of pairs so long joins look-alikes, if no more than this part of
/// its pairs is left once all compete but copies ([`FALL`]).
const FLOOD: f64 = 0.25;
/// How many times as many second partners as one file gives the records of the other, that one may give it and still hold
/// each thing once.
const FAR_FEWER: f32 = 3.0;
/// Pairs that must be expected before anybody competes.
const LEAST_PAIRS: f64 = 3.0;
/// Bits below which a pair is no rival, and those above which a pair is as good as any.
const POSSIBLE: (f64, f64) = (-10.0, 60.0);
/// Records with several partners that must be seen to tell copies from look-alikes, and the part of them at least whose
/// partners are partners of each other, if these are copies.
const LEAST_SEEN: usize = 20;
const TRANSITIVE: f64 = 2.0 / 3.0;

/// Pairs that could be matches, and the patterns of all that were compared.
struct Rivals {
    n: usize,
    /// Two records and the place of their pattern.
    pairs: Vec<(Pair, usize)>,
    /// Patterns and how many pairs have each.
    counted: Vec<(u128, f64)>,
}

/// The model to weigh pairs with: the one that was trained on `pairs` and their `patterns`, or one for which partners
/// compete. `n` is the number of records, `side` the side of each where two files are linked; `weigh` gives the bits of
/// any pair by a model, `are_siblings` tells whether each of two files shows by itself that a model took siblings for
/// matches.
///
/// Costs one pass over the pairs, and up to eighty more where records have many partners.
pub(super) fn compete(
    trained: Model,
    n: usize,
    side: Option<&[u8]>,
    pairs: &[u64],
    patterns: &[u128],
    are_siblings: impl Fn(&Model) -> bool,
    weigh: impl Fn(&Model, Pair) -> f64 + Sync,
) -> Model {
    let rivals = Rivals::new(&trained, n, pairs, patterns);
    let odds = rivals.odds(&trained);
    let expected: f64 = (rivals.counted.iter().zip(&odds))
        .map(|((_, count), odds)| count * odds / (1.0 + odds))
        .sum();
    let with_room = rivals.total(&rivals.shares(&trained, &odds, None));
    let graph = rivals.graph(&odds);
    let is_held = || side.is_some_and(|side| group::distinct(&graph, n, side) != [false; 2]);
    if expected < LEAST_PAIRS || expected < TOO_MANY * with_room || is_held() {
        return trained;
    }
    let are_look_alikes = are_look_alikes(&graph, n, |pair| weigh(&trained, pair));
    let (strict, total) = rivals.train(&trained, false);
    let left = rivals.graph(&rivals.odds(&strict));
    let gave_way = |own: u8| {
        let of = |graph: &[Edge]| several(graph, n, |record| side.is_none_or(|side| side[record] == own));
        let (before, after) = (of(&graph), of(&left));
        after < SEVERAL && before >= FALL * after
    };
    // Siblings within each file give way too, but for those of whom nothing tells which of them is the one.
    let are_siblings = || {
        let of = |own: u8| several(&left, n, |record| side.is_some_and(|side| side[record] == own));
        of(0).min(of(1)) < HALF && are_siblings(&trained)
    };
    let is_flood = || largest(&graph, n) as f64 > FLOOD * n as f64;
    let mut chosen =
        if !are_look_alikes && rivals.finds(&strict, total) && (gave_way(0) || gave_way(1) || are_siblings()) {
            strict
        } else if are_look_alikes || is_flood() {
            let (copies, total) = rivals.train(&strict, true);
            match rivals.finds(&copies, total) {
                true if are_look_alikes || total * FALL <= expected => copies,
                _ if are_look_alikes => trained,
                _ => return trained,
            }
        } else {
            return trained;
        };
    chosen.rivals = side.is_some();
    chosen
}

/// How many of some records have several partners, for each that has one only.
fn several(graph: &[Edge], n: usize, is_asked: impl Fn(usize) -> bool) -> f64 {
    let mut partners = vec![0_u32; n];
    for (a, b, _) in graph {
        partners[*a as usize] += 1;
        partners[*b as usize] += 1;
    }
    let asked = || (0..n).filter(|record| is_asked(*record)).map(|record| partners[record]);
    asked().filter(|own| *own > 1).count() as f64 / asked().filter(|own| *own == 1).count() as f64
}

/// How many records the largest group has that pairs join.
fn largest(graph: &[Edge], n: usize) -> usize {
    let mut sizes = vec![0_usize; n];
    for root in roots(n, graph) {
        sizes[root as usize] += 1;
    }
    sizes.into_iter().max().unwrap_or_default()
}

/// Which sides hold each thing once, by the pairs with a positive weight; where neither seems to and partners of a record
/// are rivals by the model, both, or the one that gives the records of the other far fewer second partners.
pub(super) fn distinct(graph: &[Edge], n: usize, side: &[u8], model: &Model) -> [bool; 2] {
    match group::distinct(graph, n, side) {
        [false, false] if model.rivals => {
            let [left, right] = [0, 1].map(|own| group::losers(graph, n, |record| side[record as usize] == own).1);
            [left <= FAR_FEWER * right, right <= FAR_FEWER * left]
        }
        sides => sides,
    }
}

/// Whether the partners of a record are often no partners of each other, which copies of one thing are: told from the
/// best and the last partner of each record that has several. `graph` are the pairs with a positive weight.
fn are_look_alikes(graph: &[Edge], n: usize, weigh: impl Fn(Pair) -> f64 + Sync) -> bool {
    let (mut best, mut last) = (vec![(f32::MIN, 0); n], vec![(f32::MAX, 0); n]);
    for (a, b, weight) in graph {
        for (record, other) in [(*a as usize, *b), (*b as usize, *a)] {
            if *weight > best[record].0 {
                best[record] = (*weight, other);
            }
            if *weight <= last[record].0 {
                last[record] = (*weight, other);
            }
        }
    }
    let both: Vec<Pair> = (best.iter().zip(&last))
        .map(|(best, last)| (best.1.min(last.1), best.1.max(last.1)))
        .filter(|(one, other)| one != other)
        .collect();
    let closed = both.par_iter().filter(|pair| weigh(**pair) > 0.0).count();
    both.len() >= LEAST_SEEN && (closed as f64) < TRANSITIVE * both.len() as f64
}

impl Rivals {
    fn new(model: &Model, n: usize, pairs: &[u64], patterns: &[u128]) -> Self {
        let (counted, of_pairs) = count(patterns);
        let is_possible: Vec<bool> = (model.weights(&counted).iter())
            .map(|weight| *weight > POSSIBLE.0)
            .collect();
        let pairs = pairs.iter().zip(of_pairs).map(|(pair, at)| (ends(*pair), at as usize));
        Self {
            n,
            pairs: pairs.filter(|(_, at)| is_possible[*at]).collect(),
            counted,
        }
    }

    /// The odds of each pattern that a pair is a match, were there no other.
    fn odds(&self, model: &Model) -> Vec<f64> {
        let weights = model.weights(&self.counted).into_iter();
        weights.map(|weight| weight.min(POSSIBLE.1).exp2()).collect()
    }

    /// The pairs that are likelier matches than not, and what they weigh.
    fn graph(&self, odds: &[f64]) -> Vec<Edge> {
        let bits: Vec<f32> = odds.iter().map(|odds| odds.log2() as f32).collect();
        let likely = self.pairs.iter().filter(|(_, at)| odds[*at] > 1.0);
        likely.map(|((a, b), at)| (*a, *b, bits[*at])).collect()
    }

    /// What part of each pattern's pairs are matches where partners of a record compete, but for those of its own group.
    fn shares(&self, model: &Model, odds: &[f64], groups: Option<&[u32]>) -> Vec<Share> {
        let is_own = |(a, b): Pair| groups.is_some_and(|of| of[a as usize] == of[b as usize]);
        let are_own: Vec<bool> = self.pairs.iter().map(|(pair, _)| is_own(*pair)).collect();
        // For each record the odds of all its partners, and of those of its group.
        let mut sums = vec![(0.0, 0.0); self.n];
        for ((pair, at), is_own) in self.pairs.iter().zip(&are_own) {
            for record in [pair.0, pair.1] {
                let (all, own) = &mut sums[record as usize];
                *all += odds[*at];
                *own += if *is_own { odds[*at] } else { 0.0 };
            }
        }
        let mut matching = vec![0.0; self.counted.len()];
        for ((pair, at), is_own) in self.pairs.iter().zip(&are_own) {
            let rivals = |record: u32| {
                let (all, own) = sums[record as usize];
                f64::max(all - if *is_own { own } else { odds[*at] }, 0.0)
            };
            matching[*at] += odds[*at] / (1.0 + odds[*at] + rivals(pair.0).max(rivals(pair.1)));
        }
        let share = |((pattern, count), sum): (&(u128, f64), f64)| {
            let matching = sum / count;
            Share {
                matching,
                related: model.related(*pattern, matching).min(1.0 - matching),
            }
        };
        self.counted.par_iter().zip(matching).map(share).collect()
    }

    /// How many matches there are by these shares.
    fn total(&self, shares: &[Share]) -> f64 {
        let each = self.counted.iter().zip(shares);
        each.map(|((_, count), share)| count * share.matching).sum()
    }

    /// A model for which partners compete, learned from where another one stands, and how many matches it leaves room
    /// for. Where there may be copies, those that pairs join do not compete.
    fn train(&self, from: &Model, copies: bool) -> (Model, f64) {
        let shares = |model: &Model| {
            let odds = self.odds(model);
            let groups = copies.then(|| roots(self.n, &self.graph(&odds)));
            self.shares(model, &odds, groups.as_deref())
        };
        let (mut model, mut total) = (from.clone(), 0.0_f64);
        for _ in 0..ROUNDS {
            let shares = shares(&model);
            let before = std::mem::replace(&mut total, self.total(&shares));
            model.fit(&self.counted, &shares);
            if (total - before).abs() < SETTLED * total {
                break;
            }
        }
        (model, total)
    }

    /// Whether a model is sure of about as many matches as it leaves room for.
    fn finds(&self, model: &Model, total: f64) -> bool {
        let sure = self.graph(&self.odds(model)).len() as f64;
        sure * TOO_MANY >= total
    }
}

#[cfg(test)]
mod tests {
    use super::super::laws::{draw, f1, word};
    use super::super::tests::{find, matches, table};
    use super::{Model, distinct};

    #[test]
    fn where_partners_are_rivals_one_file_may_still_hold_things_several_times() {
        // A hundred things of one file are three times in the other, a fifth of them much like another of the first.
        let graph: Vec<(u32, u32, f32)> = (0..300_u32)
            .flat_map(|at| {
                let other = (at % 5 == 0).then_some(((at / 3 + 1) % 100, 100 + at, 9.0));
                std::iter::once((at / 3, 100 + at, 9.0)).chain(other)
            })
            .collect();
        let side: Vec<u8> = (0..400).map(|record| u8::from(record >= 100)).collect();
        let mut model = Model::untaught(Vec::new(), 0.5);
        assert_eq!(distinct(&graph, 400, &side, &model), [false, false]);
        model.rivals = true;
        assert_eq!(distinct(&graph, 400, &side, &model), [true, false]);
    }

    #[test]
    fn accounts_that_are_numbered_are_joined_with_their_copies_only() {
        let towns = ["Wismar", "Stralsund", "Anklam", "Wolgast", "Demmin"];
        let copies: Vec<(u32, u32)> = (0..50).map(|at| (2 * at, 2 * at + 1)).collect();
        for seed in 0..3_u64 {
            let account = |name: &str, at: u64| {
                let town = towns[draw(at * 7 + seed * 1000 + name.len() as u64, 5) as usize];
                let mail = format!("{name}{at:03}@mail.example");
                vec![format!("{name}{at:03}"), mail, town.to_owned()]
            };
            let twice = (0..50).flat_map(|at| [account("user", at), account("user", at)]);
            let rows: Vec<Vec<String>> = twice.chain((0..100).map(|at| account("person", at))).collect();
            assert_eq!(
                matches(&find(&[&table(&["name", "email", "town"], &rows)])),
                copies,
                "{seed}"
            );
        }
    }

    #[test]
    fn editions_of_a_product_are_rivals() {
        let editions = ["standard", "professional", "academic", "upgrade", "family", "server"];
        let (licences, systems) = (["", "1 user", "5 users", "10 users"], ["windows", "mac"]);
        let extras = ["software", "retail box", "cd", "full version", ""];
        let pick = |seed: u64, from: &[&str]| from[draw(seed, from.len() as u64) as usize].to_owned();
        let mut sides: [Vec<Vec<String>>; 2] = Default::default();
        let mut truth: Vec<(usize, usize)> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for at in 0..900 {
            let family = draw(at + 31, 150);
            let (maker, version) = (word(family % 12 + 1), 2 + draw(family, 4) + draw(at + 1, 2));
            let (edition, licence, system) = (pick(at + 2, &editions), pick(at + 3, &licences), pick(at + 4, &systems));
            let name = format!("{} {}", word(family * 2 + 500), word(family * 2 + 501));
            if !seen.insert(format!("{name} {version} {edition} {licence} {system}")) {
                continue;
            }
            let price = (20 + draw(family + 9, 300)) * (50 + 2 * draw(at + 11, 100));
            let is_in = [draw(at + 77, 10) < 5, draw(at + 7777, 10) < 6];
            if is_in == [true; 2] {
                truth.push((sides[0].len(), sides[1].len()));
            }
            let money = |cents: u64| format!("{}.{:02}", cents / 100, cents % 100);
            if is_in[0] {
                let title = format!("{maker} {name} {version} {edition} {licence} {system}");
                sides[0].push(vec![title, maker.clone(), money(price)]);
            }
            if is_in[1] {
                let edition = [&edition, &edition[..4], ""][draw(at + 3, 3) as usize];
                let title = format!(
                    "{name} {edition} {version} {licence} for {system} {}",
                    pick(at + 5, &extras)
                );
                let maker = if draw(at + 14, 2) == 0 { maker } else { String::new() };
                sides[1].push(vec![title, maker, money(price * (80 + draw(at + 8, 30)) / 100)]);
            }
        }
        let n = sides[0].len();
        let truth: Vec<(u32, u32)> = truth.iter().map(|(a, b)| (*a as u32, (n + b) as u32)).collect();
        let headers = ["title", "maker", "price"];
        let [left, right] = sides.map(|rows| table(&headers, &rows));
        let found = find(&[&left, &right]);
        let f1 = f1(&matches(&found), &truth);
        assert!(found.model.rivals && f1 > 0.6, "{f1}");
        let again = super::super::parse_model(&found.model_toml()).unwrap();
        assert!(again.rivals);
    }

    #[test]
    fn copies_are_no_rivals() {
        // Each of 120 persons is there one to six times, with slips.
        let mut rows = Vec::new();
        let mut first = Vec::new();
        for at in 0..120 {
            first.push(rows.len() as u32);
            for copy in 0..=draw(at, 6) {
                let (mut given, mut last) = (word(at * 3 + 1), word(at * 3 + 2));
                if draw(at * 9 + copy, 4) == 0 {
                    given.pop();
                }
                if draw(at * 11 + copy, 4) == 0 {
                    last.push('s');
                }
                let phone = format!("0{}", 10_000_000 + draw(at + 3, 80_000_000));
                let is_known = draw(at * 13 + copy, 3) > 0;
                rows.push(vec![given, last, if is_known { phone } else { String::new() }]);
            }
        }
        first.push(rows.len() as u32);
        let groups = first.windows(2).map(|ends| ends[0]..ends[1]);
        let truth: Vec<(u32, u32)> = groups
            .flat_map(|own| own.clone().flat_map(move |a| (a + 1..own.end).map(move |b| (a, b))))
            .collect();
        let found = matches(&find(&[&table(&["given", "last", "phone"], &rows)]));
        assert!(f1(&found, &truth) > 0.97, "{}", f1(&found, &truth));
    }
}
