//! Masking: what may be seen of a value whose element is sensitive.
//!
//! Laws: what is not known to be harmless is hidden, so that an element that no dictionary has is hidden whole; at least
//! [`HIDDEN`] characters of a number stay hidden, or all of them; nothing but a name or a number shows any part.

use std::collections::BTreeMap;

use guiyi_core::dictionary::{Dictionary, ElementKind, EntityType, Sensitivity};

/// Fewest characters of a number that stay hidden while others show.
const HIDDEN: usize = 4;

/// Stands for a value that is hidden whole; says nothing of its length.
const WHOLE: &str = "***";

/// The dictionaries by which values are masked.
#[derive(Debug)]
pub(crate) struct Masks {
    dictionaries: BTreeMap<EntityType, Dictionary>,
}

/// How a value is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) is_masked: bool,
}

impl Masks {
    pub(crate) fn new(dictionaries: BTreeMap<EntityType, Dictionary>) -> Self {
        Self { dictionaries }
    }

    /// What may be seen of a value.
    pub(crate) fn show(&self, entity: Option<EntityType>, element: &str, value: String) -> Shown {
        let dictionary = entity.and_then(|entity| self.dictionaries.get(&entity));
        let element = dictionary.and_then(|dictionary| Some(&dictionary.elements[dictionary.position(element)?]));
        match element.map(|element| (element.sensitivity, element.kind)) {
            Some((Sensitivity::Public | Sensitivity::Internal, _)) => Shown {
                text: value,
                is_masked: false,
            },
            Some((Sensitivity::Sensitive, kind)) => Shown {
                text: mask(kind, &value),
                is_masked: true,
            },
            None => Shown {
                text: WHOLE.into(),
                is_masked: true,
            },
        }
    }
}

/// A value that is encrypted, and whose key the service does not have.
pub(crate) fn sealed() -> Shown {
    Shown {
        text: WHOLE.into(),
        is_masked: true,
    }
}

fn mask(kind: ElementKind, value: &str) -> String {
    match kind {
        ElementKind::PersonName => but(value, 1, 0, 1),
        ElementKind::ResidentId => but(value, 6, 4, HIDDEN),
        ElementKind::Mobile | ElementKind::Landline | ElementKind::Phone => but(value, 3, 4, HIDDEN),
        ElementKind::BankAccount => but(value, 4, 4, HIDDEN),
        _ => WHOLE.into(),
    }
}

/// A star for every character but the first `head` and the last `tail`, unless fewer than `hidden` would be left.
fn but(value: &str, head: usize, tail: usize, hidden: usize) -> String {
    let length = value.chars().count();
    if length < head + tail + hidden {
        return WHOLE.into();
    }
    let is_shown = |at: usize| at < head || at >= length - tail;
    value
        .chars()
        .enumerate()
        .map(|(at, character)| if is_shown(at) { character } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use guiyi_core::dictionary::shipped;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;

    #[test]
    fn values() {
        let masks = Masks::new(BTreeMap::from([(EntityType::Customer, shipped(EntityType::Customer))]));
        let check = |element: &str, value: &str, expected: &str| {
            let shown = masks.show(Some(EntityType::Customer), element, value.into());
            assert_eq!(shown.text, expected, "{element}");
            assert_eq!(shown.is_masked, value != expected, "{element}");
        };
        check("resident_id", "110101199001011237", "110101********1237");
        check("resident_id", "110101900101123", "110101*****1123");
        check("resident_id", "1234567890123", "***");
        check("mobile", "13800138001", "138****8001");
        check("mobile", "87654321", "***");
        check("bank_account", "6222021234567890123", "6222***********0123");
        check("bank_account", "12345678", "***");
        check("contact_name", "王小明", "王**");
        check("contact_name", "王", "***");
        check("contact_name", "", "***");
        check("email", "wang@example.com", "***");
        check("name", "杭州归一科技有限公司", "杭州归一科技有限公司");
        check("level", "A", "A");
        check("no_such_element", "secret", "***");
        for entity in [None, Some(EntityType::Supplier)] {
            assert_eq!(masks.show(entity, "name", "secret".into()).text, "***");
        }
    }

    proptest! {
        #[test]
        fn enough_stays_hidden(value in any::<String>(), kind in 0..ElementKind::ALL.len()) {
            let kind = ElementKind::ALL[kind];
            let masked = mask(kind, &value);
            let hidden = value.chars().zip(masked.chars()).filter(|(_, shown)| *shown == '*').count();
            let least = if kind == ElementKind::PersonName { 1 } else { HIDDEN };
            prop_assert!(masked == WHOLE || (hidden >= least && masked.chars().count() == value.chars().count()));
        }
    }
}
