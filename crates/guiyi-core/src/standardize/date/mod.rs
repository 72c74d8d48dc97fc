//! Calendar dates as `YYYY-MM-DD`, whatever form they were written in: with separators, without, in Chinese, in the
//! calendar of the Republic, with a time behind, as the serial number of a spreadsheet.
//!
//! Laws: a date that does not exist is never rolled over; where day and month can be swapped, the column decides, and
//! if it cannot, the value is held back as ambiguous.

mod calendar;
mod frequent;
mod read;

use std::borrow::Cow;

use super::change::{Change, Code};
use super::text::{Style, clean};
use crate::finding::{Fault, Severity};

use calendar::{Day, SYSTEM_1904, from_serial, valid, written};
use read::{Reading, is_canonical, read, signed, year_month_day};

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
    /// Whether the serial numbers of the source count from 1904.
    pub(super) from_1904: bool,
    /// Year of the run; two-digit years up to five years after it are of its century.
    pub(super) year: i32,
}

/// Brings a date to `YYYY-MM-DD`.
pub(super) fn standardize(text: &str, context: &DateContext) -> Option<Change> {
    if is_canonical(text) {
        return None;
    }
    if let Some((year, month, day)) = frequent::read(text.as_bytes())
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
        Reading::Serial(serial) if context.hints.has_dates() => {
            let serial = if context.from_1904 {
                serial + SYSTEM_1904
            } else {
                serial
            };
            Change::to(text, written(from_serial(serial)))
        }
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
            from_1904: false,
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
            "2024-03-05T16:30:00+08:00",
            "2024-03-04T16:00:00.000Z",
            "2024-03-05T15:59:59Z",
            "2024-03-04 16:00:00 UTC",
            "2024年3月5日 星期二",
            "2024年3月5日(周二)",
            "2024年3月5日14时30分",
            "Tue, 5 Mar 2024",
            "March 5th, 2024",
            "20240305 120000",
            "2024. 3. 5.",
            "贰零贰肆年零叁月零伍日",
            "中華民國一百一十三年三月五日",
            "民国113.3.5",
        ] {
            assert_eq!(after(text, &context), Ok("2024-03-05".into()), "{text}");
        }
        assert_eq!(after("二〇一二年十二月廿五日", &context), Ok("2012-12-25".into()));
    }

    #[test]
    fn holds_back_what_is_no_date() {
        let context = context(&["2024-03-05"]);
        for text in [
            "60",
            "1900-01-00",
            "1900/1/0",
            "1900-01-01",
            "9999-12-31",
            "00000000",
            "长期",
        ] {
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

    #[test]
    fn serials_of_the_1904_system() {
        let context = DateContext {
            from_1904: true,
            ..context(&["2024-03-05"])
        };
        assert_eq!(after("43894", &context), Ok("2024-03-05".into()));
    }

    proptest! {
        #[test]
        fn common_forms_are_read_as_any(text in "[0-9]{4}([-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{3,5}|年[0-9]{1,2}月[0-9]{1,2}日?)( [0-9:]{7,8})?") {
            if let Some((year, month, day)) = frequent::read(text.as_bytes()) {
                prop_assert_eq!(read(&cleaned(&text)), year_month_day(signed(year), month, day));
            }
        }

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
        fn serials_count_days(serial in 20_000_u32..60_000) {
            let (year, month, day) = from_serial(serial);
            let next = from_serial(serial + 1);
            prop_assert!(valid(year, month, day).is_some());
            prop_assert!(next == (year, month, day + 1) || (next.2 == 1 && valid(year, month, day + 1).is_none()));
        }
    }
}
