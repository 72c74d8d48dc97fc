//! The result as JUnit XML: a test suite for each file, a test case for each rule.

use guiyi_core::finding::Language;
use guiyi_io::report::validation::{FileValidation, RuleValidation, Validation};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

/// The XML. A failed rule is a failure whatever its severity, which the failure's type names; a rule of severity info is
/// told but does not fail its case.
pub(super) fn report(validation: &Validation, language: Language) -> anyhow::Result<String> {
    let mut report = Report::new("guiyi validate");
    for file in &validation.files {
        let mut suite = TestSuite::new(file.file.clone());
        for rule in &file.rules {
            suite.add_test_case(case(file, rule, language));
        }
        report.add_test_suite(suite);
    }
    Ok(report.to_string()?)
}

fn case(file: &FileValidation, rule: &RuleValidation, language: Language) -> TestCase {
    let chinese = language == Language::Chinese;
    let message = if chinese { &rule.message_zh } else { &rule.message };
    let counts = format!(
        "{} / {} rows fail, tolerance {}",
        rule.failed, rule.judged, rule.tolerance
    );
    let mut lines: Vec<String> = Vec::with_capacity(rule.samples.len());
    for sample in &rule.samples {
        let reason = if chinese { &sample.reason_zh } else { &sample.reason };
        let key = if sample.key.is_empty() {
            String::new()
        } else {
            format!(" [{}]", sample.key)
        };
        let column = rule.column.as_deref().unwrap_or(&rule.element);
        lines.push(format!(
            "{}:{}{key} {column} = {:?}: {reason}",
            file.file, sample.row, sample.value
        ));
    }
    let mut status = match rule.outcome {
        "fail" if rule.severity != "info" => TestCaseStatus::non_success(NonSuccessKind::Failure),
        "not-run" => TestCaseStatus::skipped(),
        _ => TestCaseStatus::success(),
    };
    match &mut status {
        TestCaseStatus::NonSuccess { .. } => {
            status.set_message(format!("{message} ({counts})"));
            status.set_type(rule.severity);
            status.set_description(lines.join("\n"));
        }
        TestCaseStatus::Skipped { .. } => {
            status.set_message(rule.why_not.clone().unwrap_or_default());
        }
        TestCaseStatus::Success { .. } => {}
    }
    let mut case = TestCase::new(format!("{} {message}", rule.code), status);
    case.set_classname(file.file.clone());
    if rule.failed > 0 && rule.outcome != "fail" || rule.severity == "info" {
        case.set_system_out(format!("{counts}\n{}", lines.join("\n")));
    }
    case
}
