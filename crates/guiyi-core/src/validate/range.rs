//! `range`: an amount, number or date within bounds, inclusive. Null passes; a value that is no amount, number or date
//! fails with the form that was expected.

use std::sync::Arc;

use super::Ordered;
use crate::dictionary::ElementKind;
use crate::finding::Fault;

/// The bounds of a rule, read once.
pub(super) struct Bounds<'a> {
    kind: ElementKind,
    min: Option<Ordered<'a>>,
    max: Option<Ordered<'a>>,
    fault: Fault,
}

impl<'a> Bounds<'a> {
    /// `max` may be the word `today`.
    pub(super) fn new(
        min: Option<&'a Arc<str>>,
        max: Option<&'a Arc<str>>,
        kind: ElementKind,
        today: (i16, i8, i8),
    ) -> Self {
        let read = |bound: &'a Arc<str>| match &**bound {
            "today" if kind == ElementKind::Date => Some(Ordered::Date(today.0, today.1, today.2)),
            text => Ordered::read(text, kind),
        };
        Self {
            kind,
            min: min.and_then(read),
            max: max.and_then(read),
            fault: Fault::OutOfRange {
                min: min.map(Arc::clone),
                max: max.map(Arc::clone),
            },
        }
    }

    pub(super) fn fault(&self, value: &str) -> Option<Fault> {
        let Some(value) = Ordered::read(value, self.kind) else {
            return Some(Fault::Format {
                expected: self.kind.name().into(),
            });
        };
        let outside = self.min.is_some_and(|min| value < min) || self.max.is_some_and(|max| value > max);
        outside.then(|| self.fault.clone())
    }
}
