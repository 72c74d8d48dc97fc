//! Trusted until: a record that its system still vouches for beats one that has grown too old.
//!
//! A record is trusted for the days that the policy gives its system, counted from the policy's recency element to the
//! day of the run; without a date it is not. A system that the policy does not name is trusted for ever. Which of the
//! trusted ones wins is for the next strategy to say; if none is trusted, nothing is decided.

use std::sync::Arc;

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Members, keep_smallest};
use crate::record::Origin;
use crate::rulebook::Rulebook;

/// From which day on a record of a system is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    Always,
    /// As a canonical date, `YYYY-MM-DD`.
    From(Arc<str>),
}

/// The trust in each source of the rulebook.
pub(super) fn of_sources(rulebook: &Rulebook) -> Vec<Trust> {
    let (year, month, day) = rulebook.today;
    let today = Date::new(year, month, day).ok();
    let trust = |system: &Arc<str>| {
        let days = rulebook.survivorship.trust_days.get(system);
        let Some((&days, today)) = days.zip(today) else {
            return Trust::Always;
        };
        // Before the calendar's first year nothing is too old.
        let first = today.checked_sub(i64::from(days).days());
        first.map_or(Trust::Always, |first| Trust::From(first.to_string().into()))
    };
    rulebook.sources.iter().map(|source| trust(&source.system)).collect()
}

pub(super) fn is_trusted(context: &Members<'_>, record: u32) -> bool {
    match context.trust.get(usize::from(context.records.sources[record as usize])) {
        None | Some(Trust::Always) => true,
        Some(Trust::From(first)) => date(context, record).is_some_and(|date| date >= &**first),
    }
}

/// The day of a record, unless it was imputed.
pub(super) fn date<'a>(context: &Members<'a>, record: u32) -> Option<&'a str> {
    let column = &context.records.columns[context.recency?];
    let record = record as usize;
    column.get(record).filter(|_| column.origin(record) != Origin::Imputed)
}

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    keep_smallest(candidates, |record| !is_trusted(context, record));
}
