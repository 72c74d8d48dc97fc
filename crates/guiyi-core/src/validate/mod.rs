//! The validate room: every rule of the rulebook on every row, repairs that are certain, and what is held back.
//!
//! It stands between standardize and impute. [`run`] judges the cells and rows of one batch; [`across()`] judges what
//! needs all rows of a source: keys that occur twice, `unique` rules; [`whole`] what a system is as a whole, out of a
//! state that streams; [`outcomes`] counts.
//!
//! Laws: rules run in the order of their codes, and a later rule sees the values that an earlier one repaired or held
//! back; a cell that was held back is not called missing, its own finding stands; a passing cell costs no allocation;
//! a column without a failure keeps its array. What each check does with nulls stands in
//! `rulebook::kinds`; rejected rows are not checked.

use std::sync::Arc;

use crate::dictionary::Importance;
use crate::edit::{self, Edit};
use crate::finding::{Action, Correction, Fault, Finding, Notes, Severity};
use crate::record::{Batch, Origin, RowState};
use crate::rulebook::{Check, Condition, OnFailure, Rule, Rulebook};

mod across;
mod keys;
mod outcome;
mod samples;
mod shared_values;
mod stream;
pub mod whole;

mod agrees;
mod branch;
mod check_character;
mod compare;
mod expression;
mod foreign_key;
mod identifier;
mod in_table;
mod length;
mod one_of;
mod ordered;
mod pattern;
mod range;
mod required;
mod unique;

pub use across::across;
pub(crate) use agrees::can_agree;
pub use foreign_key::referable;
pub(crate) use ordered::Ordered;
pub use outcome::{Outcome, outcomes};
pub use samples::{SAMPLE_DAY, Sample, failing_samples};
pub use shared_values::SharedValues;
pub use stream::{Detail, Held, Judge, Judged, Tally, elements_of, rules_for_keys};

/// Codes of this room that no rule pack declares: (code, English, Chinese).
pub const CODES: &[(&str, &str, &str)] = &[
    (NO_KEY, "row without a source key", "没有来源编码的行"),
    (COPY, "exact copy of another row", "与另一行完全相同的行"),
    (
        KEY_CONFLICT,
        "rows of different content with one source key",
        "内容不同而来源编码相同的行",
    ),
    (MISSING, "a key element is missing", "关键数据元缺失"),
    (DOUBT, "a valid identifier with a doubtful part", "有效但存疑的标识代码"),
    (
        BRANCH,
        "a branch with the credit code of its parent",
        "分支机构使用了上级单位的信用代码",
    ),
];

const NO_KEY: &str = "VA001";
const COPY: &str = "VA002";
const KEY_CONFLICT: &str = "VA003";
const MISSING: &str = "VA004";
const DOUBT: &str = "VA005";
const BRANCH: &str = "VA006";

/// Confidence in the only repair of an identifier, in per mille: the check character lets one random slip in 11 to 31
/// pass, and the few slips tried seldom leave exactly one candidate that is the wrong one.
const REPAIR_CONFIDENCE: u16 = 950;

/// A row among several batches: the batch's position, the row's position in it.
type Place = (usize, usize);

/// A failing row, before anything is done about it.
struct Failure {
    row: usize,
    fault: Fault,
}

/// Judges every cell and row of a batch on its own.
///
/// Findings stand in the order of the rules, then of the rows. Values that a rule repairs or holds back are replaced,
/// with a correction each, and the row becomes [`RowState::Corrected`]; a rule that quarantines makes it
/// [`RowState::Quarantined`]; a row without a source key becomes [`RowState::Rejected`] and is not judged further.
pub fn run(mut batch: Batch, rulebook: &Rulebook) -> (Batch, Notes) {
    let mut notes = Notes::default();
    keys::reject_missing(&mut batch, &mut notes);
    for rule in &rulebook.rules {
        let failures = failures(&batch, rule, rulebook);
        if !failures.is_empty() {
            settle(&mut batch, rule, rulebook, failures, &mut notes);
        }
        if let Check::Identifier(kind) = rule.check {
            notes.findings.extend(identifier::doubts(&batch, rule, kind, rulebook));
        }
    }
    notes.findings.extend(missing_key_elements(&batch, rulebook));
    (batch, notes)
}

fn failures(batch: &Batch, rule: &Rule, rulebook: &Rulebook) -> Vec<Failure> {
    let dictionary = &rulebook.dictionary;
    let kind = dictionary.elements[rule.attribute].kind;
    match &rule.check {
        Check::Required => required::failures(batch, rule),
        Check::Pattern(regex) => each_value(batch, rule, |_, value| pattern::fault(value, regex)),
        Check::Length { min, max } => each_value(batch, rule, |_, value| length::fault(value, *min, *max)),
        Check::Range { min, max } => {
            let bounds = range::Bounds::new(min.as_ref(), max.as_ref(), kind, rulebook.today);
            each_value(batch, rule, |_, value| bounds.fault(value))
        }
        Check::OneOf(values) => {
            let list = one_of::List::new(values, &dictionary.elements[rule.attribute].name);
            each_value(batch, rule, |_, value| list.fault(value))
        }
        Check::Identifier(identifier) => each_value(batch, rule, |_, value| {
            identifier::fault(value, *identifier, rulebook.today)
        }),
        Check::CheckCharacter(scheme) => each_value(batch, rule, |_, value| check_character::fault(value, *scheme)),
        Check::Compare { operator, other } => {
            let name = &dictionary.elements[*other].name;
            let others = &batch.columns[*other];
            each_value(batch, rule, |row, value| {
                compare::fault(value, *operator, others.get(row)?, kind, name)
            })
        }
        Check::Agrees { other } => {
            let agreement = agrees::Agreement::new(kind, &dictionary.elements[*other]);
            let others = &batch.columns[*other];
            each_value(batch, rule, |row, value| agreement.fault(value, others.get(row)?))
        }
        Check::InTable { table, on } => each_value(batch, rule, |row, value| {
            let on = on.and_then(|on| batch.columns[on].get(row));
            in_table::fault(value, table, on, rulebook.today)
        }),
        Check::ForeignKey {
            target,
            known: Some(known),
        } => each_value(batch, rule, |_, value| foreign_key::fault(value, target, known)),
        // What needs all rows, or was not run: see `across` and `whole`.
        Check::Unique { .. } | Check::Freshness { .. } | Check::RowCount(_) | Check::ForeignKey { known: None, .. } => {
            Vec::new()
        }
        Check::Expression(expression) => expression::failures(batch, rule, expression, rulebook.today),
    }
}

/// Every row where the rule applies and the element has a value that `fault` finds wrong.
fn each_value(batch: &Batch, rule: &Rule, fault: impl Fn(usize, &str) -> Option<Fault>) -> Vec<Failure> {
    let column = &batch.columns[rule.attribute];
    let mut failures = Vec::new();
    for row in 0..batch.len() {
        if let Some(value) = column.get(row)
            && applies(batch, rule, row)
            && let Some(fault) = fault(row, value)
        {
            failures.push(Failure { row, fault });
        }
    }
    failures
}

/// Whether a rule looks at a row: the row is a record, and the rule's conditions hold.
fn applies(batch: &Batch, rule: &Rule, row: usize) -> bool {
    let holds = |condition: &Condition| condition.holds(batch.columns[condition.attribute].get(row));
    batch.states[row] != RowState::Rejected && rule.when.iter().all(holds)
}

/// Does what the rule says about the rows that fail it.
fn settle(batch: &mut Batch, rule: &Rule, rulebook: &Rulebook, failures: Vec<Failure>, notes: &mut Notes) {
    let mut edits = Vec::new();
    for Failure { row, fault } in failures {
        let mut finding = finding(batch, rulebook, row, rule.attribute, &rule.code, rule.severity, fault);
        let value = batch.columns[rule.attribute].get(row);
        if let (Check::Identifier(kind), Some(value)) = (&rule.check, value) {
            finding.fix = identifier::only_repair(value, *kind, rulebook.today);
        }
        let replacement = match (rule.on_failure, &finding.fix) {
            (OnFailure::Repair | OnFailure::Withhold, Some(fix)) => {
                Some((Some(fix.clone()), Origin::Repaired, REPAIR_CONFIDENCE))
            }
            (OnFailure::Withhold, None) => Some((None, Origin::Withheld, 1000)),
            _ => None,
        };
        if let Some((after, origin, confidence)) = replacement {
            finding.action = if after.is_some() {
                Action::Repaired
            } else {
                Action::Withheld
            };
            notes.corrections.push(Correction {
                source: batch.source,
                row: batch.rows[row],
                key: batch.key(row).map(Box::from),
                attribute: rule.attribute as u16,
                rule: Arc::clone(&rule.code),
                before: value.map(Box::from),
                after: after.clone(),
                origin,
                confidence,
            });
            edits.push(Edit {
                row,
                value: after,
                origin,
            });
            batch.worsen(row, RowState::Corrected);
        } else if rule.on_failure == OnFailure::Quarantine {
            finding.action = Action::Quarantined;
            batch.worsen(row, RowState::Quarantined);
        }
        notes.findings.push(finding);
    }
    edit::apply(&mut batch.columns[rule.attribute], &edits);
}

/// A finding about a cell, so far only reported; its value is the cell as received, where the source has one.
fn finding(
    batch: &Batch,
    rulebook: &Rulebook,
    row: usize,
    attribute: usize,
    code: &Arc<str>,
    severity: Severity,
    fault: Fault,
) -> Finding {
    let mapped = rulebook
        .sources
        .get(usize::from(batch.source))
        .and_then(|source| *source.mapping.get(attribute)?);
    let received = mapped.and_then(|column| batch.received.get(column)).and_then(|cells| {
        let value = arrow_array::Array::is_valid(cells, row).then(|| cells.value(row));
        value.filter(|value| !value.is_empty())
    });
    Finding {
        source: batch.source,
        row: batch.rows[row],
        key: batch.key(row).map(Box::from),
        attribute: Some(attribute as u16),
        rule: Arc::clone(code),
        severity,
        fault,
        value: received.or_else(|| batch.columns[attribute].get(row)).map(Box::from),
        fix: None,
        action: Action::Reported,
    }
}

/// Key elements that the source feeds and that have no value: the worklist of the business.
///
/// An element that a `required` rule without a condition judges is left to that rule.
fn missing_key_elements(batch: &Batch, rulebook: &Rulebook) -> Vec<Finding> {
    let code: Arc<str> = MISSING.into();
    let mut findings = Vec::new();
    for (attribute, element) in rulebook.dictionary.elements.iter().enumerate() {
        let judged =
            |rule: &Rule| rule.attribute == attribute && rule.when.is_empty() && matches!(rule.check, Check::Required);
        if element.importance != Importance::Key
            || !is_fed(rulebook, batch.source, attribute)
            || rulebook.rules.iter().any(judged)
        {
            continue;
        }
        for row in required::missing(batch, attribute).filter(|&row| batch.states[row] != RowState::Rejected) {
            findings.push(finding(
                batch,
                rulebook,
                row,
                attribute,
                &code,
                Severity::Warning,
                Fault::Missing,
            ));
        }
    }
    findings
}

/// Whether a source has a column, or a part of its code pattern, for an element.
fn is_fed(rulebook: &Rulebook, source: u16, attribute: usize) -> bool {
    rulebook.sources.get(usize::from(source)).is_some_and(|source| {
        source.mapping.get(attribute).is_some_and(Option::is_some)
            || source
                .code_pattern
                .iter()
                .any(|pattern| pattern.parts.iter().any(|part| part.1 == attribute))
    })
}

#[cfg(test)]
mod tests;
