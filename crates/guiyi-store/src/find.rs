//! Finding golden records by a value, also by one that is encrypted: by its blind index.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::GlobalId;

use crate::error::StoreError;
use crate::known::{read_gid, rows};
use crate::{Store, wide};

impl Store {
    /// The golden records whose element has exactly this value, in its canonical form, by ID.
    ///
    /// Cost: looks at every golden record of the entity type once, at the element alone.
    ///
    /// # Errors
    /// [`StoreError::UnknownElement`] if the store has no such element, [`StoreError::NotSearchable`] if it is encrypted
    /// without a blind index, [`StoreError::Sealed`] if it is encrypted and the key is missing.
    pub fn find(&self, entity: EntityType, element: &str, value: &str) -> Result<Vec<GlobalId>, StoreError> {
        self.read(|connection| {
            let element = element.to_owned();
            if !wide::elements(connection, entity)?.contains(&element) {
                return Err(StoreError::UnknownElement { element }.into());
            }
            let names = [&*element];
            let sealing = connection.vault.to_read(entity, &names);
            if !sealing.is_sealed(0) {
                let sql = wide::equal(entity, &element);
                return Ok(rows(connection, &sql, [value], |row| read_gid(row, 0))?);
            }
            connection.vault.check()?;
            let Some(beginning) = sealing.search(0, value) else {
                return Err(StoreError::NotSearchable { element }.into());
            };
            let sql = wide::beginning(entity, &element);
            Ok(rows(connection, &sql, [beginning], |row| read_gid(row, 0))?)
        })
    }
}
