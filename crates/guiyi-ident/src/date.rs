//! Birth dates inside identity numbers: existence only, no clock.

use crate::error::{IdentError, Text};
use crate::text::number;

/// Year, month 1..12 and day 1..31.
pub(crate) type Date = (u16, u8, u8);

pub(crate) const BIRTH: Text = Text::new("birth date", "出生日期");

/// `YYYYMMDD`, not judged.
pub(crate) fn of_digits(digits: &[u8]) -> Date {
    (
        number(&digits[..4]) as u16,
        number(&digits[4..6]) as u8,
        number(&digits[6..8]) as u8,
    )
}

/// Refuses a `YYYYMMDD` that is no day of the Gregorian calendar, or lies before 1900.
pub(crate) fn judge(digits: &[u8]) -> Result<(), IdentError> {
    let (year, month, day) = of_digits(digits);
    if day == 0 || day > days(year, month) {
        return Err(IdentError::component(BIRTH, "no such day", "该日期不存在"));
    }
    if year < 1900 {
        return Err(IdentError::component(BIRTH, "lies before 1900", "早于 1900 年"));
    }
    Ok(())
}

/// Days of the month; 0 for a month that does not exist.
fn days(year: u16, month: u8) -> u8 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u8::from(leap),
        _ => 0,
    }
}
