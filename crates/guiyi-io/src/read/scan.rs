//! The first pass over a file: its digest, and what its bytes say about its encoding.

use std::fs::File;
use std::io::{self, Read};
use std::str;

use memchr::memchr;
use sha2::{Digest, Sha256};

/// Bytes kept from the beginning, and from the first non-ASCII byte on.
const SAMPLE_BYTES: usize = 1 << 20;
/// After so many faults a text that is mostly faults is not UTF-8, and is checked no further.
const ENOUGH_FAULTS: u64 = 10_000;

/// What one pass over all bytes tells.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// SHA-256 of the bytes, 64 lower-case hexadecimal digits; empty if only the beginning was read.
    pub(crate) digest: String,
    /// Size of the file.
    pub(crate) n_bytes: u64,
    /// The file's beginning, at most 1 MiB.
    pub(crate) head: Vec<u8>,
    /// At most 1 MiB from the first non-ASCII byte on.
    pub(crate) sample: Vec<u8>,
    /// Number of non-ASCII bytes checked.
    pub(crate) n_non_ascii: u64,
    /// Number of byte sequences among them that are not UTF-8.
    pub(crate) n_faults: u64,
}

/// Reads all of `file`, in flat memory.
pub(crate) fn scan(file: &mut File) -> io::Result<Scan> {
    let mut scan = Scan::default();
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut n_carried = 0;
    let mut checks = true;
    loop {
        let n_read = match file.read(&mut buffer[n_carried..]) {
            Ok(n_read) => n_read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if n_read == 0 {
            scan.n_faults += u64::from(n_carried > 0);
            break;
        }
        let filled = n_carried + n_read;
        let fresh = &buffer[n_carried..filled];
        hasher.update(fresh);
        scan.n_bytes += n_read as u64;
        keep(&mut scan.head, fresh);
        if !scan.sample.is_empty() {
            keep(&mut scan.sample, fresh);
        } else if let Some(start) = first_foreign(fresh) {
            keep(&mut scan.sample, &fresh[start..]);
        }
        n_carried = 0;
        if checks {
            scan.n_non_ascii += fresh.iter().filter(|byte| !byte.is_ascii()).count() as u64;
            let n_checked = check_utf8(&buffer[..filled], &mut scan.n_faults);
            n_carried = filled - n_checked;
            buffer.copy_within(n_checked..filled, 0);
            checks = scan.n_faults < ENOUGH_FAULTS || scan.is_damaged_utf8();
            if !checks {
                n_carried = 0;
            }
        }
    }
    scan.digest = hasher
        .finalize()
        .iter()
        .fold(String::with_capacity(64), |mut digest, byte| {
            for nibble in [byte >> 4, byte & 15] {
                digest.push(char::from_digit(u32::from(nibble), 16).expect("a nibble is a hexadecimal digit"));
            }
            digest
        });
    Ok(scan)
}

/// Reads `file` up to 1 MiB behind the first byte that is not ASCII, in flat memory.
pub(crate) fn scan_beginning(file: &mut File) -> io::Result<Scan> {
    let mut scan = Scan {
        n_bytes: file.metadata()?.len(),
        ..Scan::default()
    };
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n_read = match file.read(&mut buffer) {
            Ok(n_read) => n_read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let fresh = &buffer[..n_read];
        keep(&mut scan.head, fresh);
        if !scan.sample.is_empty() {
            keep(&mut scan.sample, fresh);
        } else if let Some(start) = first_foreign(fresh) {
            keep(&mut scan.sample, &fresh[start..]);
        }
        if n_read == 0 || scan.sample.len() >= SAMPLE_BYTES {
            break;
        }
    }
    scan.n_non_ascii = scan.sample.iter().filter(|byte| !byte.is_ascii()).count() as u64;
    // What the sample cuts off in its middle is no fault.
    let n_checked = check_utf8(&scan.sample, &mut scan.n_faults);
    let at_end = scan.sample.len() < SAMPLE_BYTES;
    scan.n_faults += u64::from(n_checked < scan.sample.len() && at_end);
    Ok(scan)
}

impl Scan {
    /// Whether every byte is UTF-8.
    pub(crate) fn is_utf8(&self) -> bool {
        self.n_faults == 0
    }

    /// Whether the text is UTF-8 but for a few faults; text in another encoding faults at every other byte.
    pub(crate) fn is_damaged_utf8(&self) -> bool {
        self.n_faults * 10 < self.n_non_ascii
    }

    /// Whether the beginning has a zero byte.
    pub(crate) fn has_zero(&self) -> bool {
        memchr(0, &self.head).is_some()
    }
}

/// Where the first byte stands that is not ASCII. That there is none is seen many bytes at a time.
fn first_foreign(bytes: &[u8]) -> Option<usize> {
    let at = || bytes.iter().position(|byte| !byte.is_ascii());
    if bytes.is_ascii() { None } else { at() }
}

fn keep(sample: &mut Vec<u8>, bytes: &[u8]) {
    let room = SAMPLE_BYTES - sample.len();
    sample.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// Counts the faults and returns how many bytes are settled; up to three more may begin a character.
fn check_utf8(bytes: &[u8], n_faults: &mut u64) -> usize {
    let mut start = 0;
    while let Err(error) = str::from_utf8(&bytes[start..]) {
        start += error.valid_up_to();
        let Some(length) = error.error_len() else { return start };
        *n_faults += 1;
        start += length;
    }
    bytes.len()
}
