//! Fields: what the columns of all files hold, every distinct value folded and prepared once.

use super::super::hash::{Map, hash, mix};
use super::date::{self, Date};
use super::kind::{Kind, infer, number};
use super::table::{Column, Table};
use super::text;

/// Distinct folded values. Value 0 is no value.
#[derive(Debug, Default)]
pub(super) struct Values {
    text: String,
    ends: Vec<u32>,
    /// How many records carry each value.
    pub(super) counts: Vec<u32>,
}

impl Values {
    pub(super) fn get(&self, value: u32) -> &str {
        let at = value as usize;
        if at == 0 {
            return "";
        }
        &self.text[self.ends[at - 1] as usize..self.ends[at] as usize]
    }

    /// Number of values, with value 0.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// What comparing needs of the values of a field.
pub(super) enum Prepared {
    /// Letters of short values, end to end.
    Letters {
        ends: Vec<u32>,
        letters: Vec<u16>,
    },
    /// Weighted q-grams and their length.
    Bags(Bags),
    Dates(Vec<Date>),
    Numbers(Vec<f64>),
    /// Tokens with digits and the level that sharing one is worth, rarest first.
    Marks {
        ends: Vec<u32>,
        marks: Vec<(u64, u8)>,
    },
}

/// Weighted q-grams of each value, ascending.
pub(super) struct Bags {
    ends: Vec<u32>,
    grams: Vec<(u32, f32)>,
}

impl Bags {
    pub(super) fn get(&self, value: u32) -> &[(u32, f32)] {
        let at = value as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] as usize };
        &self.grams[start..self.ends[at] as usize]
    }
}

/// One field of all records.
pub(super) struct Field {
    pub(super) header: String,
    pub(super) kind: Kind,
    /// The value of each record.
    pub(super) ids: Vec<u32>,
    pub(super) values: Values,
    pub(super) prepared: Prepared,
    /// Share of records with a value.
    pub(super) filled: f64,
}

impl Field {
    /// The field made of one column of each table (or of none, where a file lacks it). `order` gives for each record
    /// its row, tables end to end.
    pub(super) fn new(tables: &[&Table], columns: &[Option<usize>], order: &[u32]) -> Self {
        let header = columns
            .iter()
            .zip(tables)
            .find_map(|(column, table)| Some(table.columns[(*column)?].header.clone()))
            .unwrap_or_default();
        let mut starts = vec![0];
        for table in tables {
            starts.push(starts[starts.len() - 1] + table.n_rows());
        }
        let raw = |row: u32| -> &str {
            let side = starts.partition_point(|start| *start <= row as usize) - 1;
            columns[side].map_or("", |column| {
                tables[side].columns[column].get(row as usize - starts[side])
            })
        };
        let (ids, values) = intern(order.iter().map(|row| raw(*row)));
        let kind = infer((1..values.len() as u32).map(|id| (values.get(id), values.counts[id as usize])));
        Self::of(header, kind, ids, values)
    }

    fn of(header: String, kind: Kind, ids: Vec<u32>, values: Values) -> Self {
        // Punctuation says nothing in what is a number of something; such values become one.
        let (ids, values) = match kind {
            Kind::Phone => rewrite(&ids, &values, |value| {
                value.chars().filter(char::is_ascii_digit).collect()
            }),
            Kind::Code => rewrite(&ids, &values, |value| {
                value.chars().filter(|c| c.is_alphanumeric()).collect()
            }),
            _ => (ids, values),
        };
        let n_filled = ids.iter().filter(|id| **id != 0).count();
        let filled = n_filled as f64 / ids.len().max(1) as f64;
        let prepared = prepare(kind, &values);
        Self {
            header,
            kind,
            ids,
            values,
            prepared,
            filled,
        }
    }
}

/// The tokens with digits out of all texts: what tells one model, house or volume from the next stands there, in
/// whichever column. `None` where texts hold hardly any.
pub(super) fn marks(fields: &[Field]) -> Option<Field> {
    let texts: Vec<&Field> = fields.iter().filter(|field| field.kind == Kind::Text).collect();
    let n = texts.first()?.ids.len();
    let mut own: Vec<String> = Vec::new();
    let (ids, values) = {
        let joined: Vec<String> = (0..n)
            .map(|record| {
                own.clear();
                for field in &texts {
                    text::tokens(field.values.get(field.ids[record]), |token| {
                        if token.bytes().any(|byte| byte.is_ascii_digit()) {
                            own.push(token.to_owned());
                        }
                    });
                }
                own.sort_unstable();
                own.dedup();
                own.join(" ")
            })
            .collect();
        intern(joined.iter().map(String::as_str))
    };
    let n_filled = ids.iter().filter(|id| **id != 0).count();
    if n_filled * 5 < n {
        return None;
    }
    let mut counts: Map<u64, u32> = Map::default();
    for id in 1..values.len() as u32 {
        for token in values.get(id).split(' ') {
            *counts.entry(hash(token.as_bytes())).or_default() += values.counts[id as usize];
        }
    }
    let (mut ends, mut marks) = (vec![0], Vec::new());
    for id in 1..values.len() as u32 {
        let start = marks.len();
        marks.extend(values.get(id).split(' ').map(|token| {
            let mark = hash(token.as_bytes());
            (mark, super::compare::rarity(f64::from(counts[&mark]), n as f64))
        }));
        marks[start..].sort_unstable();
        ends.push(marks.len() as u32);
    }
    Some(Field {
        header: "marks".to_owned(),
        kind: Kind::Marks,
        ids,
        values,
        prepared: Prepared::Marks { ends, marks },
        filled: n_filled as f64 / n as f64,
    })
}

/// Drops every field whose words stand in another field anyway, such as a surname beside the full name, and compares
/// the other one as text: the same evidence must not count twice.
pub(super) fn drop_contained(fields: Vec<Field>) -> Vec<Field> {
    let is_words = |field: &Field| matches!(field.kind, Kind::Name | Kind::Text | Kind::Category);
    let holders: Vec<Option<usize>> = (0..fields.len())
        .map(|at| {
            let part = &fields[at];
            let holds = |other: &usize| *other != at && is_words(&fields[*other]) && stands_in(part, &fields[*other]);
            (0..fields.len()).filter(|_| is_words(part)).find(holds)
        })
        .collect();
    // Of two fields that hold each other the first stays.
    let is_dropped = |at: usize| holders[at].is_some_and(|holder| holders[holder] != Some(at) || holder < at);
    let is_holder = |at: usize| (0..fields.len()).any(|part| holders[part] == Some(at) && is_dropped(part));
    let plan: Vec<(bool, bool)> = (0..fields.len()).map(|at| (is_dropped(at), is_holder(at))).collect();
    fields
        .into_iter()
        .zip(plan)
        .filter(|(_, (dropped, _))| !dropped)
        .map(|(field, (_, holder))| {
            if holder && field.kind == Kind::Name {
                Field::of(field.header, Kind::Text, field.ids, field.values)
            } else {
                field
            }
        })
        .collect()
}

/// Whether the words of one field stand in the other in nearly all records that have both.
fn stands_in(part: &Field, whole: &Field) -> bool {
    const LOOKED_AT: usize = 5000;
    let (mut both, mut held, mut longer) = (0, 0, 0);
    for (a, b) in part
        .ids
        .iter()
        .zip(&whole.ids)
        .filter(|(a, b)| **a != 0 && **b != 0)
        .take(LOOKED_AT)
    {
        let (a, b) = (part.values.get(*a), whole.values.get(*b));
        both += 1;
        held += usize::from(a.split(' ').all(|word| b.contains(word)));
        longer += usize::from(a.len() < b.len());
    }
    both * 5 >= part.ids.len().min(LOOKED_AT) && held * 10 >= both * 9 && longer * 20 >= both
}

/// Numbers the distinct folded values in the order of the records.
fn intern<'a>(raw: impl Iterator<Item = &'a str>) -> (Vec<u32>, Values) {
    let mut by_raw: Map<u64, u32> = Map::default();
    let mut by_folded: Map<u64, u32> = Map::default();
    let mut values = Values {
        text: String::new(),
        ends: vec![0],
        counts: vec![0],
    };
    let mut folded = String::new();
    let mut ids = Vec::new();
    for value in raw {
        let id = if value.is_empty() {
            0
        } else {
            *by_raw.entry(hash(value.as_bytes())).or_insert_with(|| {
                text::fold(value, &mut folded);
                if folded.is_empty() {
                    return 0;
                }
                *by_folded.entry(hash(folded.as_bytes())).or_insert_with(|| {
                    values.text.push_str(&folded);
                    values.ends.push(values.text.len() as u32);
                    values.counts.push(0);
                    values.ends.len() as u32 - 1
                })
            })
        };
        values.counts[id as usize] += 1;
        ids.push(id);
    }
    values.counts[0] = 0;
    (ids, values)
}

fn rewrite(ids: &[u32], values: &Values, change: impl Fn(&str) -> String) -> (Vec<u32>, Values) {
    let changed: Vec<String> = (0..values.len() as u32).map(|id| change(values.get(id))).collect();
    intern(ids.iter().map(|id| changed[*id as usize].as_str()))
}

fn prepare(kind: Kind, values: &Values) -> Prepared {
    let all = || (0..values.len() as u32).map(|id| values.get(id));
    match kind {
        Kind::Date => Prepared::Dates(all().map(|value| date::parse(value).unwrap_or_default()).collect()),
        Kind::Number => Prepared::Numbers(all().map(|value| number(value).unwrap_or(f64::NAN)).collect()),
        Kind::Text => Prepared::Bags(bags(values)),
        _ => {
            let (mut ends, mut letters) = (Vec::with_capacity(values.len()), Vec::new());
            for value in all() {
                letters.extend(value.encode_utf16().take(64));
                ends.push(letters.len() as u32);
            }
            Prepared::Letters { ends, letters }
        }
    }
}

/// The q-grams of each value, weighted by how rare they are and scaled to length 1.
fn bags(values: &Values) -> Bags {
    let mut ends = Vec::with_capacity(values.len());
    let mut grams: Vec<(u32, f32)> = Vec::new();
    let mut df: Map<u32, u32> = Map::default();
    let mut own = Vec::new();
    for id in 0..values.len() as u32 {
        own.clear();
        text::grams(values.get(id), |gram| own.push(gram));
        own.sort_unstable();
        for run in own.chunk_by(|a, b| a == b) {
            grams.push((run[0], run.len() as f32));
            *df.entry(run[0]).or_default() += values.counts[id as usize].max(1);
        }
        ends.push(grams.len() as u32);
    }
    let n: u32 = values.counts.iter().sum();
    let mut start = 0;
    for end in &ends {
        let bag = &mut grams[start..*end as usize];
        for (gram, weight) in bag.iter_mut() {
            *weight = (1.0 + weight.ln()) * (1.0 + n as f32 / df[gram] as f32).ln();
        }
        let norm = bag
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f32>()
            .sqrt()
            .max(f32::MIN_POSITIVE);
        for (_, weight) in bag {
            *weight /= norm;
        }
        start = *end as usize;
    }
    Bags { ends, grams }
}

/// A number for each row of the tables that its values alone decide, so that nothing depends on the order of rows,
/// columns or tables.
pub(super) fn fingerprints(tables: &[&Table]) -> Vec<u64> {
    let of = |columns: &[Column], row: usize| {
        let values = columns
            .iter()
            .map(|column| column.get(row))
            .filter(|value| !value.is_empty());
        values.fold(0_u64, |sum, value| sum.wrapping_add(mix(hash(value.as_bytes()))))
    };
    tables
        .iter()
        .flat_map(|table| (0..table.n_rows()).map(move |row| of(&table.columns, row)))
        .collect()
}
