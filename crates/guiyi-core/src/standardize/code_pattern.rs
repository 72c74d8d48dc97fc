//! The pattern of a system's own codes: its parts fill empty elements, and a key that does not follow it is reported.

use super::change::{Code, Value};
use super::columns::{Derived, Log, derive};
use super::hints::Hints;
use super::Kind;
use crate::finding::{Action, Fault, Finding, Severity};
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

/// Reads the parts of every source key.
pub(super) fn apply(batch: &mut Batch, rulebook: &Rulebook, hints: &Hints, log: &mut Log) {
    let source = rulebook.sources.get(usize::from(batch.source));
    let Some(pattern) = source.and_then(|source| source.code_pattern.as_ref()) else { return };
    let kinds: Vec<Kind<'_>> = pattern
        .parts
        .iter()
        .map(|(_, attribute)| Kind::new(*attribute, &rulebook.dictionary.elements[*attribute], batch, rulebook, hints))
        .collect();
    let mut derived = Vec::new();
    for row in 0..batch.len() {
        let Some(key) = batch.key(row) else { continue };
        let Some(captures) = pattern.regex.captures(key) else {
            log.find(Finding {
                source: batch.source,
                row: batch.rows[row],
                key: Some(key.into()),
                attribute: None,
                rule: Code::KEY_PATTERN.text(),
                severity: Severity::Warning,
                fault: Fault::CodePattern { pattern: pattern.text.clone() },
                value: Some(key.into()),
                fix: None,
                action: Action::Reported,
            });
            continue;
        };
        for ((name, attribute), kind) in pattern.parts.iter().zip(&kinds) {
            let Some(part) = captures.name(name) else { continue };
            if batch.columns[*attribute].get(row).is_some() {
                continue;
            }
            let value = match kind.standardize(part.as_str(), Origin::Derived).map(|change| change.value) {
                None | Some(Value::Kept) => part.as_str().to_owned(),
                Some(Value::Set(value)) => value,
                Some(Value::Null) => continue,
            };
            derived.push(Derived::new(row, *attribute, value, Code::KEY_PART));
        }
    }
    derive(batch, log, derived);
}
