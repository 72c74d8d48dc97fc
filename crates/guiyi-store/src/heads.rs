//! Signed heads of the ledger in a second place: after each write one line, which says how far the ledger goes and what
//! the hash of its last line is, signed with a key that the store does not hold.
//!
//! The chain of hashes alone shows that no line was altered; whoever can write the store can rewrite the whole chain, or
//! cut off its end. He cannot sign the heads anew.
//!
//! Laws: heads are only added; each signature covers the one before it, so that none can be taken out; the store notes the
//! newest one that was signed, so that a file that ends before it is seen to be cut; a head is written
//! when its transaction is on disk, and covers the writes before it whose heads could not be written; lines of the ledger
//! that a restore gives up are given up by a signed line of their own.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::ledger::{from_hex, hex};
use crate::signing::{PublicKey, SigningKey};
use crate::{Store, statements};

/// No line of heads is longer, in bytes.
const MAX_LINE: u64 = 4096;

/// What a line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// The ledger goes thus far.
    Head,
    /// A backup was restored: the ledger goes thus far only, heads beyond are void.
    Restore,
}

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    kind: Kind,
    /// Hash of the ledger's first line: which store it is.
    store: String,
    /// Number of the ledger's last line.
    seq: i64,
    /// Its hash.
    hash: String,
    /// Number of the write that it belongs to.
    run: i64,
    /// When that was.
    utc: String,
    /// The public key.
    key: String,
    /// Ed25519 over [`Head::message`].
    signature: String,
}

impl Head {
    /// What the signature covers; `previous` is the signature of the line before, empty for the first.
    fn message(&self, previous: &str) -> String {
        let Self {
            kind,
            store,
            seq,
            hash,
            run,
            utc,
            key,
            ..
        } = self;
        format!("guiyi ledger head\n{kind:?}\n{store}\n{seq}\n{hash}\n{run}\n{utc}\n{key}\n{previous}\n")
    }
}

/// What the heads prove.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadsReport {
    /// Signed heads.
    pub n_heads: u64,
    /// The last line of the ledger that a head vouches for.
    pub covered: u64,
    /// Lines of the ledger behind that: written while the second place could not be reached.
    pub not_covered: u64,
    /// What is wrong; none: the ledger was neither rewritten nor cut as far as the heads go.
    pub problems: Vec<String>,
}

/// Where heads are written, and with which key.
#[derive(Debug)]
pub(crate) struct Heads {
    path: PathBuf,
    key: SigningKey,
}

impl Store {
    /// From now on each write's head is signed with `key` and added to the file `heads`, which is made where there is none.
    ///
    /// # Errors
    /// [`StoreError::HeadNotWritten`] if the file cannot be written; [`StoreError::Rewritten`] if its last head is not of
    /// this ledger, or was signed with another key, or if the file ends before the newest head that was signed with this
    /// one: then nothing should be written before somebody has looked.
    pub fn sign_heads(&mut self, heads: &Path, key: SigningKey) -> Result<(), StoreError> {
        let mut file = open(heads)?;
        let refuse = |detail: String| {
            Err(StoreError::Rewritten {
                path: self.path.clone(),
                heads: heads.to_path_buf(),
                detail,
            })
        };
        let last = last_head(&mut file, heads)?;
        if let Some(last) = &last {
            if last.key != key.public().to_string() {
                return refuse(format!(
                    "its heads are signed with the key {}, not with {}",
                    last.key,
                    key.public()
                ));
            }
            if let Some(problem) = compare(&self.connection, last).map_err(|error| self.failed(error))? {
                return refuse(problem);
            }
        }
        let noted = noted(&self.connection, &key.public()).map_err(|error| self.failed(error))?;
        if let Some((seq, _)) = noted.filter(|(seq, _)| last.is_none_or(|last| last.seq < *seq)) {
            return refuse(cut_before(seq));
        }
        self.heads = Some(Heads {
            path: heads.to_path_buf(),
            key,
        });
        Ok(())
    }

    /// Writes down that the store was restored from a backup on purpose: heads beyond its ledger are void from now on.
    ///
    /// # Errors
    /// As [`Store::sign_heads`], but for heads that are not of this ledger.
    pub fn sign_restore(&self, heads: &Path, key: &SigningKey) -> Result<(), StoreError> {
        add(&self.connection, heads, key, Kind::Restore)
    }

    /// Checks the heads, and the ledger against them; `key` is the public part of the key that should have signed them.
    ///
    /// Together with [`Store::verify`], which checks the chain between the heads, it proves that the ledger was neither
    /// rewritten nor cut.
    ///
    /// # Errors
    /// Only if the heads or the store cannot be read.
    pub fn verify_heads(&self, heads: &Path, key: &PublicKey) -> Result<HeadsReport, StoreError> {
        let text = std::fs::read_to_string(heads).map_err(|error| StoreError::CannotOpen {
            path: heads.to_path_buf(),
            reason: error.to_string(),
        })?;
        verify(&self.connection, &text, key).map_err(|error| self.failed(error))
    }

    /// Signs the ledger's head if a write has moved it.
    pub(crate) fn sign_head(&self) -> Result<(), StoreError> {
        let Some(heads) = &self.heads else { return Ok(()) };
        add(&self.connection, &heads.path, &heads.key, Kind::Head)
    }
}

fn not_written(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    move |error| StoreError::HeadNotWritten {
        path: path.to_path_buf(),
        detail: error.to_string(),
    }
}

fn open(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(not_written(path))
}

/// The last head. A line that a killed process left without its end is no head and is taken off.
fn last_head(file: &mut File, path: &Path) -> Result<Option<Head>, StoreError> {
    let failed = not_written(path);
    let length = file.seek(SeekFrom::End(0)).map_err(&failed)?;
    file.seek(SeekFrom::Start(length.saturating_sub(2 * MAX_LINE)))
        .map_err(&failed)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(&failed)?;
    let whole = tail.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    if whole < tail.len() {
        file.set_len(length - (tail.len() - whole) as u64).map_err(&failed)?;
    }
    let Some(line) = tail[..whole].trim_ascii_end().rsplit(|&byte| byte == b'\n').next() else {
        return Ok(None);
    };
    if line.is_empty() {
        return Ok(None);
    }
    serde_json::from_slice(line)
        .map(Some)
        .map_err(|_| StoreError::HeadNotWritten {
            path: path.to_path_buf(),
            detail: "its last line is no head of a ledger".into(),
        })
}

/// Adds a line. A head that stands there already is not written twice.
fn add(connection: &Connection, path: &Path, key: &SigningKey, kind: Kind) -> Result<(), StoreError> {
    let failed = not_written(path);
    let mut file = open(path)?;
    let last = last_head(&mut file, path)?;
    let read = || -> rusqlite::Result<Option<Head>> {
        let mut newest = connection.prepare_cached(statements::LEDGER_NEWEST)?;
        let newest = newest.query_row([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, Vec<u8>>(1)?,
                row.get(2)?,
                row.get(3)?,
            ))
        });
        let Some((seq, hash, run, utc)) = newest.optional()? else {
            return Ok(None);
        };
        Ok(Some(Head {
            kind,
            store: line_hash(connection, 1)?.unwrap_or_default(),
            seq,
            hash: hex(&hash),
            run,
            utc,
            key: key.public().to_string(),
            signature: String::new(),
        }))
    };
    let Some(mut head) = read().map_err(|error| StoreError::of(error, path))? else {
        return Ok(());
    };
    if kind == Kind::Head
        && last
            .as_ref()
            .is_some_and(|last| last.seq == head.seq && last.hash == head.hash)
    {
        return Ok(());
    }
    let previous = last.map(|last| last.signature).unwrap_or_default();
    head.signature = hex(&key.sign(&head.message(&previous)));
    let mut line = serde_json::to_vec(&head).expect("texts and numbers always have a JSON form");
    line.push(b'\n');
    file.seek(SeekFrom::End(0)).map_err(&failed)?;
    crate::crash_point();
    file.write_all(&line).and_then(|()| file.sync_data()).map_err(failed)?;
    crate::crash_point();
    let note = || -> rusqlite::Result<usize> {
        let mut set = connection.prepare_cached(statements::SET_SIGNED_HEAD)?;
        crate::write(&mut set, (&head.key, head.seq, &head.signature))
    };
    note().map_err(|error| StoreError::HeadNotWritten {
        path: path.to_path_buf(),
        detail: format!("it is there, but the store cannot note it: {error}"),
    })?;
    crate::crash_point();
    Ok(())
}

/// The newest head that was signed with a key, as the store knows it: the line of the ledger, and the signature.
fn noted(connection: &Connection, key: &PublicKey) -> rusqlite::Result<Option<(i64, String)>> {
    let mut noted = connection.prepare_cached(statements::SIGNED_HEAD)?;
    noted
        .query_row([key.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn cut_before(seq: i64) -> String {
    format!("heads: the head of line {seq} was signed and is not there, the end of the file was cut off")
}

/// The hash of a line of the ledger.
fn line_hash(connection: &Connection, seq: i64) -> rusqlite::Result<Option<String>> {
    let mut statement = connection.prepare_cached(statements::LEDGER_HASH)?;
    let hash: Option<Vec<u8>> = statement.query_row([seq], |row| row.get(0)).optional()?;
    Ok(hash.map(|hash| hex(&hash)))
}

/// What is wrong with the ledger if a head is right.
fn compare(connection: &Connection, head: &Head) -> rusqlite::Result<Option<String>> {
    let Head { seq, utc, .. } = head;
    if line_hash(connection, 1)?.is_some_and(|first| first != head.store) {
        return Ok(Some(format!(
            "the head of line {seq}, {utc}, is of another store's ledger"
        )));
    }
    Ok(match line_hash(connection, *seq)? {
        None => Some(format!(
            "the ledger was cut: line {seq}, signed with the write of {utc}, is not there"
        )),
        Some(hash) if hash != head.hash => Some(format!(
            "the ledger was rewritten: line {seq} is not the one signed with the write of {utc}"
        )),
        Some(_) => None,
    })
}

fn verify(connection: &Connection, text: &str, key: &PublicKey) -> rusqlite::Result<HeadsReport> {
    let mut report = HeadsReport::default();
    let mut heads: Vec<Head> = Vec::new();
    let mut previous = String::new();
    // What stands behind the last line feed is a line that a killed process did not finish.
    let whole = text.rfind('\n').map_or("", |at| &text[..at]);
    for (number, line) in whole.lines().enumerate().map(|(at, line)| (at + 1, line)) {
        let head = serde_json::from_str::<Head>(line);
        let Ok(head) = head else {
            report
                .problems
                .push(format!("heads: line {number} is no head of a ledger"));
            continue;
        };
        let signature = from_hex(&head.signature).unwrap_or_default();
        if head.key != key.to_string() {
            report.problems.push(format!(
                "heads: line {number} was signed with another key, {}",
                head.key
            ));
        } else if !key.has_signed(&head.message(&previous), &signature) {
            report.problems.push(format!(
                "heads: the signature of line {number} is false, or the line before it is missing"
            ));
        } else {
            heads.push(head.clone());
        }
        previous = head.signature;
    }
    if heads.is_empty() {
        report.problems.push("heads: none that is signed with this key".into());
    }
    report.n_heads = heads.len() as u64;
    if let Some((seq, signature)) = noted(connection, key)?
        && heads.iter().all(|head| head.signature != signature)
    {
        report.problems.push(cut_before(seq));
    }
    // From the newest: behind a restore, the heads before it hold as far as the restored ledger went.
    let mut bound = i64::MAX;
    for head in heads.iter().rev().filter(|head| {
        let holds = head.seq <= bound;
        if head.kind == Kind::Restore {
            bound = bound.min(head.seq);
        }
        holds
    }) {
        report.covered = report.covered.max(head.seq as u64);
        report.problems.extend(compare(connection, head)?);
    }
    let newest: Option<i64> = connection
        .prepare_cached(statements::LEDGER_HEAD)?
        .query_row([], |row| row.get(0))
        .optional()?;
    report.not_covered = (newest.unwrap_or(0) as u64).saturating_sub(report.covered);
    Ok(report)
}
