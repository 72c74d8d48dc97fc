//! Words for people: errors and log lines on stderr, the closing summary on stdout.

use std::fmt::Write as _;
use std::io::Write as _;

use guiyi_core::finding::Language;
use guiyi_io::report::summary::{EntitySummary, RequestSummary, Score, SourceSummary, Summary};

use crate::commands::change_words::kind_words;

/// Writes one line to stderr; a closed stderr is nobody's loss.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Says what went wrong, why, and the way out where one is known.
pub(crate) fn print_error(error: &anyhow::Error) {
    say(&format!("error: {error}"));
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            say(&format!("  caused by: {cause}"));
        }
        said = cause;
    }
    let hint = error.chain().find_map(|cause| {
        let of_store = cause
            .downcast_ref::<guiyi_store::StoreError>()
            .and_then(guiyi_store::StoreError::hint);
        let of_io = cause
            .downcast_ref::<guiyi_io::IoError>()
            .and_then(guiyi_io::IoError::hint);
        let of_sync = cause
            .downcast_ref::<guiyi_sync::SyncError>()
            .and_then(guiyi_sync::SyncError::hint);
        of_io.or_else(|| of_store.or(of_sync).map(ToOwned::to_owned))
    });
    if let Some(hint) = hint {
        say(&format!("  hint: {hint}"));
    }
}

/// The closing summary.
pub(crate) fn summary(summary: &Summary, dry_run: bool, language: Language) -> String {
    let chinese = language == Language::Chinese;
    let mut text = String::new();
    let verdict = match (summary.outcome.as_str(), chinese) {
        ("clean", false) => "clean",
        ("clean", true) => "通过",
        (_, false) => "findings past the threshold",
        (_, true) => "问题超过阈值",
    };
    let seconds = summary.duration_ms as f64 / 1000.0;
    _ = if chinese {
        writeln!(text, "{} · {seconds:.1} 秒 · {verdict}", summary.project)
    } else {
        writeln!(text, "{} · {seconds:.1} s · {verdict}", summary.project)
    };
    for request in &summary.requests {
        request_line(&mut text, request, chinese);
    }
    for entity in &summary.entities {
        entity_lines(&mut text, entity, chinese);
    }
    if dry_run {
        text.push_str(if chinese {
            "试运行：未写入任何内容\n"
        } else {
            "dry run: nothing was written\n"
        });
    }
    text
}

fn request_line(text: &mut String, request: &RequestSummary, chinese: bool) {
    let outcome = match (request.outcome.as_str(), chinese) {
        ("applied", true) => "已生效",
        ("failed", true) => "已失败",
        ("stale", true) => "已过期",
        ("skipped", true) => "未处理",
        (outcome, _) => outcome,
    };
    let reason = if chinese { &request.reason_zh } else { &request.reason };
    let reason = reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    _ = writeln!(
        text,
        "{} {}  {} {}  {}  {outcome}{reason}",
        if chinese { "变更申请" } else { "change request" },
        request.number,
        kind_words(&request.kind, chinese),
        request.global_ids.join(" "),
        request.author
    );
}

fn entity_lines(text: &mut String, entity: &EntitySummary, chinese: bool) {
    let EntitySummary {
        golden,
        golden_new,
        golden_changed,
        golden_unchanged,
        golden_superseded,
        ..
    } = entity;
    _ = writeln!(text, "\n{}", entity.entity);
    for source in &entity.sources {
        source_lines(text, source, chinese);
    }
    let EntitySummary {
        records,
        duplicates_within,
        linked_across,
        pairs_to_review,
        ..
    } = entity;
    _ = if chinese {
        writeln!(
            text,
            "  匹配     {records} 条记录：系统内重复 {duplicates_within}，跨系统关联 {linked_across}，待复核 {pairs_to_review} 对\n  \
             黄金记录 {golden}：新增 {golden_new}，变更 {golden_changed}，未变 {golden_unchanged}，被并入 {golden_superseded}"
        )
    } else {
        writeln!(
            text,
            "  matching {records} records: {duplicates_within} duplicates within a system, {linked_across} linked across, \
             {pairs_to_review} pairs to review\n  \
             golden   {golden} records: {golden_new} new, {golden_changed} changed, {golden_unchanged} unchanged, \
             {golden_superseded} superseded"
        )
    };
}

fn source_lines(text: &mut String, source: &SourceSummary, chinese: bool) {
    let SourceSummary {
        rows_read,
        clean,
        corrected,
        quarantined,
        rejected,
        ..
    } = source;
    let findings = source.findings;
    _ = if chinese {
        writeln!(
            text,
            "  {:<8} 读入 {rows_read} 行 = 无误 {clean} + 已更正 {corrected} + 已隔离 {quarantined} + 已拒收 {rejected}（{}）\n           \
             问题：错误 {}，警告 {}，提示 {}；更正 {} 处",
            source.system, source.read_as, findings.error, findings.warning, findings.info, source.corrections
        )
    } else {
        writeln!(
            text,
            "  {:<8} {rows_read} rows read = {clean} clean + {corrected} corrected + {quarantined} quarantined + \
             {rejected} rejected ({})\n           findings: {} errors, {} warnings, {} notes; {} values corrected",
            source.system, source.read_as, findings.error, findings.warning, findings.info, source.corrections
        )
    };
    let scores: Vec<String> = source.scores.iter().map(|score| score_words(score, chinese)).collect();
    _ = writeln!(
        text,
        "           {}{}",
        if chinese { "评分：" } else { "score: " },
        scores.join(", ")
    );
}

fn score_words(score: &Score, chinese: bool) -> String {
    let name = if chinese {
        dimension_zh(&score.dimension)
    } else {
        &score.dimension
    };
    match score.score {
        Some(value) => format!("{name} {:.1} %", value * 100.0),
        None if chinese => format!("{name} 无数据"),
        None => format!("{name} no data"),
    }
}

/// The Chinese name of a dimension, GB/T 36344-2018.
fn dimension_zh(name: &str) -> &str {
    match name {
        "conformity" => "规范性",
        "completeness" => "完整性",
        "accuracy" => "准确性",
        "consistency" => "一致性",
        "timeliness" => "时效性",
        "overall" => "总分",
        other => other,
    }
}
