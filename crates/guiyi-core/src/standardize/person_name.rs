//! Names of persons: one width, one middle dot, no spaces within Chinese; titles, notes and phones taken out.
//!
//! A title behind a full name moves to the note; behind a bare surname (`王总`) it stays, because it is all that tells
//! the person from others of the name. [`parse`] gives matching the surname without it.

use super::change::{Aside, Change, Code};
use super::phone;
use super::text::{Style, clean, clean_owned, is_cjk};
use crate::dictionary::ElementKind;

/// The parts of a Chinese name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PersonName<'a> {
    /// Surname, one or two characters; empty if the name is not Chinese.
    pub surname: &'a str,
    /// Given name; the whole name if it is not Chinese; empty if only surname and title are known.
    pub given: &'a str,
    /// Title, such as `总` or `经理`.
    pub title: &'a str,
}

impl PersonName<'_> {
    /// Whether it is like the full names of most people of China: a surname that is common, or of two characters, and one
    /// or two characters behind it.
    pub fn is_common(&self) -> bool {
        let n_given = self.given.chars().count();
        let has_surname = self.surname.chars().count() == 2 || SURNAMES.contains(self.surname);
        !self.surname.is_empty() && has_surname && (1..=2).contains(&n_given)
    }
}

/// Titles that stand behind a name, longest first.
const TITLES: [&str; 33] = [
    "副总经理",
    "总经理",
    "董事长",
    "工程师",
    "副经理",
    "负责人",
    "总工",
    "先生",
    "女士",
    "小姐",
    "太太",
    "经理",
    "主任",
    "老师",
    "老板",
    "总监",
    "厂长",
    "部长",
    "主管",
    "会计",
    "出纳",
    "同志",
    "师傅",
    "科长",
    "处长",
    "局长",
    "校长",
    "院长",
    "店长",
    "队长",
    "律师",
    "医生",
    "采购",
];

/// Titles of one character, which may also be the end of a given name.
const SHORT_TITLES: [&str; 5] = ["总", "工", "董", "姐", "哥"];

/// Surnames of two characters (百家姓 and those in use today).
const COMPOUND: [&str; 40] = [
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊",
    "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文",
    "司徒", "鲜于", "司空", "闾丘", "令狐", "轩辕", "东郭", "南门", "呼延", "西门", "百里", "拓跋",
];

/// The hundred commonest surnames, which 85 in 100 people of China bear.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈\
    钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔";

/// Brings a person's name to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    let is_plain = text
        .chars()
        .all(|character| matches!(character, '\u{4e00}'..='\u{9fff}'))
        && !text.is_empty();
    if is_plain && full_name_and_title(text).is_none() {
        return None;
    }
    let mut name = with_middle_dot(&clean(text, Style::Name));
    let mut asides = Vec::new();
    // Each step can lay open what another one takes.
    for _ in 0..4 {
        let before = name.clone();
        take_facts(&mut name, &mut asides);
        name = with_middle_dot(&clean_owned(name, Style::Name));
        if name == before {
            break;
        }
    }
    let mut change = Change::to(text, name)?;
    change.asides = asides;
    Some(change)
}

/// Takes a phone, a note in brackets and a title out of the name.
fn take_facts(name: &mut String, asides: &mut Vec<Aside>) {
    let note = |value: &str| Aside {
        kinds: &[ElementKind::Note],
        value: value.to_owned(),
        code: Code::NOTE,
    };
    if let Some((number, around)) = phone::mobile_inside(name)
        && around.chars().any(is_cjk)
    {
        asides.push(Aside {
            kinds: &[ElementKind::Mobile, ElementKind::Phone],
            value: number,
            code: Code::FURTHER_VALUE,
        });
        // `张三 13800138000 财务`: what stands behind the number is about the person.
        let mut parts = around.split(' ').filter(|part| !part.is_empty());
        let first = parts
            .next()
            .unwrap_or_default()
            .trim_end_matches([':', ',', '/', '('])
            .to_owned();
        asides.extend(
            parts
                .map(|part| part.trim_matches(['(', ')', ',', '/']))
                .filter(|part| !part.is_empty())
                .map(note),
        );
        *name = first;
    }
    if let Some(start) = name.find('(')
        && start > 0
        && let Some(inner) = name[start + 1..].strip_suffix(')')
        && !inner.is_empty()
        && !inner.contains('(')
        && name.starts_with(is_cjk)
    {
        asides.push(note(inner));
        name.truncate(start);
    }
    if let Some((title, rest)) = latin_title(name) {
        asides.push(note(title));
        *name = rest.to_owned();
    }
    if let Some((full, title)) = full_name_and_title(name) {
        asides.push(note(title));
        let length = full.len();
        name.truncate(length);
    }
}

/// Titles in front of names in Latin script, in lower case.
const LATIN_TITLES: [&str; 8] = ["mr", "mrs", "ms", "miss", "dr", "prof", "sir", "madam"];

/// A Latin name without the title in front of it: `Mr. John Smith`; `None` for one without a title.
fn latin_title(name: &str) -> Option<(&str, &str)> {
    let (title, rest) = name.split_once([' ', '.'])?;
    let rest = rest.trim_start_matches(['.', ' ']);
    let is_title = LATIN_TITLES.iter().any(|known| title.eq_ignore_ascii_case(known));
    (is_title && rest.starts_with(|first: char| first.is_ascii_alphabetic())).then_some((title, rest))
}

/// A full name and the title behind it; `None` for a bare surname with a title, and for a name without one.
fn full_name_and_title(name: &str) -> Option<(&str, &str)> {
    // Two characters and a title of two.
    if name.len() < 12 {
        return None;
    }
    // Four characters that end with 总 are a full name and a title; three may be a name.
    let is_short = |title: &&&str| name.chars().count() == 4 && name.ends_with(**title) && !starts_compound(name);
    let title = TITLES
        .iter()
        .find(|title| name.ends_with(**title))
        .or_else(|| SHORT_TITLES.iter().find(is_short))?;
    let full = name[..name.len() - title.len()].trim_end();
    let n_characters = full.chars().count();
    let is_name = (2..=4).contains(&n_characters) && full.chars().all(is_cjk) && !COMPOUND.contains(&full);
    // Another title below (`王副总经理`) would make the cut depend on how often it is made.
    (is_name && !ends_with_title(full)).then(|| (full, &name[full.len()..]))
}

fn starts_compound(name: &str) -> bool {
    COMPOUND.iter().any(|surname| name.starts_with(surname))
}

fn ends_with_title(name: &str) -> bool {
    TITLES.iter().any(|title| name.ends_with(title))
}

/// The parts of a name.
pub fn parse(name: &str) -> PersonName<'_> {
    let n_characters = name.chars().count();
    if n_characters < 2 || !name.chars().all(is_cjk) || name.contains('·') {
        return PersonName {
            given: name,
            ..PersonName::default()
        };
    }
    let (bare, title) = TITLES
        .iter()
        .find(|title| name.ends_with(**title) && name.len() > title.len())
        .or_else(|| {
            SHORT_TITLES
                .iter()
                .find(|title| n_characters == 2 && name.ends_with(**title))
        })
        .map_or((name, ""), |title| name.split_at(name.len() - title.len()));
    let compound = COMPOUND.iter().find(|surname| bare.starts_with(**surname));
    let surname = compound.map_or_else(
        || bare.chars().next().map_or(0, char::len_utf8),
        |surname| surname.len(),
    );
    let (surname, given) = bare.split_at(surname);
    if title.is_empty() && compound.is_some() && SHORT_TITLES.contains(&given) {
        return PersonName {
            surname,
            given: "",
            title: given,
        };
    }
    PersonName { surname, given, title }
}

/// One form of the dot between the parts of a name in Chinese script.
fn with_middle_dot(name: &str) -> String {
    let mut dotted = String::with_capacity(name.len());
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let is_dot = match character {
            '•' | '‧' | '∙' | '⋅' | '・' | '･' => true,
            '.' | '。' => {
                dotted.chars().next_back().is_some_and(is_cjk) && characters.peek().is_some_and(|next| is_cjk(*next))
            }
            _ => false,
        };
        dotted.push(if is_dot { '·' } else { character });
    }
    dotted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn reads_names() {
        for (text, expected, asides) in [
            ("王建国", "王建国", vec![]),
            (" 王 建国 ", "王建国", vec![]),
            ("王总", "王总", vec![]),
            ("王建国经理", "王建国", vec!["经理"]),
            ("欧阳经理", "欧阳经理", vec![]),
            ("王建国总", "王建国", vec!["总"]),
            ("Mr. John Smith", "John Smith", vec!["Mr"]),
            ("Drew Smith", "Drew Smith", vec![]),
            ("王建国(财务)", "王建国", vec!["财务"]),
            ("王建国 13800138000 财务", "王建国", vec!["13800138000", "财务"]),
            ("阿卜杜拉•买买提", "阿卜杜拉·买买提", vec![]),
            ("Ｊohn  Smith", "John Smith", vec![]),
        ] {
            let change = standardize(text);
            let found: Vec<_> = change
                .iter()
                .flat_map(|change| &change.asides)
                .map(|aside| aside.value.as_str())
                .collect();
            assert_eq!(found, asides, "{text}");
            let after = match change.as_ref().map(|change| &change.value) {
                Some(Value::Set(value)) => value.as_str(),
                _ => text,
            };
            assert_eq!(after, expected);
        }
    }

    #[test]
    fn parses_names() {
        for (name, surname, given, title) in [
            ("王建国", "王", "建国", ""),
            ("欧阳修", "欧阳", "修", ""),
            ("王总", "王", "", "总"),
            ("李经理", "李", "", "经理"),
            ("张工", "张", "", "工"),
            ("诸葛总", "诸葛", "", "总"),
            ("John Smith", "", "John Smith", ""),
        ] {
            assert_eq!(parse(name), PersonName { surname, given, title });
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[王建国 总经理先生1•.(（)）财务]{0,8}(13800138000)?[ 财务)]{0,3}", other in any::<String>()) {
            for text in [&text, &other] {
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None);
                }
            }
        }
    }
}
