//! Reading a dictionary from TOML text, with every mistake said.
//!
//! The format is described at the top of `dictionaries/customer.toml` and in `docs/dictionary.md`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CodeValue, Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity};
use crate::rulebook::Mistake;
use crate::rulebook::toml::{Document, Table};

impl Dictionary {
    /// Reads a dictionary from TOML text; the format is described at the top of `dictionaries/customer.toml`.
    ///
    /// `file` is the name that mistakes carry. Errors: every mistake in the text, in its order; beside wrong keys and
    /// types an element or code that occurs twice, a header claimed by two elements, an enumeration without codes.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Mistake>> {
        let document = Document::parse(file, text);
        let root = document.root();
        let entity = root.choice("entity", &EntityType::ALL.map(|entity| (entity.name(), entity)));
        let tables = root.tables("element");
        if tables.is_empty() && !root.has("element") {
            root.mistake(
                "no element",
                Some("describe each data element under [[element]]".into()),
            );
        }
        let mut elements = Vec::with_capacity(tables.len());
        let mut claims = Claims::default();
        for table in &tables {
            if let Some(element) = parse_element(table) {
                claims.claim(table, &element);
                elements.push(element);
            }
        }
        drop((root, tables));
        document.finish(Self {
            entity: entity.unwrap_or(EntityType::Customer),
            elements,
        })
    }
}

/// One `[[element]]`; `None` if it has no name or kind, which is said.
fn parse_element(table: &Table<'_>) -> Option<Element> {
    let name = table.string("name");
    let label = table.string("label");
    let label_zh = table.string("label_zh");
    let definition = table.string("definition");
    let definition_zh = table.string("definition_zh");
    let kind = table.choice("kind", &ElementKind::ALL.map(|kind| (kind.name(), kind)));
    let importance = table.opt_choice(
        "importance",
        &[("key", Importance::Key), ("normal", Importance::Normal)],
    );
    let levels = [
        ("public", Sensitivity::Public),
        ("internal", Sensitivity::Internal),
        ("sensitive", Sensitivity::Sensitive),
    ];
    let sensitivity = table.opt_choice("sensitivity", &levels);
    let standard = table.opt_string("standard").map(Arc::from);
    let format = table.opt_string("format").map(Arc::from);
    let synonyms = table.strings("synonyms").into_iter().map(Arc::from).collect();
    let codes = parse_codes(table);
    if let Some(name) = name.filter(|name| !is_snake_case(name)) {
        let hint = Some("lower-case letters, digits and _, a letter first".into());
        table.mistake_at("name", format!("\"{name}\" is not a name of an element"), hint);
    }
    match kind {
        Some(ElementKind::Enumeration) if codes.is_empty() && !table.has("codes") => {
            table.mistake_at("kind", "an enumeration needs \"codes\"", None);
        }
        Some(kind) if kind != ElementKind::Enumeration && table.has("codes") => {
            let hint = Some("kind = \"enumeration\"".into());
            table.mistake_at_key(
                "codes",
                format!("an element of kind {} has no codes", kind.name()),
                hint,
            );
        }
        _ => {}
    }
    Some(Element {
        name: name?.into(),
        label_zh: label_zh.unwrap_or_default().into(),
        label: label.unwrap_or_default().into(),
        definition: definition.unwrap_or_default().into(),
        definition_zh: definition_zh.unwrap_or_default().into(),
        kind: kind?,
        standard,
        importance: importance.unwrap_or(Importance::Normal),
        sensitivity: sensitivity.unwrap_or(Sensitivity::Internal),
        format,
        codes,
        synonyms,
    })
}

pub(crate) fn parse_codes(table: &Table<'_>) -> Vec<CodeValue> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let mut codes = Vec::new();
    for value in table.tables("codes") {
        let code = value.string("code");
        let label_zh = value.string("label_zh");
        let synonyms = value.strings("synonyms");
        let (Some(code), Some(label_zh)) = (code, label_zh) else {
            continue;
        };
        for spelling in [code, label_zh].into_iter().chain(synonyms.iter().copied()) {
            if let Some(other) = owners
                .insert(spelling.to_lowercase(), code)
                .filter(|other| *other != code)
            {
                value.mistake(format!("\"{spelling}\" already means the code \"{other}\""), None);
            }
        }
        if codes.iter().any(|other: &CodeValue| &*other.code == code) {
            value.mistake_at("code", format!("the code \"{code}\" occurs twice"), None);
        }
        let synonyms = synonyms.into_iter().map(Arc::from).collect();
        codes.push(CodeValue {
            code: code.into(),
            label_zh: label_zh.into(),
            synonyms,
        });
    }
    codes
}

pub(crate) fn is_snake_case(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Which element means which column header, lower-case, so that none is claimed twice.
#[derive(Default)]
struct Claims(BTreeMap<String, Arc<str>>);

impl Claims {
    fn claim(&mut self, table: &Table<'_>, element: &Element) {
        if self.0.values().any(|name| *name == element.name) {
            table.mistake_at("name", format!("the element \"{}\" occurs twice", element.name), None);
            return;
        }
        let own = [&element.name, &element.label, &element.label_zh];
        for header in own.into_iter().chain(&element.synonyms) {
            let owner = self
                .0
                .entry(header.trim().to_lowercase())
                .or_insert_with(|| Arc::clone(&element.name));
            if *owner != element.name {
                let message = format!("the header \"{header}\" already means the element \"{owner}\"");
                let index = element.synonyms.iter().position(|synonym| synonym == header);
                table.mistake_at_item("synonyms", index.unwrap_or(usize::MAX), message, None);
            }
        }
    }
}
