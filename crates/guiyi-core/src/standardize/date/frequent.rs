//! The commonest forms of a date that are not canonical, read from their bytes without a search or a copy: `2024/3/5`,
//! `20240305`, `2024年03月05日`, `2024-03-05 08:30:00`. Everything else is for `read`.
//!
//! Law: what is read here, `read` would read the same; a test there holds this.

use std::ops::RangeInclusive;

/// Year, month and day as the figures stand, whether there is such a day or not; `None` for any other form.
pub(super) fn read(text: &[u8]) -> Option<(u32, u32, u32)> {
    let (year, rest) = leading(text, 4..=4)?;
    let (month, day, rest) = match rest.first()? {
        b'0'..=b'9' => {
            let (month, rest) = leading(rest, 2..=2)?;
            let (day, rest) = leading(rest, 2..=2)?;
            return rest.is_empty().then_some((year, month, day));
        }
        separator @ (b'/' | b'-' | b'.') => {
            let (month, rest) = leading(&rest[1..], 1..=2)?;
            let (day, rest) = leading(rest.strip_prefix(&[*separator])?, 1..=2)?;
            (month, day, rest)
        }
        _ => {
            let (month, rest) = leading(rest.strip_prefix("年".as_bytes())?, 1..=2)?;
            let (day, rest) = leading(rest.strip_prefix("月".as_bytes())?, 1..=2)?;
            (month, day, rest.strip_prefix("日".as_bytes())?)
        }
    };
    (rest.is_empty() || is_time(rest)).then_some((year, month, day))
}

/// Whether a space and a time of the form `08:30:00` follow.
fn is_time(text: &[u8]) -> bool {
    let fits = |(at, byte): (usize, &u8)| match at {
        0 => *byte == b' ',
        3 | 6 => *byte == b':',
        _ => byte.is_ascii_digit(),
    };
    text.len() == 9 && text.iter().enumerate().all(fits)
}

/// The number of so many figures at the beginning, and what follows.
fn leading(text: &[u8], lengths: RangeInclusive<usize>) -> Option<(u32, &[u8])> {
    let figures = text
        .iter()
        .take(*lengths.end())
        .take_while(|byte| byte.is_ascii_digit());
    let length = figures.count();
    let number = text[..length]
        .iter()
        .fold(0, |number, byte| number * 10 + u32::from(byte - b'0'));
    lengths.contains(&length).then_some((number, &text[length..]))
}
