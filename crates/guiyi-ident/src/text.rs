//! The text of an identifier: folded, stripped of separators, and held without allocation.
//!
//! Every `parse` starts here: [`compact`] for callers, `read` for the hot path.
//! Laws: `compact` is idempotent; `read` accepts exactly the texts whose `compact` is ASCII letters and digits.

use std::borrow::Cow;
use std::fmt;

use crate::error::{IdentError, Text};

/// ASCII text of at most `N` characters, by value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ascii<const N: usize> {
    bytes: [u8; N],
    len: u8,
}

impl<const N: usize> Ascii<N> {
    /// `None` when the text is longer than `N` or not ASCII.
    pub(crate) fn new(text: &[u8]) -> Option<Self> {
        if !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text);
        Some(Self {
            bytes,
            len: text.len() as u8,
        })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(self.bytes()).expect("ASCII by construction")
    }
}

impl<const N: usize> fmt::Debug for Ascii<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Gives a value type that holds its canonical text in the field `code` what every such type has.
macro_rules! text_value {
    ($type:ident) => {
        impl $type {
            /// The canonical text, without separators.
            pub fn as_str(&self) -> &str {
                self.code.as_str()
            }
        }

        impl std::str::FromStr for $type {
            type Err = $crate::IdentError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }
    };
    ($type:ident, display) => {
        $crate::text::text_value!($type);

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use text_value;

/// Full-width ASCII (U+FF01..U+FF5E) and the ideographic space to their ordinary forms.
pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).expect("the range maps onto ASCII"),
        _ => c,
    }
}

/// Whether a folded character carries nothing in a code: space, invisible mark or hyphen.
pub(crate) fn is_separator(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}') || is_blank(c)
}

/// Spaces, control characters and the invisible marks that copying leaves behind.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// The marks that force text in a spreadsheet cell, before and around the value.
pub(crate) fn is_quote(c: char) -> bool {
    matches!(c, '\'' | '`' | '"' | '\u{2018}' | '\u{2019}' | '\u{201C}' | '\u{201D}')
}

/// Folds full-width characters, drops spaces, hyphens, invisible marks and leading apostrophes, and upper-cases.
///
/// A text that needs nothing is borrowed.
/// Characters outside ASCII stay as they are: `compact` does not judge.
pub fn compact(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    let folded = text.chars().map(half_width).filter(|&c| !is_separator(c));
    Cow::Owned(
        folded
            .skip_while(|&c| is_quote(c))
            .map(|c| c.to_ascii_uppercase())
            .collect(),
    )
}

/// Reads a code of ASCII letters and digits; `expected` names the lengths allowed in an error.
pub(crate) fn read<const N: usize>(text: &str, expected: &'static str) -> Result<Ascii<N>, IdentError> {
    let mut bytes = [0_u8; N];
    let mut len = 0;
    let mut odd = false;
    for c in text.chars() {
        let c = if c.is_ascii_digit() || c.is_ascii_uppercase() {
            c
        } else {
            half_width(c).to_ascii_uppercase()
        };
        if !c.is_ascii_alphanumeric() {
            if is_separator(c) || (len == 0 && is_quote(c)) {
                continue;
            }
            odd = true;
        }
        if len < N {
            bytes[len] = c as u8;
        }
        len += 1;
    }
    if odd || len > N {
        return Err(refuse(text, len, odd, expected));
    }
    Ok(Ascii { bytes, len: len as u8 })
}

/// The error for a text that is no code at all, or too long for one.
#[cold]
fn refuse(text: &str, len: usize, odd: bool, expected: &'static str) -> IdentError {
    if is_scientific(&compact(text)) {
        SCIENTIFIC
    } else if odd {
        IdentError::format("only letters and digits may stand here", "只能由字母和数字组成")
    } else {
        IdentError::Length { found: len, expected }
    }
}

/// The error for a wrong length, told apart from a number shown as `1.10105E+17` and from filler.
#[cold]
pub(crate) fn wrong_length(bytes: &[u8], expected: &'static str) -> IdentError {
    match std::str::from_utf8(bytes) {
        Ok(text) if is_scientific(text) => SCIENTIFIC,
        _ if is_filler(bytes) => IdentError::Placeholder,
        _ => IdentError::Length {
            found: bytes.len(),
            expected,
        },
    }
}

/// The number was shown in scientific notation.
pub(crate) const SCIENTIFIC: IdentError = IdentError::Destroyed(Text::new(
    "scientific notation, the digits are lost",
    "已变为科学计数法，后面的数字已丢失",
));

/// The number kept 15 significant digits, the rest are zeros.
pub(crate) const ROUNDED: IdentError = IdentError::Destroyed(Text::new(
    "rounded to 15 digits by a spreadsheet, the last digits are lost",
    "被电子表格舍入为 15 位有效数字，末尾数字已丢失",
));

/// `D[.DDD]E[+]DD`, the form a spreadsheet shows a long number in.
pub(crate) fn is_scientific(compact: &str) -> bool {
    let Some((mantissa, exponent)) = compact.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    whole.len() == 1 && digits(whole) && digits(fraction) && (1..=2).contains(&exponent.len()) && digits(exponent)
}

/// More than 15 digits, of which all after the fifteenth are zeros: what a double leaves of a long number.
pub(crate) fn is_rounded(bytes: &[u8]) -> bool {
    bytes.len() > 15 && bytes.iter().all(u8::is_ascii_digit) && bytes[15..].iter().all(|&b| b == b'0')
}

/// Five or more characters that are all one, or the digits counted up or down: `11111`, `123456`, `987654321`.
pub(crate) fn is_filler(bytes: &[u8]) -> bool {
    let steps = |step: u8| {
        bytes
            .windows(2)
            .all(|pair| pair.iter().all(u8::is_ascii_digit) && (pair[0] - b'0' + step) % 10 == pair[1] - b'0')
    };
    bytes.len() >= 5 && (bytes.windows(2).all(|pair| pair[0] == pair[1]) || steps(1) || steps(9))
}

/// The value of ASCII digits; callers checked them.
pub(crate) fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0_u32, |value, &b| {
        value.wrapping_mul(10).wrapping_add(u32::from(b.wrapping_sub(b'0')))
    })
}

/// Whether every byte is an ASCII digit.
pub(crate) fn all_digits(bytes: &[u8]) -> bool {
    bytes.iter().all(u8::is_ascii_digit)
}

/// The error for a letter among digits.
pub(crate) const DIGITS_ONLY: IdentError = IdentError::format("only digits may stand here", "只能由数字组成");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_folds_and_drops() {
        let cases = [
            ("914403001922038216", "914403001922038216"),
            (" 9144 0300-1922 038216\t", "914403001922038216"),
            ("'91440300192203821x", "91440300192203821X"),
            ("９１４４ａ－１", "9144A1"),
            ("\u{FEFF}1\u{200B}2—3", "123"),
            ("京A·1", "京A·1"),
            ("", ""),
        ];
        for (input, expected) in cases {
            assert_eq!(compact(input), expected, "{input:?}");
            assert_eq!(compact(&compact(input)), expected, "idempotent on {input:?}");
        }
    }

    #[test]
    fn ruined_numbers_are_recognized() {
        for text in ["1.10105E+17", "1E+17", "9.1440300192E17"] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["E8", "12E3", "1.E+17", "1.2E+", "914403001922038216"] {
            assert!(!is_scientific(text), "{text}");
        }
        assert!(is_rounded(b"110105194912310000"));
        assert!(!is_rounded(b"110105194912310020"));
    }

    #[test]
    fn filler_is_recognized() {
        for text in ["11111111111", "123456", "987654321", "XXXXX", "12345678901"] {
            assert!(is_filler(text.as_bytes()), "{text}");
        }
        for text in ["13800138000", "1111", "112233"] {
            assert!(!is_filler(text.as_bytes()), "{text}");
        }
    }
}
