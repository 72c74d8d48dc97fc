//! Short values as letters, and a glance at each that bounds how many edits two are apart.

use super::compare::distance;
use super::values::Values;

/// Letters of a value that are compared; a pattern of the bit-parallel distance has as many bits.
const LONGEST: usize = 64;

/// Letters of short values, end to end.
pub(super) struct Letters {
    words: Vec<Word>,
    letters: Vec<u16>,
}

#[derive(Clone, Copy)]
struct Word {
    /// Which letters the value holds, and which of them more than once.
    bag: u64,
    start: u32,
    length: u8,
}

impl Letters {
    pub(super) fn new(values: &Values) -> Self {
        let mut words = Vec::with_capacity(values.len());
        let mut letters = Vec::new();
        for id in 0..values.len() as u32 {
            let start = letters.len();
            letters.extend(values.get(id).encode_utf16().take(LONGEST));
            words.push(Word {
                bag: bag(&letters[start..]),
                start: start as u32,
                length: (letters.len() - start) as u8,
            });
        }
        Self { words, letters }
    }

    fn letters(&self, word: Word) -> &[u16] {
        &self.letters[word.start as usize..word.start as usize + usize::from(word.length)]
    }

    /// Two values, and how many edits they are apart at least.
    pub(super) fn two(&self, a: u32, b: u32) -> Two<'_> {
        let (left, right) = (self.words[a as usize], self.words[b as usize]);
        Two {
            letters: self,
            left,
            right,
            least: least_edits(left, right),
        }
    }
}

/// Two values side by side.
#[derive(Clone, Copy)]
pub(super) struct Two<'l> {
    letters: &'l Letters,
    left: Word,
    right: Word,
    /// Edits between the two, at least.
    pub(super) least: usize,
}

impl<'l> Two<'l> {
    /// Letters of the longer value.
    pub(super) fn longest(&self) -> usize {
        usize::from(self.left.length.max(self.right.length))
    }

    /// Whether the shorter one may stand inside the longer: the letters that this one has more are all the edits.
    pub(super) fn may_contain(&self) -> bool {
        let more = usize::from(self.left.length.abs_diff(self.right.length));
        more > 0 && self.least == more
    }

    /// Letters of both; of different lengths the shorter first.
    pub(super) fn ordered(&self) -> (&'l [u16], &'l [u16]) {
        let (left, right) = (self.letters.letters(self.left), self.letters.letters(self.right));
        if left.len() < right.len() { (left, right) } else { (right, left) }
    }

    /// Edits between the two; of more than `most` only that they are more.
    pub(super) fn edits(&self, most: usize) -> usize {
        if self.least > most {
            return self.least;
        }
        let (short, long) = self.ordered();
        distance(short, long)
    }
}

/// Digits count up to three times each, other letters, of which some share a place, up to twice.
fn bag(letters: &[u16]) -> u64 {
    const DIGITS: u64 = 30;
    letters.iter().fold(0, |bag, letter| {
        let (at, most) = match letter {
            0x30..=0x39 => (u64::from(letter - 0x30) * 3, 0b111),
            _ => (DIGITS + u64::from(letter % 17) * 2, 0b11),
        };
        let own = bag >> at & most;
        bag | ((own << 1 | 1) & most) << at
    })
}

/// An edit changes one letter for another, adds one or drops one; what only one side holds must be edited away.
fn least_edits(left: Word, right: Word) -> usize {
    let only = |one: Word, other: Word| (one.bag & !other.bag).count_ones() as usize;
    only(left, right)
        .max(only(right, left))
        .max(usize::from(left.length.abs_diff(right.length)))
}
