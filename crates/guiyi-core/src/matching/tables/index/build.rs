//! An index out of the records of a full run, and what adding a record to it changes.

use rayon::prelude::*;

use super::super::bags::grams_of;
use super::super::candidates::PassCount;
use super::super::field::{Field, Prepared};
use super::super::keys::largest;
use super::super::marks::Mark;
use super::super::records::Records;
use super::super::said::Said;
use super::super::sets;
use super::super::vetoes::Grounds;
use super::find::Query;
use super::near::Near;
use super::postings::Postings;
use super::texts::{Texts, Vocabulary};
use super::{Bar, Grams, Index, Kind, Known, Linkage, Pass, Side, Source, rings};
use crate::matching::hash::Map;

pub(super) fn build(sources: &[Source<'_>], records: Records, linkage: &Linkage, bar: Bar, said: &Said) -> Index {
    let Records {
        fields, order, side, ..
    } = records;
    let vetoes = Grounds::of(&fields, said);
    let (marks, fields): (Vec<Field>, Vec<Field>) = fields.into_iter().partition(|field| field.kind == Kind::Marks);
    let mut ids = vec![0; order.len() * fields.len()];
    for (at, field) in fields.iter().enumerate() {
        for (row, id) in order.iter().zip(&field.ids) {
            ids[*row as usize * fields.len() + at] = *id;
        }
    }
    let mut side_of = vec![0; order.len()];
    for (row, side) in order.iter().zip(side) {
        side_of[*row as usize] = side;
    }
    let mut names = Texts::default();
    for source in sources {
        source.ids.values().for_each(|name| names.push(name));
    }
    let mut index = Index {
        model: linkage.model.clone(),
        model_text: linkage.model_toml(),
        bar,
        sides: sources.iter().map(side_of_source).collect(),
        distinct: [0, 1].map(|side| linkage.distinct.get(side).copied().unwrap_or(false)),
        fields: fields.into_par_iter().map(known).collect(),
        vetoes,
        marks: marks.first().map(count_marks),
        ids,
        side: side_of,
        names,
        ring: rings(&linkage.clusters),
        clusters: linkage.clusters.clone(),
        passes: Vec::new(),
        near: None,
    };
    let (files, looks): (Vec<&PassCount>, Vec<&PassCount>) =
        linkage.passes.iter().partition(|pass| !pass.atoms.is_empty());
    index.passes = (files.into_par_iter())
        .map(|pass| Pass {
            atoms: pass.atoms.clone(),
            postings: index.file(&pass.atoms),
        })
        .collect();
    index.near = (!looks.is_empty()).then(|| Near::new(&index, None));
    index
}

fn side_of_source(source: &Source<'_>) -> Side {
    let headers = source.table.columns.iter().map(|column| column.header.clone());
    Side {
        name: source.name.to_owned(),
        id: source.id.map(str::to_owned),
        headers: headers.collect(),
    }
}

fn known(field: Field) -> Known {
    let values = (0..field.values.len() as u32).map(|id| (field.values.get(id), field.values.counts[id as usize]));
    let values = Vocabulary::new(values);
    Known {
        twin: field.twin.map(|twin| twin.field),
        forms: field.forms,
        synonyms: field.synonyms,
        usual: match &field.prepared {
            Prepared::Numbers(numbers) => numbers.usual,
            _ => None,
        },
        columns: field.columns,
        grams: matches!(field.prepared, Prepared::Bags(_)).then(|| Grams::new(field.kind, &values)),
        members: count_members(field.kind, &values),
        n_filled: values.counts.iter().sum(),
        values,
        kind: field.kind,
        header: field.header,
    }
}

/// How many records have each member of a set; nothing of other kinds.
pub(super) fn count_members(kind: Kind, values: &Vocabulary) -> Map<u32, u32> {
    match kind {
        kind if kind.has_members() => sets::count(values.texts.iter().zip(values.counts.iter().copied())),
        _ => Map::default(),
    }
}

fn count_marks(marks: &Field) -> Map<u64, u32> {
    let mut counts: Map<u64, u32> = Map::default();
    for id in 1..marks.values.len() as u32 {
        for mark in marks.values.get(id).split(' ') {
            *counts.entry(Mark::key(mark)).or_default() += marks.values.counts[id as usize];
        }
    }
    counts
}

impl Grams {
    /// The grams of values, numbered as they come first.
    pub(super) fn new(kind: Kind, values: &Vocabulary) -> Self {
        let mut grams = Self::default();
        for (text, count) in values.texts.iter().zip(&values.counts) {
            grams.add(kind, text, *count);
        }
        grams
    }

    /// Grams and counts by number; `None` if they cannot be.
    pub(super) fn of(hashes: Vec<u32>, counts: Vec<u32>) -> Option<Self> {
        let numbers: Map<u32, u32> = hashes.iter().copied().zip(0..).collect();
        let fits = numbers.len() == hashes.len() && counts.len() == hashes.len() && !counts.contains(&0);
        fits.then_some(Self {
            hashes,
            counts,
            numbers,
        })
    }

    /// Counts each gram of a text once.
    fn add(&mut self, kind: Kind, text: &str, count: u32) {
        let Self {
            hashes,
            counts,
            numbers,
        } = self;
        let mut own: Vec<u32> = Vec::new();
        grams_of(kind, text, &mut String::new(), |gram, _| {
            own.push(*numbers.entry(gram).or_insert_with(|| {
                hashes.push(gram);
                counts.push(0);
                counts.len() as u32 - 1
            }));
        });
        own.sort_unstable();
        own.dedup();
        for number in own {
            counts[number as usize] += count;
        }
    }
}

impl Index {
    /// Files all rows under their keys by some atoms; of blocks that are too large enough to see that.
    pub(super) fn file(&self, atoms: &[super::Atom]) -> Postings {
        let rows = 0..self.len() as u32;
        let filed = rows.flat_map(|row| {
            self.keys(atoms, self.of_row(row))
                .into_iter()
                .map(move |key| (key, row))
        });
        Postings::new(filed.collect(), largest(atoms.len()) + 1)
    }

    /// Adds a record to the group of a row, or as one for itself.
    pub(super) fn push(&mut self, mut query: Query, name: &str, group: Option<u32>) -> u32 {
        let row = self.len() as u32;
        for ((field, text), id) in self.fields.iter_mut().zip(&query.texts).zip(&mut query.ids) {
            *id = field.values.add(text);
            self.ids.push(*id);
            field.n_filled += u32::from(!text.is_empty());
            if let Some(grams) = field.grams.as_mut().filter(|_| !text.is_empty()) {
                grams.add(field.kind, text, 1);
            }
            for member in sets::keys(text).filter(|_| field.kind.has_members()) {
                *field.members.entry(member).or_default() += 1;
            }
        }
        if let Some(marks) = self.marks.as_mut().filter(|_| !query.marks.is_empty()) {
            for mark in query.marks.split(' ') {
                *marks.entry(Mark::key(mark)).or_default() += 1;
            }
        }
        for at in 0..self.passes.len() {
            for key in self.keys(&self.passes[at].atoms, &self.ids[row as usize * self.fields.len()..]) {
                self.passes[at].postings.push(key, row);
            }
        }
        if let Some(near) = &mut self.near {
            let (n_sides, side) = (self.sides.len(), &self.side);
            near.push(row, &query, |other| n_sides < 2 || side[other as usize] != query.side);
        }
        self.side.push(query.side);
        self.names.push(name);
        self.ring.push(row);
        match group {
            Some(other) => {
                self.clusters.push(self.clusters[other as usize]);
                self.ring.swap(row as usize, other as usize);
            }
            None => self.clusters.push(row),
        }
        row
    }
}
