//! Most recent: the record with the latest date in the policy's recency element; a record without a date comes last, and
//! an imputed date is none.

use std::cmp::Reverse;

use super::{Members, keep_smallest, trusted_until};

pub(super) fn keep(context: &Members<'_>, candidates: &mut Vec<u32>) {
    if context.recency.is_some() {
        // Canonical dates, YYYY-MM-DD, sort as text.
        keep_smallest(candidates, |record| Reverse(trusted_until::date(context, record)));
    }
}
