//! The dictionary as an Excel workbook: the sheets `elements`, `codes` and `headers`, one row each with a header above.

use guiyi_core::dictionary::Dictionary;
use guiyi_core::finding::Language;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use super::format_of;

/// The bytes of the workbook.
///
/// # Errors
/// A value longer than a cell may be, 32,767 characters.
pub fn workbook(dictionary: &Dictionary) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let elements: Vec<Vec<String>> = dictionary
        .elements
        .iter()
        .map(|element| {
            vec![
                element.name.to_string(),
                element.label_zh.to_string(),
                element.label.to_string(),
                element.definition_zh.to_string(),
                element.definition.to_string(),
                element.kind.name().to_owned(),
                format_of(element, Language::Chinese),
                element.standard.as_deref().unwrap_or_default().to_owned(),
                element.importance.name().to_owned(),
                element.sensitivity.name().to_owned(),
            ]
        })
        .collect();
    let codes: Vec<Vec<String>> = dictionary
        .elements
        .iter()
        .flat_map(|element| {
            element.codes.iter().map(|code| {
                vec![
                    element.name.to_string(),
                    code.code.to_string(),
                    code.label_zh.to_string(),
                    code.synonyms.join("、"),
                ]
            })
        })
        .collect();
    let headers: Vec<Vec<String>> = dictionary
        .elements
        .iter()
        .flat_map(|element| {
            element
                .synonyms
                .iter()
                .map(|synonym| vec![element.name.to_string(), synonym.to_string()])
        })
        .collect();
    let names = [
        "名称 name",
        "中文名",
        "英文名 label",
        "定义",
        "definition",
        "类型 kind",
        "格式 format",
        "标准 standard",
        "重要性 importance",
        "敏感级别 sensitivity",
    ];
    write(workbook.add_worksheet().set_name("elements")?, &names, &elements)?;
    write(
        workbook.add_worksheet().set_name("codes")?,
        &["数据元 element", "代码 code", "名称", "同义词 synonyms"],
        &codes,
    )?;
    write(
        workbook.add_worksheet().set_name("headers")?,
        &["数据元 element", "列名 header"],
        &headers,
    )?;
    workbook.save_to_buffer()
}

fn write(sheet: &mut Worksheet, names: &[&str], rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, name) in names.iter().enumerate() {
        sheet.write_string_with_format(0, column as u16, *name, &bold)?;
        let widest = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        sheet.set_column_width(column as u16, widest.clamp(12, 60) as f64)?;
    }
    for (row, cells) in rows.iter().enumerate() {
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(row as u32 + 1, column as u16, cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
