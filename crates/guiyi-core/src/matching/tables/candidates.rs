//! Which pairs are worth comparing: the nearest neighbors of each record, where records are few enough to look for
//! them, and passes that file records under keys, chosen by what a sample says they yield.
//!
//! A pass files records under the values of one field or two. A sample of its keys shows which pairs it brings together
//! and, once a model is trained on the sample, how many of those are matches that no pass before it finds.

use rayon::prelude::*;

use super::super::hash::mix;
use super::field::{Field, Prepared};
use super::kind::Kind;
use super::nearest::Index;

/// Up to this many records the nearest neighbors of each are looked for.
pub(super) const FEW: usize = 60_000;
/// Neighbors looked for.
const NEIGHBORS: usize = 12;
/// The largest block of a pass on one field, and on two.
const LARGEST: [usize; 2] = [50, 30];
/// Sampled records per pass, about.
const SAMPLE: u64 = 10_000;
/// How many candidates one match more is worth.
const PRICE: f64 = 400.0;
/// A pass must find at least this part of all matches that the passes before it miss.
const LEAST_GAIN: f64 = 0.0005;
/// The most passes.
const MOST: usize = 24;

/// What files a record under a key: one or two atoms of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    first: Atom,
    second: Option<Atom>,
}

/// A field, and whether the whole value or only its beginning counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Atom {
    field: usize,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// The first three letters; of a date the year and month.
    Head,
}

/// How a pass went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassCount {
    /// The fields that it files by, such as `surname + birth date`.
    pub name: String,
    /// Pairs that it brings together.
    pub pairs: u64,
}

impl Pass {
    fn name(self, fields: &[Field]) -> String {
        let name = |atom: Atom| {
            let header = &fields[atom.field].header;
            if atom.part == Part::Whole {
                header.clone()
            } else {
                format!("start of {header}")
            }
        };
        match self.second {
            Some(second) => format!("{} + {}", name(self.first), name(second)),
            None => name(self.first),
        }
    }
}

/// The key of every value of every field, by part.
struct Keys {
    heads: Vec<Vec<u32>>,
}

impl Keys {
    fn new(fields: &[Field]) -> Self {
        Self {
            heads: fields.par_iter().map(heads).collect(),
        }
    }

    fn atom(&self, fields: &[Field], atom: Atom, record: usize) -> u64 {
        let id = fields[atom.field].ids[record];
        let key = match atom.part {
            Part::Whole => id,
            Part::Head => self.heads[atom.field][id as usize],
        };
        u64::from(key)
    }

    /// 0 for none.
    fn of(&self, fields: &[Field], pass: Pass, record: usize) -> u64 {
        let first = self.atom(fields, pass.first, record);
        match pass.second {
            None => first,
            Some(second) => match self.atom(fields, second, record) {
                0 => 0,
                _ if first == 0 => 0,
                second => first << 32 | second,
            },
        }
    }
}

/// For each value a number of its beginning; 0 where it has none of its own.
fn heads(field: &Field) -> Vec<u32> {
    let number = |id: u32| match (&field.prepared, field.kind) {
        (Prepared::Dates(dates), _) => {
            let date = dates[id as usize];
            u32::from(date.year) << 8 | u32::from(date.month)
        }
        (_, Kind::Name | Kind::Text | Kind::Code) if id > 0 => {
            let mut letters = field.values.get(id).chars().filter(|letter| letter.is_alphanumeric());
            let head = (0..3).fold(0_u64, |head, _| head << 21 | letters.next().map_or(0, u64::from));
            mix(head) as u32 | 1
        }
        _ => 0,
    };
    (0..field.values.len() as u32).map(number).collect()
}

/// All passes that could be tried.
fn all(fields: &[Field]) -> Vec<Pass> {
    let mut atoms = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        if matches!(field.kind, Kind::Marks) {
            continue;
        }
        atoms.push(Atom {
            field: at,
            part: Part::Whole,
        });
        if matches!(field.kind, Kind::Date | Kind::Name | Kind::Text | Kind::Code) && fields.len() <= 14 {
            atoms.push(Atom {
                field: at,
                part: Part::Head,
            });
        }
    }
    let mut passes: Vec<Pass> = atoms
        .iter()
        .filter(|atom| atom.part == Part::Whole)
        .map(|atom| Pass {
            first: *atom,
            second: None,
        })
        .collect();
    if fields.len() <= 20 {
        for (at, first) in atoms.iter().enumerate() {
            let others = atoms[at + 1..].iter().filter(|second| second.field != first.field);
            passes.extend(others.map(|second| Pass {
                first: *first,
                second: Some(*second),
            }));
        }
    }
    passes
}

/// Pairs of records whose keys of a pass are equal, among keys of one in `stride`; `side` 0 or 1 tells the file, and
/// with `link` only pairs between files count.
fn pairs_of(keys: &Keys, fields: &[Field], pass: Pass, stride: u64, side: &[u8], link: bool) -> Vec<u64> {
    let n = side.len();
    let mut filed: Vec<(u64, u32)> = (0..n)
        .into_par_iter()
        .filter_map(|record| {
            let key = mix(keys.of(fields, pass, record));
            (key != 0 && key.is_multiple_of(stride)).then_some((key, record as u32))
        })
        .collect();
    filed.par_sort_unstable();
    let largest = LARGEST[usize::from(pass.second.is_some())];
    let mut pairs = Vec::new();
    for block in filed
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|block| (2..=largest).contains(&block.len()))
    {
        for (at, (_, a)) in block.iter().enumerate() {
            for (_, b) in &block[at + 1..] {
                if !link || side[*a as usize] != side[*b as usize] {
                    pairs.push(u64::from(*a) << 32 | u64::from(*b));
                }
            }
        }
    }
    pairs
}

/// The candidates, each once, and how the passes went. `train` gives for pairs the probability that each is a match.
pub(super) fn find(
    fields: &[Field],
    side: &[u8],
    link: bool,
    train: impl Fn(&[u64]) -> Vec<f64>,
) -> (Vec<u64>, Vec<PassCount>) {
    let n = side.len();
    let mut pairs = Vec::new();
    let mut counts = Vec::new();
    if n <= FEW {
        let index = Index::build(fields);
        pairs = index.pairs(NEIGHBORS, |a, b| !link || side[a as usize] != side[b as usize]);
        counts.push(PassCount {
            name: "nearest neighbors".to_owned(),
            pairs: pairs.len() as u64,
        });
    }
    let keys = Keys::new(fields);
    let passes = choose(fields, &keys, side, link, &pairs, train);
    for pass in passes {
        let mut found = pairs_of(&keys, fields, pass, 1, side, link);
        counts.push(PassCount {
            name: pass.name(fields),
            pairs: found.len() as u64,
        });
        pairs.append(&mut found);
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    (pairs, counts)
}

/// Positions of the pairs that a pass brings together, its blocks that are too large left out. Blocks are told apart by
/// a part of their key's hash, so that a few small ones may count as too large.
fn meets(keys: &Keys, fields: &[Field], pass: Pass, n: usize, pairs: &[u64]) -> Vec<u32> {
    let buckets = n.next_power_of_two();
    let bucket = |key: u64| (mix(key) as usize) & (buckets - 1);
    let mut sizes = vec![0_u8; buckets];
    for record in 0..n {
        let key = keys.of(fields, pass, record);
        if key != 0 {
            let size = &mut sizes[bucket(key)];
            *size = size.saturating_add(1);
        }
    }
    let largest = LARGEST[usize::from(pass.second.is_some())];
    let together = |pair: u64| {
        let key = keys.of(fields, pass, (pair >> 32) as usize);
        key != 0
            && key == keys.of(fields, pass, (pair & 0xffff_ffff) as usize)
            && usize::from(sizes[bucket(key)]) <= largest
    };
    (0_u32..)
        .zip(pairs)
        .filter(|(_, pair)| together(**pair))
        .map(|(at, _)| at)
        .collect()
}

/// Chooses passes, the one that gains most first, beside what the nearest neighbors find.
fn choose(
    fields: &[Field],
    keys: &Keys,
    side: &[u8],
    link: bool,
    near: &[u64],
    train: impl Fn(&[u64]) -> Vec<f64>,
) -> Vec<Pass> {
    let passes = all(fields);
    let stride = (side.len() as u64 / SAMPLE).max(1);
    let found: Vec<Vec<u64>> = passes
        .par_iter()
        .map(|pass| pairs_of(keys, fields, *pass, stride, side, link))
        .collect();
    let mut pairs: Vec<u64> = found.iter().flatten().copied().collect();
    pairs.par_sort_unstable();
    pairs.dedup();
    let probabilities = train(&pairs);
    // Which passes bring each pair together; a pair that many do is likelier in the sample.
    let words = passes.len().div_ceil(64);
    let mut by: Vec<u64> = vec![0; pairs.len() * words];
    for (at, found) in found.iter().enumerate() {
        for pair in found {
            if let Ok(row) = pairs.binary_search(pair) {
                by[row * words + at / 64] |= 1 << (at % 64);
            }
        }
    }
    if stride > 1 {
        let also: Vec<Vec<u32>> = passes
            .par_iter()
            .map(|pass| meets(keys, fields, *pass, side.len(), &pairs))
            .collect();
        for (at, rows) in also.iter().enumerate() {
            for row in rows {
                by[*row as usize * words + at / 64] |= 1 << (at % 64);
            }
        }
    }
    let is_near: Vec<bool> = pairs.iter().map(|pair| near.binary_search(pair).is_ok()).collect();
    let mut open: Vec<usize> = (0..pairs.len()).filter(|row| !is_near[*row]).collect();
    let weight = |row: usize| {
        let n_by: u32 = by[row * words..(row + 1) * words]
            .iter()
            .map(|word| word.count_ones())
            .sum();
        1.0 / f64::from(n_by.max(1))
    };
    let weights: Vec<f64> = (0..pairs.len())
        .map(|row| if stride > 1 { weight(row) } else { 1.0 })
        .collect();
    let total: f64 = (0..pairs.len()).map(|row| probabilities[row] * weights[row]).sum();
    let mut chosen = Vec::new();
    while chosen.len() < MOST {
        let mut gains = vec![(0.0, 0.0); passes.len()];
        for row in &open {
            for (word, bits) in by[row * words..(row + 1) * words].iter().enumerate() {
                let mut bits = *bits;
                while bits != 0 {
                    let at = word * 64 + bits.trailing_zeros() as usize;
                    gains[at].0 += probabilities[*row] * weights[*row];
                    gains[at].1 += weights[*row];
                    bits &= bits - 1;
                }
            }
        }
        let worth = |at: usize| gains[at].0 - gains[at].1 / PRICE;
        let Some(best) = (0..passes.len()).max_by(|x, y| worth(*x).total_cmp(&worth(*y)).then(y.cmp(x))) else {
            break;
        };
        if worth(best) <= LEAST_GAIN * total || gains[best].0 <= 0.0 {
            break;
        }
        open.retain(|row| by[row * words + best / 64] >> (best % 64) & 1 == 0);
        chosen.push(passes[best]);
    }
    chosen
}
