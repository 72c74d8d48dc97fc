//! Which kinds a text of unknown kind can be, and the nearest one when it is none.
//!
//! Stands above [`Kind`]: the command line and a profile ask here, a rule names its kind itself.
//! Law: the order is one of evidence, fixed and independent of the input: check characters and tables before
//! tables alone, tables before mere shapes; a form without a fitting check comes behind those that have one.

use crate::date;
use crate::error::IdentError;
use crate::kind::{Checked, Kind};
use crate::text::{all_digits, compact};
use crate::warning::Warning;

/// The kinds from the one that proves most to the one that proves least.
const BY_EVIDENCE: [Kind; 26] = [
    Kind::CreditCode,
    Kind::ResidentId,
    Kind::ResidentPermit,
    Kind::ForeignResidentPermit,
    Kind::Lei,
    Kind::GlobalId,
    Kind::Icp,
    Kind::Email,
    Kind::Plate,
    Kind::Mobile,
    Kind::Landline,
    Kind::RegistrationNumber,
    Kind::OrgCode,
    Kind::TaxpayerNumber,
    Kind::Gtin,
    Kind::Cnaps,
    Kind::BankCard,
    Kind::ServiceNumber,
    Kind::VatInvoiceCode,
    Kind::TaxClassification,
    Kind::HsCode,
    Kind::VatInvoiceNumber,
    Kind::Url,
    Kind::TravelPermit,
    Kind::Passport,
    Kind::Postcode,
];

/// Every kind that accepts the text with what it says of it, the one with most evidence first; empty for none.
///
/// Cost: one `parse` per kind, most of which end at the length; about a microsecond.
pub fn identify(text: &str) -> Vec<(Kind, Checked)> {
    let accepted = BY_EVIDENCE
        .iter()
        .filter(|kind| kind.accepts(text))
        .filter_map(|&kind| kind.check(text).ok().map(|checked| (kind, checked)));
    let (mut proven, shaped): (Vec<_>, Vec<_>) = accepted.partition(|(_, checked)| !is_mere_shape(checked));
    proven.extend(shaped);
    proven
}

/// The kind that the text comes nearest to, and why it is not of it; meant for a text that no kind accepts.
///
/// Nearest is a kind under which the text is destroyed or filler, then one that offers exactly one repair, then one whose
/// shape fits and whose check or part does not. A text that fits no shape is near to none: `None`.
/// Only kinds that prove something are asked, since any text is near to a mere shape.
pub fn nearest(text: &str) -> Option<(Kind, IdentError)> {
    let faults = BY_EVIDENCE[..BY_EVIDENCE.len() - 4]
        .iter()
        .filter_map(|&kind| kind.check(text).err().map(|error| (kind, error)));
    let faults: Vec<(Kind, IdentError)> = faults.collect();
    let first = |fits: &dyn Fn(&(Kind, IdentError)) -> bool| faults.iter().copied().find(fits);
    first(&|(_, error)| matches!(error, IdentError::Destroyed(_) | IdentError::Placeholder))
        .or_else(|| first(&|(kind, _)| kind.suggest(text).len() == 1))
        .or_else(|| first(&|(kind, error)| *kind == Kind::ResidentId && is_misfit(error) && has_birth_date(text)))
        .or_else(|| first(&|(_, error)| is_misfit(error)))
}

fn is_misfit(error: &IdentError) -> bool {
    matches!(error, IdentError::Checksum { .. } | IdentError::Component { .. })
}

/// Whether characters 7 to 14 of 18 are a day since 1900, as one credit code of two thousand has by chance.
fn has_birth_date(text: &str) -> bool {
    let code = compact(text);
    code.len() == 18
        && code.is_ascii()
        && all_digits(&code.as_bytes()[..17])
        && date::judge(&code.as_bytes()[6..14]).is_ok()
}

/// Whether nothing but the shape speaks for the kind.
fn is_mere_shape(checked: &Checked) -> bool {
    checked.warnings.iter().any(|warning| {
        matches!(
            warning,
            Warning::NoCheck | Warning::CheckUnproven | Warning::ForeignForm
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_place() {
        assert_eq!(BY_EVIDENCE.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| BY_EVIDENCE.contains(kind)));
    }

    #[test]
    fn the_most_evidence_comes_first() {
        let cases: [(&str, &[Kind]); 9] = [
            ("914403001922038216", &[Kind::CreditCode, Kind::TaxpayerNumber]),
            ("11010519491231002X", &[Kind::ResidentId, Kind::TaxpayerNumber]),
            ("110108012660422", &[Kind::RegistrationNumber]),
            ("440300192203821", &[Kind::TaxpayerNumber]),
            ("13800138000", &[Kind::Mobile]),
            ("010-65529988", &[Kind::Landline]),
            ("102100099996", &[Kind::Cnaps]),
            ("京ICP备12345678号-1", &[Kind::Icp]),
            ("C00-000001-M", &[Kind::GlobalId]),
        ];
        for (text, expected) in cases {
            let found: Vec<Kind> = identify(text).into_iter().map(|(kind, _)| kind).collect();
            assert_eq!(found.get(..expected.len()), Some(expected), "{text}: {found:?}");
        }
        assert!(identify("见合同").is_empty());
    }

    #[test]
    fn the_nearest_kind_explains_a_refusal() {
        let cases = [
            ("914403001922038217", Kind::CreditCode, "checksum"),
            ("9144O3001922038216", Kind::CreditCode, "format"),
            ("1.10105E+17", Kind::CreditCode, "destroyed"),
            ("110105194912310021", Kind::ResidentId, "checksum"),
            ("4111111111111112", Kind::BankCard, "checksum"),
        ];
        for (text, kind, code) in cases {
            let found = nearest(text).map(|(kind, error)| (kind, error.code()));
            assert_eq!(found, Some((kind, code)), "{text}");
        }
        assert_eq!(nearest("foo"), None);
    }
}
