//! Number of a VAT invoice (发票号码): 8 digits beside an invoice code, or the 20 digits of a fully digital invoice.
//!
//! 20: year 2, province 2, channel 1, sequence 15; issued since the pilot of December 2021. There is no check digit.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::region;
use crate::text::{
    Ascii, DIGITS_ONLY, ROUNDED, all_digits, is_filler, is_rounded, number, read, text_value, wrong_length,
};
use crate::warning::Warning;

const LENGTH: &str = "8 or 20";
/// Year of the first fully digital invoices.
const FIRST_DIGITAL: u32 = 21;

/// An invoice number of either length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VatInvoiceNumber {
    code: Ascii<20>,
}

text_value!(VatInvoiceNumber, display);

impl VatInvoiceNumber {
    /// Reads a number; 20 digits of which the last five are zeros were rounded by a spreadsheet.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<20>(text, LENGTH)?;
        let bytes = code.bytes();
        if !matches!(bytes.len(), 8 | 20) {
            return Err(wrong_length(bytes, LENGTH));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if bytes.len() == 20 {
            if is_rounded(bytes) {
                return Err(ROUNDED);
            }
            if number(&bytes[..2]) < FIRST_DIGITAL {
                return Err(IdentError::component(
                    Text::new("year", "年份"),
                    "before digital invoices began",
                    "早于数电发票试点",
                ));
            }
            if province(code.as_str()).is_none() {
                return Err(IdentError::component(
                    Text::new("province", "省份"),
                    "no such province",
                    "没有这个省份代码",
                ));
            }
        }
        Ok(Self { code })
    }

    /// Whether this is a fully digital invoice, which has no invoice code.
    pub fn is_digital(&self) -> bool {
        self.as_str().len() == 20
    }

    /// No form has a check digit.
    pub fn warnings(&self) -> Vec<Warning> {
        vec![Warning::NoCheck]
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        if !self.is_digital() {
            return vec![Part::new(
                ("number", "发票号码"),
                code,
                "number under the invoice code",
                "发票代码下的顺序号",
            )];
        }
        let place = province(code).unwrap_or("");
        vec![
            Part::new(
                ("year", "年份"),
                &code[..2],
                format!("20{}", &code[..2]),
                format!("20{}年", &code[..2]),
            ),
            Part::new(("province", "省份"), &code[2..4], place, place),
            Part::new(("channel", "开具渠道"), &code[4..5], "channel of issue", "开具渠道"),
            Part::new(("sequence", "顺序编码"), &code[5..], "sequence", "顺序编码"),
        ]
    }

    /// No check digit: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

fn province(code: &str) -> Option<&'static str> {
    region::name(&format!("{}0000", &code[2..4]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["03925817", "25352000000097909249"] {
            assert!(VatInvoiceNumber::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("0392581", "length"),
            ("25352000000097900000", "destroyed"),
            ("2.5352E+19", "destroyed"),
            ("25992000000097909249", "component"),
            ("12352000000097909249", "component"),
            ("0392581X", "format"),
            ("00000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(
                VatInvoiceNumber::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
