//! How many rows of a source may fail a rule before the source fails it: a count, or a share of the rows judged.
//!
//! Exact: a share is kept in parts per million, and compared without division.

use std::fmt;

/// The failing rows that a rule bears with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// At most so many rows.
    Rows(u64),
    /// At most this share of the rows judged, in parts per million.
    Share(u32),
}

/// Parts per million of the whole.
const WHOLE: u32 = 1_000_000;

impl Default for Tolerance {
    fn default() -> Self {
        Self::Rows(0)
    }
}

impl Tolerance {
    /// Reads `5` as five rows, `0.5%` as a share with at most four decimals; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('%') {
            Some(percent) => share(percent).map(Self::Share),
            None => count(text).map(Self::Rows),
        }
    }

    /// Whether so many failures among so many rows are borne with.
    pub fn allows(self, failed: u64, checked: u64) -> bool {
        match self {
            Self::Rows(rows) => failed <= rows,
            Self::Share(share) => u128::from(failed) * u128::from(WHOLE) <= u128::from(checked) * u128::from(share),
        }
    }
}

impl fmt::Display for Tolerance {
    /// As in a rule pack: `5` or `0.5%`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows}"),
            Self::Share(share) => {
                let text = format!("{}.{:04}", share / 10_000, share % 10_000);
                write!(f, "{}%", text.trim_end_matches('0').trim_end_matches('.'))
            }
        }
    }
}

/// A percentage from 0 to 100 with at most four decimals, in parts per million.
pub(super) fn share(percent: &str) -> Option<u32> {
    let (whole, decimals) = percent.split_once('.').unwrap_or((percent, "0"));
    if decimals.len() > 4 {
        return None;
    }
    let decimals = count(decimals)? * 10_u64.pow(4 - decimals.len() as u32);
    let share = count(whole)?.checked_mul(10_000)?.checked_add(decimals)?;
    u32::try_from(share).ok().filter(|share| *share <= WHOLE)
}

/// A number written in digits only.
fn count(text: &str) -> Option<u64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_shown_and_applied() {
        let check = |text: &str, expected: Option<Tolerance>| {
            assert_eq!(Tolerance::parse(text), expected, "{text}");
            if let Some(tolerance) = expected {
                assert_eq!(Tolerance::parse(&tolerance.to_string()), expected, "{text}");
            }
        };
        check("0", Some(Tolerance::Rows(0)));
        check("12", Some(Tolerance::Rows(12)));
        check("0.5%", Some(Tolerance::Share(5_000)));
        check("100%", Some(Tolerance::Share(1_000_000)));
        check("0.0001%", Some(Tolerance::Share(1)));
        check("2.50%", Some(Tolerance::Share(25_000)));
        for text in [
            "",
            "%",
            "-1",
            "1.5",
            "100.1%",
            "0.00001%",
            "5 %",
            "½%",
            "+5",
            "99999999999999999999%",
        ] {
            check(text, None);
        }
        let share = Tolerance::Share(5_000);
        assert!(share.allows(5, 1000) && !share.allows(6, 1000) && share.allows(0, 0) && !share.allows(1, 0));
        assert!(Tolerance::Rows(2).allows(2, 2) && !Tolerance::Rows(2).allows(3, 1_000_000));
    }
}
