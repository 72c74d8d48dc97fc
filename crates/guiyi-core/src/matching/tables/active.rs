//! Which pairs a person should look at first: those whose answer teaches most.
//!
//! Pairs of one pattern of levels are weighed alike, so an answer about one tells of all of them; and an answer that is
//! known beforehand tells nothing (D. Lewis and W. Gale, A sequential algorithm for training text classifiers, SIGIR
//! 1994).

use std::collections::BTreeMap;

use super::Pair;

/// Positions of at most `n` pairs, the most telling first, no two of one pattern.
pub fn most_telling(pairs: &[Pair], n: usize) -> Vec<usize> {
    // For each pattern how many pairs have it, and the one that is least certain.
    let mut patterns: BTreeMap<u128, (u32, usize)> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        let (count, best) = patterns.entry(pair.pattern).or_insert((0, at));
        *count += 1;
        if pair.weight.abs() < pairs[*best].weight.abs() {
            *best = at;
        }
    }
    let worth = |(count, at): (u32, usize)| {
        let probability = pairs[at].probability;
        probability * (1.0 - probability) * f64::from(count).sqrt()
    };
    let mut chosen: Vec<(f64, usize)> = patterns.into_values().map(|of| (worth(of), of.1)).collect();
    chosen.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    chosen.into_iter().take(n).map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    fn pair(a: u32, pattern: u128, weight: f64) -> Pair {
        Pair {
            a,
            b: a + 1,
            pattern,
            weight,
            probability: 1.0 / (1.0 + (-weight).exp2()),
            outcome: Outcome::Review,
            veto: None,
        }
    }

    #[test]
    fn asks_for_what_is_open_and_stands_for_many() {
        let mut pairs = vec![pair(0, 1, 9.0), pair(1, 2, 0.1), pair(2, 2, -0.3), pair(3, 3, 1.0)];
        pairs.extend((4..40).map(|a| pair(a, 4, 1.0)));
        assert_eq!(most_telling(&pairs, 3), [4, 1, 3]);
        assert_eq!(most_telling(&pairs, 9).len(), 4);
        assert!(most_telling(&[], 3).is_empty());
    }
}
