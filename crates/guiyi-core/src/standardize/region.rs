//! Names of provinces, cities and counties in full: 广东 becomes 广东省, 廣東 too, and 萝岗区 becomes 黄埔区.
//!
//! Law: a name that several regions share, or that no region has or had, stays as it is, cleaned. What the other
//! elements of the record say is the business of `regions`.

use super::change::{Change, Code};
use super::place::{Level, Names, chain, formerly, named, names};
use super::simplified::simplified;
use super::text::{Style, clean, is_clean};
use crate::dictionary::ElementKind;

/// Brings the name of a region to its full form.
pub(super) fn standardize(text: &str, kind: ElementKind) -> Option<Change> {
    let cleaned = if is_clean(text, Style::Name) {
        None
    } else {
        Some(clean(text, Style::Name))
    };
    let name = cleaned.as_deref().unwrap_or(text);
    let full = full_name(name, kind).or_else(|| {
        let folded: String = name.chars().map(simplified).collect();
        (folded != name).then(|| full_name(&folded, kind)).flatten()
    });
    match full {
        Some(full) if full == text => None,
        Some(full) => Change::to(text, full.to_owned()),
        None => match former_name(name, kind) {
            Some(successor) => {
                let mut change = Change::repaired(text, successor.to_owned())?;
                change.code = Some(Code::REGION_CONFLICT);
                Some(change)
            }
            None => cleaned.and_then(|cleaned| Change::to(text, cleaned)),
        },
    }
}

/// The name of today of a region that was renamed or taken over, if all regions of the former name have one successor.
fn former_name(text: &str, kind: ElementKind) -> Option<&'static str> {
    let level = match kind {
        ElementKind::Province => return None,
        ElementKind::City => Level::City,
        _ => Level::County,
    };
    let mut found = formerly(text, level);
    let first = found.next()?;
    if found.any(|other| other != first) {
        return None;
    }
    let names = names(first)?;
    if level == Level::City { names.city } else { names.county }
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
        ElementKind::City if below.county.is_none() => below.city,
        ElementKind::Province | ElementKind::City => None,
        _ => below.county,
    }
}

fn full_name_of(text: &str, level: Level) -> Option<&'static str> {
    named(text, level).next().and_then(names).map(|names| names.province)
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
        check(Province, "廣東", "广东省");
        check(City, "襄樊市", "襄阳市");
        check(County, "萝岗区", "黄埔区");
        check(County, "高新区", "高新区");
    }
}
