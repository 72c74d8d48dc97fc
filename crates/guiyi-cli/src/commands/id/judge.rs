//! The kinds that `guiyi id` knows: those of `guiyi_ident`, and the foreign phone, which needs a library.
//!
//! Law: a value is valid when at least one kind asked for accepts it; a repair is named only when exactly one fits.

use std::str::FromStr;

use guiyi_core::foreign_phone::ForeignPhone;
use guiyi_ident::{Checked, Conversion, IdentError, Kind, Part, Text, conversions, identify, nearest};

/// A kind by name, as `--kind` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnyKind {
    Known(Kind),
    ForeignPhone,
}

pub(super) const FOREIGN_EXAMPLE: &str = "+442079460958";
const FOREIGN: &str = "foreign-phone";

impl AnyKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Known(kind) => kind.name(),
            Self::ForeignPhone => FOREIGN,
        }
    }

    pub(super) fn labels(self) -> Text {
        match self {
            Self::Known(kind) => kind.labels(),
            Self::ForeignPhone => Text::new("foreign phone number", "境外电话号码"),
        }
    }

    fn check(self, text: &str) -> Result<Checked, IdentError> {
        match self {
            Self::Known(kind) => kind.check(text),
            Self::ForeignPhone => ForeignPhone::parse(text).map(|phone| Checked {
                canonical: phone.to_string(),
                warnings: Vec::new(),
            }),
        }
    }

    pub(super) fn explain(self, text: &str) -> Result<Vec<Part>, IdentError> {
        match self {
            Self::Known(kind) => kind.explain(text),
            Self::ForeignPhone => ForeignPhone::parse(text).map(|phone| {
                let region = phone.region().unwrap_or("-");
                vec![Part {
                    name_en: "number",
                    name_zh: "号码",
                    text: phone.to_string(),
                    meaning_en: format!("in the numbering plan of {region}"),
                    meaning_zh: format!("属于 {region} 的号码计划"),
                }]
            }),
        }
    }

    pub(super) fn conversions(self, text: &str) -> Vec<Conversion> {
        match self {
            Self::Known(kind) => conversions(kind, text),
            Self::ForeignPhone => Vec::new(),
        }
    }

    fn suggestion(self, text: &str) -> Option<String> {
        let Self::Known(kind) = self else { return None };
        let mut found = kind.suggest(text);
        if found.len() == 1 { found.pop() } else { None }
    }
}

impl FromStr for AnyKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        if name == FOREIGN {
            return Ok(Self::ForeignPhone);
        }
        name.parse()
            .map(Self::Known)
            .map_err(|error: guiyi_ident::UnknownKind| format!("{error}; `guiyi id kinds` lists them"))
    }
}

/// The verdict on one value.
#[derive(Debug)]
pub(super) struct Judged {
    /// The kinds that accept it, the one with most evidence first.
    pub(super) kinds: Vec<(AnyKind, Checked)>,
    /// When none does: the kind asked for, or the nearest one, and why not.
    pub(super) fault: Option<(AnyKind, IdentError)>,
    /// The repair, when exactly one fits.
    pub(super) suggestion: Option<String>,
}

/// Judges a value as one kind, or as any.
pub(super) fn judge(text: &str, kind: Option<AnyKind>) -> Judged {
    let (kinds, fault) = match kind {
        Some(kind) => match kind.check(text) {
            Ok(checked) => (vec![(kind, checked)], None),
            Err(error) => (Vec::new(), Some((kind, error))),
        },
        None => any(text),
    };
    let repaired = match (&fault, kinds.first()) {
        // An e-mail address is the one kind whose valid values may still be a slip of the hand: `li@163.con`.
        (Some((kind, _)), _) | (None, Some((kind @ AnyKind::Known(Kind::Email), _))) => Some(*kind),
        _ => None,
    };
    Judged {
        suggestion: repaired.and_then(|kind| kind.suggestion(text)),
        kinds,
        fault,
    }
}

type Found = (Vec<(AnyKind, Checked)>, Option<(AnyKind, IdentError)>);

fn any(text: &str) -> Found {
    let mut kinds: Vec<(AnyKind, Checked)> = Vec::new();
    let is_international = text.trim_start().starts_with(['+', '＋']) || text.trim_start().starts_with("00");
    let foreign = is_international.then(|| AnyKind::ForeignPhone.check(text));
    if let Some(Ok(checked)) = &foreign {
        kinds.push((AnyKind::ForeignPhone, checked.clone()));
    }
    kinds.extend(
        identify(text)
            .into_iter()
            .map(|(kind, checked)| (AnyKind::Known(kind), checked)),
    );
    if !kinds.is_empty() {
        return (kinds, None);
    }
    let fault = match foreign {
        Some(Err(error)) if text.trim_start().starts_with(['+', '＋']) => Some((AnyKind::ForeignPhone, error)),
        _ => nearest(text).map(|(kind, error)| (AnyKind::Known(kind), error)),
    };
    (kinds, fault)
}
