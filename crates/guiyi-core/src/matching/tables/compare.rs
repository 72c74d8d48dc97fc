//! How alike two values of a field are, as one of up to fifteen levels.
//!
//! Level 0: a side has no value. Levels 1 to [`EQUAL`]: the values are equal, from rare to common. Above: from nearly
//! equal to different, by kind.

use super::field::{Field, Prepared};
use super::kind::Kind;
use super::letters::{Apart, Letters, Spelling};
use super::{date, globe, sets};

/// Number of levels for equal values.
pub(super) const EQUAL: u8 = 4;

/// The level of names that are other writings of one.
pub(super) const KIN: usize = EQUAL as usize + 2;

/// Digits of a phone number within a country, at least, and of the code of a country, at most (ITU-T E.164).
const NATIONAL: usize = 8;
const COUNTRY_CODE: usize = 3;

/// Names of a kind's levels, level 1 first.
pub fn level_names(kind: Kind) -> Vec<&'static str> {
    let equal = ["equal-rare", "equal-uncommon", "equal-common", "equal-frequent"];
    let others: &[&str] = match kind {
        Kind::Date => &["swapped", "one-part-off", "year-off", "same-year", "different"],
        Kind::Number | Kind::Duration => &["0.1%", "1%", "5%", "15%", "40%", "different"],
        Kind::Phone | Kind::Code => &["one-edit", "two-edits", "alike", "same-start", "different"],
        Kind::Email => &["one-edit", "alike", "part-of", "half", "different"],
        Kind::Name | Kind::Given => &["one-edit", "kin", "alike", "part-of", "half", "different"],
        Kind::Contacts => &["one-of-several", "one-edit", "one-of-several-common", "different"],
        Kind::Coordinates => &["20m", "100m", "500m", "2km", "10km", "50km", "250km", "different"],
        Kind::Category => &["alike", "different"],
        Kind::Marks => &["continued", "different"],
        Kind::Doors | Kind::Measures => &["part-of", "some", "different"],
        Kind::Words => &["known", "part-of", "different"],
        Kind::Text | Kind::Specification | Kind::Address => &[
            "90%",
            "80%",
            "70%",
            "60%",
            "50%",
            "40%",
            "30%",
            "20%",
            "10%",
            "different",
        ],
    };
    equal.iter().chain(others).copied().collect()
}

/// Number of levels of a kind, level 0 left out.
pub(super) fn n_levels(kind: Kind) -> usize {
    usize::from(EQUAL)
        + match kind {
            Kind::Number | Kind::Duration | Kind::Name | Kind::Given => 6,
            Kind::Date | Kind::Phone | Kind::Email | Kind::Code => 5,
            Kind::Contacts => 4,
            Kind::Coordinates => globe::N_LEVELS,
            Kind::Doors | Kind::Measures | Kind::Words => 3,
            Kind::Category | Kind::Marks => 2,
            Kind::Text | Kind::Specification | Kind::Address => 10,
        }
}

/// How many steps a level is from equal.
pub(super) fn steps(kind: Kind, level: usize) -> u8 {
    let steps = (level as u8).saturating_sub(EQUAL);
    // Another writing of a name is as near as an edit.
    steps - u8::from(kind.is_name() && level >= KIN)
}

/// A value of a field, and what can be seen of it at a glance.
#[derive(Clone, Copy)]
pub(super) struct Cell {
    pub(super) value: u32,
    pub(super) glance: u64,
}

impl Cell {
    /// No value.
    pub(super) const NONE: Self = Self { value: 0, glance: 0 };
}

impl Field {
    /// The level of two values.
    pub(super) fn level(&self, left: Cell, right: Cell) -> u8 {
        let (a, b) = (left.value, right.value);
        if a == 0 || b == 0 {
            0
        } else if let Prepared::Marks(marks) = &self.prepared {
            marks.level(&self.values, a, b)
        } else if a == b {
            self.equal[a as usize]
        } else if let Prepared::Sets(sets) = &self.prepared {
            sets.level(self.kind, &self.values, a, b)
        } else if self.kind == Kind::Phone && self.is_abroad(left, right) {
            self.equal[a as usize].max(self.equal[b as usize])
        } else {
            EQUAL + self.unequal_level(left, right)
        }
    }

    /// Whether two phone numbers are one, with the code of its country and without.
    fn is_abroad(&self, left: Cell, right: Cell) -> bool {
        Apart::of(left.glance, right.glance).may_contain && {
            let (short, long) = Spelling(&self.values).ordered(left.value, right.value);
            let more = long.len() - short.len();
            short.len() >= NATIONAL && (1..=COUNTRY_CODE).contains(&more) && long.ends_with(&short)
        }
    }

    /// Level of two values, and where in its range it lies: from 0, at the better end, to 1.
    pub(super) fn fine_level(&self, left: Cell, right: Cell) -> (u8, f32) {
        let (a, b) = (left.value, right.value);
        match &self.prepared {
            Prepared::Bags(bags) if a != 0 && b != 0 && a != b => {
                let (level, place) = bag_level(bags.cosine(a, b));
                (EQUAL + level, place)
            }
            _ => (self.level(left, right), 0.5),
        }
    }

    /// Whether an edit makes one of the other: a value of this field of names, and one of another.
    pub(super) fn is_near(&self, own: Cell, other: &Self, there: Cell) -> bool {
        let apart = Apart::of(own.glance, there.glance);
        let is_one = |edits: usize| is_one_edit(edits, apart.longest);
        is_one(apart.least_edits.max(1))
            && is_one(Spelling(&self.values).edits_to(own.value, Spelling(&other.values), there.value))
    }

    /// What can be seen of a value without looking further.
    pub(super) fn glance(&self, value: u32) -> u64 {
        match &self.prepared {
            Prepared::Letters(letters) => letters.glance(value),
            Prepared::Bags(bags) => bags.glance(value),
            Prepared::Dates(dates) => dates[value as usize],
            Prepared::Numbers(numbers) => numbers.values[value as usize].to_bits(),
            Prepared::Places(places) => places.glance(value),
            Prepared::Sets(sets) => sets.glance(value),
            Prepared::Marks(marks) => marks.glance(value),
        }
    }

    /// A level that two different values do not surpass, told by a glance at them.
    pub(super) fn best_level(&self, left: u64, right: u64) -> u8 {
        match self.kind {
            Kind::Marks | Kind::Contacts if left & right != 0 => return 1,
            Kind::Contacts => return sets::NEAR,
            Kind::Phone if Apart::of(left, right).may_contain => return 1,
            Kind::Doors | Kind::Measures if left & right != 0 => return EQUAL + 1,
            Kind::Doors | Kind::Measures => return EQUAL + 3,
            _ => {}
        }
        EQUAL
            + match self.kind {
                Kind::Date => date::level(left, right),
                Kind::Number | Kind::Duration => self.number_level(f64::from_bits(left), f64::from_bits(right)),
                Kind::Coordinates => globe::best_level(left, right),
                Kind::Text | Kind::Specification | Kind::Address | Kind::Marks | Kind::Words => 1,
                kind => best_level(kind, Apart::of(left, right)),
            }
    }

    fn number_level(&self, left: f64, right: f64) -> u8 {
        match &self.prepared {
            Prepared::Numbers(numbers) => numbers.level(left, right),
            _ => 6,
        }
    }

    fn unequal_level(&self, left: Cell, right: Cell) -> u8 {
        match &self.prepared {
            Prepared::Letters(own) => {
                let apart = Apart::of(left.glance, right.glance);
                let letters = Spelling(&self.values);
                match self.kind {
                    Kind::Category => category_level(letters, left.value, right.value, apart),
                    Kind::Name | Kind::Given => name_level(own, letters, left.value, right.value, apart),
                    Kind::Email => words_level(letters, left.value, right.value, apart),
                    _ => code_level(letters, left.value, right.value, apart),
                }
            }
            Prepared::Bags(bags) => bag_level(bags.cosine(left.value, right.value)).0,
            Prepared::Places(places) => places.level(left.value, right.value),
            Prepared::Marks(_) | Prepared::Sets(_) => 2,
            Prepared::Dates(_) | Prepared::Numbers(_) => self.best_level(left.glance, right.glance) - EQUAL,
        }
    }
}

/// From 1, rare, to [`EQUAL`], common: by the part of the information that tells one record from all others.
pub(super) fn rarity(count: f64, n: f64) -> u8 {
    match (n / count).log2() / n.log2().max(1.0) {
        0.8.. => 1,
        0.6.. => 2,
        0.4.. => 3,
        _ => 4,
    }
}

fn category_level(letters: Spelling<'_>, a: u32, b: u32, apart: Apart) -> u8 {
    let most = apart.longest / 5;
    if letters.edits(a, b, apart, most) <= most { 1 } else { 2 }
}

/// Between one edit and all else stand other writings of the name. Names of different scripts are as alike as they are
/// read, and never as near as an edit.
fn name_level(own: &Letters, letters: Spelling<'_>, a: u32, b: u32, apart: Apart) -> u8 {
    let read = || match own.likeness(a, b).unwrap_or(0.0) {
        0.84.. => 2,
        0.68.. => 3,
        0.5.. => 5,
        _ => 6,
    };
    match words_level(letters, a, b, apart) {
        1 => 1,
        _ if own.are_kin(a, b, apart) => 2,
        level => match read().min(level + 1) {
            // Two names that people have, and no writings of one, are two, however alike.
            3 | 5 if own.are_others(a, b) => 6,
            level => level,
        },
    }
}

/// Whether values of so many letters are one edit apart, or one in six letters.
fn is_one_edit(edits: usize, longest: usize) -> bool {
    edits == 1 && longest >= 4 || 1.0 - edits as f64 / longest as f64 >= 0.84
}

fn words_level(letters: Spelling<'_>, a: u32, b: u32, apart: Apart) -> u8 {
    let longest = apart.longest;
    let edits = letters.edits(a, b, apart, longest / 2);
    if is_one_edit(edits, longest) {
        return 1;
    }
    let alike = 1.0 - edits as f64 / longest as f64;
    let is_part = || {
        let (short, long) = letters.ordered(a, b);
        long.starts_with(&short) || has_words_of(&long, &short) || is_contraction(&long, &short)
    };
    if alike >= 0.68 {
        2
    } else if (apart.may_contain || apart.may_hold_words) && is_part() {
        3
    } else if alike >= 0.5 {
        4
    } else {
        5
    }
}

/// The best level that a glance allows.
fn best_level(kind: Kind, apart: Apart) -> u8 {
    let (edits, longest) = (apart.least_edits, apart.longest);
    match kind {
        Kind::Category => 1 + u8::from(edits * 5 > longest),
        Kind::Name | Kind::Given => match best_level(Kind::Email, apart) {
            1 => 1,
            _ if apart.may_be_kin => 2,
            level => level + 1,
        },
        // In hundredths, and borders taken in, a bound still.
        Kind::Email => match 100 * edits {
            _ if edits <= 1 => 1,
            hundreds if hundreds <= 16 * longest => 1,
            hundreds if hundreds <= 32 * longest => 2,
            _ if apart.may_contain || apart.may_hold_words => 3,
            hundreds if hundreds <= 50 * longest => 4,
            _ => 5,
        },
        _ if edits <= 1 || apart.may_contain => 1,
        Kind::Code if edits == 2 => 1,
        _ if edits == 2 => 2,
        _ if edits * 3 <= longest => 3,
        _ => 4,
    }
}

/// Whether all words of `short` are among the words of `long`.
fn has_words_of(long: &[u16], short: &[u16]) -> bool {
    let blank = |letter: &u16| !char::from_u32(u32::from(*letter)).is_some_and(char::is_alphanumeric);
    long.iter().any(blank)
        && short
            .split(blank)
            .all(|word| word.is_empty() || long.split(blank).any(|own| own == word))
}

/// Whether a word is another one of which only some consonants are left, at most half of it, the first one too: Wm is
/// William, VT is Viterbo.
fn is_contraction(long: &[u16], short: &[u16]) -> bool {
    let is_consonant = |letter: &u16| {
        u8::try_from(*letter).is_ok_and(|letter| letter.is_ascii_lowercase() && !b"aeiou".contains(&letter))
    };
    let mut rest = long.iter();
    short.len() >= 2
        && short.len() * 2 <= long.len()
        && short[0] == long[0]
        && short.iter().all(is_consonant)
        && short.iter().all(|letter| rest.any(|own| own == letter))
}

/// Whether two codes differ only in letters and digits that are mistaken for each other: O and 0, I, L and 1 (Unicode
/// Technical Standard 39, confusables).
fn look_alike(left: &[u16], right: &[u16]) -> bool {
    const fn skeleton(letter: u16) -> u16 {
        match letter {
            0x6f => b'0' as u16,
            0x69 | 0x6c => b'1' as u16,
            letter => letter,
        }
    }
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(own, other)| skeleton(*own) == skeleton(*other))
}

fn code_level(letters: Spelling<'_>, a: u32, b: u32, apart: Apart) -> u8 {
    let longest = apart.longest;
    let (short, long) = letters.ordered(a, b);
    let (short, long): (&[u16], &[u16]) = (&short, &long);
    let edits = if apart.least_edits > (longest / 3).max(2) {
        apart.least_edits
    } else {
        distance(short, long)
    };
    let contains = || short.len() >= 6 && (long.ends_with(short) || long.starts_with(short));
    let is_near = || edits == 1 || edits == 2 && look_alike(short, long);
    if longest >= 4 && is_near() || contains() {
        1
    } else if edits == 2 && longest >= 6 {
        2
    } else if edits * 3 <= longest {
        3
    } else if short.iter().zip(long).take_while(|(left, right)| left == right).count() * 2 >= longest {
        4
    } else {
        5
    }
}

/// From 1, hardly different, to 10, and the place within the level.
pub(super) fn bag_level(cosine: f32) -> (u8, f32) {
    let steps = (1.0 - cosine) * 10.0;
    let level = (steps as u8).min(9);
    (1 + level, steps - f32::from(level))
}

/// Optimal string alignment distance: letters replaced, lost, added, or swapped with their neighbor. At most 64
/// letters a side. Bit-parallel: H. Hyyro, A bit-vector algorithm for computing Levenshtein and Damerau edit distances
/// (Nordic Journal of Computing 10, 2003).
pub(super) fn distance(left: &[u16], right: &[u16]) -> usize {
    let (short, long) = if left.len() <= right.len() {
        (left, right)
    } else {
        (right, left)
    };
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let (short, long) = (&short[head..], &long[head..]);
    let tail = short
        .iter()
        .rev()
        .zip(long.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (short, long) = (&short[..short.len() - tail], &long[..long.len() - tail]);
    if short.is_empty() {
        return long.len();
    }
    let m = short.len().min(64);
    let last = 1_u64 << (m - 1);
    let (mut pv, mut mv, mut d0, mut pm_before, mut edits) = (!0_u64, 0_u64, 0_u64, 0_u64, m);
    for letter in long {
        let pm = short[..m]
            .iter()
            .enumerate()
            .fold(0, |bits, (at, own)| bits | u64::from(own == letter) << at);
        let swapped = ((!d0 & pm) << 1) & pm_before;
        d0 = (((pm & pv).wrapping_add(pv)) ^ pv) | pm | mv | swapped;
        let (hp, hn) = (mv | !(d0 | pv), d0 & pv);
        edits += usize::from(hp & last != 0);
        edits -= usize::from(hn & last != 0);
        let hp = hp << 1 | 1;
        pv = hn << 1 | !(d0 | hp);
        mv = d0 & hp;
        pm_before = pm;
    }
    edits
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::laws::word;
    use super::super::records::Records;
    use super::super::rows::Rows;
    use super::super::said::Said;
    use super::super::tests::table;
    use super::super::values::{Texts, of_texts};
    use super::*;
    use crate::matching::hash::mix;

    /// The level of two codes, and the best one that a glance promises.
    fn codes(left: &str, right: &str) -> (u8, u8) {
        let mut all = Texts::default();
        for text in [left, right] {
            all.text.push_str(text);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        let letters = Letters::new(Kind::Code, &values);
        let apart = Apart::of(letters.glance(ids[0]), letters.glance(ids[1]));
        let level = code_level(Spelling(&values), ids[0], ids[1], apart);
        (level, best_level(Kind::Code, apart))
    }

    /// The level of two names, and the best one that a glance promises.
    fn names(left: &str, right: &str) -> (u8, u8) {
        let mut all = Texts::default();
        for text in [left, right] {
            all.text.push_str(text);
            all.end();
        }
        let (ids, values) = of_texts(&[all]);
        let letters = Letters::new(Kind::Name, &values);
        let apart = Apart::of(letters.glance(ids[0]), letters.glance(ids[1]));
        let level = name_level(&letters, Spelling(&values), ids[0], ids[1], apart);
        (level, best_level(Kind::Name, apart))
    }

    #[test]
    fn two_names_that_people_have_are_two() {
        for (left, right, expected) in [
            // Other persons, however alike their names.
            ("patrick", "patricia", 6),
            ("mark", "marsha", 6),
            // An edit may be a slip, the head of a name a short form, and one sound one name.
            ("maria", "marie", 1),
            ("anna", "annabelle", 4),
            ("lee", "leigh", 2),
            ("mohamed", "muhammed", 2),
            ("anabella", "annabelle", 3),
            // Nobody is called so.
            ("patrick", "padrixk", 3),
            ("william", "wm", 4),
            ("viterbo", "vt", 4),
            ("grxn", "gxn", 1),
        ] {
            for (one, other) in [(left, right), (right, left)] {
                let (level, best) = names(one, other);
                assert_eq!(level, expected, "{one} {other}");
                assert!(best <= level, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_phone_is_one_with_the_code_of_its_country_and_without() {
        let filler = (0..60_u64).map(|at| vec![format!("30{:08}", mix(at) % 100_000_000), word(at + 3)]);
        for (left, right, is_one) in [
            ("+1 608-555-0142", "608-555-0142", true),
            ("+49 (0)89 1234567", "0891234567", true),
            ("+49 89 1234567", "0891234567", true),
            ("0049 89 1234567", "+49891234567", true),
            // A number without its town is nearly the same only.
            ("608-555-0142", "555-0142", false),
            ("+1 608-555-0142", "608-555-0143", false),
        ] {
            let pair = [left, right].map(|phone| vec![phone.to_owned(), "x".to_owned()]);
            let rows: Vec<Vec<String>> = filler.clone().chain(pair).collect();
            let table = table(&["phone", "name"], &rows);
            let records = Records::new(&[&table], &Said::default());
            let at = records
                .fields
                .iter()
                .position(|field| field.kind == Kind::Phone)
                .unwrap();
            let of = records.of_rows();
            let rows = Rows::new(&records.fields);
            for (a, b) in [(of[60], of[61]), (of[61], of[60])] {
                assert_eq!(rows.level(at, (a, b)).0 <= EQUAL, is_one, "{left} {right}");
                let (one, other) = rows.cells_of(at, (a, b));
                assert!(records.fields[at].best_level(one.glance, other.glance) <= rows.level(at, (a, b)).0);
            }
        }
    }

    #[test]
    fn letters_that_look_like_digits_are_a_slip() {
        for (left, right, expected) in [
            ("ab0123", "abo123", 1),
            ("ab0123", "abol23", 1),
            ("ab0123", "ab4523", 2),
            ("a01b", "aolb", 1),
            ("a01b", "a23b", 5),
            ("00112233", "oollzz33", 5),
        ] {
            assert_eq!(codes(left, right).0, expected, "{left} {right}");
            assert_eq!(codes(right, left).0, expected, "{right} {left}");
        }
    }

    proptest! {
        #[test]
        fn a_glance_at_codes_promises_no_worse_level(left in "[o0il1ab2]{1,9}", right in "[o0il1ab2]{1,9}") {
            if left != right {
                let (level, best) = codes(&left, &right);
                prop_assert!(best <= level, "{best} {level}");
            }
        }
    }
}
