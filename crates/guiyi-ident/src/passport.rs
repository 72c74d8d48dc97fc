//! Passport number: the forms of Chinese passports, and of others a hint only.
//!
//! There is no check character on the page people copy from, and public sources differ in detail;
//! so a text of no Chinese form passes as foreign, with a warning, when it could be a passport number at all.

use crate::error::IdentError;
use crate::part::Part;
use crate::text::{Ascii, all_digits, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const LENGTH: &str = "6 to 10";

/// A text that can be a passport number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Passport {
    code: Ascii<10>,
}

text_value!(Passport, display);

impl Passport {
    /// Reads a number of letters and at least four digits.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<10>(text, LENGTH)?;
        let bytes = code.bytes();
        if bytes.len() < 6 {
            return Err(wrong_length(bytes, LENGTH));
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if bytes.iter().filter(|b| b.is_ascii_digit()).count() < 4 {
            return Err(IdentError::format("at least four digits", "至少应有 4 位数字"));
        }
        Ok(Self { code })
    }

    /// No Chinese form.
    pub fn warnings(&self) -> Vec<Warning> {
        if chinese(self.code.bytes()).is_none() {
            vec![Warning::ForeignForm]
        } else {
            Vec::new()
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh) = chinese(code.as_bytes()).unwrap_or((
            "no Chinese form, taken for a foreign passport",
            "非中国护照形式，视为外国护照",
        ));
        let letters = code.bytes().take_while(u8::is_ascii_uppercase).count();
        vec![
            Part::new(("type", "类别"), &code[..letters], en, zh),
            Part::new(("serial", "序号"), &code[letters..], "serial", "序号"),
        ]
    }

    /// No check character: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// The kind of Chinese passport, or `None` when the text has no such form.
fn chinese(code: &[u8]) -> Option<(&'static str, &'static str)> {
    let letters = code.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (head, tail) = code.split_at(letters);
    if !all_digits(tail) {
        return None;
    }
    Some(match (head, tail.len()) {
        (b"E", 8) | (b"G", 8) => ("ordinary passport", "普通护照"),
        ([b'E', b'A'..=b'H' | b'J'..=b'N' | b'P'..=b'Z'], 7) => ("ordinary passport", "普通护照"),
        (b"D" | b"DE", 7 | 8) => ("diplomatic passport", "外交护照"),
        (b"S" | b"SE", 7 | 8) => ("service passport", "公务护照"),
        (b"P" | b"PE", 7 | 8) => ("passport for public affairs", "公务普通护照"),
        (b"K" | b"H", 8) | (b"KJ", 7 | 8) => ("passport of Hong Kong", "香港特别行政区护照"),
        (b"M", 8) | (b"MA", 7 | 8) => ("passport of Macau", "澳门特别行政区护照"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for text in [
            "E12345679",
            "EA1234567",
            "G40512036",
            "PE1204833",
            "K12345679",
            "MA1205033",
        ] {
            assert!(Passport::parse(text).unwrap().warnings().is_empty(), "{text}");
        }
        for text in ["EO1234567", "C01X00T47", "561204833"] {
            assert_eq!(
                Passport::parse(text).unwrap().warnings(),
                [Warning::ForeignForm],
                "{text}"
            );
        }
        let cases = [
            ("E123", "length"),
            ("PASSPORT", "format"),
            ("护照", "format"),
            ("000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(Passport::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
