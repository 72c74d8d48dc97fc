//! Comparison of dates: equal, day and month swapped, near, different.

use super::{Level, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same date", "日期相同", 0.70, 0.020),
    level(
        "swapped",
        "day and month swapped, or one part differs",
        "日月颠倒或仅一部分不同",
        0.10,
        0.080,
    ),
    level("different", "different dates", "日期不同", 0.20, 0.900),
];

/// The dates of one attribute, as (year, month, day); all 0 for none.
pub(crate) struct Dates {
    dates: Vec<(u16, u8, u8)>,
}

impl Dates {
    pub(super) fn new(records: &Records, attribute: usize) -> Self {
        let read = |record| evidence(records, record, attribute).and_then(parse).unwrap_or_default();
        Self {
            dates: (0..records.len() as u32).map(read).collect(),
        }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.dates[record as usize].0 != 0
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.dates[a as usize], self.dates[b as usize]);
        if left.0 == 0 || right.0 == 0 {
            return 0;
        }
        let same = u8::from(left.0 == right.0) + u8::from(left.1 == right.1) + u8::from(left.2 == right.2);
        let swapped = left.0 == right.0 && left.1 == right.2 && left.2 == right.1;
        match same {
            3 => 1,
            2 => 2,
            _ if swapped => 2,
            _ => 3,
        }
    }
}

/// A date `YYYY-MM-DD`.
fn parse(text: &str) -> Option<(u16, u8, u8)> {
    let mut parts = text.split('-');
    let date = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    parts.next().is_none().then_some(date)
}
