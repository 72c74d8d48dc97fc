//! The dictionary and its rules as an Open Data Contract, ODCS v3.1.0 (Bitol, Linux Foundation), in YAML.
//!
//! What the standard can say is said in its words: library metrics with a percentage that may fail. What it cannot,
//! such as a check digit or a comparison, is a custom check of the engine `guiyi`, named by its rule.

use guiyi_core::dictionary::{Dictionary, Element, ElementKind, EntityType, Importance};
use guiyi_core::finding::Severity;
use guiyi_core::rulebook::{Check, Dimension, Rule, Tolerance};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Contract {
    api_version: &'static str,
    kind: &'static str,
    id: String,
    name: String,
    version: &'static str,
    status: &'static str,
    domain: &'static str,
    description: Description,
    schema: [Schema; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    purpose: String,
    usage: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    name: &'static str,
    business_name: &'static str,
    logical_type: &'static str,
    physical_type: &'static str,
    description: String,
    properties: Vec<Property>,
    quality: Vec<Quality>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Property {
    name: String,
    business_name: String,
    logical_type: &'static str,
    physical_type: &'static str,
    description: String,
    required: bool,
    unique: bool,
    classification: &'static str,
    critical_data_element: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authoritative_definitions: Vec<Authority>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quality: Vec<Quality>,
}

#[derive(Serialize)]
struct Authority {
    url: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Quality {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arguments: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    implementation: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    must_be: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    must_be_greater_than: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    must_be_less_or_equal_to: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dimension: Option<&'static str>,
    severity: &'static str,
    description: String,
}

/// The contract of a dictionary and the rules that go with it.
///
/// # Errors
/// None that a dictionary could cause; the YAML writer's signature has one for writers that fail.
pub fn contract(dictionary: &Dictionary, rules: &[Rule]) -> Result<String, serde_saphyr::SerializeError> {
    let entity = dictionary.entity;
    let (name, business_name) = match entity {
        EntityType::Customer => ("customer", "客户"),
        EntityType::Supplier => ("supplier", "供应商"),
        EntityType::Material => ("material", "物料"),
        EntityType::Contact => ("contact", "联系人"),
    };
    let (across, single): (Vec<&Rule>, Vec<&Rule>) = rules.iter().partition(|rule| is_across(rule));
    let properties = dictionary.elements.iter().enumerate().map(|(position, element)| {
        let own: Vec<&Rule> = single
            .iter()
            .copied()
            .filter(|rule| rule.attribute == position)
            .collect();
        property(element, &own, dictionary)
    });
    let mut schema_quality = vec![Quality {
        metric: Some("rowCount"),
        must_be_greater_than: Some(0),
        dimension: Some("completeness"),
        ..Quality::new(
            "rowCount",
            "library",
            "error",
            "There is at least one record".to_owned(),
        )
    }];
    schema_quality.extend(across.iter().map(|rule| quality(rule, dictionary)));
    let contract = Contract {
        api_version: "v3.1.0",
        kind: "DataContract",
        id: format!("guiyi-{name}-dictionary"),
        name: format!("Golden records: {name} ({business_name})"),
        version: env!("CARGO_PKG_VERSION"),
        status: "active",
        domain: "master-data",
        description: Description {
            purpose: format!("Data elements of a {name} (元字典) and the rules that their values keep."),
            usage: "Made by `guiyi dictionary export --format odcs`; checks of the engine guiyi run with `guiyi validate`.",
        },
        schema: [Schema {
            name,
            business_name,
            logical_type: "object",
            physical_type: "table",
            description: format!("One golden record per {name}."),
            properties: properties.collect(),
            quality: schema_quality,
        }],
    };
    serde_saphyr::to_string(&contract)
}

/// Whether a rule is about several columns or all rows, which the standard says of the table.
fn is_across(rule: &Rule) -> bool {
    match &rule.check {
        Check::Unique { elements, .. } => elements.len() > 1,
        Check::RowCount(_) => true,
        _ => false,
    }
}

fn property(element: &Element, rules: &[&Rule], dictionary: &Dictionary) -> Property {
    let (logical_type, physical_type) = match element.kind {
        ElementKind::Date => ("date", "date"),
        ElementKind::Amount => ("number", "decimal(18,2)"),
        ElementKind::Number => ("number", "decimal(18,6)"),
        ElementKind::CreditCode | ElementKind::ResidentId => ("string", "char(18)"),
        ElementKind::Mobile => ("string", "char(11)"),
        ElementKind::Postcode => ("string", "char(6)"),
        ElementKind::Cnaps => ("string", "char(12)"),
        _ => ("string", "text"),
    };
    let strict = |rule: &&&Rule| {
        rule.tolerance == Tolerance::default() && rule.when.is_empty() && rule.severity == Severity::Error
    };
    let mut checks: Vec<Quality> = rules.iter().map(|rule| quality(rule, dictionary)).collect();
    let has_list = rules.iter().any(|rule| matches!(rule.check, Check::OneOf(_)));
    if !element.codes.is_empty() && !has_list {
        let values: Vec<&str> = element.codes.iter().map(|code| &*code.code).collect();
        checks.push(Quality {
            metric: Some("invalidValues"),
            arguments: Some(json!({"validValues": values})),
            must_be: Some(0),
            dimension: Some("conformity"),
            ..Quality::new(
                "code-list",
                "library",
                "warning",
                format!("{} is in its code list", element.label),
            )
        });
    }
    Property {
        name: element.name.to_string(),
        business_name: format!("{} · {}", element.label_zh, element.label),
        logical_type,
        physical_type,
        description: format!("{} {}", element.definition, element.definition_zh),
        required: rules
            .iter()
            .filter(strict)
            .any(|rule| matches!(rule.check, Check::Required)),
        unique: rules
            .iter()
            .filter(strict)
            .any(|rule| matches!(rule.check, Check::Unique { .. })),
        classification: element.sensitivity.name(),
        critical_data_element: element.importance == Importance::Key,
        authoritative_definitions: element.standard.iter().map(|standard| authority(standard)).collect(),
        quality: checks,
    }
}

/// Where a standard can be read.
fn authority(standard: &str) -> Authority {
    let query = standard.replace(' ', "%20");
    let url = if let Some(number) = standard.strip_prefix("RFC ") {
        format!("https://www.rfc-editor.org/rfc/rfc{number}")
    } else if standard.starts_with("GB") {
        format!("https://openstd.samr.gov.cn/bzgk/gb/std_list?p.p2={query}")
    } else {
        format!("https://www.iso.org/search.html?q={query}")
    };
    Authority {
        url,
        // Not businessDefinition: tools fetch those, and a contract must hold without a network.
        kind: "standard",
    }
}

impl Quality {
    /// A check that demands nothing yet.
    fn new(name: &str, kind: &'static str, severity: &'static str, description: String) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            metric: None,
            arguments: None,
            engine: None,
            implementation: None,
            must_be: None,
            must_be_greater_than: None,
            must_be_less_or_equal_to: None,
            unit: None,
            dimension: None,
            severity,
            description,
        }
    }
}

fn quality(rule: &Rule, dictionary: &Dictionary) -> Quality {
    let severity = match rule.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut check = Quality::new(
        &rule.code,
        "library",
        severity,
        format!("{} {}", rule.message, rule.message_zh),
    );
    check.dimension = match rule.dimension {
        _ if matches!(rule.check, Check::Unique { .. }) => Some("uniqueness"),
        Dimension::Conformity => Some("conformity"),
        Dimension::Completeness => Some("completeness"),
        Dimension::Accuracy => Some("accuracy"),
        Dimension::Consistency => Some("consistency"),
        Dimension::Timeliness => Some("timeliness"),
        Dimension::Accessibility => None,
    };
    let library = match &rule.check {
        _ if !rule.when.is_empty() => None,
        Check::Required => Some(("nullValues", None)),
        Check::Unique { elements, .. } if elements.len() == 1 => Some(("duplicateValues", None)),
        Check::Unique { elements, .. } => {
            let names: Vec<&str> = elements.iter().map(|at| &*dictionary.elements[*at].name).collect();
            Some(("duplicateValues", Some(json!({"properties": names}))))
        }
        Check::Pattern(regex) => Some(("invalidValues", Some(json!({"pattern": portable(regex.as_str())})))),
        Check::Length { min, max } => {
            let most = if *max == u32::MAX as usize {
                String::new()
            } else {
                max.to_string()
            };
            Some((
                "invalidValues",
                Some(json!({"pattern": format!("^.{{{min},{most}}}$")})),
            ))
        }
        Check::OneOf(values) => {
            let values: Vec<&str> = values.iter().map(|value| &**value).collect();
            Some(("invalidValues", Some(json!({"validValues": values}))))
        }
        _ => None,
    };
    if let Some((metric, arguments)) = library {
        check.metric = Some(metric);
        check.arguments = arguments;
        match rule.tolerance {
            Tolerance::Rows(0) => check.must_be = Some(0),
            Tolerance::Rows(rows) => check.must_be_less_or_equal_to = Some(rows as f64),
            Tolerance::Share(parts_per_million) => {
                check.must_be_less_or_equal_to = Some(f64::from(parts_per_million) / 10_000.0);
                check.unit = Some("percent");
            }
        }
    } else {
        check.kind = "custom";
        check.engine = Some("guiyi");
        check.implementation = Some(json!({
            "rule": &*rule.code,
            "tolerance": rule.tolerance.to_string(),
        }));
    }
    check
}

/// A Rust pattern anchored with `\A` and `\z`, in the words that every engine knows.
fn portable(pattern: &str) -> String {
    let inner = pattern
        .strip_prefix(r"\A(?:")
        .and_then(|inner| inner.strip_suffix(r")\z"));
    inner.map_or_else(|| pattern.to_owned(), |inner| format!("^(?:{inner})$"))
}
