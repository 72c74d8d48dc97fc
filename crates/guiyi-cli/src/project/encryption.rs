//! `[store.encryption]`: which values the store keeps encrypted, whether its file is, and where the key is.
//!
//! Law: a value that the project file wants encrypted is never written in plain text: a store in which it is not encrypted
//! is refused for writing until `guiyi store encrypt` has been there; a new store is encrypted before its first load.

use std::path::{Path, PathBuf};

use anyhow::bail;
use guiyi_core::dictionary::Sensitivity;
use guiyi_core::rulebook::mistake::hint_for;
use guiyi_core::rulebook::toml::Table;
use guiyi_store::{By, DataKey, EncryptedElement, FileKey, SigningKey, Store, StoreError};

use super::{Entity, Project};

/// What the store keeps encrypted.
pub(crate) struct Encryption {
    /// The file with the key.
    pub(crate) key: PathBuf,
    /// The elements, of the entity types that the project has sources of.
    pub(crate) elements: Vec<EncryptedElement>,
    /// Whether the file is encrypted as a whole.
    pub(crate) is_whole: bool,
}

impl Encryption {
    /// Reads the section; `None` if a key is missing in it.
    pub(super) fn read(table: &Table<'_>, base: &Path, entities: &[Entity]) -> Option<Self> {
        let levels = [Sensitivity::Internal, Sensitivity::Sensitive].map(|level| (level.name(), level));
        let level = table.opt_choice("sensitivity", &levels);
        let named = table.strings("elements");
        let searchable = table.strings("searchable");
        let with_sources = || entities.iter().filter(|entity| !entity.inputs.is_empty());
        let all = || with_sources().flat_map(|entity| &entity.dictionary.elements);
        for (at, name) in named.iter().enumerate() {
            if all().all(|element| *element.name != **name) {
                let hint = hint_for(name, all().map(|element| &*element.name));
                table.mistake_at_item("elements", at, format!("there is no data element \"{name}\""), hint);
            }
        }
        let is_whole = table.opt_bool("whole").unwrap_or(false);
        // Nothing said: what is sensitive. An empty list beside `whole` says: the file is enough.
        let is_said = !named.is_empty() || is_whole && table.has("elements");
        let level = level.or((!is_said).then_some(Sensitivity::Sensitive));
        let mut elements = Vec::new();
        for entity in with_sources() {
            let wanted = entity.dictionary.elements.iter().filter(|element| {
                let is_named = named.contains(&&*element.name);
                is_named || level.is_some_and(|level| element.sensitivity >= level)
            });
            elements.extend(wanted.map(|element| EncryptedElement {
                entity: entity.dictionary.entity,
                element: element.name.to_string(),
                is_searchable: searchable.contains(&&*element.name),
            }));
        }
        for (at, name) in searchable.iter().enumerate() {
            if elements.iter().all(|element| element.element != *name) {
                let hint = hint_for(name, elements.iter().map(|element| element.element.as_str()));
                table.mistake_at_item("searchable", at, format!("\"{name}\" is not encrypted"), hint);
            }
        }
        if elements.is_empty() && named.is_empty() && !is_whole && with_sources().next().is_some() {
            let hint = "name those that are to be encrypted: elements = [\"mobile\"]";
            table.mistake("no element is sensitive", Some(hint.into()));
        }
        let key = table.string("key")?;
        Some(Self {
            key: base.join(key),
            elements,
            is_whole,
        })
    }
}

impl Project {
    /// The key to the file, if the project wants that encrypted as a whole.
    pub(crate) fn file_key(&self) -> Result<Option<FileKey>, StoreError> {
        let wanted = self.encryption.as_ref().filter(|encryption| encryption.is_whole);
        let key = wanted.map(|encryption| DataKey::read(&encryption.key));
        Ok(key.transpose()?.map(|key| key.file_key()))
    }

    /// Opens the store for reading.
    pub(crate) fn open_to_read(&self) -> Result<Store, StoreError> {
        self.with_key(Store::open_read_only_with(&self.store, self.file_key()?.as_ref())?)
    }

    /// Opens the store for writing. What is encrypted in it need not be what the project wants, and no heads are signed.
    pub(crate) fn open_to_write(&self) -> Result<Store, StoreError> {
        self.with_key(Store::open_with(&self.store, self.file_key()?.as_ref())?)
    }

    /// A store with the key to its encrypted values, if the project names one.
    fn with_key(&self, mut store: Store) -> Result<Store, StoreError> {
        if let Some(encryption) = &self.encryption {
            store.use_key(&encryption.key)?;
        }
        Ok(store)
    }

    /// Opens the store for writing; from then on its heads are signed, if the project wants that. Neither what is encrypted
    /// in it nor whether its file is need be what the project wants.
    pub(crate) fn open_as_it_is(&self) -> Result<Store, StoreError> {
        let key = self.encryption.as_ref().map(|encryption| &*encryption.key);
        self.signing(self.with_key(Store::open_as_it_is(&self.store, key)?)?)
    }

    /// A store whose heads are signed from now on, if the project wants that.
    fn signing(&self, mut store: Store) -> Result<Store, StoreError> {
        if let Some(heads) = &self.heads {
            store.sign_heads(&heads.file, SigningKey::read(&heads.key)?)?;
        }
        Ok(store)
    }

    /// Opens the store for writing. A new one is encrypted at once, if the project wants that; `utc` is now.
    pub(crate) fn open_store(&self, utc: &str) -> anyhow::Result<Store> {
        let mut store = self.signing(self.open_to_write()?)?;
        let Some(wanted) = &self.encryption else {
            return Ok(store);
        };
        if store.encryption().is_none() && store.state()?.last_run == 0 && !wanted.elements.is_empty() {
            let by = By {
                actor: "guiyi",
                reason: "a new store",
                utc,
            };
            store.encrypt(&DataKey::read(&wanted.key)?, &wanted.elements, by)?;
            return Ok(store);
        }
        let missing = self.not_encrypted(&store);
        if missing.is_empty() {
            return Ok(store);
        }
        bail!(
            "{} wants {} encrypted, which {} holds in plain text\n  hint: `guiyi store {} encrypt` encrypts it there",
            self.file.display(),
            missing.join(", "),
            self.store.display(),
            self.file.display()
        )
    }

    /// The elements that the project wants encrypted and that the store has in plain text.
    fn not_encrypted(&self, store: &Store) -> Vec<String> {
        let has = store.encryption().map(|has| has.elements).unwrap_or_default();
        let is_there = |of: &&EncryptedElement| {
            let same = |other: &EncryptedElement| other.entity == of.entity && other.element == of.element;
            has.iter().any(same)
        };
        let wanted = self.encryption.iter().flat_map(|encryption| &encryption.elements);
        wanted
            .filter(|of| !is_there(of))
            .map(|of| format!("{}.{}", of.entity.name(), of.element))
            .collect()
    }
}
