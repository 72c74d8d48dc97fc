//! Words of texts that stand for each other: Gustav Logistics and Gustav Trading, a jacket in red and one in blue.
//!
//! Texts are alike by what they have in common, and by that a word in place of another is as little as a slip. But a slip
//! makes a word that nobody knows; where each side has a word that stands in many other texts, and the other has not, they
//! say two things. Such words are compared where many texts of a file differ in one of them, and count nothing by
//! themselves: they tell a series (`relatives::series`).
//! Laws: the order of words changes nothing; two texts are as alike as the two turned around.

use rayon::prelude::*;

use super::compare::EQUAL;
use super::field::Field;
use super::kind::Kind;
use super::letters::Apart;
use super::sets::{self, Member};
use super::text;
use crate::matching::hash::{Map, mix};

/// Records that have a word, at least, for it to be known.
pub(super) const KNOWN: u32 = 3;
/// The part of the records whose text is that of another but for one word, at least.
const LEAST_SWAPPED: f64 = 0.2;
/// Words of a text that are looked at.
const MOST_WORDS: usize = 16;
/// Texts without one word that are looked at, about.
const LOOKED_AT: usize = 1 << 20;

/// The words of both are the same, as far as they are known.
const KNOWN_SAME: u8 = EQUAL + 1;
/// One has known words more.
const PART_OF: u8 = EQUAL + 2;
const DIFFERENT: u8 = EQUAL + 3;

/// The words of a field of texts, where many differ in one of them only.
pub(super) fn of_texts(texts: &Field) -> Option<Field> {
    if texts.kind != Kind::Text || !texts.synonyms.is_empty() {
        return None;
    }
    let words = texts.words();
    (swapped(&words) >= LEAST_SWAPPED).then_some(words)
}

/// Appends the words of a folded text, each once, in order.
pub(super) fn strip(value: &str, stripped: &mut String) {
    let mut words: Vec<String> = Vec::new();
    text::tokens(value, |word| {
        // Of ideographs the single ones.
        if !(word.chars().count() > 1 && word.chars().all(text::is_ideograph)) {
            words.push(word.to_owned());
        }
    });
    words.sort_unstable();
    words.dedup();
    stripped.push_str(&words.join(" "));
}

/// The part of the records whose words are those of another but for one that is known.
fn swapped(words: &Field) -> f64 {
    let values = &words.values;
    let counts = sets::count(values.counted());
    let of = |id: u32| -> Vec<u32> { sets::keys(values.get(id)).take(MOST_WORDS).collect() };
    let ids = 1..values.len() as u32;
    let n_all: usize = ids.clone().map(|id| values.get(id).split(' ').count()).sum();
    let one_in = (n_all / LOOKED_AT + 1) as u64;
    // What is left of each text without one of its words, and that word.
    let mut without: Vec<(u64, u32, u32)> = (ids.into_par_iter())
        .flat_map_iter(|id| {
            let own = of(id);
            let sum = own
                .iter()
                .fold(0, |sum: u64, word| sum.wrapping_add(mix(u64::from(*word))));
            let rests = own
                .clone()
                .into_iter()
                .map(move |word| (sum.wrapping_sub(mix(u64::from(word))), word, id));
            rests.filter(move |_| own.len() > 1).collect::<Vec<_>>()
        })
        .filter(|(rest, word, _)| mix(*rest).is_multiple_of(one_in) && counts[word] >= KNOWN)
        .collect();
    without.par_sort_unstable();
    let mut is_swapped: Map<u32, bool> = Map::default();
    for same in without.chunk_by(|one, other| one.0 == other.0) {
        let is_one = same.iter().all(|(_, word, _)| *word == same[0].1);
        for (_, _, id) in same {
            *is_swapped.entry(*id).or_default() |= !is_one;
        }
    }
    // A text of which only some rests are looked at is likely missed.
    let n = |is: &dyn Fn(bool) -> bool| -> f64 {
        let own = is_swapped.iter().filter(|(_, swapped)| is(**swapped));
        own.map(|(id, _)| f64::from(values.counts[*id as usize])).sum()
    };
    n(&|swapped| swapped) / n(&|_| true).max(1.0)
}

/// The level of two different values, given as their words.
pub(super) fn level<'t>(
    left: &(impl Iterator<Item = (&'t str, &'t Member)> + Clone),
    right: &(impl Iterator<Item = (&'t str, &'t Member)> + Clone),
) -> u8 {
    match (has_more(left.clone(), right), has_more(right.clone(), left)) {
        (false, false) => KNOWN_SAME,
        (true, true) => DIFFERENT,
        _ => PART_OF,
    }
}

/// Whether one of the words is known and none of the others.
fn has_more<'t>(
    mut words: impl Iterator<Item = (&'t str, &'t Member)>,
    others: &(impl Iterator<Item = (&'t str, &'t Member)> + Clone),
) -> bool {
    words.any(|own| own.1.is_known && !others.clone().any(|other| are_one(own, other)))
}

/// Whether two words are the same, or could be with a slip. No number is the slip of another.
fn are_one((one, own): (&str, &Member), (other, there): (&str, &Member)) -> bool {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    own.key == there.key
        || sets::are_near(one, other, Apart::of(own.glance, there.glance)) && !has_digit(one) && !has_digit(other)
}

#[cfg(test)]
mod tests {
    use super::super::records::Records;
    use super::super::rows::Rows;
    use super::super::said::Said;
    use super::super::tests::table;
    use super::*;

    #[test]
    fn a_known_word_is_no_slip_of_another() {
        let trades = ["logistics", "trading", "services", "holding", "insurance"];
        let name = |at: usize| vec![format!("gustav{} {} ag", at / 3, trades[at % 5])];
        let mut rows: Vec<Vec<String>> = (0..60).map(name).collect();
        let own = [
            "Olaf Trading AG",
            "AG Olaf, Trading",
            "Olaf Tradnig AG",
            "Olaf Tradings AG",
            "Olaf Logistics AG",
            "Olaf AG",
            "Olav Trading AG",
        ];
        rows.extend(own.map(|own| vec![own.to_owned()]));
        let table = table(&["name"], &rows);
        let records = Records::new(&[&table], &Said::default());
        let at = records
            .fields
            .iter()
            .position(|field| field.kind == Kind::Words)
            .unwrap();
        let (of, levels) = (records.of_rows(), Rows::new(&records.fields));
        let level = |one: usize, other: usize| levels.level(at, (of[60 + one], of[60 + other])).0;
        assert!((1..=EQUAL).contains(&level(0, 1)));
        for (one, other, expected) in [
            (0, 2, KNOWN_SAME),
            (0, 3, KNOWN_SAME),
            (0, 6, PART_OF),
            (0, 5, PART_OF),
            (0, 4, DIFFERENT),
            (2, 4, PART_OF),
        ] {
            assert_eq!(level(one, other), expected, "{} {}", own[one], own[other]);
            assert_eq!(level(other, one), expected);
        }
    }

    #[test]
    fn words_are_compared_where_they_stand_for_each_other() {
        let has_words = |rows: &[Vec<String>]| {
            let fields = Records::new(&[&table(&["name"], rows)], &Said::default()).fields;
            fields.iter().any(|field| field.kind == Kind::Words)
        };
        let name = |n: usize| {
            move |at: usize| {
                vec![format!(
                    "otto{} gmbh berlin {} mitte",
                    at / n,
                    ["a1", "b2", "c3"][at % 3]
                )]
            }
        };
        assert!(has_words(&(0..90).map(name(3)).collect::<Vec<_>>()));
        assert!(!has_words(&(0..90).map(name(1)).collect::<Vec<_>>()));
    }
}
