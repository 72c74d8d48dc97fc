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
    /// Town or subdistrict: 镇, 乡, 街道.
    pub town: &'a str,
    /// Road with its word: 人民路, 建设大道.
    pub road: &'a str,
    /// House number without 号: `88`, `88-2`.
    pub number: &'a str,
    /// What names the building or estate.
    pub building: &'a str,
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
    if whole.len() == cleaned.len() { Change::to(text, cleaned) } else { Change::to(text, clean(whole, Style::Name)) }
}

/// Parses an address; best given in canonical form. Never fails.
pub fn parse(address: &str) -> Address<'_> {
    let (region, rest) = chain(address, true);
    let mut parts = Address { region, ..Address::default() };
    let rest = rest.trim_start();
    let (town, rest) = head_with(rest, &["街道", "镇", "乡"], 8);
    parts.town = town;
    let (road, rest) = head_with(rest, &["大道", "胡同", "公路", "路", "街", "巷", "弄", "道"], 12);
    parts.road = road;
    // 南路 and 路东段 belong to the road.
    let rest = rest.trim_start();
    let figures = rest.find(|character: char| !(character.is_ascii_digit() || matches!(character, '-' | '~' | '#'))).unwrap_or(rest.len());
    let mut rest = rest;
    if figures > 0 && rest.as_bytes()[0].is_ascii_digit() {
        parts.number = rest[..figures].trim_end_matches(['-', '~', '#']);
        rest = rest[figures..].strip_prefix(['号', '弄']).unwrap_or(&rest[figures..]);
    }
    let (rest, room) = tail_number(rest, &["室", "房", "号"]);
    parts.room = room;
    let (rest, floor) = tail_number(rest, &["层", "楼", "F", "f"]);
    // Bare figures at the end are a room, not a floor.
    if parts.room.is_empty() && rest.len() + floor.len() < address.len() {
        let (bare, figures) = trailing_figures(rest);
        if figures.is_empty() || floor.is_empty() {
            parts.room = figures;
        }
        parts.building = if parts.room.is_empty() { rest } else { bare };
    } else {
        parts.building = rest;
    }
    parts.floor = floor;
    parts.building = parts.building.trim_matches([' ', ',', '-', '号']);
    parts
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
            return text.split_at(at + word.len());
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
            ("广东省深圳市南山区粤海街道科苑南路951号明远产业园15层1515室", ["粤海街道", "科苑南路", "951", "明远产业园", "15", "1515"]),
            ("成都市新津区光明北路951号明远大厦1515", ["", "光明北路", "951", "明远大厦", "", "1515"]),
            ("人民路3-1502", ["", "人民路", "3-1502", "", "", ""]),
            ("明远大厦", ["", "", "", "明远大厦", "", ""]),
            ("", [""; 6]),
        ] {
            let parts = parse(address);
            assert_eq!([parts.town, parts.road, parts.number, parts.building, parts.floor, parts.room], expected, "{address}");
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
