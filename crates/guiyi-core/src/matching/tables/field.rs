//! Fields: what the columns of all files hold, every distinct value folded and prepared once.

use std::fmt::Write as _;

use rayon::prelude::*;

use super::super::hash::Map;
use super::address;
use super::bags::Bags;
use super::date::{self, Date};
use super::durations;
use super::forms::Forms;
use super::globe::{self, Places};
use super::kind::{Kind, infer, mailbox, number, whole_number};
use super::letters::Letters;
use super::marks::Marks;
use super::measures;
use super::numbers::Numbers;
use super::persons;
use super::sets::{self, Sets};
use super::synonyms::Synonyms;
use super::table::Table;
use super::text;
use super::twins::Twin;
use super::values::{self, Cells, Texts, Values};
use super::words;

/// What comparing needs of the values of a field.
pub(super) enum Prepared {
    /// Short values.
    Letters(Letters),
    /// Weighted q-grams.
    Bags(Bags),
    /// Days, packed.
    Dates(Vec<u64>),
    Numbers(Numbers),
    Places(Places),
    /// Phone numbers, or mail addresses.
    Sets(Sets),
    /// Tokens with digits.
    Marks(Marks),
}

/// Distinct values that tell the kind of a field.
const LOOKED_AT: usize = 20_000;
/// Records that a thread takes at a time.
const CHUNK: usize = 4096;

/// One field of all records.
pub(super) struct Field {
    pub(super) header: String,
    /// The columns of each table that it is made of; several are read as one text.
    pub(super) columns: Vec<Vec<usize>>,
    pub(super) kind: Kind,
    /// The value of each record.
    pub(super) ids: Vec<u32>,
    pub(super) values: Values,
    pub(super) prepared: Prepared,
    /// The level of two records that both carry a value.
    pub(super) equal: Vec<u8>,
    /// Share of records with a value.
    pub(super) filled: f64,
    /// The field that it may have changed places with.
    pub(super) twin: Option<Twin>,
    /// When it speaks, where records say the same in several forms.
    pub(super) forms: Option<Forms>,
    /// Words of either table that are read as others.
    pub(super) synonyms: Synonyms,
}

impl Field {
    /// Asks for all at once that comparing some values in full will read.
    pub(super) fn fetch(&self, values: &[u32]) {
        match &self.prepared {
            Prepared::Letters(_) | Prepared::Sets(_) => self.values.fetch(values),
            Prepared::Bags(bags) => bags.fetch(values),
            Prepared::Marks(_) | Prepared::Dates(_) | Prepared::Numbers(_) | Prepared::Places(_) => {}
        }
    }

    /// How often each thing that two records can share occurs, and its level where they do.
    pub(super) fn shared(&self) -> Vec<(u32, u8)> {
        match &self.prepared {
            Prepared::Sets(sets) if self.kind == Kind::Contacts => sets.shared.clone(),
            _ => self
                .values
                .counts
                .iter()
                .copied()
                .zip(self.equal.iter().copied())
                .collect(),
        }
    }

    /// The field made of one column of each table, or of several that are read as one. `order` gives for each record
    /// its row, tables end to end.
    /// `kind` is what it holds, where that is said.
    pub(super) fn new(
        tables: &[&Table],
        columns: &[Vec<usize>],
        kind: Option<Kind>,
        synonyms: &Synonyms,
        cells: &Cells,
        order: &[u32],
    ) -> Self {
        let mut starts = vec![0];
        for table in tables {
            starts.push(starts[starts.len() - 1] + table.n_rows());
        }
        let cell = |row: usize| {
            let side = starts.partition_point(|start| *start <= row) - 1;
            (side, row - starts[side])
        };
        let is_joined = columns.iter().any(|columns| columns.len() > 1);
        let (ids, values) = if is_joined {
            join(order, |row, each| {
                let (side, row) = cell(row);
                let own = columns[side].iter().map(|column| &tables[side].columns[*column]);
                own.for_each(|column| each(kind, column.get(row)));
            })
        } else {
            values::intern(tables, cells, columns)
        };
        let (ids, values) = if synonyms.is_empty() {
            (ids, values)
        } else {
            values::reread(&ids, &values, |record, value| {
                synonyms.read(cell(order[record] as usize).0, value)
            })
        };
        // The column that says at once what others say together gives the name.
        let named = columns.iter().zip(tables).min_by_key(|(columns, _)| columns.len());
        let header = named.map(|(columns, table)| {
            let n_named = if is_pooled(kind) { columns.len() } else { 1 };
            let headers = columns.iter().map(|column| &*table.columns[*column].header);
            let mut headers: Vec<&str> = headers.take(n_named).collect();
            headers.sort_unstable();
            headers.join(" + ")
        });
        // Records are in the order of a hash: the values that they name first are a fair sample.
        let looked_at = values.len().min(LOOKED_AT) as u32;
        let inferred = || match infer((1..looked_at).map(|id| (values.get(id), values.counts[id as usize]))) {
            Kind::Name | Kind::Category if is_joined => Kind::Text,
            kind => kind,
        };
        let kind = kind.unwrap_or_else(inferred);
        let made = Self::of(header.unwrap_or_default(), columns.to_vec(), kind, ids, values);
        Self {
            synonyms: synonyms.clone(),
            ..made
        }
    }

    fn of(header: String, columns: Vec<Vec<usize>>, kind: Kind, ids: Vec<u32>, values: Values) -> Self {
        let change = |value: &str, changed: &mut String| strip(kind, value, changed);
        let (ids, values) = match kind {
            Kind::Phone
            | Kind::Email
            | Kind::Code
            | Kind::Date
            | Kind::Number
            | Kind::Duration
            | Kind::Contacts
            | Kind::Coordinates
            | Kind::Doors
            | Kind::Measures
            | Kind::Given
            | Kind::Words
                if !values::stay(&values, change) =>
            {
                values::rewrite(&ids, &values, change)
            }
            _ => (ids, values),
        };
        Self::stripped(header, columns, kind, ids, values)
    }

    /// The words of a field of texts.
    pub(super) fn words(&self) -> Self {
        Self::derived(format!("words of {}", self.header), self, Kind::Words)
    }

    /// A field of words with some of them only.
    pub(super) fn only_members(self, is: impl Fn(u32) -> bool + Sync) -> Self {
        let (ids, values) = values::rewrite(&self.ids, &self.values, |value, kept| words::keep(value, &is, kept));
        Self::stripped(self.header, self.columns, self.kind, ids, values)
    }

    /// The field of what such a kind takes from the values of another field, which are kept as they are folded.
    fn derived(header: String, from: &Self, kind: Kind) -> Self {
        let (ids, values) = values::rewrite(&from.ids, &from.values, |value, changed| strip(kind, value, changed));
        Self::stripped(header, from.columns.clone(), kind, ids, values)
    }

    /// The field of values of which nothing is left but what counts.
    fn stripped(header: String, columns: Vec<Vec<usize>>, kind: Kind, ids: Vec<u32>, values: Values) -> Self {
        let n_filled = ids.iter().filter(|id| **id != 0).count();
        let filled = n_filled as f64 / ids.len().max(1) as f64;
        let counts = match kind {
            kind if kind.has_members() => sets::count(values.counted()),
            _ => Map::default(),
        };
        let prepared = prepare(kind, &values, ids.len(), |member| {
            counts.get(&member).copied().unwrap_or(1)
        });
        Self {
            header,
            columns,
            kind,
            equal: equal_levels(kind, &prepared, &values, ids.len()),
            prepared,
            ids,
            values,
            filled,
            twin: None,
            forms: None,
            synonyms: Synonyms::default(),
        }
    }
}

/// The values of several columns, read as one text for each record. `cells` calls for each of a row's values.
fn join(order: &[u32], cells: impl Fn(usize, &mut dyn FnMut(Option<Kind>, &str)) + Sync) -> (Vec<u32>, Values) {
    let of_some = |rows: &[u32]| {
        let (mut part, mut joined, mut folded) = (Texts::default(), String::new(), String::new());
        for row in rows {
            joined.clear();
            cells(*row as usize, &mut |kind, value| add_value(kind, value, &mut joined));
            text::fold(&joined, &mut folded);
            part.text.push_str(&folded);
            part.end();
        }
        part
    };
    let parts: Vec<Texts> = order.par_chunks(CHUNK).map(of_some).collect();
    values::of_texts(&parts)
}

/// Whether values of several columns are no text together, but a set, or the coordinates of a place.
fn is_pooled(kind: Option<Kind>) -> bool {
    matches!(kind, Some(Kind::Contacts | Kind::Coordinates))
}

/// Appends one of several values that are read as one, of this kind.
pub(super) fn add_value(kind: Option<Kind>, value: &str, joined: &mut String) {
    joined.push(if is_pooled(kind) { ';' } else { ' ' });
    joined.push_str(value);
}

/// The numbers of addresses and of specifications, beside their words: what tells one house, or one size, from the next
/// stands there. Other fields have none, nor those in which numbers are rare.
pub(super) fn numbers(field: &Field) -> Option<Field> {
    let (kind, name) = match field.kind {
        Kind::Address => (Kind::Doors, "numbers"),
        Kind::Specification => (Kind::Measures, "measures"),
        _ => return None,
    };
    let numbers = Field::derived(format!("{} {name}", field.header), field, kind);
    (numbers.filled * 5.0 >= 1.0).then_some(numbers)
}

/// The given names in full names of persons, beside these: members of a family share all else of theirs.
pub(super) fn given_names(full: &Field) -> Field {
    Field::derived(format!("given name of {}", full.header), full, Kind::Given)
}

/// A field of names, read as texts.
pub(super) fn as_text(names: &Field) -> Field {
    Field {
        synonyms: names.synonyms.clone(),
        ..Field::derived(names.header.clone(), names, Kind::Text)
    }
}

/// Appends what counts of a folded value: how a day or a number is written says nothing, nor does punctuation in what is
/// a number of something.
pub(super) fn strip(kind: Kind, value: &str, stripped: &mut String) {
    match kind {
        Kind::Phone => {
            let digits = whole_number(value).chars().filter(char::is_ascii_digit);
            // Zeros in front only say how to dial.
            stripped.extend(digits.skip_while(|digit| *digit == '0'));
        }
        Kind::Email => stripped.push_str(mailbox(value)),
        Kind::Code => stripped.extend(whole_number(value).chars().filter(|letter| letter.is_alphanumeric())),
        Kind::Contacts => sets::strip(value, stripped),
        Kind::Coordinates => globe::strip(value, stripped),
        Kind::Doors => address::numbers(value, stripped),
        Kind::Measures => measures::strip(value, stripped),
        Kind::Given => stripped.push_str(persons::given_name(value)),
        Kind::Words => words::strip(value, stripped),
        Kind::Date => match date::parse(value).or_else(|| date::parse_part(value)) {
            Some(Date { year, month: 0, .. }) => _ = write!(stripped, "{year}"),
            Some(Date { year, month, day: 0 }) => _ = write!(stripped, "{year}-{month:02}"),
            Some(Date { year, month, day }) => _ = write!(stripped, "{year}-{month:02}-{day:02}"),
            None => stripped.push_str(value),
        },
        Kind::Duration => durations::strip(value, stripped),
        Kind::Number => match number(value) {
            Some(number) => _ = write!(stripped, "{number}"),
            None => stripped.push_str(value),
        },
        _ => stripped.push_str(value),
    }
}

/// Drops every field whose words stand in another field anyway, such as a surname beside the full name, and compares
/// the other one as text: the same evidence must not count twice. What a field says in another form stays.
pub(super) fn drop_contained(fields: Vec<Field>) -> Vec<Field> {
    let is_words = |field: &Field| matches!(field.kind, Kind::Name | Kind::Category) || field.kind.is_text();
    let holders: Vec<Option<usize>> = (0..fields.len())
        .map(|at| {
            let part = &fields[at];
            let is_form = |other: &Field| {
                let mut sides = part.columns.iter().zip(&other.columns);
                sides.any(|(own, all)| own.len() < all.len() && own.iter().all(|column| all.contains(column)))
            };
            let holds = |other: &usize| {
                let holder = &fields[*other];
                *other != at && is_words(holder) && !is_form(holder) && stands_in(part, holder)
            };
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
                let synonyms = field.synonyms;
                let field = Field::of(field.header, field.columns, Kind::Text, field.ids, field.values);
                Field { synonyms, ..field }
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

/// The level of each value where both sides carry it: by the part of the information that tells one record from all
/// others.
pub(super) fn equal_levels(kind: Kind, prepared: &Prepared, values: &Values, n: usize) -> Vec<u8> {
    if let (Kind::Contacts, Prepared::Sets(sets)) = (kind, prepared) {
        return sets.equal();
    }
    let level = |count: u32| super::compare::rarity(f64::from(count.max(1)), n as f64);
    let small: Vec<u8> = (0..256).map(level).collect();
    let of = |count: &u32| small.get(*count as usize).copied().unwrap_or_else(|| level(*count));
    values.counts.iter().map(of).collect()
}

/// Prepares values for being compared; `count` tells how many of `n` records have a member of a set.
pub(super) fn prepare(kind: Kind, values: &Values, n: usize, count: impl Fn(u32) -> u32) -> Prepared {
    let all = || (0..values.len() as u32).map(|id| values.get(id));
    match kind {
        Kind::Date => Prepared::Dates(all().map(date::pack).collect()),
        Kind::Number | Kind::Duration => Prepared::Numbers(Numbers::new(
            kind,
            all().map(|value| number(value).unwrap_or(f64::NAN)).collect(),
        )),
        Kind::Coordinates => Prepared::Places(Places::new(values)),
        Kind::Contacts | Kind::Doors | Kind::Measures | Kind::Words => Prepared::Sets(Sets::new(values, n, count)),
        Kind::Text | Kind::Specification | Kind::Address => Prepared::Bags(Bags::new(values, kind)),
        _ => Prepared::Letters(Letters::new(kind, values)),
    }
}
