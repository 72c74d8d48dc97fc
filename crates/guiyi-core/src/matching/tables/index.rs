//! What a match found, kept: later records are matched against it one by one, and added.
//!
//! Stands after the walk of [`link`](super::link): it keeps the distinct values of every field and how often each
//! occurs, the passes that were chosen, with the records that each files under a key, the model, and the groups. A
//! record is read as its columns were, looked up in every pass, and weighed against what comes to light by the very
//! functions that weighed the pairs of the full run.
//! Laws: a record that the index holds finds the pairs of the full run, with the same weights to the last bit; finding
//! changes nothing; a record that is added may tie groups together, and may take the place of another where a table
//! holds each thing once, but tears no group apart otherwise.

mod build;
mod bytes;
mod few;
mod file;
mod find;
mod near;
mod postings;
#[cfg(test)]
mod tests;
mod texts;

use std::collections::BTreeMap;

use self::near::Near;
use self::postings::Postings;
use self::texts::{Texts, Vocabulary};
use super::explain::Explained;
use super::forms::Forms;
use super::keys::Atom;
use super::synonyms::Synonyms;
use super::vetoes::Grounds;
use super::{
    Bar, Column, Kind, LEAST_AMONG, Linkage, Model, ModelMistake, Options, Outcome, Table, level_names, link_records,
};
use crate::matching::decision::Veto;
use crate::matching::hash::Map;

/// Records that are known, ready to be asked for those that are the same thing as another.
#[derive(Debug, Clone)]
pub struct Index {
    model: Model,
    /// The model as its file has it.
    model_text: String,
    bar: Bar,
    sides: Vec<Side>,
    distinct: [bool; 2],
    /// The fields to compare; marks, which are made of them, left out.
    fields: Vec<Known>,
    /// What keeps records apart.
    vetoes: Grounds,
    /// How many records hold each mark, by its hash; `None` if marks are not compared.
    marks: Option<Map<u64, u32>>,
    /// The value of each field, row by row.
    ids: Vec<u32>,
    /// The table of each row.
    side: Vec<u8>,
    names: Texts,
    /// For each row the smallest row of its group, and another row of it: all of them stand in a ring.
    clusters: Vec<u32>,
    ring: Vec<u32>,
    passes: Vec<Pass>,
    near: Option<Near>,
}

/// A table that an index is made of.
#[derive(Debug, Clone, Copy)]
pub struct Source<'t> {
    /// Its values.
    pub table: &'t Table,
    /// What to call it.
    pub name: &'t str,
    /// The name of the column that names the records, if one does.
    pub id: Option<&'t str>,
    /// The name of each record.
    pub ids: &'t Column,
}

/// What a table was.
#[derive(Debug, Clone, PartialEq)]
struct Side {
    name: String,
    id: Option<String>,
    headers: Vec<String>,
}

/// A field of the records that are known.
#[derive(Debug, Clone)]
struct Known {
    header: String,
    kind: Kind,
    /// The field that it may have changed places with.
    twin: Option<usize>,
    /// When it speaks, where records say the same in several forms.
    forms: Option<Forms>,
    /// Words of either table that are read as others.
    synonyms: Synonyms,
    /// The usual distance between two values, where it holds quantities that are narrow beside their size.
    usual: Option<f64>,
    /// Its columns in each table; several are read as one.
    columns: Vec<Vec<usize>>,
    values: Vocabulary,
    /// How many records have a value.
    n_filled: u32,
    /// The grams of its values, where they are compared as bags.
    grams: Option<Grams>,
    /// How many records have each member, where its values are sets.
    members: Map<u32, u32>,
}

/// How many values of a field, counted as often as they occur, hold each gram.
#[derive(Debug, Clone, Default)]
struct Grams {
    /// Grams by number.
    hashes: Vec<u32>,
    counts: Vec<u32>,
    numbers: Map<u32, u32>,
}

/// A pass, and the records that it files under each key.
#[derive(Debug, Clone)]
struct Pass {
    atoms: Vec<Atom>,
    postings: Postings,
}

/// A record that may be the same thing as the one that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its row; rows of a second table follow those of the first, then those that were added.
    pub row: u32,
    /// The smallest row of its group.
    pub cluster: u32,
    /// Probability that the two are the same, by their values, and where a table holds each thing once by those of the
    /// others that it could be.
    pub probability: f64,
    /// What all fields and the prior weigh together, in bits.
    pub weight: f64,
    /// The level of each field, in the order of [`Index::fields`]; 0 where a side has no value.
    pub levels: Vec<u8>,
    /// Whether the record that was asked for would share its group.
    pub outcome: Outcome,
    /// What keeps the two apart although their values may speak for them.
    pub veto: Option<Veto>,
}

/// Why a file cannot be used as an index.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexMistake {
    /// It does not begin as an index does.
    #[error("this is no index")]
    Foreign,
    /// It was written by another version of the program.
    #[error("this index has format {0}, and this program reads format {known}", known = file::FORMAT)]
    Format(u32),
    /// It is longer or shorter than it says.
    #[error("this index is cut short, or something was added: it has {found} bytes, and says that it has {said}")]
    Cut {
        /// Bytes that there are.
        found: u64,
        /// Bytes that it says there are.
        said: u64,
    },
    /// Its bytes are not those that were written.
    #[error("this index is damaged: its checksum does not fit")]
    Damaged,
    /// Its parts do not fit each other.
    #[error("this index is damaged: its {0} cannot be")]
    Part(&'static str),
    /// The model in it cannot be used.
    #[error("the model in this index cannot be used")]
    Model(#[from] ModelMistake),
}

impl Index {
    /// Matches one table or two as [`link`](super::link) does, and keeps what was found.
    ///
    /// Costs what matching costs, and about a tenth more; where records are few enough to look for the nearest
    /// neighbors of each, that is done once more.
    pub fn new(sources: &[Source<'_>], options: &Options) -> (Linkage, Self) {
        let tables: Vec<&Table> = sources.iter().map(|source| source.table).collect();
        let records = super::records_of(&tables, options);
        let (linkage, bar) = link_records(&records, options);
        let index = build::build(sources, records, &linkage, bar, &options.said);
        (linkage, index)
    }

    /// The records that may be the same thing as one of a table (0 or 1), the heaviest first and of those the smallest
    /// row. `values` are in the order of [`Index::columns`]; those that are missing say nothing.
    ///
    /// Those that would share its group have the outcome [`Outcome::Match`]. The record itself is counted as one more
    /// with its values, as if it were there already. Of two tables only records of the other one are found.
    pub fn find(&self, side: usize, values: &[Option<&str>]) -> Vec<Found> {
        self.answer(&self.read(side, values))
    }

    /// What [`Index::find`] gives for a record that is there, itself left out. Empty if there is no such row.
    pub fn find_row(&self, row: u32) -> Vec<Found> {
        self.member(row).map_or_else(Vec::new, |query| self.answer(&query))
    }

    /// Adds a record to the group that it joins, or as one for itself; gives its row, and what was found. Groups all of
    /// whose members it shares a group with become one.
    ///
    /// What is added counts when later records are weighed. The model, the passes and the thresholds stay; so does
    /// which fields there are.
    pub fn add(&mut self, side: usize, name: &str, values: &[Option<&str>]) -> (u32, Vec<Found>) {
        let query = self.read(side, values);
        let found = self.answer(&query);
        let matched = found.iter().filter(|found| found.outcome == Outcome::Match);
        let matched: Vec<u32> = matched.map(|found| found.row).collect();
        let side = query.side;
        let row = self.push(query, name, matched.first().copied());
        if self.distinct[usize::from(side)] {
            let members: Vec<u32> = self.group_of(row).skip(1).collect();
            let displaced = members.into_iter().filter(|other| self.side[*other as usize] == side);
            displaced
                .collect::<Vec<u32>>()
                .into_iter()
                .for_each(|other| self.part(other));
        }
        for other in &matched {
            let is_other = self.clusters[*other as usize] != self.clusters[row as usize];
            if is_other && self.group_of(*other).all(|member| matched.contains(&member)) {
                self.tie(row, *other);
            }
        }
        (row, found)
    }

    /// What a record of a table and one that is known weigh, and why. `None` if there is no such row.
    pub fn explain(&self, side: usize, values: &[Option<&str>], row: u32) -> Option<Explained> {
        ((row as usize) < self.len()).then(|| self.explain_pair(&self.read(side, values), row))
    }

    /// Takes other groups than those that were found: for each row a number that its group has alone.
    ///
    /// Rows beyond `clusters` stand for themselves.
    pub fn regroup(&mut self, clusters: &[u32]) {
        let mut smallest: BTreeMap<u32, u32> = BTreeMap::new();
        let of = |row: u32| match clusters.get(row as usize) {
            Some(cluster) => *smallest.entry(*cluster).or_insert(row),
            None => row,
        };
        self.clusters = (0..self.len() as u32).map(of).collect();
        self.ring = rings(&self.clusters);
    }

    /// The value of a row in the field of a name, as it is compared; `None` if there is none.
    pub fn value(&self, row: u32, field: &str) -> Option<&str> {
        let at = self.fields.iter().position(|known| known.header == field)?;
        let id = self.of_row(row)[at];
        (id != 0).then(|| self.fields[at].values.texts.get(id))
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.clusters.len()
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.clusters.is_empty()
    }

    /// Number of tables, one or two.
    pub fn n_sides(&self) -> usize {
        self.sides.len()
    }

    /// What a table was called, and the column that named its records.
    pub fn side(&self, side: usize) -> (&str, Option<&str>) {
        let side = &self.sides[side];
        (&side.name, side.id.as_deref())
    }

    /// The columns of a table, the one of ids left out; not all of them are compared.
    pub fn columns(&self, side: usize) -> &[String] {
        &self.sides[side].headers
    }

    /// Whether a column of a table is compared.
    pub fn is_compared(&self, side: usize, column: usize) -> bool {
        let of = |field: &Known| field.columns.get(side).is_some_and(|columns| columns.contains(&column));
        self.fields.iter().any(of)
    }

    /// The fields that are compared: name and kind.
    pub fn fields(&self) -> Vec<(&str, Kind)> {
        let marks = self.marks.as_ref().map(|_| ("marks", Kind::Marks));
        let fields = self.fields.iter().map(|field| (&*field.header, field.kind));
        fields.chain(marks).collect()
    }

    /// The fields that a found record and the one that was asked for both fill, and how alike they are.
    pub fn named_levels(&self, found: &Found) -> Vec<(&str, &'static str)> {
        let named = |((name, kind), level): ((_, Kind), &u8)| {
            let level = usize::from(*level).checked_sub(1)?;
            Some((name, *level_names(kind).get(level)?))
        };
        self.fields().into_iter().zip(&found.levels).filter_map(named).collect()
    }

    /// The name of a row's record.
    pub fn name(&self, row: u32) -> &str {
        self.names.get(row)
    }

    /// The table that a row is of, or like.
    pub fn side_of(&self, row: u32) -> usize {
        usize::from(self.side[row as usize])
    }

    /// The smallest row of the group of a row.
    pub fn cluster(&self, row: u32) -> u32 {
        self.clusters[row as usize]
    }

    fn of_row(&self, row: u32) -> &[u32] {
        let width = self.fields.len();
        &self.ids[row as usize * width..(row as usize + 1) * width]
    }

    /// Makes one group of two.
    fn tie(&mut self, row: u32, other: u32) {
        self.ring.swap(row as usize, other as usize);
        self.number(row);
    }

    /// Takes a row out of its group.
    fn part(&mut self, row: u32) {
        let Some(before) = self.group_of(row).last().filter(|before| *before != row) else {
            return;
        };
        self.ring[before as usize] = self.ring[row as usize];
        self.ring[row as usize] = row;
        self.clusters[row as usize] = row;
        self.number(before);
    }

    /// Calls the group of a row by its smallest row.
    fn number(&mut self, row: u32) {
        let members: Vec<u32> = self.group_of(row).collect();
        let smallest = members.iter().copied().min().unwrap_or(row);
        for member in members {
            self.clusters[member as usize] = smallest;
        }
    }

    /// The rows that share a group with one, itself first.
    fn group_of(&self, row: u32) -> impl Iterator<Item = u32> {
        let next = move |at: &u32| Some(self.ring[*at as usize]).filter(|next| *next != row);
        std::iter::successors(Some(row), next)
    }
}

/// Rings of the rows that share a cluster.
fn rings(clusters: &[u32]) -> Vec<u32> {
    let mut ring: Vec<u32> = (0..clusters.len() as u32).collect();
    for (row, first) in (0_u32..).zip(clusters).filter(|(row, first)| row != *first) {
        ring.swap(row as usize, *first as usize);
    }
    ring
}
