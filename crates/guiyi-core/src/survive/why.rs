//! Why a value stands: every member's value, and the reason for which each lost.
//!
//! Law: it comes to the same value as [`super::run`], since both narrow the candidates by the same strategies.

use super::{
    Ground, Members, NO_RECORD, Unit, best_origin, eligible, highest_score, longest, narrow, pick, source_priority,
    trusted_until, union, units, value_order,
};
use crate::record::{Origin, Records};
use crate::rulebook::{Rulebook, Strategy};

/// How an element of a golden record came to its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// Position of the element in the dictionary.
    pub element: usize,
    /// The elements that survive together with it, itself among them, by position.
    pub group: Vec<usize>,
    /// The value that stands; `None`: there is none.
    pub value: Option<String>,
    /// Why.
    pub ground: Ground,
    /// One per member, in the order of the members.
    pub candidates: Vec<Candidate>,
}

/// A member's value and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Number of the record.
    pub record: u32,
    /// Its value; `None`: it has none.
    pub value: Option<String>,
    /// How the value came about.
    pub origin: Origin,
    /// What became of it.
    pub fate: Fate,
}

/// Why a candidate won or lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Its value stands, alone or in a union.
    Won,
    /// Another record with the same values was taken.
    Agrees,
    /// It has no value, or its value was withheld.
    NoValue,
    /// Its value is imputed, and another member has one that is not.
    Imputed,
    /// A strategy preferred others.
    Lost {
        /// The strategy.
        by: Strategy,
        /// What the strategy saw in this record: an origin, a system, a date, a number or a value; empty for none.
        own: String,
        /// What it saw in the winner.
        best: String,
    },
    /// No strategy decided; the winner has a smaller (system, source key).
    Order,
}

/// Explains one element of the golden record that `members` make. `members`: record numbers, ascending.
///
/// Cost: linear in the number of records of `records`, of which there should be those of one golden record only.
pub fn why(records: &Records, members: &[u32], rulebook: &Rulebook, element: usize) -> Option<Why> {
    let context = Members::of(records, rulebook);
    let units = units(rulebook, &context);
    let unit = units.iter().find(|unit| unit.elements.contains(&element))?;
    let (winner, ground) = pick(&context, members, unit);
    let column = &records.columns[element];
    let mut fates = fates(&context, members, unit, (winner, ground));
    let is_outdone = winner != NO_RECORD
        && unit.elements.len() > 1
        && column.origin(winner as usize) == Origin::Imputed
        && members
            .iter()
            .any(|&member| column.get(member as usize).is_some() && column.origin(member as usize) != Origin::Imputed);
    for (&member, fate) in members.iter().zip(&mut fates) {
        if column.get(member as usize).is_none() {
            *fate = Fate::NoValue;
        } else if is_outdone && *fate == Fate::Won {
            *fate = Fate::Imputed;
        }
    }
    let value = if winner == NO_RECORD || is_outdone {
        None
    } else if ground == Ground::Strategy(Strategy::Union) {
        Some(union::join(
            &context,
            unit,
            &eligible(&context, members, &unit.elements),
        ))
    } else {
        column.get(winner as usize).map(str::to_owned)
    };
    let candidates = members.iter().zip(fates).map(|(&record, fate)| Candidate {
        record,
        value: column.get(record as usize).map(str::to_owned),
        origin: column.origin(record as usize),
        fate,
    });
    Some(Why {
        element,
        group: unit.elements.clone(),
        ground: if value.is_some() { ground } else { Ground::Nothing },
        value,
        candidates: candidates.collect(),
    })
}

/// What became of each member, by the strategies in their order.
fn fates(context: &Members<'_>, members: &[u32], unit: &Unit<'_>, (winner, ground): (u32, Ground)) -> Vec<Fate> {
    let mut candidates = eligible(context, members, &unit.elements);
    if ground == Ground::Strategy(Strategy::Union) {
        let fate = |member: &u32| {
            if candidates.contains(member) {
                Fate::Won
            } else {
                Fate::Imputed
            }
        };
        return members.iter().map(fate).collect();
    }
    let mut lost: Vec<(u32, Fate)> = Vec::new();
    for &strategy in unit.strategies {
        let before = candidates.clone();
        narrow(context, unit, strategy, &mut candidates);
        for &record in before.iter().filter(|record| !candidates.contains(record)) {
            let fate = Fate::Lost {
                by: strategy,
                own: measure(context, unit, strategy, &before, record),
                best: measure(context, unit, strategy, &before, winner),
            };
            lost.push((record, fate));
        }
        if candidates.len() == 1 {
            break;
        }
    }
    let fate = |&member: &u32| {
        if member == winner {
            return Fate::Won;
        }
        if winner != NO_RECORD && context.is_same(&unit.elements, member, winner) {
            return Fate::Agrees;
        }
        let found = lost.iter().find(|(record, _)| *record == member);
        let is_left = candidates.contains(&member);
        found.map_or(if is_left { Fate::Order } else { Fate::Imputed }, |(_, fate)| {
            fate.clone()
        })
    };
    members.iter().map(fate).collect()
}

/// What a strategy saw in a record.
fn measure(context: &Members<'_>, unit: &Unit<'_>, strategy: Strategy, among: &[u32], record: u32) -> String {
    let elements = &unit.elements;
    match strategy {
        Strategy::BestOrigin => {
            let origin = best_origin::worst(context, elements, record);
            origin.map_or_else(String::new, |origin| origin.name().to_owned())
        }
        Strategy::SourcePriority => (source_priority::rank(context, unit, record) + 1).to_string(),
        Strategy::MostRecent | Strategy::TrustedUntil => {
            trusted_until::date(context, record).unwrap_or_default().to_owned()
        }
        Strategy::MostFrequent => {
            let same = among.iter().filter(|&&other| context.is_same(elements, other, record));
            same.count().to_string()
        }
        Strategy::Longest => longest::length(context, elements, record).to_string(),
        Strategy::MostComplete => context.n_values[record as usize].to_string(),
        Strategy::HighestScore => {
            let score = highest_score::score(context.records, record);
            format!("{:.3}", f64::from(score) / 1e6)
        }
        Strategy::ValueOrder | Strategy::MostRestrictive => {
            let at = value_order::place(context, unit, record);
            unit.values.get(at).map_or_else(String::new, ToString::to_string)
        }
        Strategy::Union => String::new(),
    }
}
