//! A trained model as a text that people read and a later run takes up again.

use std::fmt::Write as _;

use super::compare::level_names;
use super::kind::Kind;
use super::model::{FieldModel, Model};
use super::{FieldSummary, Linkage};

/// Why a model file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelMistake {
    /// The text is no TOML.
    #[error("not a model file: {0}")]
    Toml(#[from] toml::de::Error),
    /// Something that a model needs is missing or of another type.
    #[error("{0}")]
    Missing(String),
}

const HEAD: &str = "\
# What Guiyi learned about these files. Give it to a later run with --model, and the same pair gets the same weight.
# A pair of records starts at log2(prior / (1 - prior)) bits; every field adds the bits of its level; a sum above 0
# means that the two are more likely the same than not. m is the share of a level among matches, u its share among the
# other candidates, and bits is log2(m/u), smoothed so that more alike never weighs less.
";

impl Linkage {
    /// The model as TOML.
    pub fn model_toml(&self) -> String {
        let mut text = HEAD.to_owned();
        _ = writeln!(text, "\nprior = {:?}", self.model.prior);
        for (field, weights) in self.fields.iter().zip(&self.model.fields) {
            let FieldSummary { header, kind, .. } = field;
            _ = writeln!(text, "\n[[field]]\nname = {}\nkind = \"{}\"", toml::Value::from(header.as_str()), kind.name());
            text.push_str("levels = [\n");
            for (at, name) in level_names(*kind).into_iter().enumerate() {
                let (m, u, bits) = (weights.m[at], weights.u[at], weights.bits[at]);
                _ = writeln!(text, "  {{ name = \"{name}\", m = {m:?}, u = {u:?}, bits = {bits:?} }},");
            }
            text.push_str("]\n");
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
    let table: toml::Table = toml::from_str(text)?;
    let missing = |what: &str| ModelMistake::Missing(format!("the model has no {what}"));
    let prior = table.get("prior").and_then(toml::Value::as_float).ok_or_else(|| missing("`prior`"))?;
    let mut fields = Vec::new();
    for field in table.get("field").and_then(toml::Value::as_array).ok_or_else(|| missing("`[[field]]`"))? {
        let kind = field.get("kind").and_then(toml::Value::as_str).and_then(Kind::from_name);
        let kind = kind.ok_or_else(|| missing("known `kind` of a field"))?;
        let levels = field.get("levels").and_then(toml::Value::as_array).ok_or_else(|| missing("`levels`"))?;
        if levels.len() != level_names(kind).len() {
            return Err(missing(&format!("full list of levels of a {} field", kind.name())));
        }
        let column = |name: &str| -> Result<Vec<f64>, ModelMistake> {
            let of = |level: &toml::Value| level.get(name).and_then(toml::Value::as_float);
            levels.iter().map(|level| of(level).ok_or_else(|| missing(&format!("`{name}` of a level")))).collect()
        };
        fields.push(FieldModel {
            kind,
            m: column("m")?,
            u: column("u")?,
            bits: column("bits")?,
        });
    }
    Ok(Model { fields, prior })
}
