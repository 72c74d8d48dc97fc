//! The pattern of a system's own codes: `{department:D\d{2}}-{serial:\d{6}}`.
//!
//! Text outside braces stands for itself. `{name:regex}` is a part of that form, `{name}` one or more letters, digits
//! or Chinese characters. A part named like a data element feeds that element; `serial` and names that begin with `_`
//! feed nothing. Braces inside a part's expression must be balanced.

use std::sync::Arc;

use regex::Regex;

use super::CodePattern;
use super::mistake::hint_for;
use super::rules::{element_hint, last_line};
use crate::dictionary::Dictionary;

/// What is wrong with a pattern, for a [`super::Mistake`] at its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong.
    pub message: String,
    /// What to write instead, where it is known.
    pub hint: Option<String>,
}

impl PatternError {
    fn new(message: impl Into<String>, hint: Option<String>) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }
}

impl CodePattern {
    /// Reads a pattern for the elements of a dictionary.
    ///
    /// Errors: the first mistake; an unbalanced brace, a part that occurs twice or that is no element, an expression
    /// that does not compile, a pattern without a part.
    pub fn parse(text: &str, dictionary: &Dictionary) -> Result<Self, PatternError> {
        let mut expression = String::from(r"\A");
        let mut names: Vec<&str> = Vec::new();
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let (literal, part) = rest.split_at(open);
            expression.push_str(&regex::escape(literal));
            let Some(end) = closing(part) else {
                return Err(PatternError::new(
                    "a brace is not closed",
                    Some("write {name} or {name:expression}".into()),
                ));
            };
            let inside = &part[1..end];
            rest = &part[end + 1..];
            let (name, form) = inside.split_once(':').unwrap_or((inside, r"[\p{L}\p{N}]+"));
            if names.contains(&name) {
                return Err(PatternError::new(format!("the part \"{name}\" occurs twice"), None));
            }
            if let Some(position) = dictionary.position(name) {
                parts.push((Arc::from(name), position));
            } else if name != "serial" && !name.starts_with('_') {
                let hint = element_hint(name, dictionary)
                    .filter(|hint| hint.starts_with("did"))
                    .or_else(|| {
                        hint_for(name, ["serial"])
                            .filter(|hint| hint.starts_with("did"))
                            .or_else(|| Some("name it \"serial\", or begin it with _ if it feeds no element".into()))
                    });
                return Err(PatternError::new(
                    format!("the part \"{name}\" is no data element"),
                    hint,
                ));
            }
            if let Err(error) = Regex::new(form) {
                let message = format!("the part \"{name}\" does not compile: {}", last_line(&error));
                return Err(PatternError::new(message, None));
            }
            expression.extend(["(?P<", name, ">", form, ")"]);
            names.push(name);
        }
        if names.is_empty() {
            return Err(PatternError::new(
                "the pattern has no part",
                Some("write {name} or {name:expression}".into()),
            ));
        }
        expression.push_str(&regex::escape(rest));
        expression.push_str(r"\z");
        let regex = Regex::new(&expression)
            .map_err(|error| PatternError::new(format!("the pattern does not compile: {}", last_line(&error)), None))?;
        Ok(Self {
            text: text.into(),
            regex,
            parts,
        })
    }
}

/// Byte position of the brace that closes the one at the start; a backslash takes the next character for itself.
fn closing(part: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut escaped = false;
    for (at, character) in part.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dictionary::{EntityType, shipped};

    fn parse(text: &str) -> Result<CodePattern, PatternError> {
        CodePattern::parse(text, &shipped(EntityType::Customer))
    }

    #[test]
    fn parts() {
        let check = |pattern: &str, code: &str, expected: Option<&[(&str, &str)]>| {
            let pattern = parse(pattern).unwrap();
            let found = pattern.regex.captures(code).map(|captures| {
                pattern
                    .parts
                    .iter()
                    .map(|(name, _)| (&**name, captures.name(name).unwrap().as_str()))
                    .collect::<Vec<_>>()
            });
            assert_eq!(found.as_deref(), expected, "{code}");
        };
        let erp = r"{department:D\d{2}}-{serial:\d{6}}";
        check(erp, "D03-000127", Some(&[("department", "D03")]));
        check(erp, "D3-000127", None);
        check(erp, "xD03-000127", None);
        check(erp, "D03-000127\n", None);
        check(
            "{sales_region:[A-Z]{2}}-{customer_type}-{serial:\\d+}",
            "HD-KA-00451",
            Some(&[("sales_region", "HD"), ("customer_type", "KA")]),
        );
        check(
            "{department}.{_level}",
            "销售一部.甲",
            Some(&[("department", "销售一部")]),
        );
        check("{department}.{_level}", "销售一部x甲", None);
    }

    #[test]
    fn mistakes() {
        let check = |pattern: &str, message: &str, hint: Option<&str>| {
            let error = parse(pattern).unwrap_err();
            assert_eq!((&*error.message, error.hint.as_deref()), (message, hint), "{pattern}");
        };
        check(
            "{departmnt}-{serial}",
            "the part \"departmnt\" is no data element",
            Some("did you mean \"department\"?"),
        );
        check(
            "{部门}-{serial}",
            "the part \"部门\" is no data element",
            Some("did you mean \"department\"?"),
        );
        check(
            "{seral}",
            "the part \"seral\" is no data element",
            Some("did you mean \"serial\"?"),
        );
        check(
            "{zz}",
            "the part \"zz\" is no data element",
            Some("name it \"serial\", or begin it with _ if it feeds no element"),
        );
        check(
            "{serial:\\d{6}",
            "a brace is not closed",
            Some("write {name} or {name:expression}"),
        );
        check(
            "D}-1",
            "a brace is not closed",
            Some("write {name} or {name:expression}"),
        );
        check(
            "D-1",
            "the pattern has no part",
            Some("write {name} or {name:expression}"),
        );
        check("{serial}{serial}", "the part \"serial\" occurs twice", None);
        check(
            "{serial:[a}",
            "the part \"serial\" does not compile: unclosed character class",
            None,
        );
        check(
            "{_ 1}",
            "the pattern does not compile: invalid capture group character",
            None,
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "[{}a-z:\\\\_\\[\\]甲-]{0,20}") {
            let _ = parse(&text);
        }
    }
}
