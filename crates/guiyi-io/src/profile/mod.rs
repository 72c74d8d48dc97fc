//! Profiles of files: taken by streaming a file through the core's profiler, and written as JSON and as a page.
//!
//! Law: a value of a sensitive column stands in no output unless the caller asks for it; shapes stand in for it.

mod html;
mod json;

use guiyi_core::dictionary::Dictionary;
use guiyi_core::profile::{ColumnProfile, Options, Profile, Profiler};
use guiyi_core::rulebook::Source;

pub use self::html::render;
pub use self::json::to_json;
use crate::IoError;
use crate::read::Reader;

/// Rows that are read before they are counted.
const BATCH_ROWS: usize = 32_768;

/// A profile and the file that it is of.
#[derive(Debug)]
pub struct FileProfile<'a> {
    /// The opened file.
    pub reader: &'a Reader,
    /// What it holds.
    pub profile: Profile,
    /// The elements that its columns may feed.
    pub dictionary: &'a Dictionary,
    /// Whether values of sensitive columns are shown.
    pub unmasked: bool,
}

impl FileProfile<'_> {
    /// The commonest values with their rows; the commonest shapes of a sensitive column.
    pub fn shown_values<'c>(&self, column: &'c ColumnProfile) -> &'c [(Box<str>, u64)] {
        if self.is_masked(column) {
            &column.patterns.items
        } else {
            &column.commonest.items
        }
    }

    /// Whether the values of a column are hidden.
    pub fn is_masked(&self, column: &ColumnProfile) -> bool {
        column.is_sensitive && !self.unmasked
    }
}

/// Takes the profile of a file, streaming it.
///
/// # Errors
///
/// [`IoError`] if reading fails half way.
///
/// # Panics
///
/// Never: the rule pack that judging starts from is compiled in, and the tests parse it.
pub fn profile(reader: &mut Reader, dictionary: &Dictionary, options: Options) -> Result<Profile, IoError> {
    let mut profiler = Profiler::new(&reader.headers, options);
    let source = Source {
        system: "profile".into(),
        headers: reader.headers.clone(),
        key_column: 0,
        mapping: Vec::new(),
        code_pattern: None,
        day_first: None,
    };
    for part in reader.batches(0, &source, BATCH_ROWS)? {
        profiler.add(&part?.0);
    }
    Ok(profiler
        .finish(dictionary)
        .expect("compiled in and parsed by the tests"))
}
