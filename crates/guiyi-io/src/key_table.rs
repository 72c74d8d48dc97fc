//! Keys of all rows of a source, and which of them occur more than once: in memory up to a limit, on disk beyond it.
//!
//! Keys are spread over partitions by their bits, so that equal ones meet in one; a partition is sorted on its own.
//! Memory: 16 bytes a key up to the limit, 4 MiB of unfilled chunks, and while the keys are counted one partition more.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};

use crate::IoError;

const PARTITIONS: usize = 64;
/// Keys of a chunk: 64 KiB.
const CHUNK: usize = 4096;

/// The keys added so far. Keys of 127 bits, equal for equal values; their lowest bit is a mark that tells no keys apart.
#[derive(Debug)]
pub struct KeyTable {
    partitions: Vec<Partition>,
    n_in_memory: usize,
    limit: usize,
}

#[derive(Debug, Default)]
struct Partition {
    chunks: Vec<Vec<u128>>,
    spilled: Option<BufWriter<File>>,
}

impl KeyTable {
    /// An empty table that goes to temporary files when it would take more than `limit_bytes` of memory.
    pub fn new(limit_bytes: usize) -> Self {
        Self {
            partitions: (0..PARTITIONS).map(|_| Partition::default()).collect(),
            n_in_memory: 0,
            limit: (limit_bytes / 16).max(1),
        }
    }

    /// Adds keys.
    ///
    /// # Errors
    ///
    /// [`IoError`] if a temporary file cannot be written.
    pub fn add(&mut self, keys: &[u128]) -> Result<(), IoError> {
        for &key in keys {
            let chunks = &mut self.partitions[partition(key)].chunks;
            match chunks.last_mut() {
                Some(chunk) if chunk.len() < CHUNK => chunk.push(key),
                _ => {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    chunk.push(key);
                    chunks.push(chunk);
                }
            }
        }
        self.n_in_memory += keys.len();
        if self.n_in_memory > self.limit {
            for partition in &mut self.partitions {
                partition.spill().map_err(temporary)?;
            }
            self.n_in_memory = 0;
        }
        Ok(())
    }

    /// The keys that occur more than once, in no particular order. Sorts each partition.
    ///
    /// # Errors
    ///
    /// [`IoError`] if a temporary file cannot be read.
    pub fn repeated(self) -> Result<Vec<Repeated>, IoError> {
        let mut repeated = Vec::new();
        for partition in self.partitions {
            let mut keys = partition.keys().map_err(temporary)?;
            keys.sort_unstable();
            for group in keys.chunk_by(|a, b| a >> 1 == b >> 1).filter(|group| group.len() > 1) {
                repeated.push(Repeated {
                    key: group[0] & !1,
                    count: group.len() as u64,
                    n_unmarked: group.iter().filter(|key| **key & 1 == 0).count() as u64,
                });
            }
        }
        Ok(repeated)
    }
}

/// A key that was added more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeated {
    /// Without its mark.
    pub key: u128,
    /// How often it was added.
    pub count: u64,
    /// How often without a mark.
    pub n_unmarked: u64,
}

impl Partition {
    /// Writes the keys in memory behind those on disk.
    fn spill(&mut self) -> std::io::Result<()> {
        if self.spilled.is_none() {
            self.spilled = Some(BufWriter::with_capacity(1 << 16, tempfile::tempfile()?));
        }
        let Some(file) = &mut self.spilled else { return Ok(()) };
        for key in self.chunks.drain(..).flatten() {
            file.write_all(&key.to_le_bytes())?;
        }
        Ok(())
    }

    /// All keys of the partition.
    fn keys(mut self) -> std::io::Result<Vec<u128>> {
        let mut keys = self.chunks.concat();
        self.chunks = Vec::new();
        if let Some(file) = self.spilled.take() {
            let mut file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.rewind()?;
            let n_keys = (file.metadata()?.len() / 16) as usize;
            keys.reserve(n_keys);
            let mut file = BufReader::with_capacity(1 << 16, file);
            let mut key = [0; 16];
            for _ in 0..n_keys {
                file.read_exact(&mut key)?;
                keys.push(u128::from_le_bytes(key));
            }
        }
        Ok(keys)
    }
}

/// The partition of a key; every bit of it counts, but for the mark.
fn partition(key: u128) -> usize {
    let key = key >> 1;
    let mixed = (key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 58) as usize
}

fn temporary(source: std::io::Error) -> IoError {
    IoError::System {
        file: std::env::temp_dir(),
        action: "write temporary files in",
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_in_memory_and_on_disk(keys in proptest::collection::vec(0_u128..50, 0..200), limit in prop_oneof![Just(160), Just(1 << 20)]) {
            let mut table = KeyTable::new(limit);
            for part in keys.chunks(7) {
                table.add(part).unwrap();
            }
            let mut repeated = table.repeated().unwrap();
            repeated.sort_unstable();
            let mut expected = BTreeMap::new();
            for key in keys {
                let (count, n_unmarked) = expected.entry(key & !1).or_insert((0_u64, 0_u64));
                *count += 1;
                *n_unmarked += u64::from(key & 1 == 0);
            }
            expected.retain(|_, (count, _)| *count > 1);
            let expected: Vec<Repeated> = (expected.into_iter())
                .map(|(key, (count, n_unmarked))| Repeated { key, count, n_unmarked })
                .collect();
            prop_assert_eq!(repeated, expected);
        }
    }
}
