//! `length`: the number of characters lies within bounds, inclusive. Null passes.

use crate::finding::Fault;

pub(super) fn fault(value: &str, min: usize, max: usize) -> Option<Fault> {
    let length = value.chars().count();
    (length < min || length > max).then_some(Fault::Length { min, max })
}
