//! `one-of`: the value is a member of the list. Null passes.

use std::sync::Arc;

use crate::finding::Fault;

/// The list of a rule, sorted once.
pub(super) struct List<'a> {
    sorted: Vec<&'a str>,
    name: &'a Arc<str>,
}

impl<'a> List<'a> {
    /// `name` names the list to people.
    pub(super) fn new(values: &'a [Arc<str>], name: &'a Arc<str>) -> Self {
        let mut sorted: Vec<&str> = values.iter().map(|value| &**value).collect();
        sorted.sort_unstable();
        Self { sorted, name }
    }

    pub(super) fn fault(&self, value: &str) -> Option<Fault> {
        self.sorted.binary_search(&value).is_err().then(|| Fault::NotInList {
            list: Arc::clone(self.name),
        })
    }
}
