//! Names of organizations: one width, one bracket form, no stray spaces, no notes, no doubled form.
//!
//! What people add to a name (`（停用）`, `-旧`, `【重复】`, `(月结)`, `-王总`, `*`) moves to the note element.
//! [`parse()`] and [`match_key`] serve matching. Laws: idempotent; a place or a legal form in brackets is never a note.

mod english;
mod parse;
mod words;

pub use parse::{Branch, OrganizationName, parse};

use std::borrow::Cow;

use super::change::{Aside, Change, Code, Value};
use super::place::chain;
use super::simplified::simplified;
use super::text::{Style, clean, clean_owned, is_cjk};
use crate::dictionary::ElementKind;
use crate::record::Origin;

/// Words that say something about the record, not about the organization.
const NOTES: [&str; 46] = [
    "停用",
    "已停用",
    "作废",
    "已作废",
    "注销",
    "已注销",
    "吊销",
    "禁用",
    "冻结",
    "启用",
    "正常",
    "无效",
    "有效",
    "失效",
    "旧",
    "新",
    "老",
    "原",
    "重复",
    "测试",
    "勿用",
    "不用",
    "请勿使用",
    "暂停",
    "暂停合作",
    "停止合作",
    "黑名单",
    "月结",
    "现结",
    "现金",
    "现付",
    "预付",
    "预付款",
    "先款",
    "款到发货",
    "货到付款",
    "含税",
    "不含税",
    "代收",
    "VIP",
    "vip",
    "重点",
    "大客户",
    "老客户",
    "新客户",
    "删除",
];

/// Forms behind which nothing but a note, a place or a branch can follow.
const CLOSING: [&str; 8] = ["公司", "合伙)", "合作社", "事务所", "经营部", "商行", "工作室", "厂"];

/// Notes beyond this number stay in the name.
const MOST_ROUNDS: usize = 24;

/// Brings the name of an organization to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    if is_canonical(text) {
        return None;
    }
    let mut name = clean(text, Style::Name);
    let mut notes = Vec::new();
    let mut is_doubled = false;
    // Each step can lay open what another one takes; names are short, and every round takes something.
    for _ in 0..MOST_ROUNDS {
        let before = name.clone();
        name = one_bracket_form(name);
        take_notes(&mut name, &mut notes);
        is_doubled |= undouble_form(&mut name);
        name = english::with_form(&name).unwrap_or(name);
        name = clean_owned(name, Style::Name);
        if name == before {
            break;
        }
    }
    let mut change = Change::to(text, name)?;
    if is_doubled {
        change.origin = Origin::Repaired;
    }
    let note = |value| Aside {
        kinds: &[ElementKind::Note],
        value,
        code: Code::NOTE,
    };
    change.asides = notes.into_iter().rev().map(note).collect();
    Some(change)
}

/// The name without a note in brackets behind it, be it folded or not.
pub(crate) fn without_notes(name: &str) -> Cow<'_, str> {
    match name.ends_with([')', '）']).then(|| standardize(name)).flatten() {
        Some(Change {
            value: Value::Set(plain),
            ..
        }) => Cow::Owned(plain),
        _ => Cow::Borrowed(name),
    }
}

/// The name as [`parse()`] and [`match_key`] like it: simplified characters, upper case.
pub fn fold(name: &str) -> String {
    name.chars()
        .map(|character| simplified(character).to_ascii_uppercase())
        .collect()
}

/// The key by which equal names are found: folded, and nothing but letters, figures and Chinese characters.
pub fn match_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_ascii() {
            if character.is_ascii_alphanumeric() {
                key.push(character.to_ascii_uppercase());
            }
        } else if character.is_alphanumeric() {
            key.push(simplified(character));
        }
    }
    key
}

/// Whether a name has nothing that this room would touch; `false` may also mean "not sure".
fn is_canonical(name: &str) -> bool {
    let mut is_plain = true;
    let mut brackets = 0_u32;
    for character in name.chars() {
        match character {
            '\u{4e00}'..='\u{9fff}' | '0'..='9' | 'A'..='Z' | 'a'..='z' => {}
            '(' | ')' => brackets += 1,
            _ => is_plain = false,
        }
    }
    is_plain && !name.is_empty() && !ends_doubled(name) && (brackets == 0 || (brackets == 2 && has_inner_bracket(name)))
}

/// Whether the one pair of brackets stands inside the name and holds something, or is `(有限合伙)` at its end: nothing
/// that could be a note.
fn has_inner_bracket(name: &str) -> bool {
    match (name.find('('), name.find(')')) {
        (Some(open), Some(close)) => {
            open > 0 && open + 1 < close && (close + 1 < name.len() || name.ends_with("合伙)"))
        }
        _ => false,
    }
}

/// All brackets as `()`; empty ones and open ends go.
fn one_bracket_form(name: String) -> String {
    if !name.contains(['[', ']', '{', '}', '<', '>', '《', '》', '「', '」']) && !name.contains("()") {
        return name;
    }
    let folded: String = name
        .chars()
        .map(|character| match character {
            '[' | '{' | '<' | '《' | '「' => '(',
            ']' | '}' | '>' | '》' | '」' => ')',
            other => other,
        })
        .collect();
    let mut whole = folded;
    while whole.contains("()") {
        whole = whole.replace("()", "");
    }
    clean_owned(whole, Style::Name)
}

/// Moves one note from either end of the name.
fn take_notes(name: &mut String, notes: &mut Vec<String>) {
    let starred = name
        .trim_end_matches(['*', ' ', '-', '_', ',', ';', '、', '/', '.', '。', '!', '?'])
        .len();
    if starred < name.len() && starred > 0 && !ends_with_latin_point(name) {
        name.truncate(starred);
    }
    let rest = name.trim_start_matches(['*', ' ', '-', '_', ',', ';', '、', '/']).len();
    if rest < name.len() && rest > 0 {
        // `*ST` is a mark of the exchange at the head of a short name.
        if !name.starts_with("*ST") {
            name.drain(..name.len() - rest);
        }
    }
    if let Some((start, inner)) = trailing_bracket(name)
        && start > 0
        && is_note(&name[..start], inner)
    {
        notes.push(inner.to_owned());
        name.truncate(start);
    }
    if let Some(inner) = name.strip_prefix('(').and_then(|rest| rest.split_once(')'))
        && NOTES.contains(&inner.0)
        && !inner.1.is_empty()
    {
        notes.push(inner.0.to_owned());
        *name = inner.1.to_owned();
    }
    if let Some(at) = name.rfind(['-', '/', '_'])
        && at > 0
    {
        let (head, tail) = (&name[..at], &name[at + 1..]);
        let is_short =
            tail.chars().count() <= 6 && tail.chars().all(|character| is_cjk(character) && character != '、');
        let is_branch = ["公司", "处", "部", "店", "厂", "行"]
            .iter()
            .any(|word| tail.ends_with(word));
        if NOTES.contains(&tail) || (closes(head) && is_short && !is_branch && !tail.is_empty()) {
            notes.push(tail.to_owned());
            name.truncate(at);
        }
    }
    if let Some((head, tail)) = name.split_once('-')
        && NOTES.contains(&head)
        && !tail.is_empty()
    {
        notes.push(head.to_owned());
        *name = tail.to_owned();
    }
}

/// A full stop that belongs to `Ltd.` or `Inc.`.
fn ends_with_latin_point(name: &str) -> bool {
    name.strip_suffix('.')
        .is_some_and(|rest| rest.ends_with(|last: char| last.is_ascii_alphabetic()))
}

/// Where the bracket at the end begins, and what it holds.
fn trailing_bracket(name: &str) -> Option<(usize, &str)> {
    let inner = name.strip_suffix(')')?;
    let start = inner.rfind('(')?;
    Some((start, &inner[start + 1..]))
}

/// Whether what stands in brackets behind a name is a note about the record.
fn is_note(head: &str, inner: &str) -> bool {
    if NOTES.contains(&inner) {
        return true;
    }
    let is_part_of_name = inner.ends_with("合伙") || inner.contains("集团") || inner == "个人独资" || is_place(inner);
    closes(head) && !is_part_of_name
}

/// Whether nothing of the name itself can follow.
fn closes(head: &str) -> bool {
    CLOSING.iter().any(|form| head.ends_with(form))
}

fn is_place(text: &str) -> bool {
    let (places, rest) = chain(text, false);
    (places.last().is_some() && rest.is_empty()) || matches!(text, "中国" | "香港" | "国际" | "亚洲" | "亚太" | "全国")
}

const DOUBLED: [(&str, &str); 3] = [
    ("有限公司有限公司", "有限公司"),
    ("有限责任公司有限责任公司", "有限责任公司"),
    ("公司公司", "公司"),
];

fn ends_doubled(name: &str) -> bool {
    DOUBLED.iter().any(|(doubled, _)| name.ends_with(doubled))
}

/// Writes a doubled form once; says whether there was one.
fn undouble_form(name: &mut String) -> bool {
    let mut is_doubled = false;
    while let Some((doubled, once)) = DOUBLED.iter().find(|(doubled, _)| name.ends_with(doubled)) {
        name.truncate(name.len() - doubled.len());
        name.push_str(once);
        is_doubled = true;
    }
    is_doubled
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    fn check(text: &str, expected: &str, notes: &[&str]) {
        let change = standardize(text);
        let after = match change.as_ref().map(|change| &change.value) {
            Some(Value::Set(value)) => value.as_str(),
            _ => text,
        };
        assert_eq!(after, expected, "{text}");
        let found: Vec<_> = change
            .iter()
            .flat_map(|change| &change.asides)
            .map(|aside| aside.value.as_str())
            .collect();
        assert_eq!(found, notes, "{text}");
    }

    #[test]
    fn names_in_one_form() {
        check("深圳市明远贸易有限公司", "深圳市明远贸易有限公司", &[]);
        check(" 小米科技（北京） 有限公司\t", "小米科技(北京)有限公司", &[]);
        check("ＡＢＣ科技有限公司", "ABC科技有限公司", &[]);
        check("明远有限公司公司", "明远有限公司", &[]);
        check(
            "明远企业管理合伙企业（有限合伙）",
            "明远企业管理合伙企业(有限合伙)",
            &[],
        );
        check("明远贸易有限公司(上海)", "明远贸易有限公司(上海)", &[]);
        check("Acme Tools Co., Ltd.", "Acme Tools Co., Ltd.", &[]);
        check("ACME TOOLS CO.,LTD", "ACME TOOLS Co., Ltd.", &[]);
        check("Acme Company Limited（停用）", "Acme Co., Ltd.", &["停用"]);
    }

    #[test]
    fn notes_move_out() {
        check("明远贸易有限公司（停用）", "明远贸易有限公司", &["停用"]);
        check("明远贸易有限公司-旧", "明远贸易有限公司", &["旧"]);
        check("明远贸易有限公司【重复】", "明远贸易有限公司", &["重复"]);
        check("明远贸易有限公司（月结）*", "明远贸易有限公司", &["月结"]);
        check("明远贸易有限公司-王总", "明远贸易有限公司", &["王总"]);
        check(
            "明远贸易有限公司（王建国）(停用)",
            "明远贸易有限公司",
            &["王建国", "停用"],
        );
        check("明远贸易有限公司/上海", "明远贸易有限公司", &["上海"]);
        check("(停用)明远贸易有限公司", "明远贸易有限公司", &["停用"]);
        check("明远贸易有限公司-上海分公司", "明远贸易有限公司-上海分公司", &[]);
    }

    #[test]
    fn keys() {
        assert_eq!(match_key("旭昇（亞洲）投資 Co., Ltd."), "旭升亚洲投资COLTD");
        assert_eq!(fold("旭昇(亞洲)abc"), "旭升(亚洲)ABC");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[明远公司有限（(）)【】*\\-/ 停用旧集团上海.]{0,14}( (Co|CO)[., ]{0,2}(Ltd|LTD|Inc)[.]?)?", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None, "{}", text);
                }
            }
        }

        #[test]
        fn any_text_parses(text in any::<String>()) {
            let parts = parse(&text);
            prop_assert!(text.contains(parts.trade_name));
        }
    }
}
