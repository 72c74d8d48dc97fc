//! Records that share much and are not the same: members of a household, shops in one mall, sisters of a company.
//!
//! Fields are weighed as if each agreed or differed for itself. Relatives break that: what they share, they share all
//! at once, and what tells them apart differs all at once. So a kind of relatives is a set of fields in which they are
//! as strangers are, while they agree in all others as matches do; it is found where more of the likeliest pairs differ
//! in just these fields than slips explain. A pair must then be believable by those fields alone.
//! Where there are matches as well, a set is found by how its fields differ: in relatives all together, in matches each
//! for itself, so that columns which differ in any pair (a day of entry, an agent) are told from those that name.
//! Law: what names a thing (dates and words without digits) is never what relatives share as a whole: a person who
//! moved keeps name and birthday, and stays the same person.

pub(super) mod divide;
pub(super) mod names;
pub(super) mod series;

use std::cmp::Ordering;

use divide::{Division, Seen, divide};
use rayon::prelude::*;

use super::compare::EQUAL;
use super::field::Field;
use super::kind::Kind;
use super::model::{FieldModel, Model, ROOM, level};
use super::persons::Given;
use crate::matching::hash::Map;

/// Pairs that are as strangers in some fields and as matches in all others.
#[derive(Debug, Clone, PartialEq)]
pub struct Relatives {
    /// Positions of the fields in which they are as strangers.
    pub differ: Vec<usize>,
    /// How many such pairs there are for each match.
    pub per_match: f64,
    /// Whether they are of a series, of which no two agree in all these fields.
    pub in_series: bool,
}

impl Relatives {
    /// The fields in which they are as strangers, one bit each.
    pub(super) fn mask(&self) -> u32 {
        self.differ.iter().fold(0, |mask, at| mask | 1 << at)
    }

    /// Odds that a pair is of this kind, against its being a match, by the bits of its fields, of which so many are equal.
    /// Who is equal is no more of this kind than who is nearly equal, whatever that weighs beside strangers.
    pub(super) fn against(&self, fields: &[FieldModel], own: &[f64; ROOM], equal: u32) -> f64 {
        if self.in_series && self.mask() & !equal == 0 {
            return 0.0;
        }
        let bits_of = |at: &usize| {
            let (equal, nearly) = (fields[*at].bits[0], fields[*at].bits[usize::from(EQUAL)]);
            if own[*at] < equal {
                own[*at]
            } else {
                own[*at].max(nearly)
            }
        };
        let bits: f64 = self.differ.iter().map(bits_of).sum();
        self.per_match * (-bits).exp2()
    }

    /// Whether a pattern is of this kind as far as can be told before training: it differs in all of its fields that both
    /// records fill.
    fn is_likely(&self, model: &Model, pattern: u128) -> bool {
        let filled = filled(model, pattern) & self.mask();
        filled != 0 && members(filled).all(|at| self.differs(model, pattern, at))
    }

    /// Whether a pattern may be of this kind: not both records fill all of its fields, `wholes` of others aside, and agree.
    pub(super) fn is_possible(&self, model: &Model, pattern: u128, wholes: u32) -> bool {
        let own = self.mask() & !wholes;
        let agrees = |at: usize| level(pattern, at) != 0 && !self.differs(model, pattern, at);
        !members(own).all(agrees)
    }

    /// Whether a pattern differs in a field. Where most are of a series, so is what is not equal, unless matches are so
    /// much more often like that.
    fn differs(&self, model: &Model, pattern: u128, at: usize) -> bool {
        if self.in_series {
            let level = level(pattern, at);
            let (m, u) = (&model.fields[at].m, &model.fields[at].u);
            level > usize::from(EQUAL) && m[level - 1] < self.per_match * u[level - 1]
        } else {
            bits_of(model, pattern, at) < DIFFERS
        }
    }
}

/// The most kinds of relatives.
const MOST_KINDS: usize = 4;
/// Share of matches that a slip may make differ in a field; where more differ, they are no slips.
pub(super) const MOST_SLIPS: f64 = 0.3;
/// The part of what names a thing that must differ.
const LEAST_NAMING: f64 = 1.0 / 3.0;
/// Bits below which a level says that two values differ.
const DIFFERS: f64 = -1.0;
/// How many times as many pairs as slips explain must differ in the same fields, where hardly any pair is a match.
const EXCESS: f64 = 3.0;
/// Bits by which relatives, and each field in which they differ, must make the pairs likelier.
const LEAST_GAIN: f64 = 3.0;
/// Bits by which given names must make a family likelier: all fields are tried beside them.
const FAMILY_GAIN: f64 = 10.0;
/// Share of pairs whose given names differ, at least, for these to tell families alone; fewer are slips.
const LEAST_ALONE: f64 = 0.05;
/// A field that differs in pairs this much as often as in strangers says nothing of either.
const NOISE: f64 = 0.85;
/// The least pairs to see a kind of relatives in, beside matches or alone, and their least share of the pairs.
const LEAST_BESIDE: f64 = 3.0;
const LEAST_PAIRS: f64 = 5.0;
const LEAST_SHARE: f64 = 0.01;

/// How much a field names a thing, in bits; 0 for all but dates and words without digits.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Naming {
    /// The entropy of its values.
    entropy: f64,
    /// How rarely two records share a value.
    rarity: f64,
    /// Whether it names in parts what other fields name by themselves.
    is_form: bool,
    /// The fields of these parts, one bit each.
    parts: u32,
}

/// How much each field names a thing.
pub(super) fn naming(fields: &[Field]) -> Vec<Naming> {
    let of = |field: &Field| {
        let n = field.values.len() as u32;
        let is_plain = |id: &u32| !field.values.get(*id).bytes().any(|byte| byte.is_ascii_digit());
        let names = match field.kind {
            Kind::Date => true,
            Kind::Name | Kind::Given | Kind::Text => (1..n).filter(is_plain).count() * 2 > n as usize,
            _ => false,
        };
        // What is said in parts is named by these.
        if names && field.forms.is_none() {
            Naming::of(&field.values.counts)
        } else {
            Naming {
                is_form: names,
                parts: field.forms.map_or(0, |forms| forms.parts),
                ..Naming::default()
            }
        }
    };
    fields.par_iter().map(of).collect()
}

/// Those of some fields that name what records are of, for none names it by much more: who made a thing does not.
pub(super) fn that_name(fields: &[Field], some: Vec<usize>) -> Vec<usize> {
    if some.is_empty() {
        return some;
    }
    that_tell(fields, &naming(fields), some)
}

/// Those of some fields of texts that tell the most of all words, with or without digits.
pub(super) fn that_title(fields: &[Field], some: Vec<usize>) -> Vec<usize> {
    if some.is_empty() {
        return some;
    }
    let of = |field: &Field| match field.kind {
        Kind::Name | Kind::Text => Naming::of(&field.values.counts),
        _ => Naming::default(),
    };
    that_tell(fields, &fields.par_iter().map(of).collect::<Vec<_>>(), some)
}

fn that_tell(fields: &[Field], naming: &[Naming], mut some: Vec<usize>) -> Vec<usize> {
    let telling = |(own, field): (&Naming, &Field)| own.entropy * field.filled;
    let telling: Vec<f64> = naming.iter().zip(fields).map(telling).collect();
    let highest = telling.iter().copied().fold(0.0, f64::max);
    some.retain(|at| telling[*at] > highest - names::ABOUT);
    some
}

impl Naming {
    /// Whether it names nothing.
    pub(super) fn is_none(&self) -> bool {
        self.entropy == 0.0 && !self.is_form
    }

    fn of(counts: &[u32]) -> Self {
        let counts = || counts.iter().copied().filter(|count| *count > 0).map(f64::from);
        let total: f64 = counts().sum();
        let entropy = counts().map(|count| count / total * (total / count).log2()).sum();
        let sharing: f64 = counts().map(|count| count * (count - 1.0)).sum();
        let rarity = ((total * (total - 1.0)).max(2.0) / sharing.max(2.0)).log2();
        Self {
            entropy,
            rarity,
            ..Self::default()
        }
    }
}

impl Model {
    /// How often each field differs in strangers.
    pub(super) fn strangers_differ(&self) -> Vec<f64> {
        let of = |field: &FieldModel| {
            let differ = field.bits.iter().zip(&field.u).filter(|(bits, _)| **bits < DIFFERS);
            differ.map(|(_, u)| u).sum::<f64>().clamp(0.01, 0.99)
        };
        self.fields.iter().map(of).collect()
    }
}

/// The fields in which a pattern says that two records differ, one bit each; marks aside, which repeat what texts say.
pub(super) fn differing(model: &Model, pattern: u128) -> u32 {
    (0..model.fields.len())
        .filter(|at| {
            !matches!(model.fields[*at].kind, Kind::Marks | Kind::Words) && bits_of(model, pattern, *at) < DIFFERS
        })
        .fold(0, |mask, at| mask | 1 << at)
}

/// The fields in which two records are equal, one bit each, where there are relatives to ask for them.
pub(super) fn equal(model: &Model, pattern: u128) -> u32 {
    let is_equal = |at: &usize| (1..=usize::from(EQUAL)).contains(&level(pattern, *at));
    let fields = 0..if model.relatives.is_empty() {
        0
    } else {
        model.fields.len()
    };
    fields.filter(is_equal).fold(0, |mask, at| mask | 1 << at)
}

/// What a pattern says of a field, in bits; 0 where one record does not fill it.
fn bits_of(model: &Model, pattern: u128, at: usize) -> f64 {
    match level(pattern, at) {
        0 => 0.0,
        level => model.fields[at].bits[level - 1],
    }
}

/// Whether a pattern is that of relatives, as far as can be told before training.
pub(super) fn are_relatives(model: &Model, pattern: u128) -> bool {
    model.relatives.iter().any(|kind| kind.is_likely(model, pattern))
}

/// The fields that a pattern says both records fill, one bit each.
pub(super) fn filled(model: &Model, pattern: u128) -> u32 {
    let filled = (0..model.fields.len()).filter(|at| level(pattern, *at) != 0);
    filled.fold(0, |mask, at| mask | 1 << at)
}

/// Kinds of relatives, told from pairs that outweigh chance, given as patterns and how many there are of each: from
/// `sure` ones and, where hardly any of these is a match, from the `likeliest` among them, each of which is the best that
/// its records have. `model` is the one before training, `given` tells where persons have their given names, `all_given` all
/// fields of such. How many there are per match is to be learned.
pub(super) fn find(
    model: &Model,
    sure: &[(u128, f64)],
    likeliest: &[(u128, f64)],
    naming: &[Naming],
    given: Option<Given>,
    all_given: u32,
) -> Vec<Relatives> {
    // Who shares all given names, and much besides, is one person who moved, or whose birthday is written wrongly.
    let are_persons = |mask: &u32| all_given == 0 || mask & all_given != 0;
    let mut masks = beside_matches(model, sure, naming, given);
    masks.retain(are_persons);
    if masks.is_empty() {
        masks = alone(model, likeliest, naming);
        masks.retain(are_persons);
    }
    masks.truncate(MOST_KINDS);
    let make = |mask: u32| Relatives {
        differ: members(mask | wholes_of(naming, mask)).collect(),
        per_match: 1.0,
        in_series: false,
    };
    masks.into_iter().map(make).collect()
}

/// The fields that say in a whole what some of these fields say in parts, one bit each; they speak of no pair of which the
/// parts do.
pub(super) fn wholes_of(naming: &[Naming], mask: u32) -> u32 {
    let wholes = naming.iter().enumerate().filter(|(_, own)| own.parts & mask != 0);
    wholes.fold(0, |wholes, (at, _)| wholes | 1 << at)
}

/// Positions of the fields of a mask.
pub(super) fn members(mask: u32) -> impl Iterator<Item = usize> {
    (0..ROOM).filter(move |at| mask >> at & 1 == 1)
}

/// Whether what differs names a thing: part of all that does, and its best by so many bits.
fn names(mask: u32, naming: &[f64], filled: &[f64], by: f64) -> bool {
    let sum = |mask: u32| -> f64 { members(mask).map(|at| naming[at] * filled[at]).sum() };
    let (own, all) = (sum(mask), sum((1_u64 << naming.len()).wrapping_sub(1) as u32));
    let highest = |is: bool| {
        let fields = naming.iter().enumerate().filter(|(at, _)| (mask >> at & 1 == 1) == is);
        fields.map(|(_, naming)| *naming).fold(0.0, f64::max)
    };
    own >= LEAST_NAMING * all && highest(false) <= highest(true) - by
}

/// Sets of fields that differ together in part of the pairs; the likeliest first.
fn beside_matches(model: &Model, pairs: &[(u128, f64)], naming: &[Naming], given: Option<Given>) -> Vec<u32> {
    let n_fields = model.fields.len();
    let seen = Seen::of(model, pairs);
    let strangers = model.strangers_differ();
    let count = |is: &dyn Fn(&Seen) -> bool| -> f64 { seen.iter().filter(|own| is(own)).map(|own| own.count).sum() };
    let n_filled: Vec<f64> = (0..n_fields)
        .map(|at| count(&|own| own.filled >> at & 1 == 1))
        .collect();
    let naming: Vec<f64> = (0..n_fields)
        .map(|at| {
            let differ = count(&|own| own.differ >> at & 1 == 1) / n_filled[at].max(1.0);
            if differ < NOISE * strangers[at] {
                naming[at].rarity
            } else {
                0.0
            }
        })
        .collect();
    let least = LEAST_BESIDE.max(LEAST_SHARE * count(&|_| true));
    let of = |mask: u32| divide(&seen, mask, &strangers);
    let family = given.and_then(|given| family(n_fields, given, of));
    let family = family.filter(|own| own.related >= least);
    let alone = given
        .filter(|given| is_alone(model, &seen, *given))
        .map(|given| 1 << given.field);
    if let Some(alone) = alone {
        return std::iter::once(alone).chain(family.map(|own| own.mask)).collect();
    }
    let mut found: Vec<Division> = family.into_iter().collect();
    let naming_fields = (0..n_fields)
        .filter(|at| naming[*at] > 0.0)
        .fold(0, |mask, at| mask | 1 << at);
    // From each two fields that differ together, the others that do so too.
    for (first, second) in (0..n_fields).flat_map(|first| (first + 1..n_fields).map(move |second| (first, second))) {
        let both = 1 << first | 1 << second;
        if naming[first] == 0.0
            || naming[second] == 0.0
            || count(&|own| own.differ & both == both) < least
            || found.iter().any(|own| own.mask & both == both)
        {
            continue;
        }
        let best = grow(of(both), naming_fields, of);
        if best.gain > LEAST_GAIN && best.related >= least && names(best.mask, &naming, &n_filled, 0.5) {
            found.push(best);
        }
    }
    found.sort_by(|x, y| y.gain.total_cmp(&x.gain).then(x.mask.cmp(&y.mask)));
    found.into_iter().map(|own| own.mask).collect()
}

/// Adds one of the fields of a mask after the other, as long as that makes pairs likelier.
fn grow(start: Division, fields: u32, of: impl Fn(u32) -> Division) -> Division {
    let mut best = start;
    while let Some(grown) = members(fields & !best.mask)
        .map(|at| of(best.mask | 1 << at))
        .filter(|grown| grown.gain > best.gain + LEAST_GAIN)
        .max_by(likelier)
    {
        best = grown;
    }
    best
}

fn likelier(x: &Division, y: &Division) -> Ordering {
    x.gain.total_cmp(&y.gain).then(y.mask.cmp(&x.mask))
}

/// What differs together in members of a family: given names, and whatever goes with them, though surname and street
/// name more. What says the given name once more differs with it in one person too.
fn family(n_fields: usize, given: Given, of: impl Fn(u32) -> Division) -> Option<Division> {
    let own = 1 << given.field;
    let others = (0..n_fields).fold(0, |mask, at| mask | 1 << at) & !own & !given.echoes;
    let start = members(others).map(|at| of(own | 1 << at)).max_by(likelier)?;
    let best = grow(start, others, &of);
    // Given names are part of what differs together, and do not stand beside it.
    (best.gain > of(best.mask & !own).gain + FAMILY_GAIN).then_some(best)
}

/// Whether families are told by given names alone: these differ in many pairs, and no day of birth is there that such
/// pairs share.
fn is_alone(model: &Model, seen: &[Seen], given: Given) -> bool {
    let differs = |own: &&Seen| own.differ >> given.field & 1 == 1;
    let count = |seen: &mut dyn Iterator<Item = &Seen>| -> f64 { seen.map(|own| own.count).sum() };
    let n_filled = count(&mut seen.iter().filter(|own| own.filled >> given.field & 1 == 1));
    let n_differ = count(&mut seen.iter().filter(differs));
    let is_shared = |at: usize| {
        let both = || seen.iter().filter(differs).filter(|own| own.filled >> at & 1 == 1);
        let n_both = count(&mut both());
        n_both >= LEAST_BESIDE && count(&mut both().filter(|own| own.differ >> at & 1 == 0)) > 0.5 * n_both
    };
    let mut days = (0..model.fields.len()).filter(|at| model.fields[*at].kind == Kind::Date);
    n_differ > LEAST_ALONE * n_filled && !days.any(is_shared)
}

/// Sets of fields in which just these differ in more pairs than slips explain; the most frequent first.
fn alone(model: &Model, pairs: &[(u128, f64)], naming: &[Naming]) -> Vec<u32> {
    let total: f64 = pairs.iter().map(|(_, count)| count).sum();
    let naming: Vec<f64> = naming.iter().map(|own| own.entropy).collect();
    let mut sets: Map<u32, f64> = Map::default();
    for (pattern, count) in pairs {
        *sets.entry(differing(model, *pattern)).or_default() += count;
    }
    let count_of = |mask: u32| sets.get(&mask).copied().unwrap_or(0.0);
    // How often a field differs for itself: beside pairs that differ in nothing those that differ in it alone.
    let slip = |at: usize| (count_of(1 << at) / (count_of(0) + count_of(1 << at)).max(1.0)).min(MOST_SLIPS);
    let is_kind = |mask: u32, count: f64| {
        let expected = total * members(mask).map(slip).product::<f64>();
        let is_excess = match mask.count_ones() {
            0 => false,
            1 => count > 0.5 * total,
            _ => count > EXCESS * expected,
        };
        is_excess
            && count >= LEAST_PAIRS.max(LEAST_SHARE * total)
            && names(mask, &naming, &vec![1.0; naming.len()], 1.0)
    };
    let mut found: Vec<(f64, u32)> = sets
        .iter()
        .filter(|(mask, count)| is_kind(**mask, **count))
        .map(|(mask, count)| (*count, *mask))
        .collect();
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    found.into_iter().map(|(_, mask)| mask).collect()
}

#[cfg(test)]
mod tests {
    use super::super::compare::n_levels;
    use super::super::laws::{draw, word};
    use super::super::model::BITS;
    use super::super::records::Records;
    use super::super::said::Said;
    use super::super::tests::{find as find_in, matches, table};
    use super::*;

    #[test]
    fn who_made_a_thing_does_not_name_it() {
        let given = ["anna", "otto", "klara", "bruno", "ilse", "emil", "frieda", "karl"];
        let row = |at: u64| -> Vec<String> {
            let singer = draw(at, 60);
            let name = format!("{} {}", given[(singer % 8) as usize], word(singer + 9));
            vec![format!("{} {}", word(at * 2 + 99), word(at * 2 + 100)), name]
        };
        let rows: Vec<Vec<String>> = (0..400).map(row).collect();
        let has_given = |rows: &[Vec<String>], headers: &[&str]| {
            let fields = Records::new(&[&table(headers, rows)], &Said::default()).fields;
            fields.iter().any(|field| field.kind == Kind::Given)
        };
        assert!(!has_given(&rows, &["title", "singer"]));
        let singers: Vec<Vec<String>> = rows.iter().map(|row| vec![row[1].clone()]).collect();
        assert!(has_given(&singers, &["name"]));
    }

    #[test]
    fn families_are_told_by_a_column_of_given_names() {
        // Nothing else tells them apart; every ninth person is there twice, the second time with a slip.
        let lines = include_str!("../../../../../dictionaries/name/given.txt").lines();
        let given: Vec<&str> = lines.step_by(50).take(200).collect();
        let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
        for family in 0..300_u64 {
            let (name, street) = (word(draw(family, 200)), word(draw(family + 1, 150)));
            let shared = [
                name,
                format!("{} {street}", draw(family + 2, 90)),
                word(draw(family + 3, 40)),
            ];
            for person in 0..=draw(family + 4, 3) {
                let mut row = vec![given[draw(family * 3 + person, 200) as usize].to_owned()];
                row.extend(shared.clone());
                rows.push(row.clone());
                if draw(family * 7 + person, 9) == 0 {
                    truth.push((rows.len() as u32 - 1, rows.len() as u32));
                    row[1 + draw(family + person, 3) as usize].pop();
                    rows.push(row);
                }
            }
        }
        let found = matches(&find_in(&[&table(&["given", "family", "street", "town"], &rows)]));
        let hits = found.iter().filter(|pair| truth.contains(pair)).count();
        assert!(hits * 100 >= found.len() * 90, "{hits} of {}", found.len());
        assert!(hits * 100 >= truth.len() * 90, "{hits} of {}", truth.len());
    }

    #[test]
    fn names_that_are_read_as_one_are_no_place() {
        let own = Naming {
            is_form: true,
            ..Naming::default()
        };
        assert!(Naming::default().is_none() && !own.is_none());
    }

    #[test]
    fn who_shares_all_given_names_is_one_person() {
        // Given name, surname, birthday, town; of a hundred pairs thirty differ in the last two, and in nothing else.
        let kinds = [Kind::Name, Kind::Name, Kind::Date, Kind::Name];
        let random: Vec<Vec<f64>> = (kinds.iter())
            .map(|kind| {
                let mut levels = vec![1.0; n_levels(*kind) - 1];
                levels.push(10_000.0);
                levels
            })
            .collect();
        let model = Model::new(&kinds, &random);
        let pattern = |differs: [bool; 4]| {
            let level = |(at, differs): (usize, bool)| if differs { n_levels(kinds[at]) } else { 1 };
            let levels = differs.into_iter().enumerate().map(level).zip(0_u32..);
            levels.map(|(level, at)| (level as u128) << (at * BITS)).sum::<u128>()
        };
        let pairs = [(pattern([false; 4]), 70.0), (pattern([false, false, true, true]), 30.0)];
        let mut naming: Vec<Naming> = [7.0, 9.0, 13.0, 10.0]
            .map(|bits| Naming {
                entropy: bits,
                rarity: bits,
                ..Naming::default()
            })
            .to_vec();
        let found = |all_given: u32| {
            let found = find(&model, &pairs, &pairs, &naming, None, all_given);
            found.into_iter().map(|own| own.differ).collect::<Vec<_>>()
        };
        assert_eq!(found(0), [[2, 3]]);
        assert_eq!(found(0b0001), Vec::<Vec<usize>>::new());
        assert_eq!(found(0b1000), [[2, 3]]);
        // A whole that says the last of them in parts tells relatives where these are missing.
        naming[1].parts = 0b1000;
        assert_eq!((wholes_of(&naming, 0b1100), wholes_of(&naming, 0b0100)), (0b0010, 0));
        let found = find(&model, &pairs, &pairs, &naming, None, 0);
        assert_eq!(found[0].differ, [1, 2, 3]);
    }
}
