//! The data-element dictionary for readers elsewhere: Markdown, an Excel workbook, JSON, and an Open Data Contract.

mod contract;
mod markdown;
mod workbook;

use std::sync::Arc;

use guiyi_core::dictionary::{CodeValue, Dictionary, Element, ElementKind};
use guiyi_core::finding::Language;
use serde_json::{Value, json};

pub use self::contract::contract;
pub use self::markdown::{element_page, markdown};
pub use self::workbook::workbook;

/// The dictionary as a JSON object.
pub fn to_json(dictionary: &Dictionary) -> Value {
    json!({
        "entity": dictionary.entity.name(),
        "elements": dictionary.elements.iter().map(element_json).collect::<Vec<_>>(),
    })
}

/// An element as a JSON object.
pub fn element_json(element: &Element) -> Value {
    let code =
        |code: &CodeValue| json!({"code": &*code.code, "label_zh": &*code.label_zh, "synonyms": texts(&code.synonyms)});
    json!({
        "name": &*element.name,
        "label": &*element.label,
        "label_zh": &*element.label_zh,
        "definition": &*element.definition,
        "definition_zh": &*element.definition_zh,
        "kind": element.kind.name(),
        "format": format_of(element, Language::English),
        "standard": element.standard.as_deref(),
        "importance": element.importance.name(),
        "sensitivity": element.sensitivity.name(),
        "codes": element.codes.iter().map(code).collect::<Vec<_>>(),
        "synonyms": texts(&element.synonyms),
    })
}

fn texts(texts: &[Arc<str>]) -> Vec<&str> {
    texts.iter().map(|text| &**text).collect()
}

/// The canonical form of an element's values: its own, else that of its kind.
fn format_of(element: &Element, language: Language) -> String {
    if let Some(format) = &element.format {
        return format.to_string();
    }
    let (en, zh) = match element.kind {
        ElementKind::CreditCode => ("18 characters [0-9A-Y]", "18位数字或大写字母"),
        ElementKind::ResidentId => ("18 characters, the last may be X", "18位，末位可为X"),
        ElementKind::Mobile => ("11 figures", "11位数字"),
        ElementKind::Landline | ElementKind::Phone => ("0755-26013388-8001", "区号-号码-分机"),
        ElementKind::Email => ("name@domain", "用户名@域名"),
        ElementKind::Postcode => ("6 figures", "6位数字"),
        ElementKind::Date => ("YYYY-MM-DD", "YYYY-MM-DD"),
        ElementKind::Amount => ("decimal, yuan", "十进制小数，单位：元"),
        ElementKind::Number => ("decimal", "十进制数"),
        ElementKind::BankAccount => ("figures", "数字"),
        ElementKind::Cnaps => ("12 figures", "12位数字"),
        ElementKind::Gtin => ("8, 12, 13 or 14 figures", "8、12、13或14位数字"),
        ElementKind::Province | ElementKind::City | ElementKind::County => ("full name", "规范全称"),
        ElementKind::Enumeration => ("member of the code list", "代码表中的代码"),
        _ => ("text", "文本"),
    };
    match language {
        Language::English => en.to_owned(),
        Language::Chinese => zh.to_owned(),
    }
}
