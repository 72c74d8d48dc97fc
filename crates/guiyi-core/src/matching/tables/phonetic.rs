//! How names sound, in Chinese characters or Latin letters.
//!
//! Sounds of characters are folded where speakers and typists mix them up: zh/z, ch/c, sh/s, n/l at the front, ng/n at
//! the end. Records are filed by the sound of a whole name too: that of 张伟 is that of Zhang Wei and Wei Zhang, and Smyth
//! sounds like Smith.
//! Law: the sound of a name depends on the name alone, and not on the order of its words.

use std::sync::LazyLock;

use pinyin::ToPinyin;

use super::kin::{as_pinyin, plain};
use super::scripts;
use super::text::is_ideograph;
use crate::matching::hash::{hash, mix};

/// Characters of a Chinese name of a person.
const CHARACTERS: std::ops::RangeInclusive<usize> = 2..=4;

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

/// A number of how a folded name sounds; 0 where that cannot be told.
pub(super) fn sound(name: &str) -> u32 {
    let mut words: Vec<String> = if name.is_ascii() {
        let words = name.split(|letter: char| !letter.is_ascii_alphabetic());
        let mut words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        let has_digits = name.bytes().any(|byte| byte.is_ascii_digit());
        if !has_digits && as_pinyin(&words.join(" ")).is_some() {
            words.iter().map(|word| spoken(&plain(word))).collect()
        } else {
            words.iter().map(|word| consonants(word)).collect()
        }
    } else {
        match of_characters(name) {
            Some(words) => words.iter().map(|word| spoken(word)).collect(),
            None => scripts::sounds(name).unwrap_or_default(),
        }
    };
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    match words.len() {
        0 => 0,
        _ => hash(words.join(" ").as_bytes()) as u32 | 1,
    }
}

/// Surname and given name of a Chinese name in Latin letters; `None` if it is none.
pub(super) fn of_characters(name: &str) -> Option<[String; 2]> {
    let letters = || name.chars().filter(|letter| *letter != ' ');
    let n = letters().count();
    if !CHARACTERS.contains(&n) || !letters().all(is_ideograph) {
        return None;
    }
    let sounds: Vec<String> = letters()
        .map(|letter| Some(plain(letter.to_pinyin()?.plain())))
        .collect::<Option<_>>()?;
    // Four characters are a surname of two and a given name of two.
    let (surname, given) = sounds.split_at(1 + usize::from(n == 4));
    Some([surname, given].map(<[String]>::concat))
}

/// Pinyin as careless speakers say it; syllables need not be told apart for that.
fn spoken(pinyin: &str) -> String {
    let folded = [("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n")];
    folded
        .iter()
        .fold(pinyin.to_owned(), |word, (from, to)| word.replace(from, to))
}

/// The consonants of a word by how they are spoken, after Soundex (R. C. Russell, US patent 1,261,167, 1918), but all of
/// them, and the first one as the others; a vowel in front counts.
pub(super) fn consonants(word: &str) -> String {
    let (mut code, mut before) = (String::new(), '-');
    for letter in word.chars() {
        let own = match letter {
            'b' | 'f' | 'p' | 'v' => '1',
            'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => '2',
            'd' | 't' => '3',
            'l' => '4',
            'm' | 'n' => '5',
            'r' => '6',
            // They do not divide what stands on both sides of them.
            'h' | 'w' => continue,
            _ => '0',
        };
        if own != before && (own != '0' || code.is_empty()) {
            code.push(own);
        }
        before = own;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::sound;

    #[test]
    fn names_are_filed_by_their_sound() {
        for (left, right, expected) in [
            ("smith", "smyth", true),
            ("catherine", "kathryn", true),
            ("philip", "filipp", true),
            ("anna maria", "maria ana", true),
            ("smith", "jones", false),
            ("anna", "dana", false),
            ("张伟", "章伟", true),
            ("张伟", "zhang wei", true),
            ("张小明", "xiaoming zhang", true),
            ("陈静", "程静", true),
            ("欧阳小明", "ouyang xiaoming", true),
            ("张伟", "李伟", false),
            ("张伟", "伟", false),
            ("s hani", "hani s", true),
        ] {
            assert_eq!(sound(left) == sound(right), expected, "{left} {right}");
        }
        for silent in ["", "12", "伟", "有限公司电力局", "hw"] {
            assert_eq!(sound(silent), 0, "{silent}");
        }
    }
}
