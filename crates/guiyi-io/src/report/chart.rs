//! The charts of the page: small inline SVG, drawn without a script.
//!
//! Laws: the number that a chart shows always stands as text beside it, so that bars are hidden from screen readers;
//! a part above zero is always visible, a part of zero never; no amount, however large, breaks the drawing.
//! Lengths are percentages of the place the page gives, so that a bar fits a wide screen and a phone.
//! Colors come from the style sheet by class: light, dark and print follow from there.

use std::fmt::{self, Display, Formatter, Write as _};

use askama::filters::HtmlSafe;

use super::text::Count;

/// Smallest visible share of a bar, in percent.
const SMALLEST: f64 = 1.0;

/// A finished drawing. It holds numbers and class names of ours only, hence is safe to print unescaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Svg(String);

impl Display for Svg {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Svg {}

/// One bar: `amount` of `whole`.
pub(crate) fn bar(class: &'static str, amount: impl Count, whole: impl Count) -> Svg {
    stacked_bar(&[(class, amount)], whole)
}

/// Parts side by side, each a class of the style sheet and an amount. What `whole` has more than the parts stays empty;
/// a `whole` less than the parts counts as their sum.
pub(crate) fn stacked_bar<T: Count>(parts: &[(&'static str, T)], whole: impl Count) -> Svg {
    let parts: Vec<_> = parts.iter().map(|(class, amount)| (*class, amount.count())).collect();
    let mut svg = String::from(r#"<svg class="bar" width="100%" height="100%" aria-hidden="true" focusable="false">"#);
    let mut left = 0.0;
    for ((class, _), share) in parts.iter().zip(shares(&parts, whole.count())) {
        if share > 0.0 {
            push(
                &mut svg,
                format_args!(r#"<rect class="{class}" x="{left:.2}%" width="{share:.2}%" height="100%"/>"#),
            );
            left += share;
        }
    }
    svg.push_str("</svg>");
    Svg(svg)
}

/// A bar from one point to another of a range, and a line at zero; points beyond the range are drawn at its end.
pub(crate) fn span(class: &'static str, (from, to): (f64, f64), (low, high): (f64, f64)) -> Svg {
    let place = |at: f64| {
        let share = (at - low) / (high - low);
        if share.is_finite() {
            share.clamp(0.0, 1.0) * 100.0
        } else {
            0.0
        }
    };
    let (first, last) = (place(from).min(place(to)), place(from).max(place(to)));
    let (width, zero) = ((last - first).max(SMALLEST), place(0.0));
    let mut svg = String::from(r#"<svg class="bar" width="100%" height="100%" aria-hidden="true" focusable="false">"#);
    push(
        &mut svg,
        format_args!(
            r#"<rect class="{class}" x="{first:.2}%" width="{width:.2}%" height="100%"/><line class="zero" x1="{zero:.2}%" x2="{zero:.2}%" y1="0" y2="100%"/></svg>"#
        ),
    );
    Svg(svg)
}

/// A ring filled to `score` in [0, 1], with nothing but the empty ring where there is no score.
pub(crate) fn gauge(score: Option<f64>) -> Svg {
    const RING: &str = r#"cx="60" cy="60" r="52" pathLength="100""#;
    let mut svg = String::from(r#"<svg class="gauge" viewBox="0 0 120 120" aria-hidden="true" focusable="false">"#);
    push(&mut svg, format_args!(r#"<circle class="track" {RING}/>"#));
    if let Some(score) = score.filter(|score| *score > 0.0) {
        let filled = (score * 100.0).clamp(SMALLEST, 100.0);
        push(
            &mut svg,
            format_args!(
                r#"<circle class="filled" {RING} stroke-dasharray="{filled:.2} 100" transform="rotate(-90 60 60)"/>"#
            ),
        );
    }
    svg.push_str("</svg>");
    Svg(svg)
}

/// Percentages of the parts, at most 100 together: small ones raised to [`SMALLEST`], the largest one pays.
fn shares(parts: &[(&'static str, u64)], whole: u64) -> Vec<f64> {
    let sum: u128 = parts.iter().map(|(_, amount)| u128::from(*amount)).sum();
    let whole = sum.max(u128::from(whole)).max(1) as f64;
    let mut shares: Vec<f64> = parts.iter().map(|(_, amount)| *amount as f64 * 100.0 / whole).collect();
    for share in &mut shares {
        if *share > 0.0 {
            *share = share.max(SMALLEST);
        }
    }
    let excess = shares.iter().sum::<f64>() - 100.0;
    if excess > 0.0
        && let Some(largest) = shares.iter_mut().max_by(|a, b| a.total_cmp(b))
    {
        *largest -= excess;
    }
    shares
}

fn push(svg: &mut String, piece: fmt::Arguments<'_>) {
    svg.write_fmt(piece).expect("writing into a string cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widths that a bar draws, in percent.
    #[track_caller]
    fn check_widths(parts: &[u64], whole: u64, expected: &[&str]) {
        let parts: Vec<_> = parts.iter().map(|amount| ("part", *amount)).collect();
        let svg = stacked_bar(&parts, whole).0;
        let widths: Vec<_> = svg
            .split(r#" width=""#)
            .skip(2)
            .filter_map(|rest| rest.split('%').next())
            .collect();
        assert_eq!(widths, expected, "{svg}");
    }

    #[test]
    fn bars_show_shares_of_the_whole() {
        check_widths(&[1, 3], 4, &["25.00", "75.00"]);
        check_widths(&[1, 1], 4, &["25.00", "25.00"]);
        check_widths(&[4], 2, &["100.00"]);
    }

    #[test]
    fn zero_draws_nothing() {
        check_widths(&[], 0, &[]);
        check_widths(&[0, 0], 0, &[]);
        check_widths(&[0, 5], 10, &["50.00"]);
    }

    #[test]
    fn small_parts_stay_visible_and_nothing_overflows() {
        check_widths(&[1_000_000, 1], 1_000_001, &["99.00", "1.00"]);
        check_widths(&[u64::MAX, u64::MAX], u64::MAX, &["50.00", "50.00"]);
        check_widths(&[u64::MAX, 1, 0], u64::MAX, &["99.00", "1.00"]);
    }

    #[test]
    fn parts_follow_each_other() {
        let svg = stacked_bar(&[("a", 1), ("b", 1)], 4).0;
        assert!(
            svg.contains(r#"class="a" x="0.00%""#) && svg.contains(r#"class="b" x="25.00%""#),
            "{svg}"
        );
    }

    #[test]
    fn gauges_fill_from_nothing_to_full() {
        for (score, expected) in [
            (Some(0.934), Some(r#""93.40 100""#)),
            (Some(1.0), Some(r#""100.00 100""#)),
            (Some(7.0), Some(r#""100.00 100""#)),
            (Some(1e-9), Some(r#""1.00 100""#)),
            (Some(0.0), None),
            (Some(f64::NAN), None),
            (None, None),
        ] {
            let svg = gauge(score).0;
            assert_eq!(svg.contains("filled"), expected.is_some(), "{score:?}: {svg}");
            assert!(
                expected.is_none_or(|expected| svg.contains(expected)),
                "{score:?}: {svg}"
            );
        }
    }
}
