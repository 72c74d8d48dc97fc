//! Foreign permanent resident identity card (外国人永久居留身份证), old and new.
//!
//! Since 2023-12-01: `9`, province (2), country (3 digits of ISO 3166-1), birth date (8), sequence (3, odd for men),
//! ISO 7064 MOD 11-2. Before: country (3 letters), region (4), birth date YYMMDD, sequence (1), ICAO 7-3-1 check digit.
//! The old form has two digits of the year, so its century is open.

use crate::check_digit::{icao, mod_11_2};
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{Ascii, ROUNDED, all_digits, compact, is_rounded, read, text_value, wrong_length};
use crate::warning::Warning;
use crate::{country, date, region, resident_id, suggest};

const LENGTH: &str = "18 or 15";
const COUNTRY: Text = Text::new("country", "国籍");
const PROVINCE: Text = Text::new("province", "省份");

/// A valid card number of either form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignResidentPermit {
    code: Ascii<18>,
}

text_value!(ForeignResidentPermit, display);

impl ForeignResidentPermit {
    /// Reads a number of 18 digits, or of three letters and 12 digits.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<18>(text, LENGTH)?;
        match code.bytes().len() {
            18 => judge_new(code.as_str())?,
            15 => judge_old(code.as_str())?,
            _ => return Err(wrong_length(code.bytes(), LENGTH)),
        }
        Ok(Self { code })
    }

    /// Whether the number has the 15-character form of before 2023-12-01.
    pub fn is_old(&self) -> bool {
        self.as_str().len() == 15
    }

    /// The old form.
    pub fn warnings(&self) -> Vec<Warning> {
        if self.is_old() {
            vec![Warning::OldForm]
        } else {
            Vec::new()
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let nation = |digits: &str| {
            let (en, zh) = country::find(digits).map_or(("", ""), |country| (country.en, country.zh));
            Part::new(("country", "国籍"), digits, en, zh)
        };
        if self.is_old() {
            return vec![
                nation(&code[..3]),
                Part::new(
                    ("place of issue", "签发地"),
                    &code[3..7],
                    place(&code[3..7]),
                    place(&code[3..7]),
                ),
                Part::new(
                    ("birth date", "出生日期"),
                    &code[7..13],
                    format!("{}-{}-{}, century not stated", &code[7..9], &code[9..11], &code[11..13]),
                    format!("{}年{}月{}日，未注明世纪", &code[7..9], &code[9..11], &code[11..13]),
                ),
                Part::new(("sequence", "顺序码"), &code[13..14], "sequence", "顺序码"),
                Part::check(&code[14..], "ICAO 9303"),
            ];
        }
        let mut parts = vec![
            Part::new(
                ("document", "证件类别"),
                &code[..1],
                "foreign permanent resident",
                "外国人永久居留",
            ),
            Part::new(
                ("province", "省份"),
                &code[1..3],
                place(&code[1..3]),
                place(&code[1..3]),
            ),
            nation(&code[3..6]),
        ];
        parts.extend(resident_id::person_parts(code));
        parts
    }

    /// Valid numbers one slip away from the text; empty when it is valid, or destroyed.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text);
        if is_rounded(code.as_bytes()) {
            return Vec::new();
        }
        suggest::repairs(&code, |candidate| Self::parse(candidate).is_ok())
    }
}

/// The name of a region given by its first two or four digits; empty for none.
fn place(head: &str) -> String {
    region::full_name(&format!("{head:0<6}")).unwrap_or_default()
}

fn judge_new(code: &str) -> Result<(), IdentError> {
    let bytes = code.as_bytes();
    if bytes[0] != b'9' || !all_digits(&bytes[..17]) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
        return Err(IdentError::format(
            "9, then 16 digits and a check character",
            "应以 9 开头，17 位数字加校验码",
        ));
    }
    let check = mod_11_2(&bytes[..17]);
    if bytes[17] != check {
        return Err(if is_rounded(bytes) {
            ROUNDED
        } else {
            IdentError::checksum(bytes[17], check)
        });
    }
    if place(&code[1..3]).is_empty() {
        return Err(IdentError::component(PROVINCE, "no such province", "没有这个省份代码"));
    }
    if country::find(&code[3..6]).is_none() {
        return Err(IdentError::component(
            COUNTRY,
            "no such country in ISO 3166-1",
            "ISO 3166-1 中没有该代码",
        ));
    }
    date::judge(&bytes[6..14])
}

fn judge_old(code: &str) -> Result<(), IdentError> {
    let bytes = code.as_bytes();
    if !bytes[..3].iter().all(u8::is_ascii_uppercase) || !all_digits(&bytes[3..]) {
        return Err(IdentError::format(
            "three letters, then twelve digits",
            "应为 3 位字母加 12 位数字",
        ));
    }
    let check = icao(&bytes[..14]);
    if bytes[14] != check {
        return Err(IdentError::checksum(bytes[14], check));
    }
    if country::find(&code[..3]).is_none() {
        return Err(IdentError::component(
            COUNTRY,
            "no such country in ISO 3166-1",
            "ISO 3166-1 中没有该代码",
        ));
    }
    // 2000 was a leap year, so every day that some century had passes.
    date::judge(format!("20{}", &code[7..13]).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["911398199012310021", "KAZ110090123105"] {
            let permit = ForeignResidentPermit::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(
                permit
                    .explain()
                    .iter()
                    .map(|part| part.text.as_str())
                    .collect::<String>(),
                text
            );
        }
        assert_eq!(
            ForeignResidentPermit::parse("911398199012310021").unwrap().explain()[2].meaning_zh,
            "哈萨克斯坦"
        );
        let cases = [
            ("911398199012310022", "checksum"),
            ("KAZ110090123106", "checksum"),
            ("11010519491231002X", "format"),
            ("911398", "length"),
            ("K1Z110090123105", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(
                ForeignResidentPermit::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
    }
}
