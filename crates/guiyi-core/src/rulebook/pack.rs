//! A rule pack on its own, as `guiyi validate --rules` takes it: for an entity type with its shipped dictionary, or with
//! `[[element]]` tables of its own in the same file, so that it runs on any file.
//!
//! An element of a pack needs a `name` and a `kind`; `header` or `synonyms` name its columns where the name itself does
//! not. `values` says how values are judged, for the pack or for one element: `"received"`, as the file has them, or
//! `"standardized"`, in the canonical form of their kind. Left out, text is judged as received and everything else
//! standardized.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::mistake::Mistake;
use super::rules::read_rules;
use super::tables::RawTable;
use super::toml::{Document, Table};
use super::{Rule, Rulebook, Source, Target, parse_policies, rule, shipped_rules};
use crate::dictionary::{
    self, Dictionary, Element, ElementKind, EntityType, Importance, Sensitivity, is_snake_case, parse_codes,
};

/// A rule pack with the elements that it speaks of.
#[derive(Debug, Clone)]
pub struct Pack {
    /// The entity type whose shipped dictionary the pack uses; `None` for a pack with elements of its own.
    pub entity: Option<EntityType>,
    /// The elements. For a pack of its own the entity type in it means nothing.
    pub dictionary: Dictionary,
    /// The rules, in the order of their codes.
    pub rules: Vec<Rule>,
    /// For each element whether its values are brought to their canonical form before they are judged.
    pub standardizes: Vec<bool>,
}

const VALUES: [(&str, bool); 2] = [("received", false), ("standardized", true)];

impl Pack {
    /// Reads a pack from TOML text; `file` is the name that mistakes carry, `load` reads the file of a `[[table]]`.
    ///
    /// # Errors
    ///
    /// Every mistake in the text, in its order.
    pub fn parse(
        file: &str,
        text: &str,
        load: &mut dyn FnMut(&str) -> Result<RawTable, String>,
    ) -> Result<Self, Vec<Mistake>> {
        let document = Document::parse(file, text);
        let root = document.root();
        let entity = root.opt_choice("entity", &EntityType::ALL.map(|entity| (entity.name(), entity)));
        let of_pack = root.opt_choice("values", &VALUES);
        let tables = root.tables("element");
        let mut own: Vec<(Element, Option<bool>)> = Vec::new();
        for table in &tables {
            let Some(element) = parse_element(table) else { continue };
            let values = table.opt_choice("values", &VALUES);
            if own.iter().any(|(other, _)| other.name == element.name) {
                table.mistake_at("name", format!("the element \"{}\" occurs twice", element.name), None);
            }
            own.push((element, values));
        }
        match entity {
            Some(_) if !tables.is_empty() => {
                let hint = "leave out \"entity\" to describe elements here, or [[element]] to use the dictionary's";
                root.mistake_at(
                    "entity",
                    "a pack for an entity type has no elements of its own",
                    Some(hint.into()),
                );
            }
            None if tables.is_empty() => {
                let hint = "entity = \"customer\", or one [[element]] for each column that the rules speak of";
                root.mistake("neither \"entity\" nor [[element]]", Some(hint.into()));
            }
            _ => {}
        }
        let (dictionary, values) = if let Some(entity) = entity {
            let dictionary = dictionary::shipped(entity);
            let values = vec![None; dictionary.elements.len()];
            (dictionary, values)
        } else {
            let (elements, values) = own.into_iter().unzip();
            let entity = EntityType::Customer;
            (Dictionary { entity, elements }, values)
        };
        let standardizes = (dictionary.elements.iter().zip(values))
            .map(|(element, own): (_, Option<bool>)| own.or(of_pack).unwrap_or_else(|| !is_text(element.kind)))
            .collect();
        let rules = read_rules(&root, &dictionary, load);
        if rules.is_empty() && !root.has("rule") {
            root.mistake("no rule", Some("write each rule under [[rule]]".into()));
        }
        drop((root, tables));
        document.finish(Self {
            entity,
            dictionary,
            rules,
            standardizes,
        })
    }

    /// A rulebook of some of the pack's rules for one source.
    pub fn rulebook(&self, source: Source, rules: Vec<Rule>, today: (i16, i8, i8)) -> Rulebook {
        let policies = parse_policies(&Document::parse("", "").root(), &self.dictionary, &[]);
        Rulebook {
            dictionary: self.dictionary.clone(),
            sources: vec![source],
            rules,
            matching: policies.matching,
            survivorship: policies.survivorship,
            imputation: policies.imputation,
            today,
        }
    }

    /// What the foreign keys of the rules point at, each once, in order.
    pub fn targets(&self) -> Vec<Target> {
        rule::targets(&self.rules)
    }

    /// Tells the foreign keys that point at `target` which keys or values there are.
    pub fn know(&mut self, target: &Target, values: &Arc<BTreeSet<Box<str>>>) {
        rule::know(&mut self.rules, target, values);
    }

    /// The shipped pack of an entity type.
    ///
    /// # Errors
    ///
    /// The mistakes of the shipped pack; it has none in a released version.
    pub fn shipped(entity: EntityType) -> Result<Self, Vec<Mistake>> {
        let dictionary = dictionary::shipped(entity);
        Ok(Self {
            entity: Some(entity),
            rules: shipped_rules(entity, &dictionary)?,
            standardizes: dictionary
                .elements
                .iter()
                .map(|element| !is_text(element.kind))
                .collect(),
            dictionary,
        })
    }
}

/// Kinds whose values are words and not figures: a rule about them judges what was written.
fn is_text(kind: ElementKind) -> bool {
    use ElementKind::{Address, Code, Note, OrganizationName, PersonName, Text};
    matches!(kind, Text | Note | Code | OrganizationName | PersonName | Address)
}

/// One `[[element]]`; `None` if it has no name or kind, which is said.
fn parse_element(table: &Table<'_>) -> Option<Element> {
    let name = table.string("name");
    let kind = table.choice("kind", &ElementKind::ALL.map(|kind| (kind.name(), kind)));
    let header = table.opt_string("header");
    let synonyms = table.strings("synonyms");
    let label = table.opt_string("label");
    let label_zh = table.opt_string("label_zh");
    let definition = table.opt_string("definition");
    let definition_zh = table.opt_string("definition_zh");
    let standard = table.opt_string("standard").map(Arc::from);
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
    let format = table.opt_string("format").map(Arc::from);
    let codes = parse_codes(table);
    if let Some(name) = name.filter(|name| !is_snake_case(name)) {
        let hint =
            Some("lower-case letters, digits and _, a letter first; the column's header goes into header".into());
        table.mistake_at("name", format!("\"{name}\" is not a name of an element"), hint);
    }
    let name = name?;
    Some(Element {
        name: name.into(),
        label_zh: label_zh.or(header).unwrap_or(name).into(),
        label: label.or(header).unwrap_or(name).into(),
        definition: definition.unwrap_or_default().into(),
        definition_zh: definition_zh.unwrap_or_default().into(),
        kind: kind?,
        standard,
        importance: importance.unwrap_or(Importance::Normal),
        sensitivity: sensitivity.unwrap_or(Sensitivity::Internal),
        format,
        codes,
        synonyms: header.into_iter().chain(synonyms).map(Arc::from).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "[[rule]]\ncode = 'XX001'\nelement = 'code'\ncheck = 'required'\nseverity = 'error'\n\
        dimension = 'completeness'\nmessage = 'm'\nmessage_zh = 'm'\n";

    fn none(path: &str) -> Result<RawTable, String> {
        Err(format!("no file {path}"))
    }

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = match Pack::parse("p", text, &mut none) {
            Ok(_) => Vec::new(),
            Err(mistakes) => mistakes
                .iter()
                .map(|mistake| mistake.to_string()[2..].to_owned())
                .collect(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn elements_of_its_own() {
        let text = format!(
            "values = 'received'\n[[element]]\nname = 'code'\nkind = 'text'\nheader = '编码'\n\
             [[element]]\nname = 'amount'\nkind = 'amount'\nvalues = 'standardized'\n{RULE}"
        );
        let pack = Pack::parse("p", &text, &mut none).unwrap();
        assert_eq!(pack.standardizes, [false, true]);
        assert_eq!(pack.dictionary.position_for_header("编码"), Some(0));
        assert_eq!((pack.entity, pack.rules.len()), (None, 1));
    }

    #[test]
    fn for_an_entity_type() {
        let pack = Pack::parse(
            "p",
            &format!("entity = 'contact'\n{}", RULE.replace("'code'", "'name'")),
            &mut none,
        )
        .unwrap();
        let of = |name: &str| pack.standardizes[pack.dictionary.position(name).unwrap()];
        assert!(!of("name") && of("mobile"));
        for entity in EntityType::ALL {
            assert!(!Pack::shipped(entity).unwrap().rules.is_empty());
        }
    }

    #[test]
    fn mistakes() {
        check(
            RULE,
            &[
                "1:1: neither \"entity\" nor [[element]]\n  hint: entity = \"customer\", or one [[element]] for each column that the rules speak of",
                "3:11: no element is named \"code\"",
            ],
        );
        check(
            "entity = 'customer'\n[[element]]\nname = 'x'\nkind = 'text'\nvalue = 'received'",
            &[
                "1:1: no rule\n  hint: write each rule under [[rule]]",
                "1:10: a pack for an entity type has no elements of its own\n  hint: leave out \"entity\" to describe elements here, or [[element]] to use the dictionary's",
                "5:1: unknown key \"value\" in [[element]]\n  hint: did you mean \"values\"?",
            ],
        );
    }
}
