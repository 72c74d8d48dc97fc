//! Measures: the numbers of a specification, told from the letters and signs around them.
//!
//! `Φ159×4.5`, `159*4.5` and `D159x4.50 mm` are one size; `DN100 PN16` and `DN200 PN16` are two, however alike their
//! letters.
//! Law: how measures are divided, in which order they stand, and what their units are, decides nothing.

/// Units whose squares and cubes are units, too.
const LENGTHS: [&str; 4] = ["mm", "cm", "dm", "m"];

/// Whether a folded value names two measures side by side: a cross between two numbers.
pub(super) fn are_named(value: &str) -> bool {
    let crosses = value.match_indices(['×', '*', 'x']);
    crosses.into_iter().any(|(at, cross)| {
        let before = value[..at].trim_end();
        let after = value[at + cross.len()..]
            .trim_start()
            .trim_start_matches(['φ', 'ø', '⌀', '∅']);
        let is_digit = |letter: char| letter.is_ascii_digit();
        // `m6x25` is two measures; more letters before make it a code, and `0x1f` is a number of its own.
        let digits = before.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let n_letters = digits.chars().rev().take_while(|letter| letter.is_alphabetic()).count();
        let is_code = cross == "x" && (n_letters > 1 || before == "0");
        before.ends_with(is_digit) && after.starts_with(is_digit) && !is_code
    })
}

/// Appends the numbers of a folded value, in order, each once, with blanks between.
pub(super) fn strip(value: &str, stripped: &mut String) {
    let mut numbers: Vec<&str> = Vec::new();
    let mut rest = 0;
    while let Some(start) = value[rest..].find(|letter: char| letter.is_ascii_digit()) {
        let start = rest + start;
        let number = number_at(&value[start..]);
        rest = start + number.len();
        if !is_power(&value[..start], number) {
            numbers.push(plain(number));
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    stripped.push_str(&numbers.join(" "));
}

/// Writes what a folded value says beside its numbers.
pub(super) fn words(value: &str, words: &mut String) {
    words.clear();
    let is_number = |letter: char| letter.is_ascii_digit() || letter == '.';
    words.extend(value.chars().map(|letter| if is_number(letter) { ' ' } else { letter }));
}

/// The number that a text begins with, with its decimals.
fn number_at(text: &str) -> &str {
    let n_digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = n_digits(text);
    let decimals = text[whole..].strip_prefix('.').map_or(0, n_digits);
    let end = if decimals > 0 { whole + 1 + decimals } else { whole };
    &text[..end]
}

/// Whether a number is the power of a unit behind a measure: `25mm2`.
fn is_power(before: &str, number: &str) -> bool {
    let follows = |unit: &str| {
        let measure = before.strip_suffix(unit).map(str::trim_end);
        measure.is_some_and(|measure| measure.ends_with(|letter: char| letter.is_ascii_digit()))
    };
    matches!(number, "2" | "3") && LENGTHS.into_iter().any(follows)
}

/// A number without the zeros that say nothing.
fn plain(number: &str) -> &str {
    let number = match number.split_once('.') {
        Some(_) => number.trim_end_matches('0').trim_end_matches('.'),
        None => number,
    };
    let leading = number.bytes().zip(number.bytes().skip(1));
    let n_zeros = leading
        .take_while(|(own, next)| *own == b'0' && next.is_ascii_digit())
        .count();
    &number[n_zeros..]
}

#[cfg(test)]
mod tests {
    use super::super::laws::{draw, f1};
    use super::super::tests::{find, matches, table};
    use super::super::{Kind, text};
    use super::*;

    fn measures(value: &str) -> String {
        let (mut folded, mut stripped) = (String::new(), String::new());
        text::fold(value, &mut folded);
        strip(&folded, &mut stripped);
        stripped
    }

    #[test]
    fn one_size_in_many_writings() {
        for (one, other, expected) in [
            ("Φ159×4.5", "D159x4.50 mm", "159 4.5"),
            ("3×25mm²", "3*25 平方", "25 3"),
            ("M3×10", "m3 x 10", "10 3"),
            ("DN100 PN16", "PN16/DN100", "100 16"),
            ("0.6/1kV", "0.60/1 KV", "0.6 1"),
            ("007 x 0", "0-7", "0 7"),
        ] {
            assert_eq!((&*measures(one), &*measures(other)), (expected, expected));
        }
        assert_ne!(measures("DN100 PN16"), measures("DN200 PN16"));
        assert_ne!(measures("Φ159×4.5"), measures("Φ15×94.5"));
    }

    /// Parts as two systems write them: pipes and bolts in some sizes, of some materials and makers.
    fn parts(side: u64) -> Vec<Vec<String>> {
        let part = |at: u64| {
            let pick = |of: u64, n: u64| draw(at * 8 + of, n);
            let write =
                |of: u64, ways: &[&str]| ways[draw(at * 8 + of + 1000 * side, ways.len() as u64) as usize].to_owned();
            let (wide, long) = (20 + 5 * pick(0, 30), 1 + pick(1, 12));
            let spec = write(2, &["Φ{}×{}.5", "D{}x{}.5mm", "{}*{}.50", "φ{} x {}.5"]);
            let spec = spec
                .replacen("{}", &wide.to_string(), 1)
                .replacen("{}", &long.to_string(), 1);
            let name = if pick(3, 2) == 0 {
                write(4, &["无缝钢管", "钢管"])
            } else {
                write(4, &["六角头螺栓", "螺栓"])
            };
            let of = |count: u64, names: &[&str]| names[pick(count, names.len() as u64) as usize].to_owned();
            let material = of(5, &["20#", "Q345B", "304", "316L", "16Mn"]);
            let maker = of(6, &["宏远", "立信", "东岳", "海川", "恒泰", "金石"]);
            vec![name, spec, material, maker]
        };
        (0..300).map(part).collect()
    }

    #[test]
    fn parts_are_told_by_their_sizes() {
        let of = |side| table(&["name", "size", "material", "maker"], &parts(side));
        let found = find(&[&of(0), &of(1)]);
        let truth: Vec<(u32, u32)> = (0..300).map(|at| (at, at + 300)).collect();
        let f1 = f1(&matches(&found), &truth);
        assert!(
            found.fields.iter().any(|field| field.kind == Kind::Measures) && f1 > 0.9,
            "{f1}"
        );
    }

    #[test]
    fn a_cross_between_numbers_names_measures() {
        for (value, expected) in [
            ("φ159×4.5", true),
            ("159 * 4.5", true),
            ("m12x50", true),
            ("0x1f", false),
            ("ka4071x12", false),
            ("yjv4*10", true),
            ("138****1234", false),
            ("dn100 pn16", false),
            ("x", false),
            ("", false),
        ] {
            assert_eq!(are_named(value), expected, "{value}");
        }
    }
}
