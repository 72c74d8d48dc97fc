//! Amounts of money in yuan and plain numbers, as exact decimals.
//!
//! Canonical: no sign but a minus, no separators; an amount has two places, more only where it was given more exactly; a
//! number has no trailing zeros. Currency words, legal numerals, 万 and 亿, accounting negatives and the unit of the header are read.
//! Law: the unit of the header counts only for values as received, so that a second run changes nothing.

mod column;
mod figures;
mod header;

use std::borrow::Cow;

use rust_decimal::Decimal;

pub use column::AmountHints;
pub(super) use figures::figures;
use header::without_unit;
pub(super) use header::{header_measure, header_unit};

use super::change::{Change, Code, Complaint};
use super::identifier::is_destroyed;
use super::numeral;
use super::text::{Style, clean};
use crate::finding::{Action, Fault, Severity};

/// What the column says of an amount as received; a value of ours is in yuan with a decimal point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AmountContext {
    /// The unit that the column's header names, 1 if it names none.
    pub(super) unit: Decimal,
    /// Whether fractions stand behind a comma.
    pub(super) decimal_comma: bool,
    /// Figures before the decimal sign up to which an amount may be in 万元.
    pub(super) mixed_below: Option<usize>,
}

impl AmountContext {
    /// Yuan with a decimal point.
    pub(super) const PLAIN: Self = Self {
        unit: Decimal::ONE,
        decimal_comma: false,
        mixed_below: None,
    };
}

/// Brings an amount to its canonical form.
pub(super) fn standardize(text: &str, context: &AmountContext) -> Option<Change> {
    let change = read(text, context);
    if let Some(limit) = context.mixed_below
        && text
            .bytes()
            .take_while(|byte| *byte != b'.')
            .filter(u8::is_ascii_digit)
            .count()
            <= limit
        && !text.contains(['万', '亿', '元'])
        && change.as_ref().is_none_or(|change| change.complaint.is_none())
    {
        return Some(change.unwrap_or_else(Change::kept).complaining(Complaint {
            severity: Severity::Warning,
            fault: Fault::Ambiguous,
            action: Action::Reported,
            code: Some(Code::MIXED_UNITS),
        }));
    }
    change
}

fn read(text: &str, context: &AmountContext) -> Option<Change> {
    let is_plain = context.unit == Decimal::ONE && !context.decimal_comma;
    if is_plain && is_canonical(text, 2) {
        return None;
    }
    // Whole yuan written with their fen, the commonest form of all.
    if is_plain
        && let Some(whole) = text.strip_suffix(".00")
        && is_canonical(whole, 2)
    {
        return Change::to(text, whole.to_owned());
    }
    let cleaned = cleaned(text);
    if cleaned.is_empty() {
        return Change::to(text, String::new());
    }
    match parse(&cleaned, context) {
        Some(value) => Change::to(text, written(value, 2)),
        None if is_destroyed(&cleaned) => Some(Change::destroyed()),
        None => Some(Change::unreadable("amount")),
    }
}

/// Brings a plain number to its canonical form; a unit behind it is read only if it is the one that the header names.
pub(super) fn standardize_number(text: &str, header_unit: Option<&str>) -> Option<Change> {
    if is_canonical(text, 0) {
        return None;
    }
    let cleaned = cleaned(text);
    if cleaned.is_empty() {
        return Change::to(text, String::new());
    }
    let bare = match header_unit {
        Some(unit) => without_unit(&cleaned, unit),
        None => &*cleaned,
    };
    let value = match bare.strip_suffix(['%', '‰']) {
        Some(share) => {
            let places = if bare.ends_with('%') { 2 } else { 3 };
            signed(share.trim_end(), |text| plain(text, false))
                .and_then(|value| value.checked_mul(Decimal::new(1, places)))
        }
        None => number(bare),
    };
    match value {
        Some(value) => Change::to(text, written(value, 0)),
        None if is_destroyed(&cleaned) => Some(Change::destroyed()),
        None => Some(Change::unreadable("number")),
    }
}

/// The number that a text writes, without separators and trailing zeros; `None` if it is none.
pub(super) fn number_text(text: &str) -> Option<String> {
    number(text).map(|value| written(value, 0))
}

fn number(text: &str) -> Option<Decimal> {
    signed(text, |text| plain(text, false).or_else(|| numeral::amount(text)))
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

fn parse(text: &str, context: &AmountContext) -> Option<Decimal> {
    let unit = context.unit;
    signed(text, |text| {
        let (bare, currency) = without_currency(text)?;
        if let Some(value) = plain(bare, context.decimal_comma) {
            return if currency == Currency::Yuan {
                Some(value)
            } else {
                value.checked_mul(unit)
            };
        }
        // `500w` and `5k` are how 万 and 千 are typed in a hurry.
        if let Some((figures, factor)) = bare
            .strip_suffix(['w', 'W'])
            .map(|rest| (rest, 10_000))
            .or_else(|| bare.strip_suffix(['k', 'K']).map(|rest| (rest, 1_000)))
        {
            return plain(figures, context.decimal_comma)?.checked_mul(Decimal::from(factor));
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

fn plain(text: &str, decimal_comma: bool) -> Option<Decimal> {
    let text = text.trim();
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b' ' | b'\''))
        .then(|| figures(text, decimal_comma))
        .flatten()
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
            after(text, standardize(text, &AmountContext::PLAIN)).as_deref(),
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
            ("1 234 567.89", "1234567.89"),
            ("1'234.50", "1234.50"),
            ("500W", "5000000.00"),
            ("12万元人民币", "120000.00"),
            ("￥1.5万元", "15000.00"),
            ("叁佰万圆整", "3000000.00"),
            ("负500", "-500.00"),
            ("1,234.56-", "-1234.56"),
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
                after(
                    text,
                    standardize(
                        text,
                        &AmountContext {
                            unit,
                            ..AmountContext::PLAIN
                        }
                    )
                )
                .as_deref(),
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
            ("5‰", Some("0.005")),
        ] {
            assert_eq!(
                after(text, standardize_number(text, None)).as_deref(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn the_column_decides_what_a_cell_leaves_open() {
        let mut hints = AmountHints::default();
        hints.see("1.234,56");
        hints.see("99,5");
        let context = AmountContext {
            decimal_comma: hints.has_decimal_comma(),
            ..AmountContext::PLAIN
        };
        for (text, expected) in [
            ("1.234", "1234.00"),
            ("12,34", "12.34"),
            ("1.234,56", "1234.56"),
            ("7", "7.00"),
        ] {
            assert_eq!(
                after(text, standardize(text, &context)).as_deref(),
                Some(expected),
                "{text}"
            );
        }
        assert_eq!(header_measure("净重(KG)"), Some("KG"));
        let weight = |text| after(text, standardize_number(text, Some("KG")));
        assert_eq!(weight("2.50公斤").as_deref(), Some("2.5"));
        assert_eq!(weight("500g"), None);
    }

    #[test]
    fn amounts_in_two_units_are_reported_and_kept() {
        let context = AmountContext {
            mixed_below: Some(4),
            ..AmountContext::PLAIN
        };
        let change = standardize("500.00", &context).unwrap();
        assert_eq!(
            (change.value, change.complaint.unwrap().fault),
            (Value::Kept, Fault::Ambiguous)
        );
        assert_eq!(standardize("5000000.00", &context), None);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[-(△￥]?[0-9,.]{0,9}[万亿元)整-]{0,2}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text, &AmountContext::PLAIN).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once, &AmountContext::PLAIN), None);
                }
                if let Some(Value::Set(once)) = standardize_number(text, None).map(|change| change.value) {
                    prop_assert_eq!(standardize_number(&once, None), None);
                }
            }
        }

        #[test]
        fn values_survive(fen in any::<i64>()) {
            let value = Decimal::new(fen, 2);
            let text = after("", standardize(&format!("{value:.2}"), &AmountContext::PLAIN).or(Change::to("", format!("{value:.2}")))).unwrap();
            prop_assert_eq!(text.parse::<Decimal>().unwrap(), value);
        }
    }
}
