//! Days of the Gregorian calendar: which exist, how they are written, and the serial numbers of spreadsheets.

/// Year, month, day.
pub(super) type Day = (i32, u32, u32);

/// Days by which the 1904 system of spreadsheets counts later than the 1900 system.
pub(super) const SYSTEM_1904: u32 = 1462;

/// The day, if the Gregorian calendar has it and a record of a company can hold it.
pub(super) fn valid(year: i32, month: u32, day: u32) -> Option<Day> {
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
pub(super) fn from_serial(serial: u32) -> Day {
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

pub(super) fn written((year, month, day): Day) -> String {
    let digit = |value: u32| char::from(b'0' + (value % 10) as u8);
    let year = year.unsigned_abs();
    [
        digit(year / 1000),
        digit(year / 100),
        digit(year / 10),
        digit(year),
        '-',
        digit(month / 10),
        digit(month),
        '-',
        digit(day / 10),
        digit(day),
    ]
    .into_iter()
    .collect()
}

/// The day after this one.
pub(super) fn next((year, month, day): Day) -> Option<Day> {
    valid(year, month, day + 1)
        .or_else(|| valid(year, month + 1, 1))
        .or_else(|| valid(year + 1, 1, 1))
}

/// The day before this one.
pub(super) fn previous((year, month, day): Day) -> Option<Day> {
    let end_of = |year, month| (28..=31).rev().find_map(|day| valid(year, month, day));
    match (month, day) {
        (1, 1) => valid(year - 1, 12, 31),
        (_, 1) => end_of(year, month - 1),
        _ => valid(year, month, day - 1),
    }
}
