//! Sets: phone numbers, or mail addresses, that stand now in one column and now in another; and the numbers in addresses.
//!
//! Somebody's mobile is the second phone in another file. Columns whose values change places are therefore compared as
//! one set, at once: a number that both records have agrees wherever it stands, and speaks once. Columns whose values
//! keep their places (the phone of the house, and that of the person) stay as they are: which of them agrees says more.
//! In addresses one side may leave out the room or the postcode; where both have what the other has not, they are two.
//! Laws: the order of members and of columns changes nothing; two values are as alike as the two turned around.

use std::collections::BTreeSet;

use super::compare::{EQUAL, distance, rarity};
use super::field::Field;
use super::kind::{Kind, whole_number};
use super::letters::{Apart, glance};
use super::twins::Sample;
use super::values::Values;
use super::words;
use crate::matching::hash::{Map, hash};

/// Digits of a number, at least; fewer are an extension, or a remark.
const SHORTEST: usize = 5;
/// Digits on each side of a sign that stands between two numbers; of fewer it stands within one.
const WHOLE: usize = 7;
/// Members of a value that count: more are no phones of one, and no house.
const MOST: usize = 64;
/// Letters of a member that are compared.
const LONGEST: usize = 64;
/// The part of the fewer values that stand in both columns, at least, and how many these are.
const LEAST_SHARED: f64 = 0.01;
const LEAST_SEEN: usize = 3;

/// One of several numbers is the same, and others differ: the number is rare.
const SOME: u8 = EQUAL + 1;
/// Numbers differ by a slip.
pub(super) const NEAR: u8 = EQUAL + 2;
/// One of several numbers is the same, others differ, and many have the same one.
const SOME_COMMON: u8 = EQUAL + 3;
const DIFFERENT: u8 = EQUAL + 4;

/// What comparing needs of the values of a field of sets.
pub(super) struct Sets {
    /// Where the members of each value end.
    ends: Vec<u32>,
    members: Vec<Member>,
    /// For each distinct member how many records have it, and its level where both sides do.
    pub(super) shared: Vec<(u32, u8)>,
}

/// One of the numbers of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) key: u32,
    /// Its level where both sides have it.
    level: u8,
    /// Whether several records have it.
    pub(super) is_known: bool,
    /// What can be seen of its letters.
    pub(super) glance: u64,
}

/// The members of a value, in the order of its text.
fn members(value: &str) -> impl Iterator<Item = &str> + Clone {
    value.split(' ').filter(|member| !member.is_empty()).take(MOST)
}

/// The number by which a member is told from others; never 0.
fn key(member: &str) -> u32 {
    hash(member.as_bytes()) as u32 | 1
}

/// The keys of a value's members.
pub(super) fn keys(value: &str) -> impl Iterator<Item = u32> {
    members(value).map(key)
}

/// How many records have each member.
pub(super) fn count<'t>(values: impl Iterator<Item = (&'t str, u32)>) -> Map<u32, u32> {
    let mut counts: Map<u32, u32> = Map::default();
    for (value, count) in values {
        for key in keys(value) {
            *counts.entry(key).or_default() += count;
        }
    }
    counts
}

impl Sets {
    /// `count` tells how many of `n` records have a member; it counts where a member alone says that two agree.
    pub(super) fn new(values: &Values, n: usize, count: impl Fn(u32) -> u32) -> Self {
        let (mut ends, mut all, mut shared) = (Vec::with_capacity(values.len()), Vec::new(), Vec::new());
        let mut letters: Vec<u16> = Vec::new();
        for id in 0..values.len() as u32 {
            for member in members(values.get(id)) {
                let key = key(member);
                let count = count(key).max(1);
                let level = rarity(f64::from(count), n as f64);
                letters.clear();
                letters.extend(member.encode_utf16().take(LONGEST));
                shared.push((key, count, level));
                all.push(Member {
                    key,
                    level,
                    is_known: count >= words::KNOWN,
                    glance: glance(letters.iter().copied()),
                });
            }
            ends.push(all.len() as u32);
        }
        shared.sort_unstable();
        shared.dedup();
        Self {
            ends,
            members: all,
            shared: shared.into_iter().map(|(_, count, level)| (count, level)).collect(),
        }
    }

    fn of(&self, value: u32) -> &[Member] {
        let end = |at: u32| self.ends[at as usize] as usize;
        &self.members[value.checked_sub(1).map_or(0, end)..end(value)]
    }

    /// The keys of a value's members.
    pub(super) fn keys(&self, value: u32) -> impl Iterator<Item = u32> {
        self.of(value).iter().map(|member| member.key)
    }

    /// The key of a member that both values have; 0 for none.
    pub(super) fn common(&self, a: u32, b: u32) -> u32 {
        let common = self.keys(a).find(|key| self.keys(b).any(|other| other == *key));
        common.unwrap_or(0)
    }

    /// Which of 64 sorts of members a value has.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.keys(value).fold(0, |sorts, key| sorts | 1 << ((key >> 1) % 64))
    }

    /// The level of each value where both sides have it: that of its rarest member.
    pub(super) fn equal(&self) -> Vec<u8> {
        let rarest = |value: u32| self.of(value).iter().map(|member| member.level).min();
        (0..self.ends.len() as u32)
            .map(|value| rarest(value).unwrap_or(EQUAL))
            .collect()
    }

    /// The level of two different values.
    pub(super) fn level(&self, kind: Kind, values: &Values, a: u32, b: u32) -> u8 {
        let (left, right) = (self.of(a), self.of(b));
        if matches!(kind, Kind::Doors | Kind::Measures) {
            return numbers_level(left, right);
        }
        if kind == Kind::Words {
            let (one, other) = (members(values.get(a)), members(values.get(b)));
            return words::level(&one.zip(left), &other.zip(right));
        }
        let is_common = |member: &&Member| right.iter().any(|other| other.key == member.key);
        let common = || left.iter().filter(is_common);
        if let Some(rarest) = common().map(|member| member.level).min() {
            return if common().count() == left.len().min(right.len()) {
                rarest
            } else if rarest <= 2 {
                SOME
            } else {
                SOME_COMMON
            };
        }
        let theirs = || members(values.get(b)).zip(right);
        let mut ours = members(values.get(a)).zip(left);
        let is_near = ours.any(|(text, member)| {
            theirs().any(|(other, own)| are_near(text, other, Apart::of(member.glance, own.glance)))
        });
        if is_near { NEAR } else { DIFFERENT }
    }
}

/// From 5, one side leaves something out, to 7, nothing in common.
fn numbers_level(left: &[Member], right: &[Member]) -> u8 {
    let is_common = |member: &&Member| right.iter().any(|other| other.key == member.key);
    match left.iter().filter(is_common).count() {
        0 => EQUAL + 3,
        n if n == left.len().min(right.len()) => EQUAL + 1,
        _ => EQUAL + 2,
    }
}

/// Whether two different members differ by a slip, or one by the digits of its country or extension. `apart` is what a
/// glance at them says.
pub(super) fn are_near(one: &str, other: &str, apart: Apart) -> bool {
    let goes_on = |short: &str, long: &str| short.len() >= WHOLE && (long.ends_with(short) || long.starts_with(short));
    if apart.may_contain && (goes_on(one, other) || goes_on(other, one)) {
        return true;
    }
    apart.longest >= SHORTEST && apart.least_edits <= 1 && {
        let letters = |text: &str| {
            let mut letters = [0_u16; LONGEST];
            let units = letters.iter_mut().zip(text.encode_utf16());
            let n = units.map(|(letter, unit)| *letter = unit).count();
            (letters, n)
        };
        let ((one, n), (other, m)) = (letters(one), letters(other));
        distance(&one[..n], &other[..m]) == 1
    }
}

/// Appends the members of what several columns say, in order, each once, with blanks between; columns are divided by
/// semicolons.
pub(super) fn strip(value: &str, stripped: &mut String) {
    let mut members: BTreeSet<String> = BTreeSet::new();
    for part in value.split(';').map(str::trim) {
        if part.contains('@') {
            members.extend(
                part.split([',', ' '])
                    .filter(|one| one.contains('@'))
                    .map(str::to_owned),
            );
            continue;
        }
        let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
        let several: Vec<String> = part.split(['/', ',', '、', '|']).map(digits).collect();
        if several.len() > 1 && several.iter().all(|digits| digits.len() >= WHOLE) {
            members.extend(several);
        } else {
            members.extend(Some(digits(whole_number(part))).filter(|digits| digits.len() >= SHORTEST));
        }
    }
    for (at, member) in members.iter().enumerate() {
        stripped.extend((at > 0).then_some(' '));
        stripped.push_str(member);
    }
}

/// Those among some fields whose values change places, as groups of their positions.
pub(super) fn find(fields: &[Field], some: &[usize]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for kind in [Kind::Phone, Kind::Email] {
        let own: Vec<usize> = some.iter().copied().filter(|at| fields[*at].kind == kind).collect();
        if own.len() < 2 {
            continue;
        }
        let samples: Vec<Sample> = own.iter().map(|at| Sample::of(&fields[*at])).collect();
        let mut of: Vec<usize> = (0..own.len()).collect();
        for (one, other) in (0..own.len()).flat_map(|one| (0..one).map(move |other| (other, one))) {
            let (shared, fewer) = samples[one].shared(&samples[other]);
            if shared >= LEAST_SEEN && shared as f64 >= LEAST_SHARED * fewer as f64 {
                let (from, to) = (of[one], of[other]);
                of.iter_mut()
                    .filter(|group| **group == from)
                    .for_each(|group| *group = to);
            }
        }
        let members = |group: usize| -> Vec<usize> {
            let is = |at: &usize| of[*at] == group;
            (0..own.len()).filter(is).map(|at| own[at]).collect()
        };
        groups.extend((0..own.len()).map(members).filter(|group| group.len() > 1));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::super::values::{Texts, of_texts};
    use super::*;

    fn stripped(value: &str) -> String {
        let mut all = String::new();
        strip(value, &mut all);
        all
    }

    #[test]
    fn members_are_read_out_of_several_columns() {
        for (value, expected) in [
            ("+86 138-0013-8001;;0755-2601 3388", "075526013388 8613800138001"),
            ("13800138001;13800138001", "13800138001"),
            ("13800138001/13900139001;", "13800138001 13900139001"),
            // The code of a town stands before a stroke.
            ("030/1234567", "0301234567"),
            ("13800138000.0;1.38e+10;123", "13800138000"),
            ("b@x.org;a@x.org", "a@x.org b@x.org"),
            (";;", ""),
        ] {
            assert_eq!(stripped(value), expected, "{value}");
            assert_eq!(stripped(&stripped(value).replace(' ', ";")), expected, "{value}");
        }
    }

    #[test]
    fn what_both_have_agrees_wherever_it_stands() {
        let filler = (0..400).map(|at| format!("13{:09}", at * 7919));
        let common = (0..200).map(|_| "4008001000".to_owned());
        for (left, right, expected) in [
            ("13800138001;", ";13800138001", 1),
            ("13800138001;02088881234", "13800138001", 1),
            ("13800138001;02088881234", "13800138001;02077771234", SOME),
            ("13800138001;02088881234", "13800138010;02055556666", NEAR),
            ("8613800138001", "13800138001", NEAR),
            ("13800138001;4008001000", "13900139002;4008001000", SOME_COMMON),
            ("13800138001;02088881234", "13900139777;02055556666", DIFFERENT),
            ("a.b@x.org;c@y.org", "a.c@x.org", NEAR),
        ] {
            let mut all = Texts::default();
            for value in [left.to_owned(), right.to_owned()]
                .into_iter()
                .chain(filler.clone())
                .chain(common.clone())
            {
                all.text.push_str(&stripped(&value));
                all.end();
            }
            let (ids, values) = of_texts(&[all]);
            let counts = count((0..values.len() as u32).map(|id| (values.get(id), values.counts[id as usize])));
            let sets = Sets::new(&values, ids.len(), |key| counts[&key]);
            let (a, b) = (ids[0], ids[1]);
            let level = |a: u32, b: u32| {
                if a == b {
                    sets.equal()[a as usize]
                } else {
                    sets.level(Kind::Contacts, &values, a, b)
                }
            };
            assert_eq!((level(a, b), level(b, a)), (expected, expected), "{left} {right}");
            assert_eq!(sets.common(a, b) != 0, sets.common(b, a) != 0);
        }
    }
}
