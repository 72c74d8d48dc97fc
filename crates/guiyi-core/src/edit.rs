//! Changed cells of a column: what a room writes when it repairs, holds back or fills values.
//!
//! Law: a column without a changed cell keeps its array; nothing is copied.

use std::sync::Arc;

use arrow_array::Array;
use arrow_array::builder::StringBuilder;

use crate::record::{Column, Origin};

/// One changed cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Position of the row in the batch.
    pub row: usize,
    /// The new value, `None` for null.
    pub value: Option<Box<str>>,
    /// How it came about.
    pub origin: Origin,
}

/// Puts the edits, ascending by row and at most one a row, into a column.
pub(crate) fn apply(column: &mut Column, edits: &[Edit]) {
    if edits.is_empty() {
        return;
    }
    let n_rows = column.values.len();
    let mut origins = match &column.origins {
        Some(origins) => origins.to_vec(),
        None => vec![Origin::Received; n_rows],
    };
    let mut builder = StringBuilder::with_capacity(n_rows, column.values.values().len());
    let mut next = edits.iter().peekable();
    for (row, origin) in origins.iter_mut().enumerate() {
        if let Some(edit) = next.next_if(|edit| edit.row == row) {
            builder.append_option(edit.value.as_deref());
            *origin = edit.origin;
        } else {
            builder.append_option(column.get(row));
        }
    }
    *column = Column {
        values: builder.finish(),
        origins: Some(Arc::from(origins)),
    };
}

#[cfg(test)]
mod tests {
    use arrow_array::StringArray;

    use super::*;

    #[test]
    fn only_named_cells_change() {
        let mut column = Column::received(StringArray::from(vec![Some("a"), None, Some("c"), None]));
        let edit = |row, value: Option<&str>, origin| Edit {
            row,
            value: value.map(Box::from),
            origin,
        };
        apply(
            &mut column,
            &[edit(1, Some("b"), Origin::Imputed), edit(2, None, Origin::Withheld)],
        );
        let cells: Vec<_> = (0..4).map(|row| (column.get(row), column.origin(row))).collect();
        assert_eq!(
            cells,
            [
                (Some("a"), Origin::Received),
                (Some("b"), Origin::Imputed),
                (None, Origin::Withheld),
                (None, Origin::Received)
            ]
        );
    }
}
