//! Values: what the cells of all files say, folded, and every distinct one numbered once.
//!
//! Cells are told apart by 64-bit hashes; the text of a value is kept once. Laws: values are
//! numbered as the records name them first, so that no order of rows shows in their numbers; value 0 is no value.

use rayon::prelude::*;

use super::super::hash::{hash, mix};
use super::sort::by_hash;
use super::table::Table;
use super::text;

/// Cells that a thread takes at a time.
const CHUNK: usize = 8192;
/// Rows whose texts are fetched together.
const TOGETHER: usize = 64;
/// Bits of a span that give the length of a value; a longer one, of 16 MB, is cut.
const LENGTH_BITS: u32 = 24;
const LONGEST: usize = (1 << LENGTH_BITS) - 1;

/// Hashes of all cells.
pub(super) struct Cells {
    /// Hash of the folded text of a cell, by table, column and row; 0 where it says nothing.
    folded: Vec<Vec<Vec<u64>>>,
    /// A number for each row, tables end to end, that the values of the row alone decide.
    pub(super) prints: Vec<u64>,
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
        Self { folded, prints }
    }

    /// The hashes of one column of each table in the order of the records; `order` gives the row of each, tables end to
    /// end.
    fn column<'c>(&'c self, columns: &'c [Option<usize>], order: &'c [u32]) -> impl Iterator<Item = u64> + 'c {
        let of = |side: usize| columns[side].map_or(&[][..], |column| &self.folded[side][column]);
        let first = of(0);
        let n_first = self.folded.first().and_then(|table| table.first()).map_or(0, Vec::len);
        let second = if self.folded.len() > 1 { of(1) } else { &[] };
        order.iter().map(move |row| {
            let row = *row as usize;
            let hash = if row < n_first {
                first.get(row)
            } else {
                second.get(row - n_first)
            };
            hash.copied().unwrap_or(0)
        })
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
    /// Where the text of each value stands: start and length.
    spans: Vec<u64>,
    /// How many records carry each value.
    pub(super) counts: Vec<u32>,
}

impl Values {
    fn new(counts: Vec<u32>) -> Self {
        Self {
            text: String::new(),
            spans: vec![0; counts.len()],
            counts,
        }
    }

    fn has(&self, value: u32) -> bool {
        value == 0 || self.spans[value as usize] != 0
    }

    fn set(&mut self, value: u32, text: &str) {
        let length = (0..=text.len().min(LONGEST))
            .rev()
            .find(|length| text.is_char_boundary(*length))
            .unwrap_or(0);
        self.spans[value as usize] = (self.text.len() as u64) << LENGTH_BITS | length as u64;
        self.text.push_str(&text[..length]);
    }

    /// The text of a value.
    pub(super) fn get(&self, value: u32) -> &str {
        let span = self.spans[value as usize];
        let start = (span >> LENGTH_BITS) as usize;
        &self.text[start..start + (span as usize & LONGEST)]
    }

    /// Number of values, with value 0.
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }
}

/// Numbers the distinct values of one column of each table: for each record its value, and the values. `order` gives
/// the row of each record, `raw` the text of a row.
pub(super) fn intern<'t>(
    cells: &Cells,
    columns: &[Option<usize>],
    order: &[u32],
    raw: impl Fn(usize) -> &'t str,
) -> (Vec<u32>, Values) {
    let (ids, counts) = number(cells.column(columns, order), order.len(), |_| 1);
    let mut values = Values::new(counts);
    let mut folded = String::new();
    let mut new: Vec<(u32, &str)> = Vec::new();
    let mut next = 1;
    // Many rows are fetched together, because memory is slow to answer and quick to deliver.
    for (ids, rows) in ids.chunks(TOGETHER).zip(order.chunks(TOGETHER)) {
        new.clear();
        for (id, row) in ids.iter().zip(rows) {
            if *id == next {
                new.push((*id, raw(*row as usize)));
                next += 1;
            }
        }
        for (id, own) in &new {
            if text::is_folded(own) {
                values.set(*id, own);
            } else {
                text::fold(own, &mut folded);
                values.set(*id, &folded);
            }
        }
    }
    (ids, values)
}

/// Values changed, those that become equal made one. `change` writes into an empty text what a value becomes; nothing
/// makes it no value.
pub(super) fn rewrite(ids: &[u32], old: &Values, change: impl Fn(&str, &mut String)) -> (Vec<u32>, Values) {
    let mut changed = String::new();
    let mut texts = String::new();
    let mut ends = Vec::with_capacity(old.len());
    let mut hashes = Vec::with_capacity(old.len());
    for id in 0..old.len() as u32 {
        changed.clear();
        change(old.get(id), &mut changed);
        texts.push_str(&changed);
        ends.push(texts.len());
        hashes.push(if changed.is_empty() {
            0
        } else {
            hash(changed.as_bytes())
        });
    }
    let (new_of, counts) = number(hashes.into_iter(), old.len(), |id| old.counts[id as usize]);
    let mut values = Values::new(counts);
    let mut start = 0;
    for (id, end) in new_of.iter().zip(ends) {
        if !values.has(*id) {
            values.set(*id, &texts[start..end]);
        }
        start = end;
    }
    (ids.iter().map(|id| new_of[*id as usize]).collect(), values)
}

/// Texts that are folded already, end to end, one for each record.
#[derive(Default)]
pub(super) struct Texts {
    pub(super) text: String,
    pub(super) ends: Vec<usize>,
}

impl Texts {
    fn each(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.text[start..*end])
    }
}

/// Numbers the distinct texts of all records, which come in parts.
pub(super) fn of_texts(parts: &[Texts]) -> (Vec<u32>, Values) {
    let all = || parts.iter().flat_map(Texts::each);
    let hash_of = |text: &str| if text.is_empty() { 0 } else { hash(text.as_bytes()) };
    let n = parts.iter().map(|part| part.ends.len()).sum();
    let (ids, counts) = number(all().map(hash_of), n, |_| 1);
    let mut values = Values::new(counts);
    for (id, text) in ids.iter().zip(all()) {
        if !values.has(*id) {
            values.set(*id, text);
        }
    }
    (ids, values)
}

/// Numbers distinct hashes from 1 as they come first: for each place the number of its hash, and for each number how
/// much its places count. Hash 0 has number 0, which counts nothing.
fn number(hashes: impl Iterator<Item = u64>, n: usize, count: impl Fn(u32) -> u32) -> (Vec<u32>, Vec<u32>) {
    let filed: Vec<(u64, u32)> = hashes.zip(0..).filter(|(hash, _)| *hash != 0).collect();
    let filed = by_hash(filed);
    // First each place points at the first place of its hash.
    let mut numbers = vec![u32::MAX; n];
    for run in filed.chunk_by(|one, other| one.0 == other.0) {
        for (_, place) in run {
            numbers[*place as usize] = run[0].1;
        }
    }
    drop(filed);
    let mut counts = vec![0];
    for place in 0..n {
        let first = numbers[place] as usize;
        let own = if first == u32::MAX as usize {
            0
        } else if first == place {
            counts.push(0);
            counts.len() as u32 - 1
        } else {
            numbers[first]
        };
        numbers[place] = own;
        if own != 0 {
            counts[own as usize] += count(place as u32);
        }
    }
    (numbers, counts)
}
