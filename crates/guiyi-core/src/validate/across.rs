//! What needs all rows of a source: source keys that occur twice, `unique` rules, branches with their parent's code.
//!
//! Memory: 16 bytes a row for each of them in turn, and the rows that repeat. Law: hashes only choose candidates; rows
//! are grouped by their values, in the values' order, so that neither a collision nor the hash shows in the result.

use std::hash::{DefaultHasher, Hasher};

use super::{branch, keys, unique};
use crate::finding::Notes;
use crate::record::Batch;
use crate::rulebook::{Check, Rulebook};

/// Judges all rows of all sources together, after [`super::run`]; batches of one source may be several.
///
/// Findings stand in the order of (source, row, rule). Cost: n log n in the rows.
pub fn across(batches: &mut [Batch], rulebook: &Rulebook) -> Notes {
    let mut notes = Notes::default();
    keys::settle_repeated(batches, rulebook, &mut notes);
    for rule in &rulebook.rules {
        if let Check::Unique { elements, scope } = &rule.check {
            unique::settle(batches, rule, elements, *scope, rulebook, &mut notes);
        }
    }
    branch::report(batches, rulebook, &mut notes);
    notes
        .findings
        .sort_by(|a, b| (a.source, a.row, &a.rule).cmp(&(b.source, b.row, &b.rule)));
    notes
}

/// 128 bits of values that belong to a source; equal values have equal hashes on every machine of one build.
pub(super) fn hash<'a>(source: u16, values: impl IntoIterator<Item = &'a str>) -> u128 {
    let (mut high, mut low) = (DefaultHasher::new(), DefaultHasher::new());
    high.write_u16(source);
    low.write_u32(u32::from(source));
    for value in values {
        for hasher in [&mut high, &mut low] {
            hasher.write(value.as_bytes());
            hasher.write_u8(0xFF);
        }
    }
    u128::from(high.finish()) << 64 | u128::from(low.finish())
}

/// Hashes that occur more than once.
pub(super) struct Repeated(Vec<u128>);

/// Finds the hashes that occur more than once; 16 bytes each.
pub(super) fn repeated(mut hashes: Vec<u128>) -> Repeated {
    hashes.sort_unstable();
    let mut repeated: Vec<u128> = hashes
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    repeated.dedup();
    Repeated(repeated)
}

impl Repeated {
    pub(super) fn contains(&self, hash: u128) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}
