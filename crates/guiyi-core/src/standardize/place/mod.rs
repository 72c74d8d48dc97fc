//! Places in names and addresses: the regions of today by their full and short names.
//!
//! The names come from `guiyi_ident::region`, those of former times from `dictionaries/region/successors.tsv`, where they
//! stand for the region that took over; short ones leave out 省, 市, 区, 自治州 and the like. Reading goes from left
//! to right and downward: a province, then a city of it, then a county of that.

mod table;

use table::{Entry, entries_of, is_municipality, key, level_of};
pub(super) use table::{Names, formerly, named, names};

/// Level of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Province, autonomous region, municipality under the central government.
    Province,
    /// Prefecture or city of a province.
    City,
    /// County, district, city of a county's rank.
    County,
}

/// A place as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The text as it stands.
    pub text: &'a str,
    /// Its level.
    pub level: Level,
    /// Its GB/T 2260 code; `None` if several regions have the name.
    pub code: Option<u32>,
}

/// The longest place at the head of a text; `below` restricts it to regions inside another one, `short_counties` allows
/// county names without their last word, such as 南山.
pub(super) fn at_head<'a>(text: &'a str, below: Option<&Place<'_>>, short_counties: bool) -> Option<Place<'a>> {
    let entries = entries_of(key(text)?);
    let fits = |entry: &&Entry| {
        (!entry.is_short || entry.level != Level::County || short_counties)
            && text.starts_with(entry.text)
            && below.is_none_or(|above| {
                entry.level > above.level && above.code.is_none_or(|code| is_inside(entry.code, code))
            })
    };
    let mut fitting = entries.iter().filter(fits);
    let first = fitting.next()?;
    // A name of today goes before one of former times.
    let same = fitting.take_while(|entry| entry.text == first.text && entry.is_former == first.is_former);
    // 吉林 is a province and a city: the higher level goes first, unless the text says 市.
    let (mut level, mut code) = (first.level, Some(first.code));
    for entry in same {
        if entry.level < level {
            (level, code) = (entry.level, Some(entry.code));
        } else if entry.level == level {
            code = None;
        }
    }
    if code.is_none() && first.is_former {
        return None;
    }
    Some(Place {
        text: &text[..first.text.len()],
        level,
        code,
    })
}

/// Whether a region lies in another one.
fn is_inside(code: u32, above: u32) -> bool {
    match level_of(above) {
        Level::Province => code / 10_000 == above / 10_000,
        Level::City => code / 100 == above / 100,
        Level::County => false,
    }
}

/// Places from the head of a text downward, at most three, and the rest of the text.
pub(super) fn chain(text: &str, short_counties: bool) -> (Chain<'_>, &str) {
    let mut found = Chain::default();
    let mut rest = text;
    while found.n_places < 3 {
        let above = found.last().copied();
        // A short county name alone is more often a trade name or a road.
        let short = short_counties
            && above.is_some_and(|above| above.level == Level::City || above.code.is_some_and(is_municipality));
        let Some(place) = at_head(rest, above.as_ref(), short) else {
            break;
        };
        rest = &rest[place.text.len()..];
        found.places[found.n_places] = Some(place);
        found.n_places += 1;
    }
    (found, rest)
}

/// Up to three places, from the highest level down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chain<'a> {
    places: [Option<Place<'a>>; 3],
    n_places: usize,
}

impl<'a> Chain<'a> {
    /// The places, highest level first.
    pub fn iter(&self) -> impl Iterator<Item = &Place<'a>> {
        self.places.iter().flatten()
    }

    /// The place of the lowest level.
    pub fn last(&self) -> Option<&Place<'a>> {
        self.iter().last()
    }

    /// The code of the lowest place whose name is that of one region only.
    pub fn code(&self) -> Option<u32> {
        self.last().and_then(|place| place.code)
    }

    /// Adds a place that stood elsewhere; a fourth one is left out.
    pub(super) fn push(&mut self, place: Place<'a>) {
        if let Some(slot) = self.places.get_mut(self.n_places) {
            *slot = Some(place);
            self.n_places += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_places_downward() {
        for (text, expected, rest, code) in [
            (
                "广东省深圳市南山区科技园",
                &["广东省", "深圳市", "南山区"][..],
                "科技园",
                Some(440_305),
            ),
            ("深圳南山科技园", &["深圳", "南山"], "科技园", Some(440_305)),
            ("北京市朝阳区建国路", &["北京市", "朝阳区"], "建国路", Some(110_105)),
            ("上海徐汇漕溪路", &["上海", "徐汇"], "漕溪路", Some(310_104)),
            ("内蒙古呼和浩特", &["内蒙古", "呼和浩特"], "", Some(150_100)),
            ("吉林市船营区", &["吉林市", "船营区"], "", Some(220_204)),
            ("鼓楼区中山路", &["鼓楼区"], "中山路", None),
            ("腾讯", &[], "腾讯", None),
            ("海南省万宁市", &["海南省", "万宁市"], "", Some(469_006)),
            ("湖北仙桃市干河街道", &["湖北", "仙桃市"], "干河街道", Some(429_004)),
            ("东莞市长安镇", &["东莞市"], "长安镇", Some(441_900)),
            ("广州市萝岗区科学城", &["广州市", "萝岗区"], "科学城", Some(440_112)),
            ("山东省莱芜市莱城区", &["山东省", "莱芜市", "莱城区"], "", Some(370_116)),
            ("增城市新塘镇", &["增城市"], "新塘镇", Some(440_118)),
            ("湖北省襄樊市", &["湖北省", "襄樊市"], "", Some(420_600)),
            ("上海市闸北区", &["上海市", "闸北区"], "", Some(310_106)),
        ] {
            let (chain, left) = chain(text, true);
            assert_eq!(
                chain.iter().map(|place| place.text).collect::<Vec<_>>(),
                expected,
                "{text}"
            );
            assert_eq!((left, chain.code()), (rest, code), "{text}");
        }
    }

    #[test]
    fn names_of_every_level() {
        let names = names(110_105).unwrap();
        assert_eq!(
            (names.province, names.city, names.county),
            ("北京市", Some("北京市"), Some("朝阳区"))
        );
    }
}
