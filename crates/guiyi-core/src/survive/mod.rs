//! Survivorship: which member's value stands in the golden record, and why.
//!
//! Stands between cluster and the store. Laws: a golden record is a pure function of its members and the policy; a
//! withheld or missing value never wins, an imputed one only where nothing else is known; the elements of a group come
//! from one record; the order is total, so that the last tie goes to the smallest (system, source key). The day of the
//! rulebook counts only where the policy limits for how long a system is trusted.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{Array, StringArray};
use rayon::prelude::*;

use crate::record::{Column, FEW, Origin, Records};
use crate::rulebook::{Rulebook, Strategy};

mod best_origin;
mod highest_score;
mod longest;
mod most_complete;
mod most_frequent;
mod most_recent;
mod pin;
mod source_priority;
mod trusted_until;
mod union;
mod value_order;
mod why;

pub use pin::{Pin, pin};
pub use why::{Candidate, Fate, Why, why};

/// Stands for "no record" in lineage.
pub const NO_RECORD: u32 = u32::MAX;

/// The golden records of one entity type, as columns, numbered like their clusters.
#[derive(Debug, Clone, Default)]
pub struct Golden {
    /// Where each golden record's members begin in `members`; one more entry than golden records.
    pub offsets: Vec<u32>,
    /// Numbers of the member records, ascending inside a golden record.
    pub members: Vec<u32>,
    /// One column per data element.
    pub columns: Vec<GoldenColumn>,
}

impl Golden {
    /// Number of golden records.
    pub fn len(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Whether there is no golden record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Numbers of the records of a golden record, ascending.
    pub fn members_of(&self, golden: usize) -> &[u32] {
        &self.members[self.offsets[golden] as usize..self.offsets[golden + 1] as usize]
    }
}

/// One attribute of the golden records: a value and its lineage for each.
#[derive(Debug, Clone)]
pub struct GoldenColumn {
    /// The surviving values; null where no member has one.
    pub values: StringArray,
    /// The record that each value came from, [`NO_RECORD`] where there is none or a steward pinned the value.
    pub winners: Vec<u32>,
    /// How each value came about; [`Origin::Received`] where there is none.
    pub origins: Vec<Origin>,
    /// Why that record's value won.
    pub grounds: Vec<Ground>,
}

impl GoldenColumn {
    /// Number of golden records that have a value.
    pub fn n_filled(&self) -> usize {
        self.values.len() - self.values.null_count()
    }
}

/// Why a value won.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ground {
    /// No member has a value.
    Nothing,
    /// Only one member has a value.
    Only,
    /// All members that have a value have the same.
    Agreed,
    /// This strategy was the last one needed.
    Strategy(Strategy),
    /// No strategy decided: the smallest (system, source key).
    Order,
    /// A steward pinned it.
    Override,
}

impl Ground {
    /// All grounds, in the order of their codes.
    pub const ALL: [Self; 16] = [
        Self::Nothing,
        Self::Only,
        Self::Agreed,
        Self::Order,
        Self::Strategy(Strategy::BestOrigin),
        Self::Strategy(Strategy::SourcePriority),
        Self::Strategy(Strategy::MostRecent),
        Self::Strategy(Strategy::MostFrequent),
        Self::Strategy(Strategy::Longest),
        Self::Strategy(Strategy::MostComplete),
        Self::Override,
        Self::Strategy(Strategy::HighestScore),
        Self::Strategy(Strategy::TrustedUntil),
        Self::Strategy(Strategy::MostRestrictive),
        Self::Strategy(Strategy::ValueOrder),
        Self::Strategy(Strategy::Union),
    ];

    /// The stable code used in the store.
    pub fn code(self) -> u8 {
        Self::ALL.iter().position(|&ground| ground == self).unwrap_or(0) as u8
    }

    /// The ground with this code, the inverse of [`Ground::code`].
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The stable name used in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Only => "only",
            Self::Agreed => "agreed",
            Self::Order => "order",
            Self::Override => "override",
            Self::Strategy(strategy) => strategy.name(),
        }
    }
}

/// What the strategies look at.
struct Members<'a> {
    records: &'a Records,
    /// The first source with the same system, for each source.
    system_of: Vec<u16>,
    /// Number of values of each record that were not imputed.
    n_values: Vec<u16>,
    recency: Option<usize>,
    /// The trust in each source of the rulebook.
    trust: Vec<trusted_until::Trust>,
}

impl<'a> Members<'a> {
    fn of(records: &'a Records, rulebook: &Rulebook) -> Self {
        Self {
            records,
            system_of: source_priority::systems(records, rulebook),
            n_values: most_complete::count(records),
            recency: rulebook.survivorship.recency,
            trust: trusted_until::of_sources(rulebook),
        }
    }

    /// Whether two records have the same values of these elements.
    fn is_same(&self, elements: &[usize], a: u32, b: u32) -> bool {
        elements
            .iter()
            .all(|&element| self.records.get(a, element) == self.records.get(b, element))
    }
}

/// Computes the golden records. `clusters` holds for each record the number of its cluster, from 0 without gaps.
pub fn run(records: &Records, clusters: &[u32], rulebook: &Rulebook) -> Golden {
    if clusters.iter().zip(0..).all(|(&cluster, record)| cluster == record) {
        return alone(records);
    }
    let (offsets, members) = group(clusters);
    let context = Members::of(records, rulebook);
    let n_golden = offsets.len() - 1;
    let units = units(rulebook, &context);
    let decide = |unit: &Unit<'_>| -> Vec<(usize, GoldenColumn)> {
        let picks: Vec<(u32, Ground)> = (0..n_golden)
            .map(|golden| {
                let members = &members[offsets[golden] as usize..offsets[golden + 1] as usize];
                pick(&context, members, unit)
            })
            .collect();
        let of_golden = |golden: usize| &members[offsets[golden] as usize..offsets[golden + 1] as usize];
        unit.elements
            .iter()
            .map(|&element| (element, fill(&context, element, unit, &picks, of_golden)))
            .collect()
    };
    let decided: Vec<Vec<(usize, GoldenColumn)>> = if records.len() < FEW {
        units.iter().map(decide).collect()
    } else {
        units.par_iter().map(decide).collect()
    };
    let mut columns: Vec<(usize, GoldenColumn)> = decided.into_iter().flatten().collect();
    columns.sort_by_key(|(element, _)| *element);
    Golden {
        offsets,
        members,
        columns: columns.into_iter().map(|(_, column)| column).collect(),
    }
}

/// The golden records where every record is one by itself: its values are the record's own.
fn alone(records: &Records) -> Golden {
    let n_records = records.len() as u32;
    let column = |column: &Column| {
        let is_known = |record: u32| column.values.is_valid(record as usize);
        let each = |record| {
            if is_known(record) {
                (record, Ground::Only)
            } else {
                (NO_RECORD, Ground::Nothing)
            }
        };
        let (winners, grounds) = (0..n_records).map(each).unzip();
        let origin = |record| {
            if is_known(record) {
                column.origin(record as usize)
            } else {
                Origin::Received
            }
        };
        GoldenColumn {
            values: column.values.clone(),
            winners,
            origins: (0..n_records).map(origin).collect(),
            grounds,
        }
    };
    Golden {
        offsets: (0..=n_records).collect(),
        members: (0..n_records).collect(),
        columns: records.columns.iter().map(column).collect(),
    }
}

/// Elements that survive together.
struct Unit<'a> {
    elements: Vec<usize>,
    strategies: &'a [Strategy],
    /// Rank of each source for these elements, 0 the most trusted.
    source_ranks: Vec<usize>,
    /// The order of the values of a single element.
    values: &'a [Arc<str>],
}

impl Unit<'_> {
    fn is_union(&self) -> bool {
        self.strategies == [Strategy::Union]
    }
}

/// The groups of the policy, and every other element by itself. An element that stands in two groups belongs to the first.
fn units<'a>(rulebook: &'a Rulebook, context: &Members<'_>) -> Vec<Unit<'a>> {
    let n_elements = context.records.columns.len();
    let policy = &rulebook.survivorship;
    let own = |element: usize| policy.elements.get(element).and_then(Option::as_deref);
    let mut is_taken = vec![false; n_elements];
    let singles: Vec<Vec<usize>> = (0..n_elements).map(|element| vec![element]).collect();
    let mut units = Vec::new();
    for group in policy.groups.iter().chain(&singles) {
        let mut elements: Vec<usize> = Vec::new();
        for &element in group {
            if !std::mem::replace(&mut is_taken[element], true) {
                elements.push(element);
            }
        }
        let Some(first) = elements.first() else { continue };
        let strategies = elements.iter().find_map(|&element| own(element));
        let order = elements.iter().find_map(|element| policy.source_orders.get(element));
        units.push(Unit {
            strategies: strategies.unwrap_or(&policy.default),
            source_ranks: source_priority::ranks(
                &context.system_of,
                rulebook,
                order.unwrap_or(&policy.source_priority),
            ),
            values: policy.value_orders.get(first).map_or(&[], Vec::as_slice),
            elements,
        });
    }
    units
}

/// Members of each cluster, by counting sort.
fn group(clusters: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let n_clusters = clusters.iter().max().map_or(0, |&last| last as usize + 1);
    let mut offsets = vec![0_u32; n_clusters + 1];
    for &cluster in clusters {
        offsets[cluster as usize + 1] += 1;
    }
    for cluster in 0..n_clusters {
        offsets[cluster + 1] += offsets[cluster];
    }
    let mut next = offsets.clone();
    let mut members = vec![0; clusters.len()];
    for (record, &cluster) in clusters.iter().enumerate() {
        let place = &mut next[cluster as usize];
        members[*place as usize] = record as u32;
        *place += 1;
    }
    (offsets, members)
}

/// The members whose values may win: an imputed value stands only where nothing else is known.
fn eligible(context: &Members<'_>, members: &[u32], elements: &[usize]) -> Vec<u32> {
    let known = |record: u32, imputed_too: bool| {
        elements.iter().any(|&element| {
            let column = &context.records.columns[element];
            column.get(record as usize).is_some() && (imputed_too || column.origin(record as usize) != Origin::Imputed)
        })
    };
    let candidates: Vec<u32> = members.iter().copied().filter(|&record| known(record, false)).collect();
    if candidates.is_empty() {
        return members.iter().copied().filter(|&record| known(record, true)).collect();
    }
    candidates
}

/// Leaves the candidates that are best by a strategy; never empties the list.
fn narrow(context: &Members<'_>, unit: &Unit<'_>, strategy: Strategy, candidates: &mut Vec<u32>) {
    let elements = &unit.elements;
    match strategy {
        Strategy::BestOrigin => best_origin::keep(context, elements, candidates),
        Strategy::SourcePriority => source_priority::keep(context, unit, candidates),
        Strategy::MostRecent => most_recent::keep(context, candidates),
        Strategy::MostFrequent => most_frequent::keep(context, elements, candidates),
        Strategy::Longest => longest::keep(context, elements, candidates),
        Strategy::MostComplete => most_complete::keep(context, candidates),
        Strategy::HighestScore => highest_score::keep(context, candidates),
        Strategy::TrustedUntil => trusted_until::keep(context, candidates),
        Strategy::ValueOrder | Strategy::MostRestrictive => value_order::keep(context, unit, candidates),
        Strategy::Union => {}
    }
}

/// The member whose values of the unit's elements win.
fn pick(context: &Members<'_>, members: &[u32], unit: &Unit<'_>) -> (u32, Ground) {
    let elements = &unit.elements;
    if let &[only] = members {
        let is_known = elements
            .iter()
            .any(|&element| context.records.get(only, element).is_some());
        return if is_known {
            (only, Ground::Only)
        } else {
            (NO_RECORD, Ground::Nothing)
        };
    }
    let mut candidates = eligible(context, members, elements);
    let Some(&first) = candidates.first() else {
        return (NO_RECORD, Ground::Nothing);
    };
    if candidates.len() == 1 {
        return (first, Ground::Only);
    }
    let is_agreed = |candidates: &[u32]| {
        let mut others = candidates[1..].iter();
        others.all(|&record| context.is_same(elements, record, candidates[0]))
    };
    let all_agree = is_agreed(&candidates);
    if unit.is_union() && !all_agree {
        let first = union::first(context, unit, &candidates).unwrap_or(first);
        return (first, Ground::Strategy(Strategy::Union));
    }
    let mut decided_by = None;
    for &strategy in unit.strategies {
        let before = candidates.len();
        narrow(context, unit, strategy, &mut candidates);
        if candidates.len() < before {
            decided_by = Some(strategy);
        }
        if candidates.len() == 1 {
            break;
        }
    }
    let ground = match decided_by {
        _ if all_agree => Ground::Agreed,
        Some(strategy) if is_agreed(&candidates) => Ground::Strategy(strategy),
        _ => Ground::Order,
    };
    (smallest(context, &candidates).unwrap_or(first), ground)
}

/// The record with the smallest (system, source key). Not the first one: those of a system may stand in several sources.
fn smallest(context: &Members<'_>, candidates: &[u32]) -> Option<u32> {
    candidates.iter().copied().min_by_key(|&record| {
        let source = context.records.sources[record as usize];
        (
            context.system_of[usize::from(source)],
            &*context.records.keys[record as usize],
        )
    })
}

/// The column of one element of a unit. An imputed value of the winner stands only if no member has a better one.
fn fill<'m>(
    context: &Members<'_>,
    element: usize,
    unit: &Unit<'_>,
    picks: &[(u32, Ground)],
    members_of: impl Fn(usize) -> &'m [u32],
) -> GoldenColumn {
    let column = &context.records.columns[element];
    let mut winners = Vec::with_capacity(picks.len());
    let mut origins = Vec::with_capacity(picks.len());
    let mut grounds = Vec::with_capacity(picks.len());
    for (golden, &(winner, ground)) in picks.iter().enumerate() {
        let is_outdone = || {
            unit.elements.len() > 1
                && column.origin(winner as usize) == Origin::Imputed
                && members_of(golden).iter().any(|&member| {
                    column.get(member as usize).is_some() && column.origin(member as usize) != Origin::Imputed
                })
        };
        if winner == NO_RECORD || column.get(winner as usize).is_none() || is_outdone() {
            winners.push(NO_RECORD);
            origins.push(Origin::Received);
            grounds.push(Ground::Nothing);
        } else {
            winners.push(winner);
            origins.push(column.origin(winner as usize));
            grounds.push(ground);
        }
    }
    let value = |(golden, &winner): (usize, &u32)| -> Option<Cow<'_, str>> {
        if winner == NO_RECORD {
            return None;
        }
        if grounds[golden] == Ground::Strategy(Strategy::Union) {
            let candidates = eligible(context, members_of(golden), &unit.elements);
            return Some(union::join(context, unit, &candidates).into());
        }
        column.get(winner as usize).map(Cow::Borrowed)
    };
    let values = winners.iter().enumerate().map(value).collect::<StringArray>();
    GoldenColumn {
        values,
        winners,
        origins,
        grounds,
    }
}

/// Keeps the candidates with the smallest key; never empties the list.
fn keep_smallest<K: Ord>(candidates: &mut Vec<u32>, key: impl Fn(u32) -> K) {
    let keys: Vec<K> = candidates.iter().map(|&record| key(record)).collect();
    let Some(best) = keys.iter().min() else { return };
    let mut keys_of = keys.iter();
    candidates.retain(|_| keys_of.next() == Some(best));
}

#[cfg(test)]
mod tests;
