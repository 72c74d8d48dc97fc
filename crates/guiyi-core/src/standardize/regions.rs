//! Province, city and county of a record against each other and against its address: gaps are filled, one that the rest
//! contradicts is mended, and a contradiction that nothing decides is reported.
//!
//! Every place that some element names is a hypothesis; each element that agrees with it is a witness. Laws: upward a
//! gap is filled only if the place is unique or fixed by a neighbour; a value is replaced only if two witnesses stand
//! against it alone; a name that is no region of GB/T 2260 (`高新区`) contradicts nothing.

use std::collections::HashMap;

use super::change::Code;
use super::columns::{Derived, Log, derive};
use super::place::{Level, Names, chain, formerly, named, names};
use super::simplified::simplified;
use crate::dictionary::ElementKind;
use crate::finding::{Action, Fault, Finding, Severity};
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

/// Province, city and county as a record holds them.
type Held<'a> = [Option<&'a str>; 3];

/// What the elements of a record say together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing to say.
    Nothing,
    /// The record is at this place; levels that it does not hold are filled.
    Place([Option<&'static str>; 3]),
    /// The record is at this place, and the value of this level is wrong.
    Wrong(usize, [Option<&'static str>; 3]),
    /// The value of this level contradicts the one above, and nothing decides.
    Conflict(usize),
}

/// Completes and mends the regions of every row.
pub(super) fn complete(batch: &mut Batch, rulebook: &Rulebook, log: &mut Log) {
    let first = |kind| rulebook.dictionary.of_kind(kind).next();
    let levels = [ElementKind::Province, ElementKind::City, ElementKind::County].map(first);
    let address = first(ElementKind::Address);
    let is_empty = |attribute: Option<usize>| {
        use arrow_array::Array;
        attribute.is_none_or(|attribute| batch.columns[attribute].values.null_count() == batch.len())
    };
    if levels.iter().all(Option::is_none) || (levels.into_iter().all(is_empty) && is_empty(address)) {
        return;
    }
    let mut known: HashMap<(Held<'_>, Option<u32>), Verdict> = HashMap::new();
    let (mut derived, mut conflicts) = (Vec::new(), Vec::new());
    for row in 0..batch.len() {
        let at = |level: Option<usize>| level.and_then(|attribute| batch.columns[attribute].get(row));
        let held = levels.map(at);
        let is_whole = levels
            .iter()
            .zip(held)
            .all(|(level, held)| level.is_none() || held.is_some());
        // The address is asked only where the elements leave something open.
        let mut verdict = *known.entry((held, None)).or_insert_with(|| judge(held, None));
        if !(is_whole && matches!(verdict, Verdict::Place(_)))
            && let Some(code) = at(address).and_then(code_of)
        {
            verdict = *known
                .entry((held, Some(code)))
                .or_insert_with(|| judge(held, Some(code)));
        }
        let (place, wrong) = match verdict {
            Verdict::Nothing => continue,
            Verdict::Place(place) => (place, None),
            Verdict::Wrong(level, place) => (place, Some(level)),
            Verdict::Conflict(level) => {
                conflicts.push((row, level));
                continue;
            }
        };
        for (level, name) in place.into_iter().enumerate() {
            let is_wrong = wrong == Some(level);
            if let (Some(attribute), Some(name)) = (levels[level], name)
                && (held[level].is_none() || is_wrong)
            {
                derived.push(Derived {
                    row,
                    attribute,
                    value: name.to_owned(),
                    code: if is_wrong { Code::REGION_CONFLICT } else { Code::REGION },
                    origin: if is_wrong { Origin::Repaired } else { Origin::Derived },
                    confidence: if is_wrong { 900 } else { 950 },
                });
            }
        }
    }
    for (row, level) in conflicts {
        report(batch, row, levels, level, rulebook, log);
    }
    derive(batch, log, derived);
}

fn report(batch: &Batch, row: usize, levels: [Option<usize>; 3], level: usize, rulebook: &Rulebook, log: &mut Log) {
    let Some(attribute) = levels[level] else { return };
    let other = levels[..level].iter().rev().flatten().next();
    log.find(Finding {
        source: batch.source,
        row: batch.rows[row],
        key: batch.key(row).map(Into::into),
        attribute: Some(attribute as u16),
        rule: Code::REGION_CONFLICT.text(),
        severity: Severity::Warning,
        fault: Fault::Conflict {
            other: other.map_or("".into(), |other| rulebook.dictionary.elements[*other].name.clone()),
        },
        value: batch.columns[attribute].get(row).map(Into::into),
        fix: None,
        action: Action::Reported,
    });
}

/// The place that an address begins with.
fn code_of(address: &str) -> Option<u32> {
    let of = |address: &str| {
        let (places, _) = chain(address, true);
        places.code()
    };
    of(address).or_else(|| {
        let folded: String = address.chars().map(simplified).collect();
        (folded != address).then(|| of(&folded)).flatten()
    })
}

/// What the elements say together; `address` is the place that the address names.
fn judge(held: Held<'_>, address: Option<u32>) -> Verdict {
    let named_by: [Vec<Names>; 3] = [regions_of(held[0], 0), regions_of(held[1], 1), regions_of(held[2], 2)];
    let of_address = address.and_then(names);
    let hypotheses: Vec<Names> = named_by.iter().flatten().copied().chain(of_address).collect();
    // A name that no region has contradicts nothing.
    let is_known = |level: usize| !named_by[level].is_empty();
    let agrees = |place: &Names, level: usize| at_level(place, level) == held[level];
    let contradicts = |place: &Names, level: usize| {
        held[level].is_some() && is_known(level) && at_level(place, level).is_some() && !agrees(place, level)
    };
    // A place that ends above a level that is held says nothing about it.
    let reaches =
        |place: &Names| (0..3).all(|level| held[level].is_none() || !is_known(level) || level_reached(place, level));
    let perfect = hypotheses
        .iter()
        .filter(|place| reaches(place) && !(0..3).any(|level| contradicts(place, level)));
    let depth = |place: &Names| u32::from(place.city.is_some()) + u32::from(place.county.is_some());
    let of_best_depth = |places: &[&Names]| {
        let deepest = places.iter().map(|place| depth(place)).max();
        let mut best = places.iter().filter(|place| Some(depth(place)) == deepest);
        let first = best.next().map(|place| levels_of(place));
        first.filter(|first| best.all(|place| levels_of(place) == *first))
    };
    let perfect: Vec<&Names> = perfect.collect();
    if !perfect.is_empty() {
        // Of several counties of one name the address decides.
        let by_address: Vec<&Names> = match &of_address {
            Some(address) => perfect
                .iter()
                .copied()
                .filter(|place| is_same_place(place, address))
                .collect(),
            None => Vec::new(),
        };
        let chosen = of_best_depth(if by_address.is_empty() { &perfect } else { &by_address });
        return chosen.map_or(Verdict::Nothing, Verdict::Place);
    }
    let Some(lowest) = (0..3).rev().find(|level| held[*level].is_some() && is_known(*level)) else {
        return Verdict::Nothing;
    };
    let witnesses = |place: &Names| {
        let of_elements = (0..3)
            .filter(|level| held[*level].is_some() && agrees(place, *level))
            .count();
        of_elements + usize::from(of_address.is_some_and(|address| is_same_place(&address, place)))
    };
    let most = hypotheses.iter().map(witnesses).max().unwrap_or(0);
    let mut best: Vec<&Names> = hypotheses.iter().filter(|place| witnesses(place) == most).collect();
    best.dedup_by_key(|place| levels_of(place));
    if let ([place], 2..) = (&best[..], most) {
        let mut wrong = (0..3).filter(|level| contradicts(place, *level));
        if let (Some(level), None) = (wrong.next(), wrong.next()) {
            return Verdict::Wrong(level, levels_of(place));
        }
    }
    Verdict::Conflict(lowest)
}

/// All regions of a level that a name means, today's before those that took over one of former times.
fn regions_of(name: Option<&str>, level: usize) -> Vec<Names> {
    let Some(name) = name else { return Vec::new() };
    let all = |level: Level| named(name, level).filter_map(names);
    let today: Vec<Names> = match level {
        0 => all(Level::Province).collect(),
        1 => {
            let directly = all(Level::County).filter(|names| names.city.is_none());
            let municipalities = all(Level::Province).filter(|names| names.city.is_some());
            all(Level::City).chain(municipalities).chain(directly).collect()
        }
        _ => all(Level::County).collect(),
    };
    if today.is_empty() && level == 2 {
        return formerly(name, Level::County).filter_map(names).collect();
    }
    today
}

/// Whether a place is as low as a level; a county that its province governs directly needs no city.
fn level_reached(place: &Names, level: usize) -> bool {
    match level {
        0 => true,
        1 => place.city.is_some() || place.county.is_some(),
        _ => place.county.is_some(),
    }
}

/// The name that a place has at a level.
fn at_level(place: &Names, level: usize) -> Option<&'static str> {
    levels_of(place)[level]
}

fn levels_of(place: &Names) -> [Option<&'static str>; 3] {
    [Some(place.province), place.city, place.county]
}

/// Whether two places are the same as far as both are known, at least down to the city.
fn is_same_place(one: &Names, other: &Names) -> bool {
    let same = |level| match (at_level(one, level), at_level(other, level)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    };
    (0..3).all(same) && one.city.or(one.county).is_some() && other.city.or(other.county).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(held: Held<'_>, address: &str, expected: Verdict) {
        assert_eq!(judge(held, code_of(address)), expected, "{held:?} {address}");
    }

    #[test]
    fn gaps_are_filled_only_where_it_is_certain() {
        let nanshan = [Some("广东省"), Some("深圳市"), Some("南山区")];
        check([None, Some("深圳市"), Some("南山区")], "", Verdict::Place(nanshan));
        check([None, None, None], "廣東省深圳市南山區科技園", Verdict::Place(nanshan));
        check([None, None, Some("鼓楼区")], "", Verdict::Nothing);
        let nanjing = [Some("江苏省"), Some("南京市"), Some("鼓楼区")];
        check([None, Some("南京市"), Some("鼓楼区")], "", Verdict::Place(nanjing));
        check([None, None, Some("鼓楼区")], "南京市中山路1号", Verdict::Place(nanjing));
        check(
            [Some("湖北省"), None, Some("仙桃市")],
            "",
            Verdict::Place([Some("湖北省"), None, Some("仙桃市")]),
        );
        check(
            [None, Some("深圳市"), Some("高新区")],
            "",
            Verdict::Place([Some("广东省"), Some("深圳市"), None]),
        );
    }

    #[test]
    fn two_witnesses_mend_the_third() {
        let nanshan = [Some("广东省"), Some("深圳市"), Some("南山区")];
        check(
            [Some("广西壮族自治区"), Some("深圳市"), Some("南山区")],
            "",
            Verdict::Wrong(0, nanshan),
        );
        check(
            [Some("广东省"), Some("广州市"), Some("南山区")],
            "深圳市南山区科技路1号",
            Verdict::Wrong(1, nanshan),
        );
        check([Some("江苏省"), Some("深圳市"), None], "", Verdict::Conflict(1));
        check(
            [Some("江苏省"), Some("深圳市"), None],
            "广东省深圳市",
            Verdict::Wrong(0, [Some("广东省"), Some("深圳市"), None]),
        );
    }
}
