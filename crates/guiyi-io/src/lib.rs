//! Guiyi.
