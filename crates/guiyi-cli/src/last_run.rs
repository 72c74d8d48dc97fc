//! What the last run left in the output directory: how many rows each system had.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

/// For each entity type, by name, the rows of each system that were not rejected.
pub(crate) type LastRows = BTreeMap<String, BTreeMap<Arc<str>, u64>>;

/// Reads the summary of the last run; empty if there is none that can be read.
pub(crate) fn rows_of_systems(output: &Path) -> LastRows {
    let text = std::fs::read(output.join("run.json")).unwrap_or_default();
    let summary: Value = serde_json::from_slice(&text).unwrap_or_default();
    let mut rows = LastRows::new();
    for entity in summary["entities"].as_array().into_iter().flatten() {
        let Some(name) = entity["entity"].as_str() else {
            continue;
        };
        let systems = rows.entry(name.to_owned()).or_default();
        for source in entity["sources"].as_array().into_iter().flatten() {
            let count = |key: &str| source[key].as_u64();
            if let (Some(system), Some(read), Some(rejected)) =
                (source["system"].as_str(), count("rows_read"), count("rejected"))
            {
                *systems.entry(system.into()).or_default() += read.saturating_sub(rejected);
            }
        }
    }
    rows
}
