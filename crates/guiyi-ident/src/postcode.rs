//! Postal code (邮政编码) of mainland China: six digits.
//!
//! The first two digits follow the provinces, but by a numbering of their own: never compare them with a region code.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

/// A postal code of six digits in an assigned province.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode {
    code: Ascii<6>,
}

text_value!(Postcode, display);

impl Postcode {
    /// Reads a code; `000000`, `111111` and `123456` are placeholders.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<6>(text, "6")?;
        let bytes = code.bytes();
        if bytes.len() != 6 {
            return Err(wrong_length(bytes, "6"));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if province(&bytes[..2]).is_none() {
            return Err(IdentError::component(
                Text::new("province", "省份"),
                "no such postal province",
                "没有这个邮区",
            ));
        }
        Ok(Self { code })
    }

    /// Nothing is remarkable about a postal code.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let place = province(&self.code.bytes()[..2]).unwrap_or("");
        vec![
            Part::new(("province", "省份"), &code[..2], place, place),
            Part::new(("postal zone", "邮区"), &code[2..3], "postal zone", "邮区"),
            Part::new(
                ("county office", "县市局"),
                &code[3..4],
                "county or city office",
                "县（市）局",
            ),
            Part::new(("delivery office", "投递局"), &code[4..], "delivery office", "投递局"),
        ]
    }

    /// A postal code has no check digit: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

/// The province of the first two digits.
fn province(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        b"10" => "北京市",
        b"20" => "上海市",
        b"30" => "天津市",
        b"40" => "重庆市",
        b"01" | b"02" => "内蒙古自治区",
        b"03" | b"04" => "山西省",
        b"05" | b"06" | b"07" => "河北省",
        b"11" | b"12" => "辽宁省",
        b"13" => "吉林省",
        b"15" | b"16" => "黑龙江省",
        b"21" | b"22" => "江苏省",
        b"23" | b"24" => "安徽省",
        b"25" | b"26" | b"27" => "山东省",
        b"31" | b"32" => "浙江省",
        b"33" | b"34" => "江西省",
        b"35" | b"36" => "福建省",
        b"41" | b"42" => "湖南省",
        b"43" | b"44" => "湖北省",
        b"45" | b"46" | b"47" => "河南省",
        b"51" | b"52" => "广东省",
        b"53" | b"54" => "广西壮族自治区",
        b"55" | b"56" => "贵州省",
        b"57" => "海南省",
        b"61" | b"62" | b"63" | b"64" => "四川省",
        b"65" | b"66" | b"67" => "云南省",
        b"71" | b"72" => "陕西省",
        b"73" | b"74" => "甘肃省",
        b"75" => "宁夏回族自治区",
        b"81" => "青海省",
        b"83" | b"84" => "新疆维吾尔自治区",
        b"85" | b"86" => "西藏自治区",
        b"99" => "港澳台",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in ["518129", "100080", "５１００００", "'050000"] {
            assert!(Postcode::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("51812", "length"),
            ("51812A", "format"),
            ("000000", "placeholder"),
            ("123456", "placeholder"),
            ("900001", "component"),
        ];
        for (text, code) in cases {
            assert_eq!(Postcode::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
