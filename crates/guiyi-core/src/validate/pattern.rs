//! `pattern`: the whole value matches a regular expression. Null passes.

use regex::Regex;

use crate::finding::Fault;

pub(super) fn fault(value: &str, regex: &Regex) -> Option<Fault> {
    (!regex.is_match(value)).then(|| Fault::Format {
        expected: written(regex).into(),
    })
}

/// The expression as the rule pack has it, without the anchors that the parser put around it.
fn written(regex: &Regex) -> &str {
    let text = regex.as_str();
    text.strip_prefix(r"\A(?:")
        .and_then(|text| text.strip_suffix(r")\z"))
        .unwrap_or(text)
}
