//! Trade item number (商品条码), GTIN-8, -12, -13 and -14, GS1 General Specifications; GB 12904 in China.
//!
//! Weights 3 and 1 from the right. The four lengths are one number space: compare them as 14 digits, zeros at the left.

use crate::check_digit::gs1;
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, compact, is_filler, number, read, text_value, wrong_length};
use crate::warning::Warning;
use crate::{gs1_prefix, suggest};

const LENGTH: &str = "8, 12, 13 or 14";

/// A valid trade item number; `as_str` keeps the length it was given in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Gtin {
    code: Ascii<14>,
}

text_value!(Gtin, display);

impl Gtin {
    /// Reads a number.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<14>(text, LENGTH)?;
        let bytes = code.bytes();
        let Some((&last, body)) = bytes.split_last().filter(|_| matches!(bytes.len(), 8 | 12..=14)) else {
            return Err(wrong_length(bytes, LENGTH));
        };
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        let check = gs1(body);
        if last != check {
            return Err(IdentError::checksum(last, check));
        }
        Ok(Self { code })
    }

    /// The number in 14 digits: the key to compare by.
    pub fn gtin14(&self) -> String {
        format!("{:0>14}", self.as_str())
    }

    /// A number that a shop gives for its own use.
    pub fn warnings(&self) -> Vec<Warning> {
        match self.prefix() {
            20..=29 | 40..=49 | 200..=299 => vec![Warning::InStore],
            0..=99 if self.as_str().len() == 8 => vec![Warning::InStore],
            _ => Vec::new(),
        }
    }

    /// The GS1 prefix, three digits of the 13-digit form, or of the eight of a GTIN-8.
    fn prefix(&self) -> u32 {
        let key = self.gtin14();
        if self.as_str().len() == 8 {
            number(&self.code.bytes()[..3])
        } else {
            number(&key.as_bytes()[1..4])
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let last = code.len() - 1;
        let level = usize::from(code.len() == 14);
        let prefix_len = if code.len() == 12 { 2 } else { 3 };
        let owner = gs1_prefix::owner(self.prefix());
        let owner = owner.unwrap_or(Text::new("not assigned", "未分配的前缀"));
        let mut parts = Vec::new();
        if level == 1 {
            parts.push(Part::new(
                ("packing level", "包装指示符"),
                &code[..1],
                "packing level",
                "包装层级",
            ));
        }
        parts.extend([
            Part::new(
                ("prefix", "前缀码"),
                &code[level..level + prefix_len],
                owner.en,
                owner.zh,
            ),
            Part::new(
                ("company and item", "厂商和商品代码"),
                &code[level + prefix_len..last],
                "company and item",
                "厂商识别代码和商品项目代码",
            ),
            Part::check(&code[last..], "GS1"),
        ]);
        parts
    }

    /// Valid numbers one slip away from the text; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| Self::parse(candidate).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        // The examples of the GS1 General Specifications, and the worked sum 128 of 690123456789.
        for text in [
            "6901234567892",
            "96385074",
            "614141007349",
            "10614141000415",
            "690 1234 56789-2",
        ] {
            let gtin = Gtin::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                gtin.explain().iter().map(|part| part.text.as_str()).collect::<String>(),
                gtin.as_str()
            );
        }
        assert_eq!(Gtin::parse("614141007349").unwrap().gtin14(), "00614141007349");
        assert_eq!(Gtin::parse("2000000000008").unwrap().warnings(), [Warning::InStore]);
        let cases = [
            ("6901234567893", "checksum"),
            ("69012345678", "length"),
            ("69012345678A2", "format"),
            ("6.9012E+12", "destroyed"),
            ("0000000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(Gtin::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
