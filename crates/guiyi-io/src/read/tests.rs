//! Files made on the fly, read back: cases as data.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use guiyi_core::record::{Batch, RowState};
use guiyi_core::rulebook::Source;
use proptest::prelude::*;

use super::*;

/// A source that maps every column onto an element of its own and takes the first as key.
pub(super) fn source(headers: &[Arc<str>]) -> Source {
    Source {
        system: "erp".into(),
        headers: headers.to_vec(),
        key_column: 0,
        mapping: (0..headers.len()).map(Some).chain([None]).collect(),
        code_pattern: None,
        day_first: None,
    }
}

/// Every row as `number state cell|cell|…`, every finding as `row code element`.
pub(super) fn dump(path: &Path, options: &ReadOptions, batch_rows: usize) -> Result<(Reader, Vec<String>), IoError> {
    let mut reader = open(path, options)?;
    let source = source(&reader.headers);
    let mut lines = Vec::new();
    for result in reader.batches(3, &source, batch_rows)? {
        let (batch, notes) = result?;
        assert!(batch.len() <= batch_rows && !batch.is_empty());
        assert_eq!(batch.columns.len(), source.mapping.len());
        lines.extend((0..batch.len()).map(|row| row_line(&batch, row)));
        for finding in notes.findings {
            let attribute = finding.attribute.map_or("-".into(), |attribute| attribute.to_string());
            lines.push(format!("! {} {} {attribute}", finding.row, finding.rule));
        }
    }
    Ok((reader, lines))
}

fn row_line(batch: &Batch, row: usize) -> String {
    let cells: Vec<&str> = batch.columns[..batch.received.len()].iter().map(|c| c.get(row).unwrap_or("∅")).collect();
    assert_eq!(batch.columns.last().and_then(|column| column.get(row)), None);
    format!("{} {} {}", batch.rows[row], batch.states[row].name(), cells.join("|"))
}

pub(super) fn file(content: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    file
}

/// What reading `content` gives: headers, rows and findings, or the error.
fn read(content: &[u8]) -> String {
    let file = file(content);
    match dump(file.path(), &ReadOptions::default(), 1000) {
        Ok((reader, lines)) => {
            let mut all = vec![reader.headers.join("|")];
            all.extend(lines);
            all.join("\n")
        }
        Err(error) => format!("error: {error}").replace(&file.path().display().to_string(), "F"),
    }
}

#[track_caller]
fn check(content: impl AsRef<[u8]>, expected: &str) {
    assert_eq!(read(content.as_ref()), expected);
}

#[test]
fn delimited_text() {
    check("a,b\n1,2\n", "a|b\n2 clean 1|2");
    check("a,b\r\n1,2", "a|b\n2 clean 1|2");
    check("a,b\r1,2\r", "a|b\n2 clean 1|2");
    check("a\tb\n1\t2\n", "a|b\n2 clean 1|2");
    check("a;b;c\n1,5;2,5;3,5\n2,5;2,5;2,5\n", "a|b|c\n2 clean 1,5|2,5|3,5\n3 clean 2,5|2,5|2,5");
    check("a|b\nx,y|2\n", "a|b\n2 clean x,y|2");
    check("code\nA1\nA2\n", "code\n2 clean A1\n3 clean A2");
    check("a,b\n\"x\n\"\"y\"\"\",2\n3,4\n", "a|b\n2 clean x\n\"y\"|2\n4 clean 3|4");
    check("a,b\n3\",4\n", "a|b\n2 clean 3\"|4");
    check("a,b\n\n,\n \u{3000},\n1,\n", "a|b\n5 clean 1|∅");
    check("\u{feff}a,b\n1,2\n", "a|b\n2 clean 1|2");
}

#[test]
fn header_only_is_fine() {
    check("客户编码,名称\n", "客户编码|名称");
    check("a,b", "a|b");
}

#[test]
fn header_is_found() {
    check("\n\n客户档案,,\n制表人：张三,,2024-01-01\n编码,名称,电话\nK1,甲,1\nK2,乙,2\n", "编码|名称|电话\n6 clean K1|甲|1\n7 clean K2|乙|2");
    check("客户,,联系方式,\n,,电话,邮箱\nK1,甲,1,2\n", "客户,,联系方式,\n,,电话,邮箱\nK1,甲,1,2\n".lines().next().map(|_| "编码").unwrap_or(""));
}
