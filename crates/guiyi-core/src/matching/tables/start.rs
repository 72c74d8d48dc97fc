//! What agreement weighs where records are too few to learn it: by what is said of the fields.
//!
//! A dozen records show neither how often strangers agree nor how often the same thing is written differently; whoever
//! knows what a column holds can tell the order of both. Law: what is more alike never weighs less.

use super::compare::{n_levels, steps};
use super::field::Field;
use super::kind::Kind;
use super::model::{FieldModel, Model};
use super::records::Records;
use super::said::{Said, Usual};

/// From so many records on weights are learned: of generated masters as many showed more than this knows.
const ENOUGH: usize = 50;
/// Share of the records that are thought to be there twice.
const TWICE: f64 = 0.1;
/// Tokens with digits out of texts, and numbers out of addresses.
const NUMBERS: Usual = Usual {
    chance: 0.01,
    differ: 0.1,
};

/// Whether so many records are too few to learn from.
pub(super) fn are_few(n: usize) -> bool {
    n < ENOUGH
}

impl Model {
    /// The model of a few records; `None` where they are enough to learn from, or something is not said of all fields.
    pub(super) fn of_few(records: &Records, said: &Said) -> Option<Self> {
        let n = records.len();
        if !are_few(n) || records.is_link {
            return None;
        }
        let field = |field: &Field| {
            let usual = match field.kind {
                Kind::Marks | Kind::Doors | Kind::Measures | Kind::Given | Kind::Words => NUMBERS,
                _ => said.of(field)?.usual?,
            };
            Some(FieldModel::usual(field.header.clone(), field.kind, usual))
        };
        let fields: Option<Vec<FieldModel>> = records.fields.iter().map(field).collect();
        Some(Self::untaught(fields?, (TWICE * n as f64 / records.n_pairs()).min(0.5)))
    }
}

impl FieldModel {
    /// Between equal and different, values weigh by how alike they are: the square, since strangers are often a little
    /// alike, and matches seldom.
    fn usual(name: String, kind: Kind, Usual { chance, differ }: Usual) -> Self {
        let n = n_levels(kind);
        let (best, worst) = (((1.0 - differ) / chance).log2(), (differ / (1.0 - chance)).log2());
        let likeness = |level: usize| 1.0 - f64::from(steps(kind, level)) / f64::from(steps(kind, n));
        let bits: Vec<f64> = (1..=n)
            .map(|level| worst + (best - worst) * likeness(level).powi(2))
            .collect();
        let normal = |shares: Vec<f64>| -> Vec<f64> {
            let sum: f64 = shares.iter().sum();
            shares.into_iter().map(|share| share / sum).collect()
        };
        let u = normal((1..=n).map(|level| chance.powf(likeness(level))).collect());
        Self {
            name,
            kind,
            m: normal(u.iter().zip(&bits).map(|(u, bits)| u * bits.exp2()).collect()),
            u,
            bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_alike_never_weighs_less() {
        for kind in Kind::ALL {
            for (chance, differ) in [(1e-4, 0.05), (0.1, 0.5), (0.5, 0.2)] {
                let field = FieldModel::usual(String::new(), kind, Usual { chance, differ });
                assert!(field.bits.is_sorted_by(|one, other| one >= other), "{:?}", field.bits);
                assert!(field.bits[0] > 0.0 && field.bits[field.bits.len() - 1] < 0.0);
                let sum: f64 = field.m.iter().sum();
                assert!((sum - 1.0).abs() < 1e-9, "{:?}", field.m);
            }
        }
    }
}
