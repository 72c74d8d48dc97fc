//! The page says everything that the summary counts, in both languages, and fetches nothing.

use std::collections::BTreeMap;

use super::super::sample::ReviewField;
use super::super::summary::*;
use super::*;

pub(in crate::report) fn score(dimension: &str, passed: u64, total: u64) -> Score {
    let score = (total > 0).then(|| passed as f64 / total as f64);
    Score {
        dimension: dimension.into(),
        passed,
        total,
        score,
    }
}

pub(in crate::report) fn source(system: &str, scores: Vec<Score>) -> SourceSummary {
    SourceSummary {
        system: system.into(),
        path: format!("in/{system}.csv"),
        digest: format!("digest-of-{system}"),
        read_as: "csv, GB18030, \",\"".into(),
        rows_read: 10_406,
        clean: 7_001,
        corrected: 3_203,
        quarantined: 151,
        rejected: 51,
        findings: SeverityCounts {
            info: 1_301,
            warning: 1_302,
            error: 1_303,
        },
        corrections: 4_707,
        rows_with_findings: 2_808,
        unmapped: vec!["备注2".into()],
        scores,
    }
}

fn summary() -> Summary {
    Summary {
        format: 1,
        project: "示例 <script>alert(1)</script>".into(),
        version: "0.1.0".into(),
        started_at: "2026-03-02T08:15:30Z".into(),
        duration_ms: 1_234,
        cpu_ms: Some(2_300),
        peak_memory_bytes: Some(77 << 20),
        rulebook_digest: "digest-of-rules".into(),
        outcome: "findings".into(),
        requests: vec![],
        entities: vec![EntitySummary {
            entity: "customer".into(),
            sources: vec![source(
                "erp",
                vec![score("conformity", 9_111, 9_222), score("timeliness", 0, 0)],
            )],
            records: 10_204,
            duplicates_within: 2_011,
            linked_across: 2_012,
            candidates: 50_501,
            pairs_matched: 5_402,
            pairs_to_review: 2_013,
            golden: 9_014,
            golden_new: 9_001,
            golden_changed: 2_015,
            golden_unchanged: 2_016,
            golden_superseded: 2_017,
            rules: vec![
                rule("CU001", "info", 6_101, 6_001),
                rule("CU002", "error", 6_202, 2_018),
                rule("CU003", "warning", 0, 0),
            ],
            completeness: vec![ElementSummary {
                attribute: "credit_code".into(),
                label_zh: "统一社会信用代码".into(),
                importance: "key".into(),
                filled: 8_301,
                imputed: 2_019,
                total: 9_014,
            }],
            cluster_sizes: BTreeMap::from([(1, 8_801), (2, 2_020), (10, 2), (4_000_000, 3)]),
        }],
        rooms: vec![RoomSummary {
            room: "read".into(),
            units: 10_407,
            duration_ms: 250,
        }],
        outputs: vec![
            OutputFile {
                name: "quarantine-erp.csv".into(),
                rows: 151,
            },
            OutputFile {
                name: "review.csv".into(),
                rows: 2_013,
            },
        ],
    }
}

fn rule(code: &str, severity: &str, findings: u64, repaired: u64) -> RuleSummary {
    RuleSummary {
        code: code.into(),
        attribute: "credit_code".into(),
        message: format!("{code} in English"),
        message_zh: format!("{code} 中文"),
        severity: severity.into(),
        findings,
        repaired,
    }
}

fn finding(value: &str) -> FindingRow {
    FindingRow {
        entity: "customer".into(),
        system: "erp".into(),
        row: 3_456,
        value: value.into(),
        ..Default::default()
    }
}

fn page(summary: &Summary, findings: &[FindingRow], pairs: &[ReviewRow]) -> String {
    render(summary, findings, pairs, Language::English).expect("a string takes everything")
}

/// An empty run: no entity, no room, no output.
fn nothing() -> Summary {
    Summary {
        entities: vec![],
        rooms: vec![],
        outputs: vec![],
        peak_memory_bytes: None,
        ..summary()
    }
}

#[test]
fn the_page_stands_alone() {
    let page = page(&summary(), &[finding("x")], &[]);
    for foreign in [
        "http:",
        "https:",
        "src=",
        "@import",
        "<link",
        "<script",
        "javascript:",
        " style=",
        " onclick=",
    ] {
        assert!(!page.to_lowercase().contains(foreign), "{foreign}");
    }
    assert_eq!(page.matches("url(").count(), page.matches("url(#").count());
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn every_count_is_shown() {
    let page = page(&summary(), &[finding("x")], &[]);
    for count in [
        "10,406",
        "7,001",
        "3,203",
        "151",
        "51",
        "1,301",
        "1,302",
        "1,303",
        "4,707",
        "2,808",
        "9,111",
        "9,222",
        "10,204",
        "2,011",
        "2,012",
        "50,501",
        "5,402",
        "2,013",
        "9,014",
        "9,001",
        "2,015",
        "2,016",
        "2,017",
        "6,101",
        "6,001",
        "6,202",
        "2,018",
        "8,301",
        "2,019",
        "8,801",
        "2,020",
        "10+",
        "10,407",
        "41,628",
        "3,456",
        "1.23 s",
        "77 MiB",
        "digest-of-erp",
        "digest-of-rules",
        "2026-03-02 08:15:30 UTC",
        "备注2",
        "713",
    ] {
        assert!(page.contains(count), "{count}");
    }
    assert!(!page.contains("CU003"), "a rule without findings");
    assert!(
        page.find("CU002 in English") < page.find("CU001 in English"),
        "most findings first"
    );
    assert!(page.contains(r#"href="./quarantine-erp.csv""#));
}

#[test]
fn values_are_escaped() {
    let evil = "<script>alert(\"'&</script>";
    let pair = ReviewRow {
        fields: vec![ReviewField {
            attribute: evil.into(),
            left: evil.into(),
            right: evil.into(),
        }],
        left: (evil.into(), evil.into()),
        reason_zh: evil.into(),
        ..Default::default()
    };
    let page = page(&summary(), &[finding(evil)], &[pair]);
    assert!(!page.contains("<script"));
    assert!(
        page.matches("&#60;script&#62;alert(&#34;&#39;&#38;&#60;/script&#62;")
            .count()
            >= 6
    );
}

#[test]
fn both_languages_are_there_and_the_chosen_one_is_first() {
    let summary = summary();
    for (language, first, second, html) in [
        (Language::English, "lang-en", "lang-zh", r#"<html lang="en">"#),
        (Language::Chinese, "lang-zh", "lang-en", r#"<html lang="zh-CN">"#),
    ] {
        let page = render(&summary, &[], &[], language).expect("a string takes everything");
        assert!(page.contains(html));
        assert!(
            page.contains(&format!(r#"id="{first}" checked"#)) && !page.contains(&format!(r#"id="{second}" checked"#))
        );
        assert!(page.find(&format!(r#"<label for="{first}""#)) < page.find(&format!(r#"<label for="{second}""#)));
        for text in [
            "Rows read",
            "读取行数",
            "CU001 in English",
            "CU001 中文",
            "credit code",
            "统一社会信用代码",
        ] {
            assert!(page.contains(text), "{text}");
        }
    }
    let page = page(&summary, &[], &[]);
    assert_eq!(
        page.matches(r#"class="en""#).count(),
        page.matches(r#"class="zh""#).count()
    );
}

#[test]
fn sums_that_do_not_add_up_are_said() {
    let mut summary = summary();
    assert!(!page(&summary, &[], &[]).contains("does not add up"));
    summary.entities[0].sources[0].clean += 1;
    assert!(page(&summary, &[], &[]).contains("does not add up"));
}

#[test]
fn nothing_and_too_much_are_shown() {
    let page_of_nothing = page(&nothing(), &[], &[]);
    assert!(page_of_nothing.contains("Nothing waits for you"));
    assert!(!page_of_nothing.contains("NaN"));

    let mut huge = summary();
    huge.entities.push(huge.entities[0].clone());
    for entity in &mut huge.entities {
        entity.golden = u64::MAX;
        entity.pairs_to_review = u64::MAX;
        entity.sources[0].rows_read = u64::MAX;
        entity.sources[0].clean = u64::MAX;
        entity.cluster_sizes.insert(u32::MAX, u64::MAX);
    }
    huge.rooms[0].units = u64::MAX;
    let rows: Vec<_> = (0..60).map(|row| finding(&format!("value-{row}."))).collect();
    let page_of_much = page(&huge, &rows, &[]);
    assert!(page_of_much.contains(&text::number(u64::MAX)) && !page_of_much.contains("NaN"));
    assert!(page_of_much.contains("value-49.") && !page_of_much.contains("value-50."));
}
