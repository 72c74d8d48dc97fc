//! The nearest records of each record: the most alike by weighted q-grams over all fields, through an inverted index.

use rayon::prelude::*;

use super::super::hash::mix;
use super::field::Field;
use super::kind::Kind;
use super::{globe, text};

/// Entries of the index that one record's search reads at most.
pub(super) const READ: usize = 20_000;

/// Records as weighted bags, and for each gram the records that hold it.
pub(super) struct Index {
    ends: Vec<u32>,
    grams: Vec<(u32, f32)>,
    posting_ends: Vec<u32>,
    postings: Vec<(u32, f32)>,
}

impl Index {
    pub(super) fn build(fields: &[Field]) -> Self {
        let n = fields.first().map_or(0, |field| field.ids.len());
        let rows: Vec<Vec<(u32, f32)>> = (0..n)
            .into_par_iter()
            .map(|record| {
                let mut own = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let id = field.ids[record];
                    if id == 0 {
                        continue;
                    }
                    add_grams(at, field.kind, id, field.values.get(id), &mut own);
                }
                count(&mut own).collect()
            })
            .collect();
        // Grams numbered by their hash.
        let mut distinct: Vec<u32> = rows.iter().flatten().map(|gram| gram.0).collect();
        distinct.par_sort_unstable();
        let mut df = Vec::new();
        let mut names = Vec::new();
        for run in distinct.chunk_by(|a, b| a == b) {
            names.push(run[0]);
            df.push(run.len() as u32);
        }
        drop(distinct);
        let too_common = too_common(n);
        let mut ends = Vec::with_capacity(n);
        let mut grams = Vec::new();
        for row in rows {
            let start = grams.len();
            for (gram, weight) in row {
                let at = names.binary_search(&gram).unwrap_or_default();
                grams.push((at as u32, weight * rarity(n, df[at])));
            }
            let norm = grams[start..]
                .iter()
                .map(|gram| gram.1 * gram.1)
                .sum::<f32>()
                .sqrt()
                .max(f32::MIN_POSITIVE);
            grams[start..].iter_mut().for_each(|gram| gram.1 /= norm);
            ends.push(grams.len() as u32);
        }
        let mut posting_ends: Vec<u32> = Vec::with_capacity(df.len());
        let mut total = 0;
        let mut next = Vec::with_capacity(df.len());
        for count in &df {
            next.push(total);
            total += if *count > too_common || *count < 2 { 0 } else { *count };
            posting_ends.push(total);
        }
        let mut postings = vec![(0, 0.0); total as usize];
        let mut start = 0;
        for (record, end) in ends.iter().enumerate() {
            for (gram, weight) in &grams[start..*end as usize] {
                let at = *gram as usize;
                if next[at] < posting_ends[at] {
                    postings[next[at] as usize] = (record as u32, *weight);
                    next[at] += 1;
                }
            }
            start = *end as usize;
        }
        Self {
            ends,
            grams,
            posting_ends,
            postings,
        }
    }

    fn range(&self, gram: u32) -> std::ops::Range<usize> {
        let start = if gram == 0 {
            0
        } else {
            self.posting_ends[gram as usize - 1] as usize
        };
        start..self.posting_ends[gram as usize] as usize
    }

    fn bag(&self, record: usize) -> &[(u32, f32)] {
        let start = if record == 0 { 0 } else { self.ends[record - 1] as usize };
        &self.grams[start..self.ends[record] as usize]
    }

    /// For each record that `asks` the `k` nearest of those that `may` be its partners; pairs with the smaller record
    /// first.
    pub(super) fn pairs(
        &self,
        k: usize,
        asks: impl Fn(u32) -> bool + Sync,
        may: impl Fn(u32, u32) -> bool + Sync,
    ) -> Vec<u64> {
        let n = self.ends.len();
        let chunk = 256;
        let mut pairs: Vec<u64> = (0..n.div_ceil(chunk))
            .into_par_iter()
            .map_init(
                || Search::new(n),
                |search, at| {
                    let mut found = Vec::new();
                    let records = (at * chunk..n.min((at + 1) * chunk)).map(|a| a as u32);
                    for a in records.filter(|a| asks(*a)) {
                        search.read(self, a);
                        let nearest = search.nearest(k, |b| b != a && may(a, b));
                        found.extend(nearest.map(|b| u64::from(a.min(b)) << 32 | u64::from(a.max(b))));
                    }
                    found
                },
            )
            .flatten_iter()
            .collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// Appends the grams of a value of the field at a place.
pub(super) fn add_grams(at: usize, kind: Kind, id: u32, value: &str, own: &mut Vec<u32>) {
    match kind {
        Kind::Number | Kind::Category => own.push(mix((at as u64) << 32 | u64::from(id)) as u32),
        Kind::Coordinates => own.extend(globe::cell(value).map(|cell| mix(cell ^ mix(at as u64)) as u32)),
        _ => text::grams(value, |gram| own.push(gram)),
    }
}

/// Each of the grams with what its number of times weighs, ascending.
pub(super) fn count(grams: &mut [u32]) -> impl Iterator<Item = (u32, f32)> {
    grams.sort_unstable();
    let runs = grams.chunk_by(|a, b| a == b);
    runs.map(|run| (run[0], 1.0 + (run.len() as f32).ln()))
}

/// What a gram weighs that `count` of `n` records hold.
pub(super) fn rarity(n: usize, count: u32) -> f32 {
    (1.0 + n as f32 / count as f32).ln()
}

/// A gram of more records than this is not looked up.
pub(super) fn too_common(n: usize) -> u32 {
    (n as u32 / 8).max(300)
}

/// Room for one record's search after another.
struct Search {
    /// Likeness of each record; 0 between searches.
    scores: Vec<f32>,
    /// Records with a score; only the first `n_touched` count.
    touched: Vec<u32>,
    n_touched: usize,
    rarest: Vec<(std::ops::Range<usize>, f32)>,
    best: Vec<(f32, u32)>,
}

impl Search {
    fn new(n: usize) -> Self {
        Self {
            scores: vec![0.0; n],
            touched: vec![0; n + 1],
            n_touched: 0,
            rarest: Vec::new(),
            best: Vec::new(),
        }
    }

    /// Adds up what each record has in common with one.
    fn read(&mut self, index: &Index, record: u32) {
        // The rarest grams say most and cost least.
        self.rarest.clear();
        let bag = index.bag(record as usize).iter();
        self.rarest
            .extend(bag.map(|(gram, weight)| (index.range(*gram), *weight)));
        self.rarest
            .sort_unstable_by_key(|(range, _)| (range.len(), range.start));
        let mut read = 0;
        for (range, weight) in self.rarest.drain(..) {
            read += range.len();
            if read > READ && read > range.len() {
                break;
            }
            for (other, own) in &index.postings[range] {
                let score = &mut self.scores[*other as usize];
                // Written always, counted if new: whether it is new cannot be foretold, and a wrong guess costs more.
                self.touched[self.n_touched] = *other;
                self.n_touched += usize::from(*score == 0.0);
                *score += weight * own;
            }
        }
    }

    /// The `k` records of the highest scores among those that `may` count, in no order; clears the scores. Of equal
    /// scores the smaller record wins.
    fn nearest(&mut self, k: usize, may: impl Fn(u32) -> bool) -> impl Iterator<Item = u32> {
        let order = |x: &(f32, u32), y: &(f32, u32)| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1));
        let mut least = 0.0;
        self.best.clear();
        for other in &self.touched[..self.n_touched] {
            let score = std::mem::take(&mut self.scores[*other as usize]);
            if score < least || !may(*other) {
                continue;
            }
            self.best.push((score, *other));
            if self.best.len() == 4 * k {
                self.best.select_nth_unstable_by(k - 1, order);
                self.best.truncate(k);
                least = self.best[k - 1].0;
            }
        }
        self.n_touched = 0;
        if self.best.len() > k {
            self.best.select_nth_unstable_by(k - 1, order);
            self.best.truncate(k);
        }
        self.best.iter().map(|(_, other)| *other)
    }
}
