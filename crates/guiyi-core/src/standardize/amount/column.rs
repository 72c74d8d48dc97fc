//! What a whole column of amounts tells about single cells: its decimal sign, and whether it mixes yuan and 万元.

/// Decades of size that are told apart; the last one holds all that is larger.
const DECADES: usize = 16;
/// Cells that a column must have before its units are judged.
const ENOUGH: u64 = 20;

/// How a column writes its amounts: counts of cells, mergeable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AmountHints {
    /// Cells whose decimal sign can only be a comma, such as `1.234,56` and `12,5`.
    commas: u64,
    /// Cells whose decimal sign can only be a point.
    points: u64,
    /// Cells by their figures before the decimal sign; only those that name no unit of their own.
    decades: [u64; DECADES],
}

impl AmountHints {
    /// Adds the counts of another part of the column.
    pub fn merge(&mut self, other: &Self) {
        self.commas += other.commas;
        self.points += other.points;
        for (mine, theirs) in self.decades.iter_mut().zip(other.decades) {
            *mine += theirs;
        }
    }

    /// Counts one cell; only bare figures with their separators tell anything.
    pub(in crate::standardize) fn see(&mut self, text: &str) {
        let body = text
            .trim_matches([' ', '-', '+', '(', ')', '\''])
            .trim_start_matches('¥')
            .trim_start_matches('￥');
        let is_figures = body
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b'.'));
        if !is_figures || !body.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            return;
        }
        let last = body.rfind([',', '.']);
        let is_comma = last.is_some_and(|at| body.as_bytes()[at] == b',');
        let n_behind = last.map_or(0, |at| body.len() - at - 1);
        let n_same = last.map_or(0, |at| body.bytes().filter(|byte| *byte == body.as_bytes()[at]).count());
        let n_signs = body.bytes().filter(|byte| !byte.is_ascii_digit()).count();
        let is_decimal = n_signs > n_same || (n_same == 1 && n_behind != 3);
        // Several of one sign separate thousands, so the other one is for decimals.
        let votes_comma = if is_decimal {
            Some(is_comma)
        } else {
            (n_same > 1).then_some(!is_comma)
        };
        match votes_comma {
            Some(true) => self.commas += 1,
            Some(false) if last.is_some() => self.points += 1,
            _ => {}
        }
        let whole = if is_decimal {
            &body[..last.unwrap_or(body.len())]
        } else {
            body
        };
        let whole = whole.trim_start_matches(['0', ',', '.']);
        let n_figures = whole.bytes().filter(u8::is_ascii_digit).count();
        if n_figures > 0 {
            self.decades[(n_figures - 1).min(DECADES - 1)] += 1;
        }
    }

    /// Whether the column writes its fractions behind a comma: some cell proves it, and none contradicts.
    pub(in crate::standardize) fn has_decimal_comma(&self) -> bool {
        self.commas > 0 && self.points == 0
    }

    /// The number of figures before the decimal sign up to which a cell of the column is suspected to be in 万元;
    /// `None` if the column seems to be of one unit.
    ///
    /// Two crowds of cells four decades apart, each of a tenth of the column at least, with next to nothing between.
    pub(in crate::standardize) fn mixed_below(&self) -> Option<usize> {
        let total: u64 = self.decades.iter().sum();
        if total < ENOUGH {
            return None;
        }
        let around = |decade: usize| -> u64 { self.decades[decade.saturating_sub(1)..=decade + 1].iter().sum() };
        (1..DECADES - 5)
            .find(|&low| {
                let (lower, upper) = (around(low), around(low + 4));
                let smaller = lower.min(upper);
                smaller * 10 >= total && (lower + upper) * 100 >= total * 85 && self.decades[low + 2] * 8 <= smaller
            })
            .map(|low| low + 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(cells: &[&str]) -> AmountHints {
        let mut hints = AmountHints::default();
        for cell in cells {
            hints.see(cell);
        }
        hints
    }

    #[test]
    fn the_column_names_its_decimal_sign() {
        for (cells, expected) in [
            (&["1.234,56", "1.234"][..], true),
            (&["12,5", "1.000"], true),
            (&["1,234.56", "12,5"], false),
            (&["1,234", "1.234"], false),
            (&["1.234.567"], true),
            (&["1,234,567"], false),
        ] {
            assert_eq!(hints(cells).has_decimal_comma(), expected, "{cells:?}");
        }
    }

    #[test]
    fn two_units_in_one_column() {
        let mixed: Vec<&str> = ["5000000", "500", "300", "3000000", "12000000", "1000"].repeat(5);
        assert_eq!(hints(&mixed).mixed_below(), Some(4));
        let spread: Vec<&str> = ["500", "5000", "50000", "500000", "5000000"].repeat(6);
        assert_eq!(hints(&spread).mixed_below(), None);
        assert_eq!(hints(&["500", "5000000"]).mixed_below(), None);
    }
}
