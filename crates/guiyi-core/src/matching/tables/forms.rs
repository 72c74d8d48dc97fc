//! Forms: records that say the same in a whole, and records that say it in parts.
//!
//! Where both records of a pair have the parts of a name, these are compared, each for itself, as they tell more than the
//! whole: which of them differs, and which is short for the other. In any other pair all is read as one text.
//! Law: what two records say is weighed once.

use super::field::Field;
use super::joined::Joined;
use super::rows::Row;

/// When a field speaks that reads all forms as one text: unless two records are both in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Forms {
    /// The fields of the parts, one bit each.
    pub(super) parts: u32,
}

impl Forms {
    /// Whether it speaks of two records.
    pub(super) fn speak(self, left: Row<'_>, right: Row<'_>) -> bool {
        let has_parts = |row: Row<'_>| {
            let mut parts = self.parts;
            while parts != 0 && row.id(parts.trailing_zeros() as usize) == 0 {
                parts &= parts - 1;
            }
            parts != 0
        };
        !(has_parts(left) && has_parts(right))
    }
}

/// Notes when the fields of columns that are read as one speak. Fields are in their last order.
pub(super) fn find(fields: &mut [Field], joined: &[Joined]) {
    for own in joined {
        let is_part = |field: &Field| !field.kind.is_derived() && own.parts.iter().any(|part| is_of(field, part));
        let parts = fields.iter().zip(0..).filter(|(field, _)| is_part(field));
        let parts = parts.fold(0_u32, |parts, (_, at)| parts | 1 << at);
        let wholes = fields
            .iter_mut()
            .filter(|field| parts != 0 && field.columns == own.columns);
        wholes.for_each(|field| field.forms = Some(Forms { parts }));
    }
}

/// Whether a field is made of one column of each table, or of none.
fn is_of(field: &Field, columns: &[Option<usize>]) -> bool {
    let own = field.columns.iter().map(Vec::as_slice);
    own.eq(columns.iter().map(Option::as_slice))
}
