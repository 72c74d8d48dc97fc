//! The global ID of a golden record: `T II SSSSSS K`, ten characters, shown `C00-000001-M`.
//!
//! Alphabet of GB 32100-2015 (31 characters, ASCII order is value order), so text order is issue order inside an issuer.
//! Check: the sum of value(k)·3^k is 0 modulo 31, k counted from the right, the check character at k = 0.
//! Laws: format then parse is the identity; every single error, every swap of two characters and every twin is noticed;
//! minting lives in the store, here is only what a code is.

use std::fmt;

use crate::credit_code::{ALPHABET, VALUES};
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::suggest;
use crate::text::{Ascii, compact, read, text_value, wrong_length};
use crate::warning::Warning;

/// Serials per entity type and issuer: 31^6.
pub const SERIALS: u32 = 887_503_681;
/// Issuers: 31^2.
pub const ISSUERS: u16 = 961;

/// A valid global ID; `as_str` has ten characters, `Display` adds the hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalId {
    code: Ascii<10>,
}

text_value!(GlobalId);

/// What a global ID stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntityType {
    /// `C`
    Customer,
    /// `E`
    Contact,
    /// `G`, 供应商
    Supplier,
    /// `H`
    Organization,
    /// `M`
    Material,
    /// `P`
    Product,
}

impl EntityType {
    /// Every entity type, in order of its letter.
    pub const ALL: [Self; 6] = [
        Self::Customer,
        Self::Contact,
        Self::Supplier,
        Self::Organization,
        Self::Material,
        Self::Product,
    ];

    /// The first character of the ID.
    pub fn letter(self) -> char {
        char::from(self.row().0)
    }

    /// English and Chinese name.
    pub fn label(self) -> Text {
        self.row().1
    }

    /// The entity type of a first character, or `None`.
    pub fn of_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }

    fn row(self) -> (u8, Text) {
        match self {
            Self::Customer => (b'C', Text::new("customer", "客户")),
            Self::Contact => (b'E', Text::new("contact person", "联系人")),
            Self::Supplier => (b'G', Text::new("supplier", "供应商")),
            Self::Organization => (b'H', Text::new("organization", "组织机构")),
            Self::Material => (b'M', Text::new("material", "物料")),
            Self::Product => (b'P', Text::new("product", "产品")),
        }
    }
}

impl fmt::Display for GlobalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.as_str();
        f.pad(&format!("{}-{}-{}", &code[..3], &code[3..9], &code[9..]))
    }
}

impl GlobalId {
    /// The ID of a serial; `None` when the issuer or the serial is out of range.
    pub fn new(entity_type: EntityType, issuer: u16, serial: u32) -> Option<Self> {
        if issuer >= ISSUERS || serial >= SERIALS {
            return None;
        }
        let mut bytes = [0_u8; 10];
        bytes[0] = entity_type.letter() as u8;
        bytes[1] = ALPHABET[usize::from(issuer / 31)];
        bytes[2] = ALPHABET[usize::from(issuer % 31)];
        let mut rest = serial;
        for place in (3..9).rev() {
            bytes[place] = ALPHABET[(rest % 31) as usize];
            rest /= 31;
        }
        bytes[9] = check_character(&bytes[..9]);
        Some(Self {
            code: Ascii::new(&bytes).expect("ten ASCII characters"),
        })
    }

    /// Reads an ID: full-width letters, lower case, spaces and hyphens are folded, O counts as 0 and I as 1.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let read = read::<10>(text, "10")?;
        let Ok(mut bytes) = <[u8; 10]>::try_from(read.bytes()) else {
            return Err(wrong_length(read.bytes(), "10"));
        };
        for b in &mut bytes {
            *b = match *b {
                b'O' => b'0',
                b'I' => b'1',
                other => other,
            };
            if VALUES[usize::from(*b & 0x7F)] == 255 {
                return Err(IdentError::format("S, V and Z do not occur", "不使用字母 S V Z"));
            }
        }
        let check = check_character(&bytes[..9]);
        if bytes[9] != check {
            return Err(IdentError::checksum(bytes[9], check));
        }
        if EntityType::of_letter(char::from(bytes[0])).is_none() {
            return Err(IdentError::component(
                Text::new("entity type", "实体类型"),
                "no such type",
                "没有这种类型",
            ));
        }
        Ok(Self {
            code: Ascii::new(&bytes).expect("ten ASCII characters"),
        })
    }

    /// What the ID stands for.
    pub fn entity_type(&self) -> EntityType {
        EntityType::of_letter(char::from(self.code.bytes()[0])).expect("judged when the ID was read")
    }

    /// The issuer, 0 to 960; 0 is the central store.
    pub fn issuer(&self) -> u16 {
        base31(&self.code.bytes()[1..3]) as u16
    }

    /// The serial, 0 to [`SERIALS`] - 1.
    pub fn serial(&self) -> u32 {
        base31(&self.code.bytes()[3..9])
    }

    /// Nothing is remarkable about a valid global ID.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let kind = self.entity_type().label();
        let (issuer_en, issuer_zh) = match self.issuer() {
            0 => ("central store".to_owned(), "中央库".to_owned()),
            n => (format!("leased issuer {n}"), format!("租用发号段 {n}")),
        };
        vec![
            Part::new(("entity type", "实体类型"), &code[..1], kind.en, kind.zh),
            Part::new(("issuer", "发号方"), &code[1..3], issuer_en, issuer_zh),
            Part::new(
                ("serial", "流水号"),
                &code[3..9],
                self.serial().to_string(),
                self.serial().to_string(),
            ),
            Part::check(&code[9..], "Σ value(k)·3^k ≡ 0 (mod 31)"),
        ]
    }

    /// Valid IDs one slip away from the text; empty when it is valid. The store keeps those that were issued.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| Self::parse(candidate).is_ok())
    }
}

fn base31(digits: &[u8]) -> u32 {
    digits
        .iter()
        .fold(0, |value, &b| value * 31 + u32::from(VALUES[usize::from(b & 0x7F)]))
}

/// The character that makes the weighted sum 0 modulo 31.
fn check_character(body: &[u8]) -> u8 {
    let sum = body.iter().fold(0_u32, |sum, &b| {
        (sum + u32::from(VALUES[usize::from(b & 0x7F)])) * 3 % 31
    });
    ALPHABET[((31 - sum) % 31) as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_vectors() {
        let cases = [
            ("C00000001M", EntityType::Customer, 0, 1),
            ("C00000002J", EntityType::Customer, 0, 2),
            ("G0000001BM", EntityType::Supplier, 0, 31 + 11),
        ];
        for (text, kind, issuer, serial) in cases {
            assert_eq!(GlobalId::new(kind, issuer, serial).unwrap().as_str(), text);
            let id = GlobalId::parse(text).unwrap();
            assert_eq!((id.entity_type(), id.issuer(), id.serial()), (kind, issuer, serial));
        }
        assert_eq!(GlobalId::parse("C0701ADLPK").unwrap().issuer(), 7);
        assert_eq!(GlobalId::parse("C00000001M").unwrap().to_string(), "C00-000001-M");
    }

    #[test]
    fn forms_of_one_id() {
        for text in [
            "C00-000001-M",
            "c00 000001 m",
            "Ｃ００－０００００１－Ｍ",
            "COO-OOOOOI-M",
            "'C00000001M",
        ] {
            assert_eq!(
                GlobalId::parse(text).map(|id| id.as_str().to_owned()),
                Ok("C00000001M".to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn every_single_error_and_every_swap_is_noticed() {
        for serial in (0..SERIALS).step_by(20_011_777) {
            let id = GlobalId::new(EntityType::Material, (serial % 961) as u16, serial).unwrap();
            assert_eq!(GlobalId::parse(&id.to_string()), Ok(id));
            let good = id.as_str().as_bytes();
            for place in 0..10 {
                for &other in ALPHABET.iter().filter(|&&b| b != good[place]) {
                    let mut bad = good.to_vec();
                    bad[place] = other;
                    assert!(GlobalId::parse(std::str::from_utf8(&bad).unwrap()).is_err());
                }
                for other in place + 1..10 {
                    let mut bad = good.to_vec();
                    bad.swap(place, other);
                    let text = std::str::from_utf8(&bad).unwrap();
                    assert!(bad == good || GlobalId::parse(text).is_err(), "{id} {text}");
                }
            }
        }
    }

    #[test]
    fn refused() {
        let cases = [
            ("C0000001M", "length"),
            ("C00000001N", "checksum"),
            ("C0000000ZM", "format"),
            ("客户", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(GlobalId::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
        assert_eq!(GlobalId::new(EntityType::Customer, 961, 0), None);
        assert_eq!(GlobalId::new(EntityType::Customer, 0, SERIALS), None);
    }
}
