//! `check-character`: the check character of a scheme fits. Null passes.

use guiyi_ident::CheckScheme;

use crate::finding::Fault;

pub(super) fn fault(value: &str, scheme: CheckScheme) -> Option<Fault> {
    (!scheme.accepts(value)).then(|| Fault::Identifier {
        kind: scheme.name(),
        english: "the check character does not fit".into(),
        chinese: "校验码不符".into(),
    })
}
