//! Places on the globe: how far apart two pairs of latitude and longitude are.
//!
//! Two columns are such a pair if their names say so, in whichever language, and their values can be; one column if its
//! values can hardly be anything else. A degree of longitude is shorter the farther from the equator, and so the two are
//! compared as one distance and not each for itself.
//! Distance along a great circle of a sphere of 6371 km, as the chord through it: for the small angle between two unit
//! vectors u and v, |u - v| = 2 sin(d / 2R), which is the haversine formula (R. W. Sinnott, Virtues of the haversine, Sky
//! and Telescope 68, 1984) with its trigonometry done once for each place.
//! Laws: the distance is symmetric; what a glance promises is never farther than the places are.

use super::field::Field;
use super::kind::Kind;
use super::values::Values;

/// Mean radius of the earth in km (IUGG).
const RADIUS: f64 = 6371.0;
/// The most km of each level, the last one left out.
const LEVELS: [f64; 7] = [0.02, 0.1, 0.5, 2.0, 10.0, 50.0, 250.0];
/// Parts of a degree that a glance tells.
const PARTS: f64 = 1e7;
/// Cells of a degree, by which places are filed.
const CELLS: f64 = 50.0;
/// Part of the values that must be latitudes or longitudes, and part that must be given to a hundredth.
const MOST: f64 = 0.95;
const FINE: f64 = 0.5;

/// What latitude and longitude are called, folded, with the usual abbreviations. Words that mean width and length as well
/// (Breite, Länge) are left out.
const LATITUDE: [&str; 14] = [
    "lat",
    "latitude",
    "latitud",
    "latitudine",
    "breitengrad",
    "breedtegraad",
    "breddegrad",
    "breddgrad",
    "leveysaste",
    "enlem",
    "lintang",
    "широта",
    "纬度",
    "위도",
];
const LONGITUDE: [&str; 18] = [
    "lon",
    "lng",
    "long",
    "longitude",
    "longitud",
    "longitudine",
    "langengrad",
    "laengengrad",
    "lengtegraad",
    "lengdegrad",
    "langdgrad",
    "pituusaste",
    "boylam",
    "bujur",
    "долгота",
    "经度",
    "経度",
    "경도",
];

/// Latitude or longitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axis {
    Latitude,
    Longitude,
}

/// The distinct places of a field.
pub(super) struct Places {
    /// Unit vectors from the middle of the earth; nothing for no value.
    vectors: Vec<[f64; 3]>,
    glances: Vec<u64>,
}

impl Places {
    pub(super) fn new(values: &Values) -> Self {
        let places = || (0..values.len() as u32).map(|id| parse(values.get(id)));
        let vector = |(lat, lon): (f64, f64)| {
            let (lat, lon) = (lat.to_radians(), lon.to_radians());
            [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
        };
        let glance = |(lat, _): (f64, f64)| (lat * PARTS).round() as i64 as u64;
        Self {
            vectors: places().map(|place| place.map_or([f64::NAN; 3], vector)).collect(),
            glances: places().map(|place| place.map_or(u64::MAX >> 1, glance)).collect(),
        }
    }

    /// What can be seen of a place: its latitude.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.glances[value as usize]
    }

    /// From 1, near, to 8, far apart.
    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.vectors[a as usize], self.vectors[b as usize]);
        let chord: f64 = left.iter().zip(right).map(|(own, other)| (own - other).powi(2)).sum();
        level_of(|km| chord <= (2.0 * (km / (2.0 * RADIUS)).sin()).powi(2))
    }
}

/// The level that two places do not surpass, by what a glance says of each.
pub(super) fn best_level(left: u64, right: u64) -> u8 {
    let degrees = left.cast_signed().abs_diff(right.cast_signed()) as f64 / PARTS;
    let km = degrees.to_radians() * RADIUS;
    level_of(|most| km * 0.999_999 - 1e-4 <= most)
}

fn level_of(is_within: impl Fn(f64) -> bool) -> u8 {
    let level = LEVELS.iter().position(|km| is_within(*km));
    level.unwrap_or(LEVELS.len()) as u8 + 1
}

/// Latitude and longitude in degrees, as a folded value says them: `31.23,121.47`, `point(121.47 31.23)`, `31.23n
/// 121.47e`; of two columns divided by a semicolon. The middle of the sea off Guinea, 0,0, is where systems put what has
/// no place.
pub(super) fn parse(value: &str) -> Option<(f64, f64)> {
    let is_point = value.starts_with("point");
    let body = value.trim_start_matches(|letter: char| letter.is_alphabetic() || letter == ':');
    let body = body.trim_matches(|letter: char| matches!(letter, '(' | ')' | '[' | ']' | ' '));
    let is_end = |letter: char| match letter {
        ';' => true,
        ',' | ' ' => !body.contains(';'),
        _ => false,
    };
    let mut parts = body.split(is_end).map(str::trim).filter(|part| !part.is_empty());
    let (first, second) = (degrees(parts.next()?)?, degrees(parts.next()?)?);
    if parts.next().is_some() {
        return None;
    }
    // The larger one of the two can only be a longitude.
    let is_turned = is_point || first.1 == Some(Axis::Longitude) || first.0.abs() > 90.0;
    let (lat, lon) = if is_turned {
        (second.0, first.0)
    } else {
        (first.0, second.0)
    };
    let fits = lat.abs() <= 90.0 && lon.abs() <= 180.0 && (lat != 0.0 || lon != 0.0);
    fits.then_some((lat, lon))
}

/// One coordinate, and which it says that it is.
fn degrees(part: &str) -> Option<(f64, Option<Axis>)> {
    let number = part.trim_end_matches(|letter: char| letter.is_alphabetic() || matches!(letter, '°' | ' '));
    let (sign, axis) = match part[number.len()..].trim_matches(['°', ' ']) {
        "" => (1.0, None),
        "n" => (1.0, Some(Axis::Latitude)),
        "s" => (-1.0, Some(Axis::Latitude)),
        "e" | "o" => (1.0, Some(Axis::Longitude)),
        "w" => (-1.0, Some(Axis::Longitude)),
        _ => return None,
    };
    let is_number = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '+');
    let number = Some(number).filter(|number| number.chars().all(is_number))?;
    let degrees: f64 = number.replace(',', ".").parse().ok()?;
    degrees.is_finite().then_some((sign * degrees, axis))
}

/// Whether a folded value alone is a place: two numbers that can be one, both given to a hundredth of a degree.
pub(super) fn is_place(value: &str) -> bool {
    let may_be = (9..=64).contains(&value.len()) && value.bytes().filter(|byte| *byte == b'.').count() == 2;
    may_be && !value.contains(';') && parse(value).is_some() && value.split('.').skip(1).all(is_fine)
}

/// Whether two digits at least follow a decimal point.
fn is_fine(fraction: &str) -> bool {
    fraction.bytes().take_while(u8::is_ascii_digit).count() >= 2
}

/// A number of the cell in which a place lies, about two kilometers wide; `None` for no place.
pub(super) fn cell(value: &str) -> Option<u64> {
    let (lat, lon) = parse(value)?;
    let step = |degrees: f64| (degrees * CELLS).floor() as i64 as u64;
    Some(step(lat) << 32 ^ step(lon) & 0xffff_ffff)
}

/// Which of the two a column is by its name, and what else its name says: `shop_lat` and `shop_lng` are a pair.
fn axis(header: &str) -> Option<(Axis, String)> {
    let mut folded = String::new();
    super::text::fold(header, &mut folded);
    let words: Vec<&str> = folded
        .split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let of = |word: &str| {
        if LATITUDE.contains(&word) {
            Some(Axis::Latitude)
        } else {
            LONGITUDE.contains(&word).then_some(Axis::Longitude)
        }
    };
    if let Some((at, axis)) = words.iter().enumerate().find_map(|(at, word)| Some((at, of(word)?))) {
        let rest: Vec<&str> = words
            .iter()
            .enumerate()
            .filter(|(own, _)| *own != at)
            .map(|(_, word)| *word)
            .collect();
        return Some((axis, rest.join(" ")));
    }
    // In one word: `shopLatitude`, 门店纬度.
    let in_one = |names: &[&str], axis: Axis| {
        let is_long = |name: &&&str| name.len() > 6 || !name.is_ascii();
        let name = names.iter().filter(is_long).find(|name| folded.contains(**name))?;
        Some((axis, folded.replacen(name, "", 1)))
    };
    in_one(&LATITUDE, Axis::Latitude).or_else(|| in_one(&LONGITUDE, Axis::Longitude))
}

/// Whether the values of a field of quantities can be degrees of an axis.
fn can_be(field: &Field, axis: Axis) -> bool {
    let most = if axis == Axis::Latitude { 90.0 } else { 180.0 };
    let (mut n, mut within, mut fine) = (0.0, 0.0, 0.0);
    for id in 1..field.values.len() as u32 {
        let value = field.values.get(id);
        let number: Option<f64> = value.parse().ok();
        n += 1.0;
        within += f64::from(u8::from(number.is_some_and(|number| number.abs() <= most)));
        fine += f64::from(u8::from(value.split('.').nth(1).is_some_and(is_fine)));
    }
    within >= MOST * n && fine >= FINE * n
}

/// The pairs among some fields that are latitude and longitude; `headers` gives the names of a field's columns.
pub(super) fn find(fields: &[Field], some: &[usize], headers: impl Fn(&Field) -> Vec<String>) -> Vec<Vec<usize>> {
    let named = |at: usize, is: Axis| -> Vec<String> {
        let axes = headers(&fields[at]).into_iter().filter_map(|header| axis(&header));
        axes.filter(|own| own.0 == is).map(|own| own.1).collect()
    };
    let of = |is: Axis| -> Vec<(usize, Vec<String>)> {
        let numbers = some.iter().filter(|at| fields[**at].kind == Kind::Number);
        let named = numbers
            .map(|at| (*at, named(*at, is)))
            .filter(|(_, names)| !names.is_empty());
        named.filter(|(at, _)| can_be(&fields[*at], is)).collect()
    };
    let longitudes = of(Axis::Longitude);
    let mut pairs: Vec<Vec<usize>> = Vec::new();
    for (lat, names) in of(Axis::Latitude) {
        let is_free = |at: usize| !pairs.iter().flatten().any(|taken| *taken == at);
        let mut open = longitudes.iter().filter(|(lon, _)| is_free(*lon));
        if let Some((lon, _)) = open.find(|(_, others)| names.iter().any(|name| others.contains(name))) {
            pairs.push(vec![lat, *lon]);
        }
    }
    pairs
}

/// The number of levels beside those of equal places.
pub(super) const N_LEVELS: usize = LEVELS.len() + 1;

/// Appends a place in its plain form; nothing for none.
pub(super) fn strip(value: &str, stripped: &mut String) {
    use std::fmt::Write as _;
    if let Some((lat, lon)) = parse(value) {
        _ = write!(stripped, "{lat},{lon}");
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::values::{Texts, of_texts};
    use super::*;

    fn places(texts: &[&str]) -> (Vec<u32>, Places) {
        let mut all = Texts::default();
        for text in texts {
            strip(text, &mut all.text);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        (ids, Places::new(&values))
    }

    #[test]
    fn places_are_read_as_people_write_them() {
        for (value, expected) in [
            ("31.23,121.47", Some((31.23, 121.47))),
            ("121.47;31.23", Some((31.23, 121.47))),
            ("31,23;121,47", Some((31.23, 121.47))),
            ("(31.23, 121.47)", Some((31.23, 121.47))),
            ("point(13.40 52.52)", Some((52.52, 13.40))),
            ("geo:52.52,13.40", Some((52.52, 13.40))),
            ("33.87s 151.21e", Some((-33.87, 151.21))),
            ("33.87° s; 151.21° e", Some((-33.87, 151.21))),
            ("-12.04 -77.03", Some((-12.04, -77.03))),
            ("0,0", None),
            ("31.23", None),
            ("31.23;", None),
            ("1,2,3", None),
            ("200;300", None),
            ("12.5x;3", None),
            ("°;é", None),
            ("", None),
        ] {
            assert_eq!(parse(value), expected, "{value}");
        }
    }

    #[test]
    fn names_say_which_is_which() {
        for (header, expected) in [
            ("lat", Some((Axis::Latitude, ""))),
            ("Shop_LNG", Some((Axis::Longitude, "shop"))),
            ("geo.long", Some((Axis::Longitude, "geo"))),
            ("Längengrad", Some((Axis::Longitude, ""))),
            ("pickupLatitude", Some((Axis::Latitude, "pickup"))),
            ("门店纬度", Some((Axis::Latitude, "门店"))),
            ("經度", Some((Axis::Longitude, ""))),
            ("緯度", Some((Axis::Latitude, ""))),
            ("경도", Some((Axis::Longitude, ""))),
            ("plate", None),
            ("belonging", None),
            ("", None),
        ] {
            let expected = expected.map(|(axis, rest)| (axis, rest.to_owned()));
            assert_eq!(axis(header), expected, "{header}");
        }
    }

    #[test]
    fn levels_are_distances_on_the_globe() {
        for (left, right, level) in [
            ("31.230416,121.473701", "31.230416,121.473801", 1),
            ("31.23,121.47", "31.2305,121.4705", 2),
            // A hundredth of a degree of longitude: 1.1 km at the equator, 0.2 km at 80 degrees north.
            ("0.1,10", "0.1,10.01", 4),
            ("80,10", "80,10.01", 3),
            // Across the line of the date, and over the pole.
            ("10,179.999", "10,-179.999", 3),
            ("89.999,0", "89.999,180", 3),
            ("52.52,13.40", "48.14,11.58", 8),
        ] {
            let (ids, places) = places(&[left, right]);
            assert_eq!(places.level(ids[0], ids[1]), level, "{left} {right}");
        }
    }

    proptest! {
        #[test]
        fn a_glance_promises_no_place_farther_than_it_is(lat in -90.0..90.0_f64, lon in -180.0..180.0_f64, up in -1.0..1.0_f64, aside in -1.0..1.0_f64) {
            let (ids, places) = places(&[&format!("{lat:.6};{lon:.6}"), &format!("{:.6};{:.6}", lat + up.powi(5), lon + aside.powi(5))]);
            let (a, b) = (ids[0], ids[1]);
            if a != 0 && b != 0 && a != b {
                prop_assert_eq!(places.level(a, b), places.level(b, a));
                prop_assert!(best_level(places.glance(a), places.glance(b)) <= places.level(a, b));
            }
        }
    }

    #[test]
    fn a_value_alone_is_a_place_only_if_it_can_hardly_be_else() {
        for (value, expected) in [
            ("31.23,121.47", true),
            ("point(121.47 31.23)", true),
            ("12.5,3.5", false),
            ("1.250.000", false),
            ("99.99 99.99", false),
            ("31.23", false),
        ] {
            assert_eq!(is_place(value), expected, "{value}");
        }
    }
}
