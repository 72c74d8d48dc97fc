//! The kinds of identifier by name, so that a rule file or the command line can ask for one.
//!
//! Law: every kind answers the same four questions (check, explain, suggest, labels) through the same types.

use std::fmt;
use std::str::FromStr;

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::warning::Warning;

/// A value that passed: its canonical text, and what is remarkable about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The canonical text, as it should be stored.
    pub canonical: String,
    /// Doubts that do not make the value wrong; usually empty.
    pub warnings: Vec<Warning>,
}

/// Declares the kinds once: variant, type, stable name, English and Chinese label.
macro_rules! kinds {
    ($($variant:ident, $type:ty, $name:literal, $en:literal, $zh:literal;)+) => {
        /// A kind of identifier.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = concat!($en, " (", $zh, "), `", $name, "`.")] $variant,)+
        }

        impl Kind {
            /// Every kind, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable name in rules and on the command line, in kebab case.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The name for people, in both languages.
            pub const fn labels(self) -> Text {
                match self { $(Self::$variant => Text::new($en, $zh),)+ }
            }

            /// Judges a text as this kind: the canonical text and the doubts, or why it is refused.
            pub fn check(self, text: &str) -> Result<Checked, IdentError> {
                match self {
                    $(Self::$variant => <$type>::parse(text).map(|value| Checked {
                        canonical: value.to_string(),
                        warnings: self.with_form(text, value.warnings()),
                    }),)+
                }
            }

            /// Whether the text is a valid identifier of this kind; as cheap as its `parse`.
            pub fn accepts(self, text: &str) -> bool {
                match self { $(Self::$variant => <$type>::parse(text).is_ok(),)+ }
            }

            /// What every part of a valid text means.
            pub fn explain(self, text: &str) -> Result<Vec<Part>, IdentError> {
                match self { $(Self::$variant => <$type>::parse(text).map(|value| value.explain()),)+ }
            }

            /// Valid texts one slip away; empty when the text is valid, or nothing near it is.
            /// Apply a repair only when exactly one fits.
            pub fn suggest(self, text: &str) -> Vec<String> {
                match self { $(Self::$variant => <$type>::suggestions(text),)+ }
            }
        }
    };
}

kinds! {
    CreditCode, crate::CreditCode, "credit-code", "unified social credit code", "统一社会信用代码";
    OrgCode, crate::OrgCode, "org-code", "organization code", "组织机构代码";
    RegistrationNumber, crate::RegistrationNumber, "registration-number", "business registration number", "工商注册号";
    TaxpayerNumber, crate::TaxpayerNumber, "taxpayer-number", "taxpayer number", "纳税人识别号";
    ResidentId, crate::ResidentId, "resident-id", "resident identity number", "公民身份号码";
    ResidentPermit, crate::ResidentPermit, "resident-permit", "residence permit of Hong Kong, Macau and Taiwan residents", "港澳台居民居住证";
    ForeignResidentPermit, crate::ForeignResidentPermit, "foreign-resident-permit", "foreign permanent resident card", "外国人永久居留身份证";
    Passport, crate::Passport, "passport", "passport number", "护照号码";
    TravelPermit, crate::TravelPermit, "travel-permit", "mainland travel permit", "港澳台居民来往内地（大陆）通行证";
    Mobile, crate::Mobile, "mobile", "mobile number", "手机号码";
    Landline, crate::Landline, "landline", "fixed line", "固定电话";
    ServiceNumber, crate::ServiceNumber, "service-number", "service number", "服务号码";
    BankCard, crate::BankCard, "bank-card", "bank card number", "银行卡号";
    Cnaps, crate::Cnaps, "cnaps", "CNAPS bank routing number", "联行号";
    VatInvoiceCode, crate::VatInvoiceCode, "vat-invoice-code", "VAT invoice code", "增值税发票代码";
    VatInvoiceNumber, crate::VatInvoiceNumber, "vat-invoice-number", "VAT invoice number", "发票号码";
    Plate, crate::Plate, "plate", "vehicle plate", "机动车号牌";
    Postcode, crate::Postcode, "postcode", "postal code", "邮政编码";
    Email, crate::Email, "email", "e-mail address", "电子邮箱";
    Url, crate::Url, "url", "web address", "网址";
    Icp, crate::Icp, "icp", "web site filing number", "网站备案号";
    Gtin, crate::Gtin, "gtin", "trade item number", "商品条码";
    HsCode, crate::HsCode, "hs-code", "customs commodity code", "海关商品编码";
    TaxClassification, crate::TaxClassification, "tax-classification", "tax classification of goods and services", "商品和服务税收分类编码";
    Lei, crate::Lei, "lei", "legal entity identifier", "法人识别编码";
    GlobalId, crate::GlobalId, "global-id", "global ID", "全局标识";
}

impl Kind {
    /// Adds what only the text tells: that a resident number had 15 digits.
    fn with_form(self, text: &str, mut warnings: Vec<Warning>) -> Vec<Warning> {
        if self == Self::ResidentId && crate::compact(text).len() == 15 {
            warnings.push(Warning::OldForm);
        }
        warnings
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The name is of no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no kind of identifier is named `{0}`")]
pub struct UnknownKind(String);

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownKind(name.to_owned()))
    }
}
