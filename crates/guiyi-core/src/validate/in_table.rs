//! `in-table`: the value is a code of a reference table, in force on the day of the run or of another element.
//!
//! Null passes; where the element that tells the day is null, or no date, the day of the run counts.

use std::sync::Arc;

use super::Ordered;
use crate::dictionary::ElementKind;
use crate::finding::Fault;
use crate::rulebook::ReferenceTable;
use crate::rulebook::tables::{Day, Standing};

pub(super) fn fault(value: &str, table: &ReferenceTable, on: Option<&str>, today: Day) -> Option<Fault> {
    let day = match on.and_then(|on| Ordered::read(on, ElementKind::Date)) {
        Some(Ordered::Date(year, month, day)) => (year, month, day),
        _ => today,
    };
    let list = Arc::clone(&table.name);
    match table.standing(value, day) {
        Standing::InForce => None,
        Standing::Unknown => Some(Fault::NotInList { list }),
        Standing::NotInForce => Some(Fault::NotInForce {
            list,
            day: format!("{:04}-{:02}-{:02}", day.0, day.1, day.2).into(),
        }),
    }
}
