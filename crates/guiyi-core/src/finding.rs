//! Findings: what is wrong with a row or a cell, and what was done about it; corrections: what a value became.
//!
//! Bad data is a finding, bad use is an error. The reason is an enum with data, worded here in both languages, so that
//! outputs, the page and the API say the same.

use std::sync::Arc;

/// The language of a text for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nobody has to act.
    Info,
    /// The value stands, but somebody should look at it.
    Warning,
    /// The value cannot be true, or a key value is missing.
    Error,
}

impl Severity {
    /// The stable name used in rule packs and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What was done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Said, nothing else.
    Reported,
    /// The value was repaired; a correction says how.
    Repaired,
    /// The value is held back; a correction says so.
    Withheld,
    /// The row is held back.
    Quarantined,
    /// The row is no record.
    Rejected,
}

impl Action {
    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Repaired => "repaired",
            Self::Withheld => "withheld",
            Self::Quarantined => "quarantined",
            Self::Rejected => "rejected",
        }
    }
}

/// Why a cell or a row fails.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A required value is missing.
    Missing,
    /// A stand-in such as `无` or `13800000000` where a value should be.
    Placeholder,
    /// A spreadsheet turned a long number into `1.10105E+17` or zeros; the value is lost.
    Destroyed,
    /// Characters that no reading of the file's encoding explains.
    Undecodable,
    /// An identifier of the named kind with something wrong; the identifier's own words say what.
    Identifier {
        /// The name of the kind of identifier.
        kind: &'static str,
        /// What is wrong, in English.
        english: Box<str>,
        /// What is wrong, in Chinese.
        chinese: Box<str>,
    },
    /// Not of the expected form; the form is named.
    Format {
        /// The expected form, such as `date` or a pattern.
        expected: Arc<str>,
    },
    /// Can be read in more than one way.
    Ambiguous,
    /// Outside the allowed range, bounds inclusive.
    OutOfRange {
        /// Smallest allowed value, none if unbounded.
        min: Option<Arc<str>>,
        /// Largest allowed value, none if unbounded.
        max: Option<Arc<str>>,
    },
    /// Number of characters outside the allowed range.
    Length {
        /// Fewest characters.
        min: usize,
        /// Most characters.
        max: usize,
    },
    /// Not a member of the code list or the reference table named.
    NotInList {
        /// Name of the code list or table.
        list: Arc<str>,
    },
    /// A code of the reference table named, but not in force on the day.
    NotInForce {
        /// Name of the table.
        list: Arc<str>,
        /// The day, `YYYY-MM-DD`.
        day: Box<str>,
    },
    /// No record of the other entity type has this key or value.
    NoReference {
        /// The other entity type.
        entity: &'static str,
    },
    /// The same value stands in another row.
    Duplicate {
        /// How many rows share the value.
        count: u64,
    },
    /// Contradicts another attribute of the same record.
    Conflict {
        /// The other attribute.
        other: Arc<str>,
    },
    /// An expression of the rule pack is false.
    Expression,
    /// An expression of the rule pack is neither true nor false for the row.
    Unevaluated {
        /// Why, in English.
        reason: Box<str>,
    },
    /// Of a whole source: its newest date is too old.
    Stale {
        /// The newest date; none if no row has one.
        newest: Option<Box<str>>,
        /// How many days it may be old.
        max_age_days: u32,
    },
    /// Of a whole source: too few or too many rows.
    RowCount {
        /// The rows there are.
        rows: u64,
        /// Fewest, none if unbounded.
        min: Option<u64>,
        /// Most, none if unbounded.
        max: Option<u64>,
    },
    /// Of a whole source: the number of rows changed too much against the last run.
    RowCountChanged {
        /// The rows there are.
        rows: u64,
        /// The rows of the last run.
        last: u64,
    },
    /// Of a whole source: the rule was not run, as the other entity type is not in the run.
    OtherSideMissing {
        /// The other entity type.
        entity: &'static str,
    },
    /// Of a whole source: the rule was not run, as the source has no column for the element.
    NoColumn {
        /// The element.
        element: Arc<str>,
    },
    /// The row has another number of cells than the header.
    Ragged {
        /// Cells of the header.
        expected: usize,
        /// Cells of the row.
        found: usize,
    },
    /// The row has no source key.
    NoKey,
    /// The row is an exact copy of another row with the same source key.
    Copy,
    /// Several rows with different content share the source key.
    KeyConflict {
        /// How many rows share the key.
        count: u64,
    },
    /// The source key does not follow the declared pattern.
    CodePattern {
        /// The declared pattern.
        pattern: Arc<str>,
    },
    /// A totals, subtotal, page-number or otherwise non-data row.
    NotARecord,
}

impl Fault {
    /// Whether this says that a rule was not run, which is no failure.
    pub fn is_not_run(&self) -> bool {
        matches!(self, Self::OtherSideMissing { .. } | Self::NoColumn { .. })
    }

    /// The reason for people.
    pub fn describe(&self, language: Language) -> String {
        match language {
            Language::English => self.in_english(),
            Language::Chinese => self.in_chinese(),
        }
    }

    fn in_english(&self) -> String {
        match self {
            Self::Missing => "a required value is missing".into(),
            Self::Placeholder => "a placeholder stands where a value should be".into(),
            Self::Destroyed => {
                "destroyed by a spreadsheet (scientific notation or lost digits), cannot be restored".into()
            }
            Self::Undecodable => "characters that the file's encoding cannot explain".into(),
            Self::Identifier { kind, english, .. } => format!("not a valid {kind}: {english}"),
            Self::Format { expected } => format!("not of the form {expected}"),
            Self::Ambiguous => "can be read in more than one way".into(),
            Self::OutOfRange { min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("not between {min} and {max}"),
                (Some(min), None) => format!("less than {min}"),
                (None, Some(max)) => format!("more than {max}"),
                (None, None) => "out of range".into(),
            },
            Self::Length { min, max } => format!("not between {min} and {max} characters long"),
            Self::NotInList { list } => format!("not in the list {list}"),
            Self::Duplicate { count } => format!("the same value stands in {count} rows"),
            Self::Conflict { other } => format!("contradicts {other}"),
            Self::NotInForce { list, day } => format!("in the list {list}, but not in force on {day}"),
            Self::NoReference { entity } => format!("no {entity} has this key"),
            Self::Expression => "the rule's expression is false".into(),
            Self::Unevaluated { reason } => format!("the rule's expression cannot be evaluated: {reason}"),
            Self::Stale { newest, max_age_days } => match newest {
                Some(newest) => format!("the newest date, {newest}, is more than {max_age_days} days old"),
                None => format!("no row has a date, which may be at most {max_age_days} days old"),
            },
            Self::RowCount { rows, min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("{rows} rows, not between {min} and {max}"),
                (Some(min), None) => format!("{rows} rows, fewer than {min}"),
                (None, Some(max)) => format!("{rows} rows, more than {max}"),
                (None, None) => format!("{rows} rows"),
            },
            Self::RowCountChanged { rows, last } => format!("{rows} rows after {last} in the last run"),
            Self::OtherSideMissing { entity } => format!("not run: no {entity} is in this run"),
            Self::NoColumn { element } => format!("not run: no column feeds {element}"),
            Self::Ragged { expected, found } => format!("the row has {found} cells, the header {expected}"),
            Self::NoKey => "the row has no source key".into(),
            Self::Copy => "an exact copy of another row with the same source key".into(),
            Self::KeyConflict { count } => format!("{count} rows with different content share this source key"),
            Self::CodePattern { pattern } => format!("the source key does not follow {pattern}"),
            Self::NotARecord => "a totals, page or title row, not a record".into(),
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::Missing => "必填值缺失".into(),
            Self::Placeholder => "以占位内容代替真实值".into(),
            Self::Destroyed => "已被电子表格破坏（科学计数法或丢失位数），无法恢复".into(),
            Self::Undecodable => "存在无法按文件编码解读的字符".into(),
            Self::Identifier { kind, chinese, .. } => format!("不是有效的 {kind}：{chinese}"),
            Self::Format { expected } => format!("格式不符合 {expected}"),
            Self::Ambiguous => "有多种解读，无法确定".into(),
            Self::OutOfRange { min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("不在 {min} 至 {max} 之间"),
                (Some(min), None) => format!("小于 {min}"),
                (None, Some(max)) => format!("大于 {max}"),
                (None, None) => "超出范围".into(),
            },
            Self::Length { min, max } => format!("长度不在 {min} 至 {max} 个字符之间"),
            Self::NotInList { list } => format!("不在代码表 {list} 中"),
            Self::Duplicate { count } => format!("同一个值出现在 {count} 行"),
            Self::Conflict { other } => format!("与 {other} 矛盾"),
            Self::NotInForce { list, day } => format!("在代码表 {list} 中，但 {day} 时无效"),
            Self::NoReference { entity } => format!("没有这一编码的 {entity}"),
            Self::Expression => "规则表达式不成立".into(),
            Self::Unevaluated { reason } => format!("规则表达式无法求值：{reason}"),
            Self::Stale { newest, max_age_days } => match newest {
                Some(newest) => format!("最新日期 {newest} 距今超过 {max_age_days} 天"),
                None => format!("没有任何一行有日期，要求距今不超过 {max_age_days} 天"),
            },
            Self::RowCount { rows, min, max } => match (min, max) {
                (Some(min), Some(max)) => format!("共 {rows} 行，不在 {min} 至 {max} 之间"),
                (Some(min), None) => format!("共 {rows} 行，少于 {min}"),
                (None, Some(max)) => format!("共 {rows} 行，多于 {max}"),
                (None, None) => format!("共 {rows} 行"),
            },
            Self::RowCountChanged { rows, last } => format!("共 {rows} 行，上次运行为 {last} 行"),
            Self::OtherSideMissing { entity } => format!("未执行：本次运行没有 {entity}"),
            Self::NoColumn { element } => format!("未执行：没有列对应 {element}"),
            Self::Ragged { expected, found } => format!("本行有 {found} 列，表头有 {expected} 列"),
            Self::NoKey => "本行没有来源编码".into(),
            Self::Copy => "与同一来源编码的另一行完全相同".into(),
            Self::KeyConflict { count } => format!("{count} 行内容不同却使用同一来源编码"),
            Self::CodePattern { pattern } => format!("来源编码不符合规则 {pattern}"),
            Self::NotARecord => "合计、页码或标题行，不是记录".into(),
        }
    }
}

/// One failing cell or row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Position of the source in the rulebook.
    pub source: u16,
    /// Number of the row in its source, from 1; 0 for a finding about the source as a whole.
    pub row: u64,
    /// The source key, if the row has one.
    pub key: Option<Box<str>>,
    /// Position of the data element in the dictionary; `None` for a fault of the whole row.
    pub attribute: Option<u16>,
    /// Code of the rule, such as `CU003`, or of the room that found it, such as `ST101`.
    pub rule: Arc<str>,
    /// How grave.
    pub severity: Severity,
    /// Why.
    pub fault: Fault,
    /// The value as received, or the row's content for a fault of the row.
    pub value: Option<Box<str>>,
    /// A value that would pass, if exactly one is known.
    pub fix: Option<Box<str>>,
    /// What was done.
    pub action: Action,
}

/// One value that is no longer what the source gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Position of the source in the rulebook.
    pub source: u16,
    /// Number of the row in its source, from 1.
    pub row: u64,
    /// The source key, if the row has one.
    pub key: Option<Box<str>>,
    /// Position of the data element in the dictionary.
    pub attribute: u16,
    /// Code of the rule or room that changed it.
    pub rule: Arc<str>,
    /// What was there; `None` if nothing was.
    pub before: Option<Box<str>>,
    /// What is there now; `None` if the value is held back.
    pub after: Option<Box<str>>,
    /// How the new value came about.
    pub origin: crate::record::Origin,
    /// Confidence in the new value, in per mille; 1000 for a change of form only.
    pub confidence: u16,
}

/// What a room has to say beside the batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    /// Failing cells and rows.
    pub findings: Vec<Finding>,
    /// Changed values.
    pub corrections: Vec<Correction>,
}

impl Notes {
    /// Adds the notes of another batch or room behind these.
    pub fn append(&mut self, mut other: Self) {
        self.findings.append(&mut other.findings);
        self.corrections.append(&mut other.corrections);
    }
}
