//! Members of a code list: any spelling of a member becomes its code. A value outside the list stays, cleaned, for the
//! validate room to judge.

use std::collections::BTreeMap;

use super::change::Change;
use super::text::{Style, clean, is_clean};
use crate::dictionary::Element;

/// The spellings of one element's code list.
#[derive(Debug, Default)]
pub(super) struct CodeList<'a> {
    codes: Vec<&'a str>,
    /// Folded spelling -> code; where two members share a spelling, the first one has it.
    spellings: BTreeMap<String, &'a str>,
}

impl<'a> CodeList<'a> {
    /// The code list of an element; empty if it has none.
    pub(super) fn new(element: &'a Element) -> Self {
        let mut spellings = BTreeMap::new();
        // A code beats a label, a label a synonym, whatever the order of the members.
        for member in &element.codes {
            spellings.entry(folded(&member.code)).or_insert(&*member.code);
        }
        for member in &element.codes {
            spellings.entry(folded(&member.label_zh)).or_insert(&*member.code);
        }
        for member in &element.codes {
            for synonym in &member.synonyms {
                spellings.entry(folded(synonym)).or_insert(&*member.code);
            }
        }
        Self {
            codes: element.codes.iter().map(|member| &*member.code).collect(),
            spellings,
        }
    }

    /// The code that a text means.
    pub(super) fn find(&self, text: &str) -> Option<&'a str> {
        let exact = self
            .codes
            .iter()
            .find(|code| **code == text)
            .or_else(|| self.spellings.get(text));
        if exact.is_some() || self.spellings.is_empty() {
            return exact.copied();
        }
        self.spellings.get(&folded(text)).copied()
    }

    /// Brings a value to its code.
    pub(super) fn standardize(&self, text: &str) -> Option<Change> {
        match self.find(text) {
            Some(code) if code == text => None,
            Some(code) => Change::to(text, code.to_owned()),
            None if is_clean(text, Style::Text) => None,
            None => Change::to(text, clean(text, Style::Text)),
        }
    }
}

fn folded(text: &str) -> String {
    clean(text, Style::Name).to_lowercase()
}
