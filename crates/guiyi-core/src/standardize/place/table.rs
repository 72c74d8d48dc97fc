//! The table of regions by name and by code, today's and those of former times.

use std::sync::LazyLock;

use guiyi_ident::region::{self, Region};

use super::Level;

/// One name of a region.
pub(super) struct Entry {
    pub(super) key: u64,
    pub(super) text: &'static str,
    pub(super) code: u32,
    pub(super) level: Level,
    pub(super) is_short: bool,
    /// Whether the name is one of former times: of a region that was renamed, or that the one of the code took over.
    pub(super) is_former: bool,
}

/// Abolished and renamed regions with the code that took over; its SOURCE.md says how it was built.
static SUCCESSORS: &str = include_str!("../../../../../dictionaries/region/successors.tsv");

/// Names of a region and of those above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::standardize) struct Names {
    pub(in crate::standardize) code: u32,
    pub(in crate::standardize) province: &'static str,
    /// The municipality itself where no city stands between; `None` for counties that a province governs directly.
    pub(in crate::standardize) city: Option<&'static str>,
    pub(in crate::standardize) county: Option<&'static str>,
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
pub(super) fn is_municipality(code: u32) -> bool {
    matches!(code / 10_000, 11 | 12 | 31 | 50)
}

pub(super) fn level_of(code: u32) -> Level {
    match (code % 10_000, code % 100) {
        (0, _) => Level::Province,
        (_, 0) => Level::City,
        _ => Level::County,
    }
}

pub(super) fn key(text: &str) -> Option<u64> {
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
pub(in crate::standardize) fn names(code: u32) -> Option<Names> {
    NAMES
        .binary_search_by_key(&code, |names| names.code)
        .ok()
        .map(|found| NAMES[found])
}

/// Entries that begin with the two characters of a key.
pub(super) fn entries_of(key: u64) -> &'static [Entry] {
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

/// All regions of a level that a text names exactly, by full or short name of today.
pub(in crate::standardize) fn named(text: &str, level: Level) -> impl Iterator<Item = u32> + '_ {
    entries_named(text, level, false)
}

/// All regions of a level that took over one that a text names exactly.
pub(in crate::standardize) fn formerly(text: &str, level: Level) -> impl Iterator<Item = u32> + '_ {
    entries_named(text, level, true)
}

fn entries_named(text: &str, level: Level, is_former: bool) -> impl Iterator<Item = u32> + '_ {
    entries_of(key(text).unwrap_or(u64::MAX))
        .iter()
        .filter(move |entry| entry.level == level && entry.is_former == is_former && entry.text == text)
        .map(|entry| entry.code)
}
