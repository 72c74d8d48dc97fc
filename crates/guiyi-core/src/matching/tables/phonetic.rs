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
pub(super) fn spoken(pinyin: &str) -> String {
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

/// A given name in Latin letters as it is spoken, roughly: consonants after Metaphone (L. Philips, Computer Language 7,
/// 1990), vowels as one of three.
pub(super) fn spoken_name(name: &str) -> String {
    let letters: Vec<u8> = name.bytes().filter(u8::is_ascii_lowercase).collect();
    let at = |place: usize| letters.get(place).copied().unwrap_or(b' ');
    let is_vowel = |letter: u8| b"aeiouy".contains(&letter);
    let is_front = |letter: u8| b"eiy".contains(&letter);
    let mut code = String::new();
    let mut place = 0;
    while place < letters.len() {
        let (own, next) = (letters[place], at(place + 1));
        let before = place.checked_sub(1).map_or(b' ', at);
        let is_last = place + 1 == letters.len();
        let (sound, length) = match (own, next) {
            (b'e', _) if is_last && !is_vowel(before) && code.len() > 1 => ("", 1),
            (b'a', _) => ("a", 1),
            (b'e' | b'i' | b'y', _) => ("e", 1),
            (b'o' | b'u', _) => ("o", 1),
            (b'c' | b's', b'h') => ("x", 2),
            (b'c', b'i') if at(place + 2) == b'a' => ("x", 1),
            (b'c', b'k') | (b'k', b'h') => ("k", 2),
            (b'c', _) if is_front(next) => ("s", 1),
            (b'g', b'h') if !is_vowel(at(place + 2)) => ("", 2),
            (b'g', _) if is_front(next) => ("j", 1),
            (b'c' | b'k' | b'q', _) => ("k", 1),
            (b'g', _) => ("g", 1),
            (b'p', b'h') => ("f", 2),
            (b't', b'h') => ("t", 2),
            (b's' | b'z', _) => ("s", 1),
            (b'd' | b't', _) => ("t", 1),
            (b'v' | b'f', _) => ("f", 1),
            (b'b' | b'p', _) => ("p", 1),
            (b'x', _) => ("ks", 1),
            (b'j', _) => ("j", 1),
            (b'h' | b'w', _) if is_vowel(next) => (if own == b'h' { "h" } else { "w" }, 1),
            (b'l', _) => ("l", 1),
            (b'm', _) => ("m", 1),
            (b'n', _) => ("n", 1),
            (b'r', _) => ("r", 1),
            // H and W too, where no vowel follows.
            _ => ("", 1),
        };
        // Of two letters of one sound, one speaks.
        let is_led = own == before || is_vowel(own) && is_vowel(before) && code.ends_with(sound);
        if !is_led {
            code.push_str(sound);
        }
        place += length;
    }
    code
}

#[cfg(test)]
mod tests {
    use super::{sound, spoken_name};

    #[test]
    fn writings_of_a_given_name_sound_alike() {
        for (left, right, expected) in [
            ("lee", "leigh", true),
            ("mohamed", "muhammed", true),
            ("candace", "kandace", true),
            ("kristen", "kristin", true),
            ("louis", "luis", true),
            ("sarah", "zara", true),
            ("sophie", "sofie", true),
            ("mark", "marsha", false),
            ("patrick", "patricia", false),
            ("john", "jane", false),
            ("anna", "ian", false),
            ("maria", "mario", false),
            ("mary", "mario", false),
            ("joan", "john", false),
        ] {
            let (one, other) = (spoken_name(left), spoken_name(right));
            assert_eq!(one == other, expected, "{left} {one}, {right} {other}");
        }
    }

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
