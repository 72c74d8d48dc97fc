//! Single cells in their canonical form, for judging a file as it is: nothing moves from one element to another, and
//! nothing is written down but what could not be read.
//!
//! Law: a cell comes out as [`super::run`] would make it, but for what that takes from or puts into other cells.

use super::change::Value;
use super::columns::edited;
use super::{Hints, Reader};
use crate::finding::Fault;
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

/// Brings the values of some elements to their canonical forms.
///
/// Gives the cells that hold a value which is none of its kind, as (row, element, why), in the order of the elements:
/// such a cell becomes null and [`Origin::Withheld`] where the value stands for nothing or cannot be read.
/// A column in which nothing changes keeps its arrays.
pub fn cells(batch: &mut Batch, elements: &[usize], rulebook: &Rulebook, hints: &Hints) -> Vec<(usize, usize, Fault)> {
    let mut faults = Vec::new();
    for &element in elements {
        let column = batch.columns[element].clone();
        let reader = Reader::new(element, &rulebook.dictionary.elements[element], batch, rulebook, hints);
        let mut edits = Vec::new();
        for row in 0..batch.len() {
            let Some(text) = column.get(row) else { continue };
            let Some(change) = reader.standardize(text, Origin::Received) else {
                continue;
            };
            faults.extend(change.complaint.map(|complaint| (row, element, complaint.fault)));
            match change.value {
                Value::Kept => {}
                Value::Set(value) => edits.push((row, Some(value), change.origin)),
                Value::Null => edits.push((row, None, change.origin)),
            }
        }
        if !edits.is_empty() {
            batch.columns[element] = edited(&column, edits);
        }
    }
    faults
}
