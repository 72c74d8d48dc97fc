//! The rows that the page shows as a sample: findings and pairs to review, worded, masked and ready to print.
//!
//! Law: whoever fills these masks sensitive values first; the page prints what it gets.

/// One finding, as the page shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingRow {
    /// `customer`, `supplier`, `material` or `contact`.
    pub entity: String,
    /// Name of the system.
    pub system: String,
    /// Number of the row in its source, from 1.
    pub row: u64,
    /// The source key, empty if the row has none.
    pub key: String,
    /// The data element, empty for a fault of the whole row.
    pub attribute: String,
    /// Code of the rule.
    pub rule: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// The value as received, masked if sensitive.
    pub value: String,
    /// Why, in English.
    pub reason: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// A value that would pass, empty if none is known; masked if sensitive.
    pub fix: String,
    /// `reported`, `repaired`, `withheld`, `quarantined` or `rejected`.
    pub action: String,
}

/// One pair that waits for a person, as the page shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReviewRow {
    /// `customer`, `supplier`, `material` or `contact`.
    pub entity: String,
    /// System and source key of the one record.
    pub left: (String, String),
    /// System and source key of the other record.
    pub right: (String, String),
    /// Weight of the pair, higher is more alike; `None` where no weight was given.
    pub weight: Option<f64>,
    /// The attributes that were compared, in the order to show them.
    pub fields: Vec<ReviewField>,
    /// Why a person has to decide, in English.
    pub reason: String,
    /// Why a person has to decide, in Chinese.
    pub reason_zh: String,
}

/// One attribute of both records of a pair.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReviewField {
    /// The data element.
    pub attribute: String,
    /// Value of the one record, empty if it has none; masked if sensitive.
    pub left: String,
    /// Value of the other record, empty if it has none; masked if sensitive.
    pub right: String,
}

impl ReviewField {
    /// `same`, `different` or `missing`, going by the two values alone.
    pub(crate) fn agreement(&self) -> &'static str {
        if self.left.is_empty() || self.right.is_empty() {
            "missing"
        } else if self.left == self.right {
            "same"
        } else {
            "different"
        }
    }
}
