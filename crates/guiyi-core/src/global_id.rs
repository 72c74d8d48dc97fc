//! The global ID: the code of a golden record, ten characters `T II SSSSSS K`, shown as `C00-000001-M`.
//!
//! `T` is the entity type, `II` the issuer, `SSSSSS` the serial and `K` the check character, all in the 31 characters of
//! GB 32100-2015. Laws: text order is issue order inside an issuer; an ID that exists is valid; only [`crate::crosswalk`]
//! decides which record gets which ID, and only the store remembers which serials are gone.
//!
//! Check character: the sum of value(k)·3^k is 0 modulo 31, k counted from the right, the check character at k = 0.
//! Since 31 is prime and 3 generates its multiplicative group, every single error and every swap of two unequal
//! characters at any distance up to 29 places is caught.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization;

use crate::dictionary::EntityType;

/// The alphabet; the position of a character is its value, and ASCII order is value order.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Number of issuers, 31².
pub const ISSUERS: u16 = 961;

/// Number of serials of one entity type and issuer, 31⁶; serial 0 is never issued.
pub const SERIALS: u32 = 887_503_681;

/// The code of a golden record, valid by construction.
///
/// Ordered by entity letter, issuer and serial.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GlobalId([u8; 10]);

/// Why a text is no global ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobalIdError {
    /// Not ten characters, hyphens and spaces aside.
    #[error("a global ID has 10 characters, this has {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A character outside the alphabet.
    #[error("the character {found:?} does not occur in a global ID")]
    Character {
        /// The first such character, in upper case.
        found: char,
    },
    /// The first character names no entity type.
    #[error("no entity type has the letter {found:?}")]
    EntityType {
        /// The first character.
        found: char,
    },
    /// The check character disagrees: there is a typing error somewhere.
    #[error("the check character should be {expected}, it is {found}: something is mistyped")]
    Check {
        /// What the other nine characters ask for.
        expected: char,
        /// What stands there.
        found: char,
    },
}

impl GlobalId {
    /// The ID of a serial. `None` if the issuer is not below [`ISSUERS`] or the serial not in `1..SERIALS`.
    pub fn from_serial(entity: EntityType, issuer: u16, serial: u32) -> Option<Self> {
        if issuer >= ISSUERS || serial == 0 || serial >= SERIALS {
            return None;
        }
        let mut code = [b'0'; 10];
        code[0] = entity.letter() as u8;
        code[1] = ALPHABET[usize::from(issuer / 31)];
        code[2] = ALPHABET[usize::from(issuer % 31)];
        let mut rest = serial;
        for place in (3..9).rev() {
            code[place] = ALPHABET[(rest % 31) as usize];
            rest /= 31;
        }
        code[9] = check_character(&code);
        Some(Self(code))
    }

    /// The entity type.
    pub fn entity(self) -> EntityType {
        let letter = char::from(self.0[0]);
        EntityType::ALL
            .into_iter()
            .find(|entity| entity.letter() == letter)
            .expect("the letter was checked when the ID was made")
    }

    /// The issuer, below [`ISSUERS`]; 0 is the central store.
    pub fn issuer(self) -> u16 {
        self.0[1..3]
            .iter()
            .fold(0, |number, &letter| number * 31 + u16::from(value_or_zero(letter)))
    }

    /// The serial inside its entity type and issuer, in `1..SERIALS`.
    pub fn serial(self) -> u32 {
        self.0[3..9]
            .iter()
            .fold(0, |number, &letter| number * 31 + u32::from(value_or_zero(letter)))
    }

    /// The ten characters without hyphens: the form of files, keys and comparisons.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }
}

impl FromStr for GlobalId {
    type Err = GlobalIdError;

    /// Reads an ID as people type it: full-width letters, lower case, hyphens and spaces, O for 0 and I for 1.
    fn from_str(text: &str) -> Result<Self, GlobalIdError> {
        let mut code = [0; 10];
        let mut length = 0;
        let typed = text
            .nfkc()
            .filter(|letter| !letter.is_whitespace() && !is_hyphen(*letter));
        for letter in typed {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' => '1',
                letter => letter,
            };
            let byte = u8::try_from(letter).ok().filter(|byte| value(*byte).is_some());
            let byte = byte.ok_or(GlobalIdError::Character { found: letter })?;
            if let Some(place) = code.get_mut(length) {
                *place = byte;
            }
            length += 1;
        }
        if length != code.len() {
            return Err(GlobalIdError::Length { found: length });
        }
        let letter = char::from(code[0]);
        if !EntityType::ALL.iter().any(|entity| entity.letter() == letter) {
            return Err(GlobalIdError::EntityType { found: letter });
        }
        let expected = check_character(&code);
        if code[9] != expected {
            return Err(GlobalIdError::Check {
                expected: expected.into(),
                found: code[9].into(),
            });
        }
        Ok(Self(code))
    }
}

impl fmt::Display for GlobalId {
    /// The form for people: `C00-000001-M`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.as_str();
        write!(out, "{}-{}-{}", &code[..3], &code[3..9], &code[9..])
    }
}

impl fmt::Debug for GlobalId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self}")
    }
}

fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}')
}

fn value(letter: u8) -> Option<u8> {
    ALPHABET
        .iter()
        .position(|&known| known == letter)
        .map(|position| position as u8)
}

fn value_or_zero(letter: u8) -> u8 {
    value(letter).unwrap_or(0)
}

/// The character that makes the weighted sum 0 modulo 31; the last place of `code` is ignored.
fn check_character(code: &[u8; 10]) -> u8 {
    // Horner's rule from the left gives value(k)·3^k with the check character's own place at k = 0.
    let sum = code[..9]
        .iter()
        .fold(0, |sum, &letter| (sum * 3 + u32::from(value_or_zero(letter))) % 31)
        * 3
        % 31;
    ALPHABET[((31 - sum) % 31) as usize]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&str, GlobalIdError>) {
        let found = text.parse::<GlobalId>();
        assert_eq!(
            found.as_ref().map(GlobalId::as_str),
            expected.as_ref().copied(),
            "{text}"
        );
    }

    #[test]
    fn vectors() {
        for (entity, issuer, serial, code) in [
            (EntityType::Customer, 0, 1, "C00000001M"),
            (EntityType::Customer, 0, 2, "C00000002J"),
            (EntityType::Customer, 7, 1_234_567, "C0701ADLPK"),
            (EntityType::Supplier, 0, 42, "G0000001BM"),
        ] {
            let id = GlobalId::from_serial(entity, issuer, serial).unwrap();
            assert_eq!(id.as_str(), code);
            assert_eq!((id.entity(), id.issuer(), id.serial()), (entity, issuer, serial));
        }
    }

    #[test]
    fn typed_by_people() {
        check("C00-000001-M", Ok("C00000001M"));
        check(" c00 000001 m ", Ok("C00000001M"));
        check("Ｃ００－００００01－ｍ", Ok("C00000001M"));
        check("COOOOOOO1M", Ok("C00000001M"));
        check("cooooooOIm", Ok("C00000001M"));
        check("", Err(GlobalIdError::Length { found: 0 }));
        check("C00-000001", Err(GlobalIdError::Length { found: 9 }));
        check("C00-000001-MM", Err(GlobalIdError::Length { found: 11 }));
        check("C00-00000?-M", Err(GlobalIdError::Character { found: '?' }));
        check("C00-00000Z-M", Err(GlobalIdError::Character { found: 'Z' }));
        check("客00-000001-M", Err(GlobalIdError::Character { found: '客' }));
        check("A00-000001-M", Err(GlobalIdError::EntityType { found: 'A' }));
        check(
            "C00-000001-N",
            Err(GlobalIdError::Check {
                expected: 'M',
                found: 'N',
            }),
        );
    }

    #[test]
    fn shown_with_hyphens_and_limited() {
        let id = GlobalId::from_serial(EntityType::Customer, 0, 1).unwrap();
        assert_eq!(id.to_string(), "C00-000001-M");
        assert_eq!(GlobalId::from_serial(EntityType::Customer, ISSUERS, 1), None);
        assert_eq!(GlobalId::from_serial(EntityType::Customer, 0, 0), None);
        assert_eq!(GlobalId::from_serial(EntityType::Customer, 0, SERIALS), None);
        assert!(GlobalId::from_serial(EntityType::Customer, ISSUERS - 1, SERIALS - 1).is_some());
    }

    proptest! {
        #[test]
        fn round_trip_and_order(issuer in 0..ISSUERS, a in 1..SERIALS, b in 1..SERIALS) {
            let [first, second] = [a, b].map(|serial| GlobalId::from_serial(EntityType::Material, issuer, serial).unwrap());
            prop_assert_eq!(first.to_string().parse(), Ok(first));
            prop_assert_eq!(first.cmp(&second), a.cmp(&b));
            prop_assert_eq!(first.as_str().cmp(second.as_str()), a.cmp(&b));
        }

        #[test]
        fn one_error_or_one_swap_is_caught(serial in 1..SERIALS, at in 1_usize..10, to in 0_usize..10, letter in 0_usize..31) {
            let id = GlobalId::from_serial(EntityType::Customer, 7, serial).unwrap();
            let mut mistyped = id.0;
            mistyped[at] = ALPHABET[letter];
            let mut swapped = id.0;
            swapped.swap(at, to);
            for wrong in [mistyped, swapped] {
                let read = std::str::from_utf8(&wrong).unwrap().parse::<GlobalId>();
                prop_assert!(wrong == id.0 || read.is_err());
            }
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<GlobalId>();
        }
    }
}
