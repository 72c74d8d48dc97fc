//! What the text of one cell says as a date, before its column is asked.
//!
//! Law: a day that does not exist is impossible, never the one that follows.

use super::super::numeral;
use super::calendar::{Day, next, previous, valid};

/// What a text says before the column is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Day(Day),
    /// Two parts up to 31, then a year of four digits.
    YearLast(u32, u32, i32),
    /// Three parts of at most two digits.
    Short(u32, u32, u32),
    /// A number that may be the serial of a spreadsheet.
    Serial(u32),
    /// Stands for no date: `1900-01-00`, `1900-01-01`, `9999-12-31`, `0000-00-00`, `长期`.
    Placeholder,
    /// Of the form of a date, but no such day exists.
    Impossible,
    Nothing,
}

/// Whether the text is a day of the calendar in the canonical form, and not a stand-in.
pub(super) fn is_canonical(text: &str) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return false;
    };
    let bytes = [y1, y2, y3, y4, m1, m2, d1, d2];
    if !bytes.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let number = |bytes: &[u8]| bytes.iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    let (year, month, day) = (number(&bytes[..4]), number(&bytes[4..6]), number(&bytes[6..]));
    matches!(year_month_day(signed(year), month, day), Reading::Day(_))
}

/// Reads a cleaned text.
pub(super) fn read(text: &str) -> Reading {
    if OPEN_END.contains(&text) {
        return Reading::Placeholder;
    }
    let text = without_weekday(text);
    if let Some(reading) = republic(text) {
        return reading;
    }
    let (date, time) = split_time(text);
    let reading = read_date(date);
    match (reading, time.and_then(days_to_beijing)) {
        (Reading::Day(day), Some(1)) => next(day).map_or(Reading::Impossible, Reading::Day),
        (Reading::Day(day), Some(-1)) => previous(day).map_or(Reading::Impossible, Reading::Day),
        _ => reading,
    }
}

fn read_date(date: &str) -> Reading {
    if date.bytes().all(|byte| byte.is_ascii_digit()) {
        return bare(date);
    }
    if let Some((whole, fraction)) = date.split_once('.')
        && whole.len() == 5
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && let Reading::Serial(serial) = bare(whole)
    {
        return Reading::Serial(serial);
    }
    if let Some((day, time)) = date.split_once(' ')
        && day.len() == 8
        && matches!(time.len(), 4 | 6)
        && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b' ')
    {
        return bare(day);
    }
    if date.contains('年') {
        return chinese(date);
    }
    parts(date)
}

/// Words for a term without an end, which is no day.
const OPEN_END: [&str; 8] = [
    "长期",
    "永久",
    "长期有效",
    "永久有效",
    "无固定期限",
    "无期限",
    "至今",
    "不限",
];

/// The text without a day of the week in front or behind: `星期二`, `(周二)`, `Tue,`.
fn without_weekday(text: &str) -> &str {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let bare = text.trim_end_matches(')');
    for word in ["星期", "周", "礼拜"] {
        if let Some((date, day)) = bare.rsplit_once(word)
            && day.chars().count() == 1
            && day.starts_with(|day| "一二三四五六日天".contains(day))
        {
            return date.trim_end_matches(['(', ' ', ',']);
        }
    }
    match text.split_once([',', ' ']) {
        Some((day, date)) if DAYS.iter().any(|name| day.to_ascii_lowercase().starts_with(name)) => date.trim_start(),
        _ => text,
    }
}

/// Figures only: `20240305`, `20240305120000`, a serial number.
fn bare(digits: &str) -> Reading {
    let number = |from: usize, to: usize| digits[from..to].parse::<u32>().unwrap_or(u32::MAX);
    match digits.len() {
        8 | 14 => year_month_day(signed(number(0, 4)), number(4, 6), number(6, 8)),
        1 | 2 => Reading::Placeholder,
        5 if (20_000..=60_000).contains(&number(0, 5)) => Reading::Serial(number(0, 5)),
        _ => Reading::Nothing,
    }
}

/// Three parts with separators, or a month by its English name.
fn parts(date: &str) -> Reading {
    let mut found = [""; 3];
    let mut count = 0;
    for part in date
        .split(['-', '/', '.', ' ', ',', '_'])
        .filter(|part| !part.is_empty())
    {
        if count == 3 {
            return Reading::Nothing;
        }
        found[count] = part;
        count += 1;
    }
    if count != 3 {
        return Reading::Nothing;
    }
    if let Some(at) = found.iter().position(|part| part.as_bytes()[0].is_ascii_alphabetic()) {
        return english(found, at);
    }
    if !found
        .iter()
        .all(|part| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Reading::Nothing;
    }
    let [a, b, c] = found.map(|part| part.parse::<u32>().unwrap_or(0));
    match found.map(str::len) {
        [4, 1 | 2, 1 | 2] => year_month_day(signed(a), b, c),
        [1 | 2, 1 | 2, 4] if a <= 31 && b <= 31 && (1850..=9998).contains(&c) => Reading::YearLast(a, b, signed(c)),
        [1 | 2, 1 | 2, 1 | 2] => Reading::Short(a, b, c),
        [1 | 2, 1 | 2, 4] => Reading::Impossible,
        _ => Reading::Nothing,
    }
}

/// `5 Mar 2024`, `Mar 5, 2024`, `05-MAR-2024`; a year of four digits is asked for.
fn english(found: [&str; 3], at: usize) -> Reading {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let name = found[at].to_ascii_lowercase();
    let month = MONTHS.iter().position(|month| name.starts_with(month));
    let (day, year) = match at {
        0 => (found[1], found[2]),
        1 => (found[0], found[2]),
        _ => return Reading::Nothing,
    };
    let day = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| day.strip_suffix(ending))
        .unwrap_or(day);
    match (month, day.parse(), year.parse::<i32>()) {
        (Some(month), Ok(day), Ok(year)) if year >= 1000 => year_month_day(year, month as u32 + 1, day),
        _ => Reading::Nothing,
    }
}

/// `2024年3月5日`, `二〇二四年三月五日`, `24年3月5日`.
fn chinese(date: &str) -> Reading {
    let Some((year_text, rest)) = date.split_once('年') else {
        return Reading::Nothing;
    };
    let Some((month, rest)) = rest.split_once('月') else {
        return Reading::Nothing;
    };
    // What stands behind 日 is a time of day: `14时30分`.
    let day = match rest.split_once(['日', '号']) {
        Some((day, time)) if is_time_in_words(time) => day,
        Some(_) => return Reading::Nothing,
        None => rest,
    };
    let numbers = (
        numeral::digits(year_text.trim()),
        numeral::small(month.trim()),
        numeral::small(day.trim()),
    );
    let (Some(year), Some(month), Some(day)) = numbers else {
        return Reading::Nothing;
    };
    match year_text.trim().chars().count() {
        4 => year_month_day(signed(year), month, day),
        // 年 names the year, so only the century is open; that is decided as for two-digit years.
        2 if valid(2000, month, day).is_some() => {
            year_month_day(if year < 70 { 2000 } else { 1900 } + signed(year), month, day)
        }
        _ => Reading::Impossible,
    }
}

/// Years of the Republic of China: `民国113年3月5日`, `民國113/3/5`.
fn republic(text: &str) -> Option<Reading> {
    let rest = text
        .strip_prefix("中华")
        .or_else(|| text.strip_prefix("中華"))
        .unwrap_or(text);
    let rest = rest.strip_prefix("民国").or_else(|| rest.strip_prefix("民國"))?;
    let mut found = rest
        .split(['年', '月', '日', '-', '/', '.'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let year = found.next()?;
    let year = if year == "元" {
        1
    } else {
        numeral::digits(year)
            .filter(|year| *year > 9)
            .or_else(|| numeral::small(year))
            .or_else(|| numeral::amount(year).and_then(|year| u32::try_from(year).ok()))?
    };
    let (month, day) = (numeral::small(found.next()?)?, numeral::small(found.next()?)?);
    Some(if found.next().is_none() && year < 300 {
        year_month_day(signed(year) + 1911, month, day)
    } else {
        Reading::Nothing
    })
}

/// The date, and the time of day behind it, if there is one.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    let bytes = text.as_bytes();
    // Back over the hour, then over what separates it from the date.
    let mut end = colon;
    while end > 0 && bytes[end - 1].is_ascii_digit() {
        end -= 1;
    }
    let date = text[..end].trim_end();
    let date = ["上午", "下午", "凌晨", "中午", "晚上"]
        .iter()
        .find_map(|word| date.strip_suffix(word))
        .unwrap_or(date)
        .trim_end();
    let date = date.strip_suffix(['T', 't']).unwrap_or(date);
    let time = &text[end..];
    let is_time = time
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b":.+-ZzAPMapmGTUC ".contains(&byte))
        && colon - end <= 2;
    if is_time && (date.len() < end || date.ends_with('日')) {
        (date, Some(time))
    } else {
        (text, None)
    }
}

/// Whether a text is nothing but a time of day in words: `14时30分`, `下午3点`, or empty.
fn is_time_in_words(text: &str) -> bool {
    text.chars()
        .all(|character| character.is_ascii_digit() || "上下午凌晨中晚时点分秒半整 :".contains(character))
}

/// By how many days the day in Beijing differs from the one written, for a time with its zone such as `16:00:00Z`;
/// `None` where no zone is given.
///
/// A moment with its zone is one day in one place: systems write midnight in China as 16:00 of the day before.
fn days_to_beijing(time: &str) -> Option<i32> {
    let number = |text: &str| text.trim().parse::<i32>().ok();
    let at = time.find(['+', '-', 'Z', 'z', 'G', 'U'])?;
    let (clock, zone) = time.split_at(at);
    let mut parts = clock.split(':');
    let minutes = number(parts.next()?)? * 60 + number(parts.next()?)?;
    let zone = zone.trim_start_matches(['Z', 'z', 'G', 'M', 'T', 'U', 'C', ' ']);
    let offset = match zone.split_at_checked(1) {
        None | Some(("", _)) => 0,
        Some((sign, digits)) => {
            let digits = digits.replace(':', "");
            let (hours, minutes) = digits.split_at(digits.len().min(2));
            let offset = number(hours)? * 60 + number(minutes).unwrap_or(0);
            if sign == "-" { -offset } else { offset }
        }
    };
    (minutes < 24 * 60 && offset.abs() <= 14 * 60).then(|| (minutes - offset + 8 * 60).div_euclid(24 * 60))
}

/// A year as dates hold it; figures of at most nine digits always fit.
pub(super) fn signed(year: u32) -> i32 {
    i32::try_from(year).unwrap_or(i32::MAX)
}

pub(super) fn year_month_day(year: i32, month: u32, day: u32) -> Reading {
    match (year, month, day) {
        (0, 0, 0) | (1900, 1, 0 | 1) | (1899, 12, 30 | 31) | (9999, 12, 31) | (1, 1, 1) => Reading::Placeholder,
        _ => valid(year, month, day).map_or(Reading::Impossible, Reading::Day),
    }
}
