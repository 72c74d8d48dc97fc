//! Dirt that shows in the characters of a value, whatever its kind.

/// What can be wrong with the writing of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dirt {
    /// Full-width figures, letters or marks such as `１２３`; full-width Chinese punctuation is none.
    FullWidth,
    /// White space before or behind.
    OuterSpace,
    /// Two spaces in a row, a tab or a line break inside, or a space between two Chinese characters.
    InnerSpace,
    /// Characters that cannot be seen: zero-width marks, no-break spaces, control characters.
    Invisible,
    /// `1.10105E+17`: a spreadsheet has thrown digits away.
    Scientific,
    /// Decoded with the wrong encoding, or characters that are lost for good.
    Mojibake,
    /// More than one number in the cell.
    SeveralValues,
    /// An apostrophe before it, with which spreadsheets force text.
    Apostrophe,
}

impl Dirt {
    /// All kinds of dirt.
    pub const ALL: [Self; 8] = [
        Self::FullWidth,
        Self::OuterSpace,
        Self::InnerSpace,
        Self::Invisible,
        Self::Scientific,
        Self::Mojibake,
        Self::SeveralValues,
        Self::Apostrophe,
    ];

    /// The stable name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullWidth => "full-width",
            Self::OuterSpace => "outer-space",
            Self::InnerSpace => "inner-space",
            Self::Invisible => "invisible",
            Self::Scientific => "scientific",
            Self::Mojibake => "mojibake",
            Self::SeveralValues => "several-values",
            Self::Apostrophe => "apostrophe",
        }
    }

    /// What people call it, in English and Chinese.
    pub fn labels(self) -> (&'static str, &'static str) {
        match self {
            Self::FullWidth => ("full-width characters", "全角字符"),
            Self::OuterSpace => ("spaces around", "首尾空格"),
            Self::InnerSpace => ("spaces inside", "中间空格"),
            Self::Invisible => ("invisible characters", "不可见字符"),
            Self::Scientific => ("scientific notation", "科学计数法"),
            Self::Mojibake => ("mojibake", "乱码"),
            Self::SeveralValues => ("several values", "一格多值"),
            Self::Apostrophe => ("leading apostrophe", "前置单引号"),
        }
    }
}

/// The dirt of a value, one bit each in the order of [`Dirt::ALL`].
pub(super) fn dirt(text: &str) -> u8 {
    let mut found = 0_u8;
    let mut see = |dirt: Dirt, is_there: bool| found |= u8::from(is_there) << dirt as u8;
    see(Dirt::OuterSpace, text.trim().len() != text.len());
    see(Dirt::Apostrophe, text.starts_with('\''));
    let bytes = text.as_bytes();
    let is_plain = bytes.iter().all(u8::is_ascii_graphic);
    if !is_plain {
        let inside = text.trim();
        see(Dirt::InnerSpace, has_inner_space(inside));
        see(
            Dirt::Invisible,
            text.chars().any(|c| {
                matches!(
                    c,
                    '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{a0}' | '\u{ad}'
                ) || (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
            }),
        );
        if !text.is_ascii() {
            see(
                Dirt::FullWidth,
                text.chars().any(
                    |c| matches!(c, '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '＠' | '．' | '－' | '＋' | '＃' | '＊'),
                ),
            );
            see(Dirt::Mojibake, is_mojibake(text));
        }
    }
    let n_digits = bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    if n_digits > 0 {
        see(Dirt::Scientific, is_scientific(text.trim()));
        see(Dirt::SeveralValues, n_digits >= 14 && has_several_numbers(text));
    }
    found
}

fn has_inner_space(text: &str) -> bool {
    let is_han = |c: char| matches!(c, '\u{3400}'..='\u{9fff}');
    let mut before = ['\0'; 2];
    for c in text.chars() {
        if matches!(c, '\t' | '\n' | '\r')
            || (c.is_whitespace() && before[1].is_whitespace())
            || (is_han(c) && before[1].is_whitespace() && is_han(before[0]))
        {
            return true;
        }
        before = [before[1], c];
    }
    false
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    power.strip_prefix('+').is_some_and(is_digits) && is_digits(whole) && is_digits(fraction)
}

/// Lost characters, or the lead and tail bytes of UTF-8 or GBK read as Latin-1, at least two pairs of them.
fn is_mojibake(text: &str) -> bool {
    if text.contains(['\u{fffd}', '锟']) && (text.contains('\u{fffd}') || text.contains("锟斤拷")) {
        return true;
    }
    let latin = |c: char| {
        matches!(
            c,
            '\u{80}'
                ..='\u{ff}'
                    | '€'
                    | 'ƒ'
                    | '„'
                    | '…'
                    | '†'
                    | '‡'
                    | 'ˆ'
                    | '‰'
                    | 'Š'
                    | '‹'
                    | 'Œ'
                    | 'Ž'
                    | '™'
                    | 'š'
                    | '›'
                    | 'œ'
                    | 'ž'
                    | 'Ÿ'
        )
    };
    let (mut high, mut others) = (0, 0);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if latin(c) && c != '\u{a0}' && c != '·' && c != '×' {
            high += 1;
        } else {
            others += 1;
        }
    }
    high >= 4 && high > 3 * others
}

/// Two runs of at least seven figures with a divider between that no single number has.
fn has_several_numbers(text: &str) -> bool {
    let numbers = text
        .split(['/', '、', ';', '；', ',', '，', ' ', '\n', '|', '\u{3000}'])
        .filter(|part| part.bytes().filter(u8::is_ascii_digit).count() >= 7);
    numbers.count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dirt_is_seen() {
        let check = |text: &str, expected: &[Dirt]| {
            let bits = dirt(text);
            let found: Vec<Dirt> = Dirt::ALL.into_iter().filter(|d| bits & (1 << *d as u8) != 0).collect();
            assert_eq!(found, expected, "{text:?}");
        };
        check("深圳市（蓝岭）科技，有限公司", &[]);
        check("Anna Example", &[]);
        check("１３８00138000", &[Dirt::FullWidth]);
        check(" x ", &[Dirt::OuterSpace]);
        check("深圳 蓝岭", &[Dirt::InnerSpace]);
        check("a\u{200b}b", &[Dirt::Invisible]);
        check("1.10105E+17", &[Dirt::Scientific]);
        check("æ·±åœ³", &[Dirt::Mojibake]);
        check("锟斤拷锟", &[Dirt::Mojibake]);
        check("13800138000/0755-26013388", &[Dirt::SeveralValues]);
        check("'914403001922038216", &[Dirt::Apostrophe]);
        check("1,234,567,890,123,456.00", &[]);
        check("Müller", &[]);
    }
}
