//! One source record put at once, as a system that works online delivers it: the record, its golden record, crosswalk,
//! ledger and change feed in one transaction.
//!
//! Laws: it writes what a run would that delivers this record alone; the same record again writes nothing. Whom a new
//! record belongs to is decided by who calls, who has matched it.

use guiyi_core::crosswalk::assign;
use guiyi_core::global_id::GlobalId;
use guiyi_core::record::{Batch, Records};
use guiyi_core::rulebook::Rulebook;
use guiyi_core::survive;
use rusqlite::OptionalExtension;

use crate::action::{By, Keep};
use crate::change::{CommitReport, RunChange};
use crate::commit::{self, Failure, Occasion};
use crate::error::StoreError;
use crate::known::{load_golden, read_gid};
use crate::{Store, statements};

impl Store {
    /// Puts one source record: `row` is a batch of one admitted row, standardized. A record that the store knows stays in
    /// its golden record; a new one goes into `into`, or makes a golden record of its own. Gives its ID and what was
    /// written.
    ///
    /// Cost: linear in the members of the golden record.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if the batch is not one admitted row, [`StoreError::NotActive`] if `into` is not an
    /// active golden record.
    pub fn put(
        &mut self,
        rulebook: &Rulebook,
        row: &Batch,
        into: Option<GlobalId>,
        by: By<'_>,
    ) -> Result<(GlobalId, CommitReport), StoreError> {
        let entity = rulebook.dictionary.entity;
        let n_elements = rulebook.dictionary.elements.len();
        self.act(entity, by, |action| {
            let inconsistent = |detail: String| Failure::from(StoreError::Inconsistent { detail });
            let source = rulebook.sources.get(usize::from(row.source));
            let (Some(source), Some(key), 1) = (source, row.key(0), row.len()) else {
                return Err(inconsistent("one row of a known source, with a key".into()));
            };
            let mut of_record = action.connection.prepare_cached(statements::SOURCE_GID_OF)?;
            let mut gid = of_record
                .query_row((entity.name(), key, &source.system), |row| read_gid(row, 0))
                .optional()?;
            drop(of_record);
            if let (None, Some(into)) = (gid, into) {
                action.check_active(into)?;
                gid = Some(into);
            }
            let part = load_golden(action.connection, rulebook, gid, (row.source, key))?;
            let batches = std::slice::from_ref(row);
            let (records, rows) = Records::gather(batches, &part.absent, n_elements);
            if rows.iter().flatten().count() != 1 {
                return Err(inconsistent("the row is not admitted".into()));
            }
            let clusters = vec![0; records.len()];
            let memberships = part.memberships(&records);
            let assignment = assign(&clusters, memberships.history(&part), part.mint)
                .map_err(|exhausted| inconsistent(exhausted.to_string()))?;
            let mut golden = survive::run(&records, &clusters, rulebook);
            let pins = part.pins_of(&assignment.gids, &rulebook.dictionary, action.by.utc);
            survive::pin(&mut golden, &pins);
            let change = RunChange {
                rulebook,
                rulebook_digest: &[],
                known: &part,
                records: &records,
                batches,
                rows: &rows,
                clusters: &clusters,
                golden: &golden,
                assignment: &assignment,
                review: None,
            };
            let occasion = Occasion {
                run: action.run,
                utc: action.by.utc,
                actor: action.by.actor,
                reason: Some(action.by.reason),
            };
            let report = commit::write_change(action.connection, change, occasion)?;
            let keep = if report.run.is_some() { Keep::All } else { Keep::Nothing };
            Ok(((assignment.gids[0], report), keep))
        })
    }
}
