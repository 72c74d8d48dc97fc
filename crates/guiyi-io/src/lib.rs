//! Guiyi.

pub mod report;
