//! Text that was decoded with the wrong encoding: repaired where the right reading is certain, else recognized as lost.
//!
//! Three readings can be undone, because every byte is still there: UTF-8 or GBK read as Latin-1 or Windows-1252
//! (`æ·±åœ³`, `ÉîÛÚ`), and UTF-8 read as GBK (`娣卞湷`). Laws: a repair round-trips; it gives Chinese that is commoner
//! than what stood there; text that is plausible as it is stays.

use std::sync::LazyLock;

use encoding_rs::GBK;

/// The text as it was meant; `None` if it is not certain that it was decoded wrongly.
///
/// Cost for other text: one look at its first character outside ASCII.
pub(super) fn repair(text: &str) -> Option<String> {
    let first = text[text.bytes().position(|byte| !byte.is_ascii())?..].chars().next()?;
    if byte_of(first).is_some() {
        let bytes: Vec<u8> = text.chars().map(byte_of).collect::<Option<_>>()?;
        return match String::from_utf8(bytes) {
            Ok(meant) if meant.chars().any(is_chinese) => Some(meant),
            // Pairs of GBK can look like UTF-8 of other scripts.
            Ok(other) => gbk(other.as_bytes()),
            Err(error) => gbk(error.as_bytes()),
        };
    }
    if !begins_utf8(first) {
        return None;
    }
    let (bytes, _, is_lossy) = GBK.encode(text);
    if is_lossy {
        return None;
    }
    String::from_utf8(bytes.into_owned())
        .ok()
        .filter(|meant| is_commoner(meant, text))
}

/// Whether the text bears the marks of characters that are gone for good.
pub(super) fn is_lost(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    text.contains('\u{fffd}') || text.contains("锟斤拷") || text.contains("烫烫烫") || is_cut(text)
}

/// Whether some value of a column may bear such marks; one pass over its bytes.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "without branches the pass is one over vectors"
)]
pub(super) fn may_be_lost(bytes: &[u8]) -> bool {
    let is_mark = |first: u8, second: u8| {
        // The ends of U+FFFD, 锟 and 烫, and a question mark.
        ((first == 0xbf) & (second == 0xbd))
            | ((first == 0x94) & (second == 0x9f))
            | ((first == 0x83) & (second == 0xab))
            | (second == b'?')
    };
    let chunk_has = |chunk: &[u8]| {
        chunk
            .windows(2)
            .fold(false, |found, pair| found | is_mark(pair[0], pair[1]))
    };
    // Chunks overlap by one byte, so that no pair is missed.
    (0..bytes.len())
        .step_by(4096)
        .any(|start| chunk_has(&bytes[start..bytes.len().min(start + 4097)]))
}

/// Whether nothing but such marks is left of the text.
pub(super) fn is_destroyed(text: &str) -> bool {
    let is_mark = |character: char| matches!(character, '\u{fffd}' | '锟' | '斤' | '拷' | '烫');
    let is_said = |character: char| character.is_alphanumeric() && !is_mark(character);
    is_lost(text) && !text.contains(is_said)
}

/// UTF-8 that was read as GBK in which the last character has lost a byte: `娣卞湷甯?`.
fn is_cut(text: &str) -> bool {
    let Some(whole) = text.strip_suffix(['?', '\u{fffd}']) else {
        return false;
    };
    if !whole.chars().next().is_some_and(begins_utf8) {
        return false;
    }
    let (bytes, _, is_lossy) = GBK.encode(whole);
    match std::str::from_utf8(&bytes) {
        Err(error) if !is_lossy && error.error_len().is_none() => {
            std::str::from_utf8(&bytes[..error.valid_up_to()]).is_ok_and(|meant| is_commoner(meant, whole))
        }
        _ => false,
    }
}

/// Bytes that Latin-1 was read from, as GB 2312; `None` if they are no Chinese for certain.
///
/// Western words have at most a few letters outside ASCII, rarely side by side, and beside plain letters; what is
/// read here has runs of them that are whole pairs, two Chinese characters at least, and no plain letter beside them.
fn gbk(bytes: &[u8]) -> Option<String> {
    let (mut common, mut rare) = (0, 0);
    let mut rest = bytes;
    let mut before = b' ';
    while let [first, behind @ ..] = rest {
        if first.is_ascii() {
            before = *first;
            rest = behind;
            continue;
        }
        let length = rest.iter().take_while(|byte| !byte.is_ascii()).count();
        let (run, next) = rest.split_at(length);
        let touches = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_lowercase);
        if length % 2 != 0 || touches(Some(&before)) || touches(next.first()) {
            return None;
        }
        for pair in run.chunks(2) {
            match (pair[0], pair[1]) {
                (0xb0..=0xd7, 0xa1..=0xfe) => common += 1,
                (0xd8..=0xf7, 0xa1..=0xfe) => rare += 1,
                (0xa1..=0xa3, 0xa1..=0xfe) => {}
                _ => return None,
            }
        }
        rest = next;
    }
    if common == 0 || common < rare || common + rare < 2 {
        return None;
    }
    let (text, is_faulty) = GBK.decode_without_bom_handling(bytes);
    (!is_faulty).then(|| text.into_owned())
}

/// Whether a text is Chinese throughout, and has a greater share of common characters than the other one.
fn is_commoner(meant: &str, received: &str) -> bool {
    let is_expected = |character: char| {
        matches!(character, ' '..='~' | '\u{3000}'..='\u{3011}' | '\u{ff01}'..='\u{ff5e}' | '·')
            || is_chinese(character)
    };
    let share = |text: &str| {
        let (mut common, mut all) = (0_u32, 0_u32);
        for character in text.chars().filter(|character| !character.is_ascii()) {
            all += 1;
            common += u32::from(is_common(character));
        }
        (common, all)
    };
    let ((common, all), (received_common, received_all)) = (share(meant), share(received));
    meant.chars().all(is_expected)
        && meant.chars().filter(|character| is_chinese(*character)).count() >= 2
        && common * 2 >= all
        && common * received_all > received_common * all
}

fn is_chinese(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}')
}

/// Whether GB 2312 has the character on its first level, the 3,755 in common use.
fn is_common(character: char) -> bool {
    matches!(gbk_of(character), Some([0xb0..=0xd7, 0xa1..=0xfe]))
}

fn gbk_of(character: char) -> Option<[u8; 2]> {
    let mut utf8 = [0; 4];
    let (bytes, _, is_lossy) = GBK.encode(character.encode_utf8(&mut utf8));
    <[u8; 2]>::try_from(&*bytes).ok().filter(|_| !is_lossy)
}

/// Whether the character's two bytes in GBK can begin a Chinese character of UTF-8.
fn begins_utf8(character: char) -> bool {
    static BITS: LazyLock<Vec<u64>> = LazyLock::new(|| {
        let mut bits = vec![0; 0x1_0000 / 64];
        for lead in 0xe3..=0xef_u8 {
            for trail in 0x80..=0xbf_u8 {
                let pair = [lead, trail];
                let (text, is_faulty) = GBK.decode_without_bom_handling(&pair);
                if !is_faulty && let Some(character) = text.chars().next() {
                    let code = character as usize;
                    if code < 0x1_0000 {
                        bits[code / 64] |= 1 << (code % 64);
                    }
                }
            }
        }
        bits
    });
    let code = character as usize;
    BITS.get(code / 64).is_some_and(|bits| bits >> (code % 64) & 1 == 1)
}

/// The byte that Windows-1252 (with Latin-1 in its gaps) reads as this character.
fn byte_of(character: char) -> Option<u8> {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match u8::try_from(character as u32) {
        Ok(byte) => Some(byte),
        Err(_) if character as u32 >= 0x2123 => None,
        Err(_) => HIGH
            .iter()
            .position(|high| *high == character)
            .map(|position| position as u8 + 0x80),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn repairs_what_is_certain() {
        for (text, expected) in [
            ("æ·±åœ³", "深圳"),
            ("\u{e6}\u{b7}\u{b1}", "深"),
            ("ÉîÛÚ", "深圳"),
            ("ÉîÛÚÊÐÃ÷Ô¶Ã³Ò×ÓÐÏÞ¹«Ë¾", "深圳市明远贸易有限公司"),
            ("娣卞湷", "深圳"),
            ("鏄庤繙", "明远"),
            ("ABC 娣卞湷", "ABC 深圳"),
        ] {
            assert_eq!(repair(text).as_deref(), Some(expected), "{text}");
            assert_eq!(repair(expected), None);
        }
    }

    #[test]
    fn leaves_what_is_plausible() {
        for text in [
            "Müller",
            "Société Générale",
            "ÅÄÖ",
            "São José",
            "“ABC”",
            "A·B",
            "深圳",
            "溴化钠",
            "浙江",
            "联通",
            "娣",
            "琪琪",
            "plain",
            "",
            "Ø25×30",
        ] {
            assert_eq!(repair(text), None, "{text}");
        }
    }

    #[test]
    fn knows_what_is_gone() {
        for (text, is_gone, is_all) in [
            ("锟斤拷锟斤拷", true, true),
            ("锟斤拷公司", true, false),
            ("\u{fffd}\u{fffd}", true, true),
            ("深\u{fffd}", true, false),
            ("娣卞湷甯?", true, false),
            ("深圳市?", false, false),
            ("公司", false, false),
        ] {
            assert_eq!((is_lost(text), is_destroyed(text)), (is_gone, is_all), "{text}");
            assert!(may_be_lost(text.as_bytes()) || !is_gone, "{text}");
            let far = format!("{}{text}", "a".repeat(4096 - text.len() / 2));
            assert!(may_be_lost(far.as_bytes()) || !is_gone, "{text}");
        }
    }

    proptest! {
        #[test]
        fn wrong_readings_are_undone(text in "[深市明远贸易有限公司科技上海]{4,12}") {
            let utf8_as_latin: String = text.bytes().map(char::from).collect();
            prop_assert_eq!(repair(&utf8_as_latin), Some(text.clone()));
            let (gbk, _, _) = GBK.encode(&text);
            let gbk_as_latin: String = gbk.iter().map(|byte| char::from(*byte)).collect();
            prop_assert_eq!(repair(&gbk_as_latin), Some(text.clone()));
            if text.len() % 2 == 0 {
                let (utf8_as_gbk, is_faulty) = GBK.decode_without_bom_handling(text.as_bytes());
                if !is_faulty {
                    prop_assert_eq!(repair(&utf8_as_gbk), Some(text));
                }
            }
        }

        #[test]
        fn any_text_is_judged(text in any::<String>()) {
            let _ = (repair(&text), is_destroyed(&text));
        }
    }
}
