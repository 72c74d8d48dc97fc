//! Forms: records that say the same in a whole, and records that say it in parts.
//!
//! Where both records of a pair have the parts, these are compared, each for itself, as they tell more than the whole; in
//! any other pair all is read as one text. Law: what two records say is weighed once.

use super::field::Field;
use super::joined::Joined;
use super::rows::Row;

/// When a field of such records speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forms {
    /// The fields that only records in parts fill, one bit each.
    pub(super) keys: u32,
    /// Whether it speaks where both records are in parts; else it speaks of all others.
    pub(super) of_parts: bool,
}

impl Forms {
    /// Whether it speaks of two records.
    pub(super) fn speak(self, left: Row<'_>, right: Row<'_>) -> bool {
        let is_in_parts = |row: Row<'_>| (0..32).any(|at| self.keys >> at & 1 == 1 && row.id(at) != 0);
        (is_in_parts(left) && is_in_parts(right)) == self.of_parts
    }
}

/// Notes when the fields of columns that are read as one speak, and those of their parts. Fields are in their last order.
pub(super) fn find(fields: &mut [Field], joined: &[Joined]) {
    for own in joined {
        let is_key = |field: &Field| {
            let is_of = |columns: &Vec<Option<usize>>| is_of(field, columns);
            !field.kind.is_derived() && own.keys.iter().any(is_of)
        };
        let keys = fields.iter().enumerate().filter(|(_, field)| is_key(field));
        let keys = keys.fold(0, |keys, (at, _)| keys | 1 << at);
        if keys == 0 {
            continue;
        }
        for field in fields.iter_mut() {
            let of_parts = own.open.as_ref().is_some_and(|open| is_of(field, open));
            if of_parts || field.columns == own.columns {
                field.forms = Some(Forms { keys, of_parts });
            }
        }
    }
}

/// Whether a field is made of one column of each table, or of none.
fn is_of(field: &Field, columns: &[Option<usize>]) -> bool {
    let own = field.columns.iter().map(Vec::as_slice);
    own.eq(columns.iter().map(Option::as_slice))
}
