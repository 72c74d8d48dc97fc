//! Postal addresses: one width and bracket form, no stray spaces; and their parts, for matching.
//!
//! Region, town, road, number, building, floor and room are told by the words that end them (GB/T 23705-2009 names
//! these parts). Law: nothing is invented; a part that is not there is empty.

use super::change::Change;
use super::place::{Chain, chain};
use super::text::{Style, clean, is_clean};

/// The parts of an address; every text is a slice of it, empty if there is no such part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// Province, city and county at the head.
    pub region: Chain<'a>,
    /// Development zone or new area that stands in a county's place: 高新技术开发区, 工业园区.
    pub zone: &'a str,
    /// Town or subdistrict: 镇, 乡, 街道.
    pub town: &'a str,
    /// Village or community: 村, 社区.
    pub village: &'a str,
    /// Road with its word and its section: 人民路, 和平路北段.
    pub road: &'a str,
    /// Lane off the road without 弄: `300`.
    pub lane: &'a str,
    /// House number without 号: `88`, `88-2`.
    pub number: &'a str,
    /// What names the building or estate.
    pub building: &'a str,
    /// Building of an estate without 栋, 幢, 座 or 号楼: `3`, `A`.
    pub block: &'a str,
    /// Entrance without 单元: `2`.
    pub unit: &'a str,
    /// Floor without its word: `12`.
    pub floor: &'a str,
    /// Room without its word: `1203`.
    pub room: &'a str,
}

/// Brings an address to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    if is_clean(text, Style::Name) {
        return None;
    }
    let cleaned = clean(text, Style::Name);
    let whole = cleaned.trim_matches([',', ';', ' ', '、', '。']);
    if whole.len() == cleaned.len() {
        Change::to(text, cleaned)
    } else {
        Change::to(text, clean(whole, Style::Name))
    }
}

/// Words that end a zone.
const ZONES: [&str; 9] = [
    "开发区",
    "高新区",
    "工业园区",
    "产业园区",
    "保税区",
    "示范区",
    "合作区",
    "管理区",
    "新区",
];
/// Words that end a road.
const ROADS: [&str; 8] = ["大道", "胡同", "公路", "路", "街", "巷", "弄", "道"];
/// Words that end the number of a building in an estate.
const BLOCKS: [&str; 6] = ["号楼", "栋", "幢", "座", "#楼", "#"];

/// Parses an address; best given in canonical form and in simplified characters. Never fails.
pub fn parse(address: &str) -> Address<'_> {
    let (region, rest) = chain(address, true);
    let mut parts = Address {
        region,
        ..Address::default()
    };
    let rest = rest.trim_start();
    let mut rest = rest;
    (parts.zone, rest) = match ZONES.iter().find(|word| rest.starts_with(**word)) {
        Some(word) => rest.split_at(word.len()),
        None => head_with(rest, &ZONES, 14),
    };
    (parts.town, rest) = head_with(rest, &["街道", "镇", "乡"], 8);
    (parts.village, rest) = head_with(rest, &["社区", "村"], 8);
    (parts.road, rest) = road(rest);
    rest = rest.trim_start();
    (parts.lane, rest) = figures_before(rest, &["弄", "巷"]).unwrap_or(("", rest));
    (parts.number, rest) = house_number(rest);
    let (left, room) = tail_number(rest, &["室", "房", "号", "户"]);
    parts.room = room;
    // `3号楼` ends with 楼 too, but names a building, not a floor.
    let (left, floor) = if left.ends_with("号楼") {
        (left, "")
    } else {
        tail_number(left, &["层", "楼", "F", "f"])
    };
    parts.floor = floor;
    let (left, unit) = tail_number(left, &["单元"]);
    parts.unit = unit;
    let (left, block) = tail_block(left);
    parts.block = block;
    parts.building = left;
    // Bare figures at the end are a room, not a floor.
    if room.is_empty() && left.len() + floor.len() < address.len() {
        let (bare, figures) = trailing_figures(left);
        if figures.is_empty() || floor.is_empty() {
            parts.room = figures;
        }
        parts.building = if parts.room.is_empty() { left } else { bare };
        if !parts.room.is_empty() && block.is_empty() {
            (parts.building, parts.unit) = if unit.is_empty() {
                tail_number(bare, &["单元"])
            } else {
                (bare, unit)
            };
            (parts.building, parts.block) = tail_block(parts.building);
        }
    }
    parts.building = parts.building.trim_matches([' ', ',', '-', '号']);
    parts
}

/// The road at the head of a text, with its section: 和平路北段, 一环路南三段.
fn road(text: &str) -> (&str, &str) {
    let (road, rest) = head_with(text, &ROADS, 12);
    if road.is_empty() {
        return (road, rest);
    }
    let section = rest
        .find(|character: char| !"东西南北中一二三四五六七八九十".contains(character))
        .unwrap_or(rest.len());
    if rest[section..].starts_with('段') {
        text.split_at(road.len() + section + "段".len())
    } else {
        (road, rest)
    }
}

/// The house number at the head of a text; figures that a building, floor or room is named by are none.
fn house_number(text: &str) -> (&str, &str) {
    let lettered = text.strip_prefix(['甲', '乙', '丙', '丁']).unwrap_or(text);
    if !lettered.starts_with(|first: char| first.is_ascii_digit()) {
        return ("", text);
    }
    let end = lettered
        .find(|character: char| !(character.is_ascii_digit() || matches!(character, '-' | '~' | '#')))
        .unwrap_or(lettered.len());
    let end = text.len() - lettered.len() + end;
    let rest = &text[end..];
    let names_another = ["号楼", "栋", "幢", "座", "单元", "层", "楼", "室", "房"]
        .iter()
        .any(|word| rest.starts_with(word));
    if names_another {
        return ("", text);
    }
    let number = text[..end].trim_end_matches(['-', '~', '#']);
    (
        number,
        rest.strip_prefix("号院")
            .or_else(|| rest.strip_prefix('号'))
            .unwrap_or(rest),
    )
}

/// Figures at the head of a text that one of these words follows, and what stands behind the word.
fn figures_before<'a>(text: &'a str, words: &[&str]) -> Option<(&'a str, &'a str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .filter(|end| *end > 0)?;
    let rest = words.iter().find_map(|word| text[end..].strip_prefix(word))?;
    Some((&text[..end], rest))
}

/// The text without the building of an estate at its end, and its figures or letter: `明远花园3栋`, `明远大厦A座`.
fn tail_block(text: &str) -> (&str, &str) {
    for word in BLOCKS {
        if let Some(head) = text.strip_suffix(word) {
            let name = head.trim_end_matches(|character: char| character.is_ascii_alphanumeric());
            let (rest, block) = head.split_at(name.len());
            if (1..=4).contains(&block.len()) {
                return (rest, block);
            }
        }
    }
    (text, "")
}

/// The head of a text up to the first of these words, if it ends within `limit` characters and has one before it.
fn head_with<'a>(text: &'a str, words: &[&str], limit: usize) -> (&'a str, &'a str) {
    for (n_characters, (at, character)) in text.char_indices().enumerate() {
        if n_characters > limit || character.is_ascii_digit() {
            break;
        }
        if n_characters > 0
            && let Some(word) = words.iter().find(|word| text[at..].starts_with(**word))
        {
            let (head, rest) = text.split_at(at + word.len());
            // 新镇路 and 开发区大道 are roads.
            if !ROADS.contains(word) && ROADS.iter().any(|road| rest.starts_with(road)) {
                continue;
            }
            return (head, rest);
        }
        if n_characters > 0 && ROADS.iter().any(|road| text[at..].starts_with(road)) {
            break;
        }
    }
    ("", text)
}

/// The text without figures and one of these words at its end, and the figures.
fn tail_number<'a>(text: &'a str, words: &[&str]) -> (&'a str, &'a str) {
    for word in words {
        if let Some(head) = text.strip_suffix(word) {
            let (rest, figures) = trailing_figures(head);
            if !figures.is_empty() {
                return (rest, figures);
            }
        }
    }
    (text, "")
}

fn trailing_figures(text: &str) -> (&str, &str) {
    let head = text.trim_end_matches(|character: char| character.is_ascii_digit());
    text.split_at(head.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    #[test]
    fn reads_parts() {
        for (address, expected) in [
            (
                "广东省深圳市南山区粤海街道科苑南路951号明远产业园15层1515室",
                ["粤海街道", "科苑南路", "951", "明远产业园", "15", "1515"],
            ),
            (
                "成都市新津区光明北路951号明远大厦1515",
                ["", "光明北路", "951", "明远大厦", "", "1515"],
            ),
            ("人民路3-1502", ["", "人民路", "3-1502", "", "", ""]),
            ("明远大厦", ["", "", "", "明远大厦", "", ""]),
            ("新镇路12号", ["", "新镇路", "12", "", "", ""]),
            ("和平路北段12号", ["", "和平路北段", "12", "", "", ""]),
            ("东莞市长安镇振安中路1号", ["长安镇", "振安中路", "1", "", "", ""]),
            ("", [""; 6]),
        ] {
            let parts = parse(address);
            assert_eq!(
                [
                    parts.town,
                    parts.road,
                    parts.number,
                    parts.building,
                    parts.floor,
                    parts.room
                ],
                expected,
                "{address}"
            );
        }
    }

    #[test]
    fn reads_the_parts_inside_an_estate() {
        for (address, expected) in [
            (
                "人民路88号明远花园3栋2单元501室",
                ["", "", "", "88", "明远花园", "3", "2", "", "501"],
            ),
            (
                "人民路88号明远大厦A座12层1203室",
                ["", "", "", "88", "明远大厦", "A", "", "12", "1203"],
            ),
            ("漕宝路300弄5号", ["", "", "300", "5", "", "", "", "", ""]),
            ("建设路5号院3号楼", ["", "", "", "5", "", "3", "", "", ""]),
            (
                "成都市高新技术产业开发区天府大道1号",
                ["高新技术产业开发区", "", "", "1", "", "", "", "", ""],
            ),
            (
                "苏州市工业园区星湖街328号",
                ["工业园区", "", "", "328", "", "", "", "", ""],
            ),
            ("湖塘镇大坝村人民路2号", ["", "大坝村", "", "2", "", "", "", "", ""]),
            ("人民路3号楼1203", ["", "", "", "", "", "3", "", "", "1203"]),
        ] {
            let parts = parse(address);
            let found = [
                parts.zone,
                parts.village,
                parts.lane,
                parts.number,
                parts.building,
                parts.block,
                parts.unit,
                parts.floor,
                parts.room,
            ];
            assert_eq!(found, expected, "{address}");
        }
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "[深圳市路１2号，, （(）)A室]{0,12}", other in any::<String>()) {
            for text in [&text, &other] {
                parse(text);
                if let Some(Value::Set(once)) = standardize(text).map(|change| change.value) {
                    prop_assert_eq!(standardize(&once), None);
                }
            }
        }
    }
}
