//! The key that encrypts values of the store: 256 bits, made once, kept outside the store.
//!
//! Everything else is derived from it by HKDF-SHA-256 (RFC 5869), so that no key is used for two things.

use std::path::Path;

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::key_file::{bytes_behind, random, read_secret, write_secret, wrong};
use crate::ledger::hex;

/// First word of a file with a data key.
const WORD: &str = "guiyi-data-key-1";

/// Encrypts values of a store.
pub struct DataKey {
    derive: Hkdf<Sha256>,
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "DataKey({})", self.fingerprint())
    }
}

impl DataKey {
    /// Makes a key from the system's random numbers and writes it into `path`, which must not exist.
    ///
    /// # Errors
    /// [`StoreError::Key`] if a file is there already or cannot be written.
    pub fn make(path: &Path) -> Result<Self, StoreError> {
        let bytes = random(path)?;
        write_secret(path, WORD, &bytes)?;
        Ok(Self::of(&bytes))
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`StoreError::Key`] if there is no such file, if others than its owner may read it, or if it holds no data key.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let text = read_secret(path)?;
        let bytes = bytes_behind(WORD, &text).map(Zeroizing::new);
        let bytes = bytes.ok_or_else(|| wrong(path, "it holds no data key of guiyi"))?;
        Ok(Self::of(&bytes))
    }

    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        Self {
            derive: Hkdf::new(None, bytes),
        }
    }

    /// What tells it from other keys without giving anything of it away: 16 hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        hex(&self.derived("fingerprint")[..8])
    }

    /// The key for one purpose.
    pub(crate) fn derived(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.derive
            .expand(format!("guiyi store {purpose}").as_bytes(), &mut *key)
            .expect("32 bytes are no more than HKDF-SHA-256 can give");
        key
    }
}
