//! Columns of names in another script than the same names have elsewhere: Васильев in one, Vasiliev in another, where no
//! record has both.
//!
//! They are known by what sounds alike, or by a list of given names of many scripts.
//! Law: values decide, not names, nor the order of columns and rows.

use std::collections::BTreeSet;

use super::columns::Words;
use super::joined::{Form, are_filled_together};
use super::{phonetic, text};

/// Words of a name, on average, at most; ideographs count as words.
const MOST_WORDS: f64 = 5.0;
/// Words of a full name, on average, at least, and of a part of one at most.
const FULL: f64 = 1.5;
const PART: f64 = 1.5;
/// Distinct words of a part, at least.
const LEAST_WORDS: usize = 6;
/// Part of the names that must sound like names of the other form, at least, and how many: by chance few do.
const LEAST_HEARD: f64 = 0.05;
const LEAST_HEARD_ROWS: f64 = 3.0;

/// Adds columns of names in another script to the forms of names that no record has beside them; a column of full names is a
/// form by itself, and so are two parts that are filled together. `texts` gives what some columns say together, row by row.
pub(super) fn add(
    chosen: &mut Vec<Form>,
    all: &[Words],
    are_apart: impl Fn(usize, usize) -> bool,
    texts: impl Fn(&[usize]) -> Vec<String>,
) {
    let are_foreign = |at: &usize| all[*at].are_foreign() && all[*at].mean_words() <= MOST_WORDS;
    for at in (0..all.len()).filter(are_foreign) {
        let is_taken = |at: usize| chosen.iter().any(|form| form.columns().any(|own| own == at));
        if is_taken(at) {
            continue;
        }
        let may = |other: usize| !all[other].are_foreign() && are_apart(at, other);
        let open: Vec<usize> = (0..all.len())
            .filter(|other| may(*other) && !is_taken(*other))
            .collect();
        let own = sounds(&texts(&[at]));
        let n_heard = |others: &[usize]| {
            let heard: BTreeSet<u32> = sounds(&texts(others)).into_iter().collect();
            let n = own.iter().filter(|sound| heard.contains(sound)).count() as f64;
            if n >= LEAST_HEARD_ROWS.max(LEAST_HEARD * own.len() as f64) {
                n
            } else {
                0.0
            }
        };
        // What sounds alike is surer than a list.
        let likeness = |others: &[usize]| match n_heard(others) {
            0.0 => {
                let are_names = all[at].are_names() && others.iter().any(|other| all[*other].are_names());
                f64::from(u8::from(are_names))
            }
            n => 1.0 + n,
        };
        let mut forms: Vec<(f64, Option<usize>, Form)> = Vec::new();
        for (place, form) in chosen.iter().enumerate().filter(|(_, form)| form.columns().all(may)) {
            let columns: Vec<usize> = form.columns().collect();
            forms.push((likeness(&columns), Some(place), form.clone()));
        }
        let full = (open.iter()).filter(|other| (FULL..=MOST_WORDS).contains(&all[**other].mean_words()));
        forms.extend(full.map(|other| (likeness(&[*other]), None, Form::of_names(vec![*other], Vec::new()))));
        let is_part = |other: &&usize| {
            let other = &all[**other];
            other.filled > 0
                && other.mean_words() <= PART
                && other.vocabulary.len() >= LEAST_WORDS
                && !other.has_digits()
        };
        let mut parts: Vec<usize> = open.iter().filter(is_part).copied().collect();
        // Given names first, as far as the list knows them.
        let given = |at: usize| all[at].share(all[at].names.given);
        parts.sort_by(|x, y| given(*y).total_cmp(&given(*x)));
        for (place, one) in parts.iter().enumerate() {
            let others = parts[place + 1..]
                .iter()
                .filter(|other| are_filled_together(&all[*one], &all[**other]));
            forms.extend(others.map(|other| {
                (
                    n_heard(&[*one, *other]),
                    None,
                    Form::of_names(Vec::new(), vec![*one, *other]),
                )
            }));
        }
        forms.retain(|(likeness, ..)| *likeness > 0.0);
        forms.sort_by(|x, y| y.0.total_cmp(&x.0));
        // Of two that only a list speaks for nobody knows which one it is.
        let is_known = !matches!(&forms[..], [one, other, ..] if one.0 <= 1.0 && other.0 >= one.0);
        if let Some((_, place, mut form)) = forms.into_iter().next().filter(|_| is_known) {
            form.wholes.push(at);
            match place {
                Some(place) => chosen[place] = form,
                None => chosen.push(form),
            }
        }
    }
}

/// How names sound, whose hyphens do not divide them; those that have no sound are left out.
fn sounds(names: &[String]) -> Vec<u32> {
    let mut folded = String::new();
    let sound = |name: &String| {
        text::fold(&name.replace(['-', '\''], ""), &mut folded);
        phonetic::sound(&folded)
    };
    names.iter().map(sound).filter(|sound| *sound != 0).collect()
}
