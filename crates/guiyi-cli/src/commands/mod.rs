//! One file per command.

pub(crate) mod check;
pub(crate) mod crosswalk;
mod crosswalk_translate;
pub(crate) mod dictionary;
pub(crate) mod explain;
pub(crate) mod golden;
mod golden_pin;
mod golden_relations;
mod golden_why;
mod golden_words;
pub(crate) mod id;
pub(crate) mod init;
pub(crate) mod r#match;
pub(crate) mod mint;
pub(crate) mod profile;
pub(crate) mod review;
mod review_sheet;
pub(crate) mod rule;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod simulate;
mod simulate_words;
pub(crate) mod standardize;
mod steward;
pub(crate) mod store;
mod table;
pub(crate) mod validate;
