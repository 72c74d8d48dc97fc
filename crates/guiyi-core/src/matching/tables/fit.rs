//! Whether a model that was learned before fits the fields of today.
//!
//! Laws: a field keeps the weights that were learned under its name, and no field is weighed that nothing was learned of.
//! A field that is taken from the values of others, as marks are, comes and goes with those values: a model that has not
//! seen it weighs it as nothing.

use super::compare::n_levels;
use super::{FieldModel, Kind, Model};

/// Fields that a model knows nothing of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the model knows nothing of {}", named(unknown))]
pub struct ModelMisfit {
    /// Name and kind of each.
    pub unknown: Vec<(String, Kind)>,
}

fn named(fields: &[(String, Kind)]) -> String {
    let named = fields.iter().map(|(name, kind)| format!("`{name}` ({})", kind.name()));
    named.collect::<Vec<_>>().join(", ")
}

impl Model {
    /// The model for fields of these names and kinds, in their order. Fields that it knows beside them are left out, and
    /// with them their bonds and the relatives that differ in them: a field without a value says nothing anyway. Marks and
    /// doors that it does not know weigh 0 bits.
    ///
    /// # Errors
    ///
    /// [`ModelMisfit`] names the fields that it does not know.
    pub fn fitted<'n>(&self, fields: impl Iterator<Item = (&'n str, Kind)>) -> Result<Self, ModelMisfit> {
        let (mut from, mut fitted, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for (name, kind) in fields {
            // Of several fields of one name and kind each is taken once, in their order.
            let is_open = |(at, own): (usize, &FieldModel)| {
                (own.name == name && own.kind == kind && !from.contains(&Some(at))).then_some(at)
            };
            let known = self.fields.iter().enumerate().find_map(is_open);
            match known {
                Some(at) => fitted.push(self.fields[at].clone()),
                None if kind.is_derived() => fitted.push(FieldModel::of_nothing(name, kind)),
                None => unknown.push((name.to_owned(), kind)),
            }
            from.push(known);
        }
        if !unknown.is_empty() {
            return Err(ModelMisfit { unknown });
        }
        let place = |own: &usize| from.iter().position(|at| *at == Some(*own));
        let mut model = self.clone();
        model.fields = fitted;
        model.bonds.retain_mut(|bond| {
            let (Some(one), Some(other)) = (place(&bond.first), place(&bond.second)) else {
                return false;
            };
            (bond.first, bond.second) = (one.min(other), one.max(other));
            true
        });
        model.moves.retain_mut(|group| {
            group.fields = group.fields.iter().filter_map(place).collect();
            group.fields.sort_unstable();
            !group.fields.is_empty()
        });
        model.relatives.retain_mut(|kind| {
            let Some(mut differ) = kind.differ.iter().map(place).collect::<Option<Vec<usize>>>() else {
                return false;
            };
            differ.sort_unstable();
            kind.differ = differ;
            true
        });
        Ok(model)
    }
}

impl FieldModel {
    /// A field that says nothing, whatever its level: matches and strangers have all levels alike.
    fn of_nothing(name: &str, kind: Kind) -> Self {
        let n = n_levels(kind);
        let share = vec![1.0 / n as f64; n];
        Self {
            name: name.to_owned(),
            kind,
            m: share.clone(),
            u: share,
            bits: vec![0.0; n],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Bond, Move, Relatives};
    use super::*;

    fn model() -> Model {
        let field = |name: &str, bits: f64| FieldModel {
            name: name.to_owned(),
            kind: Kind::Code,
            m: vec![0.9, 0.1],
            u: vec![0.1, 0.9],
            bits: vec![bits, -bits],
        };
        Model {
            fields: vec![field("name", 1.0), field("phone", 2.0), field("email", 3.0)],
            prior: 0.5,
            relatives: [vec![0], vec![0, 1]]
                .map(|differ| Relatives {
                    differ,
                    per_match: 0.1,
                    in_series: false,
                })
                .to_vec(),
            bonds: [(0, 2), (1, 2)]
                .map(|(first, second)| Bond {
                    first,
                    second,
                    bits: 1.0,
                })
                .to_vec(),
            moves: vec![Move {
                fields: vec![1, 2],
                share: 0.2,
            }],
            rivals: false,
            unrelated: Vec::new(),
            taught: Vec::new(),
        }
    }

    #[test]
    fn by_name() {
        let whole = model();
        let names = |names: &'static [&str]| names.iter().map(|name| (*name, Kind::Code));
        assert_eq!(whole.fitted(names(&["name", "phone", "email"])), Ok(whole.clone()));

        let less = whole.fitted(names(&["email", "name"])).unwrap();
        let weights: Vec<f64> = less.fields.iter().map(|field| field.bits[0]).collect();
        assert_eq!(weights, [3.0, 1.0]);
        assert_eq!((less.bonds.len(), less.bonds[0].first, less.bonds[0].second), (1, 0, 1));
        assert_eq!((less.relatives.len(), &less.relatives[0].differ), (1, &vec![1]));
        assert_eq!((less.moves.len(), &less.moves[0].fields), (1, &vec![0]));

        let misfit = whole.fitted(names(&["fax", "name"])).unwrap_err();
        assert_eq!(misfit.to_string(), "the model knows nothing of `fax` (code)");
        assert!(whole.fitted([("name", Kind::Text)].into_iter()).is_err());
    }

    #[test]
    fn what_is_taken_from_others_may_be_new() {
        let whole = model();
        let more = [
            ("address numbers", Kind::Doors),
            ("phone", Kind::Code),
            ("email", Kind::Code),
            ("name", Kind::Code),
            ("marks", Kind::Marks),
        ];
        let more = whole.fitted(more.into_iter()).unwrap();
        let weights: Vec<f64> = more.fields.iter().map(|field| field.bits[0]).collect();
        assert_eq!(weights, [0.0, 2.0, 3.0, 1.0, 0.0]);
        for field in [&more.fields[0], &more.fields[4]] {
            assert_eq!(field.bits, vec![0.0; n_levels(field.kind)]);
            assert_eq!((field.m.len(), &field.m), (field.bits.len(), &field.u));
        }
        assert_eq!(more.moves[0].fields, [1, 2]);
        let ends: Vec<(usize, usize)> = more.bonds.iter().map(|bond| (bond.first, bond.second)).collect();
        assert_eq!(ends, [(2, 3), (1, 2)]);

        // A column that only looks like it is none of them.
        let misfit = whole.fitted([("marks", Kind::Code)].into_iter()).unwrap_err();
        assert_eq!(misfit.to_string(), "the model knows nothing of `marks` (code)");
    }
}
