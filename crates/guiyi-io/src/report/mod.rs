//! What a run tells people: the summary, and the page made of it.

pub mod summary;
