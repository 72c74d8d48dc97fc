//! What else a valid identifier gives: exact conversions, and the keys that tie rows of different form together.
//!
//! Law: only what the text alone proves. An organization code does not give a credit code: authority, type and region
//! are not in it.

use crate::error::Text;
use crate::kind::Kind;
use crate::{CreditCode, Email, Gtin, HsCode, Icp, OrgCode, ResidentId, TaxClassification, TaxpayerNumber, compact};

/// One derived value and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The stable name, in kebab case: `org-code`, `match-key`.
    pub name: &'static str,
    /// The name for people.
    pub label: Text,
    /// The derived value.
    pub value: String,
}

const fn named(name: &'static str, en: &'static str, zh: &'static str) -> (&'static str, Text) {
    (name, Text::new(en, zh))
}

/// What the text, read as this kind, converts to; empty when it is not valid or gives nothing else.
pub fn conversions(kind: Kind, text: &str) -> Vec<Conversion> {
    let found = match kind {
        Kind::CreditCode => CreditCode::parse(text).ok().map(|code| {
            let org = code.org_code();
            vec![
                (named("org-code", "organization code", "组织机构代码"), org.to_string()),
                (KEY, org.as_str().to_owned()),
            ]
        }),
        Kind::OrgCode => OrgCode::parse(text)
            .ok()
            .map(|org| vec![(KEY, org.as_str().to_owned())]),
        Kind::TaxpayerNumber => TaxpayerNumber::parse(text)
            .ok()
            .and_then(|number| number.org_code())
            .map(|org| vec![(KEY, org.as_str().to_owned())]),
        Kind::ResidentId if compact(text).len() == 15 => ResidentId::parse(text)
            .ok()
            .map(|id| vec![(named("resident-id", "number of 18 digits", "18 位号码"), id.to_string())]),
        Kind::Gtin => Gtin::parse(text)
            .ok()
            .map(|gtin| vec![(named("gtin-14", "number of 14 digits", "14 位商品条码"), gtin.gtin14())]),
        Kind::Icp => Icp::parse(text).ok().map(|icp| {
            vec![(
                named("company-key", "number of the company", "主体备案号"),
                icp.company_key().to_owned(),
            )]
        }),
        Kind::Email => Email::parse(text).ok().filter(|email| !email.is_free()).map(|email| {
            vec![(
                named("domain", "domain of the organization", "单位域名"),
                email.domain().to_owned(),
            )]
        }),
        Kind::HsCode => HsCode::parse(text).ok().map(|code| {
            vec![(
                named("subheading", "international code of 6 digits", "国际六位编码"),
                code.subheading().to_owned(),
            )]
        }),
        Kind::TaxClassification => TaxClassification::parse(text)
            .ok()
            .and_then(|code| code.parent())
            .map(|parent| {
                vec![(
                    named("parent", "code of the level above", "上级编码"),
                    parent.to_string(),
                )]
            }),
        _ => None,
    };
    let found = found.unwrap_or_default().into_iter();
    found
        .map(|((name, label), value)| Conversion { name, label, value })
        .collect()
}

/// The key shared by credit code, taxpayer number and organization code.
const KEY: (&str, Text) = named(
    "match-key",
    "key shared with taxpayer number and organization code",
    "与税号、组织机构代码通用的匹配键",
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked() {
        let cases = [
            (Kind::CreditCode, "914403001922038216", "org-code", "19220382-1"),
            (Kind::CreditCode, "914403001922038216", "match-key", "192203821"),
            (Kind::TaxpayerNumber, "440300192203821", "match-key", "192203821"),
            (Kind::OrgCode, "19220382-1", "match-key", "192203821"),
            (Kind::ResidentId, "130503670401001", "resident-id", "130503196704010016"),
            (Kind::Gtin, "614141007349", "gtin-14", "00614141007349"),
            (Kind::Icp, "京ICP备12345678号-1", "company-key", "京ICP备12345678号"),
            (Kind::Email, "a@example.com", "domain", "example.com"),
            (Kind::HsCode, "8517130000", "subheading", "851713"),
        ];
        for (kind, text, name, value) in cases {
            let found = conversions(kind, text);
            assert!(
                found.iter().any(|found| found.name == name && found.value == value),
                "{text}: {found:?}"
            );
        }
        assert!(
            conversions(Kind::TaxpayerNumber, "11010519491231002X").is_empty(),
            "a person has no organization code"
        );
        assert!(conversions(Kind::CreditCode, "914403001922038217").is_empty());
        // Fifteen characters hold an organization code, and are none.
        assert!(conversions(Kind::OrgCode, "1982-10-0382-82-11-1").is_empty());
    }
}
