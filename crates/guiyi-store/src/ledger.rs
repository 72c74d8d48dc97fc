//! The ledger: what was done, by whom and why, each line's hash covering the line before it.
//!
//! Laws: lines are only added; the hash of a line is SHA-256 over its canonical JSON (keys in alphabetical order, no
//! space, the previous hash in hexadecimal); no personal data, digests and IDs only.

use rusqlite::{Connection, OptionalExtension};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::statements;

/// What a line says. The fields stand in the order of the canonical JSON.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line<'a> {
    pub(crate) action: &'a str,
    pub(crate) actor: &'a str,
    pub(crate) after: Option<&'a str>,
    pub(crate) before: Option<&'a str>,
    pub(crate) object: &'a str,
    pub(crate) previous: String,
    pub(crate) reason: &'a str,
    pub(crate) run: i64,
    pub(crate) seq: i64,
    pub(crate) utc: &'a str,
}

impl Line<'_> {
    fn hash(&self) -> [u8; 32] {
        let json = serde_json::to_vec(self).expect("texts and numbers always have a JSON form");
        Sha256::digest(json).into()
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut digits = String::with_capacity(bytes.len() * 2);
    push_hex(bytes, &mut digits);
    digits
}

/// Appends lower-case hexadecimal digits.
pub(crate) fn push_hex(bytes: &[u8], out: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    for byte in bytes {
        out.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// The bytes of hexadecimal digits; `None` if the text is not that.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text
        .chars()
        .map(|digit| digit.to_digit(16))
        .collect::<Option<Vec<u32>>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| (high * 16 + low) as u8).collect())
}

/// Adds lines to the ledger of an open transaction.
pub(crate) struct Ledger<'a> {
    connection: &'a Connection,
    run: i64,
    utc: &'a str,
    actor: &'a str,
    seq: i64,
    head: Vec<u8>,
}

impl<'a> Ledger<'a> {
    pub(crate) fn open(connection: &'a Connection, run: i64, utc: &'a str, actor: &'a str) -> rusqlite::Result<Self> {
        let head = connection
            .prepare_cached(statements::LEDGER_HEAD)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let (seq, head) = head.unwrap_or((0, vec![0; 32]));
        Ok(Self {
            connection,
            run,
            utc,
            actor,
            seq,
            head,
        })
    }

    pub(crate) fn add(
        &mut self,
        action: &str,
        object: &str,
        before: Option<&str>,
        after: Option<&str>,
        reason: &str,
    ) -> rusqlite::Result<()> {
        let Self { run, utc, actor, .. } = *self;
        let seq = self.seq + 1;
        let line = Line {
            action,
            actor,
            after,
            before,
            object,
            previous: hex(&self.head),
            reason,
            run,
            seq,
            utc,
        };
        let hash = line.hash();
        let mut statement = self.connection.prepare_cached(statements::ADD_LEDGER)?;
        crate::write(
            &mut statement,
            (
                seq, run, utc, actor, action, object, before, after, reason, &self.head, hash,
            ),
        )?;
        self.seq = seq;
        self.head = hash.to_vec();
        Ok(())
    }
}

/// Checks the whole chain. The sentences say where it is broken.
pub(crate) fn verify(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut head = vec![0; 32];
    let mut next = 1;
    let mut statement = connection.prepare(statements::LEDGER)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |column: usize| row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from);
        let required = |column: usize| text(column).map(Option::unwrap_or_default);
        let seq: i64 = row.get(0)?;
        let previous: Vec<u8> = row.get(9)?;
        let line = Line {
            action: required(4)?,
            actor: required(3)?,
            after: text(7)?,
            before: text(6)?,
            object: required(5)?,
            previous: hex(&previous),
            reason: required(8)?,
            run: row.get(1)?,
            seq,
            utc: required(2)?,
        };
        let hash: Vec<u8> = row.get(10)?;
        if seq != next {
            problems.push(format!("ledger: line {next} is missing before line {seq}"));
        } else if previous != head {
            problems.push(format!("ledger: line {seq} does not continue line {}", seq - 1));
        }
        if line.hash().as_slice() != hash {
            problems.push(format!("ledger: line {seq} was altered"));
        }
        (head, next) = (hash, seq + 1);
    }
    Ok(problems)
}
