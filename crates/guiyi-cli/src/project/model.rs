//! `[customer.matching] model`: the model of an earlier run, so that the same pair weighs the same in every run.

use std::path::Path;

use guiyi_core::dictionary::EntityType;
use guiyi_core::matching::tables::{Model, parse_model};
use guiyi_core::rulebook::toml::Table;

use sha2::Digest;

use super::Named;

/// Reads the model in a file, which the key `model` of a section names; what is wrong with it is a mistake there. `out` is
/// where runs write theirs.
pub(super) fn read(
    entity: EntityType,
    table: &Table<'_>,
    file: &Path,
    out: &Path,
    named: &mut Named<'_>,
) -> Option<Model> {
    let own = file_name(entity);
    let make_one = format!("a run without this key writes {own} into its output directory; name a copy of that");
    let mistake = |message: String, hint: String| {
        table.mistake_at("model", message, Some(hint));
        None
    };
    if file.starts_with(out) {
        let message = format!("{} is written anew by every run", file.display());
        let hint = format!("copy it out of there, and name the copy: model = \"{own}\"");
        return mistake(message, hint);
    }
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => return mistake(format!("cannot read the model {}: {error}", file.display()), make_one),
    };
    named.digest.update(&text);
    match parse_model(&text) {
        Ok(model) => Some(model),
        Err(error) => mistake(format!("{} cannot be used: {error}", file.display()), make_one),
    }
}

/// The file of an entity type's model among the outputs of a run.
pub(crate) fn file_name(entity: EntityType) -> String {
    format!("model_{}.toml", entity.name())
}
