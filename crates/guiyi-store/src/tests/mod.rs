//! The store under test: commits, crashes, damage, two writers.

mod commit;
pub(crate) mod crash;
mod edits;
mod files;
mod past;
mod relations;
mod stewards;
mod versions;
mod why;
mod world;
