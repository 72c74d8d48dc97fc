//! The integration tests: the program as its users meet it, and the house as its builders must keep it.
//!
//! One binary. Nothing here is ignored, sleeps for luck, or leaves the machine.

#![expect(clippy::unwrap_used, reason = "in a test a surprise is a failure")]

mod bench;
mod change;
mod crosswalk;
mod demo;
mod dictionary;
mod encryption;
mod entry;
mod find;
mod golden;
mod hostile;
mod id;
mod interrupted;
mod r#match;
mod profile;
mod project;
mod relations;
mod repeatable;
mod retire;
mod review;
mod rules;
mod run_model;
mod simulate;
mod standardize;
mod store;
mod tidy;
mod times;
mod validate;
