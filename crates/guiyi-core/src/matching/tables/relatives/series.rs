//! Series: records that share what names them, and differ in a date, an edition or a number.
//!
//! Such a field may name little by itself (a day, beside the title of an event), so that by what it names alone it could as
//! well be one that changes in a thing that stays the same. But what changes in a thing differs in few of the likeliest
//! pairs, or agrees by chance; a field that tells a series differs in most of them, and agrees far more often than chance
//! makes it: in the copies. Numbers and words in texts tell a series wherever most of them differ; of two files words alone
//! do, and need not differ in most pairs: hardly any copy has one that is known in both files in place of another.
//! They need not, either, where things with one code hardly ever differ in them.
//! Law: who shares all given names is one person, unless what is shared names each thing as well.

use super::super::compare::EQUAL;
use super::super::kind::Kind;
use super::super::model::{FieldModel, Model, level};
use super::{Naming, Relatives, members};

/// The part of the likeliest pairs in which a field differs, more than by chance: of one file, and of two, of which each
/// thing of a series may have its copy in the other.
const MOSTLY: f64 = 0.58;
const OFTEN: f64 = 0.25;
/// The part of the likeliest pairs that are equal in it, at least; and of those of two files that agree in words, for the
/// files to have words in common.
const LEAST_COPIES: f64 = 0.05;
const LEAST_SAID: f64 = 0.1;
/// How many times as often as strangers matches are at a level that says that two values agree, at least.
const AGREES: f64 = 2.0;
/// How often strangers are equal in it, at most.
const MOST_COMMON: f64 = 0.03;
/// How many times as many pairs as chance explains must be equal in it, and how many more, in spreads of that number.
const EXCESS: f64 = 1.5;
const SPREADS: f64 = 5.0;
/// Pairs that share a code, at least, and the part of them that differ in a field, at most, for it to be proven that what is
/// one does not.
const LEAST_PROVEN: f64 = 20.0;
const MOST_DIFFERENT: f64 = 0.1;
/// Share of the pairs that have marks on both sides, at least, for these to tell.
const LEAST_MARKED: f64 = 0.3;
/// A title names more than this part of the bits that it takes to tell all records apart.
const TITLE: f64 = 0.85;

/// How many pairs are taken for matches, fill a field on both sides, agree in it, and are equal in it.
#[derive(Default)]
struct Count {
    taken: f64,
    filled: f64,
    agree: f64,
    equal: f64,
}

impl Count {
    /// Of pairs and what they weigh in a trained model, as far as all other fields make them matches.
    fn of(untrained: &FieldModel, trained: &FieldModel, at: usize, pairs: &[(u128, f64)], weights: &[f64]) -> Self {
        let mut all = Self::default();
        for ((pattern, count), weight) in pairs.iter().zip(weights) {
            let level = level(*pattern, at);
            let own = if trained.kind.is_counted() && level > 0 {
                trained.bits[level - 1]
            } else {
                0.0
            };
            let count = count / (1.0 + (own - weight).exp2());
            let is_equal = (1..=usize::from(EQUAL)).contains(&level);
            let agrees = is_equal || level > 0 && untrained.m[level - 1] >= AGREES * untrained.u[level - 1];
            all.taken += count;
            all.filled += if level > 0 { count } else { 0.0 };
            all.equal += if is_equal { count } else { 0.0 };
            all.agree += if agrees { count } else { 0.0 };
        }
        all
    }

    /// Whether more pairs are equal than chance explains, which makes such a share of them equal.
    fn has_copies(&self, chance: f64) -> bool {
        let by_chance = chance * self.filled;
        let beyond = f64::max((EXCESS - 1.0) * by_chance, SPREADS * by_chance.max(1.0).sqrt());
        chance <= MOST_COMMON && self.equal >= by_chance + beyond
    }

    /// Whether more than a part of the pairs differ, and that is no chance.
    fn are_different(&self, part: f64) -> bool {
        let least = part * self.filled;
        self.filled - self.agree >= least + (least * (1.0 - part)).sqrt()
    }
}

/// The fields that tell a series, of candidates and the `likeliest` among them, given as patterns and how many there are of
/// each. `model` is the one before training, `all_given` are the fields of given names, one bit each; then how many
/// records there are, and whether they are of two files.
pub(in crate::matching::tables) fn find(
    model: &Model,
    trained: &Model,
    pairs: &[(u128, f64)],
    likeliest: &[(u128, f64)],
    naming: &[Naming],
    all_given: u32,
    (n, is_link): (usize, bool),
) -> Option<Relatives> {
    let weights = [pairs, likeliest].map(|pairs| trained.weights(pairs));
    // How many pairs differ in a field that tells a series, for each that is equal in it.
    let per_match = |at: usize| {
        let field = &model.fields[at];
        let count = |pairs, weights| Count::of(field, &trained.fields[at], at, pairs, weights);
        let (all, best) = (count(pairs, &weights[0]), count(likeliest, &weights[1]));
        let are_marked = all.filled >= LEAST_MARKED * all.taken;
        let tells = match field.kind {
            Kind::Words if is_link => are_marked && best.agree >= LEAST_SAID * best.filled,
            Kind::Words => are_marked,
            _ if is_link => false,
            Kind::Marks | Kind::Doors | Kind::Measures => are_marked,
            Kind::Date | Kind::Number | Kind::Code | Kind::Duration if model.relatives.is_empty() => {
                best.equal >= LEAST_COPIES * best.filled && all.has_copies(field.u[..usize::from(EQUAL)].iter().sum())
            }
            _ => false,
        };
        let is_proven = || field.kind == Kind::Words && all_given == 0 && is_proven(model, at, pairs);
        let part = if is_link || is_proven() { OFTEN } else { MOSTLY };
        (tells && best.are_different(part)).then(|| (all.filled - all.equal) / all.equal.max(1.0))
    };
    let found: Vec<(usize, f64)> = (0..model.fields.len())
        .filter_map(|at| Some((at, per_match(at)?)))
        .collect();
    let mask = found.iter().fold(0, |mask, (at, _)| mask | 1 << at);
    let is_title = |at: usize| {
        matches!(model.fields[at].kind, Kind::Text | Kind::Name) && naming[at].entropy > TITLE * (n as f64).log2()
    };
    let mut shared = (0..model.fields.len()).filter(|at| (mask | all_given) >> at & 1 == 0);
    let are_things = all_given == 0 || mask & all_given != 0 || shared.any(is_title);
    (mask != 0 && are_things).then(|| Relatives {
        differ: members(mask).collect(),
        per_match: found.iter().map(|(_, per_match)| *per_match).fold(f64::MAX, f64::min),
        in_series: true,
    })
}

/// Whether pairs that share a code hardly ever differ in a field.
fn is_proven(model: &Model, at: usize, pairs: &[(u128, f64)]) -> bool {
    let different = model.fields[at].bits.len();
    let agrees_in = |code: usize| {
        let (mut n, mut n_different) = (0.0, 0.0);
        for (pattern, count) in pairs {
            let is_equal = |at| (1..=usize::from(EQUAL)).contains(&level(*pattern, at));
            if is_equal(code) && level(*pattern, at) > 0 {
                n += count;
                n_different += if level(*pattern, at) == different { *count } else { 0.0 };
            }
        }
        n >= LEAST_PROVEN && n_different <= MOST_DIFFERENT * n
    };
    let is_code = |at: &usize| matches!(model.fields[*at].kind, Kind::Code | Kind::Phone | Kind::Email);
    (0..model.fields.len()).filter(is_code).any(agrees_in)
}

#[cfg(test)]
mod tests {
    use super::super::super::laws::{draw, f1, word};
    use super::super::super::parse_model;
    use super::super::super::tests::{find, matches, table};

    /// Rows of series, each of one to eight things that `own` makes of the columns that they share; every eighth is there
    /// twice, the second time with a slip in one of these. And which rows are one.
    fn series(
        shared: impl Fn(u64) -> Vec<String>,
        own: impl Fn(u64, &mut Vec<String>),
    ) -> (Vec<Vec<String>>, Vec<(u32, u32)>) {
        let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
        for of in 0..200_u64 {
            for thing in 0..=draw(of, 8) {
                let mut row = shared(of);
                own(of * 8 + thing, &mut row);
                rows.push(row.clone());
                if draw(of * 11 + thing, 8) == 0 {
                    truth.push((rows.len() as u32 - 1, rows.len() as u32));
                    row[draw(of + thing, 2) as usize].remove(1);
                    rows.push(row);
                }
            }
        }
        (rows, truth)
    }

    fn day(seed: u64) -> String {
        format!("2025-{:02}-{:02}", 1 + draw(seed, 12), 1 + draw(seed + 7, 28))
    }

    #[test]
    fn events_of_a_series_are_told_by_their_days() {
        let shared = |of: u64| vec![format!("{} {}", word(of), word(of + 900)), word(of / 2 + 500)];
        let (rows, truth) = series(shared, |seed, row| row.push(day(seed)));
        let found = matches(&find(&[&table(&["title", "place", "day"], &rows)]));
        assert!(f1(&found, &truth) > 0.8, "{}", f1(&found, &truth));
    }

    #[test]
    fn what_changes_in_a_person_is_no_series() {
        // Orders of customers: who ordered is asked, although no two orders have one day.
        let given = ["Anna", "Otto", "Klara", "Bruno", "Ilse", "Emil", "Frieda", "Karl"];
        let shared = |of: u64| vec![given[draw(of, 8) as usize].to_owned(), word(of), word(of + 500)];
        let (rows, _) = series(shared, |seed, row| row.push(day(seed)));
        let truth: Vec<(u32, u32)> = (0..rows.len())
            .flat_map(|a| (a + 1..rows.len()).map(move |b| (a, b)))
            .filter(|(a, b)| rows[*a][2] == rows[*b][2])
            .map(|(a, b)| (a as u32, b as u32))
            .collect();
        let found = matches(&find(&[&table(&["given", "name", "town", "day"], &rows)]));
        assert!(f1(&found, &truth) > 0.9, "{}", f1(&found, &truth));
    }

    #[test]
    fn variants_are_told_by_words_and_by_numbers() {
        let colors = ["red", "blue", "black", "white", "green", "grey", "pink", "brown"];
        let color = |seed: u64| colors[seed as usize % 8].to_owned();
        let size = |seed: u64| (36 + seed % 8).to_string();
        let shared = |of: u64| {
            let price = (draw(of, 900) + 99).to_string();
            vec![word(of + 500), price, format!("{} {} jacket", word(of), word(of + 900))]
        };
        for own in [&color as &dyn Fn(u64) -> String, &size] {
            let (rows, truth) = series(shared, |seed, row| row[2] = format!("{} {}", row[2], own(seed)));
            let found = find(&[&table(&["brand", "price", "title"], &rows)]);
            let f1 = f1(&matches(&found), &truth);
            assert!(f1 > 0.8, "{} {f1}", own(0));
            assert_eq!(parse_model(&found.model_toml()).unwrap(), found.model);
        }
    }

    #[test]
    fn what_has_one_code_shows_that_variants_are_two() {
        // Two variants of five are there twice, so that words differ in less than half of the likeliest pairs.
        let colors = ["red", "blue", "black", "white", "green", "grey", "pink", "brown"];
        let (mut rows, mut truth): (Vec<Vec<String>>, Vec<(u32, u32)>) = Default::default();
        for of in 0..300_u64 {
            let name = format!("{} {} jacket", word(of), word(of + 900));
            for at in 0..=draw(of, 4) {
                let mut row = vec![
                    word(of + 500),
                    format!("Q{:03}-{:03}", draw(of * 8 + at, 900), draw(of * 8 + at + 9000, 900)),
                    format!("{name} {}", colors[((of + at) % 8) as usize]),
                ];
                rows.push(row.clone());
                if draw(of * 11 + at, 5) < 2 {
                    truth.push((rows.len() as u32 - 1, rows.len() as u32));
                    row[2].remove(1);
                    if draw(of * 13 + at, 2) == 0 {
                        row[1].clear();
                    }
                    rows.push(row);
                }
            }
        }
        let found = matches(&find(&[&table(&["brand", "code", "title"], &rows)]));
        assert!(f1(&found, &truth) > 0.9, "{}", f1(&found, &truth));
    }

    #[test]
    fn variants_of_two_shops_are_told_by_words() {
        let colors = ["red", "blue", "black", "white", "green", "grey", "pink", "brown"];
        let mut shops: [Vec<Vec<String>>; 2] = Default::default();
        let mut truth: Vec<(u32, u32)> = Vec::new();
        for of in 0..300_u64 {
            let name = format!("{} {}", word(of), word(of + 900));
            for at in 0..=draw(of, 6) {
                let color = colors[((of + at) % 8) as usize];
                let price = (draw(of, 900) + 99).to_string();
                let mut is_in = [true, true];
                match draw(of * 17 + at, 4) {
                    0 => is_in[0] = false,
                    1 => is_in[1] = false,
                    _ => truth.push((shops[0].len() as u32, shops[1].len() as u32)),
                }
                let titles = [format!("{name} jacket {color}"), format!("{color} jacket {name} new")];
                for ((shop, title), _) in shops.iter_mut().zip(titles).zip(is_in).filter(|(_, is_in)| *is_in) {
                    shop.push(vec![title, price.clone()]);
                }
            }
        }
        let n_left = shops[0].len() as u32;
        let truth: Vec<(u32, u32)> = truth.into_iter().map(|(left, right)| (left, n_left + right)).collect();
        let tables = shops.map(|shop| table(&["title", "price"], &shop));
        let found = matches(&find(&[&tables[0], &tables[1]]));
        assert!(f1(&found, &truth) > 0.9, "{}", f1(&found, &truth));
    }
}
