//! The rulebook: everything that decides what happens to a record, as one typed value.
//!
//! It is read from TOML text by `parse`, which collects all mistakes; rooms read it and never change it.
//! Its digest is written into every output.

use std::sync::Arc;

use crate::dictionary::{self, Dictionary, EntityType, Importance};
use crate::finding::Severity;

pub mod mistake;

pub mod toml;

mod pack;

mod rules;

mod code_pattern;

mod policies;

pub use code_pattern::PatternError;
pub use mistake::{Mistake, hint_for, nearest};
pub use pack::Pack;
pub use policies::{Policies, parse_policies};
pub use rules::{parse_rules, shipped_rules};

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

/// One rule of a rule pack.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Stable code: family and number, such as `CU003`.
    pub code: Arc<str>,
    /// What the rule demands.
    pub check: Check,
    /// Position of the data element that it is about; for a rule of several elements the first.
    pub attribute: usize,
    /// How grave a failure is.
    pub severity: Severity,
    /// What happens to the value or row that fails.
    pub on_failure: OnFailure,
    /// The rule holds only where this condition does.
    pub when: Option<Condition>,
    /// GB/T 36344-2018 dimension that the rule counts toward.
    pub dimension: Dimension,
    /// Share of failing rows, in per mille, up to which a source passes the rule.
    pub tolerance: u16,
    /// Department or person that answers for it.
    pub owner: Option<Arc<str>>,
    /// What to tell people, in English.
    pub message: Arc<str>,
    /// What to tell people, in Chinese.
    pub message_zh: Arc<str>,
    /// Values that pass, for `guiyi rule --test` and the tests.
    pub accept: Vec<Arc<str>>,
    /// Values that fail.
    pub reject: Vec<Arc<str>>,
}

/// What a rule demands of a value. Every kind but `Required` lets a null pass.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// There is a value.
    Required,
    /// No other row of the same source has the same values in these elements; rows with a null among them pass.
    Unique(Vec<usize>),
    /// The whole value matches.
    Pattern(regex::Regex),
    /// Number of characters, bounds inclusive.
    Length {
        /// Fewest.
        min: usize,
        /// Most.
        max: usize,
    },
    /// An amount, number or date within bounds, inclusive; compared by the element's kind.
    Range {
        /// Smallest.
        min: Option<Arc<str>>,
        /// Largest; the word `today` stands for the day of the run.
        max: Option<Arc<str>>,
    },
    /// A member of the list.
    OneOf(Vec<Arc<str>>),
    /// A valid identifier of the kind.
    Identifier(guiyi_ident::Kind),
    /// The check character of the scheme fits; what the other characters mean is not judged.
    CheckCharacter(guiyi_ident::CheckScheme),
    /// Compares with another element: `attribute operator other`.
    Compare {
        /// How.
        operator: Comparison,
        /// Position of the other element.
        other: usize,
    },
    /// The birth date, sex or region inside an identifier agrees with another element, or a region with an address.
    Agrees {
        /// Position of the other element.
        other: usize,
    },
}

/// A comparison of two values, by the element's kind: as amounts, as dates, or as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
}

/// Where a rule applies: an element with a value, without one, or with one of some values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Position of the element.
    pub attribute: usize,
    /// The values for which the rule holds; empty: any value.
    pub one_of: Vec<Arc<str>>,
}

/// What happens on failure, beside the finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// The value stands.
    Report,
    /// The value is repaired if exactly one repair exists, else it stands.
    Repair,
    /// The value is repaired if exactly one repair exists, else it is held back.
    Withhold,
    /// The row is held back.
    Quarantine,
}

/// Data-quality dimensions, GB/T 36344-2018 clause by clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// 规范性.
    Conformity,
    /// 完整性.
    Completeness,
    /// 准确性.
    Accuracy,
    /// 一致性.
    Consistency,
    /// 时效性.
    Timeliness,
    /// 可访问性.
    Accessibility,
}

/// How pairs are found and decided.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchingPolicy {
    /// Probability from which a pair is a match, in [0, 1].
    pub match_threshold: f64,
    /// Probability from which a pair goes to review, in [0, `match_threshold`].
    pub review_threshold: f64,
    /// A block with more records than this is split by further keys or skipped; at least 2.
    pub max_block: usize,
}

impl Default for MatchingPolicy {
    fn default() -> Self {
        Self {
            match_threshold: 0.95,
            review_threshold: 0.5,
            max_block: 64,
        }
    }
}

/// Which member's value wins, per element.
#[derive(Debug, Clone, PartialEq, Eq)]
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

    /// Whether an element may be imputed.
    pub fn may_impute(&self, attribute: usize) -> bool {
        self.dictionary.elements[attribute].importance == Importance::Normal
    }
}
