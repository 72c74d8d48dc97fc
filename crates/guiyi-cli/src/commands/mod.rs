//! One file per command.

pub(crate) mod check;
pub(crate) mod dictionary;
pub(crate) mod id;
pub(crate) mod init;
pub(crate) mod r#match;
pub(crate) mod profile;
pub(crate) mod rule;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod standardize;
pub(crate) mod validate;
