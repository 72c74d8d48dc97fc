//! Texts end to end, and distinct ones that are found again by what they say.

use super::postings::Postings;
use crate::matching::hash::hash;

/// Texts, numbered from 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Texts {
    pub(super) text: String,
    ends: Vec<usize>,
}

impl Texts {
    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    pub(super) fn get(&self, at: u32) -> &str {
        let at = at as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len() as u32).map(|at| self.get(at))
    }

    /// The length of each text in bytes.
    pub(super) fn lengths(&self) -> Vec<u32> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts
            .zip(&self.ends)
            .map(|(start, end)| (end - start) as u32)
            .collect()
    }

    /// The texts of these lengths in bytes; `None` if they are not those of the text, or cut a letter.
    pub(super) fn of(text: String, lengths: &[u32]) -> Option<Self> {
        let mut end = 0_usize;
        let mut ends = Vec::with_capacity(lengths.len());
        for length in lengths {
            end = end.checked_add(*length as usize)?;
            if !text.is_char_boundary(end) {
                return None;
            }
            ends.push(end);
        }
        (end == text.len()).then_some(Self { text, ends })
    }
}

/// Distinct values and how many records carry each; value 0 is no value.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) texts: Texts,
    pub(super) counts: Vec<u32>,
    pub(super) places: Postings,
}

impl Vocabulary {
    /// `values` are distinct, with their counts; the first one is empty.
    pub(super) fn new<'t>(values: impl Iterator<Item = (&'t str, u32)>) -> Self {
        let (mut texts, mut counts) = (Texts::default(), Vec::new());
        for (text, count) in values {
            texts.push(text);
            counts.push(count);
        }
        let places = file(&texts);
        Self { texts, counts, places }
    }

    /// All values filed anew, those that were added among the others.
    pub(super) fn filed(&self) -> Postings {
        file(&self.texts)
    }

    /// The number of a value; 0 for none, and for one that no record carries.
    pub(super) fn id(&self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let mut places = self.places.get(hash(text.as_bytes()));
        places.find(|id| self.texts.get(*id) == text).unwrap_or(0)
    }

    /// Counts one record more that carries a value; gives the value's number.
    pub(super) fn add(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return 0;
        }
        let known = self.id(text);
        if known > 0 {
            self.counts[known as usize] += 1;
            return known;
        }
        let id = self.counts.len() as u32;
        self.texts.push(text);
        self.counts.push(1);
        self.places.push(hash(text.as_bytes()), id);
        id
    }
}

/// The numbers of texts under their hashes; the first text is no value.
fn file(texts: &Texts) -> Postings {
    let filed = texts.iter().map(|text| hash(text.as_bytes())).zip(0..).skip(1);
    Postings::new(filed.collect(), usize::MAX)
}
