//! Words of texts that stand for each other: Gustav Logistics and Gustav Trading, a jacket in red and one in blue.
//!
//! Texts are alike by what they have in common, and by that a word in place of another is as little as a slip. But a slip
//! makes a word that nobody knows, or a short form of the other; where each side has a word that stands in many other
//! texts, and the other has not, they say two things. Such words are compared where many texts of a file differ in one of
//! them, and count nothing by themselves: they tell a series (`relatives::series`). Words that copies share by chance alone
//! are left out (`shared`).
//! Laws: the order of words changes nothing; two texts are as alike as the two turned around.

mod shared;

use rayon::prelude::*;

use super::compare::EQUAL;
use super::field::Field;
use super::letters::Apart;
use super::sets::{self, Member};
use super::text;
use crate::matching::hash::{Map, mix};

/// Records that have a word, at least, for it to be known.
pub(super) const KNOWN: u32 = 3;
/// The part of the records whose text is that of another but for one word, at least.
const LEAST_SWAPPED: f64 = 0.2;
/// Letters of a short form, at least.
const SHORTEST: usize = 2;
/// Words that stand for each other in one text, at most; of more, the rest says nothing.
const MOST_VARIANTS: usize = 16;
/// Words of a text that are looked at.
const MOST_WORDS: usize = 16;
/// Texts without one word that are looked at, about.
const LOOKED_AT: usize = 1 << 20;

/// The words of both are the same, as far as they are known.
const KNOWN_SAME: u8 = EQUAL + 1;
/// One has known words more.
const PART_OF: u8 = EQUAL + 2;
const DIFFERENT: u8 = EQUAL + 3;

/// The words of one of some fields, of texts, where in each file many differ in one of them only; `side` tells which file a
/// record is of, of so many.
pub(super) fn of_texts(fields: &[Field], at: usize, n_sides: usize, side: impl Fn(usize) -> usize) -> Option<Field> {
    let texts = &fields[at];
    if !texts.synonyms.is_empty() {
        return None;
    }
    let words = texts.words();
    let are_swapped = |own: usize| swapped(&words, |record| side(record) == own) >= LEAST_SWAPPED;
    if !(0..n_sides).all(are_swapped) {
        return None;
    }
    let counts: Vec<Map<u32, u32>> = (0..n_sides)
        .map(|own| counts_of(&words, |record| side(record) == own))
        .collect();
    let share_column = |field: &&Field| {
        let mut own = field.columns.iter().zip(&texts.columns);
        own.any(|(one, other)| one.iter().any(|column| other.contains(column)))
    };
    let others: Vec<&Field> = fields.iter().filter(|field| !share_column(field)).collect();
    let telling = shared::Likely::new(&words, &others, &counts, &side).telling();
    // A word that only one file has is that file's own: in the other another stands for it.
    let is_known = |word: u32| {
        let mut own = counts.iter();
        n_sides < 2 || own.all(|own| own.get(&word).is_some_and(|count| *count >= KNOWN))
    };
    Some(words.only_members(|word| is_known(word) && telling(word)))
}

/// How many of some records have each word.
fn counts_of(words: &Field, is_own: impl Fn(usize) -> bool) -> Map<u32, u32> {
    let own = words.ids.iter().enumerate().filter(|(record, _)| is_own(*record));
    sets::count(own.map(|(_, id)| (words.values.get(*id), 1)))
}

/// Leaves of the words of a value those of which `is` holds.
pub(super) fn keep(value: &str, is: impl Fn(u32) -> bool, kept: &mut String) {
    for (word, _) in value.split(' ').zip(sets::keys(value)).filter(|(_, word)| is(*word)) {
        kept.extend((!kept.is_empty()).then_some(' '));
        kept.push_str(word);
    }
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

/// The part of some records whose words are those of another but for one that is known.
fn swapped(words: &Field, is_own: impl Fn(usize) -> bool) -> f64 {
    let values = &words.values;
    let counts = sets::count(values.counted());
    // How many of the records have each value.
    let mut n_records = vec![0_u32; values.len()];
    let records = words.ids.iter().enumerate();
    for (_, id) in records.filter(|(record, id)| **id != 0 && is_own(*record)) {
        n_records[*id as usize] += 1;
    }
    let own: Vec<u32> = (1..values.len() as u32)
        .filter(|id| n_records[*id as usize] > 0)
        .collect();
    let n_all: usize = own.iter().map(|id| values.get(*id).split(' ').count()).sum();
    let one_in = (n_all / LOOKED_AT + 1) as u64;
    // What is left of each text without one of its words, and that word.
    let mut without: Vec<(u64, u32, u32)> = (own.into_par_iter())
        .flat_map_iter(|id| {
            let own: Vec<u32> = sets::keys(values.get(id)).take(MOST_WORDS).collect();
            let sum = (own.iter()).fold(0, |sum: u64, word| sum.wrapping_add(mix(u64::from(*word))));
            let n = own.len();
            let rest = move |word: u32| (sum.wrapping_sub(mix(u64::from(word))), word, id);
            own.into_iter().map(rest).filter(move |_| n > 1)
        })
        .filter(|(rest, word, _)| mix(*rest).is_multiple_of(one_in) && counts[word] >= KNOWN)
        .collect();
    without.par_sort_unstable();
    let mut is_swapped: Map<u32, bool> = Map::default();
    for same in without.chunk_by(|one, other| one.0 == other.0) {
        let n_words = same.chunk_by(|one, other| one.1 == other.1).count();
        let stand_for_each_other = (2..=MOST_VARIANTS).contains(&n_words);
        for (_, _, id) in same {
            *is_swapped.entry(*id).or_default() |= stand_for_each_other;
        }
    }
    // A text of which only some rests are looked at is likely missed.
    let n = |is: &dyn Fn(bool) -> bool| -> f64 {
        let own = is_swapped.iter().filter(|(_, swapped)| is(**swapped));
        own.map(|(id, _)| f64::from(n_records[*id as usize])).sum()
    };
    n(&|swapped| swapped) / n(&|_| true).max(1.0)
}

/// The level of two different values, given as their words.
pub(super) fn level<'t>(
    left: &(impl Iterator<Item = (&'t str, &'t Member)> + Clone),
    right: &(impl Iterator<Item = (&'t str, &'t Member)> + Clone),
) -> u8 {
    let shares_known = || {
        let mut ours = left.clone().filter(|(_, own)| own.is_known);
        ours.any(|(_, own)| right.clone().any(|(_, other)| other.key == own.key))
    };
    match (has_more(left.clone(), right), has_more(right.clone(), left)) {
        (true, true) => DIFFERENT,
        (false, false) if shares_known() => KNOWN_SAME,
        // Nothing is known of either.
        (false, false) => 0,
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

/// Whether two words are the same, could be with a slip, or one is short for the other. No number is the slip of another.
fn are_one((one, own): (&str, &Member), (other, there): (&str, &Member)) -> bool {
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let are_near = || {
        sets::are_near(one, other, Apart::of(own.glance, there.glance)) || is_short(one, other) || is_short(other, one)
    };
    own.key == there.key || !has_digit(one) && !has_digit(other) && are_near()
}

/// Whether a word is short for another: at most half as long, of some of its letters in their order, the first one first.
fn is_short(short: &str, long: &str) -> bool {
    let n = short.chars().count();
    let mut rest = long.chars();
    n >= SHORTEST
        && long.chars().count() >= 2 * n
        && long.chars().next() == short.chars().next()
        && short.chars().all(|letter| rest.any(|other| other == letter))
        // XXXL is no XL.
        && long.chars().any(|letter| !short.contains(letter))
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::super::laws::{draw, word};
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
    fn short_forms_are_told_from_other_words() {
        for (short, long) in [
            ("ltd", "limited"),
            ("corp", "corporation"),
            ("st", "street"),
            ("bldg", "building"),
        ] {
            assert!(is_short(short, long) && !is_short(long, short), "{short} {long}");
        }
        for (one, other) in [
            ("xl", "xxxl"),
            ("men", "women"),
            ("l", "large"),
            ("log", "holding"),
            ("red", "read"),
        ] {
            assert!(!is_short(one, other) && !is_short(other, one), "{one} {other}");
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

    #[test]
    fn words_that_copies_share_by_chance_say_nothing() {
        let words_of = |own: &dyn Fn(u64, u64) -> u64| -> Vec<String> {
            let titles = ["dr", "prof", "count", "baron", "judge"];
            let row = |at: u64| {
                let of = at / 2;
                let name = format!(
                    "{} {} {}",
                    titles[own(of, at) as usize % 5],
                    word(of / 2),
                    word(of / 2 + 900)
                );
                vec![name, (100_000 + draw(of, 900_000)).to_string()]
            };
            let rows: Vec<Vec<String>> = (0..600).map(row).collect();
            let records = Records::new(&[&table(&["name", "number"], &rows)], &Said::default());
            let words = records.fields.iter().find(|field| field.kind == Kind::Words).unwrap();
            let values = (1..words.values.len() as u32).flat_map(|id| words.values.get(id).split(' '));
            values.map(str::to_owned).collect()
        };
        let has_titles = |words: &[String]| words.iter().any(|word| word == "baron");
        // Each time another, and always the same.
        assert!(!has_titles(&words_of(&|_, at| draw(at + 50, 5))));
        assert!(has_titles(&words_of(&|of, _| draw(of / 2, 5) + of % 2)));
    }

    #[test]
    fn habits_of_two_systems_say_nothing() {
        let has_words = |of_system: &dyn Fn(u64) -> u64| {
            let row = |at: u64| {
                let of = at / 2;
                let name = format!("{} {}", word(of), word(of + 900));
                let name = match of_system(at) {
                    0 => format!("the {name}"),
                    1 => format!("{name} group"),
                    other => format!("{name} works{}", ["house", "shop", "yard"][other as usize % 3]),
                };
                vec![name, (100_000 + draw(of, 900_000)).to_string()]
            };
            let rows: Vec<Vec<String>> = (0..400).map(row).collect();
            let records = Records::new(&[&table(&["name", "number"], &rows)], &Said::default());
            let words = records.fields.iter().find(|field| field.kind == Kind::Words).unwrap();
            let mut values = (1..words.values.len() as u32).flat_map(|id| words.values.get(id).split(' '));
            values.any(|word| word == "group")
        };
        assert!(!has_words(&|at| at % 2));
        // Where two are one another's neighbors only now and then, they are things of a series.
        assert!(has_words(&|at| (at + at / 2) % 5));
    }

    #[test]
    fn words_that_one_file_has_alone_say_nothing() {
        let names = |trades: [&str; 3]| -> Vec<Vec<String>> {
            let name = |at: usize| vec![format!("gustav{} {} works of berlin", at / 3, trades[at % 3])];
            (0..90).map(name).collect()
        };
        let (left, right) = (
            names(["trading", "services", "logistics"]),
            names(["trading", "svcs", "log"]),
        );
        let tables = [table(&["name"], &left), table(&["name"], &right)];
        let records = Records::new(&[&tables[0], &tables[1]], &Said::default());
        let words = records.fields.iter().find(|field| field.kind == Kind::Words).unwrap();
        let has = |word: &str| (1..words.values.len() as u32).any(|id| words.values.get(id).contains(word));
        assert!(has("trading") && has("berlin") && !has("svcs") && !has("services"));
    }
}
