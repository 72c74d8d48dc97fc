//! Legal entity identifier (法人识别编码), ISO 17442: 18 letters or digits and two check digits, ISO/IEC 7064 MOD 97-10.

use crate::check_digit::mod_97_10;
use crate::error::IdentError;
use crate::part::Part;
use crate::suggest;
use crate::text::{Ascii, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

/// A valid LEI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lei {
    code: Ascii<20>,
}

text_value!(Lei, display);

impl Lei {
    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<20>(text, "20")?;
        let bytes = code.bytes();
        if bytes.len() != 20 {
            return Err(wrong_length(bytes, "20"));
        }
        let (body, check) = bytes.split_at(18);
        if !all_digits(check) {
            return Err(IdentError::format(
                "the last two characters are digits",
                "末两位必须为数字",
            ));
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        let expected = mod_97_10(body);
        if check != expected {
            let at = usize::from(check[0] == expected[0]);
            return Err(IdentError::checksum(check[at], expected[at]));
        }
        Ok(Self { code })
    }

    /// Nothing is remarkable about a valid LEI.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        vec![
            Part::new(("issuer", "发码机构"), &code[..4], "local operating unit", "本地系统"),
            Part::new(("entity", "主体代码"), &code[4..18], "entity", "主体代码"),
            Part::check(&code[18..], "ISO/IEC 7064 MOD 97-10"),
        ]
    }

    /// Valid codes one slip away from the text; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| Self::parse(candidate).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["HWUPKR0MPOU8FGXBT394", "7ZW8QJWVPR4P1J1KQY45", "hwupkr0mpou8fgxbt394"] {
            assert!(Lei::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("HWUPKR0MPOU8FGXBT395", "checksum"),
            ("HWUPKR0MPOU8FGXBT39", "length"),
            ("HWUPKR0MPOU8FGXBT3A4", "format"),
            ("HWUPKR.MPOU8FGXBT394", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(Lei::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
