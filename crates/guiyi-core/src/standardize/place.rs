//! Places in names and addresses: the regions of today by their full and short names.
//!
//! The names come from `guiyi_ident::region`, those of former times from `dictionaries/region/successors.tsv`, where they
//! stand for the region that took over; short ones leave out 省, 市, 区, 自治州 and the like. Reading goes from left
//! to right and downward: a province, then a city of it, then a county of that.

use std::sync::LazyLock;

use guiyi_ident::region::{self, Region};

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

struct Entry {
    key: u64,
    text: &'static str,
    code: u32,
    level: Level,
    is_short: bool,
    /// Whether the name is one of former times: of a region that was renamed, or that the one of the code took over.
    is_former: bool,
}

/// Abolished and renamed regions with the code that took over; its SOURCE.md says how it was built.
static SUCCESSORS: &str = include_str!("../../../../dictionaries/region/successors.tsv");

/// Names of a region and of those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    pub(super) code: u32,
    pub(super) province: &'static str,
    /// The municipality itself where no city stands between; `None` for counties that a province governs directly.
    pub(super) city: Option<&'static str>,
    pub(super) county: Option<&'static str>,
}

/// Entries in order of their first two characters, the longest name first.
static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut entries = Vec::new();
    // A county that its province governs directly stands in the table under the prefecture of earlier days too.
    let direct: Vec<(u32, &str)> = region::current()
        .filter_map(|region| Some((region.code.parse().ok()?, region.name)))
        .filter(|(code, _)| is_direct(*code))
        .collect();
    for Region { code, name, .. } in region::current() {
        let Ok(code) = code.parse() else { continue };
        let is_of_earlier_days = |(other, same): &(u32, &str)| *same == name && other / 10_000 == code / 10_000;
        if !is_direct(code) && direct.iter().any(is_of_earlier_days) {
            continue;
        }
        let level = level_of(code);
        let mut add = |text: &'static str, is_short| {
            if let Some(key) = key(text) {
                entries.push(Entry {
                    key,
                    text,
                    code,
                    level,
                    is_short,
                    is_former: false,
                });
            }
        };
        add(name, false);
        let short = short_name(name, level);
        if short.len() < name.len() {
            add(short, true);
        }
    }
    for line in SUCCESSORS.lines().skip(1) {
        let mut cells = line.split('\t');
        let (_, Some(text), _, Some(successor)) = (cells.next(), cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        if let (Some(key), Ok(code)) = (key(text), successor.parse()) {
            entries.push(Entry {
                key,
                text,
                code,
                level: level_of(code),
                is_short: false,
                is_former: true,
            });
        }
    }
    entries.sort_by_key(|entry| {
        (
            entry.key,
            std::cmp::Reverse(entry.text.len()),
            entry.text,
            entry.is_former,
            entry.code,
        )
    });
    entries.dedup_by_key(|entry| (entry.text, entry.code));
    entries
});

/// Names by code, in order of codes.
static NAMES: LazyLock<Vec<Names>> = LazyLock::new(|| {
    let regions: Vec<(u32, &'static str)> = region::current()
        .filter_map(|region| Some((region.code.parse().ok()?, region.name)))
        .collect();
    let name = |code: u32| {
        regions
            .binary_search_by_key(&code, |region| region.0)
            .ok()
            .map(|found| regions[found].1)
    };
    regions
        .iter()
        .filter_map(|&(code, own)| {
            let province = name(code / 10_000 * 10_000)?;
            let level = level_of(code);
            let above = if is_municipality(code) {
                Some(province)
            } else {
                name(code / 100 * 100)
            };
            Some(Names {
                code,
                province,
                city: if level == Level::Province {
                    above.filter(|_| is_municipality(code))
                } else {
                    above
                },
                county: (level == Level::County).then_some(own),
            })
        })
        .collect()
});

/// Whether a province governs the county directly: 仙桃市, 万宁市.
fn is_direct(code: u32) -> bool {
    code / 100 % 100 == 90 && !code.is_multiple_of(100)
}

/// 北京, 天津, 上海, 重庆.
fn is_municipality(code: u32) -> bool {
    matches!(code / 10_000, 11 | 12 | 31 | 50)
}

fn level_of(code: u32) -> Level {
    match (code % 10_000, code % 100) {
        (0, _) => Level::Province,
        (_, 0) => Level::City,
        _ => Level::County,
    }
}

fn key(text: &str) -> Option<u64> {
    let mut characters = text.chars();
    let (first, second) = (characters.next()?, characters.next()?);
    Some((u64::from(u32::from(first)) << 32) | u64::from(u32::from(second)))
}

/// The name without the word for its rank, and without the nationalities of autonomous areas.
fn short_name(name: &str, level: Level) -> &str {
    const NATIONS: [&str; 37] = [
        "维吾尔",
        "壮族",
        "回族",
        "朝鲜族",
        "土家族",
        "苗族",
        "藏族",
        "羌族",
        "彝族",
        "布依族",
        "侗族",
        "哈尼族",
        "傣族",
        "白族",
        "景颇族",
        "傈僳族",
        "蒙古族",
        "柯尔克孜",
        "哈萨克族",
        "哈萨克",
        "满族",
        "瑶族",
        "黎族",
        "畲族",
        "仡佬族",
        "水族",
        "土族",
        "撒拉族",
        "东乡族",
        "保安族",
        "纳西族",
        "拉祜族",
        "佤族",
        "布朗族",
        "仫佬族",
        "毛南族",
        "各族",
    ];
    let ranks: &[&str] = match level {
        Level::Province => &["特别行政区", "自治区", "省", "市"],
        Level::City => &["自治州", "地区", "市", "盟"],
        Level::County => &["自治县", "自治旗", "林区", "特区", "县", "市", "区", "旗"],
    };
    let Some(mut short) = ranks.iter().find_map(|rank| name.strip_suffix(rank)) else {
        return name;
    };
    while let Some(rest) = NATIONS.iter().find_map(|nation| short.strip_suffix(nation)) {
        short = rest;
    }
    // 新疆 and the like keep two characters at least; 蒙古 in 内蒙古 is no nationality to leave out.
    if short.chars().count() >= 2 { short } else { name }
}

/// The names of a region and of those above it.
pub(super) fn names(code: u32) -> Option<Names> {
    NAMES
        .binary_search_by_key(&code, |names| names.code)
        .ok()
        .map(|found| NAMES[found])
}

/// Entries that begin with the two characters of a key.
fn entries_of(key: u64) -> &'static [Entry] {
    // Where the entries of each first character begin: one look instead of a search over all.
    static STARTS: LazyLock<Vec<u16>> = LazyLock::new(|| {
        let first_of = |entry: &Entry| (entry.key >> 32) as usize;
        (0..=0x1_0000)
            .scan(0, |at, character| {
                while ENTRIES.get(*at).is_some_and(|entry| first_of(entry) < character) {
                    *at += 1;
                }
                Some(*at as u16)
            })
            .collect()
    });
    let first = (key >> 32) as usize;
    let (Some(&start), Some(&end)) = (STARTS.get(first), STARTS.get(first + 1)) else {
        return &[];
    };
    let entries: &'static [Entry] = &ENTRIES;
    let of_first = &entries[usize::from(start)..usize::from(end)];
    let start = of_first.partition_point(|entry| entry.key < key);
    let n_entries = of_first[start..].iter().take_while(|entry| entry.key == key).count();
    &of_first[start..start + n_entries]
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

/// All regions of a level that a text names exactly, by full or short name of today.
pub(super) fn named(text: &str, level: Level) -> impl Iterator<Item = u32> + '_ {
    entries_named(text, level, false)
}

/// All regions of a level that took over one that a text names exactly.
pub(super) fn formerly(text: &str, level: Level) -> impl Iterator<Item = u32> + '_ {
    entries_named(text, level, true)
}

fn entries_named(text: &str, level: Level, is_former: bool) -> impl Iterator<Item = u32> + '_ {
    entries_of(key(text).unwrap_or(u64::MAX))
        .iter()
        .filter(move |entry| entry.level == level && entry.is_former == is_former && entry.text == text)
        .map(|entry| entry.code)
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
