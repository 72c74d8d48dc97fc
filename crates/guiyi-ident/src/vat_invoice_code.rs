//! Code of a VAT invoice (增值税发票代码): 10 digits on special and older ordinary invoices, 12 on the others.
//!
//! 10: place 4, year 2, batch 1, kind 1, copies 1, amount version 1.
//! 12: `0`, place 4, year 2, batch 3, kind 2; or `1` for a blockchain invoice. There is no check digit.
//! Fully digital invoices have no code: their number alone has 20 digits.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::region;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const LENGTH: &str = "10 or 12";

/// A VAT invoice code of either length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VatInvoiceCode {
    code: Ascii<12>,
}

text_value!(VatInvoiceCode, display);

impl VatInvoiceCode {
    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<12>(text, LENGTH)?;
        let bytes = code.bytes();
        if !matches!(bytes.len(), 10 | 12) {
            return Err(wrong_length(bytes, LENGTH));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if kind(bytes).is_none() {
            return Err(IdentError::component(
                Text::new("kind of invoice", "票种"),
                "no such kind",
                "没有这种票种",
            ));
        }
        if place(&code.as_str()[place_at(bytes.len())..][..4]).is_none() {
            return Err(IdentError::component(
                Text::new("place", "地区"),
                "no such place",
                "没有这个地区代码",
            ));
        }
        Ok(Self { code })
    }

    /// No form has a check digit.
    pub fn warnings(&self) -> Vec<Warning> {
        vec![Warning::NoCheck]
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh) = kind(code.as_bytes()).unwrap_or(("", ""));
        let at = place_at(code.len());
        let name = place(&code[at..at + 4]).unwrap_or_default();
        let mut parts = vec![
            Part::new(("place", "地区"), &code[at..at + 4], name.clone(), name),
            Part::new(
                ("year", "年份"),
                &code[at + 4..at + 6],
                format!("20{}", &code[at + 4..at + 6]),
                format!("20{}年", &code[at + 4..at + 6]),
            ),
        ];
        if code.len() == 10 {
            parts.extend([
                Part::new(("batch", "批次"), &code[6..7], "printing batch", "印制批次"),
                Part::new(("kind of invoice", "票种"), &code[7..8], en, zh),
                Part::new(
                    ("copies", "联次"),
                    &code[8..9],
                    format!("{} copies", &code[8..9]),
                    format!("{} 联", &code[8..9]),
                ),
                Part::new(
                    ("amount version", "金额版本"),
                    &code[9..],
                    "0 means printed by computer",
                    "0 为电脑票",
                ),
            ]);
        } else {
            let (en_form, zh_form) = if code.starts_with('0') {
                ("VAT invoice", "增值税发票")
            } else {
                ("blockchain invoice", "区块链电子发票")
            };
            parts.insert(0, Part::new(("form", "类别"), &code[..1], en_form, zh_form));
            parts.push(Part::new(("batch", "批次"), &code[7..10], "batch", "批次"));
            parts.push(Part::new(("kind of invoice", "票种"), &code[10..], en, zh));
        }
        parts
    }

    /// No check digit: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

fn place_at(length: usize) -> usize {
    usize::from(length == 12)
}

/// The name of a tax region of four digits: a city, or a province whose tax office issues for all of it.
fn place(digits: &str) -> Option<String> {
    region::full_name(&format!("{digits}00")).or_else(|| region::full_name(&format!("{}0000", &digits[..2])))
}

/// English and Chinese name of the kind of invoice.
fn kind(code: &[u8]) -> Option<(&'static str, &'static str)> {
    Some(match code {
        [_, _, _, _, _, _, _, kind, _, _] => match kind {
            b'1' | b'5' => ("special VAT invoice", "增值税专用发票"),
            b'2' | b'7' => ("special VAT invoice for freight", "货物运输业增值税专用发票"),
            b'3' | b'6' => ("ordinary VAT invoice", "增值税普通发票"),
            _ => ("other invoice", "其他发票"),
        },
        [b'1', ..] => ("blockchain invoice", "区块链电子发票"),
        [b'0', .., a, b] => match [*a, *b] {
            [b'0', b'4' | b'5'] => ("ordinary VAT invoice on paper", "增值税普通发票（折叠票）"),
            [b'0', b'6' | b'7'] => ("ordinary VAT invoice on a roll", "增值税普通发票（卷票）"),
            [b'1', b'1'] => ("electronic ordinary VAT invoice", "增值税电子普通发票"),
            [b'1', b'2'] => ("electronic toll invoice", "通行费电子发票"),
            [b'1', b'3'] => ("electronic special VAT invoice", "增值税电子专用发票"),
            [b'1', b'7'] => ("motor vehicle invoice", "机动车销售统一发票"),
            _ => return None,
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["4403191130", "044031900111", "144032009110", "3100 1841 30"] {
            let code = VatInvoiceCode::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                code.explain().iter().map(|part| part.text.as_str()).collect::<String>(),
                code.as_str()
            );
        }
        let cases = [
            ("044031900199", "component"),
            ("9903191130", "component"),
            ("440319113", "length"),
            ("44031911A0", "format"),
            ("0000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(
                VatInvoiceCode::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
