//! The identifiers that one holder has one of: two different ones keep records apart, whatever else speaks for them.

use guiyi_ident::{Gtin, ResidentId, org9};
use rayon::prelude::*;

use super::elements::evidence;
use super::hash::hash;
use crate::dictionary::{Dictionary, ElementKind};
use crate::record::Records;

/// The valid hard identifiers of the records: one list per kind, a hash for each record, 0 for none.
///
/// Two records with different identifiers of one kind are never joined without a steward.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HardIdentifiers {
    /// The identifiers, kind by kind.
    pub kinds: Vec<Vec<u64>>,
}

impl HardIdentifiers {
    /// What holds them.
    pub(super) const KINDS: [ElementKind; 3] = [ElementKind::CreditCode, ElementKind::ResidentId, ElementKind::Gtin];

    /// Those of the elements that hold credit codes, resident IDs or trade item numbers.
    pub(super) fn of(records: &Records, dictionary: &Dictionary) -> Self {
        let list = |kind: ElementKind| {
            let attributes: Vec<usize> = dictionary.of_kind(kind).collect();
            let of_record = |record: usize| {
                let holders = attributes.iter().filter_map(|at| evidence(records, record, *at));
                one(holders.map(|text| holder(text, kind)))
            };
            (0..records.len()).into_par_iter().map(of_record).collect()
        };
        Self {
            kinds: Self::KINDS.map(list).to_vec(),
        }
    }

    /// Whether two records carry different valid identifiers of one kind.
    pub fn conflict(&self, a: u32, b: u32) -> bool {
        self.kinds.iter().any(|kind| {
            let (left, right) = (kind[a as usize], kind[b as usize]);
            left != 0 && right != 0 && left != right
        })
    }
}

/// The one holder that a record names; 0 if it names none, or contradicts itself.
fn one(holders: impl Iterator<Item = u64>) -> u64 {
    let mut valid = holders.filter(|holder| *holder != 0);
    let first = valid.next().unwrap_or(0);
    if valid.all(|other| other == first) { first } else { 0 }
}

/// Hash of whom or what a valid identifier names; 0 if it is not valid.
pub(super) fn holder(text: &str, kind: ElementKind) -> u64 {
    let holder = match kind {
        ElementKind::CreditCode => org9(text).map(|code| code.to_string()),
        ElementKind::ResidentId => ResidentId::parse(text).ok().map(|id| id.to_string()),
        ElementKind::Gtin => Gtin::parse(text).ok().map(|gtin| gtin.gtin14()),
        _ => None,
    };
    holder.map_or(0, |holder| hash(holder.as_bytes()))
}
