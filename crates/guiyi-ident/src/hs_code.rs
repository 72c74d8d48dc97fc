//! Customs commodity code (海关商品编码, HS): 10 digits, or 13 with the three of inspection; dots as in `8517.13.0000` are dropped.
//!
//! Chapter 2, heading 4, subheading 6: the Harmonized System 2022 of the World Customs Organization; 8 the Chinese
//! tariff line, 10 the statistical code, 13 the inspection code. There is no check digit and no table below the
//! chapters here (`dictionaries/product/SOURCE.md` says why), so a valid code is one of the right shape.
//! Law: a code of 9 or 12 digits has lost its first zero in a number field; that is its only repair.

use std::sync::LazyLock;

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{Ascii, DIGITS_ONLY, all_digits, compact, is_filler, read, text_value, wrong_length};
use crate::warning::Warning;

const LENGTH: &str = "10 or 13";

/// A commodity code of either length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HsCode {
    code: Ascii<13>,
}

text_value!(HsCode, display);

/// Chapter and its name.
static CHAPTERS: LazyLock<Vec<(&'static str, Text)>> = LazyLock::new(|| {
    let text = include_str!("../../../dictionaries/product/hs_chapter.tsv");
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        Some((cells.next()?, Text::new(cells.next()?, cells.next()?)))
    };
    text.lines().skip(1).filter_map(row).collect()
});

impl HsCode {
    /// Reads a code.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = read_dotted(text)?;
        let bytes = code.bytes();
        if !matches!(bytes.len(), 10 | 13) {
            return Err(wrong_length(bytes, LENGTH));
        }
        if !all_digits(bytes) {
            return Err(DIGITS_ONLY);
        }
        if is_filler(bytes) {
            return Err(IdentError::Placeholder);
        }
        if chapter(&code.as_str()[..2]).is_none() {
            return Err(IdentError::component(
                Text::new("chapter", "章"),
                "no such chapter",
                "没有这一章",
            ));
        }
        if &bytes[2..4] == b"00" {
            return Err(IdentError::component(
                Text::new("heading", "品目"),
                "headings begin with 01",
                "品目从 01 开始",
            ));
        }
        Ok(Self { code })
    }

    /// The six digits that all countries share.
    pub fn subheading(&self) -> &str {
        &self.as_str()[..6]
    }

    /// No form has a check digit.
    pub fn warnings(&self) -> Vec<Warning> {
        vec![Warning::NoCheck]
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let code = self.as_str();
        let name = chapter(&code[..2]).unwrap_or(Text::new("", ""));
        let mut parts = vec![
            Part::new(("chapter", "章"), &code[..2], name.en, name.zh),
            Part::new(("heading", "品目"), &code[2..4], "heading of the chapter", "章下品目"),
            Part::new(
                ("subheading", "子目"),
                &code[4..6],
                "shared by all countries to here",
                "至此为国际通用六位",
            ),
            Part::new(("tariff line", "本国子目"), &code[6..8], "Chinese tariff", "中国税则"),
            Part::new(
                ("statistics", "统计细分"),
                &code[8..10],
                "Chinese statistics",
                "海关统计细分",
            ),
        ];
        if code.len() == 13 {
            parts.push(Part::new(
                ("inspection", "检验检疫"),
                &code[10..],
                "inspection and quarantine",
                "检验检疫细分",
            ));
        }
        parts
    }

    /// The code with the zero that a number field lost; empty when the text is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        let candidate = format!("0{}", compact(text).replace('.', ""));
        let lost = matches!(candidate.len(), 10 | 13) && Self::parse(&candidate).is_ok();
        if lost { vec![candidate] } else { Vec::new() }
    }
}

/// Reads digits with dots between them; another text with dots is left to the plain reader to refuse.
fn read_dotted(text: &str) -> Result<Ascii<13>, IdentError> {
    if text.contains(['.', '．']) && text.chars().all(|c| !c.is_ascii_alphabetic()) {
        read(&text.replace(['.', '．'], ""), LENGTH)
    } else {
        read(text, LENGTH)
    }
}

fn chapter(digits: &str) -> Option<Text> {
    CHAPTERS.iter().find(|row| row.0 == digits).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for (text, canonical) in [
            ("8517130000", "8517130000"),
            ("8517.13.0000", "8517130000"),
            ("8517.1300.00", "8517130000"),
            ("0101210010", "0101210010"),
            ("8517130000101", "8517130000101"),
        ] {
            let code = HsCode::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(code.as_str(), canonical);
            assert_eq!(
                code.explain().iter().map(|part| part.text.as_str()).collect::<String>(),
                canonical
            );
        }
        let cases = [
            ("85171300", "length"),
            ("7701000000", "component"),
            ("8500130000", "component"),
            ("851713000A", "format"),
            ("8.5171E+9", "destroyed"),
            ("0000000000", "placeholder"),
        ];
        for (text, code) in cases {
            assert_eq!(HsCode::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
    }

    #[test]
    fn a_lost_zero_is_repaired() {
        assert_eq!(HsCode::suggestions("101210010"), ["0101210010"]);
        assert!(HsCode::suggestions("8517130000").is_empty());
    }
}
