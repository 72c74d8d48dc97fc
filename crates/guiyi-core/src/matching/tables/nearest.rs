//! The nearest records of each record: the most alike by weighted q-grams over all fields, through an inverted index.

use std::ops::Range;

use rayon::prelude::*;

use super::super::hash::mix;
use super::field::Field;
use super::kind::Kind;
use super::numbers::Cells;
use super::records::Records;
use super::{globe, marks, scripts, text};

/// Entries of the index that one record's search reads at most.
pub(super) const READ: usize = 20_000;

/// Records as weighted bags, and for each gram the records of each file that hold it.
pub(super) struct Index<'r> {
    records: &'r Records,
    /// The records that it holds, ascending: each has a place.
    held: Vec<u32>,
    /// Where the bag of each place ends.
    ends: Vec<u32>,
    grams: Vec<(u32, f32)>,
    files: Vec<File>,
}

/// The places of one file's records, numbered in their order, so that looking among them costs nothing for those of
/// another.
struct File {
    places: Vec<u32>,
    postings: Postings,
}

/// For each gram the records that hold it, and what it is of their bags.
#[derive(Debug, Clone)]
pub(super) struct Postings {
    /// Where those of each gram end.
    ends: Vec<u32>,
    all: Vec<(u32, f32)>,
}

impl Postings {
    /// Of so many grams; `each` gives the records, in order, with each of their grams and what it is of the bag.
    pub(super) fn new<E: Iterator<Item = (u32, u32, f32)>>(n_grams: usize, each: impl Fn() -> E) -> Self {
        let mut ends = vec![0; n_grams];
        each().for_each(|(_, gram, _)| ends[gram as usize] += 1);
        let mut total = 0;
        for end in &mut ends {
            total += std::mem::replace(end, total);
        }
        let mut all = vec![(0, 0.0); total as usize];
        for (record, gram, weight) in each() {
            let end = &mut ends[gram as usize];
            all[*end as usize] = (record, weight);
            *end += 1;
        }
        Self { ends, all }
    }

    /// Where the records of a gram stand.
    pub(super) fn range(&self, gram: u32) -> Range<usize> {
        let end = |gram: u32| self.ends[gram as usize] as usize;
        gram.checked_sub(1).map_or(0, end)..end(gram)
    }

    pub(super) fn get(&self, range: Range<usize>) -> &[(u32, f32)] {
        &self.all[range]
    }
}

/// Distinct grams, numbered in the order of their hashes.
struct Grams {
    hashes: Vec<u32>,
    /// How many bags hold each.
    counts: Vec<u32>,
    /// For each head of a hash the number of the first gram that has it, or comes after.
    firsts: Vec<u32>,
    /// How many bits of a hash are not its head.
    tail: u32,
}

impl Grams {
    /// Of the grams of all bags, each once for every bag.
    fn of(mut all: Vec<u32>) -> Self {
        all.par_sort_unstable();
        let (mut hashes, mut counts) = (Vec::new(), Vec::new());
        for run in all.chunk_by(|one, other| one == other) {
            hashes.push(run[0]);
            counts.push(run.len() as u32);
        }
        // About as many heads as grams.
        let bits = hashes.len().max(2).ilog2();
        let tail = u32::BITS - bits;
        let mut firsts = Vec::with_capacity(1 << bits);
        for (number, hash) in (0..).zip(&hashes) {
            firsts.resize((hash >> tail) as usize + 1, number);
        }
        Self {
            hashes,
            counts,
            firsts,
            tail,
        }
    }

    /// The number of a gram that there is.
    fn number(&self, hash: u32) -> u32 {
        let first = self.firsts[(hash >> self.tail) as usize];
        let after = self.hashes[first as usize..].iter().take_while(|other| **other < hash);
        first + after.count() as u32
    }
}

/// Among whom a record looks for its neighbors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// The records of the other file, or of the only one.
    Partners,
    /// Those of its own file.
    Own,
}

impl<'r> Index<'r> {
    pub(super) fn build(records: &'r Records) -> Self {
        Self::of_some(records, (0..records.len() as u32).collect())
    }

    /// Of some of the records, ascending.
    pub(super) fn of_some(records: &'r Records, held: Vec<u32>) -> Self {
        let (fields, n) = (&records.fields, held.len());
        let sought = |field: &Field| {
            // Plain ASCII is of one script.
            let is_plain = field.kind != Kind::Number && field.values.are_ascii();
            let n_asked = if is_plain { 0 } else { field.values.len() };
            Sought::new(field.kind, field.values.counted().take(n_asked))
        };
        let sought: Vec<Sought> = fields.par_iter().map(sought).collect();
        let bag = |record: &u32| -> Vec<(u32, f32)> {
            let mut own = Vec::new();
            for (at, field) in fields.iter().enumerate() {
                let id = field.ids[*record as usize];
                if id != 0 {
                    sought[at].add_grams(at, id, field.values.get(id), &mut own);
                }
            }
            count(&mut own).collect()
        };
        let mut bags: Vec<Vec<(u32, f32)>> = held.par_iter().map(bag).collect();
        let grams = Grams::of(bags.iter().flatten().map(|gram| gram.0).collect());
        let rarities: Vec<f32> = grams.counts.iter().map(|count| rarity(n, *count)).collect();
        bags.par_iter_mut().for_each(|bag| {
            for (gram, weight) in &mut *bag {
                *gram = grams.number(*gram);
                *weight *= rarities[*gram as usize];
            }
            let square: f32 = bag.iter().map(|(_, weight)| weight * weight).sum();
            let norm = square.sqrt().max(f32::MIN_POSITIVE);
            for (_, weight) in bag {
                *weight /= norm;
            }
        });
        let too_common = too_common(n);
        let is_read = |count: &u32| (2..=too_common).contains(count);
        let is_read: Vec<bool> = grams.counts.iter().map(is_read).collect();
        let mut ends = Vec::with_capacity(n);
        let mut grams = Vec::with_capacity(bags.iter().map(Vec::len).sum());
        for bag in bags {
            grams.extend(bag);
            ends.push(grams.len() as u32);
        }
        let mut index = Self {
            records,
            held,
            ends,
            grams,
            files: Vec::new(),
        };
        index.files = (0..=u8::from(records.is_link))
            .map(|own| index.file(own, &is_read))
            .collect();
        index
    }

    /// One file, by its number, with the postings of those grams that are read.
    fn file(&self, own: u8, is_read: &[bool]) -> File {
        let places = (0..).zip(&self.held).filter(|(_, record)| self.side(**record) == own);
        let places: Vec<u32> = places.map(|(place, _)| place).collect();
        let of = |(number, place): (u32, &u32)| {
            let grams = self.bag(*place).iter().filter(|(gram, _)| is_read[*gram as usize]);
            grams.map(move |(gram, weight)| (number, *gram, *weight))
        };
        let postings = Postings::new(is_read.len(), || (0..).zip(&places).flat_map(of));
        File { places, postings }
    }

    fn side(&self, record: u32) -> u8 {
        self.records.side[record as usize]
    }

    /// The bag of the record at a place.
    fn bag(&self, place: u32) -> &[(u32, f32)] {
        let end = |place: u32| self.ends[place as usize] as usize;
        &self.grams[place.checked_sub(1).map_or(0, end)..end(place)]
    }

    /// For each record that `asks` the `k` nearest; pairs with the smaller record first.
    pub(super) fn pairs(&self, k: usize, among: Among, asks: impl Fn(u32) -> bool + Sync) -> Vec<u64> {
        let n = self.ends.len();
        let chunk = 256;
        let searches = || -> Vec<Search> { self.files.iter().map(|file| Search::new(file.places.len())).collect() };
        let mut pairs: Vec<u64> = (0..n.div_ceil(chunk))
            .into_par_iter()
            .map_init(searches, |searches, at| {
                let mut found = Vec::new();
                let record = |place: u32| self.held[place as usize];
                let places = (at * chunk..n.min((at + 1) * chunk)).map(|place| place as u32);
                for place in places.filter(|place| asks(record(*place))) {
                    let a = record(place);
                    let own = usize::from(self.side(a));
                    let is_other = self.records.is_link && among == Among::Partners;
                    let of = if is_other { 1 - own } else { own };
                    let (file, search) = (&self.files[of], &mut searches[of]);
                    search.read(file, self.bag(place));
                    let nearest = search.nearest(k, |number| file.places[number as usize] != place);
                    let nearest = nearest.map(|number| record(file.places[number as usize]));
                    found.extend(nearest.map(|b| u64::from(a.min(b)) << 32 | u64::from(a.max(b))));
                }
                found
            })
            .flatten_iter()
            .collect();
        pairs.par_sort_unstable();
        pairs.dedup();
        pairs
    }
}

/// How the values of a field are looked for.
#[derive(Debug, Clone)]
pub(super) struct Sought {
    kind: Kind,
    /// Whether they are of several scripts, so that they are looked for as they are read in Latin letters too.
    is_mixed: bool,
    /// Where they stand among each other, if they are quantities.
    cells: Option<Cells>,
}

impl Sought {
    /// `values` are distinct, with how many records have each.
    pub(super) fn new<'v>(kind: Kind, values: impl Iterator<Item = (&'v str, u32)>) -> Self {
        let may_be_mixed = kind.is_name() || kind.is_text();
        let (is_mixed, cells) = match kind {
            Kind::Number => (false, Some(Cells::new(values))),
            _ => (may_be_mixed && scripts::are_mixed(values.map(|own| own.0), false), None),
        };
        Self { kind, is_mixed, cells }
    }

    /// Appends the grams of a value of the field at a place.
    pub(super) fn add_grams(&self, at: usize, id: u32, value: &str, own: &mut Vec<u32>) {
        match self.kind {
            Kind::Number | Kind::Duration | Kind::Category => {
                own.push(mix((at as u64) << 32 | u64::from(id)) as u32);
                let cells = self.cells.as_ref().and_then(|cells| cells.of(value));
                own.extend(
                    cells
                        .into_iter()
                        .flatten()
                        .map(|cell| mix(mix(cell) ^ at as u64) as u32),
                );
            }
            Kind::Coordinates => own.extend(globe::cell(value).map(|cell| mix(cell ^ mix(at as u64)) as u32)),
            // They stand in the full name, and in the text.
            Kind::Given | Kind::Words => {}
            // Codes are looked for in columns of their own.
            Kind::Marks => marks::in_texts(value).for_each(|mark| text::grams(mark, |gram| own.push(gram))),
            _ => {
                text::grams(value, |gram| own.push(gram));
                if let Some(latin) = self.is_mixed.then(|| scripts::in_latin(value)).flatten() {
                    text::grams(&latin, |gram| own.push(gram));
                }
            }
        }
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

/// Among up to so many records all likenesses are looked through: noting which were touched would cost more.
const LOOKED_THROUGH: usize = 1 << 16;
/// Likenesses that are looked through at once.
const TOGETHER: usize = 32;
/// Likenesses that the nearest cache holds, beside what is read.
const BLOCK: usize = 1 << 12;
/// The least likeness of two records that have something in common.
const LEAST: f32 = f32::from_bits(1);

/// Room for one record's search after another.
struct Search {
    /// Likeness of each record; 0 between searches. Filled up with zeros.
    scores: Vec<f32>,
    /// Records with a score, where records are many; only the first `n_touched` count.
    touched: Vec<u32>,
    n_touched: usize,
    rarest: Vec<(Range<usize>, f32)>,
    best: Vec<(f32, u32)>,
}

impl Search {
    fn new(n: usize) -> Self {
        Self {
            scores: vec![0.0; n.next_multiple_of(TOGETHER)],
            touched: vec![0; if n > LOOKED_THROUGH { n + 1 } else { 0 }],
            n_touched: 0,
            rarest: Vec::new(),
            best: Vec::new(),
        }
    }

    /// Adds up what each record of a file has in common with a bag.
    fn read(&mut self, file: &File, bag: &[(u32, f32)]) {
        // The rarest grams say most and cost least.
        self.rarest.clear();
        let lists = bag.iter().map(|(gram, weight)| (file.postings.range(*gram), *weight));
        self.rarest.extend(lists.filter(|(range, _)| !range.is_empty()));
        self.rarest
            .sort_unstable_by_key(|(range, _)| (range.len(), range.start));
        let mut read = 0;
        let mut is_read = |(range, _): &(Range<usize>, f32)| {
            read += range.len();
            read <= READ || read == range.len()
        };
        let n_read = self.rarest.iter().take_while(|list| is_read(list)).count();
        self.rarest.truncate(n_read);
        if self.touched.is_empty() {
            // Block by block, so that the likenesses that are added to stay in the nearest cache.
            for (at, block) in self.scores.chunks_mut(BLOCK).enumerate() {
                for (range, weight) in &mut self.rarest {
                    let postings = file.postings.get(range.clone());
                    let places = postings.iter().map(|(other, own)| (*other as usize - at * BLOCK, own));
                    for (place, own) in places {
                        let Some(score) = block.get_mut(place) else {
                            break;
                        };
                        *score += *weight * own;
                        range.start += 1;
                    }
                }
            }
            return;
        }
        for (range, weight) in self.rarest.drain(..) {
            for (other, own) in file.postings.get(range) {
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
        let Self { scores, best, .. } = self;
        best.clear();
        let mut nearest = Nearest { k, least: 0.0, best };
        if self.touched.is_empty() {
            for (at, some) in scores.chunks_exact(TOGETHER).enumerate() {
                let least = nearest.least.max(LEAST);
                // Compared all at once, which a search for the greatest would not be.
                if some.iter().fold(0, |any, score| any | u32::from(*score >= least)) == 0 {
                    continue;
                }
                for (score, other) in some.iter().zip((at * TOGETHER) as u32..) {
                    if *score >= nearest.least.max(LEAST) && may(other) {
                        nearest.take(*score, other);
                    }
                }
            }
            scores.fill(0.0);
        } else {
            for other in &self.touched[..self.n_touched] {
                let score = std::mem::take(&mut scores[*other as usize]);
                if score >= nearest.least && may(*other) {
                    nearest.take(score, *other);
                }
            }
            self.n_touched = 0;
        }
        nearest.cut();
        self.best.iter().map(|(_, other)| *other)
    }
}

/// The `k` best of those that were taken, among a few more.
struct Nearest<'b> {
    k: usize,
    /// A score that the `k` best have at least.
    least: f32,
    best: &'b mut Vec<(f32, u32)>,
}

impl Nearest<'_> {
    fn take(&mut self, score: f32, other: u32) {
        self.best.push((score, other));
        if self.best.len() == 4 * self.k {
            self.cut();
            self.least = self.best[self.k - 1].0;
        }
    }

    fn cut(&mut self) {
        if self.best.len() > self.k {
            let order = |x: &(f32, u32), y: &(f32, u32)| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1));
            self.best.select_nth_unstable_by(self.k - 1, order);
            self.best.truncate(self.k);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::said::Said;
    use super::super::{Column, Table};
    use super::*;

    #[test]
    fn neighbors_are_looked_for_in_one_file() {
        let table = |rows: std::ops::Range<u64>| {
            let mut names = Column::new("name");
            rows.for_each(|row| names.push(&format!("{:x} {:x}", mix(row / 2) % 0xffff, mix(row / 2 + 9) % 0xffff)));
            Table {
                columns: vec![names],
                ..Table::default()
            }
        };
        // Each thing is twice in the first file, and some are in the second.
        let tables = [table(0..80), table(60..90)];
        let records = Records::new(&[&tables[0], &tables[1]], &Said::default());
        let index = Index::build(&records);
        let side = |record: u64| records.side[record as usize];
        for (among, are_two) in [(Among::Partners, true), (Among::Own, false)] {
            let pairs = index.pairs(1, among, |_| true);
            assert!(pairs.len() > 30, "{}", pairs.len());
            for pair in pairs {
                assert_eq!(side(pair >> 32) != side(pair & 0xffff_ffff), are_two);
            }
        }
    }

    #[test]
    fn looked_through_or_touched_the_nearest_are_the_same() {
        let n = 900_u64;
        let mut names = Column::new("name");
        for row in 0..n {
            let part = |seed: u64| ["Abel", "Brand", "Carl", "Dorn", "Esch"][(mix(row + seed * n) % 5) as usize];
            names.push(&format!("{} {}{} {}", part(0), part(1), mix(row) % 40, part(2)));
        }
        let records = Records::new(
            &[&Table {
                columns: vec![names],
                ..Table::default()
            }],
            &Said::default(),
        );
        let index = Index::build(&records);
        let mut looks = Search::new(n as usize);
        let mut touches = Search {
            touched: vec![0; n as usize + 1],
            ..Search::new(n as usize)
        };
        let mut n_found = 0;
        for a in 0..n as u32 {
            let nearest = |search: &mut Search| {
                search.read(&index.files[0], index.bag(a));
                let mut nearest: Vec<u32> = search.nearest(12, |b| b != a && b % 7 != a % 7).collect();
                nearest.sort_unstable();
                nearest
            };
            let found = nearest(&mut looks);
            assert_eq!(found, nearest(&mut touches));
            n_found += found.len();
        }
        assert!(n_found > 10 * n as usize, "{n_found}");
    }
}
