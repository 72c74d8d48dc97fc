//! Vehicle plate (机动车号牌), GA 36: province, letter of the city, five characters; eight in all for new energy.
//!
//! The letters I and O do not occur. The last of the five may be 学 警 港 澳 挂 领 试 超.
//! New energy: the letter of the drive stands third (small vehicles) or last (large ones), digits in the other four places.

use crate::error::{IdentError, Text};
use crate::part::Part;
use crate::province;
use crate::text::{half_width, is_quote, is_separator, text_value};
use crate::warning::Warning;

/// A plate of a mainland vehicle; `as_str` has no separator, `Display` writes the middle dot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Plate {
    code: String,
}

text_value!(Plate, display);

impl Plate {
    /// Reads a plate; spaces, hyphens and middle dots are dropped.
    pub fn parse(text: &str) -> Result<Self, IdentError> {
        let code = compact(text);
        let chars: Vec<char> = code.chars().collect();
        if !matches!(chars.len(), 7 | 8) {
            return Err(IdentError::Length {
                found: chars.len(),
                expected: "7 or 8",
            });
        }
        if chars[0] == '使' {
            let digits = chars.len() == 7 && chars[1..].iter().all(char::is_ascii_digit);
            return if digits { Ok(Self { code }) } else { Err(TAIL) };
        }
        if province::of_abbreviation(chars[0]).is_none() {
            let part = Text::new("province", "省份简称");
            return Err(IdentError::component(part, "no such province", "没有这个省份简称"));
        }
        if !is_letter(chars[1]) {
            return Err(IdentError::format(
                "the second character is a letter without I and O",
                "第二位应为除 I、O 以外的字母",
            ));
        }
        let fits = if chars.len() == 7 {
            ordinary(&chars[2..])
        } else {
            new_energy(&chars[2..])
        };
        if fits { Ok(Self { code }) } else { Err(TAIL) }
    }

    /// Nothing is remarkable about a plate.
    pub fn warnings(&self) -> Vec<Warning> {
        Vec::new()
    }

    /// What every part means.
    pub fn explain(&self) -> Vec<Part> {
        let chars: Vec<char> = self.code.chars().collect();
        let tail = |from: usize| chars[from..].iter().collect::<String>();
        if chars[0] == '使' {
            return vec![Part::new(
                ("embassy", "使馆"),
                self.code.as_str(),
                "embassy vehicle",
                "使馆车辆",
            )];
        }
        let place = province::of_abbreviation(chars[0]).unwrap_or("");
        let (en, zh) = match (chars.len(), chars.last()) {
            (8, _) => ("new energy vehicle", "新能源汽车"),
            (_, Some('学')) => ("training vehicle", "教练车"),
            (_, Some('警')) => ("police vehicle", "警车"),
            (_, Some('港' | '澳')) => ("vehicle of Hong Kong or Macau", "港澳出入境车"),
            (_, Some('挂')) => ("trailer", "挂车"),
            (_, Some('领')) => ("consular vehicle", "领馆车辆"),
            _ => ("vehicle", "普通车辆"),
        };
        vec![
            Part::new(("province", "省份"), chars[0], place, place),
            Part::new(("city", "发牌机关"), chars[1], "issuing office", "发牌机关代号"),
            Part::new(("serial", "序号"), tail(2), en, zh),
        ]
    }

    /// The plate with O and I in the serial taken for 0 and 1, when that makes it valid; empty when it is valid.
    pub fn suggestions(text: &str) -> Vec<String> {
        let code = compact(text);
        let head: String = code.chars().take(2).collect();
        let tail: String = code
            .chars()
            .skip(2)
            .map(|c| {
                if c == 'O' {
                    '0'
                } else if c == 'I' {
                    '1'
                } else {
                    c
                }
            })
            .collect();
        let candidate = head + &tail;
        if candidate != code && Self::parse(&candidate).is_ok() {
            vec![candidate]
        } else {
            Vec::new()
        }
    }
}

const TAIL: IdentError = IdentError::format(
    "the serial has letters without I and O, and digits, in their places",
    "序号应为数字和除 I、O 以外的字母，且位置正确",
);

fn compact(text: &str) -> String {
    let folded = text
        .chars()
        .map(half_width)
        .filter(|&c| !is_separator(c) && !is_quote(c) && !matches!(c, '·' | '•' | '.' | '・'));
    folded.map(|c| c.to_ascii_uppercase()).collect()
}

fn is_letter(c: char) -> bool {
    c.is_ascii_uppercase() && !matches!(c, 'I' | 'O')
}

fn ordinary(serial: &[char]) -> bool {
    let plain = |c: char| c.is_ascii_digit() || is_letter(c);
    let (last, front) = (serial[4], &serial[..4]);
    front.iter().all(|&c| plain(c)) && (plain(last) || "学警港澳挂领试超".contains(last))
}

fn new_energy(serial: &[char]) -> bool {
    let drive = |c: char| ('A'..='K').contains(&c) && c != 'I';
    let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
    let small = drive(serial[0]) && (serial[1].is_ascii_digit() || is_letter(serial[1])) && digits(&serial[2..]);
    small || (digits(&serial[..5]) && drive(serial[5]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted_and_refused() {
        for text in [
            "粤B12345",
            "京A·8888警",
            "粤 B D12345",
            "粤B12345D",
            "沪AF01234",
            "粤Z1234港",
            "鲁b-12a45",
            "使014578",
        ] {
            assert!(Plate::parse(text).is_ok(), "{text}");
        }
        let cases = [
            ("粤B1234", "length"),
            ("日B12345", "component"),
            ("粤O12345", "format"),
            ("粤B1234O", "format"),
            ("粤BL12345", "format"),
            ("", "length"),
        ];
        for (text, code) in cases {
            assert_eq!(Plate::parse(text).map_err(|error| error.code()), Err(code), "{text}");
        }
        assert_eq!(Plate::suggestions("粤B1234O"), ["粤B12340"]);
    }
}
