//! Guiyi tests.
