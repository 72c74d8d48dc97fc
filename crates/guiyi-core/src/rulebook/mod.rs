//! The rulebook: everything that decides what happens to a record, as one typed value.
//!
//! It is read from TOML text by `parse`, which collects all mistakes; rooms read it and never change it.
//! Its digest is written into every output.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::dictionary::{self, Dictionary, EntityType, Importance};
use crate::matching::tables::Model;

pub mod mistake;

pub mod toml;

mod rule;

mod dimension;

mod tolerance;

pub mod kinds;

mod pack;

mod rules;

mod checks;

mod conditions;

mod expression;

pub mod tables;

mod code_pattern;

mod policies;

mod survivorship;

pub use code_pattern::PatternError;
pub use dimension::{Dimension, Indicator};
pub use expression::Expression;
pub(crate) use expression::{Constant, TODAY, Type};
pub use mistake::{Mistake, hint_for, nearest};
pub use pack::Pack;
pub use policies::{Policies, parse_policies, parse_policies_with_model};
pub use rule::{Check, Comparison, Condition, Demand, OnFailure, RowCount, Rule, Scope, Target, Texts};
pub use rules::{parse_rules, parse_rules_with_tables, shipped_rules};
pub use tables::ReferenceTable;
pub use tolerance::Tolerance;

/// The rulebook of one entity type.
#[derive(Debug, Clone)]
pub struct Rulebook {
    /// The data elements.
    pub dictionary: Dictionary,
    /// The sources, in the order of the project file; a source's position is its number in batches and findings.
    pub sources: Vec<Source>,
    /// The rules, in order of their codes.
    pub rules: Vec<Rule>,
    /// How pairs are found and decided.
    pub matching: MatchingPolicy,
    /// Which value wins.
    pub survivorship: SurvivorshipPolicy,
    /// How gaps are filled.
    pub imputation: Vec<Imputation>,
    /// The day of the run, `(year, month, day)`; dates after it are in the future.
    pub today: (i16, i8, i8),
}

/// One source of records: an export of one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name of the system, such as `erp`.
    pub system: Arc<str>,
    /// Headers of the source's columns, in the file's order, filled in when the file is opened.
    pub headers: Vec<Arc<str>>,
    /// Position in `headers` of the source key.
    pub key_column: usize,
    /// For each data element the position in `headers` of the column that feeds it; `None` if none does.
    pub mapping: Vec<Option<usize>>,
    /// The pattern of the source key, if declared.
    pub code_pattern: Option<CodePattern>,
    /// Order of day and month where a date is written in figures only and both readings exist; `None` to decide by
    /// the column's other values.
    pub day_first: Option<bool>,
}

/// The pattern of a system's own codes, such as `{department:D\d{2}}-{serial:\d{6}}`.
#[derive(Debug, Clone)]
pub struct CodePattern {
    /// The pattern as written.
    pub text: Arc<str>,
    /// The same as an anchored regular expression with one named group per part.
    pub regex: regex::Regex,
    /// For each named part the position of the data element that it feeds; parts that feed none are left out.
    pub parts: Vec<(Arc<str>, usize)>,
}

impl PartialEq for CodePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.parts == other.parts
    }
}

impl Eq for CodePattern {}

/// How pairs are found and decided.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchingPolicy {
    /// Probability from which a pair is a match, in [0, 1].
    pub match_threshold: f64,
    /// Probability from which a pair goes to review, in [0, `match_threshold`].
    pub review_threshold: f64,
    /// The model that weighs the pairs; `None`: one is learned from them.
    pub model: Option<Arc<Model>>,
}

impl Default for MatchingPolicy {
    fn default() -> Self {
        Self {
            match_threshold: 0.95,
            review_threshold: 0.5,
            model: None,
        }
    }
}

/// Which member's value wins, per element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SurvivorshipPolicy {
    /// Systems, most trusted first; systems that are not named follow in the order of the sources.
    pub source_priority: Vec<Arc<str>>,
    /// Strategies for every element that has none of its own, tried in order until one value is left.
    pub default: Vec<Strategy>,
    /// Strategies per element, in the order of the dictionary; `None`: the default.
    pub elements: Vec<Option<Vec<Strategy>>>,
    /// Elements that survive together from one record, such as the parts of an address.
    pub groups: Vec<Vec<usize>>,
    /// Position of the date element that tells how recent a record is.
    pub recency: Option<usize>,
    /// For single elements an order of systems of their own, in place of `source_priority`.
    pub source_orders: BTreeMap<usize, Vec<Arc<str>>>,
    /// For single elements their values, the one that wins first; for [`Strategy::ValueOrder`] and
    /// [`Strategy::MostRestrictive`].
    pub value_orders: BTreeMap<usize, Vec<Arc<str>>>,
    /// For how many days after its date a record of these systems is trusted; a system that is not named always is.
    pub trust_days: BTreeMap<Arc<str>, u32>,
    /// For systems that deliver it, the date element that says from when what a record says is valid; what the others
    /// deliver is valid from when it was recorded.
    pub valid_from: BTreeMap<Arc<str>, usize>,
}

/// One way to choose among values; a tie goes to the next one, and at last to the smallest (system, source key).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strategy {
    /// A value that was received beats a standardized, a repaired, a derived and an imputed one, in this order.
    BestOrigin,
    /// The value of the most trusted system.
    SourcePriority,
    /// The value of the record with the latest date.
    MostRecent,
    /// The value that most records share.
    MostFrequent,
    /// The value with most characters.
    Longest,
    /// The value of the record with most values.
    MostComplete,
    /// The value of the record whose values needed least correction.
    HighestScore,
    /// A value whose record is not older than its system is trusted for beats one whose is.
    TrustedUntil,
    /// The strictest value, whoever says it, as the element's order of values has it.
    MostRestrictive,
    /// The value that comes first in the element's order of values.
    ValueOrder,
    /// All different values together.
    Union,
}

/// How a gap in an element is filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imputation {
    /// Position of the element; never one of [`Importance::Key`].
    pub attribute: usize,
    /// How.
    pub method: ImputationMethod,
}

/// Ways to fill a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImputationMethod {
    /// The same value everywhere.
    Constant(Arc<str>),
    /// The commonest value of the element.
    Mode,
    /// The commonest value among records that share the value of another element.
    GroupMode {
        /// Position of the other element.
        by: usize,
    },
    /// The median of an amount or number.
    Median,
}

impl Source {
    /// A source whose columns feed the elements that their headers mean, the first column where several mean the same;
    /// no pattern of its codes. `None` if no header is `key`.
    pub fn by_header(system: &str, headers: &[&str], key: &str, dictionary: &Dictionary) -> Option<Self> {
        let key_column = headers.iter().position(|header| *header == key)?;
        let mut source = Self {
            system: system.into(),
            headers: headers.iter().map(|header| Arc::from(*header)).collect(),
            key_column,
            mapping: vec![None; dictionary.elements.len()],
            code_pattern: None,
            day_first: None,
        };
        source.map_by_header(dictionary, |_| true);
        Some(source)
    }

    /// Feeds elements that no column feeds from the columns whose headers mean them, where `may` allows it.
    pub fn map_by_header(&mut self, dictionary: &Dictionary, may: impl Fn(usize) -> bool) {
        for (column, header) in self.headers.iter().enumerate() {
            if column == self.key_column || self.mapping.contains(&Some(column)) {
                continue;
            }
            if let Some(element) = dictionary.position_for_header(header)
                && self.mapping[element].is_none()
                && may(element)
            {
                self.mapping[element] = Some(column);
            }
        }
    }
}

impl Rulebook {
    /// The shipped dictionary and rules of an entity type with default policies and no source yet.
    ///
    /// # Errors
    ///
    /// The mistakes of the shipped pack; it has none in a released version.
    pub fn shipped(entity: EntityType, today: (i16, i8, i8)) -> Result<Self, Vec<Mistake>> {
        let dictionary = dictionary::shipped(entity);
        let rules = shipped_rules(entity, &dictionary)?;
        let policies = parse_policies(&toml::Document::parse("", "").root(), &dictionary, &[]);
        Ok(Self {
            dictionary,
            sources: Vec::new(),
            rules,
            matching: policies.matching,
            survivorship: policies.survivorship,
            imputation: policies.imputation,
            today,
        })
    }

    /// The first source of the same system: one system may have several files, and its codes are one set.
    pub fn first_source_of_system(&self, source: u16) -> u16 {
        let Some(system) = self.sources.get(usize::from(source)).map(|source| &source.system) else {
            return source;
        };
        self.sources
            .iter()
            .position(|other| other.system == *system)
            .map_or(source, |first| first as u16)
    }

    /// What the foreign keys of the rules point at, each once, in order.
    pub fn targets(&self) -> Vec<Target> {
        rule::targets(&self.rules)
    }

    /// Tells the foreign keys that point at `target` which keys or values there are.
    pub fn know(&mut self, target: &Target, values: &Arc<BTreeSet<Box<str>>>) {
        rule::know(&mut self.rules, target, values);
    }

    /// Tells the rules about numbers of rows how many each system had in the last run.
    pub fn know_last_counts(&mut self, rows_of_system: &BTreeMap<Arc<str>, u64>) {
        for rule in &mut self.rules {
            if let Check::RowCount(bounds) = &mut rule.check {
                bounds.last.clone_from(rows_of_system);
            }
        }
    }

    /// Whether an element may be imputed.
    pub fn may_impute(&self, attribute: usize) -> bool {
        self.dictionary.elements[attribute].importance == Importance::Normal
    }
}
