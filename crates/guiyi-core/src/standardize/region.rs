//! Names of provinces, cities and counties in full: 广东 becomes 广东省. Gaps are filled from the address.
//!
//! Law: a name that several regions share, or that no region of today has, stays as it is, cleaned.

use super::change::{Change, Code};
use super::columns::{Derived, Log, derive};
use super::place::{Level, Names, chain, named, names};
use super::text::{Style, clean, is_clean};
use crate::dictionary::ElementKind;
use crate::record::Batch;
use crate::rulebook::Rulebook;

/// Brings the name of a region to its full form.
pub(super) fn standardize(text: &str, kind: ElementKind) -> Option<Change> {
    let cleaned = if is_clean(text, Style::Name) { None } else { Some(clean(text, Style::Name)) };
    let name = cleaned.as_deref().unwrap_or(text);
    match full_name(name, kind) {
        Some(full) if full == text => None,
        Some(full) => Change::to(text, full.to_owned()),
        None => cleaned.and_then(|cleaned| Change::to(text, cleaned)),
    }
}

/// The full name that all regions of the kind's level share under this name.
fn full_name(text: &str, kind: ElementKind) -> Option<&'static str> {
    let only = |level: Level, pick: fn(&Names) -> Option<&'static str>| {
        let mut found = named(text, level).filter_map(|code| pick(&names(code)?));
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    };
    let full = match kind {
        ElementKind::Province => only(Level::Province, |names| Some(names.province)),
        // A municipality stands in the column of cities too, and so do counties that a province governs directly.
        ElementKind::City => only(Level::City, |names| names.city)
            .or_else(|| only(Level::Province, |names| names.city))
            .or_else(|| only(Level::County, |names| names.county.filter(|_| names.city.is_none()))),
        _ => only(Level::County, |names| names.county),
    };
    full.or_else(|| last_of_path(text, kind))
}

/// `广东省深圳市` in a column of cities: the place of the column's level, if the text is nothing but places.
fn last_of_path(text: &str, kind: ElementKind) -> Option<&'static str> {
    let (path, rest) = chain(text, true);
    let below = names(path.code()?)?;
    let repeated = rest.is_empty() || full_name_of(rest, Level::Province) == Some(below.province);
    if !repeated || path.iter().count() < 2 && rest.is_empty() {
        return None;
    }
    match kind {
        ElementKind::Province => None,
        ElementKind::City if below.county.is_none() => below.city,
        ElementKind::City => None,
        _ => below.county,
    }
}

fn full_name_of(text: &str, level: Level) -> Option<&'static str> {
    named(text, level).next().and_then(names).map(|names| names.province)
}

/// Fills empty province, city and county elements from the address or from each other, where the region is certain.
pub(super) fn complete(batch: &mut Batch, rulebook: &Rulebook, log: &mut Log) {
    let first = |kind| rulebook.dictionary.of_kind(kind).next();
    let levels = [first(ElementKind::Province), first(ElementKind::City), first(ElementKind::County)];
    let address = first(ElementKind::Address);
    if levels.iter().all(Option::is_none) {
        return;
    }
    let mut derived = Vec::new();
    for row in 0..batch.len() {
        let at = |level: Option<usize>| level.and_then(|attribute| batch.columns[attribute].get(row));
        let held = levels.map(at);
        if levels.iter().zip(held).all(|(level, held)| level.is_none() || held.is_some()) {
            continue;
        }
        let of_address = at(address).and_then(|address| chain(address, true).0.code());
        let of_column = |text: Option<&str>, level| text.and_then(|text| {
            let mut codes = named(text, level);
            codes.next().filter(|_| codes.next().is_none())
        });
        let candidates =
            [of_address, of_column(held[2], Level::County), of_column(held[1], Level::City), of_column(held[1], Level::Province)];
        let agreeing = candidates.into_iter().flatten().filter_map(names).find(|names| {
            let of_names = [Some(names.province), names.city, names.county];
            // A level that the place does not reach contradicts nothing.
            held.iter().zip(of_names).all(|(held, name)| held.is_none() || name.is_none() || *held == name)
        });
        let Some(known) = agreeing else { continue };
        for ((level, held), name) in levels.into_iter().zip(held).zip([Some(known.province), known.city, known.county]) {
            if let (Some(attribute), None, Some(name)) = (level, held, name) {
                let value = name.to_owned();
                derived.push(Derived { row, attribute, value, code: Code::REGION, confidence: 950 });
            }
        }
    }
    derive(batch, log, derived);
}

#[cfg(test)]
mod tests {
    use super::super::change::Value;
    use super::*;

    fn check(kind: ElementKind, text: &str, expected: &str) {
        let change = standardize(text, kind);
        let after = match change.as_ref().map(|change| &change.value) {
            Some(Value::Set(value)) => value.as_str(),
            _ => text,
        };
        assert_eq!(after, expected, "{text}");
        assert_eq!(standardize(after, kind), None, "{text}");
    }

    #[test]
    fn completes_names() {
        use ElementKind::{City, County, Province};
        check(Province, "广东", "广东省");
        check(Province, "内蒙古", "内蒙古自治区");
        check(Province, " 北京 ", "北京市");
        check(Province, "广州", "广州");
        check(City, "深圳", "深圳市");
        check(City, "北京", "北京市");
        check(City, "广东省深圳市", "深圳市");
        check(City, "广东深圳", "深圳市");
        check(City, "重庆重庆", "重庆市");
        check(City, "延边", "延边朝鲜族自治州");
        check(County, "南山", "南山区");
        check(County, "朝阳", "朝阳");
        check(County, "南山区", "南山区");
    }
}
