//! One row of CSV put behind others in memory, for rows that are worded side by side and written in order.

use super::CsvOptions;
use super::csv_table::is_formula;

/// Adds a row in UTF-8 with its line end; `None` is an empty cell. Of the options only the formulas count.
pub fn csv_line(cells: &[Option<&str>], options: CsvOptions, output: &mut Vec<u8>) {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            output.push(b',');
        }
        let cell = cell.unwrap_or_default();
        let neutral = if options.neutralizes_formulas && is_formula(cell) {
            "'"
        } else {
            ""
        };
        let is_lonely = cells.len() == 1 && cell.is_empty();
        if is_lonely || cell.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            output.push(b'"');
            output.extend_from_slice(neutral.as_bytes());
            for part in cell.split_inclusive('"') {
                output.extend_from_slice(part.as_bytes());
                if part.ends_with('"') {
                    output.push(b'"');
                }
            }
            output.push(b'"');
        } else {
            output.extend_from_slice(neutral.as_bytes());
            output.extend_from_slice(cell.as_bytes());
        }
    }
    output.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cells: &[Option<&str>], expected: &str) {
        let mut output = Vec::new();
        csv_line(cells, CsvOptions::default(), &mut output);
        assert_eq!(String::from_utf8(output).unwrap(), expected);
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer
            .write_record(cells.iter().map(|cell| cell.unwrap_or_default()))
            .unwrap();
        let plain = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        assert_eq!(expected.replace('\'', ""), plain, "as the csv crate writes it");
    }

    #[test]
    fn quotes_where_needed() {
        check(&[Some("a"), None, Some("号,\"x\"\n")], "a,,\"号,\"\"x\"\"\n\"\n");
        check(&[Some("=1+1"), Some("-5.5"), Some("")], "'=1+1,-5.5,\n");
        check(&[None], "\"\"\n");
    }
}
