//! Global IDs as integer keys: letter · 31^8 + issuer · 31^6 + serial, so that key order is issue order.

use guiyi_core::dictionary::EntityType;
use guiyi_core::global_id::{GlobalId, ISSUERS, SERIALS, from_serial};

/// The key of an ID.
pub(crate) fn to_key(gid: GlobalId) -> i64 {
    let letter = i64::from(gid.entity_type().letter() as u32);
    (letter * i64::from(ISSUERS) + i64::from(gid.issuer())) * i64::from(SERIALS) + i64::from(gid.serial())
}

/// The ID of a key; `None` if no ID has it.
pub(crate) fn from_key(key: i64) -> Option<GlobalId> {
    let serial = u32::try_from(key % i64::from(SERIALS)).ok()?;
    let rest = key / i64::from(SERIALS);
    let issuer = u16::try_from(rest % i64::from(ISSUERS)).ok()?;
    let letter = char::from(u8::try_from(rest / i64::from(ISSUERS)).ok()?);
    let entity = EntityType::ALL.into_iter().find(|entity| entity.letter() == letter)?;
    from_serial(entity, issuer, serial)
}

/// The first and the last key of an entity type.
pub(crate) fn range(entity: EntityType) -> (i64, i64) {
    let span = i64::from(ISSUERS) * i64::from(SERIALS);
    let first = i64::from(entity.letter() as u32) * span;
    (first, first + span - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trip_in_order() {
        let mut last = 0;
        for entity in [
            EntityType::Customer,
            EntityType::Contact,
            EntityType::Supplier,
            EntityType::Material,
        ] {
            for (issuer, serial) in [(0, 1), (0, 2), (0, SERIALS - 1), (1, 1), (ISSUERS - 1, SERIALS - 1)] {
                let gid = from_serial(entity, issuer, serial).unwrap();
                let key = to_key(gid);
                assert!(key > last && (range(entity).0..=range(entity).1).contains(&key));
                assert_eq!(from_key(key), Some(gid));
                last = key;
            }
        }
        assert_eq!(from_key(0), None);
        assert_eq!(from_key(-1), None);
        assert_eq!(from_key(i64::MAX), None);
    }
}
