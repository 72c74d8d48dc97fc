//! Quantities: how far apart two are, beside their size or beside how far apart quantities of the field are at all.
//!
//! Prices of 10 and 11 differ by a tenth. Years, and degrees of latitude in one town, differ by next to nothing beside
//! their size; there it counts how much of the usual distance two are apart.

use super::durations;
use super::kind::{Kind, number};

/// A field is narrow where so many of its values are this near each other beside their size.
const NARROW: f64 = 0.3;
const NEAR: f64 = 0.01;
/// Values looked at.
const SAMPLE: usize = 10_000;

/// Records in a cell, about.
const CELL: u64 = 32;

/// The distinct values of a field.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// The usual distance between two values, in a field that is narrow beside their size.
    pub(super) usual: Option<f64>,
    /// Whether they are durations, which may be said in several units.
    may_differ_in_unit: bool,
}

/// What part of the greater one two quantities are apart.
fn relative(left: f64, right: f64) -> f64 {
    (left - right).abs() / left.abs().max(right.abs()).max(f64::MIN_POSITIVE)
}

impl Numbers {
    /// `values` are distinct, in an order that says nothing of them; the first is that of no value.
    pub(super) fn new(kind: Kind, values: Vec<f64>) -> Self {
        let pairs = || values.windows(2).skip(1).take(SAMPLE).map(|pair| (pair[0], pair[1]));
        let n = pairs().count();
        let near = pairs().filter(|(left, right)| relative(*left, *right) < NEAR).count();
        let mut apart: Vec<f64> = pairs().map(|(left, right)| (left - right).abs()).collect();
        apart.retain(|apart| apart.is_finite());
        apart.sort_unstable_by(f64::total_cmp);
        let usual = apart.get(apart.len() / 2).copied();
        Self {
            usual: usual.filter(|usual| *usual > 0.0 && near as f64 > NARROW * n as f64),
            values,
            may_differ_in_unit: kind == Kind::Duration,
        }
    }

    /// From 1, next to equal, to 6, different.
    pub(super) fn level(&self, left: f64, right: f64) -> u8 {
        let apart = match self.usual {
            _ if self.may_differ_in_unit => relative(left, durations::in_unit_of(left, right)),
            Some(usual) => (left - right).abs() / usual,
            None => relative(left, right),
        };
        match apart {
            ..0.001 => 1,
            ..0.01 => 2,
            ..0.05 => 3,
            ..0.15 => 4,
            ..0.4 => 5,
            _ => 6,
        }
    }
}

/// Where quantities stand among those of a field. They are hardly ever written equally: those that are next to each other
/// share a cell.
#[derive(Debug, Clone)]
pub(super) struct Cells {
    /// Ascending.
    values: Vec<f64>,
    /// How many records have a lesser one than each; at the end, how many there are.
    before: Vec<u64>,
}

impl Cells {
    /// Of values and how many records have each.
    pub(super) fn new<'v>(values: impl Iterator<Item = (&'v str, u32)>) -> Self {
        let mut counted: Vec<(f64, u32)> = values
            .filter_map(|(value, count)| Some((number(value)?, count)))
            .collect();
        counted.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
        let mut before = vec![0];
        let mut total = 0;
        before.extend(counted.iter().map(|(_, count)| {
            total += u64::from(*count);
            total
        }));
        Self {
            values: counted.into_iter().map(|(value, _)| value).collect(),
            before,
        }
    }

    /// The two cells in which a value lies; none where so many records have it that it is a cell by itself. Of two values
    /// between which fewer records lie than half a cell holds at least one cell is the same.
    pub(super) fn of(&self, value: &str) -> Option<[u64; 2]> {
        let value = number(value)?;
        let at = self.values.partition_point(|own| *own < value);
        let end = self.values.partition_point(|own| *own <= value);
        let own = self.before[end] - self.before[at];
        let place = self.before[at] + own / 2;
        (own < CELL / 2).then_some([place / CELL * 2, (place + CELL / 2) / CELL * 2 + 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_that_are_next_to_each_other_share_a_cell() {
        let written: Vec<String> = (0..1000).map(|at| format!("{}.5", at * at)).collect();
        let cells = Cells::new(written.iter().map(|value| (&**value, 1)));
        let share = |x: &str, y: &str| {
            let (x, y) = (cells.of(x).unwrap(), cells.of(y).unwrap());
            x.iter().any(|own| y.contains(own))
        };
        for at in 10..990_u64 {
            assert!(share(&format!("{}.4", at * at), &format!("{}.6", at * at)));
            assert!(share(&format!("{}", at * at), &format!("{}", (at + 9) * (at + 9))));
        }
        assert!(!share("100", "90000"));
        // Of what many have only itself is near.
        let years: Vec<String> = (1950..2000).map(|year| year.to_string()).collect();
        assert_eq!(Cells::new(years.iter().map(|year| (&**year, 20))).of("1970"), None);
        assert_eq!(Cells::new(std::iter::empty()).of("no number"), None);
    }

    #[test]
    fn quantities_are_apart_beside_their_size_or_beside_what_is_usual() {
        let field = |values: &dyn Fn(u32) -> f64| {
            let values = (0..500).map(|at| values((crate::matching::hash::mix(at) % 1000) as u32));
            Numbers::new(Kind::Number, std::iter::once(f64::NAN).chain(values).collect())
        };
        let prices = field(&|at| f64::from(at).powi(2) / 100.0 + 1.0);
        let years = field(&|at| 1950.0 + f64::from(at) / 14.0);
        let degrees = field(&|at| 31.2 + f64::from(at) / 10_000.0);
        for (numbers, left, right, level) in [
            (&prices, 100.0, 100.05, 1),
            (&prices, 100.0, 104.0, 3),
            (&prices, 100.0, 300.0, 6),
            (&years, 1999.0, 2000.0, 3),
            (&years, 1999.0, 2013.0, 6),
            (&degrees, 31.230_41, 31.230_42, 1),
            (&degrees, 31.23, 31.25, 6),
        ] {
            assert_eq!(numbers.level(left, right), level, "{left} {right} {:?}", numbers.usual);
        }
        assert_eq!(prices.usual, None);
        assert_eq!(Numbers::new(Kind::Number, vec![f64::NAN]).usual, None);
        assert_eq!(Numbers::new(Kind::Number, vec![]).level(f64::NAN, 1.0), 6);
    }
}
