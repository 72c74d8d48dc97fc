//! A pinned value in the canonical form that the values of the sources have.

use anyhow::bail;
use arrow_array::StringArray;
use guiyi_core::finding::Language;
use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Batch, Column, RowState};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::standardize::{Hints, cells};

use super::steward::Desk;
use crate::words::say;

/// The canonical form of a value for an element of a golden record, whose other values stand beside it; `None` for an
/// empty one. Another form than was given, and what is wrong with the value, is said.
///
/// Fails for a value that cannot be one of the element; an element that is not known is left to the store.
pub(super) fn canonical(
    desk: &Desk,
    mut rulebook: Rulebook,
    id: GlobalId,
    (element, given): (&str, &str),
    chinese: bool,
) -> anyhow::Result<Option<String>> {
    let given = given.trim();
    let Some(position) = rulebook.dictionary.position(element).filter(|_| !given.is_empty()) else {
        return Ok((!given.is_empty()).then(|| given.to_owned()));
    };
    let mut day = desk.signature.because("").utc.split(['-', 'T']);
    if let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (
        day.next().map(str::parse),
        day.next().map(str::parse),
        day.next().map(str::parse),
    ) {
        rulebook.today = (year, month, day);
    }
    let golden = desk.store.golden(id)?;
    let value_of = |name: &str| {
        let mut values = golden.iter().flat_map(|golden| &golden.values);
        values.find(|value| value.element == name)?.value.as_deref()
    };
    let language = if chinese { Language::Chinese } else { Language::English };
    let (value, wrong) = standardized(&rulebook, position, given, value_of, language);
    let Some(value) = value else {
        bail!(
            "\"{given}\" is no value of \"{element}\": {}\n  hint: an empty value says that none shall stand there",
            wrong.join("; ")
        );
    };
    for wrong in wrong {
        say(&format!("{element}: \"{given}\" {wrong}"));
    }
    if value != given {
        let said = if chinese { "规范化为" } else { "is pinned as" };
        say(&format!("{element}: \"{given}\" {said} \"{value}\""));
    }
    Ok(Some(value))
}

/// The canonical form of a value of the element at a position, `None` if it can be no value of it, and what is wrong with
/// it; `value_of` gives the values that stand beside it.
pub(super) fn standardized<'a>(
    rulebook: &Rulebook,
    position: usize,
    given: &'a str,
    value_of: impl Fn(&str) -> Option<&'a str>,
    language: Language,
) -> (Option<String>, Vec<String>) {
    let elements = rulebook.dictionary.elements.iter().enumerate();
    let column = |(at, of_dictionary): (usize, &guiyi_core::dictionary::Element)| {
        let value = if at == position {
            Some(given)
        } else {
            value_of(&of_dictionary.name)
        };
        Column::received(StringArray::from(vec![value]))
    };
    let mut batch = Batch {
        source: 0,
        rows: vec![1],
        keys: StringArray::from(vec![Some("")]),
        received: Vec::new(),
        columns: elements.map(column).collect(),
        states: vec![RowState::Clean],
    };
    let faults = cells(&mut batch, &[position], rulebook, &Hints::default());
    let wrong = faults.iter().map(|(_, _, fault)| fault.describe(language)).collect();
    (batch.columns[position].get(0).map(str::to_owned), wrong)
}
