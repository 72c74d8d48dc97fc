//! Marks: tokens with digits out of all texts of a record, and the codes that may stand in texts of others.
//!
//! What tells one model, house or volume from the next stands there, in whichever column: a model number that has a column
//! of its own in one file stands in the title in another.
//! Laws: two codes that stand in columns of their own are compared there, and not again; a code that is found in no text
//! says nothing here.

use rayon::prelude::*;

use super::compare::{EQUAL, rarity};
use super::field::{Field, Prepared};
use super::kind::Kind;
use super::synonyms::Synonyms;
use super::text;
use super::values::{self, Texts, Values};
use crate::matching::hash::{Map, hash};

/// Records that a thread takes at a time.
const CHUNK: usize = 4096;
/// Letters and digits of a code that may stand in a text, at least.
const LEAST_LETTERS: usize = 4;
/// Before marks that are a code of the record: one that stands in its texts as well, and one that does not.
const BOTH: char = '+';
const CODE: char = '=';

/// Where a record says a mark: in its texts, in a column of codes, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Text,
    Both,
    Code,
}

/// One mark of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    hash: u64,
    /// Its level where two records share it.
    level: u8,
    said: Said,
}

impl Mark {
    /// The number by which a written mark is told from others.
    pub(super) fn key(written: &str) -> u64 {
        hash(written.trim_start_matches([BOTH, CODE]).as_bytes())
    }
}

/// The marks of all values.
pub(super) struct Marks {
    ends: Vec<u32>,
    marks: Vec<Mark>,
}

impl Marks {
    /// `count` tells how many of `n` records hold a mark, by its key.
    pub(super) fn new(values: &Values, n: usize, count: impl Fn(u64) -> u32) -> Self {
        let (mut ends, mut marks) = (vec![0], Vec::new());
        for id in 1..values.len() as u32 {
            let start = marks.len();
            marks.extend(values.get(id).split(' ').map(|written| {
                let hash = Mark::key(written);
                let said = match written.chars().next() {
                    Some(CODE) => Said::Code,
                    Some(BOTH) => Said::Both,
                    _ => Said::Text,
                };
                let level = rarity(f64::from(count(hash)), n as f64);
                Mark { hash, level, said }
            }));
            marks[start..].sort_unstable();
            ends.push(marks.len() as u32);
        }
        Self { ends, marks }
    }

    fn of(&self, value: u32) -> &[Mark] {
        &self.marks[self.ends[value as usize - 1] as usize..self.ends[value as usize] as usize]
    }

    /// Which of 64 sorts of marks a value has.
    pub(super) fn glance(&self, value: u32) -> u64 {
        self.of(value)
            .iter()
            .fold(0, |sorts, mark| sorts | 1 << (mark.hash % 64))
    }

    /// The level of the rarest mark that both have; else whether one's mark continues the other's. 0 where one of the two
    /// has codes only and shares none.
    pub(super) fn level(&self, values: &Values, a: u32, b: u32) -> u8 {
        let (left, right) = (self.of(a), self.of(b));
        let (mut i, mut j, mut best) = (0, 0, u8::MAX);
        while i < left.len() && j < right.len() {
            let (ours, theirs) = (left[i], right[j]);
            if ours.hash == theirs.hash && counts(ours.said, theirs.said) {
                best = best.min(ours.level);
            }
            i += usize::from(ours.hash <= theirs.hash);
            j += usize::from(theirs.hash <= ours.hash);
        }
        if best <= 2 {
            return best;
        }
        let continues = |x: &str, y: &str| x.len() >= 5 && y.len() > x.len() && (y.starts_with(x) || y.ends_with(x));
        let in_texts = |value: u32| values.get(value).split(' ').filter(|mark| !mark.starts_with(CODE));
        let plain = |mark: &'_ str| mark.len() - mark.trim_start_matches(BOTH).len();
        let near = || {
            in_texts(a).any(|one| {
                let one = &one[plain(one)..];
                in_texts(b).any(|other| {
                    let other = &other[plain(other)..];
                    continues(one, other) || continues(other, one)
                })
            })
        };
        let are_codes = |marks: &[Mark]| marks.iter().all(|mark| mark.said == Said::Code);
        if best <= EQUAL {
            best
        } else if are_codes(left) || are_codes(right) {
            0
        } else if near() {
            EQUAL + 1
        } else {
            EQUAL + 2
        }
    }
}

/// Whether a mark that two records say there and there counts here.
fn counts(one: Said, other: Said) -> bool {
    match (one, other) {
        (Said::Code, other) | (other, Said::Code) => other == Said::Text,
        _ => true,
    }
}

/// The field of all marks; `None` where texts hold hardly any.
pub(super) fn of_fields(fields: &[Field]) -> Option<Field> {
    let of_kind = |kind: Kind| -> Vec<&Field> { fields.iter().filter(|field| field.kind == kind).collect() };
    let (texts, codes) = (of_kind(Kind::Text), of_kind(Kind::Code));
    let n = texts.first()?.ids.len();
    // A glance at each value spares reading those without a digit once for each record.
    let may_hold = |field: &&Field| -> Vec<bool> {
        let ids = 0..field.values.len() as u32;
        ids.map(|id| field.values.get(id).bytes().any(|byte| byte.is_ascii_digit()))
            .collect()
    };
    let may_hold: Vec<Vec<bool>> = texts.par_iter().map(may_hold).collect();
    let parts: Vec<Texts> = (0..n.div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let mut part = Texts::default();
            let mut room = String::new();
            for record in chunk * CHUNK..n.min((chunk + 1) * CHUNK) {
                let ids = texts.iter().map(|field| field.ids[record]);
                let holders = texts.iter().zip(ids).zip(&may_hold);
                let of_record = holders
                    .filter(|((_, id), may_hold)| may_hold[*id as usize])
                    .map(|((field, id), _)| field.values.get(id));
                let codes = codes.iter().map(|field| field.values.get(field.ids[record]));
                add(of_record, codes, &mut room, &mut part.text);
                part.end();
            }
            part
        })
        .collect();
    let (ids, values) = values::of_texts(&parts);
    drop(parts);
    let mut counts: Map<u64, u32> = Map::default();
    let mut n_filled = 0;
    for id in 1..values.len() as u32 {
        let count = values.counts[id as usize];
        for mark in values.get(id).split(' ') {
            *counts.entry(Mark::key(mark)).or_default() += count;
        }
        if values.get(id).split(' ').any(|mark| !mark.starts_with(CODE)) {
            n_filled += count as usize;
        }
    }
    if n_filled * 5 < n {
        return None;
    }
    Some(Field {
        header: "marks".to_owned(),
        columns: Vec::new(),
        kind: Kind::Marks,
        equal: Vec::new(),
        ids,
        prepared: Prepared::Marks(Marks::new(&values, n, |mark| counts[&mark])),
        values,
        filled: n_filled as f64 / n as f64,
        twin: None,
        forms: None,
        synonyms: Synonyms::default(),
    })
}

/// Appends the tokens with digits of some texts, each once, in order, with blanks between, and then those of a record's
/// codes that may stand in texts. `room` is room to work in.
pub(super) fn add<'t>(
    texts: impl Iterator<Item = &'t str>,
    codes: impl Iterator<Item = &'t str>,
    room: &mut String,
    all: &mut String,
) {
    let start = all.len();
    let mut n = 0;
    for text in texts {
        text::marks(text, room, |mark| {
            all.extend((n > 0).then_some(' '));
            all.push_str(mark);
            n += 1;
        });
    }
    let mut codes = codes.filter(|code| may_stand_in_text(code)).peekable();
    // Most have one at most, and need no order.
    if n > 1 || codes.peek().is_some() {
        let found = all.split_off(start);
        let mut own: Vec<&str> = found.split(' ').filter(|mark| !mark.is_empty()).collect();
        own.sort_unstable();
        own.dedup();
        let mut codes: Vec<&str> = codes.collect();
        codes.sort_unstable();
        codes.dedup();
        let in_texts = own.iter().map(|mark| (codes.contains(mark).then_some(BOTH), *mark));
        let others = codes.iter().filter(|code| !own.contains(*code));
        for (said, mark) in in_texts.chain(others.map(|code| (Some(CODE), *code))) {
            all.extend((all.len() > start).then_some(' '));
            all.extend(said);
            all.push_str(mark);
        }
    }
}

fn may_stand_in_text(code: &str) -> bool {
    code.len() >= LEAST_LETTERS && code.bytes().any(|byte| byte.is_ascii_digit()) && !code.contains(' ')
}

/// The marks that stand in texts, and not in columns of codes only.
pub(super) fn in_texts(marks: &str) -> impl Iterator<Item = &str> {
    let own = marks.split(' ').filter(|mark| !mark.starts_with(CODE));
    own.map(|mark| mark.trim_start_matches(BOTH))
}

#[cfg(test)]
mod tests {
    use super::super::laws::word;
    use super::super::records::Records;
    use super::super::rows::Rows;
    use super::super::said::Said;
    use super::super::tests::table;
    use super::*;

    #[test]
    fn a_code_is_found_in_a_title() {
        let number = |at: u64| format!("KXTG-{}", 4000 + at * 7);
        let filler = (0..60_u64).map(|at| {
            let (title, rest) = (word(at), word(at + 400));
            if at % 2 == 0 {
                vec![format!("{title} {rest} camera"), number(at)]
            } else {
                vec![format!("{title} {} {rest} camera", number(at)), String::new()]
            }
        });
        let own = [
            ["olo camera", "ZSAB-910"],
            ["olo zsab910 compact camera", ""],
            ["olo zsab-910 silver camera", "ZSAB910"],
            ["olo ut77 camera", ""],
            ["olo black camera", "ZSAB910"],
        ];
        let rows: Vec<Vec<String>> = filler.chain(own.map(|row| row.map(str::to_owned).to_vec())).collect();
        let table = table(&["title", "number"], &rows);
        let records = Records::new(&[&table], &Said::default());
        let of = records.of_rows();
        let at = records.fields.len() - 1;
        assert_eq!(records.fields[at].kind, Kind::Marks);
        let rows = Rows::new(&records.fields);
        for (one, other, expected) in [
            (0, 1, 2),
            (1, 2, 2),
            // The column of codes tells it.
            (0, 2, 0),
            (0, 4, 0),
            // A code that is in no title is no other mark.
            (0, 3, 0),
            (1, 3, EQUAL + 2),
        ] {
            let (a, b) = (of[60 + one], of[60 + other]);
            let level = |a: u32, b: u32| rows.level(at, (a, b)).0;
            let is_as_rare = |level: u8| {
                if expected == 2 {
                    (1..=2).contains(&level)
                } else {
                    level == expected
                }
            };
            assert!(is_as_rare(level(a, b)), "{one} {other}: {}", level(a, b));
            assert_eq!(level(a, b), level(b, a));
        }
    }
}
