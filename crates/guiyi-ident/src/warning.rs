//! What is remarkable about an identifier that is valid all the same.

use std::fmt;

/// A doubt that does not make the value wrong; a room above may report it as a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Warning {
    /// The region code was never in the table; registrars of zones have codes of their own.
    RegionUnknown,
    /// The region code was abolished before the number can have been issued.
    RegionNotInForce,
    /// The region is a development zone of the statistics table, not of GB/T 2260.
    RegionIsZone,
    /// A form no longer issued: a resident number of 15 digits (converted to 18), an old permit.
    OldForm,
    /// The form has no check character: a slip cannot be noticed.
    NoCheck,
    /// The scheme of the check character is inferred from published numbers, and this one does not fit.
    CheckUnproven,
    /// The segment belongs to a virtual operator.
    VirtualOperator,
    /// The segment belongs to connected devices, not to persons.
    InternetOfThings,
    /// The area code was abolished.
    AreaCodeAbolished,
    /// A free mailbox: it says nothing about the company.
    FreeMailbox,
    /// No form of a Chinese document; taken for a foreign one.
    ForeignForm,
    /// A number for use inside one company, which others may use for something else.
    InStore,
}

impl Warning {
    /// The stable name: `region-unknown`.
    pub fn code(self) -> &'static str {
        self.texts().0
    }

    /// The message in Chinese.
    pub fn zh(self) -> &'static str {
        self.texts().2
    }

    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::RegionUnknown => (
                "region-unknown",
                "region code was never in the table",
                "行政区划代码从未启用",
            ),
            Self::RegionNotInForce => (
                "region-not-in-force",
                "region code was abolished before the number can have been issued",
                "该号码签发时行政区划代码已撤销",
            ),
            Self::RegionIsZone => (
                "region-is-zone",
                "region is a development zone",
                "行政区划为开发区等功能区",
            ),
            Self::OldForm => (
                "old-form",
                "15-digit form, converted to 18",
                "15 位旧号码，已转换为 18 位",
            ),
            Self::NoCheck => (
                "no-check",
                "this form has no check character",
                "该形式没有校验码，无法校验",
            ),
            Self::CheckUnproven => (
                "check-unproven",
                "check digit does not fit MOD 11,10",
                "校验码与 MOD 11,10 不符",
            ),
            Self::VirtualOperator => ("virtual-operator", "segment of a virtual operator", "虚拟运营商号段"),
            Self::InternetOfThings => ("internet-of-things", "segment of connected devices", "物联网号段"),
            Self::AreaCodeAbolished => ("area-code-abolished", "area code was abolished", "区号已撤销"),
            Self::FreeMailbox => (
                "free-mailbox",
                "free mailbox, says nothing of the company",
                "免费邮箱，不能说明所属单位",
            ),
            Self::ForeignForm => (
                "foreign-form",
                "no Chinese form, taken for a foreign document",
                "非中国证件形式，视为外国证件",
            ),
            Self::InStore => (
                "in-store",
                "number for use inside one company",
                "店内码，仅供企业内部使用",
            ),
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.texts().1)
    }
}
