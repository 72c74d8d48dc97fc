//! Data-quality dimensions and their indicators, GB/T 36344-2018.
//!
//! The codes are those by which DB31/T 1523-2024 numbers the same list.

/// Data-quality dimensions, GB/T 36344-2018 clause by clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// 规范性.
    Conformity,
    /// 完整性.
    Completeness,
    /// 准确性.
    Accuracy,
    /// 一致性.
    Consistency,
    /// 时效性.
    Timeliness,
    /// 可访问性.
    Accessibility,
}

impl Dimension {
    /// All dimensions, in the standard's order.
    pub const ALL: [Self; 6] = [
        Self::Conformity,
        Self::Completeness,
        Self::Accuracy,
        Self::Consistency,
        Self::Timeliness,
        Self::Accessibility,
    ];

    /// The stable name used in rule packs and outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Conformity => "conformity",
            Self::Completeness => "completeness",
            Self::Accuracy => "accuracy",
            Self::Consistency => "consistency",
            Self::Timeliness => "timeliness",
            Self::Accessibility => "accessibility",
        }
    }

    /// The name in the standard.
    pub fn label_zh(self) -> &'static str {
        match self {
            Self::Conformity => "规范性",
            Self::Completeness => "完整性",
            Self::Accuracy => "准确性",
            Self::Consistency => "一致性",
            Self::Timeliness => "时效性",
            Self::Accessibility => "可访问性",
        }
    }
}

/// Declares the indicators once: variant, dimension, code, stable name, English and Chinese label.
macro_rules! indicators {
    ($($variant:ident, $dimension:ident, $code:literal, $name:literal, $en:literal, $zh:literal;)+) => {
        /// An indicator of a dimension.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Indicator {
            $(#[doc = concat!($en, " (", $zh, "), `", $name, "`.")] $variant,)+
        }

        impl Indicator {
            /// All indicators, in the standard's order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The dimension that it belongs to.
            pub fn dimension(self) -> Dimension {
                match self { $(Self::$variant => Dimension::$dimension,)+ }
            }

            /// Six digits: dimension, indicator, 00.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The stable name used in rule packs.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The name in English.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }

            /// The name in the standard.
            pub fn label_zh(self) -> &'static str {
                match self { $(Self::$variant => $zh,)+ }
            }
        }
    };
}

indicators! {
    DataStandard, Conformity, "010100", "data-standard", "follows the data standard", "数据标准";
    DataModel, Conformity, "010200", "data-model", "follows the data model", "数据模型";
    Metadata, Conformity, "010300", "metadata", "follows the metadata", "元数据";
    BusinessRule, Conformity, "010400", "business-rule", "follows the business rules", "业务规则";
    ReferenceData, Conformity, "010500", "reference-data", "follows authoritative reference data", "权威参考数据";
    Security, Conformity, "010600", "security", "follows the security rules", "安全规范";
    ElementCompleteness, Completeness, "020100", "element-completeness", "completeness of data elements", "数据元素完整性";
    RecordCompleteness, Completeness, "020200", "record-completeness", "completeness of records", "数据记录完整性";
    Content, Accuracy, "030100", "content", "correctness of content", "数据内容正确性";
    Format, Accuracy, "030200", "format", "compliance of format", "数据格式合规性";
    Duplication, Accuracy, "030300", "duplication", "rate of duplicates", "数据重复率";
    Uniqueness, Accuracy, "030400", "uniqueness", "uniqueness", "数据唯一性";
    DirtyData, Accuracy, "030500", "dirty-data", "rate of dirty data", "脏数据出现率";
    SameData, Consistency, "040100", "same-data", "consistency of the same data", "相同数据一致性";
    RelatedData, Consistency, "040200", "related-data", "consistency of related data", "关联数据一致性";
    Period, Timeliness, "050100", "period", "correctness over a period", "基于时间段的正确性";
    Currency, Timeliness, "050200", "currency", "timeliness at a point in time", "基于时间点的及时性";
    Sequence, Timeliness, "050300", "sequence", "order in time", "时序性";
    Accessible, Accessibility, "060100", "accessible", "can be accessed", "可访问";
    Available, Accessibility, "060200", "available", "is available", "可用性";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_count_up_within_their_dimension() {
        for pair in Indicator::ALL.windows(2) {
            assert!(pair[0].code() < pair[1].code());
        }
        for indicator in Indicator::ALL {
            let dimension = Dimension::ALL.iter().position(|d| *d == indicator.dimension()).unwrap();
            assert_eq!(
                indicator.code()[..2],
                format!("{:02}", dimension + 1),
                "{}",
                indicator.name()
            );
        }
    }
}
