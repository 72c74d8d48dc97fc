//! The store under test: commits, crashes, damage, two writers.

mod commit;
pub(crate) mod crash;
mod damage;
mod edits;
mod encryption;
mod files;
mod heads;
mod past;
mod put;
mod relations;
mod stewards;
mod versions;
mod why;
mod world;
