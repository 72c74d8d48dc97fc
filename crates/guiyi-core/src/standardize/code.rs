//! Codes of the company's own: kept as they are but for width, case and stray spaces.

use super::change::Change;
use super::text::{Style, clean};

/// Brings a code to its canonical form.
pub(super) fn standardize(text: &str) -> Option<Change> {
    let plain = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_lowercase();
    if text.bytes().all(plain) && !text.is_empty() && !text.starts_with(['\'', '=']) {
        return None;
    }
    Change::to(text, clean(text, Style::Name).to_ascii_uppercase())
}
