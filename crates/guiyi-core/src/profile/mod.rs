//! The profile of a file: what each column holds, how clean it is, which data element it feeds, and which rules it keeps.
//!
//! Beside the walk, not in it: it looks at any file before a project exists. Values are tried by the rooms that would
//! read them (`standardize`, the identifier library), so it promises nothing that a run would not keep.
//! Memory is bounded whatever the file's size: distinct values by [`Options::distinct_limit`], all else by constants.
//! Laws: the number of threads changes nothing. Rows in another order change nothing but the last digits of means, lower
//! bounds of counts where a column has more values than are kept, and which relations are followed.

mod column;
mod dirt;
mod distinct;
mod elements;
mod figures;
mod frequent;
mod hash;
mod infer;
mod kinds;
mod relations;
mod result;
mod sample;
mod shape;
mod suggest;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use rayon::prelude::*;

use self::column::ColumnState;
use self::elements::Evidence;
use self::kinds::Probe;
use self::relations::Relations;
use crate::dictionary::Dictionary;
use crate::record::{Batch, RowState};
use crate::rulebook::Mistake;

pub use self::dirt::Dirt;
pub use self::distinct::DistinctCount;
pub use self::elements::{HeaderEvidence, Proposal};
pub use self::figures::DateForm;
pub use self::frequent::Commonest;
pub use self::infer::Inferred;
pub use self::relations::Relation;
pub use self::result::{ColumnProfile, Dates, Numbers, Profile, QUANTILES};
pub use self::shape::shape;
pub use self::suggest::{CONFIDENT, suggest_rules};

/// How a profile is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Distinct values up to which a column is counted exactly; 8 to 16 bytes each.
    pub distinct_limit: usize,
    /// The day of the run.
    pub today: (i16, i8, i8),
}

/// A file being profiled.
pub struct Profiler {
    headers: Vec<Arc<str>>,
    columns: Vec<ColumnState>,
    relations: Relations,
    options: Options,
    rows: u64,
    set_aside: u64,
}

impl Profiler {
    /// A profile of no row yet.
    pub fn new(headers: &[Arc<str>], options: Options) -> Self {
        Self {
            headers: headers.to_vec(),
            columns: headers
                .iter()
                .map(|_| ColumnState::new(options.distinct_limit))
                .collect(),
            relations: Relations::default(),
            options,
            rows: 0,
            set_aside: 0,
        }
    }

    /// Takes a batch, by what was received; rows that are no records, such as totals, are counted and set aside.
    ///
    /// The columns are counted in parallel.
    pub fn add(&mut self, batch: &Batch) {
        let counts: Vec<bool> = batch.states.iter().map(|state| *state != RowState::Rejected).collect();
        let rows = counts.iter().filter(|counts| **counts).count() as u64;
        self.rows += rows;
        self.set_aside += batch.len() as u64 - rows;
        let hashes: Vec<Vec<u64>> = self
            .columns
            .par_iter_mut()
            .zip(&batch.received)
            .map(|(column, values)| column.add(values, &counts))
            .collect();
        self.relations.add(&hashes, self.options.distinct_limit);
    }

    /// Judges what was counted.
    ///
    /// # Errors
    ///
    /// The mistakes of the shipped rule pack; it has none in a released version.
    pub fn finish(mut self, dictionary: &Dictionary) -> Result<Profile, Vec<Mistake>> {
        let probe = Probe::new(self.options.today)?;
        let judged: Vec<_> = self
            .columns
            .par_iter_mut()
            .map(|column| result::judge(column, &probe))
            .collect();
        let evidence: Vec<Evidence<'_>> = self
            .headers
            .iter()
            .zip(&self.columns)
            .zip(&judged)
            .map(|((header, column), judged)| Evidence {
                header,
                filled: column.filled(),
                shares: &judged.shares,
                values: column
                    .sample
                    .values()
                    .filter(|(text, _)| !column.placeholders.contains_key(text.trim()))
                    .collect(),
            })
            .collect();
        let proposals = elements::assign(&evidence, dictionary);
        drop(evidence);
        let columns: Vec<ColumnProfile> = self
            .headers
            .iter()
            .zip(&mut self.columns)
            .zip(judged)
            .zip(proposals)
            .map(|(((header, column), judged), proposal)| {
                result::column(Arc::clone(header), column, &judged, proposal, dictionary)
            })
            .collect();
        let relations = self.relations.finish(columns.iter().any(|column| column.is_key));
        Ok(Profile {
            rows: self.rows,
            set_aside: self.set_aside,
            columns,
            relations,
        })
    }
}
