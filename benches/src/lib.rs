//! Guiyi benches.
