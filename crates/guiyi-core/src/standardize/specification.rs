//! Specifications of things: free text with one form of the signs that people type in many.
//!
//! `φ Ø ∅ ⌀` become `Φ`; `*`, `x`, `X` and `＊` between measures become `×` without spaces; `mm2`, `mm^2`, `㎜²` and a
//! bare `平方` behind a cable's figure become `mm²`; `m3` becomes `m³`. Nothing else is touched: a specification is
//! compared by its parts, and a part that was guessed would join things that differ.

use super::change::Change;
use super::text::{Style, clean, is_clean};

/// Brings a specification to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    if is_clean(text, Style::Name) && !has_sign(text) {
        return None;
    }
    let mut specification = clean(text, Style::Name);
    // A sign that is written at last can stand beside one that was not: `2 x3*4`.
    for _ in 0..4 {
        let again = clean(&with_signs(&specification), Style::Name);
        if again == specification {
            break;
        }
        specification = again;
    }
    Change::to(text, specification)
}

/// Whether there may be a sign to write; `true` may also mean "not sure".
fn has_sign(text: &str) -> bool {
    text.contains(['*', 'x', 'X', '2', '3', '方']) || text.contains(['φ', 'Ø', 'ø', '∅', '⌀', '×', 'Φ', '^'])
}

fn with_signs(text: &str) -> String {
    let mut signed = String::with_capacity(text.len() + 4);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let behind = &rest[character.len_utf8()..];
        match character {
            'φ' | 'Ø' | 'ø' | '∅' | '⌀' | 'ϕ' | 'Φ' => {
                signed.push('Φ');
                rest = behind.trim_start();
                continue;
            }
            '*' | '×' | 'x' | 'X' | '✕' | '╳' if multiplies(&signed, character, behind) => {
                signed.truncate(signed.trim_end().len());
                signed.push('×');
                rest = behind.trim_start();
                continue;
            }
            '平' if ends_with_figure(&signed) => {
                if let Some((sign, length)) = square(rest) {
                    signed.push_str(sign);
                    rest = &rest[length..];
                    continue;
                }
            }
            'm' | 'c' | 'd' | 'k' | 'M' | 'C' if ends_with_figure(signed.trim_end()) => {
                if let Some((sign, length)) = power(rest) {
                    signed.truncate(signed.trim_end().len());
                    signed.push_str(sign);
                    rest = &rest[length..];
                    continue;
                }
            }
            _ => {}
        }
        signed.push(character);
        rest = behind;
    }
    signed
}

/// Whether a sign stands between two measures.
fn multiplies(before: &str, sign: char, behind: &str) -> bool {
    let before = before.trim_end();
    let next = behind.trim_start();
    if !next.starts_with(|c: char| c.is_ascii_digit() || c == 'Φ' || c == '.') && !next.starts_with(['φ', 'Ø', 'ø'])
    {
        return false;
    }
    let measure = before
        .strip_suffix("mm")
        .or_else(|| before.strip_suffix("MM"))
        .or_else(|| before.strip_suffix("cm"))
        .or_else(|| before.strip_suffix(['m', 'M', '"', '²', '°']))
        .unwrap_or(before);
    if !ends_with_figure(measure) {
        return false;
    }
    // A letter may belong to a model or to a hexadecimal number: `0x1F`, `S7-200X1` stays only with its hyphen.
    if sign.is_ascii_alphabetic() {
        let token = before.rsplit([' ', ',', ';', '/', '(', ')', '×']).next().unwrap_or("");
        return token != "0" && !token.contains('-');
    }
    true
}

fn ends_with_figure(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_digit())
}

/// `平方` as the unit of a cable's section, `平方毫米` and `平方米` as they are written in figures.
fn square(text: &str) -> Option<(&'static str, usize)> {
    let rest = text.strip_prefix("平方")?;
    for (word, sign) in [("毫米", "mm²"), ("mm", "mm²"), ("厘米", "cm²"), ("米", "m²")] {
        if rest.starts_with(word) {
            return Some((sign, "平方".len() + word.len()));
        }
    }
    let stands_alone = !rest.starts_with(|next: char| next.is_alphanumeric());
    stands_alone.then_some(("mm²", "平方".len()))
}

/// `mm2`, `mm^2`, `m3` behind a figure, at the end of a word.
fn power(text: &str) -> Option<(&'static str, usize)> {
    const POWERS: [(&str, &str); 16] = [
        ("mm^2", "mm²"),
        ("cm^2", "cm²"),
        ("m^2", "m²"),
        ("mm^3", "mm³"),
        ("cm^3", "cm³"),
        ("m^3", "m³"),
        ("mm2", "mm²"),
        ("cm2", "cm²"),
        ("m2", "m²"),
        ("mm3", "mm³"),
        ("cm3", "cm³"),
        ("m3", "m³"),
        ("MM2", "mm²"),
        ("MM²", "mm²"),
        ("dm3", "dm³"),
        ("km2", "km²"),
    ];
    let (word, sign) = POWERS.iter().find(|(word, _)| text.starts_with(word))?;
    let ends = !text[word.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '.');
    ends.then_some((*sign, word.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn writes_signs_in_one_form() {
        for (text, expected) in [
            ("φ12*30", "Φ12×30"),
            ("Ø 25 x 1.5 mm", "Φ25×1.5 mm"),
            ("∅8X20", "Φ8×20"),
            ("M8＊30", "M8×30"),
            ("100mm x 200mm", "100mm×200mm"),
            ("Φ12*Φ8", "Φ12×Φ8"),
            ("3*2.5平方", "3×2.5mm²"),
            ("YJV 4×25mm2", "YJV 4×25mm²"),
            ("10 ㎜²", "10 mm²"),
            ("2.5mm^2", "2.5mm²"),
            ("12m3", "12m³"),
            ("5平方米", "5m²"),
            ("0x1F", "0x1F"),
            ("S7-200X1", "S7-200X1"),
            ("RTX4090", "RTX4090"),
            ("DN50", "DN50"),
            ("平方公司", "平方公司"),
        ] {
            let after = match standardize(text).map(|change| change.value) {
                Some(Value::Set(value)) => value,
                _ => text.to_owned(),
            };
            assert_eq!(after, expected, "{text}");
            assert_eq!(standardize(&after), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[φØΦ0-9*xX× mc平方米²2.-]{0,14}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None, "{}", text);
                }
            }
        }
    }
}
