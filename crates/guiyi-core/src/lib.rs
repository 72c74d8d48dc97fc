//! The rooms of Guiyi, pure: no files, no clock, no randomness, no hash order in a result.
//!
//! A record walks one way: standardize, validate, impute, match, cluster, survive.
//! [`pipeline`] is the corridor that calls the rooms in that order; each room is one function over a batch.

pub mod record;

pub mod finding;

pub mod dictionary;

pub mod rulebook;

pub mod standardize;

pub mod matching;

pub mod cluster;
