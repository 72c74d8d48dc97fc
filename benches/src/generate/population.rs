//! Which entity stands in which row of which system, and under which source key: both ways, without a table.
//!
//! 62 % of the entities are in both systems, 19 % in one only; 3 % of the ERP's and 9 % of the CRM's stand there twice,
//! a few three times. Rows are shuffled, so duplicates lie far apart and the systems have different orders.
//! Laws: `rows_of` and `entity_at` agree; a source key belongs to one row.

use super::permutation::Permutation;
use super::rng::{Rng, Stream, mix};

/// One of the two systems.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum System {
    Erp,
    Crm,
}

impl System {
    /// As members.csv and dirt.csv name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Erp => "ERP",
            Self::Crm => "CRM",
        }
    }
}

/// Departments of the ERP, `D01` to `D20`.
const DEPARTMENTS: u64 = 20;
/// Customer types in CRM codes.
const CUSTOMER_TYPES: [&str; 8] = ["KA", "SMB", "DL", "NEW", "OEM", "EC", "PJ", "EX"];

/// The rows of one system.
///
/// A slot is an (entity, copy): first all first copies, then the second, then the third ones.
/// `order` shuffles slots into rows; slots of entities that are not in the system stay empty and leave a gap in the codes.
pub(crate) struct SystemRows {
    system: System,
    seed: u64,
    malformed_share: f64,
    first_present: u64,
    n_first: u64,
    n_second: u64,
    n_third: u64,
    presence: Permutation,
    twice: Permutation,
    order: Permutation,
}

impl SystemRows {
    /// The rows `system` has of `n` entities; `dirt` scales duplicates and malformed keys.
    pub(crate) fn new(system: System, n: u64, seed: u64, dirt: f64) -> Self {
        let share = |p: f64| (n as f64 * p).round() as u64;
        let (from, to) = match system {
            System::Erp => (0, share(0.81)),
            System::Crm => (share(0.19), n),
        };
        let (second, third) = match system {
            System::Erp => (share(0.03 * dirt), share(0.0045 * dirt)),
            System::Crm => (share(0.09 * dirt), share(0.018 * dirt)),
        };
        let n_first = to - from;
        Self {
            system,
            seed,
            malformed_share: 0.0015 * dirt,
            first_present: from,
            n_first,
            n_second: second,
            n_third: third,
            presence: Permutation::new(n, seed, "presence"),
            twice: Permutation::new(n, seed, &format!("twice in {}", system.name())),
            order: Permutation::new(n_first + second + third, seed, &format!("rows of {}", system.name())),
        }
    }

    /// Rows, empty ones included.
    pub(crate) fn len(&self) -> u64 {
        self.order.len()
    }

    /// The entity in `row` and which copy of it (0 = first); `None` for an empty row.
    pub(crate) fn entity_at(&self, row: u64) -> Option<(u64, u64)> {
        let slot = self.order.inverse(row);
        if slot < self.n_first {
            return Some((self.presence.inverse(slot + self.first_present), 0));
        }
        let rank = slot - self.n_first;
        let (rank, copy) = if rank < self.n_second {
            (rank, 1)
        } else {
            (rank - self.n_second, 2)
        };
        let entity = self.twice.inverse(rank);
        self.first_slot(entity).map(|_| (entity, copy))
    }

    /// The rows `entity` stands in, first copy first; none if the system does not know it.
    pub(crate) fn rows_of(&self, entity: u64) -> impl Iterator<Item = u64> {
        let first = self.first_slot(entity);
        let rank = self.twice.forward(entity);
        let second = first.filter(|_| rank < self.n_second).map(|_| self.n_first + rank);
        let third = first
            .filter(|_| rank < self.n_third)
            .map(|_| self.n_first + self.n_second + rank);
        [first, second, third]
            .into_iter()
            .flatten()
            .map(|slot| self.order.forward(slot))
    }

    fn first_slot(&self, entity: u64) -> Option<u64> {
        let slot = self.presence.forward(entity).checked_sub(self.first_present)?;
        (slot < self.n_first).then_some(slot)
    }

    /// Source key of `row`: `D03-000127` or, from the `sales_region` of the entity, `HD-KA-00451`.
    ///
    /// A few are malformed (`D3-127`, lower case, full-width hyphen), see [`Self::is_malformed`].
    /// CRM serials outgrow five digits past 800,000 rows, ERP serials six digits past 20 million.
    pub(crate) fn source_key(&self, row: u64, sales_region: &str) -> String {
        let tag = mix(self.seed ^ self.system as u64);
        match self.system {
            System::Erp => {
                let block = row / DEPARTMENTS;
                let department = (row + mix(block ^ tag)) % DEPARTMENTS + 1;
                if self.is_malformed(row) {
                    return match row % 3 {
                        0 => format!("D{department}-{}", block + 1),
                        1 => format!("d{department:02}-{:06}", block + 1),
                        _ => format!("D{department:02}－{:06}", block + 1),
                    };
                }
                format!("D{department:02}-{:06}", block + 1)
            }
            System::Crm => {
                let block = row / CUSTOMER_TYPES.len() as u64;
                let customer_type = CUSTOMER_TYPES[(row.wrapping_add(mix(block ^ tag)) % 8) as usize];
                if self.is_malformed(row) {
                    return match row % 3 {
                        0 => format!("{sales_region}{customer_type}{:05}", block + 1),
                        1 => format!("{customer_type}-{:05}", block + 1),
                        _ => format!("{sales_region}-{customer_type}-{}X", block + 1),
                    };
                }
                format!("{sales_region}-{customer_type}-{:05}", block + 1)
            }
        }
    }

    /// Whether the key of `row` breaks the pattern of its system.
    pub(crate) fn is_malformed(&self, row: u64) -> bool {
        let stream = match self.system {
            System::Erp => Stream::ErpKey,
            System::Crm => Stream::CrmKey,
        };
        Rng::new(self.seed, stream, row).chance(self.malformed_share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_and_entities_agree() {
        let n = 3000;
        for system in [System::Erp, System::Crm] {
            let rows = SystemRows::new(system, n, 5, 1.0);
            let mut keys = BTreeSet::new();
            let mut filled = 0;
            for row in 0..rows.len() {
                if let Some((entity, copy)) = rows.entity_at(row) {
                    filled += 1;
                    assert_eq!(rows.rows_of(entity).nth(copy as usize), Some(row));
                    assert!(
                        keys.insert(rows.source_key(row, "HD")),
                        "{}",
                        rows.source_key(row, "HD")
                    );
                }
            }
            assert_eq!((0..n).map(|entity| rows.rows_of(entity).count()).sum::<usize>(), filled);
        }
    }
}
