//! Organization code (组织机构代码), GB 11714-1997: eight digits or capitals and a check character, shown `19220382-1`.
//!
//! Weights 3 7 9 10 5 8 4 2, letters 10..35, 11 minus the sum modulo 11; 10 is written `X`, 11 is written `0`.
//! It lives on inside the credit code and the old taxpayer number, so it is the key that ties the three together.

use std::fmt;

use crate::check_digit::{mod_11_10, value};
use crate::credit_code::CreditCode;
use crate::error::IdentError;
use crate::part::Part;
use crate::suggest;
use crate::text::{Ascii, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A valid organization code; `as_str` has nine characters, `Display` adds the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgCode {
    code: Ascii<9>,
}

text_value!(OrgCode);

impl fmt::Display for OrgCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (body, check) = self.as_str().split_at(8);
        f.pad(&format!("{body}-{check}"))
    }
}

impl OrgCode {
    /// Reads a code with or without its hyphen.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<9>(text, "9")?;
        let bytes = code.bytes();
        if bytes.len() != 9 {
            return Err(wrong_length(bytes, "9"));
        }
        if !bytes[8].is_ascii_digit() && bytes[8] != b'X' {
            return Err(IdentError::format(
                "the check character is a digit or X",
                "校验码只能是数字或 X",
            ));
        }
        let check = check_character(&bytes[..8]);
        if bytes[8] != check {
            return Err(if is_filler(bytes) {
                IdentError::Placeholder
            } else {
                IdentError::checksum(bytes[8], check)
            });
        }
        Ok(Self { code })
    }

    /// Nothing is remarkable about a valid organization code.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let (body, check) = self.as_str().split_at(8);
        vec![
            Part::new(("body", "本体代码"), body, "serial of the organization", "机构顺序号"),
            Part::check(check, "GB 11714-1997"),
        ]
    }

    /// Valid codes one slip away from the text; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| Self::parse(candidate).is_ok())
    }
}

/// The check character of the eight characters before it; letters count 10..35.
pub(crate) fn check_character(body: &[u8]) -> u8 {
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(&b, weight)| value(b) * weight).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

/// The organization code inside a credit code (18), a taxpayer number (15) or an organization code (9): the match key
/// that ties rows of different age together.
///
/// `None` when no part of the text is a valid organization code, and for 15 digits that fit MOD 11,10: those are a
/// registration number, which holds no organization code.
pub fn org9(text: &str) -> Option<OrgCode> {
    let code = read::<18>(text, "9, 15 or 18").ok()?;
    match code.bytes().len() {
        9 => OrgCode::parse(code.as_str()).ok(),
        18 => CreditCode::parse(code.as_str()).ok().map(|credit| credit.org_code()),
        15 => {
            let bytes = code.bytes();
            let registration = all_digits(bytes) && mod_11_10(&bytes[..14]) == bytes[14];
            let shaped = all_digits(&bytes[..6]) && !registration;
            if shaped {
                OrgCode::parse(&code.as_str()[6..]).ok()
            } else {
                None
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_sum() {
        assert_eq!(check_character(b"19220382"), b'1'); // sum 164 mod 11 = 10, 11 - 10 = 1
        let code = OrgCode::parse("19220382-1").unwrap();
        assert_eq!(code.as_str(), "192203821");
        assert_eq!(code.to_string(), "19220382-1");
        assert_eq!(OrgCode::parse(&code.to_string()), Ok(code));
    }

    #[test]
    fn refused() {
        let cases = [
            ("19220382-2", "checksum"),
            ("1922038-1", "length"),
            ("19220382-A", "format"),
            ("123456789", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(OrgCode::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }

    #[test]
    fn one_key_out_of_three_forms() {
        for text in ["914403001922038216", "440300192203821", "19220382-1", "'19220382-1 "] {
            assert_eq!(
                org9(text).map(|code| code.to_string()),
                Some("19220382-1".to_owned()),
                "{text}"
            );
        }
        for text in ["110108012660422", "914403001922038217", "", "有限公司", "123"] {
            assert_eq!(org9(text), None, "{text}");
        }
    }
}
