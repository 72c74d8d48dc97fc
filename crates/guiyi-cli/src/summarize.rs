//! From what the rooms gave to the summary: counting, nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::ensure;
use arrow_array::Array;
use guiyi_core::dictionary::Importance;
use guiyi_core::finding::{Action, Finding, Language, Severity};
use guiyi_core::global_id::GlobalId;
use guiyi_core::pipeline::{Cleansed, Unified};
use guiyi_core::record::{Origin, Records, RowState};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::score::{DIMENSIONS, Scorecard};
use guiyi_io::read::Reader;
use guiyi_io::report::summary::{ElementSummary, EntitySummary, RuleSummary, Score, SeverityCounts, SourceSummary};
use guiyi_store::CommitReport;

/// Everything that one entity type's walk gave.
pub(crate) struct Walked<'a> {
    pub(crate) rulebook: &'a Rulebook,
    pub(crate) files: &'a [(PathBuf, Reader)],
    pub(crate) cleansed: &'a Cleansed,
    pub(crate) records: &'a Records,
    pub(crate) unified: &'a Unified,
    /// The IDs of golden records that are retired: they are in no output, and do not count.
    pub(crate) retired: &'a BTreeSet<GlobalId>,
    pub(crate) commit: &'a CommitReport,
}

/// Counts one entity type; fails if rows are not accounted for, which would be a fault of the program.
pub(crate) fn entity(walked: &Walked<'_>) -> anyhow::Result<EntitySummary> {
    let Walked {
        rulebook,
        cleansed,
        records,
        unified,
        retired,
        commit,
        ..
    } = walked;
    let sources = walked
        .files
        .iter()
        .enumerate()
        .map(|(source, (path, reader))| source_summary(source, path, reader, cleansed, rulebook))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let counts = &unified.matching.counts;
    let golden = &unified.golden;
    let (mut duplicates_within, mut linked_across) = (0, 0);
    let mut cluster_sizes: BTreeMap<u32, u64> = BTreeMap::new();
    let is_retired = |number: &usize| retired.contains(&unified.assignment.gids[*number]);
    let (retired, active): (Vec<usize>, Vec<usize>) = (0..golden.len()).partition(is_retired);
    for &number in &active {
        let members = golden.members_of(number);
        let systems: BTreeSet<&str> = members
            .iter()
            .map(|&record| &*rulebook.sources[usize::from(records.sources[record as usize])].system)
            .collect();
        duplicates_within += (members.len() - systems.len()) as u64;
        linked_across += u64::from(systems.len() > 1);
        *cluster_sizes.entry(members.len() as u32).or_default() += 1;
    }
    Ok(EntitySummary {
        entity: rulebook.dictionary.entity.name().to_owned(),
        sources,
        records: records.len() as u64,
        duplicates_within,
        linked_across,
        candidates: counts.candidates,
        pairs_matched: counts.matches,
        pairs_to_review: guiyi_io::outputs::pairs_to_review(&unified.matching).len() as u64,
        golden: active.len() as u64,
        golden_new: commit.golden_new,
        golden_changed: commit.golden_changed,
        golden_unchanged: commit.golden_unchanged,
        golden_superseded: commit.golden_superseded,
        rules: rules(&cleansed.notes.findings, rulebook),
        completeness: completeness(unified, &retired, rulebook),
        cluster_sizes,
    })
}

fn source_summary(
    source: usize,
    path: &std::path::Path,
    reader: &Reader,
    cleansed: &Cleansed,
    rulebook: &Rulebook,
) -> anyhow::Result<SourceSummary> {
    let number = source as u16;
    let mut states = [0_u64; 4];
    for batch in cleansed.batches.iter().filter(|batch| batch.source == number) {
        for state in &batch.states {
            states[*state as usize] += 1;
        }
    }
    let rows_read = cleansed
        .batches
        .iter()
        .filter(|batch| batch.source == number)
        .map(|batch| batch.len() as u64)
        .sum();
    let [clean, corrected, quarantined, rejected] = [
        RowState::Clean,
        RowState::Corrected,
        RowState::Quarantined,
        RowState::Rejected,
    ]
    .map(|state| states[state as usize]);
    ensure!(
        rows_read == clean + corrected + quarantined + rejected,
        "rows of {} do not add up: {rows_read} read, {states:?} accounted for; please report this fault of guiyi",
        path.display()
    );
    let mut findings = SeverityCounts::default();
    let mut rows_with_findings: Vec<u64> = Vec::new();
    for finding in cleansed
        .notes
        .findings
        .iter()
        .filter(|finding| finding.source == number)
    {
        match finding.severity {
            Severity::Info => findings.info += 1,
            Severity::Warning => findings.warning += 1,
            Severity::Error => findings.error += 1,
        }
        if finding.severity > Severity::Info && finding.row > 0 {
            rows_with_findings.push(finding.row);
        }
    }
    rows_with_findings.sort_unstable();
    rows_with_findings.dedup();
    let spec = &rulebook.sources[source];
    let unmapped = reader.headers.iter().enumerate();
    let unmapped = unmapped.filter(|&(column, header)| {
        column != spec.key_column && !header.is_empty() && !spec.mapping.contains(&Some(column))
    });
    Ok(SourceSummary {
        system: spec.system.to_string(),
        path: path.display().to_string(),
        digest: reader.digest.clone(),
        read_as: read_as(reader),
        rows_read,
        clean,
        corrected,
        quarantined,
        rejected,
        findings,
        corrections: cleansed
            .notes
            .corrections
            .iter()
            .filter(|correction| correction.source == number)
            .count() as u64,
        rows_with_findings: rows_with_findings.len() as u64,
        unmapped: unmapped.map(|(_, header)| header.to_string()).collect(),
        scores: scores(&cleansed.scores[source]),
    })
}

/// Format, encoding and delimiter in a few words.
fn read_as(reader: &Reader) -> String {
    let mut words = vec![reader.format.name().to_owned()];
    words.extend(reader.encoding.map(guiyi_io::read::TextEncoding::name));
    words.extend(reader.delimiter.map(|delimiter| match delimiter {
        b'\t' => "tab".to_owned(),
        other => format!("\"{}\"", char::from(other)),
    }));
    words.extend(reader.sheet.as_ref().map(|sheet| format!("sheet {sheet}")));
    words.join(", ")
}

fn scores(card: &Scorecard) -> Vec<Score> {
    let mut scores: Vec<Score> = DIMENSIONS
        .iter()
        .zip(card.dimensions)
        .map(|(dimension, tally)| Score {
            dimension: dimension.name().to_owned(),
            passed: tally.passed,
            total: tally.total,
            score: tally.score(),
        })
        .collect();
    let with_data = scores.iter().filter(|score| score.score.is_some()).count() as u64;
    scores.push(Score {
        dimension: "overall".into(),
        passed: with_data,
        total: with_data,
        score: card.overall(),
    });
    scores
}

/// Findings by rule and element, in order of code.
fn rules(findings: &[Finding], rulebook: &Rulebook) -> Vec<RuleSummary> {
    let mut counted: BTreeMap<(&str, Option<u16>), (&Finding, u64, u64)> = BTreeMap::new();
    for finding in findings {
        let entry = counted
            .entry((&finding.rule, finding.attribute))
            .or_insert((finding, 0, 0));
        entry.1 += 1;
        entry.2 += u64::from(finding.action == Action::Repaired);
    }
    let described = counted
        .into_iter()
        .map(|((code, attribute), (finding, findings, repaired))| {
            let rule = rulebook.rules.iter().find(|rule| &*rule.code == code);
            RuleSummary {
                code: code.to_owned(),
                attribute: attribute.map_or(String::new(), |at| {
                    rulebook.dictionary.elements[usize::from(at)].name.to_string()
                }),
                message: words(finding, rule.map(|rule| &*rule.message), Language::English),
                message_zh: words(finding, rule.map(|rule| &*rule.message_zh), Language::Chinese),
                severity: finding.severity.name().to_owned(),
                findings,
                repaired,
            }
        });
    described.collect()
}

/// What a rule says, and if it was not run, why; without a rule the fault.
fn words(finding: &Finding, message: Option<&str>, language: Language) -> String {
    let fault = || finding.fault.describe(language);
    match message {
        Some(message) if finding.fault.is_not_run() => format!("{message} ({})", fault()),
        Some(message) => message.to_owned(),
        None => fault(),
    }
}

/// `retired`: the numbers of golden records that do not count.
fn completeness(unified: &Unified, retired: &[usize], rulebook: &Rulebook) -> Vec<ElementSummary> {
    let golden = &unified.golden;
    let of_retired = |has: &dyn Fn(usize) -> bool| retired.iter().filter(|&&number| has(number)).count();
    let elements = rulebook.dictionary.elements.iter().zip(&golden.columns);
    elements
        .map(|(element, column)| ElementSummary {
            attribute: element.name.to_string(),
            label_zh: element.label_zh.to_string(),
            importance: match element.importance {
                Importance::Key => "key".into(),
                Importance::Normal => "normal".into(),
            },
            filled: (column.n_filled() - of_retired(&|number| column.values.is_valid(number))) as u64,
            imputed: {
                let is_imputed = |number: usize| column.origins[number] == Origin::Imputed;
                let all = (0..golden.len()).filter(|&number| is_imputed(number)).count();
                (all - of_retired(&is_imputed)) as u64
            },
            total: (golden.len() - retired.len()) as u64,
        })
        .collect()
}
