//! Text made comparable, whatever its script: one form per value, then tokens and q-grams of it.
//!
//! Laws: idempotent; a text of ASCII letters is only lower-cased; nothing here knows a language.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::super::hash::mix;
use crate::standardize::simplified;

/// Writes the comparable form of a value: width, case and accents folded, traditional characters read as simplified
/// ones, character references of HTML resolved, and runs of white space made one blank. Empty for a value without a
/// letter or digit.
pub(super) fn fold(value: &str, folded: &mut String) {
    folded.clear();
    // Most values of ASCII become their own form by their case alone.
    folded.push_str(value);
    folded.make_ascii_lowercase();
    if is_folded(folded) {
        return;
    }
    folded.clear();
    if value.is_ascii() && !value.contains('&') {
        for byte in value.bytes() {
            push(folded, byte.to_ascii_lowercase() as char);
        }
    } else {
        let resolved = if value.contains('&') {
            resolve(value)
        } else {
            value.to_owned()
        };
        for letter in resolved
            .nfkd()
            // The voicing marks of kana are letters of their own.
            .filter(|letter| !is_combining_mark(*letter) || matches!(letter, '\u{3099}' | '\u{309a}'))
            .nfc()
            .flat_map(char::to_lowercase)
        {
            match letter {
                'ß' => folded.push_str("ss"),
                'æ' => folded.push_str("ae"),
                'œ' => folded.push_str("oe"),
                'ø' => folded.push('o'),
                'ł' => folded.push('l'),
                'đ' | 'ð' => folded.push('d'),
                'ı' => folded.push('i'),
                _ => push(folded, simplified(letter)),
            }
        }
    }
    let end = folded.trim_end().len();
    folded.truncate(end);
    if !folded.chars().any(char::is_alphanumeric) {
        folded.clear();
    }
}

/// Whether a value is its own comparable form; only a short test, which most values of ASCII pass.
pub(super) fn is_folded(value: &str) -> bool {
    let (mut seen, mut twice, mut before) = (0, 0, BLANK);
    for byte in value.bytes() {
        let own = FOLDED[usize::from(byte)];
        seen |= own;
        twice |= own & before;
        before = own;
    }
    seen & (SAYS | CHANGES) == SAYS && twice & BLANK == 0 && before != BLANK
}

/// A letter or digit.
const SAYS: u8 = 1;
const BLANK: u8 = 2;
/// What folding may change.
const CHANGES: u8 = 4;
/// What each byte is to folding; 0 is punctuation.
const FOLDED: [u8; 256] = {
    let mut kinds = [CHANGES; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        kinds[byte as usize] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => SAYS,
            b' ' => BLANK,
            b'A'..=b'Z' | b'&' => CHANGES,
            _ if byte.is_ascii_graphic() => 0,
            _ => CHANGES,
        };
        byte += 1;
    }
    kinds
};

fn push(folded: &mut String, letter: char) {
    if !letter.is_whitespace() && !letter.is_control() {
        folded.push(letter);
    } else if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// Resolves numeric character references and those of accented Latin letters (`&ouml;`), which exports of web sites
/// leave behind. HTML 5, section 13.5.
fn resolve(value: &str) -> String {
    let mut resolved = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        resolved.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        if let Some((end, letter)) = end.and_then(|end| Some((end, reference(&rest[1..end])?))) {
            resolved.push(letter);
            rest = &rest[end + 1..];
        } else {
            resolved.push('&');
            rest = &rest[1..];
        }
    }
    resolved.push_str(rest);
    resolved
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return char::from_u32(code.ok()?);
    }
    match name {
        "amp" => return Some('&'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        "nbsp" => return Some(' '),
        "mdash" | "ndash" => return Some('-'),
        "szlig" => return Some('ß'),
        _ => {}
    }
    let accents = [
        "acute", "grave", "circ", "tilde", "uml", "ring", "cedil", "slash", "caron",
    ];
    let letter = name.chars().next()?;
    (letter.is_ascii_alphabetic() && accents.contains(&&name[1..])).then_some(letter)
}

/// Whether a character belongs to a script that writes words without blanks between them.
pub(super) fn is_ideograph(letter: char) -> bool {
    matches!(letter as u32, 0x2e80..=0x2fdf | 0x3005..=0x3007 | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xf900..=0xfaff
        | 0x0e00..=0x0eff | 0x1000..=0x109f | 0x1780..=0x17ff | 0x2_0000..=0x3_ffff)
}

/// Calls `each` with every token of a folded text, in order.
///
/// A token is a run of letters and digits; inside a word that holds a digit, hyphens, dots and slashes are dropped
/// (`srs-btm30` is `srsbtm30`), and apostrophes are dropped everywhere. A run of ideographs gives its characters and
/// its pairs of neighbors.
pub(super) fn tokens(folded: &str, mut each: impl FnMut(&str)) {
    let mut token = String::new();
    for word in folded.split(|letter: char| letter.is_whitespace() || ",;:()[]{}\"|!?+*=<>".contains(letter)) {
        if word.is_empty() {
            continue;
        }
        let coded = word.bytes().any(|byte| byte.is_ascii_digit());
        let mut previous: Option<char> = None;
        for letter in word.chars() {
            if is_ideograph(letter) {
                if !token.is_empty() {
                    each(&token);
                    token.clear();
                }
                let mut buffer = [0; 8];
                let own = letter.encode_utf8(&mut buffer).len();
                each(&String::from_utf8_lossy(&buffer[..own]));
                if let Some(before) = previous {
                    let pair: String = [before, letter].into_iter().collect();
                    each(&pair);
                }
                previous = Some(letter);
                continue;
            }
            previous = None;
            if letter.is_alphanumeric() {
                token.push(letter);
            } else if !(letter == '\'' || letter == '’' || token.is_empty() || coded && matches!(letter, '-' | '.')) {
                each(&token);
                token.clear();
            }
        }
        if !token.is_empty() {
            each(&token);
            token.clear();
        }
    }
}

/// Calls `each` with every token with a digit of a folded text, in order.
///
/// A token is a run of letters and digits; hyphens, dots and apostrophes are dropped (`srs-btm30` is
/// `srsbtm30`), measures stand for themselves (`φ159×3.5` is `159` and `35`). `token` is room.
pub(super) fn marks(folded: &str, token: &mut String, mut each: impl FnMut(&str)) {
    let is_end = |byte: u8| byte == b' ' || b",;:()[]{}\"|!?+*=<>".contains(&byte);
    let has_digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    // White space is folded to blanks, and what ends a word is ASCII: bytes are enough to find words by.
    let mut start = 0;
    let mut is_coded = false;
    for (at, byte) in folded.bytes().chain(std::iter::once(b' ')).enumerate() {
        is_coded |= byte.is_ascii_digit();
        if byte.is_ascii_alphanumeric() || !is_end(byte) {
            continue;
        }
        if is_coded {
            token.clear();
            let word = &folded[start..at];
            let mut letters = word.chars().chain(std::iter::once(' ')).peekable();
            while let Some(letter) = letters.next() {
                let is_digit = |letter: &char| letter.is_ascii_digit() || DIAMETER.contains(letter);
                // `m6x25` is two measures; letters before make it a code.
                let is_cross = letter == 'x'
                    && letters.peek().is_some_and(is_digit)
                    && token.bytes().skip(1).all(|byte| byte.is_ascii_digit())
                    && token.ends_with(|letter: char| letter.is_ascii_digit());
                if letter.is_alphanumeric() && !is_cross && !is_ideograph(letter) && !DIAMETER.contains(&letter) {
                    token.push(letter);
                } else if !matches!(letter, '\'' | '’' | '-' | '.') {
                    if has_digit(token) {
                        each(token);
                    }
                    token.clear();
                }
            }
        }
        (start, is_coded) = (at + 1, false);
    }
}

/// Signs of a diameter: whether one stands before a measure says nothing.
const DIAMETER: [char; 3] = ['φ', '⌀', '∅'];

/// Calls `each` with the hash of every q-gram of a folded text: three letters or digits in a row within a word, which
/// counts as having blanks around it; in ideographs single characters and pairs.
pub(super) fn grams(folded: &str, mut each: impl FnMut(u32)) {
    if folded.is_ascii() {
        return ascii_grams(folded, each);
    }
    let mut window = [' ', ' '];
    let mut before = ' ';
    for letter in folded.chars().chain(std::iter::once(' ')) {
        if letter == '\'' {
            continue;
        }
        if is_ideograph(letter) {
            each(gram(['\0', '\0', letter]));
            if is_ideograph(before) {
                each(gram(['\0', before, letter]));
            }
        }
        if letter.is_alphanumeric() && !is_ideograph(letter) {
            each(gram([window[0], window[1], letter]));
            window = [window[1], letter];
        } else {
            if window[1] != ' ' {
                each(gram([window[0], window[1], ' ']));
            }
            window = [' ', ' '];
        }
        before = letter;
    }
}

/// What [`grams`] does, of a text without other letters than those of ASCII.
fn ascii_grams(folded: &str, mut each: impl FnMut(u32)) {
    const BLANK: u64 = b' ' as u64;
    const BLANKS: u64 = BLANK << LETTER_BITS | BLANK;
    let mut before = BLANKS;
    for letter in folded.bytes().chain(std::iter::once(b' ')) {
        if letter.is_ascii_alphanumeric() {
            let letters = before << LETTER_BITS | u64::from(letter);
            each(mix(letters) as u32);
            before = letters & ((1 << (2 * LETTER_BITS)) - 1);
        } else if letter != b'\'' {
            if before != BLANKS {
                each(mix(before << LETTER_BITS | BLANK) as u32);
            }
            before = BLANKS;
        }
    }
}

/// Bits for a letter of any script.
const LETTER_BITS: u32 = 21;

fn gram(letters: [char; 3]) -> u32 {
    let packed = letters
        .iter()
        .fold(0_u64, |packed, letter| packed << LETTER_BITS | u64::from(*letter));
    mix(packed) as u32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{grams, marks};

    proptest! {
        #[test]
        fn grams_of_ascii_are_those_of_any_text(text in "[a-c0-2'. ,-]{0,12}") {
            let of = |text: &str| {
                let mut all = Vec::new();
                grams(text, |gram| all.push(gram));
                all
            };
            // A word of another script apart from the others adds its grams and changes none.
            let with = of(&format!("{text} é"));
            prop_assert_eq!(&with[..with.len() - of("é").len()], &of(&text));
        }
    }

    #[test]
    fn a_mark_is_a_token_with_a_digit() {
        let check = |text: &str, expected: &[&str]| {
            let mut all = Vec::new();
            marks(text, &mut String::new(), |mark| all.push(mark.to_owned()));
            assert_eq!(all, expected, "{text}");
        };
        check("12 high street, flat 3b", &["12", "3b"]);
        check("srs-btm30 (o'2.5) a-b", &["srsbtm30", "o25"]);
        check("型号q235b钢 3号 no", &["q235b", "3"]);
        check("12/14 -7 ", &["12", "14", "7"]);
        check("φ159×3.5 159x3.5 ⌀159*3.5", &["159", "35", "159", "35", "159", "35"]);
        check("x20 20x m3x2 3x⌀2 ab3x2", &["x20", "20x", "m3", "2", "3", "2", "ab3x2"]);
        check("", &[]);
    }
}
