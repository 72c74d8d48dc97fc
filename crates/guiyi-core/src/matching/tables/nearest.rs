//! The nearest records of each record: the most alike by weighted q-grams over all fields, through an inverted index.

use rayon::prelude::*;

use super::super::hash::mix;
use super::field::Field;
use super::kind::Kind;
use super::text;

/// Entries of the index that one record's search reads at most.
const READ: usize = 20_000;

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
                    match field.kind {
                        Kind::Number | Kind::Category => own.push(mix((at as u64) << 32 | u64::from(id)) as u32),
                        _ => text::grams(field.values.get(id), |gram| own.push(gram)),
                    }
                }
                own.sort_unstable();
                own.chunk_by(|a, b| a == b)
                    .map(|run| (run[0], 1.0 + (run.len() as f32).ln()))
                    .collect()
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
        let too_common = (n as u32 / 8).max(300);
        let mut ends = Vec::with_capacity(n);
        let mut grams = Vec::new();
        for row in rows {
            let start = grams.len();
            for (gram, weight) in row {
                let at = names.binary_search(&gram).unwrap_or_default();
                grams.push((at as u32, weight * (1.0 + n as f32 / df[at] as f32).ln()));
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

    /// For each record the `k` nearest of those that `may` be its partners; pairs with the smaller record first.
    pub(super) fn pairs(&self, k: usize, may: impl Fn(u32, u32) -> bool + Sync) -> Vec<u64> {
        let n = self.ends.len();
        let chunk = 256;
        let mut pairs: Vec<u64> = (0..n.div_ceil(chunk))
            .into_par_iter()
            .map_init(
                || (vec![0.0_f32; n], Vec::new(), Vec::new()),
                |(scores, touched, rarest), at| {
                    let mut found = Vec::new();
                    for record in at * chunk..n.min((at + 1) * chunk) {
                        // The rarest grams say most and cost least.
                        rarest.clear();
                        rarest.extend(
                            self.bag(record)
                                .iter()
                                .map(|(gram, weight)| (self.range(*gram), *weight)),
                        );
                        rarest.sort_unstable_by_key(|(range, _)| (range.len(), range.start));
                        let mut read = 0;
                        for (range, weight) in rarest.drain(..) {
                            read += range.len();
                            if read > READ && read > range.len() {
                                break;
                            }
                            for (other, own) in &self.postings[range] {
                                let score = &mut scores[*other as usize];
                                if *score == 0.0 {
                                    touched.push(*other);
                                }
                                *score += weight * own;
                            }
                        }
                        let a = record as u32;
                        let mut best: Vec<(f32, u32)> = touched
                            .iter()
                            .filter(|b| **b != a && may(a, **b))
                            .map(|b| (scores[*b as usize], *b))
                            .collect();
                        let order = |x: &(f32, u32), y: &(f32, u32)| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1));
                        if best.len() > k {
                            best.select_nth_unstable_by(k - 1, order);
                            best.truncate(k);
                        }
                        found.extend(
                            best.into_iter()
                                .map(|(_, b)| u64::from(a.min(b)) << 32 | u64::from(a.max(b))),
                        );
                        touched.drain(..).for_each(|other| scores[other as usize] = 0.0);
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
