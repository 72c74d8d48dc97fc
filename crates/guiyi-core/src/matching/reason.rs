//! Why a pair is what it is, field by field, in words for people.

use super::tables::Kind;
use super::{Matching, Pair};
use crate::finding::Language;

/// One field's part in a pair's weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason<'a> {
    /// The data element that was compared; of tokens with digits out of several texts `marks`.
    pub element: &'a str,
    /// What it holds.
    pub kind: Kind,
    /// How alike the two values are, from 1; see [`Reason::describe`].
    pub level: u8,
    /// What that weighs, in bits.
    pub bits: f64,
}

impl Matching {
    /// What the fields say of a pair, those left out in which a side has no value.
    pub fn reasons<'a>(&'a self, pair: &'a Pair) -> impl Iterator<Item = Reason<'a>> {
        let fields = self.fields.iter().zip(&self.model.fields).enumerate();
        fields.filter_map(|(at, (field, learned))| {
            let level = pair.level(at);
            Some(Reason {
                element: &field.header,
                kind: field.kind,
                level,
                bits: *learned.bits.get(usize::from(level).checked_sub(1)?)?,
            })
        })
    }
}

impl Reason<'_> {
    /// How alike the two values are, for people.
    pub fn describe(&self, language: Language) -> &'static str {
        let at = usize::from(self.level.saturating_sub(1));
        let known = EQUAL.iter().chain(others(self.kind)).nth(at);
        let (english, chinese) = known.copied().unwrap_or(("", ""));
        if language == Language::Chinese {
            chinese
        } else {
            english
        }
    }
}

/// Equal values, by how many records share them.
const EQUAL: [(&str, &str); 4] = [
    ("same, and rare", "相同且罕见"),
    ("same, and uncommon", "相同且少见"),
    ("same, and common", "相同但常见"),
    ("same, as in many records", "相同但多条记录均如此"),
];

/// Values that are not equal, in the order of [`super::tables::level_names`].
fn others(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Date => &[
            ("day and month swapped", "日月颠倒"),
            ("one part differs", "仅一部分不同"),
            ("only the year differs", "仅年份不同"),
            ("same year", "同年"),
            ("different", "不同"),
        ],
        Kind::Number | Kind::Duration => &[
            ("within 0.1 %", "相差不到0.1%"),
            ("within 1 %", "相差不到1%"),
            ("within 5 %", "相差不到5%"),
            ("within 15 %", "相差不到15%"),
            ("within 40 %", "相差不到40%"),
            ("different", "不同"),
        ],
        Kind::Phone | Kind::Code => &[
            (
                "one character apart, or one holds the other",
                "仅一位之差或一方包含另一方",
            ),
            ("two characters apart", "两位之差"),
            ("alike", "相近"),
            ("same beginning", "开头相同"),
            ("different", "不同"),
        ],
        Kind::Name | Kind::Given => &[
            ("one character apart", "仅一字之差"),
            ("another writing of the name, or changed places", "同名异写或互换"),
            ("alike", "相近"),
            ("one holds the other", "一方包含另一方"),
            ("half alike", "一半相近"),
            ("different", "不同"),
        ],
        Kind::Email => &[
            ("one character apart", "仅一字之差"),
            ("alike", "相近"),
            ("one holds the other", "一方包含另一方"),
            ("half alike", "一半相近"),
            ("different", "不同"),
        ],
        Kind::Contacts => &[
            ("one of several is the same", "多个之中有一个相同"),
            (
                "one character apart, or one holds the other",
                "仅一位之差或一方包含另一方",
            ),
            (
                "one of several is the same, as in many records",
                "多个之中有一个相同，但多条记录均如此",
            ),
            ("different", "不同"),
        ],
        Kind::Coordinates => &[
            ("within 20 m", "相距不到20米"),
            ("within 100 m", "相距不到100米"),
            ("within 500 m", "相距不到500米"),
            ("within 2 km", "相距不到2公里"),
            ("within 10 km", "相距不到10公里"),
            ("within 50 km", "相距不到50公里"),
            ("within 250 km", "相距不到250公里"),
            ("far apart", "相距甚远"),
        ],
        Kind::Category => &[("alike", "相近"), ("different", "不同")],
        Kind::Marks => &[
            ("one goes on where the other ends", "一方为另一方的延续"),
            ("different", "不同"),
        ],
        Kind::Doors => &[
            ("one leaves out some numbers", "一方省略部分门牌号"),
            ("some numbers are the same", "部分门牌号相同"),
            ("different", "不同"),
        ],
        Kind::Words => &[
            ("known words are the same", "常见词相同"),
            ("one leaves out some known words", "一方省略部分常见词"),
            ("different known words", "常见词不同"),
        ],
        Kind::Measures => &[
            ("one leaves out some measures", "一方省略部分规格数值"),
            ("some measures are the same", "部分规格数值相同"),
            ("different", "不同"),
        ],
        Kind::Text | Kind::Specification | Kind::Address => &[
            ("more than 90 % in common", "九成以上相同"),
            ("80 to 90 % in common", "八九成相同"),
            ("70 to 80 % in common", "七八成相同"),
            ("60 to 70 % in common", "六七成相同"),
            ("50 to 60 % in common", "五六成相同"),
            ("40 to 50 % in common", "四五成相同"),
            ("30 to 40 % in common", "三四成相同"),
            ("20 to 30 % in common", "二三成相同"),
            ("10 to 20 % in common", "一二成相同"),
            ("hardly anything in common", "几乎没有相同之处"),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::super::tables::level_names;
    use super::*;

    #[test]
    fn every_level_has_words() {
        for kind in Kind::ALL {
            assert_eq!(
                EQUAL.len() + others(kind).len(),
                level_names(kind).len(),
                "{}",
                kind.name()
            );
        }
    }
}
