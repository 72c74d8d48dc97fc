//! How many records of a side have a partner at all, where the other side holds each thing once.
//!
//! Taken alone, a pair is judged against being no match. But where nearly every record of a file has its partner in the
//! other, the question is less whether than which; then a record's best partner is believed on less evidence. The share
//! of records with a partner is learned from the pairs themselves.

use std::ops::ControlFlow;

/// Rounds until the share settles, at most.
const ROUNDS: usize = 50;
/// The share is never believed to be higher: some record may always be new.
const MOST: f64 = 0.98;

/// Bits that a pair gains for each record of a side, if that has at most one partner. `pairs` are two records and the
/// weight in bits, `side` tells the records of the side, `n` counts all records and `n_side` those of the side.
pub(super) fn bits(pairs: &[(u32, u32, f32)], side: impl Fn(u32) -> bool, n: usize, n_side: usize) -> f32 {
    // Odds that a record has a partner, were all pairs judged alone.
    let mut odds = vec![0.0_f64; n];
    for (a, b, weight) in pairs {
        let record = if side(*a) { *a } else { *b };
        odds[record as usize] += f64::from(*weight).exp2();
    }
    let step = |share: f64| {
        let sum: f64 = odds.iter().map(|odds| odds / (odds + 1.0 - share)).sum();
        (sum / n_side.max(1) as f64).min(MOST)
    };
    let settled = (0..ROUNDS).try_fold(0.0, |share, _| {
        let next = step(share);
        if (next - share).abs() < 1e-6 {
            ControlFlow::Break(next)
        } else {
            ControlFlow::Continue(next)
        }
    });
    let (ControlFlow::Break(share) | ControlFlow::Continue(share)) = settled;
    -(1.0 - share).log2() as f32
}
