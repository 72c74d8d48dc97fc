//! What one cell becomes: the answer of every kind's `standardize(text) -> Option<Change>`, and the rule codes.
//!
//! Law: `None` means that the text is canonical already; it costs no allocation.

use std::sync::{Arc, LazyLock};

use crate::dictionary::ElementKind;
use crate::finding::{Action, Fault, Severity};
use crate::record::Origin;

/// Codes of this room: (code, English, Chinese). The first ones stand in the order of [`ElementKind::ALL`].
pub const CODES: &[(&str, &str, &str)] = &[
    ("ST101", "text in its canonical form", "文本规范化"),
    (
        "ST102",
        "name of an organization in its canonical form",
        "单位名称规范化",
    ),
    ("ST103", "name of a person in its canonical form", "人名规范化"),
    (
        "ST104",
        "unified social credit code in its canonical form",
        "统一社会信用代码规范化",
    ),
    (
        "ST105",
        "resident identity number in its canonical form",
        "公民身份号码规范化",
    ),
    ("ST106", "mobile number in its canonical form", "手机号码规范化"),
    ("ST107", "landline number in its canonical form", "固定电话规范化"),
    ("ST108", "phone number in its canonical form", "电话号码规范化"),
    ("ST109", "e-mail address in its canonical form", "电子邮箱规范化"),
    ("ST110", "postal address in its canonical form", "地址规范化"),
    ("ST111", "province in its canonical form", "省级行政区规范化"),
    ("ST112", "city in its canonical form", "地级行政区规范化"),
    ("ST113", "county in its canonical form", "县级行政区规范化"),
    ("ST114", "postcode in its canonical form", "邮政编码规范化"),
    ("ST115", "date in its canonical form", "日期规范化"),
    ("ST116", "amount in its canonical form", "金额规范化"),
    ("ST117", "number in its canonical form", "数值规范化"),
    ("ST118", "bank account in its canonical form", "银行账号规范化"),
    ("ST119", "bank branch number in its canonical form", "联行号规范化"),
    ("ST120", "article number in its canonical form", "商品条码规范化"),
    (
        "ST121",
        "member of the code list for another spelling",
        "代码表取值规范化",
    ),
    ("ST122", "code in its canonical form", "编码规范化"),
    ("ST123", "remark in its canonical form", "备注规范化"),
    ("ST124", "quantity in its canonical form", "数量规范化"),
    ("ST125", "unit in its canonical form", "计量单位规范化"),
    ("ST126", "specification in its canonical form", "规格型号规范化"),
    ("ST127", "yes or no in its canonical form", "是否值规范化"),
    ("ST128", "web address in its canonical form", "网址规范化"),
    ("ST001", "a stand-in word where a value should be", "以占位词代替真实值"),
    (
        "ST002",
        "stand-in digits where a number should be",
        "以占位数字代替真实号码",
    ),
    (
        "ST201",
        "characters that were decoded with the wrong encoding",
        "字符编码错误",
    ),
    (
        "ST202",
        "an amount of a column that seems to mix yuan and ten thousands of yuan",
        "疑似混用元与万元的金额",
    ),
    (
        "ST301",
        "a further value of the cell, moved to an empty element",
        "同一单元格内的其他值，移入空的属性",
    ),
    ("ST302", "a note taken out of a name", "从名称中分离出的备注"),
    ("ST303", "region taken out of the address", "从地址中得出的行政区"),
    (
        "ST304",
        "abolished region, or one that the rest of the record contradicts",
        "已撤销或与其他属性矛盾的行政区",
    ),
    (
        "ST305",
        "area code of the record's city put before a local number",
        "按所在城市补全电话区号",
    ),
    (
        "ST901",
        "the source key does not follow its pattern",
        "来源编码不符合规则",
    ),
    ("ST902", "a part of the source key", "来源编码中的一段"),
];

/// A rule code of this room: a position in [`CODES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Code(u8);

impl Code {
    pub(super) const PLACEHOLDER_WORD: Self = Self::after_kinds(0);
    pub(super) const PLACEHOLDER_DIGITS: Self = Self::after_kinds(1);
    pub(super) const ENCODING: Self = Self::after_kinds(2);
    pub(super) const MIXED_UNITS: Self = Self::after_kinds(3);
    pub(super) const FURTHER_VALUE: Self = Self::after_kinds(4);
    pub(super) const NOTE: Self = Self::after_kinds(5);
    pub(super) const REGION: Self = Self::after_kinds(6);
    pub(super) const REGION_CONFLICT: Self = Self::after_kinds(7);
    pub(super) const AREA_CODE: Self = Self::after_kinds(8);
    pub(super) const KEY_PATTERN: Self = Self::after_kinds(9);
    pub(super) const KEY_PART: Self = Self::after_kinds(10);

    /// The code at this place behind those of the kinds.
    const fn after_kinds(place: u8) -> Self {
        Self(ElementKind::ALL.len() as u8 + place)
    }

    /// The code for changes of form of a kind.
    pub(super) fn of_kind(kind: ElementKind) -> Self {
        Self(kind as u8)
    }

    /// The code as findings and corrections carry it.
    pub(super) fn text(self) -> Arc<str> {
        static TEXTS: LazyLock<Vec<Arc<str>>> = LazyLock::new(|| CODES.iter().map(|code| code.0.into()).collect());
        Arc::clone(&TEXTS[usize::from(self.0)])
    }
}

/// What the cell holds from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// What it held.
    Kept,
    /// This.
    Set(String),
    /// Nothing.
    Null,
}

/// A value for another element of the same row, used if that element is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Aside {
    /// Kinds of element that can take it, best first.
    pub(super) kinds: &'static [ElementKind],
    /// The canonical value.
    pub(super) value: String,
    pub(super) code: Code,
}

/// What is wrong with the cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) severity: Severity,
    pub(super) fault: Fault,
    pub(super) action: Action,
    /// Another code than that of the change.
    pub(super) code: Option<Code>,
}

/// What becomes of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) value: Value,
    pub(super) origin: Origin,
    /// Confidence in the new value, in per mille.
    pub(super) confidence: u16,
    pub(super) complaint: Option<Complaint>,
    /// Another code than that of the element's kind.
    pub(super) code: Option<Code>,
    pub(super) asides: Vec<Aside>,
}

impl Change {
    fn new(value: Value, origin: Origin) -> Self {
        Self {
            value,
            origin,
            confidence: 1000,
            complaint: None,
            code: None,
            asides: Vec::new(),
        }
    }

    /// The same meaning in another form; an empty text becomes null. `None` if nothing differs from `before`.
    pub(super) fn to(before: &str, after: String) -> Option<Self> {
        if after.is_empty() {
            return Some(Self::new(Value::Null, Origin::Standardized));
        }
        (before != after).then(|| Self::new(Value::Set(after), Origin::Standardized))
    }

    /// The only possible repair of a faulty value; `None` if nothing differs from `before`.
    pub(super) fn repaired(before: &str, after: String) -> Option<Self> {
        let mut change = Self::to(before, after)?;
        change.origin = Origin::Repaired;
        Some(change)
    }

    /// Held back: the cell becomes null.
    pub(super) fn withheld(severity: Severity, fault: Fault) -> Self {
        let mut change = Self::new(Value::Null, Origin::Withheld);
        change.complaint = Some(Complaint {
            severity,
            fault,
            action: Action::Withheld,
            code: None,
        });
        change
    }

    /// The same change with something to say beside it.
    pub(super) fn complaining(mut self, complaint: Complaint) -> Self {
        self.complaint = Some(complaint);
        self
    }

    /// A stand-in word or number.
    pub(super) fn placeholder(code: Code) -> Self {
        let mut change = Self::withheld(Severity::Warning, Fault::Placeholder);
        change.code = Some(code);
        change
    }

    /// Destroyed by a spreadsheet.
    pub(super) fn destroyed() -> Self {
        Self::withheld(Severity::Error, Fault::Destroyed)
    }

    /// Cannot be read as the form that is expected.
    pub(super) fn unreadable(expected: &'static str) -> Self {
        Self::withheld(
            Severity::Error,
            Fault::Format {
                expected: expected.into(),
            },
        )
    }

    /// A change that keeps the value, to carry a complaint or asides.
    pub(super) fn kept() -> Self {
        Self::new(Value::Kept, Origin::Received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_distinct() {
        for (position, kind) in ElementKind::ALL.into_iter().enumerate() {
            assert_eq!(&*Code::of_kind(kind).text(), format!("ST1{:02}", position + 1));
        }
        for (code, text) in [
            (Code::PLACEHOLDER_DIGITS, "ST002"),
            (Code::ENCODING, "ST201"),
            (Code::MIXED_UNITS, "ST202"),
            (Code::FURTHER_VALUE, "ST301"),
            (Code::AREA_CODE, "ST305"),
            (Code::KEY_PATTERN, "ST901"),
        ] {
            assert_eq!(&*code.text(), text);
        }
        assert_eq!(&*Code::KEY_PART.text(), CODES[CODES.len() - 1].0);
        let mut codes: Vec<_> = CODES.iter().map(|code| code.0).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), CODES.len());
    }
}
