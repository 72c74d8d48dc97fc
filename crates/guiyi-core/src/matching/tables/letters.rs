//! Short values as letters, and a glance at each that bounds how many edits two are apart.
//!
//! The letters are read from the text of the values when two are compared: kept beside it they would cost more memory
//! than reading them costs time.

use rayon::prelude::*;

use super::compare::distance;
use super::kin::Kin;
use super::kind::Kind;
use super::scripts::Readings;
use super::values::Values;

/// Letters of a value that are compared; a pattern of the bit-parallel distance has as many bits.
const LONGEST: usize = 64;

/// Values that a thread takes at a time, at least.
const CHUNK: usize = 4096;

/// What can be seen of short values at a glance.
pub(super) struct Letters {
    glances: Vec<u64>,
    /// Which are writings of one name, where they are names.
    kin: Option<Kin>,
    /// How they are read, where they are names in several scripts.
    readings: Option<Readings>,
}

/// How values are spelled.
#[derive(Clone, Copy)]
pub(super) struct Spelling<'v>(pub(super) &'v Values);

/// The first letters of a value.
pub(super) struct Word {
    letters: [u16; LONGEST],
    length: usize,
}

impl Letters {
    pub(super) fn new(kind: Kind, values: &Values) -> Self {
        let kin = kind.is_name().then(|| Kin::new(values));
        let readings = kind.is_name().then(|| Readings::of(values, false)).flatten();
        let of = |id: u32| {
            let is_read = || readings.as_ref().is_some_and(|readings| readings.is_read(id));
            let has_kin = kin.as_ref().is_some_and(|kin| !kin.of(id).is_empty()) || is_read();
            glance_of(values.get(id)) | u64::from(has_kin) << KIN_AT
        };
        let ids = (0..values.len() as u32).into_par_iter().with_min_len(CHUNK);
        Self {
            glances: ids.map(of).collect(),
            kin,
            readings,
        }
    }

    /// What can be seen of a value at a glance: which letters it holds, which of them more than once, its length, and
    /// whether other writings of it are known.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.glances[value as usize]
    }

    /// Whether two values are writings of one name. `apart` is what a glance at them says.
    pub(super) fn are_kin(&self, a: u32, b: u32, apart: Apart) -> bool {
        apart.may_be_kin && self.kin.as_ref().is_some_and(|kin| kin.are_kin(a, b))
    }

    /// Whether two values are names that are known, and no writings of one.
    pub(super) fn are_others(&self, a: u32, b: u32) -> bool {
        self.kin.as_ref().is_some_and(|kin| kin.are_others(a, b))
    }

    /// How alike two names of different scripts are read; nothing of others.
    pub(super) fn likeness(&self, a: u32, b: u32) -> Option<f32> {
        self.readings.as_ref()?.likeness(a, b)
    }
}

impl Spelling<'_> {
    fn get(self, value: u32) -> Word {
        let text = self.0.get(value);
        let head = &text.as_bytes()[..text.len().min(LONGEST)];
        let mut letters = [0; LONGEST];
        let length = if head.is_ascii() {
            let bytes = letters.iter_mut().zip(head);
            bytes.for_each(|(letter, byte)| *letter = u16::from(*byte));
            head.len()
        } else {
            let units = letters.iter_mut().zip(text.encode_utf16());
            units.map(|(letter, unit)| *letter = unit).count()
        };
        Word { letters, length }
    }

    /// Two values; of different lengths the shorter first.
    pub(super) fn ordered(self, a: u32, b: u32) -> (Word, Word) {
        let (left, right) = (self.get(a), self.get(b));
        if left.length < right.length {
            (left, right)
        } else {
            (right, left)
        }
    }

    /// Edits between two values; of more than `most` only that they are more. `apart` is what a glance at them says.
    pub(super) fn edits(self, a: u32, b: u32, apart: Apart, most: usize) -> usize {
        if apart.least_edits > most {
            return apart.least_edits;
        }
        distance(&self.get(a), &self.get(b))
    }

    /// Edits between a value and one of other values.
    pub(super) fn edits_to(self, own: u32, others: Spelling<'_>, other: u32) -> usize {
        distance(&self.get(own), &others.get(other))
    }
}

impl std::ops::Deref for Word {
    type Target = [u16];

    fn deref(&self) -> &[u16] {
        &self.letters[..self.length]
    }
}

/// Where the length of a value stands in its glance, below it whether it has kin, below that its bag.
const LENGTH_AT: u32 = 58;
const KIN_AT: u32 = 57;
const BAG: u64 = (1 << KIN_AT) - 1;

fn length(glance: u64) -> usize {
    (glance >> LENGTH_AT) as usize + 1
}

/// Whether two values look the same at a glance; equal ones of any two fields do.
pub(super) fn look_alike(left: u64, right: u64) -> bool {
    (left ^ right) & !(1 << KIN_AT) == 0
}

/// What a glance at two values says.
#[derive(Clone, Copy)]
pub(super) struct Apart {
    /// Edits between the two at least.
    pub(super) least_edits: usize,
    /// Letters of the longer one.
    pub(super) longest: usize,
    /// Whether the longer one may begin or end with the shorter.
    pub(super) may_contain: bool,
    /// Whether the longer one may hold all words of the shorter.
    pub(super) may_hold_words: bool,
    /// Whether they may be writings of one name.
    pub(super) may_be_kin: bool,
}

impl Apart {
    pub(super) fn of(left: u64, right: u64) -> Self {
        /// The first bit of each letter's place.
        const HELD: u64 = 0x0055_5555_4924_9249;
        let (short, long) = if length(left) < length(right) {
            (left, right)
        } else {
            (right, left)
        };
        let only_short = short & !long & BAG;
        let only_long = long & !short & BAG;
        let more = length(long) - length(short);
        // An edit changes one letter for another, adds one or drops one; what only one side holds must be edited away.
        let least_edits = only_short.count_ones().max(only_long.count_ones()) as usize;
        Self {
            least_edits: least_edits.max(more),
            longest: length(long),
            may_contain: only_short == 0,
            may_hold_words: only_short & HELD == 0,
            may_be_kin: left & right & 1 << KIN_AT != 0,
        }
    }
}

/// What can be seen of a text at a glance; letters of ASCII need no decoding.
fn glance_of(text: &str) -> u64 {
    let head = &text.as_bytes()[..text.len().min(LONGEST)];
    if head.is_ascii() {
        glance(head.iter().copied().map(u16::from))
    } else {
        glance(text.encode_utf16().take(LONGEST))
    }
}

/// Digits count up to three times each, other letters, of which some share a place, up to twice; punctuation does not.
pub(super) fn glance(letters: impl Iterator<Item = u16>) -> u64 {
    let (bag, length) = letters.fold((0_u64, 0_u64), |(bag, length), letter| {
        let Seat { at, most } = SEATS.get(usize::from(letter)).copied().unwrap_or_else(|| seat(letter));
        let own = bag >> at & most;
        (bag | ((own << 1 | 1) & most) << at, length + 1)
    });
    bag | (length.max(1) - 1) << LENGTH_AT
}

/// Where a letter stands in a bag, and its bits there; none for punctuation.
#[derive(Clone, Copy)]
struct Seat {
    at: u32,
    most: u64,
}

/// The seats of ASCII.
static SEATS: [Seat; 128] = {
    let mut seats = [Seat { at: 0, most: 0 }; 128];
    let mut letter = 0_u8;
    while letter < 128 {
        if letter.is_ascii_alphanumeric() {
            seats[letter as usize] = word_seat(letter as u16);
        }
        letter += 1;
    }
    seats
};

fn seat(letter: u16) -> Seat {
    if char::from_u32(u32::from(letter)).is_none_or(char::is_alphanumeric) {
        word_seat(letter)
    } else {
        Seat { at: 0, most: 0 }
    }
}

/// The seat of a letter or digit.
const fn word_seat(letter: u16) -> Seat {
    const DIGITS: u32 = 30;
    match letter {
        0x30..=0x39 => Seat {
            at: (letter - 0x30) as u32 * 3,
            most: 0b111,
        },
        _ => Seat {
            at: DIGITS + (letter % 13) as u32 * 2,
            most: 0b11,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Apart, distance, glance};

    proptest! {
        #[test]
        fn a_glance_promises_too_little_rather_than_too_much(left in "[a-d0-2é张 .-]{1,12}", right in "[a-d0-2é张 .-]{1,12}") {
            let letters = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
            let (a, b) = (letters(&left), letters(&right));
            let apart = Apart::of(glance(a.iter().copied()), glance(b.iter().copied()));
            prop_assert!(apart.least_edits <= distance(&a, &b));
            prop_assert_eq!(apart.longest, a.len().max(b.len()));
            let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
            prop_assert!(apart.may_contain || !(long.starts_with(short) || long.ends_with(short)));
        }
    }
}
