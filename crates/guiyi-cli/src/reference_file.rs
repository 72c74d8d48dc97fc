//! The file of a `[[table]]` of a rule pack: any format that Guiyi reads, CSV in any encoding and Excel among them.

use std::path::Path;
use std::sync::Arc;

use guiyi_core::record::Column;
use guiyi_core::rulebook::Source;
use guiyi_core::rulebook::tables::RawTable;
use guiyi_io::read::ReadOptions;
use sha2::{Digest, Sha256};

/// Rows of a batch.
const BATCH_ROWS: usize = 8192;

/// Reads a table's file, whose path is relative to the directory of the pack, and adds its digest to that of the rules.
///
/// Errors: why it cannot be read, in a few words.
pub(crate) fn read(dir: Option<&Path>, file: &str, digest: &mut Sha256) -> Result<RawTable, String> {
    let path = dir.map_or_else(|| file.into(), |dir| dir.join(file));
    let mut reader = guiyi_io::read::open(&path, &ReadOptions::default()).map_err(|error| error.to_string())?;
    digest.update(&reader.digest);
    let source = Source {
        system: Arc::from("table"),
        headers: reader.headers.clone(),
        key_column: 0,
        mapping: (0..reader.headers.len()).map(Some).collect(),
        code_pattern: None,
        day_first: None,
    };
    let mut table = RawTable {
        headers: reader.headers.iter().map(ToString::to_string).collect(),
        rows: Vec::new(),
    };
    let batches = reader
        .batches(0, &source, BATCH_ROWS)
        .map_err(|error| error.to_string())?;
    for part in batches {
        let (batch, _) = part.map_err(|error| error.to_string())?;
        let cell = |column: &Column, row: usize| column.get(row).unwrap_or_default().to_owned();
        let rows = (0..batch.len()).map(|row| batch.columns.iter().map(|column| cell(column, row)).collect());
        table.rows.extend(rows);
    }
    Ok(table)
}
