//! Training without labels: which pairs are taken for matches at first, and whose word counts afterwards.
//!
//! Pairs in which each record is the other's likeliest partner start as matches; relatives are set apart. Chance is
//! learned twice, from random pairs and from the candidates, and each has its weak side: random pairs do not know which
//! fields depend on one another, candidates were chosen for being alike, and may be copies nearly all. Which of the two
//! is heard shows in what random pairs would make if fields were independent: where that explains the candidates, and
//! where candidates deny what it never makes, random pairs alone are.
//! Law: where no more pairs stand out than chance explains, nothing is learned.

use rayon::prelude::*;

use super::decoys::{Decoys, MANY_TOLD};
use super::excess::Strangers;
use super::margins::Told;
use super::model::{Model, Share};
use super::moves;
use super::persons::Given;
use super::relatives::names::Names;
use super::relatives::{self, Relatives, series};
use super::rows::Rows;
use super::together::{self, Bond};
use crate::matching::hash::Map;

/// Rounds of training on random pairs, and on candidates.
const PINNED_ROUNDS: usize = 20;
const ROUNDS: usize = 40;
/// How many times as many matches as the other one of the two ways to learn chance may find to be believed.
const TOO_MANY: f64 = 1.5;
const WAY_TOO_MANY: f64 = 2.5;
/// How many times as many matches show that random pairs, which know nothing of how fields depend on one another, have
/// led away from the seeds.
const RUN_AWAY: f64 = 4.0;
/// Share of the records that are thought to be there twice where hardly any is seen to be. So many must stand out for
/// training to begin: of pairs whose evidence outweighs that share, chance makes no more.
const RARE_DUPLICATES: f64 = 0.01;
/// The part of the matches found that chance may make before they are thought to be chance.
const MOST_CHANCE: f64 = 0.5;
/// Pairs that chance makes, at least, for that to be seen.
const LEAST_TAKEN: f64 = 3.0;
/// How many pairs the candidates may deny, of those that are equal in most fields and that chance does not make, for each
/// match that they find.
const MOST_DENIED: f64 = 0.25;
/// How many times as many matches as candidates lead to may be sure by what is seen within each of two files, or by their
/// names where random pairs lead to far more; where more are, candidates are not heard.
const MOST_LOST: f64 = 2.0;
/// Records whose partner stands out, at least, for these to show how matches look.
const LEAST_TEACHING: f64 = 20.0;
/// So many fields may be taken to be independent; of twice as many, half the word is that of the candidates.
const INDEPENDENT: f64 = 4.0;
/// The most that the word of the candidates counts for, by the number of fields and by how far apart the two are.
const MOST_BY_FIELDS: f64 = 0.7;
const MOST_BY_MATCHES: f64 = 0.85;
/// How many times sooner than weights the prior is that of the candidates, as random pairs lead to more matches.
const SOONER: f64 = 4.0;

/// What training knows beside the pairs.
pub(super) struct Ground {
    /// Number of records.
    pub(super) n: usize,
    /// Number of records of the smaller file.
    pub(super) n_smaller: usize,
    /// Number of pairs that there could be.
    pub(super) n_pairs: f64,
    /// How much each field names a thing.
    pub(super) naming: Vec<relatives::Naming>,
    /// Where persons have their given names.
    pub(super) given: Option<Given>,
    /// The fields that hold given names, one bit each.
    pub(super) all_given: u32,
    /// For each field of addresses what is said beside it, one bit each.
    pub(super) beside: Vec<(usize, u32)>,
    /// Fields of which one repeats the other, or says the same in other words.
    pub(super) copies: Vec<(usize, usize)>,
    /// For each field the share of pairs that both fill it; and where it repeats another, 0.
    pub(super) filled: Vec<f64>,
    pub(super) counted: Vec<f64>,
    /// For each field the share of each level among random pairs, matches among them.
    pub(super) seen: Vec<Vec<f64>>,
}

/// What pairs to learn from are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    /// The part of all that there is to find.
    pub(super) part: f64,
    /// Whether the nearest neighbors of records are among them.
    pub(super) are_near: bool,
}

/// Distinct patterns, ascending, with how many pairs have each; and for each pair the place of its pattern.
pub(super) fn count(patterns: &[u128]) -> (Vec<(u128, f64)>, Vec<u32>) {
    let mut numbers: Map<u128, u32> = Map::default();
    let mut counts: Vec<(u128, f64)> = Vec::new();
    let number = |pattern: &u128| {
        let number = *numbers.entry(*pattern).or_insert(counts.len() as u32);
        if number as usize == counts.len() {
            counts.push((*pattern, 0.0));
        }
        counts[number as usize].1 += 1.0;
        number
    };
    let mut of_pairs: Vec<u32> = patterns.iter().map(number).collect();
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    order.sort_unstable_by_key(|number| counts[*number as usize].0);
    let mut places = vec![0; counts.len()];
    for (place, number) in (0..).zip(&order) {
        places[*number as usize] = place;
    }
    for at in &mut of_pairs {
        *at = places[*at as usize];
    }
    (
        order.into_iter().map(|number| counts[number as usize]).collect(),
        of_pairs,
    )
}

/// Trains a model on pairs and their patterns. Pairs in which each record is the other's likeliest partner are taken
/// for matches at first. `shown` tells what the pairs are. Tells whether what candidates say of chance can be believed: not
/// where fields led away from names and candidates do so too.
pub(super) fn train(
    model: &mut Model,
    ground: &Ground,
    shown: Shown,
    pairs: &[u64],
    patterns: &[u128],
    decoys: Option<(&Decoys, &Rows<'_>)>,
) -> bool {
    let (n, n_pairs) = (ground.n, ground.n_pairs);
    let n_copied = RARE_DUPLICATES * n as f64 * shown.part;
    let (counts, of_pairs) = count(patterns);
    // Were one record in a hundred there twice, a pair would need this evidence to be likelier a match than not.
    let chance = (n_pairs / (RARE_DUPLICATES * n as f64)).max(1.0);
    let needed = chance.log2();
    model.moves = moves::find(model, &counts, needed, &ground.naming, &ground.beside);
    let start: Vec<f64> = (counts.par_iter().map(|(pattern, _)| model.evidence(*pattern))).collect();
    let ends = |pair: u64| [(pair >> 32) as usize, (pair & 0xffff_ffff) as usize];
    let mut best = vec![f64::MIN; n];
    for (pair, at) in pairs.iter().zip(&of_pairs) {
        for record in ends(*pair) {
            best[record] = best[record].max(start[*at as usize]);
        }
    }
    // For each pattern how many of its pairs are seeds.
    let mut seeds = vec![0.0; counts.len()];
    for (pair, at) in pairs.iter().zip(&of_pairs) {
        let own = start[*at as usize];
        if own > 0.0 && ends(*pair).iter().all(|record| own >= best[*record]) {
            seeds[*at as usize] += 1.0;
        }
    }
    let likeliest: Vec<(u128, f64)> = (counts.iter().zip(&seeds))
        .map(|((pattern, _), n)| (*pattern, *n))
        .collect();
    let outweighs = |pairs: &[(u128, f64)]| -> Vec<(u128, f64)> {
        let own = pairs.iter().zip(&start);
        let heavy = own.filter(|((_, count), start)| *count > 0.0 && **start > needed);
        heavy.map(|(own, _)| *own).collect()
    };
    model.relatives = relatives::find(
        model,
        &outweighs(&counts),
        &outweighs(&likeliest),
        &ground.naming,
        ground.given,
        ground.all_given,
    );
    let (mut n_sure, mut n_equal, mut n_related) = (0.0, 0.0, 0.0);
    let seeded = likeliest.iter().zip(&start).filter(|((_, count), _)| *count > 0.0);
    for ((pattern, count), start) in seeded {
        if relatives::are_relatives(model, *pattern) {
            n_related += count;
        } else if *start > needed {
            n_sure += count;
        } else if model.is_equal(*pattern) {
            n_equal += count;
        }
    }
    // Chance makes some records equal; so many copies are no chance.
    if n_equal > 2.0 * n_copied {
        n_sure += n_equal;
    }
    let n_met = best
        .iter()
        .filter(|best| **best > f64::MIN)
        .count()
        .min(ground.n_smaller);
    let sure = decoys.and_then(|(decoys, _)| {
        let mut weighed: Vec<(f64, f64)> = start.iter().copied().zip(seeds.iter().copied()).collect();
        weighed.sort_unstable_by(|one, other| other.0.total_cmp(&one.0));
        decoys.sure(|pattern| model.evidence(pattern), &weighed)
    });
    let told = decoys.map(|(decoys, rows)| decoys.told(rows, model, pairs));
    let n_told = told.as_ref().map_or(0.0, Told::n_outstanding);
    let n_seen = sure.map_or(0.0, |(_, n)| n);
    let mut outstanding = vec![0.0; counts.len()];
    for at in told.iter().flat_map(|told| &told.sure) {
        outstanding[of_pairs[*at] as usize] += 1.0;
    }
    let least_sure = (RARE_DUPLICATES * n_met as f64).max(3.0);
    // Where weights alone give nothing away, who stands out among those it could be may.
    let is_told = n_sure < least_sure && n_told > n_seen.max(3.0);
    if is_told {
        seeds.clone_from(&outstanding);
    } else if n_sure < least_sure {
        let Some((sure, _)) = sure.filter(|(sure, _)| *sure > 0.0) else {
            // Nothing to learn from: what stands out against chance may still be a match.
            unlearned(model, chance, n_related / n_copied.max(1.0));
            return true;
        };
        for (seeds, _) in seeds.iter_mut().zip(&start).filter(|(_, start)| **start < sure) {
            *seeds = 0.0;
        }
    }
    // Random pairs show what chance does, cleared of the matches among them, as if fields were independent. Nearest
    // neighbors are alike all over: chance among them knows how fields depend on one another. Whichever finds far more
    // matches than the other has mixed the two kinds up; else the more fields there are, the more both are heard.
    let seen = Pairs {
        counts: &counts,
        seeds: &seeds,
        strangers: Strangers {
            filled: &ground.counted,
            n_pairs: n_pairs * shown.part,
            seen: &ground.seen,
        },
        are_near: shown.are_near,
    };
    let names = Names::of(model, ground.n, &ground.naming, &ground.filled, ground.all_given);
    let mut learned = Learned::new(model, &seen);
    let has_run = names.is_some_and(|names| learned.has_run(model, names, &counts));
    if let Some(names) = names.filter(|_| has_run) {
        model.relatives.push(names.relatives());
        learned = Learned::new(model, &seen);
    }
    let series = series::find(
        model,
        &learned.pinned,
        &counts,
        &likeliest,
        &ground.naming,
        ground.all_given,
        (n, decoys.is_some()),
    );
    if let Some(series) = series {
        model.relatives.push(series);
        learned = Learned::new(model, &seen);
    }
    // Who shares a name and much else, so that it is no chance.
    let n_named: f64 = names.map_or(0.0, |names| {
        let heavy = likeliest.iter().zip(&start).filter(|(_, start)| **start > needed);
        let named = heavy.filter(|((pattern, _), _)| names.are_shared(*pattern));
        named.map(|((_, count), _)| count).sum()
    });
    let Learned {
        shares,
        mut pinned,
        n_found,
        near,
    } = learned;
    let mut is_believed = true;
    if let Some((near, n_near)) = near {
        let is_copy = |bond: &Bond| ground.copies.contains(&(bond.first, bond.second));
        // A whole stands in for parts that are not there.
        let wholes = |kind: &Relatives| relatives::wholes_of(&ground.naming, kind.mask());
        let kinds: Vec<(&Relatives, u32)> = model.relatives.iter().map(|kind| (kind, wholes(kind))).collect();
        let may_be_relative =
            |pattern: u128| (kinds.iter()).any(|(kind, wholes)| kind.is_possible(model, pattern, *wholes));
        // What one field decides is no more certain for being said in two.
        let once: Vec<(u128, f64)> = (counts.par_iter())
            .map(|(pattern, count)| (together::unbound(model, *pattern), *count))
            .collect();
        let is_certain = |((_, (pattern, _)), beyond): &((_, &(u128, f64)), bool)| {
            *beyond && model.is_mostly_equal(*pattern) && !may_be_relative(*pattern)
        };
        let beyond = seen.strangers.beyond(&pinned, &once);
        let certain: Vec<(u128, f64)> = (counts.iter().zip(&once).zip(beyond))
            .filter(is_certain)
            .map(|((count, _), _)| *count)
            .collect();
        let n_certain: f64 = certain.iter().map(|(_, count)| count).sum();
        let times = n_found / n_near;
        // Neighbors, chosen for being alike, are not heard where chance makes most of what random pairs lead to, so that
        // fields are independent as far as anybody can see; nor where things are there many times, so that most
        // neighbors are copies and what they show is no chance; nor where they lead to what shares no name, or away from
        // what does. What random pairs call certain counts for nothing where they were led away themselves.
        let is_chance = seen.strangers.taken(&pinned) > f64::max(MOST_CHANCE * n_found, LEAST_TAKEN);
        let is_denied = !has_run && n_certain - near.expected(&certain) > MOST_DENIED * n_near;
        let is_lost = times >= RUN_AWAY && n_named >= least_sure && n_named > MOST_LOST * n_near;
        is_believed = is_chance || !is_lost && names.is_none_or(|names| !names.are_missed(model, &near, &counts));
        if is_chance || is_believed && is_denied {
            pinned = model.clone();
            if !is_chance {
                // Copies agree in all fields together: what was seen in them is no bond of strangers.
                pinned.bonds.retain(is_copy);
            }
            pinned.pin(&counts, &shares, PINNED_ROUNDS, seen.strangers, true);
        } else if is_believed && times * TOO_MANY >= 1.0 && n_near * MOST_LOST >= n_seen.max(n_told) {
            let n_counted = near.fields.iter().filter(|field| field.kind.is_counted()).count();
            let by_fields = 0.5 * (n_counted as f64 - INDEPENDENT) / INDEPENDENT;
            let by_matches = (times - TOO_MANY) / (WAY_TOO_MANY - TOO_MANY);
            let part = f64::max(by_fields.min(MOST_BY_FIELDS), by_matches.min(1.0) * MOST_BY_MATCHES);
            let of_prior = (SOONER * by_matches).clamp(0.0, 1.0);
            pinned.blend(&near, part.max(0.0), part.max(of_prior));
        }
    }
    let n_found = pinned.expected(&counts);
    let n_asked = told.as_ref().map_or(0, |told| told.best.len());
    // Where so many stand out that a record has one partner at most, there are not that many matches.
    let has_room = n_told < f64::max(MANY_TOLD * n_asked as f64, LEAST_TEACHING) || n_found < RUN_AWAY * n_told;
    if n_told > MOST_LOST * n_found || is_told && n_found > MOST_LOST * n_told || !has_room {
        // Chance makes pairs as heavy as these, but none that stand out as much: they alone show how matches look.
        pinned = model.clone();
        pinned.pin(
            &counts,
            &first_shares(model, &counts, &outstanding),
            1,
            seen.strangers,
            false,
        );
    }
    if let Some((decoys, rows)) = decoys
        && n_seen.max(n_told) <= 0.0
        && pinned.expected(&counts) > RUN_AWAY * n_sure
        && decoys.told(rows, &pinned, pairs).n_matches <= 0.0
    {
        // It has run, and nothing that it found is more than what is seen within each of two files.
        let heaviest = decoys.heaviest(|pattern| model.evidence(pattern));
        unlearned(model, chance.max(heaviest.exp2()), n_related / n_copied.max(1.0));
        return true;
    }
    *model = pinned;
    is_believed || !has_run
}

/// Leaves a model as it was before training, where a pair that chance makes as often as `chance` says must outweigh that;
/// `n_related` are the relatives for each match.
fn unlearned(model: &mut Model, chance: f64, n_related: f64) {
    model.prior = 1.0 / (1.0 + chance);
    for kind in &mut model.relatives {
        kind.per_match = n_related;
    }
}

/// What is learned from.
struct Pairs<'a> {
    /// Distinct patterns, with how many pairs have each, and how many of these are seeds.
    counts: &'a [(u128, f64)],
    seeds: &'a [f64],
    strangers: Strangers<'a>,
    are_near: bool,
}

/// What part of each pattern's pairs are matches at first, or relatives; `seeds` tells how many of its pairs are seeds.
fn first_shares(untrained: &Model, counts: &[(u128, f64)], seeds: &[f64]) -> Vec<Share> {
    let share = |((pattern, count), seeds): (&(u128, f64), &f64)| {
        let share = 0.98 * seeds / count;
        if relatives::are_relatives(untrained, *pattern) {
            Share {
                matching: 0.0,
                related: share,
            }
        } else {
            Share {
                matching: share,
                related: 0.0,
            }
        }
    };
    counts.iter().zip(seeds).map(share).collect()
}

/// What is learned of chance in two ways.
struct Learned {
    /// What part of each pattern's pairs are matches at first.
    shares: Vec<Share>,
    /// The model that random pairs lead to, and how many matches it finds.
    pinned: Model,
    n_found: f64,
    /// The one that candidates lead to, and how many it finds; `None` where records were not searched for neighbors.
    near: Option<(Model, f64)>,
}

impl Learned {
    fn new(untrained: &Model, pairs: &Pairs<'_>) -> Self {
        let counts = pairs.counts;
        let shares = first_shares(untrained, counts, pairs.seeds);
        let mut pinned = untrained.clone();
        pinned.pin(counts, &shares, PINNED_ROUNDS, pairs.strangers, false);
        let near = pairs.are_near.then(|| {
            let mut near = untrained.clone();
            near.fit(counts, &shares);
            near.train(counts, ROUNDS);
            let n_near = near.expected(counts).max(1.0);
            (near, n_near)
        });
        Self {
            shares,
            n_found: pinned.expected(counts),
            pinned,
            near,
        }
    }

    /// Whether fields that depend on one another led away from the seeds, to what shares no name.
    fn has_run(&self, untrained: &Model, names: Names, counts: &[(u128, f64)]) -> bool {
        self.near.as_ref().is_some_and(|(near, n_near)| {
            names.are_missed(untrained, &self.pinned, counts)
                && (self.n_found >= RUN_AWAY * n_near || names.are_missed(untrained, near, counts))
        })
    }
}
