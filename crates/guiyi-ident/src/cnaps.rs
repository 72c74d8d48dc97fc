//! CNAPS bank routing number (联行号, 支付系统行号): 12 digits: bank 3, place 4, branch 4, check 1.
//!
//! The check digit fits ISO 7064 MOD 11,10 on every number of a bank's head office examined, but no published text says so.
//! So a misfit is a warning, not an error.

use crate::check_digit::mod_11_10;
use crate::error::IdentError;
use crate::part::Part;
use crate::suggest;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

/// A routing number of twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnaps {
    code: Ascii<12>,
}

text_value!(Cnaps, display);

impl Cnaps {
    /// Reads a number; the check digit is judged by [`warnings`](Self::warnings).
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<12>(text, "12")?;
        let bytes = code.bytes();
        if bytes.len() != 12 {
            return Err(wrong_length(bytes, "12"));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        Ok(Self { code })
    }

    /// A check digit that does not fit MOD 11,10.
    pub fn warnings(&self) -> Vec<Warning> {
        let bytes = self.code.bytes();
        if mod_11_10(&bytes[..11]) == bytes[11] {
            Vec::new()
        } else {
            vec![Warning::CheckUnproven]
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let (en, zh) = match code.as_bytes()[0] {
            b'0' => ("central bank", "中国人民银行"),
            b'1' => ("state-owned commercial bank", "国有商业银行"),
            b'2' => ("policy bank", "政策性银行"),
            b'3' => (
                "joint-stock, city or rural commercial bank",
                "股份制、城市或农村商业银行",
            ),
            b'4' => ("urban or rural credit cooperative, postal savings", "信用社、邮储银行"),
            b'5'..=b'7' => ("foreign-invested bank", "外资银行"),
            _ => ("other institution", "其他机构"),
        };
        let fits = self.warnings().is_empty();
        vec![
            Part::new(("bank", "行别代码"), &code[..3], en, zh),
            Part::new(("place", "地区代码"), &code[3..7], "clearing place", "支付系统地区"),
            Part::new(
                ("branch", "分支机构序号"),
                &code[7..11],
                "serial of the branch",
                "分支机构顺序号",
            ),
            Part::new(
                ("check digit", "校验码"),
                &code[11..],
                if fits {
                    "fits MOD 11,10"
                } else {
                    "does not fit MOD 11,10"
                },
                if fits {
                    "与 MOD 11,10 相符"
                } else {
                    "与 MOD 11,10 不符"
                },
            ),
        ]
    }

    /// Numbers one slip away whose check digit fits; empty when the text's own fits.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggest::repairs(&compact(text), |candidate| {
            Self::parse(candidate).is_ok_and(|code| code.warnings().is_empty())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        assert!(Cnaps::parse("102100099996").unwrap().warnings().is_empty()); // 中国工商银行总行
        assert_eq!(
            Cnaps::parse("102100099997").unwrap().warnings(),
            [Warning::CheckUnproven]
        );
        assert_eq!(Cnaps::suggestions("1O2100099996"), ["102100099996"]);
        let cases = [
            ("10210009999", "length"),
            ("10210009999X", "format"),
            ("1.021E+11", "destroyed"),
            ("000000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(Cnaps::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
