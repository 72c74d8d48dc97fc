//! Days as people write them, read without knowing the country.

use super::compare;

/// A day; a month above 12 or a day above 31 is kept where it is a slip of the typist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Date {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// Marks what is no day, of which only the digits are kept.
const UNREAD: u64 = 1 << 63;
/// Digits that are kept, at most, and digits that a slip is told in, at least.
const MOST_DIGITS: usize = 12;
const LEAST_DIGITS: usize = 6;

/// Years that stand alone.
const YEARS: std::ops::RangeInclusive<u16> = 1000..=2200;

/// A folded value as one number: its day, or where it is none its digits.
pub(super) fn pack(folded: &str) -> u64 {
    if let Some(Date { year, month, day }) = parse(folded).or_else(|| parse_part(folded)) {
        return u64::from(year) << 16 | u64::from(month) << 8 | u64::from(day);
    }
    let digits = folded.bytes().filter(u8::is_ascii_digit).take(MOST_DIGITS);
    // A one before them keeps leading zeros.
    digits.fold(1, |all, digit| all * 10 + u64::from(digit - b'0')) | UNREAD
}

/// The day of [`pack`], or the year and month that are all there is; `None` where it was none.
pub(super) fn unpack(packed: u64) -> Option<Date> {
    (packed & UNREAD == 0).then_some(Date {
        year: (packed >> 16) as u16,
        month: (packed >> 8) as u8,
        day: packed as u8,
    })
}

/// How alike two packed days are: from 1, read the other way around, to 5, different.
pub(super) fn level(left: u64, right: u64) -> u8 {
    let (Some(left), Some(right)) = (unpack(left), unpack(right)) else {
        return if is_slip(left, right) { 2 } else { 5 };
    };
    if left.day == 0 || right.day == 0 {
        return part_level(left, right);
    }
    let same = (
        left.year == right.year,
        left.month == right.month,
        left.day == right.day,
    );
    let swapped = left.month == right.day && left.day == right.month;
    let is_near = || year_digits(left.year, right.year) == 1;
    match same {
        (true, true, true) => 1,
        (true, false, false) if swapped => 1,
        (true, true, false) | (true, false, true) => 2,
        (false, true, true) => 2 + u8::from(year_digits(left.year, right.year) > 1),
        // Read the other way around, and a slip in the year besides.
        (false, ..) if swapped && is_near() => 3,
        (true, false, false) => 4,
        _ => 5,
    }
}

/// Of two days one of which is not said in full.
fn part_level(left: Date, right: Date) -> u8 {
    let has_months = left.month != 0 && right.month != 0;
    match (left.year == right.year, left.month == right.month) {
        (true, true) if has_months => 2,
        (true, _) => 4,
        _ => 5,
    }
}

fn year_digits(left: u16, right: u16) -> usize {
    let digits = |year: u16| [year / 1000, year / 100 % 10, year / 10 % 10, year % 10];
    digits(left)
        .iter()
        .zip(digits(right))
        .filter(|(left, right)| **left != *right)
        .count()
}

/// Whether two values, at least one of them no day, are written alike but for one slip, in some order of year, month and
/// day.
fn is_slip(left: u64, right: u64) -> bool {
    let right = writings(right);
    writings(left).iter().any(|(one, n)| {
        let near = |(other, m): &([u16; MOST_DIGITS], usize)| compare::distance(&one[..*n], &other[..*m]) <= 1;
        *n >= LEAST_DIGITS && right.iter().any(near)
    })
}

/// The digits of a packed value as people write them, and how many there are.
fn writings(packed: u64) -> [([u16; MOST_DIGITS], usize); 3] {
    let written = |number: u64, length: u32| {
        let mut digits = [0; MOST_DIGITS];
        for (digit, at) in digits.iter_mut().zip((0..length).rev()) {
            *digit = (number / 10_u64.pow(at) % 10) as u16;
        }
        (digits, length as usize)
    };
    match unpack(packed) {
        Some(Date { year, month, day }) => {
            let [year, month, day] = [u64::from(year), u64::from(month), u64::from(day)];
            [
                written(year * 10_000 + month * 100 + day, 8),
                written(day * 1_000_000 + month * 10_000 + year, 8),
                written(month * 1_000_000 + day * 10_000 + year, 8),
            ]
        }
        None => [written(packed & !UNREAD, (packed & !UNREAD).max(1).ilog10()); 3],
    }
}

/// Reads a year, or a month of one: `1984`, `1984-03`, `mar 1984`; what is not said is 0.
pub(super) fn parse_part(folded: &str) -> Option<Date> {
    let is_end = |letter: char| b" -/.,'".contains(&(letter as u32 as u8)) && letter.is_ascii();
    let mut parts = folded.split(is_end).filter(|part| !part.is_empty());
    let (one, other) = (parts.next()?, parts.next());
    let year = |part: &str| {
        let is_year = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|year| is_year && YEARS.contains(year))
    };
    let month_of = |part: &str| match part.parse() {
        Ok(month @ 1..=12) if part.len() <= 2 => Some(month),
        Ok(_) => None,
        Err(_) => month(part),
    };
    let (year, month) = match other {
        None => (year(one)?, 0),
        Some(other) => {
            let (year, rest) = year(one).map_or_else(|| (year(other), one), |own| (Some(own), other));
            (year?, month_of(rest)?)
        }
    };
    parts.next().is_none().then_some(Date {
        year,
        month: month as u8,
        day: 0,
    })
}

/// Reads `1984-03-09`, `9/3/84`, `19840309`, `9.3.1984`, `1984年3月9日`, `9 mar 1984`, each with or without a time
/// after it. Of two numbers that could both be the month, the first is taken; comparing allows for it.
pub(super) fn parse(folded: &str) -> Option<Date> {
    let mut parts = [(0_u32, 0_usize); 3];
    let mut n = 0;
    let mut month_name = None;
    let bytes = folded.as_bytes();
    let mut at = 0;
    while at < bytes.len() && n < 3 {
        if bytes[at].is_ascii_digit() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_digit() {
                at += 1;
            }
            if at - start > 8 {
                return None;
            }
            parts[n] = (folded[start..at].parse().ok()?, at - start);
            n += 1;
        } else if bytes[at].is_ascii_alphabetic() {
            let start = at;
            while at < bytes.len() && bytes[at].is_ascii_alphabetic() {
                at += 1;
            }
            match month(&folded[start..at]) {
                Some(month) if month_name.is_none() => month_name = Some(month),
                _ if n > 0 && at - start <= 2 => {}
                _ => return None,
            }
        } else {
            if !bytes[at].is_ascii() || b" -/.,'".contains(&bytes[at]) {
                at += 1;
                continue;
            }
            return None;
        }
    }
    let rest = &folded[at..];
    if rest.bytes().any(|byte| byte.is_ascii_alphabetic()) && !rest.starts_with('t') {
        return None;
    }
    let date = match (n, month_name) {
        (1, None) if parts[0].1 == 8 => {
            let (y, m, d) = (parts[0].0 / 10_000, parts[0].0 / 100 % 100, parts[0].0 % 100);
            (y, m, d)
        }
        (3, None) if parts[0].1 == 4 => (parts[0].0, parts[1].0, parts[2].0),
        (3, None) if parts[2].1 == 4 || parts[2].1 == 2 => {
            let year = full_year(parts[2].0, parts[2].1);
            if parts[0].0 > 12 {
                (year, parts[1].0, parts[0].0)
            } else {
                (year, parts[0].0, parts[1].0)
            }
        }
        (2, Some(month)) if parts[0].1 == 4 => (parts[0].0, month, parts[1].0),
        (2, Some(month)) => (full_year(parts[1].0, parts[1].1), month, parts[0].0),
        _ => return None,
    };
    let (year, month, day) = date;
    ((1000..=2200).contains(&year) && month <= 99 && day <= 99 && (month <= 12 || day <= 31)).then_some(Date {
        year: year as u16,
        month: month as u8,
        day: day as u8,
    })
}

fn full_year(year: u32, length: usize) -> u32 {
    match (length, year) {
        (2, 0..=40) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    }
}

fn month(word: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let head = word.get(..3)?;
    NAMES.iter().position(|name| *name == head).map(|at| at as u32 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_read_the_other_way_around_may_have_a_slip_in_the_year() {
        for (left, right, expected) in [
            ("10/08/1967", "08/10/1967", 1),
            ("10/08/1967", "08/10/1968", 3),
            ("10/08/1967", "08/10/1978", 5),
            ("10/08/1967", "10/08/1968", 2),
            // What is not said does not differ.
            ("10/08/1967", "1967", 4),
            ("10/08/1967", "1968", 5),
            ("10/08/1967", "10/1967", 2),
            ("aug 1967", "1967", 4),
        ] {
            assert_eq!(level(pack(left), pack(right)), expected, "{left} {right}");
        }
    }

    #[test]
    fn a_year_is_part_of_a_day() {
        for (value, expected) in [
            ("1984", Some((1984, 0))),
            ("1984-03", Some((1984, 3))),
            ("3/1984", Some((1984, 3))),
            ("mar 1984", Some((1984, 3))),
            ("march, 1984", Some((1984, 3))),
            ("984", None),
            ("1984-13", None),
            ("3 1984 5", None),
            ("19840309", None),
            ("room 1984", None),
        ] {
            let read = parse_part(value).map(|own| (own.year, own.month));
            assert_eq!(read, expected, "{value}");
        }
    }

    #[test]
    fn a_slip_leaves_a_day_recognizable() {
        for (left, right, expected) in [
            ("1944-08-03", "194-08-03", true),
            ("2001-01-27", "20021-01-27", true),
            ("1963-03-01", "196-303-01", true),
            ("03.08.1944", "3.08.194", false),
            ("03.08.1944", "03.08.194", true),
            ("1944-08-03", "1975-1224", false),
            ("1944-08-03", "unknown", false),
            ("19", "194-08-03", false),
        ] {
            assert_eq!(is_slip(pack(left), pack(right)), expected, "{left} {right}");
            assert_eq!(is_slip(pack(right), pack(left)), expected, "{right} {left}");
        }
        assert_eq!(unpack(pack("1944-08-03")), parse("1944-08-03"));
        assert_eq!(unpack(pack("nothing")), None);
    }
}
