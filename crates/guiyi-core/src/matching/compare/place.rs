//! Comparison of where records are: road and number of the address, then county, city and province.

use super::super::hash::{Map, hash, join};
use super::{Level, evidence, level};
use crate::dictionary::{Dictionary, ElementKind};
use crate::matching::phonetic;
use crate::record::Records;
use crate::standardize::address;
use crate::standardize::place::Chain;

pub(super) const LEVELS: &[Level] = &[
    level(
        "door",
        "same road, number and room",
        "同一道路、门牌与房号",
        0.40,
        0.005,
    ),
    level("number", "same road and number", "同一道路与门牌", 0.12, 0.010),
    level("road", "same road, other number", "同一道路，门牌不同", 0.04, 0.010),
    level(
        "county-only",
        "same county, one address unknown",
        "同一区县，一方地址不详",
        0.08,
        0.030,
    ),
    level(
        "county",
        "same county, other address",
        "同一区县，地址不同",
        0.10,
        0.060,
    ),
    level(
        "city-only",
        "same city, one address unknown",
        "同一城市，一方地址不详",
        0.07,
        0.080,
    ),
    level("city", "same city, other address", "同一城市，地址不同", 0.09, 0.125),
    level(
        "unclear",
        "neither the same nor clearly another city",
        "城市关系不明",
        0.05,
        0.080,
    ),
    level("elsewhere", "different cities", "不同城市", 0.05, 0.600),
];

/// First of the levels that put two records into different cities.
pub(crate) const ELSEWHERE: u8 = 9;

/// Where something is: the leading digits of its GB/T 2260 code, or a hash of a name; 0 for unknown.
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
            if differ(self.county, other.county) {
                Relation::Unknown
            } else {
                Relation::Same
            }
        } else {
            Relation::Unknown
        }
    }
}

impl Region {
    /// The region that a chain of places comes down to; parts with several readings stay unknown.
    pub(crate) fn of(chain: &Chain<'_>) -> Self {
        let mut region = Self::default();
        for place in chain.iter() {
            region = place
                .code
                .map_or_else(|| region.with_unclear(place.text), Self::of_code);
        }
        region
    }

    /// The region of a GB/T 2260 code. Municipalities count as a city, and so do counties that a province governs.
    fn of_code(code: u32) -> Self {
        let province = code / 10_000;
        let is_municipality = matches!(province, 11 | 12 | 31 | 50);
        let county = if code.is_multiple_of(100) { 0 } else { code };
        let city = match code / 100 % 100 {
            _ if is_municipality => province * 100,
            0 => 0,
            90 => code,
            _ => code / 100,
        };
        Self { province, city, county }
    }

    /// The same, with a county that several cities have.
    fn with_unclear(self, name: &str) -> Self {
        Self {
            county: hash(stem(name).as_bytes()) as u32 | 1 << 31,
            ..self
        }
    }
}

/// Where each record is, by its region columns.
pub(in crate::matching) struct Regions {
    of: Vec<Region>,
}

impl Regions {
    /// Reads the region columns.
    pub(super) fn read(records: &Records, dictionary: &Dictionary) -> Self {
        use rayon::prelude::*;
        let column = |kind| dictionary.of_kind(kind).next();
        let columns = [ElementKind::Province, ElementKind::City, ElementKind::County].map(column);
        let names = |record| columns.map(|column| column.and_then(|at| evidence(records, record, at)).unwrap_or(""));
        let key = |record: u32| {
            names(record)
                .iter()
                .fold(0, |state, name| join(state, hash(name.as_bytes())))
        };
        let keys: Vec<u64> = (0..records.len() as u32).into_par_iter().map(key).collect();
        // The same few thousand regions come again and again: each is read once.
        let mut examples: Map<u64, u32> = Map::default();
        for (key, record) in keys.iter().zip(0..) {
            examples.entry(*key).or_insert(record);
        }
        let known: Map<u64, Region> = examples
            .into_iter()
            .map(|(key, record)| (key, read_region(names(record))))
            .collect();
        Self {
            of: keys
                .iter()
                .map(|key| known.get(key).copied().unwrap_or_default())
                .collect(),
        }
    }
}

/// The region of province, city and county, each empty if unknown; names that are no region of China count as written.
fn read_region([province, city, county]: [&str; 3]) -> Region {
    let whole = if city == province {
        [province, county].concat()
    } else {
        [province, city, county].concat()
    };
    let region = Region::of(&address::parse(&whole).region);
    let written = |name: &str, known: u32| match known {
        0 if !name.is_empty() => hash(stem(name).as_bytes()) as u32 | 1 << 31,
        known => known,
    };
    Region {
        province: written(province, region.province),
        city: written(city, region.city),
        county: written(county, region.county),
    }
}

/// A place's name without the word for its rank, unless less than two characters would be left.
pub(crate) fn stem(name: &str) -> &str {
    const RANKS: &[&str] = &[
        "维吾尔自治区",
        "壮族自治区",
        "回族自治区",
        "特别行政区",
        "自治区",
        "自治州",
        "自治县",
        "自治旗",
        "地区",
        "新区",
        "林区",
        "矿区",
        "省",
        "市",
        "盟",
        "区",
        "县",
        "旗",
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
        let addresses: Vec<usize> = attributes
            .iter()
            .copied()
            .filter(|at| dictionary.elements[*at].kind == ElementKind::Address)
            .collect();
        let read = |record: u32| {
            let texts = addresses.iter().filter_map(|at| evidence(records, record, *at));
            let place = texts
                .map(read_address)
                .max_by_key(|place| (place.road != 0, place.number != 0));
            let place = place.unwrap_or_default();
            let region = regions.of[record as usize];
            Place {
                region: if region == Region::default() {
                    place.region
                } else {
                    region
                },
                ..place
            }
        };
        Self {
            places: (0..records.len() as u32).into_par_iter().map(read).collect(),
        }
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
            return if same_number && same_room {
                1
            } else if same_number {
                2
            } else {
                3
            };
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

/// Reads region, road, number and room.
fn read_address(text: &str) -> Place {
    let parts = address::parse(text);
    let figures = |text: &str| -> u32 {
        let digits = text.chars().filter_map(|letter| letter.to_digit(10));
        digits.fold(0, |value, digit| value.saturating_mul(10).saturating_add(digit))
    };
    let (number, room) = parts.number.split_once('-').unwrap_or((parts.number, ""));
    let sound = parts
        .road
        .chars()
        .fold(1, |state, letter| join(state, phonetic::syllable(letter)));
    Place {
        region: Region::of(&parts.region),
        road: if parts.road.is_empty() { 0 } else { sound },
        number: figures(number),
        room: figures(if parts.room.is_empty() { room } else { parts.room }),
        addressed: text.chars().nth(3).is_some(),
    }
}
