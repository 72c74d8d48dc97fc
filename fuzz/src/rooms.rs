//! Targets of the rooms and of the reader.
//!
//! Properties: no panic; a standardized value standardizes to itself; a foreign phone reads back from its canonical
//! form; a file gives the same rows on every reading, or the same refusal.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use guiyi_core::dictionary::{ElementKind, EntityType};
use guiyi_core::foreign_phone::ForeignPhone;
use guiyi_core::record::Batch;
use guiyi_core::rulebook::{Rulebook, Source};
use guiyi_core::standardize;
use guiyi_io::read::{self, ReadOptions};

use crate::Target;

pub fn targets() -> Vec<Target> {
    let cells: [(&str, ElementKind, &[&str]); 7] = [
        (
            "date",
            ElementKind::Date,
            &[
                "2024年3月5日",
                "45356",
                "二〇二四年三月五日",
                "民国113年3月5日",
                "03/05/2024",
                "2024-03-05T00:00:00+08:00",
            ],
        ),
        (
            "amount",
            ElementKind::Amount,
            &[
                "￥1,234.50",
                "12万3千",
                "壹万贰仟叁佰元伍角整",
                "(1,234.00)",
                "1,234.56-",
                "△500",
                "3.5亿",
            ],
        ),
        (
            "address",
            ElementKind::Address,
            &[
                "广东省深圳市福田区深南大道1006号国际创新中心A座12层",
                "浙江杭州西湖",
                "湖北省仙桃市龙华山办事处",
                "市辖区",
            ],
        ),
        (
            "person-name",
            ElementKind::PersonName,
            &["王总", "欧阳 修（财务）", "买买提·吐尔逊", "Mr. Smith"],
        ),
        (
            "organization-name",
            ElementKind::OrganizationName,
            &["深圳市蓝岭科技（集团）有限公司上海分公司（停用）", "ＡＢＣ　Co., Ltd."],
        ),
        (
            "phone",
            ElementKind::Phone,
            &[
                "+86 138-0013-8000/0755-2601 3388转8001",
                "+44 (0)20 7946 0958",
                "(010)6552 9988-8001",
            ],
        ),
        (
            "email-cell",
            ElementKind::Email,
            &["mailto:Li.Si＠Example。com,", "a@qq.con"],
        ),
    ];
    let mut targets: Vec<Target> = cells.into_iter().map(cell).collect();
    targets.push(Target {
        name: "foreign-phone".to_owned(),
        run: Box::new(|data| {
            if let Ok(phone) = ForeignPhone::parse(&String::from_utf8_lossy(data)) {
                assert_eq!(ForeignPhone::parse(phone.as_str()), Ok(phone));
            }
        }),
        seeds: ["+442079460958", "0016502530000", "+852 2345 6789", "+39 06 1234567"]
            .map(Into::into)
            .into(),
    });
    targets.extend(
        [("csv", seeds_of("csv")), ("xlsx", seeds_of("xlsx"))].map(|(extension, seeds)| Target {
            name: extension.to_owned(),
            run: Box::new(move |data| reads_alike(data, extension)),
            seeds,
        }),
    );
    targets
}

/// A target for the values of one kind of element; the input is one cell a line.
fn cell((name, kind, seeds): (&str, ElementKind, &[&str])) -> Target {
    let entities = [
        EntityType::Customer,
        EntityType::Material,
        EntityType::Contact,
        EntityType::Supplier,
    ];
    let shipped = entities
        .into_iter()
        .filter_map(|entity| Rulebook::shipped(entity, (2026, 3, 1)).ok());
    let (mut rulebook, element) = shipped
        .filter_map(|rulebook| {
            let element = rulebook.dictionary.of_kind(kind).next()?;
            Some((rulebook, element))
        })
        .next()
        .unwrap_or_else(|| panic!("a shipped dictionary has an element of the kind of {name}"));
    let mut source =
        Source::by_header("fuzz", &["key", "value"], "key", &rulebook.dictionary).expect("key is a header");
    source.mapping.fill(None);
    source.mapping[element] = Some(1);
    rulebook.sources.push(source);
    Target {
        name: name.to_owned(),
        run: Box::new(move |data| {
            let text = String::from_utf8_lossy(data);
            let received: Vec<Option<&str>> = text.split('\n').map(Some).collect();
            let once = standardized(&received, &rulebook, element);
            let again: Vec<Option<&str>> = once.iter().map(Option::as_deref).collect();
            assert_eq!(
                standardized(&again, &rulebook, element),
                once,
                "standardizing twice is standardizing once"
            );
        }),
        seeds: seeds.iter().map(|seed| (*seed).into()).collect(),
    }
}

/// What the room makes of the values of one element.
fn standardized(values: &[Option<&str>], rulebook: &Rulebook, element: usize) -> Vec<Option<String>> {
    let rows: Vec<[&str; 2]> = values.iter().map(|value| ["K1", value.unwrap_or("")]).collect();
    let batches = [Batch::of_text(0, &rulebook.sources[0], &rows)];
    let hints = standardize::learn(&batches, rulebook);
    let [batch] = batches;
    let (batch, _) = standardize::run(batch, rulebook, &hints);
    (0..batch.len())
        .map(|row| batch.columns[element].get(row).map(str::to_owned))
        .collect()
}

/// The hostile fixtures and the heads of the demo's files, by their extension.
fn seeds_of(extension: &str) -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures");
    let mut paths: Vec<_> = ["hostile", "demo"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(fixtures.join(folder)).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    let bytes = paths.iter().filter_map(|path| std::fs::read(path).ok());
    // A workbook cut short is no workbook, but a table cut short is one.
    bytes
        .map(|bytes| {
            if extension == "csv" {
                bytes[..bytes.len().min(4096)].to_vec()
            } else {
                bytes
            }
        })
        .collect()
}

/// Reads the bytes as a file of the given extension twice.
fn reads_alike(data: &[u8], extension: &str) {
    let mut file = tempfile::Builder::new()
        .suffix(&format!(".{extension}"))
        .tempfile()
        .expect("the temporary directory is writable");
    file.write_all(data).expect("the temporary directory has room");
    assert_eq!(
        cells(file.path(), 3),
        cells(file.path(), 1000),
        "the batch size changes nothing"
    );
}

/// Every cell, or that the file is refused; the words of that name the file and so are left out.
fn cells(path: &Path, batch_rows: usize) -> Option<Vec<String>> {
    let mut reader = read::open(path, &ReadOptions::default()).ok()?;
    let headers = reader.headers.clone();
    let mapping = (0..headers.len()).map(Some).collect();
    let source = Source {
        system: Arc::from("fuzz"),
        headers,
        key_column: 0,
        mapping,
        code_pattern: None,
        day_first: None,
    };
    let mut cells = Vec::new();
    for read in reader.batches(0, &source, batch_rows).ok()? {
        let Ok((batch, _)) = read else {
            // How many rows came before depends on the size of the batches; that the file is refused does not.
            return Some(vec!["refused".to_owned()]);
        };
        for row in 0..batch.len() {
            let values = batch.columns.iter().map(|column| column.get(row).unwrap_or("\u{0}"));
            cells.push(format!(
                "{} {}",
                batch.rows[row],
                values.collect::<Vec<_>>().join("\u{1}")
            ));
        }
    }
    Some(cells)
}
