//! Which share of a column's values each kind accepts, judged on the column's sample by the rooms that will read it.
//!
//! A value is accepted if the standardize room can bring it to the kind's canonical form and, where the form has a
//! check, the identifier library finds it valid; so a profile promises nothing that a run would not keep.

use std::sync::Arc;

use guiyi_ident::Kind;

use crate::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use crate::record::Batch;
use crate::rulebook::{Mistake, Rulebook, Source};
use crate::standardize::place::Level;
use crate::standardize::{self, address, organization_name, person_name};

/// Kinds of elements that values are tried as.
pub(super) const TRIED: [ElementKind; 17] = [
    ElementKind::CreditCode,
    ElementKind::ResidentId,
    ElementKind::Mobile,
    ElementKind::Landline,
    ElementKind::Phone,
    ElementKind::Email,
    ElementKind::Cnaps,
    ElementKind::Gtin,
    ElementKind::Postcode,
    ElementKind::BankAccount,
    ElementKind::Date,
    ElementKind::Amount,
    ElementKind::Province,
    ElementKind::City,
    ElementKind::OrganizationName,
    ElementKind::Address,
    ElementKind::PersonName,
];

/// Identifiers that no kind of element stands for.
pub(super) const IDENTIFIERS: [Kind; 9] = [
    Kind::OrgCode,
    Kind::RegistrationNumber,
    Kind::BankCard,
    Kind::Plate,
    Kind::Url,
    Kind::Icp,
    Kind::Lei,
    Kind::ResidentPermit,
    Kind::ForeignResidentPermit,
];

/// Tries values as kinds.
pub(super) struct Probe {
    rulebook: Rulebook,
}

/// The canonical forms of some values read as one kind; `None` where the kind does not accept the value.
pub(super) type Readings = Vec<Option<Box<str>>>;

impl Probe {
    /// `today` is the day of the run, for dates with two-digit years.
    pub(super) fn new(today: (i16, i8, i8)) -> Result<Self, Vec<Mistake>> {
        let mut rulebook = Rulebook::shipped(EntityType::Customer, today)?;
        rulebook.rules.clear();
        rulebook.sources = vec![Source {
            system: "".into(),
            headers: vec!["".into()],
            key_column: 0,
            mapping: vec![Some(0)],
            code_pattern: None,
            day_first: None,
        }];
        Ok(Self { rulebook })
    }

    /// Reads values as one kind.
    pub(super) fn read(&self, kind: ElementKind, values: &[&str]) -> Readings {
        let mut rulebook = self.rulebook.clone();
        rulebook.dictionary = Dictionary {
            entity: EntityType::Customer,
            elements: vec![element(kind)],
        };
        let rows: Vec<[&str; 1]> = values.iter().map(|value| [*value]).collect();
        let batch = Batch::of_text(0, &rulebook.sources[0], &rows);
        let hints = standardize::learn(std::slice::from_ref(&batch), &rulebook);
        let (batch, _) = standardize::run(batch, &rulebook, &hints);
        (0..values.len())
            .map(|row| {
                batch.columns[0]
                    .get(row)
                    .filter(|value| is_of(kind, value))
                    .map(Into::into)
            })
            .collect()
    }
}

fn element(kind: ElementKind) -> Element {
    let nothing: Arc<str> = "".into();
    Element {
        name: "value".into(),
        label_zh: Arc::clone(&nothing),
        label: Arc::clone(&nothing),
        definition: Arc::clone(&nothing),
        definition_zh: nothing,
        kind,
        standard: None,
        importance: Importance::Normal,
        sensitivity: Sensitivity::Internal,
        format: None,
        codes: Vec::new(),
        synonyms: Vec::new(),
    }
}

/// The identifier that a kind of element stands for.
pub(super) fn identifier(kind: ElementKind) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|own| own.name() == kind.name())
}

/// Whether a canonical value is one of its kind.
fn is_of(kind: ElementKind, value: &str) -> bool {
    let n_digits = value.bytes().filter(u8::is_ascii_digit).count();
    match kind {
        ElementKind::Phone => {
            [Kind::Mobile, Kind::Landline, Kind::ServiceNumber]
                .iter()
                .any(|kind| kind.accepts(value))
                || (value.starts_with(['0', '+', '4', '8']) && (10..=18).contains(&n_digits) && value.contains('-'))
        }
        ElementKind::BankAccount => (12..=25).contains(&n_digits) && n_digits == value.len(),
        ElementKind::Province => is_place(value, Level::Province),
        ElementKind::City => is_place(value, Level::City),
        ElementKind::County => is_place(value, Level::County),
        ElementKind::OrganizationName => {
            let name = organization_name::parse(value);
            !name.form.is_empty() || name.branch.is_some()
        }
        ElementKind::PersonName => person_name::parse(value).is_common(),
        ElementKind::Address => {
            let address = address::parse(value);
            let has_road = !(address.road.is_empty() && address.town.is_empty());
            let has_number = !(address.number.is_empty() && address.room.is_empty());
            let n_places = address.region.iter().count();
            (n_places > 0 && (has_road || has_number)) || n_places > 1 || (has_road && has_number)
        }
        _ => identifier(kind).is_none_or(|kind| kind.accepts(value)),
    }
}

fn is_place(value: &str, level: Level) -> bool {
    let address = address::parse(value);
    let mut places = address.region.iter();
    let is_it = places
        .next()
        .is_some_and(|place| place.level == level && place.text == value);
    is_it && places.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_accepted_by_their_kinds() {
        let probe = Probe::new((2026, 3, 1)).unwrap();
        let check = |kind: ElementKind, values: &[&str], expected: &[bool]| {
            let found: Vec<bool> = probe.read(kind, values).iter().map(Option::is_some).collect();
            assert_eq!(found, expected, "{kind:?} {values:?}");
        };
        check(
            ElementKind::CreditCode,
            &[
                "914403001922038216",
                "9144 0300 1922 0382 16",
                "914403001922038217",
                "无",
            ],
            &[true, true, false, false],
        );
        check(ElementKind::Mobile, &["+86 138-0013-8001", "12345"], &[true, false]);
        check(
            ElementKind::Phone,
            &["0755-26013388", "4008001234", "深圳"],
            &[true, true, false],
        );
        check(
            ElementKind::Province,
            &["广东省", "广东", "深圳市"],
            &[true, true, false],
        );
        check(
            ElementKind::OrganizationName,
            &["深圳市蓝岭科技有限公司", "张伟"],
            &[true, false],
        );
        check(
            ElementKind::PersonName,
            &["张伟", "欧阳志强", "原材料"],
            &[true, true, false],
        );
        check(
            ElementKind::Address,
            &["广东省深圳市南山区科技南路18号", "深圳市蓝岭科技有限公司"],
            &[true, false],
        );
        check(ElementKind::Date, &["2024年3月5日", "2024-02-30"], &[true, false]);
        check(
            ElementKind::Amount,
            &["1.2万", "￥1,234.50", "abc"],
            &[true, true, false],
        );
    }
}
