//! The one hash of profiles: fixed, so that the same file gives the same profile on every machine.

/// Hash of a text. Two texts of a file with a million distinct values collide with a chance of 3 in 100 million.
pub(super) fn hash(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map_or(0, u64::from_le_bytes);
        state = fold(state ^ word, 0xa076_1d64_78bd_642f);
    }
    let mut last = [0_u8; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    mix(fold(state ^ u64::from_le_bytes(last), 0xe703_7ed1_a0b4_28db))
}

/// Hash of two hashes in order.
pub(super) fn join(first: u64, second: u64) -> u64 {
    mix(mix(first).wrapping_add(second))
}

/// Both halves of the product, folded into one.
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The finalizer of SplitMix64: a bijection that spreads every input bit over all output bits.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A map from hashes; its order must never show in a result.
pub(super) type Map<V> = std::collections::HashMap<u64, V, std::hash::BuildHasherDefault<Identity>>;

/// The hasher of [`Map`]: what is hashed already needs no other.
#[derive(Default)]
pub(super) struct Identity(u64);

impl std::hash::Hasher for Identity {
    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
