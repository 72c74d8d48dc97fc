//! Quantities: how far apart two are, beside their size or beside how far apart quantities of the field are at all.
//!
//! Prices of 10 and 11 differ by a tenth. Years, and degrees of latitude in one town, differ by next to nothing beside
//! their size; there it counts how much of the usual distance two are apart.

/// A field is narrow where so many of its values are this near each other beside their size.
const NARROW: f64 = 0.3;
const NEAR: f64 = 0.01;
/// Values looked at.
const SAMPLE: usize = 10_000;

/// The distinct values of a field.
pub(super) struct Numbers {
    pub(super) values: Vec<f64>,
    /// The usual distance between two values, in a field that is narrow beside their size.
    pub(super) usual: Option<f64>,
}

/// What part of the greater one two quantities are apart.
fn relative(left: f64, right: f64) -> f64 {
    (left - right).abs() / left.abs().max(right.abs()).max(f64::MIN_POSITIVE)
}

impl Numbers {
    /// `values` are distinct, in an order that says nothing of them; the first is that of no value.
    pub(super) fn new(values: Vec<f64>) -> Self {
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
        }
    }

    /// From 1, next to equal, to 6, different.
    pub(super) fn level(&self, left: f64, right: f64) -> u8 {
        let apart = match self.usual {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_apart_beside_their_size_or_beside_what_is_usual() {
        let field = |values: &dyn Fn(u32) -> f64| {
            let values = (0..500).map(|at| values((crate::matching::hash::mix(at) % 1000) as u32));
            Numbers::new(std::iter::once(f64::NAN).chain(values).collect())
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
        assert_eq!(Numbers::new(vec![f64::NAN]).usual, None);
        assert_eq!(Numbers::new(vec![]).level(f64::NAN, 1.0), 6);
    }
}
