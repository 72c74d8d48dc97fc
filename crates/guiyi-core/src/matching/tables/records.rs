//! The records of all tables: numbered by what they hold, with the fields to compare.
//!
//! Law: the order of rows, columns and tables decides nothing.

use rayon::prelude::*;

use super::super::hash::mix;
use super::compare::{Cell, n_levels};
use super::field::{self, Field, Prepared};
use super::joined::{self, Joined};
use super::model::Model;
use super::persons::{self, Given};
use super::said::{Said, SaidField};
use super::spread::Spread;
use super::synonyms::{self, Synonyms};
use super::values::Cells;
use super::vetoes::Grounds;
use super::{Kind, Table, align, alone, forms, marks, pooled, relatives, sort, twins, unrelated, words};
/// Fields that a pattern has room for.
const MOST_FIELDS: usize = 31;

/// Up to this many records of one table the nearest neighbors of each are looked for, and of two tables up to as many of
/// each.
const FEW: usize = 60_000;
const FEW_OF_TWO: usize = 2 * FEW;
/// Records among which neighbors are looked for, at most.
const MANY: usize = 400_000;

/// Pairs of categories of two files that are compared, at most.
const MOST_CATEGORIES: usize = 1_000_000;

/// The records whose nearest neighbors are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seekers {
    All,
    /// Those of one table, by its number.
    Side(u8),
    Nobody,
}

impl Seekers {
    fn of_one(n: usize) -> Self {
        if n <= FEW { Self::All } else { Self::Nobody }
    }

    /// Everybody's where records are few, else those of a table that is small beside the other.
    fn of_two([left, right]: [usize; 2]) -> Self {
        let n = left + right;
        if left.min(right) > FEW || n > MANY {
            Self::Nobody
        } else if n <= FEW_OF_TWO {
            Self::All
        } else {
            Self::Side(u8::from(right < left))
        }
    }
}

/// The records of one table or two.
pub(super) struct Records {
    pub(super) fields: Vec<Field>,
    /// The row of each record; rows of a second table follow those of the first.
    pub(super) order: Vec<u32>,
    /// The table of each record.
    pub(super) side: Vec<u8>,
    /// Whether pairs are between two tables.
    pub(super) is_link: bool,
    /// The fields whose values can keep records apart.
    pub(super) grounds: Grounds,
    /// The fields that were left out, as unrelated to the rest.
    pub(super) unrelated: Vec<String>,
    n_left: usize,
}

impl Records {
    #[cfg(test)]
    pub(super) fn new(tables: &[&Table], said: &Said) -> Self {
        Self::known(tables, said, None)
    }

    /// Of tables to be weighed by a model, if there is one: its columns are compared, and it names those that are not.
    pub(super) fn known(tables: &[&Table], said: &Said, model: Option<&Model>) -> Self {
        let mut cells = Cells::read(tables);
        let order = order_records(std::mem::take(&mut cells.prints), tables);
        cells.spread = Spread::new(&order);
        let n_left = tables.first().map_or(0, |table| table.n_rows());
        let fields = make_fields(tables, said, cells, &order);
        let mut records = Self {
            side: order.iter().map(|row| u8::from(*row as usize >= n_left)).collect(),
            grounds: Grounds::of(&fields, said),
            fields,
            order,
            is_link: tables.len() == 2,
            unrelated: Vec::new(),
            n_left,
        };
        let unrelated = match model {
            Some(model) => model.unrelated.clone(),
            None => unrelated::find(&mut records, said),
        };
        records.leave_out(&unrelated, said);
        alone::read(records, said)
    }

    /// Takes fields out by their names, with what is taken from their values.
    fn leave_out(&mut self, names: &[String], said: &Said) {
        if names.is_empty() {
            return;
        }
        let is_out = |field: &Field| names.contains(&field.header);
        let out: Vec<Vec<Vec<usize>>> = (self.fields.iter().filter(|field| is_out(field)))
            .map(|field| field.columns.clone())
            .collect();
        self.unrelated = names.to_vec();
        self.fields
            .retain(|field| field.kind != Kind::Marks && !out.contains(&field.columns));
        self.fields.extend(marks::of_fields(&self.fields));
        self.grounds = Grounds::of(&self.fields, said);
    }

    /// Number of records.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether two records may be a pair.
    pub(super) fn may(&self, a: u32, b: u32) -> bool {
        !self.is_link || self.side[a as usize] != self.side[b as usize]
    }

    /// Number of all pairs that there could be.
    pub(super) fn n_pairs(&self) -> f64 {
        let (n, n_left) = (self.len() as f64, self.n_left as f64);
        if self.is_link {
            n_left * (n - n_left)
        } else {
            n * (n - 1.0) / 2.0
        }
    }

    /// Name and kind of each field.
    pub(super) fn names(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.fields.iter().map(|field| (&*field.header, field.kind))
    }

    pub(super) fn kinds(&self) -> Vec<Kind> {
        self.fields.iter().map(|field| field.kind).collect()
    }

    /// Number of records of the smaller table.
    pub(super) fn n_smaller(&self) -> usize {
        if self.is_link {
            self.n_left.min(self.len() - self.n_left)
        } else {
            self.len()
        }
    }

    /// Whose neighbors are looked for.
    pub(super) fn seekers(&self) -> Seekers {
        let n_right = self.len() - self.n_left;
        if self.is_link {
            Seekers::of_two([self.n_left, n_right])
        } else {
            Seekers::of_one(self.len())
        }
    }

    /// For each row the number of its record.
    pub(super) fn of_rows(&self) -> Vec<u32> {
        let mut of = vec![0; self.order.len()];
        for (record, row) in (0_u32..).zip(&self.order) {
            of[*row as usize] = record;
        }
        of
    }
}

/// The rows in the order in which records are numbered: by what they hold, and else by their ids, so that no order of
/// theirs can matter.
fn order_records(prints: Vec<u64>, tables: &[&Table]) -> Vec<u32> {
    let printed: Vec<(u64, u32)> = prints.into_iter().map(mix).zip(0..).collect();
    let mut sorted = sort::by_hash(printed);
    let n_left = tables.first().map_or(0, |table| table.n_rows());
    let id = |row: u32| match (row as usize).checked_sub(n_left) {
        Some(row) => tables.get(1)?.id(row),
        None => tables.first()?.id(row as usize),
    };
    for alike in sorted
        .chunk_by_mut(|one, other| one.0 == other.0)
        .filter(|alike| alike.len() > 1)
    {
        alike.sort_by(|(_, one), (_, other)| id(*one).cmp(&id(*other)));
    }
    sorted.into_iter().map(|(_, row)| row).collect()
}

/// The columns that make a field: those of each table, and what they hold where that is said.
struct Made {
    columns: Vec<Vec<usize>>,
    kind: Option<Kind>,
    synonyms: Synonyms,
}

/// The columns that correspond, one by one or several to one, and those that are forms of the same.
fn columns(tables: &[&Table], said: &Said, cells: &Cells, order: &[u32]) -> (Vec<Made>, Vec<Joined>) {
    let is_said = |side: usize, column: usize| said.names(side, column);
    let mut found = align::align(tables);
    for columns in &mut found {
        for (side, column) in columns.iter_mut().enumerate() {
            let is_named = |field: &SaidField| column.is_some() && *column == [field.left, field.right][side];
            if said.fields.iter().any(is_named) {
                *column = None;
            }
        }
    }
    let synonyms = synonyms::find(tables, cells, &mut found, order, is_said);
    let joined = joined::of_tables(tables, &found, order, is_said);
    for joined in &joined {
        for columns in found.iter_mut().filter(|columns| !joined.parts.contains(columns)) {
            for (column, joined) in columns.iter_mut().zip(&joined.columns) {
                *column = column.filter(|column| !joined.contains(column));
            }
        }
    }
    let mut made: Vec<Made> = (joined.iter())
        .map(|joined| Made {
            columns: joined.columns.clone(),
            kind: None,
            synonyms: Synonyms::default(),
        })
        .collect();
    let single = |columns: Vec<Option<usize>>| columns.into_iter().map(|column| column.into_iter().collect()).collect();
    let is_whole = |columns: &Vec<Option<usize>>| columns.iter().all(Option::is_some);
    let is_spare = |columns: &Vec<Option<usize>>| !is_whole(columns) && pooled::may_be_spare(tables, columns, order);
    let synonyms_of = |columns: &Vec<Option<usize>>| {
        let own = synonyms.iter().find(|(own, _)| own == columns);
        own.map_or_else(Synonyms::default, |(_, synonyms)| synonyms.clone())
    };
    made.extend(
        found
            .into_iter()
            .filter(|columns| is_whole(columns) || is_spare(columns))
            .map(|columns| Made {
                kind: None,
                synonyms: synonyms_of(&columns),
                columns: single(columns),
            }),
    );
    let said = said.fields.iter().filter(|field| field.compare).map(|field| {
        let columns = [field.left, field.right][..tables.len().min(2)].to_vec();
        (columns, field.kind)
    });
    made.extend(
        said.filter(|(columns, _)| is_whole(columns))
            .map(|(columns, kind)| Made {
                columns: single(columns),
                kind,
                synonyms: Synonyms::default(),
            }),
    );
    (made, joined)
}

/// The fields to compare, in an order that only their values decide.
fn make_fields(tables: &[&Table], said: &Said, cells: Cells, order: &[u32]) -> Vec<Field> {
    let make = |made: &Made| Field::new(tables, &made.columns, made.kind, &made.synonyms, &cells, order);
    let (columns, joined) = columns(tables, said, &cells, order);
    let fields: Vec<Field> = columns.par_iter().map(make).collect();
    let fields = pooled::pool(tables, said, fields, |columns, kind| {
        make(&Made {
            columns,
            kind: Some(kind),
            synonyms: Synonyms::default(),
        })
    });
    let mut fields: Vec<Field> = field::drop_contained(fields)
        .into_iter()
        .filter(|field| says_something(field, said) && (said.of(field).is_some() || !are_apart(field, tables, order)))
        .collect();
    drop(cells);
    name_both(&mut fields, tables);
    let has_given = Given::of(&fields, &Grounds::of(&fields, said)).is_some();
    let may_be_full =
        |at: &usize| !has_given && said.of(&fields[*at]).is_none() && persons::are_full_names(&fields[*at]);
    let full: Vec<usize> = (0..fields.len()).into_par_iter().filter(may_be_full).collect();
    let n_left = tables.first().map_or(0, |table| table.n_rows());
    let side = |record: usize| usize::from(order[record] as usize >= n_left);
    let may_be_title = |at: &usize| fields[*at].kind == Kind::Text && said.of(&fields[*at]).is_none();
    let titles = relatives::that_title(&fields, (0..fields.len()).filter(may_be_title).collect());
    let words_of = |at: &usize| words::of_texts(&fields, *at, tables.len(), side);
    let derived: Vec<Field> = (fields.par_iter().filter_map(field::numbers))
        .chain(titles.par_iter().filter_map(words_of))
        .chain(
            relatives::that_name(&fields, full)
                .par_iter()
                .map(|at| field::given_names(&fields[*at])),
        )
        .collect();
    fields.extend(derived);
    if fields.len() >= MOST_FIELDS {
        let said = |field: &Field| field.filled * (field.values.len() as f64).ln();
        fields.sort_by(|x, y| said(y).total_cmp(&said(x)).then_with(|| x.header.cmp(&y.header)));
        fields.truncate(MOST_FIELDS - 1);
    }
    fields.par_sort_by_cached_key(|field| {
        let sum = field
            .ids
            .iter()
            .zip(0_u64..)
            .fold(0_u64, |sum, (id, at)| sum.wrapping_add(mix(at << 32 | u64::from(*id))));
        (field.kind, sum)
    });
    twins::find(&mut fields);
    forms::find(&mut fields, &joined);
    fields.extend(marks::of_fields(&fields));
    fields
}

/// Where a column has two counterparts, two fields would bear its name, or those of the counterparts, whichever file comes
/// first: they are named by both columns.
fn name_both(fields: &mut [Field], tables: &[&Table]) {
    let is_single = |field: &Field| field.columns.len() == 2 && field.columns.iter().all(|own| own.len() == 1);
    let meet = |one: &Field, other: &Field| one.columns.iter().zip(&other.columns).any(|(one, other)| one == other);
    let is_shared = |at: usize| {
        let mut others = (0..fields.len()).filter(|other| *other != at && is_single(&fields[*other]));
        is_single(&fields[at]) && others.any(|other| meet(&fields[at], &fields[other]))
    };
    let shared: Vec<usize> = (0..fields.len()).filter(|at| is_shared(*at)).collect();
    for at in shared {
        let own = fields[at].columns.iter().zip(tables);
        let headers = own.flat_map(|(columns, table)| columns.iter().map(|at| &*table.columns[*at].header));
        let mut headers: Vec<&str> = headers.collect();
        headers.sort_unstable();
        headers.dedup();
        fields[at].header = headers.join(" + ");
    }
}

/// Whether a field can tell records apart, or may in others: of two records that share all, each value is the only one.
fn says_something(field: &Field, said: &Said) -> bool {
    match said.of(field) {
        Some(said) if said.usual.is_some() => field.values.len() > 1,
        _ => field.values.len() > 2 && !counts_rows(field),
    }
}

/// Whether two files have not one of a few values in common, nor any that are alike: then the columns hold different things,
/// and that all pairs differ in them says nothing of any.
fn are_apart(field: &Field, tables: &[&Table], order: &[u32]) -> bool {
    let [left, _] = tables else { return false };
    if field.kind != Kind::Category {
        return false;
    }
    let mut own = [vec![false; field.values.len()], vec![false; field.values.len()]];
    for (id, row) in field.ids.iter().zip(order) {
        own[usize::from(*row as usize >= left.n_rows())][*id as usize] = true;
    }
    let [ours, theirs] = own.map(|is_own| {
        (1..)
            .zip(&is_own[1..])
            .filter(|(_, is)| **is)
            .map(|(id, _)| id)
            .collect::<Vec<u32>>()
    });
    let cell = |value: u32| Cell {
        value,
        glance: field.glance(value),
    };
    let are_alike = |(a, b): (u32, u32)| usize::from(field.level(cell(a), cell(b))) < n_levels(field.kind);
    let mut pairs = ours.iter().flat_map(|a| theirs.iter().map(|b| (*a, *b)));
    ours.len() * theirs.len() <= MOST_CATEGORIES && !pairs.any(are_alike)
}

/// Whether a field only counts the rows: whole numbers close together, no two alike. That two of them are near says
/// when they were written, not what they are.
fn counts_rows(field: &Field) -> bool {
    let Prepared::Numbers(numbers) = &field.prepared else {
        return false;
    };
    let values = &numbers.values[1..];
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(low, high), value| {
        (low.min(*value), high.max(*value))
    });
    let n = field.ids.len() as f64;
    let no_two = field.values.counts.iter().all(|count| *count <= 1);
    no_two && field.filled > 0.99 && values.iter().all(|value| value.fract() == 0.0) && high - low < 100.0 * n
}

#[cfg(test)]
mod tests {
    use super::super::laws::word;
    use super::super::tests::table;
    use super::*;

    #[test]
    fn whose_neighbors_are_looked_for() {
        for (n, expected) in [(60_000, Seekers::All), (60_001, Seekers::Nobody)] {
            assert_eq!(Seekers::of_one(n), expected);
        }
        for (sizes, expected) in [
            ([2_600, 64_300], Seekers::All),
            ([60_000, 60_000], Seekers::All),
            ([2_600, 147_000], Seekers::Side(0)),
            ([147_000, 2_600], Seekers::Side(1)),
            ([60_001, 60_001], Seekers::Nobody),
            ([2_600, 400_000], Seekers::Nobody),
        ] {
            assert_eq!(Seekers::of_two(sizes), expected, "{sizes:?}");
        }
    }

    #[test]
    fn a_column_with_two_counterparts_gives_no_field_its_name() {
        let number = |at: u64| (mix(at % 200) % 9_000).to_string();
        let rows = |of: &dyn Fn(u64) -> Vec<String>| (0..200).map(of).collect::<Vec<_>>();
        let left = table(&["born", "died"], &rows(&|at| vec![number(at), number(at + 1)]));
        let right = table(&["year"], &rows(&|at| vec![number(at)]));
        for tables in [[&left, &right], [&right, &left]] {
            let records = Records::new(&tables, &Said::default());
            let mut headers: Vec<&str> = records.fields.iter().map(|field| &*field.header).collect();
            headers.sort_unstable();
            assert_eq!(headers, ["born + year", "died + year"]);
        }
    }

    #[test]
    fn columns_of_other_categories_are_not_compared() {
        let rows = |side: [&str; 2], from: u64, by: u64| -> Vec<Vec<String>> {
            (from..from + 200)
                .map(|at| {
                    vec![
                        word(at * 2) + &word(at * 2 + 1),
                        side[(at / by % 2) as usize].to_owned(),
                    ]
                })
                .collect()
        };
        let headers = |right: [&str; 2], by: u64| -> Vec<String> {
            let (left, right) = (rows(["n", "a"], 0, 1), rows(right, 50, by));
            let tables = [table(&["name", "league"], &left), table(&["name", "league"], &right)];
            let records = Records::new(&[&tables[0], &tables[1]], &Said::default());
            records.fields.iter().map(|field| field.header.clone()).collect()
        };
        assert_eq!(headers(["n", "a"], 1).len(), 2);
        // Which of the two a thing has in one file tells nothing of the other.
        assert_eq!(headers(["r", "l"], 2), ["name"]);
    }
}
