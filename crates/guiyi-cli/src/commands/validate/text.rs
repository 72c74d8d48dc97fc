//! The result for people: a line for each rule, then sample rows.

use std::fmt::Write as _;

use guiyi_core::finding::Language;
use guiyi_io::report::validation::{FileValidation, RuleValidation, Sample, Validation};
use unicode_width::UnicodeWidthStr;

/// The whole result; of the samples `show` for each file, spread over the rules that fail.
pub(super) fn summary(validation: &Validation, show: usize, language: Language) -> String {
    let chinese = language == Language::Chinese;
    let mut text = String::new();
    for file in &validation.files {
        about(&mut text, file, show, chinese);
    }
    let verdict = match (validation.outcome.as_str(), chinese) {
        ("pass", false) => "passed",
        ("pass", true) => "通过",
        ("fail", false) => "failed",
        ("fail", true) => "未通过",
        (_, false) => "nothing tested",
        (_, true) => "没有可校验的内容",
    };
    let seconds = validation.duration_ms as f64 / 1000.0;
    _ = if chinese {
        writeln!(text, "{verdict}（判定依据：{}） · {seconds:.2} 秒", validation.fail_on)
    } else {
        writeln!(text, "{verdict} (fail on: {}) · {seconds:.2} s", validation.fail_on)
    };
    text
}

fn about(text: &mut String, file: &FileValidation, show: usize, chinese: bool) {
    let FileValidation {
        rows_read,
        good,
        bad,
        not_records,
        ..
    } = file;
    _ = writeln!(text, "{} ({})", file.file, file.read_as);
    _ = if chinese {
        writeln!(
            text,
            "  读入 {rows_read} 行 = 合格 {good} + 不合格 {bad} + 非记录 {not_records}"
        )
    } else {
        writeln!(
            text,
            "  {rows_read} rows read = {good} good + {bad} bad + {not_records} not a record"
        )
    };
    let lost = file.elements.iter().filter(|element| element.column.is_none());
    let lost: Vec<&str> = lost
        .map(|element| if chinese { &*element.label_zh } else { &*element.element })
        .collect();
    if !lost.is_empty() {
        _ = if chinese {
            writeln!(text, "  没有对应列的数据元：{}（可用 --map 指定）", lost.join("、"))
        } else {
            writeln!(text, "  no column for: {} (name it with --map)", lost.join(", "))
        };
    }
    text.push('\n');
    let heads = if chinese {
        [
            "规则",
            "级别",
            "数据元",
            "校验",
            "不合格",
            "比例",
            "容差",
            "结果",
            "说明",
        ]
    } else {
        [
            "rule",
            "severity",
            "element",
            "judged",
            "failed",
            "share",
            "tolerance",
            "result",
            "message",
        ]
    };
    let rows: Vec<[String; 9]> = file.rules.iter().map(|rule| rule_cells(rule, chinese)).collect();
    table(text, &heads.map(String::from), &rows);
    for fault in &file.reading {
        _ = if chinese {
            writeln!(text, "  {} 读取：{} 处", fault.code, fault.count)
        } else {
            writeln!(text, "  {} while reading: {}", fault.code, fault.count)
        };
    }
    samples(text, file, show, chinese);
    text.push('\n');
}

fn rule_cells(rule: &RuleValidation, chinese: bool) -> [String; 9] {
    let result = match (rule.outcome, chinese) {
        ("pass", false) => "pass",
        ("fail", false) => "FAIL",
        ("pass", true) => "通过",
        ("fail", true) => "不通过",
        (_, false) => "not run",
        (_, true) => "未执行",
    };
    let severity = match (rule.severity, chinese) {
        ("error", true) => "错误",
        ("warning", true) => "警告",
        ("info", true) => "提示",
        (name, _) => name,
    };
    let why = if chinese { &rule.why_not_zh } else { &rule.why_not };
    let message = if chinese { &rule.message_zh } else { &rule.message };
    [
        rule.code.clone(),
        severity.to_owned(),
        rule.element.clone(),
        rule.judged.to_string(),
        rule.failed.to_string(),
        rule.share.map_or_else(|| "-".to_owned(), percent),
        rule.tolerance.clone(),
        result.to_owned(),
        match why {
            Some(why) => format!("{message} ({why})"),
            None => message.clone(),
        },
    ]
}

/// Only nothing is 0 %, only all is 100 %.
fn percent(share: f64) -> String {
    let rounded = format!("{:.2}", share * 100.0);
    match rounded.as_str() {
        "0.00" if share > 0.0 => "<0.01 %".to_owned(),
        "100.00" if share < 1.0 => ">99.99 %".to_owned(),
        _ => format!("{} %", rounded.trim_end_matches('0').trim_end_matches('.')),
    }
}

/// The samples of the rules in turn, the first of each, then the second of each.
fn samples(text: &mut String, file: &FileValidation, show: usize, chinese: bool) {
    let rules = file.rules.iter().map(|rule| (&rule.code, &rule.column, &rule.samples));
    let nothing = None;
    let reading = file.reading.iter().map(|fault| (&fault.code, &nothing, &fault.samples));
    let all: Vec<(&String, &Option<String>, &Vec<Sample>)> = rules.chain(reading).collect();
    let mut picked = Vec::new();
    for round in 0..show {
        for (order, (_, _, samples)) in all.iter().enumerate() {
            if let Some(sample) = samples.get(round) {
                picked.push((order, sample));
            }
        }
    }
    picked.truncate(show);
    picked.sort_by_key(|(order, sample)| (*order, sample.row));
    if picked.is_empty() {
        return;
    }
    let heads = if chinese {
        ["规则", "行号", "编码", "列", "值", "原因"]
    } else {
        ["rule", "line", "key", "column", "value", "reason"]
    };
    let rows = picked.into_iter().map(|(order, sample)| {
        let (code, column, _) = all[order];
        let reason = if chinese { &sample.reason_zh } else { &sample.reason };
        let reason = match &*sample.fix {
            "" => reason.clone(),
            fix => format!("{reason} → {fix}"),
        };
        [
            code.clone(),
            sample.row.to_string(),
            sample.key.clone(),
            column.clone().unwrap_or_default(),
            cut(&sample.value),
            reason,
        ]
    });
    text.push('\n');
    table(text, &heads.map(String::from), &rows.collect::<Vec<_>>());
}

/// A value in one line of at most 40 characters.
fn cut(value: &str) -> String {
    let mut line: String = value
        .chars()
        .take(40)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if value.chars().nth(40).is_some() {
        line.push('…');
    }
    line
}

/// Columns side by side, as wide as their widest cell; the last one as it comes.
fn table<const N: usize>(text: &mut String, heads: &[String; N], rows: &[[String; N]]) {
    let widths: Vec<usize> = (0..N)
        .map(|column| {
            rows.iter()
                .chain([heads])
                .map(|row| row[column].width())
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in std::iter::once(heads).chain(rows) {
        let mut line = String::from(" ");
        for (column, cell) in row.iter().enumerate() {
            line.push(' ');
            line.push_str(cell);
            if column + 1 < N {
                let room = widths[column] - cell.width() + 1;
                line.extend(std::iter::repeat_n(' ', room));
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
}
