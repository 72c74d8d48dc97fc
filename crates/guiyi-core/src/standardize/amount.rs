//! Amounts of money in yuan and plain numbers, as exact decimals.
//!
//! Canonical: no sign but a minus, no separators; an amount has two places, more only where it was given more exactly; a
//! number has no trailing zeros. Currency words, legal numerals, 万 and 亿, accounting negatives and the unit of the header are read.
//! Law: the unit of the header counts only for values as received, so that a second run changes nothing.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::change::Change;
use super::identifier::is_destroyed;
use super::numeral;
use super::text::{Style, clean};

/// Brings an amount to its canonical form; `unit` is that of the column's header, 1 if it names none.
pub(super) fn standardize(text: &str, unit: Decimal) -> Option<Change> {
    if unit == Decimal::ONE && is_canonical(text, 2) {
        return None;
    }
    // Whole yuan written with their fen, the commonest form of all.
    if unit == Decimal::ONE
        && let Some(whole) = text.strip_suffix(".00")
        && is_canonical(whole, 2)
    {
        return Change::to(text, whole.to_owned());
    }
    let cleaned = cleaned(text);
    if cleaned.is_empty() {
        return Change::to(text, String::new());
    }
    match parse(&cleaned, unit) {
        Some(value) => Change::to(text, written(value, 2)),
        None if is_destroyed(&cleaned) => Some(Change::destroyed()),
        None => Some(Change::unreadable("amount")),
    }
}

/// Brings a plain number to its canonical form.
pub(super) fn standardize_number(text: &str) -> Option<Change> {
    if is_canonical(text, 0) {
        return None;
    }
    let cleaned = cleaned(text);
    if cleaned.is_empty() {
        return Change::to(text, String::new());
    }
    let value = match cleaned.strip_suffix('%') {
        Some(percent) => signed(percent.trim_end(), plain).and_then(|value| value.checked_mul(Decimal::new(1, 2))),
        None => signed(&cleaned, |text| plain(text).or_else(|| numeral::amount(text))),
    };
    match value {
        Some(value) => Change::to(text, written(value, 0)),
        None if is_destroyed(&cleaned) => Some(Change::destroyed()),
        None => Some(Change::unreadable("number")),
    }
}

/// The factor that a header names, such as 10000 for `注册资本(万元)`; 1 if it names none.
pub(super) fn header_unit(header: &str) -> Decimal {
    let header = clean(header, Style::Name);
    let Some(rest) = header.trim_end_matches([')', ']', ' ']).strip_suffix('元') else {
        return Decimal::ONE;
    };
    let factor = [
        ("百万", 1_000_000),
        ("千万", 10_000_000),
        ("亿", 100_000_000),
        ("万", 10_000),
        ("千", 1_000),
        ("百", 100),
    ];
    let found = factor.into_iter().find(|(word, _)| rest.ends_with(word));
    found.map_or(Decimal::ONE, |(_, factor)| Decimal::from(factor))
}

fn cleaned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        text.trim_matches([' ', '\t', '\'']).into()
    } else {
        clean(text, Style::Name).into()
    }
}

/// Whether the text is canonical; `places` is the number of places that a fraction has at least.
fn is_canonical(text: &str, places: usize) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let no_leading_zero = !whole.is_empty() && (whole.len() == 1 || !whole.starts_with('0'));
    let short = text.len() <= 28;
    if !(short && no_leading_zero && figures(whole) && figures(fraction)) {
        return false;
    }
    if text.starts_with('-') && !digits.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return false;
    }
    match fraction.len() {
        0 => places == 0 && whole.len() == digits.len(),
        length if length == places => true,
        length => length > places && !fraction.ends_with('0'),
    }
}

/// The canonical form of a value, with at least `places` places.
fn written(value: Decimal, places: u32) -> String {
    let mut value = value.normalize();
    if value.is_zero() {
        value = Decimal::ZERO;
    }
    if value.scale() < places {
        value.rescale(places);
    }
    value.to_string()
}

fn parse(text: &str, unit: Decimal) -> Option<Decimal> {
    signed(text, |text| {
        let (bare, currency) = without_currency(text)?;
        if let Some(value) = plain(bare) {
            return if currency == Currency::Yuan {
                Some(value)
            } else {
                value.checked_mul(unit)
            };
        }
        // A numeral with its own unit says all; `五百` in a column of 万元 does not.
        let value = numeral::amount(bare)?;
        let whole = currency == Currency::Yuan || bare.contains(['万', '萬', '亿', '億', '元', '圆', '圓', '角', '分']);
        if whole { Some(value) } else { value.checked_mul(unit) }
    })
}

/// Reads the sign around a number: accounting brackets, a triangle, a minus before or behind.
fn signed(text: &str, number: impl Fn(&str) -> Option<Decimal>) -> Option<Decimal> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        return number(inner.trim()).map(|value| -value.abs());
    }
    if let Some(inner) = text.strip_prefix(['-', '△', '▲']).or_else(|| text.strip_prefix("负")) {
        return number(inner.trim()).map(|value| -value);
    }
    if let Some(inner) = text.strip_suffix('-') {
        return number(inner.trim()).map(|value| -value);
    }
    if let Some((sign, rest)) = text.split_once('-')
        && matches!(sign.trim(), "¥" | "RMB" | "CNY" | "人民币")
    {
        return number(rest.trim()).map(|value| -value);
    }
    number(text.strip_prefix('+').unwrap_or(text))
}

#[derive(PartialEq, Eq)]
enum Currency {
    /// No word of currency, or one that does not exclude the header's unit.
    Open,
    /// A trailing 元: the cell names its unit.
    Yuan,
}

/// The number without its currency; `None` for a foreign one.
fn without_currency(text: &str) -> Option<(&str, Currency)> {
    let mut bare = text;
    for word in ["人民币", "RMB", "CNY", "rmb", "cny", "¥", "￥"] {
        if let Some(rest) = bare.strip_prefix(word) {
            bare = rest.trim_start_matches([':', ' ']);
        }
        if let Some(rest) = bare.strip_suffix(word) {
            bare = rest.trim_end();
        }
    }
    let whole = bare.strip_suffix(['整', '正']).unwrap_or(bare);
    match whole.strip_suffix(['元', '圆']) {
        // Figures before 元: the number is plain. Otherwise the numerals read 元 themselves.
        Some(rest) if rest.ends_with(|last: char| last.is_ascii_digit()) => Some((rest.trim_end(), Currency::Yuan)),
        _ => (!bare.is_empty()).then_some((bare, Currency::Open)),
    }
}

fn plain(text: &str) -> Option<Decimal> {
    let text = text.trim();
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        .then(|| figures(text))
        .flatten()
}

/// Figures with separators: `1,234.50`, `1234.5`, `.5`, and `1.234,56` where both separators leave no doubt.
pub(super) fn figures(text: &str) -> Option<Decimal> {
    let comma = text.rfind(',');
    let point = text.rfind('.');
    match (comma, point) {
        (None, None) => decimal(text),
        (None, Some(at)) if text.find('.') == Some(at) => decimal(text),
        (None, Some(_)) => grouped(text, '.').and_then(|whole| decimal(&whole)),
        (Some(_), None) => grouped(text, ',').and_then(|whole| decimal(&whole)),
        (Some(comma), Some(point)) if comma < point => {
            let (whole, fraction) = text.split_at(point);
            decimal(&(grouped(whole, ',')? + fraction))
        }
        (Some(comma), Some(_)) => {
            let (whole, fraction) = text.split_at(comma);
            decimal(&format!("{}.{}", grouped(whole, '.')?, &fraction[1..]))
        }
    }
}

/// The digits of a number in groups of three.
fn grouped(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        whole.push_str(group);
    }
    ((1..=3).contains(&first.len()) && whole.bytes().all(|byte| byte.is_ascii_digit())).then_some(whole)
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let figures = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && !text.starts_with('.')) || fraction.is_empty() || !figures(whole) || !figures(fraction) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    fn after(text: &str, change: Option<Change>) -> Option<String> {
        match change.map(|change| change.value) {
            None | Some(Value::Kept) => Some(text.to_owned()),
            Some(Value::Set(value)) => Some(value),
            Some(Value::Null) => None,
        }
    }

    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(
            after(text, standardize(text, Decimal::ONE)).as_deref(),
            expected,
            "{text:?}"
        );
    }

    #[test]
    fn reads_amounts() {
        for (text, expected) in [
            ("￥1,234.50", "1234.50"),
            ("RMB 12,000", "12000.00"),
            ("CNY1234.5", "1234.50"),
            ("１２３４．５", "1234.50"),
            ("(1,234.00)", "-1234.00"),
            ("1,234.00-", "-1234.00"),
            ("-500元", "-500.00"),
            ("△500", "-500.00"),
            ("1.2万", "12000.00"),
            ("3.5亿", "350000000.00"),
            ("12万3千", "123000.00"),
            ("三百万元", "3000000.00"),
            ("50.00万", "500000.00"),
            ("1.234,56", "1234.56"),
            ("壹万贰仟叁佰元伍角整", "12300.50"),
            ("人民币贰佰捌拾叁圆整", "283.00"),
            ("500元整", "500.00"),
            ("0.00", "0.00"),
            ("-0", "0.00"),
            ("007", "7.00"),
            ("1234.567", "1234.567"),
            (" 12 ", "12.00"),
        ] {
            check(text, Some(expected));
        }
        for text in [
            "12,34",
            "约500",
            "USD 100",
            "1.10105E+17",
            "abc",
            "1-2",
            "99999999999999999999999999999999999",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn the_header_names_the_unit() {
        let unit = header_unit("注册资本（万元）");
        assert_eq!(unit, Decimal::from(10_000));
        for (text, expected) in [
            ("500", "5000000.00"),
            ("500万", "5000000.00"),
            ("5000000元", "5000000.00"),
            ("1,000.5", "10005000.00"),
        ] {
            assert_eq!(
                after(text, standardize(text, unit)).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(header_unit("注册资本"), Decimal::ONE);
        assert_eq!(header_unit("余额(亿元)"), Decimal::from(100_000_000));
    }

    #[test]
    fn reads_numbers() {
        for (text, expected) in [
            ("1.50", Some("1.5")),
            ("1,200", Some("1200")),
            ("15%", Some("0.15")),
            ("12个", None),
        ] {
            assert_eq!(after(text, standardize_number(text)).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[-(△￥]?[0-9,.]{0,9}[万亿元)整-]{0,2}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text, Decimal::ONE).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once, Decimal::ONE), None);
                }
                if let Some(Value::Set(once)) = standardize_number(text).map(|change| change.value) {
                    prop_assert_eq!(standardize_number(&once), None);
                }
            }
        }

        #[test]
        fn values_survive(fen in any::<i64>()) {
            let value = Decimal::new(fen, 2);
            let text = after("", standardize(&format!("{value:.2}"), Decimal::ONE).or(Change::to("", format!("{value:.2}")))).unwrap();
            prop_assert_eq!(text.parse::<Decimal>().unwrap(), value);
        }
    }
}
