//! Twins: two fields whose values change places, such as given name and surname. One of the two may be misspelled
//! besides.
//!
//! Law: values decide which fields are twins, not names, nor the order of columns.

use std::collections::BTreeSet;

use super::compare::Cell;
use super::field::Field;
use super::kind::Kind;
use crate::matching::hash::{Map, hash};

/// One value of so many is looked at to tell twins, chosen by its hash.
const SAMPLE: u64 = 8;
/// Values of a field up to which all are looked at.
const FEW: usize = 5000;
/// The part of the fewer values that stand in both fields of twins.
const LEAST_SHARED: f64 = 0.03;

/// The field that another one changes places with.
#[derive(Debug, Clone)]
pub(super) struct Twin {
    /// Its position.
    pub(super) field: usize,
    /// The value there that says the same as each value here; 0 for none.
    to: Vec<u32>,
}

impl Twin {
    /// Whether what two records say here and there has changed places; values are given as here, there. `is_near` tells
    /// of a value here and one there whether an edit makes one of the other.
    pub(super) fn is_swapped(
        &self,
        left: (Cell, Cell),
        right: (Cell, Cell),
        is_near: impl Fn(Cell, Cell) -> bool,
    ) -> bool {
        let crosses = |own: Cell, other: Cell| other.value != 0 && self.to[own.value as usize] == other.value;
        let may_be_near = |own: Cell, other: Cell| own.value != 0 && other.value != 0 && is_near(own, other);
        match (crosses(left.0, right.1), crosses(right.0, left.1)) {
            (true, true) => true,
            (true, false) => may_be_near(right.0, left.1),
            (false, true) => may_be_near(left.0, right.1),
            (false, false) => false,
        }
    }
}

/// Finds the twins among fields.
pub(super) fn find(fields: &mut [Field]) {
    let names: Vec<usize> = (0..fields.len()).filter(|at| fields[*at].kind == Kind::Name).collect();
    let samples: Vec<Sample> = names.iter().map(|at| Sample::of(&fields[*at])).collect();
    let mut shared: Vec<(f64, usize, usize)> = Vec::new();
    for (one, other) in (0..names.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
        let (n_shared, fewer) = samples[one].shared(&samples[other]);
        let share = n_shared as f64 / fewer.max(1) as f64;
        if share >= LEAST_SHARED {
            shared.push((share, names[other], names[one]));
        }
    }
    // Each field has one twin: the two that share most are the first.
    shared.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    for (_, one, other) in shared {
        if fields[one].twin.is_none() && fields[other].twin.is_none() {
            join(fields, one, other);
            join(fields, other, one);
        }
    }
}

/// Hashes of the values of a field, or of some that are chosen by their hash.
pub(super) struct Sample {
    hashes: BTreeSet<u64>,
    is_whole: bool,
}

impl Sample {
    pub(super) fn of(field: &Field) -> Self {
        let n = field.values.len();
        let is_whole = n <= FEW;
        let hashes = (1..n as u32).map(|id| hash(field.values.get(id).as_bytes()));
        Self {
            hashes: hashes.filter(|hash| is_whole || is_chosen(*hash)).collect(),
            is_whole,
        }
    }

    /// How many values two fields share, and how many the one has that has fewer; of both the same ones are looked at.
    pub(super) fn shared(&self, other: &Self) -> (usize, usize) {
        let all = self.is_whole && other.is_whole;
        let count = |sample: &Self| sample.hashes.iter().filter(|hash| all || is_chosen(**hash)).count();
        (
            self.hashes
                .intersection(&other.hashes)
                .filter(|hash| all || is_chosen(**hash))
                .count(),
            count(self).min(count(other)),
        )
    }
}

fn is_chosen(hash: u64) -> bool {
    hash.is_multiple_of(SAMPLE)
}

/// Makes one field the twin of another.
pub(super) fn join(fields: &mut [Field], of: usize, twin: usize) {
    let hashes = |at: usize| -> Vec<u64> {
        let values = &fields[at].values;
        (1..values.len() as u32)
            .map(|id| hash(values.get(id).as_bytes()))
            .collect()
    };
    let there: Map<u64, u32> = hashes(twin).into_iter().zip(1..).collect();
    let mut to = vec![0];
    to.extend(hashes(of).iter().map(|hash| there.get(hash).copied().unwrap_or(0)));
    fields[of].twin = Some(Twin { field: twin, to });
}

#[cfg(test)]
mod tests {
    use super::super::compare::KIN;
    use super::super::records::Records;
    use super::super::rows::Rows;
    use super::super::said::Said;
    use super::super::tests::table;

    /// The levels of given name and surname of two persons among others, some of whom have them turned around.
    fn check(one: [&str; 2], other: [&str; 2], is_swapped: bool) {
        let row = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let given = ["Ilse", "Otto", "Klara", "Bruno", "Frieda", "Hugo"];
        let surnames = ["Lindqvist", "Okafor", "Kowalski", "Brandt", "Moreau", "Castellano"];
        let mut rows: Vec<Vec<String>> = (0..36).map(|at| row([given[at % 6], surnames[at / 6]])).collect();
        rows.extend([["Lindqvist", "Otto"], ["Kowalski", "Hugo"], one, other].map(row));
        let table = table(&["a", "b"], &rows);
        let records = Records::new(&[&table], &Said::default());
        let (of, n) = (records.of_rows(), rows.len());
        let rows = Rows::new(&records.fields);
        for pair in [(of[n - 2], of[n - 1]), (of[n - 1], of[n - 2])] {
            let found: Vec<bool> = (0..2).map(|at| rows.level(at, pair).0 == KIN as u8).collect();
            assert_eq!(found, [is_swapped; 2], "{one:?} and {other:?}");
        }
    }

    #[test]
    fn one_of_two_that_changed_places_may_be_misspelled() {
        check(["Frieda", "Castellano"], ["Castellano", "Frieda"], true);
        check(["Frieda", "Castellano"], ["Castelano", "Frieda"], true);
        check(["Freida", "Castellano"], ["Castellano", "Frieda"], true);
        // Two slips at once are not told from two others.
        check(["Freida", "Castellano"], ["Castelano", "Frieda"], false);
        check(["Frieda", "Castellano"], ["Castellano", "Hugo"], false);
    }
}
