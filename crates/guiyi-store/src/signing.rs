//! The key that signs ledger heads: Ed25519 (RFC 8032), made once, kept outside the store.
//!
//! Laws: the secret is written into a new file that only its owner may read, never shown and never logged; the public part
//! stands beside it as `<file>.pub`, for those who verify.

use std::path::{Path, PathBuf};

use ed25519_dalek::{Signature, Signer, Verifier};

use crate::error::StoreError;
use crate::key_file::{bytes_behind, random, read, read_secret, write_public, write_secret, wrong};
use crate::ledger::hex;

/// First word of a file with a secret key.
const SECRET: &str = "guiyi-secret-key-1";
/// First word of a file with a public key.
const PUBLIC: &str = "guiyi-public-key-1";

/// Signs ledger heads.
pub struct SigningKey(ed25519_dalek::SigningKey);

/// Verifies what a [`SigningKey`] signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SigningKey({})", self.public())
    }
}

impl std::fmt::Display for PublicKey {
    /// The key in hexadecimal.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&hex(self.0.as_bytes()))
    }
}

impl SigningKey {
    /// Makes a key from the system's random numbers and writes it into `path`, which must not exist, and its public part
    /// into `<path>.pub`.
    ///
    /// # Errors
    /// [`StoreError::Key`] if a file is there already or cannot be written.
    pub fn make(path: &Path) -> Result<PublicKey, StoreError> {
        let secret = random(path)?;
        let public = Self(ed25519_dalek::SigningKey::from_bytes(&secret)).public();
        write_secret(path, SECRET, &secret)?;
        write_public(&public_path(path), PUBLIC, public.0.as_bytes())?;
        Ok(public)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`StoreError::Key`] if there is no such file, if others than its owner may read it, or if it holds no secret key.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let text = read_secret(path)?;
        let bytes = bytes_behind(SECRET, &text).ok_or_else(|| wrong(path, "it holds no secret key of guiyi"))?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&bytes)))
    }

    /// The public part.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, message: &str) -> [u8; 64] {
        self.0.sign(message.as_bytes()).to_bytes()
    }
}

impl PublicKey {
    /// Reads a public key, from its own file or from that of the secret key.
    ///
    /// # Errors
    /// [`StoreError::Key`] if there is no such file or it holds no key.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let text = read(path)?;
        if text.starts_with(SECRET) {
            return Ok(SigningKey::read(path)?.public());
        }
        bytes_behind(PUBLIC, &text)
            .and_then(|bytes| ed25519_dalek::VerifyingKey::from_bytes(&bytes).ok())
            .map(Self)
            .ok_or_else(|| wrong(path, "it holds no key of guiyi"))
    }

    pub(crate) fn has_signed(&self, message: &str, signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify(message.as_bytes(), &signature).is_ok())
    }
}

fn public_path(path: &Path) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".pub");
    path.into()
}
