//! The accept and reject samples of a rule, run through the real room: what `guiyi rule --test` and the tests do.
//!
//! A sample is one value; the empty text stands for null. Of a rule about two elements it is both, with ` | ` between;
//! of a `unique` rule it is one row after the other with ` | ` between, and ` + ` between the elements of a row.

use std::sync::Arc;

use arrow_array::StringArray;

use super::{across, run};
use crate::dictionary::Dictionary;
use crate::record::{Batch, Column, RowState};
use crate::rulebook::{Check, MatchingPolicy, Rule, Rulebook, Source, SurvivorshipPolicy};

/// A sample that does not behave as its rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The sample.
    pub text: Arc<str>,
    /// Whether it should pass; the opposite of what it does.
    pub should_pass: bool,
}

/// The samples of a rule that pass though they should fail, or fail though they should pass; none is well.
pub fn failing_samples(rule: &Rule, dictionary: &Dictionary, today: (i16, i8, i8)) -> Vec<Sample> {
    let rulebook = Rulebook {
        dictionary: dictionary.clone(),
        sources: vec![Source {
            system: "sample".into(),
            headers: Vec::new(),
            key_column: 0,
            mapping: vec![None; dictionary.elements.len()],
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
        },
        imputation: Vec::new(),
        today,
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
    let (batch, notes) = run(sample_batch(text, rule, rulebook.dictionary.elements.len()), rulebook);
    let whole = across(&mut [batch], rulebook);
    !notes
        .findings
        .iter()
        .chain(&whole.findings)
        .any(|finding| finding.rule == rule.code)
}

/// The rows that a sample describes; the rule's condition holds in all of them.
fn sample_batch(text: &str, rule: &Rule, n_elements: usize) -> Batch {
    let rows: Vec<Vec<(usize, &str)>> = match &rule.check {
        Check::Unique(elements) => text
            .split(" | ")
            .map(|row| elements.iter().copied().zip(row.split(" + ")).collect())
            .collect(),
        Check::Compare { other, .. } | Check::Agrees { other } => {
            let (own, others) = text.split_once(" | ").unwrap_or((text, ""));
            vec![vec![(rule.attribute, own), (*other, others)]]
        }
        _ => vec![vec![(rule.attribute, text)]],
    };
    let condition = rule
        .when
        .as_ref()
        .map(|when| (when.attribute, when.one_of.first().map_or("x", |value| &**value)));
    let cell = |row: &[(usize, &str)], element: usize| {
        let given = row.iter().copied().find(|&(position, _)| position == element);
        let (_, value) = given.or_else(|| condition.filter(|&(position, _)| position == element))?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let columns = (0..n_elements)
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
