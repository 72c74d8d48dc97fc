//! How rows are written into cells of the store: JSON arrays, origins, lineage, and the digests that tell whether a row
//! has changed. Laws: a value's digest does not depend on the order of columns, nor on columns that hold nothing.

use guiyi_core::record::Origin;
use guiyi_core::survive::{Ground, NO_RECORD};

/// The first half of a SHA-256 digest.
pub(crate) type Digest = [u8; 16];

/// Positions of names in the order of the names, for digests.
pub(crate) fn name_order<T: AsRef<str>>(names: &[T]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by_key(|&position| names[position].as_ref());
    order
}

/// Writes a JSON array of texts and nulls into `out`, which is emptied first.
pub(crate) fn json_array(cells: impl Iterator<Item = Option<impl AsRef<str>>>, out: &mut String) {
    out.clear();
    out.push('[');
    for (position, cell) in cells.enumerate() {
        if position > 0 {
            out.push(',');
        }
        match cell {
            None => out.push_str("null"),
            Some(text) => push_json_text(text.as_ref(), out),
        }
    }
    out.push(']');
}

/// Appends a JSON text.
pub(crate) fn push_json_text(text: &str, out: &mut String) {
    use std::fmt::Write as _;
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest
        .bytes()
        .position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')
    {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            byte @ (b'"' | b'\\') => out.extend(['\\', char::from(byte)]),
            byte => write!(out, "\\u{byte:04x}").expect("writing to a string cannot fail"),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Collects what a digest covers.
#[derive(Default)]
pub(crate) struct Digester {
    bytes: Vec<u8>,
}

impl Digester {
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes.extend((text.len() as u32).to_le_bytes());
        self.bytes.extend(text.as_bytes());
    }

    pub(crate) fn number(&mut self, number: i64) {
        self.bytes.extend(number.to_le_bytes());
    }

    pub(crate) fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A golden value with its lineage.
    pub(crate) fn golden_value(&mut self, element: &str, value: Option<&str>, cell: Cell) {
        self.text(element);
        self.text(value.unwrap_or_default());
        self.number(cell.record);
        self.byte(cell.origin as u8);
        self.byte(cell.ground.code());
    }

    /// The members of a golden record, in order, behind its values.
    pub(crate) fn members(&mut self, ids: &[i64]) {
        self.byte(0xff);
        for &id in ids {
            self.number(id);
        }
    }

    /// The digest of what was collected, as [`crate::vault::Vault::digest`] makes it; begins anew.
    pub(crate) fn finish_with(&mut self, digest: impl FnOnce(&[u8]) -> Digest) -> Digest {
        let digest = digest(&self.bytes);
        self.bytes.clear();
        digest
    }
}

/// Collects what the digest of a source record covers: the received cells by header and the canonical ones by element, each
/// with the code of its origin. A shape is names and their order.
pub(crate) fn digest_source<'a, H: AsRef<str>, N: AsRef<str>>(
    (headers, header_order): (&[H], &[usize]),
    received: impl Fn(usize) -> Option<&'a str>,
    (names, name_order): (&[N], &[usize]),
    canonical: impl Fn(usize) -> (Option<&'a str>, u8),
    digester: &mut Digester,
) {
    for &column in header_order {
        if let Some(value) = received(column) {
            digester.text(headers[column].as_ref());
            digester.text(value);
        }
    }
    digester.byte(0xff);
    for &element in name_order {
        let (value, origin) = canonical(element);
        if let Some(value) = value {
            digester.text(names[element].as_ref());
            digester.text(value);
            digester.byte(origin);
        } else if origin != Origin::Received as u8 {
            digester.text(names[element].as_ref());
            digester.byte(origin);
        }
    }
}

/// Where one golden value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cell {
    /// The source record's number in the store, or the pin's where the ground is [`Ground::Override`]; meaningless where it
    /// is [`Ground::Nothing`].
    pub(crate) record: i64,
    pub(crate) origin: Origin,
    pub(crate) ground: Ground,
}

impl Cell {
    /// The lineage of a pinned value, given the number of the pin.
    pub(crate) fn pinned(pin: i64) -> Self {
        Self {
            record: pin,
            origin: Origin::Received,
            ground: Ground::Override,
        }
    }

    /// The lineage of a value, given the number in the store of each record.
    pub(crate) fn of(winner: u32, origin: Origin, ground: Ground, ids: &[i64]) -> Self {
        if winner == NO_RECORD {
            return Self {
                record: 0,
                origin: Origin::Received,
                ground: Ground::Nothing,
            };
        }
        Self {
            record: ids[winner as usize],
            origin,
            ground,
        }
    }
}

/// Appends the lineage of one element: ground, and unless that is nothing, origin and record (LEB128).
pub(crate) fn push_lineage(cell: Cell, out: &mut Vec<u8>) {
    out.push(cell.ground.code());
    if cell.ground == Ground::Nothing {
        return;
    }
    out.push(cell.origin as u8);
    let mut rest = cell.record.cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Reads what [`push_lineage`] wrote; `None` if the bytes are not that.
pub(crate) fn read_lineage(mut bytes: &[u8]) -> Option<Vec<Cell>> {
    let mut take = || {
        let (&first, rest) = bytes.split_first()?;
        bytes = rest;
        Some(first)
    };
    let mut cells = Vec::new();
    while let Some(code) = take() {
        let ground = Ground::from_code(code)?;
        if ground == Ground::Nothing {
            cells.push(Cell {
                record: 0,
                origin: Origin::Received,
                ground,
            });
            continue;
        }
        let origin = Origin::from_code(take()?)?;
        let mut record = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = take()?;
            record |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
        }
        cells.push(Cell {
            record: record.cast_signed(),
            origin,
            ground,
        });
    }
    Some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_json() {
        for row in [
            vec![],
            vec![None],
            vec![Some("a\"b\\c\n\u{1}归一"), None, Some("")],
            vec![Some("\u{1f}")],
        ] {
            let mut text = String::from("old");
            json_array(row.iter().copied(), &mut text);
            let read: Vec<Option<String>> = serde_json::from_str(&text).unwrap();
            assert_eq!(read.iter().map(Option::as_deref).collect::<Vec<_>>(), row);
        }
    }

    #[test]
    fn lineage_round_trip_and_damage() {
        let cells: Vec<Cell> = [1, 127, 128, 70_000, i64::MAX]
            .into_iter()
            .flat_map(|record| {
                Ground::ALL.map(|ground| Cell {
                    record,
                    origin: Origin::Repaired,
                    ground,
                })
            })
            .map(|cell| match cell.ground {
                Ground::Nothing => Cell {
                    record: 0,
                    origin: Origin::Received,
                    ground: Ground::Nothing,
                },
                _ => cell,
            })
            .collect();
        let mut bytes = Vec::new();
        for &cell in &cells {
            push_lineage(cell, &mut bytes);
        }
        assert_eq!(read_lineage(&bytes), Some(cells));
        assert_eq!(read_lineage(&[200]), None);
        assert_eq!(read_lineage(&[1, 0, 0x80]), None);
        assert_eq!(read_lineage(&[]), Some(Vec::new()));
    }
}
