//! Traditional and variant characters read as simplified ones, character by character, for match keys only.
//!
//! Law: idempotent. The table is `dictionaries/script/simplified.tsv`; its SOURCE.md says where it comes from.

use std::sync::LazyLock;

static TSV: &str = include_str!("../../../../dictionaries/script/simplified.tsv");

/// First character of the table; nothing below it has a simplified form.
const FIRST: u32 = 0x3400;

/// What each character from `FIRST` to U+FFFF is read as; zero: itself.
static TABLE: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table = vec![0; 0x1_0000 - FIRST as usize];
    for line in TSV.lines() {
        let mut characters = line.chars();
        if let (Some(written), Some('\t'), Some(read)) = (characters.next(), characters.next(), characters.next())
            && let Some(slot) = (written as u32).checked_sub(FIRST).and_then(|slot| table.get_mut(slot as usize))
        {
            *slot = read as u16;
        }
    }
    table
});

/// What a character is read as; itself if it has no simpler form.
pub fn simplified(character: char) -> char {
    let code = character as u32;
    if code < FIRST {
        return character;
    }
    match TABLE.get((code - FIRST) as usize) {
        None | Some(0) => character,
        Some(&read) => char::from_u32(u32::from(read)).unwrap_or(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_traditional_and_variant_characters() {
        for (written, expected) in [
            ("旭昇亞洲投資", "旭升亚洲投资"),
            ("製葯", "制药"),
            ("峯喆", "峰哲"),
            ("臺灣鐘錶", "台湾钟表"),
            ("深圳 ABC, 1", "深圳 ABC, 1"),
            ("𠮷野家", "𠮷野家"),
        ] {
            assert_eq!(written.chars().map(simplified).collect::<String>(), expected);
        }
    }

    #[test]
    fn a_second_reading_changes_nothing() {
        for character in (0..=0x1_FFFF).filter_map(char::from_u32) {
            let once = simplified(character);
            assert_eq!(simplified(once), once, "{character}");
        }
    }
}
