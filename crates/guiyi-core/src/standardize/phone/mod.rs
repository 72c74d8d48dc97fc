//! Phone numbers of mainland China as people write them: labels, brackets, country codes, extensions, several in a cell.
//!
//! Canonical: mobile `13800138000`; landline `010-65529988` or `010-65529988-8001` with its extension; service and
//! local numbers as bare figures; foreign numbers `+` and figures. Of several numbers the first of the element's own
//! kind stays, the others go to empty phone elements. What is no number stays, cleaned, for the validate room.

mod read;

use super::change::{Aside, Change, Code, Value};
use super::text::{Style, clean};
use crate::dictionary::ElementKind;
use crate::record::Origin;

use read::{Line, Number, is_landline, is_mobile, numbers};

/// Readings after which a number is taken as it is.
const MOST_READINGS: usize = 3;

/// Brings a phone number to its canonical form; `kind` is mobile, landline or phone.
pub(super) fn standardize(text: &str, kind: ElementKind) -> Option<Change> {
    let mut change = read_once(text, kind)?;
    // With the noise gone, a number may be read further: `8(613000-000000` is 8613000000000, and that a mobile.
    for _ in 1..MOST_READINGS {
        let Value::Set(value) = &change.value else { break };
        let Some(next) = read_once(value, kind) else { break };
        change.value = next.value;
        change.asides.extend(next.asides);
    }
    let is_as_received = matches!(&change.value, Value::Set(value) if value == text);
    (!is_as_received).then_some(change)
}

fn read_once(text: &str, kind: ElementKind) -> Option<Change> {
    if is_mobile(text.as_bytes()) || is_landline(text) {
        return None;
    }
    let cleaned = clean(text, Style::Name);
    let mut numbers = numbers(&cleaned);
    if numbers.is_empty() {
        return Change::to(text, cleaned);
    }
    let own = match kind {
        ElementKind::Mobile => numbers.iter().position(|number| number.line == Line::Mobile),
        ElementKind::Landline => numbers.iter().position(|number| number.line == Line::Landline),
        _ => None,
    };
    let first = numbers.remove(own.unwrap_or(0));
    numbers.retain(|number| number.text != first.text);
    let mut change = Change::to(text, first.text)?;
    if first.repaired {
        change.origin = Origin::Repaired;
    }
    change.asides = numbers.into_iter().map(aside).collect();
    Some(change)
}

/// The first mobile number in a text of several facts, and the text around it.
pub(super) fn mobile_inside(text: &str) -> Option<(String, String)> {
    let is_figure = |character: char| character.is_ascii_digit();
    let start = text.find(is_figure)?;
    let end = text[start..]
        .find(|character| !is_figure(character))
        .map_or(text.len(), |length| start + length);
    let number = &text[start..end];
    let around = format!("{} {}", &text[..start], &text[end..]);
    is_mobile(number.as_bytes()).then(|| (number.to_owned(), around.trim().to_owned()))
}

/// A number for an empty phone element of its kind.
fn aside(number: Number) -> Aside {
    let kinds: &'static [ElementKind] = match number.line {
        Line::Mobile => &[ElementKind::Mobile, ElementKind::Phone],
        Line::Landline => &[ElementKind::Landline, ElementKind::Phone],
        Line::Other => &[ElementKind::Phone],
    };
    Aside {
        kinds,
        value: number.text,
        code: Code::FURTHER_VALUE,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(kind: ElementKind, text: &str, expected: &str, further: &[&str]) {
        let change = standardize(text, kind);
        let after = match change.as_ref().map(|change| &change.value) {
            Some(Value::Set(value)) => value.as_str(),
            _ => text,
        };
        assert_eq!(after, expected, "{text:?}");
        let asides: Vec<_> = change
            .iter()
            .flat_map(|change| &change.asides)
            .map(|aside| aside.value.as_str())
            .collect();
        assert_eq!(asides, further, "{text:?}");
    }

    #[test]
    fn reads_mobiles() {
        for text in [
            "13800138000",
            "+86 138-0013-8000",
            "+8613800138000",
            "0086-13800138000",
            "8613800138000",
            "１３８００１３８０００",
            "013800138000",
            "138 0013 8000",
            "T:13800138000",
            "13800138000.0",
            "13800138000(张经理)",
            "'13800138000",
            "电话：13800138000",
        ] {
            check(ElementKind::Mobile, text, "13800138000", &[]);
        }
    }

    #[test]
    fn reads_landlines() {
        for (text, expected) in [
            ("(010)6552 9988-8001", "010-65529988-8001"),
            ("010-65529988 ext 8001", "010-65529988-8001"),
            ("01065529988转8001", "010-65529988-8001"),
            ("01065529988", "010-65529988"),
            ("（0755）26013388", "0755-26013388"),
            ("755-26013388", "0755-26013388"),
            ("+86-755-26013388", "0755-26013388"),
            ("0755－26013388", "0755-26013388"),
            ("0755 2601 3388", "0755-26013388"),
            ("03102623388", "0310-2623388"),
            ("65529988", "65529988"),
            ("65529988-8001", "65529988-8001"),
            ("400-820-8820", "4008208820"),
            ("+1 650 253 0000", "+16502530000"),
            ("+44 (0)20 7946 0958", "+442079460958"),
            ("95588", "95588"),
            ("见名片", "见名片"),
            ("1380013800", "1380013800"),
        ] {
            check(ElementKind::Landline, text, expected, &[]);
        }
    }

    #[test]
    fn several_numbers_find_their_places() {
        check(
            ElementKind::Mobile,
            "13800138000/13900139000",
            "13800138000",
            &["13900139000"],
        );
        check(
            ElementKind::Mobile,
            "13800138000 13900139000",
            "13800138000",
            &["13900139000"],
        );
        check(
            ElementKind::Mobile,
            "010-65529988、13800138000",
            "13800138000",
            &["010-65529988"],
        );
        check(
            ElementKind::Landline,
            "13800138000；010-65529988",
            "010-65529988",
            &["13800138000"],
        );
        check(
            ElementKind::Phone,
            "010-65529988,0755-26013388",
            "010-65529988",
            &["0755-26013388"],
        );
        check(
            ElementKind::Phone,
            "0755-26013388/89",
            "0755-26013388",
            &["0755-26013389"],
        );
        check(ElementKind::Phone, "0755-26013388/801", "0755-26013388", &[]);
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[+(]?[01348][0-9 )(-]{4,16}[x转/、T:]?[0-9-]{0,12}(\\.0)?", other in any::<String>()) {
            for kind in [ElementKind::Mobile, ElementKind::Landline, ElementKind::Phone] {
                for text in [&text, &other] {
                    if let Some(Value::Set(once)) = standardize(text, kind).map(|change| change.value) {
                        prop_assert_eq!(standardize(&once, kind), None);
                    }
                }
            }
        }
    }
}
