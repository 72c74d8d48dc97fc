//! Files that hold keys: one line, a word that says which kind, and 32 bytes in hexadecimal.
//!
//! Laws: a secret is written into a new file that only its owner may read, never shown and never logged; a file that others
//! may read is refused.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::ledger::{from_hex, hex};

/// Random bytes from the system, for a new key; `path` is where it is to be kept.
pub(crate) fn random(path: &Path) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(|error| wrong(path, error.to_string()))?;
    Ok(bytes)
}

/// Writes a secret into a file that does not exist yet.
pub(crate) fn write_secret(path: &Path, word: &str, bytes: &[u8; 32]) -> Result<(), StoreError> {
    let digits = Zeroizing::new(hex(bytes));
    write_new(path, 0o600, &Zeroizing::new(format!("{word} {}\n", *digits)))
}

/// Writes what everybody may read into a file that does not exist yet.
pub(crate) fn write_public(path: &Path, word: &str, bytes: &[u8; 32]) -> Result<(), StoreError> {
    write_new(path, 0o644, &format!("{word} {}\n", hex(bytes)))
}

/// The text of a file with a key.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<String>, StoreError> {
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error.to_string()))?;
    Ok(Zeroizing::new(text))
}

/// The text of a file with a secret, which only its owner may read.
pub(crate) fn read_secret(path: &Path) -> Result<Zeroizing<String>, StoreError> {
    let text = read(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::metadata(path).map_err(|error| wrong(path, error.to_string()))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            let detail = "others than its owner may read it: `chmod 600` it, and make a new key if others may have";
            return Err(wrong(path, detail));
        }
    }
    Ok(text)
}

/// The bytes behind the word that says which kind of key it is; `None` if it is another kind, or none.
pub(crate) fn bytes_behind(word: &str, text: &str) -> Option<[u8; 32]> {
    let bytes = Zeroizing::new(from_hex(text.strip_prefix(word)?.trim())?);
    bytes.as_slice().try_into().ok()
}

/// What is wrong with a key's file.
pub(crate) fn wrong(path: &Path, detail: impl Into<String>) -> StoreError {
    StoreError::Key {
        path: path.to_path_buf(),
        detail: detail.into(),
    }
}

fn write_new(path: &Path, mode: u32, text: &str) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| wrong(path, error.to_string()))
}
