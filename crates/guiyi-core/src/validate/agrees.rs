//! `agrees`: what an identifier says about its holder, or a province about an address, agrees with another element.
//!
//! Null on either side passes, and so does an identifier that is not valid: the `identifier` rule says that. An address
//! that names no province at its head passes.

use std::sync::Arc;

use guiyi_ident::resident_id::Sex;
use guiyi_ident::{CreditCode, ResidentId, region};

use super::Ordered;
use crate::dictionary::{Element, ElementKind};
use crate::finding::Fault;

/// Whether the check knows how to compare an element of the first kind with one of the second.
pub(crate) fn can_agree(own: ElementKind, other: ElementKind) -> bool {
    use ElementKind::{Address, CreditCode, Date, Enumeration, Province, ResidentId};
    matches!(
        (own, other),
        (ResidentId, Date | Enumeration | Province | Address) | (CreditCode, Province | Address) | (Province, Address)
    )
}

/// What a rule compares, prepared once.
pub(super) struct Agreement<'a> {
    kind: ElementKind,
    other: &'a Element,
    /// Names of the provinces in force, for addresses.
    provinces: Vec<&'static str>,
}

impl<'a> Agreement<'a> {
    pub(super) fn new(kind: ElementKind, other: &'a Element) -> Self {
        let provinces = region::current()
            .filter(|region| region.parent.is_none())
            .map(|region| region.name)
            .collect();
        Self { kind, other, provinces }
    }

    pub(super) fn fault(&self, value: &str, other: &str) -> Option<Fault> {
        let agrees = match (self.kind, self.other.kind) {
            (ElementKind::ResidentId, ElementKind::Date) => {
                let (year, month, day) = ResidentId::parse(value).ok()?.birth_date();
                Ordered::read(other, ElementKind::Date)?
                    == Ordered::Date(year.cast_signed(), month.cast_signed(), day.cast_signed())
            }
            (ElementKind::ResidentId, ElementKind::Enumeration) => {
                let code = self.other.codes.iter().find(|code| *code.code == *other)?;
                let sex = ResidentId::parse(value).ok()?.sex();
                match (code.label_zh.contains('男'), code.label_zh.contains('女')) {
                    (true, false) => sex == Sex::Male,
                    (false, true) => sex == Sex::Female,
                    _ => true,
                }
            }
            (_, ElementKind::Province) => self.province_of(value)? == other,
            _ => self.province_of(value)? == self.province_of_address(other)?,
        };
        (!agrees).then(|| Fault::Conflict {
            other: Arc::clone(&self.other.name),
        })
    }

    /// The province that an identifier or a province element names.
    fn province_of<'v>(&self, value: &'v str) -> Option<&'v str> {
        match self.kind {
            ElementKind::ResidentId => region::place(ResidentId::parse(value).ok()?.region())?.province,
            ElementKind::CreditCode => region::place(CreditCode::parse(value).ok()?.region())?.province,
            _ => Some(value),
        }
    }

    /// The province at the head of an address; the first two characters tell the provinces apart.
    fn province_of_address(&self, address: &str) -> Option<&'static str> {
        self.provinces.iter().copied().find(|name| {
            let stem = name.char_indices().nth(2).map_or(*name, |(end, _)| &name[..end]);
            address.starts_with(stem)
        })
    }
}
