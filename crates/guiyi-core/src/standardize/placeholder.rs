//! Stand-ins that people type where they have no value: they become null before anything else is tried.
//!
//! Two families: words (`无`, `待补`, `N/A`, `同上`, `测试`) and digits (`13800000000`, `11111111111`, `123456`).
//! Digits are judged only where a number is an identifier: an amount of 999999 is an amount.

use super::change::{Change, Code};
use crate::dictionary::ElementKind;

/// Words that say that there is no value, in lower case.
const NOTHING: [&str; 46] = [
    "无", "空", "没有", "暂无", "暂缺", "缺", "不详", "不明", "未知", "未填", "未填写", "未提供", "未登记", "待补", "待补充", "待定",
    "待填", "待查", "待确认", "待完善", "无数据", "无信息", "不适用", "保密", "略", "同上", "同前", "见合同", "见附件", "见备注",
    "详见合同", "n/a", "na", "#n/a", "n.a.", "null", "(null)", "nil", "none", "nan", "tbd", "unknown", "undefined", "#ref!",
    "#value!", "#name?",
];

/// Words that people type to try a system out, in lower case.
const TRIAL: [&str; 9] = ["测试", "测试数据", "测试客户", "测试公司", "test", "testing", "asdf", "abc123", "demo"];

/// The change that holds a stand-in back; `None` if the text is none for this kind.
pub(super) fn standardize(text: &str, kind: ElementKind) -> Option<Change> {
    // The longest word has 12 bytes, the longest run of digits is held by any identifier.
    if text.len() <= 24 && is_word(text.trim(), kind) {
        return Some(Change::placeholder(Code::PLACEHOLDER_WORD));
    }
    (is_identifier(kind) && is_digits(text)).then(|| Change::placeholder(Code::PLACEHOLDER_DIGITS))
}

fn is_word(text: &str, kind: ElementKind) -> bool {
    if text.is_empty() {
        return false;
    }
    if text.chars().all(|character| "-—–_/\\.*?？~～、。…x×X#＃－".contains(character)) {
        // A single letter may be a value where any code may stand.
        return !(matches!(text, "x" | "X" | "×")
            && matches!(kind, ElementKind::Code | ElementKind::Enumeration | ElementKind::Text | ElementKind::Note));
    }
    let first = text.as_bytes()[0];
    if first.is_ascii() && !first.is_ascii_alphabetic() && first != b'#' && first != b'(' {
        return false;
    }
    let is_trial = kind != ElementKind::Note && TRIAL.iter().any(|word| text.eq_ignore_ascii_case(word));
    is_trial || NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Kinds whose digits name one person, firm or thing.
fn is_identifier(kind: ElementKind) -> bool {
    use ElementKind::{BankAccount, Cnaps, CreditCode, Gtin, Landline, Mobile, Phone, Postcode, ResidentId};
    matches!(kind, CreditCode | ResidentId | Mobile | Landline | Phone | Postcode | BankAccount | Cnaps | Gtin)
}

/// Whether the figures are all the same, count upward from 1, or are a mobile segment followed by zeros.
fn is_digits(text: &str) -> bool {
    let mut count = 0_u32;
    let (mut first, mut before) = (0, 0);
    let (mut same, mut counting, mut tail_zeros) = (true, true, true);
    for character in text.chars() {
        let digit = match character {
            '0'..='9' => character as u32 - '0' as u32,
            '０'..='９' => character as u32 - '０' as u32,
            ' ' | '-' | '\'' | '\t' | '\u{3000}' | '\u{a0}' => continue,
            _ => return false,
        };
        if count == 0 {
            first = digit;
        }
        same &= digit == first;
        counting &= digit == (count + 1) % 10;
        tail_zeros &= count < 3 || digit == 0;
        before = digit;
        count += 1;
        if !(same || counting || (count <= 11 && first == 1 && tail_zeros)) {
            return false;
        }
    }
    match count {
        0 => false,
        1 => before == 0,
        2..=4 => same && first == 0,
        5 => same,
        6.. => same || counting || (count == 11 && tail_zeros && first == 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ElementKind, text: &str, expected: bool) {
        assert_eq!(standardize(text, kind).is_some(), expected, "{text:?} as {kind:?}");
    }

    #[test]
    fn knows_words() {
        for text in ["无", "-", "--", "待补充", "N/A", "null", "同上", "见合同", "测试", "Test", " 无 ", "/", "?"] {
            check(ElementKind::OrganizationName, text, true);
        }
        for text in ["无锡", "无印良品", "测试仪器厂", "nail", "*ST某某", "华为"] {
            check(ElementKind::OrganizationName, text, false);
        }
        check(ElementKind::Note, "测试", false);
        check(ElementKind::Code, "X", false);
    }

    #[test]
    fn knows_digits() {
        for text in ["13800000000", "11111111111", "12345678901", "123456", "0", "00000000", "999999999999999999", "138-0000-0000"] {
            check(ElementKind::Mobile, text, true);
        }
        for text in ["13800138000", "12345", "010-65529988", "1380000000", "13800000001"] {
            check(ElementKind::Mobile, text, false);
        }
        check(ElementKind::Amount, "999999", false);
        check(ElementKind::Postcode, "100000", false);
    }
}
