//! One file per command.

pub(crate) mod check;
pub(crate) mod init;
pub(crate) mod run;
pub(crate) mod serve;
