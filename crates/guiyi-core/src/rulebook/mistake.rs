//! A mistake in a configuration file: where it is, what is wrong, and the way out if we know it.
//!
//! Every reader of TOML text collects mistakes and returns all of them at once; none stops at the first.

use std::fmt;
use std::sync::Arc;

/// One mistake in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Name of the file, as the user gave it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong; one line, no full stop.
    pub message: String,
    /// What to write instead, where it is known.
    pub hint: Option<String>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Mistake {}

/// The candidate that `word` was most likely meant to be, `None` if none is near; the first in order on a tie.
///
/// Near: at most one edit (Damerau-Levenshtein) per three characters of the longer word, and at least one edit allowed.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let edits = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
        let allowed = (word.chars().count().max(candidate.chars().count()) / 3).max(1);
        if edits <= allowed && best.is_none_or(|(fewest, _)| edits < fewest) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The hint for a name that is none of `names`: the nearest one, or all of them if none is near.
pub fn hint_for<'a>(word: &str, names: impl IntoIterator<Item = &'a str> + Clone) -> Option<String> {
    if let Some(name) = nearest(word, names.clone()) {
        return Some(format!("did you mean \"{name}\"?"));
    }
    let names: Vec<&str> = names.into_iter().collect();
    (!names.is_empty()).then(|| format!("one of: {}", names.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let names = ["columns", "system", "path", "客户名称"];
        let check = |word, expected| assert_eq!(nearest(word, names), expected, "{word}");
        check("colums", Some("columns"));
        check("Columns", Some("columns"));
        check("cloumns", Some("columns"));
        check("客户名", Some("客户名称"));
        check("encoding", None);
        check("", None);
    }

    #[test]
    fn shown_with_place_and_hint() {
        let mut mistake = Mistake {
            file: "guiyi.toml".into(),
            line: 12,
            column: 7,
            message: "unknown key \"colums\" in [[source]]".into(),
            hint: hint_for("colums", ["columns", "path"]),
        };
        let expected =
            "guiyi.toml:12:7: unknown key \"colums\" in [[source]]\n  hint: did you mean \"columns\"?".to_owned();
        assert_eq!(mistake.to_string(), expected);
        mistake.hint = None;
        assert_eq!(
            mistake.to_string(),
            "guiyi.toml:12:7: unknown key \"colums\" in [[source]]"
        );
        assert_eq!(
            hint_for("zzz", ["columns", "path"]).as_deref(),
            Some("one of: columns, path")
        );
        assert_eq!(hint_for("zzz", []), None);
    }
}
