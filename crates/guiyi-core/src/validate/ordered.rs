//! A value that can be compared with another of its kind: an exact decimal, a calendar date, or text.

use rust_decimal::Decimal;

use crate::dictionary::ElementKind;

/// A value in the order of its kind; values of different kinds have no order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Ordered<'a> {
    /// An amount or number.
    Decimal(Decimal),
    /// Year, month and day.
    Date(i16, i8, i8),
    /// Anything else, by code points.
    Text(&'a str),
}

impl<'a> Ordered<'a> {
    /// The canonical text of an element of this kind; `None` for an amount, number or date that is not canonical.
    pub(crate) fn read(text: &'a str, kind: ElementKind) -> Option<Self> {
        match kind {
            ElementKind::Amount | ElementKind::Number => short_decimal(text)
                .or_else(|| Decimal::from_str_exact(text).ok())
                .map(Self::Decimal),
            ElementKind::Date => date(text).map(|(year, month, day)| Self::Date(year, month, day)),
            _ => Some(Self::Text(text)),
        }
    }
}

/// A decimal of at most 18 figures without anything unusual, which is nearly every one; `None` may also mean "not sure".
fn short_decimal(text: &str) -> Option<Decimal> {
    let figures = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let (mut number, mut point) = (0_i64, None);
    for (at, byte) in figures.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() && at > 0 && at + 1 < figures.len() => point = Some(at),
            _ => return None,
        }
        if at > 17 {
            return None;
        }
    }
    let scale = point.map_or(0, |point| figures.len() - point - 1);
    let number = if figures.len() < text.len() { -number } else { number };
    (!figures.is_empty()).then(|| Decimal::new(number, scale as u32))
}

/// Reads `YYYY-MM-DD`, a day that exists.
fn date(text: &str) -> Option<(i16, i8, i8)> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().try_fold(0_i16, |sum, byte| {
            byte.is_ascii_digit().then(|| sum * 10 + i16::from(byte - b'0'))
        })
    };
    if bytes[4] != b'-' || bytes[7] != b'-' {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)? as i8, number(8, 10)? as i8);
    jiff::civil::Date::new(year, month, day)
        .ok()
        .map(|_| (year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_decimals_are_the_exact_ones() {
        for text in [
            "0",
            "-0",
            "1.10",
            "-12345.67",
            "000.5",
            "123456789012345678",
            "1.",
            ".5",
            "-",
            "",
            "1-",
            "1.2.3",
        ] {
            let short = short_decimal(text);
            assert!(short.is_none() || short == Decimal::from_str_exact(text).ok(), "{text}");
        }
    }

    #[test]
    fn read() {
        let date = |text| Ordered::read(text, ElementKind::Date);
        assert_eq!(date("2024-02-29"), Some(Ordered::Date(2024, 2, 29)));
        for text in [
            "2023-02-29",
            "2024-2-9",
            "2024/02/29",
            "",
            "二〇二四",
            "9999-99-99",
            "+024-01-01",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
        let amount = |text| Ordered::read(text, ElementKind::Amount);
        assert!(amount("9.5") < amount("10") && amount("1.10") == amount("1.1") && amount("-2") < amount("-1"));
        for text in ["", "1,000", "1e5", "九", "1.2.3"] {
            assert_eq!(amount(text), None, "{text}");
        }
        assert!(Ordered::read("b", ElementKind::Text) > Ordered::read("a", ElementKind::Code));
    }
}
