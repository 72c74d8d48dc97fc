//! The page about a file's profile, in the look of the report.
//!
//! Laws: one file, nothing fetched, no script; both languages in it; every value escaped, sensitive ones left out.

use askama::Template;
use guiyi_core::finding::Language;
use guiyi_core::profile::{ColumnProfile, Dirt, Relation};

use super::FileProfile;
use crate::report::text::{Text, both};

/// Renders the page. Both languages are in it, `language` is the one shown first.
///
/// # Errors
/// None that input could cause; askama's signature has one for writers that fail.
pub fn render(files: &[FileProfile<'_>], language: Language) -> Result<String, askama::Error> {
    Page {
        files,
        chinese_first: language == Language::Chinese,
    }
    .render()
}

#[derive(Template)]
#[template(path = "profile/page.html")]
struct Page<'a> {
    files: &'a [FileProfile<'a>],
    chinese_first: bool,
}

/// What stands in the first line about a file.
fn facts(file: &FileProfile<'_>) -> String {
    let encoding = file
        .reader
        .encoding
        .map(crate::read::TextEncoding::name)
        .unwrap_or_default();
    let sheet = file.reader.sheet.as_deref().unwrap_or_default();
    let facts = [file.reader.format.name(), &encoding, sheet];
    let facts: Vec<&str> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    facts.join(" · ")
}

fn kind(column: &ColumnProfile) -> Text<'static> {
    let (en, zh) = column.kind.labels();
    both(en, zh)
}

/// A share in percent, with one digit behind the point unless it is whole.
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent.fract() == 0.0 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

fn kind_share(column: &ColumnProfile) -> String {
    percent(column.kind_share)
}

fn filled(column: &ColumnProfile) -> String {
    percent(column.filled as f64 / column.rows.max(1) as f64)
}

fn confidence(column: &ColumnProfile) -> String {
    column.element.map_or_else(String::new, |proposal| {
        percent((proposal.confidence * 100.0).round() / 100.0)
    })
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "called by the template with a reference"
)]
fn dirt(dirt: &Dirt) -> Text<'static> {
    let (en, zh) = dirt.labels();
    both(en, zh)
}

fn distinct(column: &ColumnProfile) -> String {
    let about = if column.distinct.is_exact { "" } else { "≈ " };
    format!("{about}{}", column.distinct.count)
}

/// The smallest, the middle and the largest value of numbers and dates; nothing for a masked column.
fn middle(file: &FileProfile<'_>, column: &ColumnProfile) -> Option<[String; 3]> {
    if file.is_masked(column) {
        return None;
    }
    let numbers = column
        .numbers
        .map(|n| [n.min, n.quantiles[2], n.max].map(|value| value.to_string()));
    numbers.or_else(|| {
        column
            .dates
            .as_ref()
            .map(|d| [d.min.clone(), d.quantiles[2].clone(), d.max.clone()])
    })
}

fn relation<'a>(file: &'a FileProfile<'_>, relation: &Relation) -> Option<(&'a str, Text<'static>, &'a str)> {
    let header = |at: usize| &*file.profile.columns[at].header;
    match *relation {
        Relation::Key(a, b) => Some((
            header(a),
            both("identifies a row together with", "联合唯一："),
            header(b),
        )),
        Relation::Equal(a, b, _) => Some((header(a), both("is repeated by", "与之重复："), header(b))),
        Relation::Decides(a, b) => Some((header(a), both("decides", "决定："), header(b))),
        _ => None,
    }
}

fn reason(file: &FileProfile<'_>, column: &ColumnProfile, language: Language) -> String {
    column.element.map_or_else(String::new, |proposal| {
        proposal.describe(&file.dictionary.elements[proposal.element], language)
    })
}
