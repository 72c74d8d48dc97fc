//! Why two records are the same thing, or are not: the weights of a pair as a waterfall, as text and as a page under the
//! laws of [`super::html`].
//!
//! A weight is in bits: each bit doubles or halves the odds. The waterfall begins at the prior, every field moves it, and
//! where it ends is the weight of the pair.

use std::fmt::Write as _;

use askama::Template;
use guiyi_core::finding::Language;
use serde::Serialize;

use super::chart::{self, Svg};
use super::text::{self, Text, both};

/// A pair explained.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The records' names.
    pub left: String,
    /// See [`Explanation::left`].
    pub right: String,
    /// `match`, `review` or `apart`: the final word, after groups were made.
    pub decision: &'static str,
    /// What a pair weighs before anything is compared.
    pub prior: f64,
    /// The fields, those that say most first.
    pub steps: Vec<Step>,
    /// Where the waterfall ends.
    pub weight: f64,
    /// Probability that the two are the same, by their values alone.
    pub probability: f64,
    /// Why the final word is another than the probability asks for, in English and Chinese.
    pub notes: Vec<(String, String)>,
    /// Version of the program.
    pub version: String,
}

/// One field of a pair.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// Its column.
    pub field: String,
    /// What it holds.
    pub kind: &'static str,
    /// The values as they were compared; empty for none.
    pub left: String,
    /// See [`Step::left`].
    pub right: String,
    /// How alike they are; `None` where a side has no value.
    pub level: Option<&'static str>,
    /// What that weighs.
    pub bits: f64,
}

/// Columns of a terminal that a bar takes.
const WIDTH: usize = 32;

impl Explanation {
    /// (where it begins, where it ends) of the prior and of each step.
    fn falls(&self) -> Vec<(f64, f64)> {
        let mut at = 0.0;
        let bits = std::iter::once(self.prior).chain(self.steps.iter().map(|step| step.bits));
        bits.map(|bits| {
            let from = at;
            at += bits;
            (from, at)
        })
        .collect()
    }

    /// The lowest and the highest point, zero between them, a bit apart at least.
    fn range(&self) -> (f64, f64) {
        let ends = self.falls();
        let low = ends.iter().fold(self.weight.min(0.0), |low, fall| low.min(fall.1));
        let high = ends.iter().fold(self.weight.max(0.0), |high, fall| high.max(fall.1));
        (low, high.max(low + 1.0))
    }

    /// The waterfall for a terminal.
    pub fn text(&self, language: Language) -> String {
        let chinese = language == Language::Chinese;
        let mut text = String::new();
        let decision = word(&decision(self.decision), chinese);
        _ = writeln!(
            text,
            "{} × {}: {decision} ({} {:.4}, {:+.1} {})",
            self.left,
            self.right,
            if chinese { "概率" } else { "probability" },
            self.probability,
            self.weight,
            if chinese { "比特" } else { "bits" }
        );
        let (low, high) = self.range();
        let place = |bits: f64| {
            ((bits - low) / (high - low) * WIDTH as f64)
                .round()
                .clamp(0.0, WIDTH as f64) as usize
        };
        let bar = |(from, to): (f64, f64)| {
            let (first, last) = (place(from).min(place(to)), place(from).max(place(to)));
            let mut cells = vec![' '; WIDTH + 1];
            cells[place(0.0)] = '┊';
            cells[first..last].fill(if to < from { '░' } else { '█' });
            cells.into_iter().collect::<String>()
        };
        let falls = self.falls();
        let prior = if chinese { "先验" } else { "prior" };
        let names = self.steps.iter().map(|step| step.field.as_str()).chain([prior]);
        let width = names.map(text::columns).max().unwrap_or(0);
        let pad = |name: &str| " ".repeat(width.saturating_sub(text::columns(name)));
        _ = writeln!(
            text,
            "  {prior}{} {:+7.2}  {}",
            pad(prior),
            self.prior,
            bar(falls[0]).trim_end()
        );
        for (step, fall) in self.steps.iter().zip(&falls[1..]) {
            let level = step.level.map_or(both("no value", "无值"), level);
            let show = |value: &str| {
                if value.is_empty() {
                    "-".to_owned()
                } else {
                    text::cut(value, 30)
                }
            };
            _ = writeln!(
                text,
                "  {}{} {:+7.2}  {} {}: {} | {}",
                step.field,
                pad(&step.field),
                step.bits,
                bar(*fall),
                word(&level, chinese),
                show(&step.left),
                show(&step.right)
            );
        }
        for (note, note_zh) in &self.notes {
            _ = writeln!(text, "  {}", if chinese { note_zh } else { note });
        }
        text
    }

    /// The page; `language` is the one shown first.
    ///
    /// # Errors
    ///
    /// None that input could cause; askama's signature has one for writers that fail.
    pub fn page(&self, language: Language) -> Result<String, askama::Error> {
        Page {
            explanation: self,
            chinese_first: language == Language::Chinese,
        }
        .render()
    }
}

fn word(text: &Text<'_>, chinese: bool) -> String {
    text.in_language(chinese).to_owned()
}

fn decision(name: &str) -> Text<'_> {
    match name {
        "match" => both("match", "匹配"),
        "review" => both("to be reviewed", "待复核"),
        "apart" => both("not the same", "不是同一个"),
        other => both(other, other),
    }
}

/// How alike two values are.
fn level(name: &str) -> Text<'_> {
    let zh = match name {
        "equal-rare" => "相等（罕见）",
        "equal-uncommon" => "相等（少见）",
        "equal-common" => "相等（常见）",
        "equal-frequent" => "相等（极常见）",
        "swapped" => "月日互换",
        "one-part-off" => "差一部分",
        "year-off" => "差年份",
        "same-year" => "同年",
        "different" => "不同",
        "one-edit" => "差一个字符",
        "two-edits" => "差两个字符",
        "kin" => "同名异写或互换",
        "alike" => "相近",
        "same-start" => "开头相同",
        "part-of" => "互相包含",
        "half" => "一半相同",
        "continued" => "一方延续另一方",
        other => other,
    };
    both(name, zh)
}

#[derive(Template)]
#[template(path = "explanation/page.html")]
struct Page<'a> {
    explanation: &'a Explanation,
    chinese_first: bool,
}

impl Page<'_> {
    /// Each step with its bar.
    fn steps(&self) -> Vec<(&Step, Svg)> {
        let falls = self.explanation.falls();
        self.explanation
            .steps
            .iter()
            .zip(falls[1..].iter().map(|fall| self.bar(*fall)))
            .collect()
    }

    fn bar(&self, (from, to): (f64, f64)) -> Svg {
        let class = if to < from { "against" } else { "for" };
        chart::span(class, (from, to), self.explanation.range())
    }

    fn prior(&self) -> Svg {
        self.bar((0.0, self.explanation.prior))
    }

    fn sum(&self) -> Svg {
        self.bar((0.0, self.explanation.weight))
    }

    /// The class of the badge.
    fn outcome(&self) -> &'static str {
        if self.explanation.decision == "match" {
            "clean"
        } else {
            "warning"
        }
    }
}

fn bits(bits: f64) -> String {
    format!("{bits:+.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> Explanation {
        let step = |field: &str, level, bits| Step {
            field: field.to_owned(),
            kind: "name",
            left: "a<b".to_owned(),
            right: "蓝岭".to_owned(),
            level,
            bits,
        };
        Explanation {
            left: "D03-000127".to_owned(),
            right: "HD-KA-00451".to_owned(),
            decision: "match",
            prior: -12.0,
            steps: vec![
                step("名称", Some("equal-rare"), 14.0),
                step("city", Some("different"), -1.5),
                step("fax", None, 0.0),
            ],
            weight: 0.5,
            probability: 0.585_786,
            notes: vec![("joined by others".to_owned(), "由其他记录合并".to_owned())],
            version: "0".to_owned(),
        }
    }

    #[test]
    fn a_waterfall_ends_where_the_pair_weighs() {
        let text = pair().text(Language::English);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines[0],
            "D03-000127 × HD-KA-00451: match (probability 0.5858, +0.5 bits)"
        );
        assert!(lines[1].starts_with("  prior  -12.00  ░░░"), "{text}");
        assert!(lines[2].contains("+14.00") && lines[2].contains('█') && lines[2].ends_with("equal-rare: a<b | 蓝岭"));
        assert!(
            lines[4].contains("no value") && lines[5] == "  joined by others",
            "{text}"
        );
        assert_eq!(pair().falls().last(), Some(&(0.5, 0.5)));
        assert!(pair().text(Language::Chinese).contains("相等（罕见）"));
    }

    #[test]
    fn no_weight_breaks_the_drawing() {
        for (prior, bits) in [
            (0.0, 0.0),
            (-1e9, 1e9),
            (f64::NAN, 1.0),
            (f64::INFINITY, f64::NEG_INFINITY),
        ] {
            let mut pair = pair();
            pair.prior = prior;
            pair.steps[0].bits = bits;
            pair.weight = prior + bits;
            assert!(!pair.text(Language::English).is_empty());
            assert!(!pair.page(Language::Chinese).unwrap().is_empty());
        }
    }

    #[test]
    fn the_page_escapes_values() {
        let page = pair().page(Language::English).unwrap();
        assert!(page.contains("a&#60;b") && !page.contains("a<b"), "{page}");
        assert!(page.contains("由其他记录合并") && page.contains("class=\"for\""));
    }
}
