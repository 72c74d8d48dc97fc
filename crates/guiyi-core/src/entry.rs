//! The entry check: whether a record that somebody is about to create is known already.
//!
//! Beside the walk: the record is read as a run would read it, standardized, and mended or withheld where a rule says
//! so; `matching::known` looks it up; and what was found is told by golden record.
//! Law: a value says in an entry check what it would say in a run.

use std::sync::Arc;

use crate::dictionary::Dictionary;
use crate::global_id::GlobalId;
use crate::matching::tables::{Found, Index, Outcome};
use crate::matching::{Veto, known};
use crate::record::{Batch, Records};
use crate::rulebook::{OnFailure, Rulebook, Source, nearest};
use crate::standardize::{self, Hints};
use crate::validate;

/// The key of the record that is asked about, which has none yet.
const KEY: &str = "?";
/// Between system and source key in the name of a known record; no name of a system has it.
const BETWEEN: char = '/';

/// Reads records as a run would: what it takes of a rulebook, made ready once.
#[derive(Debug, Clone)]
pub struct Reader {
    rulebook: Rulebook,
}

/// Why a record cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryMistake {
    /// A name is none of a data element.
    #[error("there is no data element of this name")]
    UnknownElement {
        /// Its place among the values.
        at: usize,
        /// The element that is nearest, if one is near.
        nearest: Option<String>,
    },
}

impl Reader {
    /// A reader for the elements of a rulebook. Of its rules those count that mend or withhold values.
    pub fn new(rulebook: &Rulebook) -> Self {
        let elements = &rulebook.dictionary.elements;
        let mut rulebook = rulebook.clone();
        let changes = |on_failure: OnFailure| matches!(on_failure, OnFailure::Repair | OnFailure::Withhold);
        rulebook.rules.retain(|rule| changes(rule.on_failure));
        let headers = elements.iter().map(|element| Arc::clone(&element.name));
        rulebook.sources = vec![Source {
            system: "entry".into(),
            headers: headers.chain([Arc::from(KEY)]).collect(),
            key_column: elements.len(),
            mapping: (0..elements.len()).map(Some).collect(),
            code_pattern: None,
            day_first: None,
        }];
        Self { rulebook }
    }

    /// The data elements.
    pub fn dictionary(&self) -> &Dictionary {
        &self.rulebook.dictionary
    }

    /// One record of values by the names of their elements, as a run of the day `today`, (year, month, day), would read it;
    /// empty values say nothing, and of two values of one element the later counts.
    ///
    /// # Errors
    ///
    /// [`EntryMistake`] for a name that is no data element.
    pub fn read<'v>(
        &self,
        today: (i16, i8, i8),
        values: impl IntoIterator<Item = (&'v str, &'v str)>,
    ) -> Result<Records, EntryMistake> {
        let elements = &self.dictionary().elements;
        let mut row: Vec<Option<&str>> = vec![None; elements.len()];
        for (at, (name, value)) in values.into_iter().enumerate() {
            let Some(element) = self.dictionary().position(name) else {
                let names = elements.iter().map(|element| &*element.name);
                let nearest = nearest(name, names).map(str::to_owned);
                return Err(EntryMistake::UnknownElement { at, nearest });
            };
            row[element] = Some(value);
        }
        let texts: Vec<&str> = row.iter().map(|value| value.unwrap_or("")).chain([KEY]).collect();
        let rulebook = self.rulebook.clone();
        let rulebook = Rulebook { today, ..rulebook };
        let batch = Batch::of_text(0, &rulebook.sources[0], &[texts]);
        let (batch, _) = standardize::run(batch, &rulebook, &Hints::default());
        let (batch, _) = validate::run(batch, &rulebook);
        Ok(Records::gather(&[batch], &Records::default(), elements.len()).0)
    }
}

/// What the index calls a record of a system.
pub fn name_of(system: &str, key: &str) -> String {
    format!("{system}{BETWEEN}{key}")
}

/// System and source key of a record of the index.
pub fn code_of(index: &Index, row: u32) -> (&str, &str) {
    let name = index.name(row);
    name.split_once(BETWEEN).unwrap_or(("", name))
}

/// A golden record that a record may be.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its global ID.
    pub gid: GlobalId,
    /// Whether a run would make the record a member of it, or leave it to a person.
    pub outcome: Outcome,
    /// What keeps the two apart although their values may speak for them.
    pub veto: Option<Veto>,
    /// The member that is most like the record.
    pub nearest: Found,
}

/// The golden records that a record may be, the likeliest first. `None`: it has no value of an element that is compared.
///
/// `resolve` says which golden record a known record belongs to now, by system and source key, and whether that is
/// retired; a record that it does not know is passed over.
///
/// # Errors
///
/// Those of `resolve`.
pub fn candidates<E>(
    index: &Index,
    record: &Records,
    dictionary: &Dictionary,
    mut resolve: impl FnMut(&str, &str) -> Result<Option<(GlobalId, bool)>, E>,
) -> Result<Option<Vec<Candidate>>, E> {
    let Some(found) = known::find(index, record, dictionary) else {
        return Ok(None);
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for found in found {
        let (system, key) = code_of(index, found.row);
        let Some((gid, is_retired)) = resolve(system, key)? else {
            continue;
        };
        // Nothing joins what is retired.
        let (outcome, veto) = if is_retired {
            (Outcome::Review, Some(Veto::Retired))
        } else {
            (found.outcome, found.veto)
        };
        match candidates.iter_mut().find(|known| known.gid == gid) {
            // Who differs from one member differs from all, also where a steward has made one of two since.
            Some(known) if known.veto == Some(Veto::HardIdentifier) => {}
            Some(known) if veto == Some(Veto::HardIdentifier) => {
                (known.outcome, known.veto) = (Outcome::Review, veto);
            }
            Some(known) if outcome == Outcome::Match && known.outcome == Outcome::Review => {
                (known.outcome, known.veto) = (outcome, None);
            }
            Some(_) => {}
            None => candidates.push(Candidate {
                gid,
                outcome,
                veto: veto.filter(|_| outcome == Outcome::Review),
                nearest: found,
            }),
        }
    }
    candidates.sort_by_key(|candidate| candidate.outcome == Outcome::Review);
    // Where a steward has split what the index has as one, the nearer part is the one that is joined.
    for other in candidates
        .iter_mut()
        .skip(1)
        .filter(|other| other.outcome == Outcome::Match)
    {
        (other.outcome, other.veto) = (Outcome::Review, Some(Veto::Cluster));
    }
    Ok(Some(candidates))
}
