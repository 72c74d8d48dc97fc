//! Comparison of hard identifiers: credit codes with their nine-character organization part, resident IDs, GTINs.
//!
//! Only an identifier whose check character fits is hard; any other text in the column is compared as written.

use guiyi_ident::{Gtin, ResidentId, org9};

use super::super::hash::hash;
use super::{Level, Lists, evidence, is_one_edit, level};
use crate::dictionary::ElementKind;
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same identifier", "证照号码相同", 0.93, 0.002),
    level(
        "near",
        "identifiers differ by a slip of the pen",
        "证照号码仅有笔误差别",
        0.05,
        0.003,
    ),
    level("different", "different identifiers", "证照号码不同", 0.02, 0.995),
];

/// One identifier of a record.
struct Identifier {
    /// Hash of the part that names the holder; 0 if the identifier is not valid.
    holder: u64,
    /// The identifier as written, in ASCII, cut to 20 characters.
    text: [u8; 20],
    length: u8,
}

/// The identifiers of one kind.
pub(crate) struct Identifiers {
    lists: Lists<Identifier>,
}

impl Identifiers {
    pub(super) fn new(records: &Records, attributes: &[usize], kind: ElementKind) -> Self {
        let lists = Lists::new(records.len(), |record, list| {
            for attribute in attributes {
                let Some(value) = evidence(records, record, *attribute) else {
                    continue;
                };
                let mut text = [0; 20];
                let bytes = value
                    .bytes()
                    .filter(u8::is_ascii_alphanumeric)
                    .map(|byte| byte.to_ascii_uppercase());
                let length = bytes.zip(&mut text).map(|(byte, place)| *place = byte).count();
                let holder = holder(value, kind);
                if length >= 8 {
                    list.push(Identifier {
                        holder,
                        text,
                        length: length as u8,
                    });
                }
            }
        });
        Self { lists }
    }

    /// Hash of the record's valid identifier; 0 if it has none or contradicts itself.
    pub(crate) fn hard(&self, record: u32) -> u64 {
        let mut valid = self
            .lists
            .get(record)
            .iter()
            .map(|identifier| identifier.holder)
            .filter(|holder| *holder != 0);
        let first = valid.next().unwrap_or(0);
        if valid.all(|other| other == first) { first } else { 0 }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.lists.has(record)
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let mut best = 0;
        for left in self.lists.get(a) {
            for right in self.lists.get(b) {
                let level = left.level(right);
                best = if best == 0 { level } else { level.min(best) };
            }
        }
        best
    }

    pub(super) fn keys(&self, record: u32, pass: usize, keys: &mut Vec<u64>) {
        for identifier in self.lists.get(record) {
            match pass {
                0 if identifier.holder != 0 => keys.push(identifier.holder),
                0 => {}
                _ => keys.push(hash(identifier.written())),
            }
        }
    }
}

impl Identifier {
    fn written(&self) -> &[u8] {
        &self.text[..usize::from(self.length)]
    }

    fn level(&self, other: &Self) -> u8 {
        let (left, right) = (self.written(), other.written());
        if left == right || (self.holder != 0 && self.holder == other.holder) {
            1
        } else if (self.holder == 0 || other.holder == 0) && is_slip(left, right) {
            2
        } else {
            3
        }
    }
}

/// Whether two texts differ by one replaced, lost, added or swapped character, or one holds the other whole (an
/// organization code inside a credit code).
fn is_slip(left: &[u8], right: &[u8]) -> bool {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    if short.len() >= 8 && long.windows(short.len()).any(|window| window == short) {
        return true;
    }
    is_one_edit(short, long)
}

/// Hash of what a valid identifier names; 0 if it is not valid.
fn holder(text: &str, kind: ElementKind) -> u64 {
    let holder = match kind {
        ElementKind::CreditCode => org9(text).map(|code| code.to_string()),
        ElementKind::ResidentId => ResidentId::parse(text).ok().map(|id| id.to_string()),
        ElementKind::Gtin => Gtin::parse(text).ok().map(|gtin| gtin.gtin14()),
        _ => None,
    };
    holder.map_or(0, |holder| hash(holder.as_bytes()))
}
