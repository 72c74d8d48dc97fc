//! Comparison of where records are: road and number of the address, then county, city and province.

use super::super::hash::{Map, hash, join};
use super::{Level, evidence, level};
use crate::dictionary::{Dictionary, ElementKind};
use crate::matching::phonetic;
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level("door", "same road, number and room", "同一道路、门牌与房号", 0.40, 0.005),
    level("number", "same road and number", "同一道路与门牌", 0.12, 0.010),
    level("road", "same road, other number", "同一道路，门牌不同", 0.04, 0.010),
    level("county-only", "same county, one address unknown", "同一区县，一方地址不详", 0.08, 0.030),
    level("county", "same county, other address", "同一区县，地址不同", 0.10, 0.060),
    level("city-only", "same city, one address unknown", "同一城市，一方地址不详", 0.07, 0.080),
    level("city", "same city, other address", "同一城市，地址不同", 0.09, 0.125),
    level("unclear", "neither the same nor clearly another city", "城市关系不明", 0.05, 0.080),
    level("elsewhere", "different cities", "不同城市", 0.05, 0.600),
];

/// First of the levels that put two records into different cities.
pub(crate) const ELSEWHERE: u8 = 9;

/// Where something is; every part is a hash, 0 for unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) province: u32,
    pub(crate) city: u32,
    pub(crate) county: u32,
}

/// How two places relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Same,
    Unknown,
    Different,
}

impl Region {
    /// Whether two places are the same city, as far as both are known.
    pub(crate) fn relation(self, other: Self) -> Relation {
        let differ = |left: u32, right: u32| left != 0 && right != 0 && left != right;
        let same = |left: u32, right: u32| left != 0 && left == right;
        if differ(self.city, other.city) || differ(self.province, other.province) {
            Relation::Different
        } else if same(self.city, other.city) {
            Relation::Same
        } else if same(self.county, other.county) || same(self.province, other.province) {
            if differ(self.county, other.county) { Relation::Unknown } else { Relation::Same }
        } else {
            Relation::Unknown
        }
    }
}

/// The places that the records themselves name in their region columns, and where each record is.
pub(in crate::matching) struct Regions {
    of: Vec<Region>,
    /// By the hash of a place's name, with and without its suffix.
    named: Map<u64, Region>,
    /// Number of characters of the longest name.
    pub(crate) longest: usize,
}

impl Regions {
    /// Reads the region columns.
    pub(super) fn read(records: &Records, dictionary: &Dictionary) -> Self {
        use rayon::prelude::*;
        let column = |kind| dictionary.of_kind(kind).next();
        let (province, city, county) =
            (column(ElementKind::Province), column(ElementKind::City), column(ElementKind::County));
        let value = |record, column: Option<usize>| column.and_then(|at| evidence(records, record, at));
        let name = |text: Option<&str>| text.map_or(0, |text| (hash(stem(text).as_bytes()) as u32).max(1));
        let of: Vec<Region> = (0..records.len() as u32)
            .into_par_iter()
            .map(|record| Region {
                province: name(value(record, province)),
                city: name(value(record, city)),
                county: name(value(record, county)),
            })
            .collect();
        let mut seen: Map<Region, u32> = Map::default();
        for (region, record) in of.iter().zip(0..) {
            seen.entry(*region).or_insert(record);
        }
        let mut examples: Vec<u32> = seen.into_values().collect();
        examples.sort_unstable();
        let mut named: Map<u64, Region> = Map::default();
        let mut longest = 0;
        let mut learn = |text: Option<&str>, region: Region| {
            let Some(text) = text else { return };
            for spelling in [text, stem(text)] {
                let length = spelling.chars().count();
                if (2..=8).contains(&length) {
                    longest = longest.max(length);
                    // A name of several places says only what they have in common.
                    named.entry(hash(spelling.as_bytes())).and_modify(|known| *known = known.common(region)).or_insert(region);
                }
            }
        };
        for column_kind in [county, city, province] {
            for record in &examples {
                let mut region = of[*record as usize];
                if column_kind == province {
                    region = Region { city: 0, county: 0, ..region };
                } else if column_kind == city {
                    region = Region { county: 0, ..region };
                }
                learn(value(*record, column_kind), region);
            }
        }
        Self { of, named, longest }
    }

    /// Where a record is.
    pub(crate) fn of(&self, record: u32) -> Region {
        self.of[record as usize]
    }

    /// The place of this name.
    pub(crate) fn find(&self, name: &str) -> Option<Region> {
        self.named.get(&hash(name.as_bytes())).copied()
    }
}

impl std::hash::Hash for Region {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u64(join(join(self.province.into(), self.city.into()), self.county.into()));
    }
}

impl Region {
    fn common(self, other: Self) -> Self {
        let keep = |left: u32, right: u32| if left == right { left } else { 0 };
        Self {
            province: keep(self.province, other.province),
            city: keep(self.city, other.city),
            county: keep(self.county, other.county),
        }
    }
}

/// A place's name without the word for its rank, unless less than two characters would be left.
fn stem(name: &str) -> &str {
    const RANKS: &[&str] = &[
        "维吾尔自治区", "壮族自治区", "回族自治区", "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区",
        "林区", "矿区", "省", "市", "盟", "区", "县", "旗",
    ];
    let rest = RANKS.iter().find_map(|rank| name.strip_suffix(rank)).unwrap_or(name);
    if rest.chars().nth(1).is_some() { rest } else { name }
}

#[derive(Clone, Copy, Default)]
struct Place {
    region: Region,
    /// Sound of the road's name; 0 for no address.
    road: u64,
    number: u32,
    room: u32,
    addressed: bool,
}

/// Where the records are.
pub(crate) struct Places {
    places: Vec<Place>,
}

impl Places {
    pub(super) fn new(records: &Records, attributes: &[usize], dictionary: &Dictionary, regions: &Regions) -> Self {
        use rayon::prelude::*;
        let addresses: Vec<usize> =
            attributes.iter().copied().filter(|at| dictionary.elements[*at].kind == ElementKind::Address).collect();
        let read = |record: u32| {
            let texts = addresses.iter().filter_map(|at| evidence(records, record, *at));
            let place = texts.map(read_address).max_by_key(|place| (place.road != 0, place.number != 0));
            Place { region: regions.of(record), ..place.unwrap_or_default() }
        };
        Self { places: (0..records.len() as u32).into_par_iter().map(read).collect() }
    }

    /// The city of a record; 0 if unknown.
    pub(crate) fn city(&self, record: u32) -> u64 {
        self.places[record as usize].region.city.into()
    }

    pub(super) fn has(&self, record: u32) -> bool {
        let place = &self.places[record as usize];
        place.addressed || place.region != Region::default()
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (&self.places[a as usize], &self.places[b as usize]);
        let relation = left.region.relation(right.region);
        if relation == Relation::Different {
            return ELSEWHERE;
        }
        if left.road != 0 && left.road == right.road {
            let same_number = left.number != 0 && left.number == right.number;
            let same_room = left.room == right.room || left.room == 0 || right.room == 0;
            return if same_number && same_room { 1 } else if same_number { 2 } else { 3 };
        }
        let known = left.addressed && right.addressed;
        if left.region == Region::default() || right.region == Region::default() {
            return if known { 8 } else { 0 };
        }
        if left.region.county != 0 && left.region.county == right.region.county {
            return if known { 5 } else { 4 };
        }
        if relation == Relation::Same {
            return if known { 7 } else { 6 };
        }
        8
    }

    pub(super) fn keys(&self, record: u32, keys: &mut Vec<u64>) {
        let place = &self.places[record as usize];
        if place.road != 0 && place.number != 0 {
            keys.push(join(place.road, u64::from(place.number)));
        }
    }
}

/// Reads road, number and room: the first number that follows a word for a road, and the last number of all.
fn read_address(text: &str) -> Place {
    const ROADS: &[char] = &['路', '街', '道', '巷', '弄', '里', '村', '线'];
    const BOUNDS: &[char] = &['省', '市', '区', '县', '镇', '乡', '旗', '盟', '州'];
    let letters: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let mut place = Place { addressed: letters.len() >= 4, ..Place::default() };
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end = at + letters[at..].iter().take_while(|letter| letter.is_ascii_digit()).count();
        let digits = letters[at..end].iter().filter_map(|letter| letter.to_digit(10));
        let value = digits.fold(0_u32, |value, digit| value.saturating_mul(10).saturating_add(digit));
        if place.road != 0 {
            place.room = value;
        } else if at > 0 && ROADS.contains(&letters[at - 1]) {
            let name = letters[..at - 1].iter().rev().zip(0..12);
            let is_bound = |place: usize, letter: char| {
                BOUNDS.contains(&letter) || (letter == '道' && place > 0 && letters[place - 1] == '街')
            };
            let length = name.take_while(|(letter, back)| {
                !letter.is_ascii() && !is_bound(at - 2 - back, **letter)
            });
            let start = at - 1 - length.count();
            if at - start >= 2 {
                place.road = letters[start..at].iter().fold(1, |state, letter| join(state, phonetic::syllable(*letter)));
                place.number = value;
            }
        }
        at = end;
    }
    place
}
