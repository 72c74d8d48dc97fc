//! What a column holds, decided from the shares that the kinds accept and from the counts.
//!
//! Order matters: a kind with a check digit is believed before one without, and words are believed last. The limits are
//! shares of the rows with a value, so that a column that is half dirt is still recognized.

use guiyi_ident::Kind;

use super::column::ColumnState;
use super::distinct::DistinctCount;
use crate::dictionary::ElementKind;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Inferred {
    /// No value at all.
    Empty,
    /// Values of a kind that elements have.
    Kind(ElementKind),
    /// An identifier that no kind of element stands for.
    Identifier(Kind),
    /// Few values, each many times.
    Category,
    /// Codes of one or a few patterns.
    Code,
    /// Anything else.
    Text,
}

impl Inferred {
    /// The stable name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Kind(kind) => kind.name(),
            Self::Identifier(kind) => kind.name(),
            Self::Category => "category",
            Self::Code => "code",
            Self::Text => "text",
        }
    }

    /// What people call it, in English and Chinese.
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("empty", "空列"),
            Self::Kind(kind) => kind.labels(),
            Self::Identifier(kind) => (kind.labels().en, kind.labels().zh),
            Self::Category => ("category", "分类"),
            Self::Code => ("code", "编码"),
            Self::Text => ("text", "文本"),
        }
    }

    /// Whether values of it are shown to nobody by default: they name a person or an account.
    pub fn is_sensitive(self) -> bool {
        match self {
            Self::Kind(kind) => matches!(
                kind,
                ElementKind::ResidentId
                    | ElementKind::Mobile
                    | ElementKind::Phone
                    | ElementKind::Email
                    | ElementKind::BankAccount
                    | ElementKind::PersonName
            ),
            Self::Identifier(kind) => matches!(
                kind,
                Kind::BankCard
                    | Kind::Passport
                    | Kind::TravelPermit
                    | Kind::ResidentPermit
                    | Kind::ForeignResidentPermit
            ),
            _ => false,
        }
    }
}

/// A column of at most this many values is a category, if each occurs often enough.
const CATEGORY_VALUES: u64 = 60;

/// Share of rows with a value that each kind accepts, in [0, 1].
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Shares {
    pub(super) kinds: Vec<(ElementKind, f64)>,
    pub(super) identifiers: Vec<(Kind, f64)>,
}

impl Shares {
    /// The share of a kind; 0 if it was not tried.
    pub(super) fn of(&self, kind: ElementKind) -> f64 {
        self.kinds
            .iter()
            .find(|(other, _)| *other == kind)
            .map_or(0.0, |(_, share)| *share)
    }
}

/// Decides, and gives the share of rows with a value that are of it.
pub(super) fn infer(column: &ColumnState, shares: &Shares, distinct: DistinctCount) -> (Inferred, f64) {
    use ElementKind as K;
    let filled = column.filled();
    if filled == 0 {
        return (Inferred::Empty, 1.0);
    }
    let of = |kind| shares.of(kind);
    let is = |kind: ElementKind| (Inferred::Kind(kind), of(kind));
    for (kind, least) in [
        (K::CreditCode, 0.4),
        (K::ResidentId, 0.4),
        (K::Email, 0.5),
        (K::Mobile, 0.5),
    ] {
        if of(kind) >= least && !(kind == K::Mobile && of(K::Phone) - of(K::Mobile) > 0.25) {
            return is(kind);
        }
    }
    if let Some((kind, share)) = shares.identifiers.iter().find(|(_, share)| *share >= 0.6) {
        let is_bare = matches!(kind, Kind::OrgCode | Kind::RegistrationNumber | Kind::BankCard);
        if !is_bare || *share >= 0.8 {
            return (Inferred::Identifier(*kind), *share);
        }
    }
    for (kind, least) in [
        (K::Cnaps, 0.7),
        (K::Gtin, 0.7),
        (K::Landline, 0.8),
        (K::Phone, 0.6),
        (K::Date, 0.6),
    ] {
        if of(kind) >= least {
            return is(kind);
        }
    }
    for kind in [K::Province, K::City] {
        if of(kind) >= 0.7 {
            return is(kind);
        }
    }
    let is_category = distinct.is_exact && distinct.count <= CATEGORY_VALUES && distinct.count * 10 <= filled;
    let is_name = of(K::PersonName) >= 0.9 || of(K::OrganizationName) >= 0.9;
    if is_category && !is_name {
        let is_number = of(K::Amount) >= 0.95 && distinct.count > 2;
        return if is_number {
            number(column, shares, distinct)
        } else {
            (Inferred::Category, 1.0)
        };
    }
    for (kind, least) in [(K::OrganizationName, 0.4), (K::Address, 0.5), (K::PersonName, 0.6)] {
        if of(kind) >= least {
            return is(kind);
        }
    }
    if of(K::Postcode) >= 0.9 && share_of_shapes(column, |shape| shape == r"\d{6}") >= 0.9 {
        return is(K::Postcode);
    }
    if of(K::Amount) >= 0.8 {
        return number(column, shares, distinct);
    }
    match codes(column) {
        Some(share) => (Inferred::Code, share),
        None => (Inferred::Text, 1.0),
    }
}

/// Amount, number, or a code that is written in figures.
fn number(column: &ColumnState, shares: &Shares, distinct: DistinctCount) -> (Inferred, f64) {
    let share = shares.of(ElementKind::Amount);
    let starts_with_zero = column
        .sample
        .values()
        .filter(|(text, _)| text.len() > 1 && text.starts_with('0') && !text.contains('.'))
        .count();
    let one_length = column.lengths.max - column.lengths.min < 0.5 && column.lengths.min >= 4.0;
    let is_unique = distinct.is_exact && distinct.count == column.filled();
    let whole = share_of_shapes(column, |shape| shape.starts_with(r"\d") && !shape.contains(['.', ',']));
    if starts_with_zero * 20 > column.sample.values().len() || (whole > 0.95 && one_length && is_unique) {
        return (Inferred::Code, whole);
    }
    let as_money = share_of_shapes(column, |shape| {
        shape.ends_with(r"\.\d{2}") || shape.contains(['￥', '¥', ',', '元', '万']) || shape.contains(r"\p{Han}")
    });
    let kind = if as_money >= 0.2 {
        ElementKind::Amount
    } else {
        ElementKind::Number
    };
    (Inferred::Kind(kind), share)
}

/// The share of values that have a shape of a code, if few such shapes make up most of the column.
fn codes(column: &ColumnState) -> Option<f64> {
    let is_code = |shape: &str| {
        shape.contains(r"\d") && !shape.contains(r"\p{") && !shape.contains(' ') && !shape.ends_with(".*")
    };
    let total = column.filled() as f64;
    let shapes = column.shapes.commonest(8);
    let few: u64 = shapes
        .items
        .iter()
        .filter(|(shape, _)| is_code(shape))
        .map(|(_, count)| count)
        .sum();
    let share = few as f64 / total;
    (share >= 0.7).then_some(share)
}

/// The share of values whose shape is so.
pub(super) fn share_of_shapes(column: &ColumnState, is: impl Fn(&str) -> bool) -> f64 {
    let shapes = column.shapes.commonest(usize::MAX);
    let total: u64 = shapes.items.iter().map(|(_, count)| count).sum();
    let such: u64 = shapes
        .items
        .iter()
        .filter(|(shape, _)| is(shape))
        .map(|(_, count)| count)
        .sum();
    if total == 0 { 0.0 } else { such as f64 / total as f64 }
}
