//! Values: what the cells of all files say, folded, and every distinct one numbered once.
//!
//! Cells are told apart by 64-bit hashes; the text of a value is kept once. Laws: values are
//! numbered as the records name them first, so that no order of rows shows in their numbers; value 0 is no value.

use rayon::prelude::*;

use super::super::hash::{hash, mix};
use super::ends::Ends;
use super::spread::Spread;
use super::table::Table;
use super::text;

/// Cells that a thread takes at a time.
const CHUNK: usize = 8192;
/// Hashes that are looked up together.
const TOGETHER: usize = 64;

/// Hashes of all cells.
pub(super) struct Cells {
    /// Hash of the folded text of a cell, by table, column and row; 0 where it says nothing.
    folded: Vec<Vec<Vec<u64>>>,
    /// A number for each row, tables end to end, that the values of the row alone decide.
    pub(super) prints: Vec<u64>,
    /// How rows become records.
    pub(super) spread: Spread,
}

impl Cells {
    /// Reads every cell once.
    pub(super) fn read(tables: &[&Table]) -> Self {
        let mut prints = vec![0_u64; tables.iter().map(|table| table.n_rows()).sum()];
        let mut rest = &mut prints[..];
        let mut folded = Vec::new();
        for table in tables {
            let (own, others) = rest.split_at_mut(table.n_rows());
            folded.push(read_table(table, own));
            rest = others;
        }
        Self {
            folded,
            prints,
            spread: Spread::default(),
        }
    }

    /// The hashes of a column's folded cells; 0 where one says nothing.
    pub(super) fn hashes(&self, side: usize, column: usize) -> &[u64] {
        &self.folded[side][column]
    }

    /// The cells of one column of each table, row by row, with their hashes.
    fn column<'c>(&'c self, tables: &'c [&Table], columns: &'c [Vec<usize>]) -> impl Iterator<Item = (&'c str, u64)> {
        let of_table = |((table, folded), column): ((&'c &Table, &'c Vec<Vec<u64>>), &Vec<usize>)| {
            let own = column.first().map(|column| (&table.columns[*column], &folded[*column]));
            (0..table.n_rows()).map(move |row| own.map_or(("", 0), |(column, hashes)| (column.get(row), hashes[row])))
        };
        tables.iter().zip(&self.folded).zip(columns).flat_map(of_table)
    }
}

fn read_table(table: &Table, prints: &mut [u64]) -> Vec<Vec<u64>> {
    let n = table.n_rows();
    let mut columns = Vec::new();
    for column in &table.columns {
        let mut hashes = vec![0; n];
        hashes
            .par_chunks_mut(CHUNK)
            .zip(prints.par_chunks_mut(CHUNK))
            .enumerate()
            .for_each_init(String::new, |folded, (chunk, (hashes, prints))| {
                for (at, (own, print)) in hashes.iter_mut().zip(prints).enumerate() {
                    let value = column.get(chunk * CHUNK + at);
                    if value.is_empty() {
                        continue;
                    }
                    let raw = hash(value.as_bytes());
                    *print = print.wrapping_add(mix(raw));
                    *own = if text::is_folded(value) {
                        raw
                    } else {
                        text::fold(value, folded);
                        if folded.is_empty() { 0 } else { hash(folded.as_bytes()) }
                    };
                }
            });
        columns.push(hashes);
    }
    columns
}

/// Distinct folded values.
#[derive(Debug, Default)]
pub(super) struct Values {
    text: String,
    ends: Ends,
    /// How many records carry each value.
    pub(super) counts: Vec<u32>,
}

impl Values {
    /// Adds the next value.
    fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// The text of a value.
    pub(super) fn get(&self, value: u32) -> &str {
        &self.text[self.ends.of(value as usize)]
    }

    /// All values with how many records carry each.
    pub(super) fn counted(&self) -> impl Iterator<Item = (&str, u32)> {
        (0..self.len() as u32).map(|id| (self.get(id), self.counts[id as usize]))
    }

    /// Asks for some values at once: memory is slow to answer and quick to deliver.
    pub(super) fn fetch(&self, values: &[u32]) {
        let starts = || values.iter().map(|value| self.ends.start(*value as usize));
        std::hint::black_box(starts().fold(0, |all, start| all ^ start));
        let first = |start: usize| self.text.as_bytes().get(start).copied().unwrap_or(0);
        std::hint::black_box(starts().fold(0, |all, start| all ^ first(start)));
    }

    /// Whether all values are plain ASCII.
    pub(super) fn are_ascii(&self) -> bool {
        self.text.is_ascii()
    }

    /// Number of values, with value 0.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }
}

/// Numbers the distinct values of one column of each table, or of the first of several: for each record its value, and
/// the values.
pub(super) fn intern(tables: &[&Table], cells: &Cells, columns: &[Vec<usize>]) -> (Vec<u32>, Values) {
    let dealt = cells.spread.deal(cells.column(tables, columns));
    let mut numbered = Numbered::new(cells.spread.len());
    let mut values = Values::default();
    values.push("");
    let mut folded = String::new();
    for records in dealt.parts() {
        dealt.fetch(&records);
        let known = numbered.firsts.len();
        numbered.add(records.map(|record| dealt.hash(record)), |_| 1);
        for first in &numbered.firsts[known..] {
            let text = dealt.text(*first as usize);
            if text::is_folded(text) {
                values.push(text);
            } else {
                text::fold(text, &mut folded);
                values.push(&folded);
            }
        }
    }
    values.counts = numbered.counts;
    (numbered.of, values)
}

/// Values changed, those that become equal made one. `change` writes into an empty text what a value becomes; nothing
/// makes it no value.
pub(super) fn rewrite(ids: &[u32], old: &Values, change: impl Fn(&str, &mut String) + Sync) -> (Vec<u32>, Values) {
    let of_some = |chunk: usize| {
        let (mut part, mut changed) = (Texts::default(), String::new());
        for id in chunk * CHUNK..old.len().min((chunk + 1) * CHUNK) {
            changed.clear();
            change(old.get(id as u32), &mut changed);
            part.text.push_str(&changed);
            part.end();
        }
        part
    };
    let chunks = (0..old.len().div_ceil(CHUNK)).into_par_iter();
    let parts: Vec<Texts> = chunks.map(of_some).collect();
    let (of, values) = number_texts(&parts, |id| old.counts[id as usize]);
    (ids.par_iter().map(|id| of[*id as usize]).collect(), values)
}

/// Whether all values stay what they are where [`rewrite`] changes them so.
pub(super) fn stay(values: &Values, change: impl Fn(&str, &mut String) + Sync) -> bool {
    let stays = |changed: &mut String, id: u32| {
        changed.clear();
        change(values.get(id), changed);
        changed == values.get(id)
    };
    let ids = (1..values.len() as u32).into_par_iter().with_min_len(CHUNK);
    ids.map_init(String::new, stays).all(|stays| stays)
}

/// Values read as others, record by record; those that become equal are made one.
pub(super) fn reread<'v>(
    ids: &[u32],
    old: &'v Values,
    read: impl Fn(usize, &'v str) -> &'v str + Sync,
) -> (Vec<u32>, Values) {
    let of_some = |(chunk, ids): (usize, &[u32])| {
        let mut part = Texts::default();
        for (record, id) in (chunk * CHUNK..).zip(ids) {
            part.text.push_str(read(record, old.get(*id)));
            part.end();
        }
        part
    };
    let parts: Vec<Texts> = ids.par_chunks(CHUNK).enumerate().map(of_some).collect();
    of_texts(&parts)
}

/// Texts that are folded already, end to end, one for each record.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) text: String,
    ends: Ends,
    /// The hash of each; 0 of an empty one.
    hashes: Vec<u64>,
}

impl Texts {
    /// Makes one text of all that was appended since the one before.
    pub(super) fn end(&mut self) {
        let own = &self.text.as_bytes()[self.ends.start(self.ends.len())..];
        self.hashes.push(if own.is_empty() { 0 } else { hash(own) });
        self.ends.push(self.text.len());
    }

    fn get(&self, at: usize) -> &str {
        &self.text[self.ends.of(at)]
    }
}

/// Numbers the distinct texts of all records, which come in parts.
pub(super) fn of_texts(parts: &[Texts]) -> (Vec<u32>, Values) {
    number_texts(parts, |_| 1)
}

/// Numbers distinct texts that come in parts; `count` tells how many records the text of a place counts for.
fn number_texts(parts: &[Texts], count: impl Fn(u32) -> u32) -> (Vec<u32>, Values) {
    let n = parts.iter().map(|part| part.ends.len()).sum();
    let mut numbered = Numbered::new(n);
    let mut values = Values::default();
    values.push("");
    for part in parts {
        let (start, known) = (numbered.of.len(), numbered.firsts.len());
        numbered.add(part.hashes.iter().copied(), &count);
        for first in &numbered.firsts[known..] {
            values.push(part.get(*first as usize - start));
        }
    }
    values.counts = numbered.counts;
    (numbered.of, values)
}

/// Distinct hashes, numbered from 1 as they come first: a table of slots, looked up many at a time.
struct Numbers {
    /// The upper half of a hash above its number, or 0; a hash stands in the first free slot from where its head points.
    slots: Vec<u64>,
    /// How many of a hash's bits point at a slot.
    bits: u32,
    /// The hash of each number.
    hashes: Vec<u64>,
}

impl Numbers {
    /// Bits by which the table grows.
    const STEP: u32 = 2;
    const UPPER: u64 = 0xffff_ffff << 32;

    fn new() -> Self {
        let bits = 13;
        Self {
            slots: vec![0; 1 << bits],
            bits,
            hashes: vec![0],
        }
    }

    fn slot(&self, hash: u64) -> usize {
        (hash >> (64 - self.bits)) as usize
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }

    /// The number of a hash, and whether it is new.
    fn number(&mut self, hash: u64) -> (u32, bool) {
        let mut at = self.slot(hash);
        loop {
            let (slot, number) = (self.slots[at], self.slots[at] as u32);
            if slot == 0 {
                break;
            }
            if (slot ^ hash) & Self::UPPER == 0 && self.hashes[number as usize] == hash {
                return (number, false);
            }
            at = self.after(at);
        }
        let number = self.hashes.len() as u32;
        self.slots[at] = hash & Self::UPPER | u64::from(number);
        self.hashes.push(hash);
        if self.hashes.len() * 2 > self.slots.len() && self.bits + Self::STEP <= 32 {
            self.grow();
        }
        (number, true)
    }

    fn grow(&mut self) {
        let before = std::mem::take(&mut self.slots);
        self.bits += Self::STEP;
        // Written and not only asked for: memory that is read before it is written is handed over twice.
        self.slots.resize(1 << self.bits, 0);
        for slot in before.into_iter().filter(|slot| *slot != 0) {
            let mut at = self.slot(slot);
            while self.slots[at] != 0 {
                at = self.after(at);
            }
            self.slots[at] = slot;
        }
    }
}

/// Hashes by number, from 1 as they come first. Hash 0 has number 0, which counts nothing.
struct Numbered {
    numbers: Numbers,
    /// For each place the number of its hash.
    of: Vec<u32>,
    /// For each number how much its places count.
    counts: Vec<u32>,
    /// The first place of each number from 1.
    firsts: Vec<u32>,
}

impl Numbered {
    /// Nothing yet, with room for the hashes of so many places.
    fn new(n: usize) -> Self {
        Self {
            numbers: Numbers::new(),
            of: Vec::with_capacity(n),
            counts: vec![0],
            firsts: Vec::new(),
        }
    }

    /// Numbers the hashes of the places that follow; `count` tells how much a place counts.
    fn add(&mut self, mut hashes: impl Iterator<Item = u64>, count: impl Fn(u32) -> u32) {
        let mut some = Vec::with_capacity(TOGETHER);
        loop {
            some.clear();
            some.extend(hashes.by_ref().take(TOGETHER));
            if some.is_empty() {
                break;
            }
            // Asked for all at once: memory is slow to answer and quick to deliver.
            let slot = |hash: &u64| self.numbers.slots[self.numbers.slot(*hash)];
            std::hint::black_box(some.iter().fold(0, |all, hash| all ^ slot(hash)));
            for hash in &some {
                let place = self.of.len() as u32;
                let (number, is_new) = if *hash == 0 {
                    (0, false)
                } else {
                    self.numbers.number(*hash)
                };
                if is_new {
                    self.counts.push(0);
                    self.firsts.push(place);
                }
                if number != 0 {
                    self.counts[number as usize] += count(place);
                }
                self.of.push(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_stay_are_those_that_rewriting_leaves() {
        let mut all = Texts::default();
        for text in ["ab", "c", "", "ab", "b c"] {
            all.text.push_str(text);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        let check = |change: &(dyn Fn(&str, &mut String) + Sync), expected: bool| {
            let (of, changed) = rewrite(&ids, &values, change);
            let is_left = of == ids && changed.counted().eq(values.counted());
            assert_eq!((stay(&values, change), is_left), (expected, expected));
        };
        check(&|value, changed| changed.push_str(value), true);
        check(&|value, changed| changed.push_str(value.trim_end_matches('c')), false);
        // Whether two become equal does not matter.
        check(&|value, changed| changed.extend(value.chars().rev()), false);
    }
}
