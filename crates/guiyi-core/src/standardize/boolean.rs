//! Yes and no: `true` and `false`, whatever they are written with.
//!
//! 无 and × say no here, where every other kind takes them for stand-ins. What says neither is held back.

use super::change::Change;
use super::text::{Style, clean};

const YES: [&str; 20] = [
    "true", "是", "y", "yes", "t", "1", "√", "✓", "✔", "☑", "有", "对", "真", "on", "1.0", "是的", "启用", "正确", "v",
    "ok",
];
const NO: [&str; 20] = [
    "false", "否", "n", "no", "f", "0", "×", "✗", "✘", "☐", "无", "错", "假", "off", "0.0", "不是", "禁用", "没有",
    "x", "非",
];

/// Brings a yes or no to `true` or `false`.
pub(super) fn standardize(text: &str) -> Option<Change> {
    if matches!(text, "true" | "false") {
        return None;
    }
    match find(text) {
        Some(value) => Change::to(text, value.to_string()),
        None if clean(text, Style::Name).is_empty() => Change::to(text, String::new()),
        None => Some(Change::unreadable("yes or no")),
    }
}

/// What a text says; `None` if neither yes nor no.
pub(super) fn find(text: &str) -> Option<bool> {
    let cleaned = clean(text, Style::Name);
    let is_in = |words: &[&str]| words.iter().any(|word| cleaned.eq_ignore_ascii_case(word));
    if is_in(&YES) {
        Some(true)
    } else {
        is_in(&NO).then_some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_yes_or_no() {
        for (text, expected) in [
            ("是", Some(true)),
            (" Ｙ ", Some(true)),
            ("√", Some(true)),
            ("TRUE", Some(true)),
            ("1", Some(true)),
            ("否", Some(false)),
            ("无", Some(false)),
            ("×", Some(false)),
            ("N", Some(false)),
            ("0", Some(false)),
            ("也许", None),
            ("", None),
            ("2", None),
        ] {
            assert_eq!(find(text), expected, "{text}");
        }
        assert_eq!(standardize("true"), None);
        assert!(standardize("也许").is_some_and(|change| change.complaint.is_some()));
    }
}
