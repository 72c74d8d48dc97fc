//! Mainland travel permit of Hong Kong and Macau (回乡证) and Taiwan (台胞证) residents.
//!
//! `H` or `M` and 8 digits, two more for the issue on older cards; Taiwan 8 digits, 10 and a letter on older cards.
//! Public sources differ in detail and eight digits fit many serials: a hint that needs the column to say so.

use crate::error::IdentError;
use crate::part::Part;
use crate::text::{Ascii, all_digits, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const LENGTH: &str = "8 to 11";

/// A text that can be a travel permit number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TravelPermit {
    code: Ascii<11>,
}

text_value!(TravelPermit, display);

impl TravelPermit {
    /// Reads a number.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<11>(text, LENGTH)?;
        let bytes = code.bytes();
        if bytes.len() < 8 {
            return Err(wrong_length(bytes, LENGTH));
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if form(bytes).is_none() {
            return Err(IdentError::format(
                "H or M and 8 or 10 digits, or 8 digits",
                "应为 H 或 M 加 8 或 10 位数字，或 8 位数字",
            ));
        }
        Ok(Self { code })
    }

    /// No check character in any form.
    pub fn warnings(&self) -> Vec<Warning> {
        vec![Warning::NoCheck]
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh, person) = form(code.as_bytes()).unwrap_or(("", "", code.len()));
        let mut parts = vec![Part::new(("holder", "持证人编号"), &code[..person], en, zh)];
        if person < code.len() {
            parts.push(Part::new(
                ("issue", "换证次数"),
                &code[person..],
                "issue of the card",
                "换证次数",
            ));
        }
        parts
    }

    /// No check character: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// English and Chinese name of the form, and how many characters stay with the person for life.
fn form(code: &[u8]) -> Option<(&'static str, &'static str, usize)> {
    match (code[0], code.len()) {
        (b'H', 9 | 11) if all_digits(&code[1..]) => Some(("Hong Kong resident", "香港居民", 9)),
        (b'M', 9 | 11) if all_digits(&code[1..]) => Some(("Macau resident", "澳门居民", 9)),
        (_, 8) if all_digits(code) => Some(("Taiwan resident", "台湾居民", 8)),
        (_, 10) if all_digits(code) => Some(("Taiwan resident, old form", "台湾居民，旧证", 8)),
        (_, 11) if all_digits(&code[..10]) && code[10].is_ascii_uppercase() => {
            Some(("Taiwan resident, old form", "台湾居民，旧证", 8))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in [
            "H60123456",
            "M6012345601",
            "07501234",
            "0750123401",
            "0750123401B",
            "h60123456",
        ] {
            assert!(TravelPermit::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("H6012", "length"),
            ("X60123456", "format"),
            ("00000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(
                TravelPermit::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
