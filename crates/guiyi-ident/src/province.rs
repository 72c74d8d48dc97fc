//! The one-character names of the provinces, which begin plates and filing numbers.

/// Abbreviation and GB/T 2260 code, mainland provinces only.
const PROVINCES: [(char, &str); 31] = [
    ('京', "110000"),
    ('津', "120000"),
    ('冀', "130000"),
    ('晋', "140000"),
    ('蒙', "150000"),
    ('辽', "210000"),
    ('吉', "220000"),
    ('黑', "230000"),
    ('沪', "310000"),
    ('苏', "320000"),
    ('浙', "330000"),
    ('皖', "340000"),
    ('闽', "350000"),
    ('赣', "360000"),
    ('鲁', "370000"),
    ('豫', "410000"),
    ('鄂', "420000"),
    ('湘', "430000"),
    ('粤', "440000"),
    ('桂', "450000"),
    ('琼', "460000"),
    ('渝', "500000"),
    ('川', "510000"),
    ('贵', "520000"),
    ('云', "530000"),
    ('藏', "540000"),
    ('陕', "610000"),
    ('甘', "620000"),
    ('青', "630000"),
    ('宁', "640000"),
    ('新', "650000"),
];

/// The full name of the province an abbreviation stands for, or `None`.
pub(crate) fn of_abbreviation(c: char) -> Option<&'static str> {
    PROVINCES
        .iter()
        .find(|row| row.0 == c)
        .and_then(|row| crate::region::name(row.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_abbreviation_has_a_province() {
        assert!(PROVINCES.iter().all(|row| of_abbreviation(row.0).is_some()));
        assert_eq!(of_abbreviation('粤'), Some("广东省"));
        assert_eq!(of_abbreviation('使'), None);
    }
}
