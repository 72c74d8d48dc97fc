//! Sounds of Chinese characters, folded where speakers and typists mix them up: zh/z, ch/c, sh/s, n/l at the front,
//! ng/n at the end.

use std::sync::LazyLock;

use pinyin::ToPinyin;

use crate::matching::hash::{hash, mix};

const FIRST: u32 = 0x4e00;
const LAST: u32 = 0x9fff;

static SYLLABLES: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let sound = |code| {
        char::from_u32(code)
            .and_then(|letter| letter.to_pinyin())
            .map(|pinyin| fold(pinyin.plain()))
    };
    (FIRST..=LAST)
        .map(|code| sound(code).map_or_else(|| mix(u64::from(code)), |sound| hash(sound.as_bytes())))
        .collect()
});

/// Hash of the folded sound of a character; of the character itself if it has none.
pub(super) fn syllable(letter: char) -> u64 {
    let code = letter as u32;
    if (FIRST..=LAST).contains(&code) {
        SYLLABLES[(code - FIRST) as usize]
    } else {
        mix(u64::from(code))
    }
}

fn fold(syllable: &str) -> String {
    let (head, rest) = match syllable.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => (&syllable[..1], &syllable[2..]),
        [b'n', ..] => ("l", &syllable[1..]),
        _ => ("", syllable),
    };
    let rest = rest
        .strip_suffix("ng")
        .map_or_else(|| rest.to_owned(), |stem| format!("{stem}n"));
    format!("{head}{rest}")
}
