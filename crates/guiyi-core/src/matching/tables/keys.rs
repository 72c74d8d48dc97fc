//! Keys that records can be filed under: the value of a field, its beginning, its sound, or each of its numbers.
//!
//! Law: the keys of a record depend on its values alone, so that a later one is filed as those before it.

use std::borrow::Cow;

use rayon::prelude::*;

use super::super::hash::mix;
use super::date::{self, Date};
use super::field::{Field, Prepared};
use super::kind::{Kind, number};
use super::rows::ends;
use super::sets::Sets;
use super::{globe, phonetic};

/// The largest block of a pass on one field, and on two.
const LARGEST: [usize; 2] = [50, 30];

/// Binary digits of a quantity that tell its size to about a hundredth.
const DIGITS: u32 = 6;

/// Records whose keys are read together.
const TOGETHER: usize = 256;

/// What files a record under a key: one or two atoms, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pass {
    pub(super) first: usize,
    pub(super) second: Option<usize>,
}

/// A field, and whether the whole value or only its beginning counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) field: usize,
    pub(super) part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    /// The first three letters; of a date the year and month; of a place the cell it lies in; of a quantity its size to
    /// about a hundredth.
    Head,
    /// Every member of a set.
    Each,
    /// How a name sounds.
    Sound,
}

impl Pass {
    /// The most records in a block of the pass.
    pub(super) fn largest(self) -> usize {
        largest(1 + usize::from(self.second.is_some()))
    }
}

/// The most records in a block of a pass on so many atoms.
pub(super) fn largest(n_atoms: usize) -> usize {
    LARGEST[n_atoms.clamp(1, LARGEST.len()) - 1]
}

/// The key of every record by every atom; 0 for none.
pub(super) struct Keys<'f> {
    pub(super) atoms: Vec<Atom>,
    pub(super) of: Vec<Cow<'f, [u32]>>,
    /// The members that the values of an atom stand for, if it is one of sets.
    pub(super) sets: Vec<Option<&'f Sets>>,
}

impl<'f> Keys<'f> {
    /// Of all records of some fields.
    pub(super) fn new(fields: &'f [Field]) -> Self {
        let atoms = atoms(fields);
        let of = atoms
            .par_iter()
            .map(|atom| {
                let field = &fields[atom.field];
                match atom.part {
                    Part::Whole | Part::Each => Cow::Borrowed(&field.ids[..]),
                    Part::Head => by_value(field, &heads(field)),
                    Part::Sound => by_value(field, &sounds(field)),
                }
            })
            .collect();
        let sets = atoms.iter().map(|atom| match &fields[atom.field].prepared {
            Prepared::Sets(sets) => Some(sets),
            _ => None,
        });
        Self {
            sets: sets.collect(),
            atoms,
            of,
        }
    }

    /// What a pass is called.
    pub(super) fn name(&self, pass: Pass, fields: &[Field]) -> String {
        let name = |atom: usize| {
            let Atom { field, part } = self.atoms[atom];
            let header = &fields[field].header;
            match part {
                Part::Whole => header.clone(),
                Part::Each => format!("any of {header}"),
                Part::Sound => format!("sound of {header}"),
                Part::Head if matches!(fields[field].kind, Kind::Coordinates | Kind::Number) => {
                    format!("near {header}")
                }
                Part::Head => format!("start of {header}"),
            }
        };
        match pass.second {
            Some(second) => format!("{} + {}", name(pass.first), name(second)),
            None => name(pass.first),
        }
    }

    /// What a pass files by.
    pub(super) fn atoms_of(&self, pass: Pass) -> Vec<Atom> {
        let atoms = std::iter::once(pass.first).chain(pass.second);
        atoms.map(|atom| self.atoms[atom]).collect()
    }

    /// The pass on whole values of one column of the first table, or of two; `None` if one of them is not compared.
    pub(super) fn pass_on(&self, columns: &[usize], fields: &[Field]) -> Option<Pass> {
        let atom = |column: usize| {
            let is = |atom: &Atom| {
                atom.part == Part::Whole
                    && fields[atom.field]
                        .columns
                        .first()
                        .is_some_and(|columns| columns[..] == [column])
            };
            self.atoms.iter().position(is)
        };
        let mut atoms = columns
            .iter()
            .map(|column| atom(*column))
            .collect::<Option<Vec<usize>>>()?;
        atoms.sort_unstable();
        atoms.dedup();
        let first = *atoms.first()?;
        let second = atoms.get(1).copied();
        Some(Pass { first, second })
    }

    /// The hashes of keys that more than one record has, with these records, and some others.
    pub(super) fn shared(&self, pass: Pass) -> Vec<(u64, u32)> {
        // Four buckets a byte, 0b01 for one record and 0b11 for more: the more there are, the fewer keys share one by
        // chance, and all fit the near cache.
        let n = self.of[pass.first].len();
        let buckets = (4 * n).next_power_of_two();
        let place = |key: u64| (key as usize & (buckets - 1), key as usize % 4 * 2);
        let mut seen = vec![0_u8; buckets / 4];
        self.each(pass, n, |_, key| {
            let (at, shift) = place(key);
            let own = seen[at / 4] >> shift & 0b11;
            seen[at / 4] |= (own << 1 | 1) << shift & 0b11 << shift;
        });
        let mut filed = Vec::new();
        self.each(pass, n, |record, key| {
            let (at, shift) = place(key);
            if seen[at / 4] >> shift & 0b10 != 0 {
                filed.push((key, record));
            }
        });
        filed
    }

    /// The key of an atom that the two records of each pair share; 0 for none.
    pub(super) fn common(&self, atom: usize, pairs: &[u64]) -> Vec<u32> {
        let keys = &*self.of[atom];
        let of_both = pairs.iter().map(|pair| {
            let (a, b) = ends(*pair);
            (keys[a as usize], keys[b as usize])
        });
        match self.sets[atom] {
            Some(sets) => of_both
                .map(|(left, right)| {
                    let own = || sets.keys(left).next().unwrap_or(0);
                    if left == right { own() } else { sets.common(left, right) }
                })
                .collect(),
            // Without a branch, so that no guess waits for memory.
            None => of_both.map(|(left, right)| left * u32::from(left == right)).collect(),
        }
    }

    /// Calls `each` with the hash of every key of every record that has one, up to `n` records.
    pub(super) fn each(&self, pass: Pass, n: usize, mut each: impl FnMut(u32, u64)) {
        let first = &self.of[pass.first];
        let first = &first[..first.len().min(n)];
        if let Some(sets) = self.sets[pass.first] {
            for (record, value) in (0..).zip(first) {
                sets.keys(*value).for_each(|key| each(record, mix(u64::from(key))));
            }
            return;
        }
        let second = pass.second.map(|second| &*self.of[second]);
        // Records without a key are passed over without a branch, since nobody can guess which these are.
        let mut some = [(0, 0); TOGETHER];
        for (chunk, first) in first.chunks(TOGETHER).enumerate() {
            let start = chunk * TOGETHER;
            let mut n = 0;
            let mut add = |at: usize, key: u64, n_keys: u8| {
                some[n] = ((start + at) as u32, key);
                n += usize::from(n_keys);
            };
            let is_key = |key: &u32| u8::from(*key != 0);
            match second.map(|second| &second[start..]) {
                None => (first.iter().enumerate()).for_each(|(at, key)| add(at, u64::from(*key), is_key(key))),
                Some(second) => (first.iter().zip(second).enumerate()).for_each(|(at, (key, other))| {
                    let both = u64::from(*key) << 32 | u64::from(*other);
                    add(at, both, is_key(key) * is_key(other));
                }),
            }
            some[..n].iter().for_each(|(record, key)| each(*record, mix(*key)));
        }
    }
}

/// The number of each record's value.
fn by_value(field: &Field, numbers: &[u32]) -> Cow<'static, [u32]> {
    Cow::Owned(field.ids.iter().map(|id| numbers[*id as usize]).collect())
}

/// For each value a number of its sound; 0 where it has none.
fn sounds(field: &Field) -> Vec<u32> {
    let ids = (0..field.values.len() as u32).into_par_iter();
    ids.map(|id| phonetic::sound(field.values.get(id))).collect()
}

/// For each value a number of its beginning; 0 where it has none of its own.
fn heads(field: &Field) -> Vec<u32> {
    let number = |id: u32| match &field.prepared {
        Prepared::Dates(dates) => date::unpack(dates[id as usize]).map_or(0, head_of_date),
        _ if id > 0 => head(field.kind, field.values.get(id)),
        _ => 0,
    };
    (0..field.values.len() as u32).map(number).collect()
}

/// A number of the beginning of a value; 0 where it has none of its own.
pub(super) fn head(kind: Kind, value: &str) -> u32 {
    match kind {
        Kind::Date => date::parse(value).map_or(0, head_of_date),
        Kind::Coordinates => globe::cell(value).map_or(0, |cell| mix(cell) as u32 | 1),
        Kind::Number => number(value).map_or(0, head_of_number),
        Kind::Name | Kind::Text | Kind::Specification | Kind::Address | Kind::Code => {
            let mut letters = value.chars().filter(|letter| letter.is_alphanumeric());
            let head = (0..3).fold(0_u64, |head, _| head << 21 | letters.next().map_or(0, u64::from));
            mix(head) as u32 | 1
        }
        _ => 0,
    }
}

/// Sign, power of two and the first few digits behind: two quantities that are next to equal mostly share them.
fn head_of_number(number: f64) -> u32 {
    let digits = f64::MANTISSA_DIGITS - 1 - DIGITS;
    // There are two zeros, of which one has a sign.
    mix((number + 0.0).to_bits() >> digits) as u32 | 1
}

fn head_of_date(date: Date) -> u32 {
    u32::from(date.year) << 8 | u32::from(date.month)
}

/// The beginnings and whole values that records could be filed by.
fn atoms(fields: &[Field]) -> Vec<Atom> {
    let mut atoms = Vec::new();
    for (field, Field { kind, .. }) in fields.iter().enumerate() {
        // Sizes are found by their measures, however they are written.
        if kind.is_derived() && *kind != Kind::Measures {
            continue;
        }
        let part = match kind {
            Kind::Contacts => Part::Each,
            _ => Part::Whole,
        };
        atoms.push(Atom { field, part });
        let has_head = matches!(
            kind,
            Kind::Date
                | Kind::Number
                | Kind::Name
                | Kind::Text
                | Kind::Specification
                | Kind::Address
                | Kind::Code
                | Kind::Coordinates
        );
        if has_head && fields.len() <= 14 {
            atoms.push(Atom {
                field,
                part: Part::Head,
            });
        }
        if *kind == Kind::Name && fields.len() <= 14 {
            atoms.push(Atom {
                field,
                part: Part::Sound,
            });
        }
    }
    atoms
}

#[cfg(test)]
mod tests {
    use super::super::{Column, Options, Table, link};
    use super::*;

    #[test]
    fn quantities_of_one_size_are_filed_together() {
        for (one, other, expected) in [
            ("305.89", "305.8878", true),
            ("-54.66", "-54.6614", true),
            ("0.0021", "0.002101", true),
            ("0", "-0", true),
            ("54.66", "-54.66", false),
            ("305.89", "315.89", false),
            ("0.0021", "0.0031", false),
        ] {
            let are_one = head(Kind::Number, one) == head(Kind::Number, other);
            assert_eq!(are_one, expected, "{one} {other}");
        }
    }

    #[test]
    fn two_quantities_are_a_position() {
        let n = 1500;
        let place = |at: u64, seed: u64, most: f64| (mix(at + seed) % 1_000_000) as f64 / 1e6 * most;
        let file = |digits: usize| {
            let mut columns = ["width", "height"].map(Column::new);
            for at in 0..n {
                columns[0].push(&format!("{:.digits$}", 10.0 + place(at, 0, 340.0)));
                columns[1].push(&format!("{:.digits$}", 10.0 + place(at, 77_777, 80.0)));
            }
            Table {
                columns: columns.into(),
                ..Table::default()
            }
        };
        let options = Options {
            truth: (0..n as u32).map(|at| (at, at + n as u32)).collect(),
            ..Options::default()
        };
        let found = link(&[&file(2), &file(4)], &options);
        assert!(found.n_true_candidates * 10 > n * 9, "{}", found.n_true_candidates);
    }
}
