//! `expression`: an expression over the elements of a row is true.
//!
//! A row in which an element of the expression has no value, or none of its kind, passes, unless the rule evaluates
//! nulls. An expression that cannot be evaluated for a row, such as a division by zero, fails with the reason.
//! Cost: the tree is compiled with the rule pack; one context a batch, and no copy of a text that is only compared.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use cel::common::types::{CelNull, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;

use super::{Failure, Ordered, applies};
use crate::dictionary::ElementKind;
use crate::finding::Fault;
use crate::record::{Batch, RowState};
use crate::rulebook::{Constant, Expression, Rule, TODAY, Type};

pub(super) fn failures(batch: &Batch, rule: &Rule, expression: &Expression, today: (i16, i8, i8)) -> Vec<Failure> {
    let rows = Rows {
        batch,
        expression,
        today,
        row: AtomicUsize::new(0),
    };
    let mut context = expression.context();
    context.set_variable_resolver(&rows);
    let mut failures = Vec::new();
    for row in 0..batch.len() {
        if !judges(batch, rule, expression, row) {
            continue;
        }
        rows.row.store(row, Relaxed);
        let fault = match expression.evaluate(&context) {
            Ok(true) => continue,
            Ok(false) => Fault::Expression,
            Err(reason) => Fault::Unevaluated { reason: reason.into() },
        };
        failures.push(Failure { row, fault });
    }
    failures
}

/// Whether the expression is evaluated for a row.
pub(super) fn judges(batch: &Batch, rule: &Rule, expression: &Expression, row: usize) -> bool {
    let given = |&(_, element, kind): &(_, usize, Type)| {
        batch.columns[element]
            .get(row)
            .is_some_and(|text| value(text, kind).is_some())
    };
    batch.states[row] != RowState::Rejected
        && (expression.evaluates_nulls || expression.elements.iter().all(given))
        && applies(batch, rule, row)
}

/// The rows of a batch as the interpreter asks for them: the current one, by the name of an element.
struct Rows<'a> {
    batch: &'a Batch,
    expression: &'a Expression,
    today: (i16, i8, i8),
    row: AtomicUsize,
}

impl VariableResolver for Rows<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(constant) = self.expression.constant(variable) {
            return Some(constant.value());
        }
        let element = self.expression.elements.iter().find(|(name, ..)| **name == *variable);
        let Some(&(_, element, kind)) = element else {
            return (variable == TODAY).then(|| Constant::Day(self.today).value());
        };
        let text = self.batch.columns[element].get(self.row.load(Relaxed));
        let value = text.and_then(|text| value(text, kind));
        Some(value.unwrap_or_else(|| CowVal::owned(CelNull)))
    }
}

/// The canonical text of an element as a value of its type; `None` for an amount, number or date that is not canonical.
fn value(text: &str, kind: Type) -> Option<CowVal<'_, '_>> {
    let read = |kind| Ordered::read(text, kind);
    match kind {
        Type::Decimal => match read(ElementKind::Amount)? {
            Ordered::Decimal(decimal) => Some(Constant::Decimal(decimal).value()),
            _ => None,
        },
        Type::Day => match read(ElementKind::Date)? {
            Ordered::Date(year, month, day) => Some(Constant::Day((year, month, day)).value()),
            _ => None,
        },
        Type::Other => Some(CowVal::owned(CelString::from(text))),
    }
}
