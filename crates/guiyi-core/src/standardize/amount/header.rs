//! Units that a column's header names: `注册资本(万元)`, `净重(KG)`.

use rust_decimal::Decimal;

use super::super::text::{Style, clean};
use super::super::unit;

/// The text without the unit behind its figures, if that is the unit with this code.
pub(super) fn without_unit<'a>(text: &'a str, code: &str) -> &'a str {
    let end = text
        .rfind(|character: char| character.is_ascii_digit())
        .map_or(0, |at| at + 1);
    let (figures, rest) = text.split_at(end);
    if unit::find(rest).is_some_and(|unit| unit.code == code) {
        figures
    } else {
        text
    }
}

/// The code of the unit that a header names in brackets or behind a stroke: `净重(KG)`.
pub(in crate::standardize) fn header_measure(header: &str) -> Option<&'static str> {
    let header = clean(header, Style::Name);
    let inner = header.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let name = inner
        .map(|parts| parts.1)
        .or_else(|| header.rsplit_once('/').map(|parts| parts.1))?;
    unit::find(name).map(|unit| unit.code)
}

/// The factor that a header names, such as 10000 for `注册资本(万元)`; 1 if it names none.
pub(in crate::standardize) fn header_unit(header: &str) -> Decimal {
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
