//! `compare`: the value stands in an order to another element of the row, as amounts, dates or text. Null on either
//! side passes, and so does a value that is no amount, number or date: another rule says that.

use std::sync::Arc;

use super::Ordered;
use crate::dictionary::ElementKind;
use crate::finding::Fault;
use crate::rulebook::Comparison;

pub(super) fn fault(
    value: &str,
    operator: Comparison,
    other: &str,
    kind: ElementKind,
    other_name: &Arc<str>,
) -> Option<Fault> {
    let (left, right) = (Ordered::read(value, kind)?, Ordered::read(other, kind)?);
    let holds = match operator {
        Comparison::Equal => left == right,
        Comparison::NotEqual => left != right,
        Comparison::Less => left < right,
        Comparison::LessOrEqual => left <= right,
        Comparison::Greater => left > right,
        Comparison::GreaterOrEqual => left >= right,
    };
    (!holds).then(|| Fault::Conflict {
        other: Arc::clone(other_name),
    })
}
