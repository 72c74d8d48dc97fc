//! What expressions mean, and what is said about a wrong one.

use super::*;
use crate::dictionary::{EntityType, shipped};

/// A row by name.
struct Row<'a>(&'a Expression, Vec<(&'a str, Constant)>, Vec<(&'a str, &'a str)>);

impl VariableResolver for Row<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        if let Some(constant) = self.0.constant(variable) {
            return Some(constant.value());
        }
        let own = self.1.iter().find(|(name, _)| *name == variable);
        let text = self.2.iter().find(|(name, _)| *name == variable);
        own.map(|(_, value)| value.value())
            .or_else(|| text.map(|(_, text)| CowVal::owned(cel::common::types::CelString::from(*text))))
    }
}

#[test]
fn meanings() {
    let decimal = |text: &str| Constant::Decimal(Decimal::from_str_exact(text).unwrap());
    let check = |text: &str, expected: Result<bool, &str>| {
        let expression = Expression::parse(text, &shipped(EntityType::Customer), false)
            .unwrap_or_else(|wrong| panic!("{text}: {wrong:?}"));
        let row = Row(
            &expression,
            vec![
                ("credit_limit", decimal("0.30")),
                ("annual_purchase", decimal("100")),
                ("created_date", Constant::Day((2024, 2, 28))),
                ("updated_date", Constant::Day((2024, 3, 1))),
                ("today", Constant::Day((2026, 3, 1))),
            ],
            vec![("name", "上海华信有限公司"), ("status", "启用")],
        );
        let mut context = expression.context();
        context.set_variable_resolver(&row);
        assert_eq!(expression.evaluate(&context), expected.map_err(str::to_owned), "{text}");
    };
    check("0.1 + 0.2 == 0.3", Ok(true));
    check("credit_limit == 0.3 && 0.3 == credit_limit", Ok(true));
    check("0 < credit_limit && credit_limit < 1", Ok(true));
    check("credit_limit * 1000 == 3 * annual_purchase", Ok(true));
    check("annual_purchase in [0, 3, 100]", Ok(true));
    check("annual_purchase in [0, 3]", Ok(false));
    check("-annual_purchase < 0 && annual_purchase - 1 == 99", Ok(true));
    check("annual_purchase / (credit_limit - 0.3) > 1", Err("a division by zero"));
    check("updated_date - created_date == 2", Ok(true));
    check(
        "created_date + 2 == updated_date && \"2024-02-28\" <= created_date",
        Ok(true),
    );
    check("today - updated_date > 365 && updated_date < today", Ok(true));
    check("size(name) == 8 && name.endsWith('有限公司')", Ok(true));
    check("name.matches('^上海.*') && !(name in ['甲', '乙'])", Ok(true));
    check(
        "['停用', '注销'].exists(word, word == status) || size(status) > 4",
        Ok(false),
    );
    check("status == '启用' ? credit_limit > 0 : true", Ok(true));
}

#[test]
fn mistakes() {
    let check = |text: &str, expected: &[(usize, usize, &str, Option<&str>)]| {
        let wrong = Expression::parse(text, &shipped(EntityType::Customer), false).expect_err(text);
        let found: Vec<_> = wrong
            .iter()
            .map(|wrong| (wrong.line, wrong.column, &*wrong.message, wrong.hint.as_deref()))
            .collect();
        assert_eq!(found, expected, "{text}");
    };
    check(
        "credit_limit >= 0 &&\n  anual_purchase > 0",
        &[(
            2,
            3,
            "no element is named \"anual_purchase\"",
            Some("did you mean \"annual_purchase\"?"),
        )],
    );
    check(
        "name.matches('[a')",
        &[(1, 15, "the pattern does not compile: unclosed character class", None)],
    );
    check(
        "created_date > '2020-02-30'",
        &[(1, 17, "\"2020-02-30\" is not a date such as \"2020-01-31\"", None)],
    );
    check(
        "credit_limit + 1",
        &[(
            1,
            1,
            "the expression gives a value, not true or false",
            Some("compare something: ==, <=, in, matches, …"),
        )],
    );
    check(
        "size(name)",
        &[(
            1,
            1,
            "the expression gives int, not true or false",
            Some("compare something: ==, <=, in, matches, …"),
        )],
    );
    let hint = Some("an amount is compared with a number, a date with a date or \"2020-01-31\", text with text");
    check(
        "credit_limit > name",
        &[(
            1,
            1,
            "the expression cannot be evaluated: > does not take decimal and string",
            hint,
        )],
    );
    check(
        "frob(name) == 'x'",
        &[(
            1,
            1,
            "the expression cannot be evaluated: there is no function \"frob\"",
            None,
        )],
    );
    let wrong = Expression::parse("credit_limit >= ", &shipped(EntityType::Customer), false).unwrap_err();
    assert!(
        wrong[0].message.starts_with("the expression does not compile: "),
        "{wrong:?}"
    );
    assert_eq!((wrong[0].line, wrong[0].column), (1, 17), "{wrong:?}");
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "[a-e0-9.'\"\\[\\]()<>=&|+*/% _-]{0,24}") {
        let _ = Expression::parse(&text, &shipped(EntityType::Contact), false);
    }
}
