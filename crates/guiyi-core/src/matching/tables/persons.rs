//! Persons: the field that holds given names, by which members of one family are told from one person who is there
//! twice. They share surname, home and phone; whether such a pair is one thing or two no data can tell, a list of given
//! names can (`dictionaries/name`).
//!
//! Law: in a table of organizations a given name is that of somebody to talk to, and tells nothing apart.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::field::Field;
use super::scripts::Script;
use super::vetoes::Grounds;
use super::{Kind, kin};
use crate::standardize::person_name;

/// Given names of many languages, folded.
static GIVEN: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let lines = include_str!("../../../../../dictionaries/name/given.txt").lines();
    lines.collect()
});

/// Values that tell what a field holds.
const LOOKED_AT: usize = 2000;
/// So much of a field must be given names, and so many times as much as of any other: some are surnames too.
const MOST: f64 = 0.4;
const TIMES: f64 = 1.25;
/// The part of a field in ideographs that must be like full names: towns begin with a character that is a surname now and then.
const MOST_IDEOGRAPHS: f64 = 0.6;
/// Words of a full name, at most.
const MOST_WORDS: usize = 5;
/// Given names that a field must have: a gender may be a name by chance.
const LEAST_NAMES: usize = 6;
/// So much of what a field says must hold the given name for it to say it too.
const ECHO: f64 = 0.1;

/// Where persons have their given names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) field: usize,
    /// Whether they were taken from full names.
    pub(super) is_derived: bool,
    /// Fields that say them too, or may have changed places with them, one bit each.
    pub(super) echoes: u32,
}

impl Given {
    /// Finds it, where records are of persons.
    pub(super) fn of(fields: &[Field], grounds: &Grounds) -> Option<Self> {
        let shares = shares(fields);
        let (best, at) = *shares.first()?;
        let next = shares.get(1).map_or(0.0, |next| next.0);
        let given = &fields[at];
        let is_found = best >= MOST && best >= TIMES * next && !are_organizations(fields, grounds, given);
        let is_echo = |(other, field): &(usize, &Field)| {
            let is_twin = given.twin.as_ref().is_some_and(|twin| twin.field == *other);
            *other != at && (is_twin || echoes(given, field))
        };
        is_found.then(|| Self {
            field: at,
            is_derived: given.kind.is_derived(),
            echoes: (fields.iter().enumerate().filter(is_echo)).fold(0, |mask, (other, _)| mask | 1 << other),
        })
    }
}

/// The fields that hold given names, one bit each: of two no better than each other, as first and middle names, both.
pub(super) fn all_given(fields: &[Field], grounds: &Grounds) -> u32 {
    let shares = shares(fields);
    let Some((best, at)) = shares.first().filter(|(best, _)| *best >= MOST) else {
        return 0;
    };
    if are_organizations(fields, grounds, &fields[*at]) {
        return 0;
    }
    let given = shares.iter().filter(|(share, _)| share * TIMES > *best);
    given.fold(0, |mask, (_, at)| mask | 1 << at)
}

/// The part of each field of names that is given names; the highest first.
fn shares(fields: &[Field]) -> Vec<(f64, usize)> {
    let is_name = |field: &Field| field.kind.is_name() || field.kind == Kind::Category;
    let names = fields.iter().enumerate().filter(|(_, field)| is_name(field));
    let share = |field: &Field| {
        // Given names in ideographs are as many as there are pairs of these; no list has them.
        let is_derived = |value: &str| field.kind == Kind::Given && Script::of(value) == Script::Han;
        part(field, |value| is_derived(value) || is_given(value))
    };
    let mut shares: Vec<(f64, usize)> = names.map(|(at, field)| (share(field), at)).collect();
    shares.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    shares
}

/// Whether given names are those of somebody to talk to.
fn are_organizations(fields: &[Field], grounds: &Grounds, given: &Field) -> bool {
    grounds.names.iter().any(|name| fields[*name].filled >= given.filled)
}

/// Whether a field says given names too, as a full name does, or a mail address.
fn echoes(given: &Field, other: &Field) -> bool {
    let both = given
        .ids
        .iter()
        .zip(&other.ids)
        .filter(|(own, other)| **own != 0 && **other != 0);
    let (mut n, mut n_said) = (0, 0);
    for (own, value) in both.take(LOOKED_AT) {
        let own = given.values.get(*own);
        let word = own.split(' ').max_by_key(|word| word.len()).unwrap_or(own);
        n += 1;
        n_said += usize::from(word.chars().count() > 1 && other.values.get(*value).contains(word));
    }
    n_said as f64 >= ECHO * n as f64 && n > 0
}

/// How much of the records with a value have such a one; nothing where only a few values are.
fn part(field: &Field, is: impl Fn(&str) -> bool) -> f64 {
    let values = &field.values;
    let (mut n, mut n_such, mut n_values) = (0.0, 0.0, 0);
    // Records are in the order of a hash: the values that they name first are a fair sample.
    for id in (1..values.len() as u32).take(LOOKED_AT) {
        let count = f64::from(values.counts[id as usize]);
        n += count;
        if is(values.get(id)) {
            n_such += count;
            n_values += 1;
        }
    }
    if n_values < LEAST_NAMES { 0.0 } else { n_such / n }
}

/// Whether a folded value is a name of a person with a given name somewhere in it, be it in ideographs behind the surname.
pub(super) fn is_named(value: &str) -> bool {
    let words = || value.split(|letter: char| !letter.is_alphabetic());
    let is_behind = |word: &str| {
        let tails = word.char_indices().skip(1).take(2);
        matches!(Script::of(word), Script::Han | Script::Hangul)
            && tails.into_iter().any(|(at, _)| GIVEN.contains(&word[at..]))
    };
    value.split(' ').count() <= MOST_WORDS && words().any(|word| GIVEN.contains(word) || is_behind(word))
}

/// Whether a field holds full names of persons, given names first or behind a comma, or as the Chinese write them.
pub(super) fn are_full_names(field: &Field) -> bool {
    let is_full = |value: &str| {
        let given = given_name(value);
        GIVEN.contains(given) && value.split(' ').count() <= MOST_WORDS
    };
    let is_common = |value: &str| person_name::parse(value).is_common();
    matches!(field.kind, Kind::Name | Kind::Text)
        && (part(field, is_full) >= MOST || part(field, is_common) >= MOST_IDEOGRAPHS)
}

/// Whether a field holds names of persons that tell father and son.
pub(super) fn has_namesakes(field: &Field) -> bool {
    let says = || (1..field.values.len() as u32).any(|id| has_namesake(field.values.get(id)));
    let may = field.kind.is_name() || field.kind == Kind::Text && are_full_names(field);
    may && says()
}

/// The given name in a folded full name, or its initial; nothing of a single word.
pub(super) fn given_name(value: &str) -> &str {
    let in_ideographs = person_name::parse(value);
    if in_ideographs.is_common() {
        return in_ideographs.given;
    }
    let named = match value.split_once(',') {
        Some((_, behind)) => behind,
        None => value.trim_end().rsplit_once(' ').map_or("", |(before, _)| before),
    };
    let is_letter = |letter: char| letter.is_alphabetic();
    let words = || named.split(|letter| !is_letter(letter)).filter(|word| !word.is_empty());
    let long = words().find(|word| word.chars().nth(1).is_some());
    long.or_else(|| words().next()).unwrap_or("")
}

/// The given name in a folded value of a few words without digits, if it is one that is known.
pub(super) fn known_in(value: &str) -> Option<&str> {
    let given = given_name(value);
    let is_name = (GIVEN.contains(given) || kin::is_form(given)) && value.split(' ').count() <= MOST_WORDS;
    // An apostrophe is part of a name.
    let is_plain = !value.bytes().any(|byte| byte.is_ascii_digit() || byte == b'\'');
    (is_name && is_plain).then_some(given)
}

/// Whether a folded value is one given name that is known.
pub(super) fn is_known(value: &str) -> bool {
    GIVEN.contains(value)
}

/// The place of somebody among namesakes of a family, by what stands behind a name (senior, junior, II, III), from 1 on; 0
/// where nothing does.
pub(super) fn generation(value: &str) -> u64 {
    let of = |word: &str| match word {
        "sr" | "snr" | "senior" | "i" => 1,
        "jr" | "jnr" | "junior" | "ii" => 2,
        "iii" => 3,
        "iv" => 4,
        _ => 0,
    };
    let of_part = |(at, part): (usize, &str)| {
        let mut words = part
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty());
        let last = words.next_back()?;
        // Alone it is a name, unless a name stands before it.
        (at > 0 || words.next().is_some())
            .then(|| of(last))
            .filter(|own| *own > 0)
    };
    value.split(',').enumerate().find_map(of_part).unwrap_or(0)
}

/// Whether a folded name says itself that others of the family have it too; a letter alone is an initial.
pub(super) fn has_namesake(value: &str) -> bool {
    generation(value) > 1 || generation(value) == 1 && !value.ends_with(" i")
}

/// Whether a value is made of given names, and of initials beside them.
pub(super) fn is_given(value: &str) -> bool {
    let words = || {
        value
            .split(|letter: char| !letter.is_alphabetic())
            .filter(|word| !word.is_empty())
    };
    let is_initial = |word: &str| word.chars().nth(1).is_none();
    words().any(|word| GIVEN.contains(word)) && words().all(|word| is_initial(word) || GIVEN.contains(word))
}

#[cfg(test)]
mod tests {
    use super::super::said::Said;
    use super::super::{Column, Records, Table};
    use super::*;

    fn check(columns: &[(&str, &[&str])], expected: Option<&str>) {
        let column = |(header, values): &(&str, &[&str])| {
            let mut column = Column::new(header);
            (0..60).for_each(|row| column.push(values[row * 7 % values.len()]));
            column
        };
        let table = Table {
            columns: columns.iter().map(column).collect(),
            ..Table::default()
        };
        let records = Records::new(&[&table], &Said::default());
        let found = Given::of(&records.fields, &Grounds::of(&records.fields, &Said::default()))
            .map(|given| &*records.fields[given.field].header);
        assert_eq!(found, expected);
    }

    #[test]
    fn namesakes_say_who_they_are() {
        for (value, expected) in [
            ("tolliver jr", 2),
            ("tolliver senior", 1),
            ("hollis i", 1),
            ("hollis ii", 2),
            ("john smith, jr.", 2),
            ("smith iii, john", 3),
            ("smith, sr., john", 1),
            ("junior", 0),
            ("jr", 0),
            ("smith", 0),
            ("", 0),
        ] {
            assert_eq!(generation(value), expected, "{value}");
        }
        assert!(has_namesake("hollis ii") && has_namesake("smith sr") && !has_namesake("hollis i"));
    }

    #[test]
    fn given_names_are_known_by_a_list() {
        let given = [
            "Anna", "Robert", "Mary Ann", "Jean-Luc", "Zoltan", "Qwertz", "Peter J", "Klara",
        ];
        let surnames = [
            "Kowalski",
            "Peters",
            "Robert",
            "Nguyen",
            "Thomas",
            "Okafor",
            "Lindqvist",
        ];
        let towns = ["Wismar", "Anklam", "Paris", "Florence", "Stralsund"];
        check(&[("a", &given), ("b", &surnames), ("c", &towns)], Some("a"));
        check(&[("c", &towns), ("b", &surnames)], None);
        check(&[("a", &given), ("b", &given)], None);
        check(
            &[
                ("a", &["Анна", "Иван", "Ольга", "Павел", "Мария", "Дмитрий"]),
                ("b", &["Иванов", "Петров", "Сидорова"]),
            ],
            Some("a"),
        );
        // A whole name is no given name.
        check(&[("a", &["Anna Kowalski", "Robert Okafor", "Mary Lindqvist"])], None);
    }

    #[test]
    fn given_names_of_chinese_persons_follow_the_surname() {
        for (value, expected) in [
            ("张伟", "伟"),
            ("欧阳志强", "志强"),
            ("王小明", "小明"),
            ("anna kowalski", "anna"),
        ] {
            assert_eq!(given_name(value), expected, "{value}");
        }
        let is_told = |values: &[&str]| {
            let mut column = Column::new("a");
            (0..60).for_each(|row| column.push(values[row * 7 % values.len()]));
            let columns = vec![column];
            let table = Table {
                columns,
                ..Table::default()
            };
            let records = Records::new(&[&table], &Said::default());
            Given::of(&records.fields, &Grounds::of(&records.fields, &Said::default())).is_some()
        };
        assert!(is_told(&[
            "张伟",
            "王小明",
            "李娜",
            "欧阳志强",
            "陈建国",
            "刘洋",
            "赵敏",
            "周晓东"
        ]));
        // Of towns only some begin as a name does.
        assert!(!is_told(&[
            "余杭区",
            "朝阳区",
            "姑苏区",
            "浦东新区",
            "天河区",
            "江岸区",
            "鼓楼区",
            "滨湖区"
        ]));
    }
}
