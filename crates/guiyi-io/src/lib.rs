//! Files in and out of Guiyi: exports become batches of columns, results become CSV, Parquet and Excel files.
//!
//! This is the first and the last room of the walk. [`mod@read`] opens a file, finds out what it is and streams it as
//! batches; [`write`](mod@write) streams tables into a directory that appears whole or not at all; [`outputs`] says which
//! tables a run has and which columns; [`report`] is the summary and the page made of it.
//! Laws: bad data is a finding on its row, an unusable file is an [`IoError`] with a hint, and every row that was read
//! stands in a batch. No polars type appears in a public signature.

mod codes;
pub mod dictionary;
mod error;
mod key_table;
pub mod outputs;
pub mod profile;
pub mod read;
pub mod report;
pub mod write;

pub use codes::{CODES, Code};
pub use error::IoError;
pub use key_table::{KeyTable, Repeated};
