//! Numbers as text, as a person would have typed them: no `.0` behind a whole one, no exponent, no binary residue.

/// The number's text: 15 significant digits, as many as a spreadsheet keeps; whole numbers in full.
pub(crate) fn number_text(number: f64) -> String {
    if !number.is_finite() {
        return String::new();
    }
    if number.fract() == 0.0 {
        return if number == 0.0 { "0".into() } else { format!("{number}") };
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::number_text;

    #[test]
    fn as_typed() {
        for (number, text) in [
            (1234.0, "1234"),
            (0.1 + 0.2, "0.3"),
            (-0.0, "0"),
            (12_300.5, "12300.5"),
            (1.101_051_949_123_1e17, "110105194912310000"),
            (1e-7, "0.0000001"),
            (f64::NAN, ""),
        ] {
            assert_eq!(number_text(number), text);
        }
    }
}
