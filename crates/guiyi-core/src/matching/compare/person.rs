//! Comparison of persons' names: same, same sound, surname with a title, different.

use super::super::hash::{frequencies, hash, join};
use super::{Level, evidence, level};
use crate::matching::phonetic;
use crate::record::Records;

pub(super) const LEVELS: &[Level] = &[
    level(
        "equal-rare",
        "same name, borne by few records",
        "姓名相同，且少见",
        0.55,
        0.030,
    ),
    level(
        "equal-common",
        "same name, borne by many records",
        "姓名相同，但常见",
        0.10,
        0.060,
    ),
    level("sound", "names that sound the same", "姓名同音", 0.05, 0.005),
    level(
        "title",
        "same surname, one side with a title only",
        "同姓，一方仅有称谓",
        0.05,
        0.020,
    ),
    level("surname", "same surname only", "仅姓氏相同", 0.05, 0.065),
    level("different", "different names", "姓名不同", 0.20, 0.820),
];

/// Titles that stand in the place of a given name.
const TITLES: &[&str] = &[
    "总", "工", "董", "经理", "先生", "女士", "小姐", "主任", "老师", "老板", "厂长", "会计", "主管", "总监", "师傅",
];

/// A number of records from which a name says little; a family name with a common given name reaches it quickly.
const COMMON: u32 = 8;

#[derive(Clone, Copy, Default)]
struct Person {
    /// 0 for no name.
    name: u64,
    sound: u64,
    surname: u32,
    frequency: u32,
    titled: bool,
}

/// The persons of one attribute.
pub(crate) struct Persons {
    persons: Vec<Person>,
}

impl Persons {
    pub(super) fn new(records: &Records, attribute: usize) -> Self {
        use rayon::prelude::*;
        let read = |record: u32| {
            evidence(records, record, attribute)
                .map(Person::read)
                .unwrap_or_default()
        };
        let mut persons: Vec<Person> = (0..records.len() as u32).into_par_iter().map(read).collect();
        let counts = frequencies(&persons.iter().map(|person| person.name).collect::<Vec<_>>());
        for (person, count) in persons.iter_mut().zip(counts) {
            person.frequency = count;
        }
        Self { persons }
    }

    /// Hash of the name; 0 if there is none or only a title.
    pub(crate) fn name(&self, record: u32) -> u64 {
        let person = &self.persons[record as usize];
        if person.titled { 0 } else { person.name }
    }

    pub(super) fn has(&self, record: u32) -> bool {
        self.persons[record as usize].name != 0
    }

    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        let (left, right) = (self.persons[a as usize], self.persons[b as usize]);
        if left.name == 0 || right.name == 0 {
            0
        } else if left.titled || right.titled {
            if left.surname == right.surname { 4 } else { 6 }
        } else if left.name == right.name {
            if left.frequency <= COMMON { 1 } else { 2 }
        } else if left.sound == right.sound {
            3
        } else if left.surname == right.surname {
            5
        } else {
            6
        }
    }

    pub(super) fn keys(&self, record: u32, keys: &mut Vec<u64>) {
        let person = &self.persons[record as usize];
        if person.name != 0 && !person.titled {
            keys.push(person.sound);
        }
    }
}

impl Person {
    fn read(text: &str) -> Self {
        let letters = text
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .flat_map(char::to_uppercase);
        let letters: String = letters.collect();
        let Some(first) = letters.chars().next() else {
            return Self::default();
        };
        let titled = TITLES.iter().any(|title| {
            letters
                .strip_suffix(title)
                .is_some_and(|rest| (1..=2).contains(&rest.chars().count()))
        });
        let sound = letters
            .chars()
            .fold(1, |state, letter| join(state, phonetic::syllable(letter)));
        Self {
            name: hash(letters.as_bytes()),
            sound,
            surname: first as u32,
            frequency: 0,
            titled,
        }
    }
}
