//! Region codes of GB/T 2260: every code in force in some year since 1980, with its name and its years.
//!
//! The table is `dictionaries/region/region.tsv`, built by the script beside it; sources and licenses are in its SOURCE.md.
//! Laws: codes are compared as six digits; a blank first year means 1980 or before, a blank last year means in force;
//! among several names of one code the latest counts.
//! Cost: one binary search over about 7,300 codes, after the table is read once.

use std::sync::LazyLock;

use crate::text::{all_digits, number};

/// What kind of code a region code is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegionKind {
    /// A code of GB/T 2260, of any year since 1980.
    Standard,
    /// A code used beside GB/T 2260: a development zone of the statistics bureau or of a registrar, or `830000` of residence permits.
    Zone,
}

/// A region in force today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// Six digits.
    pub code: &'static str,
    /// Chinese name, with its suffix.
    pub name: &'static str,
    /// Code of the prefecture or province above; `None` for a province.
    pub parent: Option<&'static str>,
}

/// The names of a region and of those above it, from the top; a level that does not exist is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Province, municipality or autonomous region.
    pub province: Option<&'static str>,
    /// Prefecture or city; `None` in municipalities and for counties that report to the province.
    pub city: Option<&'static str>,
    /// County, district or county-level city.
    pub county: Option<&'static str>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    key: u32,
    code: &'static str,
    name: &'static str,
    from: u16,
    to: u16,
    kind: RegionKind,
}

/// Last year of a code still in force.
const OPEN: u16 = u16::MAX;

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    include_str!("../../../dictionaries/region/region.tsv")
        .lines()
        .skip(1)
        .filter_map(row)
        .collect()
});

fn row(line: &'static str) -> Option<Row> {
    let mut cells = line.split('\t');
    let (code, name, from, to, kind) = (
        cells.next()?,
        cells.next()?,
        cells.next()?,
        cells.next()?,
        cells.next()?,
    );
    if code.len() != 6 || !all_digits(code.as_bytes()) {
        return None;
    }
    Some(Row {
        key: number(code.as_bytes()),
        code,
        name,
        from: from.parse().unwrap_or(0),
        to: to.parse().unwrap_or(OPEN),
        kind: if kind == "zone" {
            RegionKind::Zone
        } else {
            RegionKind::Standard
        },
    })
}

/// All rows of a code, in order of their first year; empty for a code never used.
fn rows(code: &str) -> &'static [Row] {
    if code.len() != 6 || !all_digits(code.as_bytes()) {
        return &[];
    }
    let key = number(code.as_bytes());
    let table: &'static [Row] = &ROWS;
    let start = table.partition_point(|row| row.key < key);
    let n_rows = table[start..].iter().take_while(|row| row.key == key).count();
    &table[start..start + n_rows]
}

/// One bit for each code: asked once for every resident number, where a binary search would be half of the cost.
static KNOWN: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut bits = vec![0; 1_000_000 / 64];
    for row in ROWS.iter() {
        bits[row.key as usize / 64] |= 1 << (row.key % 64);
    }
    bits
});

/// Whether the code, as a number, was in use in some year since 1980.
pub(crate) fn is_known(key: u32) -> bool {
    KNOWN
        .get(key as usize / 64)
        .is_some_and(|bits| bits >> (key % 64) & 1 == 1)
}

/// The row that counts: in force, or else the one that ended last.
fn latest(code: &str) -> Option<&'static Row> {
    rows(code).iter().max_by_key(|row| (row.to, row.from))
}

/// The kind of a code, or `None` when it was never used since 1980.
pub fn kind(code: &str) -> Option<RegionKind> {
    rows(code).first().map(|row| row.kind)
}

/// The latest name of exactly this code (`深圳市` for `440300`), or `None` when it was never used since 1980.
pub fn name(code: &str) -> Option<&'static str> {
    latest(code).map(|row| row.name)
}

/// The name this code had in the given year, or `None` when it was not in force then.
pub fn name_in(code: &str, year: u16) -> Option<&'static str> {
    rows(code)
        .iter()
        .find(|row| row.from <= year && year <= row.to)
        .map(|row| row.name)
}

/// Whether the code was in force in the given year or in any later one.
pub fn in_force_since(code: &str, year: u16) -> bool {
    rows(code).iter().any(|row| row.to >= year)
}

/// The names of a region and of those above it; `None` for a code never used.
pub fn place(code: &str) -> Option<Place> {
    let own = latest(code)?;
    let real = |name: &'static str| (!is_filler_name(name)).then_some(name);
    let above = |places: usize| {
        let parent = format!("{:0<6}", &code[..places]);
        if parent == code {
            None
        } else {
            name(&parent).and_then(real)
        }
    };
    let (of_city, of_county) = (&code[2..4] != "00", &code[4..] != "00");
    Some(Place {
        province: if of_city || of_county { above(2) } else { real(own.name) },
        city: if of_county {
            above(4)
        } else if of_city {
            real(own.name)
        } else {
            None
        },
        county: if of_county { real(own.name) } else { None },
    })
}

/// Province, city and county in one string: `广东省深圳市福田区`; `None` for a code never used.
pub fn full_name(code: &str) -> Option<String> {
    let Place { province, city, county } = place(code)?;
    let names: String = [province, city, county].into_iter().flatten().collect();
    if names.is_empty() {
        name(code).map(str::to_owned)
    } else {
        Some(names)
    }
}

/// Every region of GB/T 2260 in force today, in order of code, without the fillers such as `市辖区`.
pub fn current() -> impl Iterator<Item = Region> {
    let table: &'static [Row] = &ROWS;
    let in_force = |row: &&Row| row.to == OPEN && row.kind == RegionKind::Standard && !is_filler_name(row.name);
    table.iter().filter(in_force).map(|row| Region {
        code: row.code,
        name: row.name,
        parent: parent(row.code),
    })
}

/// The code of the nearest region above that is a real one; `None` for a province.
fn parent(code: &str) -> Option<&'static str> {
    let above = |places: usize| {
        let row = latest(&format!("{:0<6}", &code[..places]))?;
        (row.to == OPEN && row.code != code && !is_filler_name(row.name)).then_some(row.code)
    };
    if &code[2..] == "0000" {
        None
    } else {
        above(4).or_else(|| above(2))
    }
}

/// Rows that only hold a place in the hierarchy: `市辖区`, `县`, `省直辖县级行政区划`.
fn is_filler_name(name: &str) -> bool {
    matches!(name, "市辖区" | "市辖县" | "市区" | "县" | "市" | "直辖县" | "直辖市")
        || name.contains("直辖县级")
        || name.contains("直辖行政")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_sorted() {
        assert!(ROWS.len() > 8_000, "{}", ROWS.len());
        assert!(ROWS.is_sorted_by_key(|row| row.key));
        assert!(
            ROWS.iter()
                .all(|row| row.code.len() == 6 && !row.name.is_empty() && row.from <= row.to)
        );
        let lines = include_str!("../../../dictionaries/region/region.tsv").lines().count();
        assert_eq!(ROWS.len(), lines - 1, "every line is read");
    }

    #[test]
    fn names() {
        let cases = [
            ("440300", Some("广东省深圳市")),
            ("440304", Some("广东省深圳市福田区")),
            ("110105", Some("北京市朝阳区")),
            ("429004", Some("湖北省仙桃市")),
            ("133100", Some("河北省雄安新区")),
            ("371202", Some("山东省莱芜市莱城区")), // abolished 2018
            ("810000", Some("香港特别行政区")),
            ("000000", None),
            ("44030", None),
            ("深圳", None),
        ];
        for (code, expected) in cases {
            assert_eq!(full_name(code).as_deref(), expected, "{code}");
        }
        assert_eq!(name_in("371202", 2000), Some("莱城区"));
        assert_eq!(name_in("371202", 2020), None);
        assert_eq!(kind("133100"), Some(RegionKind::Zone));
    }

    #[test]
    fn years() {
        assert!(in_force_since("371202", 2017));
        assert!(!in_force_since("371202", 2019));
        assert!((0..=1_000_000).all(|key| is_known(key) == kind(&format!("{key:06}")).is_some()));
        assert!(in_force_since("110105", 2026));
    }

    #[test]
    fn a_lookup_has_one_answer() {
        for pair in ROWS.windows(2).filter(|pair| pair[0].key == pair[1].key) {
            assert!(pair[0].to <= pair[1].from, "two names in one year: {pair:?}");
        }
        let mut names: Vec<(&str, &str)> = current()
            .filter(|region| region.name.ends_with(['市', '县', '旗']))
            .map(|region| (&region.code[..2], region.name))
            .collect();
        names.sort_unstable();
        let twice: Vec<_> = names.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        assert!(twice.is_empty(), "{twice:?}");
        assert_eq!(name_in("421086", 1994), Some("仙桃市"));
        assert_eq!(name_in("421086", 1996), None);
        assert_eq!(name_in("429004", 2024), Some("仙桃市"));
    }

    #[test]
    fn current_regions_hang_together() {
        let regions: Vec<Region> = current().collect();
        let codes: Vec<&str> = regions.iter().map(|region| region.code).collect();
        assert!(codes.is_sorted());
        assert_eq!(regions.iter().filter(|region| region.parent.is_none()).count(), 34);
        for region in &regions {
            assert!(region.parent.is_none_or(|parent| codes.contains(&parent)), "{region:?}");
        }
        assert!((3_150..3_300).contains(&regions.len()), "{}", regions.len());
        assert!(codes.contains(&"441900") && !codes.contains(&"371202") && !codes.contains(&"310100"));
    }
}
