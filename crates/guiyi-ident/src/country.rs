//! Countries of ISO 3166-1: numeric code, alpha-3 code and names, for the documents that carry one.
//!
//! The table is `dictionaries/region/country.tsv`; its source and license are in the SOURCE.md beside it.

use std::sync::LazyLock;

/// One country: three digits, three letters, English and Chinese name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Country {
    numeric: &'static str,
    alpha3: &'static str,
    pub(crate) en: &'static str,
    pub(crate) zh: &'static str,
}

static COUNTRIES: LazyLock<Vec<Country>> = LazyLock::new(|| {
    let text = include_str!("../../../dictionaries/region/country.tsv");
    let row = |line: &'static str| {
        let mut cells = line.split('\t');
        Some(Country {
            numeric: cells.next()?,
            alpha3: cells.next()?,
            en: cells.next()?,
            zh: cells.next()?,
        })
    };
    text.lines().skip(1).filter_map(row).collect()
});

/// The country of a numeric (`398`) or alpha-3 (`KAZ`) code, or `None`.
pub(crate) fn find(code: &str) -> Option<Country> {
    COUNTRIES
        .iter()
        .copied()
        .find(|country| country.numeric == code || country.alpha3 == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_codes_find_the_same_country() {
        assert_eq!(find("398").map(|country| country.zh), Some("哈萨克斯坦"));
        assert_eq!(find("KAZ").map(|country| country.en), Some("Kazakhstan"));
        assert!(find("999").is_none());
        assert!(COUNTRIES.len() >= 249);
    }
}
