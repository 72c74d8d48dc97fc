//! Text that was decoded with the wrong encoding: repaired where the right reading is certain, else recognized as lost.
//!
//! Certain is only UTF-8 that was read as Latin-1 or Windows-1252: every byte is still there, and text that happens to
//! be valid UTF-8 with Chinese in it does not arise by chance.

/// The text as it was meant; `None` if it is not certain that it was decoded wrongly.
pub(super) fn repair(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = text.chars().map(byte_of).collect::<Option<_>>()?;
    let meant = String::from_utf8(bytes).ok()?;
    meant.chars().any(|character| matches!(character, '\u{4e00}'..='\u{9fff}')).then_some(meant)
}

/// Whether the text bears the marks of characters that are gone for good.
pub(super) fn is_lost(text: &str) -> bool {
    !text.is_ascii() && (text.contains('\u{fffd}') || text.contains("锟斤拷") || text.contains("烫烫烫"))
}

/// The byte that Windows-1252 (with Latin-1 in its gaps) reads as this character.
fn byte_of(character: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u8::try_from(character as u32) {
        Ok(byte) => Some(byte),
        Err(_) => HIGH.iter().position(|high| *high == character).map(|position| position as u8 + 0x80),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repairs_only_what_is_certain() {
        assert_eq!(repair("æ·±åœ³").as_deref(), Some("深圳"));
        assert_eq!(repair("\u{e6}\u{b7}\u{b1}").as_deref(), Some("深"));
        assert_eq!(repair("Müller"), None);
        assert_eq!(repair("深圳"), None);
        assert_eq!(repair("plain"), None);
    }
}
