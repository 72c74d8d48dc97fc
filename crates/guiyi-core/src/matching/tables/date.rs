//! Days as people write them, read without knowing the country.

/// A day; a month above 12 or a day above 31 is kept where it is a slip of the typist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Date {
    pub(super) year: u16,
    pub(super) month: u8,
    pub(super) day: u8,
}

impl Date {
    /// The day as one number.
    pub(super) fn pack(self) -> u64 {
        u64::from(self.year) << 16 | u64::from(self.month) << 8 | u64::from(self.day)
    }

    /// The day of [`Date::pack`].
    pub(super) fn unpack(packed: u64) -> Self {
        Self {
            year: (packed >> 16) as u16,
            month: (packed >> 8) as u8,
            day: packed as u8,
        }
    }
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
