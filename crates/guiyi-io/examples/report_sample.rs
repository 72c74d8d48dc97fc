//! Writes the page of an invented run to the path given: `cargo run -p guiyi-io --example report_sample -- report.html zh`.
use std::collections::BTreeMap;
use std::error::Error;

use guiyi_core::finding::Language;
use guiyi_io::report::html::render;
use guiyi_io::report::sample::{FindingRow, ReviewField, ReviewRow};
use guiyi_io::report::summary::{
    ElementSummary, EntitySummary, OutputFile, RoomSummary, RuleSummary, Score, SeverityCounts, SourceSummary, Summary,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "report.html".into());
    let language = if arguments.next().as_deref() == Some("zh") {
        Language::Chinese
    } else {
        Language::English
    };
    let page = render(&summary(), &findings(), &pairs(), language)?;
    std::fs::write(path, page)?;
    Ok(())
}

fn summary() -> Summary {
    let rooms = [
        ("read", 4_012, 38),
        ("standardize", 4_012, 61),
        ("validate", 4_012, 44),
        ("impute", 3_915, 9),
    ];
    let later = [
        ("match", 18_730, 152),
        ("cluster", 3_915, 4),
        ("survive", 2_641, 17),
        ("commit", 2_641, 96),
        ("write", 9_310, 83),
    ];
    let outputs = [
        ("golden.csv", 2_641),
        ("crosswalk.csv", 3_915),
        ("findings.csv", 2_346),
        ("corrections.csv", 3_180),
        ("quarantine_erp_customer.csv", 46),
        ("quarantine_crm_customer.csv", 37),
        ("review.csv", 64),
    ];
    Summary {
        format: 1,
        project: "华东区客户主数据".into(),
        version: env!("CARGO_PKG_VERSION").into(),
        started_at: "2026-03-02T08:15:30Z".into(),
        duration_ms: 521,
        cpu_ms: Some(2_300),
        peak_memory_bytes: Some(84_410_368),
        rulebook_digest: "5f0c2a9be1774d3b8a6e90c4d2f71b35a8c6e0d94f1b27a3c5d8e6f7091a2b3c".into(),
        outcome: "findings".into(),
        requests: vec![],
        entities: vec![customers()],
        rooms: rooms
            .into_iter()
            .chain(later)
            .map(|(room, units, duration_ms)| RoomSummary {
                room: room.into(),
                units,
                duration_ms,
            })
            .collect(),
        outputs: outputs
            .into_iter()
            .map(|(name, rows)| OutputFile {
                name: name.into(),
                rows,
            })
            .collect(),
    }
}

fn customers() -> EntitySummary {
    EntitySummary {
        entity: "customer".into(),
        sources: vec![
            SourceSummary {
                system: "erp".into(),
                path: "in/erp_customers.csv".into(),
                digest: "9a1f6e0b2c3d47586971a8b9c0d1e2f304152637485960718293a4b5c6d7e8f9".into(),
                read_as: "csv, GB18030, \",\"".into(),
                rows_read: 2_006,
                clean: 1_118,
                corrected: 830,
                quarantined: 46,
                rejected: 12,
                findings: SeverityCounts {
                    info: 402,
                    warning: 561,
                    error: 187,
                },
                corrections: 1_544,
                rows_with_findings: 603,
                unmapped: vec!["备注2".into(), "打印次数".into()],
                scores: scores([(7_612, 8_024), (12_903, 13_942), (5_731, 5_982), (3_870, 3_912), (0, 0)]),
            },
            SourceSummary {
                system: "crm".into(),
                path: "in/crm_accounts.xlsx".into(),
                digest: "0c4e8a7d5b1f29365870a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f6".into(),
                read_as: "xlsx, sheet 客户".into(),
                rows_read: 2_006,
                clean: 1_286,
                corrected: 681,
                quarantined: 37,
                rejected: 2,
                findings: SeverityCounts {
                    info: 388,
                    warning: 604,
                    error: 204,
                },
                corrections: 1_636,
                rows_with_findings: 655,
                unmapped: vec![],
                scores: scores([
                    (6_904, 8_016),
                    (9_862, 13_928),
                    (5_544, 6_010),
                    (3_702, 3_934),
                    (1_604, 1_967),
                ]),
            },
        ],
        records: 3_915,
        duplicates_within: 231,
        linked_across: 1_018,
        candidates: 18_730,
        pairs_matched: 1_342,
        pairs_to_review: 64,
        golden: 2_641,
        golden_new: 312,
        golden_changed: 87,
        golden_unchanged: 2_242,
        golden_superseded: 5,
        rules: rules(),
        completeness: completeness(),
        cluster_sizes: BTreeMap::from([(1, 1_508), (2, 1_026), (3, 82), (4, 19), (5, 4), (6, 1), (14, 1)]),
    }
}

fn scores(counts: [(u64, u64); 5]) -> Vec<Score> {
    let names = ["conformity", "completeness", "accuracy", "consistency", "timeliness"];
    let mut scores: Vec<Score> = names
        .into_iter()
        .zip(counts)
        .map(|(name, (passed, total))| Score {
            dimension: name.into(),
            passed,
            total,
            score: (total > 0).then(|| passed as f64 / total as f64),
        })
        .collect();
    let known: Vec<f64> = scores.iter().filter_map(|score| score.score).collect();
    scores.push(Score {
        dimension: "overall".into(),
        passed: counts.iter().map(|count| count.0).sum(),
        total: counts.iter().map(|count| count.1).sum(),
        score: (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64),
    });
    scores
}

fn rules() -> Vec<RuleSummary> {
    [
        (
            "CU001",
            "credit_code",
            "The credit code is missing",
            "缺少统一社会信用代码",
            "warning",
            512,
            0,
        ),
        (
            "CU003",
            "credit_code",
            "The check character of the credit code is wrong",
            "统一社会信用代码校验位错误",
            "error",
            143,
            0,
        ),
        (
            "ST101",
            "name",
            "Brackets and letters of the name were in full width",
            "名称含全角括号或字母",
            "info",
            618,
            618,
        ),
        (
            "CU014",
            "phone",
            "Not a telephone number of mainland China",
            "不是有效的中国大陆电话号码",
            "warning",
            287,
            96,
        ),
        (
            "CU021",
            "address",
            "The address names no city",
            "地址缺少地级市",
            "warning",
            241,
            188,
        ),
        (
            "CU017",
            "email",
            "Not an e-mail address",
            "不是有效的电子邮箱",
            "warning",
            125,
            31,
        ),
        (
            "CU030",
            "established_on",
            "The date lies in the future",
            "日期晚于运行日期",
            "error",
            24,
            0,
        ),
        (
            "CU002",
            "",
            "Several rows with different content share the source key",
            "多行内容不同却使用同一来源编码",
            "error",
            46,
            0,
        ),
        (
            "ST140",
            "name",
            "A placeholder stands where a value should be",
            "以占位内容代替真实值",
            "error",
            178,
            0,
        ),
        (
            "IM004",
            "region",
            "The region was taken from the credit code",
            "行政区划由统一社会信用代码推断",
            "info",
            172,
            172,
        ),
    ]
    .into_iter()
    .map(
        |(code, attribute, message, message_zh, severity, findings, repaired)| RuleSummary {
            code: code.into(),
            attribute: attribute.into(),
            message: message.into(),
            message_zh: message_zh.into(),
            severity: severity.into(),
            findings,
            repaired,
        },
    )
    .collect()
}

fn completeness() -> Vec<ElementSummary> {
    [
        ("name", "客户名称", "key", 2_641, 0),
        ("credit_code", "统一社会信用代码", "key", 2_233, 0),
        ("customer_type", "客户类型", "key", 2_598, 214),
        ("region", "行政区划", "normal", 2_512, 172),
        ("address", "注册地址", "normal", 2_377, 0),
        ("phone", "联系电话", "normal", 2_104, 0),
        ("email", "电子邮箱", "normal", 1_211, 0),
        ("legal_representative", "法定代表人", "normal", 1_760, 0),
        ("established_on", "成立日期", "normal", 1_499, 0),
        ("industry", "行业类别", "normal", 1_802, 655),
        ("credit_limit", "信用额度", "normal", 0, 0),
    ]
    .into_iter()
    .map(|(attribute, label_zh, importance, filled, imputed)| ElementSummary {
        attribute: attribute.into(),
        label_zh: label_zh.into(),
        importance: importance.into(),
        filled,
        imputed,
        total: 2_641,
    })
    .collect()
}

fn findings() -> Vec<FindingRow> {
    let kinds = [
        (
            ["credit_code", "CU003", "error", "91330100MA2*****8X", "", "withheld"],
            [
                "not a valid credit code: the check character should be 6",
                "不是有效的统一社会信用代码：校验位应为 6",
            ],
        ),
        (
            [
                "name",
                "ST101",
                "info",
                "杭州云栖精密机械（集团）有限公司",
                "杭州云栖精密机械(集团)有限公司",
                "repaired",
            ],
            ["brackets in full width", "名称含全角括号"],
        ),
        (
            ["phone", "CU014", "warning", "0571-8****12", "", "reported"],
            [
                "not of the form area code and 7 or 8 digits",
                "格式不符合 区号加 7 或 8 位号码",
            ],
        ),
        (
            ["name", "ST140", "error", "无", "", "withheld"],
            ["a placeholder stands where a value should be", "以占位内容代替真实值"],
        ),
        (
            ["", "CU002", "error", "", "", "quarantined"],
            [
                "2 rows with different content share this source key",
                "2 行内容不同却使用同一来源编码",
            ],
        ),
        (
            [
                "established_on",
                "CU030",
                "error",
                "2206-05-17",
                "2026-05-17",
                "reported",
            ],
            ["more than 2026-03-02", "大于 2026-03-02"],
        ),
    ];
    (0..60_u64)
        .zip(kinds.iter().cycle())
        .map(
            |(number, ([attribute, rule, severity, value, fix, action], [reason, reason_zh]))| FindingRow {
                entity: "customer".into(),
                system: if number % 3 == 0 { "crm" } else { "erp" }.into(),
                row: number * 37 + 4,
                key: if number % 3 == 0 {
                    format!("HD-KA-{:05}", number * 11 + 3)
                } else {
                    format!("D03-{:06}", number * 37 + 2)
                },
                attribute: (*attribute).into(),
                rule: (*rule).into(),
                severity: (*severity).into(),
                value: (*value).into(),
                reason: (*reason).into(),
                reason_zh: (*reason_zh).into(),
                fix: (*fix).into(),
                action: (*action).into(),
            },
        )
        .collect()
}

fn pairs() -> Vec<ReviewRow> {
    let pair = |left: &str, right: &str, weight, fields: [[&str; 3]; 4], reason: &str, reason_zh: &str| ReviewRow {
        entity: "customer".into(),
        left: ("erp".into(), left.into()),
        right: ("crm".into(), right.into()),
        weight: Some(weight),
        fields: fields
            .into_iter()
            .map(|[attribute, left, right]| ReviewField {
                attribute: attribute.into(),
                left: left.into(),
                right: right.into(),
            })
            .collect(),
        reason: reason.into(),
        reason_zh: reason_zh.into(),
    };
    vec![
        pair(
            "D03-000127",
            "HD-KA-00451",
            6.84,
            [
                ["name", "杭州云栖精密机械有限公司", "杭州云栖精密机械制造有限公司"],
                ["credit_code", "", "91330100MA2*****1X"],
                ["phone", "0571-8****123", "0571-8****123"],
                [
                    "address",
                    "杭州市西湖区转塘街道某路 8 号",
                    "浙江省杭州市西湖区转塘某路8号",
                ],
            ],
            "Names differ in a trade word, no credit code on one side",
            "名称行业词不同，一侧缺少统一社会信用代码",
        ),
        pair(
            "D11-000940",
            "HD-DL-01207",
            5.12,
            [
                ["name", "宁波海晏贸易有限公司", "宁波海晏贸易有限公司"],
                ["credit_code", "", ""],
                ["phone", "138****0001", "0574-8****660"],
                ["address", "宁波市鄞州区", "宁波市北仑区"],
            ],
            "Same name in two districts",
            "名称相同，区县不同",
        ),
    ]
}
