//! Rows brought into the order of the records.
//!
//! Records are in the order of a hash: who follows it through a column waits for memory at every step. Cells are
//! therefore dealt out first, row by row, to parts of the records that the near cache holds, and then read in order.
//! Law: gives what reading cell by cell in the order of the records would give.

use super::rows::LINE;

/// Records of a part, at least, and parts at most: of more, dealing out misses the cache.
const LEAST: usize = 4096;
const MOST_PARTS: usize = 1024;

/// Where the cells of each row and of each record lie, once they are dealt out.
#[derive(Default)]
pub(super) struct Spread {
    /// For each row, tables end to end, the place of its cells: those of a part follow each other as the rows come.
    of_rows: Vec<u32>,
    of_records: Vec<u32>,
    /// Records of a part.
    part: usize,
}

/// The cells of a column, dealt out.
pub(super) struct Dealt<'s> {
    spread: &'s Spread,
    /// The texts of each part.
    texts: Vec<String>,
    /// Where the text of a place ends.
    ends: Vec<usize>,
    hashes: Vec<u64>,
}

impl Spread {
    /// `order` gives the row of each record.
    pub(super) fn new(order: &[u32]) -> Self {
        let part = order.len().div_ceil(MOST_PARTS).next_power_of_two().max(LEAST);
        let mut of_rows = vec![0; order.len()];
        for (record, row) in (0_u32..).zip(order) {
            of_rows[*row as usize] = record;
        }
        let mut next: Vec<u32> = (0..order.len() as u32).step_by(part).collect();
        let mut of_records = vec![0; order.len()];
        for place in &mut of_rows {
            let record = *place as usize;
            let next = &mut next[record / part];
            (of_records[record], *place) = (*next, *next);
            *next += 1;
        }
        Self {
            of_rows,
            of_records,
            part,
        }
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.of_records.len()
    }

    /// Deals out the cells of all rows: the text of each, and a hash of it.
    pub(super) fn deal<'t>(&self, cells: impl Iterator<Item = (&'t str, u64)>) -> Dealt<'_> {
        let n = self.of_rows.len();
        let mut dealt = Dealt {
            spread: self,
            texts: vec![String::new(); n.div_ceil(self.part)],
            ends: vec![0; n],
            hashes: vec![0; n],
        };
        // Parts are powers of two, which saves a division for each cell.
        let bits = self.part.ilog2();
        self.of_rows.iter().zip(cells).for_each(|(place, (text, hash))| {
            let place = *place as usize;
            let own = &mut dealt.texts[place >> bits];
            own.push_str(text);
            dealt.ends[place] = own.len();
            dealt.hashes[place] = hash;
        });
        dealt
    }
}

impl Dealt<'_> {
    /// The records of each part.
    pub(super) fn parts(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        let n = self.hashes.len();
        (0..n)
            .step_by(self.spread.part)
            .map(move |start| start..n.min(start + self.spread.part))
    }

    /// Brings the cells of a part into the near cache, since memory delivers fastest what is asked for in order.
    pub(super) fn fetch(&self, records: &std::ops::Range<usize>) {
        let ends = self.ends[records.clone()].iter().step_by(LINE / size_of::<usize>());
        let hashes = self.hashes[records.clone()].iter().step_by(LINE / size_of::<u64>());
        let text = self.texts[records.start / self.spread.part]
            .as_bytes()
            .iter()
            .step_by(LINE);
        std::hint::black_box(ends.fold(0, |all, end| all ^ end));
        std::hint::black_box(hashes.fold(0, |all, hash| all ^ hash));
        std::hint::black_box(text.fold(0, |all, byte| all ^ byte));
    }

    /// The hash of a record's cell.
    pub(super) fn hash(&self, record: usize) -> u64 {
        self.hashes[self.spread.of_records[record] as usize]
    }

    /// The text of a record's cell.
    pub(super) fn text(&self, record: usize) -> &str {
        let (place, part) = (self.spread.of_records[record] as usize, self.spread.part);
        let start = if place.is_multiple_of(part) {
            0
        } else {
            self.ends[place - 1]
        };
        &self.texts[place / part][start..self.ends[place]]
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::hash::mix;
    use super::*;

    #[test]
    fn every_record_has_the_cell_of_its_row() {
        for n in [0_u64, 1, 4096, 10_000] {
            let mut order: Vec<u32> = (0..n as u32).collect();
            order.sort_unstable_by_key(|row| mix(u64::from(*row)));
            let texts: Vec<String> = (0..n)
                .map(|row| "x".repeat((mix(row) % 5) as usize) + &row.to_string())
                .collect();
            let spread = Spread::new(&order);
            let dealt = spread.deal(texts.iter().map(String::as_str).zip(0..));
            let records: Vec<usize> = dealt.parts().flatten().collect();
            assert_eq!(records, (0..n as usize).collect::<Vec<_>>());
            for (record, row) in order.iter().enumerate() {
                assert_eq!(
                    (dealt.text(record), dealt.hash(record)),
                    (&*texts[*row as usize], u64::from(*row))
                );
            }
        }
    }
}
