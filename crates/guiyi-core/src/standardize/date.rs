//! Calendar dates as `YYYY-MM-DD`, whatever form they were written in: with separators, without, in Chinese, in the
//! calendar of the Republic, with a time behind, as the serial number of a spreadsheet.
//!
//! Laws: a date that does not exist is never rolled over; where day and month can be swapped, the column decides, and
//! if it cannot, the value is held back as ambiguous.

use std::borrow::Cow;

use super::change::{Change, Code};
use super::common_date::common;
use super::numeral;
use super::text::{Style, clean};
use crate::finding::{Fault, Severity};

/// Year, month, day.
pub(super) type Day = (i32, u32, u32);

/// How a column writes its dates: counts of cells, mergeable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DateHints {
    /// Cells that are a date whatever the column says, year first.
    year_first: u64,
    /// Of `12/31/2024` and `31/12/2024`: cells that exclude day first, and cells that exclude month first.
    full: [u64; 2],
    /// Of `24-3-31`: cells that exclude year-month-day, day-month-year, month-day-year.
    short: [u64; 3],
}

impl DateHints {
    /// Adds the counts of another part of the column.
    pub fn merge(&mut self, other: &Self) {
        self.year_first += other.year_first;
        for (mine, theirs) in self.full.iter_mut().zip(other.full) {
            *mine += theirs;
        }
        for (mine, theirs) in self.short.iter_mut().zip(other.short) {
            *mine += theirs;
        }
    }

    /// Counts one cell.
    pub(super) fn see(&mut self, text: &str) {
        if is_canonical(text) {
            self.year_first += 1;
            return;
        }
        match read(&cleaned(text)) {
            Reading::Day(_) => self.year_first += 1,
            Reading::YearLast(a, b, _) => {
                self.full[0] += u64::from(b > 12 && a <= 12);
                self.full[1] += u64::from(a > 12 && b <= 12);
            }
            Reading::Short(a, b, c) => {
                let valid =
                    [(b, c), (b, a), (a, b)].map(|(month, day)| (1..=12).contains(&month) && (1..=31).contains(&day));
                if valid.contains(&true) {
                    for (excluded, valid) in self.short.iter_mut().zip(valid) {
                        *excluded += u64::from(!valid);
                    }
                }
            }
            Reading::Serial(_) | Reading::Placeholder | Reading::Impossible | Reading::Nothing => {}
        }
    }

    /// Whether the column holds dates apart from bare numbers.
    fn has_dates(&self) -> bool {
        self.year_first > 0 || self.full != [0; 2] || self.short != [0; 3]
    }
}

/// What a column and its source say about dates.
#[derive(Debug, Clone, Copy)]
pub(super) struct DateContext {
    pub(super) hints: DateHints,
    /// As the source declares it.
    pub(super) day_first: Option<bool>,
    /// Year of the run; two-digit years up to five years after it are of its century.
    pub(super) year: i32,
}

/// What a text says before the column is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    Day(Day),
    /// Two parts up to 31, then a year of four digits.
    YearLast(u32, u32, i32),
    /// Three parts of at most two digits.
    Short(u32, u32, u32),
    /// A number that may be the serial of a spreadsheet.
    Serial(u32),
    /// Stands for no date: `1900-01-00`, `9999-12-31`, `0000-00-00`.
    Placeholder,
    /// Of the form of a date, but no such day exists.
    Impossible,
    Nothing,
}

/// Brings a date to `YYYY-MM-DD`.
pub(super) fn standardize(text: &str, context: &DateContext) -> Option<Change> {
    if is_canonical(text) {
        return None;
    }
    if let Some((year, month, day)) = common(text.as_bytes())
        && let Reading::Day(day) = year_month_day(signed(year), month, day)
    {
        return Change::to(text, written(day));
    }
    let cleaned = cleaned(text);
    if cleaned.is_empty() {
        return Change::to(text, String::new());
    }
    let ambiguous = || Some(Change::withheld(Severity::Warning, Fault::Ambiguous));
    match read(&cleaned) {
        Reading::Day(day) => Change::to(text, written(day)),
        Reading::YearLast(a, b, year) => {
            let month_first = valid(year, a, b);
            let day_first = valid(year, b, a);
            let column = match context.hints.full.map(|count| count > 0) {
                [true, false] => Some(month_first),
                [false, true] => Some(day_first),
                _ => None,
            };
            let chosen = match (month_first, day_first, context.day_first) {
                (None, None, _) => return Some(Change::unreadable("date")),
                (Some(day), None, _) | (None, Some(day), _) => Some(day),
                (Some(one), Some(other), _) if one == other => Some(one),
                (.., Some(true)) => day_first,
                (.., Some(false)) => month_first,
                (.., None) => column.flatten(),
            };
            chosen.map_or_else(ambiguous, |day| Change::to(text, written(day)))
        }
        Reading::Short(a, b, c) => short(a, b, c, context).map_or_else(
            |impossible| {
                if impossible {
                    Some(Change::unreadable("date"))
                } else {
                    ambiguous()
                }
            },
            |day| Change::to(text, written(day)),
        ),
        Reading::Serial(serial) if context.hints.has_dates() => Change::to(text, written(from_serial(serial))),
        Reading::Serial(_) => ambiguous(),
        Reading::Placeholder => Some(Change::placeholder(Code::PLACEHOLDER_WORD)),
        Reading::Impossible | Reading::Nothing => Some(Change::unreadable("date")),
    }
}

/// The day that `a-b-c` means; the error says whether no reading is possible at all.
fn short(a: u32, b: u32, c: u32, context: &DateContext) -> Result<Day, bool> {
    let year = |short: u32| {
        let century = context.year - context.year.rem_euclid(100);
        let near = century + signed(short);
        if near <= context.year + 5 { near } else { near - 100 }
    };
    let readings = [valid(year(a), b, c), valid(year(c), b, a), valid(year(c), a, b)];
    let mut possible: Vec<Day> = readings.into_iter().flatten().collect();
    possible.dedup();
    match possible[..] {
        [] => return Err(true),
        [day] => return Ok(day),
        _ => {}
    }
    let order = match (context.day_first, context.hints.short.map(|count| count > 0)) {
        (Some(true), _) | (None, [true, false, true]) => 1,
        (None, [false, true, true]) => 0,
        // A column that writes the year first elsewhere, and nothing here that contradicts it.
        (_, [false, ..]) if context.hints.year_first > 0 => 0,
        (None, [true, true, false]) | (Some(false), [true, ..]) => 2,
        _ => return Err(false),
    };
    readings[order].ok_or(false)
}

fn cleaned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        text.trim_matches([' ', '\t', '\'']).into()
    } else {
        clean(text, Style::Name).into()
    }
}

/// Whether the text is a day of the calendar in the canonical form, and not a stand-in.
fn is_canonical(text: &str) -> bool {
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

fn read(text: &str) -> Reading {
    if let Some(reading) = republic(text) {
        return reading;
    }
    let date = without_time(text);
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
    if date.contains('年') {
        return chinese(date);
    }
    parts(date)
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
    let day = rest.strip_suffix(['日', '号']).unwrap_or(rest);
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
            .or_else(|| numeral::small(year))?
    };
    let (month, day) = (numeral::small(found.next()?)?, numeral::small(found.next()?)?);
    Some(if found.next().is_none() && year < 300 {
        year_month_day(signed(year) + 1911, month, day)
    } else {
        Reading::Nothing
    })
}

/// The text without a time of day behind the date.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let bytes = text.as_bytes();
    // Back over the hour, then over what separates it from the date.
    let mut end = colon;
    while end > 0 && bytes[end - 1].is_ascii_digit() {
        end -= 1;
    }
    let date = text[..end].trim_end();
    let date = date
        .strip_suffix("上午")
        .or_else(|| date.strip_suffix("下午"))
        .unwrap_or(date)
        .trim_end();
    let date = date.strip_suffix(['T', 't']).unwrap_or(date);
    let time = text[end..].bytes();
    let is_time = time
        .clone()
        .all(|byte| byte.is_ascii_digit() || b":.+-ZzAPMapm ".contains(&byte))
        && colon - end <= 2;
    if is_time && (date.len() < end || date.ends_with('日')) {
        date
    } else {
        text
    }
}

/// A year as dates hold it; figures of at most nine digits always fit.
fn signed(year: u32) -> i32 {
    i32::try_from(year).unwrap_or(i32::MAX)
}

fn year_month_day(year: i32, month: u32, day: u32) -> Reading {
    match (year, month, day) {
        (0, 0, 0) | (1900, 1, 0) | (1899, 12, 30 | 31) | (9999, 12, 31) | (1, 1, 1) => Reading::Placeholder,
        _ => valid(year, month, day).map_or(Reading::Impossible, Reading::Day),
    }
}

/// The day, if the Gregorian calendar has it and a record of a company can hold it.
fn valid(year: i32, month: u32, day: u32) -> Option<Day> {
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    ((1000..=9999).contains(&year) && (1..=days).contains(&day)).then_some((year, month, day))
}

/// The day of a serial number of the 1900 system, for serials after its false 29 February 1900.
///
/// Days to civil date: Howard Hinnant, chrono-compatible low-level date algorithms.
fn from_serial(serial: u32) -> Day {
    // Serial 25569 is 1970-01-01; 719468 days lie between 0000-03-01 and it.
    let days = i64::from(serial) - 25_569 + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

/// A day of a year from 1000 to 9999 as `YYYY-MM-DD`.
fn written((year, month, day): Day) -> String {
    let year = year.unsigned_abs();
    let mut text = String::with_capacity(10);
    for (place, figure) in [
        year / 1000,
        year / 100,
        year / 10,
        year,
        month / 10,
        month,
        day / 10,
        day,
    ]
    .into_iter()
    .enumerate()
    {
        if matches!(place, 4 | 6) {
            text.push('-');
        }
        text.push(char::from(b'0' + (figure % 10) as u8));
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::change::Value;
    use super::*;

    fn context(column: &[&str]) -> DateContext {
        let mut hints = DateHints::default();
        for text in column {
            hints.see(text);
        }
        DateContext {
            hints,
            day_first: None,
            year: 2026,
        }
    }

    fn after(text: &str, context: &DateContext) -> Result<String, Option<Fault>> {
        match standardize(text, context) {
            None => Ok(text.to_owned()),
            Some(Change {
                value: Value::Set(value),
                ..
            }) => Ok(value),
            Some(change) => Err(change.complaint.map(|complaint| complaint.fault)),
        }
    }

    #[test]
    fn reads_every_form() {
        let context = context(&["2024-03-05"]);
        for text in [
            "2024-03-05",
            "2024年3月5日",
            "20240305",
            "2024.3.5",
            "2024/3/5",
            "二〇二四年三月五日",
            "45356",
            "45356.0",
            "民国113年3月5日",
            "2024-03-05 00:00:00",
            "2024-03-05T00:00:00+08:00",
            "2024年3月5日 上午 10:30",
            "20240305120000",
            "２０２４－３－５",
            "5 Mar 2024",
            "Mar 5, 2024",
            "24-3-5",
            "24年3月5日",
            "'2024-03-05",
            "2024/3/5 8:05",
        ] {
            assert_eq!(after(text, &context), Ok("2024-03-05".into()), "{text}");
        }
        assert_eq!(after("二〇一二年十二月廿五日", &context), Ok("2012-12-25".into()));
    }

    #[test]
    fn holds_back_what_is_no_date() {
        let context = context(&["2024-03-05"]);
        for text in ["60", "1900-01-00", "1900/1/0", "9999-12-31", "00000000"] {
            assert_eq!(after(text, &context), Err(Some(Fault::Placeholder)), "{text}");
        }
        for text in [
            "2024年02月30日",
            "2024-13-01",
            "2024-03",
            "soon",
            "123456",
            "70000",
            "2024-02-30",
        ] {
            assert!(
                matches!(after(text, &context), Err(Some(Fault::Format { .. }))),
                "{text}"
            );
        }
        assert_eq!(after(" ", &context), Err(None));
    }

    #[test]
    fn the_column_decides() {
        let empty = context(&[]);
        assert_eq!(after("03/05/2024", &empty), Err(Some(Fault::Ambiguous)));
        assert_eq!(after("45356", &empty), Err(Some(Fault::Ambiguous)));
        assert_eq!(after("24-3-5", &empty), Err(Some(Fault::Ambiguous)));
        assert_eq!(after("03/25/2024", &empty), Ok("2024-03-25".into()));
        assert_eq!(after("03/05/2024", &context(&["12/31/2023"])), Ok("2024-03-05".into()));
        assert_eq!(after("03/05/2024", &context(&["31/12/2023"])), Ok("2024-05-03".into()));
        assert_eq!(
            after("03/05/2024", &context(&["31/12/2023", "12/31/2023"])),
            Err(Some(Fault::Ambiguous))
        );
        let day_first = DateContext {
            day_first: Some(true),
            ..empty
        };
        assert_eq!(after("03/05/2024", &day_first), Ok("2024-05-03".into()));
        assert_eq!(after("3-5-24", &day_first), Ok("2024-05-03".into()));
        assert_eq!(after("03-05-24", &context(&["31-12-99"])), Ok("2024-05-03".into()));
        assert_eq!(after("99-03-05", &empty), Ok("1999-03-05".into()));
    }

    proptest! {
        #[test]
        fn twice_is_once(a in 0..3000_u32, b in 0..40_u32, c in 0..3000_u32, form in 0..4, text in any::<String>()) {
            let context = context(&["2024-03-05", "12/31/2020"]);
            let written = match form { 0 => format!("{a}-{b}-{c}"), 1 => format!("{a}年{b}月{c}日"), 2 => format!("{b}/{c}/{a}"), _ => format!("{a:04}{b:02}{c:02}") };
            for text in [&written, &text] {
                if let Ok(once) = after(text, &context) {
                    prop_assert_eq!(after(&once, &context), Ok(once.clone()));
                    prop_assert!(standardize(&once, &context).is_none());
                }
            }
        }

        #[test]
        fn common_forms_are_read_as_any(text in "[0-9]{4}([-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{3,5}|年[0-9]{1,2}月[0-9]{1,2}日?)( [0-9:]{7,8})?") {
            if let Some((year, month, day)) = common(text.as_bytes()) {
                prop_assert_eq!(read(&cleaned(&text)), year_month_day(signed(year), month, day));
            }
        }

        #[test]
        fn serials_count_days(serial in 20_000_u32..60_000) {
            let (year, month, day) = from_serial(serial);
            let next = from_serial(serial + 1);
            prop_assert!(valid(year, month, day).is_some());
            prop_assert!(next == (year, month, day + 1) || (next.2 == 1 && valid(year, month, day + 1).is_none()));
        }
    }
}
