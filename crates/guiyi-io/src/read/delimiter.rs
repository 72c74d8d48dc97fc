//! Which character separates the cells of a text file: the one that cuts its first lines most consistently.

use std::collections::BTreeMap;

use super::row::Row;
use super::split::Splitter;

/// The characters that can be found, preferred in this order where they do equally well.
const CANDIDATES: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Rows looked at.
const SAMPLE_ROWS: usize = 200;

/// The delimiter of a text that begins with `prefix`; a comma where there is none. `is_whole` says that the text ends
/// there.
pub(crate) fn detect(prefix: &[u8], is_whole: bool) -> u8 {
    let mut best = (0.0, b',');
    for delimiter in CANDIDATES {
        let score = consistency(prefix, is_whole, delimiter);
        if score > best.0 {
            best = (score, delimiter);
        }
    }
    best.1
}

/// Share of the rows that have the commonest number of cells, squared, times the root of the further cells: a few
/// ragged rows or titles cost little, a character that stands in most rows by chance gains little.
fn consistency(prefix: &[u8], is_whole: bool, delimiter: u8) -> f64 {
    let mut splitter = Splitter::new(prefix, delimiter);
    let mut row = Row::default();
    let mut widths = Vec::new();
    while widths.len() < SAMPLE_ROWS && splitter.next_row(&mut row).unwrap_or(false) {
        widths.push(row.len());
    }
    if !is_whole && widths.len() > 1 && widths.len() < SAMPLE_ROWS {
        widths.pop();
    }
    let mut counts = BTreeMap::<usize, usize>::new();
    for &width in widths.iter().filter(|&&width| width > 1) {
        *counts.entry(width).or_default() += 1;
    }
    let Some((width, count)) = counts.into_iter().max_by_key(|&(width, count)| (count, width)) else {
        return 0.0;
    };
    let share = count as f64 / widths.len() as f64;
    share * share * ((width - 1) as f64).sqrt()
}
