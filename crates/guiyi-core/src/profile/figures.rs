//! Numbers and dates in their plain forms, read fast enough to be tried on every value of every column.
//!
//! Plain is what needs no look at the rest of the column: a decimal with or without thousands separators, currency sign
//! and minus; a date with the year first. All other forms are left to the standardize room, which sees a sample.

use jiff::civil::Date;

/// Forms of a date with the year first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateForm {
    /// `2024-03-05`.
    Dashes,
    /// `2024/3/5`.
    Slashes,
    /// `2024.03.05`.
    Dots,
    /// `20240305`.
    Compact,
    /// `2024年3月5日`.
    Chinese,
}

impl DateForm {
    /// All forms.
    pub const ALL: [Self; 5] = [Self::Dashes, Self::Slashes, Self::Dots, Self::Compact, Self::Chinese];

    /// The form, as people write it down.
    pub fn name(self) -> &'static str {
        match self {
            Self::Dashes => "YYYY-MM-DD",
            Self::Slashes => "YYYY/MM/DD",
            Self::Dots => "YYYY.MM.DD",
            Self::Compact => "YYYYMMDD",
            Self::Chinese => "YYYY年MM月DD日",
        }
    }
}

/// Reads a plain number; the nearest double, for statistics only.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if text.is_empty() || text.len() > 32 {
        return None;
    }
    let text = text.strip_prefix(['￥', '¥', '$']).map_or(text, str::trim_start);
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text),
    };
    let (mut whole, mut scale) = (0_u64, 0_u32);
    let (mut n_digits, mut in_fraction, mut since_comma) = (0_u32, false, None);
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => {
                n_digits += 1;
                if n_digits > 18 {
                    return None;
                }
                whole = whole * 10 + u64::from(byte - b'0');
                scale += u32::from(in_fraction);
                since_comma = since_comma.map(|n| n + 1);
            }
            b'.' if !in_fraction && since_comma.is_none_or(|n| n == 3) => (in_fraction, since_comma) = (true, None),
            b',' if !in_fraction && n_digits > 0 && since_comma.is_none_or(|n| n == 3) => since_comma = Some(0),
            _ => return None,
        }
    }
    if n_digits == 0 || n_digits == scale && !text.starts_with('.') || since_comma.is_some_and(|n| n != 3) {
        return None;
    }
    Some(sign * whole as f64 / 10_f64.powi(scale.cast_signed()))
}

/// Reads a plain date, with or without a time behind it.
pub(super) fn date(text: &str) -> Option<(Date, DateForm)> {
    let text = text.trim();
    let bytes = text.as_bytes();
    if !(8..=40).contains(&bytes.len()) || !bytes[..4].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (form, [after_year, after_month, after_day]) = match bytes[4] {
        b'-' => (DateForm::Dashes, ["-", "-", ""]),
        b'/' => (DateForm::Slashes, ["/", "/", ""]),
        b'.' => (DateForm::Dots, [".", ".", ""]),
        b'0'..=b'9' => (DateForm::Compact, ["", "", ""]),
        _ => (DateForm::Chinese, ["年", "月", "日"]),
    };
    let width = if form == DateForm::Compact { 2..=2 } else { 1..=2 };
    let (year, rest) = figures(text, 4..=4)?;
    let (month, rest) = figures(rest.strip_prefix(after_year)?, width.clone())?;
    let (day, rest) = figures(rest.strip_prefix(after_month)?, width)?;
    let rest = rest.strip_prefix(after_day)?;
    if !rest.is_empty() && (form == DateForm::Compact || !is_time(rest)) {
        return None;
    }
    let date = Date::new(year as i16, month as i8, day as i8).ok()?;
    (1800..=2200).contains(&date.year()).then_some((date, form))
}

fn figures(text: &str, width: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let end = text.bytes().take(*width.end()).take_while(u8::is_ascii_digit).count();
    if end < *width.start() {
        return None;
    }
    let (figures, rest) = text.split_at(end);
    Some((figures.parse().ok()?, rest))
}

fn is_time(text: &str) -> bool {
    let time = text.trim_start_matches([' ', 'T']);
    time.len() < text.len()
        && time.contains(':')
        && time
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'+' | b'-' | b'Z'))
}

/// Days since 1 January 1970; dates of statistics are such numbers.
pub(super) fn day_number(date: Date) -> f64 {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    date.duration_since(EPOCH).as_hours() as f64 / 24.0
}

/// The date of a day number, rounded down.
pub(super) fn date_of(day: f64) -> Option<Date> {
    const EPOCH: Date = jiff::civil::date(1970, 1, 1);
    EPOCH
        .checked_add(jiff::SignedDuration::from_hours(day.floor() as i64 * 24))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |text: &str, expected: Option<f64>| assert_eq!(number(text), expected, "{text}");
        check("12", Some(12.0));
        check(" -1,234.50 ", Some(-1234.5));
        check("￥1,234,567", Some(1_234_567.0));
        check("0.1", Some(0.1));
        check(".5", Some(0.5));
        for text in [
            "",
            "-",
            ".",
            "1,23",
            "1,2345",
            "1.2.3",
            "12,",
            "1.2万",
            "0755-26013388",
            "1e5",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn dates() {
        let check = |text: &str, expected: Option<(&str, DateForm)>| {
            let found = date(text).map(|(date, form)| (date.to_string(), form));
            assert_eq!(found, expected.map(|(date, form)| (date.to_owned(), form)), "{text}");
            if let Some((date, _)) = date(text) {
                assert_eq!(date_of(day_number(date)), Some(date));
            }
        };
        check("2024-03-05", Some(("2024-03-05", DateForm::Dashes)));
        check("2024-03-05T00:00:00+08:00", Some(("2024-03-05", DateForm::Dashes)));
        check("2024/3/5 12:30", Some(("2024-03-05", DateForm::Slashes)));
        check("2024.3.5", Some(("2024-03-05", DateForm::Dots)));
        check("19491001", Some(("1949-10-01", DateForm::Compact)));
        check("2024年3月5日", Some(("2024-03-05", DateForm::Chinese)));
        for text in [
            "2024-02-30",
            "20241301",
            "2024-3",
            "202403051",
            "2024-03-05abc",
            "0755-26-01",
            "2024年深圳市",
        ] {
            check(text, None);
        }
    }
}
