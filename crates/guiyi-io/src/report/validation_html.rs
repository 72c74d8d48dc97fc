//! The page about a validation, under the laws of [`super::html`]: one file, nothing fetched, both languages.

use askama::Template;
use guiyi_core::finding::Language;

use super::chart;
use super::text::{self, Text, both};
use super::validation::{ElementUse, FileValidation, RuleValidation, Sample, Validation};

/// How many failing rows of a file the page shows.
const SAMPLES: usize = 50;

/// Renders the page; `language` is the one shown first. Sensitive values in the samples must be masked already.
///
/// # Errors
///
/// None that input could cause; askama's signature has one for writers that fail.
pub fn render(validation: &Validation, language: Language) -> Result<String, askama::Error> {
    Page {
        validation,
        chinese_first: language == Language::Chinese,
    }
    .render()
}

#[derive(Template)]
#[template(path = "validation/page.html")]
struct Page<'a> {
    validation: &'a Validation,
    chinese_first: bool,
}

impl Page<'_> {
    fn outcome(&self) -> (&'static str, Text<'static>) {
        match self.validation.outcome.as_str() {
            "pass" => ("clean", both("Passed", "通过")),
            "fail" => ("warning", both("Failed", "未通过")),
            _ => ("warning", both("Nothing tested", "没有可校验的内容")),
        }
    }
}

fn without_column(file: &FileValidation) -> Vec<&ElementUse> {
    file.elements
        .iter()
        .filter(|element| element.column.is_none())
        .collect()
}

fn result(rule: &RuleValidation) -> Text<'_> {
    match rule.outcome {
        "pass" => both("pass", "通过"),
        "fail" => both("fail", "不通过"),
        _ => both(
            format!("not run: {}", rule.why_not.as_deref().unwrap_or_default()),
            format!("未执行：{}", rule.why_not_zh.as_deref().unwrap_or_default()),
        ),
    }
}

/// (code, row), of the rules in turn.
fn samples(file: &FileValidation) -> Vec<(&str, &Sample)> {
    let rules = file.rules.iter().map(|rule| (&*rule.code, &rule.samples));
    let reading = file.reading.iter().map(|fault| (&*fault.code, &fault.samples));
    let all = rules.chain(reading);
    all.flat_map(|(code, samples)| samples.iter().map(move |sample| (code, sample)))
        .take(SAMPLES)
        .collect()
}
