//! `[store] heads` and `key`: the second place of the ledger's heads, and the key that signs them.

use std::path::{Path, PathBuf};

use guiyi_core::rulebook::toml::Table;

/// Where the ledger's heads are written besides the store, and the key that signs them.
pub(crate) struct Heads {
    /// The file with the heads, one a line.
    pub(crate) file: PathBuf,
    /// The file with the signing key.
    pub(crate) key: PathBuf,
}

impl Heads {
    /// Reads the section; `None` if it says nothing of heads. One without the other is a mistake.
    pub(super) fn read(store: Option<&Table<'_>>, base: &Path) -> Option<Self> {
        let store = store?;
        match (store.opt_string("heads"), store.opt_string("key")) {
            (Some(heads), Some(key)) => Some(Self {
                file: base.join(heads),
                key: base.join(key),
            }),
            (None, None) => None,
            (heads, _) => {
                let (there, missing) = if heads.is_some() {
                    ("heads", "key")
                } else {
                    ("key", "heads")
                };
                let hint = "`guiyi store key new FILE` makes a key";
                store.mistake_at(
                    there,
                    format!("`{there}` needs `{missing}` beside it"),
                    Some(hint.to_owned()),
                );
                None
            }
        }
    }
}
