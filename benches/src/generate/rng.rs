//! Numbers that look random and depend only on (seed, stream, index).
//!
//! Everything in the generator is derived by index, never drawn from one running source, so that any row can be made
//! without the rows before it; this file and `permutation` are what makes that possible.
//! SplitMix64 (Steele, Lea, Flood 2014), chosen for being 10 lines that will not change under a dependency update.

/// What a sequence of draws is for; two purposes never share a sequence.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Place = 1,
    Kind,
    Industry,
    Entity,
    Former,
    ErpRow,
    CrmRow,
    ErpKey,
    CrmKey,
    Agent,
    Excel,
    Extra,
    Person,
    PersonCopy,
}

/// SplitMix64.
pub(crate) struct Rng(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// Mixes all 64 bits of `x` (the finalizer of SplitMix64); a bijection.
pub(crate) fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Rng {
    /// The sequence of `index` in `stream` under `seed`.
    pub(crate) fn new(seed: u64, stream: Stream, index: u64) -> Self {
        Self(mix(mix(seed.wrapping_add(GOLDEN))
            ^ mix((stream as u64).wrapping_mul(GOLDEN))
            ^ index.wrapping_mul(GOLDEN)))
    }

    /// The next 64 bits.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// A number in `0..n`; 0 for `n` = 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }

    /// A number in `low..high`.
    pub(crate) fn range(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low)
    }

    /// A number in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with probability `p`; always draws, so that later draws do not depend on `p`.
    pub(crate) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of `items`, all equally likely. `items` is a table of ours and never empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Appends `n` decimal digits.
    pub(crate) fn push_digits(&mut self, out: &mut String, n: usize) {
        for _ in 0..n {
            out.push(char::from(b'0' + self.below(10) as u8));
        }
    }
}

/// Items repeated as often as they weigh, so that an even pick is a weighted one.
pub(crate) fn weighted<T: Copy>(items: &[(T, usize)]) -> Vec<T> {
    items
        .iter()
        .flat_map(|&(item, weight)| std::iter::repeat_n(item, weight))
        .collect()
}
