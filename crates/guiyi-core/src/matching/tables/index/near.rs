//! The nearest neighbors of a record among those that are known: by weighted q-grams over all fields, as a full run
//! looks for them where records are few.
//!
//! A full run makes a pair where one record is among the nearest of the other; so each record keeps how alike the last
//! of its nearest is, and one that is more alike is found too.

use std::ops::Range;

use rayon::prelude::*;

use super::super::candidates::neighbors;
use super::super::nearest::{Postings, READ, Sought, count, rarity, too_common};
use super::Index;
use super::find::Query;
use crate::matching::hash::Map;

/// Rows that a thread takes at a time.
const CHUNK: usize = 256;

/// For each gram the records that hold it.
#[derive(Debug, Clone)]
pub(super) struct Near {
    n: usize,
    /// Hashes of grams, ascending, and how many records hold each.
    grams: Vec<u32>,
    counts: Vec<u32>,
    files: Vec<Postings>,
    added: Map<u32, Vec<(u32, f32)>>,
    /// How alike the last of the nearest of each record is.
    pub(super) least: Vec<f32>,
    /// How the values of each field are looked for.
    sought: Vec<Sought>,
}

/// Room for one search after another.
#[derive(Default)]
struct Room {
    /// Likeness of each record; 0 between searches.
    scores: Vec<f32>,
    touched: Vec<u32>,
}

impl Room {
    /// The scores of those that `may` be found; makes room for the next search.
    fn take(&mut self, may: impl Fn(u32) -> bool) -> Vec<(f32, u32)> {
        let mut score = |row: u32| std::mem::take(&mut self.scores[row as usize]);
        let touched = self.touched.drain(..).map(|row| (score(row), row));
        touched.filter(|(_, row)| may(*row)).collect()
    }
}

impl Near {
    /// `least` is what was found for each record before; else it is looked for.
    pub(super) fn new(index: &Index, least: Option<Vec<f32>>) -> Self {
        let n = index.len();
        let values_of = |at: usize| index.fields.get(at).map(|field| &field.values);
        let counted = |at: usize| {
            values_of(at)
                .into_iter()
                .flat_map(|own| own.texts.iter().zip(own.counts.iter().copied()))
        };
        let kinds = index.fields().into_iter().enumerate();
        let sought: Vec<Sought> = kinds.map(|(at, (_, kind))| Sought::new(kind, counted(at))).collect();
        let of_row = |row: usize| {
            let marks = index.marks_of(index.texts_of(row as u32));
            let (texts, ids) = (index.texts_of(row as u32), index.of_row(row as u32));
            let mut grams = all_grams(&sought, texts.chain([&*marks]), ids);
            count(&mut grams).collect::<Vec<(u32, f32)>>()
        };
        let mut rows: Vec<Vec<(u32, f32)>> = (0..n).into_par_iter().map(of_row).collect();
        let mut distinct: Vec<u32> = rows.iter().flatten().map(|gram| gram.0).collect();
        distinct.par_sort_unstable();
        let (mut grams, mut counts) = (Vec::new(), Vec::new());
        for run in distinct.chunk_by(|a, b| a == b) {
            grams.push(run[0]);
            counts.push(run.len() as u32);
        }
        drop(distinct);
        let mut near = Self {
            n,
            grams,
            counts,
            files: Vec::new(),
            added: Map::default(),
            least: Vec::new(),
            sought,
        };
        rows.par_iter_mut().for_each(|row| near.balance(row, 0));
        near.files = (0..index.n_sides())
            .map(|own| near.file(&rows, |row| index.side_of(row) == own))
            .collect();
        near.least = least.unwrap_or_else(|| near.look(index, &rows));
        near
    }

    /// Files the records of one file under their grams.
    fn file(&self, rows: &[Vec<(u32, f32)>], is_own: impl Fn(u32) -> bool) -> Postings {
        let read = 2..=too_common(self.n);
        let place = |gram: u32| {
            let at = self.grams.binary_search(&gram).ok()?;
            read.contains(&self.counts[at]).then_some(at as u32)
        };
        let own = || (0_u32..).zip(rows).filter(|(row, _)| is_own(*row));
        Postings::new(self.counts.len(), || {
            own().flat_map(|(row, bag)| {
                bag.iter()
                    .filter_map(move |(gram, weight)| Some((row, place(*gram)?, *weight)))
            })
        })
    }

    /// The file among whose records one of a file looks for its neighbors.
    fn among(&self, own: u8) -> &Postings {
        &self.files[if self.files.len() == 2 { 1 - usize::from(own) } else { 0 }]
    }

    /// For each record how alike the last of its nearest is.
    fn look(&self, index: &Index, rows: &[Vec<(u32, f32)>]) -> Vec<f32> {
        let of_some = |room: &mut Room, (chunk, bags): (usize, &[Vec<(u32, f32)>])| {
            let least = (0..).zip(bags).map(|(at, bag)| {
                let row = (chunk * CHUNK + at) as u32;
                self.read(self.among(index.side[row as usize]), bag, room);
                let mut scores = room.take(|other| other != row);
                last_of_nearest(&mut scores, neighbors(self.n))
            });
            least.collect::<Vec<f32>>()
        };
        let chunks = rows.par_chunks(CHUNK).enumerate();
        chunks.map_init(Room::default, of_some).flatten_iter().collect()
    }

    /// Makes what grams weigh part of a bag of length 1; `more` records are counted beside those that are known.
    fn balance(&self, bag: &mut [(u32, f32)], more: u32) {
        for (gram, weight) in &mut *bag {
            let count = self.grams.binary_search(gram).map_or(0, |at| self.counts[at]);
            *weight *= rarity(self.n + more as usize, (count + more).max(1));
        }
        let norm = bag
            .iter()
            .map(|gram| gram.1 * gram.1)
            .sum::<f32>()
            .sqrt()
            .max(f32::MIN_POSITIVE);
        for gram in bag {
            gram.1 /= norm;
        }
    }

    fn bag(&self, query: &Query) -> Vec<(u32, f32)> {
        let texts = query.texts.iter().map(String::as_str).chain([&*query.marks]);
        let mut grams = all_grams(&self.sought, texts, &query.ids);
        let mut bag: Vec<(u32, f32)> = count(&mut grams).collect();
        self.balance(&mut bag, query.more());
        bag
    }

    fn range(&self, file: &Postings, gram: u32) -> Range<usize> {
        let place = self.grams.binary_search(&gram);
        place.map_or(0..0, |at| file.range(at as u32))
    }

    /// Adds up what each record of a file has in common with a bag.
    fn read(&self, file: &Postings, bag: &[(u32, f32)], room: &mut Room) {
        room.scores.resize(self.least.len().max(self.n), 0.0);
        // The rarest grams say most and cost least.
        let mut rarest: Vec<(Range<usize>, u32, f32)> = bag
            .iter()
            .map(|(gram, weight)| (self.range(file, *gram), *gram, *weight))
            .collect();
        rarest.sort_unstable_by_key(|(range, gram, _)| (range.len(), *gram));
        let mut read = 0;
        for (range, gram, weight) in rarest {
            read += range.len();
            if read > READ && read > range.len() {
                break;
            }
            let added = self.added.get(&gram).map_or(&[][..], |added| added);
            for (other, own) in file.get(range).iter().chain(added) {
                let score = &mut room.scores[*other as usize];
                if *score == 0.0 {
                    room.touched.push(*other);
                }
                *score += weight * own;
            }
        }
    }

    /// Appends the rows that are near.
    pub(super) fn search(&self, query: &Query, may: impl Fn(u32) -> bool, rows: &mut Vec<u32>) {
        let mut room = Room::default();
        self.read(self.among(query.side), &self.bag(query), &mut room);
        let mut scores = room.take(may);
        let least = last_of_nearest(&mut scores, neighbors(self.n));
        let is_near = |(score, row): &&(f32, u32)| *score >= least.min(self.least[*row as usize]);
        rows.extend(scores.iter().filter(is_near).map(|(_, row)| *row));
    }

    /// Adds a record; `may` tells who may be its partner.
    pub(super) fn push(&mut self, row: u32, query: &Query, may: impl Fn(u32) -> bool) {
        let bag = self.bag(query);
        let mut room = Room::default();
        self.read(self.among(query.side), &bag, &mut room);
        let mut scores = room.take(may);
        self.least.push(last_of_nearest(&mut scores, neighbors(self.n)));
        for (gram, weight) in bag {
            self.added.entry(gram).or_default().push((row, weight));
        }
    }
}

/// How alike the last of the nearest is; 0 where there are too few.
fn last_of_nearest(scores: &mut [(f32, u32)], k: usize) -> f32 {
    if scores.len() < k {
        return 0.0;
    }
    scores.select_nth_unstable_by(k - 1, |x, y| y.0.total_cmp(&x.0));
    scores[k - 1].0
}

/// The grams of all values of a record.
fn all_grams<'t>(sought: &[Sought], texts: impl Iterator<Item = &'t str>, ids: &[u32]) -> Vec<u32> {
    let mut grams = Vec::new();
    for (at, (own, text)) in sought
        .iter()
        .zip(texts)
        .enumerate()
        .filter(|(_, (_, text))| !text.is_empty())
    {
        own.add_grams(at, ids.get(at).copied().unwrap_or(0), text, &mut grams);
    }
    grams
}
