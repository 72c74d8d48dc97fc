//! One record against all that are known: read as its columns were, looked up in every pass, weighed against what comes
//! to light, and grouped with it and its groups by what groups all records in a full run.
//!
//! Law: a block that the record would make too large is none, as in a full run.

use std::collections::BTreeMap;

use super::super::explain::{Explained, explain_pair};
use super::super::field::{add_value, strip};
use super::super::group::group;
use super::super::keys::{Atom, Part, head, largest};
use super::super::marks;
use super::super::model::level;
use super::super::phonetic::sound;
use super::super::rows::Rows;
use super::super::sets;
use super::super::text;
use super::super::torn::Torn;
use super::super::vetoes::Vetoes;
use super::super::words;
use super::{Found, Index, Kind, LEAST_AMONG, Outcome, few};
use crate::matching::decision::Veto;
use crate::matching::hash::mix;

/// Members of a group that are asked; of a larger one so many stand for all.
const MOST_MEMBERS: usize = 1000;

/// Members of all groups that could be joined that are weighed with each other, at most; half of them of one group.
const MOST_ASKED: usize = 64;

/// A record that is asked for.
pub(super) struct Query {
    pub(super) side: u8,
    /// Its values, field by field, as they are compared; empty for none.
    pub(super) texts: Vec<String>,
    /// Their numbers; 0 for none, and for a value that no record has.
    pub(super) ids: Vec<u32>,
    /// Its marks.
    pub(super) marks: String,
    /// Its row, if it is one of those that are known.
    pub(super) row: Option<u32>,
}

impl Query {
    /// How much its values count beside those of the records that are known.
    pub(super) fn more(&self) -> u32 {
        u32::from(self.row.is_none())
    }
}

/// A row, its levels, and what they weigh.
struct Weighed {
    row: u32,
    pattern: u128,
    weight: f64,
    veto: Option<Veto>,
}

impl Index {
    /// Reads a record of a table.
    pub(super) fn read(&self, side: usize, values: &[Option<&str>]) -> Query {
        let side = side.min(self.sides.len() - 1);
        let mut folded = String::new();
        let texts = self.fields.iter().map(|field| {
            let mut stripped = String::new();
            let columns = field.columns.get(side).map_or(&[][..], Vec::as_slice);
            let value = |column: &usize| values.get(*column).copied().flatten().unwrap_or_default();
            match columns {
                [column] => text::fold(value(column), &mut folded),
                columns => {
                    let mut joined = String::new();
                    for column in columns {
                        add_value(Some(field.kind), value(column), &mut joined);
                    }
                    text::fold(&joined, &mut folded);
                }
            }
            strip(field.kind, field.synonyms.read(side, &folded), &mut stripped);
            if field.kind == Kind::Words && self.sides.len() == 2 {
                // Of two files only words that both know are kept.
                let mut kept = String::new();
                words::keep(&stripped, |word| field.members.contains_key(&word), &mut kept);
                return kept;
            }
            stripped
        });
        let texts: Vec<String> = texts.collect();
        let ids = self
            .fields
            .iter()
            .zip(&texts)
            .map(|(field, text)| field.values.id(text));
        Query {
            side: side as u8,
            ids: ids.collect(),
            marks: self.marks_of(texts.iter().map(String::as_str)),
            texts,
            row: None,
        }
    }

    /// The record of a row.
    pub(super) fn member(&self, row: u32) -> Option<Query> {
        let side = *self.side.get(row as usize)?;
        let texts: Vec<String> = self.texts_of(row).map(str::to_owned).collect();
        Some(Query {
            side,
            ids: self.of_row(row).to_vec(),
            marks: self.marks_of(texts.iter().map(String::as_str)),
            texts,
            row: Some(row),
        })
    }

    /// The values of a row, field by field.
    pub(super) fn texts_of(&self, row: u32) -> impl Iterator<Item = &str> {
        let ids = self.of_row(row);
        self.fields
            .iter()
            .zip(ids)
            .map(|(field, id)| field.values.texts.get(*id))
    }

    /// The marks of a record with these values; empty if marks are not compared.
    pub(super) fn marks_of<'t>(&self, texts: impl Iterator<Item = &'t str>) -> String {
        let mut written = String::new();
        if self.marks.is_some() {
            let all: Vec<(Kind, &str)> = self.fields.iter().map(|field| field.kind).zip(texts).collect();
            let of = |kind: Kind| all.iter().filter(move |(own, _)| *own == kind).map(|(_, text)| *text);
            marks::add(of(Kind::Text), of(Kind::Code), &mut String::new(), &mut written);
        }
        written
    }

    /// The hashes of the keys of a record with these values; none if a pass does not file it.
    pub(super) fn keys(&self, atoms: &[Atom], ids: &[u32]) -> Vec<u64> {
        if let [atom] = atoms
            && atom.part == Part::Each
        {
            return each_key(self.fields[atom.field].values.texts.get(ids[atom.field]));
        }
        self.key(atoms, ids).into_iter().collect()
    }

    fn key(&self, atoms: &[Atom], ids: &[u32]) -> Option<u64> {
        let mut key = 0;
        for atom in atoms {
            let (field, id) = (&self.fields[atom.field], ids[atom.field]);
            let own = match atom.part {
                _ if id == 0 => 0,
                Part::Whole | Part::Each => id,
                Part::Head => head(field.kind, field.values.texts.get(id)),
                Part::Sound => sound(field.values.texts.get(id)),
            };
            if own == 0 {
                return None;
            }
            key = key << 32 | u64::from(own);
        }
        Some(mix(key))
    }

    /// [`Index::keys`] of a query, whose values may be unknown.
    fn keys_of(&self, atoms: &[Atom], query: &Query) -> Vec<u64> {
        if let [atom] = atoms
            && atom.part == Part::Each
        {
            return each_key(&query.texts[atom.field]);
        }
        self.key_of(atoms, query).into_iter().collect()
    }

    fn key_of(&self, atoms: &[Atom], query: &Query) -> Option<u64> {
        let mut key = 0;
        for Atom { field, part } in atoms {
            let (id, text) = (query.ids[*field], &query.texts[*field]);
            let own = match part {
                _ if text.is_empty() => 0,
                Part::Whole | Part::Each => id,
                Part::Head => head(self.fields[*field].kind, text),
                Part::Sound => sound(text),
            };
            if own == 0 {
                return None;
            }
            key = key << 32 | u64::from(own);
        }
        Some(mix(key))
    }

    /// Whether two records may be a pair.
    fn may(&self, query: &Query, row: u32) -> bool {
        query.row != Some(row) && (self.sides.len() < 2 || self.side[row as usize] != query.side)
    }

    /// The rows worth comparing, ascending.
    fn candidates(&self, query: &Query) -> Vec<u32> {
        let mut rows = Vec::new();
        let filed = (self.passes.iter()).flat_map(|pass| {
            let keys = self.keys_of(&pass.atoms, query);
            keys.into_iter().map(move |key| (pass, key))
        });
        for (pass, key) in filed {
            let start = rows.len();
            let members = pass.postings.get(key);
            rows.extend(members.filter(|row| self.keys(&pass.atoms, self.of_row(*row)).contains(&key)));
            if rows.len() - start + query.more() as usize > largest(pass.atoms.len()) {
                rows.truncate(start);
            }
        }
        rows.retain(|row| self.may(query, *row));
        if let Some(near) = &self.near {
            near.search(query, |row| self.may(query, row), &mut rows);
        }
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    fn weigh(&self, query: &Query, rows: &[u32]) -> Vec<Weighed> {
        let fields = few::fields(self, query, rows);
        let values = Rows::new(&fields);
        let vetoes = Vetoes::with(&self.vetoes, &fields);
        let pairs: Vec<(u32, u32)> = (1..=rows.len() as u32).map(|at| (0, at)).collect();
        let weighed = values.score(&self.model, &pairs).into_iter().zip(rows);
        let weighed = weighed.map(|(scored, row)| Weighed {
            row: *row,
            pattern: scored.pattern,
            weight: scored.weight,
            veto: vetoes.of(&values, 0, scored.pair.1),
        });
        weighed.collect()
    }

    /// What a row weighs when records are grouped.
    fn bond(&self, one: &Weighed) -> f32 {
        match one.veto {
            Some(_) => f32::NEG_INFINITY,
            None => (one.weight - self.bar.from) as f32 + self.bar.gain,
        }
    }

    pub(super) fn answer(&self, query: &Query) -> Vec<Found> {
        if query.texts.iter().all(String::is_empty) {
            return Vec::new();
        }
        let mut weighed = self.weigh(query, &self.candidates(query));
        let joined = self.joined(query, &mut weighed);
        weighed.retain(|one| self.may(query, one.row));
        weighed.sort_by(|x, y| y.weight.total_cmp(&x.weight).then(x.row.cmp(&y.row)));
        let n_fields = self.model.fields.len();
        let odds = Odds::of(self, query, &weighed);
        let probability = |one: &Weighed| odds.probability(one.weight);
        let found = weighed.iter().filter_map(|one| {
            let cluster = self.cluster(one.row);
            let outcome = if joined.binary_search(&one.row).is_ok() {
                Outcome::Match
            } else if probability(one) >= self.bar.least {
                Outcome::Review
            } else {
                return None;
            };
            Some(Found {
                row: one.row,
                cluster,
                probability: probability(one),
                weight: one.weight,
                levels: (0..n_fields).map(|at| level(one.pattern, at) as u8).collect(),
                outcome,
                veto: one.veto,
            })
        });
        found.collect()
    }

    /// The rows that the record would share a group with, ascending. Members of the groups that it could join are added to
    /// what was weighed.
    fn joined(&self, query: &Query, weighed: &mut Vec<Weighed>) -> Vec<u32> {
        let mut groups: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for one in weighed.iter().filter(|one| self.bond(one) > 0.0) {
            let members = || self.group_of(one.row).take(MOST_MEMBERS);
            groups
                .entry(self.cluster(one.row))
                .or_insert_with(|| members().collect());
        }
        if let Some(row) = query.row {
            // It has its group.
            groups = BTreeMap::from([(
                self.cluster(row),
                self.group_of(row).skip(1).take(MOST_MEMBERS).collect(),
            )]);
        }
        let place = |weighed: &[Weighed], row: u32| weighed.binary_search_by_key(&row, |one| one.row);
        let mut missing: Vec<u32> = groups.values().flatten().copied().collect();
        missing.retain(|row| place(weighed, *row).is_err());
        if !missing.is_empty() {
            missing.sort_unstable();
            weighed.extend(self.weigh(query, &missing));
            weighed.sort_unstable_by_key(|one| one.row);
        }
        let speaks = |row: &u32| place(weighed, *row).is_ok_and(|at| self.bond(&weighed[at]) > 0.0);
        let is_own = |row: &u32| self.side[*row as usize] == query.side && self.distinct[usize::from(query.side)];
        let is_sure = |members: &Vec<u32>| members.iter().all(|row| speaks(row) && !is_own(row));
        let mut joined = match groups.values().next() {
            None => return Vec::new(),
            // All that could be asked agree.
            Some(members) if query.row.is_some() || groups.len() == 1 && !self.has_one(query) && is_sure(members) => {
                members.clone()
            }
            Some(_) => self.regrouped(query, weighed, &groups),
        };
        joined.sort_unstable();
        joined
    }

    /// The rows that share a group with the record, once groups are made anew of it and the members of these: as in a full
    /// run, where it may tie two groups together, and take the place of a record that is less like the rest.
    ///
    /// Of very large groups some members stand for all.
    fn regrouped(&self, query: &Query, weighed: &[Weighed], groups: &BTreeMap<u32, Vec<u32>>) -> Vec<u32> {
        let bond_of = |row: u32| {
            let at = weighed.binary_search_by_key(&row, |one| one.row);
            at.map_or(f32::NEG_INFINITY, |at| self.bond(&weighed[at]))
        };
        let heaviest = |members: &[u32]| {
            members
                .iter()
                .map(|row| bond_of(*row))
                .fold(f32::NEG_INFINITY, f32::max)
        };
        let mut nearest: Vec<&Vec<u32>> = groups.values().collect();
        nearest.sort_by(|x, y| heaviest(y).total_cmp(&heaviest(x)));
        let asked = nearest.iter().flat_map(|members| members.iter().take(MOST_ASKED / 2));
        let rows: Vec<u32> = asked.take(MOST_ASKED).copied().collect();
        let fields = few::fields(self, query, &rows);
        let values = Rows::new(&fields);
        let vetoes = Vetoes::with(&self.vetoes, &fields);
        let bond = |a: u32, b: u32| match vetoes.of(&values, a, b) {
            Some(_) => f32::NEG_INFINITY,
            None => (values.weigh(&self.model, (a, b)) - self.bar.from) as f32 + self.bar.gain,
        };
        // Record 0 is the one that is asked for.
        let side = |record: u32| match record.checked_sub(1) {
            None => query.side,
            Some(at) => self.side[rows[at as usize] as usize],
        };
        let may = |a: u32, b: u32| self.sides.len() < 2 || side(a) != side(b);
        let all = Odds::of(self, query, weighed);
        let is_likely = |a: u32, weight: f32| {
            a > 0 || all.probability(f64::from(weight - self.bar.gain) + self.bar.from) >= LEAST_AMONG
        };
        let pairs = (0..=rows.len() as u32).flat_map(|b| (0..b).map(move |a| (a, b)));
        let edges = pairs.filter(|(a, b)| may(*a, *b)).map(|(a, b)| (a, b, bond(a, b)));
        let mut graph: Vec<(u32, u32, f32)> = edges
            .filter(|(a, _, weight)| *weight > 0.0 && is_likely(*a, *weight))
            .collect();
        let bond = |a: u32, b: u32| bond(a.min(b), a.max(b));
        let torn = Torn::find(&mut graph, &values, &self.model, self.sides.len() == 2, bond);
        let of = group(
            rows.len() + 1,
            &graph,
            |a, b| torn.weigh(a, b, bond),
            |record| Some(side(record)).filter(|side| self.distinct[usize::from(*side)]),
        );
        let joined = (0..rows.len()).filter(|at| of[at + 1] == of[0]);
        let joined: Vec<u32> = joined.map(|at| rows[at]).collect();
        // Who was not asked goes with the first of the group.
        let with_first = groups.values().filter(|members| joined.contains(&members[0]));
        let not_asked = with_first.flatten().filter(|row| !rows.contains(row));
        joined.iter().chain(not_asked).copied().collect()
    }

    /// Whether a record has one partner at most.
    fn has_one(&self, query: &Query) -> bool {
        self.sides.len() == 2 && self.distinct[1 - usize::from(query.side)]
    }

    pub(super) fn explain_pair(&self, query: &Query, row: u32) -> Explained {
        let fields = few::fields(self, query, &[row]);
        let vetoes = Vetoes::with(&self.vetoes, &fields);
        explain_pair(&fields, &Rows::new(&fields), &vetoes, &self.model, (0, 1))
    }
}

/// The hashes of the keys of all members of a set.
fn each_key(set: &str) -> Vec<u64> {
    sets::keys(set).map(|key| mix(u64::from(key))).collect()
}

/// What a record shares belief among: where it has one partner at most, all that it could have.
struct Odds {
    has_one: bool,
    all: f64,
    /// What speaks for none of them.
    alone: f64,
}

impl Odds {
    fn of(index: &Index, query: &Query, weighed: &[Weighed]) -> Self {
        let open = weighed
            .iter()
            .filter(|one| one.veto.is_none() && index.may(query, one.row));
        Self {
            has_one: index.has_one(query),
            all: open.map(|one| odds(one.weight)).sum(),
            alone: index.bar.alone,
        }
    }

    /// Probability that the record is the same as one of a weight.
    fn probability(&self, weight: f64) -> f64 {
        let own = odds(weight);
        if self.has_one {
            own / (self.all.max(own) + self.alone)
        } else {
            own / (own + 1.0)
        }
    }
}

fn odds(weight: f64) -> f64 {
    weight.min(1000.0).exp2()
}
