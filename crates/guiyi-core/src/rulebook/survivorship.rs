//! `[survivorship]` of a project file: which member's value wins, per element and per group of elements.
//!
//! Stands beside `policies`, which reads the other sections. Laws: a strategy that needs something (an order of values,
//! days of trust, a date) is a mistake without it, and what no strategy uses is one as well; a strategy that could drop
//! the strictest value before it is looked at is a mistake.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mistake::hint_for;
use super::rules::{element, element_hint};
use super::toml::Table;
use super::{Strategy, SurvivorshipPolicy};
use crate::dictionary::{Dictionary, ElementKind, Importance};

impl Strategy {
    /// All strategies, in the order of the reference.
    pub const ALL: [Self; 11] = [
        Self::BestOrigin,
        Self::SourcePriority,
        Self::MostRecent,
        Self::MostFrequent,
        Self::MostComplete,
        Self::Longest,
        Self::HighestScore,
        Self::TrustedUntil,
        Self::ValueOrder,
        Self::MostRestrictive,
        Self::Union,
    ];

    /// The name in project files and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::BestOrigin => "best-origin",
            Self::SourcePriority => "source-priority",
            Self::MostRecent => "most-recent",
            Self::MostFrequent => "most-frequent",
            Self::Longest => "longest",
            Self::MostComplete => "most-complete",
            Self::HighestScore => "highest-score",
            Self::TrustedUntil => "trusted-until",
            Self::MostRestrictive => "most-restrictive",
            Self::ValueOrder => "value-order",
            Self::Union => "union",
        }
    }

    /// Whether the strategy is about one element's values, so that it makes no sense for a group or for all elements.
    fn is_of_one_element(self) -> bool {
        matches!(self, Self::ValueOrder | Self::MostRestrictive | Self::Union)
    }
}

/// Reads the section; `systems` are the names of the sources, in order.
pub(super) fn parse_survivorship(
    table: Option<&Table<'_>>,
    dictionary: &Dictionary,
    systems: &[Arc<str>],
) -> SurvivorshipPolicy {
    let mut policy = SurvivorshipPolicy {
        source_priority: systems.to_vec(),
        default: vec![
            Strategy::BestOrigin,
            Strategy::SourcePriority,
            Strategy::MostRecent,
            Strategy::MostFrequent,
            Strategy::MostComplete,
            Strategy::Longest,
        ],
        elements: vec![None; dictionary.elements.len()],
        ..SurvivorshipPolicy::default()
    };
    let Some(table) = table else { return policy };
    if table.has("source_priority") {
        policy.source_priority = parse_systems(table, "source_priority", systems);
    }
    if table.has("default") {
        policy.default = parse_strategies(table, "default");
        if let Some(strategy) = policy.default.iter().find(|strategy| strategy.is_of_one_element()) {
            let message = format!("\"{}\" is a strategy of single elements", strategy.name());
            let hint = format!("[survivorship.elements] status = [\"{}\"]", strategy.name());
            table.mistake_at("default", message, Some(hint));
        }
    }
    policy.groups = parse_groups(table, dictionary);
    if table.has("recency") {
        policy.recency = parse_recency(table, dictionary);
    }
    if let Some(days) = table.table("trust_days") {
        policy.trust_days = parse_trust_days(&days, systems);
    }
    if let Some(own) = table.table("valid_from") {
        policy.valid_from = parse_valid_from(&own, dictionary, systems);
    }
    if let Some(own) = table.table("source_order") {
        policy.source_orders = by_element(&own, dictionary, |name| parse_systems(&own, name, systems));
    }
    if let Some(own) = table.table("value_order") {
        policy.value_orders = by_element(&own, dictionary, |name| {
            let position = dictionary.position(name);
            position.map_or_else(Vec::new, |element| parse_values(&own, name, element, dictionary))
        });
    }
    if let Some(own) = table.table("elements") {
        let strategies = by_element(&own, dictionary, |name| parse_strategies(&own, name));
        for (&element, strategies) in &strategies {
            check_strategies(&own, element, strategies, &policy, dictionary);
            policy.elements[element] = Some(strategies.clone());
        }
    }
    check_groups(table, &policy, dictionary);
    check_used(table, &policy, dictionary);
    policy
}

/// What each key of a table says, for the elements that the keys name.
fn by_element<T>(table: &Table<'_>, dictionary: &Dictionary, read: impl Fn(&str) -> T) -> BTreeMap<usize, T> {
    let mut found = BTreeMap::new();
    for name in table.keys() {
        let value = read(name);
        if let Some(position) = dictionary.position(name) {
            found.insert(position, value);
        } else {
            let hint = element_hint(name, dictionary);
            table.mistake_at_key(name, format!("no element is named \"{name}\""), hint);
        }
    }
    found
}

fn parse_recency(table: &Table<'_>, dictionary: &Dictionary) -> Option<usize> {
    date(table, "recency", dictionary)
}

/// The date element that a key names.
fn date(table: &Table<'_>, key: &str, dictionary: &Dictionary) -> Option<usize> {
    let found = element(table, key, dictionary)?;
    if dictionary.elements[found].kind == ElementKind::Date {
        return Some(found);
    }
    let message = format!("\"{}\" is not a date", dictionary.elements[found].name);
    let dates = dictionary
        .of_kind(ElementKind::Date)
        .map(|date| &*dictionary.elements[date].name);
    let dates: Vec<&str> = dates.collect();
    table.mistake_at(key, message, Some(format!("one of: {}", dates.join(", "))));
    None
}

fn parse_valid_from(table: &Table<'_>, dictionary: &Dictionary, systems: &[Arc<str>]) -> BTreeMap<Arc<str>, usize> {
    let mut elements = BTreeMap::new();
    for name in table.keys() {
        let element = date(table, name, dictionary);
        match (systems.iter().find(|system| &***system == name), element) {
            (Some(system), Some(element)) => _ = elements.insert(Arc::clone(system), element),
            (None, _) => {
                let hint = hint_for(name, systems.iter().map(|system| &**system));
                table.mistake_at_key(name, format!("no source has the system \"{name}\""), hint);
            }
            (Some(_), None) => {}
        }
    }
    elements
}

fn parse_systems(table: &Table<'_>, key: &str, systems: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut priority: Vec<Arc<str>> = Vec::new();
    for (index, name) in table.strings(key).into_iter().enumerate() {
        match systems.iter().find(|system| &***system == name) {
            Some(_) if priority.iter().any(|other| &**other == name) => {
                table.mistake_at_item(key, index, format!("the system \"{name}\" occurs twice"), None);
            }
            Some(system) => priority.push(Arc::clone(system)),
            None => {
                let hint = hint_for(name, systems.iter().map(|system| &**system));
                table.mistake_at_item(key, index, format!("no source has the system \"{name}\""), hint);
            }
        }
    }
    priority
}

fn parse_trust_days(table: &Table<'_>, systems: &[Arc<str>]) -> BTreeMap<Arc<str>, u32> {
    let mut days = BTreeMap::new();
    for name in table.keys() {
        let limit = table.opt_integer(name, 0..=36_500);
        match (systems.iter().find(|system| &***system == name), limit) {
            (Some(system), Some(limit)) => _ = days.insert(Arc::clone(system), limit as u32),
            (None, _) => {
                let hint = hint_for(name, systems.iter().map(|system| &**system));
                table.mistake_at_key(name, format!("no source has the system \"{name}\""), hint);
            }
            (Some(_), None) => {}
        }
    }
    days
}

fn parse_values(table: &Table<'_>, key: &str, element: usize, dictionary: &Dictionary) -> Vec<Arc<str>> {
    let codes = &dictionary.elements[element].codes;
    let mut values: Vec<Arc<str>> = Vec::new();
    for (index, value) in table.strings(key).into_iter().enumerate() {
        if values.iter().any(|other| &**other == value) {
            table.mistake_at_item(key, index, format!("the value \"{value}\" occurs twice"), None);
        } else if !codes.is_empty() && !codes.iter().any(|code| &*code.code == value) {
            let hint = hint_for(value, codes.iter().map(|code| &*code.code));
            table.mistake_at_item(key, index, format!("\"{value}\" is not a code of \"{key}\""), hint);
        } else {
            values.push(value.into());
        }
    }
    values
}

fn parse_strategies(table: &Table<'_>, key: &str) -> Vec<Strategy> {
    let mut strategies = Vec::new();
    for (index, name) in table.strings(key).into_iter().enumerate() {
        match Strategy::ALL.into_iter().find(|strategy| strategy.name() == name) {
            Some(strategy) if strategies.contains(&strategy) => {
                table.mistake_at_item(key, index, format!("the strategy \"{name}\" occurs twice"), None);
            }
            Some(strategy) => strategies.push(strategy),
            None => {
                let hint = hint_for(name, Strategy::ALL.into_iter().map(Strategy::name));
                table.mistake_at_item(key, index, format!("\"{name}\" is not a strategy"), hint);
            }
        }
    }
    strategies
}

/// What the strategies of an element need, and what they may not do.
fn check_strategies(
    table: &Table<'_>,
    element: usize,
    strategies: &[Strategy],
    policy: &SurvivorshipPolicy,
    dictionary: &Dictionary,
) {
    let of_element = &dictionary.elements[element];
    let name = &*of_element.name;
    let is_grouped = policy.groups.iter().any(|group| group.contains(&element));
    for (index, &strategy) in strategies.iter().enumerate() {
        let mistake = |message: String, hint: &str| {
            table.mistake_at_item(name, index, message, Some(hint.to_owned()));
        };
        let of_one = strategy.is_of_one_element();
        if of_one && is_grouped {
            let message = format!(
                "\"{}\" cannot choose for a group, whose values come from one record",
                strategy.name()
            );
            mistake(message, "take the element out of `groups`");
            continue;
        }
        let values = policy.value_orders.get(&element);
        if matches!(strategy, Strategy::ValueOrder | Strategy::MostRestrictive) && values.is_none() {
            let message = format!("\"{}\" needs the order of the values of \"{name}\"", strategy.name());
            mistake(
                message,
                &format!("[survivorship.value_order] {name} = [\"first\", \"second\"]"),
            );
        }
        if strategy == Strategy::MostRestrictive {
            if index > 0 {
                mistake(
                    "\"most-restrictive\" stands behind a strategy that may drop the strictest value".into(),
                    "put it first",
                );
            }
            let listed = |code: &str| values.is_none_or(|values| values.iter().any(|value| &**value == code));
            let codes = of_element.codes.iter().map(|code| &*code.code);
            let missing: Vec<&str> = codes.filter(|code| !listed(code)).collect();
            if !missing.is_empty() {
                let message = format!("how strict are these codes of \"{name}\": {}?", missing.join(", "));
                mistake(message, "name every code in [survivorship.value_order]");
            }
        }
        if strategy == Strategy::Union {
            if strategies.len() > 1 {
                mistake(
                    "\"union\" takes all values, it leaves nothing to choose".into(),
                    "let it stand alone",
                );
            }
            let is_single = matches!(
                of_element.kind,
                ElementKind::Date | ElementKind::Amount | ElementKind::Number
            );
            if is_single || of_element.importance == Importance::Key {
                let message = format!("\"{name}\" holds one value, never several");
                mistake(message, "union is for phones, mail addresses, tags and the like");
            }
        }
    }
}

/// Elements of a group have strategies together.
fn check_groups(table: &Table<'_>, policy: &SurvivorshipPolicy, dictionary: &Dictionary) {
    let name = |element: usize| &dictionary.elements[element].name;
    for (index, group) in policy.groups.iter().enumerate() {
        let own = group.iter().filter(|&&element| policy.elements[element].is_some());
        let own: Vec<usize> = own.copied().collect();
        if let Some(pair) = own
            .windows(2)
            .find(|pair| policy.elements[pair[0]] != policy.elements[pair[1]])
        {
            let message = format!(
                "\"{}\" and \"{}\" stand in one group with different strategies",
                name(pair[0]),
                name(pair[1])
            );
            let hint = "the strategies of one element hold for its whole group";
            table.mistake_at_item("groups", index, message, Some(hint.into()));
        }
    }
}

/// What no strategy uses is a mistake, and days of trust without a date.
fn check_used(table: &Table<'_>, policy: &SurvivorshipPolicy, dictionary: &Dictionary) {
    let uses = |strategies: &[Strategy], wanted: &[Strategy]| wanted.iter().any(|one| strategies.contains(one));
    let all = policy.elements.iter().flatten().chain([&policy.default]);
    let is_used = |wanted: Strategy| all.clone().any(|strategies| uses(strategies, &[wanted]));
    if is_used(Strategy::TrustedUntil) {
        if policy.trust_days.is_empty() {
            let hint = "[survivorship.trust_days] erp = 365";
            table.mistake(
                "\"trusted-until\" needs the days for which a system is trusted",
                Some(hint.into()),
            );
        }
        if policy.recency.is_none() && !table.has("recency") {
            let hint = "recency = \"updated_date\"";
            table.mistake("\"trusted-until\" needs a date to count from", Some(hint.into()));
        }
    } else if !policy.trust_days.is_empty() {
        let hint = "put \"trusted-until\" before \"source-priority\"";
        table.mistake_at_key("trust_days", "no strategy asks for days of trust", Some(hint.into()));
    }
    for &element in policy.value_orders.keys() {
        let strategies = policy.elements[element].as_deref().unwrap_or_default();
        if !uses(strategies, &[Strategy::ValueOrder, Strategy::MostRestrictive]) {
            let name = &dictionary.elements[element].name;
            let message = format!("no strategy of \"{name}\" asks for the order of its values");
            let hint = format!("[survivorship.elements] {name} = [\"value-order\"]");
            table.mistake_at_key("value_order", message, Some(hint));
        }
    }
}

fn parse_groups(table: &Table<'_>, dictionary: &Dictionary) -> Vec<Vec<usize>> {
    let mut taken = vec![false; dictionary.elements.len()];
    let mut groups = Vec::new();
    for (index, names) in table.string_lists("groups").into_iter().enumerate() {
        let mut group = Vec::new();
        for name in names {
            match dictionary.position(name) {
                Some(position) if taken[position] => {
                    let message = format!("the element \"{name}\" stands in two groups or twice in one");
                    table.mistake_at_item("groups", index, message, None);
                }
                Some(position) => {
                    taken[position] = true;
                    group.push(position);
                }
                None => {
                    let hint = element_hint(name, dictionary);
                    table.mistake_at_item("groups", index, format!("no element is named \"{name}\""), hint);
                }
            }
        }
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::{EntityType, shipped};
    use crate::rulebook::toml::Document;

    /// The mistakes in `[survivorship]`, or the policy.
    fn parse(text: &str) -> Result<SurvivorshipPolicy, Vec<String>> {
        let text = format!("[survivorship]\n{text}");
        let document = Document::parse("p", &text);
        let root = document.root();
        let dictionary = shipped(EntityType::Customer);
        let policy = parse_survivorship(
            root.table("survivorship").as_ref(),
            &dictionary,
            &["erp".into(), "crm".into()],
        );
        drop(root);
        let said = |mistakes: Vec<crate::rulebook::Mistake>| mistakes.iter().map(ToString::to_string).collect();
        document.finish(policy).map_err(said)
    }

    #[test]
    fn orders_and_days() {
        let text = "recency = 'updated_date'\ndefault = ['trusted-until', 'source-priority']\n\
            elements.status = ['most-restrictive']\nelements.email = ['union']\nelements.level = ['value-order', 'longest']\n\
            value_order.status = ['停用', '启用']\nvalue_order.level = ['A', 'B']\n\
            source_order.mobile = ['crm', 'erp']\ntrust_days.crm = 90\nvalid_from.erp = 'updated_date'";
        let policy = parse(text).unwrap();
        let dictionary = shipped(EntityType::Customer);
        let at = |name: &str| dictionary.position(name).unwrap();
        assert_eq!(policy.value_orders[&at("status")], ["停用".into(), "启用".into()]);
        assert_eq!(policy.value_orders[&at("level")], ["A".into(), "B".into()]);
        assert_eq!(policy.source_orders[&at("mobile")], ["crm".into(), "erp".into()]);
        assert_eq!(policy.trust_days, BTreeMap::from([("crm".into(), 90)]));
        assert_eq!(policy.valid_from, BTreeMap::from([("erp".into(), at("updated_date"))]));
        assert_eq!(policy.elements[at("email")], Some(vec![Strategy::Union]));
    }

    #[test]
    fn mistakes() {
        let check = |text: &str, expected: &[&str]| {
            let found = parse(text).unwrap_err();
            assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(
                    found.contains(expected) && found.contains("hint: "),
                    "{found}\n{expected}"
                );
            }
        };
        check("default = ['union']", &["\"union\" is a strategy of single elements"]);
        check(
            "elements.status = ['longest', 'most-restrictive']\nvalue_order.status = ['停用']",
            &[
                "stands behind a strategy",
                "how strict are these codes of \"status\": 启用",
            ],
        );
        check(
            "elements.status = ['value-order']",
            &["needs the order of the values of \"status\""],
        );
        check(
            "elements.status = ['value-order']\nvalue_order.status = ['停']",
            &["\"停\" is not a code of \"status\""],
        );
        check(
            "value_order.level = ['A']",
            &["no strategy of \"level\" asks for the order"],
        );
        check("elements.credit_code = ['union']", &["\"credit_code\" holds one value"]);
        check(
            "elements.email = ['union', 'longest']",
            &["it leaves nothing to choose"],
        );
        check(
            "default = ['trusted-until']",
            &["needs the days for which", "needs a date to count from"],
        );
        check("trust_days.erp = 5", &["no strategy asks for days of trust"]);
        check(
            "valid_from.epr = 'updated_date'\nvalid_from.erp = 'name'\nvalid_from.crm = 'updated_dat'",
            &[
                "no source has the system \"epr\"",
                "\"name\" is not a date",
                "no element is named \"updated_dat\"",
            ],
        );
        check(
            "recency = 'updated_date'\ndefault = ['trusted-until']\ntrust_days.epr = 5",
            &["needs the days", "no source has the system \"epr\""],
        );
        check(
            "groups = [['province', 'city']]\nelements.city = ['longest']\nelements.province = ['most-recent']",
            &["\"province\" and \"city\" stand in one group with different strategies"],
        );
        check(
            "groups = [['email', 'city']]\nelements.email = ['union']",
            &["cannot choose for a group"],
        );
    }
}
