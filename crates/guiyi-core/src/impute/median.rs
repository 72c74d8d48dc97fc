//! `median`: the middle value of an amount or number; of an even number of values the lower of the two in the middle,
//! so that the filled value is one that a record has.
//!
//! Confidence: the share of the values that lie between half of the median and twice the median.

use rust_decimal::Decimal;

use super::{Guess, per_mille};

/// `None` if no value is a decimal.
pub(super) fn guess<'a>(evidence: impl Iterator<Item = &'a str>) -> Option<Guess> {
    let mut values: Vec<(Decimal, &str)> = evidence
        .filter_map(|text| Some((Decimal::from_str_exact(text).ok()?, text)))
        .collect();
    values.sort_unstable();
    let &(median, text) = values.get(values.len().checked_sub(1)? / 2)?;
    let double = median.checked_mul(Decimal::TWO).unwrap_or(median);
    let half = median.checked_div(Decimal::TWO).unwrap_or(median);
    let (low, high) = (half.min(double), half.max(double));
    let near = values.iter().filter(|(value, _)| (low..=high).contains(value)).count() as u64;
    Some((text.into(), per_mille(near, values.len() as u64)))
}
