//! Civil dates as days since 1970-01-01, proleptic Gregorian.

/// Days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Date(pub(crate) i64);

impl Date {
    /// The day `year`-`month`-`day`. Formula: Howard Hinnant, `days_from_civil` (2013).
    pub(crate) const fn new(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year - era * 400;
        let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
        Self(era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468)
    }

    /// Year, month, day. Formula: Howard Hinnant, `civil_from_days` (2013).
    pub(crate) const fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted - era * 146_097;
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_index = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_index + 2) / 5 + 1;
        let month = if month_index < 10 {
            month_index + 3
        } else {
            month_index - 9
        };
        (year_of_era + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
    }

    /// `days` later.
    pub(crate) fn plus(self, days: usize) -> Self {
        Self(self.0.saturating_add_unsigned(days as u64))
    }

    /// Spreadsheet serial in the 1900 system, right from 1900-03-01 on.
    pub(crate) const fn serial(self) -> i64 {
        self.0 - Self::new(1899, 12, 30).0
    }

    /// `YYYY-MM-DD`.
    pub(crate) fn iso(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days() {
        assert_eq!(Date::new(1970, 1, 1), Date(0));
        assert_eq!(Date::new(2024, 3, 5).serial(), 45_356);
        assert_eq!(Date::new(2024, 2, 28).plus(2).iso(), "2024-03-01");
        for day in -20_000..40_000 {
            let (year, month, d) = Date(day).civil();
            assert_eq!(Date::new(year, month, d), Date(day));
        }
    }
}
