//! Resident identity number (公民身份号码), GB 11643-1999, and its 15-digit form of before 1999.
//!
//! Region (6), birth date (8), sequence (3, odd for men), ISO 7064 MOD 11-2 check character.
//! Numbers were first issued in 1984 and keep the region of the place and year of issue. Hence the region rule:
//! a code never used is an error, and one abolished before the number can have been issued is a warning.
//! No clock here: a birth date in the future shows only where the caller gives today's date.

use crate::check_digit::mod_11_2;
use crate::date::{self, Date};
use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::text::{
    Ascii, DIGITS_ONLY, ROUNDED, all_digits, compact, is_filler, is_rounded, number, read, text_value, wrong_length,
};
use crate::warning::Warning;
use crate::{region, suggest};

const LENGTH: &str = "18 or 15";
/// The year in which the first numbers were issued.
const FIRST_ISSUE: u16 = 1984;

/// A valid resident number of 18 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResidentId {
    code: Ascii<18>,
}

/// The sex that an odd or even sequence number states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// Odd sequence.
    Male,
    /// Even sequence.
    Female,
}

text_value!(ResidentId, display);

impl ResidentId {
    /// Reads a number of 18 characters, or of 15 digits, which is converted: `19` before the year, check appended.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = eighteen(text)?;
        let bytes = code.bytes();
        if bytes[0] > b'7' {
            return Err(IdentError::component(
                REGION,
                "81 to 83 and 9 begin residence permits, not resident numbers",
                "81 至 83 及 9 开头的是居住证或外国人永久居留身份证，不是居民身份证",
            ));
        }
        if region::kind(std::str::from_utf8(&bytes[..6]).expect("digits")).is_none() {
            return Err(IdentError::component(
                REGION,
                "this code was never used",
                "该代码从未启用",
            ));
        }
        Ok(Self { code })
    }

    /// As [`parse`](Self::parse), and the birth date may not lie after `today` (year, month, day).
    pub fn parse_on(text: &str, today: (i32, u8, u8)) -> Result<Self, IdentError> {
        let id = Self::parse(text)?;
        if id.born_after(today) {
            return Err(IdentError::component(date::BIRTH, "lies in the future", "晚于今天"));
        }
        Ok(id)
    }

    /// Whether the birth date lies after the given day (year, month, day).
    pub fn born_after(&self, day: (i32, u8, u8)) -> bool {
        let (year, month, of_month) = self.birth_date();
        (i32::from(year), month, of_month) > day
    }

    /// Year, month and day of birth.
    pub fn birth_date(&self) -> Date {
        date::of_digits(&self.code.bytes()[6..14])
    }

    /// The sex the sequence states.
    pub fn sex(&self) -> Sex {
        sex(self.code.bytes())
    }

    /// The region code of the place of issue.
    pub fn region(&self) -> &str {
        &self.as_str()[..6]
    }

    /// A region abolished before the number can have been issued, or a zone.
    pub fn warnings(&self) -> Vec<Warning> {
        let issued = self.birth_date().0.max(FIRST_ISSUE);
        match region::kind(self.region()) {
            Some(region::RegionKind::Zone) => vec![Warning::RegionIsZone],
            _ if !region::in_force_since(self.region(), issued) => vec![Warning::RegionNotInForce],
            _ => Vec::new(),
        }
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let mut parts = vec![Part::region(self.region())];
        parts.extend(person_parts(self.as_str()));
        parts
    }

    /// Valid numbers one slip away from the text; empty when it is valid, or destroyed.
    pub fn suggestions(text: &str) -> Vec<String> {
        suggestions(text, |candidate| Self::parse(candidate).is_ok())
    }
}

const REGION: Text = Text::new("region", "行政区划");

/// The sex stated by the seventeenth digit.
pub(crate) fn sex(bytes: &[u8]) -> Sex {
    if bytes[16] % 2 == 1 { Sex::Male } else { Sex::Female }
}

/// Birth date, sequence and check character of an 18-character number.
pub(crate) fn person_parts(code: &str) -> Vec<Part> {
    let (year, month, day) = date::of_digits(&code.as_bytes()[6..14]);
    let (en, zh) = if sex(code.as_bytes()) == Sex::Male {
        ("male", "男")
    } else {
        ("female", "女")
    };
    vec![
        Part::new(
            ("birth date", "出生日期"),
            &code[6..14],
            format!("{year:04}-{month:02}-{day:02}"),
            format!("{year}年{month}月{day}日"),
        ),
        Part::new(("sequence", "顺序码"), &code[14..17], en, zh),
        Part::check(&code[17..], "ISO 7064 MOD 11-2"),
    ]
}

/// Repairs of a number whose last digits are not lost.
pub(crate) fn suggestions(text: &str, valid: impl Fn(&str) -> bool) -> Vec<String> {
    let code = compact(text);
    if is_rounded(code.as_bytes()) {
        Vec::new()
    } else {
        suggest::repairs(&code, valid)
    }
}

/// Reads 18 characters with a fitting check and an existing birth date; 15 digits are converted first.
pub(crate) fn eighteen(text: &str) -> Result<Ascii<18>, IdentError> {
    let mut code = read::<18>(text, LENGTH)?;
    if code.bytes().len() == 15 && all_digits(code.bytes()) {
        if is_filler(code.bytes()) {
            return Err(IdentError::Placeholder);
        }
        code = lengthen(code.bytes());
    }
    let bytes = code.bytes();
    if bytes.len() != 18 {
        return Err(wrong_length(bytes, LENGTH));
    }
    if !all_digits(&bytes[..17]) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
        return Err(DIGITS_ONLY);
    }
    let check = mod_11_2(&bytes[..17]);
    if bytes[17] != check {
        return Err(misfit(bytes, check));
    }
    date::judge(&bytes[6..14])?;
    Ok(code)
}

#[cold]
fn misfit(bytes: &[u8], check: u8) -> IdentError {
    if is_filler(bytes) {
        IdentError::Placeholder
    } else if is_rounded(bytes) {
        ROUNDED
    } else {
        IdentError::checksum(bytes[17], check)
    }
}

/// 15 digits to 18: `19` before the year, check character at the end.
fn lengthen(old: &[u8]) -> Ascii<18> {
    let mut new = [0; 18];
    new[..6].copy_from_slice(&old[..6]);
    new[6..8].copy_from_slice(b"19");
    new[8..17].copy_from_slice(&old[6..15]);
    new[17] = mod_11_2(&new[..17]);
    debug_assert!(number(&new[..6]) > 0 || old[..6] == *b"000000");
    Ascii::new(&new).expect("18 ASCII characters")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<&str, &str>) {
        let read = ResidentId::parse(text);
        assert_eq!(
            read.as_ref().map(ResidentId::as_str).map_err(IdentError::code),
            expected,
            "{text}"
        );
    }

    #[test]
    fn accepted_and_refused() {
        check("11010519491231002X", Ok("11010519491231002X")); // the example of GB 11643-1999, sum 167
        check("11010519491231002x", Ok("11010519491231002X"));
        check("'110105 19491231 002X", Ok("11010519491231002X"));
        check("130503670401001", Ok("130503196704010016"));
        check("110105194912310021", Err("checksum"));
        check("110105194912310000", Err("destroyed"));
        check("1.10105E+17", Err("destroyed"));
        check("111111111111111111", Err("placeholder"));
        check("111111111111111", Err("placeholder"));
        check("11010519491231002", Err("length"));
        check("1101051949123100AX", Err("format"));
        check("张三", Err("format"));
        check("81000019900307151X", Err("component")); // a residence permit
        check("911398199012310021", Err("component"));
    }

    #[test]
    fn dates_and_regions() {
        for (body, good) in [
            ("11010519490229001", false), // 1949 was no leap year
            ("11010520000229001", true),
            ("11010519001332001", false),
            ("11010518991231001", false),
            ("99999919491231002", false),
            ("10000019491231002", false),
        ] {
            let text = format!("{body}{}", char::from(mod_11_2(body.as_bytes())));
            check(&text, if good { Ok(text.as_str()) } else { Err("component") });
        }
    }

    #[test]
    fn a_person_born_before_the_city_reform_is_valid() {
        // 320520 was a county of Suzhou prefecture until 1983; a number was issued from 1984 on.
        let with_check = |body: &str| format!("{body}{}", char::from(mod_11_2(body.as_bytes())));
        let born_early = ResidentId::parse(&with_check("11010519400101001")).unwrap();
        assert!(born_early.warnings().is_empty());
        let abolished = ResidentId::parse(&with_check("37120220200101001")).unwrap(); // 莱城区, abolished 2018
        assert_eq!(abolished.warnings(), [Warning::RegionNotInForce]);
        let in_time = ResidentId::parse(&with_check("37120220100101001")).unwrap();
        assert!(in_time.warnings().is_empty());
    }

    #[test]
    fn parts_and_today() {
        let id = ResidentId::parse("11010519491231002X").unwrap();
        assert_eq!(id.birth_date(), (1949, 12, 31));
        assert_eq!(id.sex(), Sex::Female);
        assert!(id.born_after((1949, 12, 30)));
        assert!(!id.born_after((1949, 12, 31)));
        assert!(ResidentId::parse_on("11010519491231002X", (1940, 1, 1)).is_err());
        let parts = id.explain();
        assert_eq!(parts[0].meaning_zh, "北京市朝阳区");
        assert_eq!(
            parts.iter().map(|part| part.text.as_str()).collect::<String>(),
            "11010519491231002X"
        );
    }

    #[test]
    fn one_repair_fits() {
        assert_eq!(ResidentId::suggestions("1101O519491231002X"), ["11010519491231002X"]);
        assert_eq!(ResidentId::suggestions("11010519491213002X"), ["11010519491231002X"]);
        assert!(ResidentId::suggestions("110105194912310000").is_empty());
    }
}
