//! Blocks of IDs given away: to a site that works offline, to a migration, to whoever needs codes before records.
//!
//! Laws: the serials of a block are never given to anything else, the IDs of a block are known from the moment on at
//! which it is given; gaps are normal.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, ISSUERS, SERIALS, from_serial};
use rusqlite::{Connection, OptionalExtension};

use crate::action::{By, Keep};
use crate::error::StoreError;
use crate::known::rows;
use crate::{Store, statements};

/// A block of IDs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Entity type of the IDs.
    pub entity: EntityType,
    /// Issuer of the IDs.
    pub issuer: u16,
    /// First serial.
    pub first_serial: u32,
    /// Last serial.
    pub last_serial: u32,
    /// Who may use them.
    pub holder: String,
    /// When it was given, UTC.
    pub utc: String,
}

impl Block {
    /// The IDs, in order of issue.
    pub fn ids(&self) -> impl Iterator<Item = GlobalId> + '_ {
        (self.first_serial..=self.last_serial).filter_map(|serial| from_serial(self.entity, self.issuer, serial))
    }
}

impl Store {
    /// Gives away the next `count` IDs of an issuer; `holder` says to whom.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if there is no such issuer, the count is 0, or the issuer has too few serials left.
    pub fn mint(
        &mut self,
        entity: EntityType,
        issuer: u16,
        count: u32,
        holder: &str,
        by: By<'_>,
    ) -> Result<Block, StoreError> {
        self.act(entity, by, |action| {
            let refuse = |detail: String| StoreError::Inconsistent { detail };
            if issuer >= ISSUERS {
                return Err(refuse(format!("issuer {issuer} is not below {ISSUERS}")).into());
            }
            let connection = action.connection;
            let next: Option<u32> = connection
                .prepare_cached(statements::NEXT_SERIAL)?
                .query_row((entity.name(), issuer), |row| row.get(0))
                .optional()?;
            let first_serial = next.unwrap_or(1);
            let after = first_serial
                .checked_add(count)
                .filter(|after| *after <= SERIALS && count > 0);
            let Some(after) = after else {
                let left = SERIALS.saturating_sub(first_serial);
                return Err(refuse(format!("{count} IDs asked for, the issuer has {left} left")).into());
            };
            let block = Block {
                entity,
                issuer,
                first_serial,
                last_serial: after - 1,
                holder: holder.to_owned(),
                utc: by.utc.to_owned(),
            };
            let mut set = connection.prepare_cached(statements::SET_NEXT_SERIAL)?;
            crate::write(&mut set, (entity.name(), issuer, after))?;
            let mut add = connection.prepare_cached(statements::ADD_BLOCK)?;
            crate::write(
                &mut add,
                (
                    entity.name(),
                    issuer,
                    first_serial,
                    block.last_serial,
                    holder,
                    action.run,
                ),
            )?;
            let [first, last] = [first_serial, block.last_serial].map(|serial| from_serial(entity, issuer, serial));
            let (first, last) = (first.as_ref(), last.as_ref());
            action.note(
                "mint",
                entity.name(),
                first.map(GlobalId::as_str),
                last.map(GlobalId::as_str),
            )?;
            Ok((block, Keep::All))
        })
    }

    /// The blocks of an entity type, by issuer and serial.
    pub fn blocks(&self, entity: EntityType) -> Result<Vec<Block>, StoreError> {
        let read = |row: &rusqlite::Row<'_>| {
            Ok(Block {
                entity,
                issuer: row.get(0)?,
                first_serial: row.get(1)?,
                last_serial: row.get(2)?,
                holder: row.get(3)?,
                utc: row.get(4)?,
            })
        };
        rows(&self.connection, statements::BLOCKS, [entity.name()], read).map_err(|error| self.failed(error))
    }
}

/// Whether an ID is in a block.
pub(crate) fn is_in_block(connection: &Connection, gid: GlobalId) -> rusqlite::Result<bool> {
    let Some(entity) = guiyi_core::global_id::entity(gid) else {
        return Ok(false);
    };
    let serial = gid.serial();
    let mut statement = connection.prepare_cached(statements::BLOCK_OF)?;
    statement.exists((entity.name(), gid.issuer(), serial, serial))
}
