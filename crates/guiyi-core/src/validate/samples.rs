//! The accept and reject samples of a rule, run through the real room: what `guiyi rule --test` and the tests do.
//!
//! A sample is one value; the empty text stands for null. Of a rule about two elements it is both, with ` | ` between;
//! `element = value` names any other element of the row. Of a `unique` rule it is one row after the other with ` | `
//! between, and ` + ` between the elements of a row; `rulebook::kinds` has the shape for every kind.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::StringArray;

use super::{across, run, whole};
use crate::dictionary::Dictionary;
use crate::record::{Batch, Column, RowState};
use crate::rulebook::{Check, Demand, MatchingPolicy, Rule, Rulebook, Source, SurvivorshipPolicy};

/// The system of which samples are.
const SYSTEM: &str = "sample";

/// The day on which samples are judged: theirs is not the day of the run, so that they behave alike every day.
pub const SAMPLE_DAY: (i16, i8, i8) = (2026, 1, 15);

/// A sample that does not behave as its rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The sample.
    pub text: Arc<str>,
    /// Whether it should pass; the opposite of what it does.
    pub should_pass: bool,
}

/// The samples of a rule that pass though they should fail, or fail though they should pass; none is well.
pub fn failing_samples(rule: &Rule, dictionary: &Dictionary) -> Vec<Sample> {
    let rulebook = Rulebook {
        dictionary: dictionary.clone(),
        sources: vec![Source {
            system: SYSTEM.into(),
            headers: Vec::new(),
            key_column: 0,
            mapping: (0..dictionary.elements.len()).map(Some).collect(),
            code_pattern: None,
            day_first: None,
        }],
        rules: vec![rule.clone()],
        matching: MatchingPolicy::default(),
        survivorship: SurvivorshipPolicy {
            source_priority: Vec::new(),
            default: Vec::new(),
            elements: Vec::new(),
            groups: Vec::new(),
            recency: None,
            ..SurvivorshipPolicy::default()
        },
        imputation: Vec::new(),
        today: SAMPLE_DAY,
    };
    let expected = [(&rule.accept, true), (&rule.reject, false)];
    let samples = expected
        .into_iter()
        .flat_map(|(texts, should_pass)| texts.iter().map(move |text| (text, should_pass)));
    samples
        .filter(|(text, should_pass)| passes(text, rule, &rulebook) != *should_pass)
        .map(|(text, should_pass)| Sample {
            text: Arc::clone(text),
            should_pass,
        })
        .collect()
}

fn passes(text: &str, rule: &Rule, rulebook: &Rulebook) -> bool {
    let mut rulebook = Cow::Borrowed(rulebook);
    let text = match &rule.check {
        Check::ForeignKey { target, .. } => {
            let (value, known) = text.split_once(" | ").unwrap_or((text, ""));
            let known: BTreeSet<Box<str>> = known.split(", ").map(Box::from).collect();
            rulebook.to_mut().know(target, &Arc::new(known));
            value
        }
        Check::RowCount(_) => {
            let (now, last) = text.split_once(" after ").unwrap_or((text, ""));
            let last = last.parse().ok().map(|last| (Arc::from(SYSTEM), last));
            rulebook.to_mut().know_last_counts(&last.into_iter().collect());
            now
        }
        _ => text,
    };
    let (batch, notes) = run(sample_batch(text, rule, &rulebook.dictionary), &rulebook);
    let mut batches = [batch];
    let across = across(&mut batches, &rulebook);
    let mut state = whole::State::new(&rulebook);
    state.observe(&batches[0], &rulebook);
    let whole_findings = state.findings(&rulebook);
    let mut findings = notes.findings.iter().chain(&across.findings).chain(&whole_findings);
    !findings.any(|finding| finding.rule == rule.code)
}

/// The rows that a sample describes; the rule's conditions hold in all of them.
fn sample_batch(text: &str, rule: &Rule, dictionary: &Dictionary) -> Batch {
    let others: Vec<usize> = match &rule.check {
        Check::Compare { other, .. } | Check::Agrees { other } => vec![*other],
        Check::InTable { on, .. } => on.iter().copied().collect(),
        _ => Vec::new(),
    };
    let rows: Vec<Vec<(usize, &str)>> = match &rule.check {
        Check::Unique { elements, .. } => text
            .split(" | ")
            .map(|row| elements.iter().copied().zip(row.split(" + ")).collect())
            .collect(),
        Check::Freshness { .. } => text.split(" | ").map(|date| vec![(rule.attribute, date)]).collect(),
        Check::RowCount(_) => vec![vec![(rule.attribute, "x")]; text.parse().unwrap_or(0)],
        _ => vec![row_of(text, rule, &others, dictionary)],
    };
    let cell = |row: &[(usize, &str)], element: usize| {
        let given = row.iter().copied().find(|&(position, _)| position == element);
        let value = given.map(|(_, value)| value.to_owned());
        value
            .or_else(|| fitting(rule, element))
            .filter(|value| !value.is_empty())
    };
    let columns = (0..dictionary.elements.len())
        .map(|element| Column::received(rows.iter().map(|row| cell(row, element)).collect::<StringArray>()))
        .collect();
    Batch {
        source: 0,
        rows: (1..=rows.len() as u64).collect(),
        keys: (1..=rows.len()).map(|key| Some(key.to_string())).collect(),
        received: Vec::new(),
        columns,
        states: vec![RowState::Clean; rows.len()],
    }
}

/// The cells of one row: parts of the form `element = value`, and the others for the rule's own elements in order.
fn row_of<'t>(text: &'t str, rule: &Rule, others: &[usize], dictionary: &Dictionary) -> Vec<(usize, &'t str)> {
    let mut own = std::iter::once(rule.attribute).chain(others.iter().copied());
    let parts = text.split(" | ").filter_map(|part| {
        let named = part
            .split_once(" = ")
            .and_then(|(name, value)| Some((dictionary.position(name)?, value)));
        named.or_else(|| Some((own.next()?, part)))
    });
    parts.collect()
}

/// A value with which the rule's condition on an element holds, for a sample that does not name it.
fn fitting(rule: &Rule, element: usize) -> Option<String> {
    let condition = rule.when.iter().find(|condition| condition.attribute == element)?;
    match &condition.demand {
        Demand::OneOf(values) => values.first().map(ToString::to_string),
        Demand::Present | Demand::NotOneOf(_) => Some("x".into()),
        Demand::Absent | Demand::Matches(_) => None,
    }
}
