//! The proof that golden records are what their members, the policy and the pins make of them.

use std::collections::BTreeMap;

use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Column, Records};
use guiyi_core::rulebook::Rulebook;
use rusqlite::OptionalExtension;

use crate::action::{By, Keep};
use crate::error::StoreError;
use crate::known::load;
use crate::read::changes;
use crate::{Store, key, statements};

/// What a rebuild found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebuild {
    /// Golden records computed anew; none of those that are retired.
    pub n_golden: u64,
    /// Those that are stored otherwise, by ID.
    pub different: Vec<GlobalId>,
    /// Digest of the rulebook that the last run went by; `None` if there was no run.
    pub rulebook_digest: Option<Vec<u8>>,
}

impl Store {
    /// Computes every golden record anew from its source records, the policy and the pins that held, and compares; the
    /// store stays as it is. A policy other than the last run's makes differences of its own.
    ///
    /// Cost: as much memory and time as a run without reading and matching.
    pub fn check_rebuild(&mut self, rulebook: &Rulebook) -> Result<Rebuild, StoreError> {
        let entity = rulebook.dictionary.entity;
        let by = By {
            actor: "rebuild",
            reason: "rebuild",
            utc: "",
        };
        self.act(entity, by, |action| {
            let connection = action.connection;
            let last_run: Option<(String, Vec<u8>)> = connection
                .prepare_cached(statements::LAST_FULL_RUN)?
                .query_row([entity.name()], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (last_utc, rulebook_digest) = last_run.unzip();
            let nothing = Records {
                columns: vec![Column::empty(0); rulebook.dictionary.elements.len()],
                ..Records::default()
            };
            let known = load(connection, rulebook, &nothing)?;
            let mut numbers: BTreeMap<GlobalId, u32> = BTreeMap::new();
            let number = |gid| {
                let next = numbers.len() as u32;
                *numbers.entry(gid).or_insert(next)
            };
            let clusters: Vec<u32> = known.gids().map(number).collect();

            // A pin counts as it did when the golden record was last looked at: by the last run, or by a steward since.
            let mut looked: BTreeMap<GlobalId, String> = BTreeMap::new();
            let mut written = connection.prepare_cached(statements::GOLDEN_UTC)?;
            for pinned in &known.pins {
                let utc: Option<String> = written
                    .query_row([key::to_key(pinned.gid)], |row| row.get(0))
                    .optional()?;
                looked.insert(pinned.gid, utc.max(last_utc.clone()).unwrap_or_default());
            }
            let before: i64 = connection.query_row(statements::LAST_FEED, [], |row| row.get(0))?;
            action.regroup(rulebook, &known, &clusters, |pinned| {
                pinned.holds_at(looked.get(&pinned.gid).map_or("", String::as_str))
            })?;
            let mut different: Vec<GlobalId> = changes(connection, before, i64::MAX)?
                .into_iter()
                .map(|change| change.gid)
                .collect();
            different.sort_unstable();
            different.dedup();
            let rebuild = Rebuild {
                n_golden: (numbers.len() - known.retired().len()) as u64,
                different,
                rulebook_digest,
            };
            Ok((rebuild, Keep::Nothing))
        })
    }
}
