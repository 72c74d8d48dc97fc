//! Durations: `3:39`, `3m 39sec`, `219`, `219000` and `3.65` are one song's length.
//!
//! Whoever writes no unit means seconds, thousandths of one, or minutes. So two durations are as near as they are in the
//! units under which they are nearest.

use super::kind::number;

/// Seconds of a minute, thousandths of a second, and thousandths of a minute: what lies between two units.
const UNITS: [f64; 4] = [1.0, 60.0, 1000.0, 60_000.0];

/// What hours, minutes and seconds are called, folded.
const HOURS: [&str; 7] = ["h", "hr", "hrs", "hour", "hours", "小时", "时"];
const MINUTES: [&str; 6] = ["m", "min", "mins", "minute", "minutes", "分"];
const SECONDS: [&str; 6] = ["s", "sec", "secs", "second", "seconds", "秒"];

/// Bytes of a value on a clock, at most.
const LONGEST: usize = 20;

/// The seconds of a folded value that says its units: `1:02:03`, `3:39`, `3m 39sec`, `pt3m39s` (ISO 8601).
pub(super) fn seconds(value: &str) -> Option<f64> {
    on_a_clock(value).or_else(|| in_words(value))
}

/// Appends the seconds, or the number if no unit is said.
pub(super) fn strip(value: &str, stripped: &mut String) {
    use std::fmt::Write as _;
    _ = match (seconds(value), number(value)) {
        (Some(seconds), _) => write!(stripped, "{seconds}s"),
        (None, Some(number)) => write!(stripped, "{number}"),
        (None, None) => write!(stripped, "{value}"),
    };
}

/// The second of two durations in the unit under which they are nearest.
pub(super) fn in_unit_of(left: f64, right: f64) -> f64 {
    let scales = UNITS.iter().flat_map(|unit| [*unit, unit.recip()]);
    let apart = |right: &f64| (left.max(f64::MIN_POSITIVE) / right.max(f64::MIN_POSITIVE)).ln().abs();
    scales
        .map(|scale| right * scale)
        .min_by(|one, other| apart(one).total_cmp(&apart(other)))
        .unwrap_or(right)
}

fn on_a_clock(value: &str) -> Option<f64> {
    let (first, others) = value.split_once(':').filter(|_| value.len() <= LONGEST)?;
    let others: Vec<&str> = others.split(':').collect();
    let is_whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let may_be = first.len() <= 3 && is_whole(first) && others.len() <= 2;
    let mut total: f64 = first.parse().ok().filter(|_| may_be)?;
    for (at, part) in others.iter().enumerate() {
        let whole = part.split_once('.').map_or(*part, |(whole, _)| whole);
        let may_end = part.len() == whole.len() || at + 1 == others.len();
        let sixtieths: f64 = part.parse().ok().filter(|own| *own < 60.0)?;
        if whole.len() != 2 || !is_whole(whole) || !may_end {
            return None;
        }
        total = total * 60.0 + sixtieths;
    }
    Some(total)
}

fn in_words(value: &str) -> Option<f64> {
    let (mut rest, mut total, mut n) = (value.strip_prefix("pt").unwrap_or(value), 0.0, 0);
    for (names, unit) in [(&HOURS[..], 3600.0), (&MINUTES, 60.0), (&SECONDS, 1.0)] {
        let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
        let after = rest[end..].trim_start();
        let name = after
            .find(|letter: char| letter.is_ascii_digit() || letter == ' ' || letter == '.')
            .map_or(after, |end| &after[..end]);
        let Ok(part) = rest[..end].parse::<f64>() else { break };
        // 钟 may stand behind minutes.
        if names.contains(&name.trim_end_matches('钟')) {
            total += part * unit;
            n += 1;
            rest = after[name.len()..].trim_start_matches(['.', ' ']);
        }
    }
    // One part alone may be a length: `5m`.
    (n >= 2 && rest.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_say_their_units() {
        for (value, expected) in [
            ("3:39", Some(219.0)),
            ("03:39.5", Some(219.5)),
            ("1:02:03", Some(3723.0)),
            ("3m 39sec", Some(219.0)),
            ("3 min. 39 s", Some(219.0)),
            ("pt3m39s", Some(219.0)),
            ("1小时2分3秒", Some(3723.0)),
            ("2小时5分钟", Some(7500.0)),
            ("3:9", None),
            ("3:99", None),
            ("2:1:1", None),
            ("5m", None),
            ("00:1a:2b", None),
            ("219", None),
            ("", None),
        ] {
            assert_eq!(seconds(value), expected, "{value}");
        }
    }

    #[test]
    fn what_says_no_unit_is_in_the_one_under_which_two_are_nearest() {
        for (one, other, is_one) in [
            (219.0, 219_000.0, true),
            (219.0, 3.65, true),
            (3.65, 219_000.0, true),
            (219.0, 220.0, true),
            (219.0, 260.0, false),
            (219.0, 0.0, false),
        ] {
            for (left, right) in [(one, other), (other, one)] {
                let apart = (left - in_unit_of(left, right)).abs() / left.max(f64::MIN_POSITIVE);
                assert_eq!(apart < 0.01, is_one, "{left} {right}");
            }
        }
    }
}
