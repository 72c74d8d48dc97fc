//! What became of a file, in the words of its rule pack.

use guiyi_core::finding::{Finding, Language};
use guiyi_core::rulebook::{Check, Pack, Rulebook};
use guiyi_core::validate::Tally;
use guiyi_io::read::{Reader, TextEncoding};
use guiyi_io::report::validation::{ElementUse, FileValidation, RuleValidation, Sample};

use super::judge::Sums;
use super::plan::Plan;

/// A finding as the result shows it; a page has no sensitive value.
pub(super) fn sample(finding: &Finding, rulebook: &Rulebook, masks: bool) -> Sample {
    let element = finding
        .attribute
        .and_then(|element| rulebook.dictionary.elements.get(usize::from(element)));
    let show = |value: Option<&str>| {
        if masks {
            crate::write::shown(value, element)
        } else {
            value.unwrap_or_default().to_owned()
        }
    };
    Sample {
        row: finding.row,
        key: finding.key.as_deref().unwrap_or_default().to_owned(),
        column: element.map(|element| element.name.to_string()).unwrap_or_default(),
        value: show(finding.value.as_deref()),
        reason: finding.fault.describe(Language::English),
        reason_zh: finding.fault.describe(Language::Chinese),
        fix: show(finding.fix.as_deref()),
    }
}

/// The file's counts with the words of the pack.
pub(super) fn describe(plan: &Plan, pack: &Pack, mut sums: Sums) -> FileValidation {
    let reader = &plan.reader;
    let header = |element: usize| plan.mapping[element].map(|column| reader.headers[column].to_string());
    let mut used: Vec<usize> = pack.rules.iter().flat_map(guiyi_core::validate::elements_of).collect();
    used.sort_unstable();
    used.dedup();
    let elements = used.into_iter().map(|position| {
        let element = &pack.dictionary.elements[position];
        ElementUse {
            element: element.name.to_string(),
            label_zh: element.label_zh.to_string(),
            column: header(position),
            values: if pack.standardizes[position] {
                "standardized"
            } else {
                "received"
            },
        }
    });
    let of_whole = sums.whole.findings(&plan.view.rulebook);
    let mut running = 0;
    let mut rules = Vec::with_capacity(pack.rules.len());
    for (rule, runs) in pack.rules.iter().zip(&plan.runs) {
        let mut entry = RuleValidation {
            code: rule.code.to_string(),
            severity: rule.severity.name(),
            dimension: rule.dimension.name(),
            element: pack.dictionary.elements[rule.attribute].name.to_string(),
            column: header(rule.attribute),
            message: rule.message.to_string(),
            message_zh: rule.message_zh.to_string(),
            owner: rule.owner.as_ref().map(ToString::to_string),
            outcome: "not-run",
            tolerance: rule.tolerance.to_string(),
            ..RuleValidation::default()
        };
        if *runs {
            let mut tally = sums.tallies[running];
            entry.samples = std::mem::take(&mut sums.samples[running]);
            running += 1;
            if rule.check.is_of_whole_source() {
                let findings = of_whole.iter().filter(|finding| finding.rule == rule.code);
                entry.samples = findings
                    .map(|finding| sample(finding, &plan.view.rulebook, false))
                    .collect();
                tally = Tally {
                    judged: 1,
                    failed: entry.samples.len() as u64,
                };
            }
            (entry.judged, entry.failed) = (tally.judged, tally.failed);
            if tally.judged > 0 {
                entry.share = Some(tally.failed as f64 / tally.judged as f64);
                let passes = rule.tolerance.allows(tally.failed, tally.judged);
                entry.outcome = if passes { "pass" } else { "fail" };
            } else {
                entry.why_not = Some("no row to judge".into());
                entry.why_not_zh = Some("没有可校验的行".into());
            }
        } else {
            if let Check::ForeignKey { target, known: None } = &rule.check {
                let entity = target.entity.name();
                entry.why_not = Some(format!(
                    "the {entity} records are not here: name their file with --reference"
                ));
                entry.why_not_zh = Some(format!("没有 {entity} 的数据：请用 --reference 指定其文件"));
                rules.push(entry);
                continue;
            }
            let missing: Vec<String> = (guiyi_core::validate::elements_of(rule).into_iter())
                .filter(|&element| plan.mapping[element].is_none())
                .map(|element| pack.dictionary.elements[element].name.to_string())
                .collect();
            entry.why_not = Some(format!("no column for {}", missing.join(", ")));
            entry.why_not_zh = Some(format!("没有对应的列：{}", missing.join("、")));
        }
        rules.push(entry);
    }
    sums.reading.sort_by(|a, b| a.code.cmp(&b.code));
    FileValidation {
        file: plan.path.display().to_string(),
        read_as: read_as(reader),
        rows_read: sums.rows,
        good: sums.rows - sums.bad - sums.not_records,
        bad: sums.bad,
        not_records: sums.not_records,
        elements: elements.collect(),
        rules,
        reading: sums.reading,
    }
}

/// What a file was read as, such as `csv, gb18030, ","`.
fn read_as(reader: &Reader) -> String {
    let mut parts = vec![reader.format.name().to_owned()];
    parts.extend(reader.encoding.map(TextEncoding::name));
    parts.extend(reader.delimiter.map(|delimiter| match delimiter {
        b'\t' => "tab".to_owned(),
        byte => format!("\"{}\"", char::from(byte)),
    }));
    parts.extend(reader.sheet.clone());
    parts.join(", ")
}
