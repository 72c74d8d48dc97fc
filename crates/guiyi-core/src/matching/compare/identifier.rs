//! Comparison of hard identifiers: credit codes with their nine-character organization part, resident IDs, GTINs.
//!
//! Only an identifier whose check character fits is hard; any other text in the column is compared as written.

use super::super::hash::hash;
use super::{Level, Lists, evidence, is_one_edit, level};
use crate::dictionary::ElementKind;
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same identifier", "证照号码相同", 0.93, 0.002),
    level("near", "identifiers differ by a slip of the pen", "证照号码仅有笔误差别", 0.05, 0.003),
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
                let Some(value) = evidence(records, record, *attribute) else { continue };
                let mut text = [0; 20];
                let bytes = value.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase());
                let length = bytes.zip(&mut text).map(|(byte, place)| *place = byte).count();
                let holder = holder(&text[..length], kind).map_or(0, hash);
                if length >= 8 {
                    list.push(Identifier { holder, text, length: length as u8 });
                }
            }
        });
        Self { lists }
    }

    /// Hash of the record's valid identifier; 0 if it has none or contradicts itself.
    pub(crate) fn hard(&self, record: u32) -> u64 {
        let mut valid = self.lists.get(record).iter().map(|identifier| identifier.holder).filter(|holder| *holder != 0);
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
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if short.len() >= 8 && long.windows(short.len()).any(|window| window == short) {
        return true;
    }
    is_one_edit(short, long)
}

/// The part of a valid identifier that names its holder; `None` if it is not valid.
fn holder(text: &[u8], kind: ElementKind) -> Option<&[u8]> {
    match kind {
        ElementKind::CreditCode if text.len() == 18 => is_credit_code(text).then(|| &text[8..17]),
        ElementKind::CreditCode if text.len() == 9 => is_organization_code(text).then_some(text),
        ElementKind::ResidentId if text.len() == 18 => is_resident_id(text).then_some(text),
        ElementKind::Gtin if matches!(text.len(), 8 | 12 | 13 | 14) => {
            is_gtin(text).then(|| &text[text.iter().take_while(|digit| **digit == b'0').count()..])
        }
        _ => None,
    }
}

/// GB 32100-2015, clause 5: weights are powers of 3 modulo 31.
fn is_credit_code(text: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut sum = 0;
    let mut weight = 1;
    for byte in &text[..17] {
        let Some(value) = ALPHABET.iter().position(|letter| letter == byte) else { return false };
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET[(31 - sum % 31) % 31] == text[17] && is_organization_code(&text[8..17])
}

/// GB 11714-1997: modulus 11 over the characters' values.
fn is_organization_code(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: Option<u32> =
        text.iter().zip(WEIGHTS).map(|(byte, weight)| Some(char::from(*byte).to_digit(36)? * weight)).sum();
    let Some(sum) = sum else { return false };
    let check = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    text[8] == check
}

/// GB 11643-1999: ISO 7064 MOD 11-2.
fn is_resident_id(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    if !text[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 = text.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    b"10X98765432"[sum as usize % 11] == text[17]
}

/// GS1 General Specifications, 7.9: weights 3 and 1 from the right.
fn is_gtin(text: &[u8]) -> bool {
    if !text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let sum: u32 =
        text.iter().rev().enumerate().map(|(at, byte)| u32::from(byte - b'0') * if at % 2 == 1 { 3 } else { 1 }).sum();
    sum % 10 == 0 && text.iter().any(|byte| *byte != b'0')
}
