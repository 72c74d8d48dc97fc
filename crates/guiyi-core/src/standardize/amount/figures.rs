//! Figures with separators, in both conventions: `1,234.50` and `1.234,50`; also groups by spaces and apostrophes.

use rust_decimal::Decimal;

/// Reads figures; `decimal_comma` says that the column writes its fractions behind a comma.
///
/// Where both separators stand, the last one is the decimal sign whatever the column says. `None` for anything else
/// than a number, and for groups that are not of three.
pub(crate) fn figures(text: &str, decimal_comma: bool) -> Option<Decimal> {
    if text.contains([' ', '\'']) {
        // `1 234 567.89`: the groups must be whole, or two numbers would become one.
        let end = text.rfind([',', '.']).unwrap_or(text.len());
        let (whole, fraction) = text.split_at(end);
        let separator = if whole.contains(' ') { ' ' } else { '\'' };
        return decimal(&(grouped(whole, separator)? + &fraction.replace(',', ".")));
    }
    let comma = text.rfind(',');
    let point = text.rfind('.');
    match (comma, point) {
        (None, None) => decimal(text),
        (None, Some(at)) if text.find('.') == Some(at) && !decimal_comma => decimal(text),
        (None, Some(_)) => grouped(text, '.').and_then(|whole| decimal(&whole)),
        (Some(at), None) if decimal_comma && text.find(',') == Some(at) => decimal(&text.replace(',', ".")),
        (Some(_), None) => grouped(text, ',').and_then(|whole| decimal(&whole)),
        (Some(comma), Some(point)) if comma < point => {
            let (whole, fraction) = text.split_at(point);
            decimal(&(grouped(whole, ',')? + fraction))
        }
        (Some(comma), Some(_)) => {
            let (whole, fraction) = text.split_at(comma);
            decimal(&format!("{}.{}", grouped(whole, '.')?, &fraction[1..]))
        }
    }
}

/// The digits of a number in groups of three.
fn grouped(text: &str, separator: char) -> Option<String> {
    let mut groups = text.split(separator);
    let first = groups.next()?;
    let mut whole = first.to_owned();
    for group in groups {
        if group.len() != 3 {
            return None;
        }
        whole.push_str(group);
    }
    ((1..=3).contains(&first.len()) && whole.bytes().all(|byte| byte.is_ascii_digit())).then_some(whole)
}

fn decimal(text: &str) -> Option<Decimal> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let figures = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && !text.starts_with('.')) || fraction.is_empty() || !figures(whole) || !figures(fraction) {
        return None;
    }
    Decimal::from_str_exact(text).ok()
}
