//! Files made on the fly, read back: cases as data.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use guiyi_core::record::{Batch, RowState};
use guiyi_core::rulebook::Source;
use proptest::prelude::*;

use super::*;

/// A source that maps every column onto an element of its own and takes the first as key.
pub(crate) fn source(headers: &[Arc<str>]) -> Source {
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
    let cells: Vec<&str> = batch.columns[..batch.received.len()]
        .iter()
        .map(|c| c.get(row).unwrap_or("∅"))
        .collect();
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
    check(
        "a;b;c\n1,5;2,5;3,5\n2,5;2,5;2,5\n",
        "a|b|c\n2 clean 1,5|2,5|3,5\n3 clean 2,5|2,5|2,5",
    );
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
    check(
        "\n\n客户档案,,\n制表人：张三,,2024-01-01\n编码,名称,电话\nK1,甲,1\nK2,乙,2\n",
        "编码|名称|电话\n6 clean K1|甲|1\n7 clean K2|乙|2",
    );
    // Two header lines with merged cells; Kingdee's field names above the labels.
    check(
        "编码,名称,联系方式,\n,,电话,邮箱\nK1,甲,1,2\n",
        "编码|名称|电话|邮箱\n3 clean K1|甲|1|2",
    );
    check(
        "FNumber,FName,FTel\n编码,名称,电话\nK1,甲,1\n",
        "编码|名称|电话\n3 clean K1|甲|1",
    );
    check(
        "基本,,,,\n编码,名称,省,市,县\nK1,甲,a,b,c\n",
        "编码|名称|省|市|县\n3 clean K1|甲|a|b|c",
    );
    check("K0001,1,2\nK0002,3,4\n", "K0001|1|2\n2 clean K0002|3|4");
    check("a,a,b\nx,y,z\n", "a|a|b\n2 clean x|y|z");
}

#[test]
fn rows_that_are_no_records() {
    check(
        "编码,金额\nK1,1\n合 计,1\nK2,2\n华东区小计：,2\n第 1 页 共 2 页,\n编码,金额\n,总计\nTotal,9\n1合计,3\n",
        "编码|金额\n2 clean K1|1\n3 rejected 合 计|1\n4 clean K2|2\n5 rejected 华东区小计：|2\n6 rejected 第 1 页 共 2 页|∅\n\
         7 rejected 编码|金额\n8 rejected ∅|总计\n9 rejected Total|9\n10 clean 1合计|3\n\
         ! 3 IO005 -\n! 5 IO005 -\n! 6 IO005 -\n! 7 IO005 -\n! 8 IO005 -\n! 9 IO005 -",
    );
    check(
        "编码,名称\nK1,合计\nK2,总计划有限公司\n总计划咨询,甲\n",
        "编码|名称\n2 clean K1|合计\n3 clean K2|总计划有限公司\n4 clean 总计划咨询|甲",
    );
}

#[test]
fn ragged_rows() {
    check(
        "a,b,c\n1,2\n1,2,3,,\n1,2,3,4,,5,\n1,2,3\n",
        "a|b|c\n2 quarantined 1|2|∅\n3 clean 1|2|3\n4 quarantined 1|2|3,4,,5\n5 clean 1|2|3\n! 2 IO002 -\n! 4 IO002 -",
    );
    check(
        "a,b\n1,2\n3,\"4\n5,6\n",
        "a|b\n2 clean 1|2\n3 quarantined 3|4\n5,6\n\n! 3 IO001 -",
    );
}

#[test]
fn hostile_bytes() {
    check("", "error: F: the file is empty");
    check("\n\r\n \n", "error: F: the file is empty");
    check("\u{feff}", "error: F: the file is empty");
    check(
        "a,b\n1,x\0y\n2,\0\n",
        "a|b\n2 clean 1|x\0y\n3 clean 2|\0\n! 2 IO004 1\n! 3 IO004 1",
    );
    let mut text = "编码,名称\n".to_owned() + &"K1,深圳市华信有限公司\n".repeat(20);
    text.push_str("K2,");
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(b"\xff\xfe!\n");
    let dumped = read(&bytes);
    assert!(
        dumped.ends_with("! 22 IO003 1") && dumped.contains("22 clean K2|\u{fffd}\u{fffd}!"),
        "{dumped}"
    );
}

#[test]
fn a_row_without_end_is_an_error() {
    let mut bytes = b"a,b\n1,\"".to_vec();
    bytes.resize(MAX_ROW_BYTES + (1 << 20), b'x');
    check(&bytes, "error: F:2:2: the row is too long");
    check(",".repeat(MAX_COLUMNS + 1), "error: F:1:16386: the row is too long");
}

#[test]
fn encodings() {
    let text = "客户编码,名称\nK1,深圳市华信科技有限公司\nK2,北京市朝阳区建设路十八号\nK3,㙟龢\n";
    let expected =
        "客户编码|名称\n2 clean K1|深圳市华信科技有限公司\n3 clean K2|北京市朝阳区建设路十八号\n4 clean K3|㙟龢";
    let utf16 = |unit: fn(u16) -> [u8; 2], mark: &str| -> Vec<u8> {
        (mark.to_owned() + text).encode_utf16().flat_map(unit).collect()
    };
    let gb18030 = encoding_rs::GB18030.encode(text).0.into_owned();
    let late: Vec<u8> = [b"code,name\n".as_slice(), &b"K0,plain\n".repeat(200_000), &gb18030].concat();
    let traditional = "客戶編號,名稱\nK1,臺灣積體電路製造股份有限公司\nK2,旭昇亞洲投資股份有限公司\n";
    for (bytes, name) in [
        (text.as_bytes().to_vec(), "utf-8"),
        (gb18030.clone(), "gb18030"),
        (utf16(u16::to_le_bytes, "\u{feff}"), "utf-16le"),
        (utf16(u16::to_be_bytes, "\u{feff}"), "utf-16be"),
        (utf16(u16::to_le_bytes, ""), "utf-16le"),
        (utf16(u16::to_be_bytes, ""), "utf-16be"),
    ] {
        assert_eq!(
            open(file(&bytes).path(), &ReadOptions::default())
                .unwrap()
                .encoding
                .unwrap()
                .name(),
            name
        );
        check(&bytes, expected);
    }
    let (reader, lines) = dump(file(&late).path(), &ReadOptions::default(), 1000).unwrap();
    assert_eq!(reader.encoding, Some(TextEncoding::GB18030));
    assert_eq!(lines.len(), 200_004);
    assert!(lines.last().unwrap().ends_with("K3|㙟龢"));
    check(
        encoding_rs::BIG5.encode(traditional).0,
        "客戶編號|名稱\n2 clean K1|臺灣積體電路製造股份有限公司\n3 clean K2|旭昇亞洲投資股份有限公司",
    );
    // One short row must do, and what the configuration says goes first.
    check(encoding_rs::GB18030.encode("编码\n甲\n").0, "编码\n2 clean 甲");
    let options = ReadOptions {
        encoding: TextEncoding::from_name("gbk"),
        ..ReadOptions::default()
    };
    let (_, lines) = dump(file(&gb18030).path(), &options, 10).unwrap();
    assert_eq!(lines[2], "4 clean K3|㙟龢");
}

#[test]
fn options_go_first() {
    let bytes = "x;y\na,b;c\n1,2;3\n";
    let options = |header_row, delimiter| ReadOptions {
        delimiter,
        header_row,
        ..ReadOptions::default()
    };
    let reader = open(file(bytes.as_bytes()).path(), &options(Some(2), Some(b','))).unwrap();
    assert_eq!(reader.headers, ["a".into(), "b;c".into()] as [Arc<str>; 2]);
    assert!(matches!(
        open(file(bytes.as_bytes()).path(), &options(Some(9), None)),
        Err(IoError::NoHeader { line: 9, .. })
    ));
    assert!(matches!(
        open(file(bytes.as_bytes()).path(), &options(None, Some(b'"'))),
        Err(IoError::Delimiter { .. })
    ));
}

#[test]
fn what_is_no_file() {
    let directory = tempfile::tempdir().unwrap();
    assert!(matches!(
        open(directory.path(), &ReadOptions::default()),
        Err(IoError::NotAFile { .. })
    ));
    let error = open(&directory.path().join("none.csv"), &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, IoError::System { .. }) && error.hint().is_some());
}

#[test]
fn the_reader_says_what_it_found() {
    let reader = open(file("a;b;a;\n1;2;3;\n".as_bytes()).path(), &ReadOptions::default()).unwrap();
    assert_eq!(
        (reader.delimiter, reader.header_row, reader.n_bytes),
        (Some(b';'), 1, 14)
    );
    assert_eq!(reader.duplicate_headers, ["a".into()] as [Arc<str>; 1]);
    assert_eq!(reader.digest.len(), 64);
    let digest = open(file(b"abc").path(), &ReadOptions::default()).unwrap().digest;
    assert_eq!(
        digest,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn keys_are_trimmed() {
    let file = file("k,v\n K1\u{3000},1\n \t,2\nK3,3\n".as_bytes());
    let mut reader = open(file.path(), &ReadOptions::default()).unwrap();
    let source = source(&reader.headers);
    let (batch, _) = reader.batches(0, &source, 10).unwrap().next().unwrap().unwrap();
    assert_eq!(
        (0..3).map(|row| batch.key(row)).collect::<Vec<_>>(),
        [Some("K1"), None, Some("K3")]
    );
    assert_eq!(batch.received[0].value(0), " K1\u{3000}");
    assert_eq!(batch.states, [RowState::Clean; 3]);
}

/// What the csv crate makes of a text.
fn oracle(text: &[u8], delimiter: u8) -> Vec<Vec<Vec<u8>>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text);
    reader
        .byte_records()
        .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
        .collect()
}

proptest! {
    #[test]
    fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn any_table_like_text_never_panics(text in "[ab,;|\t\"\r\n\u{0}1计合页第<>{}\\[\\]:é]{0,80}") {
        let _ = read(text.as_bytes());
    }

    #[test]
    fn splits_as_the_csv_crate_does(text in "[ab,\"\r\n汉]{0,60}") {
        let mut splitter = Splitter::new(text.as_bytes(), b',');
        let mut row = Row::default();
        let mut rows = Vec::new();
        while splitter.next_row(&mut row).unwrap() {
            rows.push(row.cells().map(<[u8]>::to_vec).collect::<Vec<_>>());
        }
        prop_assert_eq!(rows, oracle(text.as_bytes(), b','));
    }

    #[test]
    fn batch_ends_change_nothing(
        rows in prop::collection::vec(prop::collection::vec("[a-c\" \n,汉]{0,4}", 1..5), 0..30),
        batch_rows in 1_usize..8,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        writer.write_record(["k", "v", "w"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let file = file(&writer.into_inner().unwrap());
        let sorted = |batch_rows| {
            let (_, mut lines) = dump(file.path(), &ReadOptions { header_row: Some(1), ..ReadOptions::default() }, batch_rows).unwrap();
            lines.sort_by_key(|line| line.starts_with('!'));
            lines
        };
        let whole = sorted(1000);
        let n_rows = rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())).count();
        prop_assert_eq!(whole.iter().filter(|line| !line.starts_with('!')).count(), n_rows);
        prop_assert_eq!(sorted(batch_rows), whole);
    }
}

#[test]
fn json_lines() {
    check(
        "{\"code\":\"K1\",\"n\":12.0,\"big\":110105194912310000}\n\n{\"n\":null,\"flag\":true,\"code\":\"K2\",\"tags\":[1]}\noops\n[1]\n",
        "code|n|big|flag|tags\n1 clean K1|12|110105194912310000|∅|∅\n3 clean K2|∅|∅|true|[1]\n4 rejected oops|∅|∅|∅|∅\n\
         5 rejected [1]|∅|∅|∅|∅\n! 4 IO006 -\n! 5 IO006 -",
    );
    check("[{\"a\":1}]", "error: F: a JSON array cannot be read");
}

#[test]
fn html_tables() {
    let page = "<html><head><style>td{x:'<td>'}</style></head><!-- <tr><td>no</td></tr> --><body><table border=1>\
        <tr><td colspan=\"3\">客户档案</td></tr><TR><TH>编码</TH><th>名称</th><th>电话</th></TR>\
        <tr><td>K1</td><td>甲&amp;乙&#20844;&#x53f8; A&B</td><td>1<br>2</td></tr>\
        <tr><td rowspan=2>K2</td><td>丙</td><td></td></tr><tr><td>丁</td><td>3</tr>\
        <tr><td>合计</td></tr></table></body></html>";
    let expected = "编码|名称|电话\n3 clean K1|甲&乙公司 A&B|1 2\n4 clean K2|丙|∅\n5 clean ∅|丁|3\n6 rejected 合计|∅|∅\n! 6 IO005 -";
    check(page, expected);
    check(encoding_rs::GB18030.encode(page).0, expected);
    check(
        "<html><body>no</body></html>",
        "error: F: XML or HTML without a table cannot be read",
    );
}

#[test]
fn workbooks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("t.csv");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd");
    workbook.add_worksheet();
    let sheet = workbook.add_worksheet();
    sheet.write(1, 1, "客户档案").unwrap();
    for (column, name) in ["编码", "注册日期", "金额", "有效", "备注"].into_iter().enumerate() {
        sheet.write(3, 1 + column as u16, name).unwrap();
    }
    let date = rust_xlsxwriter::ExcelDateTime::parse_from_str("2024-02-29").unwrap();
    sheet.write(4, 1, "00123").unwrap();
    sheet.write_with_format(4, 2, &date, &day).unwrap();
    sheet.write(4, 3, 12.0).unwrap().write(4, 4, true).unwrap();
    sheet
        .write(6, 1, 7)
        .unwrap()
        .write(6, 3, 0.1 + 0.2)
        .unwrap()
        .write(6, 8, "extra")
        .unwrap();
    workbook.save(&path).unwrap();
    let (reader, lines) = dump(&path, &ReadOptions::default(), 10).unwrap();
    assert_eq!(
        (reader.format, reader.sheet.as_deref(), reader.header_row),
        (Format::Xlsx, Some("Sheet2"), 4)
    );
    assert_eq!(reader.headers.join("|"), "|编码|注册日期|金额|有效|备注|||");
    assert_eq!(
        lines,
        [
            "5 clean ∅|00123|2024-02-29|12|true|∅|∅|∅|∅",
            "7 clean ∅|7|∅|0.3|∅|∅|∅|∅|extra"
        ]
    );
    let options = ReadOptions {
        sheet: Some("none".into()),
        ..ReadOptions::default()
    };
    let error = open(&path, &options).unwrap_err();
    assert!(error.hint().unwrap().contains("Sheet1, Sheet2"), "{error}");
}

#[test]
fn broken_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("whole.xlsx");
    let mut workbook = rust_xlsxwriter::Workbook::new();
    workbook.add_worksheet().write(0, 0, "a").unwrap();
    workbook.save(&path).unwrap();
    let whole = fs::read(&path).unwrap();
    for bytes in [
        whole[..whole.len() / 2].to_vec(),
        b"PK\x03\x04".to_vec(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 not really".to_vec(),
        b"PAR1 cut".to_vec(),
        b"PAR1\0\0\0\0\xff\xff\xff\x7fPAR1".to_vec(),
    ] {
        let error = open(file(&bytes).path(), &ReadOptions::default()).unwrap_err();
        assert!(
            matches!(error, IoError::Malformed { .. }) && error.hint().is_some(),
            "{error}"
        );
    }
    check(b"\x1f\x8b\x08", "error: F: a gzip archive cannot be read");
}

proptest! {
    #[test]
    fn any_bytes_under_a_magic_number_never_panic(
        magic in 0_usize..5,
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let magic: &[u8] = [b"PK\x03\x04".as_slice(), b"\xd0\xcf\x11\xe0", b"PAR1", b"{\"", b"<table><tr><td"][magic];
        let _ = read(&[magic, &bytes].concat());
    }

    #[test]
    fn any_tags_never_panic(page in "(<table>)(<(/?t[rdh]|td (row|col)span=[0-9]{1,9}|!--|-->|script)>?|[a&;#x0-9\"]|汉){0,30}") {
        let _ = read(page.as_bytes());
    }
}
