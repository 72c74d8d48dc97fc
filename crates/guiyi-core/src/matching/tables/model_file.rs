//! A trained model as a text that people read and a later run takes up again.

use std::fmt::Write as _;

use toml::de::{DeTable, DeValue};

use super::compare::level_names;
use super::kind::Kind;
use super::model::{FieldModel, Model};
use super::{Bond, FieldSummary, Linkage, Move, Relatives};

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelMistake {
    /// The text is no TOML.
    #[error("not a model file: {0}")]
    Toml(#[from] toml::de::Error),
    /// Something that a model needs is missing or of another type.
    #[error("the model has no {0}")]
    Missing(String),
}

const HEAD: &str = "\
# What Guiyi learned about these files. Give it to a later run with --model, and the same pair gets the same weight.
# A pair of records starts at log2(prior / (1 - prior)) bits; every field adds the bits of its level; a sum above 0
# means that the two are more likely the same than not. m is the share of a level among matches, u its share among the
# other candidates, and bits is log2(m/u), smoothed so that more alike never weighs less.
# Strangers who agree in one field of a bond often agree in the other; where both agree, its bits are taken off, and no
# more than the lighter of the two weighs.
# The fields of a move change together in a share of the matches, as an address does: together they weigh
# log2(share + (1 - share) * 2^sum of their bits). Fields are counted from 0.
# Relatives agree in much and are not the same; against each kind a pair has only the bits of the fields in which they
# differ, and starts at log2(1 / per_match); the sum is no higher than the evidence against any kind of them allows.
# Of relatives in a series (in_series) no two agree in all these fields.
";

impl Linkage {
    /// The model as TOML.
    pub fn model_toml(&self) -> String {
        let mut text = HEAD.to_owned();
        _ = writeln!(text, "\nprior = {:?}", self.model.prior);
        if self.model.rivals {
            text.push_str("# Of two files a record has one partner at most.\nrivals = true\n");
        }
        if !self.model.unrelated.is_empty() {
            let names: Vec<String> = self.model.unrelated.iter().map(|name| quoted(name)).collect();
            _ = writeln!(
                text,
                "# Columns that are not compared: they have nothing to do with what the others say.\nunrelated = [{}]",
                names.join(", ")
            );
        }
        for (field, weights) in self.fields.iter().zip(&self.model.fields) {
            let FieldSummary { header, kind, .. } = field;
            _ = writeln!(
                text,
                "\n[[field]]\nname = {}\nkind = \"{}\"",
                quoted(header),
                kind.name()
            );
            text.push_str("levels = [\n");
            for (at, name) in level_names(*kind).into_iter().enumerate() {
                let (m, u, bits) = (weights.m[at], weights.u[at], weights.bits[at]);
                _ = writeln!(
                    text,
                    "  {{ name = \"{name}\", m = {m:?}, u = {u:?}, bits = {bits:?} }},"
                );
            }
            text.push_str("]\n");
        }
        let names = |at: &[usize]| -> String {
            let names: Vec<&str> = at.iter().map(|at| self.fields[*at].header.as_str()).collect();
            names.join(", ").chars().filter(|letter| !letter.is_control()).collect()
        };
        for Bond { first, second, bits } in &self.model.bonds {
            let at = [*first, *second];
            let names = names(&at);
            _ = writeln!(text, "\n[[bond]] # {names}\nfields = {at:?}\nbits = {bits:?}");
        }
        for Move { fields, share } in &self.model.moves {
            let names = names(fields);
            _ = writeln!(text, "\n[[move]] # {names}\nfields = {fields:?}\nshare = {share:?}");
        }
        for kind in &self.model.relatives {
            let names = names(&kind.differ);
            _ = writeln!(
                text,
                "\n[[relatives]] # differ in {names}\ndiffer = {:?}\nper_match = {:?}",
                kind.differ, kind.per_match
            );
            if kind.in_series {
                text.push_str("in_series = true\n");
            }
        }
        text
    }
}

/// Reads a model back.
///
/// # Errors
///
/// [`ModelMistake`] if the text is no model.
pub fn parse(text: &str) -> Result<Model, ModelMistake> {
    let table = DeTable::parse(text)?;
    let missing = |what: &str| ModelMistake::Missing(what.to_owned());
    let table = table.get_ref();
    let prior = table
        .get("prior")
        .and_then(|value| number(value.get_ref()))
        .ok_or_else(|| missing("`prior`"))?;
    let mut fields = Vec::new();
    for field in list(table, "field").unwrap_or_default() {
        let kind = match field.get("kind").map(toml::Spanned::get_ref) {
            Some(DeValue::String(name)) => Kind::from_name(name),
            _ => None,
        };
        let name = match field.get("name").map(toml::Spanned::get_ref) {
            Some(DeValue::String(name)) => name.to_string(),
            _ => String::new(),
        };
        let kind = kind.ok_or_else(|| missing("known `kind` of a field"))?;
        let levels = list(field, "levels").ok_or_else(|| missing("`levels`"))?;
        if levels.len() != level_names(kind).len() {
            return Err(missing(&format!("full list of levels of a {} field", kind.name())));
        }
        let column = |name: &str| -> Result<Vec<f64>, ModelMistake> {
            let of = |level: &&DeTable<'_>| level.get(name).and_then(|value| number(value.get_ref()));
            levels
                .iter()
                .map(|level| of(level).ok_or_else(|| missing(&format!("`{name}` of a level"))))
                .collect()
        };
        fields.push(FieldModel {
            name,
            kind,
            m: column("m")?,
            u: column("u")?,
            bits: column("bits")?,
        });
    }
    let mut relatives = Vec::new();
    for kind in list(table, "relatives").unwrap_or_default() {
        let differ = positions(kind, "differ", fields.len()).ok_or_else(|| missing("`differ` of relatives"))?;
        let per_match = kind
            .get("per_match")
            .and_then(|value| number(value.get_ref()))
            .ok_or_else(|| missing("`per_match` of relatives"))?;
        let in_series = kind
            .get("in_series")
            .is_some_and(|value| matches!(value.get_ref(), DeValue::Boolean(true)));
        relatives.push(Relatives {
            differ,
            per_match,
            in_series,
        });
    }
    let mut moves = Vec::new();
    for group in list(table, "move").unwrap_or_default() {
        let share = group.get("share").and_then(|value| number(value.get_ref()));
        match (positions(group, "fields", fields.len()), share) {
            (Some(fields), Some(share)) if share > 0.0 && share < 1.0 => moves.push(Move { fields, share }),
            _ => return Err(missing("`fields` and `share`, between 0 and 1, of a move")),
        }
        let mut moving: Vec<usize> = moves.iter().flat_map(|own: &Move| own.fields.iter().copied()).collect();
        let n = moving.len();
        moving.sort_unstable();
        moving.dedup();
        if moving.len() < n {
            return Err(missing("moves of which each field is in one"));
        }
    }
    let mut bonds = Vec::new();
    for bond in list(table, "bond").unwrap_or_default() {
        let bits = bond.get("bits").and_then(|value| number(value.get_ref()));
        match (positions(bond, "fields", fields.len()).as_deref(), bits) {
            (Some([first, second]), Some(bits)) => bonds.push(Bond {
                first: *first,
                second: *second,
                bits,
            }),
            _ => return Err(missing("two `fields` and `bits` of a bond")),
        }
    }
    Ok(Model {
        fields,
        prior,
        relatives,
        bonds,
        moves,
        rivals: matches!(
            table.get("rivals").map(toml::Spanned::get_ref),
            Some(DeValue::Boolean(true))
        ),
        unrelated: texts(table, "unrelated"),
        taught: Vec::new(),
    })
}

fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) => integer.as_str().parse().ok(),
        _ => None,
    }
}

/// Positions of fields.
fn positions(of: &DeTable<'_>, key: &str, n_fields: usize) -> Option<Vec<usize>> {
    let DeValue::Array(array) = of.get(key)?.get_ref() else {
        return None;
    };
    let position = |value: &toml::Spanned<DeValue<'_>>| match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().parse().ok().filter(|at| *at < n_fields),
        _ => None,
    };
    array.iter().map(position).collect()
}

/// The tables of an array.
fn list<'t>(table: &'t DeTable<'t>, name: &str) -> Option<Vec<&'t DeTable<'t>>> {
    let DeValue::Array(array) = table.get(name)?.get_ref() else {
        return None;
    };
    let tables = array.iter().map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    });
    tables.collect()
}

/// The texts of a list; none where there is no such list.
fn texts(table: &DeTable<'_>, name: &str) -> Vec<String> {
    let list = table.get(name).and_then(|value| value.get_ref().as_array());
    let texts = list.into_iter().flat_map(|list| list.iter());
    texts
        .filter_map(|text| Some(text.get_ref().as_str()?.to_owned()))
        .collect()
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            letter if letter.is_control() => _ = write!(quoted, "\\u{:04x}", letter as u32),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}
