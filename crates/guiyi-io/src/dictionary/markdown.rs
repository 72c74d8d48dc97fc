//! The dictionary as Markdown: a table of the elements, then their code lists; and the page of one element.

use std::fmt::Write as _;

use guiyi_core::dictionary::{Dictionary, Element, Importance, Sensitivity};
use guiyi_core::finding::Language;

use super::format_of;

/// The whole dictionary.
pub fn markdown(dictionary: &Dictionary, language: Language) -> String {
    let zh = language == Language::Chinese;
    let say = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let mut text = format!(
        "# {} `{}`\n\n{}\n{}\n",
        say("Data elements:", "数据元："),
        dictionary.entity.name(),
        say(
            "| name | label | 中文名 | definition | kind | format | standard | importance | sensitivity |",
            "| 名称 | 英文名 | 中文名 | 定义 | 类型 | 格式 | 标准 | 重要性 | 敏感级别 |"
        ),
        "|---|---|---|---|---|---|---|---|---|"
    );
    for element in &dictionary.elements {
        let kind = element.kind.labels();
        let cells = [
            format!("`{}`", element.name),
            element.label.to_string(),
            element.label_zh.to_string(),
            if zh {
                &element.definition_zh
            } else {
                &element.definition
            }
            .to_string(),
            if zh { kind.1 } else { kind.0 }.to_owned(),
            format_of(element, language),
            element.standard.as_deref().unwrap_or_default().to_owned(),
            importance(element.importance, zh).to_owned(),
            sensitivity(element.sensitivity, zh).to_owned(),
        ];
        let cells = cells.map(|cell| escaped(&cell));
        _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    for element in dictionary.elements.iter().filter(|element| !element.codes.is_empty()) {
        let label = if zh { &element.label_zh } else { &element.label };
        _ = writeln!(text, "\n## {} `{}`\n", escaped(label), element.name);
        text.push_str(&code_table(element, zh));
    }
    text
}

/// The page of one element.
pub fn element_page(element: &Element, language: Language) -> String {
    let zh = language == Language::Chinese;
    let say = |en: &'static str, chinese: &'static str| if zh { chinese } else { en };
    let kind = element.kind.labels();
    let mut text = format!(
        "# {} · {} `{}`\n\n{}\n{}\n\n",
        element.label_zh, element.label, element.name, element.definition_zh, element.definition
    );
    let facts = [
        (say("kind", "类型"), if zh { kind.1 } else { kind.0 }.to_owned()),
        (say("format", "格式"), format_of(element, language)),
        (
            say("standard", "标准"),
            element.standard.as_deref().unwrap_or("–").to_owned(),
        ),
        (
            say("importance", "重要性"),
            importance(element.importance, zh).to_owned(),
        ),
        (
            say("sensitivity", "敏感级别"),
            sensitivity(element.sensitivity, zh).to_owned(),
        ),
        (say("headers", "列名同义词"), element.synonyms.join("、")),
    ];
    for (name, value) in facts {
        _ = writeln!(text, "- {name}: {value}");
    }
    if !element.codes.is_empty() {
        text.push('\n');
        text.push_str(&code_table(element, zh));
    }
    text
}

fn code_table(element: &Element, zh: bool) -> String {
    let mut text = String::from(if zh {
        "| 代码 | 名称 | 同义词 |\n|---|---|---|\n"
    } else {
        "| code | 中文名 | other spellings |\n|---|---|---|\n"
    });
    for code in &element.codes {
        let synonyms = escaped(&code.synonyms.join("、"));
        _ = writeln!(text, "| `{}` | {} | {synonyms} |", code.code, escaped(&code.label_zh));
    }
    text
}

fn importance(importance: Importance, zh: bool) -> &'static str {
    match (importance, zh) {
        (Importance::Key, true) => "关键",
        (Importance::Normal, true) => "一般",
        (importance, false) => importance.name(),
    }
}

fn sensitivity(sensitivity: Sensitivity, zh: bool) -> &'static str {
    match (sensitivity, zh) {
        (Sensitivity::Public, true) => "公开",
        (Sensitivity::Internal, true) => "内部",
        (Sensitivity::Sensitive, true) => "敏感",
        (sensitivity, false) => sensitivity.name(),
    }
}

fn escaped(cell: &str) -> String {
    cell.replace('|', "\\|").replace('\n', " ")
}
