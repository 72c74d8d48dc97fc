//! What is learned of the levels of a field, made smooth: shares that are a matter of degree, slips that are held to be
//! few, weights that fall as likeness falls.
//!
//! Law: shares that came to one still do.

use super::relatives::MOST_SLIPS;

/// How many pairs at a level what is usual counts for.
const LEANING: f64 = 3.0;

/// Gives a quarter of each share to each of its neighbors: how alike two texts are is a matter of degree.
pub(super) fn spread(shares: &mut [f64]) {
    let before = shares.to_vec();
    let last = before.len().saturating_sub(1);
    for (at, share) in shares.iter_mut().enumerate() {
        *share = 0.5 * before[at] + 0.25 * (before[at.saturating_sub(1)] + before[last.min(at + 1)]);
    }
}

/// Leaves no more than slips explain to the level of different values; the others share the rest.
pub(super) fn hold_slips(m: &mut [f64]) {
    let Some((different, others)) = m.split_last_mut() else {
        return;
    };
    if *different > MOST_SLIPS {
        let scale = (1.0 - MOST_SLIPS) / (1.0 - *different).max(f64::MIN_POSITIVE);
        for share in others {
            *share *= scale;
        }
        *different = MOST_SLIPS;
    }
}

/// Lets levels between equal and different that are hardly seen lean on those two: they weigh by the square of how alike
/// values are, and no more than they were to. A number that only begins as another one does speaks for nothing, unless
/// it is seen to. `equal` is the number of levels of equal values, `likeness` tells how alike a level is, counted from 1.
pub(super) fn lean(bits: &mut [f64], weights: &[f64], equal: usize, likeness: impl Fn(usize) -> f64) {
    let Some((worst, own)) = bits.split_last_mut() else {
        return;
    };
    let n_equal: f64 = weights[..equal].iter().sum();
    let best = own[..equal]
        .iter()
        .zip(weights)
        .map(|(own, weight)| own * weight)
        .sum::<f64>()
        / n_equal;
    if n_equal < 1.0 || best <= *worst {
        return;
    }
    for (at, own) in own.iter_mut().enumerate().skip(equal) {
        let usual = *worst + (best - *worst) * likeness(at + 1).powi(2);
        *own += LEANING / (LEANING + weights[at]) * (usual.min(*own) - *own);
    }
}

/// The nearest sequence that never rises: pools adjacent violators.
pub(super) fn descend(values: &mut [f64], weights: &[f64]) {
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for (value, weight) in values.iter().zip(weights) {
        let mut pool = (*value, *weight, 1);
        while let Some(last) = pools.last().copied().filter(|last| last.0 < pool.0) {
            let weight = last.1 + pool.1;
            pool = ((last.0 * last.1 + pool.0 * pool.1) / weight, weight, last.2 + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let mut at = 0;
    for (value, _, length) in pools {
        values[at..at + length].fill(value);
        at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hardly_seen_leans_on_equal_and_different() {
        let likeness = |level: usize| 1.0 - level.saturating_sub(2) as f64 / 3.0;
        let start = [8.0, 8.0, 5.0, 5.0, -7.0];
        let mut bits = start;
        lean(&mut bits, &[50.0, 50.0, 0.0, 0.0, 50.0], 2, likeness);
        let expected = [8.0, 8.0, -7.0 + 15.0 * 4.0 / 9.0, -7.0 + 15.0 / 9.0, -7.0];
        assert!(
            bits.iter().zip(expected).all(|(own, other)| (own - other).abs() < 1e-9),
            "{bits:?}"
        );
        let mut seen = start;
        lean(&mut seen, &[50.0, 50.0, 1e9, 1e9, 50.0], 2, likeness);
        assert!(
            seen.iter().zip(start).all(|(own, other)| (own - other).abs() < 1e-6),
            "{seen:?}"
        );
        let mut without = start;
        lean(&mut without, &[0.0, 0.0, 0.0, 0.0, 50.0], 2, likeness);
        assert!(
            without
                .iter()
                .zip(start)
                .all(|(own, other)| (own - other).abs() < 1e-12)
        );
    }

    #[test]
    fn weights_never_rise_and_shares_come_to_one() {
        let mut weights = [5.0, 3.0, 4.0, -1.0];
        descend(&mut weights, &[1.0, 1.0, 3.0, 1.0]);
        let expected = [5.0, 3.75, 3.75, -1.0];
        assert!(
            weights
                .iter()
                .zip(expected)
                .all(|(own, other)| (own - other).abs() < 1e-12),
            "{weights:?}"
        );
        let mut shares = [0.2, 0.3, 0.5];
        hold_slips(&mut shares);
        assert!(
            (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && shares[2] <= MOST_SLIPS,
            "{shares:?}"
        );
        spread(&mut shares);
        assert!(
            (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12 && shares[2] < 0.4,
            "{shares:?}"
        );
    }
}
