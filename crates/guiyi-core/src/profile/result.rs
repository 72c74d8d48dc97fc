//! The profile itself, as it is shown and written, and how a column's counts become its part of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use guiyi_ident::Kind;

use super::column::{ColumnState, Spread};
use super::dirt::Dirt;
use super::distinct::DistinctCount;
use super::elements::Proposal;
use super::figures::{self, DateForm};
use super::frequent::Commonest;
use super::infer::{self, Inferred, Shares};
use super::kinds::{IDENTIFIERS, Probe, Readings, TRIED};
use super::relations::Relation;
use crate::dictionary::{Dictionary, ElementKind, Sensitivity};

/// Values, shapes and stand-ins that a profile names.
const SHOWN: usize = 10;
/// The quantiles of a profile.
pub const QUANTILES: [f64; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// The profile of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Records.
    pub rows: u64,
    /// Rows that are no records, such as totals.
    pub set_aside: u64,
    /// The columns, in the file's order.
    pub columns: Vec<ColumnProfile>,
    /// What the columns have to do with each other.
    pub relations: Vec<Relation>,
}

/// The profile of a column. Shares are of the rows with a value, `filled`.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnProfile {
    /// Its header.
    pub header: Arc<str>,
    /// Records.
    pub rows: u64,
    /// Rows with nothing or white space.
    pub nulls: u64,
    /// Stand-ins for "no value" such as `待补`, with their rows, the commonest first.
    pub placeholders: Vec<(Box<str>, u64)>,
    /// Rows with a value.
    pub filled: u64,
    /// Different values, stand-ins among them.
    pub distinct: DistinctCount,
    /// Every row has a value, and no two rows the same; exact counts only.
    pub is_key: bool,
    /// What it holds.
    pub kind: Inferred,
    /// Share of the values that are of the kind.
    pub kind_share: f64,
    /// Other kinds that accept at least a twentieth of the values, with their shares.
    pub other_kinds: Vec<(Inferred, f64)>,
    /// Distinct values on which kinds and quantiles were judged.
    pub sample_size: u64,
    /// Whether they are all distinct values.
    pub sample_is_whole: bool,
    /// Fewest, average and most characters; `None` without a value.
    pub lengths: Option<(u64, f64, u64)>,
    /// For numbers and amounts.
    pub numbers: Option<Numbers>,
    /// For dates.
    pub dates: Option<Dates>,
    /// The commonest values.
    pub commonest: Commonest,
    /// The commonest shapes, which are regular expressions.
    pub patterns: Commonest,
    /// Dirt that was seen, with its rows.
    pub dirt: Vec<(Dirt, u64)>,
    /// The data element that it feeds.
    pub element: Option<Proposal>,
    /// Whether its values are to be hidden: the element or the kind names a person or an account.
    pub is_sensitive: bool,
}

/// Numbers of a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// Rows with a plain number; other forms stand in the quantiles only.
    pub count: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// At [`QUANTILES`], the third is the median: nearest rank over the sample.
    pub quantiles: [f64; QUANTILES.len()],
}

/// Dates of a column, as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq)]
pub struct Dates {
    /// Rows with a plain date.
    pub count: u64,
    /// The earliest.
    pub min: String,
    /// The latest.
    pub max: String,
    /// The mean.
    pub mean: String,
    /// At [`QUANTILES`], the third is the median.
    pub quantiles: [String; QUANTILES.len()],
    /// Forms that were met, with their rows.
    pub forms: Vec<(DateForm, u64)>,
}

/// What trying the kinds has shown of a column.
pub(super) struct Judged {
    pub(super) shares: Shares,
    kind: Inferred,
    kind_share: f64,
    distinct: DistinctCount,
    /// The sample read as amounts, and as dates.
    amounts: Readings,
    dates: Readings,
}

/// Tries the kinds on a column's sample and decides what it holds.
pub(super) fn judge(column: &mut ColumnState, probe: &Probe) -> Judged {
    let (texts, counts): (Vec<&str>, Vec<u64>) = values(column).unzip();
    let total = counts.iter().sum::<u64>().max(1) as f64;
    let share = |accepted: &mut dyn Iterator<Item = bool>| {
        let of: u64 = accepted
            .zip(&counts)
            .filter(|(accepted, _)| *accepted)
            .map(|(_, count)| count)
            .sum();
        of as f64 / total
    };
    let mut shares = Shares::default();
    let (mut amounts, mut dates) = (Readings::new(), Readings::new());
    for kind in TRIED {
        let readings = probe.read(kind, &texts);
        shares
            .kinds
            .push((kind, share(&mut readings.iter().map(Option::is_some))));
        match kind {
            ElementKind::Amount => amounts = readings,
            ElementKind::Date => dates = readings,
            _ => {}
        }
    }
    for kind in IDENTIFIERS {
        shares
            .identifiers
            .push((kind, share(&mut texts.iter().map(|text| kind.accepts(text.trim())))));
    }
    let distinct = column.distinct.count();
    let (kind, kind_share) = infer::infer(column, &shares, distinct);
    Judged {
        shares,
        kind,
        kind_share,
        distinct,
        amounts,
        dates,
    }
}

/// The sampled values that are no stand-ins, with their rows.
fn values(column: &ColumnState) -> impl Iterator<Item = (&str, u64)> {
    let sample = column.sample.values();
    sample.filter(|(text, _)| !column.placeholders.contains_key(text.trim()))
}

/// The profile of a column.
pub(super) fn column(
    header: Arc<str>,
    column: &ColumnState,
    judged: &Judged,
    element: Option<Proposal>,
    dictionary: &Dictionary,
) -> ColumnProfile {
    let filled = column.filled();
    let is_number = matches!(judged.kind, Inferred::Kind(ElementKind::Amount | ElementKind::Number));
    let is_date = judged.kind == Inferred::Kind(ElementKind::Date);
    let mut placeholders: Vec<(Box<str>, u64)> = column.placeholders.clone().into_iter().collect();
    placeholders.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    placeholders.truncate(SHOWN);
    let sensitive_element =
        element.is_some_and(|proposal| dictionary.elements[proposal.element].sensitivity == Sensitivity::Sensitive);
    ColumnProfile {
        header,
        rows: column.rows,
        nulls: column.nulls,
        placeholders,
        filled,
        distinct: judged.distinct,
        is_key: filled == column.rows && filled > 0 && judged.distinct.is_exact && judged.distinct.count == filled,
        kind: judged.kind,
        kind_share: judged.kind_share,
        other_kinds: other_kinds(judged),
        sample_size: column.sample.values().len() as u64,
        sample_is_whole: column.sample.is_whole(),
        lengths: column
            .lengths
            .mean()
            .map(|mean| (column.lengths.min as u64, mean, column.lengths.max as u64)),
        numbers: if is_number {
            numbers(column, &judged.amounts)
        } else {
            None
        },
        dates: if is_date { dates(column, &judged.dates) } else { None },
        commonest: commonest(column),
        patterns: column.shapes.commonest(SHOWN),
        dirt: Dirt::ALL
            .into_iter()
            .zip(column.dirt)
            .filter(|(_, count)| *count > 0)
            .collect(),
        element,
        is_sensitive: sensitive_element || judged.kind.is_sensitive(),
    }
}

/// The commonest values; a value that occurs once is not common, unless there are few values at all.
fn commonest(column: &ColumnState) -> Commonest {
    let mut commonest = column.frequent.commonest(SHOWN + column.placeholders.len());
    let is_few = column.frequent.is_exact() && column.frequent.len() <= SHOWN;
    commonest
        .items
        .retain(|(text, count)| (*count > 1 || is_few) && !column.placeholders.contains_key(text.trim()));
    commonest.items.truncate(SHOWN);
    commonest
}

fn other_kinds(judged: &Judged) -> Vec<(Inferred, f64)> {
    let kinds = judged
        .shares
        .kinds
        .iter()
        .map(|(kind, share)| (Inferred::Kind(*kind), *share));
    let identifiers = judged
        .shares
        .identifiers
        .iter()
        .map(|(kind, share)| (Inferred::Identifier(*kind), *share));
    let mut others: Vec<(Inferred, f64)> = kinds
        .chain(identifiers)
        .filter(|(kind, share)| *kind != judged.kind && *share >= 0.05 && says_something(*kind, judged.kind))
        .collect();
    others.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    others
}

/// Whether it is worth saying that values could be read as `other` too: digits can be read as many things.
fn says_something(other: Inferred, kind: Inferred) -> bool {
    use ElementKind as K;
    let is_phone = |kind| matches!(kind, Inferred::Kind(K::Mobile | K::Landline | K::Phone));
    match other {
        Inferred::Kind(K::Amount | K::BankAccount | K::Postcode) | Inferred::Identifier(Kind::BankCard) => false,
        Inferred::Kind(K::Phone) => !is_phone(kind),
        _ => kind != Inferred::Kind(K::Date) || !matches!(other, Inferred::Kind(K::Gtin)),
    }
}

fn numbers(column: &ColumnState, amounts: &[Option<Box<str>>]) -> Option<Numbers> {
    let read = amounts.iter().map(|text| text.as_deref()?.parse::<f64>().ok());
    let (spread, quantiles) = statistics(column, column.numbers, read)?;
    Some(Numbers {
        count: column.numbers.count,
        min: spread.min,
        max: spread.max,
        mean: spread.mean()?,
        quantiles,
    })
}

fn dates(column: &ColumnState, dates: &[Option<Box<str>>]) -> Option<Dates> {
    let read = dates
        .iter()
        .map(|text| Some(figures::day_number(figures::date(text.as_deref()?)?.0)));
    let (spread, quantiles) = statistics(column, column.dates, read)?;
    let text = |day: f64| figures::date_of(day).map_or_else(String::new, |date| date.to_string());
    Some(Dates {
        count: column.dates.count,
        min: text(spread.min),
        max: text(spread.max),
        mean: text(spread.mean()?),
        quantiles: quantiles.map(text),
        forms: DateForm::ALL
            .into_iter()
            .zip(column.date_forms)
            .filter(|(_, count)| *count > 0)
            .collect(),
    })
}

/// The spread of the plain values, or of the sample if there is none, and the quantiles of the sample; `None` without a value.
fn statistics(
    column: &ColumnState,
    plain: Spread,
    read: impl Iterator<Item = Option<f64>>,
) -> Option<(Spread, [f64; QUANTILES.len()])> {
    let mut sample: BTreeMap<u64, (f64, u64)> = BTreeMap::new();
    let mut spread = plain;
    let mut own = Spread::default();
    for (value, (_, count)) in read.zip(values(column)) {
        let Some(value) = value else { continue };
        // Order-preserving bits of a double, so that equal values meet.
        let bits = value.to_bits();
        let key = if bits >> 63 == 0 { bits | 1 << 63 } else { !bits };
        sample.entry(key).or_insert((value, 0)).1 += count;
        own.count += count;
        own.min = own.min.min(value);
        own.max = own.max.max(value);
        own.sum += value * count as f64;
    }
    if spread.count == 0 {
        spread = own;
    }
    spread.min = spread.min.min(own.min);
    spread.max = spread.max.max(own.max);
    let total: u64 = sample.values().map(|(_, count)| count).sum();
    if total == 0 {
        return None;
    }
    let quantiles = QUANTILES.map(|quantile| {
        let rank = (quantile * total as f64).ceil().max(1.0) as u64;
        let mut below = 0;
        let found = sample.values().find(|(_, count)| {
            below += count;
            below >= rank
        });
        found.map_or(spread.max, |(value, _)| *value)
    });
    Some((spread, quantiles))
}
