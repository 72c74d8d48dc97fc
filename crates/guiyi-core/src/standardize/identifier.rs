//! Credit codes, resident IDs, bank accounts, bank branch numbers, article numbers and postcodes in compact form:
//! ASCII width, upper case, no separators. Whether they are valid is the business of the validate room.
//!
//! Law: nothing is repaired here but what a spreadsheet adds or drops with certainty; what it destroyed is held back.

use std::borrow::Cow;

use super::change::Change;
use super::text::{Style, clean};
use crate::dictionary::ElementKind;

/// Brings an identifier to its compact form.
pub(super) fn standardize(text: &str, kind: ElementKind) -> Option<Change> {
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        && !text.is_empty()
    {
        return match kind {
            ElementKind::Postcode => pad_postcode(text, text),
            _ => is_rounded(text, kind).then(Change::destroyed),
        };
    }
    let cleaned: Cow<'_, str> = if text.is_ascii() {
        text.into()
    } else {
        clean(text, Style::Name).into()
    };
    if is_destroyed(&cleaned) {
        return Some(Change::destroyed());
    }
    let mut compact = without_separators(&cleaned);
    if !compact.is_ascii() {
        // What stood apart may compose now that nothing stands between.
        compact = without_separators(&clean(&compact, Style::Name));
    }
    if let Some(whole) = compact.strip_suffix(".0").or_else(|| compact.strip_suffix(".00"))
        && whole.bytes().all(|byte| byte.is_ascii_digit())
    {
        compact.truncate(whole.len());
    }
    if kind == ElementKind::Postcode
        && let Some(change) = pad_postcode(text, &compact)
    {
        return Some(change);
    }
    // What stood between the signs of a number may have hidden it.
    if is_destroyed(&compact) || is_rounded(&compact, kind) {
        return Some(Change::destroyed());
    }
    Change::to(text, compact)
}

/// Whether a spreadsheet kept only the first 15 of 18 figures: they end with three zeros, and the check fails.
fn is_rounded(text: &str, kind: ElementKind) -> bool {
    if text.len() != 18 || !text.ends_with("000") || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    match kind {
        ElementKind::ResidentId => guiyi_ident::resident_id::ResidentId::parse(text).is_err(),
        ElementKind::CreditCode => guiyi_ident::credit_code::CreditCode::parse(text).is_err(),
        _ => false,
    }
}

fn without_separators(text: &str) -> String {
    text.chars()
        .filter(|character| !matches!(character, ' ' | '-' | '\'' | '\t' | '\n' | '\r' | '_' | '"' | '=' | ','))
        .map(|character| character.to_ascii_uppercase())
        .collect()
}

/// A postcode that lost its leading zero; codes from 010000 to 070000 exist, none begins with 00.
fn pad_postcode(received: &str, compact: &str) -> Option<Change> {
    let lost = compact.len() == 5
        && compact.bytes().all(|b| b.is_ascii_digit())
        && (b'1'..=b'7').contains(&compact.as_bytes()[0]);
    if lost {
        Change::repaired(received, format!("0{compact}"))
    } else {
        None
    }
}

/// Whether a spreadsheet wrote the number as `1.10105E+17`, whose last digits are gone.
pub(super) fn is_destroyed(text: &str) -> bool {
    let text = text.trim_matches(|character: char| character.is_whitespace() || character == '\'');
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let Some(power) = exponent.strip_prefix('+') else {
        return false;
    };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    whole.len() == 1 && digits(whole) && digits(fraction) && digits(power)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;
    use crate::record::Origin;

    fn check(kind: ElementKind, text: &str, expected: Option<&str>) {
        let after = match standardize(text, kind).map(|change| change.value) {
            None | Some(Value::Kept) => Some(text.to_owned()),
            Some(Value::Set(value)) => Some(value),
            Some(Value::Null) => None,
        };
        assert_eq!(after.as_deref(), expected, "{text:?}");
    }

    #[test]
    fn compacts() {
        use ElementKind::{BankAccount, Cnaps, CreditCode, Gtin, Postcode, ResidentId};
        check(CreditCode, "91 440300 1922038216x", Some("914403001922038216X"));
        check(
            CreditCode,
            "９１４４０３００１９２２０３８２１６",
            Some("914403001922038216"),
        );
        check(CreditCode, "'914403001922038216", Some("914403001922038216"));
        check(CreditCode, "19220382-1", Some("192203821"));
        check(CreditCode, "9.1440E+17", None);
        check(ResidentId, "11010519491231002x", Some("11010519491231002X"));
        check(ResidentId, "1.10105E+17", None);
        check(ResidentId, "110105194912310000", None);
        check(CreditCode, "914403001922038000", None);
        check(BankAccount, "6217 0031 1549 9074 448", Some("6217003115499074448"));
        check(Cnaps, "102100099996.0", Some("102100099996"));
        check(Gtin, "6901234567892", Some("6901234567892"));
        check(Postcode, "50000", Some("050000"));
        check(Postcode, "518057 ", Some("518057"));
    }

    #[test]
    fn a_lost_zero_is_a_repair() {
        assert_eq!(
            standardize("50000", ElementKind::Postcode).unwrap().origin,
            Origin::Repaired
        );
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[ 0-9A-Za-zＡ１.'E+-]{0,20}", any in any::<String>()) {
            for kind in [ElementKind::CreditCode, ElementKind::Postcode] {
                for text in [&text, &any] {
                    if let Some(Value::Set(once)) = standardize(text, kind).map(|change| change.value) {
                        prop_assert_eq!(standardize(&once, kind), None);
                    }
                }
            }
        }
    }
}
