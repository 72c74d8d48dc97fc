//! Reference tables: codes with their names and the days on which they are in force.
//!
//! Shipped ones are compiled in, from `dictionaries/reference` and from the regions of `guiyi-ident`; a pack may bring
//! its own as `[[table]]`, whose file the caller reads.
//! Laws: a code may stand in several rows, for several spans of days; a span without a beginning or an end is open
//! there; both days of a span belong to it.

use std::sync::Arc;

use guiyi_ident::region;

use super::Texts;
use super::mistake::hint_for;
use super::toml::Table;
use crate::dictionary::ElementKind;
use crate::validate::Ordered;

/// Year, month and day.
pub type Day = (i16, i8, i8);

/// A reference table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceTable {
    /// The name by which rules ask for it.
    pub name: Arc<str>,
    /// What it holds, for people.
    pub label: Texts,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    /// In the order of the codes.
    Rows(Vec<Row>),
    /// GB/T 2260 by year, which `guiyi-ident` has.
    Regions,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    code: Box<str>,
    from: Option<Day>,
    to: Option<Day>,
    name: Box<str>,
}

/// What a table says about a code on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    InForce,
    /// It is in the table, but not in force on this day.
    NotInForce,
    /// It is not in the table.
    Unknown,
}

impl ReferenceTable {
    /// What the table says about a code on a day; the code is compared as it is.
    ///
    /// Regions are dated by the year.
    pub fn standing(&self, code: &str, day: Day) -> Standing {
        match &self.content {
            Content::Rows(rows) => {
                let from = rows.partition_point(|row| *row.code < *code);
                let mut spans = rows[from..].iter().take_while(|row| *row.code == *code).peekable();
                if spans.peek().is_none() {
                    Standing::Unknown
                } else if spans.any(|row| row.from.is_none_or(|from| from <= day) && row.to.is_none_or(|to| day <= to))
                {
                    Standing::InForce
                } else {
                    Standing::NotInForce
                }
            }
            Content::Regions => match region::name(code) {
                None => Standing::Unknown,
                Some(_) if region::name_in(code, day.0.unsigned_abs()).is_some() => Standing::InForce,
                Some(_) => Standing::NotInForce,
            },
        }
    }

    /// The name of a code, the latest one where it had several; `None` for a code that is not in the table.
    pub fn name_of(&self, code: &str) -> Option<&str> {
        match &self.content {
            Content::Rows(rows) => {
                let until = rows.partition_point(|row| *row.code <= *code);
                rows[..until]
                    .last()
                    .filter(|row| *row.code == *code)
                    .map(|row| &*row.name)
            }
            Content::Regions => region::name(code),
        }
    }

    /// Builds a table out of headers and cells.
    ///
    /// `columns` are the headers of code, name, from and to; a header of the last three that the table lacks leaves
    /// that part out. Errors: why the table cannot be used, with the line that is wrong, counted from the header's.
    fn from_raw(name: &str, label: Texts, raw: &RawTable, columns: [&str; 4]) -> Result<Self, String> {
        let position = |header: &str| raw.headers.iter().position(|other| other.trim() == header);
        let Some(code) = position(columns[0]) else {
            let headers = raw.headers.iter().map(String::as_str);
            let hint = hint_for(columns[0], headers.collect::<Vec<_>>()).unwrap_or_default();
            return Err(format!("there is no column \"{}\"; {hint}", columns[0]));
        };
        let [label_column, from, to] = [position(columns[1]), position(columns[2]), position(columns[3])];
        let mut rows = Vec::with_capacity(raw.rows.len());
        for (number, cells) in raw.rows.iter().enumerate() {
            let cell = |column: Option<usize>| column.and_then(|at| cells.get(at)).map_or("", |cell| cell.trim());
            let day = |column: Option<usize>| match cell(column) {
                "" => Ok(None),
                text => match Ordered::read(text, ElementKind::Date) {
                    Some(Ordered::Date(year, month, day)) => Ok(Some((year, month, day))),
                    _ => Err(format!(
                        "line {}: \"{text}\" is not a date such as 2019-04-01",
                        number + 2
                    )),
                },
            };
            if cell(Some(code)).is_empty() {
                continue;
            }
            let row = Row {
                code: cell(Some(code)).into(),
                from: day(from)?,
                to: day(to)?,
                name: cell(label_column).into(),
            };
            if row.from.is_some_and(|from| row.to.is_some_and(|to| from > to)) {
                return Err(format!("line {}: the code ends before it begins", number + 2));
            }
            rows.push(row);
        }
        rows.sort();
        Ok(Self {
            name: name.into(),
            label,
            content: Content::Rows(rows),
        })
    }
}

/// The headers and cells of a table's file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawTable {
    /// The headers.
    pub headers: Vec<String>,
    /// The cells below them; a row may be shorter than the headers.
    pub rows: Vec<Vec<String>>,
}

/// Names of the tables that come with Guiyi.
pub const SHIPPED: [&str; 8] = [
    "country",
    "country-alpha3",
    "currency",
    "industry",
    "packaging",
    "region",
    "unit",
    "vat-rate",
];

/// The table of this name that comes with Guiyi.
///
/// # Panics
///
/// Never: the texts are compiled in, and the tests read all of them.
pub fn shipped(name: &str) -> Option<Arc<ReferenceTable>> {
    let (english, chinese, text) = match name {
        "country" => (
            "countries by two letters, ISO 3166-1 (GB/T 2659.1-2022)",
            "国家和地区两字母代码（GB/T 2659.1-2022）",
            include_str!("../../../../dictionaries/reference/country.tsv"),
        ),
        "country-alpha3" => (
            "countries by three letters, ISO 3166-1 (GB/T 2659.1-2022)",
            "国家和地区三字母代码（GB/T 2659.1-2022）",
            include_str!("../../../../dictionaries/reference/country-alpha3.tsv"),
        ),
        "currency" => (
            "currencies with the days of their use, ISO 4217 (GB/T 12406-2022)",
            "货币代码及其使用期间（GB/T 12406-2022）",
            include_str!("../../../../dictionaries/reference/currency.tsv"),
        ),
        "industry" => (
            "sections and divisions of industries, GB/T 4754-2017",
            "国民经济行业门类和大类（GB/T 4754-2017）",
            include_str!("../../../../dictionaries/reference/industry.tsv"),
        ),
        "packaging" => (
            "common kinds of packages, UN/ECE Recommendation 21",
            "常用包装类型代码（UN/ECE 第21号建议书）",
            include_str!("../../../../dictionaries/reference/packaging.tsv"),
        ),
        "region" => ("regions by the year, GB/T 2260", "各年行政区划代码（GB/T 2260）", ""),
        "unit" => (
            "common units of measure, UN/ECE Recommendation 20",
            "常用计量单位代码（UN/ECE 第20号建议书）",
            include_str!("../../../../dictionaries/reference/unit.tsv"),
        ),
        "vat-rate" => (
            "rates of value-added tax in percent with the days of their force",
            "增值税税率和征收率（%）及其执行期间",
            include_str!("../../../../dictionaries/reference/vat-rate.tsv"),
        ),
        _ => return None,
    };
    let label = Texts {
        english: english.into(),
        chinese: chinese.into(),
    };
    if name == "region" {
        return Some(Arc::new(ReferenceTable {
            name: name.into(),
            label,
            content: Content::Regions,
        }));
    }
    let mut lines = text.lines().map(|line| line.split('\t').map(str::to_owned).collect());
    let raw = RawTable {
        headers: lines.next().unwrap_or_default(),
        rows: lines.collect(),
    };
    let table = ReferenceTable::from_raw(name, label, &raw, ["code", "name_zh", "from", "to"]);
    Some(Arc::new(table.expect("compiled in and read by the tests")))
}

/// Reads the `[[table]]`s of a rule pack.
pub(super) fn parse_tables(
    root: &Table<'_>,
    load: &mut dyn FnMut(&str) -> Result<RawTable, String>,
) -> Vec<Arc<ReferenceTable>> {
    let mut tables: Vec<Arc<ReferenceTable>> = Vec::new();
    for table in root.tables("table") {
        let name = table.string("name");
        let file = table.string("file");
        let label = [table.opt_string("label"), table.opt_string("label_zh")];
        let columns = [
            ("code", "code"),
            ("column_name", "name"),
            ("from", "from"),
            ("to", "to"),
        ]
        .map(|(key, default)| table.opt_string(key).unwrap_or(default));
        let (Some(name), Some(file)) = (name, file) else {
            continue;
        };
        if SHIPPED.contains(&name) || tables.iter().any(|other| *other.name == *name) {
            table.mistake_at("name", format!("there is another table \"{name}\""), None);
        }
        let label = Texts {
            english: label[0].unwrap_or(name).into(),
            chinese: label[1].or(label[0]).unwrap_or(name).into(),
        };
        match load(file).and_then(|raw| ReferenceTable::from_raw(name, label, &raw, columns)) {
            Ok(read) => tables.push(Arc::new(read)),
            Err(reason) => {
                let hint = "a table has a header with the column code, and if need be name, from and to";
                table.mistake_at("file", format!("the table cannot be read: {reason}"), Some(hint.into()));
            }
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_tables() {
        use Standing::{InForce, NotInForce, Unknown};
        let check = |table: &str, code: &str, day: Day, expected: Standing| {
            assert_eq!(
                shipped(table).unwrap().standing(code, day),
                expected,
                "{table} {code} {day:?}"
            );
        };
        let today = (2026, 3, 1);
        for name in SHIPPED {
            check(name, "", today, Unknown);
            check(name, "no such code", today, Unknown);
        }
        check("currency", "CNY", today, InForce);
        check("currency", "DEM", today, NotInForce);
        check("currency", "DEM", (1999, 12, 31), InForce);
        check("country", "CN", today, InForce);
        check("country-alpha3", "CHN", today, InForce);
        check("region", "440300", today, InForce);
        check("region", "110103", (2005, 1, 1), InForce);
        check("region", "110103", today, NotInForce);
        check("unit", "KGM", today, InForce);
        check("packaging", "BX", today, InForce);
        check("industry", "C", today, InForce);
        check("industry", "39", today, InForce);
        check("vat-rate", "17", (2018, 4, 30), InForce);
        check("vat-rate", "16", (2018, 5, 1), InForce);
        check("vat-rate", "16", (2019, 4, 1), NotInForce);
        check("vat-rate", "13", today, InForce);
        assert_eq!(shipped("currency").unwrap().name_of("CNY"), Some("人民币"));
        assert_eq!(shipped("planet"), None);
    }

    #[test]
    fn tables_of_the_users_own() {
        let texts = || Texts {
            english: "t".into(),
            chinese: "t".into(),
        };
        let raw = |lines: &[&str]| {
            let mut lines = lines.iter().map(|line| line.split(',').map(str::to_owned).collect());
            RawTable {
                headers: lines.next().unwrap(),
                rows: lines.collect(),
            }
        };
        let columns = ["code", "name", "from", "to"];
        let read = |lines: &[&str]| ReferenceTable::from_raw("t", texts(), &raw(lines), columns);
        let table = read(&["name,code,to", "乙,B,2020-12-31", "甲,A", ",", "乙二,B"]).unwrap();
        assert_eq!(table.standing("A", (1900, 1, 1)), Standing::InForce);
        assert_eq!(table.standing("B", (2024, 1, 1)), Standing::InForce);
        assert_eq!(table.standing("C", (2024, 1, 1)), Standing::Unknown);
        assert_eq!(table.name_of("A"), Some("甲"));
        let wrong = |lines: &[&str], expected: &str| assert_eq!(read(lines).unwrap_err(), expected);
        wrong(&["cod,name"], "there is no column \"code\"; did you mean \"cod\"?");
        wrong(
            &["code,from", "A,2020-1-1"],
            "line 2: \"2020-1-1\" is not a date such as 2019-04-01",
        );
        wrong(
            &["code,from,to", "A,2020-01-02,2020-01-01"],
            "line 2: the code ends before it begins",
        );
    }
}
