//! The tables that a run writes, with their stable columns.
//!
//! Columns are only ever added, at the end. A cell without a value is empty. Texts for people come in English and, in
//! the column with the ending `_zh`, in Chinese. Rows are in a documented order, so that two runs can be compared.

use guiyi_core::cluster::Clusters;
use guiyi_core::dictionary::{Dictionary, ElementKind};
use guiyi_core::finding::{Language, Notes};
use guiyi_core::global_id::GlobalId;
use guiyi_core::matching::{Decision, Matching};
use guiyi_core::record::{Batch, Records, RowState};
use guiyi_core::rulebook::Rulebook;

use crate::IoError;
use crate::write::TableWriter;

/// Columns of `findings`: one row per failing cell or row, ordered by source, row, attribute and rule.
pub const FINDINGS: &[&str] = &[
    "source",
    "row",
    "key",
    "attribute",
    "rule",
    "severity",
    "value",
    "reason",
    "reason_zh",
    "fix",
    "action",
    "file",
];

/// Columns of `corrections`: one row per changed value, in the order of the sources' rows.
/// `confidence` is in [0, 1].
pub const CORRECTIONS: &[&str] = &[
    "source",
    "row",
    "key",
    "attribute",
    "rule",
    "before",
    "after",
    "origin",
    "confidence",
    "file",
];

/// Columns of `crosswalk`: one row per source record and global ID, ordered by system and source key.
pub const CROSSWALK: &[&str] = &[
    "system",
    "entity",
    "source_key",
    "global_id",
    "status",
    "valid_from",
    "valid_to",
];

/// Columns of `review`: one row per pair for a person, the most probable first.
pub const REVIEW: &[&str] = &[
    "global_id_a",
    "global_id_b",
    "system_a",
    "key_a",
    "system_b",
    "key_b",
    "probability",
    "weight",
    "name_a",
    "name_b",
    "reason",
    "reason_zh",
    "entity",
];

/// Columns of a golden table before the data elements, which follow in the order of the dictionary; ordered by
/// global ID. `members` counts source records, `systems` names their systems.
pub const GOLDEN: &[&str] = &["global_id", "version", "members", "systems"];

/// Columns of a quarantine table before the source's own columns: the row, and why it is held back.
pub const QUARANTINE: &[&str] = &["guiyi_row", "guiyi_reasons", "guiyi_reasons_zh"];

/// The reason of a finding: the rule's message, if a rule pack gives one, and what is wrong.
pub fn reason(finding: &guiyi_core::finding::Finding, rulebook: &Rulebook, language: Language) -> String {
    let fault = finding.fault.describe(language);
    let rule = rulebook
        .rules
        .binary_search_by(|rule| rule.code.cmp(&finding.rule))
        .ok()
        .map(|at| &rulebook.rules[at]);
    match (rule, language) {
        (Some(rule), Language::English) => format!("{}: {fault}", rule.message),
        (Some(rule), Language::Chinese) => format!("{}：{fault}", rule.message_zh),
        (None, _) => fault,
    }
}

/// Writes the findings of an entity type; `files` names the file of each source.
pub fn findings(table: &mut TableWriter, notes: &Notes, rulebook: &Rulebook, files: &[String]) -> Result<(), IoError> {
    let mut order: Vec<u32> = (0..notes.findings.len() as u32).collect();
    order.sort_by_key(|&at| {
        let finding = &notes.findings[at as usize];
        (finding.source, finding.row, finding.attribute, &finding.rule)
    });
    for at in order {
        let finding = &notes.findings[at as usize];
        let row = finding.row.to_string();
        let (english, chinese) = (
            reason(finding, rulebook, Language::English),
            reason(finding, rulebook, Language::Chinese),
        );
        table.row(&[
            Some(&rulebook.sources[usize::from(finding.source)].system),
            Some(&*row).filter(|_| finding.row > 0),
            finding.key.as_deref(),
            finding
                .attribute
                .map(|attribute| &*rulebook.dictionary.elements[usize::from(attribute)].name),
            Some(&finding.rule),
            Some(finding.severity.name()),
            finding.value.as_deref(),
            Some(&english),
            Some(&chinese),
            finding.fix.as_deref(),
            Some(finding.action.name()),
            files.get(usize::from(finding.source)).map(String::as_str),
        ])?;
    }
    Ok(())
}

/// Writes the corrections of an entity type; `files` names the file of each source.
pub fn corrections(
    table: &mut TableWriter,
    notes: &Notes,
    rulebook: &Rulebook,
    files: &[String],
) -> Result<(), IoError> {
    let mut order: Vec<u32> = (0..notes.corrections.len() as u32).collect();
    order.sort_by_key(|&at| {
        let correction = &notes.corrections[at as usize];
        (correction.source, correction.row, correction.attribute)
    });
    for at in order {
        let correction = &notes.corrections[at as usize];
        let row = correction.row.to_string();
        let confidence = format!("{:.3}", f64::from(correction.confidence) / 1000.0);
        table.row(&[
            Some(&rulebook.sources[usize::from(correction.source)].system),
            Some(&row),
            correction.key.as_deref(),
            Some(&rulebook.dictionary.elements[usize::from(correction.attribute)].name),
            Some(&correction.rule),
            correction.before.as_deref(),
            correction.after.as_deref(),
            Some(correction.origin.name()),
            Some(&confidence),
            files.get(usize::from(correction.source)).map(String::as_str),
        ])?;
    }
    Ok(())
}

/// Writes the quarantined rows of one source, in the source's own columns, so that they can be mended and sent again.
pub fn quarantine(
    table: &mut TableWriter,
    source: u16,
    batches: &[Batch],
    notes: &Notes,
    rulebook: &Rulebook,
) -> Result<(), IoError> {
    let mut why: Vec<&guiyi_core::finding::Finding> = notes
        .findings
        .iter()
        .filter(|finding| finding.source == source && finding.action == guiyi_core::finding::Action::Quarantined)
        .collect();
    why.sort_by_key(|finding| finding.row);
    for batch in batches.iter().filter(|batch| batch.source == source) {
        for row in (0..batch.len()).filter(|&row| batch.states[row] == RowState::Quarantined) {
            let number = batch.rows[row];
            let from = why.partition_point(|finding| finding.row < number);
            let reasons = why[from..].iter().take_while(|finding| finding.row == number);
            let say = |language| {
                reasons
                    .clone()
                    .map(|finding| reason(finding, rulebook, language))
                    .collect::<Vec<_>>()
                    .join("; ")
            };
            let (number, english, chinese) = (number.to_string(), say(Language::English), say(Language::Chinese));
            let mut cells = vec![Some(number.as_str()), Some(&english), Some(&chinese)];
            cells.extend(batch.received.iter().map(|column| {
                use arrow_array::Array;
                column.is_valid(row).then(|| column.value(row))
            }));
            table.row(&cells)?;
        }
    }
    Ok(())
}

/// The pairs for a person, the most probable first.
pub fn pairs_to_review(matching: &Matching) -> Vec<usize> {
    let pairs = &matching.pairs;
    let mut order: Vec<usize> = (0..pairs.len())
        .filter(|&at| pairs[at].decision == Decision::Review)
        .collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(pairs[at].probability), pairs[at].a, pairs[at].b));
    order
}

/// Writes the pairs for a person.
pub fn review(
    table: &mut TableWriter,
    records: &Records,
    matching: &Matching,
    clusters: &Clusters,
    gids: &[GlobalId],
    rulebook: &Rulebook,
) -> Result<(), IoError> {
    let name = naming_element(&rulebook.dictionary);
    for at in pairs_to_review(matching) {
        let pair = &matching.pairs[at];
        let gid = |record: u32| gids[clusters.of[record as usize] as usize].to_string();
        let system = |record: u32| &*rulebook.sources[usize::from(records.sources[record as usize])].system;
        let (gid_a, gid_b) = (gid(pair.a), gid(pair.b));
        let probability = format!("{:.6}", f64::from(pair.probability) / 1e6);
        let weight = format!("{:.3}", f64::from(pair.weight) / 1e3);
        let say = |language| pair_reason(matching, at, &rulebook.dictionary, language);
        let (english, chinese) = (say(Language::English), say(Language::Chinese));
        table.row(&[
            Some(&gid_a),
            Some(&gid_b),
            Some(system(pair.a)),
            Some(&records.keys[pair.a as usize]),
            Some(system(pair.b)),
            Some(&records.keys[pair.b as usize]),
            Some(&probability),
            Some(&weight),
            name.and_then(|name| records.get(pair.a, name)),
            name.and_then(|name| records.get(pair.b, name)),
            Some(&english),
            Some(&chinese),
            Some(rulebook.dictionary.entity.name()),
        ])?;
    }
    Ok(())
}

/// The element that names a record for people: the first name of an organization or person, else the first element.
pub fn naming_element(dictionary: &Dictionary) -> Option<usize> {
    let named = |kind| dictionary.of_kind(kind).next();
    named(ElementKind::OrganizationName)
        .or_else(|| named(ElementKind::PersonName))
        .or((!dictionary.elements.is_empty()).then_some(0))
}

/// Why a pair needs a person: what speaks for it and against it, the heaviest first, and a veto if there is one.
pub fn pair_reason(matching: &Matching, at: usize, dictionary: &Dictionary, language: Language) -> String {
    let pair = &matching.pairs[at];
    let mut said: Vec<String> = pair
        .veto
        .map(|veto| veto.describe(language).to_owned())
        .into_iter()
        .collect();
    let mut reasons: Vec<_> = matching.reasons(pair).collect();
    reasons.sort_by(|one, other| other.bits.abs().total_cmp(&one.bits.abs()));
    for reason in reasons {
        let element = dictionary
            .elements
            .iter()
            .find(|element| *element.name == *reason.element);
        let name = match (element, language) {
            (Some(element), Language::Chinese) => &*element.label_zh,
            (None, Language::Chinese) => "文字中的编号",
            _ => reason.element,
        };
        said.push(format!("{name}: {} ({:+.1})", reason.describe(language), reason.bits));
    }
    said.join("; ")
}
