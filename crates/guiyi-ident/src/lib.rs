//! Identifiers (placeholder until the crate lands).
/// Kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Credit code.
    CreditCode,
}
