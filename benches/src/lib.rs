//! What Guiyi is measured with: the generator of dirty customer masters that have a known truth.
//!
//! Outside the walk of a record; depends on none of the engine's crates, so that it can be an oracle for them.

pub mod generate;

pub mod dq;
