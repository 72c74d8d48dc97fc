//! Business registration number (工商注册号), GS 15-2006: 15 digits, replaced by the credit code in 2015.
//!
//! Six digits of the first registrar, eight of sequence, one ISO 7064 MOD 11,10 check digit.
//! The seventh digit says who: 0 to 3 domestic, 4 and 5 foreign-invested, 6 to 9 sole trader.
//! Numbers from before 2007 have 13 digits and no check digit: they are kept as they are, with a warning.

use crate::check_digit::mod_11_10;
use crate::error::IdentError;
use crate::part::Part;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;
use crate::{region, suggest};

const LENGTH: &str = "15 or 13";

/// A valid registration number of 15 digits, or an old one of 13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber {
    code: Ascii<15>,
}

text_value!(RegistrationNumber, display);

impl RegistrationNumber {
    /// Reads a number.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<15>(text, LENGTH)?;
        let bytes = code.bytes();
        if !matches!(bytes.len(), 13 | 15) {
            return Err(wrong_length(bytes, LENGTH));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if bytes.len() == 15 {
            let check = mod_11_10(&bytes[..14]);
            if bytes[14] != check {
                return Err(IdentError::checksum(bytes[14], check));
            }
        }
        Ok(Self { code })
    }

    /// No check digit in the 13-digit form; a region that was never in the table.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.as_str().len() == 13 {
            warnings.push(Warning::NoCheck);
        }
        let registrar = &self.as_str()[..6];
        if registrar != "100000" && region::kind(registrar).is_none() {
            warnings.push(Warning::RegionUnknown);
        }
        warnings
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let mut parts = vec![if &code[..6] == "100000" {
            Part::new(
                ("registrar", "登记机关"),
                "100000",
                "national registrar",
                "国家级登记机关",
            )
        } else {
            Part::region(&code[..6])
        }];
        if code.len() == 13 {
            parts.push(Part::new(
                ("sequence", "顺序号"),
                &code[6..],
                "form before 2007, no check digit",
                "2007 年以前的形式，无校验码",
            ));
            return parts;
        }
        let (en, zh) = match code.as_bytes()[6] {
            b'0'..=b'3' => ("domestic enterprise", "内资企业"),
            b'4' | b'5' => ("foreign-invested enterprise", "外资企业"),
            _ => ("sole trader", "个体工商户"),
        };
        parts.push(Part::new(("sequence", "顺序码"), &code[6..14], en, zh));
        parts.push(Part::check(&code[14..], "ISO 7064 MOD 11,10"));
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
    fn published_numbers_are_valid() {
        for text in ["110108012660422", "440301103448669", "440301103097413"] {
            let number = RegistrationNumber::parse(text).unwrap();
            assert_eq!(number.to_string(), text);
            assert!(number.warnings().is_empty(), "{text}");
        }
    }

    #[test]
    fn old_and_refused() {
        assert_eq!(
            RegistrationNumber::parse("4403011034486").unwrap().warnings(),
            [Warning::NoCheck]
        );
        let cases = [
            ("110108012660423", "checksum"),
            ("11010801266042", "length"),
            ("11010801266042X", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(
                RegistrationNumber::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
