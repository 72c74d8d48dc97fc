//! Mainland fixed line: area code and local number, `010-65529988`, with an extension where one is written.
//!
//! The area codes and the lengths of their local numbers are in `dictionaries/region/area_code.tsv`.
//! Laws: the zero of the area code may be missing; vanity numbers such as 88888888 are real;
//! an abolished code is kept with a warning and its successor named; a local number alone is refused,
//! since the city decides it. Cells with several numbers are split before this.

use std::fmt;
use std::sync::LazyLock;

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{
    Ascii, DIGITS_ONLY, SCIENTIFIC, all_digits, compact, half_width, is_filler, is_quote, is_scientific, is_separator,
    text_value,
};
use crate::warning::Warning;

const LENGTH: &str = "10 to 12";

/// A fixed line; `as_str` is `010-65529988`, `Display` adds ` ext 8001`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Landline {
    code: Ascii<13>,
    area: &'static AreaCode,
    extension: Option<Ascii<6>>,
}

text_value!(Landline);

/// One area code of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AreaCode {
    /// With its zero: `010`, `0755`.
    pub code: &'static str,
    /// Whether local numbers of 7 digits exist.
    pub seven: bool,
    /// Whether local numbers of 8 digits exist.
    pub eight: bool,
    /// The cities, in Chinese, separated by `、`; empty for an abolished code.
    pub place: &'static str,
    /// The code that took over, when this one was abolished.
    pub successor: Option<&'static str>,
}

static AREA_CODES: LazyLock<Vec<AreaCode>> = LazyLock::new(|| {
    include_str!("../../../dictionaries/region/area_code.tsv")
        .lines()
        .skip(1)
        .filter_map(area_code_row)
        .collect()
});

fn area_code_row(line: &'static str) -> Option<AreaCode> {
    let mut cells = line.split('\t');
    let (code, lengths, place, successor) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    let successor = (!successor.is_empty()).then_some(successor);
    let any = successor.is_some();
    Some(AreaCode {
        code,
        seven: any || lengths.contains('7'),
        eight: any || lengths.contains('8'),
        place,
        successor,
    })
}

/// The area code with its zero, or `None` when there is none such. `010` and `0755` are found, `10` and `755` are not.
pub fn area_code(code: &str) -> Option<&'static AreaCode> {
    let table: &'static [AreaCode] = &AREA_CODES;
    table
        .binary_search_by(|row| row.code.cmp(code))
        .ok()
        .map(|found| &table[found])
}

impl fmt::Display for Landline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.extension() {
            None => f.pad(self.as_str()),
            Some(extension) => f.pad(&format!("{} ext {extension}", self.as_str())),
        }
    }
}

impl Landline {
    /// Reads a number, with its extension after `ext`, `转`, `分机` or a hyphen.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        if let Some((area, local)) = plain(text).filter(|(area, _)| area_code(area).is_some()) {
            return assemble(area, local, None);
        }
        let (number, extension) = split(text);
        let extension = match extension {
            None => None,
            Some(digits) if (1..=6).contains(&digits.len()) && all_digits(digits.as_bytes()) => {
                Ascii::new(digits.as_bytes())
            }
            Some(_) => {
                return Err(IdentError::component(
                    EXTENSION,
                    "one to six digits",
                    "应为 1 至 6 位数字",
                ));
            }
        };
        let digits = national(&number);
        if !all_digits(digits.as_bytes()) {
            return Err(if is_scientific(&compact(text)) {
                SCIENTIFIC
            } else {
                DIGITS_ONLY
            });
        }
        if is_filler(digits.as_bytes()) {
            return Err(IdentError::Placeholder);
        }
        if !(9..=12).contains(&digits.len()) {
            return Err(IdentError::Length {
                found: digits.len(),
                expected: LENGTH,
            });
        }
        let digits = if digits.starts_with('0') {
            digits.to_owned()
        } else {
            format!("0{digits}")
        };
        let (area, local) = digits.split_at(area_width(&digits));
        assemble(area, local, extension)
    }

    /// The area code.
    pub fn area(&self) -> &'static AreaCode {
        self.area
    }

    /// The extension, one to six digits, or `None`.
    pub fn extension(&self) -> Option<&str> {
        self.extension.as_ref().map(Ascii::as_str)
    }

    /// An abolished area code.
    pub fn warnings(&self) -> Vec<Warning> {
        if self.area().successor.is_some() {
            vec![Warning::AreaCodeAbolished]
        } else {
            Vec::new()
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let area = self.area();
        let (en, zh) = match area.successor {
            Some(successor) => (
                format!("abolished, now {successor}"),
                format!("已撤销，现为 {successor}"),
            ),
            None => (area.place.to_owned(), area.place.to_owned()),
        };
        let local = self.as_str().split_once('-').map_or("", |parts| parts.1);
        let mut parts = vec![
            Part::new(("area code", "区号"), area.code, en, zh),
            Part::new(
                ("local number", "本地号码"),
                local,
                format!("{} digits", local.len()),
                format!("{} 位", local.len()),
            ),
        ];
        parts.extend(
            self.extension()
                .map(|digits| Part::new(("extension", "分机"), digits, "extension", "分机号")),
        );
        parts
    }

    /// Phones have no check digit: nothing can be repaired for certain.
    pub fn suggestions(_text: &str) -> Vec<String> {
        Vec::new()
    }
}

const EXTENSION: Text = Text::new("extension", "分机");
const LOCAL: Text = Text::new("local number", "本地号码");
const LOCAL_LENGTH: IdentError =
    IdentError::component(LOCAL, "its length does not fit the area code", "位数与区号不符");
const LOCAL_FIRST: IdentError =
    IdentError::component(LOCAL, "no local number begins with 0 or 1", "本地号码不以 0 或 1 开头");

/// The two halves of `0755-26013388` or `075526013388`, as most cells have it: read without allocation.
fn plain(text: &str) -> Option<(&str, &str)> {
    let (area, local) = match text.split_once('-') {
        Some(halves) => halves,
        None => text.split_at_checked(area_width(text))?,
    };
    let shaped = matches!(area.len(), 3 | 4) && area.starts_with('0') && matches!(local.len(), 7 | 8);
    (shaped && all_digits(area.as_bytes()) && all_digits(local.as_bytes()) && !area.starts_with("00"))
        .then_some((area, local))
}

/// Digits of the area code at the head of a number: `01x` and `02x` have three, the others four.
fn area_width(digits: &str) -> usize {
    if digits.starts_with("01") || digits.starts_with("02") {
        3
    } else {
        4
    }
}

/// Area code and local number, both digits and neither empty, judged together.
fn assemble(area: &str, local: &str, extension: Option<Ascii<6>>) -> Result<Landline, IdentError> {
    let Some(area) = area_code(area) else {
        return Err(IdentError::component(
            Text::new("area code", "区号"),
            "no such area code",
            "没有这个区号",
        ));
    };
    let fits = matches!((local.len(), area.seven, area.eight), (7, true, _) | (8, _, true));
    if !fits {
        return Err(LOCAL_LENGTH);
    }
    if matches!(local.as_bytes()[0], b'0' | b'1') {
        return Err(LOCAL_FIRST);
    }
    let mut code = [0; 13];
    let hyphen = area.code.len();
    let end = hyphen + 1 + local.len();
    code[..hyphen].copy_from_slice(area.code.as_bytes());
    code[hyphen] = b'-';
    code[hyphen + 1..end].copy_from_slice(local.as_bytes());
    Ascii::new(&code[..end])
        .map(|code| Landline { code, area, extension })
        .ok_or(LOCAL_LENGTH)
}

/// The digits of the number without separators, and the digits of the extension.
fn split(text: &str) -> (String, Option<String>) {
    let text: String = text
        .chars()
        .map(half_width)
        .filter(|&c| !is_quote(c))
        .collect::<String>()
        .to_ascii_lowercase();
    let marks = ["转", "轉", "分机", "ext", "x", "#"];
    let mark = marks.iter().filter_map(|mark| text.find(mark)).min();
    if let Some(at) = mark {
        let (number, rest) = text.split_at(at);
        let digits = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        return (strip(number), Some(strip(digits)));
    }
    // `010-65529988-8001`: two hyphens, and more digits before the last than an area code has.
    let hyphens: Vec<usize> = text
        .char_indices()
        .filter(|&(_, c)| c == '-' || (is_separator(c) && !c.is_whitespace()))
        .map(|(at, _)| at)
        .collect();
    if let Some(&last) = hyphens.last() {
        let (number, rest) = (strip(&text[..last]), strip(&text[last..]));
        if number.len() >= 9 && (1..=6).contains(&rest.len()) && Landline::parse(&number).is_ok() {
            return (number, Some(rest));
        }
    }
    (strip(&text), None)
}

fn strip(text: &str) -> String {
    text.chars()
        .filter(|&c| !is_separator(c) && !matches!(c, '(' | ')' | '+' | '.' | ':'))
        .collect()
}

/// Drops a country code.
fn national(digits: &str) -> &str {
    let rest = digits
        .strip_prefix("0086")
        .or_else(|| digits.strip_prefix("86").filter(|rest| rest.len() >= 9));
    rest.unwrap_or(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        let cases = [
            ("010-65529988", "010-65529988"),
            ("(010)6552 9988-8001", "010-65529988 ext 8001"),
            ("（０１０）６５５２９９８８", "010-65529988"),
            ("+86 10 65529988", "010-65529988"),
            ("0086-010-65529988", "010-65529988"),
            ("755-26013388", "0755-26013388"),
            ("0755-26013388转8001", "0755-26013388 ext 8001"),
            ("0755-26013388 分机：8001", "0755-26013388 ext 8001"),
            ("0310-8012345", "0310-8012345"),
            ("010-65529988 ext 8001", "010-65529988 ext 8001"),
            ("0565-2345678", "0565-2345678"),
            ("01088888888", "010-88888888"),
            ("0106-5529988", "010-65529988"),
        ];
        for (text, expected) in cases {
            let read = Landline::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(read.to_string(), expected, "{text}");
            assert_eq!(Landline::parse(expected), Ok(read), "format then parse on {text}");
        }
        assert_eq!(
            Landline::parse("0565-2345678").unwrap().warnings(),
            [Warning::AreaCodeAbolished]
        );
        assert_eq!(Landline::parse("0310-8012345").unwrap().area().place, "河北省邯郸市");
    }

    #[test]
    fn refused() {
        let cases = [
            ("65529988", "length"),
            ("010-6552998", "component"),
            ("0310-80123456", "component"),
            ("0999-12345678", "component"),
            ("0300-1234567", "component"),
            ("13800138000", "component"),
            ("010-65529988转abc", "component"),
            ("010-11111111", "component"),
            ("没有", "format"),
            ("", "placeholder-or-length"),
        ];
        for (text, code) in cases {
            let found = Landline::parse(text).map_err(|error| error.code());
            assert!(found.is_err(), "{text}: {found:?}");
            assert!(code.contains(found.unwrap_err()), "{text}: {found:?}");
        }
    }
}
