//! Which data elements are evidence of identity, and the records as the one table that the engine matches.
//!
//! All sources stand in one table, so that duplicates within a source and links between any number of them are found
//! in one go. The dictionary says what an element holds; what it weighs is learned, where records are enough to learn
//! from. Law: an imputed value is no evidence.

use rayon::prelude::*;

use super::tables::{Column, Kind, SaidField, Table, Tells, Usual};
use crate::dictionary::{Dictionary, Element, ElementKind, EntityType};
use crate::record::{Origin, Records};

/// What an element says of identity.
struct Evidence {
    kind: Kind,
    tells: Option<Tells>,
    usual: Usual,
}

/// How the values of an element are compared, what they tell, and how often they agree: in strangers, and in records
/// of one thing. `None` for what says nothing of identity: states, units and remarks.
fn evidence_of(element: &Element, entity: EntityType) -> Option<Evidence> {
    let (kind, tells, chance, differ) = match element.kind {
        ElementKind::CreditCode | ElementKind::Gtin => (Kind::Code, Some(Tells::Identity), 1e-4, 0.05),
        ElementKind::ResidentId => (Kind::Code, Some(Tells::Identity), 1e-4, 0.1),
        ElementKind::BankAccount => (Kind::Code, Some(Tells::Identity), 1e-4, 0.2),
        ElementKind::Mobile | ElementKind::Landline | ElementKind::Phone => {
            (Kind::Phone, Some(Tells::Reach), 1e-4, 0.3)
        }
        ElementKind::Email => (Kind::Email, Some(Tells::Reach), 1e-4, 0.4),
        ElementKind::OrganizationName => (Kind::Text, Some(Tells::Organization), 1e-3, 0.05),
        ElementKind::PersonName if entity == EntityType::Contact => (Kind::Name, None, 1e-3, 0.05),
        ElementKind::PersonName => (Kind::Name, None, 5e-3, 0.3),
        ElementKind::Address => (Kind::Address, None, 1e-3, 0.2),
        ElementKind::Postcode => (Kind::Code, None, 0.1, 0.2),
        ElementKind::County => (Kind::Name, None, 0.1, 0.2),
        ElementKind::City => (Kind::Name, None, 0.3, 0.2),
        ElementKind::Province => (Kind::Name, None, 0.5, 0.2),
        ElementKind::Date if entity == EntityType::Contact => (Kind::Date, None, 1e-2, 0.3),
        ElementKind::Date => (Kind::Date, None, 0.1, 0.5),
        ElementKind::Specification => (Kind::Specification, None, 1e-2, 0.1),
        ElementKind::Text if entity == EntityType::Material => (Kind::Text, None, 2e-2, 0.2),
        ElementKind::Text | ElementKind::Url => (Kind::Text, None, 0.1, 0.5),
        ElementKind::Code | ElementKind::Cnaps => (Kind::Code, None, 0.05, 0.3),
        ElementKind::Amount | ElementKind::Number | ElementKind::Quantity => (Kind::Number, None, 0.1, 0.5),
        ElementKind::Enumeration | ElementKind::Boolean | ElementKind::Unit | ElementKind::Note => return None,
    };
    let usual = Usual { chance, differ };
    Some(Evidence { kind, tells, usual })
}

/// A record's value of an element, if it may count as evidence.
pub(super) fn evidence(records: &Records, record: usize, attribute: usize) -> Option<&str> {
    let column = &records.columns[attribute];
    let value = column.get(record).filter(|value| !value.is_empty())?;
    (column.origin(record) != Origin::Imputed).then_some(value)
}

/// The records as a table of the elements that are evidence, named as in the dictionary, and what is known of its
/// columns. Elements without a value are left out, and so are those of `left_out`.
pub(super) fn table(records: &Records, dictionary: &Dictionary, left_out: &[usize]) -> (Table, Vec<SaidField>) {
    let column = |(attribute, element): (usize, &Element)| {
        let Evidence { kind, tells, usual } = evidence_of(element, dictionary.entity)?;
        let value = |record| evidence(records, record, attribute);
        (0..records.len()).find_map(value)?;
        let mut column = Column::new(&element.name);
        (0..records.len()).for_each(|record| column.push(value(record).unwrap_or_default()));
        let said = SaidField {
            kind: Some(kind),
            compare: true,
            usual: Some(usual),
            tells,
            ..SaidField::default()
        };
        Some((column, said))
    };
    let elements = dictionary.elements.iter().enumerate();
    let elements: Vec<_> = elements.filter(|(at, _)| !left_out.contains(at)).collect();
    let columns: Vec<_> = elements.into_par_iter().filter_map(column).collect();
    let (columns, mut said): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    for (at, field) in said.iter_mut().enumerate() {
        field.left = Some(at);
    }
    let ids = Column::default();
    (Table { columns, ids }, said)
}
