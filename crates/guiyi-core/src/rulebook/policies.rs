//! The policies of a project file: `[matching]`, `[survivorship]` and `[[impute]]`.
//!
//! Mistakes go into the document that the tables belong to; a policy with a mistake reads as its default.
//!
//! ```toml
//! [matching]
//! match_threshold = 0.95       # probability from which a pair is a match, in [0, 1]
//! review_threshold = 0.5       # probability from which a pair goes to review
//! model = "model_customer.toml"    # a file with what the levels of each element weigh
//!
//! [survivorship]
//! source_priority = ["erp", "crm"]             # most trusted first
//! default = ["best-origin", "source-priority", "most-recent", "most-frequent", "longest", "most-complete"]
//! groups = [["province", "city", "county"]]    # elements that survive together from one record
//! recency = "updated_date"                     # date element that tells how recent a record is
//!
//! [survivorship.elements]
//! mobile = ["most-recent"]                     # strategies of one element
//! blacklisted = ["most-restrictive"]
//!
//! [survivorship.source_order]
//! mobile = ["crm", "erp"]                      # most trusted first, for this element
//!
//! [survivorship.value_order]
//! blacklisted = ["是", "否"]                    # the strictest first
//!
//! [survivorship.trust_days]
//! crm = 365                                    # for how long after its date a record is trusted
//!
//! [[impute]]
//! element = "postcode"
//! method = "group-mode"        # constant (needs value), mode, group-mode (needs by), median
//! by = "county"
//! ```

use std::sync::Arc;

use super::mistake::hint_for;
use super::rules::element;
use super::survivorship::parse_survivorship;
use super::toml::Table;
use super::{Imputation, ImputationMethod, MatchingPolicy, SurvivorshipPolicy};
use crate::dictionary::{Dictionary, ElementKind, Importance};
use crate::matching::tables::Model;

/// What a project file says about matching, survivorship and imputation.
#[derive(Debug, Clone, PartialEq)]
pub struct Policies {
    /// How pairs are found and decided.
    pub matching: MatchingPolicy,
    /// Which value wins.
    pub survivorship: SurvivorshipPolicy,
    /// How gaps are filled.
    pub imputation: Vec<Imputation>,
}

/// Reads the three sections out of the top table of a project file; `systems` are the names of its sources, in order.
///
/// A section that is left out has its default: [`MatchingPolicy::default`], survivorship by origin, source, date,
/// frequency, completeness, length, and no imputation.
///
/// A model that is named is not read: [`parse_policies_with_model`] does that.
pub fn parse_policies(root: &Table<'_>, dictionary: &Dictionary, systems: &[Arc<str>]) -> Policies {
    parse_policies_with_model(root, dictionary, systems, &mut |_, _| None)
}

/// [`parse_policies`], with the model that `[matching]` names: `load` reads the file that the value of `model` says, and
/// puts what is wrong with it into the table.
pub fn parse_policies_with_model(
    root: &Table<'_>,
    dictionary: &Dictionary,
    systems: &[Arc<str>],
    load: &mut dyn FnMut(&Table<'_>, &str) -> Option<Model>,
) -> Policies {
    Policies {
        matching: root
            .table("matching")
            .map(|table| parse_matching(&table, load))
            .unwrap_or_default(),
        survivorship: parse_survivorship(root.table("survivorship").as_ref(), dictionary, systems),
        imputation: parse_imputation(root, dictionary),
    }
}

fn parse_matching(table: &Table<'_>, load: &mut dyn FnMut(&Table<'_>, &str) -> Option<Model>) -> MatchingPolicy {
    let default = MatchingPolicy::default();
    let match_threshold = table
        .opt_float("match_threshold", 0.0..=1.0)
        .unwrap_or(default.match_threshold);
    let review_threshold = table
        .opt_float("review_threshold", 0.0..=1.0)
        .unwrap_or(default.review_threshold);
    if review_threshold > match_threshold {
        let key = if table.has("review_threshold") {
            "review_threshold"
        } else {
            "match_threshold"
        };
        let message = format!("review_threshold {review_threshold} is more than match_threshold {match_threshold}");
        table.mistake_at(key, message, None);
    }
    let model = table.opt_string("model").and_then(|file| load(table, file));
    MatchingPolicy {
        match_threshold,
        review_threshold,
        model: model.map(Arc::new),
    }
}

fn parse_imputation(root: &Table<'_>, dictionary: &Dictionary) -> Vec<Imputation> {
    let mut imputations: Vec<Imputation> = Vec::new();
    for table in root.tables("impute") {
        let attribute = element(&table, "element", dictionary);
        let method = parse_method(&table, attribute, dictionary);
        let Some(attribute) = attribute else { continue };
        let target = &dictionary.elements[attribute];
        if target.importance == Importance::Key {
            let hint = Some("a missing key value is work for the business".into());
            table.mistake_at(
                "element",
                format!("\"{}\" is a key element and is never imputed", target.name),
                hint,
            );
        } else if imputations.iter().any(|other| other.attribute == attribute) {
            table.mistake_at(
                "element",
                format!("\"{}\" has two ways to be imputed", target.name),
                None,
            );
        } else if let Some(method) = method {
            imputations.push(Imputation { attribute, method });
        }
    }
    imputations
}

fn parse_method(table: &Table<'_>, attribute: Option<usize>, dictionary: &Dictionary) -> Option<ImputationMethod> {
    let methods = [("constant", 0), ("mode", 1), ("group-mode", 2), ("median", 3)];
    match table.choice("method", &methods)? {
        0 => {
            let value = table.string("value")?;
            let target = &dictionary.elements[attribute?];
            if target.kind == ElementKind::Enumeration && !target.codes.iter().any(|code| &*code.code == value) {
                let hint = hint_for(value, target.codes.iter().map(|code| &*code.code));
                table.mistake_at(
                    "value",
                    format!("\"{value}\" is not a code of \"{}\"", target.name),
                    hint,
                );
            }
            Some(ImputationMethod::Constant(value.into()))
        }
        1 => Some(ImputationMethod::Mode),
        2 => {
            let by = element(table, "by", dictionary)?;
            if Some(by) == attribute {
                table.mistake_at("by", "an element cannot be imputed by itself", None);
            }
            Some(ImputationMethod::GroupMode { by })
        }
        _ => {
            let kind = dictionary.elements[attribute?].kind;
            if !matches!(kind, ElementKind::Amount | ElementKind::Number) {
                let message = format!("a median needs an amount or a number, this is of kind {}", kind.name());
                table.mistake_at("method", message, None);
            }
            Some(ImputationMethod::Median)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Strategy;
    use super::*;
    use crate::dictionary::{EntityType, shipped};
    use crate::rulebook::Mistake;
    use crate::rulebook::toml::Document;

    fn parse(text: &str) -> Result<Policies, Vec<Mistake>> {
        let document = Document::parse("p", text);
        let root = document.root();
        let policies = parse_policies(&root, &shipped(EntityType::Customer), &["erp".into(), "crm".into()]);
        drop(root);
        document.finish(policies)
    }

    #[test]
    fn defaults_and_values() {
        let default = parse("").unwrap();
        assert_eq!(default.matching, MatchingPolicy::default());
        assert_eq!(default.survivorship.source_priority, ["erp".into(), "crm".into()]);
        assert!(default.imputation.is_empty());
        let text = "[matching]\nmatch_threshold = 1\n[survivorship]\nsource_priority = ['crm']\ndefault = ['longest']\n\
            groups = [['province', 'city']]\nrecency = 'updated_date'\nelements.mobile = ['most-recent']\n\
            [[impute]]\nelement = 'postcode'\nmethod = 'group-mode'\nby = 'county'\n\
            [[impute]]\nelement = 'status'\nmethod = 'constant'\nvalue = '启用'";
        let policies = parse(text).unwrap();
        let position = |name| shipped(EntityType::Customer).position(name);
        assert!((policies.matching.match_threshold - 1.0).abs() < f64::EPSILON);
        assert_eq!(policies.survivorship.source_priority, ["crm".into()]);
        assert_eq!(policies.survivorship.default, [Strategy::Longest]);
        assert_eq!(policies.survivorship.recency, position("updated_date"));
        assert_eq!(
            policies.survivorship.elements[position("mobile").unwrap()],
            Some(vec![Strategy::MostRecent])
        );
        assert_eq!(
            policies.imputation[0].method,
            ImputationMethod::GroupMode {
                by: position("county").unwrap()
            }
        );
        assert_eq!(policies.imputation[1].method, ImputationMethod::Constant("启用".into()));
    }

    #[test]
    fn mistakes() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<String> = parse(text)
                .unwrap_err()
                .iter()
                .map(|mistake| mistake.to_string()[2..].to_owned())
                .collect();
            assert_eq!(found, expected, "{text}");
        };
        check(
            "[matching]\nmatch_threshold = 0.4",
            &["2:19: review_threshold 0.5 is more than match_threshold 0.4"],
        );
        check(
            "[survivorship]\nsource_priority = ['erp', 'cmr']\ndefault = ['longst']\nrecency = 'name'\ngroups = [['city', 'city']]",
            &[
                "2:27: no source has the system \"cmr\"\n  hint: did you mean \"crm\"?",
                "3:12: \"longst\" is not a strategy\n  hint: did you mean \"longest\"?",
                "4:11: \"name\" is not a date\n  hint: one of: founded_date, created_date, updated_date, first_deal_date",
                "5:11: the element \"city\" stands in two groups or twice in one",
            ],
        );
        check(
            "[survivorship.elements]\nmobil = ['longest']",
            &["2:1: no element is named \"mobil\"\n  hint: did you mean \"mobile\"?"],
        );
        check(
            "[[impute]]\nelement = 'credit_code'\nmethod = 'mode'\n[[impute]]\nelement = 'status'\nmethod = 'median'\n\
            [[impute]]\nelement = 'status'\nmethod = 'constant'\nvalue = '启'",
            &[
                "2:11: \"credit_code\" is a key element and is never imputed\n  hint: a missing key value is work for the business",
                "6:10: a median needs an amount or a number, this is of kind enumeration",
                "8:11: \"status\" has two ways to be imputed",
                "10:9: \"启\" is not a code of \"status\"\n  hint: did you mean \"启用\"?",
            ],
        );
    }
}
