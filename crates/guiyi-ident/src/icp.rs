//! Filing and license numbers of Chinese web sites: `京ICP备12345678号-1`, `京ICP证030173号`, `京公网安备11010502030143号`.
//!
//! A filing belongs to one company, so without the number of the site it is a strong match key.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{half_width, is_blank, is_quote, text_value};
use crate::warning::Warning;
use crate::{province, region};

/// A filing or license number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Icp {
    code: String,
}

text_value!(Icp, display);

const KINDS: [(&str, Text); 3] = [
    ("ICP备", Text::new("filing of a site", "网站备案")),
    ("ICP证", Text::new("license for commercial content", "经营许可证")),
    ("公网安备", Text::new("police filing", "公安联网备案")),
];

impl Icp {
    /// Reads a number; spaces, width and case do not matter, and a missing `号` is added.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let folded = text.chars().map(half_width).filter(|&c| !is_blank(c) && !is_quote(c));
        let folded: String = folded.map(|c| c.to_ascii_uppercase()).collect();
        let folded = folded
            .replace("ICP備", "ICP备")
            .replace("ICP證", "ICP证")
            .replace("公網安備", "公网安备");
        let mut chars = folded.chars();
        let Some(head) = chars.next() else {
            return Err(IdentError::Length {
                found: 0,
                expected: "12 to 22",
            });
        };
        let rest = chars.as_str();
        let Some((mark, digits)) = KINDS
            .iter()
            .find_map(|(mark, _)| Some((*mark, rest.strip_prefix(mark)?)))
        else {
            return Err(IdentError::format(
                "neither ICP备 nor ICP证 nor 公网安备",
                "不是 ICP备、ICP证 或 公网安备",
            ));
        };
        if province::of_abbreviation(head).is_none() {
            return Err(IdentError::component(PROVINCE, "no such province", "没有这个省份简称"));
        }
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let (serial, tail) = digits.split_at(end);
        let fits = match mark {
            "ICP备" => matches!(serial.len(), 8 | 10),
            "ICP证" => (6..=10).contains(&serial.len()),
            _ => serial.len() == 14,
        };
        if !fits {
            return Err(IdentError::component(
                Text::new("serial", "编号"),
                "wrong number of digits",
                "位数不对",
            ));
        }
        let tail = tail.strip_prefix('号').or(tail.strip_prefix('號')).unwrap_or(tail);
        let site = match tail.strip_prefix('-') {
            None if tail.is_empty() => String::new(),
            Some(site)
                if mark != "公网安备" && (1..=4).contains(&site.len()) && site.bytes().all(|b| b.is_ascii_digit()) =>
            {
                format!("-{site}")
            }
            _ => {
                return Err(IdentError::format(
                    "only 号 and the number of the site may follow",
                    "其后只能是“号”和网站序号",
                ));
            }
        };
        Ok(Self {
            code: format!("{head}{mark}{serial}号{site}"),
        })
    }

    /// The number without that of the site: one company's match key.
    pub fn company_key(&self) -> &str {
        self.code.split_once('-').map_or(&self.code, |parts| parts.0)
    }

    /// Nothing is remarkable about a filing number.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let key = self.company_key();
        let head = key.chars().next().unwrap_or(' ');
        let rest = &key[head.len_utf8()..];
        let place = province::of_abbreviation(head).unwrap_or("");
        let mut parts = vec![Part::new(("province", "省份"), head, place, place)];
        for (mark, label) in KINDS {
            let Some(serial) = rest.strip_prefix(mark) else {
                continue;
            };
            let digits = serial.trim_end_matches('号');
            let office = if digits.len() == 14 {
                region::full_name(&digits[..6])
            } else {
                None
            };
            let (en, zh) = office.map_or(("serial".to_owned(), "编号".to_owned()), |name| (name.clone(), name));
            parts.push(Part::new(("kind", "类别"), mark, label.en, label.zh));
            parts.push(Part::new(("serial", "编号"), digits, en, zh));
        }
        if let Some((_, site)) = self.code.split_once('-') {
            parts.push(Part::new(
                ("site", "网站序号"),
                site,
                "which of the company's sites",
                "该主体的第几个网站",
            ));
        }
        parts
    }

    /// No check character: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

const PROVINCE: Text = Text::new("province", "省份简称");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        let cases = [
            ("京ICP备12345678号-1", "京ICP备12345678号-1"),
            ("粤icp备 2020012345 号", "粤ICP备2020012345号"),
            ("京ICP证030173号", "京ICP证030173号"),
            ("京公网安备 11010502030143号", "京公网安备11010502030143号"),
            ("沪ICP备12345678", "沪ICP备12345678号"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                Icp::parse(text).map(|icp| icp.to_string()),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
        assert_eq!(
            Icp::parse("京ICP备12345678号-1").unwrap().company_key(),
            "京ICP备12345678号"
        );
        assert_eq!(
            Icp::parse("京公网安备11010502030143号").unwrap().explain()[2].meaning_zh,
            "北京市朝阳区"
        );
        let cases = [
            ("", "length"),
            ("日ICP备12345678号", "component"),
            ("京ICP备123号", "component"),
            ("京备12345678号", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(Icp::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }
}
