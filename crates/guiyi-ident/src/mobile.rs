//! Mainland mobile number: 11 digits, or 13 for connected devices, judged by its segment.
//!
//! Since numbers became portable (2019-12-01) a segment says which operator issued it, not which one serves it.
//! Laws: `86`, `+86`, `0086` and a zero before the number are dropped; filler such as `13800000000` is a placeholder.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::suggest;
use crate::text::{
    Ascii, DIGITS_ONLY, SCIENTIFIC, all_digits, compact, half_width, is_filler, is_quote, is_scientific, is_separator,
    text_value,
};
use crate::warning::Warning;

const LENGTH: &str = "11 or 13";

/// A mainland mobile number in an assigned segment; `as_str` is the national number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mobile {
    code: Ascii<13>,
}

text_value!(Mobile, display);

/// Who issued the segment, and for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment {
    /// The issuing operator; for a virtual operator the network it runs on.
    pub operator: Text,
    /// The use of the segment.
    pub usage: Usage,
}

/// What a segment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Usage {
    /// Ordinary subscribers.
    Subscriber,
    /// Subscribers of a virtual operator.
    Virtual,
    /// Satellite and emergency communication.
    Satellite,
    /// Connected devices.
    Things,
}

const MOBILE: Text = Text::new("China Mobile", "中国移动");
const UNICOM: Text = Text::new("China Unicom", "中国联通");
const TELECOM: Text = Text::new("China Telecom", "中国电信");
const BROADNET: Text = Text::new("China Broadnet", "中国广电");
const MIIT: Text = Text::new("emergency communication", "应急通信");

impl Mobile {
    /// Reads a number; separators, brackets, a country code and a zero before the number are dropped.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let mut digits = [0_u8; 18];
        let mut len = 0;
        for c in text.chars() {
            let c = half_width(c);
            if !c.is_ascii_digit() {
                if is_separator(c) || matches!(c, '(' | ')' | '.') || (len == 0 && (c == '+' || is_quote(c))) {
                    continue;
                }
                return Err(odd(text));
            }
            if len < digits.len() {
                digits[len] = c as u8;
            }
            len += 1;
        }
        if len > digits.len() {
            return Err(IdentError::Length {
                found: len,
                expected: LENGTH,
            });
        }
        let number = national(&digits[..len]);
        let n_digits = number.len();
        if !matches!(n_digits, 11 | 13) {
            return Err(if is_filler(number) {
                IdentError::Placeholder
            } else {
                IdentError::Length {
                    found: n_digits,
                    expected: LENGTH,
                }
            });
        }
        let Some(segment) = segment(number) else {
            return Err(if is_filler(number) {
                IdentError::Placeholder
            } else {
                UNASSIGNED
            });
        };
        if segment.usage != Usage::Things && number[3..].iter().all(|&b| b == b'0') {
            return Err(IdentError::Placeholder);
        }
        Ok(Self {
            code: Ascii::new(number).expect("11 or 13 digits"),
        })
    }

    /// The issuing operator and the use of the segment.
    pub fn segment(&self) -> Segment {
        segment(self.code.bytes()).expect("the segment was found when the number was read")
    }

    /// A virtual operator, or a connected device.
    pub fn warnings(&self) -> Vec<Warning> {
        match self.segment().usage {
            Usage::Virtual => vec![Warning::VirtualOperator],
            Usage::Things => vec![Warning::InternetOfThings],
            Usage::Subscriber | Usage::Satellite => Vec::new(),
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let Segment { operator, usage } = self.segment();
        let (en, zh) = match usage {
            Usage::Subscriber => ("", ""),
            Usage::Virtual => (", virtual operator", "，虚拟运营商"),
            Usage::Satellite => (", satellite or emergency", "，卫星或应急"),
            Usage::Things => (", connected devices", "，物联网"),
        };
        let (head, tail) = self.as_str().split_at(3);
        vec![
            Part::new(
                ("segment", "号段"),
                head,
                format!("issued by {}{en}; it may have moved since", operator.en),
                format!("{}{zh}号段，可能已携号转网", operator.zh),
            ),
            Part::new(("subscriber", "用户号码"), tail, "subscriber number", "用户号码"),
        ]
    }

    /// Valid numbers one slip away from the text; empty when it is valid.
    /// A phone number has no check digit, so only letters taken for digits are repaired, never digits swapped.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text);
        if all_digits(code.as_bytes()) {
            return Vec::new();
        }
        suggest::repairs(&code, |candidate| {
            all_digits(candidate.as_bytes()) && Self::parse(candidate).is_ok()
        })
    }
}

const UNASSIGNED: IdentError = IdentError::component(
    Text::new("segment", "号段"),
    "not assigned to mobile numbers",
    "不是已分配的手机号段",
);

#[cold]
fn odd(text: &str) -> IdentError {
    if is_scientific(&compact(text)) {
        SCIENTIFIC
    } else {
        DIGITS_ONLY
    }
}

/// Drops `0086`, `86` and a lost-separator zero, where what remains has the length of a mobile number.
fn national(digits: &[u8]) -> &[u8] {
    for prefix in [&b"0086"[..], b"86", b"0"] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            let rest = if rest.len() == 12 {
                rest.strip_prefix(b"0").unwrap_or(rest)
            } else {
                rest
            };
            if matches!(rest.len(), 11 | 13) && rest[0] == b'1' {
                return rest;
            }
        }
    }
    digits
}

/// The segment table: operators' assignments, agreeing with libphonenumber's metadata of 2026-07 on 11-digit numbers
/// except 148, 149, 1749 and the device segments, which it leaves out on purpose.
fn segment(number: &[u8]) -> Option<Segment> {
    use Usage::{Satellite, Subscriber, Things, Virtual};
    let prefix = |n: usize| crate::text::number(&number[..n]);
    let (operator, usage) = if number.len() == 13 {
        match (prefix(3), prefix(4), prefix(5)) {
            (146, ..) | (_, _, 10_646) => (UNICOM, Things),
            (148, ..) | (_, 1_440 | 1_441, _) | (_, _, 10_647 | 10_648) => (MOBILE, Things),
            (_, 1_410, _) | (_, _, 10_649) => (TELECOM, Things),
            _ => return None,
        }
    } else {
        match prefix(3) {
            134 if number[3] == b'9' => (TELECOM, Satellite),
            134..=139 | 147 | 150..=152 | 157..=159 | 172 | 178 | 182..=184 | 187 | 188 | 195 | 197 | 198 => {
                (MOBILE, Subscriber)
            }
            148 => (MOBILE, Things),
            165 => (MOBILE, Virtual),
            170 => match number[3] {
                b'0'..=b'2' => (TELECOM, Virtual),
                b'3' | b'5' | b'6' => (MOBILE, Virtual),
                _ => (UNICOM, Virtual),
            },
            130..=132 | 145 | 155 | 156 | 166 | 175 | 176 | 185 | 186 | 196 => (UNICOM, Subscriber),
            146 => (UNICOM, Things),
            167 | 171 => (UNICOM, Virtual),
            133 | 149 | 153 | 173 | 177 | 180 | 181 | 189 | 190 | 191 | 193 | 199 => (TELECOM, Subscriber),
            162 => (TELECOM, Virtual),
            174 => match prefix(5) {
                17_400..=17_405 => (TELECOM, Satellite),
                17_406..=17_412 => (MIIT, Satellite),
                17_490..=17_499 => (Text::new("maritime satellite", "海事卫星"), Satellite),
                _ => return None,
            },
            192 => (BROADNET, Subscriber),
            161 if number[3] == b'0' => (BROADNET, Subscriber),
            _ => return None,
        }
    };
    Some(Segment { operator, usage })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_number() {
        for text in [
            "13800138000",
            "+86 138-0013-8000",
            "0086 13800138000",
            "8613800138000",
            "+86 (0)138 0013 8000",
            "１３８００１３８０００",
            "013800138000",
            "'13800138000",
            "138.0013.8000",
        ] {
            assert_eq!(
                Mobile::parse(text).map(|m| m.to_string()),
                Ok("13800138000".to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn segments() {
        let cases = [
            ("13800138000", "中国移动", Usage::Subscriber),
            ("13491234567", "中国电信", Usage::Satellite),
            ("17001234567", "中国电信", Usage::Virtual),
            ("17091234567", "中国联通", Usage::Virtual),
            ("16512345678", "中国移动", Usage::Virtual),
            ("19212345678", "中国广电", Usage::Subscriber),
            ("16101234567", "中国广电", Usage::Subscriber),
            ("1440123456789", "中国移动", Usage::Things),
            ("1064812345678", "中国移动", Usage::Things),
            ("17490123456", "海事卫星", Usage::Satellite),
        ];
        for (text, operator, usage) in cases {
            let segment = Mobile::parse(text)
                .unwrap_or_else(|error| panic!("{text}: {error}"))
                .segment();
            assert_eq!((segment.operator.zh, segment.usage), (operator, usage), "{text}");
        }
    }

    #[test]
    fn refused() {
        let cases = [
            ("15412345678", "component"),
            ("19412345678", "component"),
            ("11111111111", "placeholder"),
            ("13800000000", "placeholder"),
            ("12345678901", "placeholder"),
            ("1380013800", "length"),
            ("138001380001", "length"),
            ("13800138000/13900139000", "format"),
            ("1380013800O", "format"),
            ("1.38E+10", "destroyed"),
            ("", "length"),
            ("无", "format"),
        ];
        for (text, code) in cases {
            assert_eq!(Mobile::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
        assert_eq!(Mobile::suggestions("1380013800O"), ["13800138000"]);
        assert!(Mobile::suggestions("15412345678").is_empty());
    }
}
