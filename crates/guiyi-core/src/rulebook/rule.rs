//! One rule of a rule pack, as the rooms see it.
//!
//! `kinds` says of every check what it demands, its keys and what it does with nulls; `rules` reads the packs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Dimension, Expression, Indicator, ReferenceTable, Tolerance};
use crate::dictionary::EntityType;
use crate::finding::{Language, Severity};

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
    /// The rule looks at the rows in which all of these hold; empty: at every row.
    pub when: Vec<Condition>,
    /// GB/T 36344-2018 dimension that the rule counts toward.
    pub dimension: Dimension,
    /// The indicator of that dimension, if the pack names one.
    pub indicator: Option<Indicator>,
    /// How many failing rows a source may have and still pass the rule.
    pub tolerance: Tolerance,
    /// Department or person that answers for it.
    pub owner: Option<Arc<str>>,
    /// What to tell people, in English.
    pub message: Arc<str>,
    /// What to tell people, in Chinese.
    pub message_zh: Arc<str>,
    /// Why it matters, for the manual page; `None`: what its kind of check says.
    pub why: Option<Texts>,
    /// What to do about a failure, for the manual page; `None`: what its kind of check says.
    pub remedy: Option<Texts>,
    /// The standard or law that the rule follows, for the manual page; `None`: the element's own standard.
    pub source: Option<Arc<str>>,
    /// Values that pass, for `guiyi rule --test` and the tests.
    pub accept: Vec<Arc<str>>,
    /// Values that fail.
    pub reject: Vec<Arc<str>>,
}

/// A text for people in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Texts {
    /// In English.
    pub english: Arc<str>,
    /// In simplified Chinese.
    pub chinese: Arc<str>,
}

impl Texts {
    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &Arc<str> {
        match language {
            Language::English => &self.english,
            Language::Chinese => &self.chinese,
        }
    }
}

/// What a rule demands; [`super::kinds`] has the manual of each.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Check {
    /// There is a value.
    Required,
    /// No other row within the scope has the same values in these elements.
    Unique {
        /// Positions of the elements, the rule's own first.
        elements: Vec<usize>,
        /// Among which rows.
        scope: Scope,
    },
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
    /// A code of a reference table, in force on a day.
    InTable {
        /// The table.
        table: Arc<ReferenceTable>,
        /// Position of the date element that tells the day; `None`: the day of the run.
        on: Option<usize>,
    },
    /// A source key, or a value of an element, of another entity type's records.
    ForeignKey {
        /// Whose keys or values.
        target: Target,
        /// The keys or values, filled in by [`super::Rulebook::know`] before judging; `None`: the rule is not run.
        known: Option<Arc<BTreeSet<Box<str>>>>,
    },
    /// An expression over the elements of a row is true.
    Expression(Arc<Expression>),
    /// The newest date of a system is at most so many days old.
    Freshness {
        /// Days.
        max_age_days: u32,
    },
    /// The number of rows of a system.
    RowCount(RowCount),
}

impl Check {
    /// The name of its kind, see [`super::kinds`].
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Unique { .. } => "unique",
            Self::Pattern(_) => "pattern",
            Self::Length { .. } => "length",
            Self::Range { .. } => "range",
            Self::OneOf(_) => "one-of",
            Self::Identifier(_) => "identifier",
            Self::CheckCharacter(_) => "check-character",
            Self::Compare { .. } => "compare",
            Self::Agrees { .. } => "agrees",
            Self::InTable { .. } => "in-table",
            Self::ForeignKey { .. } => "foreign-key",
            Self::Expression(_) => "expression",
            Self::Freshness { .. } => "freshness",
            Self::RowCount(_) => "row-count",
        }
    }

    /// Whether the check judges a source as a whole and no single row: see [`crate::validate::whole`].
    pub fn is_of_whole_source(&self) -> bool {
        matches!(self, Self::Freshness { .. } | Self::RowCount(_))
    }
}

/// Among which rows a value must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The rows of one source, which is one file.
    Source,
    /// The rows of all files of one system.
    System,
    /// The rows of all systems.
    All,
}

impl Scope {
    /// All scopes, from the narrowest.
    pub const ALL: [Self; 3] = [Self::Source, Self::System, Self::All];

    /// The name used in rule packs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::System => "system",
            Self::All => "all",
        }
    }
}

/// What a foreign key points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The entity type whose records are meant.
    pub entity: EntityType,
    /// The element whose values are meant, by name; `None`: the source keys.
    pub element: Option<Arc<str>>,
    /// Only the records of this system; `None`: of any.
    pub system: Option<Arc<str>>,
}

/// What the foreign keys among the rules point at, each once, in order.
pub(super) fn targets(rules: &[Rule]) -> Vec<Target> {
    let targets = rules.iter().filter_map(|rule| match &rule.check {
        Check::ForeignKey { target, .. } => Some(target.clone()),
        _ => None,
    });
    targets.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Tells the foreign keys that point at `target` which keys or values there are.
pub(super) fn know(rules: &mut [Rule], target: &Target, values: &Arc<BTreeSet<Box<str>>>) {
    for rule in rules {
        if let Check::ForeignKey { target: own, known } = &mut rule.check
            && own == target
        {
            *known = Some(Arc::clone(values));
        }
    }
}

/// Bounds of the number of rows of a system.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RowCount {
    /// Fewest rows.
    pub min: Option<u64>,
    /// Most rows.
    pub max: Option<u64>,
    /// Largest change against the last run, in parts per million of the rows then.
    pub max_change: Option<u32>,
    /// Rows of each system in the last run, filled in by [`super::Rulebook::know_last_counts`]; a system that is not in
    /// it has no last run, and its change is not judged.
    pub last: BTreeMap<Arc<str>, u64>,
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

impl Comparison {
    /// All comparisons.
    pub const ALL: [Self; 6] = [
        Self::Equal,
        Self::NotEqual,
        Self::Less,
        Self::LessOrEqual,
        Self::Greater,
        Self::GreaterOrEqual,
    ];

    /// The sign used in rule packs.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// Where a rule applies: what an element of the row must be.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Position of the element.
    pub attribute: usize,
    /// What is demanded of it.
    pub demand: Demand,
}

/// What a condition demands of its element. Of an element without a value only [`Demand::Absent`] holds.
#[derive(Debug, Clone)]
pub enum Demand {
    /// It has a value.
    Present,
    /// It has no value.
    Absent,
    /// It has one of these values.
    OneOf(Vec<Arc<str>>),
    /// It has a value that is none of these.
    NotOneOf(Vec<Arc<str>>),
    /// Its whole value matches.
    Matches(regex::Regex),
}

impl Condition {
    /// Whether the condition holds for a value of its element.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let Some(value) = value else {
            return matches!(self.demand, Demand::Absent);
        };
        let among = |values: &[Arc<str>]| values.iter().any(|other| **other == *value);
        match &self.demand {
            Demand::Present => true,
            Demand::Absent => false,
            Demand::OneOf(values) => among(values),
            Demand::NotOneOf(values) => !among(values),
            Demand::Matches(regex) => regex.is_match(value),
        }
    }
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
