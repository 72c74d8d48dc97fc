//! What a resident ID says of its holder: validate compares it, impute fills gaps with it.

use guiyi_ident::ResidentId;
use guiyi_ident::resident_id::Sex;

use crate::dictionary::{Element, ElementKind};

/// The date of birth or the sex inside a valid resident ID, in the canonical form of the other element.
///
/// `None` if the ID is not valid, or the other element is neither a date nor a code list with 男 and 女.
pub(crate) fn derive(resident_id: &str, other: &Element) -> Option<Box<str>> {
    let id = ResidentId::parse(resident_id).ok()?;
    match other.kind {
        ElementKind::Date => {
            let (year, month, day) = id.birth_date();
            Some(format!("{year:04}-{month:02}-{day:02}").into())
        }
        ElementKind::Enumeration => {
            let sign = if id.sex() == Sex::Male { '男' } else { '女' };
            let mut codes = other.codes.iter().filter(|code| code.label_zh.contains(sign));
            codes.next().map(|code| Box::from(&*code.code))
        }
        _ => None,
    }
}
