//! The parts of an organization's name: 行政区划 + 字号 + 行业 + 组织形式, and the branch behind the parent's name
//! (企业名称登记管理规定, 2020, articles 6 and 13).
//!
//! For matching. Everything is a slice of the name, so parsing allocates only for numerals.

use super::words::{BRANCHES, FORMS, GROUPS, PARENTS, industry_at_end};
use crate::standardize::place::{Chain, chain};

/// The parts of an organization's name; every text is a slice of the name, empty if the name has no such part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrganizationName<'a> {
    /// Places at the head of the name and in brackets, highest level first; none of those of the branch.
    pub places: Chain<'a>,
    /// 字号: what distinguishes the name; two companies may share it, so it is a key for blocking, never a decision.
    pub trade_name: &'a str,
    /// 行业: what the company does.
    pub industry: &'a str,
    /// 组织形式: the legal form, such as 有限公司.
    pub form: &'a str,
    /// Whether the name says 集团 or 控股.
    pub is_group: bool,
    /// The branch, if the name is one of a branch.
    pub branch: Option<Branch<'a>>,
    /// Ordinal numbers and figures, in order: 第二, 3.
    pub numerals: Vec<&'a str>,
}

/// The branch that a name adds to its parent's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch<'a> {
    /// What stands between the parent's name and the branch word: mostly a place, at times with a number.
    pub place: &'a str,
    /// The branch word, such as 分公司.
    pub suffix: &'a str,
}

/// Parses a name; best given as `fold` leaves it. Never fails: what is not recognized is part of the trade name.
pub fn parse(name: &str) -> OrganizationName<'_> {
    let mut parts = OrganizationName {
        numerals: numerals(name),
        ..OrganizationName::default()
    };
    let (parent, branch) = split_branch(name);
    parts.branch = branch;
    let (places, rest) = chain(parent, false);
    // A name that is all place is a trade name: 北京 alone, 上海银行 is read below by its form.
    parts.places = if rest.is_empty() { Chain::default() } else { places };
    let rest = if rest.is_empty() { parent } else { rest };
    let (core, form) = split_form(rest);
    parts.form = form;
    let (before, inside, behind) = split_bracket(core);
    if !inside.is_empty() {
        let (bracketed, left) = chain(inside, false);
        if left.is_empty() {
            bracketed.iter().for_each(|place| parts.places.push(*place));
        } else if GROUPS.contains(&inside) {
            parts.is_group = true;
        }
    }
    let (trade_part, industry_part) = if before.is_empty() {
        (behind, "")
    } else {
        (before, behind)
    };
    let (trade_part, is_group) = without_group(trade_part);
    let (industry_part, is_group_too) = without_group(industry_part);
    parts.is_group |= is_group || is_group_too;
    (parts.trade_name, parts.industry) = if industry_part.is_empty() {
        split_industry(trade_part)
    } else {
        (trade_part, industry_part)
    };
    parts
}

/// The parent's name and the branch behind it.
fn split_branch(name: &str) -> (&str, Option<Branch<'_>>) {
    let Some(suffix) = BRANCHES
        .iter()
        .find_map(|word| name.ends_with(word).then(|| &name[name.len() - word.len()..]))
    else {
        return (name, None);
    };
    let head = &name[..name.len() - suffix.len()];
    let parent_end = PARENTS
        .iter()
        .filter_map(|word| head.rfind(word).map(|start| start + word.len()))
        .max();
    if let Some(end) = parent_end {
        let place = head[end..].trim_matches(['-', ' ', '(', ')']);
        return (&head[..end], Some(Branch { place, suffix }));
    }
    // Without a parent's form only the words that nothing but a branch has.
    if !(suffix.starts_with('分') || suffix.starts_with('支')) {
        return (name, None);
    }
    // The last place of two or more characters before the word: 某某上海分公司.
    let starts = head.char_indices().map(|(start, _)| start).skip(1);
    let place_start = starts
        .filter(|start| head[*start..].chars().count() >= 2)
        .find(|start| {
            let (places, rest) = chain(&head[*start..], false);
            places.code().is_some() && rest.is_empty()
        });
    let start = place_start.unwrap_or(head.len());
    (
        &head[..start],
        Some(Branch {
            place: &head[start..],
            suffix,
        }),
    )
}

/// The name without its form, and the form.
fn split_form(name: &str) -> (&str, &str) {
    for form in FORMS {
        if let Some(core) = name.strip_suffix(form)
            && !core.is_empty()
        {
            return name.split_at(core.len());
        }
    }
    match super::english::split(name) {
        Some((core, form, _)) => (core, form.trim_start_matches([' ', ','])),
        None => (name, ""),
    }
}

/// What stands before the first bracket, in it and behind it.
fn split_bracket(core: &str) -> (&str, &str, &str) {
    match core.split_once('(') {
        Some((before, rest)) => match rest.split_once(')') {
            Some((inside, behind)) => (before, inside, behind),
            None => (before, "", rest),
        },
        None => (core, "", ""),
    }
}

fn without_group(text: &str) -> (&str, bool) {
    for word in GROUPS {
        if let Some(rest) = text.strip_suffix(word)
            && rest.chars().nth(1).is_some()
        {
            return (rest, true);
        }
    }
    (text, false)
}

/// The trade name, of two characters at least, and the industry words behind it.
fn split_industry(text: &str) -> (&str, &str) {
    let mut trade_name = text;
    while let Some(word) = industry_at_end(trade_name) {
        let rest = &trade_name[..trade_name.len() - word.len()];
        if rest.chars().nth(1).is_none() {
            break;
        }
        trade_name = rest;
    }
    text.split_at(trade_name.len())
}

/// Ordinal numbers (第二, 二厂) and figures.
fn numerals(name: &str) -> Vec<&str> {
    const COUNTED: [char; 14] = [
        '号', '厂', '分', '期', '店', '部', '院', '中', '建', '局', '公', '处', '队', '所',
    ];
    let is_numeral = |character: char| {
        character.is_ascii_digit()
            || matches!(
                character,
                '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百'
            )
    };
    let mut found = Vec::new();
    let mut start = None;
    let mut before = ' ';
    for (at, character) in name.char_indices().chain([(name.len(), ' ')]) {
        if is_numeral(character) {
            start.get_or_insert((at, before));
        } else if let Some((from, preceding)) = start.take() {
            let text = &name[from..at];
            if preceding == '第'
                || text.starts_with(|first: char| first.is_ascii_digit())
                || COUNTED.contains(&character)
            {
                found.push(text);
            }
        }
        before = character;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, places: &[&str], trade_name: &str, industry: &str, form: &str) -> OrganizationName<'static> {
        let parts = parse(Box::leak(name.to_owned().into_boxed_str()));
        assert_eq!(
            parts.places.iter().map(|place| place.text).collect::<Vec<_>>(),
            places,
            "{name}"
        );
        assert_eq!(
            (parts.trade_name, parts.industry, parts.form),
            (trade_name, industry, form),
            "{name}"
        );
        parts
    }

    #[test]
    fn reads_companies() {
        check(
            "深圳市腾讯计算机系统有限公司",
            &["深圳市"],
            "腾讯",
            "计算机系统",
            "有限公司",
        );
        check("小米科技(北京)有限公司", &["北京"], "小米", "科技", "有限公司");
        check("华为(深圳)技术有限公司", &["深圳"], "华为", "技术", "有限公司");
        check(
            "广东省深圳市南山区明远贸易有限责任公司",
            &["广东省", "深圳市", "南山区"],
            "明远",
            "贸易",
            "有限责任公司",
        );
        check(
            "上海明远企业管理合伙企业(有限合伙)",
            &["上海"],
            "明远",
            "企业管理",
            "合伙企业(有限合伙)",
        );
        check("明远", &[], "明远", "", "");
        check("ACME TOOLS CO., LTD.", &[], "ACME TOOLS", "", "CO., LTD.");
        check("北京", &[], "北京", "", "");
        assert!(check("明远集团有限公司", &[], "明远", "", "有限公司").is_group);
        assert!(check("明远科技(集团)有限公司", &[], "明远", "科技", "有限公司").is_group);
    }

    #[test]
    fn reads_branches_and_numerals() {
        let parts = check(
            "深圳明远贸易有限公司上海第二分公司",
            &["深圳"],
            "明远",
            "贸易",
            "有限公司",
        );
        assert_eq!(
            parts.branch,
            Some(Branch {
                place: "上海第二",
                suffix: "分公司"
            })
        );
        assert_eq!(parts.numerals, ["二"]);
        let parts = check("明远上海分公司", &[], "明远", "", "");
        assert_eq!(
            parts.branch,
            Some(Branch {
                place: "上海",
                suffix: "分公司"
            })
        );
        let parts = check("明远农业银行成都分行", &[], "明远", "农业", "银行");
        assert_eq!(
            parts.branch,
            Some(Branch {
                place: "成都",
                suffix: "分行"
            })
        );
        assert_eq!(parse("第3建筑队").numerals, ["3"]);
    }
}
