//! Second step of matching: each comparison looks at one side of two records and answers with a level.
//!
//! A comparison is made for a kind of value, never for a named attribute: the dictionary says which attributes hold it.
//! Level 0 of every comparison means that at least one side has no value; it says nothing for or against the pair.
//! Imputed values are never evidence, so they are left out here.

mod account;
mod date;
mod email;
mod identifier;
mod name;
mod person;
mod phone;
mod place;
mod text;

use crate::dictionary::{Dictionary, ElementKind, EntityType};
use crate::record::{Origin, Records};

pub(super) use name::{BRANCHES, NUMBERS, Names, PARENT, is_elsewhere, is_other_trade};
pub(super) use place::{ELSEWHERE, Places};

use place::Regions;

/// One level of a comparison, with the probabilities that it starts from.
///
/// `m` is the share of true pairs at this level and `u` the share of other candidates, among pairs where both records
/// have a value. The data move both; these are worth some dozens of pairs, so that five rows get sensible weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// Stable name.
    pub name: &'static str,
    /// Meaning in English.
    pub english: &'static str,
    /// Meaning in Chinese.
    pub chinese: &'static str,
    /// Starting share among true pairs.
    pub m: f64,
    /// Starting share among other candidates.
    pub u: f64,
}

pub(super) const fn level(name: &'static str, english: &'static str, chinese: &'static str, m: f64, u: f64) -> Level {
    Level {
        name,
        english,
        chinese,
        m,
        u,
    }
}

/// What a comparison is made with: the records' values of one kind, prepared for comparing.
pub(super) enum Comparator {
    Identifier(identifier::Identifiers),
    Name(Names),
    Phone(phone::Phones),
    Place(Places),
    Email(email::Emails),
    Account(account::Accounts),
    Person(person::Persons),
    Date(date::Dates),
    Text(text::Texts),
}

/// One comparison of the plan.
pub(super) struct Comparison {
    /// The data elements that it looks at.
    pub(super) attributes: Vec<usize>,
    /// Its comparator.
    pub(super) comparator: Comparator,
}

impl Comparison {
    /// Level names of this comparison, level 1 first.
    pub(super) fn levels(&self) -> &'static [Level] {
        match &self.comparator {
            Comparator::Identifier(_) => identifier::LEVELS,
            Comparator::Name(_) => name::LEVELS,
            Comparator::Phone(_) => phone::LEVELS,
            Comparator::Place(_) => place::LEVELS,
            Comparator::Email(_) => email::LEVELS,
            Comparator::Account(_) => account::LEVELS,
            Comparator::Person(_) => person::LEVELS,
            Comparator::Date(_) => date::LEVELS,
            Comparator::Text(_) => text::LEVELS,
        }
    }

    /// The level of a pair; 0 if a side has no value.
    pub(super) fn level(&self, a: u32, b: u32) -> u8 {
        match &self.comparator {
            Comparator::Identifier(values) => values.level(a, b),
            Comparator::Name(values) => values.level(a, b),
            Comparator::Phone(values) => values.level(a, b),
            Comparator::Place(values) => values.level(a, b),
            Comparator::Email(values) => values.level(a, b),
            Comparator::Account(values) => values.level(a, b),
            Comparator::Person(values) => values.level(a, b),
            Comparator::Date(values) => values.level(a, b),
            Comparator::Text(values) => values.level(a, b),
        }
    }

    /// Whether a record has a value to compare.
    pub(super) fn has(&self, record: u32) -> bool {
        match &self.comparator {
            Comparator::Identifier(values) => values.has(record),
            Comparator::Name(values) => values.has(record),
            Comparator::Phone(values) => values.has(record),
            Comparator::Place(values) => values.has(record),
            Comparator::Email(values) => values.has(record),
            Comparator::Account(values) => values.has(record),
            Comparator::Person(values) => values.has(record),
            Comparator::Date(values) => values.has(record),
            Comparator::Text(values) => values.has(record),
        }
    }

    /// The keys under which a record is filed in one of the comparison's blocking passes.
    pub(super) fn keys(&self, record: u32, pass: usize, keys: &mut Vec<u64>) {
        match &self.comparator {
            Comparator::Identifier(values) => values.keys(record, pass, keys),
            Comparator::Name(values) => values.keys(record, pass, keys),
            Comparator::Phone(values) => values.keys(record, keys),
            Comparator::Place(values) => values.keys(record, keys),
            Comparator::Email(values) => values.keys(record, pass, keys),
            Comparator::Account(values) => values.keys(record, keys),
            Comparator::Person(values) => values.keys(record, keys),
            Comparator::Date(_) => {}
            Comparator::Text(values) => values.keys(record, pass, keys),
        }
    }

    /// The comparison's blocking passes.
    pub(super) fn passes(&self) -> &'static [Pass] {
        match &self.comparator {
            Comparator::Identifier(_) => const { &[strong("identifier"), strong("identifier-as-written")] },
            Comparator::Name(_) => {
                const {
                    &[
                        strong("full-name"),
                        strong("brand"),
                        weak("brand-pinyin"),
                        weak("rare-bigram"),
                    ]
                }
            }
            Comparator::Phone(_) => const { &[weak("phone")] },
            Comparator::Place(_) => const { &[weak("address")] },
            Comparator::Email(_) => const { &[strong("email"), weak("email-domain")] },
            Comparator::Account(_) => const { &[strong("account")] },
            Comparator::Person(_) => const { &[weak("person")] },
            Comparator::Date(_) => &[],
            Comparator::Text(_) => const { &[strong("text"), weak("text-bigram")] },
        }
    }
}

/// One way of filing records in blocks.
pub(super) struct Pass {
    /// Stable name.
    pub(super) name: &'static str,
    /// Whether a shared key says little by itself: then the records of a large block are hardly ever the same, and
    /// only a smaller block is worth comparing whole.
    pub(super) is_weak: bool,
}

const fn strong(name: &'static str) -> Pass {
    Pass { name, is_weak: false }
}

const fn weak(name: &'static str) -> Pass {
    Pass { name, is_weak: true }
}

/// Chooses the comparisons for a dictionary and prepares the records for them; those that say most come first.
pub(super) fn prepare(records: &Records, dictionary: &Dictionary) -> Vec<Comparison> {
    let all = |kinds: &[ElementKind]| -> Vec<usize> {
        let wanted = |at: &usize| kinds.contains(&dictionary.elements[*at].kind) && has_values(records, *at);
        (0..dictionary.elements.len()).filter(wanted).collect()
    };
    let mut plan = Vec::new();
    let mut add = |attributes: Vec<usize>, make: &dyn Fn(&[usize]) -> Comparator| {
        if !attributes.is_empty() {
            let comparator = make(&attributes);
            plan.push(Comparison { attributes, comparator });
        }
    };
    let regions = Regions::read(records, dictionary);
    for kind in [ElementKind::CreditCode, ElementKind::ResidentId, ElementKind::Gtin] {
        add(all(&[kind]), &|on| {
            Comparator::Identifier(identifier::Identifiers::new(records, on, kind))
        });
    }
    add(all(&[ElementKind::Email]), &|on| {
        Comparator::Email(email::Emails::new(records, on))
    });
    add(all(&[ElementKind::BankAccount]), &|on| {
        Comparator::Account(account::Accounts::new(records, on))
    });
    let phones = all(&[ElementKind::Mobile, ElementKind::Landline, ElementKind::Phone]);
    add(phones, &|on| Comparator::Phone(phone::Phones::new(records, on)));
    let places = all(&[
        ElementKind::Address,
        ElementKind::Province,
        ElementKind::City,
        ElementKind::County,
    ]);
    add(places, &|on| {
        Comparator::Place(Places::new(records, on, dictionary, &regions))
    });
    for at in all(&[ElementKind::PersonName]) {
        add(vec![at], &|on| Comparator::Person(person::Persons::new(records, on[0])));
    }
    for at in all(&[ElementKind::Date]) {
        add(vec![at], &|on| Comparator::Date(date::Dates::new(records, on[0])));
    }
    // Companies are told apart by their names; loose text about them (trade, level, origin) only repeats the name.
    if matches!(dictionary.entity, EntityType::Material | EntityType::Contact) {
        for at in all(&[ElementKind::Text, ElementKind::Code]) {
            add(vec![at], &|on| Comparator::Text(text::Texts::new(records, on[0])));
        }
    }
    // The dearest comparison comes last: most pairs are decided before it.
    let names = all(&[ElementKind::OrganizationName]);
    add(names, &|on| Comparator::Name(Names::new(records, on)));
    plan
}

/// A record's value of an attribute, if it may count as evidence.
pub(super) fn evidence(records: &Records, record: u32, attribute: usize) -> Option<&str> {
    let column = &records.columns[attribute];
    let value = column.get(record as usize).filter(|value| !value.is_empty())?;
    (column.origin(record as usize) != Origin::Imputed).then_some(value)
}

fn has_values(records: &Records, attribute: usize) -> bool {
    (0..records.len() as u32).any(|record| evidence(records, record, attribute).is_some())
}

/// Lists of values of unequal length, one list per record, end to end.
pub(super) struct Lists<T> {
    offsets: Vec<u32>,
    values: Vec<T>,
}

impl<T> Lists<T> {
    /// The lists of records `0..n`, made by `make` for each record.
    pub(super) fn new(n: usize, make: impl Fn(u32, &mut Vec<T>) + Sync) -> Self
    where
        T: Send,
    {
        use rayon::prelude::*;
        const CHUNK: usize = 8192;
        let chunks: Vec<(Vec<u32>, Vec<T>)> = (0..n.div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut lengths, mut values) = (Vec::with_capacity(CHUNK), Vec::new());
                for record in chunk * CHUNK..n.min((chunk + 1) * CHUNK) {
                    let before = values.len();
                    make(record as u32, &mut values);
                    lengths.push((values.len() - before) as u32);
                }
                (lengths, values)
            })
            .collect();
        let mut offsets = Vec::with_capacity(n + 1);
        let mut values = Vec::with_capacity(chunks.iter().map(|chunk| chunk.1.len()).sum());
        offsets.push(0);
        let mut end = 0;
        for (lengths, mut chunk) in chunks {
            for length in lengths {
                end += length;
                offsets.push(end);
            }
            values.append(&mut chunk);
        }
        Self { offsets, values }
    }

    /// The list of a record.
    pub(super) fn get(&self, record: u32) -> &[T] {
        &self.values[self.offsets[record as usize] as usize..self.offsets[record as usize + 1] as usize]
    }

    /// Whether a record has any value.
    pub(super) fn has(&self, record: u32) -> bool {
        self.offsets[record as usize] != self.offsets[record as usize + 1]
    }

    /// All values, in order of the records.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    /// All values, in order of the records, without the lists.
    pub(super) fn into_values(self) -> Vec<T> {
        self.values
    }

    /// The same lists with every value changed by `change(value, its position)`.
    pub(super) fn map<U>(self, mut change: impl FnMut(T, usize) -> U) -> Lists<U> {
        let values = self
            .values
            .into_iter()
            .enumerate()
            .map(|(at, value)| change(value, at))
            .collect();
        Lists {
            offsets: self.offsets,
            values,
        }
    }
}

/// Whether two texts differ by one replaced, lost, added or swapped character, or not at all.
pub(super) fn is_one_edit<T: PartialEq>(left: &[T], right: &[T]) -> bool {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let head = short.iter().zip(long).take_while(|(left, right)| left == right).count();
    let tail = short[head..]
        .iter()
        .rev()
        .zip(long.iter().rev())
        .take_while(|(left, right)| left == right)
        .count();
    match (&short[head..short.len() - tail], &long[head..long.len() - tail]) {
        ([], [] | [_]) | ([_], [_]) => true,
        ([first, second], [third, fourth]) => first == fourth && second == third,
        _ => false,
    }
}
