//! A credit code on a branch and on its parent: each has a code of its own, so one of the rows is wrong.
//!
//! Several rows with one code are otherwise no fault: they are duplicates, which matching finds. Told as information,
//! on the rows of the branches, since nothing here can say which code the branch has.

use std::sync::Arc;

use super::unique::shared;
use super::{BRANCH, finding};
use crate::dictionary::ElementKind;
use crate::finding::{Fault, Notes, Severity};
use crate::record::{Batch, RowState};
use crate::rulebook::Rulebook;

/// Endings of the name of an establishment that is no legal person of its own, 企业名称登记管理规定 article 13.
const BRANCH_ENDINGS: [&str; 9] = [
    "分公司",
    "分店",
    "分厂",
    "分部",
    "分行",
    "支行",
    "办事处",
    "营业部",
    "分所",
];

pub(super) fn report(batches: &[Batch], rulebook: &Rulebook, notes: &mut Notes) {
    let dictionary = &rulebook.dictionary;
    let code_element = dictionary.of_kind(ElementKind::CreditCode).next();
    let name_element = dictionary.of_kind(ElementKind::OrganizationName).next();
    let (Some(code_element), Some(name_element)) = (code_element, name_element) else {
        return;
    };
    let rule: Arc<str> = BRANCH.into();
    let is_branch = |batch: usize, row: usize| Some(is_branch_name(batches[batch].columns[name_element].get(row)?));
    for group in shared(
        batches,
        &[code_element],
        |source| (source, source),
        |batch, row| batch.states[row] != RowState::Rejected,
    ) {
        if !group.iter().any(|&(batch, row)| is_branch(batch, row) == Some(false)) {
            continue;
        }
        for (batch, row) in group
            .into_iter()
            .filter(|&(batch, row)| is_branch(batch, row) == Some(true))
        {
            let fault = Fault::Conflict {
                other: Arc::clone(&dictionary.elements[name_element].name),
            };
            let batch = &batches[batch];
            notes.findings.push(finding(
                batch,
                rulebook,
                row,
                code_element,
                &rule,
                Severity::Info,
                fault,
            ));
        }
    }
}

fn is_branch_name(name: &str) -> bool {
    let name = name.trim_end_matches([')', '）', ' ']);
    BRANCH_ENDINGS.iter().any(|ending| name.ends_with(ending))
}
