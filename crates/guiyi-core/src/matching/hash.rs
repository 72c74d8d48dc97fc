//! The one hash of the matching room: fixed, so that the same input gives the same blocks on every machine.
//!
//! Values that must be compared often are compared as 64-bit hashes; 0 is kept for "no value".

/// Hash of some bytes, never 0.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut state = 0x243f_6a88_85a3_08d3;
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        state = mix(state ^ u64::from_le_bytes(*word));
    }
    if !rest.is_empty() {
        // The last eight bytes without those that are read already are the rest, read at once.
        let word = match bytes.last_chunk() {
            Some(last) => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        state = mix(state ^ word);
    }
    mix(state ^ bytes.len() as u64).max(1)
}

/// A bijection that spreads every input bit over all output bits (the finalizer of SplitMix64).
pub(super) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A map whose hash is [`mix`]; its order must never show in a result.
pub(super) type Map<K, V> = std::collections::HashMap<K, V, std::hash::BuildHasherDefault<Mixer>>;

/// The hasher of [`Map`].
#[derive(Default)]
pub(super) struct Mixer(u64);

impl std::hash::Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0 ^ hash(bytes));
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = mix(self.0 ^ u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mix(self.0 ^ value);
    }

    fn write_u128(&mut self, value: u128) {
        self.0 = mix(mix(self.0 ^ value as u64) ^ (value >> 64) as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
