//! The shape of a text: an anchored regular expression that says which characters stand where, and nothing of which.
//!
//! `HD-KA-00451` has the shape `[A-Z]{2}-[A-Z]{2}-\d{5}`. Runs of figures and capitals keep their length, runs of
//! other letters do not, and a text of many runs ends in `.*`; so a column has few shapes, and a shape shows no value.

/// Runs after which a shape is cut off.
const MOST_RUNS: usize = 10;
/// Longest run whose length is kept.
const LONGEST_RUN: usize = 24;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Digit,
    Upper,
    Lower,
    Han,
    WideDigit,
    Letter,
    Space,
    Mark(char),
}

impl Class {
    fn of(character: char) -> Self {
        match character {
            '0'..='9' => Self::Digit,
            'A'..='Z' => Self::Upper,
            'a'..='z' => Self::Lower,
            '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2a6df}' | '〇' => Self::Han,
            '０'..='９' => Self::WideDigit,
            ' ' => Self::Mark(' '),
            _ if character.is_whitespace() => Self::Space,
            _ if character.is_alphabetic() => Self::Letter,
            _ => Self::Mark(character),
        }
    }

    fn write(self, length: usize, shape: &mut String) {
        let (class, counts) = match self {
            Self::Digit => (r"\d", true),
            Self::Upper => ("[A-Z]", true),
            Self::WideDigit => ("[０-９]", true),
            Self::Lower => ("[a-z]", false),
            Self::Han => (r"\p{Han}", false),
            Self::Letter => (r"\p{L}", false),
            Self::Space => (r"\s", false),
            Self::Mark(mark) => {
                if mark.is_ascii_punctuation()
                    && !matches!(mark, '-' | '_' | '@' | '/' | ',' | ':' | ';' | '%' | '<' | '>')
                {
                    shape.push('\\');
                }
                if mark.is_control() {
                    shape.push('.');
                } else {
                    shape.push(mark);
                }
                if length > 1 {
                    shape.push('+');
                }
                return;
            }
        };
        shape.push_str(class);
        match length {
            1 if counts => {}
            length if counts && length <= LONGEST_RUN => {
                shape.push('{');
                if length >= 10 {
                    shape.push(char::from(b'0' + (length / 10) as u8));
                }
                shape.push(char::from(b'0' + (length % 10) as u8));
                shape.push('}');
            }
            _ => shape.push('+'),
        }
    }
}

/// Writes the shape of a text into `shape`, which is emptied first.
pub(super) fn write(text: &str, shape: &mut String) {
    shape.clear();
    let mut characters = text.chars().peekable();
    let mut runs = 0;
    while let Some(character) = characters.next() {
        let class = Class::of(character);
        let mut length = 1;
        while characters.next_if(|next| Class::of(*next) == class).is_some() {
            length += 1;
        }
        class.write(length, shape);
        runs += 1;
        if runs == MOST_RUNS && characters.peek().is_some() {
            shape.push_str(".*");
            return;
        }
    }
}

/// The shape of a text.
pub fn shape(text: &str) -> String {
    let mut shape = String::new();
    write(text, &mut shape);
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shapes() {
        let check = |text: &str, expected: &str| assert_eq!(shape(text), expected, "{text}");
        check("HD-KA-00451", r"[A-Z]{2}-[A-Z]{2}-\d{5}");
        check("D03-000127", r"[A-Z]\d{2}-\d{6}");
        check("13800138000", r"\d{11}");
        check("深圳市蓝岭科技有限公司", r"\p{Han}+");
        check("a.b@qq.com", r"[a-z]+\.[a-z]+@[a-z]+\.[a-z]+");
        check("1,234.50", r"\d,\d{3}\.\d{2}");
        check("１２", "[０-９]{2}");
        check("a b c d e f g", r"[a-z]+ [a-z]+ [a-z]+ [a-z]+ [a-z]+ .*");
        check("", "");
    }

    proptest! {
        /// Over characters that every version of Unicode in use knows alike.
        #[test]
        fn a_text_matches_its_shape(text in r"[\x00-\x7e\u{a0}-\u{17f}Α-ωА-яぁ-ゖァ-ヺ가-힣㐀-䶵一-龥\u{20000}-\u{2a6d6}䷀-䷿０-９，。（）《》]{0,40}") {
            let pattern = format!(r"(?s)\A(?:{})\z", shape(&text));
            prop_assert!(regex::Regex::new(&pattern).unwrap().is_match(&text), "{} {:?}", pattern, text);
        }
    }
}
