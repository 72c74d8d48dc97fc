//! Service numbers: 400 and 800 (10 digits), operators 100xx, public services 12xxx, 95xxx and 96xxx, emergency 1xx.
//!
//! They never take an area code or a country code in use; a company's switchboard is a fixed line, not one of these.

use crate::error::IdentError;
use crate::part::Part;
use crate::text::{
    Ascii, DIGITS_ONLY, SCIENTIFIC, all_digits, compact, half_width, is_filler, is_quote, is_scientific, is_separator,
    text_value,
};
use crate::warning::Warning;

const LENGTH: &str = "3, 5 to 8 or 10";

/// A service number; `as_str` has digits only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceNumber {
    code: Ascii<10>,
}

text_value!(ServiceNumber, display);

impl ServiceNumber {
    /// Reads a number; spaces, hyphens and brackets are dropped.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let digits: String = text
            .chars()
            .map(half_width)
            .filter(|&c| !is_separator(c) && !is_quote(c) && !matches!(c, '(' | ')'))
            .collect();
        let bytes = digits.as_bytes();
        if !all_digits(bytes) {
            return Err(if is_scientific(&compact(text)) {
                SCIENTIFIC
            } else {
                DIGITS_ONLY
            });
        }
        if is_filler(bytes) || (bytes.len() == 10 && bytes[3..].iter().all(|&b| b == b'0')) {
            return Err(IdentError::Placeholder);
        }
        let Some(code) = Ascii::new(bytes).filter(|_| matches!(bytes.len(), 3 | 5..=8 | 10)) else {
            return Err(IdentError::Length {
                found: bytes.len(),
                expected: LENGTH,
            });
        };
        if service(bytes).is_none() {
            return Err(IdentError::format(
                "no service number begins like this",
                "不是服务号码的开头",
            ));
        }
        Ok(Self { code })
    }

    /// Nothing is remarkable about a service number.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh, head) = service(code.as_bytes()).unwrap_or(("", "", 0));
        let mut parts = vec![Part::new(("service", "服务类别"), &code[..head], en, zh)];
        if head < code.len() {
            parts.push(Part::new(
                ("number", "号码"),
                &code[head..],
                "number of the holder",
                "用户号码",
            ));
        }
        parts
    }

    /// Phones have no check digit: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// English and Chinese name of the service, and how many digits name it.
fn service(digits: &[u8]) -> Option<(&'static str, &'static str, usize)> {
    Some(match (digits, digits.len()) {
        ([b'4', b'0', b'0', ..], 10) => ("shared-cost number", "400 主被叫分摊付费", 3),
        ([b'8', b'0', b'0', ..], 10) => ("free number", "800 被叫付费", 3),
        (b"110" | b"112" | b"119" | b"120" | b"122", _) => ("emergency", "紧急呼叫", 3),
        (b"114", _) => ("directory enquiries", "查号台", 3),
        ([b'1', b'0', b'0' | b'1', ..], 5) => ("telecom operator", "电信运营商客服", 5),
        ([b'1', b'2', ..], 5..=6) => ("public service", "公共服务", 5),
        ([b'9', b'5', ..], 5..=8) => ("nationwide service", "全国统一客服", 5),
        ([b'9', b'6', ..], 5..=8) => ("provincial service", "省内服务", 5),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in [
            "400-820-8820",
            "8008101234",
            "10086",
            "12306",
            "95588",
            "110",
            "９５５８８",
            "(400) 8208820",
        ] {
            assert!(ServiceNumber::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("4008208", "format"),
            ("4000000000", "placeholder"),
            ("12", "length"),
            ("13800138000", "length"),
            ("客服", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(
                ServiceNumber::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
