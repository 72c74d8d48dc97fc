//! Code of the tax classification of goods and services (商品和服务税收分类编码): 19 digits, printed on every invoice.
//!
//! Ten levels: one digit, then nine of two; a level of zeros is none, and below it all are zeros.
//! Source of the shape: notice of the State Taxation Administration no. 23 of 2016. There is no check digit, and no full
//! table here (`dictionaries/product/SOURCE.md`), so a valid code is one of the right shape.
//! Law: a code without its trailing zeros has one repair, the padded one.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const LENGTH: &str = "19";

/// A classification code of 19 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaxClassification {
    code: Ascii<19>,
}

text_value!(TaxClassification, display);

/// English and Chinese names of the ten levels, from the top.
const LEVELS: [(&str, &str); 10] = [
    ("part", "篇"),
    ("class", "类"),
    ("chapter", "章"),
    ("section", "节"),
    ("article", "条"),
    ("paragraph", "款"),
    ("item", "项"),
    ("heading", "目"),
    ("subheading", "子目"),
    ("detail", "细目"),
];

impl TaxClassification {
    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read::<19>(text, LENGTH)?;
        let bytes = code.bytes();
        if bytes.len() != 19 {
            return Err(wrong_length(bytes, LENGTH));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if part(bytes[0]).is_none() {
            return Err(IdentError::component(
                Text::new("part", "篇"),
                "only 1 to 6 occur",
                "只有 1 至 6",
            ));
        }
        let mut levels = bytes[1..].chunks(2);
        if levels.by_ref().any(|level| level == b"00") && levels.any(|level| level != b"00") {
            return Err(IdentError::component(
                Text::new("hierarchy", "层级"),
                "digits below a level that is empty",
                "空层级之下还有编码",
            ));
        }
        Ok(Self { code })
    }

    /// How many of the ten levels are given, 1 to 10.
    pub fn depth(&self) -> usize {
        1 + self.code.bytes()[1..]
            .chunks(2)
            .take_while(|level| *level != b"00")
            .count()
    }

    /// The code of the level above, or `None` at the top.
    pub fn parent(&self) -> Option<Self> {
        let depth = self.depth();
        (depth > 1).then(|| {
            let mut bytes = [b'0'; 19];
            let kept = 2 * depth - 3;
            bytes[..kept].copy_from_slice(&self.code.bytes()[..kept]);
            Self {
                code: Ascii::full(bytes),
            }
        })
    }

    /// The form has no check digit.
    pub fn warnings(&self) -> Vec<Warning> {
        vec![Warning::NoCheck]
    }

    /// What every level says; the padding stands in the last part.
    pub fn explain(&self) -> Vec<Part> {
        let (code, depth) = (self.as_str(), self.depth());
        let mut parts = Vec::with_capacity(depth + 1);
        for (level, name) in LEVELS.iter().enumerate().take(depth) {
            let at = if level == 0 { 0..1 } else { 2 * level - 1..2 * level + 1 };
            let label = match level {
                0 => part(code.as_bytes()[0]),
                1 => class(&code[..3]),
                _ => None,
            };
            let label = label.unwrap_or(Text::new("of this level", "本级编码"));
            parts.push(Part::new(*name, &code[at], label.en, label.zh));
        }
        if depth < 10 {
            parts.push(Part::new(
                ("padding", "补零"),
                &code[2 * depth - 1..],
                "not divided further",
                "不再细分",
            ));
        }
        parts
    }

    /// The code with its trailing zeros; empty when the text is valid, or does not end at a level.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text);
        if !(3..19).contains(&code.len())
            || code.len().is_multiple_of(2)
            || !all_digits(code.as_bytes())
            || is_filler(code.as_bytes())
        {
            return Vec::new();
        }
        let candidate = format!("{code:0<19}");
        if Self::parse(&candidate).is_ok() {
            vec![candidate]
        } else {
            Vec::new()
        }
    }
}

/// The first level.
fn part(digit: u8) -> Option<Text> {
    Some(match digit {
        b'1' => Text::new("goods", "货物"),
        b'2' => Text::new("processing and repair", "劳务"),
        b'3' => Text::new("services", "销售服务"),
        b'4' => Text::new("intangible assets", "无形资产"),
        b'5' => Text::new("real estate", "不动产"),
        b'6' => Text::new("no sale, not taxed", "未发生销售行为的不征税项目"),
        _ => return None,
    })
}

/// The groups of services, as the rules of the value-added tax list them.
fn class(head: &str) -> Option<Text> {
    Some(match head {
        "301" => Text::new("transport", "交通运输服务"),
        "302" => Text::new("postal services", "邮政服务"),
        "303" => Text::new("telecommunication", "电信服务"),
        "304" => Text::new("modern services", "现代服务"),
        "305" => Text::new("construction", "建筑服务"),
        "306" => Text::new("financial services", "金融服务"),
        "307" => Text::new("services of daily life", "生活服务"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels() {
        let code = TaxClassification::parse("3040203000000000000").unwrap();
        assert_eq!(code.depth(), 4);
        let parents: Vec<String> = std::iter::successors(code.parent(), TaxClassification::parent)
            .map(|parent| parent.to_string())
            .collect();
        assert_eq!(
            parents,
            ["3040200000000000000", "3040000000000000000", "3000000000000000000"]
        );
        let parts = code.explain();
        assert_eq!(parts[1].meaning_zh, "现代服务");
        assert_eq!(
            parts.iter().map(|part| part.text.as_str()).collect::<String>(),
            code.as_str()
        );
        let deepest = TaxClassification::parse("1090511030101010101").unwrap();
        assert_eq!((deepest.depth(), deepest.explain().len()), (10, 10));
    }

    #[test]
    fn refused_and_padded() {
        let cases = [
            ("304020300000000000", "length"),
            ("3040003000000000000", "component"),
            ("9040203000000000000", "component"),
            ("304020300000000000A", "format"),
            ("3.0402E+18", "destroyed"),
        ];
        for (text, code) in cases {
            assert_eq!(
                TaxClassification::parse(text).map_err(|error| error.code()),
                Err(code),
                "{text}"
            );
        }
        assert_eq!(TaxClassification::suggestions("3040203"), ["3040203000000000000"]);
        assert!(TaxClassification::suggestions("304020").is_empty());
        assert!(TaxClassification::suggestions("3040203000000000000").is_empty());
    }
}
