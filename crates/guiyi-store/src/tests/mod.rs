//! The store under test: commits, crashes, damage, two writers.

mod commit;
pub(crate) mod crash;
mod damage;
mod files;
mod heads;
mod past;
mod put;
mod stewards;
mod versions;
mod world;
