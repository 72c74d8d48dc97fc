//! The corridor: the only file that names every room. It calls, and never works.
//!
//! The walk has two halves, because between them the store is asked what it knows of the records: [`cleanse`] takes the
//! rows of the sources through standardize, validate and impute; [`unify`] takes the gathered records through matching,
//! cluster, crosswalk and survive. Reading comes before, committing and writing come after; they are other crates'.

use rayon::prelude::*;

use crate::cluster::{self, Clusters};
use crate::crosswalk::{self, Assignment, History, Mint, SerialsExhausted};
use crate::finding::Notes;
use crate::impute;
use crate::matching::tables::ModelMisfit;
use crate::matching::{self, Decisions, Matching};
use crate::record::{Batch, Records};
use crate::rulebook::Rulebook;
use crate::score::{self, Scorecard};
use crate::standardize;
use crate::survive::{self, Golden};
use crate::validate;

/// A step of the walk, said to whoever watches; the core itself has no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The room is entered.
    Enter(&'static str),
    /// The room is left, and so many rows, records or pairs went through it.
    Leave(&'static str, u64),
}

/// Where steps are said.
pub type Watch<'a> = &'a mut dyn FnMut(Step);

/// What [`cleanse`] gives.
#[derive(Debug, Clone)]
pub struct Cleansed {
    /// The batches, every row in its final state.
    pub batches: Vec<Batch>,
    /// What reading and the rooms had to say.
    pub notes: Notes,
    /// The scores of each source, in the order of [`Rulebook::sources`].
    pub scores: Vec<Scorecard>,
}

/// What [`unify`] gives.
#[derive(Debug, Clone)]
pub struct Unified {
    /// The pairs worth keeping, the model, and what was counted.
    pub matching: Matching,
    /// The cluster of each record.
    pub clusters: Clusters,
    /// The global ID of each cluster.
    pub assignment: Assignment,
    /// The golden records, numbered like the clusters.
    pub golden: Golden,
}

/// Why [`unify`] gives nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnifyError {
    /// The model of the rulebook does not fit what is compared.
    #[error(transparent)]
    Model(#[from] ModelMisfit),
    /// The issuer of global IDs has no serial left.
    #[error(transparent)]
    Serials(#[from] SerialsExhausted),
}

/// Standardizes, validates, imputes and scores the rows of all sources; `notes` are what reading had to say.
pub fn cleanse(mut batches: Vec<Batch>, mut notes: Notes, rulebook: &Rulebook, watch: Watch<'_>) -> Cleansed {
    let n_rows = batches.iter().map(|batch| batch.len() as u64).sum();

    watch(Step::Enter("standardize"));
    let hints = standardize::learn(&batches, rulebook);
    batches = each(batches, &mut notes, |batch| standardize::run(batch, rulebook, &hints));
    watch(Step::Leave("standardize", n_rows));

    watch(Step::Enter("validate"));
    batches = each(batches, &mut notes, |batch| validate::run(batch, rulebook));
    notes.append(validate::across(&mut batches, rulebook));
    notes.findings.extend(validate::whole::findings(&batches, rulebook));
    watch(Step::Leave("validate", n_rows));

    watch(Step::Enter("impute"));
    let learned = impute::learn(&batches, rulebook);
    batches = each(batches, &mut notes, |batch| impute::run(batch, rulebook, &learned));
    watch(Step::Leave("impute", n_rows));

    watch(Step::Enter("score"));
    let scores = (0..rulebook.sources.len()).into_par_iter();
    let scores = scores
        .map(|source| score::run(source as u16, &batches, &notes, rulebook))
        .collect();
    watch(Step::Leave("score", n_rows));
    Cleansed { batches, notes, scores }
}

/// Judges a batch of a source that streams by: its cells are standardized where `elements` says so, then every rule runs.
///
/// Nothing moves between elements and nothing is imputed; a batch is judged as if it stood alone but for what `hints`
/// and the `judge` know of its source. `is_bad` are the rows that reading found wrong, `detail` says what is wanted of each
/// rule.
pub fn judge(
    mut batch: Batch,
    is_bad: Vec<bool>,
    elements: &[usize],
    hints: &standardize::Hints,
    rulebook: &Rulebook,
    judge: &validate::Judge<'_>,
    detail: impl Fn(usize) -> validate::Detail,
) -> validate::Judged {
    let held = standardize::cells(&mut batch, elements, rulebook, hints);
    judge.judge(batch, held, is_bad, detail)
}

/// The keys of the `unique` rules of a batch, as [`judge()`] will see its values; see [`validate::Judge::keys`].
pub fn keys(
    mut batch: Batch,
    elements: &[usize],
    hints: &standardize::Hints,
    rulebook: &Rulebook,
    judge: &validate::Judge<'_>,
    seed: u64,
    keys: &mut [Vec<u128>],
) {
    let held = standardize::cells(&mut batch, elements, rulebook, hints);
    judge.keys(batch, held, seed, keys);
}

/// Matches, clusters, identifies and survives the gathered records.
///
/// `history` and `decisions` are by record number.
///
/// # Errors
///
/// [`UnifyError`] if the rulebook's model does not fit, or the issuer has no serial left.
pub fn unify(
    records: &Records,
    history: History<'_>,
    mint: Mint,
    decisions: &Decisions,
    rulebook: &Rulebook,
    watch: Watch<'_>,
) -> Result<Unified, UnifyError> {
    let n_records = records.len() as u64;

    watch(Step::Enter("matching"));
    let mut matching = matching::run(records, rulebook, decisions)?;
    watch(Step::Leave("matching", matching.counts.candidates));

    watch(Step::Enter("cluster"));
    let clusters = cluster::run(
        records.len(),
        &mut matching.pairs,
        decisions,
        &matching.hard,
        &history.confirmed(),
        &history.retired(),
    );
    watch(Step::Leave("cluster", n_records));

    watch(Step::Enter("crosswalk"));
    let assignment = crosswalk::assign(&clusters.of, history, mint)?;
    watch(Step::Leave("crosswalk", n_records));

    watch(Step::Enter("survive"));
    let golden = survive::run(records, &clusters.of, rulebook);
    watch(Step::Leave("survive", n_records));
    Ok(Unified {
        matching,
        clusters,
        assignment,
        golden,
    })
}

/// Takes every batch through a room, on all threads; batches and notes keep their order.
fn each(batches: Vec<Batch>, notes: &mut Notes, room: impl Fn(Batch) -> (Batch, Notes) + Send + Sync) -> Vec<Batch> {
    let (batches, said): (Vec<Batch>, Vec<Notes>) = batches.into_par_iter().map(room).unzip();
    for part in said {
        notes.append(part);
    }
    batches
}
