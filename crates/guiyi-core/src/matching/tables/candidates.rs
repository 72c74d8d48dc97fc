//! Which pairs are worth comparing: the nearest neighbors of each record, where records are few enough to look for
//! them, and passes that file records under keys, chosen by what a sample says they yield.
//!
//! A pass files records under the values of one field or two. A sample of its keys shows which pairs it brings together
//! and, once a model is trained on the sample, how many of those are matches that no pass before it finds.

use rayon::prelude::*;

use super::super::hash::mix;
use super::blocks::{Candidates, Found, runs};
use super::field::Field;
use super::keys::{Atom, Keys, Part, Pass};
use super::kind::Kind;
use super::nearest::{Among, Index};
use super::records::{Records, Seekers};
use super::sort::by_hash;
use super::start::are_few;

/// Neighbors looked for, where records are not few.
const NEIGHBORS: usize = 12;
/// How many neighbors are looked for among so many records: of a few all, so that which of two equal ones is the nearer
/// does not matter.
pub(super) fn neighbors(n: usize) -> usize {
    if are_few(n) { n.max(1) } else { NEIGHBORS }
}

/// Sampled records per pass, about.
const SAMPLE: u64 = 10_000;
/// Records whose keys are surveyed, about: of so many the counts stay in the near cache.
const SURVEYED: usize = 1 << 18;
/// Of so many records one at least is surveyed: a block just too large still has some that are.
const RAREST: usize = 6;
/// Pairs of a pass in the sample, about, at most; and where nearest neighbors are looked for too, which leave the passes
/// only the few pairs that are hard to find.
const SAMPLE_PAIRS: [f64; 2] = [1_000.0, 2_000.0];
/// How many candidates one match more is worth: few at first, so that passes which find little else come before loose
/// ones, which find the same matches among many strangers, and are then taken for what only they find. Beside nearest
/// neighbors passes find little, and strangers among all that trains the model would outweigh it.
const PRICES: [&[f64]; 2] = [&[100.0, 400.0], &[400.0]];
/// A pass must find at least this part of all matches that the passes before it miss; beside nearest neighbors less,
/// since these leave the passes only the few that are hard to find.
const LEAST_GAIN: [f64; 2] = [0.002, 0.0005];
/// The most passes.
const MOST: usize = 24;
/// Passes that are taken or dropped, at most; each makes the choice better.
const MOST_STEPS: usize = 3 * MOST;

/// How a pass went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassCount {
    /// The fields that it files by, such as `surname + birth date`.
    pub name: String,
    /// Pairs that it brings together.
    pub pairs: u64,
    /// What it files by; nothing where it looks for neighbors.
    pub(super) atoms: Vec<Atom>,
}

/// Passes on one whole value.
fn single(keys: &Keys<'_>) -> Vec<Pass> {
    let whole = (0..keys.atoms.len()).filter(|atom| keys.atoms[*atom].part != Part::Head);
    whole.map(|first| Pass { first, second: None }).collect()
}

/// Passes on two atoms of different fields, the atoms in `alone` left out.
fn double(keys: &Keys<'_>, fields: &[Field], alone: &[usize]) -> Vec<Pass> {
    if fields.len() > 20 {
        return Vec::new();
    }
    let is_size = |atom: usize| {
        let Atom { field, part } = keys.atoms[atom];
        part == Part::Head && fields[field].kind == Kind::Number
    };
    let is_open = |atom: &usize| keys.sets[*atom].is_none() && !alone.contains(atom);
    let open: Vec<usize> = (0..keys.atoms.len()).filter(is_open).collect();
    let mut passes = Vec::new();
    for (at, first) in open.iter().enumerate() {
        let part = |atom: usize| keys.atoms[atom].part;
        // The sound of a name and the beginning of another value file too much together, and how large something is says
        // little; two sizes are a position.
        let is_loose = |one: Part, other: Part| one == Part::Sound && other == Part::Head;
        let others = open[at + 1..].iter().filter(|second| {
            keys.atoms[**second].field != keys.atoms[*first].field
                && !is_loose(part(*first), part(**second))
                && !is_loose(part(**second), part(*first))
                && is_size(*first) == is_size(**second)
        });
        passes.extend(others.map(|second| Pass {
            first: *first,
            second: Some(*second),
        }));
    }
    passes
}

/// What a look over many records says of a pass.
struct Survey {
    /// Pairs that a sample of its keys brings together, ascending.
    pairs: Vec<u64>,
    /// Part of the sample's keys that were taken.
    share: f64,
    /// Part of the sampled records whose block is too large.
    lost: f64,
    /// Which blocks are too large, a bit each; blocks are told apart by a part of their key's hash, so that a few small
    /// ones may count as too large.
    too_large: Vec<u64>,
}

/// Surveys a pass by the keys of one in `stride`, of which `most` pairs are taken, about. `sizes` is room to count in.
fn survey(
    keys: &Keys<'_>,
    pass: Pass,
    (stride, most): (u64, f64),
    sizes: &mut Vec<u8>,
    may: impl Fn(u32, u32) -> bool,
) -> Survey {
    let n = keys.of.first().map_or(0, |of| of.len());
    let mut filed: Vec<(u64, u32)> = Vec::new();
    let mut too_large = Vec::new();
    // Records are in the order of a hash: the first ones are a fair sample. Of one in `part` records only one pair in the
    // square of that is seen, and so many times more keys are taken.
    let part = if stride == 1 {
        1
    } else {
        n.div_ceil(SURVEYED).min(RAREST)
    };
    let limit = (u64::MAX / stride).saturating_mul((part * part) as u64);
    let largest = pass.largest() / part;
    if stride == 1 {
        keys.each(pass, n, |record, key| filed.push((key, record)));
    } else {
        let buckets = (n / part).next_power_of_two().max(64);
        sizes.clear();
        sizes.resize(buckets, 0);
        keys.each(pass, n / part, |record, key| {
            let size = &mut sizes[key as usize & (buckets - 1)];
            *size = size.saturating_add(1);
            // The middle of the hash decides: its head sorts, its tail is the bucket.
            if key.rotate_left(24) <= limit {
                filed.push((key, record));
            }
        });
        let is_large = |size: &u8| u64::from(usize::from(*size) > largest);
        too_large = sizes
            .chunks(64)
            .map(|sizes| sizes.iter().rev().fold(0, |bits, size| bits << 1 | is_large(size)))
            .collect();
    }
    let n_filed = filed.len().max(1) as f64;
    // A record alone under its key is in no block.
    filed.retain(|(key, _)| stride == 1 || sizes[*key as usize & (sizes.len() - 1)] > 1);
    let filed = by_hash(filed);
    let blocks = || runs(&filed, largest);
    let in_large = filed
        .chunk_by(|one, other| one.0 == other.0)
        .filter(|block| block.len() > largest);
    let lost = in_large.map(<[_]>::len).sum::<usize>() as f64 / n_filed;
    // Of a pass that brings many together fewer keys tell enough.
    let n_pairs: usize = blocks().map(|block| block.len() * (block.len() - 1) / 2).sum();
    let share = if stride == 1 {
        1.0
    } else {
        (most / n_pairs.max(1) as f64).min(1.0)
    };
    let limit = (limit as f64 * share) as u64;
    let mut pairs = Vec::new();
    for block in blocks().filter(|block| stride == 1 || block[0].0.rotate_left(24) <= limit) {
        for (at, (_, a)) in block.iter().enumerate() {
            let others = block[at + 1..].iter().filter(|(_, b)| may(*a, *b));
            pairs.extend(others.map(|(_, b)| u64::from(*a) << 32 | u64::from(*b)));
        }
    }
    pairs.sort_unstable();
    Survey {
        pairs,
        share,
        lost,
        too_large,
    }
}

impl Survey {
    fn is_small(&self, key: u64) -> bool {
        let bucket = key as usize & (self.too_large.len() * 64 - 1);
        self.too_large[bucket / 64] >> (bucket % 64) & 1 == 0
    }
}

/// The candidates, and how the passes went; `said` are passes on columns of the first table that are wanted in any case. `train` gives for pairs the probability that each is a match.
pub(super) fn find(
    records: &Records,
    said: &[Vec<usize>],
    train: impl Fn(&[u64]) -> Vec<f64> + Sync,
) -> (Candidates, Vec<PassCount>) {
    let (fields, n) = (&records.fields[..], records.len());
    let may = |a: u32, b: u32| records.may(a, b);
    let seekers = records.seekers();
    let mut near = Vec::new();
    let mut counts = Vec::new();
    if seekers != Seekers::Nobody {
        let asks = |record: u32| match seekers {
            Seekers::Side(own) => records.side[record as usize] == own,
            _ => true,
        };
        near = Index::build(records).pairs(neighbors(n), Among::Partners, asks);
        counts.push(PassCount {
            name: "nearest neighbors".to_owned(),
            pairs: near.len() as u64,
            atoms: Vec::new(),
        });
    }
    let keys = Keys::new(fields);
    let mut passes: Vec<Pass> = said
        .iter()
        .filter_map(|columns| keys.pass_on(columns, fields))
        .collect();
    let chosen = choose(fields, &keys, n, &near, may, train);
    passes.extend(
        chosen
            .into_iter()
            .filter(|pass| !passes.contains(pass))
            .collect::<Vec<_>>(),
    );
    let find = |pass: &Pass| Found::new(keys.shared(*pass), n, pass.largest(), may);
    let found: Vec<Found> = passes.par_iter().map(find).collect();
    counts.extend(passes.iter().zip(&found).map(|(pass, found)| PassCount {
        name: keys.name(*pass, fields),
        pairs: found.n_pairs(),
        atoms: keys.atoms_of(*pass),
    }));
    (Candidates::new(found, near, n), counts)
}

/// Chooses passes, the one that gains most first, beside what the nearest neighbors find.
fn choose(
    fields: &[Field],
    keys: &Keys<'_>,
    n: usize,
    near: &[u64],
    may: impl Fn(u32, u32) -> bool + Sync,
    train: impl Fn(&[u64]) -> Vec<f64> + Sync,
) -> Vec<Pass> {
    let stride = (n as u64 / SAMPLE).max(1);
    let is_beside = usize::from(!near.is_empty());
    let most = SAMPLE_PAIRS[is_beside];
    let look = |passes: &[Pass]| -> Vec<Survey> {
        let of = |sizes: &mut Vec<u8>, pass: &Pass| survey(keys, *pass, (stride, most), sizes, &may);
        passes.par_iter().map_init(Vec::new, of).collect()
    };
    let mut passes = single(keys);
    let mut surveys = look(&passes);
    // Records that share one of these are few enough already.
    let alone: Vec<usize> = passes
        .iter()
        .zip(&surveys)
        .filter(|(pass, survey)| is_selective(keys, **pass, survey, stride))
        .map(|(pass, _)| pass.first)
        .collect();
    let doubles = double(keys, fields, &alone);
    surveys.extend(look(&doubles));
    passes.extend(doubles);
    let mut pairs: Vec<u64> = surveys.iter().flat_map(|survey| &survey.pairs).copied().collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let (probabilities, by) = rayon::join(|| train(&pairs), || finders(keys, &passes, &surveys, &pairs));
    // A pair that many passes find is likelier in the sample.
    let weights: Vec<f64> = (0..pairs.len())
        .map(|row| by.of(row).iter().map(|at| surveys[usize::from(*at)].share).sum::<f64>())
        .map(|likely| if stride > 1 && likely > 0.0 { 1.0 / likely } else { 1.0 })
        .collect();
    drop(surveys);
    // Those that are near are compared anyway.
    let open = (0..pairs.len()).filter(|row| near.binary_search(&pairs[*row]).is_err());
    let open = open.map(|row| Open {
        finders: by.of(row),
        n: weights[row],
        n_matches: probabilities[row] * weights[row],
    });
    let total: f64 = (0..pairs.len()).map(|row| probabilities[row] * weights[row]).sum();
    let mut open: Vec<Open<'_>> = open.collect();
    // Pairs that the same passes find are as one.
    open.par_sort_by(|one, other| one.finders.cmp(other.finders));
    open.dedup_by(|one, first| {
        let are_same = one.finders == first.finders;
        if are_same {
            first.n += one.n;
            first.n_matches += one.n_matches;
        }
        are_same
    });
    let chosen = cover(&open, passes.len(), LEAST_GAIN[is_beside] * total, PRICES[is_beside]);
    chosen.into_iter().map(|at| passes[at]).collect()
}

/// Pairs of the sample that the same passes are to find.
struct Open<'f> {
    finders: &'f [u16],
    /// How many pairs there are of them in all.
    n: f64,
    n_matches: f64,
}

/// Chooses passes that find what is worth comparing, the one that gains most first; each must be worth more matches than
/// `least`. One that is left too little by those chosen after it is dropped again.
fn cover(open: &[Open<'_>], n_passes: usize, least: f64, prices: &[f64]) -> Vec<usize> {
    let mut chosen: Vec<usize> = Vec::new();
    let mut is_chosen = vec![false; n_passes];
    // How many of the chosen find each pair.
    let mut times = vec![0_u8; open.len()];
    let mut prices = prices.iter();
    let mut price = prices.next();
    for _ in 0..MOST_STEPS {
        let Some(bearable) = price else { break };
        // What each pass finds that no other one does that is chosen.
        let mut own = vec![0.0; n_passes];
        for (pair, times) in open.iter().zip(&times).filter(|(_, times)| **times < 2) {
            let worth = pair.n_matches - pair.n / bearable;
            let finders = pair.finders.iter().map(|at| usize::from(*at));
            finders
                .filter(|at| *times == 0 || is_chosen[*at])
                .for_each(|at| own[at] += worth);
        }
        let of_more = |x: &usize, y: &usize| own[*x].total_cmp(&own[*y]).then(y.cmp(x));
        let best = (0..n_passes).filter(|at| !is_chosen[*at]).max_by(of_more);
        let best = best.filter(|at| own[*at] > least && chosen.len() < MOST);
        let worst = || (chosen.iter().copied().min_by(of_more)).filter(|at| own[*at] < least);
        let Some(changed) = best.or_else(worst) else {
            price = prices.next();
            continue;
        };
        is_chosen[changed] = !is_chosen[changed];
        if is_chosen[changed] {
            chosen.push(changed);
        } else {
            chosen.retain(|at| *at != changed);
        }
        let found = open.iter().zip(&mut times);
        for (_, times) in found.filter(|(pair, _)| pair.finders.contains(&(changed as u16))) {
            *times = if is_chosen[changed] { *times + 1 } else { *times - 1 };
        }
    }
    chosen
}

/// Whether hardly any record shares its value with others than its own duplicates.
fn is_selective(keys: &Keys<'_>, pass: Pass, survey: &Survey, stride: u64) -> bool {
    let of = &keys.of[pass.first];
    let filled = of.iter().filter(|key| **key != 0).count() as u64;
    stride > 1 && survey.lost < 0.01 && survey.pairs.len() as f64 / survey.share * stride as f64 * 3.0 < filled as f64
}

/// For each pair the passes that bring it together.
struct Finders {
    ends: Vec<u32>,
    passes: Vec<u16>,
}

impl Finders {
    fn of(&self, pair: usize) -> &[u16] {
        let start = if pair == 0 { 0 } else { self.ends[pair - 1] };
        &self.passes[start as usize..self.ends[pair] as usize]
    }
}

/// Pairs that a thread takes at a time.
const CHUNK: usize = 1024;

fn finders(keys: &Keys<'_>, passes: &[Pass], surveys: &[Survey], pairs: &[u64]) -> Finders {
    let n_atoms = keys.atoms.len();
    let place = |pass: &Pass| pass.first * n_atoms + pass.second.unwrap_or(pass.first);
    let mut numbers = vec![None; n_atoms * n_atoms];
    for (at, pass) in (0_u16..).zip(passes) {
        numbers[place(pass)] = Some(at);
    }
    let finds = |at: u16, pair: u64, key: u64| {
        let survey = &surveys[usize::from(at)];
        if survey.too_large.is_empty() {
            survey.pairs.binary_search(&pair).is_ok()
        } else {
            survey.is_small(mix(key))
        }
    };
    // Atom by atom, so that the keys of one stay in the near cache.
    let common: Vec<Vec<u32>> = (0..n_atoms)
        .into_par_iter()
        .map(|atom| keys.common(atom, pairs))
        .collect();
    let of_some = |(chunk, pairs): (usize, &[u64])| {
        let mut some = Finders {
            ends: Vec::with_capacity(pairs.len()),
            passes: Vec::new(),
        };
        let mut shared: Vec<(usize, u64)> = Vec::new();
        let mut found = vec![0; passes.len() + 1];
        for (row, pair) in (chunk * CHUNK..).zip(pairs) {
            let atoms = (0..n_atoms).map(|atom| (atom, u64::from(common[atom][row])));
            shared.clear();
            shared.extend(atoms.filter(|(_, key)| *key != 0));
            // Without a branch, so that no guess waits for memory.
            let mut n = 0;
            for (at, (first, key)) in shared.iter().enumerate() {
                for (second, other) in &shared[at..] {
                    let key = if second == first { *key } else { key << 32 | other };
                    if let Some(pass) = numbers[first * n_atoms + second] {
                        found[n] = pass;
                        n += usize::from(finds(pass, *pair, key));
                    }
                }
            }
            found[..n].sort_unstable();
            some.passes.extend(&found[..n]);
            some.ends.push(some.passes.len() as u32);
        }
        some
    };
    let parts: Vec<Finders> = pairs.par_chunks(CHUNK).enumerate().map(of_some).collect();
    let mut all = Finders {
        ends: Vec::with_capacity(pairs.len()),
        passes: Vec::new(),
    };
    for part in parts {
        let start = all.passes.len() as u32;
        all.ends.extend(part.ends.iter().map(|end| start + end));
        all.passes.extend(part.passes);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::{Open, PRICES, cover};

    #[test]
    fn a_loose_pass_is_left_out_where_others_find_its_matches() {
        // Pass 0 finds ten matches and many strangers, 1 and 2 five of these matches each, 3 only one of them.
        let finders = |at: usize| -> &[u16] {
            match at {
                0..4 => &[0, 1],
                4 => &[0, 1, 3],
                5..10 => &[0, 2],
                _ => &[0],
            }
        };
        let open = |n_strangers: f64| -> Vec<Open<'_>> {
            let of = |at: usize| {
                let (n, n_matches) = if at < 10 { (1.0, 1.0) } else { (n_strangers, 0.0) };
                Open {
                    finders: finders(at),
                    n,
                    n_matches,
                }
            };
            (0..11).map(of).collect()
        };
        assert_eq!(cover(&open(2000.0), 4, 0.1, PRICES[0]), [1, 2]);
        assert_eq!(cover(&open(0.0), 4, 0.1, PRICES[0]), [0]);
        // No pass is taken for less than it must be worth.
        assert!(cover(&open(0.0), 4, 20.0, PRICES[0]).is_empty());
    }

    #[test]
    fn a_pass_that_others_leave_too_little_is_dropped() {
        // Pass 0 finds six matches; 1 and 2 three of them each, and two others.
        let open = |of_0_alone: f64| -> Vec<Open<'_>> {
            let finders: [(&[u16], f64); 5] = [
                (&[0, 1], 3.0),
                (&[0, 2], 3.0),
                (&[1], 2.0),
                (&[2], 2.0),
                (&[0], of_0_alone),
            ];
            let of = |(finders, n_matches)| Open {
                finders,
                n: 0.0,
                n_matches,
            };
            finders.map(of).into()
        };
        assert_eq!(cover(&open(0.0), 3, 0.1, PRICES[0]), [1, 2]);
        assert_eq!(cover(&open(0.5), 3, 0.1, PRICES[0]), [0, 1, 2]);
    }
}
