//! Comparison of bank accounts.

use super::super::hash::hash;
use super::{Level, Lists, evidence, level};
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("equal", "same bank account", "银行账号相同", 0.80, 0.002),
    level("different", "different bank accounts", "银行账号不同", 0.20, 0.998),
];

/// The bank accounts of the records.
pub(crate) struct Accounts {
    lists: Lists<u64>,
}

impl Accounts {
    pub(super) fn new(records: &Records, attributes: &[usize]) -> Self {
        let lists = Lists::new(records.len(), |record, list| {
            for attribute in attributes {
                let value = evidence(records, record, *attribute).unwrap_or_default();
                let digits: Vec<u8> = value.bytes().filter(u8::is_ascii_digit).collect();
                if digits.len() >= 8 {
                    list.push(hash(&digits));
                }
            }
        });
        Self { lists }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.lists.has(record)
    }

    pub(crate) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.lists.get(a), self.lists.get(b));
        if left.is_empty() || right.is_empty() {
            return 0;
        }
        if left.iter().any(|account| right.contains(account)) {
            1
        } else {
            2
        }
    }

    pub(super) fn keys(&self, record: u32, keys: &mut Vec<u64>) {
        keys.extend(self.lists.get(record));
    }
}
