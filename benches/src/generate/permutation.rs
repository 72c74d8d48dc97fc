//! A seeded bijection of `0..n` onto itself that needs no table: shuffles without holding what it shuffles.
//!
//! A four-round Feistel network over the next even power of two, walked until the value falls below `n` (cycle walking,
//! Black and Rogaway 2002); at most four steps on average.

use super::rng::mix;

/// A bijection of `0..n`.
pub(crate) struct Permutation {
    n: u64,
    half_bits: u32,
    keys: [u64; 4],
}

impl Permutation {
    /// The bijection of `0..n` named by `seed` and `tag`.
    pub(crate) fn new(n: u64, seed: u64, tag: &str) -> Self {
        let tag = tag.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
        let bits = 64 - n.max(2).saturating_sub(1).leading_zeros();
        Self {
            n,
            half_bits: bits.div_ceil(2),
            keys: [1, 2, 3, 4].map(|round| mix(tag.wrapping_add(round))),
        }
    }

    /// Size of the domain.
    pub(crate) fn len(&self) -> u64 {
        self.n
    }

    /// Where `x` goes. `x` is below `n`.
    pub(crate) fn forward(&self, x: u64) -> u64 {
        debug_assert!(x < self.n);
        let mut x = x;
        loop {
            let (mut left, mut right) = self.split(x);
            for key in self.keys {
                (left, right) = (right, left ^ (mix(right ^ key) & self.mask()));
            }
            x = (left << self.half_bits) | right;
            if x < self.n {
                return x;
            }
        }
    }

    /// Where `x` comes from: `inverse(forward(x)) == x`.
    pub(crate) fn inverse(&self, x: u64) -> u64 {
        debug_assert!(x < self.n);
        let mut x = x;
        loop {
            let (mut left, mut right) = self.split(x);
            for key in self.keys.iter().rev() {
                (left, right) = (right ^ (mix(left ^ key) & self.mask()), left);
            }
            x = (left << self.half_bits) | right;
            if x < self.n {
                return x;
            }
        }
    }

    fn mask(&self) -> u64 {
        (1 << self.half_bits) - 1
    }

    fn split(&self, x: u64) -> (u64, u64) {
        (x >> self.half_bits, x & self.mask())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_a_bijection_with_its_inverse() {
        for n in [1, 2, 3, 17, 256, 1000, 4097] {
            let permutation = Permutation::new(n, 7, "test");
            let mut seen = vec![false; n as usize];
            for x in 0..n {
                let y = permutation.forward(x);
                assert!(!std::mem::replace(&mut seen[y as usize], true), "{n}: {y} twice");
                assert_eq!(permutation.inverse(y), x);
            }
        }
    }
}
