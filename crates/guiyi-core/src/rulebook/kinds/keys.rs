//! The keys that every rule, condition and table of a pack may have, each with its manual.

use super::{Key, key};

/// The keys of every rule.
pub const RULE_KEYS: &[Key] = &[
    key(
        "code",
        "text",
        None,
        "two capital letters and three digits; stable, never used again for another rule",
    ),
    key("element", "element", None, "the data element that the rule is about"),
    key("check", "text", None, "the kind of check, see below"),
    key("severity", "text", None, "`info`, `warning` or `error`"),
    key(
        "dimension",
        "text",
        None,
        "the dimension of GB/T 36344-2018 that it counts toward, see below",
    ),
    key(
        "indicator",
        "text",
        Some("none"),
        "the indicator of that dimension, see below",
    ),
    key(
        "when",
        "condition, or an array of them",
        Some("every row"),
        "the rows that the rule looks at, see below",
    ),
    key(
        "tolerance",
        "integer or text",
        Some("0"),
        "failing rows up to which a source passes the rule: a number of rows such as `5`, or a share of the rows judged such as `\"0.5%\"`",
    ),
    key(
        "on_failure",
        "text",
        Some("`report`"),
        "`report`; `repair`: replace the value if exactly one repair exists; `withhold`: repair, or else hold the value back; `quarantine`: hold the row back",
    ),
    key(
        "owner",
        "text",
        Some("none"),
        "the department or person that answers for it",
    ),
    key("message", "text", None, "what the rule says, in English"),
    key("message_zh", "text", None, "what the rule says, in Chinese"),
    key(
        "why",
        "text",
        Some("that of the check"),
        "why it matters, for the manual page; with `why_zh`",
    ),
    key(
        "remedy",
        "text",
        Some("that of the check"),
        "what to do about a failure, for the manual page; with `remedy_zh`",
    ),
    key(
        "source",
        "text",
        Some("the element's standard"),
        "the standard or law that the rule follows",
    ),
    key("accept", "array of texts", Some("none"), "samples that must pass"),
    key("reject", "array of texts", Some("none"), "samples that must fail"),
];

/// The keys of a condition.
pub const CONDITION_KEYS: &[Key] = &[
    key("element", "element", None, "the element that the condition is about"),
    key(
        "one_of",
        "array of texts",
        Some("any value"),
        "it has one of these values",
    ),
    key(
        "not_one_of",
        "array of texts",
        Some("any value"),
        "it has a value that is none of these",
    ),
    key(
        "matches",
        "regular expression",
        Some("any value"),
        "its whole value matches",
    ),
    key("absent", "true or false", Some("false"), "it has no value"),
];

/// The keys of a table.
pub const TABLE_KEYS: &[Key] = &[
    key(
        "name",
        "text",
        None,
        "the name by which rules ask for the table; no shipped table has it",
    ),
    key(
        "file",
        "text",
        None,
        "a file in any format that Guiyi reads, relative to the pack",
    ),
    key(
        "label",
        "text",
        Some("the name"),
        "what it holds, for people; with `label_zh`",
    ),
    key("code", "text", Some("`code`"), "the header of the column of codes"),
    key(
        "column_name",
        "text",
        Some("`name`"),
        "the header of the column of names, which may be missing",
    ),
    key(
        "from",
        "text",
        Some("`from`"),
        "the header of the column of first days, which may be missing",
    ),
    key(
        "to",
        "text",
        Some("`to`"),
        "the header of the column of last days, which may be missing",
    ),
];
