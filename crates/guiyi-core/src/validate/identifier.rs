//! `identifier`: the value is a valid identifier of a kind. Null passes.
//!
//! Repair: of the values one slip away, the only one that is valid. What a spreadsheet destroyed has no repair.
//! A valid credit code or resident ID whose region was never in force is a doubt, told apart from a failure.

use std::sync::Arc;

use guiyi_ident::{CreditCode, IdentError, Kind, ResidentId, Warning};

use super::{DOUBT, applies, finding};
use crate::finding::{Fault, Finding, Severity};
use crate::record::Batch;
use crate::rulebook::{Rule, Rulebook};

pub(super) fn fault(value: &str, kind: Kind, today: (i16, i8, i8)) -> Option<Fault> {
    let error = match kind {
        Kind::ResidentId => ResidentId::parse_on(value, date(today)).err()?,
        _ if kind.accepts(value) => return None,
        _ => kind.check(value).err()?,
    };
    Some(match error {
        IdentError::Destroyed(_) => Fault::Destroyed,
        IdentError::Placeholder => Fault::Placeholder,
        error => Fault::Identifier {
            kind: kind.name(),
            english: error.to_string().into(),
            chinese: error.zh().into(),
        },
    })
}

/// The valid identifier one slip away, if there is exactly one.
pub(super) fn only_repair(value: &str, kind: Kind, today: (i16, i8, i8)) -> Option<Box<str>> {
    let mut repairs = kind
        .suggest(value)
        .into_iter()
        .filter(|repair| !is_born_in_future(repair, kind, today));
    repairs.next().filter(|_| repairs.next().is_none()).map(Box::from)
}

/// Valid identifiers with a doubtful region.
pub(super) fn doubts(batch: &Batch, rule: &Rule, kind: Kind, rulebook: &Rulebook) -> Vec<Finding> {
    let warnings: fn(&str) -> Vec<Warning> = match kind {
        Kind::CreditCode => |value| CreditCode::parse(value).map_or_else(|_| Vec::new(), |code| code.warnings()),
        Kind::ResidentId => |value| ResidentId::parse(value).map_or_else(|_| Vec::new(), |id| id.warnings()),
        _ => return Vec::new(),
    };
    let code: Arc<str> = DOUBT.into();
    let mut findings = Vec::new();
    for row in (0..batch.len()).filter(|&row| applies(batch, rule, row)) {
        let Some(value) = batch.columns[rule.attribute].get(row) else {
            continue;
        };
        for warning in warnings(value) {
            if !matches!(warning, Warning::RegionUnknown | Warning::RegionNotInForce) {
                continue;
            }
            let fault = Fault::Identifier {
                kind: kind.name(),
                english: warning.to_string().into(),
                chinese: warning.zh().into(),
            };
            findings.push(finding(
                batch,
                rulebook,
                row,
                rule.attribute,
                &code,
                Severity::Warning,
                fault,
            ));
        }
    }
    findings
}

fn is_born_in_future(value: &str, kind: Kind, today: (i16, i8, i8)) -> bool {
    kind == Kind::ResidentId && ResidentId::parse(value).is_ok_and(|id| id.born_after(date(today)))
}

fn date((year, month, day): (i16, i8, i8)) -> (i32, u8, u8) {
    (i32::from(year), month.unsigned_abs(), day.unsigned_abs())
}
