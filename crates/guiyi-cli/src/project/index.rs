//! `[store] index`: where the indexes stand by which an entry check finds records, one per entity type.

use std::path::{Path, PathBuf};

use anyhow::Context;
use guiyi_core::dictionary::EntityType;
use guiyi_core::rulebook::Rulebook;
use guiyi_core::rulebook::toml::Table;

use super::{Project, Purpose};

/// Reads the key; `None` if there is none. Beside a file that is encrypted as a whole it is a mistake, since an index holds
/// values in plain text, but not where the index is to be removed for that.
pub(super) fn read(
    store: Option<&Table<'_>>,
    encryption: Option<&Table<'_>>,
    base: &Path,
    purpose: Purpose,
) -> Option<PathBuf> {
    let store = store?;
    let path = store.opt_string("index")?;
    let is_whole = encryption.is_some_and(|encryption| encryption.opt_bool("whole") == Some(true));
    if is_whole && purpose != Purpose::Encrypt {
        store.mistake_at(
            "index",
            "an index would hold in plain text what the store's file keeps encrypted as a whole",
            Some(
                "leave `index` out, once `guiyi store encrypt` has removed the index that is there, or encrypt single \
                 elements: those are left out of an index"
                    .into(),
            ),
        );
    }
    Some(base.join(path))
}

impl Project {
    /// The file of the index of an entity type.
    pub(crate) fn index_file(&self, entity: EntityType) -> anyhow::Result<PathBuf> {
        let directory = self.index.as_ref().with_context(|| {
            format!(
                "{} keeps no index\n  hint: name a directory: index = \"index\" under [store]",
                self.file.display()
            )
        })?;
        Ok(directory.join(format!("{}.index", entity.name())))
    }

    /// The rulebook of an entity type as records are read by that come one at a time, each on a day of its own.
    pub(crate) fn entry_rulebook(&self, entity: EntityType) -> Option<Rulebook> {
        let mut of_project = self.entities.iter();
        let rules = &of_project
            .find(|of_project| of_project.dictionary.entity == entity)?
            .rules;
        Some(Rulebook {
            rules: rules.clone(),
            ..self.rulebook(entity)?
        })
    }
}
