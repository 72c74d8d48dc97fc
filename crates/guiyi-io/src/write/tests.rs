//! Tables written and read back.

use std::fs;
use std::path::Path;

use super::*;
use crate::read::{self, ReadOptions};

const HEADERS: [&str; 3] = ["编码", "名称", "备注"];
const ROWS: [[Option<&str>; 3]; 4] = [
    [Some("00123"), Some("深圳市华信, \"科技\"有限公司"), None],
    [Some("K2"), Some("两行\n地址㙟"), Some("110105194912310000")],
    [Some("K3"), Some("=1+1"), Some("-5.5%")],
    [Some("K4"), Some("-危险"), Some("+8613800000000")],
];

fn write(target: &Path, format: OutputFormat) {
    let directory = OutputDir::create(target).unwrap();
    let mut table = TableWriter::create(&directory, "golden", &HEADERS, format).unwrap();
    for row in &ROWS {
        table.row(row).unwrap();
    }
    assert!(table.row(&[None]).is_err());
    assert_eq!(table.finish().unwrap().n_rows, 4);
    directory.publish().unwrap();
}

/// Reads a table back, nulls as empty text.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut reader = read::open(
        path,
        &ReadOptions {
            header_row: None,
            ..ReadOptions::default()
        },
    )
    .unwrap();
    let source = crate::read::tests::source(&reader.headers);
    let mut rows = vec![reader.headers.iter().map(ToString::to_string).collect::<Vec<_>>()];
    for result in reader.batches(0, &source, 3).unwrap() {
        let (batch, notes) = result.unwrap();
        assert_eq!(notes.findings, []);
        rows.extend((0..batch.len()).map(|row| {
            batch.columns[..batch.received.len()]
                .iter()
                .map(|c| c.get(row).unwrap_or_default().to_owned())
                .collect()
        }));
    }
    rows
}

fn expected(quote: &str) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = vec![HEADERS.map(Into::into).to_vec()];
    rows.extend(ROWS.map(|row| row.map(|cell| cell.unwrap_or_default().to_owned()).to_vec()));
    for (row, column) in [(3, 1), (4, 1)] {
        rows[row][column].insert_str(0, quote);
    }
    rows
}

#[test]
fn every_format_reads_back() {
    let csv = |encoding, neutralizes_formulas| {
        OutputFormat::Csv(CsvOptions {
            encoding,
            neutralizes_formulas,
        })
    };
    for (format, quote) in [
        (OutputFormat::default(), "'"),
        (csv(CsvEncoding::Utf8, false), ""),
        (csv(CsvEncoding::Utf8WithMark, true), "'"),
        (csv(CsvEncoding::Gb18030, true), "'"),
        (OutputFormat::Parquet, ""),
        (OutputFormat::Xlsx, ""),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out");
        write(&target, format);
        let path = target.join(format!("golden.{}", format.extension()));
        assert_eq!(cells(&path), expected(quote), "{format:?}");
        let first = fs::read(&path).unwrap();
        write(&target, format);
        assert!(fs::read(&path).unwrap() == first, "{format:?}: two runs differ");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "leftovers");
    }
}

#[test]
fn a_header_alone_reads_back() {
    for format in [OutputFormat::default(), OutputFormat::Parquet, OutputFormat::Xlsx] {
        let directory = tempfile::tempdir().unwrap();
        let outputs = OutputDir::create(&directory.path().join("out")).unwrap();
        TableWriter::create(&outputs, "review", &HEADERS, format)
            .unwrap()
            .finish()
            .unwrap();
        let [name] = &outputs.publish().unwrap()[..] else {
            panic!("one file")
        };
        assert_eq!(
            cells(&directory.path().join("out").join(name)),
            [HEADERS.map(String::from).to_vec()]
        );
    }
}

#[test]
fn more_rows_than_a_sheet_holds() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.xlsx");
    let mut table = XlsxTable::create(&path, "findings", &["n"]).unwrap();
    table.sheet_rows = 10;
    for n in 0..25 {
        table.row(&[Some(&n.to_string())]).unwrap();
    }
    table.finish().unwrap();
    let rows = |sheet: &str| {
        let options = ReadOptions {
            sheet: Some(sheet.into()),
            header_row: Some(1),
            ..ReadOptions::default()
        };
        let mut reader = read::open(&path, &options).unwrap();
        let source = crate::read::tests::source(&reader.headers);
        reader
            .batches(0, &source, 100)
            .unwrap()
            .map(|batch| batch.unwrap().0.len())
            .sum::<usize>()
    };
    assert_eq!([rows("findings"), rows("findings 2"), rows("findings 3")], [10, 10, 5]);
}

#[test]
fn duplicate_headers_in_parquet() {
    let directory = tempfile::tempdir().unwrap();
    let outputs = OutputDir::create(&directory.path().join("out")).unwrap();
    let table = TableWriter::create(&outputs, "q", &["a", "a", "", "a_2", "a"], OutputFormat::Parquet).unwrap();
    table.finish().unwrap();
    outputs.publish().unwrap();
    let names = cells(&directory.path().join("out/q.parquet"));
    assert_eq!(names, [["a", "a_3", "_2", "a_2", "a_4"].map(String::from).to_vec()]);
}

#[test]
fn outputs_appear_whole_or_not_at_all() {
    let directory = tempfile::tempdir().unwrap();
    let target = directory.path().join("out");
    let publish = |files: &[(&str, &str)]| {
        let outputs = OutputDir::create(&target).unwrap();
        for (name, content) in files {
            outputs.write(name, content.as_bytes()).unwrap();
        }
        outputs.publish().unwrap()
    };
    let names = || {
        let mut names: Vec<_> = fs::read_dir(&target)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    publish(&[
        ("a.csv", "1"),
        (
            "run.json",
            r#"{"outputs":[{"name":"a.csv"},{"name":"run.json"},{"name":"../b"},{"name":"x"}]}"#,
        ),
    ]);
    fs::write(target.join("mine.txt"), "kept").unwrap();
    fs::write(directory.path().join("b"), "kept").unwrap();
    // A run that ends early changes nothing and leaves nothing.
    let early = OutputDir::create(&target).unwrap();
    early.write("a.csv", b"2").unwrap();
    drop(early);
    assert_eq!(fs::read(target.join("a.csv")).unwrap(), b"1");
    // A killed run's leftovers go, a living run's stay.
    let leftover = directory.path().join(".out.partial-1-0");
    fs::create_dir(&leftover).unwrap();
    fs::write(leftover.join(".lock"), "").unwrap();
    let living = OutputDir::create(&target).unwrap();
    living.write("c.csv", b"c").unwrap();
    assert!(!leftover.exists());
    assert_eq!(publish(&[("b.csv", "1"), ("run.json", "{}")]), ["b.csv", "run.json"]);
    assert_eq!(names(), ["b.csv", "mine.txt", "run.json"]);
    assert!(directory.path().join("b").exists());
    living.publish().unwrap();
    assert_eq!(names(), ["b.csv", "c.csv", "mine.txt", "run.json"]);
}
