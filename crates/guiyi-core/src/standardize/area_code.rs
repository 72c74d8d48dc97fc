//! The area code of a local number, from the city of its record: `65529988` in 北京市 becomes `010-65529988`.
//!
//! Law: only if the city has one area code, and local numbers of that length. The value counts as derived, with less
//! confidence than what was given: people note the number of a branch elsewhere, too.

use std::collections::HashMap;
use std::sync::LazyLock;

use guiyi_ident::landline::{AreaCode, area_code};

use super::change::Code;
use super::columns::{Derived, Log, derive};
use crate::dictionary::ElementKind;
use crate::record::{Batch, Origin};
use crate::rulebook::Rulebook;

/// Confidence in an area code that the city implies, in per mille.
const CONFIDENCE: u16 = 800;

/// Area codes by the full name of the city, with its province; `None` for a city that has several.
static BY_CITY: LazyLock<HashMap<&str, Option<&AreaCode>>> = LazyLock::new(|| {
    let mut by_city: HashMap<&str, Option<&AreaCode>> = HashMap::new();
    let codes = (10..=29)
        .map(|code| format!("0{code}"))
        .chain((300..1000).map(|code| format!("0{code}")));
    for area in codes
        .filter_map(|code| area_code(&code))
        .filter(|area| area.successor.is_none())
    {
        for city in area.place.split('、') {
            by_city
                .entry(city)
                .and_modify(|known| *known = None)
                .or_insert(Some(area));
        }
    }
    by_city
});

/// Puts area codes before the local numbers of every row.
pub(super) fn complete(batch: &mut Batch, rulebook: &Rulebook, log: &mut Log) {
    let first = |kind| rulebook.dictionary.of_kind(kind).next();
    let (Some(province), Some(city)) = (first(ElementKind::Province), first(ElementKind::City)) else {
        return;
    };
    let mut derived = Vec::new();
    let phones = [ElementKind::Landline, ElementKind::Phone];
    for attribute in phones.into_iter().flat_map(|kind| rulebook.dictionary.of_kind(kind)) {
        for row in 0..batch.len() {
            let Some(local) = batch.columns[attribute].get(row).filter(|text| is_local(text)) else {
                continue;
            };
            let area = area_of(batch.columns[province].get(row), batch.columns[city].get(row));
            let length = local.split('-').next().unwrap_or(local).len();
            if let Some(area) = area
                && (if length == 7 { area.seven } else { area.eight })
            {
                derived.push(Derived {
                    row,
                    attribute,
                    value: format!("{}-{local}", area.code),
                    code: Code::AREA_CODE,
                    origin: Origin::Derived,
                    confidence: CONFIDENCE,
                });
            }
        }
    }
    derive(batch, log, derived);
}

/// The one area code of a city.
fn area_of(province: Option<&str>, city: Option<&str>) -> Option<&'static AreaCode> {
    let (province, city) = (province?, city?);
    if province == city {
        return BY_CITY.get(city).copied().flatten();
    }
    BY_CITY.get(format!("{province}{city}").as_str()).copied().flatten()
}

/// A canonical local number without its area code, with or without an extension.
fn is_local(text: &str) -> bool {
    let (local, extension) = text.split_once('-').unwrap_or((text, ""));
    matches!(local.len(), 7 | 8)
        && (b'2'..=b'8').contains(&local.as_bytes()[0])
        && local.bytes().chain(extension.bytes()).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cities_have_their_codes() {
        for (province, city, expected) in [
            ("北京市", "北京市", Some("010")),
            ("广东省", "广州市", Some("020")),
            ("广东省", "深圳市", Some("0755")),
            ("河北省", "邯郸市", Some("0310")),
            ("广东省", "无此市", None),
        ] {
            assert_eq!(
                area_of(Some(province), Some(city)).map(|area| area.code),
                expected,
                "{city}"
            );
        }
        assert!(is_local("65529988-8001") && !is_local("010-65529988") && !is_local("13800138000"));
    }
}
