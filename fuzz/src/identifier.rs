//! Targets of the identifiers, one for each kind.
//!
//! Properties: no panic; check, accepts and explain agree; the canonical form is valid and its own; the parts of a valid
//! value have meanings; every repair is valid and is not the value; a conversion does not depend on separators.

use guiyi_ident::{Kind, compact, conversions, identify, nearest, org9};

use crate::Target;

pub fn targets() -> Vec<Target> {
    let kinds = Kind::ALL.iter().map(|&kind| Target {
        name: kind.name().to_owned(),
        run: Box::new(move |data| keeps_the_laws(kind, &String::from_utf8_lossy(data))),
        seeds: vec![
            kind.reference().example.into(),
            kind.reference().example.to_lowercase().into(),
        ],
    });
    let any = Target {
        name: "any-kind".to_owned(),
        run: Box::new(|data| is_identified(&String::from_utf8_lossy(data))),
        seeds: Kind::ALL.iter().map(|kind| kind.reference().example.into()).collect(),
    };
    kinds.chain([any]).collect()
}

fn keeps_the_laws(kind: Kind, text: &str) {
    let verdict = kind.check(text);
    assert_eq!(verdict.is_ok(), kind.accepts(text));
    assert_eq!(verdict.is_ok(), kind.explain(text).is_ok());
    match &verdict {
        Ok(checked) => {
            let again = kind.check(&checked.canonical).expect("a canonical form is valid");
            assert_eq!(again.canonical, checked.canonical);
            let parts = kind.explain(text).expect("a valid value is explained");
            assert!(
                !parts.is_empty() && parts.iter().all(|part| !part.meaning_zh.is_empty()),
                "{parts:?}"
            );
            assert_eq!(
                conversions(kind, &checked.canonical).len(),
                conversions(kind, &again.canonical).len()
            );
        }
        Err(error) => {
            assert!(conversions(kind, text).is_empty());
            assert!(!error.to_string().is_empty() && !error.zh().is_empty());
        }
    }
    for repair in kind.suggest(text) {
        assert!(kind.accepts(&repair), "{repair:?}");
        assert_ne!(repair, text);
    }
}

fn is_identified(text: &str) {
    let found = identify(text);
    assert_eq!(found.len(), Kind::ALL.iter().filter(|kind| kind.accepts(text)).count());
    if let (true, Some((kind, _))) = (found.is_empty(), nearest(text)) {
        assert!(!kind.accepts(text));
    }
    let once = compact(text);
    assert_eq!(compact(&once), once);
    assert_eq!(org9(&once), org9(text));
}
