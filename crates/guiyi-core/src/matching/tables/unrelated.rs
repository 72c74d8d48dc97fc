//! Columns that have nothing to do with what the others say: a counter of visits, the day of an export, a status.
//!
//! Where two files share little else, such a column does harm: rare values that are equal by chance weigh as much as a
//! name does, and what is alike in it pushes those out that are worth comparing. One column alone often shows records
//! that stand out, held against what is seen within each file; if these agree in another column no more than strangers
//! do, that one is not compared.
//! Laws: what is said of a column holds; the column that tells most is compared, and so is what agrees with it.

use super::field::Field;
use super::marks;
use super::model::{FieldModel, level, likeness};
use super::records::{Records, Seekers};
use super::rows::Pair;
use super::said::Said;
use super::search::Search;

/// Of more columns than these, training tells the unrelated ones.
const MOST: usize = 8;
/// Records that stand out, at least, for these to show which columns agree.
const LEAST: usize = 20;
/// How much more alike those that stand out are than strangers, at least, of what they could be; and how many times the
/// spread of the mean it must be, which tells nothing where that is too much.
const LEAST_ALIKE: f64 = 0.05;
const CLEAR: f64 = 3.0;
const MOST_SPREAD: f64 = 0.2;

/// The names of the fields that are unrelated to the rest.
pub(super) fn find(records: &mut Records, said: &Said) -> Vec<String> {
    let is_free = |field: &Field| field.twin.is_none() && field.forms.is_none();
    let is_asked = records.is_link && records.seekers() != Seekers::Nobody && records.fields.iter().all(is_free);
    let plain: Vec<usize> = (0..records.fields.len())
        .filter(|at| !records.fields[*at].kind.is_derived())
        .collect();
    if !is_asked || !(2..=MOST).contains(&plain.len()) {
        return Vec::new();
    }
    let mut told: (usize, Vec<Pair>) = (0, Vec::new());
    for at in &plain {
        let pairs = stand_out(records, *at);
        if pairs.len() > told.1.len() {
            told = (*at, pairs);
        }
    }
    let (best, pairs) = told;
    if pairs.len() < LEAST {
        return Vec::new();
    }
    let search = Search::new(records, said);
    let patterns: Vec<u128> = pairs.iter().map(|pair| search.pattern(*pair)).collect();
    let is_asked = |at: &usize| *at != best && said.of(&records.fields[*at]).is_none();
    let unrelated = (plain.into_iter().filter(is_asked)).filter(|at| {
        let FieldModel { kind, ref u, .. } = search.seen.fields[*at];
        let strangers = u.iter().zip(1..).map(|(share, level)| (likeness(kind, level), *share));
        let levels = patterns.iter().map(|pattern| level(*pattern, *at));
        let own = levels.filter(|level| *level > 0).map(|level| likeness(kind, level));
        agree_by_chance(own, strangers)
    });
    unrelated.map(|at| records.fields[at].header.clone()).collect()
}

/// The pairs that stand out where a field alone is compared, with what is taken from its values.
fn stand_out(records: &mut Records, at: usize) -> Vec<Pair> {
    let mut all = std::mem::take(&mut records.fields);
    let grounds = std::mem::take(&mut records.grounds);
    records.fields = vec![all.remove(at)];
    records.fields.extend(marks::of_fields(&records.fields));
    let pairs = Search::new(records, &Said::default()).outstanding();
    all.insert(at, records.fields.swap_remove(0));
    (records.fields, records.grounds) = (all, grounds);
    pairs
}

/// Whether pairs, by how alike each is, are no more so than strangers, of whom so many are so alike.
fn agree_by_chance(pairs: impl Iterator<Item = f64>, strangers: impl Iterator<Item = (f64, f64)>) -> bool {
    let (mut n, mut sum) = (0.0, 0.0);
    pairs.for_each(|own| (n, sum) = (n + 1.0, sum + own));
    let (mut total, mut mean, mut square) = (0.0, 0.0, 0.0);
    strangers.for_each(|(own, share)| {
        (total, mean, square) = (total + share, mean + own * share, square + own * own * share);
    });
    let (mean, square) = (mean / total, square / total);
    let (spread, room) = (CLEAR * ((square - mean * mean).max(0.0) / n).sqrt(), 1.0 - mean);
    n >= LEAST as f64 && spread <= MOST_SPREAD * room && sum / n - mean < spread.max(LEAST_ALIKE * room)
}

#[cfg(test)]
mod tests {
    use super::super::laws::{draw, f1, word};
    use super::super::tests::{matches, table};
    use super::super::{Model, Options, link};

    /// Names of shops in two lists, with slips, and a second column.
    fn lists(second: impl Fn(u64, u64) -> String) -> [Vec<Vec<String>>; 2] {
        let name = |at: u64| format!("{} {}", word(at * 2 + 1), word(at * 2 + 2));
        [0, 1].map(|list| {
            let places = (0..400).filter(|at| draw(at * 2 + list, 5) > 0);
            let row = |at: u64| {
                let mut written = name(at);
                if list == 1 && draw(at, 2) == 0 {
                    written.remove(draw(at, 8) as usize + 1);
                }
                vec![written, second(at, list), at.to_string()]
            };
            places.map(row).collect()
        })
    }

    fn told(lists: &[Vec<Vec<String>>; 2], headers: [&str; 2], options: &Options) -> (f64, Vec<String>, Model) {
        let rows = lists.each_ref().map(|rows| -> Vec<Vec<String>> {
            let said = |row: &Vec<String>| row[..headers.iter().filter(|header| !header.is_empty()).count()].to_vec();
            rows.iter().map(said).collect()
        });
        let headers: Vec<&str> = headers.into_iter().filter(|header| !header.is_empty()).collect();
        let tables = rows.each_ref().map(|rows| table(&headers, rows));
        let found = link(&[&tables[0], &tables[1]], options);
        let pairs = lists[0].iter().zip(0_u32..).filter_map(|(row, left)| {
            let right = lists[1].iter().position(|other| other[2] == row[2])?;
            Some((left, (lists[0].len() + right) as u32))
        });
        let truth: Vec<(u32, u32)> = pairs.collect();
        (f1(&matches(&found), &truth), found.model.unrelated.clone(), found.model)
    }

    #[test]
    fn what_has_nothing_to_do_with_names_is_not_compared() {
        let visits = lists(|at, list| draw(at * 2 + list + 7000, 100_000).to_string());
        let (alone, none, _) = told(&visits, ["name", ""], &Options::default());
        let (beside, unrelated, model) = told(&visits, ["name", "visits"], &Options::default());
        assert!(none.is_empty());
        assert_eq!(unrelated, ["visits"]);
        assert!(alone > 0.9 && beside > alone - 0.02, "{alone} {beside}");
        // A later run with that model leaves it out as well.
        let options = Options {
            model: Some(model),
            ..Options::default()
        };
        assert!(told(&visits, ["name", "visits"], &options).0 > alone - 0.02);
        // Said by hand, it is compared.
        let mut said = super::Said::default();
        said.fields.push(super::super::SaidField {
            left: Some(1),
            right: Some(1),
            compare: true,
            ..super::super::SaidField::default()
        });
        let options = Options {
            said,
            ..Options::default()
        };
        assert!(told(&visits, ["name", "visits"], &options).1.is_empty());
    }

    #[test]
    fn what_agrees_with_names_now_and_then_is_compared() {
        let towns = lists(|at, list| {
            word(
                if draw(at * 2 + list, 4) == 0 {
                    at * 9 + list
                } else {
                    at % 50
                } + 60_000,
            )
        });
        let (_, unrelated, _) = told(&towns, ["name", "town"], &Options::default());
        assert!(unrelated.is_empty(), "{unrelated:?}");
    }
}
