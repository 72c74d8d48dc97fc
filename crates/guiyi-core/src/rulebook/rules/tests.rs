//! What the reader of rule packs accepts, and what it says about every kind of mistake.

use super::*;
use crate::dictionary::shipped;

fn check(text: &str, expected: &[&str]) {
    let found: Vec<String> = match parse_rules("r", text, &shipped(EntityType::Contact)) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes
            .iter()
            .map(|mistake| mistake.to_string()[2..].to_owned())
            .collect(),
    };
    assert_eq!(found, expected, "{text}");
}

/// A rule on lines 1 to 7, its check on line 8.
fn rule(element: &str, check: &str) -> String {
    format!(
        "[[rule]]\ncode = 'XX001'\nseverity = 'error'\ndimension = 'accuracy'\nmessage = 'm'\nmessage_zh = 'm'\n\
         element = '{element}'\n{check}"
    )
}

#[test]
fn checks_that_fit() {
    check(&rule("name", "check = 'required'"), &[]);
    check(&rule("name", "check = 'unique'\nwith = ['mobile']"), &[]);
    check(&rule("name", "check = 'pattern'\npattern = '[^0-9]+'"), &[]);
    check(&rule("name", "check = 'length'\nmin = 2\non_failure = 'withhold'"), &[]);
    check(
        &rule("birth_date", "check = 'range'\nmin = 1900-01-01\nmax = 'today'"),
        &[],
    );
    check(
        &rule("sex", "check = 'one-of'\nwhen = { element = 'sex', one_of = ['1'] }"),
        &[],
    );
    check(&rule("resident_id", "check = 'identifier'\non_failure = 'repair'"), &[]);
    check(&rule("name", "check = 'identifier'\nkind = 'email'"), &[]);
    check(
        &rule(
            "birth_date",
            "check = 'compare'\noperator = '<='\nother = 'created_date'",
        ),
        &[],
    );
    check(&rule("resident_id", "check = 'agrees'\nother = 'sex'"), &[]);
}

#[test]
fn mistakes() {
    check(
        "entity = 'customer'",
        &["1:10: rules for a customer do not fit a contact"],
    );
    check(
        &rule("mobil", "check = 'requird'"),
        &[
            "7:11: no element is named \"mobil\"\n  hint: did you mean \"mobile\"?",
            "8:9: \"requird\" is not a value of \"check\"\n  hint: did you mean \"required\"?",
        ],
    );
    check(
        &rule("手机", "check = 'required'"),
        &["7:11: no element is named \"手机\"\n  hint: did you mean \"mobile\"?"],
    );
    check(
        &format!(
            "{}\n{}",
            rule("name", "check = 'required'"),
            rule("name", "check = 'required'\nx = 1")
        ),
        &[
            "10:8: the rule \"XX001\" occurs twice",
            "17:1: unknown key \"x\" in [[rule]]\n  hint: one of: accept, indicator, on_failure, owner, reject, remedy, remedy_zh, source, tolerance, when, why, why_zh",
        ],
    );
    check(
        &rule("name", "check = 'required'\non_failure = 'withhold'"),
        &["9:14: this check has no value to repair or to hold back\n  hint: one of: report, quarantine"],
    );
    check(
        &rule("name", "check = 'length'\nmin = 3\nmax = 2\non_failure = 'repair'"),
        &[
            "9:7: \"min\" is more than \"max\"",
            "11:14: only an identifier can be repaired\n  hint: one of: report, withhold, quarantine",
        ],
    );
    check(
        &rule("name", "check = 'pattern'\npattern = '[a'"),
        &["9:11: the pattern does not compile: unclosed character class"],
    );
    check(
        &rule("birth_date", "check = 'range'\nmin = '2000-02-30'\nmax = 'tomorrow'"),
        &[
            "9:7: \"2000-02-30\" is not a date such as \"2000-01-31\", or \"today\" as the largest",
            "10:7: \"tomorrow\" is not a date such as \"2000-01-31\", or \"today\" as the largest",
        ],
    );
    check(
        &rule("name", "check = 'range'\nmin = 1"),
        &["8:9: a range needs an element of kind amount, number or date"],
    );
    check(
        &rule("birth_date", "check = 'range'\nmin = 2000-01-01\nmax = 1999-01-01"),
        &["9:7: \"min\" is more than \"max\""],
    );
    check(
        &rule("sex", "check = 'one-of'\nvalues = ['1', '男']"),
        &["9:16: \"男\" is not a code of \"sex\"\n  hint: did you mean \"1\"?"],
    );
    check(
        &rule("name", "check = 'one-of'"),
        &["8:9: \"values\" is missing, and \"name\" has no codes"],
    );
    check(
        &rule("name", "check = 'agrees'\nother = 'sex'").replace("XX001", "X1"),
        &[
            "2:8: \"X1\" is not a rule code\n  hint: two capital letters and three digits, such as \"CU003\"",
            "9:9: person-name and enumeration cannot be compared by \"agrees\"\n  hint: resident-id with date, enumeration, province or address; credit-code with province or address; province with address",
        ],
    );
    check(
        "[[rule]]\ncode = 'XX001'",
        &[
            "1:1: \"element\" is missing in [[rule]]",
            "1:1: \"severity\" is missing in [[rule]]",
            "1:1: \"dimension\" is missing in [[rule]]",
            "1:1: \"message\" is missing in [[rule]]",
            "1:1: \"message_zh\" is missing in [[rule]]",
            "1:1: \"check\" is missing in [[rule]]",
        ],
    );
}

#[test]
fn shipped_packs_parse() {
    for entity in EntityType::ALL {
        let rules = shipped_rules(entity, &shipped(entity)).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
        assert!(rules.len() >= 5, "{}", entity.name());
        for rule in &rules {
            assert!(
                !rule.accept.is_empty() && !rule.reject.is_empty(),
                "{} has samples",
                rule.code
            );
            assert!(rule.owner.is_some(), "{} has an owner", rule.code);
        }
    }
}
