//! The global ID: the code of a golden record, `T II SSSSSS K`, shown as `C00-000001-M`.
//!
//! Its form, check character and forgiving parse are [`guiyi_ident::global_id`]'s; this module ties its letters to the
//! entity types that there are records of. Only [`crate::crosswalk`] decides which record gets which ID, and only the
//! store remembers which serials are gone.

pub use guiyi_ident::GlobalId;
pub use guiyi_ident::global_id::{ISSUERS, SERIALS};

use crate::dictionary::EntityType;

/// The ID of a serial. `None` if the issuer is not below [`ISSUERS`] or the serial not in `1..SERIALS`; serial 0 is never
/// issued.
pub fn from_serial(entity: EntityType, issuer: u16, serial: u32) -> Option<GlobalId> {
    let letter = guiyi_ident::global_id::EntityType::of_letter(entity.letter())?;
    if serial == 0 {
        None
    } else {
        GlobalId::new(letter, issuer, serial)
    }
}

/// The entity type of an ID; `None` for a letter that no records have, such as that of organizations.
pub fn entity(gid: GlobalId) -> Option<EntityType> {
    let letter = gid.entity_type().letter();
    EntityType::ALL.into_iter().find(|entity| entity.letter() == letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert_eq, proptest};

    use super::*;

    #[test]
    fn vectors() {
        for (kind, issuer, serial, code, shown) in [
            (EntityType::Customer, 0, 1, "C00000001M", "C00-000001-M"),
            (EntityType::Customer, 0, 2, "C00000002J", "C00-000002-J"),
            (EntityType::Customer, 7, 1_234_567, "C0701ADLPK", "C07-01ADLP-K"),
            (EntityType::Supplier, 0, 42, "G0000001BM", "G00-00001B-M"),
        ] {
            let gid = from_serial(kind, issuer, serial).unwrap();
            assert_eq!((gid.as_str(), gid.to_string().as_str()), (code, shown));
            assert_eq!((entity(gid), gid.issuer(), gid.serial()), (Some(kind), issuer, serial));
        }
    }

    #[test]
    fn limits() {
        for kind in EntityType::ALL {
            assert_eq!(from_serial(kind, 0, 0), None);
            assert_eq!(from_serial(kind, ISSUERS, 1), None);
            assert_eq!(from_serial(kind, 0, SERIALS), None);
            assert_eq!(from_serial(kind, ISSUERS - 1, SERIALS - 1).and_then(entity), Some(kind));
        }
    }

    proptest! {
        #[test]
        fn text_order_is_issue_order(issuer in 0..ISSUERS, a in 1..SERIALS, b in 1..SERIALS) {
            let [first, second] = [a, b].map(|serial| from_serial(EntityType::Material, issuer, serial).unwrap());
            prop_assert_eq!(first.to_string().parse::<GlobalId>().ok(), Some(first));
            prop_assert_eq!(first.cmp(&second), a.cmp(&b));
            prop_assert_eq!(first.as_str().cmp(second.as_str()), a.cmp(&b));
        }
    }
}
