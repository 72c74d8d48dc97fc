//! The same input gives the same result: again, in another order, with another number of threads.

use crate::bench::Bench;

/// Golden records and crosswalk, which no row number touches.
fn lasting(bench: &Bench) -> Vec<String> {
    let outputs = bench.outputs().into_iter();
    let lasting = outputs.filter(|(name, _)| name.starts_with("golden") || name.starts_with("crosswalk"));
    let text: Vec<String> = lasting.map(|(_, bytes)| String::from_utf8(bytes).unwrap()).collect();
    text.concat().lines().map(ToOwned::to_owned).collect()
}

/// Compares line by line, and shows only the first that differ.
fn same_lines(one: &[String], other: &[String]) {
    let differing: Vec<_> = one
        .iter()
        .zip(other)
        .filter(|(one, other)| one != other)
        .take(3)
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(one.len(), other.len());
}

#[test]
fn running_again_changes_nothing() {
    let bench = Bench::demo();
    let first = bench.run(0);
    let (outputs, store) = (bench.outputs(), bench.store_dump());
    let again = bench.guiyi(&[
        "run",
        "guiyi.toml",
        "--format",
        "json",
        "--quiet",
        "--now",
        "2026-03-02T02:00:00Z",
    ]);
    let again: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    let golden = &again["entities"][0];
    assert_eq!(golden["golden_new"], 0);
    assert_eq!(golden["golden_changed"], 0);
    assert_eq!(golden["golden_superseded"], 0);
    assert_eq!(golden["golden_unchanged"], first["entities"][0]["golden"]);
    assert_eq!(bench.store_dump(), store);
    assert_eq!(bench.outputs(), outputs);
}

#[test]
fn threads_change_nothing() {
    let (one, many) = (Bench::demo(), Bench::demo());
    one.run_with(&["--threads", "1"], 0);
    many.run_with(&["--threads", "7"], 0);
    assert_eq!(one.outputs(), many.outputs());
    assert_eq!(one.store_dump(), many.store_dump());
}

#[test]
fn order_of_rows_changes_nothing_that_lasts() {
    let (straight, reversed) = (Bench::demo(), Bench::demo());
    let text = std::fs::read(reversed.path("erp_customers.csv")).unwrap();
    let (text, _, _) = encoding_rs::GB18030.decode(&text);
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let header = rows
        .iter()
        .position(|row| row.iter().any(|cell| cell == "客户编码"))
        .unwrap();
    let mut turned = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    for row in rows[..=header].iter().chain(rows[header + 1..].iter().rev()) {
        turned.write_record(row).unwrap();
    }
    let turned = String::from_utf8(turned.into_inner().unwrap()).unwrap();
    let (bytes, _, unmappable) = encoding_rs::GB18030.encode(&turned);
    assert!(!unmappable);
    reversed.write("erp_customers.csv", &bytes);
    straight.run(0);
    reversed.run(0);
    same_lines(&lasting(&straight), &lasting(&reversed));
}

const ERP: &str = "客户编码,客户名称,统一社会信用代码,手机,地址\n\
    D01-000001,深圳市蓝岭科技有限公司,,13800138001,广东省深圳市南山区科技路1号\n\
    D01-000002,杭州青禾食品有限公司,,13900139002,浙江省杭州市西湖区文三路2号\n";
const CRM: &str = "客户编号,客户全称,信用代码,联系人手机,详细地址\n\
    HN-KA-00001,深圳蓝岭科技有限公司,,13800138001,深圳市南山区科技路1号\n\
    HD-KA-00002,苏州白杨纺织品有限公司,,13700137003,江苏省苏州市虎丘区长江路3号\n";

#[test]
fn a_changed_row_changes_only_what_it_touches() {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    bench.run(0);
    let before = bench.table("golden_customer.csv");
    assert_eq!(before.len(), 3, "{before:?}");
    bench.write("crm.csv", CRM.replace("13700137003", "13700137004").as_bytes());
    let summary = bench.run(0);
    assert_eq!(summary["entities"][0]["golden_changed"], 1);
    assert_eq!(summary["entities"][0]["golden_unchanged"], 2);
    let after = bench.table("golden_customer.csv");
    for (one, other) in before.iter().zip(&after) {
        assert_eq!(one["global_id"], other["global_id"]);
        let changed = one["mobile"] != other["mobile"];
        assert_eq!(changed, one["name"].contains("白杨"));
        assert_eq!(other["version"], if changed { "2" } else { "1" });
    }
}

#[test]
fn a_row_that_is_gone_from_an_export_keeps_its_place() {
    let bench = Bench::pair(ERP.as_bytes(), CRM.as_bytes());
    bench.run(0);
    let before = bench.table("crosswalk.csv");
    let shorter: String = CRM.lines().take(2).flat_map(|line| [line, "\n"]).collect();
    bench.write("crm.csv", shorter.as_bytes());
    let summary = bench.run(0);
    assert_eq!(summary["entities"][0]["golden_unchanged"], 3);
    assert_eq!(bench.table("crosswalk.csv"), before);
}
