//! Counters of this process, and their OpenMetrics text. Only what costs nothing to know: no count reads the store.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Answers by status.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    answers: Mutex<BTreeMap<u16, u64>>,
}

impl Metrics {
    pub(crate) fn count(&self, status: u16) {
        *self
            .answers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry(status)
            .or_default() += 1;
    }

    /// `busy`: look-ups under way.
    pub(crate) fn text(&self, busy: usize) -> String {
        let mut out = String::from("# TYPE guiyi_build info\n# HELP guiyi_build The program.\n");
        let mut line =
            |text: std::fmt::Arguments<'_>| writeln!(out, "{text}").expect("writing to a string cannot fail");
        line(format_args!(
            "guiyi_build_info{{version=\"{}\"}} 1",
            env!("CARGO_PKG_VERSION")
        ));
        line(format_args!("# TYPE guiyi_store_lookups gauge"));
        line(format_args!(
            "# HELP guiyi_store_lookups Look-ups in the store under way."
        ));
        line(format_args!("guiyi_store_lookups {busy}"));
        line(format_args!("# TYPE guiyi_http_answers counter"));
        line(format_args!("# HELP guiyi_http_answers Answers by status."));
        for (status, count) in &*self.answers.lock().unwrap_or_else(PoisonError::into_inner) {
            line(format_args!("guiyi_http_answers_total{{status=\"{status}\"}} {count}"));
        }
        line(format_args!("# EOF"));
        out
    }
}
