//! The fields of a few records, as they are among all: what the full run made of every value at once is made of these
//! when they are asked for, with the frequencies of all.
//!
//! Law: two values get the level and the place that they have among all.

use super::super::bags::{Bags, grams_of};
use super::super::field::{Field, Prepared, equal_levels, prepare};
use super::super::marks::{Mark, Marks};
use super::super::sets;
use super::super::synonyms::Synonyms;
use super::super::twins;
use super::super::values::{self, Texts, Values};
use super::find::Query;
use super::{Index, Kind, Known};
use crate::matching::hash::Map;

/// The fields of a query, which becomes record 0, and of some rows.
pub(super) fn fields(index: &Index, query: &Query, rows: &[u32]) -> Vec<Field> {
    let n = index.len() + query.more() as usize;
    let mut fields: Vec<Field> = Vec::with_capacity(index.fields.len() + 1);
    for (at, known) in index.fields.iter().enumerate() {
        let ids: Vec<u32> = rows.iter().map(|row| index.of_row(*row)[at]).collect();
        fields.push(field(known, query, at, &ids, n));
    }
    for (at, known) in index.fields.iter().enumerate() {
        known
            .twin
            .into_iter()
            .for_each(|twin| twins::join(&mut fields, at, twin));
    }
    if let Some(marks) = &index.marks {
        fields.push(of_marks(index, marks, query, rows, n));
    }
    fields
}

fn field(known: &Known, query: &Query, at: usize, rows: &[u32], n: usize) -> Field {
    let (own, more) = (query.ids[at], query.more());
    let texts = rows.iter().map(|id| known.values.texts.get(*id));
    let (ids, mut values) = intern(std::iter::once(&*query.texts[at]).chain(texts));
    for (id, known_id) in ids.iter().zip(std::iter::once(&own).chain(rows)) {
        let count = known.values.counts[*known_id as usize];
        values.counts[*id as usize] = match *known_id {
            0 => 1,
            id => count.saturating_add(more * u32::from(id == own)),
        };
    }
    values.counts[0] = 0;
    let mut prepared = if let Some(grams) = &known.grams {
        Prepared::Bags(bags(known, grams, query, at, &values))
    } else {
        let own: Vec<u32> = sets::keys(&query.texts[at]).collect();
        prepare(known.kind, &values, n, |member| {
            let count = known.members.get(&member).copied().unwrap_or(0);
            count.saturating_add(more * u32::from(own.contains(&member)))
        })
    };
    if let Prepared::Numbers(numbers) = &mut prepared {
        numbers.usual = known.usual;
    }
    Field {
        header: known.header.clone(),
        columns: Vec::new(),
        kind: known.kind,
        equal: equal_levels(known.kind, &prepared, &values, n),
        ids,
        values,
        prepared,
        filled: 1.0,
        twin: None,
        forms: known.forms,
        synonyms: Synonyms::default(),
    }
}

/// The bags of values; the grams of the query's own one are counted once more.
fn bags(known: &Known, grams: &super::Grams, query: &Query, at: usize, values: &Values) -> Bags {
    let mut own: Vec<u32> = Vec::new();
    grams_of(known.kind, &query.texts[at], &mut String::new(), |gram, _| {
        own.push(gram);
    });
    own.sort_unstable();
    let more = if own.is_empty() { 0 } else { query.more() };
    Bags::few(values, known.kind, known.n_filled.saturating_add(more), |gram| {
        let more = more * u32::from(own.binary_search(&gram).is_ok());
        match grams.numbers.get(&gram) {
            Some(number) => (*number, grams.counts[*number as usize].saturating_add(more)),
            None => (u32::MAX, 1),
        }
    })
}

fn of_marks(index: &Index, counts: &Map<u64, u32>, query: &Query, rows: &[u32], n: usize) -> Field {
    let texts: Vec<String> = rows.iter().map(|row| index.marks_of(index.texts_of(*row))).collect();
    let (ids, values) = intern(std::iter::once(&*query.marks).chain(texts.iter().map(String::as_str)));
    let own: Vec<u64> = query.marks.split(' ').map(Mark::key).collect();
    let marks = Marks::new(&values, n, |mark| {
        let more = query.more() * u32::from(own.contains(&mark));
        counts.get(&mark).copied().unwrap_or(0).saturating_add(more).max(1)
    });
    Field {
        header: "marks".to_owned(),
        columns: Vec::new(),
        kind: Kind::Marks,
        equal: Vec::new(),
        ids,
        values,
        prepared: Prepared::Marks(marks),
        filled: 1.0,
        twin: None,
        forms: None,
        synonyms: Synonyms::default(),
    }
}

/// Numbers texts: for each its value, and the values.
fn intern<'t>(texts: impl Iterator<Item = &'t str>) -> (Vec<u32>, Values) {
    let mut all = Texts::default();
    for text in texts {
        all.text.push_str(text);
        all.end();
    }
    values::of_texts(&[all])
}
