//! The store under test: commits, crashes, damage, two writers.

mod commit;
pub(crate) mod crash;
mod damage;
mod edits;
mod encryption;
mod files;
mod heads;
mod lookups;
mod past;
mod put;
mod relations;
mod requests;
mod retire;
mod stewards;
mod transition;
mod valid_time;
mod versions;
mod vouched;
mod whole;
mod why;
mod world;
