//! The generator's promises: same bytes again, truth that agrees with the files, formats that open.

use calamine::{Data, Reader, Xlsx, open_workbook};
use guiyi_benches::generate::{Config, CrmFormat, Encoding, dirt_classes, generate};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const OUTPUTS: [&str; 7] = [
    "erp_customers.csv",
    "crm_customers.csv",
    "truth.csv",
    "members.csv",
    "traps.csv",
    "dirt.csv",
    "meta.json",
];

fn config(case: &str, entities: u64) -> Config {
    Config {
        entities,
        seed: 11,
        out: Path::new(env!("CARGO_TARGET_TMPDIR")).join(case),
        encoding: Encoding::Utf8,
        crm_format: CrmFormat::Csv,
        dirt: 1.0,
        report_layout: false,
    }
}

/// Rows of a CSV file, header first; rows may differ in length.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_path(path)
        .expect("the file was written just now");
    reader
        .records()
        .map(|record| record.expect("flexible CSV").iter().map(str::to_owned).collect())
        .collect()
}

/// (system, code) to entity.
fn members(dir: &Path) -> BTreeMap<(String, String), String> {
    let rows = rows(&dir.join("members.csv"));
    let n = rows.len() - 1;
    let members: BTreeMap<_, _> = rows
        .into_iter()
        .skip(1)
        .map(|row| ((row[0].clone(), row[1].clone()), row[2].clone()))
        .collect();
    assert_eq!(members.len(), n, "a code stands twice in members.csv");
    members
}

/// Source keys of one export, those of test rows and empty ones left out.
fn keys(path: &Path) -> BTreeSet<String> {
    let keys = rows(path).into_iter().skip(1).map(|row| row[0].clone());
    keys.filter(|key| !key.is_empty() && !key.starts_with("D00-") && !key.contains("-TST-"))
        .collect()
}

#[test]
fn same_configuration_same_bytes() {
    let (first, second) = (config("same-1", 700), config("same-2", 700));
    assert_eq!(generate(&first).unwrap(), generate(&second).unwrap());
    let other = Config {
        seed: 12,
        ..config("same-3", 700)
    };
    generate(&other).unwrap();
    for file in OUTPUTS {
        let bytes = fs::read(first.out.join(file)).unwrap();
        assert_eq!(bytes, fs::read(second.out.join(file)).unwrap(), "{file}");
        assert_ne!(bytes, fs::read(other.out.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn truth_members_traps_and_files_agree() {
    let config = config("agree", 3000);
    let summary = generate(&config).unwrap();
    let members = members(&config.out);
    let mut by_entity: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for ((system, code), entity) in &members {
        let (erp, crm) = by_entity.entry(entity).or_default();
        if system == "ERP" { erp } else { crm }.insert(code);
    }
    for (system, file, n_rows) in [
        ("ERP", "erp_customers.csv", summary.erp_rows),
        ("CRM", "crm_customers.csv", summary.crm_rows),
    ] {
        let path = config.out.join(file);
        assert_eq!(rows(&path).len() as u64, n_rows + 1);
        let known: BTreeSet<String> = members
            .keys()
            .filter(|(of, _)| of == system)
            .map(|(_, code)| code.clone())
            .collect();
        assert_eq!(keys(&path), known, "{file}");
    }

    let truth: BTreeSet<(String, String)> = rows(&config.out.join("truth.csv"))
        .into_iter()
        .skip(1)
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    let expected: BTreeSet<(String, String)> = by_entity
        .values()
        .flat_map(|(erp, crm)| {
            erp.iter()
                .flat_map(|a| crm.iter().map(|b| ((*a).to_owned(), (*b).to_owned())))
        })
        .collect();
    assert_eq!(truth, expected);
    assert_eq!(truth.len() as u64, summary.true_pairs);

    let entity_of: BTreeMap<&str, &str> = members
        .iter()
        .map(|((_, code), entity)| (code.as_str(), entity.as_str()))
        .collect();
    let traps = rows(&config.out.join("traps.csv"));
    assert_eq!(traps.len() as u64, summary.trap_pairs + 1);
    for trap in &traps[1..] {
        assert_ne!(entity_of[trap[0].as_str()], entity_of[trap[1].as_str()], "{trap:?}");
    }
    let kinds: BTreeSet<&str> = traps[1..].iter().map(|trap| trap[2].as_str()).collect();
    assert_eq!(
        kinds,
        BTreeSet::from(["branch", "group", "other_city", "plant", "sister"])
    );
}

#[test]
fn every_class_of_dirt_occurs_and_is_written_down() {
    let config = config("classes", 12_000);
    generate(&config).unwrap();
    let seen: BTreeSet<String> = rows(&config.out.join("dirt.csv"))
        .into_iter()
        .skip(1)
        .flat_map(|row| row[2].split(' ').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let listed: BTreeSet<String> = dirt_classes()
        .lines()
        .skip(2)
        .filter_map(|line| line.split('`').nth(1))
        .map(str::to_owned)
        .collect();
    assert_eq!(seen, listed);
}

#[test]
fn a_clean_run_is_clean() {
    let config = Config {
        dirt: 0.0,
        ..config("clean", 2000)
    };
    generate(&config).unwrap();
    assert_eq!(rows(&config.out.join("dirt.csv")).len(), 1);
    let members = members(&config.out);
    assert_eq!(
        members.keys().filter(|(system, _)| system == "ERP").count(),
        1620,
        "81 % of 2000, no duplicates"
    );
    for row in &rows(&config.out.join("erp_customers.csv"))[1..] {
        assert_eq!(row.len(), 23);
        assert_eq!(row[3].len(), 18, "{row:?}");
        assert_eq!(row[7].len(), 11, "{row:?}");
    }
}

#[test]
fn gb18030_holds_the_same_text() {
    let utf8 = config("utf8", 1500);
    let gb18030 = Config {
        encoding: Encoding::Gb18030,
        ..config("gb18030", 1500)
    };
    generate(&utf8).unwrap();
    generate(&gb18030).unwrap();
    for file in ["erp_customers.csv", "crm_customers.csv"] {
        let bytes = fs::read(gb18030.out.join(file)).unwrap();
        let (text, _, failed) = encoding_rs::GB18030.decode(&bytes);
        assert!(!failed, "{file}");
        assert_eq!(text, fs::read_to_string(utf8.out.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn the_report_layout_has_title_and_totals() {
    let config = Config {
        report_layout: true,
        ..config("layout", 500)
    };
    let summary = generate(&config).unwrap();
    let rows = rows(&config.out.join("erp_customers.csv"));
    assert_eq!(rows[0], ["客户档案一览表"]);
    assert_eq!(rows[2][0], "客户编码");
    let totals = rows.last().unwrap();
    assert_eq!(totals[0], "合计");
    assert_eq!(totals[1], format!("共 {} 条", summary.erp_rows));
    assert_eq!(rows.len() as u64, summary.erp_rows + 4);
}

/// A cell as the CSV export would show it.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        Data::Float(number) => number.to_string(),
        Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => panic!("unexpected cell {other:?}"),
    }
}

fn sheet(path: &Path) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook(path).expect("a workbook");
    workbook
        .worksheet_range("客户")
        .expect("its sheet")
        .rows()
        .map(<[Data]>::to_vec)
        .collect()
}

#[test]
fn the_workbook_opens_and_holds_the_same_rows() {
    let as_csv = config("crm-csv", 600);
    let as_xlsx = Config {
        crm_format: CrmFormat::Xlsx,
        ..config("crm-xlsx", 600)
    };
    generate(&as_csv).unwrap();
    generate(&as_xlsx).unwrap();
    let sheet = sheet(&as_xlsx.out.join("crm_customers.xlsx"));
    let rows = rows(&as_csv.out.join("crm_customers.csv"));
    assert_eq!(sheet.len(), rows.len());
    for (cells, row) in sheet.iter().zip(&rows).filter(|(_, row)| row.len() == 17) {
        for (cell, text) in cells.iter().zip(row) {
            let equal = match cell {
                Data::Float(number) => text.parse() == Ok(*number),
                cell => shown(cell) == *text,
            };
            assert!(equal, "{cell:?} for {text:?}");
        }
    }
    let count = |is: fn(&Data) -> bool| sheet.iter().flatten().filter(|cell| is(cell)).count();
    assert!(count(|cell| matches!(cell, Data::Float(_))) > 200);
    assert!(count(|cell| matches!(cell, Data::DateTime(_))) > 200);
}

#[test]
fn the_demo_fixture_is_what_the_generator_writes() {
    let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/demo");
    let config = Config {
        seed: 20_260_101,
        encoding: Encoding::Gb18030,
        crm_format: CrmFormat::Xlsx,
        report_layout: true,
        ..config("demo", 2350)
    };
    generate(&config).unwrap();
    for file in OUTPUTS.into_iter().filter(|&file| file != "crm_customers.csv") {
        let same = fs::read(config.out.join(file)).unwrap() == fs::read(fixture.join(file)).unwrap();
        assert!(same, "{file} differs; make the fixture again, see its README.md");
    }
    assert_eq!(
        sheet(&config.out.join("crm_customers.xlsx")),
        sheet(&fixture.join("crm_customers.xlsx"))
    );
}
